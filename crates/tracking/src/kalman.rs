//! A Kalman filter of one coordinate: position and velocity, in seconds. A box is four of them, for the
//! constant-velocity model with independent axes needs no larger matrix.

/// Estimate of one coordinate and its velocity, with their covariance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub(crate) position: f64,
    pub(crate) velocity: f64,
    /// Variances of position and velocity, and their covariance.
    pp: f64,
    pv: f64,
    vv: f64,
}

impl Axis {
    /// At `position` with standard deviation `spread`; unmoving, give or take `speed` a second.
    pub(crate) fn new(position: f64, spread: f64, speed: f64) -> Self {
        Self { position, velocity: 0.0, pp: spread * spread, pv: 0.0, vv: speed * speed }
    }

    /// Moves on by `seconds`, with white acceleration noise of spectral density `acceleration`² (Bar-Shalom,
    /// Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*, 6.2.2).
    pub(crate) fn predict(&mut self, seconds: f64, acceleration: f64) {
        let q = acceleration * acceleration;
        let (t, t2, t3) = (seconds, seconds * seconds, seconds * seconds * seconds);
        self.position += self.velocity * t;
        self.pp += 2.0 * t * self.pv + t2 * self.vv + q * t3 / 3.0;
        self.pv += t * self.vv + q * t2 / 2.0;
        self.vv += q * t;
    }

    /// Takes a measurement with standard deviation `spread`.
    pub(crate) fn correct(&mut self, measured: f64, spread: f64) {
        let innovation = self.pp + spread * spread;
        let (gain_p, gain_v) = (self.pp / innovation, self.pv / innovation);
        let off = measured - self.position;
        self.position += gain_p * off;
        self.velocity += gain_v * off;
        self.vv -= gain_v * self.pv;
        self.pp *= 1.0 - gain_p;
        self.pv *= 1.0 - gain_p;
    }

    /// Standard deviation of the position.
    pub(crate) fn spread(&self) -> f64 {
        self.pp.max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocity_is_found_at_any_frame_rate() {
        for fps in [5.0, 10.0, 30.0] {
            let mut axis = Axis::new(0.0, 0.05, 1.0);
            let frames = (3.0 * fps) as u32;
            for i in 1..=frames {
                axis.predict(1.0 / fps, 0.5);
                axis.correct(0.7 * f64::from(i) / fps, 0.05);
            }
            assert!((axis.velocity - 0.7).abs() < 0.02, "{fps} frames/s: {}", axis.velocity);
        }
    }
}
