//! `camtally token`: tokens of programs, from the machine itself.

use access::{Accounts, Caller, Grant, NewToken, Rights};
use anyhow::Result;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::accounts;
use crate::cli::{Token, TokenCommand};
use crate::table::table;
use crate::{Done, config, put};

/// Tokens that are asked for at once.
const PAGE: u32 = 1000;

pub(crate) fn run(args: &Token) -> Result<Done> {
    let loaded = config::load(args.config.as_deref())?;
    let text = accounts::with(&loaded, async |accounts, _| {
        let caller = Caller::program();
        match &args.command {
            TokenCommand::Create { user, name, scope, days } => {
                let owner = accounts.user_named(&caller, user).await?;
                let expires = days.map(|days| OffsetDateTime::now_utc() + time::Duration::days(days.into()));
                let new = NewToken { name: name.clone(), scopes: Rights::of(scope), expires };
                let (_, secret) = accounts.create_token(&caller, owner.id, new).await?;
                Ok(format!("{}\n", secret.reveal()))
            }
            TokenCommand::List => list(accounts, &caller).await,
            TokenCommand::Revoke { id } => {
                accounts.revoke_token(&caller, *id).await?;
                Ok(format!("{id} is revoked\n"))
            }
        }
    })?;
    put(&text)?;
    Ok(Done::Well)
}

async fn list(accounts: &Accounts, caller: &Caller) -> Result<String> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let tokens = accounts.tokens(caller, None, after, PAGE).await?;
        let Some(last) = tokens.last() else { break };
        after = Some(last.id);
        for token in tokens {
            let owner = accounts.user(caller, token.owner).await?.name;
            let scopes: Vec<_> = token.scopes.grants().iter().map(Grant::to_string).collect();
            let time = |time: Option<OffsetDateTime>| time.map(|time| time.format(&Rfc3339)).transpose();
            let state = if token.revoked.is_some() { "revoked" } else { "" };
            let mut row = vec![
                token.id.to_string(),
                token.name,
                owner,
                scopes.join(","),
                token.prefix,
                state.to_owned(),
            ];
            row.push(time(token.expires)?.unwrap_or_else(|| "never".to_owned()));
            row.push(time(token.used)?.unwrap_or_else(|| "never".to_owned()));
            rows.push(row);
        }
    }
    Ok(table(&["id", "name", "user", "scopes", "begins with", "state", "expires", "used"], &rows))
}
