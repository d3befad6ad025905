//! `camtally serve`: cameras, journal, store and pages in one process.

mod alerting;
mod audience;
mod broker;
mod camera;
mod delivery;
mod logging;
mod rules;
mod upkeep;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use journal::{Journal, Options};
use pipeline::Engine;
use server::{App, Site};
use store::Store;
use tokio::net::TcpListener;
use video::SystemClock;

use broker::Broker;
use rules::CurrentRules;
use versions::Versions;

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
/// The id of the site that is configured.
pub(crate) const SITE: &str = "main";
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
    let mut versions = Versions::open(&data)?;
    let mut rules = Vec::new();
    for camera in &config.cameras {
        rules.push(Arc::new(CurrentRules::open(loaded, camera, &mut versions)?));
    }
    let views: Vec<_> =
        config.cameras.iter().zip(&rules).map(|(camera, rules)| rules::view(camera, rules)).collect();
    let site = Site::new(SITE, &config.site.name, &config.site.time_zone)?;
    let mut app = App::new(store.clone(), metrics).with_site(site);
    let accounts = if config.server.asks_to_sign_in() {
        let accounts = accounts::open(loaded, store.database().clone()).await?;
        app = app.with_accounts(accounts.clone());
        Some(accounts)
    } else {
        None
    };
    let app = Arc::new(app);
    for view in &views {
        app.cameras.put(Arc::clone(view));
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
    let engine = Arc::new(start_engine(loaded)?);
    for (camera, rules) in config.cameras.iter().zip(&rules) {
        let checked = rules.get().check_classes(&engine.1.classes);
        checked.with_context(|| format!("camera `{}`: {}", camera.name, camera.rules.display()))?;
    }
    let (heat, heat_parts) = tokio::sync::mpsc::channel(HEAT_PARTS);
    let heat_kept = tokio::spawn(upkeep::keep_heat(store.clone(), heat_parts));
    let mut cameras = Vec::new();
    for ((camera, rules), view) in config.cameras.iter().zip(&rules).zip(&views) {
        let watched_until = store.watched_until(&camera.name).await?;
        let seat = camera::Seat {
            engine: Arc::clone(&engine.0),
            model: Arc::clone(&engine.1),
            sink: sink.clone(),
            view: Arc::clone(view),
            clock: Arc::new(SystemClock::new()),
            heat: heat.clone(),
        };
        cameras.push(camera::start(loaded, camera, Arc::clone(rules), seat, watched_until)?);
    }
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
    let plural = if cameras.len() == 1 { "" } else { "s" };
    say(&format!("camtally: http://{address}/ shows {} camera{plural}", cameras.len()));

    let edits = tokio::spawn(upkeep::follow_edits(
        views.into_iter().zip(rules).collect(),
        engine.1.classes.clone(),
        versions,
    ));
    let retention = tokio::spawn(upkeep::retain(store.clone(), config.retention.kept()));
    let purge = accounts.map(|accounts| tokio::spawn(upkeep::purge(accounts)));
    signals.ended().await;
    tracing::info!("ending");
    edits.abort();
    retention.abort();
    if let Some(purge) = purge {
        purge.abort();
    }
    let cameras = tokio::task::spawn_blocking(move || cameras.into_iter().for_each(camera::Running::stop));
    cameras.await.map_err(|error| anyhow!("a camera's end failed: {error}"))?;
    drop(heat);
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

fn start_engine(loaded: &Loaded) -> Result<(Arc<Engine>, Arc<camera::ModelFacts>)> {
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
    let engine = Engine::start(model.detectors).context("the system gives no threads for the detectors")?;
    Ok((Arc::new(engine), Arc::new(facts)))
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
