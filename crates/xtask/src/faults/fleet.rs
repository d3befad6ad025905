//! Workers, those who take in, and the broker are killed while events flow from the ones to the others.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::cluster::Cluster;
use super::ledger::Ledger;
use super::processes::{Fleet, check_leases};
use super::rabbitmq::RabbitMq;
use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::serving::{Server, Site};

const CAMERAS: usize = 4;
const WORKERS: usize = 2;
const INGESTS: usize = 2;
/// Within which time a killed worker's cameras are counted by others, and a new worker has some.
const TAKEN_OVER: Duration = Duration::from_secs(15);
const JOINED: Duration = Duration::from_secs(10);
/// How long the broker stays away.
const AWAY: Duration = Duration::from_secs(3);

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let mut cluster = Cluster::start(&[]);
    cluster.create("faults");
    let rabbit = RabbitMq::start(if setting.short { 1 } else { 3 });
    let folder = tempfile::tempdir()?;
    let cameras = sample_cameras(folder.path(), CAMERAS)?;
    let settings = format!(
        "{}[store]\nurl = \"{}\"\n[broker]\nurl = \"{}\"\n[server]\nwatch = false\ningest = false\n",
        super::SETTINGS,
        cluster.address("faults"),
        rabbit.address()
    );
    let site = Site::new(&cameras, &settings, None)?;
    let mut fleet = Fleet::start(setting, &cameras, &settings, rabbit, (WORKERS, INGESTS))?;
    let outcome = super::with_log(&site, || fault(setting, &site, &mut fleet, &mut cluster));
    outcome.inspect_err(|_| fleet.show_logs())
}

fn fault(
    setting: &Setting,
    site: &Site,
    fleet: &mut Fleet,
    cluster: &mut Cluster,
) -> anyhow::Result<Outcome> {
    let rounds = if setting.short { 3 } else { 40 };
    let mut random = ChaCha8Rng::seed_from_u64(setting.seed);
    let mut verdict = Verdict { faults: rounds, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    let live = server.listen();
    fleet.settle()?;
    let (mut taken_over, mut joined, mut flowing) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        std::thread::sleep(Duration::from_millis(random.random_range(2_000..6_000)));
        let kinds = if setting.short { 3 } else { 4 };
        match round % kinds {
            0 => {
                let worker = random.random_range(0..WORKERS);
                fleet.workers[worker].server.process.kill()?;
                ledger.take_journal(&fleet.workers[worker].site.journal())?;
                let took = fleet.until("the killed worker's cameras to be counted", |fleet| {
                    (0..WORKERS)
                        .filter(|other| *other != worker)
                        .map(|other| fleet.counted_by(other))
                        .sum::<usize>()
                        == CAMERAS
                })?;
                taken_over = taken_over.max(took);
                fleet.workers[worker].restart(setting)?;
                fleet.workers[worker].server.ready()?;
                let took = fleet.until("the new worker to count", |fleet| fleet.counted_by(worker) > 0)?;
                joined = joined.max(took);
            }
            1 => {
                let ingest = random.random_range(0..INGESTS);
                fleet.ingests[ingest].server.process.kill()?;
                fleet.ingests[ingest].restart(setting)?;
            }
            2 => {
                let node = random.random_range(0..if setting.short { 1 } else { 3 });
                fleet.rabbit.kill(node);
                std::thread::sleep(AWAY);
                fleet.rabbit.start_again(node);
                flowing = flowing.max(fleet.until("events to flow again", |fleet| {
                    fleet
                        .workers
                        .iter()
                        .all(|worker| worker.server.get("/readyz").is_ok_and(|answer| answer.status == 200))
                })?);
            }
            _ => cluster.crash(),
        }
        fleet.settle()?;
        if round % 10 == 9 {
            println!("faults: fleet: {} of {rounds}", round + 1);
        }
    }
    fleet.end(&mut ledger, &mut verdict)?;
    server.terminate()?;
    ledger.take_shown(live);
    for (what, took, limit) in
        [("taken over", taken_over, TAKEN_OVER), ("given to a new worker", joined, JOINED)]
    {
        if took > limit {
            verdict.complain(format!("cameras were {what} after {:.1} s", took.as_secs_f64()));
        }
    }
    let leases = check_leases(&ledger, &mut verdict)?;
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!(
        "{CAMERAS} cameras on {WORKERS} workers, {INGESTS} that take in, {} nodes of RabbitMQ; {leases} leases; a killed \
         worker's cameras counted again within {:.1} s, a new worker's within {:.1} s; events flow within {:.1} s of the \
         broker's start",
        if setting.short { 1 } else { 3 },
        taken_over.as_secs_f64(),
        joined.as_secs_f64(),
        flowing.as_secs_f64(),
    ));
    Ok(Outcome::Tried(verdict))
}
