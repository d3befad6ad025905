//! No password in any text that the crate or libav makes.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use video::LiveSource;

use crate::camera::Camera;
use crate::http::serve;
use crate::processes::is_alone;
use crate::watching::watch;

/// Keeps every field of every event.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().unwrap();
        write!(text, "{}: ", event.metadata().target()).unwrap();
        event.record(&mut Fields(&mut text));
        text.push('\n');
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

#[test]
fn no_log_item_or_command_line_holds_a_secret() {
    if !is_alone("secrets::no_log_item_or_command_line_holds_a_secret") {
        return;
    }
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let camera = Camera::start("--password s3cret-right");
    // Sends a list whose part cannot be had, so that libav complains of its address.
    let playlist = serve(|mut stream| {
        use std::io::{Read as _, Write as _};
        let mut request = [0; 2_000];
        let read = stream.read(&mut request).unwrap_or(0);
        let answer = if String::from_utf8_lossy(&request[..read]).contains(".m3u8") {
            let list =
                "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\npart.ts?token=s3cret-part\n#EXT-X-ENDLIST\n";
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\nConnection: close\r\n\r\n{list}"
            )
        } else {
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_owned()
        };
        stream.write_all(answer.as_bytes()).ok();
    });
    let addresses = [
        format!("rtsp://camera:s3cret-wrong@127.0.0.1:{}/live?token=s3cret-query", camera.port),
        format!("rtsp://camera:s3cret-right@127.0.0.1:{}/live", camera.port),
        format!("http://camera:s3cret-wrong@127.0.0.1:{playlist}/list.m3u8?token=s3cret-query"),
    ];
    let mut shown = String::new();
    for address in addresses {
        let source = LiveSource::parse(&address).unwrap();
        let items = watch(&source).during(3.0);
        write!(shown, "{source} {source:?} {items:?}").unwrap();
    }
    shown.push_str(&std::fs::read_to_string("/proc/self/cmdline").unwrap());
    let log = log.0.lock().unwrap();
    assert!(log.contains("libav: "), "libav said nothing, so nothing was tested: {log}");
    assert!(!log.contains("s3cret"), "{log}");
    assert!(!shown.contains("s3cret"), "{shown}");
}
