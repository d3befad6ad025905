//! `camtally serve`: cameras, journal, store and pages in one process.

mod alerting;
mod audience;
mod broker;
mod camera;
mod delivery;
mod logging;
mod people;
mod provisioned;
mod rules;
mod supervisor;
mod trial;
mod upkeep;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use journal::{Journal, Options};
use pipeline::Engine;
use registry::Registry;
use server::{App, Recordings};
use store::Store;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use video::{Clock, SystemClock};

use broker::Broker;
use supervisor::Supervisor;
use worker::{Measured, Meter};

use super::accounts;
use crate::cli::Serve;
use crate::config::{self, Loaded};
use crate::detector::{self, Choice};
use crate::{Done, say};

/// How long a start waits for what the journal holds from before to be in the store.
const CATCHING_UP: Duration = Duration::from_secs(5);
/// How long an end waits for the last events to be in the store. They are in the journal in any case.
const ENDING: Duration = Duration::from_secs(10);
/// Parts of heat maps that wait for the store.
const HEAT_PARTS: usize = 256;
/// The shape that the shared input has. Pictures of another shape are padded.
const SHAPE: (u32, u32) = (1920, 1080);

pub(crate) fn run(args: &Serve) -> Result<Done> {
    let mut loaded = config::read(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        loaded.config.server.listen = listen;
    }
    if let Some(data) = &args.data {
        // A flag is relative to where it is typed.
        loaded.config.data = std::path::absolute(data).context("the data folder has no name")?;
    }
    loaded.check()?;
    logging::start(args.log_format);
    run_until_signalled(&loaded)
}

/// Serves what is configured, until SIGTERM or Ctrl-C.
pub(crate) fn run_until_signalled(loaded: &Loaded) -> Result<Done> {
    let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
    let ended = runtime.block_on(serve(loaded));
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended.map(|()| Done::Well)
}

async fn serve(loaded: &Loaded) -> Result<()> {
    let config = &loaded.config;
    let data = loaded.data();
    std::fs::create_dir_all(&data)
        .with_context(|| format!("cannot make the data folder {}: may you write there?", data.display()))?;
    let options = Options { limit: config.journal.limit_mib << 20, ..Options::default() };
    let (journal, recovery) = Journal::open(&data.join("journal"), options)?;
    if !recovery.is_clean() {
        tracing::warn!("{recovery}");
    }
    let settings = store::Settings { connections: config.store.connections, ..store::Settings::default() };
    let signals = Signals::new()?;
    let Some(store) = signals.unless_ended(open_store(loaded, &settings)).await.transpose()? else {
        return Ok(());
    };
    let metrics = server::recorder().install_recorder().context("metrics cannot be kept")?;
    server::describe_metrics();
    let registry = open_registry(loaded, &store).await?;
    let provisioned = provisioned::cameras(loaded, &registry).await?;
    let recordings = open_recordings(&data)?;
    let mut app = App::new(store.clone(), registry.clone(), metrics);
    let accounts = if config.server.asks_to_sign_in() {
        let accounts = accounts::open(loaded, store.database().clone()).await?;
        app = app.with_accounts(accounts.clone());
        Some(accounts)
    } else {
        None
    };
    let app = Arc::new(app);
    app.tester.get_or_init(|| trial::tester(registry.clone()));
    app.recordings.get_or_init(|| recordings);
    for camera in &provisioned {
        if let Some(view) = app.cameras.get(&camera.connection.id) {
            view.put_in_force(camera.rules.get());
        }
    }
    app.readiness.lacks("cameras", "the model is being loaded");

    let listener = TcpListener::bind(config.server.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: is another program there? Choose one with --listen",
            config.server.listen
        )
    })?;
    let address = listener.local_addr()?;
    let router = server::router(Arc::clone(&app), &config.server.hosts);
    let (end_pages, pages_end) = tokio::sync::oneshot::channel::<()>();
    // It fails when the sender is dropped, which is an end as well.
    let pages_end = async { pages_end.await.unwrap_or_default() };
    let pages = tokio::spawn(server::serve(listener, router, config.server.limits(), pages_end));

    let broker = loaded.broker()?.map(|settings| Broker::start(settings, &app));
    let alerting = alerting::start(loaded, &app, broker.as_ref()).await?;
    let delivery = delivery::start(&journal, Arc::clone(&app), broker.clone());
    // What was watched before the start is asked of the store, so the journal's events must be there first.
    if !delivery.caught_up(CATCHING_UP).await {
        tracing::warn!("the store does not take the journal's events yet; they are kept");
    }
    let sink = delivery::Sink::new(journal, Arc::clone(&app));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let meter = Meter::new(Arc::clone(&clock));
    let engine = start_engine(loaded, &meter)?;
    registry.know_classes(engine.1.classes.clone());
    app.model.get_or_init(|| engine.1.listed());
    app.workers.get_or_init(|| worker::workers(&app, Arc::clone(&meter), &engine.0));
    let metering = tokio::spawn(Arc::clone(&meter).run());
    let (heat, heat_parts) = tokio::sync::mpsc::channel(HEAT_PARTS);
    let heat_kept = tokio::spawn(upkeep::keep_heat(store.clone(), heat_parts));
    let seat = camera::Seat {
        engine: engine.0,
        model: Arc::clone(&engine.1),
        sink,
        app: Arc::clone(&app),
        analyse_fps: config.detection.analyse_fps,
        motion_gate: config.detection.motion_gate,
        fixtures: config.detection.fixtures,
        clock,
        meter,
        heat,
    };
    let mut supervisor = Supervisor::new(Arc::clone(&app), seat);
    for camera in &provisioned {
        supervisor.start_provisioned(camera).await?;
    }
    let (end_cameras, cameras_end) = tokio::sync::watch::channel(false);
    let cameras = tokio::spawn(supervisor.run(cameras_end));
    app.readiness.has("cameras");
    if let Some(accounts) = &accounts
        && let Some(link) = accounts.setup_link().await?
    {
        // Nowhere but here: who reads the log must not become the admin.
        say(&format!(
            "camtally: make the first admin, once, at {}/setup#{}",
            accounts.settings().address,
            link.reveal()
        ));
    }
    let shown = app.cameras.all().len();
    let plural = if shown == 1 { "" } else { "s" };
    say(&format!("camtally: http://{address}/ shows {shown} camera{plural}"));

    let edits = tokio::spawn(upkeep::follow_edits(Arc::clone(&app), provisioned, engine.1.classes.clone()));
    let retention = tokio::spawn(upkeep::retain(store.clone(), config.retention.kept()));
    let purge = tokio::spawn(upkeep::purge(Arc::clone(&app), accounts, registry));
    signals.ended().await;
    tracing::info!("ending");
    edits.abort();
    retention.abort();
    purge.abort();
    metering.abort();
    end_cameras.send_replace(true);
    let supervisor = cameras.await.map_err(|error| anyhow!("the cameras' end failed: {error}"))?;
    let stopped = tokio::task::spawn_blocking(move || supervisor.stop());
    stopped.await.map_err(|error| anyhow!("a camera's end failed: {error}"))?;
    if tokio::time::timeout(ENDING, heat_kept).await.is_err() {
        tracing::warn!("the last parts of heat maps are not in the store");
    }
    if !delivery.caught_up(ENDING).await {
        tracing::warn!("the last events are not in the store yet: the journal keeps them for the next start");
    }
    delivery.end().await;
    alerting.end().await;
    if let Some(broker) = broker {
        broker.end().await;
    }
    // Until now they could be asked how the end goes on.
    drop(end_pages);
    pages.await.context("the pages ended badly")?;
    store.close().await;
    Ok(())
}

/// Opens the recordings that are kept.
fn open_recordings(data: &Path) -> Result<Recordings> {
    let folder = data.join("recordings");
    let opened = Recordings::open(&folder, OffsetDateTime::now_utc());
    opened.with_context(|| {
        format!("cannot open the recordings in {}: may you read and write there?", folder.display())
    })
}

fn start_engine(loaded: &Loaded, meter: &Arc<Meter>) -> Result<(Arc<Engine>, Arc<camera::ModelFacts>)> {
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
    let facts = camera::ModelFacts {
        name: model.name,
        classes: model.classes,
        counted: model.counted,
        strong: model.strong,
        weak: model.weak,
    };
    let measured =
        model.detectors.into_iter().map(|detector| Measured { detector, meter: Arc::clone(meter) });
    let engine =
        Engine::start(measured.collect()).context("the system gives no threads for the detectors")?;
    Ok((Arc::new(engine), Arc::new(facts)))
}

/// Opens what is to be watched, with what stands in the configuration and what earlier versions have noted in files.
async fn open_registry(loaded: &Loaded, store: &Store) -> Result<Registry> {
    let db = store.database().clone();
    audit::migrate(&db).await?;
    let provisioned = provisioned::of(loaded, OffsetDateTime::now_utc())?;
    let registry = Registry::open(db, accounts::vault(loaded)?, loaded.reach(), provisioned).await?;
    let file = loaded.data().join("rule-versions.json");
    let known = match std::fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is damaged: delete it, and versions begin anew", file.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(registry),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    registry.raise_rule_versions(&known).await?;
    std::fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.display()))?;
    Ok(registry)
}

/// Opens the store. A database that does not answer may only be starting itself: it is waited for.
async fn open_store(loaded: &Loaded, settings: &store::Settings) -> Result<Store> {
    let mut pause = Duration::from_millis(500);
    loop {
        match Store::open(&loaded.store_url(), settings).await {
            Err(error) if error.is_retryable() => {
                tracing::error!(%error, "the store cannot be opened; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
            }
            opened => return Ok(opened?),
        }
    }
}

/// SIGTERM and Ctrl-C, from the beginning on.
struct Signals(tokio::sync::watch::Receiver<bool>);

impl Signals {
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate()).context("SIGTERM cannot be waited for")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("Ctrl-C cannot be waited for")?;
        let (sender, receiver) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
            sender.send_replace(true);
            // Whoever asks later must find it.
            sender.closed().await;
        });
        Ok(Self(receiver))
    }

    async fn ended(&self) {
        // It fails only when the runtime ends, which is an end as well.
        self.0.clone().wait_for(|ended| *ended).await.map(drop).unwrap_or_default();
    }

    /// The future's result; none when it was told to end before.
    async fn unless_ended<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            result = future => Some(result),
            () = self.ended() => None,
        }
    }
}
