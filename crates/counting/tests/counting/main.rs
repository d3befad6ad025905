//! What a count is, proved: laws, reported failures of other counters, and the guide's truth table.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does

mod changes;
mod laws;
mod reports;
mod truth_table;
mod walker;
