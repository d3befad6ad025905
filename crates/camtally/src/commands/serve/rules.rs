//! A camera's rules, in force and shown, while somebody edits them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use counting::Rules;
use pipeline::RulesInbox;

/// A camera's rules, which may be edited while it is watched.
pub(crate) struct CurrentRules {
    pub(super) inbox: RulesInbox,
    now: Mutex<Arc<Rules>>,
    /// How often they were changed.
    pub(super) edition: AtomicU64,
}

impl CurrentRules {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { inbox: RulesInbox::default(), now: Mutex::new(Arc::new(rules)), edition: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self) -> Arc<Rules> {
        Arc::clone(&self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other rules in force; what a watched camera has counted stays.
    pub(crate) fn put(&self, camera: &server::Camera, rules: Rules) {
        let rules = Arc::new(rules);
        camera.put_in_force(Arc::clone(&rules));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&rules);
        self.inbox.put(Rules::clone(&rules));
        self.edition.fetch_add(1, Ordering::Release);
    }
}
