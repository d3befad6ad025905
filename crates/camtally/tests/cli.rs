//! The program as its user meets it.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LINE: &str = "[[line]]\nname = \"door\"\npoints = [[0.1, 0.5], [0.9, 0.5]]\n";

fn camtally(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_camtally")).args(args).output().unwrap()
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sample(name: &str) -> String {
    checkout().join("samples").join(name).display().to_string()
}

fn in_folder(files: &[(&str, &str)]) -> (tempfile::TempDir, impl Fn(&str) -> String + use<>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let root = folder.path().to_path_buf();
    (folder, move |name: &str| root.join(name).display().to_string())
}

/// Runs it, and holds it to one line on standard error and the exit code.
fn error(args: &[&str], code: i32) -> String {
    let output = camtally(args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    if code == 1 {
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    text
}

#[test]
fn the_sample_is_counted_as_labelled_by_eye_at_10_and_at_5_frames_a_second() {
    let (_folder, path) = in_folder(&[]);
    for fps in ["10", "5"] {
        let events = path(&format!("events-{fps}.jsonl"));
        let (video, rules) = (sample("pets2009-s2l1.mp4"), sample("pets2009-s2l1.rules.toml"));
        let args = ["count", &video, "--rules", &rules, "--events", &events, "--analyse-fps", fps];
        let output = camtally(&args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let truth = sample("pets2009-s2l1.truth.json");
        let output = camtally(&["evaluate", "--truth", &truth, "--events", &events, "--format", "json"]);
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        for rule in result["rules"].as_array().unwrap() {
            let f1 = rule["score"]["f1"]["value"].as_f64().unwrap();
            assert!(f1 >= 0.95, "{fps} frames/s: {rule}");
        }
        let wrong = wrong_in_zone(&std::fs::read_to_string(&events).unwrap());
        assert!(wrong <= 2, "{fps} frames/s: {wrong} people too many or too few in the zone");
    }
}

/// How many people the zone's events are off, over all 21 moments of the sample at which 48 were counted by eye.
fn wrong_in_zone(events: &str) -> i64 {
    let truth = std::fs::read_to_string(sample("pets2009-s2l1.zone-truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let events: Vec<serde_json::Value> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong = truth["occupancy"].as_array().unwrap().iter().map(|moment| {
        let before = events.iter().filter(|event| event["stream_time_s"].as_f64() <= moment["t"].as_f64());
        let inside = before.map(|event| match event["kind"].as_str() {
            Some("zone_enter") => 1,
            Some("zone_leave") => -1,
            _ => 0,
        });
        (inside.sum::<i64>() - moment["count"].as_i64().unwrap()).abs()
    });
    wrong.sum()
}

#[test]
fn the_same_file_gives_the_same_bytes_with_any_number_of_threads() {
    let (_folder, path) = in_folder(&[]);
    let (video, rules) = (sample("pets2009-s2l1.mp4"), sample("pets2009-s2l1.rules.toml"));
    let files: Vec<Vec<u8>> = ["1", "2"]
        .map(|threads| {
            let events = path(&format!("{threads}.jsonl"));
            let args = [
                "count",
                &video,
                "--rules",
                &rules,
                "--events",
                &events,
                "--threads",
                threads,
                "--end",
                "12s",
            ];
            assert!(camtally(&args).status.success());
            fs::read(&events).unwrap()
        })
        .to_vec();
    assert!(!files[0].is_empty());
    assert_eq!(files[0], files[1]);
}

#[test]
fn a_simulated_scene_is_counted_perfectly_from_detections_and_from_tracks() {
    let (_folder, path) = in_folder(&[]);
    let scene = path("scene");
    assert!(camtally(&["simulate", "--out", &scene, "--walkers", "25", "--seed", "7"]).status.success());
    for kind in ["detections", "tracks"] {
        let (boxes, rules) = (format!("{scene}/{kind}.txt"), format!("{scene}/rules.toml"));
        let events = path(&format!("{kind}.jsonl"));
        let option = format!("--{kind}");
        let args = ["count", &option, &boxes, "--fps", "10", "--rules", &rules, "--events", &events];
        assert!(camtally(&args).status.code().is_some_and(|code| code == 0 || code == 3));
        let truth = format!("{scene}/truth.json");
        let output = camtally(&["evaluate", "--truth", &truth, "--events", &events, "--format", "json"]);
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(result["overall"]["f1"]["value"], 1.0, "{kind}: {}", result["overall"]);
        assert!(result["overall"]["tp"].as_u64().unwrap() > 15);
    }
}

#[test]
fn bad_input_gets_one_line_that_says_what_to_do() {
    let (twice, key, class) =
        (LINE.repeat(2), format!("{LINE}preste = \"strict\"\n"), format!("{LINE}classes = [\"persn\"]\n"));
    let (folder, path) = in_folder(&[
        ("good.toml", LINE),
        ("zero.toml", "[[line]]\nname = \"door\"\npoints = [[0.5, 0.5], [0.5, 0.5]]\n"),
        ("outside.toml", "[[line]]\nname = \"door\"\npoints = [[0.1, 0.5], [1.9, 0.5]]\n"),
        ("crossed.toml", "[[zone]]\nname = \"z\"\npoints = [[0.1,0.1],[0.9,0.9],[0.9,0.1],[0.1,0.9]]\n"),
        ("twice.toml", &twice),
        ("key.toml", &key),
        ("class.toml", &class),
        ("text.mp4", "this is no video"),
        ("empty.mp4", ""),
        ("boxes.txt", "1,-1,10,10,20,50,0.9\n"),
        ("bad.txt", "1,-1,10,x,20,50,0.9\n"),
    ]);
    fs::create_dir(folder.path().join("folder")).unwrap();
    let video = sample("pets2009-s2l1.mp4");
    let good = path("good.toml");
    for (source, rules, says) in [
        ("gone.mp4", "good.toml", "gone.mp4"),
        ("text.mp4", "good.toml", "text.mp4"),
        ("empty.mp4", "good.toml", "empty"),
        ("folder", "good.toml", "folder"),
    ] {
        let text = error(&["count", &path(source), "--rules", &path(rules)], 1);
        assert!(text.contains(says), "{text}");
    }
    for (rules, says) in [
        ("gone.toml", "cannot open the rules file"),
        ("zero.toml", "points 1 and 2 are the same"),
        ("outside.toml", "point 2 (1.9, 0.5) is outside the picture"),
        ("crossed.toml", "crosses itself"),
        ("twice.toml", "the same name"),
        ("key.toml", "did you mean `preset`?"),
        ("class.toml", "did you mean `person`?"),
    ] {
        let text = error(&["count", &video, "--rules", &path(rules)], 1);
        assert!(text.contains(says), "{text}");
    }
    let nowhere = path("nowhere/out");
    for option in ["--events", "--annotate"] {
        let text = error(&["count", &video, "--rules", &good, option, &format!("{nowhere}.mp4")], 1);
        assert!(text.contains("nowhere"), "{text}");
    }
    let text = error(&["count", &video, "--rules", &good, "--model", &path("folder")], 1);
    assert!(text.contains("folder"), "{text}");
    let text = error(&["count", "--detections", &path("bad.txt"), "--fps", "10", "--rules", &good], 1);
    assert!(text.contains("line 1"), "{text}");
}

#[test]
fn another_counters_crossings_are_held_to_the_same_truth() {
    let line = r#"{"kind":"crossing","rule":"door","direction":"forward","stream_time_s":2.1}"#;
    let truth = r#"{"crossings":[{"line":"door","direction":"forward","t":2.0,"class":"person"}]}"#;
    let (_folder, path) = in_folder(&[
        ("e.jsonl", line),
        ("truth.json", truth),
        ("bad.jsonl", "{\"kind\":\"crossing\",\"stream_time_s\":1}"),
    ]);
    let output = camtally(&[
        "evaluate",
        "--truth",
        &path("truth.json"),
        "--events",
        &path("e.jsonl"),
        "--format",
        "json",
    ]);
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["overall"]["tp"], 1);
    let text = error(&["evaluate", "--truth", &path("truth.json"), "--events", &path("bad.jsonl")], 1);
    assert!(text.contains("line 1") && text.contains("`rule`"), "{text}");
}

#[test]
fn a_model_check_says_everything_that_does_not_fit() {
    let folder = checkout().join("models/nanodet-416");
    let good = camtally(&["model", "check", &folder.display().to_string()]);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stdout));

    let described = fs::read_to_string(folder.join("model.toml")).unwrap();
    let described = described.replacen("name = \"image\"", "name = \"picture\"", 1);
    let (_folder, path) = in_folder(&[("model.toml", &described)]);
    for file in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        if file.path().extension().is_some_and(|extension| extension == "onnx") {
            fs::copy(file.path(), path(&file.file_name().to_string_lossy())).unwrap();
        }
    }
    let wrong = camtally(&["model", "check", &path("")]);
    let found = String::from_utf8(wrong.stdout).unwrap();
    assert_eq!(wrong.status.code(), Some(1), "{found}");
    assert!(found.contains("picture") && found.contains('→'), "{found}");
}

#[test]
fn wrong_use_ends_with_2_and_says_what_is_meant() {
    assert!(error(&["cuont"], 2).contains("count"));
    assert!(error(&["count", "--rules", "r.toml"], 2).contains("SOURCE"));
    assert!(
        error(&["count", "v.mp4", "--rules", "r.toml", "--analyse-fps", "fast"], 2).contains("frame rate")
    );
    assert!(error(&["count", "--detections", "d.txt", "--rules", "r.toml"], 2).contains("--fps"));
}

#[test]
fn a_truncated_video_is_counted_as_far_as_it_goes_and_the_rest_is_a_gap() {
    let (_folder, path) = in_folder(&[("rules.toml", LINE)]);
    // An mkv can be read without its end, an mp4 cannot.
    let whole = path("whole.mkv");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-i", &sample("pets2009-s2l1.mp4"), "-t", "10", "-c", "copy", &whole])
        .status()
        .unwrap();
    assert!(made.success());
    let bytes = fs::read(&whole).unwrap();
    fs::write(path("half.mkv"), &bytes[..bytes.len() / 2]).unwrap();
    let (half, rules, events) = (path("half.mkv"), path("rules.toml"), path("e.jsonl"));
    let output = camtally(&["count", &half, "--rules", &rules, "--events", &events, "--analyse-fps", "2"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read_to_string(&events).unwrap().contains("\"kind\":\"gap\""));
}

#[test]
fn the_description_of_the_api_and_the_manual_need_neither_configuration_nor_data() {
    let (folder, path) = in_folder(&[]);
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_camtally"));
        let output = command.args(args).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let document: serde_json::Value = serde_json::from_slice(&run(&["openapi"])).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/v1/counts"]["get"].is_object());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    run(&["man", &path("man")]);
    let page = fs::read_to_string(path("man/camtally-serve.1")).unwrap();
    assert!(page.contains(".TH camtally-serve 1") && page.contains("\\-\\-listen"), "{page}");
    assert!(Path::new(&path("man/camtally.1")).exists());
}
