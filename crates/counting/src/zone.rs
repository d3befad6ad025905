//! One track at one zone: when its stay began, and when it ended.

use observation::StreamTime;

/// Seconds inside before a stay begins, unless the rule says otherwise.
pub(crate) const ENTER_S: f64 = 0.5;
/// Seconds outside before a stay ends, unless the rule says otherwise.
pub(crate) const LEAVE_S: f64 = 1.0;

/// What a track did at a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stay {
    /// A stay has begun, at this time.
    Began(StreamTime),
    /// The stay from one time to the other has ended.
    Ended(StreamTime, StreamTime),
}

/// The state of one track at one zone. Hysteresis by time: a box that flickers over the edge, or is missed
/// for a moment, changes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AtZone {
    since: Option<StreamTime>,
    /// The first of the samples that contradict the present state, and how many they are.
    contrary: Option<(StreamTime, u32)>,
    /// Whether the track was lost and stitched during this stay.
    pub(crate) inferred: bool,
}

impl AtZone {
    /// When the present stay began.
    pub(crate) fn since(&self) -> Option<StreamTime> {
        self.since
    }

    pub(crate) fn observe(
        &mut self,
        time: StreamTime,
        inside: bool,
        enter_s: f64,
        leave_s: f64,
    ) -> Option<Stay> {
        if inside == self.since.is_some() {
            self.contrary = None;
            return None;
        }
        let (first, samples) = self.contrary.map_or((time, 1), |(first, samples)| (first, samples + 1));
        self.contrary = Some((first, samples));
        let needed = if inside { enter_s } else { leave_s };
        if samples < 2 || (time - first).as_secs() < needed - 0.01 {
            return None;
        }
        self.contrary = None;
        match self.since.take() {
            Some(since) => Some(Stay::Ended(since, first)),
            None => {
                self.since = Some(first);
                self.inferred = false;
                Some(Stay::Began(first))
            }
        }
    }

    /// The track is gone; its stay ended when it was last seen inside, and not after `seen_until`.
    pub(crate) fn end(&mut self, seen_until: StreamTime) -> Option<Stay> {
        let since = self.since.take()?;
        let until = self.contrary.take().map_or(seen_until, |(first, _)| first.min(seen_until));
        Some(Stay::Ended(since, until.max(since)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stays(pattern: &str) -> Vec<Stay> {
        let mut zone = AtZone::default();
        let at = |i: usize| StreamTime::from_micros(i as i64 * 100_000);
        pattern
            .bytes()
            .enumerate()
            .filter_map(|(i, b)| zone.observe(at(i), b == b'#', ENTER_S, LEAVE_S))
            .collect()
    }

    #[test]
    fn a_flicker_over_the_edge_changes_nothing() {
        assert_eq!(stays("....##....##....").len(), 0);
        assert_eq!(stays("..##########....####...####").len(), 1, "only the stay's beginning");
    }

    #[test]
    fn dwell_runs_from_the_first_sample_inside_to_the_first_outside() {
        let seen = stays("..##########............");
        let secs = StreamTime::from_secs;
        assert_eq!(seen, [Stay::Began(secs(0.2)), Stay::Ended(secs(0.2), secs(1.2))]);
    }
}
