//! MJPEG and HLS by HTTP.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use video::{LiveItem, LiveOptions, LiveSource};

use crate::processes::Process;
use crate::watching::{options, watch, watch_with};

/// Runs `ffmpeg` with `arguments`, parted by spaces, in `folder`.
fn ffmpeg(folder: &tempfile::TempDir, arguments: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments.split_whitespace())
        .current_dir(folder.path());
    command
}

/// Serves each connection by `answer` until the process ends; gives the port.
pub(crate) fn serve(answer: impl Fn(TcpStream) + Send + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
    port
}

/// Waits for `condition`.
fn wait(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what} did not come");
        thread::sleep(Duration::from_millis(50));
    }
}

/// A folder served by HTTP.
struct Files {
    _server: Process,
    port: u16,
}

impl Files {
    fn serve(folder: &tempfile::TempDir) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Command::new("python3");
        server.args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string()]);
        server.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Process::start(&mut server);
        wait("the HTTP server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { _server: server, port }
    }

    fn source(&self, name: &str) -> LiveSource {
        LiveSource::parse(&format!("http://127.0.0.1:{}/{name}", self.port)).unwrap()
    }
}

#[test]
fn mjpeg_by_http_is_read_at_the_time_it_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let made = ffmpeg(&folder, "-f lavfi -i testsrc=s=320x240:r=10:d=2 %02d.jpg").status().unwrap();
    assert!(made.success());
    let pictures: Vec<Vec<u8>> =
        (1..=20).map(|n| std::fs::read(folder.path().join(format!("{n:02}.jpg"))).unwrap()).collect();
    let port = serve(move |mut stream| {
        let mut request = [0; 2_000];
        let asked = stream.read(&mut request).unwrap_or(0);
        // `jan:s3cret`, coded as RFC 7617 says.
        if !String::from_utf8_lossy(&request[..asked]).contains("Basic amFuOnMzY3JldA==") {
            let refusal = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"camera\"\r\nConnection: close\r\n\r\n";
            stream.write_all(refusal.as_bytes()).ok();
            return;
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";
        let mut sent = stream.write_all(head.as_bytes());
        for picture in pictures.iter().cycle() {
            let part =
                format!("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len());
            sent = sent
                .and_then(|()| stream.write_all(part.as_bytes()))
                .and_then(|()| stream.write_all(picture))
                .and_then(|()| stream.write_all(b"\r\n"));
            if sent.is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    });
    let source = LiveSource::parse(&format!("http://127.0.0.1:{port}/video")).unwrap();
    assert_eq!(watch(&source).offline(5.0).0, "wrong_password");
    let mut watch = watch(&source.with_credentials("jan", "s3cret").unwrap());
    watch.until("connection", 5.0, |item| match item {
        LiveItem::Connected { info, .. } => {
            assert_eq!((info.codec.as_str(), info.width, info.height), ("mjpeg", 320, 240));
            Some(())
        }
        _ => None,
    });
    let times = watch.frames(30, 6.0);
    let seconds = (times[29].stream - times[9].stream).as_secs();
    assert!((1.8..2.5).contains(&seconds), "20 intervals of 0.1 s took {seconds} s");
}

#[test]
fn hls_is_played_in_real_time_though_its_parts_come_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = "-re -f lavfi -i testsrc2=s=320x240:r=15 -c:v libx264 -preset ultrafast -g 15 -pix_fmt yuv420p \
                   -f hls -hls_time 1 -hls_list_size 4 -hls_flags delete_segments live.m3u8";
    let _encoder = Process::start(&mut ffmpeg(&folder, encoder));
    wait("a playlist", || folder.path().join("live2.ts").exists());
    let files = Files::serve(&folder);
    let mut watch = watch(&files.source("live.m3u8"));
    let times = watch.frames(90, 14.0);
    for pair in times.windows(2) {
        let step = (pair[1].stream - pair[0].stream).as_secs();
        assert!((0.05..0.085).contains(&step), "a step of {step} s");
    }
    let seconds = (times[89].calendar - times[0].calendar).as_seconds_f64();
    assert!((5.5..6.5).contains(&seconds), "90 frames at 15 a second took {seconds} s");
    let (stats, _) = watch.stop();
    assert_eq!((stats.shed, stats.connections), (0, 1), "{stats:?}");
}

#[test]
fn a_playlist_cannot_make_the_reader_open_files() {
    let folder = tempfile::tempdir().unwrap();
    let made =
        ffmpeg(&folder, "-f lavfi -i testsrc=s=64x64:r=5:d=4 -c:v libx264 secret.ts").status().unwrap();
    assert!(made.success());
    let secret = folder.path().join("secret.ts");
    for target in [
        secret.display().to_string(),
        format!("file://{}", secret.display()),
        "concat:/etc/hosts|x.ts".into(),
    ] {
        let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{target}\n#EXT-X-ENDLIST\n");
        let served = tempfile::tempdir().unwrap();
        std::fs::write(served.path().join("list.m3u8"), list).unwrap();
        let files = Files::serve(&served);
        let mut watch = watch(&files.source("list.m3u8"));
        let (pictures, _) = watch.until("outage", 12.0, |item| match item {
            LiveItem::Frame(_) => Some(true),
            LiveItem::Offline { .. } => Some(false),
            _ => None,
        });
        assert!(!pictures, "{target} was read");
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let made =
        ffmpeg(&folder, "-f lavfi -i testsrc=s=64x64:r=10:d=9 -c:v libx264 -g 10 film.ts").status().unwrap();
    let mut certificate = Command::new("openssl");
    certificate.args(
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=127.0.0.1".split(' '),
    );
    let certified = certificate.current_dir(folder.path()).stderr(Stdio::null()).status().unwrap();
    assert!(made.success() && certified.success());
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let script = format!(
        "import http.server, ssl\n\
         server = http.server.HTTPServer(('127.0.0.1', {port}), http.server.SimpleHTTPRequestHandler)\n\
         tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n\
         tls.load_cert_chain('cert.pem', 'key.pem')\n\
         server.socket = tls.wrap_socket(server.socket, server_side=True)\n\
         server.serve_forever()\n"
    );
    let mut server = Command::new("python3");
    server.args(["-c", &script]).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let _server = Process::start(&mut server);
    wait("the HTTPS server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let source = LiveSource::parse(&format!("https://127.0.0.1:{port}/film.ts")).unwrap();
    assert_eq!(watch(&source).offline(5.0).0, "not_encrypted");
    watch_with(&source, &LiveOptions { verify_tls: false, ..options() }).frames(5, 5.0);
}

#[test]
fn pictures_may_change_their_size_in_mid_stream() {
    let folder = tempfile::tempdir().unwrap();
    for size in ["320x240", "640x480"] {
        let arguments = format!("-f lavfi -i testsrc=s={size}:d=0.1 -frames:v 1 {size}.jpg");
        assert!(ffmpeg(&folder, &arguments).status().unwrap().success());
    }
    let [small, large] =
        ["320x240.jpg", "640x480.jpg"].map(|name| std::fs::read(folder.path().join(name)).unwrap());
    let port = serve(move |mut stream| {
        let mut request = [0; 2_000];
        let head = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";
        let mut sent = stream.read(&mut request).and_then(|_| stream.write_all(head.as_bytes()));
        for n in 0.. {
            let picture = if n < 30 { &small } else { &large };
            let part =
                format!("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len());
            sent = sent.and_then(|()| stream.write_all(&[part.as_bytes(), picture, b"\r\n"].concat()));
            if sent.is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
    let mut watch = watch(&LiveSource::parse(&format!("http://127.0.0.1:{port}/")).unwrap());
    watch.until("change", 6.0, |item| match item {
        LiveItem::Changed { info, .. } => {
            assert_eq!((info.width, info.height), (640, 480));
            Some(())
        }
        LiveItem::Offline { reason, .. } => panic!("{reason}"),
        _ => None,
    });
    watch.until("large picture", 1.0, |item| match item {
        LiveItem::Frame(frame) => (frame.frame.width() == 640).then_some(()),
        _ => None,
    });
}
