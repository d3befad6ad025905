//! What goes on beside the counting: following edits of rules files, and deleting what is too old.

use std::sync::Arc;
use std::time::Duration;

use access::Accounts;
use anyhow::Result;
use audit::{Actor, ActorKind};
use counting::Rules;
use metrics::counter;
use registry::{By, Registry};
use server::App;
use store::{HeatPart, Retention, Store};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::provisioned::ProvisionedCamera;
use crate::inputs;

/// How often rules files are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often it is tried to store a part of a heat map.
const HEAT_TRIES: u32 = 5;
/// How often what is too old is deleted.
const RETAIN: Duration = Duration::from_secs(3600);

/// Puts edited rules files in force. A file that is wrong is told once, and the old rules stay in force.
pub(crate) async fn follow_edits(app: Arc<App>, cameras: Vec<ProvisionedCamera>, classes: Vec<String>) {
    let mut told = vec![String::new(); cameras.len()];
    let mut read = vec![Rules::default(); cameras.len()];
    let mut clock = tokio::time::interval(LOOK);
    loop {
        clock.tick().await;
        for ((camera, told), read) in cameras.iter().zip(&mut told).zip(&mut read) {
            let id = &camera.connection.id;
            match follow_edit(&app, camera, &classes, read).await {
                Ok(changed) => {
                    told.clear();
                    if changed {
                        tracing::info!(camera = id, "edited rules are in force");
                    }
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    if *told != error {
                        tracing::error!(
                            camera = id,
                            error,
                            "the edited rules are wrong; the old ones stay in force"
                        );
                        counter!("camtally_rules_refused_total", "camera" => id.clone()).increment(1);
                        *told = error;
                    }
                }
            }
        }
    }
}

/// Reads a rules file again; true when the rules have changed. `read` is what was in it when it was read last.
async fn follow_edit(
    app: &App,
    camera: &ProvisionedCamera,
    classes: &[String],
    read: &mut Rules,
) -> Result<bool> {
    // Files may lie on a slow disk; they are small, so reading one takes no longer than asking whether it has changed.
    let mut rules = tokio::task::block_in_place(|| inputs::rules(&camera.file))?;
    if rules == *read {
        return Ok(false);
    }
    rules.check_classes(classes)?;
    let written = rules.clone();
    app.registry.assign_rule_versions(&camera.connection.id, &mut rules).await?;
    *read = written;
    let Some(view) = app.cameras.get(&camera.connection.id).filter(|_| rules != *camera.rules.get()) else {
        return Ok(false);
    };
    camera.rules.put(&view, rules);
    Ok(true)
}

/// Stores where people were, hour by hour, until no camera tells any more.
pub(crate) async fn keep_heat(store: Store, mut parts: mpsc::Receiver<HeatPart>) {
    while let Some(part) = parts.recv().await {
        let mut tries = 1;
        while let Err(error) = store.add_heat(&part).await {
            if tries == HEAT_TRIES || !error.is_retryable() {
                tracing::warn!(camera = part.camera, %error, "a part of a heat map is lost");
                counter!("camtally_heat_parts_lost_total", "camera" => part.camera.clone()).increment(1);
                break;
            }
            tries += 1;
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Deletes what is older than the store keeps it.
pub(crate) async fn retain(store: Store, kept: Retention) {
    let mut clock = tokio::time::interval(RETAIN);
    loop {
        clock.tick().await;
        match store.retain(&kept, OffsetDateTime::now_utc()).await {
            Ok(deleted) => tracing::debug!(?deleted, "what was too old is deleted"),
            Err(error) => {
                tracing::warn!(%error, "what is too old could not be deleted; trying again in an hour")
            }
        }
    }
}

/// Deletes what has expired of sessions and links, and wipes the passwords of cameras that were deleted too long ago to be
/// brought back, and recordings that are too old, every hour.
pub(crate) async fn purge(app: Arc<App>, accounts: Option<Accounts>, registry: Registry) {
    let mut clock = tokio::time::interval(RETAIN);
    loop {
        clock.tick().await;
        if let Some(accounts) = &accounts
            && let Err(error) = accounts.purge().await
        {
            tracing::warn!(%error, "expired sessions were not deleted; trying again in an hour");
        }
        if let Some(recordings) = app.recordings.get()
            && let Err(error) = tokio::task::block_in_place(|| recordings.forget(OffsetDateTime::now_utc()))
        {
            tracing::warn!(%error, "old recordings were not deleted; trying again in an hour");
        }
        let actor = Actor { kind: ActorKind::Program, id: None, name: "camtally".to_owned(), from: None };
        match registry.wipe(&By { actor, now: OffsetDateTime::now_utc() }).await {
            Ok(0) => {}
            Ok(wiped) => tracing::info!(wiped, "the passwords of deleted cameras are wiped"),
            Err(error) => {
                tracing::warn!(%error, "passwords of deleted cameras were not wiped; trying again in an hour")
            }
        }
    }
}
