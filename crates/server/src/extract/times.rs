use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::problem::Problem;

/// A moment in RFC 3339.
pub(crate) fn moment(name: &str, text: &str) -> Result<OffsetDateTime, Problem> {
    // A plus sign that was not escaped arrives as a space.
    OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339)
        .map_err(|_| Problem::question(format!("`{name}` is no time: write it as 2026-11-23T08:00:00Z")))
}
