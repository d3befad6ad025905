//! Live sources against real servers: what a user would notice, case by case.
//!
//! The RTSP camera is GStreamer's server, which `server.py` drives. Faults are made by killing and stopping it,
//! and by a proxy in between. Long fault loops run when `CAMTALLY_LONG_TESTS` is set.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "these tests measure real time")]

mod camera;
mod faults;
mod flapping;
mod frozen;
mod hostile;
mod http;
mod processes;
mod proxy;
mod replayed;
mod rtsp;
mod secrets;
mod watching;
