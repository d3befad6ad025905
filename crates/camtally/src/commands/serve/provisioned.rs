//! What of sites and cameras stands in the configuration file.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use registry::{CameraSettings, Pictures, Provisioned, Registry, SiteSettings};
use time::OffsetDateTime;

use super::rules::CurrentRules;
use super::supervisor::Connection;
use crate::config::{self, Config, Loaded};
use crate::inputs;

/// The id of the site that is configured.
const SITE: &str = "main";

/// The configured site and cameras, as the registry lists them. Without cameras and a name there is no site: people make
/// their own.
pub(super) fn of(loaded: &Loaded, now: OffsetDateTime) -> Result<Provisioned> {
    let config = &loaded.config;
    if config.cameras.is_empty() && !config.site.is_set() {
        return Ok(Provisioned::default());
    }
    let site = registry::Site {
        id: SITE.to_owned(),
        settings: SiteSettings {
            name: config.site.name.clone(),
            time_zone: config.site.time_zone.clone(),
            reset_hour: config.site.reset_hour,
            entrances: config.site.entrances.clone(),
        },
        provisioned: true,
        version: 0,
        created: now,
        changed: now,
        deleted: None,
    };
    let cameras = config.cameras.iter().map(|camera| listed(loaded, camera, now));
    Ok(Provisioned { sites: vec![site], cameras: cameras.collect::<Result<_>>()? })
}

fn listed(loaded: &Loaded, camera: &config::Camera, now: OffsetDateTime) -> Result<registry::Camera> {
    let (source, found) = loaded.source(camera)?.without_credentials();
    let has_password =
        found.as_ref().and_then(|found| found.password.as_ref()).is_some_and(|text| !text.is_empty());
    Ok(registry::Camera {
        id: camera.name.clone(),
        site: SITE.to_owned(),
        settings: CameraSettings {
            name: camera.name.clone(),
            address: source.to_string(),
            user: found.map(|found| found.user).unwrap_or_default(),
            has_password,
            transport: camera.transport,
            verify_tls: camera.verify_tls,
            analyse_fps: camera.analyse_fps,
            pictures: if camera.pictures { Pictures::Everyone } else { Pictures::Off },
            blurred: camera.blurred,
        },
        started: true,
        rules: 0,
        provisioned: true,
        version: 0,
        created: now,
        changed: now,
        deleted: None,
    })
}

/// A configured camera that is to be watched.
#[derive(Clone)]
pub(super) struct ProvisionedCamera {
    pub(super) connection: Connection,
    pub(super) rules: Arc<CurrentRules>,
    /// The rules file.
    pub(super) file: PathBuf,
}

/// Reads the rules of the configured cameras, and gives them their versions.
pub(super) async fn cameras(loaded: &Loaded, registry: &Registry) -> Result<Vec<ProvisionedCamera>> {
    let Config { cameras, .. } = &loaded.config;
    let mut read = Vec::new();
    for camera in cameras {
        let file = loaded.path(&camera.rules);
        let mut rules = inputs::rules(&file).with_context(|| format!("camera `{}`", camera.name))?;
        registry.assign_rule_versions(&camera.name, &mut rules).await?;
        let connection = Connection {
            id: camera.name.clone(),
            source: loaded.source(camera)?,
            transport: camera.transport,
            verify_tls: camera.verify_tls,
            analyse_fps: camera.analyse_fps,
            reach: None,
        };
        read.push(ProvisionedCamera { connection, rules: Arc::new(CurrentRules::new(rules)), file });
    }
    Ok(read)
}
