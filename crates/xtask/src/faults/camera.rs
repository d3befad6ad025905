//! An RTSP camera hangs, goes away, freezes, and comes back.

use std::time::Duration;

use super::ledger::Ledger;
use super::{Outcome, Setting, Verdict};
use crate::bench::RULES;
use crate::rtsp::RtspServer;
use crate::serving::{Camera, PATIENCE, Server, Site};

/// How soon the API must tell that a camera is gone, and that it is back.
const LIMIT: Duration = Duration::from_secs(5);
/// How soon it must tell that the picture stands still.
const FROZEN: Duration = Duration::from_secs(12);
/// A busy machine's own delay: a stopped process' last pictures, a start of Python.
const SLACK: Duration = Duration::from_millis(500);

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    if let Some(missing) = crate::rtsp::missing()? {
        return Ok(Outcome::Skipped(missing));
    }
    let rtsp = RtspServer::start("0", "")?;
    let cameras = [Camera { name: "rtsp".to_owned(), address: rtsp.address(), rules: RULES.into() }];
    let site = Site::new(&cameras, super::SETTINGS, None)?;
    super::with_log(&site, || fail(setting, &site, rtsp))
}

fn fail(setting: &Setting, site: &Site, mut rtsp: RtspServer) -> anyhow::Result<Outcome> {
    let rounds = if setting.short { 1 } else { 5 };
    let mut verdict = Verdict::default();
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    let live = server.listen();
    state(&server, "counting", PATIENCE)?;
    let (mut gone, mut back, mut frozen) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for _ in 0..rounds {
        // It hangs: its connections stay open.
        std::thread::sleep(Duration::from_secs(1));
        rtsp.process.signal("STOP")?;
        gone = gone.max(state(&server, "offline", PATIENCE)?);
        rtsp.process.signal("CONT")?;
        back = back.max(state(&server, "counting", PATIENCE)?);

        // It loses power, and starts again.
        std::thread::sleep(Duration::from_secs(1));
        let port = rtsp.port.to_string();
        drop(rtsp);
        gone = gone.max(state(&server, "offline", PATIENCE)?);
        std::thread::sleep(Duration::from_secs(3));
        rtsp = RtspServer::start(&port, "")?;
        back = back.max(state(&server, "counting", PATIENCE)?);

        // Its picture stands still.
        rtsp.process.signal("USR1")?;
        frozen = frozen.max(state(&server, "frozen", PATIENCE)?);
        rtsp.process.signal("USR1")?;
        back = back.max(state(&server, "counting", PATIENCE)?);
        verdict.faults += 3;
    }
    let (status, _) = server.terminate()?;
    anyhow::ensure!(status.success(), "SIGTERM: {status}");
    ledger.take_shown(live);
    ledger.take_journal(&site.journal())?;
    for (what, took, limit) in [("gone", gone, LIMIT), ("back", back, LIMIT), ("frozen", frozen, FROZEN)] {
        if took > limit + SLACK {
            verdict.complain(format!("told that the camera is {what} after {:.1} s", took.as_secs_f64()));
        }
    }
    for (reason, faults) in [("offline", 2), ("frozen", 1)] {
        let gap = |event: &&serde_json::Value| event["kind"] == "gap" && event["reason"] == reason;
        let gaps = ledger.events().filter(gap).count();
        if gaps != faults * rounds {
            verdict.complain(format!("{gaps} gaps of the reason {reason}, not {}", faults * rounds));
        }
    }
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!(
        "offline told within {:.1} s, frozen within {:.1} s, back within {:.1} s",
        gone.as_secs_f64(),
        frozen.as_secs_f64(),
        back.as_secs_f64()
    ));
    Ok(Outcome::Tried(verdict))
}

/// Waits for a state of the camera.
fn state(server: &Server, wanted: &str, patience: Duration) -> anyhow::Result<Duration> {
    server
        .until(&format!("the state {wanted}"), patience, |server| Ok(server.cameras()?[0]["state"] == wanted))
}
