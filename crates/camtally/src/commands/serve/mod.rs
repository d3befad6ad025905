//! `camtally serve`, `worker` and `ingest`: cameras, journal, store and pages, in one process or in many.

mod alerting;
mod audience;
mod broker;
mod camera;
mod delivery;
mod keeper;
mod leasing;
mod logging;
mod parts;
mod people;
mod provisioned;
mod rules;
mod states;
mod supervisor;
mod trial;
mod upkeep;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use journal::{Journal, Options};
use registry::Registry;
use server::App;
use store::Store;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use transport::{Drain, Ingest, Publisher};

use broker::Broker;
use delivery::{ToBroker, ToStore};
use keeper::Keeper;
pub(crate) use parts::Parts;
use watching::Watching;

use super::accounts;
use crate::cli::{Part, Serve};
use crate::config::{self, Loaded};
use crate::{Done, say};

/// How long a start waits for what the journal holds from before to be delivered.
const CATCHING_UP: Duration = Duration::from_secs(5);
/// How long an end waits for the last events to be delivered. They are in the journal in any case.
const ENDING: Duration = Duration::from_secs(10);

/// `camtally serve`.
pub(crate) fn run(args: &Serve) -> Result<Done> {
    let mut loaded = config::read(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        loaded.config.server.listen = listen;
    }
    set_data(&mut loaded, args.data.as_deref())?;
    loaded.check()?;
    logging::start(args.log_format);
    run_until_signalled(&loaded, Parts::server(&loaded))
}

/// `camtally worker` and `camtally ingest`.
pub(crate) fn run_part(args: &Part, parts: Parts) -> Result<Done> {
    let mut loaded = config::read(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        loaded.config.health.listen = listen;
    }
    set_data(&mut loaded, args.data.as_deref())?;
    loaded.check()?;
    logging::start(args.log_format);
    run_until_signalled(&loaded, parts)
}

fn set_data(loaded: &mut Loaded, data: Option<&std::path::Path>) -> Result<()> {
    if let Some(data) = data {
        // A flag is relative to where it is typed.
        loaded.config.data = std::path::absolute(data).context("the data folder has no name")?;
    }
    Ok(())
}

/// Runs these parts as they are configured, until SIGTERM or Ctrl-C.
pub(crate) fn run_until_signalled(loaded: &Loaded, parts: Parts) -> Result<Done> {
    parts.check(loaded)?;
    let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
    let ended = runtime.block_on(serve(loaded, parts));
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended.map(|()| Done::Well)
}

async fn serve(loaded: &Loaded, parts: Parts) -> Result<()> {
    let config = &loaded.config;
    let data = loaded.data();
    std::fs::create_dir_all(&data)
        .with_context(|| format!("cannot make the data folder {}: may you write there?", data.display()))?;
    let journal = parts.watches.then(|| open_journal(loaded)).transpose()?;
    let settings = store::Settings { connections: config.store.connections, ..store::Settings::default() };
    let signals = Signals::new()?;
    let Some(store) = signals.unless_ended(open_store(loaded, &settings)).await.transpose()? else {
        return Ok(());
    };
    let metrics = server::recorder().install_recorder().context("metrics cannot be kept")?;
    server::describe_metrics();
    let registry = open_registry(loaded, &store).await?;
    let provisioned = provisioned::cameras(loaded, &registry).await?;
    let mut app = App::new(store.clone(), registry.clone(), metrics);
    let accounts = if parts.serves && config.server.asks_to_sign_in() {
        let accounts = accounts::open(loaded, store.database().clone()).await?;
        app = app.with_accounts(accounts.clone());
        Some(accounts)
    } else {
        None
    };
    let app = Arc::new(app);
    app.tester.get_or_init(|| trial::tester(registry.clone()));
    for camera in &provisioned {
        if let Some(view) = app.cameras.get(&camera.connection.id) {
            view.put_in_force(camera.rules.get());
        }
    }
    if parts.watches {
        app.readiness.lacks("cameras", "the model is being loaded");
    }
    let listen = if parts.serves { config.server.listen } else { config.health.listen };
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is another program there? Choose one with --listen")
    })?;
    let address = listener.local_addr()?;
    let router = if parts.serves {
        server::router(Arc::clone(&app), &config.server.hosts)
    } else {
        server::health_router(Arc::clone(&app), &config.server.hosts)
    };
    let (end_pages, pages_end) = tokio::sync::oneshot::channel::<()>();
    // It fails when the sender is dropped, which is an end as well.
    let pages_end = async { pages_end.await.unwrap_or_default() };
    let pages = tokio::spawn(server::serve(listener, router, config.server.limits(), pages_end));

    let mqtt = match loaded.mqtt()? {
        Some(settings) if parts.serves => Some(Broker::start(settings, &app)),
        _ => None,
    };
    let alerting = alerting::start(loaded, &app, mqtt.as_ref(), parts.serves).await?;
    let rabbit = loaded.broker()?;
    let drain = match &journal {
        None => None,
        Some(journal) => Some(match &rabbit {
            None => {
                Drain::start(journal, ToStore { keeper: Keeper::new(Arc::clone(&app), mqtt.clone()).await? })
            }
            Some(rabbit) => {
                let cameras = Arc::clone(&app);
                let site_of = Box::new(move |camera: &str| {
                    cameras.cameras.get(camera).map(|camera| camera.site.clone())
                });
                let publisher = Publisher::new(rabbit.clone(), site_of);
                Drain::start(journal, ToBroker { publisher, app: Arc::clone(&app) })
            }
        }),
    };
    let mut ingest = match &rabbit {
        Some(rabbit) if parts.ingests => {
            let keeper = Keeper::new(Arc::clone(&app), mqtt.clone()).await?;
            Some(Ingest::start(rabbit.clone(), keeper))
        }
        _ => None,
    };
    let watching = match journal {
        Some(journal) => {
            // What was watched before the start is asked of the store, so the journal's events must be there first.
            if let Some(drain) = &drain
                && !drain.caught_up(CATCHING_UP).await
            {
                tracing::warn!("the journal's events are not delivered yet; they are kept");
            }
            Some(Watching::start(loaded, parts, &app, journal, &provisioned).await?)
        }
        None => None,
    };
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
    say(&told(parts, &app, address));
    let beside = beside(loaded, parts, &app, provisioned, accounts).await?;
    tokio::select! {
        () = signals.ended() => tracing::info!("ending"),
        () = failed(&mut ingest) => return Err(anyhow!("taking in has failed: the log says why")),
    }
    beside.iter().for_each(JoinHandle::abort);
    if let Some(watching) = watching {
        watching.end(drain.as_ref()).await?;
    }
    if let Some(drain) = drain {
        if !drain.caught_up(ENDING).await {
            tracing::warn!(
                "the last events are not delivered yet: the journal keeps them for the next start"
            );
        }
        drain.end().await;
    }
    if let Some(ingest) = ingest {
        ingest.end().await;
    }
    alerting.end().await;
    if let Some(mqtt) = mqtt {
        mqtt.end().await;
    }
    // Until now they could be asked how the end goes on.
    drop(end_pages);
    pages.await.context("the pages ended badly")?;
    store.close().await;
    Ok(())
}

/// What is told when everything has begun.
fn told(parts: Parts, app: &App, address: std::net::SocketAddr) -> String {
    let shown = app.cameras.all().len();
    let plural = if shown == 1 { "" } else { "s" };
    match parts {
        Parts { serves: true, .. } => format!("camtally: http://{address}/ shows {shown} camera{plural}"),
        Parts { watches: true, .. } => {
            format!("camtally: a worker for {shown} camera{plural}; its health is at http://{address}/readyz")
        }
        _ => format!("camtally: takes in events; its health is at http://{address}/readyz"),
    }
}

/// What goes on beside: edits of rules files, what other processes tell, deleting what is too old.
async fn beside(
    loaded: &Loaded,
    parts: Parts,
    app: &Arc<App>,
    provisioned: Vec<provisioned::ProvisionedCamera>,
    accounts: Option<access::Accounts>,
) -> Result<Vec<JoinHandle<()>>> {
    let mut tasks = Vec::new();
    let classes = app.model.get().map(|model| model.classes.clone()).unwrap_or_default();
    if parts.serves || parts.watches {
        tasks.push(tokio::spawn(upkeep::follow_edits(Arc::clone(app), provisioned, classes)));
    }
    if !parts.watches {
        tasks.push(tokio::spawn(states::follow_registry(Arc::clone(app))));
    }
    if parts.serves {
        tasks.push(tokio::spawn(upkeep::retain(app.store.clone(), loaded.config.retention.kept())));
        tasks.push(tokio::spawn(upkeep::purge(accounts, app.registry.clone())));
        if !parts.watches {
            tasks.extend(states::start(app).await?);
        }
    }
    Ok(tasks)
}

/// Waits until what takes in has failed; for ever where nothing does.
async fn failed(ingest: &mut Option<Ingest>) {
    match ingest {
        Some(ingest) => ingest.failed().await,
        None => std::future::pending().await,
    }
}

fn open_journal(loaded: &Loaded) -> Result<Journal> {
    let options = Options { limit: loaded.config.journal.limit_mib << 20, ..Options::default() };
    let (journal, recovery) = Journal::open(&loaded.data().join("journal"), options)?;
    if !recovery.is_clean() {
        tracing::warn!("{recovery}");
    }
    Ok(journal)
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
