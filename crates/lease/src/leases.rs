//! The leases in the database.

use database::{Database, Dialect, Value};

use crate::{SCHEMA, TERM};

/// The database's clock: when it got the statement.
const NOW: &str = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint";
/// After how many microseconds without a sign of life a worker is no longer counted on, and when it is forgotten.
const GONE: i64 = 6_000_000;
const FORGOTTEN: i64 = 3_600_000_000;
/// How long the ends of epochs are kept: longer than any journal waits.
const KEPT: i64 = 90 * 86_400_000_000;

/// Why it did not go.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store is a file.
    #[error("leases need PostgreSQL: set `store.url` to a database that all workers reach")]
    NotShared,
    /// The database fails.
    #[error(transparent)]
    Database(#[from] database::Error),
}

type Result<T> = std::result::Result<T, Error>;

/// Leases in a PostgreSQL database, as one worker asks for them.
#[derive(Clone, Debug)]
pub struct Leases {
    db: Database,
    worker: String,
}

/// A lease.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Granted {
    /// The camera.
    pub camera: String,
    /// Never used twice for a camera.
    pub epoch: i64,
}

/// What a worker says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The program's version.
    pub version: String,
    /// When it began, microseconds since 1970.
    pub started: i64,
    /// How much it can do, relative to others, in thousandths.
    pub weight: i64,
    /// Whether there is no time for all frames.
    pub overloaded: bool,
    /// The cameras that it has.
    pub cameras: Vec<CameraReport>,
}

/// What a worker says of a camera that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraReport {
    /// The camera.
    pub camera: String,
    /// Thousandths of an inference a second; none until measured.
    pub cost: Option<i64>,
    /// What it does, as JSON.
    pub state: String,
}

/// What the database answers to a sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// The database's clock, microseconds since 1970.
    pub now: i64,
    /// The leases that go on.
    pub renewed: Vec<Granted>,
    /// How the others are.
    pub fleet: Fleet,
}

/// The other workers, and what is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// Other workers that are there.
    pub others: i64,
    /// Their weights together.
    pub others_weight: i64,
    /// What their cameras cost together.
    pub others_cost: i64,
    /// Cameras that nobody has.
    pub free: i64,
    /// What those of them cost that were measured.
    pub free_cost: i64,
    /// How many of them nobody has measured.
    pub free_unmeasured: i64,
}

/// What a camera does, as its worker has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The camera.
    pub camera: String,
    /// The worker; none while nobody has it.
    pub worker: Option<String>,
    /// JSON, as the worker wrote it; none if nobody has.
    pub state: Option<String>,
}

impl Leases {
    /// Leases in a database, whose schema it brings up to date, for the worker of this id.
    ///
    /// # Errors
    /// A database that is no PostgreSQL, or that fails.
    pub async fn open(db: Database, worker: &str) -> Result<Self> {
        if db.dialect() != Dialect::Postgres {
            return Err(Error::NotShared);
        }
        db.migrate(SCHEMA.ledger, SCHEMA.steps).await?;
        Ok(Self { db, worker: worker.to_owned() })
    }

    fn me(&self) -> Value {
        Value::Text(self.worker.clone())
    }

    /// Says which cameras are to be watched: exactly these. Forgets what is long past as well.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, cameras: &[String]) -> Result<()> {
        let sql = "INSERT INTO lease_cameras (camera, epoch, expires) SELECT camera, 0, 0 FROM unnest($1) camera \
                   ON CONFLICT (camera) DO NOTHING RETURNING 1::bigint";
        let all = || Value::Texts(cameras.to_vec());
        self.db.fetch::<(i64,)>(sql, vec![all()]).await?;
        let sql = format!(
            "DELETE FROM lease_cameras WHERE NOT (camera = ANY($1)) AND expires <= {NOW} RETURNING 1::bigint"
        );
        self.db.fetch::<(i64,)>(sql, vec![all()]).await?;
        let sql = format!("DELETE FROM lease_workers WHERE seen < {NOW} - $1 RETURNING 1::bigint");
        self.db.fetch::<(i64,)>(sql, vec![Value::Int(FORGOTTEN)]).await?;
        let sql = format!("DELETE FROM lease_epochs WHERE ended < {NOW} - $1 RETURNING 1::bigint");
        self.db.fetch::<(i64,)>(sql, vec![Value::Int(KEPT)]).await?;
        Ok(())
    }

    /// Gives a sign of life, and lets the leases go on that this worker still has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew(&self, report: &Report) -> Result<Renewal> {
        let cost = report.cameras.iter().filter_map(|camera| camera.cost).sum();
        let sql = format!(
            "WITH me AS (INSERT INTO lease_workers (id, version, started, seen, weight, cost, cameras, overloaded) \
             VALUES ($1, $2, $3, {NOW}, $4, $5, cardinality($6), $9) ON CONFLICT (id) DO UPDATE SET \
             version = excluded.version, started = excluded.started, seen = excluded.seen, weight = excluded.weight, \
             cost = excluded.cost, cameras = excluded.cameras, overloaded = excluded.overloaded), \
             told AS (SELECT * FROM unnest($6, $7, $8) AS told (camera, cost, state)) \
             UPDATE lease_cameras c SET expires = {NOW} + $10, cost = CASE WHEN told.cost < 0 THEN c.cost ELSE told.cost \
             END, state = told.state FROM told WHERE c.camera = told.camera AND c.worker = $1 AND c.expires > {NOW} \
             RETURNING c.camera, c.epoch"
        );
        let cameras = &report.cameras;
        let values = vec![
            self.me(),
            Value::Text(report.version.clone()),
            Value::Int(report.started),
            Value::Int(report.weight),
            Value::Int(cost),
            Value::Texts(cameras.iter().map(|camera| camera.camera.clone()).collect()),
            Value::Ints(cameras.iter().map(|camera| camera.cost.unwrap_or(-1)).collect()),
            Value::Texts(cameras.iter().map(|camera| camera.state.clone()).collect()),
            Value::Flag(report.overloaded),
            Value::Int(TERM.as_micros() as i64),
        ];
        let renewed: Vec<(String, i64)> = self.db.fetch(sql, values).await?;
        let sql = format!(
            "SELECT {NOW}, count(*), coalesce(sum(weight), 0)::bigint, coalesce(sum(cost), 0)::bigint \
             FROM lease_workers WHERE id <> $1 AND seen > {NOW} - $2"
        );
        let others: Vec<(i64, i64, i64, i64)> = self.db.fetch(sql, vec![self.me(), Value::Int(GONE)]).await?;
        let sql = format!(
            "SELECT count(*), coalesce(sum(cost), 0)::bigint, count(*) FILTER (WHERE cost IS NULL) \
             FROM lease_cameras WHERE expires <= {NOW}"
        );
        let free: Vec<(i64, i64, i64)> = self.db.fetch(sql, vec![]).await?;
        let (now, others, others_weight, others_cost) = others.first().copied().unwrap_or_default();
        let (free, free_cost, free_unmeasured) = free.first().copied().unwrap_or_default();
        Ok(Renewal {
            now,
            renewed: renewed.into_iter().map(|(camera, epoch)| Granted { camera, epoch }).collect(),
            fleet: Fleet { others, others_weight, others_cost, free, free_cost, free_unmeasured },
        })
    }

    /// Takes up to `most` free ones of these cameras, those first that have been free for the longest. Two workers that ask
    /// at the same time do not wait for each other, and never get the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take(&self, cameras: &[String], most: usize) -> Result<(i64, Vec<Granted>)> {
        let sql = format!(
            "WITH free AS (SELECT camera, epoch, expires FROM lease_cameras WHERE expires <= {NOW} AND camera = ANY($2) \
             ORDER BY expires LIMIT $3 FOR UPDATE SKIP LOCKED), \
             ended AS (UPDATE lease_epochs e SET ended = free.expires FROM free \
             WHERE e.camera = free.camera AND e.epoch = free.epoch AND e.ended IS NULL), \
             granted AS (UPDATE lease_cameras c SET worker = $1, expires = {NOW} + $4, state = NULL, \
             epoch = greatest(c.epoch + 1, {NOW}) FROM free WHERE c.camera = free.camera RETURNING c.camera, c.epoch), \
             noted AS (INSERT INTO lease_epochs (camera, epoch, worker) SELECT camera, epoch, $1 FROM granted) \
             SELECT camera, epoch, {NOW} FROM granted"
        );
        let most = Value::Int(i64::try_from(most).unwrap_or(i64::MAX));
        let term = Value::Int(TERM.as_micros() as i64);
        let values = vec![self.me(), Value::Texts(cameras.to_vec()), most, term];
        let rows: Vec<(String, i64, i64)> = self.db.fetch(sql, values).await?;
        let now = rows.first().map_or(0, |row| row.2);
        Ok((now, rows.into_iter().map(|(camera, epoch, _)| Granted { camera, epoch }).collect()))
    }

    /// Gives leases back, at once.
    ///
    /// # Errors
    /// When the database fails; then they end by themselves.
    pub async fn give_back(&self, cameras: &[Granted]) -> Result<()> {
        let sql = format!(
            "WITH given AS (UPDATE lease_cameras c SET worker = NULL, state = NULL, expires = least(c.expires, {NOW}) \
             FROM unnest($2, $3) AS g (camera, epoch) \
             WHERE c.camera = g.camera AND c.epoch = g.epoch AND c.worker = $1 RETURNING c.camera, c.epoch, c.expires) \
             UPDATE lease_epochs e SET ended = given.expires FROM given \
             WHERE e.camera = given.camera AND e.epoch = given.epoch AND e.ended IS NULL RETURNING 1::bigint"
        );
        let names = cameras.iter().map(|given| given.camera.clone()).collect();
        let epochs = cameras.iter().map(|given| given.epoch).collect();
        self.db.fetch::<(i64,)>(sql, vec![self.me(), Value::Texts(names), Value::Ints(epochs)]).await?;
        Ok(())
    }

    /// Says that this worker is going: it is no longer counted on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave(&self) -> Result<()> {
        let sql = "DELETE FROM lease_workers WHERE id = $1 RETURNING 1::bigint";
        self.db.fetch::<(i64,)>(sql, vec![self.me()]).await?;
        Ok(())
    }

    /// What the cameras do, as their workers have told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn states(&self) -> Result<Vec<State>> {
        let sql = format!(
            "SELECT camera, CASE WHEN expires > {NOW} THEN worker END, CASE WHEN expires > {NOW} THEN state END \
             FROM lease_cameras"
        );
        let rows: Vec<(String, Option<String>, Option<String>)> = self.db.fetch(sql, vec![]).await?;
        Ok(rows.into_iter().map(|(camera, worker, state)| State { camera, worker, state }).collect())
    }

    /// Until when epochs were, or are: the end of each that is known. One that goes on may end later than is said here.
    pub(crate) async fn ends(db: &Database, leases: &[Granted]) -> Result<Vec<(Granted, i64, bool)>> {
        let sql = "SELECT e.camera, e.epoch, coalesce(e.ended, c.expires, 9223372036854775807), e.ended IS NOT NULL \
                   FROM unnest($1, $2) AS asked (camera, epoch) \
                   JOIN lease_epochs e ON e.camera = asked.camera AND e.epoch = asked.epoch \
                   LEFT JOIN lease_cameras c ON c.camera = e.camera AND c.epoch = e.epoch";
        let cameras = leases.iter().map(|lease| lease.camera.clone()).collect();
        let epochs = leases.iter().map(|lease| lease.epoch).collect();
        let rows: Vec<(String, i64, i64, bool)> =
            db.fetch(sql, vec![Value::Texts(cameras), Value::Ints(epochs)]).await?;
        let row = |(camera, epoch, end, ended)| (Granted { camera, epoch }, end, ended);
        Ok(rows.into_iter().map(row).collect())
    }
}

/// How many workers are there; none on SQLite.
///
/// # Errors
/// When the database fails.
pub async fn workers(db: &Database) -> Result<i64> {
    if db.dialect() != Dialect::Postgres {
        return Ok(0);
    }
    db.migrate(SCHEMA.ledger, SCHEMA.steps).await?;
    let sql = format!("SELECT count(*) FROM lease_workers WHERE seen > {NOW} - $1");
    let rows: Vec<(i64,)> = db.fetch(sql, vec![Value::Int(GONE)]).await?;
    Ok(rows.first().map_or(0, |row| row.0))
}
