//! Many cameras on many workers, of which a third is killed at once.
//!
//! The cameras are a small video, shown in real time and looked at every few seconds: a machine of two cores has no time for
//! more. Everything else is as always, the detector too.

use std::process::Command;
use std::time::Duration;

use super::cluster::Cluster;
use super::ledger::Ledger;
use super::processes::{Fleet, check_leases};
use super::rabbitmq::RabbitMq;
use super::{Outcome, Setting, Verdict};
use crate::bench::RULES;
use crate::serving::{Camera, Server, Site};
use crate::shell;

/// Cameras and workers of the full run, and of the short one.
const FULL: (usize, usize) = (200, 20);
const SHORT: (usize, usize) = (24, 6);
/// Within which time all cameras are counted again.
const TAKEN_OVER: Duration = Duration::from_secs(15);
/// How long everything goes on before and after: watched time is told every ten seconds.
const GOES_ON: Duration = Duration::from_secs(25);
const SETTINGS: &str = "[detection]\ninput = 256\nthreads = 1\nanalyse_fps = 0.2\n";

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let (cameras, workers) = if setting.short { SHORT } else { FULL };
    let cluster = Cluster::start(&["max_connections=200"]);
    cluster.create("faults");
    let rabbit = RabbitMq::start(1);
    let folder = tempfile::tempdir()?;
    let video = folder.path().join("small.mp4");
    let mut made = Command::new("ffmpeg");
    made.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=2", "-t", "120"]);
    shell::run(made.args(["-c:v", "libx264", "-g", "4", "-pix_fmt", "yuv420p"]).arg(&video))?;
    let camera = |number| Camera {
        name: format!("camera-{number}"),
        address: format!("loop:{}", video.display()),
        rules: RULES.into(),
    };
    let cameras: Vec<Camera> = (0..cameras).map(camera).collect();
    let settings = format!(
        "{SETTINGS}[store]\nconnections = 3\nurl = \"{}\"\n[broker]\nurl = \"{}\"\n[server]\nwatch = false\n\
         ingest = false\n",
        cluster.address("faults"),
        rabbit.address()
    );
    let site = Site::new(&cameras, &settings, None)?;
    let mut fleet = Fleet::start(setting, &cameras, &settings, rabbit, (workers, 1))?;
    let outcome = super::with_log(&site, || kill(setting, &site, &mut fleet, cameras.len()));
    outcome.inspect_err(|_| fleet.show_logs())
}

fn kill(setting: &Setting, site: &Site, fleet: &mut Fleet, cameras: usize) -> anyhow::Result<Outcome> {
    let workers = fleet.workers.len();
    let killed = workers / 3;
    let mut verdict = Verdict { faults: killed as u32, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    fleet.settle()?;
    std::thread::sleep(GOES_ON);
    for process in &mut fleet.workers[..killed] {
        process.server.process.kill()?;
    }
    let took = fleet.until("the killed workers' cameras to be counted", |fleet| {
        (killed..workers).map(|worker| fleet.counted_by(worker)).sum::<usize>() == cameras
    })?;
    if took > TAKEN_OVER {
        verdict.complain(format!("cameras were counted again after {:.1} s", took.as_secs_f64()));
    }
    let most = (killed..workers).map(|worker| fleet.counted_by(worker)).max().unwrap_or(0);
    std::thread::sleep(GOES_ON);
    for process in &mut fleet.workers[..killed] {
        process.restart(setting)?;
        process.server.ready()?;
    }
    fleet.settle()?;
    fleet.end(&mut ledger, &mut verdict)?;
    server.terminate()?;
    let leases = check_leases(&ledger, &mut verdict)?;
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!(
        "{cameras} cameras on {workers} workers, {killed} killed at once: all counted again within {:.1} s, at most {most} by \
         one worker; {leases} leases, none at the same time as another of its camera",
        took.as_secs_f64()
    ));
    Ok(Outcome::Tried(verdict))
}
