//! Fills a store with a year of 100 lines: `cargo run -p store --example fill ADDRESS [DAYS]`.
//!
//! What is there already is left as it is. For benchmarks of what reads it; how fast it is filled, `load` measures.

#![allow(clippy::print_stderr, clippy::unwrap_used, missing_docs, reason = "for benchmarks")]

#[path = "shared/crowd.rs"]
#[allow(dead_code, reason = "shared with `load`")]
mod crowd;

use store::{Settings, Store};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().expect("the address of a store");
    let days = arguments.next().map_or(365, |days| days.parse().expect("how many days"));
    let store = Store::open(&address, &Settings::default()).await.unwrap();
    let events = crowd::Crowd::new().fill(&store, days).await;
    store.close().await;
    eprintln!("{events} events of {days} days");
}
