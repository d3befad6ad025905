//! The crate against real media, made by the `ffmpeg` command: what a user would notice, file by file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damage;
mod errors;
mod files;
mod folders;
mod making;
mod pictures;
mod times;
mod writing;
