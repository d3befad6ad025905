//! What texts and numbers may be.

use crate::{Error, Result};

/// The most bytes of a name that people read.
pub(crate) const NAME: usize = 100;

/// A name that people read: not empty, of one line.
pub(crate) fn name(field: &str, text: &str) -> Result<()> {
    let is_name = !text.trim().is_empty() && text.len() <= NAME && !text.chars().any(char::is_control);
    let wrong = || Error::invalid(field, format!("a name has 1 to {NAME} printable characters"));
    is_name.then_some(()).ok_or_else(wrong)
}

/// A text that may be empty.
pub(crate) fn text(field: &str, text: &str, most: usize) -> Result<()> {
    let is_text = text.len() <= most && !text.chars().any(char::is_control);
    let wrong = || Error::invalid(field, format!("at most {most} bytes, without control characters"));
    is_text.then_some(()).ok_or_else(wrong)
}

/// A rate of frames, if there is one.
pub(crate) fn fps(field: &str, fps: Option<f64>) -> Result<()> {
    let is_rate = fps.is_none_or(|fps| (0.1..=120.0).contains(&fps));
    is_rate.then_some(()).ok_or_else(|| Error::invalid(field, "write 0.1 to 120 frames a second"))
}
