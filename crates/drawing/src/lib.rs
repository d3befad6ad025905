//! Results in, pictures out: annotated frames, heat maps, maps of births and deaths, drawings of scenes.
//!
//! Everything here is pure: pictures are RGB24 buffers (`width * height * 3` bytes, rows from the top, no
//! padding), PNG and JPEG files are bytes, drawings are SVG texts; nothing reads or writes a file. Equal input gives
//! equal bytes. Coordinates are normalised to the frame, as everywhere.
//!
//! - [`Overlay`] draws boxes, trails, lines, zones and counts onto the frames of a video.
//! - [`heat_map_png`] shows where objects spent their time, [`birth_death_png`] where their tracks begin and end.
//! - [`pixelate`] makes a part of a picture unrecognisable.
//! - [`scene_svg`] draws a line and the paths across it for a page of documentation.
//!
//! ```
//! use drawing::{FrameContent, LineLook, Overlay};
//! use observation::Point;
//!
//! let mut overlay = Overlay::new(320, 240)?;
//! let mut frame = vec![0; 320 * 240 * 3];
//! let door = LineLook {
//!     name: "door".into(),
//!     points: vec![Point::new(0.1, 0.5), Point::new(0.9, 0.5)],
//!     forward_name: "in".into(),
//!     backward_name: "out".into(),
//!     ..LineLook::default()
//! };
//! overlay.frame(&mut frame, &FrameContent { lines: &[door], ..FrameContent::default() })?;
//! assert!(frame.iter().any(|value| *value > 0));
//! # Ok::<(), drawing::DrawingError>(())
//! ```

mod canvas;
mod colour;
mod lettering;
mod look;
mod maps;
mod marks;
mod overlay;
mod picture;
mod pixelate;
mod scene_svg;

pub use look::{BoxLook, FrameContent, LineLook, ZoneLook};
pub use maps::{Grid, birth_death_png, heat_map_png};
pub use overlay::Overlay;
pub use picture::{Rgb, encode_jpeg, encode_png};
pub use pixelate::pixelate;
pub use scene_svg::{PathLook, SceneLook, scene_svg};

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawingError {
    /// A picture without pixels, or with more than can be drawn.
    #[error("a picture of {width}x{height} pixels cannot be drawn: both sides must be 1 to 16384")]
    PictureSize {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A buffer that does not hold what its size says.
    #[error("an RGB24 picture of {width}x{height} has {} bytes, but the buffer has {bytes}", u64::from(*.width) * u64::from(*.height) * 3)]
    BufferSize {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Bytes in the buffer.
        bytes: usize,
    },
    /// A grid that does not hold one value for each cell.
    #[error("a grid of {columns}x{rows} cells needs that many values and at least one, but it has {values}")]
    GridSize {
        /// Cells in a row.
        columns: usize,
        /// Rows.
        rows: usize,
        /// Values in the grid.
        values: usize,
    },
    /// The PNG encoder failed.
    #[error("the picture could not be written as PNG: {0}")]
    Png(#[from] png::EncodingError),
    /// The JPEG encoder failed.
    #[error("the picture could not be written as JPEG: {0}")]
    Jpeg(#[from] jpeg_encoder::EncodingError),
}
