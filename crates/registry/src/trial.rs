//! Addresses that somebody wants to try before a camera is made.

use address::LiveSource;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::parts::Parts;
use crate::record::{By, Change, record};
use crate::{Registry, Result, RtspTransport, Secret};

/// Where a camera may be.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTrial {
    /// The site that the camera is to belong to.
    pub site: String,
    /// Where it is. User and password may stand in it.
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
    #[serde(default = "crate::camera::yes")]
    pub verify_tls: bool,
}

/// What is needed to see whether a camera answers.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Where it is, secrets and all. What its name stands for is still to be held against [`Reach`](crate::Reach).
    pub source: LiveSource,
    /// How RTSP brings its packets.
    pub transport: RtspTransport,
    /// Whether an `https` address needs a certificate that the machine trusts.
    pub verify_tls: bool,
}

impl Registry {
    /// Takes an address apart that is to be tried, and notes in the audit log who tries what.
    ///
    /// # Errors
    /// An address that is none, or that may not be reached.
    pub async fn trial(&self, new: NewTrial, by: &By) -> Result<Trial> {
        let NewTrial { site, address, user, password, transport, verify_tls } = new;
        let parts = Parts::of(&address, user, password, self.reach())?;
        let shown = parts.source.to_string();
        self.note_trial(&shown, &site, &shown, by).await?;
        Ok(Trial { source: self.connectable(&parts)?, transport, verify_tls })
    }

    /// What a camera that was made is tried with.
    ///
    /// # Errors
    /// No such camera, one of the configuration file, or an address that may no longer be reached.
    pub async fn trial_of(&self, id: &str, by: &By) -> Result<Trial> {
        let row = self.camera_to_change(&mut self.begin_read().await?, id, None).await?;
        let parts = self.source(&row)?;
        let settings = &row.camera.settings;
        self.note_trial(id, &row.camera.site, &settings.address, by).await?;
        let (transport, verify_tls) = (settings.transport, settings.verify_tls);
        Ok(Trial { source: self.connectable(&parts)?, transport, verify_tls })
    }

    fn connectable(&self, parts: &Parts) -> Result<LiveSource> {
        parts.connectable(self.reach()).map_err(|what| crate::Error::invalid("address", what))
    }

    async fn note_trial(&self, id: &str, site: &str, address: &str, by: &By) -> Result<()> {
        let after = Some(json!({"address": address}));
        let change =
            Change { action: "camera.test", kind: "camera", id, site: Some(site), before: None, after };
        let mut tx = self.begin().await?;
        record(&mut tx, by, vec![change]).await?;
        Ok(tx.commit().await?)
    }
}
