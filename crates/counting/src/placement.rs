//! Whether people are seen for long enough on both sides of a line.

use observation::{BBox, share_interval};

use crate::gate::Metric;
use crate::in_force::ready;
use crate::line::near;
use crate::rules::{RuleError, Rules};

/// Share of the tracks that may begin or end near a line.
const MOST: f64 = 0.05;

/// How many tracks begin and end near a line: within a body height of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Tracks that were first seen near it.
    pub born_near: u64,
    /// Tracks that were last seen near it.
    pub died_near: u64,
    /// All tracks.
    pub tracks: u64,
}

/// What to do about a line that is in a wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What is wrong, in a word that never changes.
    pub code: &'static str,
    /// What is wrong and what to do, for people.
    pub text: String,
}

/// Where a track began and where it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ends {
    /// The box in which it was first seen; none when it goes on with a track that was lost.
    pub first: Option<BBox>,
    /// The box in which it was last seen, and its smoothed height in frame heights; none when it did not end there.
    pub last: Option<(BBox, f64)>,
}

impl Placement {
    /// The share of the tracks that begin or end near the line, and its 95 % interval; none without tracks.
    pub fn share(&self) -> Option<(f64, (f64, f64))> {
        // A track that is both born and lost there counts twice.
        let near = (self.born_near + self.died_near).min(self.tracks);
        share_interval(near, self.tracks).map(|interval| (near as f64 / self.tracks as f64, interval))
    }

    /// What to do when surely more than 5 % of all tracks begin or end near the line. *Surely*: one or two of a few
    /// tracks are chance, so the share's lower bound is what counts.
    pub fn advice(&self) -> Option<Advice> {
        self.share().filter(|(_, (low, _))| *low > MOST)?;
        let Self { born_near, died_near, tracks } = *self;
        let code = match (born_near > 2 * died_near, died_near > 2 * born_near) {
            (true, _) => "tracks_begin_near",
            (_, true) => "tracks_end_near",
            _ => "tracks_begin_and_end_near",
        };
        let text = format!(
            "{born_near} tracks begin and {died_near} end within a body height of it, of {tracks} in all; move it to where \
             people are seen for longer on both sides"
        );
        Some(Advice { code, text })
    }
}

/// How each line is placed, in the order of the rules, by where tracks began and ended. It says of the same tracks what
/// the totals of a [`Counter`](crate::Counter) say that had these rules from the beginning.
///
/// # Errors
/// When a rule is impossible or names a class that the model does not know.
pub fn placements(
    rules: Rules,
    classes: &[String],
    aspect: f64,
    ends: &[Ends],
) -> Result<Vec<Placement>, RuleError> {
    let (lines, _) = ready(rules, classes, aspect)?;
    let tracks = ends.iter().filter(|ends| ends.first.is_some()).count() as u64;
    let placed = lines.iter().map(|line| {
        let is_near = |bbox: &BBox, height: f64| {
            let anchor = bbox.anchor(line.rule.anchor);
            near(Metric { x: anchor.x * aspect, y: anchor.y }, height.max(1e-3), &line.gate)
        };
        let born = |ends: &&Ends| ends.first.is_some_and(|bbox| is_near(&bbox, bbox.height()));
        let died = |ends: &&Ends| ends.last.is_some_and(|(bbox, height)| is_near(&bbox, height));
        Placement {
            born_near: ends.iter().filter(born).count() as u64,
            died_near: ends.iter().filter(died).count() as u64,
            tracks,
        }
    });
    Ok(placed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(born_near: u64, died_near: u64, tracks: u64) -> Option<&'static str> {
        Placement { born_near, died_near, tracks }.advice().map(|advice| advice.code)
    }

    #[test]
    fn a_line_is_called_badly_placed_only_when_it_is_sure() {
        assert_eq!(advised(0, 0, 0), None);
        assert_eq!(advised(3, 0, 28), None, "three of few are chance");
        assert_eq!(advised(10, 0, 28), Some("tracks_begin_near"));
        assert_eq!(advised(70, 0, 1000), Some("tracks_begin_near"), "seven per cent of many are not");
        assert_eq!(advised(50, 0, 1000), None);
    }

    #[test]
    fn the_advice_says_which_end_is_near() {
        assert_eq!(advised(1, 30, 60), Some("tracks_end_near"));
        assert_eq!(advised(15, 15, 60), Some("tracks_begin_and_end_near"));
    }
}
