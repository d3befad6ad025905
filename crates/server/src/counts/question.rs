//! What questions about numbers have in common.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use store::{Bucket, Filter, Span};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::App;
use crate::Site;
use crate::extract::{Caller, list};
use crate::problem::Problem;

/// The most buckets of one answer, over all groups.
pub(crate) const MAX_BUCKETS: usize = 50_000;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(crate) enum BucketName {
    #[serde(rename = "1m")]
    Minute,
    #[serde(rename = "5m")]
    FiveMinutes,
    #[serde(rename = "15m")]
    Quarter,
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "1d")]
    Day,
    #[serde(rename = "1w")]
    Week,
}

impl From<BucketName> for Bucket {
    fn from(name: BucketName) -> Self {
        match name {
            BucketName::Minute => Self::Minute,
            BucketName::FiveMinutes => Self::FiveMinutes,
            BucketName::Quarter => Self::Quarter,
            BucketName::Hour => Self::Hour,
            BucketName::Day => Self::Day,
            BucketName::Week => Self::Week,
        }
    }
}

/// A stretch of time.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub(super) struct Stretch {
    /// Its first moment.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// The first moment after it.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
}

impl From<Span> for Stretch {
    fn from(span: Span) -> Self {
        Self { from: span.from, until: span.until }
    }
}

/// Where an answer comes from: some cameras, and the clock of their sites.
pub(crate) struct Place {
    /// None when there is nothing to look at; an empty list is every camera.
    pub(crate) cameras: Option<Vec<String>>,
    /// The site whose clock is used.
    pub(crate) clock: Arc<Site>,
}

impl Place {
    /// The cameras of these sites and of these names, as far as the caller may see them.
    pub(crate) fn of(
        app: &App,
        caller: &Caller,
        sites: Option<&str>,
        cameras: Option<&str>,
    ) -> Result<Self, Problem> {
        let sites = list(sites);
        let named = list(cameras);
        let clock = app.sites.clock(app, caller, &sites, &named)?;
        Ok(Self { cameras: caller.cameras(app).narrow(app, &sites, named)?, clock })
    }

    /// A filter for these cameras; none when there is nothing to look at.
    pub(crate) fn filter(&self, other: Filter) -> Option<Filter> {
        Some(Filter { cameras: self.cameras.clone()?, ..other })
    }
}
