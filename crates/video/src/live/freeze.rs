//! Whether the picture has frozen: whether anything came that had not been seen before.

use std::collections::VecDeque;
use std::hash::Hasher as _;

use ffmpeg_next::frame;

use crate::layout;

/// Digests that are kept: a minute and more of them.
const MEMORY: usize = 512;
/// Microseconds between two pictures that are compared, key frames apart.
const INTERVAL: i64 = 200_000;
/// How long a stream without key frames has to repeat. Microseconds.
const WITHOUT_KEY_FRAMES: i64 = 60_000_000;
/// Every so many rows one is looked at: noise is in all of them.
const ROW_STEP: usize = 4;

/// Why a source counts as frozen.
///
/// A live picture never repeats exactly: sensor noise changes some samples of every key frame, even where
/// nothing moves and the encoder has smoothed the rest away. A frozen one does: the encoder gets the same picture
/// again and again, or somebody on the way sends the last packets once more. So what is looked for is
/// *repetition*: for all of [`LiveOptions::frozen_after`](crate::LiveOptions::frozen_after) no picture that was
/// not seen before, and a repeated key frame among them. Pictures are compared by a digest of their luma, key
/// frames always and others five times a second. The digests of a minute and more are kept, so that a short loop
/// is found as well.
///
/// - The uppermost and lowermost eighth of the picture are left out. That is where cameras draw clock and name,
///   which go on while the sensor hangs.
/// - Key frames matter because an encoder at a low bit rate may copy a live picture for seconds, sample by
///   sample; a key frame is coded anew. A stream without any has to repeat for a minute.
/// - Not found: a hung sensor behind an encoder whose rate control never settles, which codes the same picture a
///   little differently each time, by as much as noise differs; and one with a moving overlay in the middle, or
///   that changes how H.264 codes what is beside it.
/// - Found although live: a picture without any noise, such as a lens in full darkness with the samples cut off
///   at black. There is nothing to be seen in it either.
/// - Files that are replayed are not looked at: a loop repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freeze {
    /// The same pictures come again and again.
    Picture,
    /// Frames come, but their stamps stand still or repeat.
    Stamps,
}

impl std::fmt::Display for Freeze {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Picture => {
                "the picture is frozen: the same pictures come again and again; restart the camera"
            }
            Self::Stamps => {
                "the stream is frozen: frames come, but their time stamps stand still; restart the camera"
            }
        })
    }
}

/// What a picture says about freezing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Moving,
    /// Nothing new since this moment, microseconds.
    Frozen(Freeze, i64),
}

/// Watches one source.
#[derive(Debug)]
pub(crate) struct FreezeDetector {
    /// Microseconds.
    limit: i64,
    seen: VecDeque<u64>,
    last_looked: i64,
    /// When a picture came that had not been seen before.
    last_new: i64,
    /// A key frame has come since then, and it had been seen before.
    key_repeated: bool,
    last_stamp: Option<i64>,
    stamp_moved: i64,
}

/// A picture, as far as freezing is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    /// Arrival, microseconds.
    pub(crate) now: i64,
    pub(crate) is_key: bool,
    pub(crate) stamp: Option<i64>,
}

impl FreezeDetector {
    /// `limit`, microseconds, is how long nothing new may come.
    pub(crate) fn new(limit: i64) -> Self {
        Self {
            limit,
            seen: VecDeque::new(),
            last_looked: i64::MIN,
            last_new: 0,
            key_repeated: false,
            last_stamp: None,
            stamp_moved: 0,
        }
    }

    /// A new connection: stamps begin anew, and what came before is no repetition of what comes now.
    pub(crate) fn connected(&mut self, now: i64) {
        *self = Self { last_new: now, stamp_moved: now, ..Self::new(self.limit) };
    }

    /// Looks at the next picture; `digest` is called only if it is needed, and gives none where samples cannot
    /// be compared.
    pub(crate) fn look(&mut self, sighting: Sighting, digest: impl FnOnce() -> Option<u64>) -> Verdict {
        let Sighting { now, is_key, stamp } = sighting;
        if stamp.is_none() || stamp != self.last_stamp {
            self.last_stamp = stamp;
            self.stamp_moved = now;
        }
        if is_key || now.saturating_sub(self.last_looked) >= INTERVAL {
            self.last_looked = now;
            match digest() {
                Some(digest) if self.seen.contains(&digest) => self.key_repeated |= is_key,
                digest => {
                    self.remember(digest);
                    self.last_new = now;
                    self.key_repeated = false;
                }
            }
        }
        let repeated_for = now - self.last_new;
        let stood_for = now - self.stamp_moved;
        let is_certain = self.key_repeated || repeated_for >= WITHOUT_KEY_FRAMES;
        if stood_for >= self.limit {
            Verdict::Frozen(Freeze::Stamps, self.stamp_moved)
        } else if repeated_for >= self.limit && is_certain {
            Verdict::Frozen(Freeze::Picture, self.last_new)
        } else {
            Verdict::Moving
        }
    }

    fn remember(&mut self, digest: Option<u64>) {
        self.seen.extend(digest);
        if self.seen.len() > MEMORY {
            self.seen.pop_front();
        }
    }
}

/// A digest of the luma of every fourth row of the middle three quarters; none where the samples cannot be read
/// in place.
pub(crate) fn digest(video: &frame::Video) -> Option<u64> {
    let layout = layout::of(video)?;
    let luma = layout.components.first()?;
    let sample = if layout.depth == layout::Depth::Eight { 1 } else { 2 };
    let length = (luma.width - 1) * luma.step + sample;
    // Fixed keys: the digest of a picture is the same in every process.
    let mut hasher = std::hash::DefaultHasher::new();
    for row in (luma.height / 8..luma.height - luma.height / 8).step_by(ROW_STEP) {
        hasher.write(luma.data.get(row * luma.stride..)?.get(..length)?);
    }
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000;
    const LIMIT: i64 = 8_000_000;

    /// When the pictures are first called frozen, and since when; one every 40 ms, a key frame every
    /// `key_frames` pictures.
    fn frozen(
        count: i64,
        key_frames: i64,
        digest: impl Fn(i64) -> Option<u64>,
        stamp: impl Fn(i64) -> Option<i64>,
    ) -> Option<(i64, Freeze, i64)> {
        let mut detector = FreezeDetector::new(LIMIT);
        detector.connected(0);
        (0..count).find_map(|n| {
            let sighting = Sighting { now: n * 40 * MS, is_key: n % key_frames == 0, stamp: stamp(n) };
            match detector.look(sighting, || digest(n)) {
                Verdict::Moving => None,
                Verdict::Frozen(how, since) => Some((n * 40, how, since / MS)),
            }
        })
    }

    #[test]
    fn one_picture_again_and_again_is_frozen_after_the_limit() {
        let (at, how, since) = frozen(1_000, 50, |n| Some(n.min(100) as u64), Some).unwrap();
        assert_eq!((how, since), (Freeze::Picture, 4_000));
        assert!((12_000..=12_400).contains(&at), "{at} ms");
    }

    #[test]
    fn a_loop_of_packets_is_frozen() {
        let (at, how, _) = frozen(2_000, 25, |n| Some((n % 250) as u64), Some).unwrap();
        assert_eq!(how, Freeze::Picture);
        assert!(at < 20_000, "{at} ms");
    }

    #[test]
    fn a_static_scene_whose_key_frames_differ_by_noise_is_live() {
        // Between key frames the encoder copies; each key frame holds other noise.
        assert_eq!(frozen(20_000, 100, |n| Some((n / 100) as u64), Some), None);
        // So it is with key frames as far apart as cameras put them.
        assert_eq!(frozen(20_000, 800, |n| Some((n / 800) as u64), Some), None);
    }

    #[test]
    fn a_stream_without_key_frames_has_to_repeat_for_a_minute() {
        let (at, _, _) = frozen(4_000, i64::MAX, |_| Some(1), Some).unwrap();
        assert!((60_000..=60_400).contains(&at), "{at} ms");
    }

    #[test]
    fn stamps_that_stand_still_are_frozen_and_missing_ones_are_not() {
        let (at, how, _) = frozen(1_000, 50, |n| Some(n as u64), |n| Some(n.min(50))).unwrap();
        assert_eq!((at, how), (10_000, Freeze::Stamps));
        assert_eq!(frozen(1_000, 50, |n| Some(n as u64), |_| None), None);
    }

    #[test]
    fn pictures_that_cannot_be_compared_are_not_called_frozen() {
        assert_eq!(frozen(10_000, 50, |_| None, Some), None);
    }

    fn picture(edit: impl FnOnce(&mut [u8], usize)) -> frame::Video {
        let mut video = frame::Video::new(ffmpeg_next::format::Pixel::YUV420P, 64, 48);
        for plane in 0..3 {
            video.data_mut(plane).fill(90);
        }
        let stride = video.stride(0);
        edit(video.data_mut(0), stride);
        video
    }

    #[test]
    fn a_clock_at_the_edge_does_not_change_the_digest_but_noise_in_the_middle_does() {
        let plain = digest(&picture(|_, _| {}));
        assert!(plain.is_some());
        assert_eq!(digest(&picture(|luma, stride| luma[2 * stride + 5] = 200)), plain);
        assert_eq!(digest(&picture(|luma, stride| luma[45 * stride + 5] = 200)), plain);
        assert_ne!(digest(&picture(|luma, stride| luma[22 * stride + 5] = 91)), plain);
    }

    #[test]
    fn what_lies_behind_the_rows_does_not_count() {
        let padded = picture(|luma, stride| {
            assert!(stride >= 64);
            for row in luma.chunks_mut(stride) {
                row[64..].fill(7);
            }
        });
        assert_eq!(digest(&padded), digest(&picture(|_, _| {})));
    }
}
