//! What a fuzzer or a random test does with its bytes: build events, drive the lockstep, stop at the first difference.
//!
//! The targets in `fuzz/` are glue over these functions, so that everything that can be wrong is tested here.

pub mod handle_table;
mod teardown;

pub use teardown::teardown;

use arbitrary::Unstructured;
use kmt_core::{Event, Limits, Profile, TableLimits};
use kmt_model::action::{Action, Host};
use kmt_model::state::{AdapterKind, Identity, ProcessName, State};

use crate::bridge::{Lockstep, LockstepError};
use crate::generate;

/// The most events of one run.
const MOST_EVENTS: usize = 512;

/// A lockstep with small tables, so that growth, reuse and refusals for lack of room come early, on a set stage: two
/// adapters, and two processes with two threads each.
///
/// # Errors
///
/// The first difference between core and model.
pub fn stage() -> Result<Lockstep, LockstepError> {
    let limits = Limits {
        local_table: TableLimits { growth: 4, reserve: 2, max_entries: 12 },
        nt_handles_per_process: 6,
        devices: 5,
        global_table: TableLimits { growth: 3, reserve: 1, max_entries: 6 },
        keyed_mutexes: 4,
        sync_objects: 6,
        nt_objects: 4,
        waits: 6,
        processes: 5,
        ..Limits::default()
    };
    let mut lockstep = Lockstep::new(Profile::windows(), limits).map_err(LockstepError::Misuse)?;
    let adapters = [1, 2].map(|luid| Host::AddAdapter { luid, kind: AdapterKind::Full, display: luid == 1 });
    let processes =
        [0, 1].map(|user| Host::CreateProcess(Identity { user, session: user, administrator: false }));
    let threads = [1, 2, 1, 2].map(|process| Host::StartThread { process: ProcessName(process) });
    for host in adapters.into_iter().chain(processes).chain(threads) {
        lockstep.act(&Action::Host(host))?;
    }
    Ok(lockstep)
}

/// Takes the lockstep through actions that mostly make sense, until the bytes run out.
///
/// # Errors
///
/// The actions so far, and the difference at the last of them.
pub fn valid(bytes: &[u8]) -> Result<usize, Failure> {
    drive(bytes, generate::action)
}

/// Takes the lockstep through actions made of the bytes, until they run out.
fn drive(
    bytes: &[u8],
    next: impl Fn(&mut Unstructured<'_>, &State) -> arbitrary::Result<Action>,
) -> Result<usize, Failure> {
    let mut bytes = Unstructured::new(bytes);
    let mut lockstep = stage().map_err(|error| Failure::of(&Vec::<Action>::new(), &error))?;
    let mut done = Vec::new();
    while done.len() < MOST_EVENTS && !bytes.is_empty() {
        let Ok(action) = next(&mut bytes, lockstep.model()) else { break };
        done.push(action);
        match lockstep.act(&action) {
            Ok(_)
            | Err(LockstepError::Misuse(_) | LockstepError::Unformed | LockstepError::BeyondTheModel(_)) => {}
            Err(error @ LockstepError::Divergence(_)) => return Err(Failure::of(&done, &error)),
        }
    }
    Ok(done.len())
}

/// Takes the lockstep through events whose fields are live values or any bits at all, until the bytes run out.
///
/// # Errors
///
/// The events so far, and the difference at the last of them.
pub fn garbage(bytes: &[u8]) -> Result<usize, Failure> {
    let mut bytes = Unstructured::new(bytes);
    let mut lockstep = stage().map_err(|error| Failure::of(&Vec::<Event>::new(), &error))?;
    let mut done = Vec::new();
    while done.len() < MOST_EVENTS && !bytes.is_empty() {
        let Ok(event) = generate::garbage(&mut bytes, &lockstep) else { break };
        done.push(event.clone());
        match lockstep.handle(event) {
            Ok(_)
            | Err(LockstepError::Misuse(_) | LockstepError::Unformed | LockstepError::BeyondTheModel(_)) => {}
            Err(error @ LockstepError::Divergence(_)) => return Err(Failure::of(&done, &error)),
        }
    }
    Ok(done.len())
}

/// A run that ended in a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The events, one a line.
    pub events: Vec<String>,
    /// The difference.
    pub difference: String,
}

impl Failure {
    fn of<E: std::fmt::Debug>(events: &[E], error: &LockstepError) -> Self {
        let events = events.iter().map(|event| format!("{event:?}")).collect();
        Self { events, difference: error.to_string() }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, event) in (1..).zip(&self.events) {
            writeln!(formatter, "{number:>4}  {event}")?;
        }
        formatter.write_str(&self.difference)
    }
}
