use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A moment of the stream: microseconds since its first frame, by the frames' own presentation stamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamTime(i64);

/// A length of stream time, in microseconds; negative when it runs backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamDuration(i64);

impl StreamTime {
    /// The stream's first frame.
    pub const ZERO: Self = Self(0);

    /// The moment `micros` microseconds after the first frame.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The moment `seconds` after the first frame, to the nearest microsecond.
    pub fn from_secs(seconds: f64) -> Self {
        Self((seconds * 1e6).round() as i64)
    }

    /// Microseconds since the first frame.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Seconds since the first frame.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The moment a share `t` of the way from `self` to `other`.
    pub fn lerp(self, other: Self, t: f64) -> Self {
        Self(self.0 + ((other.0 - self.0) as f64 * t).round() as i64)
    }
}

impl StreamDuration {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// `seconds`, to the nearest microsecond.
    pub fn from_secs(seconds: f64) -> Self {
        Self((seconds * 1e6).round() as i64)
    }

    /// `micros` microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// In seconds.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Sub for StreamTime {
    type Output = StreamDuration;
    fn sub(self, other: Self) -> StreamDuration {
        StreamDuration(self.0 - other.0)
    }
}

impl Add<StreamDuration> for StreamTime {
    type Output = Self;
    fn add(self, length: StreamDuration) -> Self {
        Self(self.0 + length.0)
    }
}

impl Sub<StreamDuration> for StreamTime {
    type Output = Self;
    fn sub(self, length: StreamDuration) -> Self {
        Self(self.0 - length.0)
    }
}

impl fmt::Display for StreamTime {
    /// `1:02:03.450`, or `2:03.450` below an hour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = (self.0 + 500).div_euclid(1000);
        let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
        let (seconds, millis) = (millis / 1000 % 60, millis % 1000);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}.{millis:03}")
        } else {
            write!(f, "{minutes}:{seconds:02}.{millis:03}")
        }
    }
}

/// Why a text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no length of time: write seconds (`90`, `1.5s`), minutes (`2m`), hours (`1h`) or `H:MM:SS`"
)]
pub struct ParseDurationError(String);

/// Reads `90`, `1.5s`, `250ms`, `2m`, `1h`, `1:30` or `1:02:03.5`.
///
/// # Errors
/// When the text is none of these, negative, or not finite.
pub fn parse_duration(text: &str) -> Result<StreamDuration, ParseDurationError> {
    let wrong = || ParseDurationError(text.to_owned());
    let number = |part: &str| match part.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && (0.0..1e9).contains(&value) => Ok(value),
        _ => Err(wrong()),
    };
    let text = text.trim();
    let seconds = if text.contains(':') {
        let mut total = 0.0;
        if text.split(':').count() > 3 {
            return Err(wrong());
        }
        for part in text.split(':') {
            total = total * 60.0 + number(part)?;
        }
        total
    } else if let Some(millis) = text.strip_suffix("ms") {
        number(millis)? / 1000.0
    } else {
        let units = [('s', 1.0), ('m', 60.0), ('h', 3600.0)];
        match units.iter().find_map(|(unit, scale)| Some((text.strip_suffix(*unit)?, scale))) {
            Some((value, scale)) => number(value)? * scale,
            None => number(text)?,
        }
    };
    Ok(StreamDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_form() {
        for (text, seconds) in [
            ("90", 90.0),
            ("1.5s", 1.5),
            ("250ms", 0.25),
            ("2m", 120.0),
            ("1h", 3600.0),
            ("1:30", 90.0),
            ("1:02:03.5", 3723.5),
        ] {
            assert_eq!(parse_duration(text).unwrap().as_secs(), seconds, "{text}");
        }
        for text in ["", "-1", "x", "1:2:3:4", "nan", "1e99", "5 days"] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(error.contains("no length of time"), "{error}");
        }
    }

    #[test]
    fn stream_time_reads_like_a_clock() {
        assert_eq!(StreamTime::from_secs(123.45).to_string(), "2:03.450");
        assert_eq!(StreamTime::from_secs(3723.0).to_string(), "1:02:03.000");
    }
}
