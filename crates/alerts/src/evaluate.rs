//! From readings to alerts. Pure: time comes in.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::Rule;

/// What a rule's number is now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// It is known.
    Value(f64),
    /// It is not: nothing was watched, or too little. No alert begins by it, and none ends.
    Unknown,
}

/// How far a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "lowercase")]
pub enum Phase {
    /// Nothing is to be noticed.
    #[default]
    Clear,
    /// It is too much, but not for long enough.
    Pending {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
    /// There is an alert.
    Firing {
        /// Since when it has been clear again, but not for long enough.
        #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
        clear_since: Option<OffsetDateTime>,
    },
    /// Somebody has resolved the alert by hand; there is no other one until it has been clear.
    Held,
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transition {
    /// An alert begins.
    Fired {
        /// The number that made it.
        value: f64,
    },
    /// The alert ends.
    Resolved {
        /// The number that ended it.
        value: f64,
    },
}

/// The next phase of a rule, and what has changed.
pub fn step(rule: &Rule, phase: Phase, reading: Reading, now: OffsetDateTime) -> (Phase, Option<Transition>) {
    let Reading::Value(value) = reading else {
        // What was not watched breaks both waits: each must hold without a break.
        let phase = match phase {
            Phase::Pending { .. } => Phase::Clear,
            Phase::Firing { .. } => Phase::Firing { clear_since: None },
            Phase::Clear | Phase::Held => phase,
        };
        return (phase, None);
    };
    let threshold = rule.condition.threshold();
    let long_enough = |since: OffsetDateTime, seconds: u32| now - since >= Duration::seconds(seconds.into());
    match phase {
        Phase::Clear | Phase::Pending { .. } if threshold.is_breached(value) => {
            let since = match phase {
                Phase::Pending { since } => since,
                _ => now,
            };
            if long_enough(since, rule.hold_s) {
                (Phase::Firing { clear_since: None }, Some(Transition::Fired { value }))
            } else {
                (Phase::Pending { since }, None)
            }
        }
        Phase::Clear | Phase::Pending { .. } => (Phase::Clear, None),
        Phase::Firing { clear_since } if threshold.is_clear(value) => {
            let since = clear_since.unwrap_or(now);
            if long_enough(since, rule.clear_s) {
                (Phase::Clear, Some(Transition::Resolved { value }))
            } else {
                (Phase::Firing { clear_since: Some(since) }, None)
            }
        }
        Phase::Firing { .. } => (Phase::Firing { clear_since: None }, None),
        Phase::Held if threshold.is_clear(value) => (Phase::Clear, None),
        Phase::Held => (Phase::Held, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::{Condition, Place, Severity, Side, Threshold};

    const START: OffsetDateTime = datetime!(2026-11-23 8:00 UTC);

    fn rule(side: Side, limit: f64, clear: f64, hold_s: u32, clear_s: u32) -> Rule {
        Rule {
            name: "full".to_owned(),
            site: "main".to_owned(),
            severity: Severity::Warning,
            condition: Condition::Occupancy {
                place: Place::Site,
                threshold: Threshold { side, limit, clear: Some(clear) },
            },
            hold_s,
            clear_s,
            quiet: vec![],
            channels: vec![],
            escalation: vec![],
            tell_resolved: true,
            enabled: true,
        }
    }

    /// The transitions of readings that come at these seconds.
    fn run(rule: &Rule, readings: impl IntoIterator<Item = (i64, Reading)>) -> Vec<(i64, Transition)> {
        let mut phase = Phase::Clear;
        let mut transitions = Vec::new();
        for (at, reading) in readings {
            let (next, transition) = step(rule, phase, reading, START + Duration::seconds(at));
            transitions.extend(transition.map(|transition| (at, transition)));
            phase = next;
        }
        transitions
    }

    fn value(at: i64, value: f64) -> (i64, Reading) {
        (at, Reading::Value(value))
    }

    #[test]
    fn a_number_that_trembles_about_the_limit_makes_one_alert() {
        let readings = (0..100).map(|at| value(at, if at % 2 == 0 { 51.0 } else { 49.0 }));
        assert_eq!(
            run(&rule(Side::Above, 50.0, 40.0, 0, 0), readings),
            [(0, Transition::Fired { value: 51.0 })]
        );
    }

    #[test]
    fn it_must_hold_and_be_clear_for_long_enough() {
        let rule = rule(Side::Above, 50.0, 40.0, 30, 20);
        let readings = [
            value(0, 60.0),
            value(29, 60.0),
            value(29, 50.0),
            value(31, 60.0),
            value(61, 70.0),
            value(70, 40.0),
            value(80, 45.0),
            value(81, 30.0),
            value(100, 0.0),
            value(101, 0.0),
        ];
        assert_eq!(
            run(&rule, readings),
            [(61, Transition::Fired { value: 70.0 }), (101, Transition::Resolved { value: 0.0 })]
        );
    }

    #[test]
    fn what_was_not_watched_breaks_the_wait() {
        let rule = rule(Side::Below, 1.0, 1.0, 30, 30);
        let readings =
            [value(0, 0.0), (15, Reading::Unknown), value(20, 0.0), value(40, 0.0), value(50, 0.0)];
        assert_eq!(run(&rule, readings), [(50, Transition::Fired { value: 0.0 })]);
    }

    #[test]
    fn resolved_by_hand_it_comes_again_only_after_it_was_clear() {
        let rule = rule(Side::Above, 50.0, 40.0, 0, 0);
        let now = START;
        assert_eq!(step(&rule, Phase::Held, Reading::Value(60.0), now), (Phase::Held, None));
        assert_eq!(step(&rule, Phase::Held, Reading::Value(45.0), now), (Phase::Held, None));
        assert_eq!(step(&rule, Phase::Held, Reading::Value(40.0), now), (Phase::Clear, None));
    }

    fn readings() -> impl Strategy<Value = Vec<(i64, Reading)>> {
        let reading = prop_oneof![3 => (0.0..100.0).prop_map(Reading::Value), 1 => Just(Reading::Unknown)];
        prop::collection::vec((1i64..30, reading), 0..200).prop_map(|steps| {
            let mut at = 0;
            steps
                .into_iter()
                .map(|(pause, reading)| {
                    at += pause;
                    (at, reading)
                })
                .collect()
        })
    }

    fn rules() -> impl Strategy<Value = Rule> {
        (any::<bool>(), 10.0..90.0, 0.0..10.0, 0u32..60, 0u32..60).prop_map(
            |(above, limit, gap, hold, clear)| match above {
                true => rule(Side::Above, limit, limit - gap, hold, clear),
                false => rule(Side::Below, limit, limit + gap, hold, clear),
            },
        )
    }

    proptest! {
        #[test]
        fn alerts_begin_and_end_in_turn(rule in rules(), readings in readings()) {
            rule.check().unwrap();
            for (index, (_, transition)) in run(&rule, readings).into_iter().enumerate() {
                prop_assert_eq!(matches!(transition, Transition::Fired { .. }), index % 2 == 0);
            }
        }

        #[test]
        fn an_alert_was_true_without_a_break_for_as_long_as_it_must(rule in rules(), readings in readings()) {
            let threshold = rule.condition.threshold();
            for (at, transition) in run(&rule, readings.clone()) {
                let (seconds, fired) = match transition {
                    Transition::Fired { .. } => (rule.hold_s, true),
                    Transition::Resolved { .. } => (rule.clear_s, false),
                };
                // The last reading before the wait began, and all since, must have been watched and true.
                let begin = at - i64::from(seconds);
                let first = readings.iter().rposition(|(t, _)| *t <= begin).unwrap_or(0);
                let last = readings.iter().position(|(t, _)| *t == at).unwrap();
                for (_, reading) in &readings[first..=last] {
                    let held = matches!(reading, Reading::Value(v)
                        if if fired { threshold.is_breached(*v) } else { threshold.is_clear(*v) });
                    prop_assert!(held);
                }
            }
        }

        #[test]
        fn nothing_ever_comes_of_what_nobody_watched(rule in rules(), readings in readings()) {
            let unwatched = readings.into_iter().map(|(at, _)| (at, Reading::Unknown));
            prop_assert_eq!(run(&rule, unwatched), []);
        }

        #[test]
        fn a_restart_between_any_two_readings_changes_nothing(rule in rules(), readings in readings()) {
            let mut kept = serde_json::to_string(&Phase::Clear).unwrap();
            let mut transitions = Vec::new();
            for (at, reading) in &readings {
                let phase = serde_json::from_str(&kept).unwrap();
                let (next, transition) = step(&rule, phase, *reading, START + Duration::seconds(*at));
                transitions.extend(transition.map(|transition| (*at, transition)));
                kept = serde_json::to_string(&next).unwrap();
            }
            prop_assert_eq!(transitions, run(&rule, readings));
        }
    }
}
