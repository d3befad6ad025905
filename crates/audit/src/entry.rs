use std::net::IpAddr;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Hash;

/// What kind of caller changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A person who had signed in.
    User,
    /// A program with a token.
    Token,
    /// The program itself, or a command on its machine.
    Program,
    /// Somebody who had not said who they are, as when signing up.
    Nobody,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::User, Self::Token, Self::Program, Self::Nobody];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Token => "token",
            Self::Program => "program",
            Self::Nobody => "nobody",
        }
    }
}

/// Who changed something, and where they asked from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What kind of caller.
    pub kind: ActorKind,
    /// The id of the user or of the token.
    pub id: Option<Uuid>,
    /// The name at that time; empty for nobody.
    pub name: String,
    /// The address they asked from; none for commands on the machine.
    pub from: Option<IpAddr>,
}

impl Actor {
    /// The program itself, or a command on its machine.
    pub fn program() -> Self {
        Self { kind: ActorKind::Program, id: None, name: "camtally".to_owned(), from: None }
    }
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The resource's name in the singular, such as `camera`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl Object {
    /// An object by its kind and id.
    pub fn new(kind: impl Into<String>, id: impl ToString) -> Self {
        Self { kind: kind.into(), id: id.to_string() }
    }
}

/// A change, as it is about to be logged.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When; kept to the microsecond.
    pub time: OffsetDateTime,
    /// Who.
    pub actor: Actor,
    /// What they did: `OBJECT.VERB`, such as `camera.update`. Stable: filters and alerts refer to it.
    pub action: &'static str,
    /// To what.
    pub object: Object,
    /// The id of the site that the object belongs to; none for what belongs to no single site.
    pub site: Option<String>,
    /// The object before; none where it was made.
    pub before: Option<Value>,
    /// The object after; none where it was deleted.
    pub after: Option<Value>,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place in the log: 1, 2, 3, … without gaps.
    pub number: i64,
    /// When.
    pub time: OffsetDateTime,
    /// Who.
    pub actor: Actor,
    /// What they did.
    pub action: String,
    /// To what.
    pub object: Object,
    /// The site it belongs to.
    pub site: Option<String>,
    /// The object before.
    pub before: Option<Value>,
    /// The object after.
    pub after: Option<Value>,
    /// The hash of everything in it, and of the entry before.
    pub hash: Hash,
}
