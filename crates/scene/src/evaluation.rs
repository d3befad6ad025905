//! Counts against truth, event by event.

use std::collections::BTreeMap;

use event::Direction;
use observation::{StreamDuration, StreamTime};
use serde::Serialize;

use crate::interval::Estimate;
use crate::matching::match_times;
use crate::truth::TruthCrossing;

/// A crossing that was counted.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedCrossing {
    /// The line's name.
    pub line: String,
    /// Which way.
    pub direction: Direction,
    /// When, in seconds since the stream's first frame.
    pub t: f64,
}

/// How many events of a group were right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// True crossings, without the ambiguous ones: `tp + fn`.
    pub truth: u64,
    /// Counted crossings, without those that matched an ambiguous one: `tp + fp`.
    pub counted: u64,
    /// Counted and true.
    pub tp: u64,
    /// Counted and not true.
    pub fp: u64,
    /// True and not counted.
    #[serde(rename = "fn")]
    pub missed: u64,
    /// Pairs of a counted and an ambiguous true crossing, left out of everything above.
    pub left_out: u64,
    /// `tp / counted`.
    pub precision: Option<Estimate>,
    /// `tp / truth`.
    pub recall: Option<Estimate>,
    /// Harmonic mean of both.
    pub f1: Option<Estimate>,
    /// `counted - truth`: errors that cancel each other are not seen.
    pub net_error: i64,
    /// `fp + fn`: every error is seen.
    pub gross_error: u64,
}

/// The score of one line in one direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleScore {
    /// The line's name.
    pub line: String,
    /// Which way.
    pub direction: Direction,
    /// Its score.
    pub score: Score,
}

/// The score of one line in one direction in one hour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HourScore {
    /// Hours since the stream's first frame, from 0.
    pub hour: u64,
    /// The line's name.
    pub line: String,
    /// Which way.
    pub direction: Direction,
    /// Its score.
    pub score: Score,
}

/// A crossing that was missed, or one that was counted and is not true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// The line's name.
    pub line: String,
    /// Which way.
    pub direction: Direction,
    /// When, in seconds since the stream's first frame.
    pub t: f64,
}

/// How counts compare with truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How far apart a count and the truth may lie, in seconds.
    pub tolerance_s: f64,
    /// All lines and directions together.
    pub overall: Score,
    /// Each line in each direction, by name.
    pub rules: Vec<RuleScore>,
    /// Each hour of each of them, in order of time; hours without events are left out.
    pub hours: Vec<HourScore>,
    /// True and not counted, in order of time.
    pub misses: Vec<Mistake>,
    /// Counted and not true, in order of time.
    pub extras: Vec<Mistake>,
}

/// What is true and what was counted of one line in one direction.
type Group<'a> = (Vec<&'a TruthCrossing>, Vec<&'a CountedCrossing>);

/// Compares counts with truth, for each line and direction by itself.
///
/// A count may match a true crossing at most `tolerance` away, each at most one. As many clear crossings are
/// matched as can be, then as many ambiguous ones; a count that matches an ambiguous crossing is dropped with
/// it, and an ambiguous crossing without a count is no miss. Every `t` must be finite.
pub fn evaluate(
    truth: &[TruthCrossing],
    counted: &[CountedCrossing],
    tolerance: StreamDuration,
) -> Evaluation {
    let tolerance = tolerance.clamp(StreamDuration::ZERO, StreamDuration::from_secs(1e9));
    let mut rules: BTreeMap<(&str, Direction), Group<'_>> = BTreeMap::new();
    for crossing in truth {
        rules.entry((&crossing.line, crossing.direction)).or_default().0.push(crossing);
    }
    for crossing in counted {
        rules.entry((&crossing.line, crossing.direction)).or_default().1.push(crossing);
    }
    let mut all = Tally::default();
    let mut evaluation = Evaluation {
        tolerance_s: tolerance.as_secs(),
        overall: all.score(),
        rules: Vec::new(),
        hours: Vec::new(),
        misses: Vec::new(),
        extras: Vec::new(),
    };
    let mut hours: BTreeMap<(u64, &str, Direction), Tally> = BTreeMap::new();
    for ((line, direction), (mut truth, mut counted)) in rules {
        truth.sort_by(|a, b| a.t.total_cmp(&b.t));
        counted.sort_by(|a, b| a.t.total_cmp(&b.t));
        let mistake = |t| Mistake { line: line.to_owned(), direction, t };
        let mut tally = Tally::default();
        let mut add = |t: f64, one: Tally| {
            tally.add(one);
            hours.entry(((t / 3600.0).max(0.0) as u64, line, direction)).or_default().add(one);
        };

        let wanted: Vec<(StreamTime, bool)> =
            truth.iter().map(|crossing| (moment(crossing.t), crossing.ambiguous)).collect();
        let seen: Vec<StreamTime> = counted.iter().map(|crossing| moment(crossing.t)).collect();
        let partners = match_times(&wanted, &seen, tolerance);
        let mut used = vec![false; counted.len()];
        for (crossing, partner) in truth.iter().zip(partners) {
            match partner {
                Some(index) => {
                    used[index] = true;
                    let clear = u64::from(!crossing.ambiguous);
                    add(crossing.t, Tally { tp: clear, left_out: 1 - clear, ..Tally::default() });
                }
                None if crossing.ambiguous => {}
                None => {
                    evaluation.misses.push(mistake(crossing.t));
                    add(crossing.t, Tally { missed: 1, ..Tally::default() });
                }
            }
        }
        for (crossing, _) in counted.iter().zip(&used).filter(|(_, used)| !**used) {
            evaluation.extras.push(mistake(crossing.t));
            add(crossing.t, Tally { fp: 1, ..Tally::default() });
        }
        all.add(tally);
        evaluation.rules.push(RuleScore { line: line.to_owned(), direction, score: tally.score() });
    }
    evaluation.overall = all.score();
    evaluation.hours = hours
        .into_iter()
        .map(|((hour, line, direction), tally)| HourScore {
            hour,
            line: line.to_owned(),
            direction,
            score: tally.score(),
        })
        .collect();
    evaluation.misses.sort_by(|a, b| a.t.total_cmp(&b.t));
    evaluation.extras.sort_by(|a, b| a.t.total_cmp(&b.t));
    evaluation
}

/// To the microsecond, so that a difference of exactly the tolerance is within it whatever the rounding.
fn moment(t: f64) -> StreamTime {
    StreamTime::from_secs(t.clamp(-1e12, 1e12))
}

#[derive(Clone, Copy, Default)]
struct Tally {
    tp: u64,
    fp: u64,
    missed: u64,
    left_out: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.tp += other.tp;
        self.fp += other.fp;
        self.missed += other.missed;
        self.left_out += other.left_out;
    }

    fn score(self) -> Score {
        let Self { tp, fp, missed, left_out } = self;
        Score {
            truth: tp + missed,
            counted: tp + fp,
            tp,
            fp,
            missed,
            left_out,
            precision: Estimate::share(tp, tp + fp),
            recall: Estimate::share(tp, tp + missed),
            f1: Estimate::f1(tp, fp, missed),
            net_error: fp as i64 - missed as i64,
            gross_error: fp + missed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(line: &str, t: f64, ambiguous: bool) -> TruthCrossing {
        let (direction, class) = (Direction::Forward, "person".to_owned());
        TruthCrossing { line: line.to_owned(), direction, t, class, ambiguous }
    }

    fn counted(line: &str, direction: Direction, t: f64) -> CountedCrossing {
        CountedCrossing { line: line.to_owned(), direction, t }
    }

    fn second() -> StreamDuration {
        StreamDuration::from_secs(1.0)
    }

    #[test]
    fn hits_misses_and_extras_are_told_apart_by_line_direction_and_hour() {
        let truths = [truth("door", 12.3, false), truth("door", 20.0, false), truth("gate", 4000.0, false)];
        let counts = [
            counted("door", Direction::Forward, 13.3),
            counted("door", Direction::Backward, 20.0),
            counted("gate", Direction::Forward, 4001.1),
        ];
        let evaluation = evaluate(&truths, &counts, second());
        let Score { tp, fp, missed, net_error, gross_error, .. } = evaluation.overall;
        assert_eq!((tp, fp, missed, net_error, gross_error), (1, 2, 2, 0, 4));
        assert_eq!(evaluation.rules.len(), 3);
        assert_eq!(evaluation.misses.iter().map(|miss| miss.t).collect::<Vec<_>>(), [20.0, 4000.0]);
        assert_eq!(evaluation.extras.iter().map(|extra| extra.t).collect::<Vec<_>>(), [20.0, 4001.1]);
        let last = evaluation.hours.last().unwrap();
        assert_eq!((last.hour, last.line.as_str(), last.score.missed), (1, "gate", 1));
    }

    #[test]
    fn an_ambiguous_crossing_neither_helps_nor_hurts() {
        let truths = [truth("door", 10.0, false), truth("door", 30.0, true), truth("door", 50.0, true)];
        let counts = [counted("door", Direction::Forward, 10.0), counted("door", Direction::Forward, 30.2)];
        let score = evaluate(&truths, &counts, second()).overall;
        assert_eq!((score.truth, score.counted, score.tp, score.left_out), (1, 1, 1, 1));
        assert_eq!(score.f1.unwrap().value, 1.0);
    }

    #[test]
    fn a_clear_crossing_comes_before_an_ambiguous_one() {
        let truths = [truth("door", 9.9, true), truth("door", 10.0, false)];
        let score = evaluate(&truths, &[counted("door", Direction::Forward, 9.9)], second()).overall;
        assert_eq!((score.tp, score.missed, score.fp), (1, 0, 0));
    }

    #[test]
    fn one_count_proves_one_crossing_only() {
        let truths = [truth("door", 10.0, false), truth("door", 10.1, false)];
        let score = evaluate(&truths, &[counted("door", Direction::Forward, 10.0)], second()).overall;
        assert_eq!((score.tp, score.missed), (1, 1));
    }

    #[test]
    fn nothing_at_all_has_no_score() {
        let evaluation = evaluate(&[], &[], second());
        assert_eq!(evaluation.overall.f1, None);
        assert!(evaluation.rules.is_empty());
    }
}
