//! What exported tables have for columns.

use std::fmt;

use event::Event;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde_json::{Map, Value};

/// One row: values by column. JSON Lines has them as they are.
pub(super) type Row = Map<String, Value>;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Time,
    Whole,
    Real,
    Flag,
}

/// A column's name, and what it holds.
pub(super) type Column = (&'static str, Kind);

/// The columns of events.
pub(super) const EVENTS: &[Column] = &[
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("camera", Kind::Text),
    ("rule", Kind::Text),
    ("rule_version", Kind::Whole),
    ("direction", Kind::Text),
    ("class", Kind::Text),
    ("confidence", Kind::Real),
    ("stream_time_s", Kind::Real),
    ("time", Kind::Time),
    ("confirmed_time", Kind::Time),
    ("dwell_s", Kind::Real),
    ("interrupted", Kind::Flag),
    ("from", Kind::Time),
    ("until", Kind::Time),
    ("reason", Kind::Text),
    ("detail", Kind::Text),
    ("was", Kind::Whole),
    ("now", Kind::Whole),
    ("inferred", Kind::Flag),
    ("track", Kind::Whole),
    ("model", Kind::Text),
];

/// The columns of counts.
pub(super) const COUNTS: &[Column] = &[
    ("site", Kind::Text),
    ("camera", Kind::Text),
    ("rule", Kind::Text),
    ("class", Kind::Text),
    ("direction", Kind::Text),
    ("cameras", Kind::Whole),
    ("from", Kind::Time),
    ("until", Kind::Time),
    ("count", Kind::Whole),
    ("observed_s", Kind::Real),
];

/// An event as a row.
pub(super) fn event(event: &Event) -> Row {
    serde_json::from_str(&event.to_json()).expect("an event is written as an object")
}

/// A text of a query, which reads as whatever is wanted: a number, too.
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl<'de, E: serde::de::Error> IntoDeserializer<'de, E> for Text {
    type Deserializer = TextDeserializer<E>;

    fn into_deserializer(self) -> TextDeserializer<E> {
        TextDeserializer(self.0, std::marker::PhantomData)
    }
}

/// Reads a text as a text, a name, or a number.
pub(super) struct TextDeserializer<E>(String, std::marker::PhantomData<E>);

impl<'de, E: serde::de::Error> serde::Deserializer<'de> for TextDeserializer<E> {
    type Error = E;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_string(self.0)
    }

    fn deserialize_u32<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        let number = self.0.parse().map_err(|error: std::num::ParseIntError| E::custom(error))?;
        visitor.visit_u32(number)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        let text: StrDeserializer<'_, E> = self.0.as_str().into_deserializer();
        serde::Deserializer::deserialize_enum(text, name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
