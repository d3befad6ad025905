//! The cameras that this process watches, and what that needs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use journal::Journal;
use lease::Held;
use pipeline::Engine;
use server::App;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use transport::Drain;
use uuid::Uuid;
use video::{Clock, SystemClock};

use super::camera::{ModelFacts, Seat};
use super::delivery::{Leases, Sink};
use super::leasing::{Leasing, Worker};
use super::parts::Parts;
use super::provisioned::ProvisionedCamera;
use super::supervisor::Supervisor;
use super::{ENDING, upkeep};
use crate::config::Loaded;
use crate::detector::{self, Choice};

/// Parts of heat maps that wait for the store.
const HEAT_PARTS: usize = 256;
/// The shape that the shared input has. Pictures of another shape are padded.
const SHAPE: (u32, u32) = (1920, 1080);
/// How long leases are kept at the end until the last events are delivered: whoever takes a camera asks the store until when
/// it was watched.
const DELIVERING: Duration = Duration::from_secs(1);

/// Everything that watches.
pub(super) struct Watching {
    cameras: JoinHandle<Supervisor>,
    end: watch::Sender<bool>,
    heat: JoinHandle<()>,
    leasing: Option<Leasing>,
}

impl Watching {
    /// Loads the model, and begins to watch.
    pub(super) async fn start(
        loaded: &Loaded,
        parts: Parts,
        app: &Arc<App>,
        journal: Journal,
        provisioned: &[ProvisionedCamera],
    ) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let leases =
            parts.by_lease.then(|| Leases { held: Arc::new(Held::default()), clock: Arc::clone(&clock) });
        if !parts.by_lease {
            let workers = lease::workers(app.store.database()).await?;
            ensure!(
                workers == 0,
                "{workers} workers take the cameras of this database by lease, and each would be counted twice: set \
                 `server.watch = false`"
            );
        }
        let sink = Sink::new(journal, Arc::clone(app), leases.clone());
        let (engine, model) = start_engine(loaded)?;
        app.registry.know_classes(model.classes.clone());
        app.model.get_or_init(|| model.listed());
        let (heat, heat_parts) = tokio::sync::mpsc::channel(HEAT_PARTS);
        let heat_kept = tokio::spawn(upkeep::keep_heat(app.store.clone(), heat_parts));
        let detection = &loaded.config.detection;
        let seat = Seat {
            engine,
            model,
            sink,
            app: Arc::clone(app),
            analyse_fps: detection.analyse_fps,
            motion_gate: detection.motion_gate,
            fixtures: detection.fixtures,
            clock: Arc::clone(&clock),
            heat,
        };
        let mut supervisor = Supervisor::new(Arc::clone(app), seat, leases.clone());
        for camera in provisioned {
            supervisor.start_provisioned(camera).await?;
        }
        let (end, ended) = watch::channel(false);
        let cameras = tokio::spawn(supervisor.run(ended));
        let leasing = match leases {
            None => None,
            Some(Leases { held, clock }) => {
                let worker = worker(loaded);
                tracing::info!(worker = worker.id, weight = worker.weight, "takes cameras by lease");
                Some(Leasing::start(worker, app, held, clock).await?)
            }
        };
        app.readiness.has("cameras");
        Ok(Self { cameras, end, heat: heat_kept, leasing })
    }

    /// Ends it. What was counted is in the journal then.
    pub(super) async fn end(self, drain: Option<&Drain>) -> Result<()> {
        self.end.send_replace(true);
        let supervisor = self.cameras.await.map_err(|error| anyhow!("the cameras' end failed: {error}"))?;
        let stopped = tokio::task::spawn_blocking(move || supervisor.stop());
        stopped.await.map_err(|error| anyhow!("a camera's end failed: {error}"))?;
        if let Some(leasing) = self.leasing {
            if let Some(drain) = drain {
                drain.caught_up(DELIVERING).await;
            }
            leasing.end().await;
        }
        if tokio::time::timeout(ENDING, self.heat).await.is_err() {
            tracing::warn!("the last parts of heat maps are not in the store");
        }
        Ok(())
    }
}

fn worker(loaded: &Loaded) -> Worker {
    let settings = &loaded.config.worker;
    let detectors = match loaded.config.detection.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    Worker {
        // Whoever starts again is another one: what the one before had may still be on its way.
        id: format!("{}.{}", loaded.process_name(), &Uuid::new_v4().simple().to_string()[..8]),
        weight: if settings.weight > 0.0 { settings.weight } else { detectors as f64 },
        most: settings.cameras,
    }
}

fn start_engine(loaded: &Loaded) -> Result<(Arc<Engine>, Arc<ModelFacts>)> {
    let detection = &loaded.config.detection;
    let model = detector::load(&Choice {
        model: detection.model.clone(),
        input: (detection.input > 0).then_some(detection.input),
        tiles: None,
        threads: std::num::NonZeroUsize::new(detection.threads),
        batch: detection.batch,
        frame: SHAPE,
    })?;
    if let Some(notice) = &model.notice {
        tracing::warn!("{notice}");
    }
    let facts = ModelFacts {
        name: model.name,
        classes: model.classes,
        counted: model.counted,
        strong: model.strong,
        weak: model.weak,
    };
    let engine = Engine::start(model.detectors).context("the system gives no threads for the detectors")?;
    Ok((Arc::new(engine), Arc::new(facts)))
}
