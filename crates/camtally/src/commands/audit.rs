//! `camtally audit`: whether the audit log is as the program wrote it.

use anyhow::Result;

use super::accounts;
use crate::cli::{Audit, AuditCommand};
use crate::{Done, config, put, say};

pub(crate) fn run(args: &Audit) -> Result<Done> {
    let loaded = config::load(args.config.as_deref())?;
    let AuditCommand::Verify { head } = &args.command;
    let found = accounts::with(&loaded, async |_, db| Ok(audit::verify(db, *head).await?))?;
    put(&format!("{} entries, head {}\n", found.entries, found.head))?;
    for fault in &found.first_faults {
        say(&format!("camtally: {fault}"));
    }
    let told = found.first_faults.len() as u64;
    if found.faults > told {
        say(&format!("camtally: and {} more faults", found.faults - told));
    }
    Ok(if found.is_intact() { Done::Well } else { Done::Look })
}
