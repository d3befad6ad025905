//! What a connection says of its stream.

use super::connection::Connection;
use super::discipline::Ticks;
use crate::orientation::Orientation;
use crate::stream::frame_rate;
use crate::{Frame, Info, libav};

/// What stays the same while a connection stands.
pub(crate) struct Description {
    pub(crate) ticks: Ticks,
    /// About the time between frames, microseconds.
    pub(crate) interval: i64,
    pub(crate) orientation: Orientation,
    fps: Option<f64>,
    sample_aspect: f64,
    codec: String,
    container: String,
}

impl Description {
    pub(crate) fn of(connection: &Connection) -> Self {
        let stream = connection.decoder.stream();
        let parameters = libav::stream_parameters(&stream);
        let fps = frame_rate(&stream);
        // 25 frames a second where nothing is said; and nobody may announce that he will be silent for hours.
        let interval = (1e6 / fps.unwrap_or(25.0)).min(10e6) as i64;
        let time_base = stream.time_base();
        Self {
            ticks: Ticks::new((time_base.numerator(), time_base.denominator()), interval),
            interval,
            orientation: libav::stream_orientation(&stream),
            fps,
            sample_aspect: parameters.sample_aspect,
            codec: parameters.codec,
            container: connection.decoder.input().format().name().to_owned(),
        }
    }

    /// What the consumer is told, when `frame` is the first of its size.
    pub(crate) fn info(&self, frame: &Frame) -> Info {
        let (width, height) = (frame.width(), frame.height());
        let (across, down) = self.orientation.turned(self.sample_aspect, 1.0);
        Info {
            width,
            height,
            display_aspect: f64::from(width) * across / (f64::from(height) * down),
            nominal_fps: self.fps,
            duration: None,
            frames: None,
            codec: self.codec.clone(),
            container: self.container.clone(),
            creation_time: None,
        }
    }
}
