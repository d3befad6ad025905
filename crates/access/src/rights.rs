//! Roles, and what they give.

use std::collections::BTreeMap;
use std::net::IpAddr;

use uuid::Uuid;

/// What somebody may do; each may do what the ones before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees counts, states and alerts.
    Viewer,
    /// Changes cameras, lines, zones and alert rules, and sees pictures.
    Operator,
    /// Changes who may do what.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// Where somebody has which role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// At every site, and for what belongs to none.
    pub everywhere: Option<Role>,
    /// At single sites, by their ids.
    pub sites: BTreeMap<String, Role>,
}

impl Rights {
    /// All that there is to have.
    pub fn all() -> Self {
        Self { everywhere: Some(Role::Admin), sites: BTreeMap::new() }
    }

    /// The role at a site: the greater of the one everywhere and the one there.
    pub fn at(&self, site: &str) -> Option<Role> {
        self.everywhere.max(self.sites.get(site).copied())
    }

    /// Whether they reach to at least this role at a site.
    pub fn allow(&self, role: Role, site: &str) -> bool {
        self.at(site) >= Some(role)
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody who has signed in.
    User {
        /// Never changes.
        id: Uuid,
        /// For people.
        name: String,
    },
    /// A program with a token.
    Token {
        /// Never changes.
        id: Uuid,
        /// For people.
        name: String,
        /// The user who made it.
        owner: Uuid,
    },
    /// The program itself, or whoever may run its commands on its machine.
    Program,
    /// Nobody who has said who they are.
    Nobody,
}

/// Somebody who asks, what they may do, and where they ask from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub who: Who,
    /// What they may do.
    pub rights: Rights,
    /// Where from; unknown for commands on the machine itself.
    pub from: Option<IpAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_role_counts() {
        let sites =
            BTreeMap::from([("north".to_owned(), Role::Operator), ("south".to_owned(), Role::Viewer)]);
        let rights = Rights { everywhere: None, sites };
        assert!(rights.allow(Role::Viewer, "north") && rights.allow(Role::Operator, "north"));
        assert!(!rights.allow(Role::Admin, "north") && !rights.allow(Role::Operator, "south"));
        assert!(!rights.allow(Role::Viewer, "west"));

        let rights = Rights { everywhere: Some(Role::Operator), ..rights };
        assert_eq!(rights.at("south"), Some(Role::Operator));
        assert!(Rights::all().allow(Role::Admin, "anywhere"));
    }
}
