//! The whole installation as one file: sites, cameras with their rules, shared views.
//!
//! Secrets are left out, unless a passphrase is given: then each camera carries its whole address and its password,
//! encrypted.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counting::{LineRule, Rules, ZoneRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cipher::{Cipher, random};
use crate::record::{By, Change, record};
use crate::view::NewView;
use crate::{
    CameraChange, Error, NewCamera, NewSite, Pictures, Registry, Result, RtspTransport, Secret, cameras,
    checks, rules, sites, view,
};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 16 << 20;
/// What the file says it is.
const FORMAT: &str = "camtally/1";
/// The shortest passphrase.
const PASSPHRASE: usize = 12;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Toml,
    /// For programs.
    Json,
}

/// What is in the file. Somebody may have written a password into an address of it, so `Debug` only counts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    format: String,
    /// Sixteen random bytes, in base64, from which and the passphrase the key of the secrets is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, rename = "site", skip_serializing_if = "Vec::is_empty")]
    sites: Vec<NewSite>,
    #[serde(default, rename = "camera", skip_serializing_if = "Vec::is_empty")]
    cameras: Vec<CameraEntry>,
    #[serde(default, rename = "view", skip_serializing_if = "Vec::is_empty")]
    views: Vec<NewView>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CameraEntry {
    id: String,
    site: String,
    name: String,
    /// What may be shown of it; the whole one is in `secret`.
    address: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    user: String,
    #[serde(default)]
    transport: RtspTransport,
    #[serde(default = "crate::camera::yes")]
    verify_tls: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    analyse_fps: Option<f64>,
    #[serde(default)]
    pictures: Pictures,
    #[serde(default)]
    blurred: bool,
    #[serde(default)]
    recordings: bool,
    #[serde(default = "crate::camera::yes")]
    started: bool,
    /// Nonce and ciphertext, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(default, rename = "line", skip_serializing_if = "Vec::is_empty")]
    lines: Vec<LineRule>,
    #[serde(default, rename = "zone", skip_serializing_if = "Vec::is_empty")]
    zones: Vec<ZoneRule>,
}

/// A written file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its text.
    pub text: String,
    /// Cameras whose secrets could not be opened, and are missing in it.
    pub without_secrets: Vec<String>,
}

/// What an import has done, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Imported {
    /// What was not there: `site NAME`, `camera NAME`, `view NAME`.
    pub created: Vec<String>,
    /// What was changed.
    pub changed: Vec<String>,
    /// What was the same already.
    pub unchanged: Vec<String>,
}

impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sites, cameras, views) = (self.sites.len(), self.cameras.len(), self.views.len());
        write!(f, "Installation({sites} sites, {cameras} cameras, {views} views)")
    }
}

impl Installation {
    /// Reads a file and checks all of it that can be checked without looking elsewhere.
    ///
    /// # Errors
    /// With the first thing that is wrong, and where it is. No message quotes a value of the file.
    pub fn parse(text: &str, format: Format) -> Result<Self> {
        let wrong = |what: String| Error::invalid("file", what);
        if text.len() > MAX_FILE {
            return Err(wrong(format!("it is longer than {MAX_FILE} bytes")));
        }
        let file: Self = match format {
            Format::Json => serde_json::from_str(text).map_err(|error| {
                // The message itself may quote a value.
                wrong(format!("line {}: it is no JSON of this form ({:?})", error.line(), error.classify()))
            })?,
            Format::Toml => toml::from_str(text).map_err(|error: toml::de::Error| {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or(text);
                let line = before.matches('\n').count() + 1;
                let message = error.message();
                let known = message.starts_with("unknown field") || message.starts_with("missing field");
                let what = if known { message } else { "it is no TOML of this form" };
                wrong(format!("line {line}: {}", what.replace('\n', ", ")))
            })?,
        };
        if file.format != FORMAT {
            return Err(Error::invalid(
                "format",
                format!("this program reads files of the format `{FORMAT}`"),
            ));
        }
        file.checked()
    }

    fn checked(mut self) -> Result<Self> {
        for (at, site) in self.sites.iter().enumerate() {
            site.clone().checked().map_err(|error| error.within(&format!("site[{at}]")))?;
            if self.sites[..at].iter().any(|other| other.id == site.id) {
                return Err(Error::invalid(format!("site[{at}].id"), "it stands twice in the file"));
            }
        }
        for at in 0..self.cameras.len() {
            let (before, rest) = self.cameras.split_at_mut(at);
            let camera = &mut rest[0];
            let place = format!("camera[{at}]");
            let check = crate::Id::parse("id", &camera.id)
                .and_then(|_| checks::name("name", &camera.name))
                .and_then(|()| checks::fps("analyse_fps", camera.analyse_fps));
            check.map_err(|error| error.within(&place))?;
            if before.iter().any(|other| other.id == camera.id) {
                return Err(Error::invalid(format!("{place}.id"), "it stands twice in the file"));
            }
            let rules = camera.rules().checked();
            let rules = rules.map_err(|error| Error::invalid(format!("{place}.rules"), error.to_string()))?;
            (camera.lines, camera.zones) = (rules.lines, rules.zones);
        }
        for (at, view) in self.views.iter().enumerate() {
            view::check(&view.name, &view.query).map_err(|error| error.within(&format!("view[{at}]")))?;
        }
        Ok(self)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// A saved view asks for what TOML cannot write, such as null.
    pub fn write(&self, format: Format) -> Result<String> {
        match format {
            Format::Json => {
                Ok(serde_json::to_string_pretty(self).expect("its numbers were checked to be finite"))
            }
            Format::Toml => toml::to_string(self).map_err(|_| {
                Error::invalid("format", "a saved view holds a value that TOML does not have: export as JSON")
            }),
        }
    }
}

impl CameraEntry {
    fn rules(&self) -> Rules {
        Rules { lines: self.lines.clone(), zones: self.zones.clone() }
    }
}

impl Registry {
    /// Everything that was made here, as one file; with the secrets, encrypted, when a passphrase is given.
    ///
    /// # Errors
    /// A passphrase of fewer than twelve characters, or the database fails.
    pub async fn export(&self, format: Format, passphrase: Option<&Secret>, by: &By) -> Result<Exported> {
        let mut salt = None;
        let mut cipher = None;
        if let Some(passphrase) = passphrase {
            if passphrase.expose().chars().count() < PASSPHRASE {
                let what = format!("write at least {PASSPHRASE} characters");
                return Err(Error::invalid("passphrase", what));
            }
            let bytes = random::<16>()?;
            cipher = Some(Cipher::new(passphrase, &bytes)?);
            salt = Some(STANDARD.encode(bytes));
        }
        let mut tx = self.begin().await?;
        let mut file = Installation {
            format: FORMAT.to_owned(),
            salt,
            sites: Vec::new(),
            cameras: Vec::new(),
            views: Vec::new(),
        };
        for site in sites::all(&mut tx, false).await? {
            file.sites.push(NewSite::of(site.id, site.settings));
        }
        let mut without_secrets = Vec::new();
        for row in cameras::all(&mut tx, false).await? {
            let rules = rules::get(&mut tx, &row.camera.id, row.camera.rules).await?.rules;
            let secret = match (&cipher, self.source(&row)) {
                (None, _) => None,
                (Some(cipher), Ok(parts)) => Some(cipher.encrypt(&parts.secret(), &row.camera.id)?),
                (Some(_), Err(_)) => {
                    without_secrets.push(row.camera.id.clone());
                    None
                }
            };
            let (camera, settings) = (row.camera.clone(), row.camera.settings);
            file.cameras.push(CameraEntry {
                id: camera.id,
                site: camera.site,
                name: settings.name,
                address: settings.address,
                user: settings.user,
                transport: settings.transport,
                verify_tls: settings.verify_tls,
                analyse_fps: settings.analyse_fps,
                pictures: settings.pictures,
                blurred: settings.blurred,
                recordings: settings.recordings,
                started: camera.started,
                secret,
                lines: rules.lines,
                zones: rules.zones,
            });
        }
        for view in view::views(&mut tx, None).await?.into_iter().filter(|view| view.shared) {
            let view::View { name, site, shared, query, .. } = view;
            file.views.push(NewView { name, site, shared, query });
        }
        let text = file.write(format)?;
        let action =
            if cipher.is_some() { "installation.export_with_secrets" } else { "installation.export" };
        record(&mut tx, by, vec![whole(action, None)]).await?;
        tx.commit().await?;
        Ok(Exported { text, without_secrets })
    }

    /// Makes what is not there and changes what is different, all of it or nothing. What the file does not name stays as
    /// it is. With `only_try` nothing is changed, and the answer says what would be.
    ///
    /// # Errors
    /// With the first thing that is wrong, and where it is in the file.
    pub async fn import(
        &self,
        file: Installation,
        passphrase: Option<&Secret>,
        only_try: bool,
        by: &By,
    ) -> Result<Imported> {
        let cipher = match (&file.salt, passphrase) {
            (Some(salt), Some(passphrase)) => {
                let salt = STANDARD.decode(salt).map_err(|_| Error::invalid("salt", "it is no base64"))?;
                Some(Cipher::new(passphrase, &salt)?)
            }
            _ => None,
        };
        let mut done = Imported::default();
        let mut tx = self.begin().await?;
        for (at, site) in file.sites.into_iter().enumerate() {
            let name = format!("site {}", site.id);
            let imported = self.import_site(&mut tx, site, by).await;
            done.note(name, imported.map_err(|error| error.within(&format!("site[{at}]")))?);
        }
        for (at, camera) in file.cameras.into_iter().enumerate() {
            let name = format!("camera {}", camera.id);
            let imported = self.import_camera(&mut tx, camera, cipher.as_ref(), by).await;
            done.note(name, imported.map_err(|error| error.within(&format!("camera[{at}]")))?);
        }
        let known = view::views(&mut tx, None).await?;
        for (at, new) in file.views.into_iter().enumerate() {
            let name = format!("view {}", new.name);
            if let Some(site) = &new.site {
                let check = self.check_site(&mut tx, site).await;
                check.map_err(|error| error.within(&format!("view[{at}]")))?;
            }
            let is_same = |view: &view::View| {
                (&view.name, &view.site, &view.query) == (&new.name, &new.site, &new.query)
            };
            let is_known = known.iter().any(is_same);
            if !is_known {
                view::add(&mut tx, None, new, by).await?;
            }
            done.note(name, if is_known { None } else { Some(true) });
        }
        let is_same = done.created.is_empty() && done.changed.is_empty();
        if !only_try && !is_same {
            let after = serde_json::to_value(&done).expect("lists of texts become JSON");
            record(&mut tx, by, vec![whole("installation.import", Some(after))]).await?;
            self.commit(tx).await?;
        }
        Ok(done)
    }

    /// Some(true) when it was made, Some(false) when it was changed.
    async fn import_site(&self, tx: &mut database::Tx, site: NewSite, by: &By) -> Result<Option<bool>> {
        let before = match self.site_to_change(tx, &site.id, None).await {
            Ok(before) => before,
            Err(Error::NotFound { .. }) => {
                self.add_site(tx, site, by).await?;
                return Ok(Some(true));
            }
            Err(error) => return Err(error),
        };
        let (_, settings) = site.checked()?;
        let after = self.set_site(tx, &before, settings, by).await?;
        Ok((after.version != before.version).then_some(false))
    }

    async fn import_camera(
        &self,
        tx: &mut database::Tx,
        entry: CameraEntry,
        cipher: Option<&Cipher>,
        by: &By,
    ) -> Result<Option<bool>> {
        let secret = match (&entry.secret, cipher) {
            (Some(_), None) => return Err(Error::Passphrase),
            (Some(secret), Some(cipher)) => Some(cipher.decrypt(secret, &entry.id)?),
            (None, _) => None,
        };
        let rules = entry.rules();
        let (address, password) = match secret {
            Some(secret) => (secret.address, secret.password),
            None => (entry.address.as_str().into(), None),
        };
        let row = match self.camera_to_change(tx, &entry.id, None).await {
            Ok(row) => row,
            Err(Error::NotFound { .. }) => {
                let new = NewCamera {
                    id: entry.id,
                    site: entry.site,
                    name: Some(entry.name),
                    address,
                    user: Some(entry.user),
                    password,
                    transport: entry.transport,
                    verify_tls: entry.verify_tls,
                    analyse_fps: entry.analyse_fps,
                    pictures: entry.pictures,
                    blurred: entry.blurred,
                    recordings: entry.recordings,
                    started: entry.started,
                    rules,
                };
                self.add_camera(tx, new, by).await?;
                return Ok(Some(true));
            }
            Err(error) => return Err(error),
        };
        let change = CameraChange {
            site: Some(entry.site),
            name: Some(entry.name),
            address: Some(address),
            user: Some(entry.user),
            // A file without secrets takes none away.
            password: password.map(Some),
            transport: Some(entry.transport),
            verify_tls: Some(entry.verify_tls),
            analyse_fps: Some(entry.analyse_fps),
            pictures: Some(entry.pictures),
            blurred: Some(entry.blurred),
            recordings: Some(entry.recordings),
        };
        let (after, _) = self.set_camera(tx, &row, change, by).await?;
        let rules_before = row.camera.rules;
        let set = self.set_rules(tx, &after.id, None, rules, Some("imported".to_owned()), by).await?;
        let is_same = after.version == row.camera.version && set.info.version == rules_before;
        Ok((!is_same).then_some(false))
    }
}

impl Imported {
    fn note(&mut self, name: String, what: Option<bool>) {
        match what {
            Some(true) => self.created.push(name),
            Some(false) => self.changed.push(name),
            None => self.unchanged.push(name),
        }
    }
}

fn whole(action: &'static str, after: Option<serde_json::Value>) -> Change<'static> {
    Change { action, kind: "installation", id: "all", site: None, before: None, after }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOML: &str = include_str!("../../../fuzz/seeds/installation/toml");
    const JSON: &str = include_str!("../../../fuzz/seeds/installation/json");

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn a_damaged_file_is_refused_or_comes_back_as_it_was_read(
            json in any::<bool>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_usize), 0..5)
        ) {
            let (text, format) = if json { (JSON, Format::Json) } else { (TOML, Format::Toml) };
            let mut bytes = text.as_bytes().to_vec();
            for (at, byte, kind) in edits {
                let at = at.index(bytes.len());
                match kind {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    _ => { bytes.remove(at); }
                }
            }
            match Installation::parse(&String::from_utf8_lossy(&bytes), format) {
                Ok(file) => {
                    if let Ok(written) = file.write(format) {
                        prop_assert!(Installation::parse(&written, format)? == file, "{}", written);
                    }
                }
                Err(error) => prop_assert!(!error.to_string().contains("s3cret"), "{}", error),
            }
        }
    }
}
