#![allow(unsafe_code)]
//! The C border: what `ffmpeg-next` does not offer, or offers in a way that hostile files can misuse.

use std::ffi::{CStr, c_int};
use std::fmt;
use std::ptr;
use std::sync::{Once, OnceLock};

use ffmpeg_next::{
    self as ffmpeg, Dictionary, Frame as LibavFrame, Stream, ffi,
    format::context::{Input, Output},
};

use crate::error::{MAX_PIXELS, MAX_SIDE};
use crate::orientation::Orientation;

/// Room for a picture of [`MAX_PIXELS`] with four channels of 16 bits, and its margins.
const MAX_ALLOCATION: usize = MAX_PIXELS as usize * 8 + (64 << 20);

/// What libav says is wrong, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LibavError(pub(crate) ffmpeg::Error);

impl fmt::Display for LibavError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ffmpeg::Error::Other { errno } => std::io::Error::from_raw_os_error(errno).fmt(f),
            other => f.write_str(other.to_string().to_lowercase().as_str()),
        }
    }
}

impl From<ffmpeg::Error> for LibavError {
    fn from(error: ffmpeg::Error) -> Self {
        Self(error)
    }
}

/// The error that a code of libav is, if it is one.
pub(crate) fn check(code: c_int) -> Result<(), LibavError> {
    if code < 0 { Err(LibavError(ffmpeg::Error::from(code))) } else { Ok(()) }
}

/// Prepares libav once for the process.
pub(crate) fn initialise() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        crate::log::route();
        // SAFETY: sets a number. It is the size of the largest single buffer that libav asks for, whatever a
        // stranger's file or camera announces.
        unsafe { ffi::av_max_alloc(MAX_ALLOCATION) };
        ffmpeg::format::network::init();
        // Only fills the table of error texts; it cannot fail.
        if let Err(error) = ffmpeg::init() {
            tracing::warn!(%error, "libav did not initialise");
        }
    });
}

/// Formats that are not read: those that name other files or addresses, and might wait for them for ever; and
/// those that draw any text as if on a terminal.
const REFUSED_FORMATS: [&str; 16] = [
    "hls",
    "dash",
    "concat",
    "concatf",
    "imf",
    "webm_dash_manifest",
    "image2",
    "rtsp",
    "sdp",
    "sap",
    "rtp",
    "tty",
    "xbin",
    "bin",
    "adf",
    "idf",
];

/// libav's names of all other formats.
fn accepted_formats() -> &'static str {
    static NAMES: OnceLock<String> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Vec::new();
        let mut state = ptr::null_mut();
        // SAFETY: the state starts as null and belongs to the iteration; descriptions and names are static.
        while let Some(format) = unsafe { ffi::av_demuxer_iterate(&mut state).as_ref() } {
            let name = unsafe { CStr::from_ptr(format.name) }.to_string_lossy();
            if !name.split(',').any(|name| REFUSED_FORMATS.contains(&name)) {
                names.push(name);
            }
        }
        names.join(",")
    })
}

/// Opens `url` and reads its header, but not yet its streams.
///
/// Only local files and pipes are reachable, and only formats that hold their pictures themselves: a playlist
/// or a crafted container cannot make libav open anything else, or wait for it. Formats that are refused are
/// an `EINVAL`.
pub(crate) fn open(url: &CStr) -> Result<Input, LibavError> {
    let mut options = Dictionary::new();
    options.set("protocol_whitelist", "file,pipe");
    options.set("format_whitelist", accepted_formats());
    let mut context = ptr::null_mut();
    // SAFETY: `context` is null, so that libav allocates it, and frees it again on failure; `url` is
    // terminated; `disown` hands over the dictionary, which libav replaces by the one of unused options, and
    // `own` frees that.
    unsafe {
        let mut options = options.disown();
        let code = ffi::avformat_open_input(&mut context, url.as_ptr(), ptr::null(), &mut options);
        drop(Dictionary::own(options));
        check(code)?;
        Ok(Input::wrap(context))
    }
}

/// Reads as much of the file as it takes to know its streams: by libav's defaults 5 MB or 5 s.
pub(crate) fn find_streams(input: &mut Input) -> Result<(), LibavError> {
    // The probing decoders must not be made to allocate absurd pictures. One dictionary for each stream known
    // so far, as the call demands; its decoders allocate within libav's own limit for streams found later.
    let count = input.nb_streams() as usize;
    let mut options: Vec<*mut ffi::AVDictionary> = (0..count)
        .map(|_| {
            let mut options = Dictionary::new();
            options.set("max_pixels", &MAX_PIXELS.to_string());
            options.set("threads", "1");
            // SAFETY: ownership goes into the vector, and is taken back below.
            unsafe { options.disown() }
        })
        .collect();
    // SAFETY: `input` is open; the array has one entry for every stream, or is empty with none.
    let code = unsafe { ffi::avformat_find_stream_info(input.as_mut_ptr(), options.as_mut_ptr()) };
    for options in options {
        // SAFETY: each is a dictionary that this function owns.
        drop(unsafe { Dictionary::own(options) });
    }
    check(code)
}

/// Positions `input` at the last key frame of `stream` at or before `ticks`.
pub(crate) fn seek(input: &mut Input, stream: usize, ticks: i64) -> Result<(), LibavError> {
    // SAFETY: `input` is open and `stream` is one of its streams.
    check(unsafe { ffi::avformat_seek_file(input.as_mut_ptr(), stream as c_int, i64::MIN, ticks, ticks, 0) })
}

/// Makes the demuxer skip the packets of every stream but `stream`.
pub(crate) fn discard_all_but(input: &mut Input, stream: usize) {
    for index in (0..input.nb_streams() as usize).filter(|index| *index != stream) {
        // SAFETY: `input` is open and has this stream.
        unsafe { (**(*input.as_mut_ptr()).streams.add(index)).discard = ffi::AVDiscard::AVDISCARD_ALL }
    }
}

/// Whether the container's duration was guessed from its size, which is of no use.
pub(crate) fn duration_is_guessed(input: &Input) -> bool {
    // SAFETY: `input` is open.
    let method = unsafe { (*input.as_ptr()).duration_estimation_method };
    method == ffi::AVDurationEstimationMethod::AVFMT_DURATION_FROM_BITRATE
}

/// A value of the container's metadata.
pub(crate) fn container_metadata(input: &Input, key: &CStr) -> Option<String> {
    // SAFETY: `input` is open, so its dictionary is null or valid.
    unsafe { entry((*input.as_ptr()).metadata, key) }
}

/// A value of a stream's metadata.
pub(crate) fn stream_metadata(stream: &Stream, key: &CStr) -> Option<String> {
    // SAFETY: the stream is alive, so its dictionary is null or valid.
    unsafe { entry((*stream.as_ptr()).metadata, key) }
}

/// # Safety
/// `dictionary` is null or valid.
unsafe fn entry(dictionary: *const ffi::AVDictionary, key: &CStr) -> Option<String> {
    // The values come from the file and need not be UTF-8, which `ffmpeg-next` takes for granted.
    // SAFETY: `av_dict_get` takes null; an entry's value is a terminated string.
    unsafe {
        let entry = ffi::av_dict_get(dictionary, key.as_ptr(), ptr::null(), 0);
        if entry.is_null() {
            return None;
        }
        Some(CStr::from_ptr((*entry).value).to_string_lossy().into_owned())
    }
}

/// Numbers of a stream's description.
pub(crate) struct StreamParameters {
    pub(crate) codec: String,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) sample_aspect: f64,
}

/// What the container says of a stream.
pub(crate) fn stream_parameters(stream: &Stream) -> StreamParameters {
    // SAFETY: the stream is alive and so are its parameters; names of codecs are static strings.
    unsafe {
        let parameters = &*(*stream.as_ptr()).codecpar;
        let name = CStr::from_ptr(ffi::avcodec_get_name(parameters.codec_id));
        let own = parameters.sample_aspect_ratio;
        let aspect = if own.num > 0 { own } else { (*stream.as_ptr()).sample_aspect_ratio };
        StreamParameters {
            codec: name.to_string_lossy().into_owned(),
            width: i64::from(parameters.width),
            height: i64::from(parameters.height),
            sample_aspect: match (aspect.num, aspect.den) {
                (num, den) if num > 0 && den > 0 => f64::from(num) / f64::from(den),
                _ => 1.0,
            },
        }
    }
}

/// How the container wants a stream's pictures turned.
pub(crate) fn stream_orientation(stream: &Stream) -> Orientation {
    let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX;
    let mut size = 0usize;
    // SAFETY: the stream is alive; what is returned is null or `size` bytes of libav's, which are copied out.
    unsafe {
        let data = ffi::av_stream_get_side_data(stream.as_ptr(), kind, &mut size);
        orientation(data.cast(), size)
    }
}

/// How a frame itself wants to be turned: the orientation of a photograph.
pub(crate) fn frame_orientation(frame: &LibavFrame) -> Option<Orientation> {
    let kind = ffi::AVFrameSideDataType::AV_FRAME_DATA_DISPLAYMATRIX;
    // SAFETY: the frame is alive; what is returned is null or a description of bytes that live as long.
    unsafe {
        let data = ffi::av_frame_get_side_data(frame.as_ptr(), kind);
        if data.is_null() {
            return None;
        }
        Some(orientation((*data).data.cast(), (*data).size))
    }
}

/// # Safety
/// `matrix` is null or points to `size` bytes, aligned for `i32`.
unsafe fn orientation(matrix: *const i32, size: usize) -> Orientation {
    if matrix.is_null() || size < 9 * size_of::<i32>() {
        return Orientation::default();
    }
    // SAFETY: nine values are there.
    let [a, b, _, c, d, ..] = unsafe { *matrix.cast::<[i32; 9]>() };
    Orientation::from_matrix(a, b, c, d)
}

/// The name of a frame's pixel format.
pub(crate) fn pixel_format_name(frame: &LibavFrame) -> String {
    match pixel_format(frame) {
        // SAFETY: a descriptor's name is a static string.
        Some(descriptor) => unsafe { CStr::from_ptr(descriptor.name) }.to_string_lossy().into_owned(),
        None => "an unknown pixel format".to_owned(),
    }
}

/// libav's description of a frame's pixel format.
pub(crate) fn pixel_format(frame: &LibavFrame) -> Option<&'static ffi::AVPixFmtDescriptor> {
    // SAFETY: the frame is alive. The format is one that libav made itself, so it is a value of the
    // enumeration; descriptors are static.
    unsafe {
        let format = (*frame.as_ptr()).format;
        if format < 0 {
            return None;
        }
        ffi::av_pix_fmt_desc_get(std::mem::transmute::<c_int, ffi::AVPixelFormat>(format)).as_ref()
    }
}

/// Whether pictures of this size are read at all.
pub(crate) fn size_is_sane(width: i64, height: i64) -> bool {
    let side = 1..=i64::from(MAX_SIDE);
    side.contains(&width) && side.contains(&height) && width * height <= MAX_PIXELS as i64
}

/// Creates an MP4 file at `url`.
pub(crate) fn create_mp4(url: &CStr) -> Result<Output, LibavError> {
    let mut context = ptr::null_mut();
    // SAFETY: libav allocates the context; on failure to open the file it is freed here, otherwise `Output`
    // owns both. Both strings are terminated.
    unsafe {
        check(ffi::avformat_alloc_output_context2(&mut context, ptr::null(), c"mp4".as_ptr(), url.as_ptr()))?;
        if let Err(error) = check(ffi::avio_open(&mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE)) {
            ffi::avformat_free_context(context);
            return Err(error);
        }
        Ok(Output::wrap(context))
    }
}
