//! The MQTT broker: how the cameras are, as retained numbers, and events as they come.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use alerts::Publish;
use event::{Direction, Event};
use mqtt::{Connection, Line, Picture, Settings};
use server::{App, Site};
use store::{Bucket, CountQuery, Filter, GroupBy, GroupKey, Measure};
use time::OffsetDateTime;
use tokio::task::AbortHandle;
use tokio::time::MissedTickBehavior;

/// How often it is looked whether something has changed.
const LOOK: Duration = Duration::from_secs(1);

/// The broker. Clones share the connection.
#[derive(Clone)]
pub(crate) struct Broker {
    connection: Arc<Connection>,
    picture: AbortHandle,
}

impl Broker {
    /// Connects in the background, and shows how the cameras are.
    pub(crate) fn start(settings: Settings, app: &Arc<App>) -> Self {
        let connection = Arc::new(Connection::start(settings));
        let picture = tokio::spawn(show(Arc::clone(&connection), Arc::clone(app))).abort_handle();
        Self { connection, picture }
    }

    /// Tells an event.
    pub(crate) fn event(&self, event: &Event) {
        self.connection.event(&event.camera, event.to_json());
    }

    /// Says that nobody is there any more.
    pub(crate) async fn end(self) {
        self.picture.abort();
        self.connection.end().await;
    }
}

impl Publish for Broker {
    fn publish<'a>(
        &'a self,
        topic: &'a str,
        payload: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(
            async move { self.connection.deliver(topic, payload).await.map_err(|error| error.to_string()) },
        )
    }
}

/// Today's crossings: by camera, line and direction.
type Today = HashMap<(String, String, Direction), u64>;

async fn show(connection: Arc<Connection>, app: Arc<App>) {
    let mut clock = tokio::time::interval(LOOK);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known: Option<Today> = None;
    let mut failing = false;
    loop {
        clock.tick().await;
        match today(&app).await {
            Ok(today) => {
                known = Some(today);
                failing = false;
            }
            Err(error) if !failing => {
                tracing::warn!(%error, "the MQTT broker gets no new counts: they cannot be read; trying again");
                failing = true;
            }
            Err(_) => {}
        }
        // A zero in place of what is not known would be taken for the beginning of a day.
        if let Some(today) = &known {
            connection.show(&picture(&app, today));
        }
    }
}

async fn today(app: &App) -> Result<Today, store::Error> {
    let now = app.clock.now();
    let mut today = Today::new();
    for site in app.sites.all() {
        let cameras = cameras_of(app, &site).map(|camera| camera.id.clone()).collect();
        for (key, count) in crossings(app, &site, cameras, now).await? {
            if let GroupKey { camera: Some(camera), rule: Some(rule), direction: Some(direction), .. } = key {
                today.insert((camera, rule, direction), count);
            }
        }
    }
    Ok(today)
}

/// How many crossed since the site's midnight.
async fn crossings(
    app: &App,
    site: &Site,
    cameras: Vec<String>,
    now: OffsetDateTime,
) -> Result<Vec<(GroupKey, u64)>, store::Error> {
    if cameras.is_empty() {
        return Ok(Vec::new());
    }
    let query = CountQuery {
        from: now,
        until: now + Duration::from_secs(1),
        bucket: Bucket::Day,
        zone: site.zone.clone(),
        measure: Measure::Crossing,
        filter: Filter { cameras, ..Filter::default() },
        group: vec![GroupBy::Rule, GroupBy::Direction],
    };
    let counts = app.store.counts(&query).await?;
    // Just before midnight there is a second day.
    let first = |counts: Vec<u64>| counts.first().copied().unwrap_or(0);
    Ok(counts.groups.into_iter().map(|group| (group.key, first(group.counts))).collect())
}

fn cameras_of(app: &App, site: &Site) -> impl Iterator<Item = Arc<server::Camera>> {
    let id = site.id.clone();
    app.cameras.all().into_iter().filter(move |camera| camera.site == id)
}

fn picture(app: &App, today: &Today) -> Picture {
    let mut cameras = Vec::new();
    for site in app.sites.all() {
        cameras.extend(cameras_of(app, &site).map(|camera| shown(&site, &camera, today)));
    }
    Picture { cameras }
}

fn shown(site: &Site, camera: &server::Camera, today: &Today) -> mqtt::Camera {
    let viewed = camera.viewed();
    let crossed = |line: &str, direction| {
        today.get(&(camera.id.clone(), line.to_owned(), direction)).copied().unwrap_or(0)
    };
    let lines = viewed.lines.into_iter().map(|line| Line {
        forward: (line.forward, crossed(&line.name, Direction::Forward)),
        backward: (line.backward, crossed(&line.name, Direction::Backward)),
        name: line.name,
    });
    let zones =
        viewed.zones.into_iter().map(|zone| mqtt::Zone { name: zone.name, occupancy: zone.occupancy });
    mqtt::Camera {
        id: camera.id.clone(),
        name: camera.name.clone(),
        site: site.name.clone(),
        state: viewed.state.as_str().to_owned(),
        lines: lines.collect(),
        zones: zones.collect(),
    }
}
