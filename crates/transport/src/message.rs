//! What is in a message: events as JSON Lines, those of one site in the order of the journal.
//!
//! Many in one, because each message costs the broker an entry in its log and a vote. A line is exactly what stands in the
//! journal, so a field that this version does not know goes the whole way.
//!
//! | property | holds |
//! | --- | --- |
//! | `content_type` | `application/x-ndjson` |
//! | `delivery_mode` | 2: on disk |
//! | `type` | `camtally.events` |
//! | `app_id` | the worker's name |
//! | header `camtally-version` | the lowest version of this form that a reader must know; 1 |
//!
//! Whoever reads a version that it does not know puts the message among the dead letters, from where it is replayed after the
//! update. A new field of an event is no new version.

use event::Event;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use serde_json::Value;
use uuid::Uuid;

use crate::topology::key;

/// The version that is written, and the newest that is read.
pub const VERSION: i64 = 1;
/// The most events of one message.
pub const MAX_EVENTS: usize = 500;
/// A message that has reached so many bytes gets no further event.
pub const MAX_BYTES: usize = 256 << 10;
/// A larger message is none of ours. The broker should not take it either: `max_message_size`.
pub const MAX_MESSAGE: usize = 1 << 20;

pub(crate) const VERSION_HEADER: &str = "camtally-version";
const TYPE: &str = "camtally.events";
const CONTENT_TYPE: &str = "application/x-ndjson";

/// A message that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its routing key.
    pub key: String,
    /// Lines of JSON.
    pub body: Vec<u8>,
}

/// Puts events into messages: by site, in their order. `lines` are a journal's, with the site of each.
pub fn pack<'a>(lines: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Vec<Message> {
    let mut messages: Vec<(Message, usize)> = Vec::new();
    for (line, site) in lines {
        let key = key(site.as_deref());
        let open = messages.iter_mut().rev().find(|(message, _)| message.key == key);
        let open = open
            .filter(|(message, events)| *events < MAX_EVENTS && message.body.len() + line.len() < MAX_BYTES);
        let (message, events) = match open {
            Some(open) => open,
            None => {
                messages.push((Message { key, body: Vec::new() }, 0));
                messages.last_mut().expect("it was just put there")
            }
        };
        message.body.extend_from_slice(line.as_bytes());
        message.body.push(b'\n');
        *events += 1;
    }
    messages.into_iter().map(|(message, _)| message).collect()
}

/// What a message was found to hold.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// Its events.
    pub events: Vec<Event>,
    /// The lines that are no events, as they are.
    pub rest: Vec<u8>,
    /// Why the first of them is none.
    pub reason: Option<String>,
}

/// Takes a message apart. Whatever came, it is no error: what is no event is put aside, and the events beside it are read.
pub fn unpack(body: &[u8], version: i64) -> Unpacked {
    let whole =
        |reason: String| Unpacked { rest: body.to_vec(), reason: Some(reason), ..Unpacked::default() };
    if version > VERSION {
        return whole(format!(
            "it is of version {version}, and this program knows versions up to {VERSION}: update it, then replay this"
        ));
    }
    if body.len() > MAX_MESSAGE {
        return whole(format!("it has {} bytes, and a message has at most {MAX_MESSAGE}", body.len()));
    }
    let mut unpacked = Unpacked::default();
    for line in body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let read = str::from_utf8(line).map_err(|error| error.to_string());
        let read = read.and_then(|line| Event::from_json(line).map_err(|error| error.to_string()));
        match read {
            Ok(event) => unpacked.events.push(event),
            Err(reason) => {
                unpacked.rest.extend_from_slice(line);
                unpacked.rest.push(b'\n');
                unpacked.reason.get_or_insert(reason);
            }
        }
    }
    if unpacked.events.is_empty() && unpacked.reason.is_none() {
        return whole("it holds no event".to_owned());
    }
    unpacked
}

/// The lines of those events that are meant.
pub(crate) fn lines(events: &[Event], is_meant: impl Fn(Uuid) -> bool) -> Vec<u8> {
    let meant = events.iter().filter(|event| is_meant(event.id));
    meant.flat_map(|event| (event.to_json() + "\n").into_bytes()).collect()
}

/// The properties of a message from this program.
pub(crate) fn properties(sender: &str, version: i64) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert(VERSION_HEADER.into(), AMQPValue::LongLongInt(version));
    BasicProperties::default()
        .with_content_type(CONTENT_TYPE.into())
        .with_delivery_mode(2)
        .with_type(TYPE.into())
        .with_app_id(sender.into())
        .with_headers(headers)
}

/// The version of a message. One that says none is of the first.
pub(crate) fn version(properties: &BasicProperties) -> i64 {
    header(properties, VERSION_HEADER).and_then(|value| value.as_i64()).unwrap_or(1)
}

/// A header as JSON: numbers and texts; everything else is a text that describes it.
pub(crate) fn header(properties: &BasicProperties, name: &str) -> Option<Value> {
    properties.headers().as_ref()?.inner().get(name).map(plain)
}

pub(crate) fn plain(value: &AMQPValue) -> Value {
    match value {
        AMQPValue::LongString(text) => String::from_utf8_lossy(text.as_bytes()).into(),
        AMQPValue::ShortString(text) => text.as_str().into(),
        AMQPValue::ShortShortInt(number) => (*number).into(),
        AMQPValue::ShortShortUInt(number) => (*number).into(),
        AMQPValue::ShortInt(number) => (*number).into(),
        AMQPValue::ShortUInt(number) => (*number).into(),
        AMQPValue::LongInt(number) => (*number).into(),
        AMQPValue::LongUInt(number) => (*number).into(),
        AMQPValue::LongLongInt(number) => (*number).into(),
        AMQPValue::Timestamp(seconds) => (*seconds).into(),
        AMQPValue::Boolean(is) => (*is).into(),
        AMQPValue::FieldArray(values) => values.as_slice().iter().map(plain).collect(),
        AMQPValue::FieldTable(table) => {
            table.inner().iter().map(|(name, value)| (name.to_string(), plain(value))).collect()
        }
        other => format!("{other:?}").into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(number: u32) -> String {
        format!(
            r#"{{"id":"6f6c5ee5-6a56-5c33-a3a3-{number:012x}","kind":"observed","camera":"a","stream_time_s":2.0,"time":"2026-11-23T08:00:02.000Z","from":"2026-11-23T08:00:02.000Z","until":"2026-11-23T08:00:12.000Z","lease":7}}"#
        )
    }

    #[test]
    fn events_go_by_site_in_their_order_and_unknown_fields_go_with_them() {
        let lines: Vec<String> = (0..1_200).map(line).collect();
        let site = |number: usize| (number % 3 > 0).then(|| format!("site-{}", number % 3));
        let packed = pack(lines.iter().enumerate().map(|(number, line)| (line.as_str(), site(number))));
        let mut seen = Vec::new();
        for message in &packed {
            assert!(message.body.len() <= MAX_BYTES + 64 * 1024);
            let unpacked = unpack(&message.body, VERSION);
            assert!(unpacked.events.len() <= MAX_EVENTS && unpacked.reason.is_none());
            seen.extend(unpacked.events.iter().map(|event| (message.key.clone(), event.to_json())));
        }
        for (number, name) in [(0, "event._"), (1, "event.site-1"), (2, "event.site-2")] {
            let of_site: Vec<_> = seen.iter().filter(|(key, _)| key == name).map(|(_, line)| line).collect();
            let wanted: Vec<_> = lines.iter().skip(number).step_by(3).collect();
            assert_eq!(of_site, wanted);
        }
    }

    #[test]
    fn what_is_no_event_is_put_aside_and_its_neighbours_are_read() {
        let body = format!("{}\nnonsense\n{}\n\u{fffd}{{}}\n", line(1), line(2));
        let unpacked = unpack(body.as_bytes(), VERSION);
        assert_eq!(unpacked.events.len(), 2);
        assert_eq!(unpacked.rest, "nonsense\n\u{fffd}{}\n".as_bytes());
        assert!(unpacked.reason.unwrap().starts_with("not an event"));
        for (body, version, says) in [
            (&b""[..], 1, "no event"),
            (b"\n \n", 1, "no event"),
            (line(1).as_bytes(), 2, "update it"),
            (&vec![b'x'; MAX_MESSAGE + 1], 1, "bytes"),
            (b"\xff\xfe", 1, "utf-8"),
        ] {
            let unpacked = unpack(body, version);
            assert!(unpacked.events.is_empty() && unpacked.reason.unwrap().contains(says));
        }
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_each_line_is_an_event_or_put_aside(
            parts in prop::collection::vec(prop_oneof![
                Just(line(3).into_bytes()), prop::collection::vec(any::<u8>(), 0..80)
            ], 0..12)
        ) {
            let body = parts.join(&b'\n');
            let unpacked = unpack(&body, VERSION);
            let whole = body.split(|byte| *byte == b'\n').filter(|line| *line == line_bytes()).count();
            prop_assert_eq!(unpacked.events.len(), whole);
            prop_assert_eq!(unpacked.reason.is_some(), !unpacked.rest.is_empty() || unpacked.events.is_empty());
        }
    }

    fn line_bytes() -> &'static [u8] {
        static LINE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        LINE.get_or_init(|| line(3)).as_bytes()
    }
}
