//! Lines, zones and tracks in, events out.
