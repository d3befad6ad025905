//! What a count is, proved: laws, reported failures of other counters, and the guide's truth table.

mod laws;
mod reports;
mod truth_table;
mod walker;
