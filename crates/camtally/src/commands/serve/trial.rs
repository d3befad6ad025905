//! Whether a camera can be seen: connects once, and says how far it came.

use std::sync::Arc;
use std::time::Duration;

use drawing::Rgb;
use registry::{Registry, Trial};
use server::{Diagnosis, Seen, Tester};
use tokio::time::Instant;
use video::{Info, LiveFrame, LiveItem, LiveOptions, LiveReader, Outage, Scaler, SystemClock};

use super::supervisor::reach;
use crate::config;

/// How long a camera has for its first picture.
const LIMIT: Duration = Duration::from_secs(10);
/// How long the answer takes at least when it is not known who answers, so that time tells nothing.
const UNKNOWN: Duration = Duration::from_secs(1);
/// Width of the picture that is shown.
const WIDTH: u32 = 640;

/// What tests cameras for the API.
pub(super) fn tester(registry: Registry) -> Tester {
    Arc::new(move |trial| {
        let reach = reach(&registry);
        Box::pin(async move {
            let began = Instant::now();
            let options = LiveOptions {
                transport: config::transport(trial.transport),
                verify_tls: trial.verify_tls,
                reach: Some(reach),
                connect_limit: LIMIT,
                ..LiveOptions::default()
            };
            let asked = tokio::task::spawn_blocking(move || ask(&trial, &options)).await;
            let diagnosis = asked.unwrap_or_else(|error| {
                tracing::error!(%error, "a test of a camera has panicked");
                failed("failed", "the test itself has failed: the log says why".to_owned())
            });
            if diagnosis.resolved == Some(false) {
                tokio::time::sleep_until(began + UNKNOWN).await;
            }
            diagnosis
        })
    })
}

fn failed(outcome: &str, advice: String) -> Diagnosis {
    Diagnosis { outcome: outcome.to_owned(), advice, ..Diagnosis::default() }
}

fn ask(trial: &Trial, options: &LiveOptions) -> Diagnosis {
    let reader = match LiveReader::open(&trial.source, options, Arc::new(SystemClock::new())) {
        Ok(reader) => reader,
        Err(error) => return failed("failed", error.to_string()),
    };
    let stop = reader.stop_handle();
    let (done, ended) = std::sync::mpsc::channel::<()>();
    let limit = std::thread::spawn(move || {
        // It ends early when the sender is dropped.
        if ended.recv_timeout(LIMIT).is_err_and(|end| end == std::sync::mpsc::RecvTimeoutError::Timeout) {
            stop.stop();
        }
    });
    let diagnosis = first(reader);
    drop(done);
    limit.join().ok();
    diagnosis.unwrap_or_else(|| {
        let outage = Outage::NoPicture(LIMIT);
        told(&outage)
    })
}

/// What comes first: a picture, or a reason why there is none.
fn first(reader: LiveReader) -> Option<Diagnosis> {
    let mut info = None;
    for item in reader {
        match item {
            LiveItem::Connected { info: found, .. } => info = Some(found),
            LiveItem::Frame(frame) => return Some(seen(info.as_ref(), &frame)),
            LiveItem::Offline { reason, .. } => return Some(told(&reason)),
            _ => {}
        }
    }
    None
}

fn seen(info: Option<&Info>, live: &LiveFrame) -> Diagnosis {
    let frame = &live.frame;
    let width = WIDTH.min(frame.width()).max(2);
    let height = (width * frame.height() / frame.width().max(1)).max(2);
    let rgb = frame.to_rgb_sized(&mut Scaler::new(), width, height);
    let jpeg = rgb.ok().and_then(|rgb| drawing::encode_jpeg(&Rgb::new(width, height, &rgb.data).ok()?).ok());
    let seen = Seen {
        codec: info.map(|info| info.codec.clone()).unwrap_or_default(),
        width: frame.width(),
        height: frame.height(),
        fps: info.and_then(|info| info.nominal_fps),
        picture: jpeg.unwrap_or_default(),
    };
    Diagnosis {
        outcome: "seen".to_owned(),
        advice: "the camera can be seen".to_owned(),
        resolved: Some(true),
        reached: Some(true),
        authorised: Some(true),
        stream: Some(true),
        seen: Some(seen),
    }
}

/// How far it came before this.
fn told(outage: &Outage) -> Diagnosis {
    let (resolved, reached, authorised, stream) = match outage {
        Outage::UnknownHost => (Some(false), None, None, None),
        Outage::Unreachable(_) | Outage::ConnectTimeout(_) => (Some(true), Some(false), None, None),
        Outage::WrongPassword | Outage::Forbidden => (Some(true), Some(true), Some(false), None),
        Outage::Refused(_) | Outage::NotEncrypted | Outage::NotAStream(_) => {
            (Some(true), Some(true), None, Some(false))
        }
        Outage::NotFound
        | Outage::NoPicture(_)
        | Outage::NoVideo(_)
        | Outage::UnsupportedCodec(_)
        | Outage::PictureSize(..) => (Some(true), Some(true), Some(true), Some(false)),
        _ => (None, None, None, None),
    };
    let advice = match outage {
        Outage::UnknownHost => {
            "its name is not known, or stands for an address that is not in `reach.networks`: check \
                                it, and ask who runs the program"
                .to_owned()
        }
        outage => outage.to_string(),
    };
    Diagnosis { resolved, reached, authorised, stream, ..failed(outage.code(), advice) }
}
