//! Events, one JSON object a line.
#![no_main]

use event::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    if let Ok(event) = Event::from_json(line) {
        let written = event.to_json();
        assert!(!written.contains('\n'), "an event is one line");
        // Not compared with `event`: times are written to the millisecond.
        let again = Event::from_json(&written).expect("an event that was written can be read");
        assert_eq!(again.to_json(), written, "an event changes when it is passed on");
    }
});
