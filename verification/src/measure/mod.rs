//! How long the calls of the core take, by how many objects live.
//!
//! Reading order: [`machine`] (a kernel to measure), [`calls`], [`names`] and [`waits`] (what is measured), this file (how). The figures
//! are for reading, side by side in one run; none passes or fails.

use std::time::{Duration, Instant};

use comfy_table::Cell;

use crate::check::text::{blank, right};

pub mod calls;
pub mod machine;
pub mod names;
pub mod waits;

/// How many objects live while a call is measured.
pub const SIZES: [u32; 3] = [10, 1_000, 1_000_000];

/// One row of the table: nanoseconds for each size.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// Median nanoseconds of one call, in the order of the sizes.
    pub nanoseconds: Vec<f64>,
}

/// Measures everything at these sizes, one after the other.
#[must_use]
pub fn rows(sizes: &[u32]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for &size in sizes {
        let measured =
            calls::measure(size).into_iter().chain(names::measure(size)).chain(waits::measure(size));
        for (place, (what, nanoseconds)) in measured.enumerate() {
            match rows.get_mut(place) {
                Some(row) => row.nanoseconds.push(nanoseconds),
                None => rows.push(Row { what, nanoseconds: vec![nanoseconds] }),
            }
        }
    }
    rows
}

/// The rows as a table; the last column is the ratio of the largest size to the smallest.
#[must_use]
pub fn render(sizes: &[u32], rows: &[Row]) -> String {
    let headers: Vec<String> = sizes.iter().map(|size| format!("ns at {size}")).collect();
    let header: Vec<&str> =
        std::iter::once("call").chain(headers.iter().map(String::as_str)).chain(["ratio"]).collect();
    let mut table = blank(&header);
    for row in rows {
        let ratio = row.nanoseconds.first().zip(row.nanoseconds.last()).map(|(first, last)| last / first);
        let cells = row.nanoseconds.iter().map(|nanoseconds| right(format!("{nanoseconds:.0}")));
        let ratio = right(ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.1}")));
        table.add_row(std::iter::once(Cell::new(row.what)).chain(cells).chain([ratio]));
    }
    format!("{table}\n")
}

/// How many batches a median is taken of.
const BATCHES: usize = 7;
/// How long a batch lasts at least.
const BATCH: Duration = Duration::from_millis(4);

/// The median time of one `action`, in nanoseconds.
fn time(mut action: impl FnMut()) -> f64 {
    let mut repeats: u32 = 1;
    // Doubled until a batch is long enough to be timed.
    while batch(repeats, &mut action) < BATCH && repeats < 1 << 24 {
        repeats *= 2;
    }
    let mut times: Vec<Duration> = (0..BATCHES).map(|_| batch(repeats, &mut action)).collect();
    times.sort_unstable();
    times[BATCHES / 2].as_secs_f64() * 1e9 / f64::from(repeats)
}

fn batch(repeats: u32, action: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    for _ in 0..repeats {
        action();
    }
    started.elapsed()
}
