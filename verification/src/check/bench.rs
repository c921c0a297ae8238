//! How fast the engines are, and how much they remember, on the same worlds in one run.

use comfy_table::Cell;

use super::progress::Silent;
use super::text::{blank, grouped, per_second, right};
use super::world::{Ending, Engine, RunOptions, World};

/// The fewest bytes of growth that say something about an engine rather than about the allocator.
const MEASURABLE: usize = 4 << 20;

/// One measured run.
#[derive(Clone, Debug)]
pub struct Row {
    /// The world.
    pub world: &'static str,
    /// Who searched.
    pub engine: Engine,
    /// Threads inside the world.
    pub threads: usize,
    /// Unique states.
    pub unique: usize,
    /// Unique states per second.
    pub states_per_second: usize,
    /// Growth of the process's peak resident memory per unique state, in bytes, the frontier included.
    ///
    /// `None` where the system can't tell or where the growth was under 4 MiB. The allocator keeps some of what
    /// earlier runs gave back, so a number is a lower bound.
    pub bytes_per_state: Option<f64>,
    /// Whether the search saw every state; the speed of one that stopped compares with nothing.
    pub complete: bool,
}

/// Searches each world with both engines, on one thread and on two, one after the other.
///
/// On Linux the peak of resident memory is read and reset through `/proc/self`.
#[must_use]
pub fn compare(worlds: &[&dyn World]) -> Vec<Row> {
    let mut rows = Vec::new();
    for world in worlds {
        // Our own engine first: it gives its memory back in large pieces and so spoils the next measurement least.
        for engine in [Engine::Explore, Engine::Stateright] {
            rows.extend([1, 2].map(|threads| measure(*world, engine, threads)));
        }
    }
    rows
}

/// The worlds in which the engines found different numbers of unique states though all saw everything: a mistake of ours.
#[must_use]
pub fn disagreements(rows: &[Row]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for row in rows.iter().filter(|row| row.complete) {
        let differs = |other: &Row| other.world == row.world && other.complete && other.unique != row.unique;
        if rows.iter().any(differs) && !names.contains(&row.world) {
            names.push(row.world);
        }
    }
    names
}

/// One table; the last columns are ratios to stateright on one thread in the same world.
#[must_use]
pub fn render(rows: &[Row]) -> String {
    let header =
        ["world", "engine", "threads", "unique", "states/s", "bytes/state", "speed ratio", "bytes ratio"];
    let mut table = blank(&header);
    for row in rows {
        let base = rows
            .iter()
            .find(|base| base.world == row.world && base.engine == Engine::Stateright && base.threads == 1);
        let base = base.filter(|base| base.complete && row.complete);
        #[expect(clippy::cast_precision_loss, reason = "a ratio needs no more digits than a float has")]
        let speed = base.map(|base| row.states_per_second as f64 / base.states_per_second as f64);
        let bytes = base.and_then(|base| Some(row.bytes_per_state? / base.bytes_per_state?));
        table.add_row([
            Cell::new(row.world),
            Cell::new(row.engine.as_str()),
            right(row.threads),
            right(grouped(row.unique)),
            right(if row.complete { grouped(row.states_per_second) } else { "stopped".to_owned() }),
            right(row.bytes_per_state.map_or("-".to_owned(), |bytes| format!("{bytes:.0}"))),
            right(ratio(speed)),
            right(ratio(bytes)),
        ]);
    }
    format!("{table}\n")
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.filter(|ratio| ratio.is_finite()).map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn measure(world: &dyn World, engine: Engine, threads: usize) -> Row {
    let before = peak::reset();
    let options = RunOptions { engine: Some(engine), threads, ..RunOptions::default() };
    let report = world.run(&options, &Silent);
    let growth = before.zip(peak::resident()).map(|(before, after)| after.saturating_sub(before));
    #[expect(clippy::cast_precision_loss, reason = "a mean needs no more digits than a float has")]
    let bytes_per_state = growth
        .filter(|growth| *growth >= MEASURABLE && report.unique > 0)
        .map(|growth| growth as f64 / report.unique as f64);
    Row {
        world: report.world,
        engine,
        threads,
        unique: report.unique,
        states_per_second: per_second(report.unique, report.elapsed),
        bytes_per_state,
        complete: report.ending == Ending::Complete,
    }
}

/// The peak of this process's resident memory.
mod peak {
    /// Lowers the recorded peak to what is resident now and returns that, in bytes.
    pub(super) fn reset() -> Option<usize> {
        // proc_pid_clear_refs(5): 5 resets the peak.
        std::fs::write("/proc/self/clear_refs", "5").ok()?;
        resident()
    }

    /// The recorded peak, in bytes.
    pub(super) fn resident() -> Option<usize> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }
}
