//! Progress as moving lines on a terminal, one per running world.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressStyle};

use super::Progress;
use crate::explore::Snapshot;

/// Draws on standard error; draws nothing when that is not a terminal.
#[derive(Default)]
pub struct Terminal {
    lines: MultiProgress,
    running: Mutex<BTreeMap<&'static str, ProgressBar>>,
}

impl Terminal {
    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, ProgressBar>> {
        // A panic elsewhere leaves the map usable.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Terminal {
    fn started(&self, world: &'static str) {
        let line = self.lines.add(ProgressBar::no_length());
        let style = ProgressStyle::with_template("{spinner} {prefix:<28} {msg} {elapsed:>5}");
        line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        line.set_prefix(world);
        self.running().insert(world, line);
    }

    fn moved(&self, world: &'static str, snapshot: Snapshot) {
        let running = self.running();
        let Some(line) = running.get(world) else { return };
        let Snapshot { unique, generated: _, depth, frontier } = snapshot;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for the eye")]
        #[expect(clippy::cast_precision_loss, reason = "a rate for the eye")]
        let rate = (unique as f64 / line.elapsed().as_secs_f64().max(1e-3)) as u64;
        line.set_message(format!(
            "{:>12} states  depth {depth:>4}  frontier {:>10}  {:>10}/s",
            HumanCount(unique as u64).to_string(),
            HumanCount(frontier as u64).to_string(),
            HumanCount(rate).to_string(),
        ));
        line.tick();
    }

    fn finished(&self, world: &'static str) {
        if let Some(line) = self.running().remove(world) {
            line.finish_and_clear();
        }
    }
}
