use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::redaction;

/// The longest address, in bytes.
const MAX_ADDRESS: usize = 2_048;
/// libav keeps user and password in a field of 128 bytes, coded as in an address.
const MAX_CREDENTIALS: usize = 120;

/// Where live pictures come from: the address of a camera, with its secrets.
///
/// | address | what it is |
/// | --- | --- |
/// | `rtsp://HOST/PATH` | a camera by RTSP |
/// | `rtsps://HOST/PATH` | the same inside TLS |
/// | `http://HOST/PATH`, `https://…` | HLS, MJPEG (`multipart/x-mixed-replace`) or MPEG-TS |
/// | `/dev/video0` | a camera on USB, or what else Video4Linux knows |
/// | `replay:PATH` | a video file in real time, once |
/// | `loop:PATH` | a video file in real time, again and again |
///
/// User and password may stand in the address (`rtsp://user:password@host/…`) or be given apart, by
/// [`with_credentials`](Self::with_credentials). Neither `Display` nor `Debug` shows them, nor the query behind
/// a `?`, where some makers put them, nor what stands behind a `=` in the path, where others do.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveSource {
    kind: Kind,
}

/// What kind of source it is. No `Debug`: an address holds secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// A camera by RTSP.
    Rtsp(NetworkAddress),
    /// HLS, MJPEG or MPEG-TS by HTTP.
    Http(NetworkAddress),
    /// A camera that Video4Linux knows.
    Device(PathBuf),
    /// A video file in real time.
    Replay {
        /// The file.
        path: PathBuf,
        /// Whether it begins anew at its end.
        again: bool,
    },
}

/// An address of the network in its parts.
#[derive(Clone, PartialEq, Eq)]
pub struct NetworkAddress {
    scheme: &'static str,
    /// User and password as they stand in an address.
    credentials: Option<String>,
    host: String,
    port: Option<u16>,
    /// Path and query.
    path: String,
}

/// Why a text is no address of a live source. The message shows no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no address of a camera: {reason}")]
pub struct BadAddress {
    /// What may be shown of the address.
    pub name: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// User and password as a person would type them: nothing is escaped. No `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// The password; none when the address named only a user.
    pub password: Option<String>,
}

impl LiveSource {
    /// Reads an address. Nothing is opened or looked up.
    ///
    /// # Errors
    /// When it is no address of a live source; the message does not show secrets.
    pub fn parse(address: &str) -> Result<Self, BadAddress> {
        let wrong = |reason: &'static str| BadAddress { name: redaction::address(address), reason };
        if address.len() > MAX_ADDRESS {
            return Err(wrong("it is longer than 2048 bytes"));
        }
        if address.chars().any(char::is_control) {
            return Err(wrong("it holds a control character"));
        }
        for (prefix, again) in [("replay:", false), ("loop:", true)] {
            if let Some(path) = address.strip_prefix(prefix).filter(|path| !path.is_empty()) {
                return Ok(Self { kind: Kind::Replay { path: path.into(), again } });
            }
        }
        if let Some(number) = address.strip_prefix("/dev/video") {
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong("a device is named /dev/video and a number"));
            }
            return Ok(Self { kind: Kind::Device(address.into()) });
        }
        let Some((scheme, rest)) = address.split_once("://") else {
            return Err(wrong(
                "it is none of rtsp://, rtsps://, http://, https://, /dev/videoN, replay:FILE, loop:FILE",
            ));
        };
        let network = |scheme| NetworkAddress::parse(scheme, rest).map_err(wrong);
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "rtsp" => Kind::Rtsp(network("rtsp")?),
            "rtsps" => Kind::Rtsp(network("rtsps")?),
            "http" => Kind::Http(network("http")?),
            "https" => Kind::Http(network("https")?),
            _ => return Err(wrong("its protocol is none of rtsp, rtsps, http and https")),
        };
        Ok(Self { kind })
    }

    /// The same source with this user and password, in place of any in the address. Both are taken as they
    /// are: nothing needs to be escaped.
    ///
    /// # Errors
    /// When the source has no sign-in, the user holds a `:`, or both together are too long for libav.
    pub fn with_credentials(mut self, user: &str, password: &str) -> Result<Self, BadAddress> {
        let name = self.to_string();
        let wrong = |reason| BadAddress { name, reason };
        if user.contains(':') {
            return Err(wrong("a user name cannot hold a colon"));
        }
        let credentials = format!("{}:{}", escape(user), escape(password));
        if credentials.len() > MAX_CREDENTIALS {
            return Err(wrong(
                "user and password are too long: 120 bytes together, and most special characters count three",
            ));
        }
        match &mut self.kind {
            Kind::Rtsp(address) | Kind::Http(address) => address.credentials = Some(credentials),
            Kind::Device(_) | Kind::Replay { .. } => return Err(wrong("it has no user and password")),
        }
        Ok(self)
    }

    /// What kind it is, with everything that is needed to open it.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The same source without user and password, and these apart, if the address held any.
    pub fn without_credentials(mut self) -> (Self, Option<Credentials>) {
        let credentials = match &mut self.kind {
            Kind::Rtsp(address) | Kind::Http(address) => address.credentials.take(),
            Kind::Device(_) | Kind::Replay { .. } => None,
        };
        let credentials = credentials.map(|text| match text.split_once(':') {
            Some((user, password)) => {
                Credentials { user: unescape(user), password: Some(unescape(password)) }
            }
            None => Credentials { user: unescape(&text), password: None },
        });
        (self, credentials)
    }

    /// The whole address, secrets included: for the one who connects, and for whoever seals it.
    pub fn expose(&self) -> String {
        match &self.kind {
            Kind::Rtsp(address) | Kind::Http(address) => address.url(),
            Kind::Device(path) => path.display().to_string(),
            Kind::Replay { path, again: false } => format!("replay:{}", path.display()),
            Kind::Replay { path, again: true } => format!("loop:{}", path.display()),
        }
    }
}

impl NetworkAddress {
    fn parse(scheme: &'static str, rest: &str) -> Result<Self, &'static str> {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if path.contains('@') {
            return Err(
                "it holds an @ behind a /, ? or #: in a password write %2F, %3F or %23 for these, and %40 for @",
            );
        }
        // A password may hold an `@` that nobody escaped: the host begins behind the last one.
        let (credentials, host_and_port) = match authority.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials), host),
            None => (None, authority),
        };
        let credentials = credentials.map(|text| text.replace('@', "%40").replace(' ', "%20"));
        if credentials.as_ref().is_some_and(|text| text.len() > MAX_CREDENTIALS) {
            return Err("user and password are longer than 120 bytes");
        }
        let (host, port) = split_port(host_and_port)?;
        let is_known = |c: char| c.is_ascii_alphanumeric() || "-._:[]%".contains(c);
        if host.is_empty() || !host.chars().all(is_known) {
            return Err(
                "its host is missing or misspelt; write // before the host, and %2F for a / in a password",
            );
        }
        let path = path.split('#').next().unwrap_or_default().replace(' ', "%20");
        Ok(Self { scheme, credentials, host: host.to_owned(), port, path })
    }

    /// `rtsp`, `rtsps`, `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The name or number of the host; an IPv6 number stands in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is asked for inside TLS.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.scheme, "rtsps" | "https")
    }

    /// The whole address, secrets included, for the one who connects.
    pub fn url(&self) -> String {
        let credentials = self.credentials.as_ref().map(|text| format!("{text}@")).unwrap_or_default();
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{credentials}{}{port}{}", self.scheme, self.host, self.path)
    }

    /// The same with a number in the place of the host, for the one who has looked its name up.
    #[must_use]
    pub fn at(&self, address: IpAddr) -> Self {
        let host = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        Self { host, ..self.clone() }
    }

    /// Whether the address names its port.
    pub fn has_port(&self) -> bool {
        self.port.is_some()
    }

    /// The port, or the one that the protocol has by default.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(match self.scheme {
            "rtsp" => 554,
            "rtsps" => 322,
            "https" => 443,
            _ => 80,
        })
    }
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, port) = match text.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let port =
        port.map(|port| port.parse().map_err(|_| "its port is no number from 1 to 65535")).transpose()?;
    if port == Some(0) {
        return Err("its port is no number from 1 to 65535");
    }
    Ok((host, port))
}

/// `text` as user or password in an address (RFC 3986, section 2.1).
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// The opposite of [`escape`]; what is no escape stays as it is, and what is no UTF-8 is replaced.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|hex| bytes[at] == b'%' && hex.is_ascii());
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        plain.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

impl fmt::Display for LiveSource {
    /// The address without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |f: &mut fmt::Formatter<'_>, prefix: &str, path: &Path| write!(f, "{prefix}{}", path.display());
        match &self.kind {
            Kind::Rtsp(address) | Kind::Http(address) => {
                let port = address.port.map(|port| format!(":{port}")).unwrap_or_default();
                let path = redaction::path(&address.path);
                write!(f, "{}://{}{port}{path}", address.scheme, address.host)
            }
            Kind::Device(path) => named(f, "", path),
            Kind::Replay { path, again: false } => named(f, "replay:", path),
            Kind::Replay { path, again: true } => named(f, "loop:", path),
        }
    }
}

impl fmt::Debug for LiveSource {
    /// As `Display`: no secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LiveSource({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(source: &LiveSource) -> String {
        match source.kind() {
            Kind::Rtsp(address) | Kind::Http(address) => address.url(),
            _ => panic!("no network address"),
        }
    }

    #[test]
    fn a_host_that_was_looked_up_is_replaced_by_its_number() {
        let source = LiveSource::parse("rtsp://joe:s3cret@cam.example:8554/1?a=b").unwrap();
        let Kind::Rtsp(address) = source.kind() else { panic!("no network address") };
        assert_eq!(address.at([10, 0, 0, 9].into()).url(), "rtsp://joe:s3cret@10.0.0.9:8554/1?a=b");
        let six = address.at("fd00::9".parse().unwrap());
        assert_eq!(
            (six.url().as_str(), six.port_or_default()),
            ("rtsp://joe:s3cret@[fd00::9]:8554/1?a=b", 8554)
        );
    }

    #[test]
    fn secrets_go_to_libav_and_nowhere_else() {
        for address in [
            "rtsp://admin:s3cret@10.0.0.9:8554/ch1?token=s3cret",
            "rtsp://10.0.0.9:8554/user=admin&password=s3cret&channel=1",
            "https://s3cret@cam.example/live?key=s3cret#s3cret",
            "rtsp://admin:p@ss/s3cret@10.0.0.9/ch1",
            "ftp://admin:s3cret@10.0.0.9/",
            "rtsp://admin:s3cret@10.0.0.9:port/",
        ] {
            let shown = match LiveSource::parse(address) {
                Ok(source) => format!("{source} {source:?} {source:#?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        let source = LiveSource::parse("rtsp://admin:s3cret@10.0.0.9:8554/ch1?token=abc").unwrap();
        assert_eq!(source.to_string(), "rtsp://10.0.0.9:8554/ch1");
        assert_eq!(url(&source), "rtsp://admin:s3cret@10.0.0.9:8554/ch1?token=abc");
    }

    #[test]
    fn credentials_given_apart_may_hold_anything() {
        let source = LiveSource::parse("rtsp://old:gone@[fe80::1]:554/a").unwrap();
        let source = source.with_credentials("jan", "a:b@c/d?e %ü").unwrap();
        assert_eq!(url(&source), "rtsp://jan:a%3Ab%40c%2Fd%3Fe%20%25%C3%BC@[fe80::1]:554/a");
        assert_eq!(source.to_string(), "rtsp://[fe80::1]:554/a");
        let pasted = LiveSource::parse("rtsp://admin:p@ss@cam/1").unwrap();
        assert_eq!(url(&pasted), "rtsp://admin:p%40ss@cam/1");
    }

    #[test]
    fn what_was_pasted_into_an_address_is_taken_out_of_it() {
        let taken = |address: &str| LiveSource::parse(address).unwrap().without_credentials();
        let (source, credentials) = taken("rtsp://admin:p%40ss%2f:%@cam:8554/ch1?x=1");
        assert_eq!(source.expose(), "rtsp://cam:8554/ch1?x=1");
        assert!(credentials.is_some_and(|c| c.user == "admin" && c.password.as_deref() == Some("p@ss/:%")));
        let (_, credentials) = taken("http://viewer@cam/");
        assert!(credentials.is_some_and(|c| c.user == "viewer" && c.password.is_none()));
        for address in ["rtsp://cam/1", "/dev/video0", "loop:a.mp4", "replay:a:b@c.mp4"] {
            let (source, credentials) = taken(address);
            assert!(credentials.is_none() && source.expose() == address, "{address}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_with_its_reason() {
        for (address, reason) in [
            ("entrance.mp4", "none of"),
            ("rtsp:///path", "host"),
            ("rtsp://cam:99999/", "port"),
            ("rtsp://cam:0/", "port"),
            ("file:///etc/passwd", "protocol"),
            ("concat://a|b", "protocol"),
            ("/dev/video", "number"),
            ("/dev/video0/../sda", "number"),
            ("http://cam/\r\nX-Header: 1", "control"),
            ("replay:", "none of"),
        ] {
            let error = LiveSource::parse(address).unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains('\n'), "{address:?}: {error}");
        }
        assert!(LiveSource::parse(&format!("rtsp://cam/{}", "x".repeat(3_000))).is_err());
        let source = LiveSource::parse("rtsp://cam/").unwrap();
        assert!(source.clone().with_credentials("a", &"ü".repeat(50)).is_err());
        assert!(source.with_credentials("a:b", "c").is_err());
        assert!(LiveSource::parse("/dev/video0").unwrap().with_credentials("a", "b").is_err());
    }

    proptest::proptest! {
        #[test]
        fn credentials_come_out_as_they_went_in(user in "[^:\\p{C}]{1,12}", password in "[^\\p{C}]{0,12}") {
            let source = LiveSource::parse("rtsp://cam/1").unwrap();
            if let Ok(source) = source.with_credentials(&user, &password) {
                let again = LiveSource::parse(&source.expose()).unwrap();
                let (_, credentials) = again.without_credentials();
                let same = credentials.is_some_and(|c| c.user == user && c.password == Some(password));
                proptest::prop_assert!(same);
            }
        }

        #[test]
        fn no_address_shows_its_password(
            user in "[a-z]{1,8}", password in "Zq[!-~]{4,20}", host in "[a-z]{1,9}", path in "[!-~]{0,20}",
        ) {
            let address = format!("rtsp://{user}:{password}@{host}/{path}");
            let shown = match LiveSource::parse(&address) {
                Ok(source) => format!("{source} {source:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            proptest::prop_assert!(!shown.contains(&password), "{}", shown);
        }
    }
}
