//! Descriptions of models.
#![no_main]

use detection::ModelDescription;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match ModelDescription::parse(text) {
        Ok(description) => {
            let classes = description.classes.names.iter();
            for name in classes {
                assert!(description.class(name).is_ok(), "{name:?} is a class and is not found");
            }
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "an error is one line: {error}"),
    }
});
