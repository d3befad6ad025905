//! How many may look on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::Who;
use metrics::gauge;
use uuid::Uuid;

use crate::extract::Caller;
use crate::problem::{Code, Problem};

/// Streams at once.
const ALL: usize = 4000;
/// Streams at once of one user or token.
const OF_ONE: usize = 50;

/// Who looks on.
#[derive(Default)]
pub(crate) struct Seats(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    all: usize,
    by_caller: HashMap<Uuid, usize>,
}

impl Seats {
    /// A place for one stream of the caller.
    pub(super) fn take(seats: &Arc<Self>, caller: &Caller) -> Result<Seat, Problem> {
        let who = match caller.who {
            Who::User { id, .. } | Who::Token { id, .. } => Some(id),
            Who::Program | Who::Nobody => None,
        };
        let mut taken = seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = who.and_then(|who| taken.by_caller.get(&who).copied()).unwrap_or(0);
        if taken.all >= ALL || own >= OF_ONE {
            let detail = format!("{} streams are open, and no more at once", taken.all.min(own.max(OF_ONE)));
            return Err(Problem::new(Code::TooMany, detail).after(10));
        }
        taken.all += 1;
        if let Some(who) = who {
            *taken.by_caller.entry(who).or_default() += 1;
        }
        gauge!("camtally_live_streams").set(taken.all as f64);
        Ok(Seat { seats: Arc::clone(seats), who })
    }
}

/// The place of one stream.
pub(super) struct Seat {
    seats: Arc<Seats>,
    who: Option<Uuid>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        gauge!("camtally_live_streams").set(taken.all as f64);
        let Some(who) = self.who else { return };
        if let Some(count) = taken.by_caller.get_mut(&who) {
            *count -= 1;
            if *count == 0 {
                taken.by_caller.remove(&who);
            }
        }
    }
}
