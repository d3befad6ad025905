//! Calendar times as the database keeps them: microseconds since 1970 in UTC.

use time::OffsetDateTime;

/// The first microsecond of the year 1 and of the year 9999: what the wire form can write.
const YEARS: std::ops::Range<i64> = -62_135_596_800_000_000..253_370_764_800_000_000;

/// Rounded down to the microsecond; none where the year has more than four digits, or none.
pub fn micros(moment: OffsetDateTime) -> Option<i64> {
    let micros = i64::try_from(moment.unix_timestamp_nanos().div_euclid(1000)).ok()?;
    YEARS.contains(&micros).then_some(micros)
}

/// As [`micros`], at the nearest end where it is out of range.
pub fn clamped(moment: OffsetDateTime) -> i64 {
    micros(moment).unwrap_or(if moment.unix_timestamp() < 0 { YEARS.start } else { YEARS.end - 1 })
}

/// The calendar time; at the nearest end where it is out of range.
pub fn calendar(micros: i64) -> OffsetDateTime {
    let nanos = i128::from(micros.clamp(YEARS.start, YEARS.end - 1)) * 1000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).expect("the year has at most four digits")
}

/// Whether the wire form can write it.
pub fn is_writable(micros: i64) -> bool {
    YEARS.contains(&micros)
}
