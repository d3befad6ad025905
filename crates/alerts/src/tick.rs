//! One evaluation of all rules.

use std::collections::HashMap;

use database::{Access, Tx, Value, instant};
use metrics::gauge;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::alert::{parse, write};
use crate::book::new_id;
use crate::evaluate::{Phase, Transition, step};
use crate::notices::{Notice, due};
use crate::outbox::{delivery_id, enter};
use crate::{Alert, Alerts, Condition, Error, Kept, Message, Place, Readings, Resolved, Result, Rule, Side};

/// What an evaluation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Alerts that began.
    pub fired: usize,
    /// Alerts that ended.
    pub resolved: usize,
    /// Rules that could not be read; they are as they were.
    pub unread: usize,
}

impl Alerts {
    /// Evaluates every rule once, and enters what is to be told. Each alert begins and ends in the transaction that
    /// enters what is told of it. Several processes may do so at once.
    ///
    /// # Errors
    /// The database fails; what was done until then is done, and the rest is done by the next call.
    pub async fn tick(&self, readings: &mut dyn Readings, now: OffsetDateTime) -> Result<Ticked> {
        let rules = self.enabled_rules().await?;
        let phases = self.phases().await?;
        let mut ticked = Ticked::default();
        for rule in &rules {
            let read = match readings.read(&rule.value, now).await {
                Ok(read) => read,
                Err(error) => {
                    tracing::warn!(rule = rule.value.name, %error, "a rule cannot be evaluated; trying again");
                    ticked.unread += 1;
                    continue;
                }
            };
            for (subject, reading) in read {
                let kept = phases.get(&(rule.id, subject.clone()));
                let before = match kept {
                    Some(text) => {
                        serde_json::from_str(text).map_err(|error| Error::damaged("a phase", error))?
                    }
                    None => Phase::Clear,
                };
                let (after, transition) = step(&rule.value, before, reading, now);
                if after != before {
                    let change = Change { rule, subject: &subject, kept, after, transition };
                    let changed = self.apply(change, now).await?;
                    match transition {
                        Some(Transition::Fired { .. }) if changed => ticked.fired += 1,
                        Some(Transition::Resolved { .. }) if changed => ticked.resolved += 1,
                        _ => {}
                    }
                }
            }
        }
        self.tell(&*readings, now).await?;
        Ok(ticked)
    }

    async fn phases(&self) -> Result<HashMap<(Uuid, String), String>> {
        let rows = self
            .db
            .fetch::<(Uuid, String, String)>("SELECT rule, subject, phase FROM alert_phases", vec![])
            .await?;
        Ok(rows.into_iter().map(|(rule, subject, phase)| ((rule, subject), phase)).collect())
    }

    /// False when somebody else was faster; then nothing is changed.
    async fn apply(&self, change: Change<'_>, now: OffsetDateTime) -> Result<bool> {
        let Change { rule, subject, kept, after, transition } = change;
        let mut tx = self.db.begin(Access::Add).await?;
        let phase = serde_json::to_string(&after).map_err(|error| Error::damaged("a phase", error))?;
        let mut values = vec![Value::Id(rule.id), Value::Text(subject.to_owned()), Value::Text(phase)];
        let sql = match kept {
            // The rule may have been deleted meanwhile.
            None => {
                "INSERT INTO alert_phases (rule, subject, phase) SELECT r.id, $2, $3 FROM alert_rules r WHERE r.id = $1 \
                 ON CONFLICT DO NOTHING"
            }
            Some(kept) => {
                values.push(Value::Text(kept.clone()));
                "UPDATE alert_phases SET phase = $3 WHERE rule = $1 AND subject = $2 AND phase = $4"
            }
        };
        if tx.execute(sql, values).await? == 0 {
            return Ok(false);
        }
        match transition {
            Some(Transition::Fired { value }) => begin(&mut tx, rule, subject, value, now).await?,
            Some(Transition::Resolved { .. }) => end(&mut tx, rule.id, subject, now).await?,
            None => {}
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Enters what is to be told of alerts.
    async fn tell(&self, readings: &dyn Readings, now: OffsetDateTime) -> Result<()> {
        let sql = "SELECT a.body, r.id, r.version, r.body FROM alerts a LEFT JOIN alert_rules r ON r.id = a.rule WHERE NOT a.settled";
        let rows = self.db.fetch::<(String, Option<Uuid>, Option<i64>, Option<String>)>(sql, vec![]).await?;
        gauge!("camtally_alerts_unsettled").set(rows.len() as f64);
        for (body, _, _, rule) in rows {
            let alert = parse(&body)?;
            // Of a rule that was deleted nobody is told any more.
            let (notices, after, settled) = match rule {
                Some(rule) => {
                    let rule: Rule =
                        serde_json::from_str(&rule).map_err(|error| Error::damaged("a rule", error))?;
                    let zone = readings.time_zone(&rule.site);
                    let quiet = rule.quiet.iter().any(|hours| hours.hold(now, &zone));
                    due(&rule, &alert, quiet, now)
                }
                None => (vec![], alert.clone(), true),
            };
            if after != alert || settled || !notices.is_empty() {
                self.enter_notices(&body, &notices, &after, settled, now).await?;
            }
        }
        Ok(())
    }

    async fn enter_notices(
        &self,
        before: &str,
        notices: &[Notice],
        alert: &Alert,
        settled: bool,
        now: OffsetDateTime,
    ) -> Result<()> {
        let mut tx = self.db.begin(Access::Add).await?;
        let lock = tx.dialect().for_update();
        let sql = format!("SELECT r.body FROM alerts r WHERE r.id = $1 {lock}");
        // Acknowledged or silenced meanwhile: it is looked at again next time.
        if tx
            .fetch::<(String,)>(sql, vec![Value::Id(alert.id)])
            .await?
            .first()
            .is_none_or(|(body,)| body != before)
        {
            return Ok(());
        }
        for notice in notices {
            let ids = notice
                .channels
                .iter()
                .map(|channel| (delivery_id(alert.id, notice.step, *channel), *channel));
            enter(&mut tx, ids.collect(), &Message::alert(notice.topic, alert, now), now).await?;
        }
        write(&mut tx, alert, Some(settled)).await?;
        tx.commit().await?;
        if !notices.is_empty() {
            self.bell.notify_one();
        }
        Ok(())
    }
}

struct Change<'a> {
    rule: &'a Kept<Rule>,
    subject: &'a str,
    kept: Option<&'a String>,
    after: Phase,
    transition: Option<Transition>,
}

async fn begin(tx: &mut Tx, rule: &Kept<Rule>, subject: &str, value: f64, now: OffsetDateTime) -> Result<()> {
    let alert = Alert {
        id: new_id(now),
        rule: rule.id,
        name: rule.value.name.clone(),
        site: rule.value.site.clone(),
        subject: subject.to_owned(),
        severity: rule.value.severity,
        summary: summary(&rule.value.condition, subject, value),
        value,
        started: now,
        acknowledged: None,
        silenced_until: None,
        resolved: None,
        told: 0,
        told_channels: vec![],
    };
    let body = serde_json::to_string(&alert).map_err(|error| Error::damaged("an alert", error))?;
    let sql = "INSERT INTO alerts (id, rule, site, subject, started, settled, body) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT DO NOTHING";
    let values = vec![
        Value::Id(alert.id),
        Value::Id(alert.rule),
        Value::Text(alert.site),
        Value::Text(alert.subject),
        Value::Int(instant::clamped(now)),
        Value::Flag(false),
        Value::Text(body),
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

async fn end(tx: &mut Tx, rule: Uuid, subject: &str, now: OffsetDateTime) -> Result<()> {
    let lock = tx.dialect().for_update();
    let sql = format!(
        "SELECT r.body FROM alerts r WHERE r.rule = $1 AND r.subject = $2 AND r.resolved IS NULL {lock}"
    );
    for (body,) in tx.fetch::<(String,)>(sql, vec![Value::Id(rule), Value::Text(subject.to_owned())]).await? {
        let mut alert = parse(&body)?;
        alert.resolved = Some(Resolved { time: now, by: None });
        write(tx, &alert, None).await?;
    }
    Ok(())
}

fn summary(condition: &Condition, subject: &str, value: f64) -> String {
    let than = |side: Side| if side == Side::Above { "more than" } else { "fewer than" };
    match condition {
        Condition::Occupancy { place: Place::Site, threshold } => {
            format!("{value} are at the site, {} {}.", than(threshold.side), threshold.limit)
        }
        Condition::Occupancy { place: Place::Zone { camera, zone }, threshold } => {
            format!(
                "{value} are in zone `{zone}` of camera `{camera}`, {} {}.",
                than(threshold.side),
                threshold.limit
            )
        }
        Condition::Count { window_min, threshold, .. } => {
            format!(
                "{value} were counted in {window_min} minutes, {} {}.",
                than(threshold.side),
                threshold.limit
            )
        }
        Condition::Offline { .. } => format!("Camera `{subject}` gives no pictures: nothing is counted."),
        Condition::Frozen { .. } => {
            format!("Camera `{subject}` gives the same picture again and again: nothing is counted.")
        }
        Condition::Unusual { weeks, .. } => {
            format!("The last hour is {value:.1} deviations from the same hours of {weeks} weeks.")
        }
    }
}
