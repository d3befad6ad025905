use counting::{Counter, Footprint, Frame, Grid, RuleError, Rules, Summary, TrackChange};
use event::{Event, Gap, Stream};
use observation::{Class, Detection, StreamTime, TrackId, TrackedDetection};
use time::OffsetDateTime;
use tracking::{Tracker, TrackerSettings};

/// Detections or tracks in, events out: the part of the pipeline that is the same wherever the boxes come
/// from.
#[derive(Clone, Debug)]
pub struct Analysis {
    tracker: Tracker,
    counter: Counter,
    counted: Vec<Class>,
}

/// What one frame gave.
#[derive(Clone, Debug, Default)]
pub struct Analysed {
    /// The confirmed tracks that were seen.
    pub seen: Vec<TrackedDetection>,
    /// The tracks that were given up.
    pub ended: Vec<TrackId>,
    /// What became certain.
    pub events: Vec<Event>,
}

impl Analysis {
    /// For one stream; `classes` are the model's class names, `counted` those of them that are followed at
    /// all, `aspect` the frame's width divided by its height.
    ///
    /// # Errors
    /// When a rule is impossible or names a class that the model does not know.
    pub fn new(
        stream: Stream,
        rules: Rules,
        classes: &[String],
        counted: Vec<Class>,
        settings: TrackerSettings,
        aspect: f64,
    ) -> Result<Self, RuleError> {
        let counter = Counter::new(stream, rules, classes, aspect)?;
        Ok(Self { tracker: Tracker::new(settings, aspect), counter, counted })
    }

    /// Takes the boxes of one frame.
    pub fn detections(&mut self, time: StreamTime, detections: &[Detection]) -> Analysed {
        let followed: Vec<Detection> =
            detections.iter().filter(|seen| self.counted.contains(&seen.class)).copied().collect();
        let tracked = self.tracker.update(time, &followed);
        let events = self.counter.update(&Frame { time, seen: &tracked.seen, ended: &tracked.ended });
        Analysed { seen: tracked.seen, ended: tracked.ended, events }
    }

    /// Takes what another tracker made of one frame; `ended` are the tracks that are not seen again.
    pub fn tracks(&mut self, time: StreamTime, seen: Vec<TrackedDetection>, ended: &[TrackId]) -> Analysed {
        let events = self.counter.update(&Frame { time, seen: &seen, ended });
        Analysed { seen, ended: ended.to_vec(), events }
    }

    /// Nothing could be seen for a while.
    pub fn gap(&mut self, gap: Gap) -> Vec<Event> {
        self.tracker.reset();
        self.counter.gap(gap)
    }

    /// Nothing is seen any more since this moment: every stay ends here, and no track goes on behind it. What
    /// [`gap`](Self::gap) does at once, for those who do not know yet how long it lasts.
    pub fn interrupt(&mut self, since: StreamTime) -> Vec<Event> {
        self.tracker.reset();
        self.counter.interrupt(since)
    }

    /// Somebody set the clock: from now on stream time zero is this calendar time.
    pub fn set_start(&mut self, start: OffsetDateTime) {
        self.counter.set_start(start);
    }

    /// Counts by these rules from now on. A rule that is the same as before goes on as if nothing had been changed;
    /// stays in zones that are gone or changed end.
    ///
    /// # Errors
    /// When a rule is impossible or names a class that the model does not know; then nothing is changed.
    pub fn change_rules(&mut self, rules: Rules) -> Result<Vec<Event>, RuleError> {
        self.counter.change_rules(rules)
    }

    /// The stream has ended.
    pub fn finish(&mut self) -> Vec<Event> {
        self.counter.finish()
    }

    /// The totals so far.
    pub fn summary(&self) -> Summary {
        self.counter.summary()
    }

    /// What became of tracks in the last frame, gap or end.
    pub fn changes(&self) -> &[TrackChange] {
        self.counter.changes()
    }

    /// Takes out the presence in [`footprint`](Self::footprint), so that it gathers anew: for those who keep it by the
    /// hour.
    pub fn take_presence(&mut self) -> Grid {
        self.counter.take_presence()
    }

    /// Where people walked, and where tracks began and ended.
    pub fn footprint(&self) -> &Footprint {
        self.counter.footprint()
    }
}
