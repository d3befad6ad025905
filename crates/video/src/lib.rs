//! An address in, frames with stream time out.
