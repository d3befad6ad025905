//! Certificates for this machine: an authority of its own, and with it one for `localhost`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::shell;

/// Days. A browser refuses a server's certificate that is valid for longer than 825.
const VALID: &str = "365";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder that they are written into
    #[arg(long, default_value = "deploy/compose/certificates")]
    out: PathBuf,
    /// Names and addresses of the server beside localhost, 127.0.0.1 and ::1, as openssl writes them
    #[arg(long, value_name = "DNS:NAME|IP:ADDRESS")]
    also: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if make(&arguments.out, &arguments.also)? {
        println!("certificates: made in {}, valid for {VALID} days", arguments.out.display());
    } else {
        println!("certificates: those in {} are valid for a week and more", arguments.out.display());
    }
    println!("certificates: let your browser trust {}", arguments.out.join("ca.pem").display());
    Ok(())
}

/// Makes what is missing or about to expire, and says whether that was so. The authority's key is deleted again: with it,
/// whoever finds it could pass for any site in a browser that trusts the authority.
///
/// # Errors
/// When openssl cannot be run or the folder cannot be written to.
pub(crate) fn make(folder: &Path, also: &[String]) -> anyhow::Result<bool> {
    const WEEK: &str = "604800";
    let certificate = folder.join("server.pem");
    let valid =
        Command::new("openssl").args(["x509", "-checkend", WEEK, "-noout", "-in"]).arg(&certificate).output();
    if valid.context("starting openssl; is it installed?")?.status.success() {
        return Ok(false);
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let scratch = tempfile::tempdir()?;
    let (authority_key, request) = (scratch.path().join("ca.key"), scratch.path().join("server.csr"));
    let authority = folder.join("ca.pem");
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", VALID];
    let mut ca = openssl(&["req", "-x509", "-subj", "/CN=camtally development"]);
    ca.args(curve).args(["-addext", "keyUsage=critical,keyCertSign,cRLSign"]);
    // It can only speak for the names of this machine.
    let names: Vec<&str> = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
        .into_iter()
        .chain(also.iter().map(String::as_str))
        .collect();
    let permitted: Vec<String> = names.iter().map(|name| format!("permitted;{}", with_mask(name))).collect();
    ca.arg("-addext").arg(format!("nameConstraints=critical,{}", permitted.join(",")));
    shell::output(ca.arg("-keyout").arg(&authority_key).arg("-out").arg(&authority))?;
    let key = folder.join("server.key");
    let mut ask = openssl(&["req", "-new", "-subj", "/CN=localhost"]);
    shell::output(ask.args(&curve[..5]).arg("-keyout").arg(&key).arg("-out").arg(&request))?;
    let extensions = scratch.path().join("extensions");
    fs::write(
        &extensions,
        format!(
            "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName={}\n",
            names.join(",")
        ),
    )?;
    let mut sign = openssl(&["x509", "-req", "-CAcreateserial", "-days", VALID]);
    sign.arg("-in").arg(&request).arg("-CA").arg(&authority).arg("-CAkey").arg(&authority_key);
    sign.arg("-CAserial").arg(scratch.path().join("serial")).arg("-extfile").arg(&extensions);
    shell::output(sign.arg("-out").arg(&certificate))?;
    Ok(true)
}

fn openssl(words: &[&str]) -> Command {
    let mut command = Command::new("openssl");
    command.args(words);
    command
}

/// An address of a constraint is a network.
fn with_mask(name: &str) -> String {
    match name.strip_prefix("IP:") {
        Some(address) if address.contains(':') => {
            format!("IP:{address}/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
        }
        Some(address) => format!("IP:{address}/255.255.255.255"),
        None => name.to_owned(),
    }
}
