//! One camera end to end: frames in, boxes, tracks, events out.
//!
//! [`Analysis`] joins tracking and counting; it is pure. [`run`] brings the frames to it: one thread
//! decodes, several detect, each with a session of its own, and the results are counted in the order of the
//! frames, so that the number of threads changes no count.

mod analysis;
mod run;

pub use analysis::{Analysed, Analysis};
pub use run::{BoxError, Detect, Ran, Told, run};
