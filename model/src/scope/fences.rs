//! The world `fences`: one process signals two fences, rewinds them, waits for them, and loses their device.
//!
//! At the start there are one adapter; one process with three threads, the signaller, the waiter and the
//! listener; two devices; on the first device three fences with the value 0, the second of them with
//! NoSignalMaxValueOnTdr, the third with NoSignal; on the second device a MUTEX that it holds; a manual-reset
//! event and an auto-reset event, not set.
//!
//! | budget | default |
//! |---|---|
//! | waits in the system, by limit | 2, which a WaitForEvent may pass |
//! | synchronisation objects in the system, by limit | 4 |
//!
//! | actor | actions |
//! |---|---|
//! | signaller | of the first fence the value 1, the value 2, and 1 as a rewind; of the second the value 1, and 0 as a rewind; of both, 2 and 1; of the third the value 1; CreateSynchronizationObject2 of a fence like the first; DestroySynchronizationObject of the first fence; DestroyDevice of each device; MarkDeviceAsError of the first device as generic and as an error of the driver, of the second as generic |
//! | waiter | blocked waits: for the first fence at 2; for both fences at 1; for the first at 2 or the second at 1; for the first fence on the second device |
//! | listener | registered waits: for both fences at 1 with the manual-reset event; for the first at 2 or the second at 1 with the auto-reset event; WaitForEvent of the auto-reset event without limit, of the manual-reset event with one; ResetEvent of the manual-reset event |
//! | incidents | the process is killed, the waiter and the listener end, the adapter stops |
//! | steps | the reclaim of each destroyed device, the timeout of each limited wait |

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, some_past_step, some_step, sometimes};
use crate::action::{
    Action, Call, Entries, ErrorReason, Host, Incident, LocalOperand, NtOperand, Released, SyncFlags,
    SyncInfo, Timeout,
};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::rules::{enabled_steps, options};
use crate::state::{
    AdapterKind, AdapterName, Identity, LocalName, NtName, OpeningFlags, ProcessName, ThreadName,
};

const SIGNALLER: ThreadName = ThreadName(1);
const WAITER: ThreadName = ThreadName(2);
const LISTENER: ThreadName = ThreadName(3);
const ADAPTER: LocalOperand = LocalOperand::Named(LocalName(0));
const DEVICE: LocalOperand = LocalOperand::Named(LocalName(1));
const OTHER_DEVICE: LocalOperand = LocalOperand::Named(LocalName(2));
const FIRST: LocalOperand = LocalOperand::Named(LocalName(3));
const SECOND: LocalOperand = LocalOperand::Named(LocalName(4));
const THIRD: LocalOperand = LocalOperand::Named(LocalName(5));
const MANUAL: NtOperand = NtOperand::Named(NtName(0));
const AUTO: NtOperand = NtOperand::Named(NtName(1));
/// Nobody, until the options are listed.
const OPEN: Released = Released(0);

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fences {
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Fences {
    fn default() -> Self {
        Self {
            limits: Limits {
                local_table: TableLimits { growth: 8, reserve: 1, max_entries: 8 },
                global_table: TableLimits { growth: 0, reserve: 0, max_entries: 0 },
                nt_handles: 2,
                devices: 2,
                keyed_mutexes: 0,
                sync_objects: 4,
                nt_objects: 2,
                waits: 2,
                processes: 1,
            },
        }
    }
}

impl Fences {
    /// Returns what happens before the search begins.
    #[must_use]
    pub fn start() -> Vec<Action> {
        let thread = Host::StartThread { process: ProcessName(1) };
        let adapter = Host::AddAdapter { luid: 1, kind: AdapterKind::Full, display: true };
        let hosts =
            [adapter, Host::CreateProcess(Identity::default()), thread, thread, thread].map(Action::Host);
        let device = Call::CreateDevice { adapter: ADAPTER, unknown_flag: false };
        let calls = [
            Call::OpenAdapterFromLuid { luid: 1 },
            device,
            device,
            fence(OpeningFlags::default()),
            fence(OpeningFlags { no_forced_maximum: true, ..OpeningFlags::default() }),
            fence(OpeningFlags { no_signal: true, ..OpeningFlags::default() }),
            Call::CreateSynchronizationObject { device: OTHER_DEVICE, what: SyncInfo::Mutex { held: true } },
            Call::CreateEvent { manual_reset: true, set: false },
            Call::CreateEvent { manual_reset: false, set: false },
        ];
        hosts.into_iter().chain(calls.map(|call| Action::Call(SIGNALLER, call))).collect()
    }
}

impl Model for Fences {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        super::start(self.limits, Self::start())
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        let calls = [(SIGNALLER, signaller()), (WAITER, waiter()), (LISTENER, listener())];
        let calls = calls
            .into_iter()
            .flat_map(|(thread, calls)| calls.into_iter().map(move |call| Action::Call(thread, call)));
        let incidents = [
            Incident::KillProcess(ProcessName(1)),
            Incident::EndThread(WAITER),
            Incident::EndThread(LISTENER),
            Incident::StopAdapter { adapter: AdapterName(0), released: OPEN },
        ];
        for action in calls.chain(incidents.map(Action::Incident)) {
            // What cannot be formed, because the thread has ended or is blocked or a handle is gone, has no
            // options.
            actions.extend(options(kernel, &action));
        }
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend(state_properties());
        properties.extend(signal_properties());
        properties.extend(error_properties());
        properties
    }
}

impl KernelWorld for Fences {}

/// Makes a fence with the value 0 on the first device.
fn fence(handle: OpeningFlags) -> Call {
    Call::CreateSynchronizationObject2 {
        device: DEVICE,
        what: SyncInfo::MonitoredFence { value: 0, unknown_engine: false },
        flags: SyncFlags { handle, ..SyncFlags::default() },
    }
}

/// What the signaller may call.
fn signaller() -> Vec<Call> {
    let signal = |entries, rewind| Call::SignalFromCpu { device: DEVICE, entries, rewind, released: OPEN };
    let one = |fence, value, rewind| signal(Entries::one(fence, value), rewind);
    let mark = |device, reason| Call::MarkDeviceAsError { device, reason, released: OPEN };
    vec![
        one(FIRST, 1, false),
        one(FIRST, 2, false),
        one(FIRST, 1, true),
        one(SECOND, 1, false),
        one(SECOND, 0, true),
        signal(both(2, 1), false),
        one(THIRD, 1, false),
        fence(OpeningFlags::default()),
        Call::DestroySynchronizationObject { object: FIRST },
        Call::DestroyDevice { device: DEVICE },
        Call::DestroyDevice { device: OTHER_DEVICE },
        mark(DEVICE, ErrorReason::Generic),
        mark(DEVICE, ErrorReason::DriverError),
        mark(OTHER_DEVICE, ErrorReason::Generic),
    ]
}

/// What the waiter may call.
fn waiter() -> Vec<Call> {
    vec![
        wait(DEVICE, Entries::one(FIRST, 2), false, None),
        wait(DEVICE, both(1, 1), false, None),
        wait(DEVICE, both(2, 1), true, None),
        wait(OTHER_DEVICE, Entries::one(FIRST, 1), false, None),
    ]
}

/// What the listener may call.
fn listener() -> Vec<Call> {
    vec![
        wait(DEVICE, both(1, 1), false, Some(MANUAL)),
        wait(DEVICE, both(2, 1), true, Some(AUTO)),
        Call::WaitForEvent { event: AUTO, timeout: Timeout::Unlimited },
        Call::WaitForEvent { event: MANUAL, timeout: Timeout::Relative(1) },
        Call::ResetEvent { event: MANUAL },
    ]
}

fn wait(device: LocalOperand, entries: Entries, any: bool, event: Option<NtOperand>) -> Call {
    Call::WaitFromCpu { device, entries, any, event, released: OPEN }
}

fn both(first: u64, second: u64) -> Entries {
    Entries::of([(FIRST, first), (SECOND, second)].into_iter()).expect("two entries fit")
}

fn state_properties() -> [Property<Fences>; 11] {
    [
        always("INV-27", |_, state| invariant::inv_27(&state.kernel)),
        sometimes("INV-27 judged", |_, state| invariant::inv_27_judged(&state.kernel)),
        always("INV-38", |_, state| invariant::inv_38(&state.kernel)),
        sometimes("INV-38 judged", |_, state| invariant::inv_38_judged(&state.kernel)),
        always("INV-39", |_, state| invariant::inv_39(&state.kernel)),
        sometimes("INV-39 judged", |_, state| invariant::inv_39_judged(&state.kernel)),
        always("INV-66", |_, state| invariant::inv_66(&state.kernel)),
        sometimes("INV-66 judged", |_, state| invariant::inv_66_judged(&state.kernel)),
        always("INV-77", |_, state| invariant::inv_77(&state.kernel)),
        sometimes("INV-77 judged", |_, state| invariant::inv_77_judged(&state.kernel)),
        sometimes("INV-55", |_, state| invariant::inv_55(&state.history, &state.kernel)),
    ]
}

fn signal_properties() -> [Property<Fences>; 18] {
    [
        always("INV-07", |_, state| state.broken != Some("INV-07")),
        sometimes("INV-07 judged", |world, state| some_step(world, state, invariant::inv_07_judged)),
        always("INV-08", |_, state| state.broken != Some("INV-08")),
        sometimes("INV-08 judged", |world, state| some_step(world, state, invariant::inv_08_judged)),
        always("INV-10", |_, state| state.broken != Some("INV-10")),
        sometimes("INV-10 judged", |world, state| some_step(world, state, invariant::inv_10_judged)),
        always("INV-11", |_, state| state.broken != Some("INV-11")),
        sometimes("INV-11 judged", |world, state| some_step(world, state, invariant::inv_11_judged)),
        always("INV-12", |_, state| state.broken != Some("INV-12")),
        sometimes("INV-12 judged", |world, state| some_past_step(world, state, invariant::inv_12_judged)),
        always("INV-42", |_, state| state.broken != Some("INV-42")),
        sometimes("INV-42 judged", |world, state| some_step(world, state, invariant::inv_42_judged)),
        always("INV-78", |_, state| state.broken != Some("INV-78")),
        sometimes("INV-78 judged", |world, state| some_step(world, state, invariant::inv_78_judged)),
        always("INV-88", |_, state| state.broken != Some("INV-88")),
        sometimes("INV-88 judged", |world, state| some_step(world, state, invariant::inv_88_judged)),
        always("INV-91", |_, state| state.broken != Some("INV-91")),
        sometimes("INV-91 judged", |world, state| some_step(world, state, invariant::inv_91_judged)),
    ]
}

fn error_properties() -> [Property<Fences>; 20] {
    [
        always("INV-14", |_, state| state.broken != Some("INV-14")),
        sometimes("INV-14 judged", |world, state| some_step(world, state, invariant::inv_14_judged)),
        always("INV-15", |_, state| state.broken != Some("INV-15")),
        sometimes("INV-15 judged", |world, state| some_step(world, state, invariant::inv_15_judged)),
        always("INV-18", |_, state| state.broken != Some("INV-18")),
        sometimes("INV-18 judged", |world, state| some_step(world, state, invariant::inv_18_judged)),
        always("INV-19", |_, state| state.broken != Some("INV-19")),
        sometimes("INV-19 judged", |world, state| some_step(world, state, invariant::inv_19_judged)),
        always("INV-20", |_, state| state.broken != Some("INV-20")),
        sometimes("INV-20 judged", |world, state| some_step(world, state, invariant::inv_20_judged)),
        always("INV-30", |_, state| state.broken != Some("INV-30")),
        sometimes("INV-30 judged", |world, state| some_step(world, state, invariant::inv_30_judged)),
        always("INV-36", |_, state| state.broken != Some("INV-36")),
        sometimes("INV-36 judged", |world, state| some_step(world, state, invariant::inv_36_judged)),
        always("INV-44", |_, state| state.broken != Some("INV-44")),
        sometimes("INV-44 judged", |world, state| some_past_step(world, state, invariant::inv_44_judged)),
        always("INV-53", |_, state| state.broken != Some("INV-53")),
        sometimes("INV-53 judged", |world, state| some_step(world, state, invariant::inv_53_judged)),
        always("INV-98", |_, state| state.broken != Some("INV-98")),
        sometimes("INV-98 judged", |world, state| some_step(world, state, invariant::inv_98_judged)),
    ]
}
