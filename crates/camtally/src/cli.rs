use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use observation::StreamDuration;
use scene::Behaviour;

/// Counts people and vehicles from ordinary cameras.
#[derive(Debug, Parser)]
#[command(name = "camtally", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Count one source without a server.
    Count(Box<Count>),
    /// Compare counts with truth, event by event.
    Evaluate(Evaluate),
    /// Write a seeded scene: detections, tracks and exact truth.
    Simulate(Simulate),
    /// Count the bundled sample video, then show it as a live camera.
    Demo {
        /// Only print the table of counts.
        #[arg(long)]
        once: bool,
        /// Where the pictures go.
        #[arg(long, value_name = "FOLDER", default_value = "out/demo")]
        out: PathBuf,
    },
    /// Watch the configured cameras, keep the counts, and show them on a page.
    Serve(Serve),
    /// Take cameras by lease and count them, beside other workers.
    Worker(Part),
    /// Take in what workers send by the broker.
    Ingest(Part),
    /// Look at what could not be taken in, send it again, or throw it away.
    DeadLetters(DeadLetters),
    /// Make, list and disable users, and let them choose a new password.
    User(User),
    /// Make, list and revoke tokens of programs.
    Token(Token),
    /// Check the audit log.
    Audit(Audit),
    /// Keep everything in one file, also while the server runs.
    Backup(Backup),
    /// Bring a backup back, into an empty data folder or database.
    Restore(Restore),
    /// Check configuration, disk, journal, store, model and every camera, and say what to do.
    Doctor(Doctor),
    /// Look at detectors of your own.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Bring the store's schema up to date, as `serve` does when it starts.
    Migrate {
        /// The configuration file; `camtally.toml` if it is there.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print the configuration with the origin of each value; secrets are masked.
    Config {
        /// The configuration file; `camtally.toml` if it is there.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print the description of the API, OpenAPI 3.1, as JSON.
    Openapi,
    /// Write a manual page for each command.
    Man {
        /// The folder to write into; made if it is not there.
        folder: PathBuf,
    },
    /// Print the completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Summary {
    /// For people.
    Table,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// A page with each miss.
    Html,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs: a JSON object a line.
    Json,
}

/// Watch the configured cameras, keep the counts, and show them on a page.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally serve --config camtally.toml --data /var/lib/camtally

Every setting can also come from the environment: CAMTALLY_SITE__TIME_ZONE=Europe/Berlin sets time_zone of [site].")]
pub(crate) struct Serve {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the pages are, in place of `server.listen`.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// The folder of journal and database, in place of `data`.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// How the log is written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// A process that does a part: `worker` or `ingest`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally worker --config camtally.toml --data /var/lib/camtally/worker --listen 0.0.0.0:9100

All processes of a fleet can have the same configuration. It needs store.url, a PostgreSQL database, and broker.url, a \
RabbitMQ.")]
pub(crate) struct Part {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where /livez, /readyz and /metrics are, in place of `health.listen`.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// The folder of the journal, in place of `data`; each worker has its own.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// How the log is written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// Look at what could not be taken in, send it again, or throw it away.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally dead-letters list
  camtally dead-letters show 3f9a1c0b7e21
  camtally dead-letters replay --all

While the command runs nobody else sees the dead letters.")]
pub(crate) struct DeadLetters {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: DeadLettersCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLettersCommand {
    /// List the oldest, at most 1,000.
    List,
    /// Print what is in one.
    Show {
        /// Its id, as `list` prints it.
        id: String,
    },
    /// Send it to be taken in again, as it is.
    Replay(Chosen),
    /// Throw it away, for good.
    Drop(Chosen),
}

/// Which dead letters are meant.
#[derive(Debug, Args)]
#[group(required = true)]
pub(crate) struct Chosen {
    /// Ids, as `list` prints them.
    pub(crate) ids: Vec<String>,
    /// All that `list` prints.
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
}

/// Make, list and disable users, and let them choose a new password.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  camtally user add anna --role admin
  camtally user add ben --email ben@example.org --role viewer --role operator:main
  camtally user reset-password anna")]
pub(crate) struct User {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user; prints the link with which they choose a password, within three days.
    Add {
        /// What they sign in with.
        name: String,
        /// Where mail reaches them.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// What they may do: viewer, operator or admin, and :SITE for one site only.
        #[arg(long, value_name = "ROLE[:SITE]", required = true)]
        role: Vec<access::Grant>,
    },
    /// List all users.
    List,
    /// Let a user sign in no longer; ends their sessions.
    Disable {
        /// What they sign in with.
        name: String,
    },
    /// Let a user sign in again.
    Enable {
        /// What they sign in with.
        name: String,
    },
    /// Print a link with which a user chooses a new password, within a day.
    ResetPassword {
        /// What they sign in with.
        name: String,
    },
}

/// Make, list and revoke tokens of programs.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally token create --user anna --name export --scope viewer:main --days 90")]
pub(crate) struct Token {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; prints it, once.
    Create {
        /// The user whose rights it has, as far as its scopes let it.
        #[arg(long, value_name = "NAME")]
        user: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do at most: viewer, operator or admin, and :SITE for one site only.
        #[arg(long, value_name = "ROLE[:SITE]", required = true)]
        scope: Vec<access::Grant>,
        /// How many days it is good; for good unless given.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
    },
    /// List all tokens.
    List,
    /// Revoke a token.
    Revoke {
        /// Its id, as `list` prints it.
        id: uuid::Uuid,
    },
}

/// Check the audit log.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Look whether any entry was changed, removed, inserted or moved; prints the head to keep elsewhere.
    Verify {
        /// A head that an earlier run printed: tells whether the log was rewritten since.
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<audit::Head>,
    },
}

/// Keep everything in one file, also while the server runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  camtally backup --passphrase-file backup.passphrase
  camtally backup - | ssh vault.example.org 'cat > camtally.tar.zst'

The passphrase seals the key without which passwords of cameras, keys of one-time codes and secrets of channels cannot
be read. It may also be in the environment variable CAMTALLY_BACKUP_PASSPHRASE.")]
pub(crate) struct Backup {
    /// The file, which must not be there; `-` is standard output; camtally-TIME.tar.zst unless given.
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: BackupOf,
}

/// Bring a backup back, into an empty data folder or database.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally restore camtally-20261124T030000Z.tar.zst --passphrase-file backup.passphrase

The configured store may be of another kind than the one that was backed up: SQLite and PostgreSQL take each other's.")]
pub(crate) struct Restore {
    /// The backup.
    pub(crate) file: PathBuf,
    /// If the data folder is not empty, move what is in it aside.
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) of: BackupOf,
}

/// What a backup is of, or goes to.
#[derive(Debug, Args)]
pub(crate) struct BackupOf {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The folder of journal and database, in place of `data`.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// A file with the passphrase that seals the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Check configuration, disk, journal, store, model and every camera, and say what to do.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The configuration file; `camtally.toml` if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Also count everything anew from the events, and compare with the roll-ups.
    #[arg(long)]
    pub(crate) recount: bool,
    /// Put roll-ups right that differ.
    #[arg(long, requires = "recount")]
    pub(crate) repair: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Check that model.toml and the ONNX file fit and run; says what does not, and what to write.
    #[command(after_help = "Example:
  camtally model check models/mine")]
    Check {
        /// A name, or a folder with a model.toml.
        #[arg(value_name = "NAME|FOLDER")]
        model: PathBuf,
    },
}

/// `WIDTHxHEIGHT`, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

fn size(text: &str) -> Result<Size, String> {
    let wrong = || format!("`{text}` is no size: write WIDTHxHEIGHT, for example 1920x1080");
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let number = |text: &str| match text.parse::<u32>() {
        Ok(value) if (1..=16_384).contains(&value) => Ok(value),
        _ => Err(wrong()),
    };
    Ok(Size { width: number(width)?, height: number(height)? })
}

fn tiles(text: &str) -> Result<Size, String> {
    match size(text) {
        Ok(tiles) if tiles.width <= 8 && tiles.height <= 8 => Ok(tiles),
        _ => Err(format!("`{text}` are no tiles: write COLUMNSxROWS, each 1 to 8, for example 2x2")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.01..=1000.0).contains(&rate) => Ok(rate),
        _ => Err(format!("`{text}` is no frame rate: write frames a second, 0.01 to 1000")),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("`{text}` is not from 0 to 1")),
    }
}

fn duration(text: &str) -> Result<StreamDuration, String> {
    observation::parse_duration(text).map_err(|error| error.to_string())
}

/// Count one source without a server.
#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("counted").required(true).args(["source", "detections", "tracks"])),
    after_help = "Examples:
  camtally count street.mp4 --rules rules.toml
  camtally count street.mp4 --rules rules.toml --events - --annotate counted.mp4 --report report.html
  camtally count --detections boxes.txt --fps 10 --size 768x576 --rules rules.toml"
)]
pub(crate) struct Count {
    /// A video file, a folder of pictures, or `-` for standard input.
    pub(crate) source: Option<PathBuf>,
    /// The rules: lines and zones.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: PathBuf,
    /// Write the events as JSON Lines; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// How the totals are printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) summary: Summary,
    /// The camera's name in the events; the source's file name unless given.
    #[arg(long, value_name = "NAME")]
    pub(crate) camera: Option<String>,
    #[command(flatten)]
    pub(crate) video: VideoArgs,
    #[command(flatten)]
    pub(crate) mot: MotArgs,
}

/// What only a video has.
#[derive(Debug, Args)]
pub(crate) struct VideoArgs {
    /// Write the video with boxes, trails, lines and counts drawn in.
    #[arg(long, value_name = "FILE.mp4", requires = "source")]
    pub(crate) annotate: Option<PathBuf>,
    /// Write a picture of where people walk.
    #[arg(long, value_name = "FILE.png", requires = "source")]
    pub(crate) heat_map: Option<PathBuf>,
    /// Write a picture of where tracks begin and end.
    #[arg(long, value_name = "FILE.png", requires = "source")]
    pub(crate) track_map: Option<PathBuf>,
    /// Write a page with the counts and the pictures.
    #[arg(long, value_name = "FILE.html", requires = "source")]
    pub(crate) report: Option<PathBuf>,
    /// The detector: a name, or a folder with a model.toml.
    #[arg(long, value_name = "NAME|FOLDER", default_value = "nanodet-416")]
    pub(crate) model: PathBuf,
    /// Longest side of the picture that the model sees; the model's own unless given.
    #[arg(long, value_name = "PIXELS")]
    pub(crate) input: Option<u32>,
    /// Look at the picture in so many tiles as well, for far and small objects.
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = tiles)]
    pub(crate) tiles: Option<Size>,
    /// Detectors that work side by side; one for each core unless given.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
    /// Analyse so many frames a second instead of all.
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) analyse_fps: Option<f64>,
    /// Begin at this time of the video.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) start: Option<StreamDuration>,
    /// End at this time of the video.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) end: Option<StreamDuration>,
}

/// Boxes or tracks of your own, in place of a source.
#[derive(Debug, Args)]
pub(crate) struct MotArgs {
    /// Your own detector's boxes (MOT format), in place of a source.
    #[arg(long, value_name = "FILE", requires = "fps")]
    pub(crate) detections: Option<PathBuf>,
    /// Your own tracker's tracks (MOT format), in place of a source.
    #[arg(long, value_name = "FILE", requires = "fps")]
    pub(crate) tracks: Option<PathBuf>,
    /// Write the tracks that were made of --detections (MOT format).
    #[arg(long, value_name = "FILE", requires = "detections")]
    pub(crate) save_tracks: Option<PathBuf>,
    /// Frames a second: of the MOT file, or of a folder of pictures.
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) fps: Option<f64>,
    /// Size of the picture that the MOT file's boxes are in.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1920x1080")]
    pub(crate) size: Size,
}

/// Compare counts with truth, event by event.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally evaluate --truth truth.json --events events.jsonl --tolerance 1s")]
pub(crate) struct Evaluate {
    /// The truth: a list of crossings (JSON), or labelled tracks (MOT format, with --fps, --size and --rules).
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: PathBuf,
    /// The events that `count` wrote; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) events: PathBuf,
    /// How far apart in time a count and its truth may be.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1s")]
    pub(crate) tolerance: StreamDuration,
    /// How the result is printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Frames a second of MOT truth.
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) fps: Option<f64>,
    /// Size of the picture that MOT truth is in.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1920x1080")]
    pub(crate) size: Size,
    /// The lines that MOT truth is held against; they are drawn into the pictures of --video.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// The video that was counted: the page then shows a picture of each mistake.
    #[arg(long, value_name = "FILE")]
    pub(crate) video: Option<PathBuf>,
}

/// Write a seeded scene: detections, tracks and exact truth.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  camtally simulate --out scene --walkers 30 --seconds 60 --misses 0.1 --false-boxes 0.2 --jitter 0.05")]
pub(crate) struct Simulate {
    /// The folder to write into; made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// The same seed gives the same scene.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many people walk through.
    #[arg(long, default_value_t = 20)]
    pub(crate) walkers: u32,
    /// Length of the scene.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "60s")]
    pub(crate) seconds: StreamDuration,
    /// Frames a second.
    #[arg(long, value_name = "N", value_parser = rate, default_value = "10")]
    pub(crate) fps: f64,
    /// Share of the boxes that are missed.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0")]
    pub(crate) misses: f64,
    /// False boxes in a frame, on average.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(crate) false_boxes: f64,
    /// Noise of the boxes, as a share of their size.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0")]
    pub(crate) jitter: f64,
    /// Hide those who walk behind others.
    #[arg(long)]
    pub(crate) occlusion: bool,
    /// How many times a minute two tracks, or a track and a new one, change places.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(crate) id_switches: f64,
    /// What the walkers do; everything unless given.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = behaviour)]
    pub(crate) behaviours: Vec<Behaviour>,
    /// How often one who paces walks over the line.
    #[arg(long, value_name = "N")]
    pub(crate) laps: Option<u32>,
    /// Also draw the scene as a video, scene.mp4.
    #[arg(long)]
    pub(crate) video: bool,
}

fn behaviour(text: &str) -> Result<Behaviour, String> {
    let known = || Behaviour::ALL.map(Behaviour::name);
    let found = Behaviour::ALL.into_iter().find(|behaviour| behaviour.name() == text);
    found.ok_or_else(|| format!("`{text}` is no behaviour; there are {}", known().join(", ")))
}
