use address::LiveSource;
use counting::Rules;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::parts::{Parts, machine};
use crate::{Id, Reach, Result, Secret, checks};

/// A camera.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Camera {
    /// Chosen when it is made, in every event, never changed. That of a provisioned camera may be no [`Id`].
    pub id: String,
    /// The site that it belongs to.
    pub site: String,
    /// What can be changed, without secrets.
    #[serde(flatten)]
    pub settings: CameraSettings,
    /// Whether it is to be watched.
    pub started: bool,
    /// The set of rules in force; see [`RuleSet`](crate::RuleSet).
    pub rules: i64,
    /// Whether it stands in the configuration file.
    pub provisioned: bool,
    /// Grows with every change but those of its rules.
    pub version: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When it was changed last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed: OffsetDateTime,
    /// When it was deleted, if it was.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub deleted: Option<OffsetDateTime>,
}

/// What of a camera can be changed, without secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraSettings {
    /// For people.
    pub name: String,
    /// What may be shown of the address.
    pub address: String,
    /// The user that signs in at the camera; empty for none.
    pub user: String,
    /// Whether there is a password.
    pub has_password: bool,
    /// How RTSP brings its packets.
    pub transport: RtspTransport,
    /// Whether an `https` address needs a certificate that this machine trusts.
    pub verify_tls: bool,
    /// Frames a second that are analysed; the installation's unless given.
    pub analyse_fps: Option<f64>,
    /// Who may see its pictures.
    pub pictures: Pictures,
    /// Whether people are made unrecognisable in pictures.
    pub blurred: bool,
    /// Whether operators may have its pictures recorded, to measure accuracy by them.
    #[serde(default)]
    pub recordings: bool,
}

/// How RTSP brings its packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtspTransport {
    /// TCP, and UDP if the camera refuses that.
    #[default]
    Automatic,
    /// Inside the connection.
    Tcp,
    /// As packets of their own.
    Udp,
}

/// Who may see a camera's pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pictures {
    /// Nobody: boxes and lines are drawn on a dark ground.
    #[default]
    Off,
    /// Operators of its site.
    Operators,
    /// Everyone who may see its counts.
    Everyone,
}

/// A camera that is to be made.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCamera {
    /// 1 to 63 small letters, digits and hyphens; it never changes.
    pub id: String,
    /// The site that it belongs to.
    pub site: String,
    /// For people; the id unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it is. User and password may stand in it, and are taken out of it.
    #[schema(value_type = String, example = "rtsp://10.0.0.9/stream1")]
    pub address: Secret,
    /// The user; wins over the one in the address.
    #[serde(default)]
    pub user: Option<String>,
    /// The password; wins over the one in the address.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
    /// How RTSP brings its packets.
    #[serde(default)]
    pub transport: RtspTransport,
    /// Whether an `https` address needs a certificate that the machine trusts; true unless given.
    #[serde(default = "yes")]
    pub verify_tls: bool,
    /// Frames a second that are analysed, 0.1 to 120; the installation's unless given.
    #[serde(default)]
    pub analyse_fps: Option<f64>,
    /// Who may see its pictures.
    #[serde(default)]
    pub pictures: Pictures,
    /// Whether people are made unrecognisable in pictures.
    #[serde(default)]
    pub blurred: bool,
    /// Whether operators may have its pictures recorded, to measure accuracy by them; false unless given.
    #[serde(default)]
    pub recordings: bool,
    /// Whether it is watched at once; true unless given.
    #[serde(default = "yes")]
    pub started: bool,
    /// Its lines and zones; none unless given.
    #[serde(default)]
    pub rules: Rules,
}

pub(crate) fn yes() -> bool {
    true
}

/// A change to a camera: what is given is set, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraChange {
    /// Another site.
    pub site: Option<String>,
    /// For people.
    pub name: Option<String>,
    /// Where it is. What is shown of the present address leaves it as it is. Another host forgets the
    /// password, so that it is not sent to a stranger, unless one is given too.
    #[schema(value_type = Option<String>)]
    pub address: Option<Secret>,
    /// The user; empty for none.
    pub user: Option<String>,
    /// The password; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub password: Option<Option<Secret>>,
    /// How RTSP brings its packets.
    pub transport: Option<RtspTransport>,
    /// Whether an `https` address needs a certificate that the machine trusts.
    pub verify_tls: Option<bool>,
    /// Frames a second that are analysed, 0.1 to 120; null is the installation's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<f64>)]
    pub analyse_fps: Option<Option<f64>>,
    /// Who may see its pictures.
    pub pictures: Option<Pictures>,
    /// Whether people are made unrecognisable in pictures.
    pub blurred: Option<bool>,
    /// Whether operators may have its pictures recorded.
    pub recordings: Option<bool>,
}

/// Tells null from a field that is not there.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

/// A camera with everything that is needed to run it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The camera.
    pub camera: Camera,
    /// Where its pictures come from, secrets and all; or why that cannot be told.
    pub source: Result<LiveSource, String>,
    /// Its rules, with their versions.
    pub rules: Rules,
    /// When it was last stopped, started or set up otherwise.
    pub configured: OffsetDateTime,
}

impl CameraSettings {
    pub(crate) fn check(&self) -> Result<()> {
        checks::name("name", &self.name)?;
        checks::fps("analyse_fps", self.analyse_fps)
    }

    /// Whether the camera has to be connected anew when its settings become those of `other`.
    pub(crate) fn reconnects(&self, other: &Self) -> bool {
        (&self.address, &self.user, self.transport, self.verify_tls, self.analyse_fps)
            != (&other.address, &other.user, other.transport, other.verify_tls, other.analyse_fps)
    }
}

impl NewCamera {
    /// Checks everything, and takes the address apart.
    pub(crate) fn checked(self, reach: &Reach) -> Result<(Id, CameraSettings, Parts, Rules)> {
        let id = Id::parse("id", &self.id)?;
        let parts = Parts::of(&self.address, self.user, self.password, reach)?;
        let settings = CameraSettings {
            name: self.name.unwrap_or_else(|| id.to_string()),
            address: parts.source.to_string(),
            user: parts.user.clone(),
            has_password: parts.password.is_some(),
            transport: self.transport,
            verify_tls: self.verify_tls,
            analyse_fps: self.analyse_fps,
            pictures: self.pictures,
            blurred: self.blurred,
            recordings: self.recordings,
        };
        settings.check()?;
        Ok((id, settings, parts, self.rules))
    }
}

impl CameraChange {
    /// The settings after the change, and the secret if it is another one.
    pub(crate) fn applied(
        self,
        old: &CameraSettings,
        kept: Parts,
        reach: &Reach,
    ) -> Result<(CameraSettings, Parts)> {
        let is_as_shown = |address: &Secret| address.expose() == old.address;
        let parts = match self.address.filter(|address| !is_as_shown(address)) {
            None => Parts {
                user: self.user.unwrap_or(kept.user),
                password: self.password.unwrap_or(kept.password).filter(|text| !text.expose().is_empty()),
                source: kept.source,
            },
            Some(address) => {
                let given_password = self.password.clone().flatten();
                let mut parts = Parts::of(&address, self.user, given_password, reach)?;
                if machine(&parts.source) == machine(&kept.source) && machine(&kept.source).is_some() {
                    if parts.user.is_empty() {
                        parts.user = kept.user;
                    }
                    if self.password.is_none() && parts.password.is_none() {
                        parts.password = kept.password;
                    }
                }
                parts
            }
        };
        parts.signed_in()?;
        let settings = CameraSettings {
            name: self.name.unwrap_or_else(|| old.name.clone()),
            address: parts.source.to_string(),
            user: parts.user.clone(),
            has_password: parts.password.is_some(),
            transport: self.transport.unwrap_or(old.transport),
            verify_tls: self.verify_tls.unwrap_or(old.verify_tls),
            analyse_fps: self.analyse_fps.unwrap_or(old.analyse_fps),
            pictures: self.pictures.unwrap_or(old.pictures),
            blurred: self.blurred.unwrap_or(old.blurred),
            recordings: self.recordings.unwrap_or(old.recordings),
        };
        settings.check()?;
        Ok((settings, parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach() -> Reach {
        Reach::default()
    }

    fn made(address: &str) -> (CameraSettings, Parts) {
        let camera: NewCamera =
            serde_json::from_value(serde_json::json!({"id": "door", "site": "main", "address": address}))
                .unwrap();
        let (_, settings, parts, _) = camera.checked(&reach()).unwrap();
        (settings, parts)
    }

    fn changed(address: &str, change: serde_json::Value) -> (CameraSettings, Parts) {
        let (settings, parts) = made(address);
        let change: CameraChange = serde_json::from_value(change).unwrap();
        change.applied(&settings, parts, &reach()).unwrap()
    }

    fn password(parts: &Parts) -> &str {
        parts.password.as_ref().map_or("", Secret::expose)
    }

    #[test]
    fn user_and_password_are_taken_out_of_a_pasted_address() {
        let (settings, parts) =
            made("rtsp://admin:s3cr%40t@10.0.0.9:8554/ch1?token=s3cr@t".trim_end_matches("@t"));
        assert_eq!((settings.user.as_str(), password(&parts)), ("admin", "s3cr@t"));
        assert_eq!(settings.address, "rtsp://10.0.0.9:8554/ch1");
        assert_eq!(parts.source.expose(), "rtsp://10.0.0.9:8554/ch1?token=s3cr");
        assert!(settings.has_password);
        let shown = format!("{settings:?} {}", serde_json::to_string(&settings).unwrap());
        assert!(!shown.contains("s3cr"), "{shown}");
    }

    #[test]
    fn the_shown_address_can_be_sent_back_without_losing_what_is_not_shown() {
        let before = "rtsp://admin:s3cret@10.0.0.9/ch1?token=abc";
        let (settings, parts) =
            changed(before, serde_json::json!({"address": "rtsp://10.0.0.9/ch1", "name": "Door"}));
        assert_eq!(parts.source.expose(), "rtsp://10.0.0.9/ch1?token=abc");
        assert_eq!((settings.name.as_str(), password(&parts)), ("Door", "s3cret"));
    }

    #[test]
    fn a_password_is_never_taken_to_another_machine() {
        let before = "rtsp://admin:s3cret@10.0.0.9/ch1";
        let (settings, parts) = changed(before, serde_json::json!({"address": "rtsp://10.0.0.9/ch2"}));
        assert_eq!((settings.user.as_str(), password(&parts)), ("admin", "s3cret"), "another path");
        for address in ["rtsp://10.0.0.8/ch1", "rtsp://10.0.0.9:8554/ch1", "http://10.0.0.9/ch1"] {
            let (settings, parts) = changed(before, serde_json::json!({"address": address}));
            assert_eq!((settings.user.as_str(), password(&parts)), ("", ""), "{address}");
            assert!(!settings.has_password);
        }
        let (settings, parts) = changed(before, serde_json::json!({"password": null}));
        assert_eq!((settings.user.as_str(), password(&parts)), ("admin", ""), "taken away");
    }

    #[test]
    fn what_is_wrong_names_its_field_and_never_a_secret() {
        for (camera, field) in [
            (serde_json::json!({"id": "A", "site": "main", "address": "rtsp://10.0.0.9/"}), "id"),
            (
                serde_json::json!({"id": "a", "site": "main", "address": "rtsp://u:s3cret@8.8.8.8/"}),
                "address",
            ),
            (
                serde_json::json!({"id": "a", "site": "main", "address": "ftp://u:s3cret@10.0.0.9/"}),
                "address",
            ),
            (serde_json::json!({"id": "a", "site": "main", "address": "loop:/etc/passwd"}), "address"),
            (
                serde_json::json!({"id": "a", "site": "main", "address": "rtsp://10.0.0.9/", "analyse_fps": 0}),
                "analyse_fps",
            ),
            (
                serde_json::json!({"id": "a", "site": "main", "address": "rtsp://10.0.0.9/", "user": "a:b"}),
                "user",
            ),
        ] {
            let text = camera.to_string();
            let camera: NewCamera = serde_json::from_value(camera).unwrap();
            let error = camera.checked(&reach()).err().unwrap().to_string();
            assert!(
                error.starts_with(&format!("`{field}`: ")) && !error.contains("s3cret"),
                "{text}: {error}"
            );
        }
    }
}
