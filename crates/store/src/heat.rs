use time::OffsetDateTime;
use uuid::Uuid;

use crate::horizons::{Horizons, Kept};
use crate::slots::Slots;
use crate::{Error, Result, Store, record};
use database::instant;
use database::{Access, Value};

/// A part of a heat map: how often something was seen in each cell of the picture, within one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatPart {
    /// Tells this part from every other: who adds a part twice must give it the same id.
    pub id: Uuid,
    /// The camera.
    pub camera: String,
    /// A moment of the hour, in UTC, to which the part belongs.
    pub hour: OffsetDateTime,
    /// The numbers.
    pub heat: Heat,
}

/// Numbers on a grid that covers the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    /// How many cells a row has, 1 to 256.
    pub width: u32,
    /// How many rows there are, 1 to 256.
    pub height: u32,
    /// `width × height` numbers, row by row from the top left.
    pub cells: Vec<u64>,
}

/// The most cells that one side of a grid may have.
const MAX_SIDE: u32 = 256;

impl Store {
    /// Adds a part of a heat map, once in effect. Whether it is new: a part that was added before, or that is
    /// older than the retention, changes nothing.
    ///
    /// # Errors
    /// A grid that is no grid; or the database fails, and then nothing was added.
    pub async fn add_heat(&self, part: &HeatPart) -> Result<bool> {
        let (width, height) = (part.heat.width, part.heat.height);
        let sides = 1..=MAX_SIDE;
        let fits = sides.contains(&width) && sides.contains(&height);
        if !fits || part.heat.cells.len() != (width * height) as usize {
            let cells = part.heat.cells.len();
            return Err(Error::Request(format!(
                "a heat map of {width} × {height} with {cells} cells: each side has 1 to {MAX_SIDE} cells, and each \
                 cell one number"
            )));
        }
        record::check_name("camera", &part.camera).map_err(Error::Request)?;
        let micros = instant::micros(part.hour);
        let micros = micros.ok_or_else(|| Error::Request("the hour is outside the calendar".to_owned()))?;
        let hour = micros.div_euclid(HOUR_US);

        let mut tx = self.db.begin(Access::Add).await?;
        if hour * HOUR_US < Horizons::read(&mut tx).await?.since(Kept::HeatMaps) {
            return Ok(false);
        }
        let sql = "INSERT INTO heat_map_parts (id, hour) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        if tx.execute(sql, vec![Value::Id(part.id), Value::Int(hour)]).await? == 0 {
            return Ok(false);
        }
        let key = [
            Value::Text(part.camera.clone()),
            Value::Int(hour),
            Value::Int(width.into()),
            Value::Int(height.into()),
        ];
        let sql = "INSERT INTO heat_maps (camera, hour, width, height, cells) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT DO NOTHING";
        tx.execute(sql, [&key[..], &[Value::Bytes(Vec::new())]].concat()).await?;
        let lock = tx.dialect().for_update();
        let of = "camera = $1 AND hour = $2 AND width = $3 AND height = $4";
        let sql = format!("SELECT cells FROM heat_maps AS r WHERE {of} {lock}");
        let kept = tx.fetch::<(Vec<u8>,)>(sql, key.to_vec()).await?;
        let mut sums = Slots::decode(kept.first().map_or(&[], |(cells,)| cells))?;
        for (cell, &value) in (0..).zip(&part.heat.cells) {
            sums.add(cell, value);
        }
        let sql = format!("UPDATE heat_maps SET cells = $5 WHERE {of}");
        tx.execute(sql, [&key[..], &[Value::Bytes(sums.encode())]].concat()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The heat maps of a camera, added up over the hours that begin in the stretch of time: one for each size of
    /// grid that was in use, the largest last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heat(&self, camera: &str, from: OffsetDateTime, until: OffsetDateTime) -> Result<Vec<Heat>> {
        let hour = |moment| instant::clamped(moment).div_euclid(HOUR_US);
        let first = instant::clamped(from).div_euclid(HOUR_US);
        let first = if first * HOUR_US < instant::clamped(from) { first + 1 } else { first };
        let last = hour(until - time::Duration::MICROSECOND);
        let sql = "SELECT width, height, cells FROM heat_maps WHERE camera = $1 AND hour BETWEEN $2 AND $3";
        let values = vec![Value::Text(camera.to_owned()), Value::Int(first), Value::Int(last)];
        let mut sums = std::collections::BTreeMap::<(i64, i64), Slots>::new();
        for (width, height, cells) in self.db.fetch::<(i64, i64, Vec<u8>)>(sql, values).await? {
            sums.entry((width, height)).or_default().add_all(&Slots::decode(&cells)?);
        }
        let maps = sums.into_iter().map(|((width, height), sums)| {
            let (width, height) = (width as u32, height as u32);
            Heat { width, height, cells: (0..width * height).map(|cell| sums.get(cell)).collect() }
        });
        Ok(maps.collect())
    }
}

/// An hour in microseconds.
pub(crate) const HOUR_US: i64 = 3_600_000_000;
