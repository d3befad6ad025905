//! Alert rules are evaluated here, and what they notice is delivered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use alerts::{Alerts, CameraState, Publish, Schedule, Sender, StoreReadings, Transport};
use anyhow::Result;
use egress::{Client, Limits, Policy, tls_config};
use metrics::counter;
use server::App;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::broker::Broker;
use crate::commands::accounts;
use crate::config::Loaded;

/// How often rules are evaluated.
const EVALUATE: Duration = Duration::from_secs(1);
/// How often deliveries that ended long ago are deleted.
const PRUNE: Duration = Duration::from_secs(3600);
/// How long an end waits for deliveries that are under way. One that is cut off is delivered after the next start, under
/// the same id.
const ENDING: Duration = Duration::from_secs(3);

/// Evaluation and delivery, where they are this process' part.
pub(crate) struct Alerting {
    tasks: Option<Tasks>,
    end: watch::Sender<bool>,
}

struct Tasks {
    evaluation: JoinHandle<()>,
    pruning: JoinHandle<()>,
    delivery: JoinHandle<()>,
}

/// From now on rules and alerts can be asked for, and events for web hooks are kept. Begins to evaluate and to deliver, if
/// that is this process' part.
pub(crate) async fn start(
    loaded: &Loaded,
    app: &Arc<App>,
    broker: Option<&Broker>,
    is_part: bool,
) -> Result<Alerting> {
    let db = app.store.database().clone();
    // Changes of rules and channels are logged without sign-in as well.
    audit::migrate(&db).await?;
    let alerts = Alerts::open(db, Arc::new(Vault(accounts::vault(loaded)?))).await?;
    let policy = Policy::public(loaded.config.egress.allow.clone());
    let client = Client::new(policy, tls_config([]), Limits::default());
    let transport = Transport {
        client: client.clone(),
        mailer: loaded.mailer()?,
        mqtt: broker.map(|broker| Arc::new(broker.clone()) as Arc<dyn Publish>),
    };
    let clock = {
        let app = Arc::clone(app);
        Arc::new(move || app.clock.now())
    };
    let sender = Sender::new(alerts.clone(), transport, Schedule::default(), clock);
    let (end, ended) = watch::channel(false);
    let tasks = is_part.then(|| Tasks {
        evaluation: tokio::spawn(evaluate(alerts.clone(), Arc::clone(app))),
        pruning: tokio::spawn(prune(alerts.clone(), Arc::clone(app))),
        delivery: tokio::spawn(sender.clone().run(ended)),
    });
    app.alerting.get_or_init(|| Arc::new(server::Alerting { alerts, sender, client }));
    Ok(Alerting { tasks, end })
}

impl Alerting {
    /// Ends it. What was not delivered is kept.
    pub(crate) async fn end(self) {
        let Self { tasks, end } = self;
        let Some(Tasks { evaluation, pruning, mut delivery }) = tasks else { return };
        evaluation.abort();
        pruning.abort();
        // It fails when the delivery has ended by itself.
        end.send(true).ok();
        match tokio::time::timeout(ENDING, &mut delivery).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the delivery of alerts ended badly; they are kept"),
            Err(_) => {
                tracing::warn!("deliveries were under way; they are tried again after the next start");
                delivery.abort();
            }
        }
    }
}

async fn evaluate(alerts: Alerts, app: Arc<App>) {
    let mut readings = StoreReadings::new(app.store.clone());
    let mut clock = tokio::time::interval(EVALUATE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        clock.tick().await;
        readings.see(sites(&app));
        match alerts.tick(&mut readings, app.clock.now()).await {
            Ok(ticked) => {
                counter!("camtally_alerts_fired_total").increment(ticked.fired as u64);
                counter!("camtally_alerts_resolved_total").increment(ticked.resolved as u64);
                counter!("camtally_alert_rule_failures_total").increment(ticked.unread as u64);
                app.readiness.has("alerts");
                failing = false;
            }
            Err(error) => {
                counter!("camtally_alert_rule_failures_total").increment(1);
                if !failing {
                    tracing::warn!(%error, "alert rules cannot be evaluated; trying again");
                }
                app.readiness.lacks("alerts", format!("alert rules cannot be evaluated: {error}"));
                failing = true;
            }
        }
    }
}

async fn prune(alerts: Alerts, app: Arc<App>) {
    let mut clock = tokio::time::interval(PRUNE);
    loop {
        clock.tick().await;
        if let Err(error) = alerts.prune(app.clock.now()).await {
            tracing::warn!(%error, "deliveries that ended were not deleted; trying again in an hour");
        }
    }
}

/// The sites as rules see them, at this moment.
fn sites(app: &App) -> BTreeMap<String, alerts::Site> {
    let cameras = app.cameras.all();
    let mut sites = BTreeMap::new();
    for site in app.sites.all() {
        let of_site = cameras.iter().filter(|camera| camera.site == site.id);
        let seen = alerts::Site {
            time_zone: site.zone_name.clone(),
            entrances: site.entrances.clone(),
            reset_hour: site.reset_hour,
            cameras: of_site.map(|camera| (camera.id.clone(), state(&camera.viewed().state))).collect(),
        };
        sites.insert(site.id.clone(), seen);
    }
    sites
}

fn state(state: &server::CameraState) -> CameraState {
    match state {
        server::CameraState::Counting | server::CameraState::Overloaded { .. } => CameraState::Counting,
        server::CameraState::Offline { .. } => CameraState::Offline,
        server::CameraState::Frozen { .. } => CameraState::Frozen,
        server::CameraState::Connecting
        | server::CameraState::Failed { .. }
        | server::CameraState::Stopped => CameraState::Unknown,
    }
}

/// The program's vault, for the secrets of channels.
struct Vault(access::Vault);

impl alerts::Vault for Vault {
    fn seal(&self, secret: &[u8], place: &str) -> Result<Vec<u8>, String> {
        self.0.seal(secret, place).map_err(|error| error.to_string())
    }

    fn unseal(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, String> {
        self.0.unseal(sealed, place).map_err(|error| error.to_string())
    }
}
