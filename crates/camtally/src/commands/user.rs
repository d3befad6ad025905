//! `camtally user`: users, from the machine itself.

use access::{Accounts, Caller, Grant, NewUser, Rights, UserChange};
use anyhow::Result;
use time::format_description::well_known::Rfc3339;

use super::accounts;
use crate::cli::{User, UserCommand};
use crate::table::table;
use crate::{Done, config, put};

/// Users that are asked for at once.
const PAGE: u32 = 1000;

pub(crate) fn run(args: &User) -> Result<Done> {
    let loaded = config::load(args.config.as_deref())?;
    let text = accounts::with(&loaded, async |accounts, _| {
        let caller = Caller::program();
        match &args.command {
            UserCommand::Add { name, email, role } => {
                let new = NewUser { name: name.clone(), email: email.clone(), rights: Rights::of(role) };
                let (user, link) = accounts.create_user(&caller, new).await?;
                Ok(format!(
                    "{} chooses a password, once, within three days:\n{}\n",
                    user.name,
                    reset(accounts, &link)
                ))
            }
            UserCommand::List => list(accounts, &caller).await,
            UserCommand::Disable { name } => set_disabled(accounts, &caller, name, true).await,
            UserCommand::Enable { name } => set_disabled(accounts, &caller, name, false).await,
            UserCommand::ResetPassword { name } => {
                let user = accounts.user_named(&caller, name).await?;
                let link = accounts.reset_link(&caller, user.id).await?;
                Ok(format!(
                    "{} chooses a new password, once, within a day:\n{}\n",
                    user.name,
                    reset(accounts, &link)
                ))
            }
        }
    })?;
    put(&text)?;
    Ok(Done::Well)
}

fn reset(accounts: &Accounts, link: &access::Secret) -> String {
    format!("{}/reset#{}", accounts.settings().address, link.reveal())
}

async fn set_disabled(accounts: &Accounts, caller: &Caller, name: &str, disabled: bool) -> Result<String> {
    let user = accounts.user_named(caller, name).await?;
    let change = UserChange { disabled: Some(disabled), ..UserChange::default() };
    let user = accounts.update_user(caller, user.id, None, change).await?;
    Ok(format!("{} may {}sign in\n", user.name, if disabled { "no longer " } else { "" }))
}

async fn list(accounts: &Accounts, caller: &Caller) -> Result<String> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let users = accounts.users(caller, &after, PAGE).await?;
        let Some(last) = users.last() else { break };
        after.clone_from(&last.name);
        for user in users {
            let roles: Vec<_> = user.rights.grants().iter().map(Grant::to_string).collect();
            let signed_in = user.signed_in.map(|time| time.format(&Rfc3339)).transpose()?;
            rows.push(vec![
                user.name,
                roles.join(","),
                user.email.unwrap_or_default(),
                if user.disabled { "disabled" } else { "" }.to_owned(),
                signed_in.unwrap_or_else(|| "never".to_owned()),
            ]);
        }
    }
    Ok(table(&["user", "roles", "email", "state", "signed in"], &rows))
}
