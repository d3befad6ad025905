/// What every call answers with when it cannot do its work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an outlet did not take events.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong between this program and the broker. No message holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is none.
    #[error(
        "the broker's address must be `amqp://USER:PASSWORD@HOST:PORT/VHOST`, or `amqps://…`; hosts of a cluster are \
         separated by commas: {0}"
    )]
    Address(&'static str),
    /// A file of certificates cannot be read.
    #[error("cannot read the certificates in {path}: {reason}")]
    Certificates {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// No node of the broker takes the connection.
    #[error("the broker at {node} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port.
        node: String,
        /// Why.
        reason: String,
    },
    /// The broker has ended the conversation, or refuses.
    #[error("the broker refuses or went away: {0}")]
    Broker(String),
    /// The broker did not answer in time.
    #[error("the broker has not answered within {seconds} s: is its disk or memory full?")]
    Late {
        /// How long it was waited for.
        seconds: u64,
    },
    /// A message was not taken over.
    #[error("the broker did not take a message for `{key}`: {reason}")]
    NotTaken {
        /// Its routing key.
        key: String,
        /// Why.
        reason: String,
    },
    /// There is no such dead letter.
    #[error("there is no dead letter `{0}`: `camtally dead-letters list` shows those that there are")]
    NoDeadLetter(String),
}

impl From<lapin::Error> for Error {
    fn from(error: lapin::Error) -> Self {
        Self::Broker(error.to_string())
    }
}
