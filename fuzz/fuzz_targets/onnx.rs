//! The parts of an ONNX file that are read before a runtime gets it.
#![no_main]

use detection::OnnxHeader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = OnnxHeader::read(bytes) {
        assert_eq!(error.to_string().lines().count(), 1, "an error is one line: {error}");
    }
});
