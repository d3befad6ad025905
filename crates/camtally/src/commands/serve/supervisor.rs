//! Runs the cameras that are to run: those of the configuration file, and those of the registry as they are changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use event::GapReason;
use lease::Holding;
use registry::{Planned, Registry, RtspTransport};
use server::{App, CameraState};
use time::OffsetDateTime;
use tokio::sync::watch;
use video::{LiveSource, Reach};

use super::camera::{self, Running, Seat, Since};
use super::delivery::Leases;
use super::provisioned::ProvisionedCamera;
use super::rules::CurrentRules;

/// How often it is looked whether another process has changed something.
const LOOK: Duration = Duration::from_secs(2);

/// How a camera is connected to.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) id: String,
    pub(super) source: LiveSource,
    pub(super) transport: RtspTransport,
    pub(super) verify_tls: bool,
    pub(super) analyse_fps: Option<f64>,
    /// Which addresses may be connected to; all for a camera of the configuration file.
    pub(super) reach: Option<Reach>,
}

/// What may be connected to by a camera of the registry.
pub(super) fn reach(registry: &Registry) -> Reach {
    let reach = registry.reach().clone();
    Reach::new(move |address| reach.allows(address))
}

/// What runs the cameras.
pub(super) struct Supervisor {
    app: Arc<App>,
    seat: Seat,
    /// The leases without which nothing is watched; none for a program that watches alone.
    leases: Option<Leases>,
    provisioned: Vec<ProvisionedCamera>,
    running: BTreeMap<String, Watching>,
    /// Until when the cameras were watched that somebody has stopped.
    stopped: BTreeMap<String, OffsetDateTime>,
    /// The revision of the registry that runs; none when a part of it could not be started.
    revision: Option<i64>,
}

/// A camera that is watched.
struct Watching {
    running: Running,
    rules: Arc<CurrentRules>,
    /// When it was set up; none for one of the configuration file.
    configured: Option<OffsetDateTime>,
    /// The lease under which it is watched; none without leases.
    lease: Option<Holding>,
}

impl Supervisor {
    pub(super) fn new(app: Arc<App>, seat: Seat, leases: Option<Leases>) -> Self {
        let (running, stopped) = (BTreeMap::new(), BTreeMap::new());
        Self { app, seat, leases, provisioned: Vec::new(), running, stopped, revision: None }
    }

    /// Starts a camera of the configuration file; by lease, as soon as there is one for it.
    pub(super) async fn start_provisioned(&mut self, camera: &ProvisionedCamera) -> Result<()> {
        let id = &camera.connection.id;
        camera
            .rules
            .get()
            .check_classes(&self.seat.model.classes)
            .with_context(|| format!("camera `{id}`: {}", camera.file.display()))?;
        if self.leases.is_some() {
            self.provisioned.push(camera.clone());
            return Ok(());
        }
        self.start(camera.connection.clone(), &camera.rules, None, None).await
    }

    /// Follows the registry and the leases until it is told to end.
    pub(super) async fn run(mut self, mut end: watch::Receiver<bool>) -> Self {
        let mut changes = self.app.registry.changes();
        let mut leased = self.leases.as_ref().map(|leases| leases.held.changes());
        let mut clock = tokio::time::interval(LOOK);
        loop {
            if self.revision != Some(self.app.registry.now().revision) {
                self.follow().await;
            }
            tokio::select! {
                // The registry lives as long as the program.
                Ok(()) = changes.changed() => {}
                () = changed(&mut leased) => self.revision = None,
                _ = clock.tick() => {
                    if let Err(error) = self.app.registry.refresh().await {
                        tracing::warn!(%error, "it is not known what other processes have changed; trying again");
                    }
                }
                _ = end.changed() => return self,
            }
        }
    }

    /// Ends all cameras; what they have counted is in the journal then.
    pub(super) fn stop(self) {
        self.running.values().for_each(|watching| watching.running.ask());
        for watching in self.running.into_values() {
            watching.running.stop();
        }
    }

    /// Under which lease a camera may be watched; none inside where it needs none.
    fn may_watch(&self, id: &str) -> Option<Option<Holding>> {
        match &self.leases {
            None => Some(None),
            Some(leases) => leases.held.may_watch(id, leases.clock.monotonic()).map(Some),
        }
    }

    /// Makes what runs what is to run.
    async fn follow(&mut self) {
        let revision = self.app.registry.now().revision;
        let plan = match self.app.registry.plan().await {
            Ok(plan) => plan,
            Err(error) => {
                tracing::warn!(%error, "it is not known what is to be watched; trying again");
                return;
            }
        };
        self.end_others(&plan);
        let mut all_run = true;
        for camera in self.provisioned.clone() {
            let id = &camera.connection.id;
            let Some(lease) = self.may_watch(id).filter(|_| !self.running.contains_key(id)) else { continue };
            if let Err(error) = self.start(camera.connection.clone(), &camera.rules, None, lease).await {
                tracing::error!(
                    camera = id,
                    error = format!("{error:#}"),
                    "it cannot be watched; trying again"
                );
                all_run = false;
            }
        }
        for planned in plan {
            all_run &= self.follow_one(planned).await;
        }
        self.revision = all_run.then_some(revision);
    }

    /// Ends the cameras that are not to run as they do.
    fn end_others(&mut self, plan: &[Planned]) {
        let is_planned = |id: &str, watching: &Watching| {
            watching.configured.is_none_or(|configured| {
                plan.iter().any(|planned| {
                    planned.camera.id == id && planned.camera.started && planned.configured == configured
                })
            })
        };
        let mut ended = Vec::new();
        for (id, watching) in &self.running {
            let is_held = self.may_watch(id) == Some(watching.lease);
            if !is_held || !is_planned(id, watching) {
                watching.running.ask();
                ended.push((id.clone(), is_held));
            }
        }
        // A thread ends when its reader does, within two seconds.
        tokio::task::block_in_place(|| {
            for (id, is_held) in ended {
                let Some(watching) = self.running.remove(&id) else { continue };
                let until = watching.running.stop();
                if is_held {
                    tracing::info!(camera = id, "it is no longer watched as it was set up before");
                    self.stopped.extend(until.map(|until| (id.clone(), until)));
                } else {
                    tracing::info!(camera = id, "its lease has ended here");
                }
                if let Some(leases) = &self.leases {
                    leases.held.watch(&id, false);
                }
            }
        });
    }

    /// Starts a camera, or puts its rules in force; false when it is to be tried again.
    async fn follow_one(&mut self, planned: Planned) -> bool {
        let Planned { camera: registered, source, rules, configured } = planned;
        // Deleted meanwhile: the next look ends it.
        let Some(camera) = self.app.cameras.get(&registered.id) else { return true };
        if let Some(watching) = self.running.get(&registered.id) {
            if *watching.rules.get() != rules {
                watching.rules.put(&camera, rules);
                tracing::info!(camera = camera.id, "edited rules are in force");
            }
            return true;
        }
        if *camera.rules_in_force() != rules {
            camera.put_in_force(Arc::new(rules.clone()));
        }
        let Some(lease) = self.may_watch(&registered.id).filter(|_| registered.started) else { return true };
        let started = match source {
            Ok(source) => {
                let settings = &registered.settings;
                let connection = Connection {
                    id: registered.id,
                    source,
                    transport: settings.transport,
                    verify_tls: settings.verify_tls,
                    analyse_fps: settings.analyse_fps,
                    reach: Some(reach(&self.app.registry)),
                };
                let rules = Arc::new(CurrentRules::new(rules));
                self.start(connection, &rules, Some(configured), lease).await
            }
            Err(reason) => Err(anyhow::anyhow!(reason)),
        };
        if let Err(error) = &started {
            let reason = format!("{error:#}");
            let failed = CameraState::Failed { reason: reason.clone() };
            if camera.viewed().state != failed {
                tracing::error!(camera = camera.id, reason, "it cannot be watched; trying again");
                camera.update(|viewed| viewed.state = failed);
            }
        }
        started.is_ok()
    }

    async fn start(
        &mut self,
        connection: Connection,
        rules: &Arc<CurrentRules>,
        configured: Option<OffsetDateTime>,
        lease: Option<Holding>,
    ) -> Result<()> {
        let id = connection.id.clone();
        let stored = self.app.store.watched_until(&id).await?;
        let camera = self.app.cameras.get(&id).with_context(|| format!("camera `{id}` is gone"))?;
        camera.put_in_force(rules.get());
        let stopped = self.stopped.get(&id).copied();
        let until = stored.max(stopped);
        let is_configured = stopped.is_some() || configured > until;
        let reason = if is_configured { GapReason::Configuration } else { GapReason::Restart };
        let since = Since { until, reason };
        let running = camera::start(connection, Arc::clone(rules), self.seat.clone(), camera, since)?;
        self.stopped.remove(&id);
        if let Some(leases) = &self.leases {
            leases.held.watch(&id, true);
        }
        self.running.insert(id, Watching { running, rules: Arc::clone(rules), configured, lease });
        Ok(())
    }
}

/// Waits until another camera may be watched, or one no longer; without leases for ever.
async fn changed(leased: &mut Option<watch::Receiver<u64>>) {
    match leased {
        // What tells it lives as long as the supervisor.
        Some(leased) => leased.changed().await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}
