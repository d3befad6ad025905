//! Whom to tell of an alert, and when. Pure: time comes in.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Alert, Rule, Topic};

/// Something that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What is told.
    pub topic: Topic,
    /// Which step of the telling it is, so that each is told once: 0, 1, … for the steps, then the end.
    pub step: usize,
    /// Whom.
    pub channels: Vec<Uuid>,
}

/// What is to be told now, and the alert as it is then. With it, whether there is nothing left to tell, ever.
///
/// Quiet hours and silence put off, acknowledging stops the escalation, and of an alert that ended before anybody was
/// told nobody is told at all.
pub fn due(rule: &Rule, alert: &Alert, quiet: bool, now: OffsetDateTime) -> (Vec<Notice>, Alert, bool) {
    let (mut after, mut notices) = (alert.clone(), Vec::new());
    let steps = 1 + rule.escalation.len();
    let silent = quiet || alert.silenced_until.is_some_and(|until| now < until);
    if alert.resolved.is_some() {
        let tell = rule.tell_resolved && !alert.told_channels.is_empty();
        if tell && silent {
            return (notices, after, false);
        }
        if tell {
            let channels = alert.told_channels.clone();
            notices.push(Notice { topic: Topic::Resolved, step: steps, channels });
        }
        return (notices, after, true);
    }
    if silent {
        return (notices, after, false);
    }
    if after.told == 0 {
        after.told = 1;
        notices.push(Notice { topic: Topic::Fired, step: 0, channels: rule.channels.clone() });
    }
    if alert.acknowledged.is_none() {
        for (step, escalation) in (1..).zip(&rule.escalation).skip(after.told - 1) {
            if now - alert.started < Duration::seconds(escalation.after_s.into()) {
                break;
            }
            after.told = step + 1;
            notices.push(Notice { topic: Topic::Escalated, step, channels: escalation.channels.clone() });
        }
    }
    for channel in notices.iter().flat_map(|notice| &notice.channels) {
        if !after.told_channels.contains(channel) {
            after.told_channels.push(*channel);
        }
    }
    (notices, after, false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::{Acknowledged, Condition, Escalation, Resolved, Severity};

    const START: OffsetDateTime = datetime!(2026-11-23 8:00 UTC);

    fn rule() -> Rule {
        Rule {
            name: "offline".to_owned(),
            site: "main".to_owned(),
            severity: Severity::Critical,
            condition: Condition::Offline { cameras: vec![] },
            hold_s: 0,
            clear_s: 0,
            quiet: vec![],
            channels: vec![Uuid::from_u128(1)],
            escalation: vec![
                Escalation { after_s: 600, channels: vec![Uuid::from_u128(2)] },
                Escalation { after_s: 1200, channels: vec![Uuid::from_u128(1), Uuid::from_u128(3)] },
            ],
            tell_resolved: true,
            enabled: true,
        }
    }

    fn alert() -> Alert {
        Alert {
            id: Uuid::from_u128(9),
            rule: Uuid::from_u128(8),
            name: "offline".to_owned(),
            site: "main".to_owned(),
            subject: "entrance".to_owned(),
            severity: Severity::Critical,
            summary: String::new(),
            value: 1.0,
            started: START,
            acknowledged: None,
            silenced_until: None,
            resolved: None,
            told: 0,
            told_channels: vec![],
        }
    }

    fn at(seconds: i64) -> OffsetDateTime {
        START + Duration::seconds(seconds)
    }

    fn topics(alert: &Alert, quiet: bool, seconds: i64) -> Vec<Topic> {
        due(&rule(), alert, quiet, at(seconds)).0.into_iter().map(|notice| notice.topic).collect()
    }

    #[test]
    fn it_escalates_until_somebody_takes_care() {
        let (_, told, _) = due(&rule(), &alert(), false, at(0));
        assert_eq!(topics(&told, false, 599), []);
        assert_eq!(topics(&told, false, 600), [Topic::Escalated]);
        assert_eq!(topics(&told, false, 1200), [Topic::Escalated; 2]);
        let acknowledged = Some(Acknowledged { time: at(10), by: "ann".to_owned() });
        let taken = Alert { acknowledged, ..told };
        assert_eq!(topics(&taken, false, 1200), []);
    }

    #[test]
    fn quiet_hours_and_silence_put_off() {
        assert_eq!(topics(&alert(), true, 0), []);
        assert_eq!(topics(&alert(), false, 300), [Topic::Fired]);
        let silenced = Alert { silenced_until: Some(at(100)), ..alert() };
        assert_eq!(topics(&silenced, false, 99), []);
        assert_eq!(topics(&silenced, false, 100), [Topic::Fired]);
    }

    #[test]
    fn what_ended_before_anybody_was_told_is_told_to_nobody() {
        let resolved = Some(Resolved { time: at(5), by: None });
        let untold = Alert { resolved: resolved.clone(), ..alert() };
        assert_eq!(due(&rule(), &untold, false, at(10)), (vec![], untold, true));
        let (_, told, _) = due(&rule(), &alert(), false, at(0));
        let told = Alert { resolved, ..told };
        assert_eq!(due(&rule(), &told, true, at(10)), (vec![], told.clone(), false));
        let (notices, _, settled) = due(&rule(), &told, false, at(10));
        assert_eq!(notices, [Notice { topic: Topic::Resolved, step: 3, channels: vec![Uuid::from_u128(1)] }]);
        assert!(settled);
    }

    proptest! {
        #[test]
        fn each_step_is_told_once_and_in_order(
            mut moments in prop::collection::vec((0i64..5000, any::<bool>()), 0..40), end in prop::option::of(0i64..5000)
        ) {
            moments.sort();
            let (mut alert, mut told) = (alert(), Vec::new());
            for (moment, quiet) in moments {
                if end.is_some_and(|end| moment >= end) && alert.resolved.is_none() {
                    alert.resolved = Some(Resolved { time: at(moment), by: None });
                }
                let (notices, after, settled) = due(&rule(), &alert, quiet, at(moment));
                prop_assert!(notices.is_empty() || !quiet);
                told.extend(notices.iter().map(|notice| notice.step));
                alert = after;
                if settled {
                    break;
                }
            }
            prop_assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", told);
            prop_assert!(told.first().is_none_or(|first| *first == 0));
        }
    }
}
