//! Benchmarks: each runs beside its peers in one go, and writes raw numbers and a table under `docs/`.

use clap::builder::{PossibleValue, PossibleValuesParser};

/// One benchmark: a row of [`BENCHES`].
struct Bench {
    name: &'static str,
    about: &'static str,
    run: fn() -> anyhow::Result<()>,
}

/// All there are, in the order in which they run.
const BENCHES: &[Bench] = &[];

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
