//! What other processes do, for a process that shows cameras and does not watch them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use database::Dialect;
use lease::Leases;
use server::{App, CameraState, Viewed};
use tokio::task::JoinHandle;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(2);

/// Begins to show what workers tell of the cameras. Where there can be no workers it shows nothing.
pub(super) async fn start(app: &Arc<App>) -> Result<Option<JoinHandle<()>>> {
    let db = app.store.database().clone();
    if db.dialect() != Dialect::Postgres {
        return Ok(None);
    }
    // It only looks, and holds no leases.
    let leases = Leases::open(db, "server").await?;
    Ok(Some(tokio::spawn(follow(leases, Arc::clone(app)))))
}

async fn follow(leases: Leases, app: Arc<App>) {
    let mut clock = tokio::time::interval(LOOK);
    loop {
        clock.tick().await;
        let states = match leases.states().await {
            Ok(states) => states,
            Err(error) => {
                tracing::warn!(%error, "it is not known what the workers do; trying again");
                continue;
            }
        };
        let told: HashMap<String, Option<Viewed>> = states
            .into_iter()
            .map(|state| (state.camera, state.state.and_then(|text| serde_json::from_str(&text).ok())))
            .collect();
        for camera in app.cameras.all() {
            let told = told.get(&camera.id).cloned().flatten();
            camera.update(|viewed| match told {
                Some(told) => *viewed = told,
                None => viewed.state = CameraState::Connecting,
            });
        }
    }
}

/// Shows the rules of the registry's cameras, as they are changed by this process or by another.
pub(super) async fn follow_registry(app: Arc<App>) {
    let mut changes = app.registry.changes();
    let mut clock = tokio::time::interval(LOOK);
    let mut shown = None;
    loop {
        let revision = app.registry.now().revision;
        if shown != Some(revision) {
            match app.registry.plan().await {
                Ok(plan) => {
                    for planned in plan {
                        if let Some(camera) = app.cameras.get(&planned.camera.id)
                            && *camera.rules_in_force() != planned.rules
                        {
                            camera.put_in_force(Arc::new(planned.rules));
                        }
                    }
                    shown = Some(revision);
                }
                Err(error) => tracing::warn!(%error, "the rules of cameras are not known; trying again"),
            }
        }
        tokio::select! {
            // The registry lives as long as the program.
            Ok(()) = changes.changed() => {}
            _ = clock.tick() => {
                if let Err(error) = app.registry.refresh().await {
                    tracing::warn!(%error, "it is not known what other processes have changed; trying again");
                }
            }
        }
    }
}
