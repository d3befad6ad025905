//! What waits for the consumer: the newest pictures, and what happened between them.

use std::collections::VecDeque;

use super::item::{LiveItem, LiveTime};

/// Items that wait at most; beyond, the older half is told as one stretch that was shed. Only a consumer that
/// has stopped for minutes while the camera comes and goes meets this.
const MAX_ITEMS: usize = 512;

/// A bounded queue that never refuses and never blocks: the oldest waiting pictures give way.
#[derive(Debug)]
pub(crate) struct Queue {
    items: VecDeque<LiveItem>,
    frames: usize,
    max_frames: usize,
    shed: u64,
    /// Nothing more will come.
    pub(crate) ended: bool,
}

impl Queue {
    /// A queue in which up to `max_frames` pictures wait, and at least one.
    pub(crate) fn new(max_frames: usize) -> Self {
        Self { items: VecDeque::new(), frames: 0, max_frames: max_frames.max(1), shed: 0, ended: false }
    }

    /// Pictures that gave way so far.
    pub(crate) fn shed(&self) -> u64 {
        self.shed
    }

    pub(crate) fn push(&mut self, item: LiveItem) {
        self.frames += usize::from(matches!(item, LiveItem::Frame(_)));
        self.items.push_back(item);
        if self.frames > self.max_frames {
            self.shed_oldest_frame();
        }
        if self.items.len() > MAX_ITEMS {
            self.collapse();
        }
    }

    pub(crate) fn pop(&mut self) -> Option<LiveItem> {
        let item = self.items.pop_front()?;
        self.frames -= usize::from(matches!(item, LiveItem::Frame(_)));
        Some(item)
    }

    /// Puts a note in the place of the oldest picture, or adds to the note just before it.
    fn shed_oldest_frame(&mut self) {
        let Some(at) = self.items.iter().position(|item| matches!(item, LiveItem::Frame(_))) else {
            return;
        };
        let Some(LiveItem::Frame(frame)) = self.items.get(at) else {
            return;
        };
        let time = frame.time();
        self.frames -= 1;
        self.shed += 1;
        if let Some(LiveItem::Shed { frames, last, .. }) =
            at.checked_sub(1).and_then(|at| self.items.get_mut(at))
        {
            *frames += 1;
            *last = time;
            self.items.remove(at);
        } else {
            self.items[at] = LiveItem::Shed { frames: 1, first: time, last: time };
        }
    }

    /// Makes one note of the older half, and keeps what the consumer must know to understand what follows:
    /// what the source is, and whether it is being watched.
    fn collapse(&mut self) {
        let older: Vec<LiveItem> = self.items.drain(..MAX_ITEMS / 2).collect();
        let (mut shed, mut stretch, mut info, mut unwatched) = (0, None::<(LiveTime, LiveTime)>, None, None);
        for item in older {
            let (first, last) = span(&item);
            stretch = Some((stretch.map_or(first, |(first, _)| first), last));
            match item {
                LiveItem::Frame(_) => {
                    self.frames -= 1;
                    self.shed += 1;
                    shed += 1;
                }
                LiveItem::Shed { frames, .. } => shed += frames,
                item @ (LiveItem::Connected { .. } | LiveItem::Changed { .. }) => info = Some(item),
                item @ (LiveItem::Offline { .. } | LiveItem::Frozen { .. }) => unwatched = Some(item),
                LiveItem::Back { .. } => unwatched = None,
                LiveItem::Gap { .. } | LiveItem::CalendarSet { .. } => {}
            }
        }
        for item in unwatched.into_iter().chain(info) {
            self.items.push_front(item);
        }
        if let Some((first, last)) = stretch {
            self.items.push_front(LiveItem::Shed { frames: shed, first, last });
        }
    }
}

/// The stretch of time that an item is about.
fn span(item: &LiveItem) -> (LiveTime, LiveTime) {
    match item {
        LiveItem::Frame(frame) => (frame.time(), frame.time()),
        LiveItem::Connected { at, .. } | LiveItem::Changed { at, .. } | LiveItem::CalendarSet { at, .. } => {
            (*at, *at)
        }
        LiveItem::Offline { since, noticed, .. } => (*since, *noticed),
        LiveItem::Frozen { since, noticed, .. } => (*since, *noticed),
        LiveItem::Back { from, until } | LiveItem::Gap { from, until, .. } => (*from, *until),
        LiveItem::Shed { first, last, .. } => (*first, *last),
    }
}

#[cfg(test)]
mod tests {
    use ffmpeg_next::frame;
    use observation::StreamTime;
    use time::OffsetDateTime;

    use super::*;
    use crate::live::item::LiveFrame;
    use crate::live::outage::Outage;
    use crate::orientation::Orientation;
    use crate::{Frame, GapReason};

    fn at(micros: i64) -> LiveTime {
        let calendar = OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(micros);
        LiveTime { stream: StreamTime::from_micros(micros), calendar }
    }

    fn picture(micros: i64) -> LiveItem {
        let time = at(micros);
        let frame = Frame::new(time.stream, frame::Video::empty(), Orientation::default());
        LiveItem::Frame(LiveFrame { frame, calendar: time.calendar })
    }

    fn gap(from: i64, until: i64) -> LiveItem {
        LiveItem::Gap { from: at(from), until: at(until), reason: GapReason::Jump }
    }

    /// Every item as a short text.
    fn drain(queue: &mut Queue) -> Vec<String> {
        let micros = |time: LiveTime| time.stream.as_micros();
        std::iter::from_fn(|| queue.pop())
            .map(|item| match item {
                LiveItem::Frame(frame) => format!("{}", micros(frame.time())),
                LiveItem::Shed { frames, first, last } => {
                    format!("shed {frames} {}-{}", micros(first), micros(last))
                }
                LiveItem::Gap { from, until, .. } => format!("gap {}-{}", micros(from), micros(until)),
                LiveItem::Offline { since, .. } => format!("offline {}", micros(since)),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_newest_pictures_wait_and_the_others_are_told_in_their_place() {
        let mut queue = Queue::new(2);
        for micros in 1..=5 {
            queue.push(picture(micros));
        }
        assert_eq!(drain(&mut queue), ["shed 3 1-3", "4", "5"]);
        assert_eq!(queue.shed(), 3);
    }

    #[test]
    fn what_happened_between_pictures_stays_in_its_place() {
        let mut queue = Queue::new(1);
        queue.push(picture(1));
        queue.push(picture(2));
        queue.push(gap(2, 9));
        queue.push(picture(9));
        queue.push(picture(10));
        assert_eq!(drain(&mut queue), ["shed 2 1-2", "gap 2-9", "shed 1 9-9", "10"]);
    }

    #[test]
    fn a_consumer_that_never_comes_costs_no_memory_and_can_still_tell_what_happened() {
        let mut queue = Queue::new(4);
        for micros in 0..100_000 {
            queue.push(picture(2 * micros));
            queue.push(gap(2 * micros, 2 * micros + 2));
        }
        queue.push(LiveItem::Offline { since: at(200_000), noticed: at(200_001), reason: Outage::Closed });
        for micros in 200_001..200_000 + MAX_ITEMS as i64 {
            queue.push(gap(micros, micros));
        }
        let told = drain(&mut queue);
        assert!(told.len() <= MAX_ITEMS + 3, "{}", told.len());
        assert!(told[0].starts_with("shed 99996 0-") || told[0].starts_with("shed 100000 0-"), "{}", told[0]);
        assert!(told.iter().any(|item| item == "offline 200000"), "{:?}", &told[..3]);
    }
}
