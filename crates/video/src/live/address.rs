use std::ffi::CString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::Error;
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

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Rtsp(NetworkAddress),
    Http(NetworkAddress),
    Device(PathBuf),
    Replay { path: PathBuf, again: bool },
}

/// An address of the network in its parts.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NetworkAddress {
    pub(crate) scheme: &'static str,
    /// User and password as they stand in an address.
    credentials: Option<String>,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// Path and query.
    path: String,
}

impl LiveSource {
    /// Reads an address. Nothing is opened or looked up.
    ///
    /// # Errors
    /// When it is no address of a live source; the message does not show secrets.
    pub fn parse(address: &str) -> Result<Self, Error> {
        let wrong = |reason: &'static str| Error::BadAddress { name: redaction::address(address), reason };
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
    pub fn with_credentials(mut self, user: &str, password: &str) -> Result<Self, Error> {
        let name = self.to_string();
        let wrong = |reason| Error::BadAddress { name, reason };
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

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
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

    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self.scheme, "rtsps" | "https")
    }

    /// The whole address, secrets included, for libav only.
    pub(crate) fn url(&self) -> Option<CString> {
        let credentials = self.credentials.as_ref().map(|text| format!("{text}@")).unwrap_or_default();
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        CString::new(format!("{}://{credentials}{}{port}{}", self.scheme, self.host, self.path)).ok()
    }

    pub(crate) fn port_or_default(&self) -> u16 {
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
            Kind::Rtsp(address) | Kind::Http(address) => address.url().unwrap().into_string().unwrap(),
            _ => panic!("no network address"),
        }
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
