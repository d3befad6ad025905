use std::fmt::Write;

use observation::{Point, StreamTime};

const WIDTH: f64 = 420.0;
const PAD: f64 = 14.0;
/// Letters of the caption that fit in a row.
const CAPTION_LETTERS: usize = 44;

/// One object's way through a scene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathLook {
    /// What it is called, `a`; may be empty.
    pub name: String,
    /// Where it was when, in order of time, normalised to the frame.
    pub points: Vec<(StreamTime, Point)>,
}

/// A line, the ways across it, and what came of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SceneLook {
    /// The counting line, normalised. Forward is towards the right hand of someone who goes along it.
    pub line: Vec<Point>,
    /// Half the band's width, as a share of the frame's height. Zero draws none.
    pub band: f64,
    /// The objects' ways.
    pub paths: Vec<PathLook>,
    /// Where a counted path met the line.
    pub meetings: Vec<Point>,
    /// What the counter says, `forward 1, backward 0`.
    pub outcome: String,
}

/// A drawing of `scene` for a page of documentation: an SVG text of a 4:3 frame with the outcome below.
///
/// Equal scenes give equal texts. It brings its own ground and follows the reader's light or dark scheme, so it
/// is readable on any page.
pub fn scene_svg(scene: &SceneLook) -> String {
    let frame_height = WIDTH * 0.75;
    let caption = wrapped(&scene.outcome, CAPTION_LETTERS);
    let height = frame_height + 14.0 + 18.0 * caption.len() as f64;
    let mut svg = String::new();
    // Writing to a String cannot fail.
    draw(&mut svg, scene, &caption, (frame_height, height)).expect("a String takes every text");
    svg
}

fn draw(svg: &mut String, scene: &SceneLook, caption: &[String], sizes: (f64, f64)) -> std::fmt::Result {
    let (frame_height, height) = sizes;
    let place = |p: &Point| (PAD + p.x * (WIDTH - 2.0 * PAD), PAD + p.y * (frame_height - 2.0 * PAD));
    let line: Vec<_> = scene.line.iter().map(place).collect();
    let half_band = scene.band * (frame_height - 2.0 * PAD);
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0} {height:.0}" width="{WIDTH:.0}" height="{height:.0}" role="img">"#
    )?;
    writeln!(svg, "<title>{}</title>", escaped(&scene.outcome))?;
    svg.push_str(STYLE);
    writeln!(
        svg,
        r#"<rect class="ground" x="0.5" y="0.5" width="{:.1}" height="{:.1}" rx="8"/>"#,
        WIDTH - 1.0,
        height - 1.0
    )?;
    if half_band > 0.0 && line.len() > 1 {
        let mut edge = offset(&line, half_band);
        edge.extend(offset(&line, -half_band).into_iter().rev());
        writeln!(svg, r#"<polygon class="band" points="{}"/>"#, listed(&edge))?;
    }
    if line.len() > 1 {
        draw_line(svg, &line, half_band)?;
    }
    for (index, path) in scene.paths.iter().enumerate() {
        let points: Vec<_> = path.points.iter().map(|(_, point)| place(point)).collect();
        draw_path(svg, path, &points, index % 4)?;
    }
    for meeting in &scene.meetings {
        let (x, y) = place(meeting);
        writeln!(svg, r#"<circle class="meeting" cx="{x:.1}" cy="{y:.1}" r="7"/>"#)?;
    }
    for (row, text) in caption.iter().enumerate() {
        let y = frame_height + 10.0 + 18.0 * row as f64;
        writeln!(svg, r#"<text class="outcome" x="{:.1}" y="{y:.1}">{}</text>"#, WIDTH / 2.0, escaped(text))?;
    }
    svg.push_str("</svg>\n");
    Ok(())
}

fn draw_line(svg: &mut String, line: &[Place], half_band: f64) -> std::fmt::Result {
    writeln!(svg, r#"<polyline class="line" points="{}"/>"#, listed(line))?;
    // Forward, near the line's first end where paths seldom are.
    let (from, to) = (line[0], line[1]);
    let along = unit(from, to);
    let right = (-along.1, along.0);
    let foot = (from.0 + along.0 * 26.0, from.1 + along.1 * 26.0);
    let at = |out: f64, side: f64| {
        (foot.0 + right.0 * out + along.0 * side, foot.1 + right.1 * out + along.1 * side)
    };
    let reach = half_band.max(6.0) + 16.0;
    writeln!(svg, r#"<polyline class="line" points="{}"/>"#, listed(&[at(0.0, 0.0), at(reach - 6.0, 0.0)]))?;
    let head = [at(reach - 8.0, -5.0), at(reach, 0.0), at(reach - 8.0, 5.0)];
    writeln!(svg, r#"<polygon class="head" points="{}"/>"#, listed(&head))?;
    for (name, out) in [("A", -(half_band + 14.0)), ("B", reach + 12.0)] {
        let (x, y) = at(out, 0.0);
        writeln!(svg, r#"<text class="side" x="{x:.1}" y="{:.1}">{name}</text>"#, y + 5.0)?;
    }
    Ok(())
}

fn draw_path(svg: &mut String, path: &PathLook, points: &[Place], colour: usize) -> std::fmt::Result {
    let (Some(first), Some(last)) = (path.points.first(), path.points.last()) else { return Ok(()) };
    writeln!(svg, r#"<g class="path p{colour}">"#)?;
    writeln!(svg, r#"<polyline points="{}"/>"#, listed(points))?;
    for (x, y) in points {
        writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="2.4"/>"#)?;
    }
    let end = points[points.len() - 1];
    // The head points the way of the last step that is long enough to have a direction.
    let before = points.iter().rev().find(|p| (p.0 - end.0).hypot(p.1 - end.1) > 1.0);
    if let Some(before) = before {
        let along = unit(*before, end);
        let side = (-along.1 * 5.0, along.0 * 5.0);
        let tip = (end.0 + along.0 * 9.0, end.1 + along.1 * 9.0);
        let head = [(end.0 + side.0, end.1 + side.1), tip, (end.0 - side.0, end.1 - side.1)];
        writeln!(svg, r#"<polygon points="{}"/>"#, listed(&head))?;
    }
    let name = if path.name.is_empty() { String::new() } else { format!("{} ", escaped(&path.name)) };
    let mut label = |(x, y): Place, text: String| {
        // Left of a point in the right part of the drawing, so that it stays inside.
        let (x, anchor) = if x > WIDTH * 0.8 { (x - 8.0, "end") } else { (x + 8.0, "start") };
        writeln!(svg, r#"<text x="{x:.1}" y="{:.1}" text-anchor="{anchor}">{text}</text>"#, y + 4.0)
    };
    label(points[0], format!("{name}{:.1} s", first.0.as_secs()))?;
    let far = (points[0].0 - end.0).hypot(points[0].1 - end.1) > 14.0;
    if far {
        label(end, format!("{:.1} s", last.0.as_secs()))?;
    }
    svg.push_str("</g>\n");
    Ok(())
}

type Place = (f64, f64);

/// Mid-tones that hold on both grounds; the grounds and the ink follow the reader's scheme.
const STYLE: &str = r"<style>
.ground{fill:#fbfbfa;stroke:#c9ccd1}.band{fill:#e0a100;fill-opacity:.2}
.line{fill:none;stroke:#b97a00;stroke-width:3;stroke-linecap:round;stroke-linejoin:round}.head{fill:#b97a00}
text{font:12px system-ui,sans-serif;fill:#30343b}
.side{font-weight:700;font-size:15px;fill:#b97a00;text-anchor:middle}
.outcome{font-size:14px;font-weight:600;text-anchor:middle}
.path polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}.path text{font-size:11px}
.p0 polyline{stroke:#2f74d0}.p0 circle,.p0 polygon{fill:#2f74d0}
.p1 polyline{stroke:#c2418f}.p1 circle,.p1 polygon{fill:#c2418f}
.p2 polyline{stroke:#23875a}.p2 circle,.p2 polygon{fill:#23875a}
.p3 polyline{stroke:#7a5bd0}.p3 circle,.p3 polygon{fill:#7a5bd0}
.meeting{fill:none;stroke:#d63230;stroke-width:2.5}
@media (prefers-color-scheme:dark){.ground{fill:#1c1f26;stroke:#454b57}text{fill:#e4e6ea}
.line{stroke:#f0b429}.head,.side{fill:#f0b429}
.p0 polyline{stroke:#6aa5f5}.p0 circle,.p0 polygon{fill:#6aa5f5}.p1 polyline{stroke:#ee7fc1}.p1 circle,.p1 polygon{fill:#ee7fc1}
.p2 polyline{stroke:#52c892}.p2 circle,.p2 polygon{fill:#52c892}.p3 polyline{stroke:#a990f2}.p3 circle,.p3 polygon{fill:#a990f2}
.meeting{stroke:#ff6b68}}
</style>
";

fn unit(from: Place, to: Place) -> Place {
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    if length > 0.0 { ((to.0 - from.0) / length, (to.1 - from.1) / length) } else { (1.0, 0.0) }
}

/// The polyline moved to its right by `distance`, with mitred bends.
fn offset(line: &[Place], distance: f64) -> Vec<Place> {
    let normals: Vec<Place> =
        line.windows(2).map(|pair| unit(pair[0], pair[1])).map(|(x, y)| (-y, x)).collect();
    let at = |index: usize| {
        let before = normals[index.saturating_sub(1)];
        let after = normals[index.min(normals.len() - 1)];
        let sum = (before.0 + after.0, before.1 + after.1);
        // |sum|² / 2 is 1 + cos of the bend; its floor keeps a hairpin's mitre short.
        let scale = distance / ((sum.0 * sum.0 + sum.1 * sum.1) / 2.0).max(0.25);
        (line[index].0 + sum.0 * scale, line[index].1 + sum.1 * scale)
    };
    (0..line.len()).map(at).collect()
}

fn listed(points: &[Place]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() <= letters => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> SceneLook {
        let walk = [[0.5, 0.2], [0.5, 0.4], [0.5, 0.6], [0.5, 0.8]];
        let at =
            |(step, point): (usize, [f64; 2])| (StreamTime::from_secs(step as f64 * 0.5), Point::from(point));
        SceneLook {
            line: vec![Point::new(0.1, 0.5), Point::new(0.9, 0.5)],
            band: 0.1,
            paths: vec![PathLook {
                name: "a".into(),
                points: walk.into_iter().enumerate().map(at).collect(),
            }],
            meetings: vec![Point::new(0.5, 0.5)],
            outcome: "forward 1 & backward <none>".into(),
        }
    }

    #[test]
    fn the_drawing_of_a_scene_stays_as_it_is() {
        let svg = scene_svg(&scene());
        let body = svg.split("</style>").nth(1).unwrap();
        insta::assert_snapshot!(body);
    }

    #[test]
    fn forward_is_to_the_right_hand() {
        let side = |svg: &str, name: &str| -> f64 {
            let row = svg.lines().find(|row| row.ends_with(&format!(">{name}</text>"))).unwrap();
            row.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let svg = scene_svg(&scene());
        assert!(side(&svg, "A") < side(&svg, "B"), "walking to the right, B is below");
        let mut turned = scene();
        turned.line.reverse();
        let svg = scene_svg(&turned);
        assert!(side(&svg, "A") > side(&svg, "B"));
    }

    #[test]
    fn names_cannot_break_the_drawing() {
        let svg = scene_svg(&scene());
        assert!(svg.contains("forward 1 &amp; backward &lt;none&gt;"));
    }

    #[test]
    fn a_long_outcome_takes_more_rows_and_loses_no_word() {
        let outcome = "one two three four five six seven eight nine ten eleven twelve thirteen";
        let svg = scene_svg(&SceneLook { outcome: outcome.into(), ..scene() });
        let rows: Vec<&str> = svg.lines().filter(|row| row.contains("\"outcome\"")).collect();
        assert_eq!(rows.len(), 2);
        let words: Vec<&str> = rows.iter().map(|row| row.split(['>', '<']).nth(2).unwrap()).collect();
        assert_eq!(words.join(" "), outcome);
    }

    #[test]
    fn the_band_keeps_its_width_around_a_bend() {
        let bend = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        assert_eq!(offset(&bend, 2.0), [(0.0, 2.0), (8.0, 2.0), (8.0, 10.0)]);
    }

    #[test]
    fn a_scene_with_nothing_in_it_is_still_a_drawing() {
        let svg = scene_svg(&SceneLook::default());
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("NaN"));
    }
}
