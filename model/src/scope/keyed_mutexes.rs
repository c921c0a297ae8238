//! The world `keyed_mutexes`: the threads of two processes pass one keyed mutex around, wait, and end.
//!
//! | budget | default |
//! |---|---|
//! | processes, made at the start | 2 |
//! | threads, started at the start, in turn in the first process, the second, the first, … | 3 |
//! | keyed mutexes in the system, by limit | 1 |
//! | local table: growth, reserve, entries | 3, 1, 3: two live handles for each process |
//! | global table: growth, reserve, entries | 2, 1, 2: one live handle |
//!
//! | actor | actions |
//! |---|---|
//! | each thread that is not blocked | CreateKeyedMutex with the near key; OpenKeyedMutex2 of each global handle with private data; and the seven below |
//! | for each local handle of its process | DestroyKeyedMutex; AcquireKeyedMutex of the near key with a relative limit, and with the timeout 0; of the far key without limit; AcquireKeyedMutex2 of the near key without limit, with a buffer; ReleaseKeyedMutex to the near key with the fence value 1; ReleaseKeyedMutex2 to the far key with the fence value 2 and other private data |
//! | incidents | each live process is killed, each thread ends |
//! | steps | the timeout of each limited wait, the grant to each waiter that can have the mutex |
//!
//! The near key is 1; the far key differs from it in bit 32 only (KMX-10). With two live handles a thread has
//! at most 16 actions.

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, ends, some_past_step, some_step, sometimes};
use crate::action::{Action, BufferOperand, Call, DataOperand, GlobalOperand, Host, LocalOperand, Timeout};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::rules::enabled_steps;
use crate::state::{Identity, ProcessName, State, Thread};

/// The key that a new mutex holds.
pub const NEAR_KEY: u64 = 1;
/// The same key but for bit 32.
pub const FAR_KEY: u64 = NEAR_KEY | 1 << 32;
/// Bytes of private data.
const SIZE: u32 = 4;

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedMutexes {
    /// Processes at the start; above 0.
    pub processes: u32,
    /// Threads at the start, dealt out to the processes in turn.
    pub threads: u32,
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for KeyedMutexes {
    fn default() -> Self {
        Self {
            processes: 2,
            threads: 3,
            limits: Limits {
                local_table: TableLimits { growth: 3, reserve: 1, max_entries: 3 },
                global_table: TableLimits { growth: 2, reserve: 1, max_entries: 2 },
                nt_handles: 0,
                devices: 0,
                keyed_mutexes: 1,
                sync_objects: 0,
                nt_objects: 0,
                waits: 0,
                processes: 2,
            },
        }
    }
}

impl Model for KeyedMutexes {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        let processes = (0..self.processes).map(|_| Host::CreateProcess(Identity::default()));
        let threads = (0..self.threads)
            .map(|thread| Host::StartThread { process: ProcessName(thread % self.processes + 1) });
        super::start(self.limits, processes.chain(threads).map(Action::Host))
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in kernel.threads.iter().filter(|thread| kernel.wait(thread.name).is_none()) {
            calls(kernel, thread, actions);
        }
        actions.extend(ends(kernel));
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend(state_properties());
        properties.extend(step_properties());
        properties
    }
}

impl KernelWorld for KeyedMutexes {}

fn state_properties() -> [Property<KeyedMutexes>; 10] {
    [
        always("INV-38", |_, state| invariant::inv_38(&state.kernel)),
        sometimes("INV-38 judged", |_, state| invariant::inv_38_judged(&state.kernel)),
        always("INV-66", |_, state| invariant::inv_66(&state.kernel)),
        sometimes("INV-66 judged", |_, state| invariant::inv_66_judged(&state.kernel)),
        always("INV-75", |_, state| invariant::inv_75(&state.kernel)),
        sometimes("INV-75 judged", |_, state| invariant::inv_75_judged(&state.kernel)),
        always("INV-81", |_, state| invariant::inv_81(&state.kernel)),
        sometimes("INV-81 judged", |_, state| invariant::inv_81_judged(&state.kernel)),
        always("INV-86", |_, state| invariant::inv_86(&state.kernel)),
        sometimes("INV-86 judged", |_, state| invariant::inv_86_judged(&state.kernel)),
    ]
}

fn step_properties() -> [Property<KeyedMutexes>; 14] {
    [
        always("INV-42", |_, state| state.broken != Some("INV-42")),
        sometimes("INV-42 judged", |world, state| some_step(world, state, invariant::inv_42_judged)),
        always("INV-82", |_, state| state.broken != Some("INV-82")),
        sometimes("INV-82 judged", |world, state| some_past_step(world, state, invariant::inv_82_judged)),
        always("INV-83", |_, state| state.broken != Some("INV-83")),
        sometimes("INV-83 judged", |world, state| some_step(world, state, invariant::inv_83_judged)),
        always("INV-84", |_, state| state.broken != Some("INV-84")),
        sometimes("INV-84 judged", |world, state| some_step(world, state, invariant::inv_84_judged)),
        always("INV-85", |_, state| state.broken != Some("INV-85")),
        sometimes("INV-85 judged", |world, state| some_step(world, state, invariant::inv_85_judged)),
        always("INV-87", |_, state| state.broken != Some("INV-87")),
        sometimes("INV-87 judged", |world, state| some_step(world, state, invariant::inv_87_judged)),
        always("INV-88", |_, state| state.broken != Some("INV-88")),
        sometimes("INV-88 judged", |world, state| some_step(world, state, invariant::inv_88_judged)),
    ]
}

/// Lists what a thread may call.
fn calls(kernel: &State, thread: &Thread, actions: &mut Vec<Action>) {
    let mut call = |call| actions.push(Action::Call(thread.name, call));
    call(Call::CreateKeyedMutex { initial: NEAR_KEY });
    for handle in &kernel.global_handles {
        let data = DataOperand::Bytes { size: SIZE, content: 1 };
        call(Call::OpenKeyedMutex2 { shared: GlobalOperand::Named(handle.name), data });
    }
    let caller = kernel.process(thread.process).expect("a thread runs in a live process");
    for handle in &caller.local_handles {
        let mutex = LocalOperand::Named(handle.name);
        call(Call::DestroyKeyedMutex { mutex });
        for (key, timeout) in
            [(NEAR_KEY, Timeout::Relative(1)), (NEAR_KEY, Timeout::Zero), (FAR_KEY, Timeout::Unlimited)]
        {
            call(Call::AcquireKeyedMutex { mutex, key, timeout });
        }
        let buffer = BufferOperand::Bytes { size: SIZE };
        call(Call::AcquireKeyedMutex2 { mutex, key: NEAR_KEY, timeout: Timeout::Unlimited, buffer });
        call(Call::ReleaseKeyedMutex { mutex, key: NEAR_KEY, fence: 1 });
        let data = DataOperand::Bytes { size: SIZE, content: 2 };
        call(Call::ReleaseKeyedMutex2 { mutex, key: FAR_KEY, fence: 2, data });
    }
}
