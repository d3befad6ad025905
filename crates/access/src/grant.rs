//! Roles as they are written: `viewer`, or `operator:main` for one site.

use std::fmt;
use std::str::FromStr;

use crate::{Rights, Role};

/// The longest id of a site.
const SITE: usize = 64;

/// A role, everywhere or at one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The site's id; everywhere if none.
    pub site: Option<String>,
}

/// A text that is no [`Grant`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no role: write viewer, operator or admin, and :SITE for one site only, such as operator:main"
)]
pub struct ParseGrantError(pub String);

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.site {
            Some(site) => write!(f, "{}:{site}", self.role.as_str()),
            None => f.write_str(self.role.as_str()),
        }
    }
}

impl FromStr for Grant {
    type Err = ParseGrantError;

    fn from_str(text: &str) -> Result<Self, ParseGrantError> {
        let wrong = || ParseGrantError(text.chars().take(100).collect());
        let (role, site) = match text.split_once(':') {
            Some((role, site)) => (role, Some(site)),
            None => (text, None),
        };
        let role = Role::ALL.into_iter().find(|known| known.as_str() == role).ok_or_else(wrong)?;
        let slug = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_');
        if let Some(site) = site
            && (site.is_empty() || site.len() > SITE || !site.bytes().all(slug))
        {
            return Err(wrong());
        }
        Ok(Self { role, site: site.map(str::to_owned) })
    }
}

impl Rights {
    /// The rights that grants give together.
    pub fn of<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> Self {
        let mut rights = Self::default();
        for grant in grants {
            match &grant.site {
                None => rights.everywhere = rights.everywhere.max(Some(grant.role)),
                Some(site) => {
                    let role = rights.sites.entry(site.clone()).or_insert(grant.role);
                    *role = grant.role.max(*role);
                }
            }
        }
        rights
    }

    /// As grants, the one for everywhere first.
    pub fn grants(&self) -> Vec<Grant> {
        let everywhere = self.everywhere.map(|role| Grant { role, site: None });
        let sites = self.sites.iter().map(|(site, &role)| Grant { role, site: Some(site.clone()) });
        everywhere.into_iter().chain(sites).collect()
    }

    /// What both allow: a token never allows more than its owner may do.
    #[must_use]
    pub fn both(&self, other: &Self) -> Self {
        let everywhere = self.everywhere.min(other.everywhere);
        let mut sites = std::collections::BTreeMap::new();
        for site in self.sites.keys().chain(other.sites.keys()) {
            if let Some(role) = self.at(site).min(other.at(site)) {
                sites.insert(site.clone(), role);
            }
        }
        Self { everywhere, sites }
    }
}

/// Grants as a column holds them, separated by spaces.
pub(crate) fn write(rights: &Rights) -> String {
    rights.grants().iter().map(Grant::to_string).collect::<Vec<_>>().join(" ")
}

pub(crate) fn read(column: &str) -> crate::Result<Rights> {
    let grants: Result<Vec<Grant>, _> = column.split_whitespace().map(str::parse).collect();
    match grants {
        Ok(grants) => Ok(Rights::of(&grants)),
        Err(error) => Err(crate::Error::Damaged(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rights(text: &str) -> Rights {
        read(text).unwrap()
    }

    #[test]
    fn a_token_never_reaches_further_than_its_owner() {
        let both = |a: &str, b: &str| write(&rights(a).both(&rights(b)));
        assert_eq!(both("admin", "viewer"), "viewer");
        assert_eq!(both("viewer operator:north", "admin"), "viewer operator:north");
        assert_eq!(
            both("viewer operator:north", "operator:north operator:south"),
            "operator:north viewer:south"
        );
        assert_eq!(both("operator:north", "admin:south"), "");
    }

    #[test]
    fn what_is_no_role_is_refused() {
        for text in ["", "root", "admin:", "admin:A", "admin:a b", "admin:a:b", "Admin"] {
            assert!(text.parse::<Grant>().is_err(), "{text}");
        }
    }

    fn any_rights() -> impl Strategy<Value = Rights> {
        let role = prop::sample::select(Role::ALL.to_vec());
        let sites = prop::collection::btree_map("[a-d]", role.clone(), 0..4);
        (prop::option::of(role), sites).prop_map(|(everywhere, sites)| Rights { everywhere, sites })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(given in any_rights()) {
            prop_assert_eq!(read(&write(&given)).unwrap(), given);
        }

        #[test]
        fn both_allows_exactly_what_each_allows(a in any_rights(), b in any_rights(), site in "[a-e]") {
            for role in Role::ALL {
                let both = a.both(&b).allow(role, &site);
                prop_assert_eq!(both, a.allow(role, &site) && b.allow(role, &site));
            }
        }
    }
}
