use time::OffsetDateTime;

use crate::{Result, Store};
use database::Value;
use database::instant;

impl Store {
    /// Until when a camera was watched, as far as the store knows: the end of the last watched stretch, or of
    /// the last event if that is later. None for a camera that it has never heard of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watched_until(&self, camera: &str) -> Result<Option<OffsetDateTime>> {
        let stretches =
            "SELECT max(o.until_time) FROM observed o JOIN series s ON s.id = o.series WHERE s.camera = $1";
        let events = "SELECT max(coalesce(e.until_time, e.time)) FROM events e JOIN series s ON s.id = e.series WHERE s.camera = $1";
        let mut latest = None;
        for statement in [stretches, events] {
            let rows =
                self.db.fetch::<(Option<i64>,)>(statement, vec![Value::Text(camera.to_owned())]).await?;
            latest = latest.max(rows.first().and_then(|row| row.0));
        }
        Ok(latest.map(instant::calendar))
    }
}
