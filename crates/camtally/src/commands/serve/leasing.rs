//! Takes cameras by lease, lets the leases go on, and gives them back.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use lease::{CameraReport, Held, Leases, MARGIN, Placement, RENEW, Report, TERM};
use metrics::{counter, gauge};
use server::{App, CameraState, Viewed};
use time::OffsetDateTime;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use video::Clock;

/// How often it is looked whether a lease has ended.
const LAPSE: Duration = Duration::from_millis(200);
/// How long the database may take for one round: with the pause before it, less than a lease lasts.
const ROUND: Duration = Duration::from_secs(4);
/// How often the list of cameras is told again, though nothing has changed.
const LIST: Duration = Duration::from_secs(60);
/// Over how long the cost of a camera is measured before it is believed.
const MEASURE: Duration = Duration::from_secs(10);
/// What one frame costs that is decoded and not analysed, in thousandths of one that is.
const DECODED: f64 = 100.0;
/// By how much less is taken on, at each round, by a worker that has no time for all frames; the least; and by how much more
/// afterwards. Slow: what is moved costs its camera a gap.
const RELIEF: f64 = 0.98;
const LEAST: f64 = 0.4;
const RECOVERY: f64 = 1.003;

/// What a worker is.
pub(super) struct Worker {
    /// Unique: no two processes have the same.
    pub(super) id: String,
    /// How much it can do, relative to others.
    pub(super) weight: f64,
    /// The most cameras.
    pub(super) most: usize,
}

/// The tasks that keep the leases.
pub(super) struct Leasing {
    leases: Leases,
    held: Arc<Held>,
    tasks: [JoinHandle<()>; 2],
}

impl Leasing {
    /// Begins to take cameras.
    pub(super) async fn start(
        worker: Worker,
        app: &Arc<App>,
        held: Arc<Held>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let leases = Leases::open(app.store.database().clone(), &worker.id).await?;
        let started = (OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000) as i64;
        let lapsing = tokio::spawn(lapse(Arc::clone(&held), Arc::clone(&clock)));
        let keeper = Keeper {
            worker,
            app: Arc::clone(app),
            leases: leases.clone(),
            held: Arc::clone(&held),
            clock,
            started,
            costs: HashMap::new(),
            relief: 1.0,
            listed: None,
        };
        let renewing = tokio::spawn(keeper.run());
        Ok(Self { leases, held, tasks: [lapsing, renewing] })
    }

    /// Gives everything back. To be called when nothing is watched any more.
    pub(super) async fn end(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        let cameras = self.held.cameras();
        cameras.iter().for_each(|camera| self.held.watch(camera, false));
        self.held.leave(&cameras);
        let given = async {
            self.leases.give_back(&self.held.left()).await?;
            self.leases.leave().await
        };
        match tokio::time::timeout(ROUND, given).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "leases could not be given back; they end by themselves")
            }
            Err(_) => tracing::warn!("leases could not be given back in time; they end by themselves"),
        }
    }
}

/// Ends the watching of cameras whose leases have ended, also while the database does not answer.
async fn lapse(held: Arc<Held>, clock: Arc<dyn Clock>) {
    let mut look = tokio::time::interval(LAPSE);
    loop {
        look.tick().await;
        let lapsed = held.lapse(clock.monotonic());
        if lapsed > 0 {
            counter!("camtally_leases_lapsed_total").increment(lapsed as u64);
            tracing::error!(
                cameras = lapsed,
                "leases could not be renewed for {:.1} s: these cameras are not counted here any more",
                (TERM - MARGIN).as_secs_f64()
            );
        }
    }
}

struct Keeper {
    worker: Worker,
    app: Arc<App>,
    leases: Leases,
    held: Arc<Held>,
    clock: Arc<dyn Clock>,
    started: i64,
    costs: HashMap<String, Measured>,
    /// The share of its weight that it takes on.
    relief: f64,
    /// The revision of the registry whose cameras were listed, and when.
    listed: Option<(i64, Duration)>,
}

/// What a camera has cost.
#[derive(Clone, Copy)]
struct Measured {
    since: Duration,
    /// Frames that were analysed or should have been, and those among them that cost an inference.
    frames: u64,
    inferred: u64,
    cost: Option<i64>,
}

impl Keeper {
    async fn run(mut self) {
        let mut clock = tokio::time::interval(RENEW);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            clock.tick().await;
            let done = match tokio::time::timeout(ROUND, self.round()).await {
                Ok(done) => done,
                Err(_) => Err(anyhow::anyhow!("the database has not answered within {} s", ROUND.as_secs())),
            };
            match done {
                Ok(()) => self.app.readiness.has("leases"),
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::warn!(error, "leases are not renewed; trying again");
                    self.app.readiness.lacks("leases", error);
                }
            }
            gauge!("camtally_leases_held").set(self.held.staying() as f64);
        }
    }

    async fn round(&mut self) -> Result<()> {
        let left = self.held.left();
        if !left.is_empty() {
            self.leases.give_back(&left).await.context("cameras cannot be given back")?;
            self.held.gave_back(&left);
        }
        let now = self.clock.monotonic();
        let snapshot = self.app.registry.now();
        let wanted = snapshot.cameras.values().filter(|camera| camera.started);
        let wanted: Vec<String> = wanted.map(|camera| camera.id.clone()).collect();
        if self.listed.is_none_or(|(revision, at)| revision != snapshot.revision || now - at > LIST) {
            self.leases.list(&wanted).await?;
            self.listed = Some((snapshot.revision, now));
        }
        let asked = self.held.cameras();
        let report = self.report(&asked, now);
        let costs: Vec<Option<i64>> = report.cameras.iter().map(|camera| camera.cost).collect();
        let weight = report.weight;
        let sent = self.clock.monotonic();
        let renewal = self.leases.renew(&report).await?;
        self.held.answered(sent, renewal.now, &asked, renewal.renewed);
        let known: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let unwanted: Vec<String> =
            asked.iter().filter(|camera| !known.contains(camera.as_str())).cloned().collect();
        if !unwanted.is_empty() {
            self.held.leave(&unwanted);
        }
        // Those that are on their way out are somebody else's already.
        let staying = self.held.staying();
        let costs = &costs[..costs.len().min(staying)];
        let Placement { take, give } = Placement::of(&renewal.fleet, weight, costs, self.worker.most);
        if take > 0 {
            let sent = self.clock.monotonic();
            let (now, granted) = self.leases.take(&wanted, take).await?;
            if !granted.is_empty() {
                tracing::info!(cameras = granted.len(), "cameras are taken");
                counter!("camtally_leases_taken_total").increment(granted.len() as u64);
                self.held.answered(sent, now, &[], granted);
            }
        } else if give > 0 && staying == asked.len() {
            let given = &asked[asked.len() - give.min(asked.len())..];
            tracing::info!(cameras = given.len(), "cameras are given to workers with more time for them");
            counter!("camtally_leases_moved_total").increment(given.len() as u64);
            self.held.leave(given);
        }
        Ok(())
    }

    fn report(&mut self, cameras: &[String], now: Duration) -> Report {
        let mut overloaded = false;
        let mut told = Vec::with_capacity(cameras.len());
        for camera in cameras {
            let viewed = self.app.cameras.get(camera).map(|camera| camera.viewed()).unwrap_or_default();
            overloaded |= matches!(viewed.state, CameraState::Overloaded { .. });
            let cost = self.cost(camera, &viewed, now);
            let state = serde_json::to_string(&viewed).unwrap_or_default();
            told.push(CameraReport { camera: camera.clone(), cost, state });
        }
        self.costs.retain(|camera, _| cameras.binary_search(camera).is_ok());
        let change = if overloaded { RELIEF } else { RECOVERY };
        self.relief = (self.relief * change).clamp(LEAST, 1.0);
        Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started,
            weight: (self.worker.weight * self.relief * 1000.0).round() as i64,
            overloaded,
            cameras: told,
        }
    }

    /// What a camera costs, in thousandths of an inference a second; none while that is not known.
    fn cost(&mut self, camera: &str, viewed: &Viewed, now: Duration) -> Option<i64> {
        let frames = viewed.frames + viewed.shed;
        let inferred = frames.saturating_sub(viewed.still);
        let begun = Measured { since: now, frames, inferred, cost: None };
        let measured = self.costs.entry(camera.to_owned()).or_insert(begun);
        let over = now.saturating_sub(measured.since);
        if over >= MEASURE {
            let each = |count: u64, before: u64| count.saturating_sub(before) as f64 / over.as_secs_f64();
            let cost = each(inferred, measured.inferred) * 1000.0 + each(frames, measured.frames) * DECODED;
            // Half of what it was: what moves in front of a camera changes faster than cameras should be moved.
            let cost = measured.cost.map_or(cost, |before| (before as f64 + cost) / 2.0);
            *measured = Measured { cost: Some(cost.round() as i64), ..begun };
        }
        measured.cost
    }
}
