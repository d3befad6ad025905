use crate::{Camera, Site};

/// What stands in the configuration file. It is listed with the others, and cannot be changed here.
#[derive(Clone, Debug, Default)]
pub struct Provisioned {
    /// Sites, with `provisioned` set.
    pub sites: Vec<Site>,
    /// Cameras, with `provisioned` set.
    pub cameras: Vec<Camera>,
}
