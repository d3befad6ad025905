//! `kill -9` at random moments while ten cameras count.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use time::OffsetDateTime;

use super::ledger::Ledger;
use super::timeline::{self, Life};
use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::serving::{PATIENCE, Server, Site};

const CAMERAS: usize = 10;
/// One life of so many lasts long enough for watched time to be reported.
const LONG_EVERY: u32 = 10;

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let site = Site::new(&sample_cameras(folder.path(), CAMERAS)?, super::SETTINGS, None)?;
    super::with_log(&site, || kill(setting, &site))
}

fn kill(setting: &Setting, site: &Site) -> anyhow::Result<Outcome> {
    let kills = setting.kills;
    let mut random = ChaCha8Rng::seed_from_u64(setting.seed);
    let mut ledger = Ledger::new(&setting.dump);
    let mut verdict = Verdict { faults: kills, ..Verdict::default() };
    let mut lives = Vec::new();
    let mut early = 0;
    for kill in 0..=kills {
        let begun = OffsetDateTime::now_utc();
        let mut server = Server::spawn(&setting.program, site)?;
        let last = kill == kills;
        // Some die while they start, and recover what the one before left.
        if !last && random.random_bool(0.25) {
            std::thread::sleep(Duration::from_millis(random.random_range(0..1_000)));
            early += 1;
            server.process.kill()?;
        } else {
            server.ready()?;
            let live = server.listen();
            let long = kill % LONG_EVERY == LONG_EVERY - 1;
            let life = if long { 21_000..26_000 } else { 500..5_000 };
            std::thread::sleep(Duration::from_millis(random.random_range(life)));
            if last {
                let counting = |server: &Server| Ok(server.frames()?.iter().all(|frames| *frames > 0));
                server.until("all cameras to count", PATIENCE, counting)?;
                let (status, _) = server.terminate()?;
                anyhow::ensure!(status.success(), "SIGTERM: {status}");
            } else {
                let newest = server.json(&format!("/api/v1/events?{}&limit=1000", crate::serving::ALWAYS))?;
                ledger.take_shown(newest["items"].as_array().cloned().unwrap_or_default());
                std::thread::sleep(Duration::from_millis(random.random_range(0..200)));
                server.process.kill()?;
            }
            ledger.take_shown(live);
        }
        lives.push(Life { begun, ended: OffsetDateTime::now_utc() });
        ledger.take_journal(&site.journal())?;
        if kill % 20 == 19 {
            println!("faults: kills: {} of {kills}", kill + 1);
        }
    }
    if ledger.pending() > 0 {
        verdict.complain(format!("{} events were not delivered at an orderly end", ledger.pending()));
    }
    ledger.check(&setting.program, site, &mut verdict)?;
    timeline::check(&ledger, &lives, &mut verdict)?;
    verdict.note(format!("{CAMERAS} cameras, {early} killed while starting, seed {}", setting.seed));
    Ok(Outcome::Tried(verdict))
}
