//! Whether the time of each camera is told as it was: watched, or in a gap, or neither for as long as is documented.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::Verdict;
use super::ledger::Ledger;

/// How long watched time may be neither told as watched nor in a gap after a kill: what had not been reported, and two
/// frames.
const UNTOLD: Duration = Duration::milliseconds(20_500);
/// By how much the times of two clocks' readings may differ.
const SLACK: Duration = Duration::milliseconds(300);

/// When a server ran.
#[derive(Clone, Copy)]
pub(crate) struct Life {
    pub(crate) begun: OffsetDateTime,
    pub(crate) ended: OffsetDateTime,
}

type Stretch = (OffsetDateTime, OffsetDateTime);

/// From when until when a gap or a watched stretch lasted.
pub(crate) fn stretch(event: &Value) -> anyhow::Result<Stretch> {
    Ok((moment(&event["from"])?, moment(&event["until"])?))
}

fn moment(value: &Value) -> anyhow::Result<OffsetDateTime> {
    let text = value.as_str().context("a time is missing")?;
    OffsetDateTime::parse(text, &Rfc3339).with_context(|| format!("`{text}` is no time"))
}

#[derive(Default)]
struct Times {
    watched: Vec<Stretch>,
    gaps: Vec<(Stretch, bool)>,
    /// Moments of which an event tells that the camera was watched.
    seen: BTreeSet<OffsetDateTime>,
}

/// Checks the time of all cameras. Says how much of it is told as watched, in gaps, and not at all.
pub(crate) fn check(ledger: &Ledger, lives: &[Life], verdict: &mut Verdict) -> anyhow::Result<()> {
    let mut cameras = BTreeMap::<String, Times>::new();
    for event in ledger.events() {
        let times = cameras.entry(event["camera"].as_str().unwrap_or_default().to_owned()).or_default();
        match event["kind"].as_str() {
            Some("observed") => times.watched.push(stretch(event)?),
            Some("gap") => times.gaps.push((stretch(event)?, event["reason"] == "restart")),
            _ => {
                let (time, confirmed) = (moment(&event["time"])?, moment(&event["confirmed_time"])?);
                let alive = |life: &Life| time >= life.begun - SLACK && confirmed <= life.ended + SLACK;
                if confirmed < time || !lives.iter().any(alive) {
                    verdict.complain(format!("at a time when no server ran: {event}"));
                }
                times.seen.insert(time);
            }
        }
    }
    let (mut watched, mut missed, mut untold) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut restarts = 0;
    for (camera, times) in &cameras {
        restarts += check_outages(camera, times, lives, verdict);
        let told = told(times);
        watched += times.watched.iter().map(|(from, until)| *until - *from).sum::<Duration>();
        missed += times.gaps.iter().map(|((from, until), _)| *until - *from).sum::<Duration>();
        for pair in told.windows(2) {
            let [(_, before), (after, _)] = pair else { continue };
            untold += (*after - *before).max(Duration::ZERO);
            if *after - *before > UNTOLD {
                verdict.complain(format!(
                    "{camera}: {} before {after} is neither watched nor a gap",
                    *after - *before
                ));
            }
            if *before - *after > SLACK {
                verdict.complain(format!("{camera}: {} before {before} is told twice", *before - *after));
            }
        }
    }
    verdict.note(format!(
        "{restarts} restart gaps; watched {:.0} s, gaps {:.0} s, neither {:.0} s",
        watched.as_seconds_f64(),
        missed.as_seconds_f64(),
        untold.as_seconds_f64()
    ));
    Ok(())
}

/// Each time without a server must lie in a gap of each camera that had been seen before. Gives the restart gaps.
fn check_outages(camera: &str, times: &Times, lives: &[Life], verdict: &mut Verdict) -> usize {
    let first = times.seen.iter().copied().chain(times.watched.iter().map(|(_, until)| *until)).min();
    for pair in lives.windows(2) {
        let [before, after] = pair else { continue };
        let outage = (before.ended + SLACK, after.begun);
        if first.is_none_or(|first| first > before.ended) || outage.0 >= outage.1 {
            continue;
        }
        let covers =
            |((from, until), restart): &(Stretch, bool)| *restart && *from <= outage.0 && *until >= outage.1;
        if !times.gaps.iter().any(covers) {
            verdict.complain(format!("{camera}: no restart gap from {} to {}", outage.0, outage.1));
        }
    }
    times.gaps.iter().filter(|(_, restart)| *restart).count()
}

/// All stretches that are told, in order.
fn told(times: &Times) -> Vec<Stretch> {
    let mut told = times.watched.clone();
    told.extend(times.gaps.iter().map(|(stretch, _)| *stretch));
    told.sort_unstable();
    told
}
