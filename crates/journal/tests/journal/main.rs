//! A journal keeps what it has confirmed: proved by killing it, by failing its system calls, by damaging its
//! files, and against a simple model.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does
#![allow(clippy::print_stdout)] // why a test was skipped, and how much it went through

mod damage;
mod disks;
mod events;
mod faults;
mod kill;
mod model;
mod power;
mod sharing;
mod strace;
mod writer;
