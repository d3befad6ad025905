//! What a process uses, as Linux tells it.

use anyhow::Context as _;

/// Of one process, all threads together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time since it began, of user and system.
    pub(crate) cpu_s: f64,
    /// Resident memory.
    pub(crate) memory_mib: f64,
    /// Its threads.
    pub(crate) threads: usize,
    /// Its open files, sockets among them.
    pub(crate) handles: usize,
    /// Its sockets.
    pub(crate) sockets: usize,
    /// Whether it has ended, and was not waited for yet.
    pub(crate) has_ended: bool,
}

/// What this process uses now.
///
/// # Errors
/// When it is gone.
pub(crate) fn of(process: u32) -> anyhow::Result<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in brackets may hold spaces; what follows it does not.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok());
    let ticks = ticks(11).zip(ticks(12)).context("no times in /proc/PID/stat")?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<usize>().ok()
    };
    let kib = number("VmRSS").unwrap_or(0) as f64;
    // A process that has ended has none; a file that is closed meanwhile leads nowhere.
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let files: Vec<_> = files.filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
    let sockets = files.iter().filter(|file| file.to_string_lossy().starts_with("socket:")).count();
    // Linux counts in hundredths of a second on every machine that we run on.
    let cpu_s = (ticks.0 + ticks.1) as f64 / 100.0;
    let has_ended = fields.first() == Some(&"Z");
    Ok(Usage {
        cpu_s,
        memory_mib: kib / 1024.0,
        threads: number("Threads").unwrap_or(0),
        handles: files.len(),
        sockets,
        has_ended,
    })
}
