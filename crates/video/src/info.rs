use observation::StreamDuration;
use time::OffsetDateTime;

/// What is known of a source before it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// Columns of the first frame, upright.
    pub width: u32,
    /// Rows of the first frame, upright.
    pub height: u32,
    /// Width over height as it should be shown: not `width / height` where pixels are not square.
    pub display_aspect: f64,
    /// Frames a second on average, by the container. For orientation only: time comes from stamps.
    pub nominal_fps: Option<f64>,
    /// Length of the video, if the container says so.
    pub duration: Option<StreamDuration>,
    /// Number of frames, if the container says so.
    pub frames: Option<u64>,
    /// libav's name of the codec, such as `h264`.
    pub codec: String,
    /// libav's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`; `folder` for pictures.
    pub container: String,
    /// When the video was recorded, if the container says so.
    pub creation_time: Option<OffsetDateTime>,
}
