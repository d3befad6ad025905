use std::sync::Arc;

use access::Role;
use registry::{Pictures, RtspTransport};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Camera, Viewed};
use crate::extract::{Caller, ETag};

/// A camera: how it is set up, and how it is at this moment.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameraView {
    /// Unique, and never changes.
    id: String,
    /// For people.
    name: String,
    /// The site that it belongs to.
    site: String,
    /// Whether it is to be watched.
    started: bool,
    /// Whether it stands in the configuration file.
    provisioned: bool,
    /// Who may see its pictures.
    pictures: Pictures,
    /// Whether people are made unrecognisable in pictures.
    blurred: bool,
    /// Whether operators may have its pictures recorded.
    recordings: bool,
    /// Whether the caller sees its pictures.
    shows_pictures: bool,
    /// Where it is read from; only for operators of its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<ConnectionView>,
    /// The set of rules in force; 0 for a camera of the configuration file.
    rules_version: i64,
    /// Grows with every change but those of its rules; in quotes it is the `ETag` that `If-Match` takes.
    version: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    /// When it was changed last.
    #[serde(with = "time::serde::rfc3339")]
    changed: OffsetDateTime,
    #[serde(flatten)]
    viewed: Viewed,
}

/// Where a camera is read from, and how.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    /// The address without user, password, query, and values in its path.
    address: String,
    /// The user that signs in at the camera; empty for none.
    user: String,
    /// Whether there is a password.
    has_password: bool,
    /// How RTSP brings its packets.
    transport: RtspTransport,
    /// Whether an `https` address needs a certificate that the machine trusts.
    verify_tls: bool,
    /// Frames a second that are analysed; null is the installation's.
    #[schema(required)]
    analyse_fps: Option<f64>,
}

impl CameraView {
    pub(super) fn of(camera: &Camera, caller: &Caller) -> Self {
        let registered = &camera.registered;
        let settings = &registered.settings;
        let role = caller.role(&camera.site);
        let connection = || ConnectionView {
            address: settings.address.clone(),
            user: settings.user.clone(),
            has_password: settings.has_password,
            transport: settings.transport,
            verify_tls: settings.verify_tls,
            analyse_fps: settings.analyse_fps,
        };
        Self {
            id: camera.id.clone(),
            name: camera.name.clone(),
            site: camera.site.clone(),
            started: registered.started,
            provisioned: registered.provisioned,
            pictures: settings.pictures,
            blurred: settings.blurred,
            recordings: settings.recordings,
            shows_pictures: role.is_some_and(|role| camera.shows_pictures(role)),
            connection: (role >= Some(Role::Operator)).then(connection),
            rules_version: registered.rules,
            version: registered.version,
            created: registered.created,
            changed: registered.changed,
            viewed: camera.viewed(),
        }
    }
}

/// A camera that was deleted, and can be brought back.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeletedCamera {
    /// Its id.
    pub(super) id: String,
    /// For people.
    name: String,
    /// The site that it belonged to.
    site: String,
    /// When it was deleted.
    #[serde(with = "time::serde::rfc3339::option")]
    deleted: Option<OffsetDateTime>,
}

impl From<registry::Camera> for DeletedCamera {
    fn from(camera: registry::Camera) -> Self {
        Self { id: camera.id, name: camera.settings.name, site: camera.site, deleted: camera.deleted }
    }
}

pub(super) fn tag(camera: &Arc<Camera>) -> ETag {
    ETag(camera.registered.version.unsigned_abs())
}
