//! The guide, from `docs/` to HTML.

use std::process::Command;

use crate::shell;

pub(crate) fn run() -> anyhow::Result<()> {
    let folder = std::path::absolute(shell::target().join("book"))?;
    let mut mdbook = Command::new("mdbook");
    mdbook.args(["build", "docs", "--dest-dir"]).arg(&folder).env("MDBOOK_LOG", "warn");
    shell::run(&mut mdbook)?;
    println!("docs: {}", folder.join("index.html").display());
    Ok(())
}
