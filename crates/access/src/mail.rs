//! Mail: who sends it, and how addresses are kept.

use std::future::Future;
use std::pin::Pin;

use email_address::{EmailAddress, Options};

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

/// A mail that was not sent; says why, without the mail's text.
#[derive(Debug, thiserror::Error)]
#[error("the mail could not be sent: {0}")]
pub struct MailError(pub String);

/// What a [`Mailer`] answers.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;

/// Sends mail.
pub trait Mailer: Send + Sync {
    /// Sends one, and returns when a server has taken it.
    fn send(&self, mail: Mail) -> Sending<'_>;
}

/// A mail address in the one way that it is kept; none if it is none.
pub(crate) fn normal_address(text: &str) -> Option<String> {
    // Letters of both cases reach the same box everywhere that matters, and must not make two accounts.
    let address = text.trim().to_lowercase();
    let plain = Options::default().without_display_text().without_domain_literal();
    EmailAddress::parse_with_options(&address, plain).is_ok().then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_way() {
        assert_eq!(normal_address(" Anna@Example.org "), Some("anna@example.org".to_owned()));
        for wrong in
            ["", "anna", "@example.org", "anna@", "a b@example.org", "Anna <anna@example.org>", "a@b\r\nc"]
        {
            assert_eq!(normal_address(wrong), None, "{wrong}");
        }
    }
}
