//! `camtally dead-letters`: what could not be taken in.

use anyhow::{Context as _, Result};
use audit::{Actor, ActorKind, Entry, Object};
use database::{Access, Database};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use transport::{DeadLetter, DeadLetters};

use crate::cli::{Chosen, DeadLettersCommand};
use crate::config::{self, Loaded};
use crate::table::table;
use crate::{Done, cli, put};

/// The most that are held at once.
const MOST: usize = 1_000;
/// How much of a reason is listed.
const LISTED: usize = 80;

pub(crate) fn run(args: &cli::DeadLetters) -> Result<Done> {
    let loaded = config::load(args.config.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let text = runtime.block_on(answer(&loaded, &args.command))?;
    put(&text)?;
    Ok(Done::Well)
}

async fn answer(loaded: &Loaded, command: &DeadLettersCommand) -> Result<String> {
    let broker =
        loaded.broker()?.context("there are no dead letters without a broker: `broker.url` is empty")?;
    let mut letters = DeadLetters::open(&broker, MOST).await?;
    let answer = match command {
        DeadLettersCommand::List => Ok(listed(letters.all())),
        DeadLettersCommand::Show { id } => letters.get(id).map(shown).map_err(Into::into),
        DeadLettersCommand::Replay(chosen) => change(loaded, &mut letters, chosen, true).await,
        DeadLettersCommand::Drop(chosen) => change(loaded, &mut letters, chosen, false).await,
    };
    letters.close().await;
    answer
}

fn listed<'a>(letters: impl Iterator<Item = &'a DeadLetter>) -> String {
    let rows: Vec<Vec<String>> = letters
        .map(|letter| {
            let since = letter.since.and_then(|since| since.format(&Rfc3339).ok());
            let reason = printable(&letter.reason).chars().take(LISTED).collect();
            let sender = letter.sender.as_deref().map_or(String::new(), printable);
            let bytes = letter.body.len().to_string();
            vec![letter.id.clone(), since.unwrap_or_default(), sender, printable(&letter.key), bytes, reason]
        })
        .collect();
    if rows.is_empty() {
        return "there are no dead letters\n".to_owned();
    }
    table(&["id", "since", "from", "key", "bytes", "reason"], &rows)
}

fn shown(letter: &DeadLetter) -> String {
    let body = String::from_utf8_lossy(&letter.body);
    let body: Vec<String> = body.lines().map(printable).collect();
    format!("{}: {}\n\n{}\n", letter.id, printable(&letter.reason), body.join("\n"))
}

/// Whatever came goes to a terminal.
fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] }).collect()
}

async fn change(loaded: &Loaded, letters: &mut DeadLetters, chosen: &Chosen, replay: bool) -> Result<String> {
    let mut ids = chosen.ids.clone();
    if chosen.all {
        ids = letters.all().map(|letter| letter.id.clone()).collect();
    }
    let settings = store::Settings { connections: 1, ..store::Settings::default() };
    let db = Database::open(&loaded.store_url(), &settings).await?;
    audit::migrate(&db).await?;
    let (action, done) =
        if replay { ("dead_letter.replay", "sent again") } else { ("dead_letter.drop", "thrown away") };
    let mut text = String::new();
    for id in &ids {
        let letter = letters.get(id)?;
        let about = json!({"reason": letter.reason, "key": letter.key, "bytes": letter.body.len()});
        // Noted first: what is gone cannot be described any more.
        note(&db, action, id, about).await?;
        if replay {
            letters.replay(id).await?;
        } else {
            letters.remove(id).await?;
        }
        text += &format!("{id} is {done}\n");
    }
    db.close().await;
    Ok(text)
}

async fn note(db: &Database, action: &'static str, id: &str, before: serde_json::Value) -> Result<()> {
    let mut tx = db.begin(Access::Add).await?;
    let actor = Actor { kind: ActorKind::Program, id: None, name: "camtally".to_owned(), from: None };
    let entry = Entry {
        time: OffsetDateTime::now_utc(),
        actor,
        action,
        object: Object::new("dead_letter", id),
        site: None,
        before: Some(before),
        after: None,
    };
    audit::append(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(())
}
