//! What is to be watched: sites, cameras, the rules of each camera, and saved views.
//!
//! A [`Registry`] keeps them in the program's database. Reading is from memory: [`Registry::now`] gives a [`Snapshot`] of
//! all sites and cameras, which every change replaces. Writing is one transaction, which also appends to the audit log.
//! Whoever runs the cameras waits for [`Registry::changes`], and asks [`Registry::plan`] what is to run.
//!
//! Everything that can be edited has a `version`. Who edits says which one they have seen, and is refused with
//! [`Error::Stale`] when somebody else was faster.
//!
//! # Secrets
//!
//! The whole address of a camera and its password are sealed by a [`Seal`], bound to the camera's id, and leave this crate
//! in two ways only: in a [`Planned`] camera, for the one who connects, and in an export that was given a passphrase, where
//! they are encrypted again. A user and a password inside a pasted address are taken out of it. What is shown of an address
//! is what [`address::LiveSource`] shows.
//!
//! # Provisioned
//!
//! The cameras and the site of the configuration file are [`Provisioned`]: they are listed with the others and cannot be
//! changed here.

mod camera;
mod cameras;
mod checks;
mod cipher;
mod error;
mod file;
mod id;
mod parts;
mod provisioned;
mod reach;
mod record;
mod registry;
mod rules;
mod seal;
mod secret;
mod site;
mod sites;
mod snapshot;
mod trial;
mod versions;
mod view;

pub use camera::{Camera, CameraChange, CameraSettings, NewCamera, Pictures, Planned, RtspTransport};
pub use error::{Error, Result};
pub use file::{Exported, Format, Imported, Installation, MAX_FILE};
pub use id::Id;
pub use provisioned::Provisioned;
pub use reach::Reach;
pub use record::By;
pub use registry::{Registry, SCHEMA};
pub use rules::{RuleSet, RuleSetInfo};
pub use seal::Seal;
pub use secret::Secret;
pub use site::{Entrance, NewSite, Site, SiteChange, SiteSettings};
pub use snapshot::Snapshot;
pub use trial::{NewTrial, Trial};
pub use versions::RuleVersions;
pub use view::{NewView, View, ViewChange};
