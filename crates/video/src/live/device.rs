#![allow(unsafe_code)]
//! Cameras of Video4Linux, by libavdevice.
//!
//! The library is loaded only when such a camera is named: it brings sound, screens and a hundred other
//! packages with it, which a server that watches network cameras does without.

use std::sync::OnceLock;

use ffmpeg_next::ffi;

use super::outage::Outage;

/// Makes libavdevice's inputs known to libavformat, once for the process.
pub(crate) fn register() -> Result<(), Outage> {
    static LOADED: OnceLock<Result<libloading::Library, String>> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| load().map_err(|error| error.to_string()));
    loaded.as_ref().map(|_| ()).map_err(|error| Outage::NoDeviceSupport(error.clone()))
}

fn load() -> Result<libloading::Library, libloading::Error> {
    // SAFETY: asks for a number.
    let format_version = unsafe { ffi::avformat_version() };
    // Since FFmpeg 5.0 the two libraries share their major version.
    let name = format!("libavdevice.so.{}", format_version >> 16);
    // SAFETY: libavdevice has no initialisers that misbehave; the function takes and gives nothing. The
    // library stays loaded for the life of the process, because its inputs stay registered.
    unsafe {
        let library = libloading::Library::new(name)?;
        let register_all = library.get::<unsafe extern "C" fn()>(b"avdevice_register_all\0")?;
        register_all();
        Ok(library)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_beside_libavformat_knows_video4linux() {
        crate::libav::initialise();
        register().unwrap_or_else(|outage| panic!("{outage}"));
        // SAFETY: the name is terminated.
        let format = unsafe { ffi::av_find_input_format(c"video4linux2".as_ptr()) };
        assert!(!format.is_null());
    }
}
