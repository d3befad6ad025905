//! A camera's rules, in force and shown, while their file is edited.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use counting::Rules;
use pipeline::RulesInbox;
use server::{LineView, ZoneView};

use super::versions::Versions;
use crate::config::{Camera, Loaded};
use crate::inputs;

/// A camera's rules, which may be edited while it is watched.
pub(crate) struct CurrentRules {
    file: PathBuf,
    pub(super) inbox: RulesInbox,
    now: Mutex<Rules>,
    /// How often they were changed.
    pub(super) edition: AtomicU64,
}

impl CurrentRules {
    pub(crate) fn open(loaded: &Loaded, camera: &Camera, versions: &mut Versions) -> Result<Self> {
        let file = loaded.path(&camera.rules);
        let mut rules = inputs::rules(&file).with_context(|| format!("camera `{}`", camera.name))?;
        versions.assign(&camera.name, &mut rules)?;
        Ok(Self { file, inbox: RulesInbox::default(), now: Mutex::new(rules), edition: AtomicU64::new(0) })
    }

    pub(crate) fn get(&self) -> Rules {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again; true when the rules have changed.
    ///
    /// # Errors
    /// When the file cannot be read, a rule is impossible or names a class that the model does not know: then the old
    /// ones stay in force.
    pub(crate) fn refresh(
        &self,
        view: &server::Camera,
        classes: &[String],
        versions: &mut Versions,
    ) -> Result<bool> {
        let mut rules = inputs::rules(&self.file)?;
        rules.check_classes(classes)?;
        versions.assign(&view.id, &mut rules)?;
        if rules == self.get() {
            return Ok(false);
        }
        let (lines, zones) = shown(&rules);
        view.update(|viewed| (viewed.lines, viewed.zones) = (lines, zones));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = rules.clone();
        self.inbox.put(rules);
        self.edition.fetch_add(1, Ordering::Release);
        Ok(true)
    }
}

/// How a camera is shown before it has answered.
pub(crate) fn view(camera: &Camera, rules: &CurrentRules) -> Arc<server::Camera> {
    let (lines, zones) = shown(&rules.get());
    Arc::new(server::Camera::new(super::SITE, camera.name.clone(), camera.pictures, lines, zones))
}

fn shown(rules: &Rules) -> (Vec<LineView>, Vec<ZoneView>) {
    let points = |points: &[observation::Point]| points.iter().map(|point| [point.x, point.y]).collect();
    let lines = rules.lines.iter().map(|line| LineView {
        name: line.name.clone(),
        points: points(&line.points),
        forward: line.names.forward.clone(),
        backward: line.names.backward.clone(),
    });
    let zones = rules.zones.iter().map(|zone| ZoneView {
        name: zone.name.clone(),
        points: points(&zone.points),
        occupancy: 0,
    });
    (lines.collect(), zones.collect())
}
