//! The record of something counted: types, deterministic id, wire form.
