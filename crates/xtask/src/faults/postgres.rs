//! PostgreSQL is killed and started again while its events come.

use std::time::Duration;

use super::cluster::Cluster;
use super::ledger::Ledger;
use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::serving::{PATIENCE, Server, Site, now};

const CAMERAS: usize = 4;

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let crashes = if setting.short { 2 } else { 20 };
    let mut cluster = Cluster::start(&[]);
    cluster.create("faults");
    let folder = tempfile::tempdir()?;
    let settings = format!("{}[store]\nurl = \"{}\"\n", super::SETTINGS, cluster.address("faults"));
    let site = Site::new(&sample_cameras(folder.path(), CAMERAS)?, &settings, None)?;
    super::with_log(&site, || crash(setting, &site, &mut cluster, crashes))
}

fn crash(setting: &Setting, site: &Site, cluster: &mut Cluster, crashes: u32) -> anyhow::Result<Outcome> {
    let mut verdict = Verdict { faults: crashes, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    let live = server.listen();
    let (mut noticed, mut caught_up) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..crashes {
        std::thread::sleep(Duration::from_secs(3));
        cluster.end();
        let before: u64 = server.frames()?.iter().sum();
        let told = server.until("/readyz to tell that the store is away", PATIENCE, |server| {
            let answer = server.get("/readyz")?;
            Ok(answer.status == 503 && answer.body.contains("\"store\""))
        })?;
        noticed = noticed.max(told);
        // Longer than the first pauses between tries.
        std::thread::sleep(Duration::from_secs(3));
        let frames: u64 = server.frames()?.iter().sum::<u64>() - before;
        if frames < 5 * CAMERAS as u64 {
            verdict.complain(format!("only {frames} frames were counted while the store was away"));
        }
        let status = server.get(&format!("/api/v1/events?{}", crate::serving::ALWAYS))?.status;
        if status != 503 {
            verdict.complain(format!("a question was answered {status} while the store was away"));
        }
        cluster.start_again();
        let begin = now();
        server
            .until("the delivery to catch up", PATIENCE, |server| Ok(server.get("/readyz")?.status == 200))?;
        caught_up = caught_up.max(begin.elapsed());
    }
    let (status, _) = server.terminate()?;
    anyhow::ensure!(status.success(), "SIGTERM: {status}");
    ledger.take_shown(live);
    ledger.take_journal(&site.journal())?;
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!(
        "{CAMERAS} cameras; told within {:.1} s, ready again within {:.1} s",
        noticed.as_secs_f64(),
        caught_up.as_secs_f64()
    ));
    Ok(Outcome::Tried(verdict))
}
