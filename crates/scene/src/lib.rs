//! Seeded scenes with exact truth, and matching of counts against truth.
//!
//! A [`Scene`] is a set of walkers on known, continuous paths. What a perfect camera sees of it, what a poor
//! detector or tracker makes of that ([`Noise`]), the rendered picture ([`Renderer`]) and the true crossings
//! all come from the same paths, so a counter can be held against an answer that is known exactly. Truth is
//! defined here and shares nothing with the counter ([`traversals`]).
//!
//! [`evaluate`] compares counts with truth, from a scene, from a labelled file ([`parse_truth`]) or from
//! labelled tracks ([`MotVideo::truth`]), event by event.
//!
//! ```
//! use scene::{CountedCrossing, Scene, SceneConfig, evaluate};
//! use observation::StreamDuration;
//!
//! let scene = Scene::generate(&SceneConfig { walkers: 10, ..SceneConfig::default() })?;
//! let truth = scene.truth();
//! // A counter that sees every other crossing.
//! let counted: Vec<_> = truth
//!     .iter()
//!     .filter(|crossing| !crossing.ambiguous)
//!     .step_by(2)
//!     .map(|crossing| CountedCrossing {
//!         line: crossing.line.clone(),
//!         direction: crossing.direction,
//!         t: crossing.t + 0.2,
//!     })
//!     .collect();
//! let evaluation = evaluate(&truth, &counted, StreamDuration::from_secs(1.0));
//! assert_eq!(evaluation.overall.fp, 0);
//! assert!(evaluation.overall.missed > 0);
//! # Ok::<(), scene::SceneError>(())
//! ```

mod behaviour;
mod config;
mod evaluation;
mod figure;
mod interval;
mod matching;
mod mot;
mod mot_video;
mod noise;
mod path;
mod random;
mod render;
mod report;
mod traversal;
mod truth;
mod world;

pub use config::{Behaviour, Confidence, Line, Noise, SceneConfig, SceneError};
pub use evaluation::{CountedCrossing, Evaluation, HourScore, Mistake, RuleScore, Score, evaluate};
pub use interval::Estimate;
pub use mot::{MotError, MotRow, mot_text, parse_mot};
pub use mot_video::MotVideo;
pub use path::{Footing, Path};
pub use render::Renderer;
pub use traversal::{Traversal, traversals};
pub use truth::{TruthCrossing, TruthError, parse_truth, truth_json};
pub use world::{ExactBox, Scene, Walker};
