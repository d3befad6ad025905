//! A folder of pictures, as frames with stream time.

use std::cmp::Ordering;
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use observation::{StreamDuration, StreamTime};

use crate::Error;
use crate::gap::{Gap, GapReason};
use crate::info::Info;
use crate::reader::{Origin, Step};
use crate::source::file_url;
use crate::stream::StreamOrigin;

/// Endings of the names of pictures, in lower case.
const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff"];

/// The pictures of a folder in natural order of their names: numbers by value, all else byte by byte.
pub(crate) fn pictures(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::from_io(folder, error);
    let mut pictures = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && path.is_file() {
            pictures.push(path);
        }
    }
    pictures.sort_by(|a, b| natural_order(file_name(a), file_name(b)).then_with(|| a.cmp(b)));
    Ok(pictures)
}

fn file_name(path: &Path) -> &[u8] {
    path.file_name().map_or(&[], |name| name.as_bytes())
}

fn natural_order(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let (digits_a, digits_b) = (leading_digits(a), leading_digits(b));
        let order = if digits_a > 0 && digits_b > 0 {
            let (number_a, rest_a) = a.split_at(digits_a);
            let (number_b, rest_b) = b.split_at(digits_b);
            (a, b) = (rest_a, rest_b);
            let (number_a, number_b) = (without_zeros(number_a), without_zeros(number_b));
            number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b))
        } else {
            let (Some((first_a, rest_a)), Some((first_b, rest_b))) = (a.split_first(), b.split_first())
            else {
                return a.len().cmp(&b.len());
            };
            (a, b) = (rest_a, rest_b);
            first_a.cmp(first_b)
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn leading_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn without_zeros(number: &[u8]) -> &[u8] {
    &number[number.iter().take_while(|digit| **digit == b'0').count()..]
}

/// The frames of a folder: picture `n` is seen at `n / fps` seconds.
pub(crate) struct FolderOrigin {
    pictures: Vec<PathBuf>,
    fps: f64,
    next: usize,
    /// The last picture that could be read, or the beginning; and why the ones behind it could not.
    last_good: StreamTime,
    failure: Option<String>,
    held: Option<Step>,
    damaged: u64,
}

impl FolderOrigin {
    /// Lists `folder` and reads its first picture that can be read. Any other is a gap.
    pub(crate) fn open(folder: &Path, fps: f64) -> Result<(Self, Info), Error> {
        if !(1e-4..=1e4).contains(&fps) {
            return Err(Error::BadOption {
                option: "the frame rate of a folder",
                value: fps.to_string(),
                instead: "write pictures a second, such as 10",
            });
        }
        let pictures = pictures(folder)?;
        let name = folder.display().to_string();
        let mut wrong = Error::NoPictures { name };
        let first = pictures.iter().enumerate().find_map(|(number, path)| match open_picture(path) {
            Ok((_, info)) => Some(info),
            Err(error) => {
                if number == 0 {
                    wrong = error;
                }
                None
            }
        });
        let Some(first) = first else {
            return Err(wrong);
        };
        let info = Info {
            nominal_fps: Some(fps),
            duration: Some(StreamDuration::from_secs(pictures.len() as f64 / fps)),
            frames: Some(pictures.len() as u64),
            container: "folder".to_owned(),
            ..first
        };
        Ok((
            Self {
                pictures,
                fps,
                next: 0,
                last_good: StreamTime::ZERO,
                failure: None,
                held: None,
                damaged: 0,
            },
            info,
        ))
    }

    fn time(&self, index: usize) -> StreamTime {
        StreamTime::from_secs(index as f64 / self.fps)
    }
}

fn open_picture(path: &Path) -> Result<(StreamOrigin, Info), Error> {
    let name = path.display().to_string();
    let url = file_url(path).ok_or_else(|| Error::Missing { name: name.clone() })?;
    StreamOrigin::open_url(url, name, NonZeroUsize::new(1))
}

impl Origin for FolderOrigin {
    fn next(&mut self) -> Step {
        if let Some(step) = self.held.take() {
            return step;
        }
        while let Some(path) = self.pictures.get(self.next) {
            let time = self.time(self.next);
            self.next += 1;
            let frame = open_picture(path).map(|(mut origin, _)| origin.next());
            let mut frame = match frame {
                Ok(Step::Frame(frame)) => frame,
                Ok(_) => continue,
                Err(error) => {
                    self.damaged += 1;
                    self.failure.get_or_insert(error.to_string());
                    continue;
                }
            };
            frame.time = time;
            let from = std::mem::replace(&mut self.last_good, time);
            let Some(detail) = self.failure.take() else {
                return Step::Frame(frame);
            };
            self.held = Some(Step::Frame(frame));
            return Step::Gap(Gap { from, until: time, reason: GapReason::Damaged(detail) });
        }
        let Some(detail) = self.failure.take() else {
            return Step::End;
        };
        let from = self.last_good;
        let until = self.time(self.pictures.len());
        Step::Gap(Gap { from, until, reason: GapReason::Damaged(detail) })
    }

    fn seek(&mut self, start: StreamTime) -> Result<(), Error> {
        self.next = ((start.as_secs() * self.fps).floor().max(0.0) as usize).saturating_sub(1);
        self.last_good = self.time(self.next);
        Ok(())
    }

    fn lost_frames(&self) -> (u64, u64) {
        (self.damaged, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_a_person_would_sort_them() {
        let mut names = ["f10.png", "f9.png", "f009b.png", "g1.png", "f.png", "f1e99999999999999999999.png"];
        names.sort_by(|a, b| natural_order(a.as_bytes(), b.as_bytes()));
        assert_eq!(
            names,
            ["f.png", "f1e99999999999999999999.png", "f9.png", "f009b.png", "f10.png", "g1.png"]
        );
    }
}
