//! The world `relay`: two adapters share a fence; each signals it, and the other one looks later.
//!
//! | made at the start | |
//! |---|---|
//! | two adapters; two processes with a device on one of them each: threads 1 and 3 in the first process, 2 in the second | |
//! | in the first: a fence with CrossAdapter and one without, with the value 0, made for NT sharing | |
//! | in the second: an NT handle of each, an opening of the former, and a manual-reset event, not set | |
//!
//! | budget | default |
//! |---|---|
//! | waits in the system, by limit | 2 |
//!
//! | actor | actions |
//! |---|---|
//! | thread 1 | of the fence the values 1 and 2, and 1 and 0 as a rewind; DestroySynchronizationObject of it; MarkDeviceAsError as generic; DestroyDevice |
//! | thread 2 | the value 2; blocked waits for 1 and for 2; a registered wait for 2 with the event; ResetEvent; DestroySynchronizationObject of the opening; OpenSyncObjectFromNtHandle2 of each NT handle; CloseHandle of the first |
//! | thread 3 | a blocked wait for 2 |
//! | incidents | each live process is killed, the first adapter stops |
//! | steps | each notice, the reclaim of each destroyed device |

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, some_past_step, some_step, sometimes};
use crate::action::{
    Action, Call, Duplicate, Entries, ErrorReason, Host, Incident, LocalOperand, NtOperand, Objects,
    Released, SyncFlags, SyncInfo,
};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::rules::{PROCESS_ALL_ACCESS, enabled_steps, options};
use crate::state::{
    AdapterKind, AdapterName, Identity, LocalName, NtName, OpeningFlags, ProcessName, ThreadName,
};

const SIGNALLER: ThreadName = ThreadName(1);
const OTHER_SIDE: ThreadName = ThreadName(2);
const WAITER: ThreadName = ThreadName(3);
const ADAPTER: LocalOperand = LocalOperand::Named(LocalName(0));
const DEVICE: LocalOperand = LocalOperand::Named(LocalName(1));
/// The fence in the first process, the opening of it in the second.
const FENCE: LocalOperand = LocalOperand::Named(LocalName(2));
const UNSHARED_FENCE: LocalOperand = LocalOperand::Named(LocalName(3));
const CARRIER: NtOperand = NtOperand::Named(NtName(0));
const OTHER_CARRIER: NtOperand = NtOperand::Named(NtName(1));
const EVENT: NtOperand = NtOperand::Named(NtName(2));
const GENERIC_ALL: u32 = 0x1000_0000;
/// Nobody, until the options are listed.
const OPEN: Released = Released(0);

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Relay {
    fn default() -> Self {
        Self {
            limits: Limits {
                local_table: TableLimits { growth: 5, reserve: 1, max_entries: 5 },
                global_table: TableLimits { growth: 0, reserve: 0, max_entries: 0 },
                nt_handles: 3,
                devices: 2,
                keyed_mutexes: 0,
                sync_objects: 2,
                nt_objects: 3,
                waits: 2,
                processes: 2,
            },
        }
    }
}

impl Model for Relay {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        super::grown(self.limits, &Self::start())
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        let calls = [(SIGNALLER, signaller()), (OTHER_SIDE, other_side()), (WAITER, vec![wait(2, None)])];
        let calls = calls
            .into_iter()
            .flat_map(|(thread, calls)| calls.into_iter().map(move |call| Action::Call(thread, call)));
        let incidents = [
            Incident::KillProcess(ProcessName(1)),
            Incident::KillProcess(ProcessName(2)),
            Incident::StopAdapter { adapter: AdapterName(0), released: OPEN },
        ];
        for action in calls.chain(incidents.map(Action::Incident)) {
            // What cannot be formed has no options.
            actions.extend(options(kernel, &action));
        }
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend(fence_properties());
        properties.extend(adapter_properties());
        properties
    }
}

impl KernelWorld for Relay {}

impl Relay {
    /// Returns what happens before the search begins.
    #[must_use]
    pub fn start() -> Vec<Action> {
        hosts().into_iter().map(Action::Host).chain(preparations()).collect()
    }
}

fn hosts() -> Vec<Host> {
    let process = Host::CreateProcess(Identity::default());
    let thread = |process| Host::StartThread { process: ProcessName(process) };
    let adapter = |luid| Host::AddAdapter { luid, kind: AdapterKind::Full, display: false };
    let to_second = Host::PlaceProcessHandle {
        holder: ProcessName(1),
        target: ProcessName(2),
        access: PROCESS_ALL_ACCESS,
        inherit: false,
        protect: false,
    };
    vec![adapter(1), adapter(2), process, process, thread(1), thread(2), thread(1), to_second]
}

/// Makes the devices and the fences, moves a handle of each fence to the second process, and opens one there.
fn preparations() -> Vec<Action> {
    let device = Call::CreateDevice { adapter: ADAPTER, unknown_flag: false };
    let fence = |cross_adapter| Call::CreateSynchronizationObject2 {
        device: DEVICE,
        what: SyncInfo::MonitoredFence { value: 0, unknown_engine: false },
        flags: SyncFlags { shared: true, nt_sharing: true, cross_adapter, ..SyncFlags::default() },
    };
    let share =
        |object| Call::ShareObjects { objects: Objects::one(object), attributes: None, access: GENERIC_ALL };
    let moved = |handle| {
        Call::DuplicateHandle(Duplicate {
            source_process: NtOperand::Current,
            source_handle: NtOperand::Named(NtName(handle)),
            target_process: NtOperand::Named(NtName(0)),
            desired_access: 0,
            inherit: false,
            close_source: true,
            same_access: true,
            same_attributes: false,
            unknown_option: false,
            reported: true,
        })
    };
    let first = [
        Call::OpenAdapterFromLuid { luid: 1 },
        device,
        fence(true),
        fence(false),
        share(FENCE),
        moved(1),
        share(UNSHARED_FENCE),
        moved(1),
        Call::CloseHandle { handle: NtOperand::Named(NtName(0)) },
    ];
    let second = [
        Call::OpenAdapterFromLuid { luid: 2 },
        device,
        Call::CreateEvent { manual_reset: true, set: false },
        open(CARRIER),
    ];
    let first = first.map(|call| Action::Call(SIGNALLER, call));
    first.into_iter().chain(second.map(|call| Action::Call(OTHER_SIDE, call))).collect()
}

const fn open(handle: NtOperand) -> Call {
    Call::OpenSyncObjectFromNtHandle2 {
        handle,
        device: DEVICE,
        flags: OpeningFlags {
            top_of_pipeline: false,
            no_signal: false,
            no_wait: false,
            no_forced_maximum: false,
            no_gpu_access: false,
        },
        unknown_flag: false,
        unknown_engine: false,
    }
}

fn signal(value: u64, rewind: bool) -> Call {
    let entries = Entries::one(FENCE, value);
    Call::SignalFromCpu { device: DEVICE, entries, rewind, released: OPEN }
}

fn wait(value: u64, event: Option<NtOperand>) -> Call {
    let entries = Entries::one(FENCE, value);
    Call::WaitFromCpu { device: DEVICE, entries, any: false, event, released: OPEN }
}

fn signaller() -> Vec<Call> {
    vec![
        signal(1, false),
        signal(2, false),
        signal(1, true),
        signal(0, true),
        Call::DestroySynchronizationObject { object: FENCE },
        Call::MarkDeviceAsError { device: DEVICE, reason: ErrorReason::Generic, released: OPEN },
        Call::DestroyDevice { device: DEVICE },
    ]
}

fn other_side() -> Vec<Call> {
    vec![
        signal(2, false),
        wait(1, None),
        wait(2, None),
        wait(2, Some(EVENT)),
        Call::ResetEvent { event: EVENT },
        Call::DestroySynchronizationObject { object: FENCE },
        open(CARRIER),
        open(OTHER_CARRIER),
        Call::CloseHandle { handle: CARRIER },
    ]
}

fn fence_properties() -> Vec<Property<Relay>> {
    vec![
        always("INV-07", |_, state| state.broken != Some("INV-07")),
        sometimes("INV-07 judged", |world, state| some_step(world, state, invariant::inv_07_judged)),
        always("INV-11", |_, state| state.broken != Some("INV-11")),
        sometimes("INV-11 judged", |world, state| some_step(world, state, invariant::inv_11_judged)),
        always("INV-12", |_, state| state.broken != Some("INV-12")),
        sometimes("INV-12 judged", |world, state| some_past_step(world, state, invariant::inv_12_judged)),
        always("INV-18", |_, state| state.broken != Some("INV-18")),
        sometimes("INV-18 judged", |world, state| some_step(world, state, invariant::inv_18_judged)),
        always("INV-77", |_, state| invariant::inv_77(&state.kernel)),
        sometimes("INV-77 judged", |_, state| invariant::inv_77_judged(&state.kernel)),
        always("INV-78", |_, state| state.broken != Some("INV-78")),
        sometimes("INV-78 judged", |world, state| some_step(world, state, invariant::inv_78_judged)),
    ]
}

fn adapter_properties() -> Vec<Property<Relay>> {
    vec![
        always("INV-34", |_, state| state.broken != Some("INV-34")),
        sometimes("INV-34 judged", |world, state| some_step(world, state, invariant::inv_34_judged)),
        always("INV-38", |_, state| invariant::inv_38(&state.kernel)),
        sometimes("INV-38 judged", |_, state| invariant::inv_38_judged(&state.kernel)),
        always("INV-39", |_, state| invariant::inv_39(&state.kernel)),
        sometimes("INV-39 judged", |_, state| invariant::inv_39_judged(&state.kernel)),
        always("INV-42", |_, state| state.broken != Some("INV-42")),
        sometimes("INV-42 judged", |world, state| some_step(world, state, invariant::inv_42_judged)),
        sometimes("INV-60", |_, state| invariant::inv_60(&state.kernel)),
        sometimes("INV-61", |world, state| some_past_step(world, state, invariant::inv_61)),
    ]
}
