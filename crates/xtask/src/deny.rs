//! `cargo deny`, with or without a way to the advisory database.

use std::process::Command;

use crate::shell;

pub(crate) fn run() -> anyhow::Result<()> {
    // Without a network the fetch may hang; a check must not.
    let fetched = Command::new("timeout").args(["60", "cargo", "deny", "fetch", "db"]).output()?;
    let mut deny = Command::new("cargo");
    deny.args(["deny", "--log-level", "error", "check", "--hide-inclusion-graph"]);
    if fetched.status.success() {
        deny.arg("all");
    } else {
        println!("deny: known vulnerabilities NOT checked: the advisory database could not be fetched");
        deny.args(["bans", "licenses", "sources"]);
    }
    shell::run(&mut deny)
}
