use std::path::Path;

use anyhow::{Context, Result, bail};
use counting::Rules;
use event::{Event, What};
use scene::{CountedCrossing, Line, MotVideo, TruthCrossing, evaluate, parse_mot, parse_truth};

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

fn crossings(path: &Path) -> Result<Vec<CountedCrossing>> {
    let text = inputs::text(path, "events file")?;
    let mut counted = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let event =
            Event::from_json(line).with_context(|| format!("{}: line {}", path.display(), number + 1))?;
        if let What::Crossing(direction, sighting) = event.what {
            counted.push(CountedCrossing { line: sighting.rule, direction, t: event.stream_time.as_secs() });
        }
    }
    Ok(counted)
}
