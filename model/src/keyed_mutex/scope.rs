//! The world: its sizes, its alphabet, its properties.
//!
//! | size | default |
//! |---|---|
//! | threads; thread `t` is of process `t` modulo processes | 3 |
//! | processes | 2 |
//! | handle slots of each process | 2 |
//! | keys | 2 |
//! | fence values that a release may hand on, from 1 | 2 |
//! | marks of private data, from 1; 0 is none | 2 |
//!
//! | actor | actions |
//! |---|---|
//! | each running thread | without a mutex Create with each initial key and each private data or none; with one Open with each private data or none; for each live handle of its process Destroy, Acquire with each key, each patience and with or without reading, and Release: through the handle that owns with each key, each fence value and each private data or none, through another one once, which is refused |
//! | incidents | each live process is killed, each thread that has not ended ends |
//! | steps | the timeout of each limited wait, the grant to each waiter that can have the mutex |

use stateright::{Model, Property};

use super::action::{FlatAction, FlatCall, Patience};
use super::invariant::{self, Taken};
use super::rules::{Shown, apply};
use super::state::{FlatState, Ghost, MAX_HANDLES, MAX_PROCESSES, MAX_THREADS, Owner, Process, Thread};

/// The world and its sizes; [`KeyedMutexWorld::out_of_range`] says whether they fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyedMutexWorld {
    /// Threads, from 1 to 6.
    pub threads: u8,
    /// Processes, from 1 to 4.
    pub processes: u8,
    /// Handle slots of each process, from 1 to 4.
    pub handles: u8,
    /// Keys, from 1 to 8.
    pub keys: u8,
    /// Fence values that a release may hand on, from 1 to 8.
    pub fences: u8,
    /// Marks of private data, from 0 to 8.
    pub contents: u8,
}

impl Default for KeyedMutexWorld {
    fn default() -> Self {
        Self { threads: 3, processes: 2, handles: 2, keys: 2, fences: 2, contents: 2 }
    }
}

impl KeyedMutexWorld {
    /// Returns the name of the first size that is out of its range, or `None` if the world can be explored.
    #[must_use]
    pub fn out_of_range(&self) -> Option<&'static str> {
        let ranges = [
            ("threads", self.threads, 1, to_u8(MAX_THREADS)),
            ("processes", self.processes, 1, to_u8(MAX_PROCESSES)),
            ("handles", self.handles, 1, MAX_HANDLES),
            ("keys", self.keys, 1, 8),
            ("fences", self.fences, 1, 8),
            ("contents", self.contents, 0, 8),
        ];
        let outside = |(_, size, least, most): &(_, u8, u8, u8)| !(*least..=*most).contains(size);
        ranges.into_iter().find(outside).map(|(name, ..)| name)
    }

    /// Returns the process of a thread.
    #[must_use]
    pub const fn process_of(&self, thread: u8) -> u8 {
        thread % self.processes
    }

    /// Returns whether some step from this state satisfies the predicate.
    fn some_step(&self, state: &FlatState, wanted: fn(Taken<'_>) -> bool) -> bool {
        let mut actions = Vec::new();
        self.actions(state, &mut actions);
        actions.into_iter().any(|action| {
            apply(self, state, action)
                .is_some_and(|(after, shown)| wanted(self.taken(state, action, &shown, &after)))
        })
    }

    fn taken<'a>(
        &'a self,
        before: &'a FlatState,
        action: FlatAction,
        shown: &'a Shown,
        after: &'a FlatState,
    ) -> Taken<'a> {
        Taken { world: self, before, action, shown, after }
    }

    /// Lists what a running thread may call.
    fn calls(&self, state: &FlatState, thread: u8, actions: &mut Vec<FlatAction>) {
        let mut call = |call| actions.push(FlatAction::Call(thread, call));
        let Some(mutex) = state.mutex else {
            for key in 0..self.keys {
                for data in 0..=self.contents {
                    call(FlatCall::Create { key, data });
                }
            }
            return;
        };
        for data in 0..=self.contents {
            call(FlatCall::Open { data });
        }
        let process = self.process_of(thread);
        for handle in (0..self.handles).filter(|handle| state.has_handle(process, *handle)) {
            call(FlatCall::Destroy { handle });
            for key in 0..self.keys {
                for patience in [Patience::None, Patience::Limited, Patience::Unlimited] {
                    call(FlatCall::Acquire { handle, key, patience, reads: false });
                    call(FlatCall::Acquire { handle, key, patience, reads: true });
                }
            }
            if mutex.owner != Some(Owner { process, handle }) {
                // Refused, whatever its arguments.
                call(FlatCall::Release { handle, key: 0, fence: 1, data: 0 });
                continue;
            }
            for key in 0..self.keys {
                for fence in 1..=self.fences {
                    for data in 0..=self.contents {
                        call(FlatCall::Release { handle, key, fence, data });
                    }
                }
            }
        }
    }
}

impl Model for KeyedMutexWorld {
    type State = FlatState;
    type Action = FlatAction;

    /// # Panics
    ///
    /// If a size is out of its range ([`KeyedMutexWorld::out_of_range`]).
    fn init_states(&self) -> Vec<FlatState> {
        assert_eq!(self.out_of_range(), None, "this size is out of its range");
        let mut state = FlatState {
            world: *self,
            mutex: None,
            processes: [Process { alive: false, handles: 0 }; MAX_PROCESSES],
            threads: [Thread::Ended; MAX_THREADS],
            ghost: Ghost::default(),
            broken: None,
        };
        state.processes[..usize::from(self.processes)].fill(Process { alive: true, handles: 0 });
        state.threads[..usize::from(self.threads)].fill(Thread::Running);
        vec![state]
    }

    fn actions(&self, state: &FlatState, actions: &mut Vec<FlatAction>) {
        for thread in
            (0..self.threads).filter(|thread| state.threads[usize::from(*thread)] == Thread::Running)
        {
            self.calls(state, thread, actions);
        }
        actions.extend((0..self.processes).map(FlatAction::KillProcess));
        for event in [FlatAction::EndThread, FlatAction::Timeout, FlatAction::Grant] {
            actions.extend((0..self.threads).map(event));
        }
    }

    fn next_state(&self, state: &FlatState, action: FlatAction) -> Option<FlatState> {
        if state.broken.is_some() {
            return None;
        }
        let (mut after, shown) = apply(self, state, action)?;
        after.broken = invariant::first_broken(self.taken(state, action, &shown, &after));
        (after != *state).then_some(after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            always("INV-81", |_, state| invariant::inv_81(state)),
            sometimes("INV-81 judged", |_, state| invariant::inv_81_judged(state)),
            always("INV-82", |_, state| state.broken != Some(82)),
            sometimes("INV-82 judged", |world, state| world.some_step(state, invariant::inv_82_judged)),
            always("INV-83", |_, state| state.broken != Some(83)),
            sometimes("INV-83 judged", |world, state| world.some_step(state, invariant::inv_83_judged)),
            always("INV-84", |_, state| state.broken != Some(84)),
            sometimes("INV-84 judged", |world, state| world.some_step(state, invariant::inv_84_judged)),
            always("INV-85", |_, state| state.broken != Some(85)),
            sometimes("INV-85 judged", |world, state| world.some_step(state, invariant::inv_85_judged)),
            always("INV-86", invariant::inv_86),
            sometimes("INV-86 judged", invariant::inv_86_judged),
            always("INV-87", |_, state| state.broken != Some(87)),
            sometimes("INV-87 judged", |world, state| world.some_step(state, invariant::inv_87_judged)),
            always("INV-88", |_, state| state.broken != Some(88)),
            sometimes("INV-88 judged", |world, state| world.some_step(state, invariant::inv_88_judged)),
            sometimes("KMX-22, a newcomer wins", |world, state| {
                world.some_step(state, invariant::newcomer_wins)
            }),
        ]
    }
}

type Condition = fn(&KeyedMutexWorld, &FlatState) -> bool;

fn always(name: &'static str, condition: Condition) -> Property<KeyedMutexWorld> {
    Property::always(name, condition)
}

fn sometimes(name: &'static str, condition: Condition) -> Property<KeyedMutexWorld> {
    Property::sometimes(name, condition)
}

fn to_u8(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
