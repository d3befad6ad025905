use std::sync::Arc;

use ::alerts::{Alerts, Sender};
use database::{Access, Tx};
use egress::Client;

use crate::App;
use crate::problem::Problem;

/// What rules, alerts and channels are asked of.
#[derive(Clone)]
pub struct Alerting {
    /// Where they are kept.
    pub alerts: Alerts,
    /// What tests channels.
    pub sender: Sender,
    /// What knows which addresses may be entered.
    pub client: Client,
}

impl Alerting {
    pub(crate) async fn begin(&self) -> Result<Tx, Problem> {
        Ok(self.alerts.database().begin(Access::Add).await?)
    }
}

impl App {
    pub(crate) fn alerting(&self) -> Result<&Arc<Alerting>, Problem> {
        self.alerting.get().ok_or_else(Problem::unavailable)
    }
}
