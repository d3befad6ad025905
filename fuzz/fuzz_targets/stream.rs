//! What a live source sends, from its container to what waits for the consumer.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // libav reads files; each process of the fuzzer has its own.
    let path = std::env::temp_dir().join(format!("camtally-fuzz-{}.bin", std::process::id()));
    fs::write(&path, bytes).expect("the temporary folder can be written");
    video::fuzzing::read_stream(&path);
    fs::remove_file(&path).expect("it was written above");
});
