//! What the program is told: defaults, then `camtally.toml`, then the environment, then flags.

mod fleet;
mod outgoing;
mod settings;

use fleet::MAX_CAMERAS;
use settings::Secret;
pub(crate) use settings::{Camera, Config, transport};

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use figment::Figment;
use figment::providers::{Env, Serialized};
use video::LiveSource;

/// The file that is read if there is one and no other was named.
const FILE: &str = "camtally.toml";
/// The largest file that is read.
const MAX_FILE: u64 = 4 << 20;
const PREFIX: &str = "CAMTALLY_";

/// The configuration, and where each value came from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    figment: Figment,
    /// What relative paths of the file are relative to.
    folder: PathBuf,
}

/// Reads the configuration and checks it; `file` must be there if it is named.
pub(crate) fn load(file: Option<&Path>) -> Result<Loaded> {
    let loaded = read(file)?;
    loaded.check()?;
    Ok(loaded)
}

/// Reads the configuration, for those who still put flags over it and check it then.
pub(crate) fn read(file: Option<&Path>) -> Result<Loaded> {
    let named = file.is_some();
    let file = file.unwrap_or(Path::new(FILE));
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    if named || file.exists() {
        let cannot = || format!("cannot read the configuration {}: is it there?", file.display());
        let size = std::fs::metadata(file).with_context(cannot)?.len();
        if size > MAX_FILE {
            bail!("the configuration {} is larger than {MAX_FILE} bytes", file.display());
        }
        figment = figment.merge(TomlFile::parse(file, &std::fs::read_to_string(file).with_context(cannot)?)?);
    }
    let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
    Loaded::from(figment.merge(environment()), folder)
}

/// The file's values. Parsed here, because an error must not quote the line: it may hold a password.
struct TomlFile {
    path: PathBuf,
    values: figment::value::Dict,
}

impl TomlFile {
    fn parse(path: &Path, text: &str) -> Result<Self> {
        let place = |line: usize| format!("{}: line {line}", path.display());
        let table: toml::Table = toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or(text));
            anyhow!("{}: {}", place(before.matches('\n').count() + 1), error.message().replace('\n', ", "))
        })?;
        let values = figment::value::Value::serialize(&table)
            .ok()
            .and_then(figment::value::Value::into_dict)
            .with_context(|| format!("{}: it holds what is no configuration", place(1)))?;
        Ok(Self { path: path.to_path_buf(), values })
    }
}

impl figment::Provider for TomlFile {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::from("configuration file", self.path.as_path())
    }

    fn data(&self) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        Ok(figment::Profile::Default.collect(self.values.clone()))
    }
}

/// Only what names a section: `CAMTALLY_SERVICE_HOST`, which Kubernetes sets for a service of that name, is none of
/// ours.
fn environment() -> Env {
    Env::prefixed(PREFIX)
        .filter(|key| key == "data" || key == "camera" || key.as_str().contains("__"))
        .split("__")
        .lowercase(true)
}

/// One line for the first thing that is wrong, with where it stands and the nearest known key.
fn explained(error: &figment::Error) -> anyhow::Error {
    let place = match (&error.metadata, error.path.join(".")) {
        (Some(metadata), path) => {
            let source = metadata.source.as_ref().map_or(metadata.name.to_string(), ToString::to_string);
            if path.is_empty() { source } else { format!("{source}: `{path}`") }
        }
        (None, path) => format!("`{path}`"),
    };
    if let figment::error::Kind::UnknownField(unknown, known) = &error.kind {
        let nearest = known
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(a, unknown).total_cmp(&strsim::jaro_winkler(b, unknown)));
        let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
        return anyhow!("{place}: there is no setting `{unknown}`{hint}");
    }
    // The value itself may be a secret.
    let what = match &error.kind {
        figment::error::Kind::InvalidType(_, wanted) | figment::error::Kind::InvalidValue(_, wanted) => {
            format!("it must be {wanted}")
        }
        kind => kind.to_string(),
    };
    anyhow!("{place}: {what}")
}

impl Loaded {
    /// The defaults and the environment, without any file.
    pub(crate) fn defaults() -> Result<Self> {
        let figment = Figment::from(Serialized::defaults(Config::default()));
        Self::from(figment.merge(environment()), PathBuf::new())
    }

    fn from(figment: Figment, folder: PathBuf) -> Result<Self> {
        let config = figment.extract().map_err(|error| explained(&error))?;
        Ok(Self { config, figment, folder })
    }

    pub(crate) fn check(&self) -> Result<()> {
        let config = &self.config;
        let range =
            |name: &str, ok: bool, want: &str| if ok { Ok(()) } else { bail!("`{name}` must be {want}") };
        let fps = |fps: f64| (0.1..=120.0).contains(&fps);
        range("detection.analyse_fps", fps(config.detection.analyse_fps), "0.1 to 120 frames a second")?;
        range("detection.batch", (1..=64).contains(&config.detection.batch), "1 to 64")?;
        range("detection.threads", config.detection.threads <= 64, "at most 64; 0 is one for each core")?;
        range("journal.limit_mib", (16..=1 << 24).contains(&config.journal.limit_mib), "16 to 16777216")?;
        let kept = &config.retention;
        for (name, days, least) in [
            ("events_days", kept.events_days, 1),
            // An event may come late by as long as the store was away.
            ("watched_days", kept.watched_days, 7),
            ("minutes_days", kept.minutes_days, 1),
            ("quarters_days", kept.quarters_days, 7),
            ("heat_maps_days", kept.heat_maps_days, 1),
        ] {
            let ok = days == 0 || (least..=36_500).contains(&days);
            range(&format!("retention.{name}"), ok, &format!("{least} to 36500 days, or 0 for ever"))?;
        }
        range("store.connections", (1..=1000).contains(&config.store.connections), "1 to 1000")?;
        store::Zone::named(&config.site.time_zone).context("`site.time_zone`")?;
        range("site.reset_hour", config.site.reset_hour < 24, "an hour, 0 to 23")?;
        let address = &config.server.address;
        let is_address = |text: &str| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            host.is_some_and(|host| {
                !host.is_empty() && !text.ends_with('/') && !text.contains(char::is_whitespace)
            })
        };
        let want = "empty, or an address such as https://count.example.org, without a slash at the end";
        range("server.address", address.is_empty() || is_address(address), want)?;
        self.mailer()?;
        self.mqtt()?;
        self.check_fleet()?;
        if config.cameras.len() > MAX_CAMERAS {
            bail!("there are {} cameras; one process watches at most {MAX_CAMERAS}", config.cameras.len());
        }
        let mut names = std::collections::HashSet::new();
        for camera in &config.cameras {
            if camera.name.trim().is_empty()
                || camera.name.len() > 100
                || camera.name.chars().any(char::is_control)
            {
                bail!(
                    "a camera's name has 1 to 100 characters, this one is `{}`",
                    camera.name.escape_debug()
                );
            }
            if !names.insert(&camera.name) {
                bail!("two cameras are called `{}`: give one of them another name", camera.name);
            }
            if let Some(rate) = camera.analyse_fps {
                range(&format!("analyse_fps of {}", camera.name), fps(rate), "0.1 to 120 frames a second")?;
            }
            self.source(camera)?;
        }
        Ok(())
    }

    /// What a camera is read from, password and all.
    pub(crate) fn source(&self, camera: &Camera) -> Result<LiveSource> {
        let place = || format!("camera `{}`", camera.name);
        let mut address = camera.address.expose().to_owned();
        for prefix in ["replay:", "loop:"] {
            if let Some(path) = address.strip_prefix(prefix) {
                address = format!("{prefix}{}", self.path(Path::new(path)).display());
            }
        }
        let source = LiveSource::parse(&address).with_context(place)?;
        let password = self.password(&place(), &camera.password, camera.password_file.as_deref())?;
        if camera.user.is_empty() && password.is_empty() {
            return Ok(source);
        }
        source.with_credentials(&camera.user, &password).with_context(place)
    }

    /// The password in the file, if one is named, else the one that is given.
    fn password(&self, place: &str, given: &Secret, file: Option<&Path>) -> Result<String> {
        let Some(file) = file else { return Ok(given.expose().to_owned()) };
        let file = self.path(file);
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("{place}: cannot read the password file {}", file.display()))?;
        Ok(text.trim_end().to_owned())
    }

    /// What cameras that are made over HTTP may be read from.
    pub(crate) fn reach(&self) -> registry::Reach {
        let reach = &self.config.reach;
        registry::Reach {
            networks: reach.networks.clone(),
            files: reach.files.as_ref().map(|folder| self.path(folder)),
            devices: reach.usb,
        }
    }

    /// A path of the configuration: relative to the file that it stands in.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path(&self.config.data)
    }

    /// The store's address.
    pub(crate) fn store_url(&self) -> String {
        match self.config.store.url.expose() {
            "" => format!("sqlite:{}", self.data().join("camtally.db").display()),
            url => url.to_owned(),
        }
    }

    /// Every value with its origin, a line each; secrets masked.
    pub(crate) fn listing(&self) -> Result<String> {
        let value = serde_json::to_value(&self.config)?;
        let mut rows = Vec::new();
        leaves("", &value, &mut rows);
        let width = rows.iter().map(|(name, value)| name.len() + value.len() + 3).max().unwrap_or(0).min(72);
        let mut text = String::new();
        for (name, value) in rows {
            let line = format!("{name} = {value}");
            text += &format!("{line:<width$}  # {}\n", self.origin(&name));
        }
        Ok(text)
    }

    fn origin(&self, name: &str) -> String {
        // Inside a list the origin is that of the whole list.
        let whole = name.split('[').next().unwrap_or(name);
        let Some(metadata) = self.figment.find_metadata(whole) else { return "default".to_owned() };
        match &metadata.source {
            Some(figment::Source::File(path)) => path.display().to_string(),
            _ if metadata.name.contains("environment") => {
                format!("{PREFIX}{}", whole.replace('.', "__").to_uppercase())
            }
            _ => "default".to_owned(),
        }
    }
}

fn leaves(name: &str, value: &serde_json::Value, rows: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                leaves(&name, value, rows);
            }
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                leaves(&format!("{name}[{index}]"), value, rows);
            }
        }
        serde_json::Value::Null => {}
        other => rows.push((name.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use registry::RtspTransport;

    const WHOLE: &str = r#"
data = "d"
[site]
name = "Museum"
time_zone = "Europe/Berlin"
[server]
listen = "127.0.0.1:9000"
[store]
url = "postgres://camtally:secret@db/camtally"
connections = 4
[journal]
limit_mib = 512
[detection]
input = 320
threads = 2
batch = 8
analyse_fps = 7.5
motion_gate = false
[[camera]]
name = "door"
address = "rtsp://10.0.0.9:554/ch1?x=1"
user = "admin"
password = "secret"
transport = "tcp"
rules = "door.toml"
pictures = true
analyse_fps = 10
"#;

    fn parsed(text: &str) -> Result<Loaded> {
        let file = TomlFile::parse(Path::new("camtally.toml"), text)?;
        let figment = Figment::from(Serialized::defaults(Config::default())).merge(file);
        let loaded = Loaded::from(figment, PathBuf::from("folder"))?;
        loaded.check()?;
        Ok(loaded)
    }

    #[test]
    fn a_whole_file_is_read_and_shows_no_secret_anywhere() {
        let loaded = parsed(WHOLE).unwrap();
        assert_eq!(loaded.config.cameras[0].transport, RtspTransport::Tcp);
        assert_eq!(loaded.data(), Path::new("folder/d"));
        for text in [loaded.listing().unwrap(), format!("{:?}", loaded.config)] {
            assert!(!text.contains("secret"), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn a_damaged_file_is_refused_or_read_and_never_shows_a_secret(
            edits in prop::collection::vec((0..WHOLE.len(), any::<u8>(), 0..4_usize), 1..6)
        ) {
            let mut bytes = WHOLE.as_bytes().to_vec();
            for (at, byte, kind) in edits {
                let at = at % bytes.len().max(1);
                match kind {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => { bytes.remove(at); }
                    _ => bytes.truncate(at.max(40)),
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            match parsed(&text) {
                Ok(loaded) => prop_assert!(loaded.listing().is_ok()),
                Err(error) => {
                    let error = format!("{error:#}");
                    prop_assert!(!error.contains("secret"), "{error}");
                }
            }
        }
    }
}
