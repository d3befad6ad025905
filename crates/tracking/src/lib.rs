//! Boxes in, tracks out, in stream time.
//!
//! A [`Tracker`] joins the detections of successive frames to tracks. It predicts where each track will be
//! with a Kalman filter that runs in seconds, not frames, so the frame rate changes nothing that matters, and
//! measures in the object's own size, so neither resolution nor distance from the camera does. Detections
//! are matched in two stages by confidence (ByteTrack, Zhang et al. 2022): strong ones first, weak ones only
//! to go on with what is known. A track that was lost is looked for where it was last *seen* as well as where
//! it should be by now, and its speed is set by the observations before and after the loss (OC-SORT, Cao et
//! al. 2023). When all tracks jump together the camera has shaken, and the jump is taken out first.
//!
//! It is pure and deterministic: the same detections give the same tracks, with the same numbers.

mod assignment;
mod found;
mod kalman;
mod tracker;

pub use tracker::{Tracked, Tracker, TrackerSettings};
