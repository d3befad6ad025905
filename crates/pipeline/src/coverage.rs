//! Which stretches of a stream were watched and which were not.

use event::{Gap, GapReason, Observed};
use observation::{StreamDuration, StreamTime};

/// How much of the end of a watched stretch is held back while watching goes on: if the picture turns out to stand
/// still, it was not watched.
const HELD_BACK: StreamDuration = StreamDuration::from_micros(10_000_000);
/// A watched stretch is told when it is this long, so that its beginning is told without the end that is held back.
const TOLD_AFTER: StreamDuration = StreamDuration::from_micros(20_000_000);
/// A loss of pictures that tracks bridge. A longer one is a gap.
const BRIDGED: StreamDuration = StreamDuration::from_micros(1_000_000);

/// A stretch of time, and whether it was watched.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stretch {
    Watched(Observed),
    Missed(Gap),
}

/// Divides a stream's time into stretches that were watched and gaps. Each begins where the one before ended, so that
/// they never overlap and leave nothing out between the first picture and what is held back at the end, whatever order
/// the reader tells things in. A standstill that is noticed after its beginning was told as watched becomes a gap from
/// there on.
#[derive(Clone, Debug)]
pub(crate) struct Coverage {
    /// Everything before is told; none before the first picture.
    told: Option<StreamTime>,
    /// The last picture that was looked at.
    looked: Option<StreamTime>,
    /// Why pictures since then were not looked at, if there were any.
    skipped: Option<String>,
    /// Why nothing is watched at present.
    away: Option<Away>,
    /// Longest time between two pictures that are looked at which is no gap.
    bridged: StreamDuration,
}

#[derive(Clone, Debug)]
struct Away {
    reason: GapReason,
    detail: String,
    noticed: StreamTime,
}

impl Coverage {
    /// `fps` is how many pictures a second are looked at, if not all.
    pub(crate) fn new(fps: Option<f64>) -> Self {
        let pauses = fps.filter(|fps| *fps > 0.0).map(|fps| StreamDuration::from_secs(2.5 / fps));
        let bridged = pauses.map_or(BRIDGED, |pauses| pauses.max(BRIDGED));
        Self { told: None, looked: None, skipped: None, away: None, bridged }
    }

    /// The longest loss of pictures that is no gap.
    pub(crate) fn bridged(&self) -> StreamDuration {
        self.bridged
    }

    /// A picture came that is not looked at.
    pub(crate) fn skip(&mut self, why: &str) {
        self.skipped.get_or_insert_with(|| why.to_owned());
    }

    /// A picture is looked at. The gap before it, if there is one, must be taken in before the picture.
    pub(crate) fn look(&mut self, at: StreamTime) -> Vec<Stretch> {
        // A reader whose queue ran over does not tell that the camera is back.
        let mut stretches = self.back(at);
        stretches.extend(self.passed_over(at));
        self.looked = Some(at);
        self.skipped = None;
        let told = *self.told.get_or_insert(at);
        if at - told >= TOLD_AFTER {
            stretches.extend(self.watched_until(at - HELD_BACK));
        }
        stretches
    }

    /// Nothing is watched any more since `since`, as was noticed at `noticed`.
    pub(crate) fn leave(
        &mut self,
        since: StreamTime,
        noticed: StreamTime,
        reason: GapReason,
        detail: String,
    ) -> Vec<Stretch> {
        if let Some(away) = &mut self.away {
            away.noticed = away.noticed.max(noticed);
            return Vec::new();
        }
        let mut stretches = self.passed_over(since);
        self.skipped = None;
        self.told.get_or_insert(since);
        stretches.extend(self.watched_until(since));
        self.away = Some(Away { reason, detail, noticed });
        stretches
    }

    /// Watching goes on at `at`, if it had stopped.
    pub(crate) fn back(&mut self, at: StreamTime) -> Vec<Stretch> {
        let Some(away) = self.away.take() else { return Vec::new() };
        // The picture at `at` is on its way.
        self.looked = Some(at);
        self.missed_until(at, away.reason, away.detail).into_iter().collect()
    }

    /// Everything up to `at` is told: what follows is told of another stream.
    pub(crate) fn divide(&mut self, at: StreamTime) -> Vec<Stretch> {
        if self.away.is_some() || self.told.is_none() {
            return Vec::new();
        }
        let mut stretches = self.passed_over(at);
        stretches.extend(self.watched_until(at));
        self.looked = Some(at);
        self.skipped = None;
        stretches
    }

    /// Nothing more comes. What was not watched at the end is a gap as far as is known.
    pub(crate) fn end(&mut self) -> Vec<Stretch> {
        match (self.away.take(), self.looked) {
            (Some(away), _) => {
                self.missed_until(away.noticed, away.reason, away.detail).into_iter().collect()
            }
            (None, Some(looked)) => self.watched_until(looked).into_iter().collect(),
            (None, None) => Vec::new(),
        }
    }

    /// The gap between the last picture that was looked at and `until`, if pictures in between were not and it is long:
    /// fewer pictures are still watching, seconds without are not.
    fn passed_over(&mut self, until: StreamTime) -> Vec<Stretch> {
        let (Some(why), Some(looked)) = (&self.skipped, self.looked) else { return Vec::new() };
        if until - looked <= self.bridged {
            return Vec::new();
        }
        let why = why.clone();
        let watched = self.watched_until(looked);
        watched.into_iter().chain(self.missed_until(until, GapReason::Overload, why)).collect()
    }

    fn watched_until(&mut self, until: StreamTime) -> Option<Stretch> {
        let from = self.told.filter(|told| until > *told)?;
        self.told = Some(until);
        Some(Stretch::Watched(Observed { from, until }))
    }

    fn missed_until(&mut self, until: StreamTime, reason: GapReason, detail: String) -> Option<Stretch> {
        let from = self.told.filter(|told| until > *told)?;
        self.told = Some(until);
        Some(Stretch::Missed(Gap { from, until, reason, detail: Some(detail) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> StreamTime {
        StreamTime::from_secs(seconds)
    }

    /// `w` and `m` with the seconds from and until.
    fn written(stretches: &[Stretch]) -> Vec<(char, f64, f64)> {
        let write = |stretch: &Stretch| match stretch {
            Stretch::Watched(observed) => ('w', observed.from.as_secs(), observed.until.as_secs()),
            Stretch::Missed(gap) => ('m', gap.from.as_secs(), gap.until.as_secs()),
        };
        stretches.iter().map(write).collect()
    }

    fn offline(coverage: &mut Coverage, since: f64, noticed: f64) -> Vec<Stretch> {
        coverage.leave(at(since), at(noticed), GapReason::Offline, "unplugged".to_owned())
    }

    #[test]
    fn a_slow_camera_is_told_as_far_as_a_fast_one() {
        let mut coverage = Coverage::new(None);
        let told: Vec<Stretch> = (0..10).flat_map(|i| coverage.look(at(60.0 * f64::from(i)))).collect();
        assert_eq!(written(&told).last(), Some(&('w', 470.0, 530.0)));
    }

    #[test]
    fn a_standstill_noticed_late_begins_where_watched_time_was_told() {
        let mut coverage = Coverage::new(None);
        let mut told: Vec<Stretch> = (0..=40).flat_map(|i| coverage.look(at(f64::from(i)))).collect();
        told.extend(coverage.leave(at(3.0), at(40.0), GapReason::Frozen, "frozen".to_owned()));
        told.extend(coverage.back(at(50.0)));
        assert_eq!(
            written(&told),
            [('w', 0.0, 10.0), ('w', 10.0, 20.0), ('w', 20.0, 30.0), ('m', 30.0, 50.0)]
        );
    }

    #[test]
    fn pictures_that_were_passed_over_before_an_outage_were_not_watched() {
        let mut coverage = Coverage::new(None);
        assert!(coverage.look(at(10.0)).is_empty());
        coverage.skip("no time");
        let mut told = offline(&mut coverage, 15.0, 19.0);
        told.extend(coverage.look(at(30.0)));
        assert_eq!(written(&told), [('m', 10.0, 15.0), ('m', 15.0, 30.0)]);
    }

    #[test]
    fn an_outage_that_never_ends_is_a_gap_until_it_was_last_noticed() {
        let mut coverage = Coverage::new(None);
        assert!(offline(&mut coverage, 0.0, 10.0).is_empty());
        assert!(offline(&mut coverage, 0.0, 25.0).is_empty());
        assert_eq!(written(&coverage.end()), [('m', 0.0, 25.0)]);
        assert!(Coverage::new(None).end().is_empty(), "a stream that gave nothing");
    }
}
