//! `camtally doctor`: what is wrong, and what to do.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use journal::Journal;
use store::{Settings, Store};
use time::OffsetDateTime;
use video::{LiveItem, LiveOptions, LiveReader, SystemClock};

use crate::cli::Doctor;
use crate::config::{self, Camera, Loaded};
use crate::detector::{self, Choice};
use crate::{Done, inputs, put};

/// How long a camera is waited for.
const CAMERA: Duration = Duration::from_secs(12);
/// Below this much free space the disk is called nearly full.
const FREE: u64 = 1 << 30;

/// What was found of one part.
enum Found {
    Well(String),
    Odd(String),
    Wrong(String),
}

impl Found {
    fn of<T: Display>(checked: Result<T>) -> Self {
        match checked {
            Ok(text) => Self::Well(text.to_string()),
            Err(error) => Self::Wrong(format!("{error:#}")),
        }
    }
}

pub(crate) fn run(args: &Doctor) -> Result<Done> {
    let loaded = config::load(args.config.as_deref())?;
    let mut findings =
        vec![("configuration".to_owned(), Found::Well(format!("{} cameras", loaded.config.cameras.len())))];
    findings.push(("data folder".to_owned(), data_folder(&loaded)));
    findings.push(("journal".to_owned(), journal(&loaded)));
    findings.push(("store".to_owned(), Found::of(store(&loaded))));
    if let Some(broker) = loaded.broker()? {
        findings.push(("broker".to_owned(), self::broker(&broker)));
    }
    if args.recount {
        findings.push(("recount".to_owned(), recount(&loaded, args.repair)));
    }
    let (model, classes) = model(&loaded);
    findings.push(("model".to_owned(), model));
    findings.extend(cameras(&loaded, &classes));
    let width = findings.iter().map(|(part, _)| part.chars().count()).max().unwrap_or(0);
    let (mut odd, mut wrong) = (0, 0);
    for (part, found) in &findings {
        let (mark, text) = match found {
            Found::Well(text) => ("ok   ", text),
            Found::Odd(text) => {
                odd += 1;
                ("look ", text)
            }
            Found::Wrong(text) => {
                wrong += 1;
                ("WRONG", text)
            }
        };
        put(&format!("{mark}  {part:<width$}  {text}\n"))?;
    }
    match (wrong, odd) {
        (0, 0) => Ok(Done::Well),
        (0, _) => Ok(Done::Look),
        _ => bail!("{wrong} of {} parts are wrong", findings.len()),
    }
}

fn data_folder(loaded: &Loaded) -> Found {
    let data = loaded.data();
    let tried = || -> Result<u64> {
        std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
        let probe = data.join(".doctor");
        std::fs::write(&probe, b"probe").with_context(|| {
            format!(
                "nothing can be written to {}: give this user permission, or mount it writable",
                data.display()
            )
        })?;
        std::fs::remove_file(&probe)
            .with_context(|| format!("nothing can be deleted in {}", data.display()))?;
        Ok(fs4::available_space(&data)?)
    };
    match tried() {
        Ok(free) if free < FREE => {
            Found::Odd(format!("{}: only {} MiB are free; make room", data.display(), free >> 20))
        }
        Ok(free) => {
            Found::Well(format!("{}: {:.1} GiB free", data.display(), free as f64 / f64::from(1 << 30)))
        }
        Err(error) => Found::Wrong(format!("{error:#}")),
    }
}

fn journal(loaded: &Loaded) -> Found {
    let folder = loaded.data().join("journal");
    if !folder.exists() {
        return Found::Well("empty".to_owned());
    }
    match Journal::check(&folder) {
        Ok(recovery) if recovery.is_clean() => {
            Found::Well(format!("{} events wait for the store", recovery.pending))
        }
        Ok(recovery) => Found::Odd(recovery.to_string()),
        Err(error) => Found::Wrong(error.to_string()),
    }
}

/// Whether the broker answers, and what waits there.
fn broker(broker: &transport::Broker) -> Found {
    let looked = || -> Result<(u32, u32)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(broker.look())?)
    };
    match looked() {
        Ok((waiting, 0)) => Found::Well(format!("{waiting} messages wait to be taken in")),
        Ok((waiting, dead)) => Found::Odd(format!(
            "{waiting} messages wait to be taken in, and {dead} could not be: see `camtally dead-letters list`"
        )),
        Err(error) => Found::Wrong(format!("{error:#}")),
    }
}

/// Brings the schema up to date.
pub(crate) fn migrate(file: Option<&Path>) -> Result<Done> {
    let store = store(&config::load(file)?)?;
    put(&format!("{store}: the schema is up to date\n"))?;
    Ok(Done::Well)
}

/// Opens the store, and says which it is.
fn store(loaded: &Loaded) -> Result<String> {
    with_store(loaded, async |store| {
        store.ping().await?;
        let shown = format!("{store:?}");
        Ok(shown.trim_start_matches("Store(\"").trim_end_matches("\")").to_owned())
    })
}

/// Counts everything anew from the events.
fn recount(loaded: &Loaded, repair: bool) -> Found {
    let recounted = with_store(loaded, async |store| {
        Ok(store
            .recount(OffsetDateTime::UNIX_EPOCH, OffsetDateTime::now_utc() + time::Duration::DAY, repair)
            .await?)
    });
    match recounted {
        Ok(recount) if recount.different == 0 => {
            Found::Well(format!("{} weeks of roll-ups equal what the events say", recount.weeks))
        }
        Ok(recount) if recount.repaired => {
            Found::Odd(format!("{} numbers of the roll-ups were wrong and are put right", recount.different))
        }
        Ok(recount) => {
            let first = recount.differences.first().map(|difference| format!("{difference:?}"));
            Found::Wrong(format!(
                "{} numbers of the roll-ups differ from the events, the first is {}; put them right with --repair",
                recount.different,
                first.unwrap_or_default()
            ))
        }
        Err(error) => Found::Wrong(format!("{error:#}")),
    }
}

fn with_store<T>(loaded: &Loaded, ask: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let settings = Settings { connections: 1, ..Settings::default() };
    runtime.block_on(async {
        std::fs::create_dir_all(loaded.data())
            .with_context(|| format!("cannot make {}", loaded.data().display()))?;
        let store = Store::open(&loaded.store_url(), &settings).await?;
        let answer = ask(&store).await;
        store.close().await;
        answer
    })
}

/// The model, and the classes that it knows.
fn model(loaded: &Loaded) -> (Found, Vec<String>) {
    let detection = &loaded.config.detection;
    let model = detector::load(&Choice {
        model: detection.model.clone(),
        input: (detection.input > 0).then_some(detection.input),
        tiles: None,
        threads: std::num::NonZeroUsize::new(1),
        batch: 1,
        frame: (1920, 1080),
    });
    match model {
        Ok(model) => {
            let found = match model.notice {
                Some(notice) => Found::Odd(format!("{}: {notice}", model.name)),
                None => Found::Well(model.name),
            };
            (found, model.classes)
        }
        Err(error) => (Found::Wrong(format!("{error:#}")), Vec::new()),
    }
}

/// All cameras at once: each may take as long as the limit.
fn cameras(loaded: &Loaded, classes: &[String]) -> Vec<(String, Found)> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = loaded
            .config
            .cameras
            .iter()
            .map(|camera| (camera, scope.spawn(move || ask(loaded, camera, classes))))
            .collect();
        asked
            .into_iter()
            .map(|(camera, thread)| {
                let found = thread.join().unwrap_or_else(|_| Found::Wrong("asking it has failed".to_owned()));
                (format!("camera {}", camera.name), found)
            })
            .collect()
    })
}

fn ask(loaded: &Loaded, camera: &Camera, classes: &[String]) -> Found {
    let opened = || -> Result<LiveReader> {
        let rules = inputs::rules(&loaded.path(&camera.rules))?;
        if !classes.is_empty() {
            rules.check_classes(classes)?;
        }
        let (transport, verify_tls) = (config::transport(camera.transport), camera.verify_tls);
        let options = LiveOptions { transport, verify_tls, ..LiveOptions::default() };
        Ok(LiveReader::open(&loaded.source(camera)?, &options, Arc::new(SystemClock::new()))?)
    };
    let reader = match opened() {
        Ok(reader) => reader,
        Err(error) => return Found::Wrong(format!("{error:#}")),
    };
    let stop = reader.stop_handle();
    let limit = std::thread::spawn(move || {
        std::thread::sleep(CAMERA);
        stop.stop();
    });
    for item in reader {
        match item {
            LiveItem::Connected { info, .. } => {
                let fps = info.nominal_fps.map_or(String::new(), |fps| format!(", {fps:.0} frames/s"));
                return Found::Well(format!("{}x{} {}{fps}", info.width, info.height, info.codec));
            }
            LiveItem::Offline { reason, .. } => return Found::Wrong(reason.to_string()),
            _ => {}
        }
    }
    // The limit has stopped the reader; its thread is about to end.
    limit.join().ok();
    Found::Wrong(format!("no picture within {} s", CAMERA.as_secs()))
}
