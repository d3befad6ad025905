//! Changing the rules while counting goes on.

use event::Event;
use observation::{StreamTime, TrackId};

use super::Counter;
use crate::in_force::{Line, Zone, ready};
use crate::rules::{RuleError, Rules};

impl Counter {
    /// Counts by these rules from now on. A rule that is the same as before goes on as if nothing had been
    /// changed, with its totals and with where each track stands to it; a rule that was changed begins anew. Stays
    /// in zones that are gone or changed end, as interrupted ones.
    ///
    /// # Errors
    /// When a rule is impossible, names a class that the model does not know, or is not the one in force but has
    /// no later version than any of its name before, which would give two events one id. That holds too for a rule
    /// that was taken out and comes back. Then nothing is changed.
    pub fn change_rules(&mut self, rules: Rules) -> Result<Vec<Event>, RuleError> {
        let (mut lines, mut zones) = ready(rules, &self.classes, self.aspect)?;
        let line_before: Vec<Option<usize>> =
            lines.iter().map(|new| self.lines.iter().position(|old| old.rule == new.rule)).collect();
        let zone_before: Vec<Option<usize>> =
            zones.iter().map(|new| self.zones.iter().position(|old| old.rule == new.rule)).collect();
        let changed_lines = lines
            .iter()
            .zip(&line_before)
            .filter(|(_, before)| before.is_none())
            .map(|(line, _)| line.named());
        let changed_zones = zones
            .iter()
            .zip(&zone_before)
            .filter(|(_, before)| before.is_none())
            .map(|(zone, _)| zone.named());
        let stale =
            |(name, version): &(&str, u32)| self.versions.get(*name).is_some_and(|used| version <= used);
        if let Some((name, version)) = changed_lines.chain(changed_zones).find(stale) {
            return Err(RuleError::SameVersion { name: name.to_owned(), version });
        }
        let now = self.last_frame.unwrap_or(StreamTime::ZERO);
        let mut events = Vec::new();
        for index in (0..self.lines.len()).filter(|index| !line_before.contains(&Some(*index))) {
            for held in std::mem::take(&mut self.lines[index].held) {
                self.emit_held(index, held, now, &mut events);
            }
        }
        let ids: Vec<TrackId> = self.tracks.keys().copied().collect();
        for id in ids {
            let Some(mut track) = self.tracks.remove(&id) else { continue };
            // What another track goes on with is that one's to end.
            let ended = |index: &usize| !track.continued && !zone_before.contains(&Some(*index));
            for index in (0..self.zones.len()).filter(ended).collect::<Vec<_>>() {
                if let Some(stay) = track.zones[index].at.end(track.last_seen) {
                    let confirmed = now.max(track.last_seen);
                    self.stay(index, stay, id, &mut track, confirmed, true, &mut events);
                }
            }
            track.reorder(&line_before, &zone_before);
            self.tracks.insert(id, track);
        }
        for (new, before) in lines.iter_mut().zip(&line_before) {
            if let Some(old) = before.map(|index| &mut self.lines[index]) {
                new.totals = std::mem::take(&mut old.totals);
                new.held = std::mem::take(&mut old.held);
            }
        }
        for (new, before) in zones.iter_mut().zip(&zone_before) {
            if let Some(old) = before.map(|index| &mut self.zones[index]) {
                new.totals = std::mem::take(&mut old.totals);
            }
        }
        (self.lines, self.zones) = (lines, zones);
        self.note_versions();
        Ok(events)
    }

    /// Notes which versions have made events, or may have.
    pub(super) fn note_versions(&mut self) {
        let lines = self.lines.iter().map(Line::named);
        for (name, version) in lines.chain(self.zones.iter().map(Zone::named)) {
            let latest = self.versions.entry(name.to_owned()).or_insert(version);
            *latest = version.max(*latest);
        }
    }
}
