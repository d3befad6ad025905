use crate::server::Folder;

/// Standard error of a run that must fail with this code, which must be one line.
fn refused(folder: &Folder, args: &[&str], code: i32) -> String {
    let output = folder.program(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

fn written(text: &str) -> Folder {
    let folder = Folder::new(0);
    std::fs::write(folder.path().join("camtally.toml"), text).unwrap();
    folder
}

#[test]
fn the_configuration_is_shown_with_origins_and_without_secrets() {
    let folder = written(
        "[site]\ntime_zone = \"Europe/Berlin\"\n[[camera]]\nname = \"door\"\nrules = \"rules.toml\"\n\
         address = \"rtsp://10.0.0.9/ch1?token=s3cret\"\nuser = \"admin\"\npassword = \"s3cret\"\n",
    );
    let mut command = folder.program(&["config"]);
    // Kubernetes sets this for a service that is called camtally.
    command.env("CAMTALLY_SERVICE_HOST", "10.1.2.3");
    command.env("CAMTALLY_STORE__URL", "postgres://camtally:s3cret@db/camtally");
    let output = command.env("CAMTALLY_DETECTION__ANALYSE_FPS", "8").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains("s3cret"), "{text}");
    let origin =
        |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().split("# ").nth(1).unwrap();
    assert!(origin("site.time_zone").ends_with("camtally.toml"));
    assert_eq!(origin("store.url"), "CAMTALLY_STORE__URL");
    assert_eq!(origin("detection.analyse_fps"), "CAMTALLY_DETECTION__ANALYSE_FPS");
    assert_eq!(origin("journal.limit_mib"), "default");
    assert!(text.contains("detection.analyse_fps = 8"), "{text}");
}

#[test]
fn a_wrong_configuration_is_refused_with_what_to_write() {
    let camera = "[[camera]]\nname = \"a\"\nrules = \"rules.toml\"\naddress = \"rtsp://10.0.0.9/\"\n";
    for (text, says) in [
        ("[sever]\n".to_owned(), "`sever`; did you mean `server`?"),
        ("[server]\nlissen = \"127.0.0.1:1\"\n".to_owned(), "did you mean `listen`?"),
        ("[server]\naddress = \"count.example.org\"\n".to_owned(), "`server.address`"),
        ("[site]\ntime_zone = \"Berlin\"\n".to_owned(), "Europe/Berlin"),
        ("[detection]\nanalyse_fps = 0\n".to_owned(), "`detection.analyse_fps`"),
        ("[detection]\nanalyse_fps = \"fast\"\n".to_owned(), "detection.analyse_fps"),
        ("[mqtt]\nurl = \"broker\"\n".to_owned(), "mqtt://broker:1883"),
        ("[mqtt]\nurl = \"mqtt://broker\"\nprefix = \"a/+\"\n".to_owned(), "`mqtt.prefix`"),
        ("[mail]\nhost = \"localhost\"\n".to_owned(), "`mail.from`"),
        ("[egress]\nallow = [\"10.0.0.300\"]\n".to_owned(), "egress.allow"),
        (camera.repeat(2), "two cameras are called `a`"),
        (camera.replace("rtsp:", "ftp:"), "rtsp"),
        (camera.replace("rules.toml", "none.toml"), "none.toml"),
        ("site = [".to_owned(), "camtally.toml"),
    ] {
        // A rules file is read only by those who watch the camera.
        let command = if text.contains("none.toml") { "serve" } else { "config" };
        let error = refused(&written(&text), &[command], 1);
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn cameras_can_come_from_the_environment() {
    let folder = written("");
    let camera = r#"[{name="entrance", address="loop:sample.mp4", rules="rules.toml"}]"#;
    let output = folder.program(&["config"]).env("CAMTALLY_CAMERA", camera).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("camera[0].name = \"entrance\""), "{text}");
}

#[test]
fn a_configuration_that_was_named_must_be_there() {
    let folder = Folder::new(0);
    let error = refused(&folder, &["doctor", "--config", "other.toml"], 1);
    assert!(error.contains("other.toml"), "{error}");
}
