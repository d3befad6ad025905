//! What is told, in the forms of those who are told.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{Alert, Severity};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// An alert began.
    #[serde(rename = "alert.fired")]
    Fired,
    /// Nobody has acknowledged an alert.
    #[serde(rename = "alert.escalated")]
    Escalated,
    /// An alert ended.
    #[serde(rename = "alert.resolved")]
    Resolved,
    /// Something was counted.
    #[serde(rename = "event")]
    Event,
    /// Somebody pressed the button for a test.
    #[serde(rename = "test")]
    Test,
}

impl Topic {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fired => "alert.fired",
            Self::Escalated => "alert.escalated",
            Self::Resolved => "alert.resolved",
            Self::Event => "event",
            Self::Test => "test",
        }
    }
}

/// What is told. It is rendered the same on every try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// What it is about.
    #[serde(rename = "type")]
    pub topic: Topic,
    /// When it came to be.
    #[serde(with = "time::serde::rfc3339")]
    pub timestamp: OffsetDateTime,
    /// One line for people.
    pub title: String,
    /// More lines for people.
    pub text: String,
    /// The alert or the event; nothing for a test.
    pub data: Value,
}

impl Message {
    /// About an alert.
    pub fn alert(topic: Topic, alert: &Alert, now: OffsetDateTime) -> Self {
        let mark = match (topic, alert.severity) {
            (Topic::Resolved, _) => "Resolved",
            (Topic::Escalated, _) => "Not acknowledged",
            (_, Severity::Critical) => "Critical",
            (_, Severity::Warning) => "Warning",
            (_, Severity::Info) => "Info",
        };
        let about = if alert.subject.is_empty() { &alert.site } else { &alert.subject };
        let started = rfc3339(alert.started);
        let mut text = format!("{}\nSite: {}\nSince: {started}", alert.summary, alert.site);
        if let Some(resolved) = &alert.resolved {
            text += &format!("\nUntil: {}", rfc3339(resolved.time));
            if let Some(by) = &resolved.by {
                text += &format!("\nResolved by: {by}");
            }
        }
        // What was told to whom is nobody's business but ours.
        let mut data = serde_json::to_value(alert).unwrap_or(Value::Null);
        if let Some(fields) = data.as_object_mut() {
            fields.retain(|name, _| !name.starts_with("told"));
        }
        Self { topic, timestamp: now, title: format!("{mark}: {} ({about})", alert.name), text, data }
    }

    /// A test of a channel.
    pub fn test(channel: &str, now: OffsetDateTime) -> Self {
        Self {
            topic: Topic::Test,
            timestamp: now,
            title: format!("Test: camtally reaches `{channel}`"),
            text: "Somebody asked camtally to send this. Nothing has happened.".to_owned(),
            data: Value::Null,
        }
    }

    /// About an event; for programs only.
    pub fn event(event: &event::Event) -> Self {
        Self {
            topic: Topic::Event,
            timestamp: event.time,
            title: String::new(),
            text: String::new(),
            data: serde_json::from_str(&event.to_json()).unwrap_or(Value::Null),
        }
    }

    /// For a program: `type`, `timestamp` and `data`, as Standard Webhooks advises.
    pub(crate) fn for_program(&self) -> Value {
        json!({"type": self.topic.as_str(), "timestamp": rfc3339(self.timestamp), "data": self.data})
    }

    /// Slack's `chat.postMessage` form: blocks, and a text for notifications.
    pub(crate) fn for_slack(&self) -> Value {
        // Slack gives `&`, `<` and `>` a meaning of their own.
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (title, text) = (escaped(&self.title), escaped(&self.text));
        let section =
            json!({"type": "section", "text": {"type": "mrkdwn", "text": format!("*{title}*\n{text}")}});
        json!({"text": title, "blocks": [section]})
    }

    /// An adaptive card, as Teams' workflows post it.
    pub(crate) fn for_teams(&self) -> Value {
        let heading = json!({"type": "TextBlock", "text": self.title, "weight": "Bolder", "wrap": true});
        let lines = self
            .text
            .lines()
            .map(|line| json!({"type": "TextBlock", "text": line, "wrap": true, "spacing": "Small"}));
        let body: Vec<Value> = std::iter::once(heading).chain(lines).collect();
        let card = json!({
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": body,
        });
        let attachment = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": card});
        json!({"type": "message", "attachments": [attachment]})
    }

    /// Telegram's `sendMessage`, as plain text: a name cannot turn into markup.
    pub(crate) fn for_telegram(&self, chat: &str) -> Value {
        json!({"chat_id": chat, "text": format!("{}\n{}", self.title, self.text)})
    }
}

fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}
