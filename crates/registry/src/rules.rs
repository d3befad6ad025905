//! The rules of a camera, with every set that it ever had.

use counting::Rules;
use database::{Tx, Value, instant};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::record::By;
use crate::versions::{Known, RuleVersions};
use crate::{Error, Result};

/// The most sets of rules that are kept of a camera; the oldest go.
pub(crate) const SETS: i64 = 1_000;

/// The rules of a camera from one change to the next.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RuleSet {
    /// Who changed what, and when.
    #[serde(flatten)]
    pub info: RuleSetInfo,
    /// The lines and zones, with the versions that are in events.
    pub rules: Rules,
}

/// A set of rules without the rules.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RuleSetInfo {
    /// 1 for the first set of the camera, and so on.
    pub version: i64,
    /// Who made it.
    pub who: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub changed: OffsetDateTime,
    /// What was changed, in words.
    pub what: String,
}

type Row = (i64, String, String, i64, String);
const COLUMNS: &str = "number, rules, who, changed, what";

pub(crate) fn read((version, rules, who, changed, what): Row) -> Result<RuleSet> {
    let damaged = |error| database::Error::Damaged(format!("a camera's rules are no JSON: {error}"));
    let rules = serde_json::from_str(&rules).map_err(damaged)?;
    let info = RuleSetInfo { version, who, changed: instant::calendar(changed), what };
    Ok(RuleSet { info, rules })
}

/// A set of rules.
pub(crate) async fn get(tx: &mut Tx, camera: &str, version: i64) -> Result<RuleSet> {
    let values = vec![Value::Text(camera.to_owned()), Value::Int(version)];
    let sql = format!("SELECT {COLUMNS} FROM registry_rules WHERE camera = $1 AND number = $2");
    let found: Vec<Row> = tx.fetch(sql, values).await?;
    let found = found.into_iter().next();
    read(found.ok_or_else(|| Error::NotFound { kind: "rule set", id: format!("{camera}/{version}") })?)
}

/// The history, the newest first, without those from `before` on.
pub(crate) async fn history(tx: &mut Tx, camera: &str, before: i64, limit: u32) -> Result<Vec<RuleSetInfo>> {
    let values = vec![Value::Text(camera.to_owned()), Value::Int(before), Value::Int(limit.into())];
    let sql = "SELECT number, who, changed, what FROM registry_rules WHERE camera = $1 AND number < $2 \
               ORDER BY number DESC LIMIT $3";
    let rows: Vec<(i64, String, i64, String)> = tx.fetch(sql, values).await?;
    let info = |(version, who, changed, what)| RuleSetInfo {
        version,
        who,
        changed: instant::calendar(changed),
        what,
    };
    Ok(rows.into_iter().map(info).collect())
}

/// Keeps a new set of rules, whose rules it gives their versions.
pub(crate) async fn put(
    tx: &mut Tx,
    camera: &str,
    version: i64,
    mut rules: Rules,
    what: String,
    by: &By,
) -> Result<RuleSet> {
    // A version that somebody wrote could use up all that are left.
    rules.lines.iter_mut().for_each(|line| line.version = 1);
    rules.zones.iter_mut().for_each(|zone| zone.version = 1);
    let before = versions(tx, camera).await?;
    let mut known = before.clone();
    known.assign(&mut rules);
    remember(tx, camera, &before, &known).await?;
    let who = by.actor.name.clone();
    let text =
        serde_json::to_string(&rules).expect("rules are JSON: their numbers were checked to be finite");
    let values = vec![
        Value::Text(camera.to_owned()),
        Value::Int(version),
        Value::Text(text),
        Value::Text(who.clone()),
        Value::Int(by.micros()),
        Value::Text(what.clone()),
    ];
    let sql = "INSERT INTO registry_rules (camera, number, rules, who, changed, what) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, values).await?;
    let values = vec![Value::Text(camera.to_owned()), Value::Int(version - SETS)];
    tx.execute("DELETE FROM registry_rules WHERE camera = $1 AND number <= $2", values).await?;
    let info = RuleSetInfo { version, who, changed: instant::calendar(by.micros()), what };
    Ok(RuleSet { info, rules })
}

/// The last versions of a camera's rules.
pub(crate) async fn versions(tx: &mut Tx, camera: &str) -> Result<RuleVersions> {
    let sql = "SELECT rule, version, content FROM registry_rule_versions WHERE camera = $1";
    let rows: Vec<(String, i64, Option<String>)> =
        tx.fetch(sql, vec![Value::Text(camera.to_owned())]).await?;
    let known = |(name, version, content): (String, i64, Option<String>)| {
        let rule = content.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        (name, Known { version: u32::try_from(version).unwrap_or(u32::MAX), rule })
    };
    Ok(RuleVersions(rows.into_iter().map(known).collect()))
}

/// Keeps what is new in `known`.
pub(crate) async fn remember(
    tx: &mut Tx,
    camera: &str,
    before: &RuleVersions,
    known: &RuleVersions,
) -> Result<()> {
    for (name, now) in known.0.iter().filter(|(name, now)| before.0.get(*name) != Some(*now)) {
        let content = (!now.rule.is_null()).then(|| now.rule.to_string());
        let values = vec![
            Value::Text(camera.to_owned()),
            Value::Text(name.clone()),
            Value::Int(now.version.into()),
            Value::TextOrNull(content),
        ];
        let sql = "INSERT INTO registry_rule_versions (camera, rule, version, content) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (camera, rule) DO UPDATE SET version = excluded.version, content = excluded.content";
        tx.execute(sql, values).await?;
    }
    Ok(())
}

/// What tells two sets of rules apart, in words; none when they are the same but for their versions.
pub(crate) fn difference(before: &Rules, after: &Rules) -> Option<String> {
    let list = |rules: &Rules| {
        let lines = rules.lines.iter().cloned().map(|mut rule| {
            rule.version = 1;
            (format!("line `{}`", rule.name), serde_json::to_value(rule).unwrap_or_default())
        });
        let zones = rules.zones.iter().cloned().map(|mut rule| {
            rule.version = 1;
            (format!("zone `{}`", rule.name), serde_json::to_value(rule).unwrap_or_default())
        });
        lines.chain(zones).collect::<Vec<_>>()
    };
    let (before, after) = (list(before), list(after));
    let mut words = Vec::new();
    for (name, rule) in &after {
        match before.iter().find(|(other, _)| other == name) {
            None => words.push(format!("{name} added")),
            Some((_, other)) if other != rule => words.push(format!("{name} changed")),
            Some(_) => {}
        }
    }
    for (name, _) in before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name)) {
        words.push(format!("{name} taken out"));
    }
    if words.is_empty() && before != after {
        words.push("put in another order".to_owned());
    }
    (!words.is_empty()).then(|| words.join(", "))
}
