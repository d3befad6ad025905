//! Rules files.
#![no_main]

use counting::Rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Rules::from_toml(text) {
        Ok(rules) => {
            let written = toml::to_string(&rules).expect("rules that were read can be written");
            assert_eq!(Rules::from_toml(&written), Ok(rules), "rules change when they are written and read");
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "an error is one line: {error}"),
    }
});
