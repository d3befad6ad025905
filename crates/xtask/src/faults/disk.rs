//! The disk with the data fills up, and has room again.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;

use super::ledger::Ledger;
use super::{Outcome, Setting, Verdict, sample_cameras};
use crate::serving::{PATIENCE, Server, Site};

const CAMERAS: usize = 4;

/// A small file system of its own, unmounted when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Or why there is none.
    fn mount() -> anyhow::Result<Result<Self, String>> {
        let folder = tempfile::tempdir()?;
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"]).arg(folder.path()).output()?;
        if mounted.status.success() {
            return Ok(Ok(Self(folder)));
        }
        Ok(Err(format!("cannot mount: {}", String::from_utf8_lossy(&mounted.stderr).trim())))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes the last byte.
    fn fill(&self) -> anyhow::Result<()> {
        let mut ballast = std::fs::File::create(self.path().join("ballast"))?;
        for size in [1 << 16, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
        Ok(())
    }

    fn make_room(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.path().join("ballast"))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that is about to be killed may still have it open.
        Command::new("umount").arg("--lazy").arg(self.path()).status().ok();
    }
}

pub(crate) fn run(setting: &Setting) -> anyhow::Result<Outcome> {
    let disk = match Disk::mount()? {
        Ok(disk) => disk,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let folder = tempfile::tempdir()?;
    let site = Site::new(
        &sample_cameras(folder.path(), CAMERAS)?,
        super::SETTINGS,
        Some(&disk.path().join("data")),
    )?;
    super::with_log(&site, || fill(setting, &site, &disk))
}

fn fill(setting: &Setting, site: &Site, disk: &Disk) -> anyhow::Result<Outcome> {
    let times = if setting.short { 1 } else { 10 };
    let mut verdict = Verdict { faults: times, ..Verdict::default() };
    let mut ledger = Ledger::new(&setting.dump);
    let server = Server::start(&setting.program, site)?;
    let live = server.listen();
    let mut again = Duration::ZERO;
    for _ in 0..times {
        let before = server.list("events")?.len();
        server.until("an event", PATIENCE, |server| Ok(server.list("events")?.len() > before))?;
        ledger.take_journal(&site.journal())?;
        disk.fill()?;
        server.until("/readyz to tell what to do", PATIENCE, |server| {
            let answer = server.get("/readyz")?;
            Ok(answer.status == 503 && answer.body.contains("make room"))
        })?;
        std::thread::sleep(Duration::from_secs(2));
        // The journal gives up a segment in which a write failed: later it may be gone, as all of it was delivered.
        ledger.take_journal(&site.journal())?;
        disk.make_room()?;
        again = again.max(
            server
                .until("the server to go on", PATIENCE, |server| Ok(server.get("/readyz")?.status == 200))?,
        );
        let frames: u64 = server.frames()?.iter().sum();
        server.until("frames", PATIENCE, |server| Ok(server.frames()?.iter().sum::<u64>() > frames))?;
    }
    let (status, _) = server.terminate()?;
    ensure!(status.success(), "SIGTERM: {status}");
    ledger.take_shown(live);
    ledger.take_journal(&site.journal())?;
    ledger.check(&setting.program, site, &mut verdict)?;
    verdict.note(format!("{CAMERAS} cameras; ready again within {:.1} s", again.as_secs_f64()));
    Ok(Outcome::Tried(verdict))
}
