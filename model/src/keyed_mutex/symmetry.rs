//! States that differ in names only.
//!
//! No rule compares or orders names: a new handle takes some free slot, a key is only compared with another
//! key. So the threads of a process, the handle slots of a process, the keys, and the processes with equally
//! many threads may be renamed. Fence values and private data would bear it as well, but stay as they are.

use stateright::Representative;

use crate::symmetry::next_permutation;

use super::state::{FlatState, Owner, Process, Thread, Wait};

impl Representative for FlatState {
    /// Returns the same state for all states that differ in names only.
    fn representative(&self) -> Self {
        let mut keys = (0..self.world.keys).collect::<Vec<_>>();
        let mut least = renamed(self, &keys);
        while next_permutation(&mut keys) {
            least = least.min(renamed(self, &keys));
        }
        least
    }
}

/// A process with all that has its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Household {
    process: Process,
    owner: Option<u8>,
    threads: Vec<Thread>,
}

/// Returns the state with the keys renamed as given, and all other names chosen by content.
fn renamed(state: &FlatState, keys: &[u8]) -> FlatState {
    let world = state.world;
    let households = (0..world.processes).map(|process| household(state, process, keys));
    let mut households = households.collect::<Vec<_>>();
    // The first processes have one thread more than the rest.
    let (more, fewer) = households.split_at_mut(usize::from(world.threads % world.processes));
    more.sort_unstable();
    fewer.sort_unstable();
    let mut next = *state;
    let mut owner = None;
    for (process, household) in (0..).zip(&households) {
        next.processes[usize::from(process)] = household.process;
        owner = owner.or(household.owner.map(|handle| Owner { process, handle }));
        let places = (usize::from(process)..).step_by(usize::from(world.processes));
        for (place, thread) in places.zip(&household.threads) {
            next.threads[place] = *thread;
        }
    }
    if let Some(mutex) = &mut next.mutex {
        mutex.key = keys[usize::from(mutex.key)];
        mutex.owner = owner;
    }
    next
}

/// Returns a process with its keys renamed and its handles and threads in an order that their content
/// decides.
fn household(state: &FlatState, process: u8, keys: &[u8]) -> Household {
    let world = state.world;
    let numbers = (process..world.threads).step_by(usize::from(world.processes));
    let mut threads = numbers.map(|thread| state.threads[usize::from(thread)]).collect::<Vec<_>>();
    for thread in &mut threads {
        if let Thread::Blocked(wait) = thread {
            wait.key = keys[usize::from(wait.key)];
        }
    }
    let owned = state.mutex.and_then(|mutex| mutex.owner).filter(|owner| owner.process == process);
    let owner = owned.map(|owner| owner.handle);
    let content = |handle: &u8| {
        let through = threads.iter().filter_map(|thread| match thread {
            Thread::Blocked(wait) if wait.handle == *handle => Some(Wait { handle: 0, ..*wait }),
            _ => None,
        });
        let mut through = through.collect::<Vec<_>>();
        through.sort_unstable();
        (!state.has_handle(process, *handle), owner != Some(*handle), through)
    };
    let mut order = (0..world.handles).collect::<Vec<_>>();
    order.sort_by_cached_key(content);
    let new_name = |old: u8| (0..).zip(&order).find(|(_, name)| **name == old).map_or(old, |(new, _)| new);
    let live = (0..world.handles).filter(|handle| state.has_handle(process, *handle));
    let handles = live.fold(0, |handles, handle| handles | 1 << new_name(handle));
    for thread in &mut threads {
        if let Thread::Blocked(wait) = thread {
            wait.handle = new_name(wait.handle);
        }
    }
    threads.sort_unstable();
    let alive = state.processes[usize::from(process)].alive;
    Household { process: Process { alive, handles }, owner: owner.map(new_name), threads }
}
