//! `camtally backup`: everything in one file, also while the server runs.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::{KEY_FILE, Vault};
use anyhow::{Context as _, Result, bail};
use backup::{About, Attachment, Manifest};
use database::{Database, Schema};
use indicatif::{ProgressBar, ProgressStyle};
use journal::Journal;
use time::OffsetDateTime;
use time::macros::format_description;

use super::accounts;
use crate::cli::{Backup, BackupOf};
use crate::config::{self, Loaded};
use crate::{Done, say};

/// Everything that the program keeps in its database.
pub(super) const SCHEMAS: [Schema; 6] =
    [store::SCHEMA, audit::SCHEMA, access::SCHEMA, registry::SCHEMA, alerts::SCHEMA, server::SCHEMA];
/// The key of secrets at rest, sealed with the passphrase.
pub(super) const KEY: &str = "secret.key.sealed";
/// Which versions the rules of files have.
pub(super) const RULE_VERSIONS: &str = "rule-versions.json";
/// The environment variable with the passphrase.
const PASSPHRASE: &str = "CAMTALLY_BACKUP_PASSPHRASE";
/// The least characters of a passphrase: who has the file can try as many as they like.
const SHORTEST: usize = 12;
/// The largest file that is read for a passphrase, or attached.
const MAX_FILE: u64 = 16 << 20;

pub(crate) fn run(args: &Backup) -> Result<Done> {
    let loaded = loaded(&args.of)?;
    let passphrase = passphrase(&args.of)?;
    let mut attachments = Vec::new();
    let key = key(&loaded)?;
    match (&key, &passphrase) {
        (Some(vault), Some(passphrase)) => {
            attachments.push(Attachment { name: KEY, bytes: vault.seal_key(passphrase)? });
        }
        (Some(_), None) => say(&format!(
            "camtally: the key is left out for want of a passphrase: unless you keep {KEY_FILE} yourself, passwords of \
             cameras, one-time codes and secrets of channels must be entered anew after a restore"
        )),
        (None, _) => {}
    }
    if let Some(bytes) = small_file(&loaded.data().join(RULE_VERSIONS))? {
        attachments.push(Attachment { name: RULE_VERSIONS, bytes });
    }
    let created = OffsetDateTime::now_utc();
    let about = About {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created,
        model: loaded.config.detection.model.display().to_string(),
    };
    let save = |to: Box<dyn Write>| save(&loaded, about, &attachments, to);
    let written = match &args.file {
        Some(file) if file == Path::new("-") => {
            if io::stdout().is_terminal() {
                bail!("a backup is no text for a terminal: name a file, or send the output elsewhere");
            }
            save(Box::new(BufWriter::new(io::stdout())))?
                .flush()
                .context("cannot write to standard output")?;
            "standard output".to_owned()
        }
        file => {
            let format = format_description!("camtally-[year][month][day]T[hour][minute][second]Z.tar.zst");
            let file = match file {
                Some(file) => file.clone(),
                None => PathBuf::from(created.format(format)?),
            };
            to_file(&file, |to| save(Box::new(to)))?
        }
    };
    say(&format!("camtally: {written}"));
    match Journal::check(&loaded.data().join("journal")) {
        Ok(recovery) if recovery.pending > 0 => say(&format!(
            "camtally: {} events were still in the journal, on their way to the store: they are not in this backup",
            recovery.pending
        )),
        // A journal that is not there, or is wrong, is told by `doctor`.
        _ => {}
    }
    Ok(Done::Well)
}

/// The configuration, with the flags put over it.
pub(super) fn loaded(of: &BackupOf) -> Result<Loaded> {
    let mut loaded = config::read(of.config.as_deref())?;
    if let Some(data) = &of.data {
        loaded.config.data = std::path::absolute(data).context("the data folder has no name")?;
    }
    loaded.check()?;
    Ok(loaded)
}

/// The passphrase, from its file or the environment.
pub(super) fn passphrase(of: &BackupOf) -> Result<Option<String>> {
    let text = match &of.passphrase_file {
        Some(file) => {
            let bytes = small_file(file)?.with_context(|| format!("{} is not there", file.display()))?;
            String::from_utf8(bytes).with_context(|| format!("{} is no text", file.display()))?
        }
        None => match std::env::var(PASSPHRASE) {
            Ok(text) => text,
            Err(std::env::VarError::NotPresent) => return Ok(None),
            Err(error) => return Err(error).context(PASSPHRASE),
        },
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.chars().count() < SHORTEST {
        bail!(
            "the passphrase must have at least {SHORTEST} characters; four or five random words are easy to keep"
        );
    }
    Ok(Some(text.to_owned()))
}

/// The key of secrets at rest; none where none was ever needed.
fn key(loaded: &Loaded) -> Result<Option<Vault>> {
    let given = accounts::given_key()?;
    if given.is_none() && !loaded.data().join(KEY_FILE).exists() {
        return Ok(None);
    }
    Ok(Some(Vault::open(given.as_deref(), &loaded.data())?))
}

/// What is in a file; none where there is no such file.
fn small_file(path: &Path) -> Result<Option<Vec<u8>>> {
    let cannot = || format!("cannot read {}", path.display());
    match std::fs::metadata(path) {
        Ok(found) if found.len() > MAX_FILE => bail!("{} is larger than {MAX_FILE} bytes", path.display()),
        Ok(_) => Ok(Some(std::fs::read(path).with_context(cannot)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(cannot),
    }
}

/// Writes a file that is whole under its name, or not there.
fn to_file(path: &Path, save: impl FnOnce(BufWriter<File>) -> Result<Box<dyn Write>>) -> Result<String> {
    if path.exists() {
        bail!("{} is there already: a backup is never written over", path.display());
    }
    let name = path.file_name().with_context(|| format!("{} names no file", path.display()))?;
    let mut beside = name.to_owned();
    beside.push(".part");
    let beside = path.with_file_name(beside);
    let cannot = || format!("cannot write {}", path.display());
    // Hashes of passwords are in it.
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
    let file = file.with_context(cannot)?;
    let synced = file.try_clone().with_context(cannot)?;
    let written = save(BufWriter::new(file)).and_then(|mut to| to.flush().with_context(cannot));
    let kept = written
        .and_then(|()| synced.sync_all().and_then(|()| std::fs::rename(&beside, path)).with_context(cannot));
    if let Err(error) = kept {
        // The error is what matters; a part that stays is written over next time.
        std::fs::remove_file(&beside).ok();
        return Err(error);
    }
    let size = synced.metadata().with_context(cannot)?.len();
    Ok(format!("{}: {:.1} MiB", path.display(), size as f64 / f64::from(1 << 20)))
}

fn save(
    loaded: &Loaded,
    about: About,
    attachments: &[Attachment],
    to: Box<dyn Write>,
) -> Result<Box<dyn Write>> {
    let bar = bar("saving", "{human_pos} of {human_len} rows");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (manifest, to): (Manifest, _) = runtime.block_on(async {
        let db = open(loaded, true).await?;
        let saved = backup::save(&db, &SCHEMAS, about, attachments, to, |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await;
        db.close().await;
        anyhow::Ok(saved?)
    })?;
    bar.finish_and_clear();
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    say(&format!("camtally: {rows} rows of {} tables", manifest.tables.len()));
    Ok(to)
}

/// The configured database. Saving needs one that is there.
pub(super) async fn open(loaded: &Loaded, must_exist: bool) -> Result<Database> {
    let url = loaded.store_url();
    if must_exist
        && let Some(path) = url.strip_prefix("sqlite:")
        && !Path::new(path.strip_prefix("//").unwrap_or(path)).exists()
    {
        bail!("there is no database {path}: is `data` right?");
    }
    // A large table is one statement.
    let settings =
        database::Settings { connections: 1, statement_timeout: Duration::ZERO, ..Default::default() };
    Ok(Database::open(&url, &settings).await?)
}

/// Shows how far it is, on a terminal.
pub(super) fn bar(what: &str, unit: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{what} {{wide_bar}} {unit} {{eta}}"));
    let bar = ProgressBar::new(0);
    bar.set_style(style.expect("the template is right"));
    bar
}
