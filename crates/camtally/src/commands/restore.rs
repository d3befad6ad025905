//! `camtally restore`: a backup back, into an empty data folder or database.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use access::{KEY_FILE, Vault};
use anyhow::{Context as _, Result, bail};
use database::Database;
use journal::{Journal, Options};
use store::Store;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::backup::{KEY, RULE_VERSIONS, SCHEMAS, bar, loaded, open, passphrase};
use crate::cli::Restore;
use crate::config::Loaded;
use crate::{Done, put, say};

pub(crate) fn run(args: &Restore) -> Result<Done> {
    let loaded = loaded(&args.of)?;
    let passphrase = passphrase(&args.of)?;
    let progress = bar("checking", "{binary_bytes} of {binary_total_bytes}");
    progress.set_length(fs::metadata(&args.file).map_or(0, |file| file.len()));
    let backup = backup::Backup::open(&args.file, |read| progress.set_position(read))
        .with_context(|| args.file.display().to_string())?;
    progress.finish_and_clear();
    let vault = vault(&backup, passphrase.as_deref())?;
    let manifest = backup.manifest();
    put(&format!(
        "backup of {}, made by camtally {}\n",
        manifest.created.format(&Rfc3339)?,
        manifest.program
    ))?;

    let data = loaded.data();
    let journal = prepare(&loaded, args.replace)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let well = runtime.block_on(fill(&loaded, &backup))?;
    if let Some(vault) = &vault {
        vault.keep(&data)?;
    }
    if let Some(versions) = backup.attachment(RULE_VERSIONS)? {
        write(&data.join(RULE_VERSIONS), &versions)?;
    }
    drop(journal);
    match (&vault, data.join(KEY_FILE).exists()) {
        (None, false) if manifest.schemas.contains_key(access::SCHEMA.ledger) => say(&format!(
            "camtally: the backup has no key: put {KEY_FILE} into {} before the first start, or enter passwords of \
             cameras, one-time codes and secrets of channels anew",
            data.display()
        )),
        _ => {}
    }
    say(&format!("camtally: the model that was configured is `{}`", manifest.model.escape_debug()));
    Ok(if well { Done::Well } else { Done::Look })
}

/// The key, if the backup has it.
fn vault(backup: &backup::Backup, passphrase: Option<&str>) -> Result<Option<Vault>> {
    let Some(sealed) = backup.attachment(KEY)? else { return Ok(None) };
    let Some(passphrase) = passphrase else {
        bail!("the key in this backup is sealed: give its passphrase with --passphrase-file");
    };
    let vault = Vault::unseal_key(&sealed, passphrase);
    Ok(Some(vault.ok().context("the passphrase is not the one with which the key was sealed")?))
}

/// Makes the data folder empty, and holds its lock: no server starts on it meanwhile.
fn prepare(loaded: &Loaded, replace: bool) -> Result<Journal> {
    let data = loaded.data();
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    let journal = data.join("journal");
    let open = |journal: &Path| Ok::<_, anyhow::Error>(Journal::open(journal, Options::default())?.0);
    let mut there = entries(&data)?;
    if let Some(file) = sqlite_file(loaded).filter(|file| file.exists() && !there.contains(file)) {
        there.push(file);
    }
    if there.is_empty() {
        return open(&journal);
    }
    if !replace {
        bail!(
            "{} is there already: restore into an empty data folder, or say --replace to move what is there aside",
            there[0].display()
        );
    }
    // A server that runs has its lock.
    let before = if journal.exists() { Some(open(&journal)?) } else { None };
    let format = format_description!("before-restore-[year][month][day]T[hour][minute][second]Z");
    let aside = data.join(OffsetDateTime::now_utc().format(format)?);
    fs::create_dir(&aside).with_context(|| format!("cannot make {}", aside.display()))?;
    for path in there {
        let to = aside.join(path.file_name().context("a file without a name")?);
        fs::rename(&path, &to)
            .with_context(|| format!("cannot move {} to {}", path.display(), to.display()))?;
    }
    drop(before);
    say(&format!("camtally: what was there is in {}", aside.display()));
    open(&journal)
}

/// What is in the data folder, without what earlier restores have moved aside.
fn entries(data: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name != "lost+found" && !name.starts_with("before-restore-") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn sqlite_file(loaded: &Loaded) -> Option<PathBuf> {
    let url = loaded.store_url();
    let path = url.strip_prefix("sqlite:")?;
    Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}

/// Fills the database, and looks whether everything is right; says what it found.
async fn fill(loaded: &Loaded, backup: &backup::Backup) -> Result<bool> {
    let db = open(loaded, false).await?;
    let filled = fill_and_verify(&db, backup).await;
    db.close().await;
    if filled.is_err()
        && let Some(file) = sqlite_file(loaded)
    {
        // It was not there before. What cannot be deleted is told by the next try.
        for end in ["", "-wal", "-shm"] {
            fs::remove_file(format!("{}{end}", file.display())).ok();
        }
    }
    filled
}

async fn fill_and_verify(db: &Database, backup: &backup::Backup) -> Result<bool> {
    let progress = bar("restoring", "{human_pos} of {human_len} rows");
    progress.set_length(backup.manifest().tables.iter().map(|table| table.rows).sum());
    backup.restore(db, &SCHEMAS, |rows| progress.set_position(rows)).await?;
    progress.finish_and_clear();
    put(&format!("{} rows restored\n", progress.position()))?;

    let store = Store::on(db.clone()).await?;
    let (from, until) = (OffsetDateTime::UNIX_EPOCH, OffsetDateTime::now_utc() + time::Duration::DAY);
    let recount = store.recount(from, until, false).await?;
    put(&format!(
        "{} weeks recounted from the events, {} numbers differ\n",
        recount.weeks, recount.different
    ))?;
    let mut well = recount.different == 0;
    if backup.manifest().schemas.contains_key(audit::SCHEMA.ledger) {
        let log = audit::verify(db, None).await?;
        put(&format!(
            "{} entries of the audit log, {} faults, head {}\n",
            log.entries, log.faults, log.head
        ))?;
        well &= log.is_intact();
    }
    Ok(well)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = fs::File::create_new(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}
