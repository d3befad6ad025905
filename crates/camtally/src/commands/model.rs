//! `camtally model`: looks at detectors of the user's own.

use anyhow::{Result, bail};

use crate::cli::ModelCommand;
use crate::{Done, detector, put};

pub(crate) fn run(command: &ModelCommand) -> Result<Done> {
    let ModelCommand::Check { model } = command;
    let report = detector::check(model)?;
    put(&report.to_string())?;
    if !report.fits() {
        bail!("the model in {} cannot be used yet", model.display());
    }
    Ok(Done::Well)
}
