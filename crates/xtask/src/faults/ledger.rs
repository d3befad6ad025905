//! What was confirmed, and whether the store has all of it once.
//!
//! The truth is the journal itself: whatever its files hold at the moment a process ends was on disk, delivered or not.
//! The copy that is read for this leaves the original as the crash left it. What the program showed to anybody
//! is held against that as well.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::Verdict;
use crate::program::Program;
use crate::serving::{Server, Site};
use crate::shell;

/// The kinds that `/api/v1/counts` adds up.
const COUNTED: [&str; 5] = ["crossing", "turned_back", "passed_by", "zone_enter", "zone_leave"];
/// Watched time is added up in milliseconds, and each stretch is rounded.
const ROUNDING_S: f64 = 0.0011;

/// Everything that a site's servers have ever confirmed or shown.
pub(crate) struct Ledger {
    dump: PathBuf,
    confirmed: HashMap<String, Value>,
    shown: HashSet<String>,
    pending: usize,
}

impl Ledger {
    /// An empty one; `dump` is the example `journal_dump`.
    pub(crate) fn new(dump: &Path) -> Self {
        Self { dump: dump.to_owned(), confirmed: HashMap::new(), shown: HashSet::new(), pending: 0 }
    }

    /// Takes in what the journal's files hold.
    pub(crate) fn take_journal(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.pending = 0;
        // A process that was killed before it made one.
        if !folder.exists() {
            return Ok(());
        }
        let text = shell::output(Command::new(&self.dump).arg(folder))?;
        for line in text.lines() {
            let (state, json) = line.split_once(' ').context("a line of the journal's dump has two parts")?;
            self.pending += usize::from(state == "pending");
            let event: Value = serde_json::from_str(json)?;
            self.confirmed.insert(id(&event)?, event);
        }
        Ok(())
    }

    /// Takes in what the program has shown to somebody.
    pub(crate) fn take_shown(&mut self, events: impl IntoIterator<Item = Value>) {
        self.shown.extend(events.into_iter().filter_map(|event| id(&event).ok()));
    }

    /// How many were not delivered when the journal was last looked at.
    pub(crate) fn pending(&self) -> usize {
        self.pending
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Value> {
        self.confirmed.values()
    }

    /// Holds the store against it, asked through a server without cameras, so that nothing changes meanwhile.
    pub(crate) fn check(&self, program: &Program, site: &Site, verdict: &mut Verdict) -> anyhow::Result<()> {
        let mut server = Server::spawn_with(program, site, &site.without_cameras())?;
        server.ready()?;
        let empty = |server: &Server| {
            let metrics = server.get("/metrics")?.body;
            let pending =
                metrics.lines().find_map(|line| line.strip_prefix("camtally_journal_pending_events "));
            // It is there from the first delivery on.
            Ok(pending.is_none_or(|number| number == "0"))
        };
        server.until("the journal to be delivered", crate::serving::PATIENCE, empty)?;
        verdict.confirmed += self.confirmed.len();
        self.check_events(&server, verdict)?;
        for kind in COUNTED {
            self.check_counts(&server, kind, verdict)?;
        }
        self.check_watched(&server, verdict)?;
        server.terminate()?;
        let recounted = program.says(&["doctor", "--recount"], &site.without_cameras())?;
        if !recounted.contains("weeks of roll-ups equal what the events say") {
            let line = recounted.lines().find(|line| line.starts_with("recount"));
            verdict.complain(format!("`camtally doctor --recount`: {}", line.unwrap_or(&recounted)));
        }
        Ok(())
    }

    fn check_events(&self, server: &Server, verdict: &mut Verdict) -> anyhow::Result<()> {
        let mut stored = HashSet::new();
        for event in server.list("events")? {
            let id = id(&event)?;
            if !self.confirmed.contains_key(&id) {
                verdict.complain(format!("the store has what the journal never had: {event}"));
            }
            if !stored.insert(id) {
                verdict.doubled += 1;
                verdict.complain(format!("listed twice: {event}"));
            }
        }
        // Watched stretches are not listed: their sum is compared.
        for (id, event) in self.confirmed.iter().filter(|(_, event)| event["kind"] != "observed") {
            if !stored.contains(id) {
                verdict.lost += 1;
                verdict.complain(format!("confirmed and not in the store: {event}"));
            }
        }
        for id in self.shown.iter().filter(|id| !self.confirmed.contains_key(*id)) {
            verdict.complain(format!("shown before it was confirmed: {id}"));
        }
        Ok(())
    }

    /// Roll-ups against a recount from the journal.
    fn check_counts(&self, server: &Server, kind: &str, verdict: &mut Verdict) -> anyhow::Result<()> {
        let mut counted = BTreeMap::<String, (u64, u64)>::new();
        for event in self.confirmed.values().filter(|event| event["kind"] == kind) {
            counted.entry(key(event)).or_default().0 += 1;
        }
        let path =
            format!("/api/v1/counts?{}&bucket=1d&kind={kind}&group=camera,rule,class,direction", recent());
        for group in server.json(&path)?["groups"].as_array().context("no groups")? {
            let buckets = group["buckets"].as_array().context("no buckets")?;
            let sum = buckets.iter().filter_map(|bucket| bucket["count"].as_u64()).sum::<u64>();
            counted.entry(key(group)).or_default().1 += sum;
        }
        for (key, (confirmed, rolled_up)) in counted {
            verdict.lost += confirmed.saturating_sub(rolled_up) as usize;
            verdict.doubled += rolled_up.saturating_sub(confirmed) as usize;
            if confirmed != rolled_up {
                verdict
                    .complain(format!("{kind} of {key}: {confirmed} confirmed, {rolled_up} in the roll-ups"));
            }
        }
        Ok(())
    }

    fn check_watched(&self, server: &Server, verdict: &mut Verdict) -> anyhow::Result<()> {
        let mut watched = BTreeMap::<String, (f64, f64, u32)>::new();
        for event in self.confirmed.values().filter(|event| event["kind"] == "observed") {
            let (from, until) = super::timeline::stretch(event)?;
            let sum = watched.entry(text(&event["camera"])).or_default();
            sum.0 += (until - from).as_seconds_f64();
            sum.2 += 1;
        }
        let path = format!("/api/v1/counts?{}&bucket=1d&group=camera", recent());
        for group in server.json(&path)?["groups"].as_array().context("no groups")? {
            let buckets = group["buckets"].as_array().context("no buckets")?;
            watched.entry(text(&group["camera"])).or_default().1 +=
                buckets.iter().filter_map(|bucket| bucket["observed_s"].as_f64()).sum::<f64>();
        }
        for (camera, (confirmed, stored, stretches)) in watched {
            let difference = stored - confirmed;
            if difference.abs() > ROUNDING_S * f64::from(stretches + 1) {
                verdict.lost += usize::from(difference < 0.0);
                verdict.doubled += usize::from(difference > 0.0);
                verdict.complain(format!(
                    "{camera}: {confirmed:.3} s confirmed as watched, {stored:.3} s stored"
                ));
            }
        }
        Ok(())
    }
}

/// Days that hold every run, few enough for one answer.
fn recent() -> String {
    let today = time::OffsetDateTime::now_utc().date();
    let day = |days| today.saturating_add(time::Duration::days(days));
    format!("from={}T00:00:00Z&until={}T00:00:00Z", day(-2), day(2))
}

fn id(event: &Value) -> anyhow::Result<String> {
    Ok(event["id"].as_str().context("an event without an id")?.to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What counts are grouped by.
fn key(value: &Value) -> String {
    ["camera", "rule", "class", "direction"].map(|part| value[part].as_str().unwrap_or("-")).join(" / ")
}
