//! `camtally count`: one source, counted to its end.

mod boxes;
mod outputs;
mod page;
mod video;

pub(crate) use outputs::{Looks, box_looks};
pub(crate) use page::data_uri;

use anyhow::Result;
use counting::Summary;
use observation::StreamTime;

use crate::cli::{self, Count};
use crate::table::table;
use crate::{Done, inputs, put, say};

/// What a count came to.
pub(crate) struct Outcome {
    summary: Summary,
    end: StreamTime,
    gaps: u64,
}

pub(crate) fn run(args: &Count) -> Result<Done> {
    let rules = inputs::rules(&args.rules)?;
    let outcome = match &args.source {
        Some(source) => video::count(source, rules, args)?,
        None => boxes::count(rules, args)?,
    };
    report(&outcome, args)
}

fn report(outcome: &Outcome, args: &Count) -> Result<Done> {
    let Outcome { summary, end, gaps } = outcome;
    let to_stdout = args.events.as_deref() == Some(std::path::Path::new("-"));
    let text = match args.summary {
        cli::Summary::Json => serde_json::to_string_pretty(summary)? + "\n",
        cli::Summary::Table => totals(summary, *end),
    };
    // Events on standard output are for a program: the totals must not get between them.
    if to_stdout {
        say(text.trim_end());
    } else {
        put(&text)?;
    }
    let mut done = Done::Well;
    if *gaps > 0 {
        done = Done::Look;
        say(&format!("{gaps} gaps: parts of the source could not be seen; the events say when and why"));
    }
    for (line, advice) in summary.badly_placed() {
        say(&format!("line `{}`: {}", line.name, advice.text));
    }
    Ok(done)
}

pub(crate) fn totals(summary: &Summary, end: StreamTime) -> String {
    let lines: Vec<Vec<String>> = summary
        .lines
        .iter()
        .map(|line| {
            let numbers = [
                line.forward,
                line.backward,
                line.turned_back,
                line.passed_by,
                line.origin_unobserved,
                line.inferred,
            ];
            std::iter::once(line.name.clone()).chain(numbers.map(|n| n.to_string())).collect()
        })
        .collect();
    let zones: Vec<Vec<String>> = summary
        .zones
        .iter()
        .map(|zone| {
            let mean = zone.dwell_sum_s / (zone.left.max(1) as f64);
            let numbers = [zone.entered, zone.left, zone.most].map(|n| n.to_string());
            let times = [format!("{mean:.1}"), format!("{:.1}", zone.dwell_max_s)];
            std::iter::once(zone.name.clone()).chain(numbers).chain(times).collect()
        })
        .collect();
    let mut text = String::new();
    if !lines.is_empty() {
        let head =
            ["line", "forward", "backward", "turned back", "passed by", "origin unobserved", "inferred"];
        text += &table(&head, &lines);
    }
    if !zones.is_empty() {
        let gap = if text.is_empty() { "" } else { "\n" };
        text += gap;
        text += &table(&["zone", "entered", "left", "most at once", "mean dwell s", "longest s"], &zones);
    }
    text + &format!("\n{} tracks in {end}\n", summary.tracks)
}
