//! Lines, zones and tracks in, events out: what a count is.
//!
//! A [`Counter`] takes the observations of confirmed tracks, frame by frame, and says who crossed which line,
//! in which direction and when, and who stayed how long in which zone. It is pure: no clock, no thread, no
//! file. Time is the stream's own, so the same scene gives the same counts at any frame rate, and distances
//! are in *body heights*, so a near and a far object obey the same rule.
//!
//! The one idea behind it: an object is *settled* on a side of a line when it has been beyond a band along
//! the line for long enough, and a *crossing* is a settled object of one side that becomes settled on the
//! other, if the path between went through the line. What happens in between, on the line, is nobody's
//! business: a box may flicker, a person may stop there for an hour.
//!
//! ```
//! use counting::{Counter, Frame, Rules};
//! use event::{Direction, Stream};
//! use observation::{BBox, Class, Detection, Point, StreamTime, TrackId, TrackedDetection};
//!
//! let rules = Rules::from_toml("[[line]]\nname = \"door\"\npoints = [[0.1, 0.5], [0.9, 0.5]]")?;
//! let stream = Stream {
//!     camera: "entrance".into(),
//!     epoch: "example".into(),
//!     model: None,
//!     start: time::OffsetDateTime::UNIX_EPOCH,
//! };
//! let mut counter = Counter::new(stream, rules, &["person".into()], 16.0 / 9.0)?;
//! let mut events = Vec::new();
//! for i in 0..40 {
//!     let time = StreamTime::from_secs(f64::from(i) / 10.0);
//!     let foot = 0.3 + 0.01 * f64::from(i); // walks down the picture
//!     let bbox = BBox::new(0.45, foot - 0.2, 0.55, foot);
//!     let detection = Detection { bbox, class: Class(0), confidence: 0.9 };
//!     let seen = [TrackedDetection { track: TrackId(1), time, detection }];
//!     events.extend(counter.update(&Frame { time, seen: &seen, ended: &[] }));
//! }
//! assert_eq!(events.len(), 1);
//! assert_eq!(events[0].direction(), Some(Direction::Forward));
//! assert!((events[0].stream_time.as_secs() - 2.0).abs() < 0.05);
//! # Ok::<(), counting::RuleError>(())
//! ```

mod counter;
mod footprint;
mod gate;
mod in_force;
mod line;
mod occupancy;
mod placement;
mod rules;
mod summary;
mod track;
mod zone;

pub use counter::{Counter, Frame, TrackChange};
pub use footprint::{Footprint, Grid};
pub use occupancy::SiteOccupancy;
pub use placement::{Advice, Ends, Placement, placements};
pub use rules::{CountMode, DirectionNames, LineRule, Preset, RuleError, Rules, ZoneRule};
pub use summary::{LineTotals, Summary, ZoneTotals};
