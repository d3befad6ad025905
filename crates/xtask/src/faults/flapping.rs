//! Cameras that go away and come back as often in an hour as bad ones do in a day.

use std::time::Duration;

use super::ledger::Ledger;
use super::{Outcome, Setting, Verdict};
use crate::bench::RULES;
use crate::rtsp::RtspServer;
use crate::serving::{Camera, PATIENCE, Server, Site, now};
use crate::usage::{self, Usage};

const CAMERAS: usize = 4;
/// One outage in each minute of a day, and of the short run.
const OUTAGES: (u32, u32) = (24 * 60, 16);
/// From one outage to the next: a day in an hour.
const EVERY: Duration = Duration::from_millis(2_500);
/// The run is looked at in so many parts: the first is for warming up, the second is what the last is held against.
const PARTS: usize = 8;
/// By how much the last part's most may be above the second's: a share of the memory; and a number of threads and handles,
/// for each camera may be connecting or not when they are counted.
const GROWTH: f64 = 0.10;
const MORE: usize = 3 * CAMERAS;

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    if let Some(missing) = crate::rtsp::missing()? {
        return Ok(Outcome::Skipped(missing));
    }
    let rtsp = RtspServer::start("0", "")?;
    let camera =
        |number| Camera { name: format!("camera {number}"), address: rtsp.address(), rules: RULES.into() };
    let cameras: Vec<Camera> = (0..CAMERAS).map(camera).collect();
    let site = Site::new(&cameras, super::SETTINGS, None)?;
    super::with_log(&site, || flap(setting, &site, rtsp))
}

fn flap(setting: &Setting, site: &Site, mut rtsp: RtspServer) -> anyhow::Result<Outcome> {
    let outages = if setting.short { OUTAGES.1 } else { OUTAGES.0 };
    let mut verdict = Verdict { faults: outages, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    let live = server.listen();
    counting(&server)?;
    let port = rtsp.port.to_string();
    let mut seen = Vec::new();
    for outage in 0..outages {
        let begin = now();
        // Every other one hangs with its connections open; the rest lose power.
        if outage % 2 == 0 {
            rtsp.process.signal("STOP")?;
            std::thread::sleep(EVERY / 2);
            rtsp.process.signal("CONT")?;
        } else {
            drop(rtsp);
            rtsp = RtspServer::start(&port, "")?;
        }
        std::thread::sleep(EVERY.saturating_sub(begin.elapsed()));
        seen.push(usage::of(server.process.0.id())?);
        if outage % 100 == 99 {
            println!("faults: flapping: {} of {outages}", outage + 1);
        }
    }
    counting(&server)?;
    let (status, _) = server.terminate()?;
    anyhow::ensure!(status.success(), "SIGTERM: {status}");
    ledger.take_shown(live);
    ledger.take_journal(&site.journal())?;
    ledger.check(&setting.program, site, &mut verdict)?;
    flat(&seen, &mut verdict);
    Ok(Outcome::Tried(verdict))
}

/// Waits until every camera counts.
fn counting(server: &Server) -> anyhow::Result<()> {
    let all = |server: &Server| {
        let cameras = server.cameras()?;
        Ok(cameras.iter().all(|camera| camera["state"] == "counting"))
    };
    server.until("all cameras to count", PATIENCE, all).map(drop)
}

/// Holds the last part of a run against the second.
fn flat(seen: &[Usage], verdict: &mut Verdict) {
    let part = |number: usize| &seen[seen.len() * number / PARTS..seen.len() * (number + 1) / PARTS];
    let most = |part: &[Usage]| {
        let memory = part.iter().map(|usage| usage.memory_mib).fold(0.0, f64::max);
        let most = |count: fn(&Usage) -> usize| part.iter().map(count).max().unwrap_or(0);
        (memory, [most(|usage| usage.threads), most(|usage| usage.handles), most(|usage| usage.sockets)])
    };
    let ((memory, counts), (memory_after, counts_after)) = (most(part(1)), most(part(PARTS - 1)));
    if memory_after > memory * (1.0 + GROWTH) {
        verdict.complain(format!("memory grew from {memory:.0} to {memory_after:.0} MiB"));
    }
    let mut notes = vec![format!("at most {memory:.0} → {memory_after:.0} MiB")];
    for ((what, before), after) in ["threads", "handles", "sockets"].iter().zip(counts).zip(counts_after) {
        if after > before + MORE {
            verdict.complain(format!("{what} grew from {before} to {after}"));
        }
        notes.push(format!("{before} → {after} {what}"));
    }
    verdict.note(notes.join(", "));
}
