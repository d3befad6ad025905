#![allow(unsafe_code)]
//! libav's own log, handed on to `tracing` at level debug, without addresses, which hold
//! passwords. By itself libav writes to standard error.

use std::ffi::{CStr, c_char, c_int, c_void};

use address::redaction;
use ffmpeg_next::ffi;

const LINE: usize = 512;

/// Routes libav's log for the whole process.
pub(crate) fn route() {
    // SAFETY: `receive` is callable from any thread, as libav demands.
    unsafe { ffi::av_log_set_callback(Some(receive)) }
}

unsafe extern "C" fn receive(
    context: *mut c_void,
    level: c_int,
    format: *const c_char,
    arguments: *mut ffi::__va_list_tag,
) {
    if level > ffi::AV_LOG_WARNING || !tracing::enabled!(target: "libav", tracing::Level::DEBUG) {
        return;
    }
    let mut line: [c_char; LINE] = [0; LINE];
    let mut with_prefix = 1;
    // SAFETY: libav passes a context, format and arguments that belong together; the line is terminated
    // within its length.
    let text = unsafe {
        ffi::av_log_format_line2(
            context,
            level,
            format,
            arguments,
            line.as_mut_ptr(),
            LINE as c_int,
            &mut with_prefix,
        );
        CStr::from_ptr(line.as_ptr())
    };
    tracing::debug!(target: "libav", "{}", redaction::line(text.to_string_lossy().trim_end()));
}
