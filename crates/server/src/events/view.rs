use std::borrow::Cow;

use event::Event;
use serde::{Serialize, Serializer};
use serde_json::json;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An event as it is written everywhere: in files, on the broker, here.
pub(crate) struct EventView(Box<serde_json::value::RawValue>);

impl From<&Event> for EventView {
    fn from(event: &Event) -> Self {
        Self(serde_json::value::RawValue::from_string(event.to_json()).expect("an event is written as JSON"))
    }
}

impl Serialize for EventView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl ToSchema for EventView {
    fn name() -> Cow<'static, str> {
        "Event".into()
    }
}

impl PartialSchema for EventView {
    /// By hand: the wire form is the event crate's, which knows nothing of descriptions.
    fn schema() -> RefOr<Schema> {
        let time = |what: &str| json!({"type": "string", "format": "date-time", "description": what});
        let text = |what: &str| json!({"type": "string", "description": what});
        let number = |what: &str| json!({"type": "number", "description": what});
        let whole = |what: &str| json!({"type": "integer", "format": "int64", "description": what});
        let schema = json!({
            "type": "object",
            "description": "Something that was counted, or a stretch in which nothing could be. Fields that this version \
                            does not know are passed on.",
            "required": ["id", "kind", "camera", "stream_time_s", "time"],
            "properties": {
                "id": {"type": "string", "format": "uuid", "description": "Computed from what it describes."},
                "kind": {"type": "string", "description": "What happened.", "enum": ["crossing", "turned_back",
                    "passed_by", "zone_enter", "zone_leave", "gap", "observed", "correction"]},
                "camera": text("The camera's id."),
                "rule": text("The line or zone."),
                "rule_version": whole("Editing a rule makes a new version."),
                "direction": {"type": "string", "enum": ["forward", "backward"], "description": "Which way."},
                "class": text("The object's class."),
                "confidence": number("0 to 1."),
                "stream_time_s": number("When it happened, in seconds of the stream's own time."),
                "time": time("When it happened."),
                "confirmed_time": time("When it became certain."),
                "dwell_s": number("`zone_leave`: how long the stay was."),
                "interrupted": {"type": "boolean", "description": "`zone_leave`: whether a gap cut the stay short."},
                "from": time("`gap`: the last moment seen before it."),
                "until": time("`gap`: the first moment seen after it."),
                "reason": {"type": "string", "description": "`gap`: why.",
                    "enum": ["offline", "frozen", "overload", "restart", "configuration"]},
                "detail": text("`gap`: what exactly."),
                "was": whole("`correction`: what camtally believed."),
                "now": whole("`correction`: what the operator saw."),
                "inferred": {"type": "boolean", "description": "Whether the track was lost and found again."},
                "track": whole("The track that made it."),
                "model": text("The model that saw it, and its version."),
            },
            "example": {"id": "6f6c5ee5-6a56-5c33-a3a3-6d0f6f0b7c11", "kind": "crossing", "camera": "entrance",
                "rule": "door", "rule_version": 1, "direction": "forward", "class": "person", "confidence": 0.83,
                "stream_time_s": 12.34, "time": "2026-11-23T08:00:12.340Z",
                "confirmed_time": "2026-11-23T08:00:12.740Z", "inferred": false, "track": 17,
                "model": "nanodet-416@1a2b3c4d"},
        });
        serde_json::from_value(schema).expect("this is a schema")
    }
}
