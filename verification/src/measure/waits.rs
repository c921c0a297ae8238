//! Signals of a fence that many wait for.

use std::time::Instant;

use super::calls::{signal, wait};
use super::machine::Machine;
use super::time;

/// A value that is never signalled here.
const FAR: u64 = 1 << 40;

/// Signals with so many waits registered on the same fence.
#[must_use]
pub fn measure(size: u32) -> Vec<(&'static str, f64)> {
    let mut machine = Machine::new();
    let (fence, event) = (machine.fence(0), machine.event());
    for _ in 0..size {
        machine.call(wait(machine.device, fence, FAR, event));
    }
    let mut value = 0;
    let none = time(|| {
        value += 1;
        machine.call(signal(machine.device, fence, value));
    });
    let register = {
        let started = Instant::now();
        let added = size.min(100_000);
        for _ in 0..added {
            machine.call(wait(machine.device, fence, FAR, event));
        }
        started.elapsed().as_secs_f64() * 1e9 / f64::from(added)
    };
    let waits = u32::try_from(machine.kernel.waits().count()).unwrap_or(u32::MAX);
    let started = Instant::now();
    machine.call(signal(machine.device, fence, FAR));
    let all = started.elapsed().as_secs_f64() * 1e9 / f64::from(waits);
    vec![
        ("signal that releases none of the waits on its fence", none),
        ("register a wait with an event", register),
        ("signal that releases all waits, for each of them", all),
    ]
}
