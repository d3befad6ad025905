//! Live cameras watched to their end: what is counted, what is told as watched, and who shares the detectors.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does

mod accounting;
mod engine;
mod fixtures;
mod gate;
mod making;
mod presence;
mod rules;
