//! Truth files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scene::{parse_truth, truth_json};

fuzz_target!(|text: &str| {
    match parse_truth(text) {
        Ok(truth) => {
            let again = parse_truth(&truth_json(&truth)).expect("truth that was written can be read");
            assert_eq!(again, truth, "truth changes when it is written and read");
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "an error is one line: {error}"),
    }
});
