//! The world `process_handles`: processes make children, pass NT handles of processes on, and end.
//!
//! | budget | default |
//! |---|---|
//! | processes in all, one of them made at the start | 3 |
//! | processes at a time, ended ones that a handle names included, by limit | 2 |
//! | threads in all; one at the start, the host starts one in a process that has none | 2 |
//! | NT handles over all processes; a step that would pass it is not taken | 3 |
//! | NT handles of one process, by limit | 3 |
//!
//! | actor | actions |
//! |---|---|
//! | each thread | CreateProcess without and with inheritance, while the budget of processes lasts; ExitProcess; and the nine below |
//! | for each NT handle of its process | CloseHandle; DuplicateHandle within the process: with the same access as inheritable, narrowed to 0x40, narrowed to 0 and not reported |
//! | for each NT handle and each target among the NT handles | DuplicateHandle with options 0x2 and 0x4 together; the move, options 0x1 and 0x2 |
//! | for each NT handle as the source process | DuplicateHandle of its -1 with GENERIC_ALL; of each of its handles: the taking move, option 0x1 with MAXIMUM_ALLOWED; the closing, options 0x1 and 0x2 without a target |
//! | host | starts a thread in each live process without one, while the budget lasts; flips the protect flag of each NT handle |
//! | incidents | each live process is killed |

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, some_step, sometimes};
use crate::action::{Action, Call, DeadKind, Duplicate, Host, Incident, NtOperand};
use crate::invariant;
use crate::limits::Limits;
use crate::rules::enabled_steps;
use crate::state::{Identity, NtObject, Process, ProcessName, State, ThreadName};

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessHandles {
    /// Processes that may be made in all, the first one included.
    pub processes: u32,
    /// Threads that may be started in all, the first one included.
    pub threads: u32,
    /// NT handles over all processes; no step that would pass it is taken.
    pub handles: usize,
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for ProcessHandles {
    fn default() -> Self {
        Self {
            processes: 3,
            threads: 2,
            handles: 3,
            limits: Limits { nt_handles: 3, devices: 0, processes: 2, ..Limits::default() },
        }
    }
}

impl Model for ProcessHandles {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        let hosts = [Host::CreateProcess(Identity::default()), Host::StartThread { process: ProcessName(1) }];
        super::start(self.limits, hosts.map(Action::Host))
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in &kernel.threads {
            self.calls(kernel, thread.name, thread.process, actions);
        }
        for process in kernel.processes.iter().filter(|process| process.alive) {
            let threadless = kernel.threads.iter().all(|thread| thread.process != process.name);
            if threadless && kernel.threads_made < self.threads {
                actions.push(Action::Host(Host::StartThread { process: process.name }));
            }
            actions.extend(process.nt_handles.iter().map(|handle| {
                Action::Host(Host::SetHandleFlags {
                    holder: process.name,
                    handle: handle.name,
                    inherit: handle.inherit,
                    protect: !handle.protect,
                })
            }));
            actions.push(Action::Incident(Incident::KillProcess(process.name)));
        }
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        let next = state.after(&action)?;
        let handles: usize = next.kernel.processes.iter().map(|process| process.nt_handles.len()).sum();
        (handles <= self.handles).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend([
            always("INV-72", |_, state| state.broken != Some("INV-72")),
            sometimes("INV-72 judged", |world, state| some_step(world, state, invariant::inv_72_judged)),
        ]);
        properties
    }
}

impl KernelWorld for ProcessHandles {}

/// A duplicate within the caller's process: same access, no other option.
const COPY: Duplicate = Duplicate {
    source_process: NtOperand::Current,
    source_handle: NtOperand::Current,
    target_process: NtOperand::Current,
    desired_access: 0,
    inherit: false,
    close_source: false,
    same_access: true,
    same_attributes: false,
    unknown_option: false,
    reported: true,
};

impl ProcessHandles {
    /// Lists what a thread may call.
    fn calls(&self, kernel: &State, thread: ThreadName, process: ProcessName, actions: &mut Vec<Action>) {
        let mut call = |call| actions.push(Action::Call(thread, call));
        if kernel.processes_made < self.processes {
            call(Call::CreateProcess { inherit_handles: false, identity: Identity::default() });
            call(Call::CreateProcess { inherit_handles: true, identity: Identity::default() });
        }
        call(Call::ExitProcess);
        let caller = kernel.process(process).expect("a thread runs in a live process");
        for handle in &caller.nt_handles {
            let named = NtOperand::Named(handle.name);
            call(Call::CloseHandle { handle: named });
            for duplicate in of_own_handle(caller, named) {
                call(Call::DuplicateHandle(duplicate));
            }
            let NtObject::Process(other) = handle.object else { continue };
            let other = kernel.process(other).expect("an NT handle names a process that exists");
            for duplicate in of_other_process(other, named) {
                call(Call::DuplicateHandle(duplicate));
            }
        }
    }
}

/// Duplicates of one handle of the caller, to itself and to each process that it has a handle to.
fn of_own_handle(caller: &Process, handle: NtOperand) -> Vec<Duplicate> {
    let source = Duplicate { source_handle: handle, ..COPY };
    let mut duplicates = vec![
        Duplicate { inherit: true, ..source },
        Duplicate { same_access: false, desired_access: 0x40, ..source },
        Duplicate { same_access: false, desired_access: 0, reported: false, ..source },
    ];
    for target in &caller.nt_handles {
        let target_process = NtOperand::Named(target.name);
        duplicates.push(Duplicate { target_process, same_attributes: true, ..source });
        duplicates.push(Duplicate { target_process, close_source: true, ..source });
    }
    duplicates
}

/// What the caller does to a process that it has a handle to: takes its -1, moves each of its handles over,
/// closes each.
fn of_other_process(other: &Process, process: NtOperand) -> Vec<Duplicate> {
    let take = Duplicate { source_process: process, ..COPY };
    let mut duplicates = vec![Duplicate { same_access: false, desired_access: 0x1000_0000, ..take }];
    for handle in &other.nt_handles {
        let source = Duplicate { source_handle: NtOperand::Named(handle.name), close_source: true, ..take };
        duplicates.push(Duplicate { same_access: false, desired_access: 0x0200_0000, ..source });
        duplicates.push(Duplicate { target_process: NtOperand::Dead(DeadKind::Zero), ..source });
    }
    duplicates
}
