//! Runs the cameras that are to run: those of the configuration file, and those of the registry as they are changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use event::GapReason;
use registry::{Planned, Registry, RtspTransport};
use server::{App, CameraState};
use time::OffsetDateTime;
use tokio::sync::watch;
use video::{LiveSource, Reach};

use super::camera::{self, Running, Seat, Since};
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
}

impl Supervisor {
    pub(super) fn new(app: Arc<App>, seat: Seat) -> Self {
        let (running, stopped) = (BTreeMap::new(), BTreeMap::new());
        Self { app, seat, running, stopped, revision: None }
    }

    /// Starts a camera of the configuration file.
    pub(super) async fn start_provisioned(&mut self, camera: &ProvisionedCamera) -> Result<()> {
        let id = &camera.connection.id;
        camera
            .rules
            .get()
            .check_classes(&self.seat.model.classes)
            .with_context(|| format!("camera `{id}`: {}", camera.file.display()))?;
        self.start(camera.connection.clone(), &camera.rules, None).await
    }

    /// Follows the registry until it is told to end.
    pub(super) async fn run(mut self, mut end: watch::Receiver<bool>) -> Self {
        let mut changes = self.app.registry.changes();
        let mut clock = tokio::time::interval(LOOK);
        loop {
            if self.revision != Some(self.app.registry.now().revision) {
                self.follow().await;
            }
            tokio::select! {
                // The registry lives as long as the program.
                Ok(()) = changes.changed() => {}
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
        for planned in plan {
            all_run &= self.follow_one(planned).await;
        }
        self.revision = all_run.then_some(revision);
    }

    /// Ends the cameras that are not to run as they do.
    fn end_others(&mut self, plan: &[Planned]) {
        let stays = |id: &str, watching: &Watching| {
            watching.configured.is_none_or(|configured| {
                plan.iter().any(|planned| {
                    planned.camera.id == id && planned.camera.started && planned.configured == configured
                })
            })
        };
        let ended = self.running.extract_if(.., |id, watching| !stays(id, watching));
        let ended: Vec<_> = ended.collect();
        ended.iter().for_each(|(_, watching)| watching.running.ask());
        // A thread ends when its reader does, within two seconds.
        tokio::task::block_in_place(|| {
            for (id, watching) in ended {
                tracing::info!(camera = id, "it is no longer watched as it was set up before");
                let until = watching.running.stop();
                self.stopped.extend(until.map(|until| (id, until)));
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
        if !registered.started {
            return true;
        }
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
                self.start(connection, &rules, Some(configured)).await
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
        self.running.insert(id, Watching { running, rules: Arc::clone(rules), configured });
        Ok(())
    }
}
