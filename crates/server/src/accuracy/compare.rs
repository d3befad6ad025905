//! Marks against what was counted, by the matching of `camtally evaluate`.

use event::{Event, What};
use observation::StreamDuration;
use scene::{CountedCrossing, Evaluation, TruthCrossing, evaluate};
use store::{EventQuery, Filter, Measure, Store};
use time::{Duration, OffsetDateTime};

use super::view::{AccuracyReport, AccuracyScore, AuditBody, DirectionScore, Mistake, Share};
use crate::problem::{Code, Problem};

/// The most crossings that are compared: more than walk over a line in a day.
const MOST: usize = 200_000;

pub(super) async fn report(
    store: &Store,
    body: &AuditBody,
    now: OffsetDateTime,
) -> Result<AccuracyReport, Problem> {
    let seconds = |time: OffsetDateTime| (time - body.from).as_seconds_f64();
    let truth: Vec<TruthCrossing> = body
        .marks
        .iter()
        .map(|mark| TruthCrossing {
            line: body.line.clone(),
            direction: mark.direction,
            t: seconds(mark.time),
            class: mark.class.clone(),
            ambiguous: mark.ambiguous,
        })
        .collect();
    // A count may lie a little beyond the stretch in which its mark does.
    let margin = Duration::seconds_f64(body.tolerance_s);
    let counted = crossings(store, body, margin).await?;
    let mut counted: Vec<CountedCrossing> = counted
        .iter()
        .filter_map(|event| match &event.what {
            What::Crossing(direction, _) => {
                let (line, direction) = (body.line.clone(), *direction);
                Some(CountedCrossing { line, direction, t: seconds(event.time) })
            }
            _ => None,
        })
        .collect();
    let tolerance = StreamDuration::from_secs(body.tolerance_s);
    let first = evaluate(&truth, &counted, tolerance);
    // What lies beyond and is nobody's is no mistake: nobody looked then.
    let length = seconds(body.until);
    counted.retain(|count| {
        let within = (0.0..length).contains(&count.t);
        within || !first.extras.iter().any(|extra| extra.t == count.t && extra.direction == count.direction)
    });
    let evaluation = evaluate(&truth, &counted, tolerance);
    Ok(made(&evaluation, body, unwatched(store, body).await?, now))
}

fn made(evaluation: &Evaluation, body: &AuditBody, unwatched_s: f64, now: OffsetDateTime) -> AccuracyReport {
    let mistakes = |mistakes: &[scene::Mistake]| {
        let time = |t: f64| body.from + Duration::seconds_f64(t);
        mistakes.iter().map(|one| Mistake { time: time(one.t), direction: one.direction }).collect()
    };
    let rules = evaluation.rules.iter();
    AccuracyReport {
        finished: now,
        unwatched_s,
        overall: score(&evaluation.overall),
        directions: rules
            .map(|rule| DirectionScore { direction: rule.direction, score: score(&rule.score) })
            .collect(),
        misses: mistakes(&evaluation.misses),
        extras: mistakes(&evaluation.extras),
    }
}

fn score(score: &scene::Score) -> AccuracyScore {
    let share = |estimate: Option<scene::Estimate>| {
        estimate.map(|scene::Estimate { value, low, high }| Share { value, low, high })
    };
    AccuracyScore {
        truth: score.truth,
        counted: score.counted,
        right: score.tp,
        extra: score.fp,
        missed: score.missed,
        left_out: score.left_out,
        precision: share(score.precision),
        recall: share(score.recall),
        f1: share(score.f1),
        net_error: score.net_error,
        gross_error: score.gross_error,
    }
}

fn query(body: &AuditBody, kinds: Vec<Measure>, margin: Duration) -> EventQuery {
    let filter = Filter { cameras: vec![body.camera.clone()], ..Filter::default() };
    let (from, until) = (body.from - margin, body.until + margin);
    EventQuery { from, until, kinds, filter, after: None, limit: Store::MAX_PAGE }
}

async fn crossings(store: &Store, body: &AuditBody, margin: Duration) -> Result<Vec<Event>, Problem> {
    let mut query = query(body, vec![Measure::Crossing], margin);
    query.filter.rules = vec![body.line.clone()];
    let mut events = Vec::new();
    loop {
        let page = store.events(&query).await?;
        events.extend(page.events);
        if events.len() > MOST {
            let detail = format!("more than {MOST} crossings were counted then: take a shorter stretch");
            return Err(Problem::new(Code::NotValid, detail));
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(events),
        }
    }
}

/// How long the camera did not watch. Gaps of one camera do not overlap.
async fn unwatched(store: &Store, body: &AuditBody) -> Result<f64, Problem> {
    let mut query = query(body, vec![], Duration::ZERO);
    let mut seconds = 0.0;
    loop {
        let page = store.gaps(&query).await?;
        for event in &page.events {
            if let What::Gap(gap) = &event.what {
                let end = event.time + Duration::seconds_f64((gap.until - gap.from).as_secs());
                let within = end.min(body.until) - event.time.max(body.from);
                seconds += within.as_seconds_f64().max(0.0);
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(seconds),
        }
    }
}
