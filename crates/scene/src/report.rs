//! An evaluation as text, JSON and HTML.

use std::fmt::Write as _;

use observation::StreamTime;

use crate::evaluation::{Evaluation, Mistake, Score};
use crate::interval::Estimate;

const HEADINGS: [&str; 12] = [
    "line",
    "direction",
    "truth",
    "counted",
    "right",
    "extra",
    "missed",
    "precision",
    "recall",
    "F1",
    "net",
    "gross",
];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;\
color:#1b1f24;background:#fff}table{border-collapse:collapse;display:block;overflow-x:auto}\
th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #d0d7de;white-space:nowrap}\
th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}\
ul{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1rem}\
figure{margin:0}img{width:100%;display:block}figcaption{padding:.2rem 0}.none{background:#eef1f4;color:#57606a;\
display:grid;place-items:center;aspect-ratio:16/9}@media(prefers-color-scheme:dark){body{color:#e6edf3;\
background:#0d1117}th,td{border-color:#30363d}.none{background:#161b22;color:#8b949e}}";

impl Evaluation {
    /// A table for a terminal, then the mistakes, one a line.
    pub fn to_table(&self) -> String {
        let mut rows = vec![HEADINGS.map(str::to_owned)];
        rows.extend(self.rows());
        let mut text = aligned(&rows);
        if let Some(hours) = self.hour_rows() {
            let _ok = write!(text, "\nby hour\n{}", aligned(&hours));
        }
        if self.overall.left_out > 0 {
            let _ok =
                writeln!(text, "\n{} ambiguous crossings were counted and left out", self.overall.left_out);
        }
        for (name, mistakes) in [("missed", &self.misses), ("extra", &self.extras)] {
            if !mistakes.is_empty() {
                let _ok = writeln!(text, "\n{name}");
            }
            for Mistake { line, direction, t } in mistakes {
                let _ok = writeln!(text, "  {}  {line} {}", StreamTime::from_secs(*t), direction.as_str());
            }
        }
        text
    }

    /// The whole evaluation as indented JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("an evaluation holds only strings and numbers")
    }

    /// A page that needs nothing else: the table and a picture of each mistake. `pictures` gives the picture at
    /// a time (seconds) as a `data:image/…` URI; anything else is not shown.
    pub fn to_html(&self, pictures: &dyn Fn(f64) -> Option<String>) -> String {
        let mut rows = vec![HEADINGS.map(str::to_owned)];
        rows.extend(self.rows());
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>Counts against truth</title>\
             <style>{STYLE}</style></head><body>\n<h1>Counts against truth</h1>\n\
             <p>A count is right when it lies within {} s of a true crossing of the same line in the same \
             direction. Brackets hold 95 % intervals. Ambiguous crossings that were counted and left out: {}.</p>\n",
            self.tolerance_s, self.overall.left_out
        );
        html_table(&mut page, &rows);
        if let Some(hours) = self.hour_rows() {
            page.push_str("<h2>By hour</h2>\n");
            html_table(&mut page, &hours);
        }
        html_mistakes(&mut page, "Missed", &self.misses, pictures);
        html_mistakes(&mut page, "Extra", &self.extras, pictures);
        page.push_str("</body></html>\n");
        page
    }

    fn rows(&self) -> Vec<[String; 12]> {
        let rules = self.rules.iter().map(|rule| row(&rule.line, rule.direction.as_str(), &rule.score));
        rules.chain([row("all", "", &self.overall)]).collect()
    }

    /// The hours' table with its headings, `None` when everything happened within the first.
    fn hour_rows(&self) -> Option<Vec<[String; 12]>> {
        self.hours.iter().any(|hour| hour.hour > 0).then(|| {
            let mut rows = vec![HEADINGS.map(str::to_owned)];
            "hour, line".clone_into(&mut rows[0][0]);
            rows.extend(self.hours.iter().map(|hour| {
                let name = format!("{}:00 {}", hour.hour, hour.line);
                row(&name, hour.direction.as_str(), &hour.score)
            }));
            rows
        })
    }
}

fn row(line: &str, direction: &str, score: &Score) -> [String; 12] {
    let share = |estimate: Option<Estimate>| match estimate {
        Some(Estimate { value, low, high }) => format!("{value:.3} [{low:.3} {high:.3}]"),
        None => "-".to_owned(),
    };
    [
        line.to_owned(),
        direction.to_owned(),
        score.truth.to_string(),
        score.counted.to_string(),
        score.tp.to_string(),
        score.fp.to_string(),
        score.missed.to_string(),
        share(score.precision),
        share(score.recall),
        share(score.f1),
        format!("{:+}", score.net_error),
        score.gross_error.to_string(),
    ]
}

/// Columns side by side: the two names to the left, numbers to the right.
fn aligned(rows: &[[String; 12]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..12).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn html_table(page: &mut String, rows: &[[String; 12]]) {
    page.push_str("<table>\n");
    for (index, row) in rows.iter().enumerate() {
        let tag = if index == 0 { "th" } else { "td" };
        let cells: String = row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
        let _ok = writeln!(page, "<tr>{cells}</tr>");
    }
    page.push_str("</table>\n");
}

fn html_mistakes(
    page: &mut String,
    title: &str,
    mistakes: &[Mistake],
    pictures: &dyn Fn(f64) -> Option<String>,
) {
    let _ok = writeln!(page, "<h2>{title}: {}</h2>\n<ul>", mistakes.len());
    for Mistake { line, direction, t } in mistakes {
        let caption = escaped(&format!("{} {line} {}", StreamTime::from_secs(*t), direction.as_str()));
        let picture = match pictures(*t).filter(|uri| uri.starts_with("data:image/")) {
            Some(uri) => format!("<img loading=\"lazy\" src=\"{}\" alt=\"{caption}\">", escaped(&uri)),
            None => "<div class=\"none\">no picture</div>".to_owned(),
        };
        let _ok = writeln!(page, "<li><figure>{picture}<figcaption>{caption}</figcaption></figure></li>");
    }
    page.push_str("</ul>\n");
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use event::Direction;
    use observation::StreamDuration;

    use crate::{CountedCrossing, Evaluation, TruthCrossing, evaluate};

    fn evaluation(line: &str) -> Evaluation {
        let (direction, class) = (Direction::Forward, "person".to_owned());
        let truth =
            |t| TruthCrossing { line: line.to_owned(), direction, t, class: class.clone(), ambiguous: false };
        let counted = [5.0, 90.0].map(|t| CountedCrossing { line: line.to_owned(), direction, t });
        evaluate(&[truth(5.2), truth(62.5)], &counted, StreamDuration::from_secs(1.0))
    }

    #[test]
    fn the_table_shows_the_scores_and_when_it_went_wrong() {
        let table = evaluation("door").to_table();
        let door: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(door[..8], ["door", "forward", "2", "2", "1", "1", "1", "0.500"]);
        assert!(table.contains("missed\n  1:02.500  door forward"), "{table}");
        assert!(table.contains("extra\n  1:30.000  door forward"), "{table}");
        assert!(!table.contains("by hour"), "{table}");
    }

    #[test]
    fn json_names_the_counts_as_the_field_does() {
        let json: serde_json::Value = serde_json::from_str(&evaluation("door").to_json()).unwrap();
        assert_eq!(json["overall"]["tp"], 1);
        assert_eq!(json["overall"]["fn"], 1);
        assert_eq!(json["misses"][0]["t"], 62.5);
    }

    #[test]
    fn the_page_shows_a_picture_of_each_mistake_and_trusts_no_name() {
        let picture = |t: f64| (t < 70.0).then(|| "data:image/png;base64,AAAA".to_owned());
        let page = evaluation("<script>alert(1)</script>").to_html(&picture);
        assert_eq!(page.matches("<img ").count(), 1);
        assert_eq!(page.matches("no picture").count(), 1);
        assert!(!page.contains("<script"), "{page}");
        let foreign = evaluation("door").to_html(&|_| Some("https://example.org/x.png".to_owned()));
        assert!(!foreign.contains("example.org"));
    }
}
