use std::fmt;
use std::time::Duration;

use ffmpeg_next as ffmpeg;

use crate::Error;
use crate::libav::LibavError;

/// Why a live source gives no pictures. Displayed as one line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outage {
    /// The source wants a user and password, or other ones (401).
    WrongPassword,
    /// The source knows the user, but does not give this stream to them (403).
    Forbidden,
    /// The source has no such stream (404), or there is no such device or file.
    NotFound,
    /// The source answered with an error of its own.
    Refused(String),
    /// No such host name, or the name server does not answer.
    UnknownHost,
    /// Nothing listens at the address, or there is no way to it; with what the system said.
    Unreachable(String),
    /// The source did not answer within the limit.
    ConnectTimeout(Duration),
    /// The source answered, but no whole picture came within the limit: perhaps no key frame.
    NoPicture(Duration),
    /// Pictures stopped coming.
    ReadTimeout(Duration),
    /// The source ended the stream.
    Closed,
    /// No encrypted connection came about: the certificate is not trusted, or the port is none for TLS.
    NotEncrypted,
    /// The source has no video; with what it has.
    NoVideo(String),
    /// The video is coded in a way that libav cannot decode.
    UnsupportedCodec(String),
    /// The pictures are too large, or have no size: columns and rows.
    PictureSize(i64, i64),
    /// What answers does not speak the protocol, or sends no video; with what libav said.
    NotAStream(String),
    /// libavdevice is not installed, which reads cameras on USB; with what the system said.
    NoDeviceSupport(String),
    /// Anything else, in the words of libav or the system.
    Failed(String),
}

impl Outage {
    /// A short word for machines, such as `wrong_password`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Refused(_) => "refused",
            Self::UnknownHost => "unknown_host",
            Self::Unreachable(_) => "unreachable",
            Self::ConnectTimeout(_) => "connect_timeout",
            Self::NoPicture(_) => "no_picture",
            Self::ReadTimeout(_) => "read_timeout",
            Self::Closed => "closed",
            Self::NotEncrypted => "not_encrypted",
            Self::NoVideo(_) => "no_video",
            Self::UnsupportedCodec(_) => "unsupported_codec",
            Self::PictureSize(..) => "picture_size",
            Self::NotAStream(_) => "not_a_stream",
            Self::NoDeviceSupport(_) => "no_device_support",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether somebody has to change something before it can work. The reader tries on all the same, for
    /// cameras are mended without a word to us.
    pub fn needs_operator(&self) -> bool {
        match self {
            Self::WrongPassword
            | Self::Forbidden
            | Self::NotFound
            | Self::UnknownHost
            | Self::NotEncrypted
            | Self::NoVideo(_)
            | Self::UnsupportedCodec(_)
            | Self::PictureSize(..)
            | Self::NotAStream(_)
            | Self::NoDeviceSupport(_) => true,
            Self::Refused(_)
            | Self::Unreachable(_)
            | Self::ConnectTimeout(_)
            | Self::NoPicture(_)
            | Self::ReadTimeout(_)
            | Self::Closed
            | Self::Failed(_) => false,
        }
    }

    /// The reason for what libav said when connecting; `limit` is how long it had.
    pub(crate) fn connecting(error: LibavError, limit: Duration) -> Self {
        match error.0 {
            ffmpeg::Error::Exit | ffmpeg::Error::Other { errno: ffmpeg::error::ETIMEDOUT } => {
                Self::ConnectTimeout(limit)
            }
            _ => Self::from_libav(error),
        }
    }

    /// The reason for what libav said when reading; `limit` is how long no picture came.
    pub(crate) fn reading(error: LibavError, limit: Duration) -> Self {
        use ffmpeg::error::{ECONNRESET, EPIPE, ETIMEDOUT};
        match error.0 {
            ffmpeg::Error::Exit | ffmpeg::Error::Other { errno: ETIMEDOUT } => Self::ReadTimeout(limit),
            ffmpeg::Error::Other { errno: ECONNRESET | EPIPE } => Self::Closed,
            _ => Self::from_libav(error),
        }
    }

    fn from_libav(error: LibavError) -> Self {
        use ffmpeg::error::{ECONNREFUSED, EHOSTUNREACH, EIO, ENETUNREACH, ENODEV, ENOENT, EPROTONOSUPPORT};
        match error.0 {
            ffmpeg::Error::HttpUnauthorized => Self::WrongPassword,
            ffmpeg::Error::HttpForbidden => Self::Forbidden,
            ffmpeg::Error::HttpNotFound => Self::NotFound,
            ffmpeg::Error::HttpBadRequest
            | ffmpeg::Error::HttpOther4xx
            | ffmpeg::Error::HttpServerError
            | ffmpeg::Error::Other { errno: EPROTONOSUPPORT } => Self::Refused(error.to_string()),
            ffmpeg::Error::Other { errno: ECONNREFUSED | EHOSTUNREACH | ENETUNREACH } => {
                Self::Unreachable(error.to_string())
            }
            ffmpeg::Error::Other { errno: ENOENT | ENODEV } => Self::NotFound,
            ffmpeg::Error::Eof => Self::Closed,
            ffmpeg::Error::Other { errno: EIO } => Self::Closed,
            ffmpeg::Error::InvalidData
            | ffmpeg::Error::ProtocolNotFound
            | ffmpeg::Error::DemuxerNotFound
            | ffmpeg::Error::Other { errno: ffmpeg::error::EINVAL } => Self::NotAStream(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }

    /// The reason for what was found in the stream.
    pub(crate) fn from_error(error: Error) -> Self {
        match error {
            Error::NoVideoStream { found, .. } => Self::NoVideo(found),
            Error::Codec { codec, .. } => Self::UnsupportedCodec(codec),
            Error::PictureSize { width, height, .. } => Self::PictureSize(width, height),
            Error::NotVideo { reason, .. } => Self::NotAStream(reason),
            Error::Missing { .. } => Self::NotFound,
            other => Self::Failed(other.to_string()),
        }
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPassword => {
                f.write_str("user or password is wrong (401): correct them; too many tries lock some cameras")
            }
            Self::Forbidden => {
                f.write_str("the user may not see this stream (403): allow it in the camera's settings")
            }
            Self::NotFound => f.write_str("there is no such stream (404) or device: check the address"),
            Self::Refused(what) => {
                write!(
                    f,
                    "the camera refused ({what}): try another transport, or see how many viewers it allows"
                )
            }
            Self::UnknownHost => {
                f.write_str("the host name is not known: check the address and this machine's name server")
            }
            Self::Unreachable(what) => {
                write!(f, "it cannot be reached ({what}): check that it has power, its address and port")
            }
            Self::ConnectTimeout(limit) => {
                write!(f, "it did not answer within {limit:?}: check the network, the port and the firewall")
            }
            Self::NoPicture(limit) => write!(
                f,
                "it answers, but no whole picture came within {limit:?}: set a key frame every two seconds, and check \
                 that the network is fast enough"
            ),
            Self::ReadTimeout(limit) => {
                write!(f, "no picture for {limit:?}: check the camera and the network")
            }
            Self::Closed => f.write_str("it ended the stream: it restarts perhaps, or has too many viewers"),
            Self::NotEncrypted => f.write_str(
                "no encrypted connection came about: install the camera's certificate on this machine, or set \
                 `verify_tls = false` for this camera",
            ),
            Self::NoVideo(found) => {
                write!(f, "it has no video (only {found}): name the path of a video stream")
            }
            Self::UnsupportedCodec(codec) => {
                write!(f, "it sends `{codec}`, which cannot be decoded: set the camera to H.264")
            }
            Self::PictureSize(width, height) => {
                write!(
                    f,
                    "its pictures of {width}x{height} pixels cannot be read: set a usual size, such as 1280x720"
                )
            }
            Self::NotAStream(what) => {
                write!(
                    f,
                    "what answers is no video stream ({what}): check protocol, port and path of the address"
                )
            }
            Self::NoDeviceSupport(what) => {
                write!(
                    f,
                    "cameras on USB need libavdevice ({what}): install it, on Debian 12 with `apt install libavdevice59`"
                )
            }
            Self::Failed(what) => write!(f, "it failed ({what})"),
        }
    }
}
