//! Import files. What is read is written and read again as the same; no error quotes a password.

#![no_main]

use libfuzzer_sys::fuzz_target;
use registry::{Format, Installation};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for format in [Format::Toml, Format::Json] {
        match Installation::parse(text, format) {
            Ok(file) => {
                // TOML has no null.
                let Ok(written) = file.write(format) else { continue };
                let again = Installation::parse(&written, format);
                assert!(again.expect("what was written can be read") == file, "{written}");
            }
            Err(error) => assert!(!error.to_string().contains("s3cret"), "{error}"),
        }
    }
});
