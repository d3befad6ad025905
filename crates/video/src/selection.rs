use observation::{StreamDuration, StreamTime};

use crate::Error;

/// Stamps are rounded by the container (Matroska: to milliseconds); a frame this much before its due time is
/// on time.
const ROUNDING: StreamDuration = StreamDuration::from_micros(1_000);

/// Chooses which frames are analysed: the first one at or after each due time, where due times are the
/// multiples of `1 / fps` of stream time.
///
/// The choice depends on stamps alone, so it is the same on every run and regular even where the source's
/// rate varies; asking for more frames than the source has gives every frame.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    fps: Option<f64>,
    /// Number of the next due time.
    due: i64,
}

impl Selection {
    /// Every frame, or `fps` frames a second.
    pub(crate) fn new(fps: Option<f64>) -> Result<Self, Error> {
        if let Some(value) = fps.filter(|fps| !(1e-4..=1e4).contains(fps)) {
            return Err(Error::BadOption {
                option: "the frame rate for analysis",
                value: value.to_string(),
                instead: "write frames a second, such as 5 or 0.5",
            });
        }
        Ok(Self { fps, due: i64::MIN })
    }

    /// Whether the frame at `time` is one of the chosen.
    pub(crate) fn takes(&mut self, time: StreamTime) -> bool {
        let Some(fps) = self.fps else {
            return true;
        };
        let slot = ((time + ROUNDING).as_secs() * fps).floor() as i64;
        if slot < self.due {
            return false;
        }
        self.due = slot + 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(fps: f64, micros: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let mut selection = Selection::new(Some(fps)).unwrap();
        micros.into_iter().filter(|time| selection.takes(StreamTime::from_micros(*time))).collect()
    }

    #[test]
    fn half_the_rate_takes_every_other_frame_whatever_the_container_rounds() {
        let exact = (0..100).map(|frame| frame * 100_000);
        let expected: Vec<_> = exact.clone().step_by(2).collect();
        assert_eq!(chosen(5.0, exact), expected);
        let rounded = (0..100).map(|frame| frame * 100_000 - if frame % 3 == 2 { 400 } else { 0 });
        assert_eq!(chosen(5.0, rounded.clone()), rounded.step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn the_choice_is_regular_in_time_where_the_rate_varies() {
        let times = (0..50).map(|frame| frame * 10_000).chain((0..10).map(|frame| 500_000 + frame * 150_000));
        let steps: Vec<_> = chosen(5.0, times).windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| (150_000..=300_000).contains(step)), "{steps:?}");
    }

    #[test]
    fn asking_for_more_than_there_is_gives_every_frame() {
        assert_eq!(chosen(60.0, (0..50).map(|frame| frame * 33_367)).len(), 50);
    }

    #[test]
    fn a_rate_of_zero_is_refused() {
        for fps in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            assert!(Selection::new(Some(fps)).unwrap_err().to_string().contains("frames a second"));
        }
    }
}
