//! Benchmarks: each runs beside its peers in one go, and writes raw numbers and a table under `docs/`.

mod alerts;
mod api;
mod cost;
mod live;
mod measured;
mod peers;
mod sample;
mod scenes;
mod socket;
mod tracking;

pub(crate) use measured::keep;
pub(crate) use sample::{RULES, VIDEO};

use clap::builder::{PossibleValue, PossibleValuesParser};

/// One benchmark: a row of [`BENCHES`].
struct Bench {
    name: &'static str,
    about: &'static str,
    run: fn() -> anyhow::Result<()>,
}

/// All there are, in the order in which they run.
const BENCHES: &[Bench] = &[
    Bench {
        name: "scenes",
        about: "accuracy on simulated scenes, by noise and frame rate",
        run: scenes::run,
    },
    Bench { name: "sample", about: "accuracy and time on the sample video, by input size", run: sample::run },
    Bench { name: "peers", about: "the sample and the scenes beside Python's supervision", run: peers::run },
    Bench {
        name: "tracking",
        about: "tracking and counting alone, beside similari and ByteTrack",
        run: tracking::run,
    },
    Bench {
        name: "cost",
        about: "processor time and memory, beside bare decoding and inference",
        run: cost::run,
    },
    Bench { name: "api", about: "a dashboard's questions, over a year of counts", run: api::run },
    Bench {
        name: "socket",
        about: "from a confirmed crossing to a thousand clients that look on",
        run: socket::run,
    },
    Bench {
        name: "live",
        about: "ten and twenty live cameras, beside bare decoding and inference",
        run: live::run,
    },
    Bench { name: "alerts", about: "from a confirmed crossing to the web hook", run: alerts::run },
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which one; all of them unless named
    #[arg(value_parser = names())]
    name: Option<String>,
    /// Name them and stop
    #[arg(long)]
    list: bool,
}

fn names() -> PossibleValuesParser {
    BENCHES.iter().map(|bench| PossibleValue::new(bench.name).help(bench.about)).into()
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    for bench in BENCHES {
        if arguments.list {
            println!("{:<12} {}", bench.name, bench.about);
        } else if arguments.name.as_deref().is_none_or(|name| name == bench.name) {
            println!("bench: {}: {}", bench.name, bench.about);
            (bench.run)()?;
        }
    }
    Ok(())
}
