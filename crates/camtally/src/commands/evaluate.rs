use std::path::Path;

use anyhow::{Context, Result, bail};
use counting::Rules;
use event::Direction;
use scene::{CountedCrossing, Line, MotVideo, TruthCrossing, evaluate, parse_mot, parse_truth};
use serde::Deserialize;

use crate::cli::{self, Evaluate};
use crate::{Done, inputs, put};

pub(crate) fn run(args: &Evaluate) -> Result<Done> {
    let truth = truth(args)?;
    let counted = crossings(&args.events)?;
    let evaluation = evaluate(&truth, &counted, args.tolerance);
    let text = match args.format {
        cli::Format::Table => evaluation.to_table(),
        cli::Format::Json => serde_json::to_string_pretty(&evaluation)? + "\n",
        cli::Format::Html => evaluation.to_html(&|_| None),
    };
    put(&text)?;
    Ok(Done::Well)
}

fn truth(args: &Evaluate) -> Result<Vec<TruthCrossing>> {
    let shown = args.truth.display().to_string();
    let text = inputs::text(&args.truth, "truth file")?;
    if text.trim_start().starts_with('{') {
        return parse_truth(&text).with_context(|| shown);
    }
    let (Some(fps), Some(rules)) = (args.fps, &args.rules) else {
        bail!("{shown} is no JSON, so it must be labelled tracks (MOT format), which need --fps and --rules");
    };
    let rules = Rules::from_toml(&inputs::text(rules, "rules file")?).context(rules.display().to_string())?;
    let lines: Vec<Line> = rules.lines.iter().map(|rule| Line::new(&rule.name, &rule.points)).collect();
    let video = MotVideo { fps, width: args.size.width, height: args.size.height };
    let rows = parse_mot(&text).with_context(|| shown.clone())?;
    video.truth(&rows, &lines).with_context(|| shown)
}

/// What a comparison needs of an event, so that other counters can be held to the same truth.
#[derive(Deserialize)]
struct Counted {
    kind: String,
    rule: Option<String>,
    direction: Option<Direction>,
    stream_time_s: f64,
}

fn crossings(path: &Path) -> Result<Vec<CountedCrossing>> {
    let text = inputs::text(path, "events file")?;
    let mut counted = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("{}: line {}", path.display(), number + 1);
        let event: Counted =
            serde_json::from_str(line).with_context(|| format!("{}: not an event", place()))?;
        if event.kind != "crossing" {
            continue;
        }
        let (Some(line), Some(direction)) = (event.rule, event.direction) else {
            bail!("{}: a crossing needs the fields `rule` and `direction`", place());
        };
        counted.push(CountedCrossing { line, direction, t: event.stream_time_s });
    }
    Ok(counted)
}
