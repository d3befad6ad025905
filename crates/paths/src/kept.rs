use std::collections::{BTreeMap, HashSet, VecDeque};

use counting::{Ends, TrackChange};
use observation::{StreamTime, TrackId, TrackedDetection};
use time::{Duration, OffsetDateTime};

use crate::path::Path;
use crate::recent::Recent;

/// How long a path is kept after its track was last seen.
const KEPT: Duration = Duration::HOUR;
/// The most paths that are kept of tracks that have ended.
const MOST: usize = 1_500;
/// The most tracks that are followed at once; no tracker has as many.
const AT_ONCE: usize = 1_000;

/// One frame, after it was counted.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The frame's time.
    pub time: StreamTime,
    /// The same moment by the calendar.
    pub calendar: OffsetDateTime,
    /// The confirmed tracks that were seen, as they were counted.
    pub seen: &'a [TrackedDetection],
    /// The tracks that the tracker has given up.
    pub ended: &'a [TrackId],
    /// What became of tracks, by the counter.
    pub changes: &'a [TrackChange],
}

/// Where the tracks of one camera went in the last hour. It takes some 7 MB at most, and far less
/// of most cameras.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    aspect: Option<f64>,
    /// Since when it is all there.
    since: Option<OffsetDateTime>,
    open: BTreeMap<TrackId, Path>,
    ended: VecDeque<Path>,
    recent: Recent,
}

/// The paths of a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Walked {
    /// Where the stretch begins of which everything was kept.
    pub from: OffsetDateTime,
    /// The paths, the newest last.
    pub paths: Vec<Path>,
    /// How many more there are, all of them older.
    pub left_out: usize,
}

impl Paths {
    /// A new stream begins, with pictures of this shape: width divided by height. Its tracks are numbered anew.
    pub fn begin(&mut self, aspect: f64) {
        self.aspect = Some(aspect);
        self.end_all();
        self.recent = Recent::new(aspect);
    }

    /// Takes the next frame of the stream.
    pub fn see(&mut self, look: &Look<'_>) {
        let Some(aspect) = self.aspect else { return };
        self.since.get_or_insert(look.calendar);
        let born = |change: &TrackChange| match change {
            TrackChange::Born(track) => Some(*track),
            _ => None,
        };
        let born: HashSet<TrackId> = look.changes.iter().filter_map(born).collect();
        for seen in look.seen {
            let ago = Duration::microseconds((look.time - seen.time).as_micros());
            let time = look.calendar - ago;
            if !self.open.contains_key(&seen.track) && self.open.len() >= AT_ONCE {
                continue;
            }
            let is_born = born.contains(&seen.track);
            let path = self.open.entry(seen.track).or_insert_with(|| Path::new(seen, time, is_born));
            path.see(seen, time, aspect);
        }
        for change in look.changes {
            let (TrackChange::Died { track, .. }
            | TrackChange::Cut(track)
            | TrackChange::Continued { lost: track, .. }) = change
            else {
                continue;
            };
            let Some(mut path) = self.open.remove(track) else { continue };
            if let TrackChange::Died { height, .. } = change {
                path.die(*height);
            }
            self.ended.push_back(path);
        }
        self.forget(look.calendar);
        self.recent.see(look);
    }

    /// Nothing is seen any more since this moment: no track goes on behind it.
    pub fn cut(&mut self, since: StreamTime) {
        self.end_all();
        self.recent.cut(since);
    }

    fn end_all(&mut self) {
        self.ended.extend(std::mem::take(&mut self.open).into_values());
    }

    fn forget(&mut self, now: OffsetDateTime) {
        while let Some(oldest) = self.ended.front() {
            let is_old = oldest.until < now - KEPT;
            if !is_old && self.ended.len() <= MOST {
                break;
            }
            // What has to go before its time leaves a past that is not all there.
            let until = if is_old { now - KEPT } else { oldest.until };
            self.since = self.since.max(Some(until));
            self.ended.pop_front();
        }
    }

    /// The picture's width divided by its height; none before the first picture.
    pub fn aspect(&self) -> Option<f64> {
        self.aspect
    }

    /// The paths that touch a stretch of time, the newest `most` of them.
    pub fn between(&self, from: OffsetDateTime, until: OffsetDateTime, most: usize) -> Walked {
        let all = self.ended.iter().chain(self.open.values());
        let mut paths: Vec<&Path> = all.filter(|path| path.until >= from && path.from < until).collect();
        paths.sort_by_key(|path| (path.until, path.track));
        let left_out = paths.len().saturating_sub(most);
        let paths = paths[left_out..].iter().map(|path| path.whole()).collect();
        Walked { from: self.since.map_or(from, |since| since.max(from)).min(until), paths, left_out }
    }

    /// Where the tracks that were seen since `from` have begun and ended, for [`placements`](counting::placements).
    pub fn ends(&self, from: OffsetDateTime) -> Vec<Ends> {
        let all = self.ended.iter().chain(self.open.values());
        all.filter(|path| path.until >= from).map(Path::ends).collect()
    }

    /// The last ten minutes in full, to be counted by other rules.
    pub fn recent(&self) -> Recent {
        self.recent.clone()
    }
}
