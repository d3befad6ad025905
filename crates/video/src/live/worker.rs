//! The thread behind a live reader: connects, decodes, says what happens, and tries again.

use std::sync::Arc;
use std::time::Duration;

use address::{Kind, LiveSource};
use ffmpeg_next::frame;
use observation::{StreamDuration, StreamTime};
use time::OffsetDateTime;

use super::backoff::Backoff;
use super::connection::{Connection, connect};
use super::control::Control;
use super::description::Description;
use super::discipline::Discipline;
use super::freeze::{self, Freeze, FreezeDetector, Sighting, Verdict};
use super::item::{LiveFrame, LiveItem, LiveTime};
use super::options::LiveOptions;
use super::outage::Outage;
use super::outbox::Outbox;
use super::reader::LiveStats;
use crate::decoder::Decoded;
use crate::selection::Selection;
use crate::{Frame, GapReason, libav};

/// The pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause when the camera refuses the user: cameras lock accounts that are tried too often.
const REFUSED_PAUSE: Duration = Duration::from_secs(60);
/// The shortest stretch without pictures that is told. Microseconds.
const SHORTEST_GAP: i64 = 500_000;
/// The shortest step of the calendar clock that is told. Microseconds.
const CALENDAR_STEP: i64 = 500_000;
/// The smallest difference between the clocks that is followed. Microseconds.
const CALENDAR_JITTER: i64 = 2_000;

pub(crate) struct Worker {
    source: LiveSource,
    name: String,
    options: LiveOptions,
    control: Arc<Control>,
    outbox: Arc<Outbox>,
    /// When the reader was opened, by the monotonic clock: stream time zero.
    origin: i64,
    discipline: Discipline,
    freeze: Option<FreezeDetector>,
    selection: Selection,
    backoff: Backoff,
    /// Calendar less monotonic clock, in microseconds, when it was last looked at.
    calendar_offset: i64,
    /// The last picture's time.
    last: LiveTime,
    state: State,
    stats: LiveStats,
}

/// Whether the source is being watched, as told to the consumer.
enum State {
    /// No picture yet, and nothing told.
    Starting,
    Watching,
    Frozen {
        since: LiveTime,
        how: Freeze,
    },
    Offline {
        since: LiveTime,
        code: &'static str,
    },
}

impl State {
    /// Since when nothing has been watched, if the consumer was told so.
    fn unwatched_since(&self) -> Option<LiveTime> {
        match self {
            Self::Starting | Self::Watching => None,
            Self::Frozen { since, .. } | Self::Offline { since, .. } => Some(*since),
        }
    }
}

/// Why a connection is over.
enum End {
    Outage(Outage),
    /// A file came to its end.
    File,
    Stopped,
}

/// A picture and what is known of it.
struct Picture {
    video: frame::Video,
    stamp: Option<i64>,
    time: StreamTime,
    /// Why pictures before it are missing.
    damage: Option<String>,
    news: News,
}

/// What a picture is the first of.
enum News {
    Connected,
    Changed,
    None,
}

/// Tells the consumer that nothing more will come, however the thread ends.
struct Ending(Arc<Outbox>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Worker {
    pub(crate) fn new(
        source: LiveSource,
        options: LiveOptions,
        selection: Selection,
        control: Arc<Control>,
        outbox: Arc<Outbox>,
    ) -> Self {
        let origin = control.now();
        let calendar = control.clock().calendar();
        // A file replayed in a loop repeats, and is no camera that could freeze.
        let is_replay = matches!(source.kind(), Kind::Replay { .. });
        let limit = i64::try_from(options.frozen_after.as_micros()).unwrap_or(i64::MAX);
        Self {
            name: source.to_string(),
            source,
            origin,
            discipline: Discipline::default(),
            freeze: (!is_replay).then(|| FreezeDetector::new(limit)),
            selection,
            backoff: Backoff::new(FIRST_PAUSE, options.seed),
            calendar_offset: micros_since_epoch(calendar) - origin,
            last: LiveTime { stream: StreamTime::ZERO, calendar },
            state: State::Starting,
            stats: LiveStats::default(),
            options,
            control,
            outbox,
        }
    }

    /// Watches until stopped, or until a file has been replayed.
    pub(crate) fn run(mut self) {
        let _ending = Ending(Arc::clone(&self.outbox));
        loop {
            self.control.allow(self.options.connect_limit);
            let kind = self.source.kind();
            let end = match connect(kind, &self.name, &self.options, &self.control) {
                Ok(connection) => self.watch(connection),
                Err(outage) => End::Outage(outage),
            };
            if self.control.is_stopped() {
                return;
            }
            match end {
                End::Stopped => return,
                End::File if matches!(self.source.kind(), Kind::Replay { again: false, .. }) => return,
                End::File => {}
                End::Outage(outage) => {
                    let is_refused = matches!(outage, Outage::WrongPassword | Outage::Forbidden);
                    let cap = if is_refused { REFUSED_PAUSE } else { self.options.retry_cap };
                    self.offline(outage);
                    if !self.control.sleep(self.backoff.next(cap)) {
                        return;
                    }
                }
            }
        }
    }

    /// Passes on pictures until the connection ends.
    fn watch(&mut self, mut connection: Connection) -> End {
        let stream = Description::of(&connection);
        let damaged_before = self.stats.damaged;
        let mut shown = None;
        // The first picture may take as long as connecting: it has to be a key frame.
        self.control.allow(self.options.connect_limit);
        loop {
            let (video, stamp, damage) = match connection.decoder.next() {
                Decoded::Frame { video, stamp, damage } => (video, stamp, damage),
                Decoded::End(end) => {
                    let is_file = matches!(self.source.kind(), Kind::Replay { .. });
                    return match end.unreadable {
                        None if is_file => End::File,
                        None => End::Outage(Outage::Closed),
                        Some(error) if shown.is_none() => {
                            End::Outage(match Outage::reading(error, self.options.connect_limit) {
                                Outage::ReadTimeout(limit) => Outage::NoPicture(limit),
                                other => other,
                            })
                        }
                        Some(error) => End::Outage(Outage::reading(error, self.options.read_limit)),
                    };
                }
            };
            self.stats.decoded += 1;
            self.stats.damaged = damaged_before + connection.decoder.damaged();
            let stamp = stamp.filter(|_| connection.is_stamped);
            let is_first = shown.is_none();
            if is_first {
                self.connected(&connection, &stream);
            }
            match self.place(stamp, connection.is_paced) {
                Some(time) => {
                    let size = (video.width(), video.height());
                    let news = match shown.replace(size) {
                        None => News::Connected,
                        Some(before) if before != size => News::Changed,
                        Some(_) => News::None,
                    };
                    self.picture(Picture { video, stamp, time, damage, news }, &stream);
                }
                None => self.stats.unordered += 1,
            }
            self.outbox.set_stats(self.stats);
            if self.control.is_stopped() {
                return End::Stopped;
            }
            self.control.allow(self.options.read_limit);
        }
    }

    fn connected(&mut self, connection: &Connection, stream: &Description) {
        self.backoff.reset();
        self.stats.connections += 1;
        let now = self.now();
        // What is paced begins to play now; a camera began when it was asked.
        let began = if connection.is_paced { now } else { connection.opened - self.origin };
        self.discipline.connected(connection.is_stamped.then_some(stream.ticks), began);
        if let Some(first) = connection.decoder.first_stamp() {
            self.discipline.first_packet(first);
        }
        if let Some(freeze) = &mut self.freeze {
            freeze.connected(now);
        }
    }

    /// The time of a picture; waits for it if the source has to be paced.
    fn place(&mut self, stamp: Option<i64>, is_paced: bool) -> Option<StreamTime> {
        let time = self.discipline.place(stamp, self.now())?;
        let early = time.as_micros() - self.now();
        if is_paced && early > 0 {
            self.control.sleep(Duration::from_micros(early.unsigned_abs()));
        }
        self.discipline.arrived(self.now());
        self.stats.stamp_jumps = self.discipline.jumps();
        self.stats.drift_ppm = self.discipline.drift_ppm();
        Some(time)
    }

    /// Says what a picture means, and passes it on.
    fn picture(&mut self, picture: Picture, stream: &Description) {
        let Picture { video, stamp, time, damage, news } = picture;
        self.look_at_calendar();
        let at = self.live_time(time);
        let verdict = self.judge(&video, stamp);
        let orientation = libav::frame_orientation(&video).unwrap_or(stream.orientation);
        let mut frame = Frame::new(time, video, orientation);
        match news {
            News::Connected => self.outbox.push(LiveItem::Connected { at, info: stream.info(&frame) }),
            News::Changed => self.outbox.push(LiveItem::Changed { at, info: stream.info(&frame) }),
            News::None => {}
        }
        match (verdict, self.state.unwatched_since()) {
            (Verdict::Frozen(how, since), _) => {
                self.frozen(how, self.live_time(StreamTime::from_micros(since)), at)
            }
            (Verdict::Moving, Some(from)) => self.outbox.push(LiveItem::Back { from, until: at }),
            (Verdict::Moving, None) => self.tell_gap(damage, at, stream.interval),
        }
        self.last = at;
        frame.index = self.stats.decoded - 1;
        if matches!(verdict, Verdict::Frozen(..)) {
            self.stats.frozen += 1;
            return;
        }
        self.state = State::Watching;
        if self.selection.takes(time) {
            self.stats.given += 1;
            self.outbox.push(LiveItem::Frame(LiveFrame { frame, calendar: at.calendar }));
        }
    }

    fn judge(&mut self, video: &frame::Video, stamp: Option<i64>) -> Verdict {
        let sighting = Sighting { now: self.now(), is_key: video.is_key(), stamp };
        match &mut self.freeze {
            Some(freeze) => freeze.look(sighting, || freeze::digest(video)),
            None => Verdict::Moving,
        }
    }

    fn frozen(&mut self, how: Freeze, since: LiveTime, noticed: LiveTime) {
        if matches!(self.state, State::Frozen { how: told, .. } if told == how) {
            return;
        }
        let since = self.state.unwatched_since().unwrap_or(since);
        self.outbox.push(LiveItem::Frozen { since, noticed, reason: how });
        self.state = State::Frozen { since, how };
    }

    fn offline(&mut self, reason: Outage) {
        self.look_at_calendar();
        tracing::debug!(source = %self.name, %reason, "offline");
        if matches!(self.state, State::Offline { code, .. } if code == reason.code()) {
            return;
        }
        let since = self.state.unwatched_since().unwrap_or(self.last);
        self.state = State::Offline { since, code: reason.code() };
        // A picture may be placed a little ahead of its arrival.
        let noticed = self.live_time(StreamTime::from_micros(self.now()).max(self.last.stream));
        self.outbox.push(LiveItem::Offline { since, noticed, reason });
    }

    /// Tells of the stretch since the last picture, if some are missing.
    fn tell_gap(&self, damage: Option<String>, until: LiveTime, interval: i64) {
        if !matches!(self.state, State::Watching) {
            return;
        }
        let from = self.last;
        let paused = (until.stream - from.stream).as_micros() > SHORTEST_GAP.max(interval.saturating_mul(10));
        if let Some(reason) = damage.map(GapReason::Damaged).or(paused.then_some(GapReason::Jump)) {
            self.outbox.push(LiveItem::Gap { from, until, reason });
        }
    }

    /// Follows the calendar clock, and tells when somebody has set it.
    fn look_at_calendar(&mut self) {
        let now = self.control.now();
        let offset = micros_since_epoch(self.control.clock().calendar()) - now;
        let by = offset - self.calendar_offset;
        // Two clocks cannot be read at once; less than this is how far apart the looks were.
        if by.abs() < CALENDAR_JITTER {
            return;
        }
        self.calendar_offset = offset;
        if by.abs() >= CALENDAR_STEP {
            let at = self.live_time(StreamTime::from_micros(now - self.origin));
            self.outbox.push(LiveItem::CalendarSet { at, by: StreamDuration::from_micros(by) });
        }
    }

    /// Microseconds since the reader was opened.
    fn now(&self) -> i64 {
        self.control.now() - self.origin
    }

    /// A moment of stream time by both clocks, as the calendar is set now.
    fn live_time(&self, stream: StreamTime) -> LiveTime {
        let micros =
            i128::from(stream.as_micros()) + i128::from(self.origin) + i128::from(self.calendar_offset);
        let calendar = OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000);
        // Only a clock beyond the year 9999 is out of range.
        LiveTime { stream, calendar: calendar.unwrap_or(OffsetDateTime::UNIX_EPOCH) }
    }
}

fn micros_since_epoch(calendar: OffsetDateTime) -> i64 {
    i64::try_from(calendar.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX / 4)
}
