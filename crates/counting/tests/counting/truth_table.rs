//! The guide's truth table: each row is counted here, and its drawing is made from what was counted.

use std::fmt::Write;
use std::path::Path as FilePath;

use drawing::{PathLook, SceneLook, scene_svg};
use event::What;
use observation::{Point, StreamTime};

use crate::walker::{HEIGHT, Path, line, totals, walk};

const ASPECT: f64 = 4.0 / 3.0;
const DOOR: &[[f64; 2]] = &[[0.2, 0.5], [0.8, 0.5]];
const BEND: &[[f64; 2]] = &[[0.2, 0.4], [0.5, 0.6], [0.8, 0.4]];

struct Case {
    name: &'static str,
    line: &'static [[f64; 2]],
    paths: Vec<Path>,
    counted: &'static str,
}

fn route(corners: &[[f64; 2]]) -> Path {
    let corners: Vec<Point> = corners.iter().map(|&[x, y]| Point::new(x, y)).collect();
    walk(&corners, 0.8, 10.0)
}

/// Waits where the first route ends, trembling, and goes on with the second.
fn wait(first: &[[f64; 2]], samples: u32, tremble: f64, second: &[[f64; 2]]) -> Path {
    let mut path = route(first);
    for i in 0..samples {
        let (t, p) = path[path.len() - 1];
        let shake = if i.is_multiple_of(2) { tremble } else { -tremble };
        path.push((t + 0.1, Point::new(p.x, p.y + shake)));
    }
    let t = path[path.len() - 1].0 + 0.1;
    path.extend(route(second).into_iter().map(|(at, p)| (t + at, p)));
    path
}

fn cases() -> Vec<Case> {
    let down: &[[f64; 2]] = &[[0.45, 0.2], [0.55, 0.8]];
    let onto: &[[f64; 2]] = &[[0.45, 0.2], [0.5, 0.5]];
    let case = |name, line, paths, counted| Case { name, line, paths, counted };
    vec![
        case("straight across", DOOR, vec![route(down)], "forward 1"),
        case(
            "straddles the line and goes on",
            DOOR,
            vec![wait(onto, 40, 0.01, &[[0.5, 0.5], [0.5, 0.8]])],
            "forward 1",
        ),
        case(
            "lingers on the line and goes back",
            DOOR,
            vec![wait(onto, 40, 0.01, &[[0.5, 0.5], [0.6, 0.2]])],
            "turned back 1",
        ),
        case(
            "U-turn beyond the line",
            DOOR,
            vec![route(&[[0.4, 0.2], [0.42, 0.7], [0.58, 0.7], [0.6, 0.2]])],
            "forward 1, backward 1",
        ),
        case("grazes an end", DOOR, vec![route(&[[0.9, 0.2], [0.9, 0.8]])], "passed by 1"),
        case(
            "two at once",
            DOOR,
            vec![route(&[[0.4, 0.2], [0.4, 0.8]]), route(&[[0.6, 0.8], [0.6, 0.2]])],
            "forward 1, backward 1",
        ),
        case("stops on the line", DOOR, vec![wait(onto, 100, 0.0, &[[0.5, 0.5], [0.5, 0.8]])], "forward 1"),
        case("born beyond the line", DOOR, vec![route(&[[0.5, 0.54], [0.55, 0.85]])], "origin unobserved 1"),
        case("over a bend", BEND, vec![route(&[[0.45, 0.2], [0.52, 0.9]])], "forward 1"),
        case("lost in the band", DOOR, lost(), "forward 1 (inferred)"),
        case("flickers over the line", DOOR, vec![flicker()], "nothing"),
    ]
}

/// The tracker loses it on the line for 0.8 s and calls it by another id afterwards.
fn lost() -> Vec<Path> {
    let path = route(&[[0.45, 0.2], [0.55, 0.8]]);
    let (before, after) = (path.iter().filter(|(_, p)| p.y < 0.48), path.iter().filter(|(_, p)| p.y > 0.53));
    vec![before.copied().collect(), after.copied().collect()]
}

fn flicker() -> Path {
    let mut path = route(&[[0.2, 0.35], [0.8, 0.4]]);
    let middle = path.len() / 2;
    path[middle].1.y = 0.62;
    path
}

#[test]
fn the_guide_shows_what_is_counted() {
    let guide = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/guide");
    let mut page = String::from(
        "# Truth table\n\nWhat camtally makes of each case. The table and its drawings are made by the test that counts \
         the cases. *Settled* and the other words are explained in [What a count is](what-a-count-is.md).\n\n\
         | case | counted | drawing |\n| --- | --- | --- |\n",
    );
    for case in cases() {
        let (events, totals) = totals(&line(case.line), &case.paths, ASPECT);
        let mut counted = Vec::new();
        for (word, number) in [
            ("forward", totals.forward),
            ("backward", totals.backward),
            ("turned back", totals.turned_back),
            ("passed by", totals.passed_by),
            ("origin unobserved", totals.origin_unobserved),
        ] {
            if number > 0 {
                counted.push(format!("{word} {number}"));
            }
        }
        let inferred = if totals.inferred > 0 { " (inferred)" } else { "" };
        let counted = if counted.is_empty() { "nothing".to_owned() } else { counted.join(", ") + inferred };
        assert_eq!(counted, case.counted, "{}", case.name);
        let meetings = events.iter().filter(|e| matches!(e.what, What::Crossing(..))).filter_map(|event| {
            let track = event.sighting()?.track as usize;
            place(&case.paths, track, event.stream_time)
        });
        let name = case.name.replace(' ', "-").to_lowercase();
        let scene = SceneLook {
            line: case.line.iter().map(|&[x, y]| Point::new(x, y)).collect(),
            band: 0.15 * HEIGHT,
            paths: case.paths.iter().map(look).collect(),
            meetings: meetings.collect(),
            outcome: counted.clone(),
        };
        hold(&guide.join(format!("../images/truth/{name}.svg")), &scene_svg(&scene));
        writeln!(page, "| {} | {counted} | ![{}](../images/truth/{name}.svg) |", case.name, case.name)
            .unwrap();
    }
    hold(&guide.join("truth-table.md"), &page);
}

fn look(path: &Path) -> PathLook {
    let points = path.iter().map(|(t, p)| (StreamTime::from_secs(*t), *p)).collect();
    PathLook { name: String::new(), points }
}

/// Where a path was at a moment; a track that was found again met the line on its first part's way.
fn place(paths: &[Path], track: usize, at: StreamTime) -> Option<Point> {
    let t = at.as_secs();
    let all: Vec<_> = if paths.len() >= track { paths[track - 1].clone() } else { paths.concat() };
    let next = all.iter().position(|(time, _)| *time >= t)?;
    let ((t1, p1), (t0, p0)) = (all[next], all[next.saturating_sub(1)]);
    Some(if t1 > t0 { p0.lerp(p1, (t - t0) / (t1 - t0)) } else { p1 })
}

/// Holds a file to what it must say; with CAMTALLY_WRITE_DOCS set, writes it.
fn hold(path: &FilePath, text: &str) {
    if std::env::var_os("CAMTALLY_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == text, "{} is out of date: run the tests with CAMTALLY_WRITE_DOCS=1", path.display());
}
