use time::OffsetDateTime;

use crate::{Result, Store};
use database::Value;
use database::instant;

impl Store {
    /// Until when a camera's time is accounted for, as watched or as a gap. With events only, which a program leaves that is
    /// killed before it has told what it watched, it is the first of them; none for a camera that the store has never heard
    /// of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watched_until(&self, camera: &str) -> Result<Option<OffsetDateTime>> {
        let stretches =
            "SELECT max(o.until_time) FROM observed o JOIN series s ON s.id = o.series WHERE s.camera = $1";
        let gaps =
            "SELECT max(e.until_time) FROM events e JOIN series s ON s.id = e.series WHERE s.camera = $1";
        let first = "SELECT min(e.time) FROM events e JOIN series s ON s.id = e.series WHERE s.camera = $1";
        let accounted = self.latest(stretches, camera).await?.max(self.latest(gaps, camera).await?);
        let until = match accounted {
            Some(until) => Some(until),
            None => self.latest(first, camera).await?,
        };
        Ok(until.map(instant::calendar))
    }

    async fn latest(&self, statement: &'static str, camera: &str) -> Result<Option<i64>> {
        let rows = self.db.fetch::<(Option<i64>,)>(statement, vec![Value::Text(camera.to_owned())]).await?;
        Ok(rows.first().and_then(|row| row.0))
    }
}
