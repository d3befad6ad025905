//! Workers, those who take in, and the broker, as processes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::ledger::Ledger;
use super::rabbitmq::RabbitMq;
use super::{Setting, Verdict};
use crate::serving::{Camera, PATIENCE, Server, Site, now};

/// By how much an event of one lease may be later than the first one of the next: what two clocks differ, and a frame.
const SLACK: time::Duration = time::Duration::milliseconds(500);

/// One process of the fleet, and its folder, which outlives it.
pub(super) struct Process {
    pub(super) site: Site,
    part: &'static str,
    pub(super) server: Server,
}

impl Process {
    fn start(setting: &Setting, part: &'static str, site: Site) -> anyhow::Result<Self> {
        let server = spawn(setting, part, &site)?;
        Ok(Self { site, part, server })
    }

    /// Starts it again, in the same folder.
    pub(super) fn restart(&mut self, setting: &Setting) -> anyhow::Result<()> {
        self.server = spawn(setting, self.part, &self.site)?;
        Ok(())
    }
}

fn spawn(setting: &Setting, part: &str, site: &Site) -> anyhow::Result<Server> {
    Server::spawn_part(&setting.program, part, site, &site.config())
}

/// Workers, those who take in, and the broker between them.
pub(super) struct Fleet {
    pub(super) workers: Vec<Process>,
    pub(super) ingests: Vec<Process>,
    pub(super) rabbit: RabbitMq,
    cameras: usize,
}

impl Fleet {
    /// Starts so many of each.
    pub(super) fn start(
        setting: &Setting,
        cameras: &[Camera],
        settings: &str,
        rabbit: RabbitMq,
        (workers, ingests): (usize, usize),
    ) -> anyhow::Result<Self> {
        let processes = |part: &'static str, count: usize| -> anyhow::Result<Vec<Process>> {
            let start = |number| {
                let settings = format!("{settings}[worker]\nname = \"{part}-{number}\"\n");
                Process::start(setting, part, Site::new(cameras, &settings, None)?)
            };
            (0..count).map(start).collect()
        };
        let (workers, ingests) = (processes("worker", workers)?, processes("ingest", ingests)?);
        Ok(Self { workers, ingests, rabbit, cameras: cameras.len() })
    }

    /// How many cameras a worker counts at this moment.
    pub(super) fn counted_by(&self, worker: usize) -> usize {
        let up = self.workers[worker].server.metric("camtally_camera_up").unwrap_or_default();
        up.into_iter().filter(|up| *up == 1.0).count()
    }

    /// Waits until something holds, and says how long it took.
    pub(super) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> anyhow::Result<Duration> {
        let begin = now();
        while !holds(self) {
            ensure!(begin.elapsed() < PATIENCE, "waited {} s in vain for {what}", PATIENCE.as_secs());
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(begin.elapsed())
    }

    /// Waits until all is as it should be: every camera is counted, by every worker some, and events flow.
    pub(super) fn settle(&self) -> anyhow::Result<()> {
        self.until("all cameras to be counted, by all workers", |fleet| {
            let counted: Vec<usize> =
                (0..fleet.workers.len()).map(|worker| fleet.counted_by(worker)).collect();
            counted.iter().sum::<usize>() == fleet.cameras && counted.iter().all(|count| *count > 0)
        })?;
        self.until("everybody to be ready", |fleet| {
            let all = fleet.workers.iter().chain(&fleet.ingests);
            all.into_iter()
                .all(|process| process.server.get("/readyz").is_ok_and(|answer| answer.status == 200))
        })?;
        Ok(())
    }

    /// Shows what the processes logged.
    pub(super) fn show_logs(&self) {
        for process in self.workers.iter().chain(&self.ingests) {
            eprintln!("{}:\n{}", process.part, process.site.log());
        }
    }

    /// Ends everything in order; then the journals and the queue must be empty.
    pub(super) fn end(&mut self, ledger: &mut Ledger, verdict: &mut Verdict) -> anyhow::Result<()> {
        for process in self.workers.drain(..) {
            let (status, _) = process.server.terminate()?;
            ensure!(status.success(), "SIGTERM: {status}");
            ledger.take_journal(&process.site.journal())?;
            if ledger.pending() > 0 {
                verdict.complain(format!("{} events were not delivered at an orderly end", ledger.pending()));
            }
        }
        let queues = || self.rabbit.control(&["list_queues", "name", "messages", "--no-table-headers"]);
        let is_empty = |queue: &str| queues().lines().any(|line| line.split_whitespace().eq([queue, "0"]));
        let begin = now();
        while !is_empty("camtally.ingest") {
            ensure!(begin.elapsed() < PATIENCE, "the queue is not emptied: {}", queues());
        }
        if !is_empty("camtally.dead-letters") {
            verdict.complain(format!("there are dead letters: {}", queues()));
        }
        for process in self.ingests.drain(..) {
            let (status, _) = process.server.terminate()?;
            ensure!(status.success(), "SIGTERM: {status}");
        }
        Ok(())
    }
}

/// No camera was counted under two leases at the same time. Gives how many leases there were.
pub(super) fn check_leases(ledger: &Ledger, verdict: &mut Verdict) -> anyhow::Result<usize> {
    let mut cameras = BTreeMap::<&str, BTreeMap<i64, (OffsetDateTime, OffsetDateTime)>>::new();
    for event in ledger.events() {
        let (Some(epoch), Some(camera)) = (event["lease"]["epoch"].as_i64(), event["camera"].as_str()) else {
            verdict.complain(format!("without a lease: {event}"));
            continue;
        };
        // A gap tells of the time in which nobody watched.
        if event["kind"] == "gap" {
            continue;
        }
        let ends = |name: &str| event[name].as_str().or_else(|| event["time"].as_str()).unwrap_or_default();
        let (from, until) =
            (OffsetDateTime::parse(ends("from"), &Rfc3339)?, OffsetDateTime::parse(ends("until"), &Rfc3339)?);
        let times = cameras.entry(camera).or_default().entry(epoch).or_insert((from, until));
        *times = (times.0.min(from), times.1.max(until));
    }
    for (camera, epochs) in &cameras {
        for pair in epochs.values().collect::<Vec<_>>().windows(2) {
            let [(_, before), (after, _)] = pair else { continue };
            if *before > *after + SLACK {
                verdict.complain(format!("{camera} was counted twice from {after} to {before}"));
            }
        }
    }
    Ok(cameras.values().map(BTreeMap::len).sum())
}
