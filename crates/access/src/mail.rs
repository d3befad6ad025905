//! Sending mail.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Their address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// A mail that was not sent.
#[derive(Debug, thiserror::Error)]
#[error("the mail could not be sent: {reason}")]
pub struct MailError {
    /// Why; without the mail's text.
    pub reason: String,
    /// Whether it may be sent later.
    pub retryable: bool,
}

/// What a [`Mailer`] answers.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;

/// Sends mail.
pub trait Mailer: Send + Sync {
    /// Sends one, and returns when a server has taken it.
    fn send(&self, mail: Mail) -> Sending<'_>;
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmtpTls {
    /// Starts plain, and is refused unless it becomes TLS (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Implicit,
    /// None: only for a server on the same machine or a private network.
    Plain,
}

/// A mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port; 587, 465 or 25 by [`SmtpSettings::tls`] unless given.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// The account there, and its password.
    pub account: Option<(String, String)>,
    /// The sender, such as `camtally <camtally@example.org>`.
    pub from: String,
}

/// Sends mail through a server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// A sender that is no address, or a host that is no name.
    pub fn new(settings: &SmtpSettings) -> Result<Self, MailError> {
        let wrong = |reason: String| MailError { reason, retryable: false };
        let from = settings
            .from
            .parse()
            .map_err(|error| wrong(format!("the sender `{}` is no mail address: {error}", settings.from)))?;
        let parameters =
            || TlsParameters::new(settings.host.clone()).map_err(|error| wrong(error.to_string()));
        let (tls, port) = match settings.tls {
            SmtpTls::StartTls => (Tls::Required(parameters()?), 587),
            SmtpTls::Implicit => (Tls::Wrapper(parameters()?), 465),
            SmtpTls::Plain => (Tls::None, 25),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(Duration::from_secs(20)));
        if let Some((name, password)) = &settings.account {
            transport = transport.credentials(Credentials::new(name.clone(), password.clone()));
        }
        Ok(Self { transport: transport.build(), from })
    }
}

impl Mailer for Smtp {
    fn send(&self, mail: Mail) -> Sending<'_> {
        Box::pin(async move {
            let failed = |reason: String, retryable| MailError { reason, retryable };
            let to: Address = mail
                .to
                .parse()
                .map_err(|error: lettre::address::AddressError| failed(error.to_string(), false))?;
            let message = Message::builder()
                .from(self.from.clone())
                .to(Mailbox::new(None, to))
                .subject(mail.subject)
                .header(ContentType::TEXT_PLAIN)
                .body(mail.text)
                .map_err(|error| failed(error.to_string(), false))?;
            match self.transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) => Err(failed(error.to_string(), !error.is_permanent())),
            }
        })
    }
}

/// A mail address in the one way that it is kept; none if it is none.
pub(crate) fn normal_address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 254 {
        return None;
    }
    let address: Address = text.parse().ok()?;
    // Letters of both cases reach the same box everywhere that matters, and must not make two accounts.
    Some(address.to_string().to_lowercase())
}
