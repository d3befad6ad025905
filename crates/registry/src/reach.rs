use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};

use address::{Kind, LiveSource};
use ipnet::IpNet;

/// What cameras that are made over HTTP may be read from. Whoever runs the program decides it; nobody can reach beyond it
/// by making or testing a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Networks that may be connected to.
    pub networks: Vec<IpNet>,
    /// The folder whose video files may be replayed; none unless given.
    pub files: Option<PathBuf>,
    /// Whether cameras on USB may be opened.
    pub devices: bool,
}

impl Default for Reach {
    /// The private networks of RFC 1918 and RFC 4193.
    fn default() -> Self {
        let networks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
        let networks = networks.map(|network| network.parse().expect("these are networks"));
        Self { networks: networks.to_vec(), files: None, devices: false }
    }
}

impl Reach {
    /// Whether an address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Checks what can be told without asking anybody: files, devices, and hosts that are numbers. Hosts with a name are
    /// checked when they are connected to, for a name may mean another machine by then.
    ///
    /// # Errors
    /// With what is not allowed, and by whom it could be.
    pub fn check(&self, source: &LiveSource) -> Result<(), String> {
        match source.kind() {
            Kind::Rtsp(network) | Kind::Http(network) => {
                let host = network.host().trim_start_matches('[').trim_end_matches(']');
                match host.parse() {
                    Ok(address) if !self.allows(address) => Err(format!(
                        "cameras at {address} are not allowed: whoever runs the program can add its network to \
                         `reach.networks`"
                    )),
                    _ => Ok(()),
                }
            }
            Kind::Device(_) if !self.devices => {
                Err("cameras on USB are not allowed: whoever runs the program can set `reach.devices`"
                    .to_owned())
            }
            Kind::Device(_) => Ok(()),
            Kind::Replay { path, .. } => self.file(path).map(|_| ()),
        }
    }

    /// The source with the path of a file made absolute.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn resolved(&self, source: LiveSource) -> Result<LiveSource, String> {
        self.check(&source)?;
        let Kind::Replay { path, again } = source.kind() else { return Ok(source) };
        let prefix = if *again { "loop" } else { "replay" };
        let path = self.file(path)?;
        LiveSource::parse(&format!("{prefix}:{}", path.display())).map_err(|error| error.to_string())
    }

    fn file(&self, path: &Path) -> Result<PathBuf, String> {
        let Some(folder) = &self.files else {
            return Err(
                "video files are not allowed: whoever runs the program can name a folder in `reach.files`"
                    .to_owned(),
            );
        };
        let outside =
            || "the file must lie in the folder `reach.files`: write its path from there".to_owned();
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(outside());
        }
        let whole = folder.join(path);
        // A link may lead out of the folder. A file that is not there cannot be opened either.
        match (whole.canonicalize(), folder.canonicalize()) {
            (Ok(real), Ok(folder)) if real.starts_with(&folder) => Ok(real),
            (Ok(_), Ok(_)) => Err(outside()),
            _ => Err(format!("there is no file `{}` in the folder `reach.files`", path.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(reach: &Reach, address: &str) -> Result<(), String> {
        reach.check(&LiveSource::parse(address).unwrap())
    }

    #[test]
    fn only_private_networks_are_reached_unless_told() {
        let reach = Reach::default();
        for address in
            ["rtsp://10.0.0.9/", "http://192.168.1.2/a", "rtsp://[fd00::1]/", "rtsp://cam.example/"]
        {
            checked(&reach, address).unwrap();
        }
        for address in [
            "rtsp://127.0.0.1/",
            "http://169.254.169.254/latest",
            "rtsp://[::1]/",
            "rtsp://[::ffff:127.0.0.1]/",
            "rtsp://[fe80::1]/",
            "rtsp://8.8.8.8/",
            "http://0.0.0.0/",
            "/dev/video0",
            "loop:a.mp4",
        ] {
            assert!(checked(&reach, address).unwrap_err().contains("reach."), "{address}");
        }
        let reach = Reach { networks: vec!["127.0.0.0/8".parse().unwrap()], devices: true, files: None };
        checked(&reach, "rtsp://127.0.0.1/").unwrap();
        checked(&reach, "rtsp://[::ffff:127.0.0.1]/").unwrap();
        checked(&reach, "/dev/video0").unwrap();
        checked(&reach, "rtsp://10.0.0.9/").unwrap_err();
    }

    #[test]
    fn files_are_read_from_one_folder_whatever_links_there_are() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("in");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("a.mp4"), "a").unwrap();
        std::fs::write(folder.path().join("b.mp4"), "b").unwrap();
        std::os::unix::fs::symlink("../b.mp4", inside.join("c.mp4")).unwrap();
        let reach = Reach { files: Some(inside.clone()), ..Reach::default() };
        let source = reach.resolved(LiveSource::parse("loop:a.mp4").unwrap()).unwrap();
        assert!(source.expose().ends_with("/in/a.mp4"), "{source}");
        for path in ["../b.mp4", "c.mp4", "none.mp4", "/etc/passwd", "./../b.mp4"] {
            checked(&reach, &format!("loop:{path}")).unwrap_err();
        }
    }
}
