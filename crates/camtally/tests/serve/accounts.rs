//! Users, tokens and the audit log by the program's commands, and a server that asks to sign in.

use crate::server::{Folder, Server};

/// A folder whose server others could reach.
fn folder() -> Folder {
    let folder = Folder::new(0);
    std::fs::write(folder.path().join("camtally.toml"), "[server]\nhosts = [\"count.example\"]\n").unwrap();
    folder
}

fn run(folder: &Folder, args: &[&str], code: i32) -> String {
    let output = folder.program(args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_server_that_others_can_reach_asks_to_sign_in() {
    let folder = folder();
    assert!(run(&folder, &["user", "add", "root", "--role", "admin"], 0).contains("/reset#ctly_new_"));
    let token = ["token", "create", "--user", "root", "--name", "test", "--scope", "viewer", "--days", "1"];
    let token = run(&folder, &token, 0);
    let server = Server::start(&folder, &[]);
    assert_eq!(server.raw("/api/v1/cameras").status, 401);
    assert_eq!(server.raw("/readyz").status, 200);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let ask = |path: &str| {
        let request = agent.get(format!("http://{}{path}", server.address()));
        request.header("Authorization", format!("Bearer {}", token.trim())).call().unwrap().status()
    };
    assert_eq!(ask("/api/v1/cameras"), 200);
    assert_eq!(ask("/api/v1/users"), 403);
}

#[test]
fn users_and_tokens_are_managed_and_the_log_is_verified() {
    let folder = folder();
    run(&folder, &["user", "add", "root", "--role", "admin"], 0);
    run(&folder, &["user", "add", "anna", "--email", "anna@example.org", "--role", "operator:main"], 0);
    assert!(run(&folder, &["user", "add", "anna", "--role", "viewer"], 1).contains("the name is taken"));
    assert!(run(&folder, &["user", "add", "ben", "--role", "king"], 2).contains("`king` is no role"));
    assert!(run(&folder, &["user", "disable", "root"], 1).contains("last admin"));
    run(&folder, &["user", "disable", "anna"], 0);
    let list = run(&folder, &["user", "list"], 0);
    assert!(list.contains("operator:main") && list.contains("disabled"), "{list}");
    assert!(run(&folder, &["user", "reset-password", "nobody"], 1).contains("no such user"));

    run(&folder, &["token", "create", "--user", "root", "--name", "export", "--scope", "viewer"], 0);
    let list = run(&folder, &["token", "list"], 0);
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    run(&folder, &["token", "revoke", id], 0);
    assert!(run(&folder, &["token", "list"], 0).contains("revoked"));

    let verified = run(&folder, &["audit", "verify"], 0);
    assert!(verified.starts_with("5 entries, head 5:"), "{verified}");
    let head = verified.trim().rsplit(' ').next().unwrap();
    run(&folder, &["audit", "verify", "--head", head], 0);
    let other = head.replacen("5:", "4:", 1);
    assert!(run(&folder, &["audit", "verify", "--head", &other], 3).contains("rewritten"));
}
