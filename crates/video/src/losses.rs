//! Which frames never came out of the decoder.
//!
//! A decoder reports a damaged packet late, and gives frames in another order than it takes packets, so an
//! error does not say which moment is missing. What does say so are the stamps: those that went in, and had
//! not come out when a later one did. Packets may lawfully give no picture (the hidden reference frames of
//! VP8, packets outside an edit list), so a missing stamp counts only while there is an error to explain it.

use std::collections::BTreeSet;

/// More stamps in flight than any decoder's reordering and threads hold.
const MAX_IN_FLIGHT: usize = 1024;

/// The stamps in flight and the error that waits for its missing stamp.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    in_flight: BTreeSet<i64>,
    error: Option<PendingError>,
    /// The latest stamp sent, and whether something unreadable came behind it.
    latest: Option<i64>,
    hole: bool,
}

#[derive(Debug)]
struct PendingError {
    detail: String,
    /// The latest stamp that the error can be about; none when packets carry no stamps.
    latest: Option<i64>,
}

impl Losses {
    /// A packet went into the decoder, or should have.
    pub(crate) fn sent(&mut self, stamp: Option<i64>) {
        if std::mem::take(&mut self.hole) {
            // Nobody knows what the hole held; one stamp behind the last packet stands for it.
            self.in_flight.extend(self.latest.and_then(|latest| latest.checked_add(1)));
        }
        self.latest = self.latest.max(stamp);
        self.in_flight.extend(stamp);
        if self.in_flight.len() > MAX_IN_FLIGHT {
            self.in_flight.pop_first();
        }
    }

    /// One of the packets sent so far was damaged.
    pub(crate) fn failed(&mut self, detail: impl FnOnce() -> String) {
        let latest = self.in_flight.last().copied();
        match &mut self.error {
            Some(error) => error.latest = latest.max(error.latest),
            None => self.error = Some(PendingError { detail: detail(), latest }),
        }
    }

    /// Something behind the packets sent so far could not be read as a packet.
    pub(crate) fn unreadable(&mut self, detail: impl FnOnce() -> String) {
        self.failed(detail);
        self.hole = true;
        if let Some(error) = &mut self.error {
            error.latest = error.latest.max(self.latest.and_then(|latest| latest.checked_add(1)));
        }
    }

    /// A frame came out whole. Says why frames before it are missing, if they are.
    pub(crate) fn arrived(&mut self, stamp: Option<i64>) -> Option<String> {
        let Some(stamp) = stamp else {
            return self.error.take().map(|error| error.detail);
        };
        let later = self.in_flight.split_off(&stamp);
        let missing = !std::mem::replace(&mut self.in_flight, later).is_empty();
        self.in_flight.remove(&stamp);
        let error = self.error.as_ref()?;
        let unlocated = error.latest.is_none();
        let report = (missing || unlocated).then(|| error.detail.clone());
        if error.latest.is_none_or(|latest| stamp >= latest) {
            self.error = None;
        }
        report
    }

    /// The stream ended: the error that no later frame explained, and the latest stamp that never came.
    pub(crate) fn at_end(&mut self) -> Option<(String, Option<i64>)> {
        let error = self.error.take()?;
        Some((error.detail, self.in_flight.last().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damage() -> String {
        "damage".to_owned()
    }

    #[test]
    fn a_lost_frame_is_found_behind_reordered_ones() {
        let mut losses = Losses::default();
        for stamp in [0, 4, 2, 1, 3] {
            losses.sent(Some(stamp));
        }
        losses.failed(damage);
        losses.sent(Some(5));
        for stamp in [0, 1, 2, 3] {
            assert_eq!(losses.arrived(Some(stamp)), None);
        }
        assert_eq!(losses.arrived(Some(5)), Some(damage()));
        assert_eq!(losses.at_end(), None);
    }

    #[test]
    fn every_frame_lost_in_a_burst_is_found() {
        let mut losses = Losses::default();
        for stamp in [0, 4, 2, 6, 8] {
            losses.sent(Some(stamp));
        }
        losses.failed(damage);
        losses.failed(damage);
        let reports = [0, 4, 8].map(|stamp| losses.arrived(Some(stamp)).is_some());
        assert_eq!(reports, [false, true, true]);
    }

    #[test]
    fn a_packet_without_picture_is_no_loss() {
        let mut losses = Losses::default();
        for stamp in [0, 1, 2] {
            losses.sent(Some(stamp));
        }
        assert_eq!(losses.arrived(Some(0)), None);
        assert_eq!(losses.arrived(Some(2)), None);
    }

    #[test]
    fn an_error_after_which_every_frame_came_explains_nothing_later() {
        let mut losses = Losses::default();
        for stamp in [0, 1] {
            losses.sent(Some(stamp));
        }
        losses.failed(damage);
        for stamp in [2, 3, 4] {
            losses.sent(Some(stamp));
        }
        for stamp in [0, 1, 2, 4] {
            assert_eq!(losses.arrived(Some(stamp)), None);
        }
    }

    #[test]
    fn a_hole_between_packets_is_found() {
        let mut losses = Losses::default();
        losses.sent(Some(10));
        assert_eq!(losses.arrived(Some(10)), None);
        losses.unreadable(damage);
        losses.sent(Some(90));
        assert_eq!(losses.arrived(Some(90)), Some(damage()));
    }

    #[test]
    fn without_stamps_the_next_frame_tells_of_the_loss() {
        let mut losses = Losses::default();
        losses.sent(None);
        losses.failed(damage);
        assert_eq!(losses.arrived(None), Some(damage()));
        assert_eq!(losses.arrived(None), None);
    }

    #[test]
    fn a_loss_at_the_end_is_known_with_its_stamp() {
        let mut losses = Losses::default();
        losses.sent(Some(1));
        losses.sent(Some(2));
        losses.failed(damage);
        losses.arrived(Some(1));
        assert_eq!(losses.at_end(), Some((damage(), Some(2))));
    }
}
