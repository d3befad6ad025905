//! Who may do what: users and their roles, sign-in, sessions, tokens of programs, and the vault of kept secrets.
//!
//! [`Accounts`] does everything that touches the database. It is called by the server for people and machines, and by the
//! program's commands. Every change is one transaction with its entry in the `audit` log. Secrets that are handed out
//! (sessions, tokens, links, codes) are [`Secret`]s of 256 random bits, of which only the hash is kept.
//!
//! Sign-in is built so that an attacker gains nothing and takes nothing away. Passwords are hashed with Argon2id, a
//! few at a time. Tries are limited before anything is hashed: by address, by address and account, and by account. A
//! browser that has signed in before carries a mark of that, and has limits of its own that no other can use up.
//! Whether an account exists is told by neither answer nor time. See `docs/src/reference/sign-in.md`.

mod accounts;
mod authenticate;
mod device;
mod error;
mod grant;
mod limits;
mod links;
mod mail;
mod oidc;
mod password;
mod registration;
mod rights;
mod secret;
mod sessions;
mod sign_in;
mod tokens;
mod totp;
mod users;
mod vault;

pub use accounts::{Accounts, Now, SCHEMA, Settings, Visit};
pub use authenticate::Known;
pub use error::{Error, Result};
pub use grant::{Grant, ParseGrantError};
pub use limits::Rate;
pub use mail::{Mail, MailError, Mailer, Sending};
pub use oidc::{HttpClient, OidcSettings, OidcStart};
pub use password::{Hashing, check_password};
pub use registration::{NewRegistrationCode, RegistrationCode, SignUp};
pub use rights::{Caller, Rights, Role, Who};
pub use secret::{Kind, Secret};
pub use sessions::{Session, SessionSecrets};
pub use sign_in::{Limits, SignIn, SignedIn};
pub use tokens::{NewToken, Token};
pub use totp::TotpKey;
pub use users::{NewUser, User, UserChange};
pub use vault::{KEY_FILE, Vault, VaultError};
