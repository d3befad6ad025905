//! Files that are cut off, changed, or made to do harm.

use std::io::{Read as _, Write as _};

use backup::{Backup, Error};
use database::Database;

use crate::place::{self, Place, SCHEMAS};

/// What a backup file holds once it is no longer compressed.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    zstd::Decoder::new(bytes).unwrap().read_to_end(&mut plain).unwrap();
    plain
}

async fn saved() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(&place::file(folder.path(), "store")).await;
    place.fill().await;
    let path = folder.path().join("backup");
    place.save(&path).await;
    std::fs::read(&path).unwrap()
}

#[tokio::test]
async fn a_file_that_was_cut_off_or_changed_anywhere_is_refused() {
    let whole = saved().await;
    backup::check(&whole[..]).unwrap();
    let step = (whole.len() / 300).max(1);
    for at in (0..whole.len()).step_by(step) {
        assert!(backup::check(&whole[..at]).is_err(), "cut at {at} of {}", whole.len());
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert!(backup::check(&changed[..]).is_err(), "changed at {at}");
    }
    // Without the sums of the compression, the manifest still tells of each change that matters.
    let plain = unpacked(&whole);
    let changed = String::from_utf8_lossy(&plain).into_owned().replacen("entrance", "entrancf", 1);
    let error = backup::check_archive(changed.as_bytes()).unwrap_err();
    assert!(matches!(error, Error::Damaged(_)), "{error}");
}

#[tokio::test]
async fn nothing_in_a_file_becomes_a_path_or_a_statement() {
    for name in
        ["../../etc/cron.d/evil", "/etc/passwd", "events/../../x", "users; DROP TABLE users/000000.jsonl"]
    {
        let bytes = hostile(&[(name, b"[1]\n".as_slice())], |_| ());
        // It is whole by its manifest, so it may be opened; but it goes nowhere.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup");
        std::fs::write(&path, bytes).unwrap();
        let Ok(backup) = Backup::open(&path, |_| ()) else { continue };
        let address = place::file(folder.path(), "store");
        let db = Database::open(&address, &database::Settings::default()).await.unwrap();
        let error = backup.restore(&db, &SCHEMAS, |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{name}: {error}");
        db.close().await;
        let left = std::fs::read_dir(folder.path()).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert!(
            left.iter().all(|name| name == "backup" || name.to_string_lossy().starts_with("store")),
            "{left:?}"
        );
    }
}

#[test]
fn links_huge_parts_and_unknown_versions_are_refused() {
    let newer = hostile(&[], |manifest| manifest["format"] = 2.into());
    assert!(matches!(backup::check(&newer[..]), Err(Error::Newer { .. })));

    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::GNULongName,
    ] {
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_path("secret.key.sealed").unwrap();
        header.set_cksum();
        archive.append(&header, std::io::empty()).unwrap();
        let error = backup::check_archive(&archive.into_inner().unwrap()[..]).unwrap_err();
        assert!(error.to_string().contains("no plain file"), "{kind:?}: {error}");
    }

    let mut header = tar::Header::new_ustar();
    header.set_size(backup::MAX_PART + 1);
    header.set_path("events/000000.jsonl").unwrap();
    header.set_cksum();
    let error = backup::check_archive(&header.as_bytes()[..]).unwrap_err();
    assert!(error.to_string().contains("larger"), "{error}");
}

#[tokio::test]
async fn a_restore_that_fails_keeps_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(&place::file(folder.path(), "first")).await;
    place.fill().await;
    let path = folder.path().join("backup");
    let backup = place.save(&path).await;
    // Between the check and the restore the file is exchanged for one that ends early.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let address = place::file(folder.path(), "second");
    let db = Database::open(&address, &database::Settings::default()).await.unwrap();
    assert!(backup.restore(&db, &SCHEMAS, |_| ()).await.is_err());
    let rows: Vec<(i64,)> = db.fetch("SELECT COUNT(*) FROM events", vec![]).await.unwrap();
    assert_eq!(rows[0].0, 0);
}

/// A file that is whole by its own manifest.
fn hostile(parts: &[(&str, &[u8])], change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    use sha2::Digest as _;
    let mut archive = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    let mut listed = Vec::new();
    let mut tables = Vec::new();
    for (name, bytes) in parts {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        // As `append_data` would refuse to.
        header.as_ustar_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, *bytes).unwrap();
        let sha256: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        listed.push(serde_json::json!({"name": name, "bytes": bytes.len(), "sha256": sha256}));
        let table = name.split_once('/').map_or(*name, |(table, _)| table);
        tables.push(serde_json::json!({"name": table, "rows": 1, "columns": [{"name": "a", "kind": "int"}]}));
    }
    let mut manifest = serde_json::json!({
        "format": 1, "program": "evil", "created": "2026-11-24T00:00:00Z", "database": "sqlite", "model": "",
        "schemas": {"access_schema": 1}, "tables": tables, "parts": listed,
    });
    change(&mut manifest);
    let text = manifest.to_string();
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    header.set_path("manifest.json").unwrap();
    header.set_cksum();
    archive.append(&header, text.as_bytes()).unwrap();
    let mut encoder = archive.into_inner().unwrap();
    encoder.flush().unwrap();
    encoder.finish().unwrap()
}
