//! What a process uses, as Linux tells it.

use anyhow::Context as _;

/// Of one process, all threads together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time since it began, of user and system.
    pub(crate) cpu_s: f64,
    /// Resident memory.
    pub(crate) memory_mib: f64,
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
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    // Linux counts in hundredths of a second on every machine that we run on.
    let cpu_s = (ticks.0 + ticks.1) as f64 / 100.0;
    let has_ended = fields.first() == Some(&"Z");
    Ok(Usage { cpu_s, memory_mib: kib.unwrap_or(0.0) / 1024.0, has_ended })
}
