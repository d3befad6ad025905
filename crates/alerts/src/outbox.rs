//! What waits to be delivered.

use database::{Access, Column, Dialect, Tx, Value, instant};
use event::Event;
use metrics::counter;
use serde::Serialize;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Alerts, Channel, Error, Kept, Message, Receiver, Result};

/// The name space of the ids of deliveries (a UUIDv4 made once; it must never change).
const NAMESPACE: Uuid = Uuid::from_u128(0x3d6a_0f52_91c7_4be8_a2d4_6f0b_8e17_c539);
/// How many events may wait for one receiver: what comes then is left out. Alerts have no limit.
const WAITING: i64 = 10_000;
/// How long what has ended is kept.
const KEPT: Duration = Duration::days(14);

/// Something that is, or was, to be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Delivery {
    /// The same on every try.
    pub id: Uuid,
    /// Where it goes.
    pub channel: Uuid,
    /// What it is about, such as `alert.fired`.
    pub kind: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// Since when it is to be delivered.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When it is tried next, while it waits.
    #[serde(with = "time::serde::rfc3339")]
    pub due: OffsetDateTime,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It is tried until it arrives.
    Waiting,
    /// It has arrived.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// What a try needs to know.
pub(crate) struct Claimed {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) message: Message,
    pub(crate) created: OffsetDateTime,
    /// This one included.
    pub(crate) tries: u32,
}

/// The id of what is told to a channel: the same thing has the same id, whoever enters it and how often.
pub(crate) fn delivery_id(about: Uuid, step: usize, channel: Uuid) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{about}/{step}/{channel}").as_bytes())
}

/// Enters deliveries of one message; those that are there already stay as they are.
pub(crate) async fn enter(
    tx: &mut Tx,
    ids: Vec<(Uuid, Uuid)>,
    message: &Message,
    now: OffsetDateTime,
) -> Result<()> {
    let body = serde_json::to_string(message).map_err(|error| Error::damaged("a message", error))?;
    let (count, now) = (ids.len(), instant::clamped(now));
    let columns = vec![
        Column::Ids(ids.iter().map(|(id, _)| *id).collect()),
        Column::Ids(ids.iter().map(|(_, channel)| *channel).collect()),
        Column::texts(vec![message.topic.as_str(); count]),
        Column::texts(vec![body; count]),
        Column::ints(vec![now; count]),
        Column::ints(vec![now; count]),
        Column::ints(vec![0; count]),
        Column::texts(vec!["waiting"; count]),
    ];
    let into = "alert_deliveries (id, channel, kind, body, created, due, tries, state)";
    tx.insert::<(Uuid,)>(into, columns, "ON CONFLICT DO NOTHING RETURNING id").await?;
    Ok(())
}

impl Alerts {
    /// Enters events for the web hooks that asked for their kind, and that are about cameras of their site. To be called
    /// before the events are acknowledged to whoever delivers them: delivered again, they are entered once.
    ///
    /// # Errors
    /// The database fails; the same call may be repeated.
    pub async fn enter_events(
        &self,
        events: &[Event],
        site_of: impl Fn(&str) -> Option<String>,
        now: OffsetDateTime,
    ) -> Result<()> {
        let asking: Vec<_> = self
            .every_channel()
            .await?
            .into_iter()
            .filter(|kept| {
                kept.value.enabled
                    && matches!(&kept.value.receiver, Receiver::WebHook { events, .. } if !events.is_empty())
            })
            .collect();
        if asking.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin(Access::Add).await?;
        let mut entered = 0;
        for kept in &asking {
            let wanted: Vec<_> = events.iter().filter(|event| wants(kept, event, &site_of)).collect();
            if wanted.is_empty() {
                continue;
            }
            let sql = "SELECT COUNT(*) FROM alert_deliveries WHERE channel = $1 AND state = 'waiting'";
            let waiting =
                tx.fetch::<(i64,)>(sql, vec![Value::Id(kept.id)]).await?.first().map_or(0, |row| row.0);
            let room = usize::try_from(WAITING - waiting).unwrap_or(0);
            if wanted.len() > room {
                let dropped = (wanted.len() - room) as u64;
                counter!("camtally_web_hook_events_dropped_total").increment(dropped);
                tracing::warn!(
                    channel = kept.value.name,
                    dropped,
                    "a web hook is too far behind: events are left out"
                );
            }
            for event in wanted.into_iter().take(room) {
                let id = delivery_id(event.id, 0, kept.id);
                enter(&mut tx, vec![(id, kept.id)], &Message::event(event), now).await?;
                entered += 1;
            }
        }
        tx.commit().await?;
        if entered > 0 {
            self.bell.notify_one();
        }
        Ok(())
    }

    /// Deliveries to channels, the newest first; only those before `before` where it is given.
    ///
    /// # Errors
    /// The database fails.
    pub async fn deliveries(
        &self,
        channels: &[Uuid],
        before: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        let (time, id) = before.map_or((i64::MAX, Uuid::max()), |(time, id)| (instant::clamped(time), id));
        let mut found = Vec::new();
        for channel in channels {
            let sql = "SELECT id, channel, kind, state, tries, created, due, error FROM alert_deliveries \
                       WHERE channel = $1 AND (created < $2 OR created = $2 AND id < $3) ORDER BY created DESC, id DESC LIMIT $4";
            let values = vec![Value::Id(*channel), Value::Int(time), Value::Id(id), Value::Int(limit.into())];
            found.extend(self.db.fetch::<DeliveryRow>(sql, values).await?);
        }
        let mut found = found.into_iter().map(delivery).collect::<Result<Vec<_>>>()?;
        found.sort_by_key(|delivery| std::cmp::Reverse((delivery.created, delivery.id)));
        found.truncate(limit as usize);
        Ok(found)
    }

    /// One delivery.
    ///
    /// # Errors
    /// There is none with this id, or the database fails.
    pub async fn delivery(&self, id: Uuid) -> Result<Delivery> {
        let sql =
            "SELECT id, channel, kind, state, tries, created, due, error FROM alert_deliveries WHERE id = $1";
        let rows = self.db.fetch::<DeliveryRow>(sql, vec![Value::Id(id)]).await?;
        delivery(rows.into_iter().next().ok_or(Error::NotFound { kind: "delivery", id })?)
    }

    /// Tries a delivery that was given up, or waits, at once, and for as long as a new one.
    ///
    /// # Errors
    /// There is none with this id that has not arrived, or the database fails.
    pub async fn retry(&self, tx: &mut Tx, id: Uuid, now: OffsetDateTime) -> Result<()> {
        let sql = "UPDATE alert_deliveries SET state = 'waiting', due = $2, created = $2, ended = NULL \
                   WHERE id = $1 AND state <> 'delivered'";
        let changed = tx.execute(sql, vec![Value::Id(id), Value::Int(instant::clamped(now))]).await?;
        if changed == 0 {
            return Err(Error::NotFound { kind: "delivery that waits or has failed", id });
        }
        self.bell.notify_one();
        Ok(())
    }

    /// How many deliveries each channel has that are due.
    pub(crate) async fn due(&self, now: OffsetDateTime) -> Result<Vec<(Uuid, i64)>> {
        let sql = "SELECT channel, COUNT(*) FROM alert_deliveries WHERE state = 'waiting' AND due <= $1 GROUP BY channel";
        Ok(self.db.fetch(sql, vec![Value::Int(instant::clamped(now))]).await?)
    }

    /// Takes deliveries of a channel for a try. Until `lease` nobody else takes them; when this process dies, then
    /// somebody does.
    pub(crate) async fn claim(
        &self,
        channel: Uuid,
        count: usize,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Vec<Claimed>> {
        let mut tx = self.db.begin(Access::Add).await?;
        let skip = match tx.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "UPDATE alert_deliveries SET due = $3, tries = tries + 1 WHERE id IN \
                 (SELECT id FROM alert_deliveries WHERE channel = $1 AND state = 'waiting' AND due <= $2 \
                  ORDER BY due LIMIT $4 {skip}) \
             RETURNING id, kind, body, created, tries"
        );
        let values = vec![
            Value::Id(channel),
            Value::Int(instant::clamped(now)),
            Value::Int(instant::clamped(now + lease)),
            Value::Int(count as i64),
        ];
        let rows = tx.fetch::<(Uuid, String, String, i64, i64)>(sql, values).await?;
        tx.commit().await?;
        let claimed = |(id, kind, body, created, tries): (Uuid, String, String, i64, i64)| {
            let message = serde_json::from_str(&body).map_err(|error| Error::damaged("a message", error))?;
            let tries = u32::try_from(tries).unwrap_or(u32::MAX);
            Ok(Claimed { id, kind, message, created: instant::calendar(created), tries })
        };
        rows.into_iter().map(claimed).collect()
    }

    /// Notes how a try ended: it has arrived, or is tried again `next`, or is given up.
    pub(crate) async fn note(
        &self,
        id: Uuid,
        now: OffsetDateTime,
        outcome: Result<(), (String, Option<OffsetDateTime>)>,
    ) -> Result<()> {
        let now = instant::clamped(now);
        let (state, due, error, ended) = match outcome {
            Ok(()) => (DeliveryState::Delivered, now, None, Some(now)),
            Err((why, Some(next))) => (DeliveryState::Waiting, instant::clamped(next), Some(why), None),
            Err((why, None)) => (DeliveryState::Failed, now, Some(why), Some(now)),
        };
        let mut tx = self.db.begin(Access::Add).await?;
        let sql = "UPDATE alert_deliveries SET state = $2, due = $3, error = $4, ended = $5 WHERE id = $1 AND state = 'waiting'";
        let values = vec![
            Value::Id(id),
            Value::Text(state.as_str().to_owned()),
            Value::Int(due),
            Value::TextOrNull(error),
            Value::IntOrNull(ended),
        ];
        tx.execute(sql, values).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes deliveries that ended two weeks ago. To be called now and then.
    ///
    /// # Errors
    /// The database fails.
    pub async fn prune(&self, now: OffsetDateTime) -> Result<u64> {
        let mut tx = self.db.begin(Access::Add).await?;
        let before = vec![Value::Int(instant::clamped(now - KEPT))];
        let deleted = tx.execute("DELETE FROM alert_deliveries WHERE ended < $1", before).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}

fn wants(kept: &Kept<Channel>, event: &Event, site_of: &impl Fn(&str) -> Option<String>) -> bool {
    let Receiver::WebHook { events, .. } = &kept.value.receiver else { return false };
    events.iter().any(|kind| kind == event.kind())
        && site_of(&event.camera).as_ref() == Some(&kept.value.site)
}

type DeliveryRow = (Uuid, Uuid, String, String, i64, i64, i64, Option<String>);

fn delivery((id, channel, kind, state, tries, created, due, error): DeliveryRow) -> Result<Delivery> {
    let state = match state.as_str() {
        "waiting" => DeliveryState::Waiting,
        "delivered" => DeliveryState::Delivered,
        "failed" => DeliveryState::Failed,
        other => return Err(Error::damaged("a delivery", format!("no state is called `{other}`"))),
    };
    let (created, due) = (instant::calendar(created), instant::calendar(due));
    Ok(Delivery {
        id,
        channel,
        kind,
        state,
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        created,
        due,
        error,
    })
}
