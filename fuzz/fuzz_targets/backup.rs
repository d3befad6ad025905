//! A backup that anybody may have made: it is refused, or it is whole.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // As a file, and as what a file holds once it is no longer compressed: fuzzing does not find out how to compress.
    for checked in [backup::check(bytes), backup::check_archive(bytes)] {
        match checked {
            Ok(manifest) => assert!(manifest.parts.iter().all(|part| part.bytes <= backup::MAX_PART)),
            Err(error) => assert!(error.to_string().len() < 4096, "a message is for people"),
        }
    }
});
