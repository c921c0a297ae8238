//! The world `sharing`: a fence without a name goes from one process to another, and lives as long as one
//! of them holds it.
//!
//! | made at the start | |
//! |---|---|
//! | one adapter; two processes with a thread and a device each; the first has a handle to the second | |
//! | on the first device: a fence with the value 0, made for NT sharing | |
//!
//! | budget | default |
//! |---|---|
//! | local handles of one process, by limit | 4 |
//! | NT handles of one process, by limit | 3 |
//! | shared NT objects, by limit | 1 |
//! | processes in all; the third is a child of the first and has no thread | 3 |
//!
//! | actor | actions |
//! |---|---|
//! | each thread, for each handle of a synchronisation object of its process | ShareObjects without a name: as inheritable with READ_CONTROL and WAIT, with GENERIC_ALL; SignalSynchronizationObjectFromCpu with the value 1; a blocked wait for 1; DestroySynchronizationObject |
//! | each thread, for each NT handle of a shared object | OpenSyncObjectFromNtHandle2 on the own device; OpenSyncObjectFromNtHandle; ObjectBasicInformation; CloseHandle |
//! | the first thread, for each of these | DuplicateHandle into the second process, with the same access and moved; with READ_CONTROL and SIGNAL |
//! | the first thread | CreateProcess with inheritance, once; MarkDeviceAsError as generic |
//! | the second thread | DestroyDevice |
//! | incidents | each live process is killed |
//! | steps | the reclaim of the destroyed device |

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, sharing_properties, some_step, sometimes};
use crate::action::{
    Action, Attributes, Call, Duplicate, Entries, ErrorReason, Host, Incident, LocalOperand, NtOperand,
    ObjectQuery, Objects, Released, SyncFlags, SyncInfo,
};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::rules::{READ_CONTROL, SIGNAL, WAIT, enabled_steps};
use crate::state::{
    AdapterKind, Identity, LocalName, LocalObject, NtName, NtObject, OpeningFlags, Process, ProcessName,
    State, Thread, ThreadName,
};

const FIRST: ProcessName = ProcessName(1);
const SECOND: ProcessName = ProcessName(2);
const ADAPTER: LocalOperand = LocalOperand::Named(LocalName(0));
const DEVICE: LocalOperand = LocalOperand::Named(LocalName(1));
const TO_SECOND: NtOperand = NtOperand::Named(NtName(0));
const GENERIC_ALL: u32 = 0x1000_0000;
const PROCESS_ALL: u32 = crate::rules::PROCESS_ALL_ACCESS;

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Processes that may be made in all, the two of the start included.
    pub processes: u32,
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            processes: 3,
            limits: Limits {
                local_table: TableLimits { growth: 5, reserve: 1, max_entries: 5 },
                global_table: TableLimits { growth: 0, reserve: 0, max_entries: 0 },
                nt_handles: 3,
                devices: 2,
                keyed_mutexes: 0,
                sync_objects: 1,
                nt_objects: 1,
                waits: 2,
                processes: 3,
            },
        }
    }
}

impl Model for Sharing {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        super::grown(self.limits, &Self::start())
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in kernel.threads.iter().filter(|thread| kernel.wait(thread.name).is_none()) {
            let calls = self.calls(kernel, thread);
            actions.extend(calls.into_iter().map(|call| Action::Call(thread.name, call)));
        }
        let live = kernel.processes.iter().filter(|process| process.alive);
        actions.extend(live.map(|process| Action::Incident(Incident::KillProcess(process.name))));
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend(sharing_properties());
        properties.extend([
            always("INV-07", |_, state| state.broken != Some("INV-07")),
            sometimes("INV-07 judged", |world, state| some_step(world, state, invariant::inv_07_judged)),
            always("INV-27", |_, state| invariant::inv_27(&state.kernel)),
            sometimes("INV-27 judged", |_, state| invariant::inv_27_judged(&state.kernel)),
            always("INV-38", |_, state| invariant::inv_38(&state.kernel)),
            sometimes("INV-38 judged", |_, state| invariant::inv_38_judged(&state.kernel)),
            sometimes("INV-52", |world, state| some_step(world, state, invariant::inv_52)),
            always("INV-66", |_, state| invariant::inv_66(&state.kernel)),
            sometimes("INV-66 judged", |_, state| invariant::inv_66_judged(&state.kernel)),
            always("INV-77", |_, state| invariant::inv_77(&state.kernel)),
            sometimes("INV-77 judged", |_, state| invariant::inv_77_judged(&state.kernel)),
        ]);
        properties
    }
}

impl KernelWorld for Sharing {}

impl Sharing {
    /// Returns what happens before the search begins.
    #[must_use]
    pub fn start() -> Vec<Action> {
        let host = [
            Host::AddAdapter { luid: 1, kind: AdapterKind::Full, display: true },
            Host::CreateProcess(Identity::default()),
            Host::CreateProcess(Identity::default()),
            Host::StartThread { process: FIRST },
            Host::StartThread { process: SECOND },
            Host::PlaceProcessHandle {
                holder: FIRST,
                target: SECOND,
                access: PROCESS_ALL,
                inherit: false,
                protect: false,
            },
        ];
        let calls = [1, 2].map(ThreadName).into_iter().flat_map(|thread| {
            let device = Call::CreateDevice { adapter: ADAPTER, unknown_flag: false };
            [Call::OpenAdapterFromLuid { luid: 1 }, device].map(|call| Action::Call(thread, call))
        });
        let fence = Call::CreateSynchronizationObject2 {
            device: DEVICE,
            what: SyncInfo::MonitoredFence { value: 0, unknown_engine: false },
            flags: SyncFlags { shared: true, nt_sharing: true, ..SyncFlags::default() },
        };
        let made = std::iter::once(Action::Call(ThreadName(1), fence));
        host.map(Action::Host).into_iter().chain(calls).chain(made).collect()
    }
}

impl Sharing {
    /// Lists what a thread may call.
    fn calls(&self, kernel: &State, thread: &Thread) -> Vec<Call> {
        let caller = kernel.process(thread.process).expect("a thread runs in a live process");
        let mut calls = through_openings(caller);
        for handle in &caller.nt_handles {
            if matches!(handle.object, NtObject::Shared(_)) {
                calls.extend(through_nt_handle(caller.name, NtOperand::Named(handle.name)));
            }
        }
        if caller.name == SECOND {
            calls.push(Call::DestroyDevice { device: DEVICE });
            return calls;
        }
        let (reason, released) = (ErrorReason::Generic, Released(0));
        calls.push(Call::MarkDeviceAsError { device: DEVICE, reason, released });
        if kernel.processes_made < self.processes {
            calls.push(Call::CreateProcess { inherit_handles: true, identity: Identity::default() });
        }
        calls
    }
}

fn through_openings(caller: &Process) -> Vec<Call> {
    let openings =
        caller.local_handles.iter().filter(|handle| matches!(handle.object, LocalObject::SyncObject(_)));
    let calls = openings.flat_map(|handle| {
        let object = LocalOperand::Named(handle.name);
        let share =
            |attributes, access| Call::ShareObjects { objects: Objects::one(object), attributes, access };
        let inheritable = Attributes { inherit: true, ..Attributes::default() };
        [
            share(Some(inheritable), READ_CONTROL | WAIT),
            share(None, GENERIC_ALL),
            signal(object),
            wait(object),
            Call::DestroySynchronizationObject { object },
        ]
    });
    calls.collect()
}

fn signal(object: LocalOperand) -> Call {
    let entries = Entries::one(object, 1);
    Call::SignalFromCpu { device: DEVICE, entries, rewind: false, released: Released(0) }
}

fn wait(object: LocalOperand) -> Call {
    let entries = Entries::one(object, 1);
    Call::WaitFromCpu { device: DEVICE, entries, any: false, event: None, released: Released(0) }
}

fn through_nt_handle(caller: ProcessName, handle: NtOperand) -> Vec<Call> {
    let mut calls = vec![
        Call::OpenSyncObjectFromNtHandle2 {
            handle,
            device: DEVICE,
            flags: OpeningFlags::default(),
            unknown_flag: false,
            unknown_engine: false,
        },
        Call::OpenSyncObjectFromNtHandle { handle },
        Call::QueryObject { handle, query: ObjectQuery::Basic, fits: true },
        Call::CloseHandle { handle },
    ];
    if caller == FIRST {
        let moved = Duplicate {
            source_process: NtOperand::Current,
            source_handle: handle,
            target_process: TO_SECOND,
            desired_access: 0,
            inherit: false,
            close_source: true,
            same_access: true,
            same_attributes: false,
            unknown_option: false,
            reported: true,
        };
        let narrow = Duplicate {
            close_source: false,
            same_access: false,
            desired_access: READ_CONTROL | SIGNAL,
            ..moved
        };
        calls.extend([moved, narrow].map(Call::DuplicateHandle));
    }
    calls
}
