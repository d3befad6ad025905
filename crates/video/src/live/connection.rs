#![allow(unsafe_code)]
//! Connecting to a source by libav, with nothing allowed but what the source needs.

use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use address::{Kind, NetworkAddress};
use ffmpeg_next::format::context::Input;
use ffmpeg_next::{Dictionary, ffi};

use super::control::Control;
use super::options::{LiveOptions, Transport};
use super::outage::Outage;
use super::{device, resolve};
use crate::decoder::Decoder;
use crate::libav::{self, LibavError};
use crate::source::file_url;

/// How much of a stream libav may look at before it says what it is.
const PROBE_BYTES: &str = "2000000";
const PROBE_MICROS: &str = "1000000";
/// What may come by HTTP: what live video is sent as, and nothing that reads from elsewhere but HLS, whose
/// parts are held to the same lists.
const HTTP_FORMATS: &str = "hls,mpjpeg,mjpeg,mpegts,mov,mp4,matroska,webm,flv,h264,hevc,aac,ac3,mp3,webvtt";
/// Containers whose pictures carry no times of their own.
const UNSTAMPED: [&str; 4] = ["mpjpeg", "mjpeg", "h264", "hevc"];
/// How long saying good-bye to a camera may take.
const CLOSING: Duration = Duration::from_millis(200);

/// An open source.
pub(crate) struct Connection {
    pub(crate) decoder: Decoder,
    control: Arc<Control>,
    /// When packets could have begun to come; microseconds.
    pub(crate) opened: i64,
    /// The source gives pictures as fast as they are asked for: whoever reads has to keep time.
    pub(crate) is_paced: bool,
    /// Frames carry stamps that mean something.
    pub(crate) is_stamped: bool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.control.allow_closing(CLOSING);
    }
}

/// How libav is to open a source.
struct Request {
    url: CString,
    format: Option<&'static CStr>,
    options: Dictionary<'static>,
    is_device: bool,
}

/// Connects to `kind`, within the limit that `control` holds.
pub(crate) fn connect(
    kind: &Kind,
    name: &str,
    options: &LiveOptions,
    control: &Arc<Control>,
) -> Result<Connection, Outage> {
    libav::initialise();
    let request = match kind {
        Kind::Rtsp(address) => rtsp(&pinned(address, options, control)?, options),
        Kind::Http(address) => http(address, &pinned(address, options, control)?, options),
        Kind::Device(path) => {
            device::register()?;
            let mut dictionary = Dictionary::new();
            dictionary.set("format_whitelist", "video4linux2,v4l2");
            let url = CString::new(path.as_os_str().as_encoded_bytes());
            let format = Some(c"video4linux2");
            url.ok().map(|url| Request { url, format, options: dictionary, is_device: true })
        }
        Kind::Replay { path, .. } => {
            let url = file_url(path).ok_or(Outage::NotFound)?;
            let decoder = Decoder::open(&url, name, options.threads).map_err(Outage::from_error)?;
            let (control, opened) = (Arc::clone(control), control.now());
            let is_stamped = true;
            return Ok(Connection { decoder, control, opened, is_paced: true, is_stamped });
        }
    };
    let request = request.ok_or_else(|| Outage::Failed("its address holds a zero byte".to_owned()))?;
    let is_device = request.is_device;
    let is_encrypted = matches!(kind, Kind::Rtsp(address) | Kind::Http(address) if address.is_encrypted());
    let failed = |error| match Outage::connecting(error, options.connect_limit) {
        // libav says no more when a certificate is not trusted.
        Outage::Closed if is_encrypted => Outage::NotEncrypted,
        outage => outage,
    };
    let mut input = open(request, control).map_err(failed)?;
    let format = input.format().name().to_owned();
    if format == "rtsp" {
        if input.nb_streams() == 0 {
            return Err(Outage::NoVideo("sound or nothing".to_owned()));
        }
        play(&mut input).map_err(failed)?;
    }
    let opened = control.now();
    libav::find_streams(&mut input).map_err(failed)?;
    let decoder =
        Decoder::live(input, name, options.threads, Arc::clone(control)).map_err(Outage::from_error)?;
    let is_live = is_device || format == "rtsp" || format == "mpjpeg";
    Ok(Connection {
        decoder,
        control: Arc::clone(control),
        opened,
        is_paced: !is_live,
        is_stamped: !UNSTAMPED.contains(&format.as_str()),
    })
}

/// Looks the host up. Where only some addresses may be connected to, it is replaced by one of these.
fn pinned(
    address: &NetworkAddress,
    options: &LiveOptions,
    control: &Control,
) -> Result<NetworkAddress, Outage> {
    let found = resolve::addresses(address.host(), address.port_or_default(), control)?;
    let Some(reach) = &options.reach else { return Ok(address.clone()) };
    // What may not be reached is not told from what is not known: nobody is to learn what there is.
    let allowed = found.into_iter().find(|address| reach.allows(*address));
    allowed.map(|number| address.at(number)).ok_or(Outage::UnknownHost)
}

/// Opens a file as if it came by HTTP.
#[cfg(fuzzing)]
pub(crate) fn open_file(url: CString, control: &Arc<Control>) -> Result<Input, LibavError> {
    let mut options = probing();
    options.set("format_whitelist", HTTP_FORMATS);
    options.set("protocol_whitelist", "file");
    open(Request { url, format: None, options, is_device: false }, control)
}

fn micros(limit: Duration) -> String {
    limit.as_micros().to_string()
}

fn probing() -> Dictionary<'static> {
    let mut options = Dictionary::new();
    options.set("probesize", PROBE_BYTES);
    options.set("analyzeduration", PROBE_MICROS);
    // The frame rate is not worth waiting for twenty frames.
    options.set("fpsprobesize", "0");
    options
}

fn rtsp(address: &NetworkAddress, live: &LiveOptions) -> Option<Request> {
    let mut options = probing();
    options.set("format_whitelist", "rtsp");
    // Sound is not even asked for.
    options.set("allowed_media_types", "video");
    options.set("timeout", &micros(live.read_limit));
    let (protocols, transports) = match (address.is_encrypted(), live.transport) {
        // Packets by UDP would leave the encryption.
        (true, _) => ("tls,tcp", "tcp"),
        (false, Transport::Tcp) => ("tcp", "tcp"),
        (false, Transport::Udp) => ("tcp,rtp,udp", "udp"),
        (false, Transport::Automatic) => ("tcp,rtp,udp", "tcp+udp"),
    };
    options.set("protocol_whitelist", protocols);
    options.set("rtsp_transport", transports);
    options.set("rtsp_flags", "prefer_tcp");
    // Asked to play no stream at all, because none is video, cameras answer that something else is wrong.
    options.set("initial_pause", "1");
    Some(Request { url: CString::new(address.url()).ok()?, format: Some(c"rtsp"), options, is_device: false })
}

/// `named` is the address as it was given, `address` the one to connect to.
fn http(named: &NetworkAddress, address: &NetworkAddress, live: &LiveOptions) -> Option<Request> {
    let mut options = probing();
    if live.reach.is_some() {
        // Neither a list of parts nor a redirection may lead elsewhere.
        options.set("format_whitelist", HTTP_FORMATS.trim_start_matches("hls,"));
        options.set("max_redirects", "0");
        let port = if named.has_port() { format!(":{}", named.port_or_default()) } else { String::new() };
        options.set("headers", &format!("Host: {}{port}\r\n", named.host()));
        options.set("verifyhost", named.host());
    } else {
        options.set("format_whitelist", HTTP_FORMATS);
    }
    options.set("rw_timeout", &micros(live.read_limit));
    // `crypto` is what HLS calls its encrypted parts. There is no `file`.
    options.set("protocol_whitelist", "http,https,tls,tcp,crypto");
    // A list that ended, or whose parts are missing, is an outage here and not libav's to wait for.
    options.set("max_reload", "10");
    options.set("m3u8_hold_counters", "10");
    if address.is_encrypted() && live.verify_tls {
        options.set("tls_verify", "1");
    }
    Some(Request { url: CString::new(address.url()).ok()?, format: None, options, is_device: false })
}

/// Opens a source; `control` ends every wait for it, now and as long as it is open.
fn open(request: Request, control: &Arc<Control>) -> Result<Input, LibavError> {
    // SAFETY: the context is libav's own, and freed by it if it cannot be opened. What `opaque` points to is
    // alive during this call, and as long as the input, because the caller keeps `control` beside it (see
    // `Decoder::live`). Strings are terminated. `disown` hands over the dictionary, which libav replaces by the
    // one of unused options, and `own` frees that.
    unsafe {
        let mut context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(LibavError(ffmpeg_next::Error::from(ffi::AVERROR(ffi::ENOMEM))));
        }
        (*context).interrupt_callback = ffi::AVIOInterruptCB {
            callback: Some(is_interrupted),
            opaque: Arc::as_ptr(control) as *mut c_void,
        };
        if request.is_device {
            // Its waits cannot be interrupted, so it must not wait.
            (*context).flags |= ffi::AVFMT_FLAG_NONBLOCK;
        }
        let format = request.format.map_or(ptr::null(), |name| ffi::av_find_input_format(name.as_ptr()));
        let mut options = request.options.disown();
        let code = ffi::avformat_open_input(&mut context, request.url.as_ptr(), format, &mut options);
        drop(Dictionary::own(options));
        libav::check(code)?;
        Ok(Input::wrap(context))
    }
}

/// Asks an RTSP camera to send.
fn play(input: &mut Input) -> Result<(), LibavError> {
    // SAFETY: the input is open.
    libav::check(unsafe { ffi::av_read_play(input.as_mut_ptr()) })
}

unsafe extern "C" fn is_interrupted(control: *mut c_void) -> c_int {
    // SAFETY: `open` gave a pointer to a `Control` that outlives the input; it is shared and has no state that
    // needs exclusive access.
    c_int::from(unsafe { &*control.cast::<Control>() }.interrupts())
}
