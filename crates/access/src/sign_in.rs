//! Signing in with a password, and what stands in the way of those who guess.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use audit::Object;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Change;
use crate::device::Device;
use crate::limits::Limit;
use crate::password::Lane;
use crate::{Accounts, Caller, Error, Rate, Result, SessionSecrets, User, Visit};

/// The longest name or mail address that is looked at.
const NAME: usize = 254;

/// How often something may be tried. A sign-in that succeeds does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Signing in, from one address (IPv6: from one network of 64 bits).
    pub address: Rate,
    /// Signing in to one account, from one address.
    pub address_and_account: Rate,
    /// Signing in to one account from all addresses together, with browsers that are not known.
    pub account: Rate,
    /// Signing in with one known browser.
    pub device: Rate,
    /// Giving one's own password or code again.
    pub confirm: Rate,
    /// Using links and registration codes, from one address.
    pub open: Rate,
    /// Asking for a link by mail: from one address, and to one address.
    pub mail: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = |burst, every| Rate { burst, every: Duration::from_secs(every) };
        Self {
            address: rate(30, 10),
            address_and_account: rate(10, 60),
            account: rate(60, 10),
            device: rate(10, 60),
            confirm: rate(10, 60),
            open: rate(20, 30),
            mail: rate(3, 1200),
        }
    }
}

/// Lets tries in, before anything is done for them. Its memory is what [`Limit`] says, times nine.
pub(crate) struct Gate {
    address: Limit,
    address_and_account: Limit,
    account: Limit,
    device: Limit,
    confirm: Limit,
    open: Limit,
    mail: Limit,
    /// So that the log and the audit log do not grow with the tries.
    told: Limit,
    told_in_all: Limit,
}

/// A try that was let in.
enum Try {
    Known(Uuid),
    Stranger { network: Option<IpAddr>, name: String },
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            address: Limit::new(limits.address),
            address_and_account: Limit::new(limits.address_and_account),
            account: Limit::new(limits.account),
            device: Limit::new(limits.device),
            confirm: Limit::new(limits.confirm),
            open: Limit::new(limits.open),
            mail: Limit::new(limits.mail),
            told: Limit::new(Rate { burst: 1, every: Duration::from_secs(60) }),
            told_in_all: Limit::new(Rate { burst: 10, every: Duration::from_secs(6) }),
        }
    }

    /// A use of a link or code, by somebody who has not signed in.
    pub(crate) fn open(&self, visit: &Visit, now: OffsetDateTime) -> Result<()> {
        self.open.take(network(visit.from), now).map_err(Error::TooMany)
    }

    /// A mail that somebody asks for.
    pub(crate) fn mail(&self, to: &str, visit: &Visit, now: OffsetDateTime) -> Result<()> {
        self.mail.take(network(visit.from), now).map_err(Error::TooMany)?;
        self.mail.take(to.trim().to_lowercase(), now).map_err(Error::TooMany)
    }

    /// A signed-in user gives password or code again.
    pub(crate) fn confirm(&self, user: Uuid, now: OffsetDateTime) -> Result<()> {
        self.confirm.take(user, now).map_err(Error::TooMany)
    }

    /// They were right.
    pub(crate) fn confirmed(&self, user: Uuid, now: OffsetDateTime) {
        self.confirm.give_back(user, now);
    }

    /// The address first: what it has used up is taken from no account, so one attacker keeps nobody else out.
    fn enter(&self, attempt: &Try, now: OffsetDateTime) -> Result<(), Duration> {
        match attempt {
            Try::Known(device) => self.device.take(device, now),
            Try::Stranger { network, name } => {
                self.address.take(network, now)?;
                self.address_and_account.take((network, name), now)?;
                self.account.take(name, now)
            }
        }
    }

    fn forgive(&self, attempt: &Try, now: OffsetDateTime) {
        match attempt {
            Try::Known(device) => self.device.give_back(device, now),
            Try::Stranger { network, name } => {
                self.address.give_back(network, now);
                self.address_and_account.give_back((network, name), now);
                self.account.give_back(name, now);
            }
        }
    }

    /// Whether the log should hear of another refusal from this address.
    fn is_news(&self, from: Option<IpAddr>, now: OffsetDateTime) -> bool {
        self.told.take(network(from), now).is_ok() && self.told_in_all.take((), now).is_ok()
    }
}

/// What limits by address go by: whoever has an IPv6 address has all of its network of 64 bits.
fn network(from: Option<IpAddr>) -> Option<IpAddr> {
    from.map(|address| match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    })
}

/// Somebody who wants to sign in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// Their name or mail address.
    pub name: String,
    /// Their password.
    pub password: String,
    /// A code of their app, or a recovery code, where the account asks for one.
    pub code: Option<String>,
    /// The mark of a known browser, see [`SignedIn::device`].
    pub device: Option<String>,
}

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// Their session.
    pub session: SessionSecrets,
    /// The mark of a known browser, to be kept there for 180 days and shown at the next sign-in. It opens nothing.
    pub device: String,
}

impl Accounts {
    /// Signs in with a password.
    ///
    /// # Errors
    /// [`Error::SignIn`], whatever of it was wrong; [`Error::CodeNeeded`]; [`Error::TooMany`] and [`Error::Busy`]; or the
    /// database fails.
    pub async fn sign_in(&self, wish: SignIn, visit: &Visit) -> Result<SignedIn> {
        let now = self.now();
        let name = wish.name.trim().to_lowercase();
        if name.is_empty() || name.len() > NAME {
            return Err(Error::SignIn);
        }
        let device = wish.device.as_deref().and_then(|text| Device::read(text, &self.shared.vault, now));
        // Strangers do not even cause a query before they are let in.
        let found = if device.is_some() { self.find(&name).await? } else { None };
        let device = device
            .filter(|d| found.as_ref().is_some_and(|kept| kept.user.id == d.user && kept.epoch == d.epoch));
        let (attempt, lane) = match device {
            Some(device) => (Try::Known(device.id), Lane::Trusted),
            None => (Try::Stranger { network: network(visit.from), name: name.clone() }, Lane::Open),
        };
        if let Err(wait) = self.shared.gate.enter(&attempt, now) {
            self.tell(visit, &name).await;
            return Err(Error::TooMany(wait));
        }
        let kept = if device.is_some() { found } else { self.find(&name).await? };
        let kept = kept.filter(|kept| !kept.user.disabled);
        let password = kept.as_ref().and_then(|kept| kept.password.as_deref());
        let right = self.shared.hasher.verify(&wish.password, password, lane).await;
        if matches!(right, Err(Error::Busy)) {
            self.shared.gate.forgive(&attempt, now);
        }
        let (true, Some(kept)) = (right?, kept) else {
            return Err(self.failed(visit, &name));
        };
        let mut tx = self.begin().await?;
        if kept.totp_in_force {
            let Some(code) = &wish.code else {
                self.shared.gate.forgive(&attempt, now);
                return Err(Error::CodeNeeded);
            };
            if !self.use_code(&mut tx, &kept, code).await? {
                return Err(self.failed(visit, &name));
            }
        }
        self.shared.gate.forgive(&attempt, now);
        let how = if kept.totp_in_force { "password and code" } else { "password" };
        let session = self.begin_session(tx, &kept, visit, how).await?;
        let device = match device {
            Some(device) => Device { expires: (now + crate::device::LIFE).unix_timestamp(), ..device },
            None => Device::new(kept.user.id, kept.epoch, now)?,
        };
        Ok(SignedIn { user: kept.user, session, device: device.write(&self.shared.vault) })
    }

    fn failed(&self, visit: &Visit, name: &str) -> Error {
        // No more often than the limits let tries in.
        tracing::warn!(name, address = visit.from.map(tracing::field::display), "a sign-in failed");
        Error::SignIn
    }

    /// Tells of an address that tries too often: at most once a minute for each, and ten a minute in all.
    async fn tell(&self, visit: &Visit, name: &str) {
        if !self.shared.gate.is_news(visit.from, self.now()) {
            return;
        }
        tracing::warn!(
            name,
            address = visit.from.map(tracing::field::display),
            "sign-ins are refused: too many tries from this address or to this account"
        );
        let caller = Caller::nobody(visit.from);
        let change =
            Change::new(&caller, "sign_in.refuse", Object::new("account", name)).after(json!({"name": name}));
        let logged = match self.begin().await {
            Ok(tx) => self.log(tx, change).await,
            Err(error) => Err(error),
        };
        if let Err(error) = logged {
            tracing::error!(%error, "the refusal of sign-ins could not be logged");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_an_ipv6_network_are_one() {
        let of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
    }
}
