//! Lengths of time, as flags and rules give them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observation::{StreamDuration, parse_duration};

fuzz_target!(|text: &str| {
    if let Ok(length) = parse_duration(text) {
        assert!(length >= StreamDuration::ZERO, "{text:?} was read as a negative length");
    }
});
