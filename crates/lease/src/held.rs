//! The leases that this worker has, by its own clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::leases::Granted;
use crate::{MARGIN, Stamp, TERM};

/// What a worker holds. `now` is its monotonic clock everywhere.
pub struct Held {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    leases: BTreeMap<String, Lease>,
    /// The database's clock in microseconds, and this one's at the same moment or just before.
    clock: Option<(i64, Duration)>,
}

struct Lease {
    epoch: i64,
    /// From here on nothing is counted.
    deadline: Duration,
    /// It is to be given back when nobody watches any more.
    leaving: bool,
    /// Whether its camera is being watched.
    watched: bool,
}

/// A camera that this worker may watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The lease's epoch: another one is another watch.
    pub epoch: i64,
}

impl Default for Held {
    fn default() -> Self {
        Self { state: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl Held {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|change| *change += 1);
    }

    /// Tells of each change of what may be watched.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Takes in what the database answered to a request that was sent at `sent`: leases that it renewed or granted. Those
    /// of `asked` that are not among them are lost.
    pub fn answered(&self, sent: Duration, database: i64, asked: &[String], granted: Vec<Granted>) {
        let mut state = self.state();
        state.clock = Some((database, sent));
        // The database began to count no earlier than this.
        let deadline = sent + TERM - MARGIN;
        let mut changed = false;
        for lost in asked.iter().filter(|camera| !granted.iter().any(|granted| granted.camera == **camera)) {
            changed |= state.leases.remove(lost).is_some();
        }
        for Granted { camera, epoch } in granted {
            match state.leases.get_mut(&camera).filter(|lease| lease.epoch == epoch) {
                Some(lease) => lease.deadline = lease.deadline.max(deadline),
                None => {
                    let lease = Lease { epoch, deadline, leaving: false, watched: false };
                    state.leases.insert(camera, lease);
                    changed = true;
                }
            }
        }
        drop(state);
        if changed {
            self.changed();
        }
    }

    /// Drops leases whose time is up; says of how many cameras.
    pub fn lapse(&self, now: Duration) -> usize {
        let mut state = self.state();
        let before = state.leases.len();
        state.leases.retain(|_, lease| lease.deadline > now);
        let lapsed = before - state.leases.len();
        drop(state);
        if lapsed > 0 {
            self.changed();
        }
        lapsed
    }

    /// Whether a camera may be watched.
    pub fn may_watch(&self, camera: &str, now: Duration) -> Option<Holding> {
        let state = self.state();
        let lease = state.leases.get(camera).filter(|lease| lease.deadline > now && !lease.leaving)?;
        Some(Holding { epoch: lease.epoch })
    }

    /// What is to be put on an event that is written down now; none when the camera is not, or no longer, held.
    pub fn stamp(&self, camera: &str, now: Duration) -> Option<Stamp> {
        let state = self.state();
        let (database, sent) = state.clock?;
        let lease = state.leases.get(camera).filter(|lease| lease.deadline > now)?;
        let since = i64::try_from(now.saturating_sub(sent).as_micros()).unwrap_or(i64::MAX);
        Some(Stamp { epoch: lease.epoch, at: database.saturating_add(since) })
    }

    /// Says whether a camera is being watched.
    pub fn watch(&self, camera: &str, watched: bool) {
        if let Some(lease) = self.state().leases.get_mut(camera) {
            lease.watched = watched;
        }
    }

    /// The cameras that are held: also those that are to be given back.
    pub fn cameras(&self) -> Vec<String> {
        self.state().leases.keys().cloned().collect()
    }

    /// How many are held and are to stay.
    pub fn staying(&self) -> usize {
        self.state().leases.values().filter(|lease| !lease.leaving).count()
    }

    /// Ends the watching of cameras, which are given back afterwards.
    pub fn leave(&self, cameras: &[String]) {
        let mut state = self.state();
        for camera in cameras {
            if let Some(lease) = state.leases.get_mut(camera) {
                lease.leaving = true;
            }
        }
        drop(state);
        self.changed();
    }

    /// Cameras that nobody watches any more and that are to be given back.
    pub fn left(&self) -> Vec<Granted> {
        let state = self.state();
        let left = state.leases.iter().filter(|(_, lease)| lease.leaving && !lease.watched);
        left.map(|(camera, lease)| Granted { camera: camera.clone(), epoch: lease.epoch }).collect()
    }

    /// Forgets leases that were given back.
    pub fn gave_back(&self, cameras: &[Granted]) {
        let mut state = self.state();
        for Granted { camera, .. } in cameras {
            state.leases.remove(camera);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn granted(camera: &str, epoch: i64) -> Granted {
        Granted { camera: camera.to_owned(), epoch }
    }

    #[test]
    fn counting_stops_before_the_database_gives_the_camera_to_another() {
        let held = Held::default();
        held.answered(s(100), 5_000_000, &[], vec![granted("a", 7)]);
        assert_eq!(held.may_watch("a", s(100)), Some(Holding { epoch: 7 }));
        assert_eq!(held.stamp("a", s(103)), Some(Stamp { epoch: 7, at: 8_000_000 }));
        let last = s(100) + TERM - MARGIN;
        assert!(held.stamp("a", last - Duration::from_micros(1)).is_some());
        assert_eq!((held.stamp("a", last), held.may_watch("a", last)), (None, None));
        assert_eq!((held.lapse(last), held.cameras().len()), (1, 0));
    }

    #[test]
    fn a_renewal_goes_from_when_it_was_asked_for_and_one_that_is_not_answered_changes_nothing() {
        let held = Held::default();
        held.answered(s(0), 0, &[], vec![granted("a", 1), granted("b", 2)]);
        let asked = held.cameras();
        held.answered(s(5), 5_000_000, &asked, vec![granted("a", 1)]);
        assert!(held.may_watch("b", s(5)).is_none(), "it was lost");
        assert!(held.may_watch("a", s(5) + TERM - MARGIN - s(1)).is_some());
        // An answer that comes late does not take back a later one.
        held.answered(s(2), 2_000_000, &asked, vec![granted("a", 1)]);
        assert!(held.may_watch("a", s(5) + TERM - MARGIN - s(1)).is_some());
    }

    #[test]
    fn what_is_to_go_is_written_to_its_end_and_given_back_when_nobody_watches() {
        let held = Held::default();
        held.answered(s(0), 0, &[], vec![granted("a", 1)]);
        held.watch("a", true);
        held.leave(&["a".to_owned()]);
        assert!(held.may_watch("a", s(1)).is_none() && held.stamp("a", s(1)).is_some());
        assert_eq!(held.left(), []);
        held.watch("a", false);
        assert_eq!(held.left(), [granted("a", 1)]);
        held.gave_back(&[granted("a", 1)]);
        assert!(held.stamp("a", s(1)).is_none());
    }
}
