//! Sends e-mail by SMTP.
//!
//! The mail server is named by whoever runs the program, in its configuration, and is often on the machine itself; so
//! it is not subject to the policy for addresses that people enter. Only whom to write to comes from them.

use std::fmt;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

/// How long the server may take for one command.
const LIMIT: Duration = Duration::from_secs(20);

/// How the connection to the server is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte; port 465 unless told otherwise.
    #[default]
    Tls,
    /// TLS after STARTTLS, and nothing without it; port 587 unless told otherwise.
    StartTls,
    /// None: for a server on the same machine; port 25 unless told otherwise.
    None,
}

/// The mail server, and in whose name it is asked.
#[derive(Clone)]
pub struct Settings {
    /// Its name or address.
    pub host: String,
    /// Its port; the usual one of `security` when none is given.
    pub port: Option<u16>,
    /// How the connection is secured.
    pub security: Security,
    /// Name and password, for a server that asks for them.
    pub credentials: Option<(String, String)>,
    /// The sender, `camtally <counts@example.org>`.
    pub from: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, security, credentials: _, from } = self;
        let mut shown = f.debug_struct("Settings");
        shown.field("host", host).field("port", port).field("security", security).field("from", from);
        shown.finish_non_exhaustive()
    }
}

/// A text to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whom it is for: addresses, `ops@example.org` or `Ops <ops@example.org>`.
    pub to: Vec<String>,
    /// The subject, one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// What is the same whenever the same message is sent again; becomes its Message-ID.
    pub id: String,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address is none.
    #[error("`{address}` is no e-mail address: {reason}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody was named.
    #[error("an e-mail needs somebody to whom it is sent")]
    Nobody,
    /// The message cannot be written.
    #[error("the e-mail cannot be written: {0}")]
    Message(String),
    /// The connection cannot be secured.
    #[error("the connection to the mail server cannot be secured: {0}")]
    Security(String),
    /// The server cannot be reached, or asks to come back later.
    #[error("the mail server does not take it now: {0}")]
    Later(String),
    /// The server refuses.
    #[error("the mail server refuses it: {0}")]
    Refused(String),
}

impl Error {
    /// Whether the same message may be taken later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Later(_))
    }
}

/// Sends messages; each over a connection of its own.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// A mailer for this server. Nothing is sent yet.
    ///
    /// # Errors
    /// A sender that is no address, or a host for which no certificate can be checked.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let secured = || {
            TlsParameters::new_rustls(settings.host.clone())
                .map_err(|error| Error::Security(error.to_string()))
        };
        let (tls, port) = match settings.security {
            Security::Tls => (Tls::Wrapper(secured()?), 465),
            Security::StartTls => (Tls::Required(secured()?), 587),
            Security::None => (Tls::None, 25),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(LIMIT));
        if let Some((user, password)) = settings.credentials.clone() {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build(), from: mailbox(&settings.from)? })
    }

    /// Connects, signs in, and ends: nothing is sent.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses who asks.
    pub async fn check(&self) -> Result<(), Error> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Later("it answers, and is not ready".to_owned())),
            Err(error) if error.is_permanent() => Err(Error::Refused(said(&error))),
            Err(error) => Err(Error::Later(said(&error))),
        }
    }

    /// Sends a message, and returns when the server has taken it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(&self, message: &Message) -> Result<(), Error> {
        if message.to.is_empty() {
            return Err(Error::Nobody);
        }
        let domain = self.from.email.domain();
        let mut built = lettre::Message::builder()
            .from(self.from.clone())
            .subject(message.subject.replace(['\r', '\n'], " "))
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .header(ContentType::TEXT_PLAIN);
        for address in &message.to {
            built = built.to(mailbox(address)?);
        }
        let built = built.body(message.text.clone()).map_err(|error| Error::Message(error.to_string()))?;
        match self.transport.send(built).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Error::Refused(said(&error))),
            Err(error) => Err(Error::Later(said(&error))),
        }
    }
}

/// Checks an address as people enter it.
///
/// # Errors
/// [`Error::Address`].
pub fn check_address(address: &str) -> Result<(), Error> {
    mailbox(address).map(drop)
}

fn mailbox(address: &str) -> Result<Mailbox, Error> {
    address.parse().map_err(|error: lettre::address::AddressError| Error::Address {
        address: address.to_owned(),
        reason: error.to_string(),
    })
}

/// The error with its causes, which lettre leaves out of its message.
fn said(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
