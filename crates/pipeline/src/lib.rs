//! One camera end to end: frames in, boxes, tracks, events out.
//!
//! [`Analysis`] joins tracking and counting; it is pure. [`run`] brings the frames to it: one thread
//! decodes, several detect, each with a session of its own, and the results are counted in the order of the
//! frames, so that the number of threads changes no count.
//!
//! [`watch`] does the same for a live camera, for as long as it lasts: it adds which stretches were watched and
//! which were not. All cameras of a process share one [`Engine`].

mod analysis;
mod coverage;
mod engine;
mod fixtures;
mod motion;
mod run;
mod watch;
mod watched;

pub use analysis::{Analysed, Analysis};
pub use engine::{DetectBatch, Engine, EngineStats};
pub use fixtures::FixtureSettings;
pub use run::{BoxError, Detect, Ran, Told, run};
pub use watch::watch;
pub use watched::{Presence, RulesInbox, State, WatchSettings, Watched};
