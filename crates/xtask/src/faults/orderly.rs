//! SIGTERM while cameras count.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::ledger::Ledger;
use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::serving::{Server, Site};

const CAMERAS: usize = 4;
/// How long an orderly end may take.
const LIMIT: Duration = Duration::from_secs(5);

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let site = Site::new(&sample_cameras(folder.path(), CAMERAS)?, super::SETTINGS, None)?;
    super::with_log(&site, || end(setting, &site))
}

fn end(setting: &Setting, site: &Site) -> anyhow::Result<Outcome> {
    let times = if setting.short { 3 } else { 20 };
    let mut random = ChaCha8Rng::seed_from_u64(setting.seed);
    let mut verdict = Verdict { faults: times, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let mut longest = Duration::ZERO;
    for _ in 0..times {
        let server = Server::start(&setting.program, site)?;
        let live = server.listen();
        std::thread::sleep(Duration::from_millis(random.random_range(0..4_000)));
        let (status, took) = server.terminate()?;
        longest = longest.max(took);
        if status.code() != Some(0) || took > LIMIT {
            verdict.complain(format!("ended with {status} after {:.1} s", took.as_secs_f64()));
        }
        ledger.take_shown(live);
        ledger.take_journal(&site.journal())?;
        if ledger.pending() > 0 {
            verdict.complain(format!("{} events were not delivered", ledger.pending()));
        }
    }
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!("{CAMERAS} cameras; exit code 0 within {:.1} s", longest.as_secs_f64()));
    Ok(Outcome::Tried(verdict))
}
