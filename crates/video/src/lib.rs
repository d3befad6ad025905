//! An address in, frames with stream time out.

mod clock;
mod conversion;
mod decoder;
mod digest;
mod error;
mod folder;
mod frame;
mod gap;
mod info;
mod layout;
mod letterbox;
mod libav;
mod log;
mod losses;
mod orientation;
mod reader;
mod sampling;
mod scaler;
mod selection;
mod source;
mod stream;
mod writer;

pub use conversion::RgbImage;
pub use digest::ContentDigest;
pub use error::{Error, MAX_PIXELS, MAX_SIDE};
pub use frame::Frame;
pub use gap::{Gap, GapReason};
pub use info::Info;
pub use letterbox::{Letterbox, Placement, Region};
pub use reader::{Item, ReadOptions, ReadStats, Reader};
pub use scaler::Scaler;
pub use source::Source;
pub use writer::{Mp4Writer, WriteOptions};
