//! Clients that read slowly, never, or ask nonsense.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::Context as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::ledger::Ledger;
use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::serving::{Server, Site, now};
use crate::usage;

const CAMERAS: usize = 4;
/// Of each kind: events that nobody reads, pictures that nobody reads, questions that never end.
const READERS: usize = 100;
const SLOW: usize = 50;
/// How much the process may grow by for all of them.
const GROWTH_MIB: f64 = 128.0;
/// Share of the frames that must still be analysed.
const KEPT: f64 = 0.8;

const DAY: &str = "from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z";

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let site = Site::new(&sample_cameras(folder.path(), CAMERAS)?, super::SETTINGS, None)?;
    super::with_log(&site, || harass(setting, &site))
}

fn harass(setting: &Setting, site: &Site) -> anyhow::Result<Outcome> {
    let seconds = if setting.short { 5 } else { 60 };
    let mut verdict = Verdict { faults: (2 * READERS + SLOW) as u32, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    let live = server.listen();
    std::thread::sleep(Duration::from_secs(3));
    let calm = rate(&server, Duration::from_secs(5))?;
    let before = usage::of(server.process.0.id())?.memory_mib;

    let mut clients = Vec::new();
    for number in 0..READERS {
        clients.push(ask(&server, "GET /api/v1/live HTTP/1.1\r\nHost: a\r\n\r\n")?);
        let camera = number % CAMERAS;
        let picture = format!("GET /api/v1/cameras/camera%20{camera}/live.mjpeg HTTP/1.1\r\nHost: a\r\n\r\n");
        clients.push(ask(&server, &picture)?);
    }
    let mut slow = (0..SLOW)
        .map(|_| ask(&server, "GET /api/v1/cameras HTTP/1.1\r\nX-Slow: "))
        .collect::<Result<Vec<_>, _>>()?;
    let begin = now();
    let frames: u64 = server.frames()?.iter().sum();
    let mut random = ChaCha8Rng::seed_from_u64(setting.seed);
    let mut questions = 0;
    while begin.elapsed() < Duration::from_secs(seconds) {
        for client in &mut slow {
            // The server may have given up on it, which is well.
            client.write_all(b"x").ok();
        }
        for _ in 0..20 {
            nonsense(&server, &mut random, &mut verdict)?;
            questions += 1;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let harassed = (server.frames()?.iter().sum::<u64>() - frames) as f64 / begin.elapsed().as_secs_f64();
    let after = usage::of(server.process.0.id())?.memory_mib;
    wrong_questions(&server, &mut verdict)?;
    let answered = now();
    anyhow::ensure!(server.get("/readyz")?.status == 200, "not ready under these clients");
    let answer = answered.elapsed();
    for client in clients.iter().chain(&slow) {
        // It may be closed already.
        client.shutdown(Shutdown::Both).ok();
    }
    if harassed < KEPT * calm {
        verdict.complain(format!("{harassed:.1} frames/s under these clients, {calm:.1} without"));
    }
    if after - before > GROWTH_MIB {
        verdict.complain(format!("memory grew from {before:.0} to {after:.0} MiB"));
    }
    let (status, took) = server.terminate()?;
    if !status.success() || took > Duration::from_secs(5) {
        verdict.complain(format!("ended with {status} after {:.1} s", took.as_secs_f64()));
    }
    ledger.take_shown(live);
    ledger.take_journal(&site.journal())?;
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!(
        "{:.1} → {harassed:.1} frames/s; {before:.0} → {after:.0} MiB; {questions} random questions; `/readyz` in {} ms",
        calm,
        answer.as_millis()
    ));
    Ok(Outcome::Tried(verdict))
}

/// Frames a second of all cameras.
fn rate(server: &Server, over: Duration) -> anyhow::Result<f64> {
    let before: u64 = server.frames()?.iter().sum();
    let begin = now();
    std::thread::sleep(over);
    Ok((server.frames()?.iter().sum::<u64>() - before) as f64 / begin.elapsed().as_secs_f64())
}

fn ask(server: &Server, text: &str) -> anyhow::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).context("connecting")?;
    stream.write_all(text.as_bytes())?;
    Ok(stream)
}

/// A question of random parameters, which may happen to make sense.
fn nonsense(server: &Server, random: &mut ChaCha8Rng, verdict: &mut Verdict) -> anyhow::Result<()> {
    let paths = ["counts", "events", "gaps", "cameras", "nothing"];
    let names = ["from", "until", "bucket", "group", "kind", "camera", "cursor", "limit", "x"];
    let mut path = format!("/api/v1/{}?", paths[random.random_range(0..paths.len())]);
    for _ in 0..random.random_range(0..5) {
        path += names[random.random_range(0..names.len())];
        path.push('=');
        for _ in 0..random.random_range(0..20) {
            path += &format!("%{:02X}", random.random::<u8>());
        }
        path.push('&');
    }
    let answer = server.get(&path)?;
    if answer.status >= 500 {
        verdict.complain(format!("{path}: {} {}", answer.status, answer.body));
    }
    Ok(())
}

/// Each must be refused with a problem.
fn wrong_questions(server: &Server, verdict: &mut Verdict) -> anyhow::Result<()> {
    let mut paths = vec![
        "/api/v1/counts".to_owned(),
        "/api/v1/counts?from=yesterday&until=now".to_owned(),
        "/api/v1/counts?from=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59Z&bucket=1m".to_owned(),
        "/api/v1/counts?from=-9999-01-01T00:00:00Z&until=99999-12-31T23:59:59Z".to_owned(),
        "/api/v1/events?from=2026-01-01T00:00:00Z".to_owned(),
    ];
    for parameter in [
        "bucket=7m",
        "bucket=",
        "group=colour",
        "kind=people",
        "direction=up",
        "camra=a",
        "from=again",
        "bucket=%00",
        "group=camera%2Crule%2Cclass%2Cx",
    ] {
        paths.push(format!("/api/v1/counts?{DAY}&{parameter}"));
    }
    for parameter in
        ["cursor=x", "cursor=9.9", "limit=-1", "limit=many", "limit=99999999999", "direction=up", "x=1"]
    {
        paths.push(format!("/api/v1/events?{DAY}&{parameter}"));
        paths.push(format!("/api/v1/gaps?{DAY}&{parameter}"));
    }
    for path in paths {
        let answer = server.get(&path)?;
        if answer.status != 400 || answer.content_type != "application/problem+json" {
            verdict.complain(format!("{path}: {} {}: {}", answer.status, answer.content_type, answer.body));
        }
    }
    Ok(())
}
