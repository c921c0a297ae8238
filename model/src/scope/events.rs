//! The world `events`: threads of a parent and its child set, reset and wait for two events.
//!
//! | budget | default |
//! |---|---|
//! | processes in all; one at the start, the other is a child of it | 2 |
//! | threads in all; two in the first process at the start, the host starts the others in the child | 3 |
//! | NT handles of one process, by limit | 3 |
//!
//! At the start the first process has two events, not set: a manual-reset event whose handle is inheritable,
//! and an auto-reset event whose handle is not.
//!
//! | actor | actions |
//! |---|---|
//! | each thread that is not blocked | CreateProcess with inheritance, while there is no child; and those below |
//! | for each event handle of its process | SetEvent; ResetEvent; WaitForEvent without limit, with one, and with the timeout 0; CloseHandle |
//! | for each event handle and each process handle of its process | DuplicateHandle into that process with the same access, and with SYNCHRONIZE only |
//! | host | starts a thread in the child, while the budget lasts |
//! | incidents | each live process is killed, each thread ends |
//! | steps | the timeout of each limited wait |

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, ends, some_step, sometimes};
use crate::action::{Action, Call, Duplicate, Host, NtOperand, Released, Timeout};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::rules::{enabled_steps, options};
use crate::state::{Identity, NtHandle, NtName, NtObject, ProcessName, State, Thread, ThreadName};

const PARENT: ProcessName = ProcessName(1);
const CHILD: ProcessName = ProcessName(2);
/// SYNCHRONIZE.
const MAY_WAIT: u32 = 0x0010_0000;

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    /// Threads in all; at least the two of the start.
    pub threads: u32,
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Events {
    fn default() -> Self {
        let none = TableLimits { growth: 0, reserve: 0, max_entries: 0 };
        Self {
            threads: 3,
            limits: Limits {
                local_table: none,
                global_table: none,
                nt_handles: 3,
                devices: 0,
                keyed_mutexes: 0,
                sync_objects: 0,
                nt_objects: 2,
                waits: 0,
                processes: 2,
            },
        }
    }
}

impl Events {
    /// Returns what happens before the search begins.
    #[must_use]
    pub fn start() -> Vec<Action> {
        let thread = Action::Host(Host::StartThread { process: PARENT });
        let create =
            |manual_reset| Action::Call(ThreadName(1), Call::CreateEvent { manual_reset, set: false });
        let inheritable =
            Host::SetHandleFlags { holder: PARENT, handle: NtName(0), inherit: true, protect: false };
        let process = Action::Host(Host::CreateProcess(Identity::default()));
        vec![process, thread, thread, create(true), create(false), Action::Host(inheritable)]
    }
}

impl Model for Events {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        super::start(self.limits, Self::start())
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in kernel.threads.iter().filter(|thread| kernel.wait(thread.name).is_none()) {
            for call in calls(kernel, thread) {
                actions.extend(options(kernel, &Action::Call(thread.name, call)));
            }
        }
        if kernel.threads_made < self.threads && kernel.live_process(CHILD).is_some() {
            actions.push(Action::Host(Host::StartThread { process: CHILD }));
        }
        actions.extend(ends(kernel));
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend([
            always("INV-27", |_, state| invariant::inv_27(&state.kernel)),
            sometimes("INV-27 judged", |_, state| invariant::inv_27_judged(&state.kernel)),
            always("INV-38", |_, state| invariant::inv_38(&state.kernel)),
            sometimes("INV-38 judged", |_, state| invariant::inv_38_judged(&state.kernel)),
            always("INV-42", |_, state| state.broken != Some("INV-42")),
            sometimes("INV-42 judged", |world, state| some_step(world, state, invariant::inv_42_judged)),
            always("INV-66", |_, state| invariant::inv_66(&state.kernel)),
            sometimes("INV-66 judged", |_, state| invariant::inv_66_judged(&state.kernel)),
            always("INV-72", |_, state| state.broken != Some("INV-72")),
            sometimes("INV-72 judged", |world, state| some_step(world, state, invariant::inv_72_judged)),
            always("INV-88", |_, state| state.broken != Some("INV-88")),
            sometimes("INV-88 judged", |world, state| some_step(world, state, invariant::inv_88_judged)),
        ]);
        properties
    }
}

impl KernelWorld for Events {}

/// Lists what a thread may call.
fn calls(kernel: &State, thread: &Thread) -> Vec<Call> {
    let mut calls = Vec::new();
    if kernel.processes_made == PARENT.0 {
        calls.push(Call::CreateProcess { inherit_handles: true, identity: Identity::default() });
    }
    let caller = kernel.process(thread.process).expect("a thread runs in a live process");
    let (events, processes): (Vec<&NtHandle>, Vec<&NtHandle>) =
        caller.nt_handles.iter().partition(|handle| matches!(handle.object, NtObject::Event(_)));
    for handle in events {
        let event = NtOperand::Named(handle.name);
        calls.extend([
            Call::SetEvent { event, released: Released(0) },
            Call::ResetEvent { event },
            Call::WaitForEvent { event, timeout: Timeout::Unlimited },
            Call::WaitForEvent { event, timeout: Timeout::Relative(1) },
            Call::WaitForEvent { event, timeout: Timeout::Zero },
            Call::CloseHandle { handle: event },
        ]);
        for process in &processes {
            let same = duplicate(event, NtOperand::Named(process.name));
            let narrow = Duplicate { same_access: false, desired_access: MAY_WAIT, ..same };
            calls.extend([same, narrow].map(Call::DuplicateHandle));
        }
    }
    calls
}

/// A duplicate of a handle of the caller in another process, with the same access.
fn duplicate(handle: NtOperand, target_process: NtOperand) -> Duplicate {
    Duplicate {
        source_process: NtOperand::Current,
        source_handle: handle,
        target_process,
        desired_access: 0,
        inherit: false,
        close_source: false,
        same_access: true,
        same_attributes: false,
        unknown_option: false,
        reported: true,
    }
}
