//! What goes on beside the counting: following edits of rules files, and deleting what is too old.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use store::{HeatPart, Retention, Store};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::rules::CurrentRules;
use super::versions::Versions;

/// How often rules files are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often it is tried to store a part of a heat map.
const HEAT_TRIES: u32 = 5;
/// How often what is too old is deleted.
const RETAIN: Duration = Duration::from_secs(3600);

/// Puts edited rules in force. A file that is wrong is told once, and the old rules stay in force.
pub(crate) async fn follow_edits(
    cameras: Vec<(Arc<server::Camera>, Arc<CurrentRules>)>,
    classes: Vec<String>,
    mut versions: Versions,
) {
    let mut told = vec![String::new(); cameras.len()];
    let mut clock = tokio::time::interval(LOOK);
    loop {
        clock.tick().await;
        // Files may lie on a slow disk.
        tokio::task::block_in_place(|| {
            for ((view, rules), told) in cameras.iter().zip(&mut told) {
                // Rules files are small: reading them takes no longer than asking whether they have changed.
                match rules.refresh(view, &classes, &mut versions) {
                    Ok(changed) => {
                        told.clear();
                        if changed {
                            tracing::info!(camera = view.id, "edited rules are in force");
                        }
                    }
                    Err(error) => {
                        let error = format!("{error:#}");
                        if *told != error {
                            tracing::error!(
                                camera = view.id,
                                error,
                                "the edited rules are wrong; the old ones stay in force"
                            );
                            counter!("camtally_rules_refused_total", "camera" => view.id.clone())
                                .increment(1);
                            *told = error;
                        }
                    }
                }
            }
        });
    }
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
