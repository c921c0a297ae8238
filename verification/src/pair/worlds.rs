//! The pair worlds and their budgets.
//!
//! | world | alphabet | processes | adapters | threads | handles made per process | local table: growth, reserve, most |
//! |---|---|---|---|---|---|---|
//! | `pair-devices` | `devices` with dead operands | 2 | 2 | 2 | 2 local | 3, 1, 6 |
//! | `pair-handle-reuse` | `devices` with stale operands | 1 | 1 | 1 | 4 local | 2, 0, 4 |
//! | `pair-process-handles` | `process_handles` | at most 3 | 0 | 1 | 2 NT | 3, 1, 6 |
//! | `pair-keyed-mutexes` | `keyed_mutexes` with stale operands and an absolute time that has passed | 2 | 0 | 3 | 2 local in all | 3, 1, 6; the global one 2, 0, 4 |
//! | `pair-fences` | `fences` with a shared MUTEX, a value that a later entry replaces, and an event that is closed | 1 | 1 | 3 | none after the start | 10, 1, 10; the global one 2, 0, 4 |
//! | `pair-events` | `events` | 2 | 0 | 3 | 4 NT in all, after the start | none |
//! | `pair-sharing` | `sharing` | at most 3 | 1 | 2 | 2, and 3 in all, after the start | 5, 1, 5 |
//! | `pair-names` | `names` with shares for everybody | 2 | 1 | 2 | 2 NT, and 3 in all, after the start | 4, 1, 4 |
//! | `pair-rights` | `rights` with an open without READ_CONTROL and a named share of everything | 3 | 1 | 3 | 2, and 3 in all, after the start | 4, 1, 4 |
//! | `pair-relay` | `relay` | 2 | 2 | 3 | 1 after the start | 5, 1, 5 |

use kmt_core::{AdapterConfig, Host, Limits, Luid, Planted, ProcessConfig, ProcessId, TableLimits};
use kmt_model::action::{
    Action, Attributes, Call, DeadKind, DescriptorOperand, DirectoryOperand, Entries, GlobalOperand,
    Incident, LastComponent, LocalOperand, NameOperand, NtOperand, Objects, Released, SyncFlags, SyncInfo,
    Timeout,
};
use kmt_model::rules;
use kmt_model::scope::devices::Devices;
use kmt_model::scope::events::Events;
use kmt_model::scope::fences::Fences;
use kmt_model::scope::keyed_mutexes::{KeyedMutexes, NEAR_KEY};
use kmt_model::scope::names::Names;
use kmt_model::scope::process_handles::ProcessHandles;
use kmt_model::scope::relay::Relay;
use kmt_model::scope::rights::Rights;
use kmt_model::scope::sharing::Sharing;
use kmt_model::state::{DirectoryName, GlobalName, LocalName, NtName, State, ThreadName};

use super::{PairModel, alphabet};
use crate::bridge::view;

/// Two processes make, break and destroy devices on two adapters.
#[must_use]
pub fn devices(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 3, reserve: 1, max_entries: 6 },
        devices: 2,
        processes: 2,
        nt_handles_per_process: 2,
        ..Limits::default()
    };
    let world = Devices { processes: 2, adapters: 2, threads: 2, stops: 2, limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: stage(2, 2),
        start: Vec::new(),
        limits,
        budget: 2,
        total: 4,
        extra: dead_operands,
        without: nothing,
        planted,
    }
}

/// One process makes handles until table entries come back.
#[must_use]
pub fn handle_reuse(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 2, reserve: 0, max_entries: 4 },
        devices: 2,
        processes: 1,
        nt_handles_per_process: 1,
        ..Limits::default()
    };
    let world = Devices { processes: 1, adapters: 1, threads: 1, stops: 1, limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: stage(1, 1),
        start: Vec::new(),
        limits,
        budget: 4,
        total: 4,
        extra: dead_operands,
        without: nothing,
        planted,
    }
}

/// Processes make children, pass handles of processes on, and end.
#[must_use]
pub fn process_handles(planted: Option<Planted>) -> PairModel {
    let limits = Limits { devices: 0, processes: 3, nt_handles_per_process: 2, ..SMALL };
    let world = ProcessHandles { processes: 3, threads: 1, handles: 3, limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: stage(0, 1),
        start: Vec::new(),
        limits,
        budget: 2,
        total: 6,
        extra: |_, _| {},
        without: nothing,
        planted,
    }
}

/// Two processes with three threads pass a keyed mutex around, wait for it, abandon it and end it.
#[must_use]
pub fn keyed_mutexes(planted: Option<Planted>) -> PairModel {
    let limits = Limits { devices: 0, ..SMALL };
    let world = KeyedMutexes { processes: 2, threads: 3, limits: view::limits(&limits) };
    let mut stage = stage(0, 2);
    stage.push(Host::StartThread(ProcessId::from_number(1)));
    PairModel {
        alphabet: alphabet(world),
        stage,
        start: Vec::new(),
        limits,
        budget: 2,
        total: 2,
        extra: mutex_operands,
        without: nothing,
        planted,
    }
}

/// One process signals two fences, rewinds them, waits for them with and without events, and loses their device.
#[must_use]
pub fn fences(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 10, reserve: 1, max_entries: 10 },
        nt_handles_per_process: 2,
        sync_objects: 5,
        nt_objects: 2,
        waits: 2,
        processes: 1,
        ..SMALL
    };
    let world = Fences { limits: view::limits(&limits) };
    let (stage, mut start) = (Vec::new(), Fences::start());
    start.extend(shared_mutex());
    PairModel {
        alphabet: alphabet(world),
        stage,
        start,
        limits,
        budget: 1,
        total: 1,
        extra: fence_operands,
        without: beside_fences,
        planted,
    }
}

/// A parent and its child set, reset and wait for two events, and pass handles of them on.
#[must_use]
pub fn events(planted: Option<Planted>) -> PairModel {
    let limits =
        Limits { devices: 0, sync_objects: 0, nt_objects: 2, waits: 0, nt_handles_per_process: 3, ..SMALL };
    let world = Events { threads: 3, limits: view::limits(&limits) };
    let (stage, start) = (Vec::new(), Events::start());
    PairModel {
        alphabet: alphabet(world),
        stage,
        start,
        limits,
        budget: 1,
        total: 2,
        extra: |_, _| {},
        without: beside_events,
        planted,
    }
}

/// A fence goes from one process to another and to a child, and lives as long as one of them holds it.
#[must_use]
pub fn sharing(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 5, reserve: 1, max_entries: 5 },
        nt_handles_per_process: 3,
        processes: 3,
        ..SMALL
    };
    let world = Sharing { processes: 3, limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: Vec::new(),
        start: Sharing::start(),
        limits,
        budget: 2,
        total: 3,
        extra: |_, _| {},
        without: nothing,
        planted,
    }
}

/// Two makers race for names.
#[must_use]
pub fn names(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 4, reserve: 1, max_entries: 4 },
        nt_handles_per_process: 2,
        sync_objects: 2,
        nt_objects: 3,
        ..SMALL
    };
    let world = Names { processes: 2, limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: Vec::new(),
        start: world.start(),
        limits,
        budget: 2,
        total: 3,
        extra: name_operands,
        without: nothing,
        planted,
    }
}

/// Two processes get different rights to a fence and try to get more.
#[must_use]
pub fn rights(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 4, reserve: 1, max_entries: 4 },
        nt_handles_per_process: 2,
        devices: 3,
        nt_objects: 2,
        processes: 3,
        ..SMALL
    };
    let world = Rights { limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: Vec::new(),
        start: Rights::start(),
        limits,
        budget: 2,
        total: 3,
        extra: right_operands,
        without: nothing,
        planted,
    }
}

/// Two adapters share a fence; each signals it, and the other one looks later.
#[must_use]
pub fn relay(planted: Option<Planted>) -> PairModel {
    let limits = Limits {
        local_table: TableLimits { growth: 5, reserve: 1, max_entries: 5 },
        nt_handles_per_process: 3,
        sync_objects: 2,
        nt_objects: 3,
        waits: 2,
        ..SMALL
    };
    let world = Relay { limits: view::limits(&limits) };
    PairModel {
        alphabet: alphabet(world),
        stage: Vec::new(),
        start: Relay::start(),
        limits,
        budget: 1,
        total: 1,
        extra: |_, _| {},
        without: nothing,
        planted,
    }
}

const SMALL: Limits = Limits {
    local_table: TableLimits { growth: 3, reserve: 1, max_entries: 6 },
    nt_handles_per_process: 2,
    devices: 2,
    global_table: TableLimits { growth: 2, reserve: 0, max_entries: 4 },
    keyed_mutexes: 1,
    sync_objects: 1,
    nt_objects: 1,
    waits: 8,
    processes: 2,
    threads: 8,
    adapters: 4,
};

const GENERIC_ALL: u32 = 0x1000_0000;

/// Nothing is left out.
const fn nothing(_: &Action) -> bool {
    false
}

/// The ends of single threads, which `pair-events` has, and a wait with a limit.
const fn beside_fences(action: &Action) -> bool {
    matches!(
        action,
        Action::Incident(Incident::EndThread(_))
            | Action::Call(_, Call::WaitForEvent { timeout: Timeout::Relative(_), .. })
    )
}

/// Tests of an event without a wait.
const fn beside_events(action: &Action) -> bool {
    matches!(action, Action::Call(_, Call::WaitForEvent { timeout: Timeout::Zero, .. }))
}

/// A MUTEX that the second device of `fences` holds, and a handle that outlives the device (SYN-32).
fn shared_mutex() -> [Action; 2] {
    let create = Call::CreateSynchronizationObject2 {
        device: LocalOperand::Named(LocalName(2)),
        what: SyncInfo::Mutex { held: true },
        flags: SyncFlags { shared: true, ..SyncFlags::default() },
    };
    let open = Call::OpenSynchronizationObject { shared: GlobalOperand::Named(GlobalName(0)) };
    [create, open].map(|call| Action::Call(ThreadName(1), call))
}

/// The signaller of `fences` may also signal the first fence twice in one call, the second time lower (CPU-11), and close
/// the handle of the auto-reset event that others wait for and with (EVT-06).
fn fence_operands(state: &State, actions: &mut Vec<Action>) {
    let (device, fence) = (LocalOperand::Named(LocalName(1)), LocalOperand::Named(LocalName(3)));
    let entries = Entries::of([(fence, 2), (fence, 1)].into_iter()).expect("two entries fit");
    let signal = Call::SignalFromCpu { device, entries, rewind: true, released: Released(0) };
    let close = Call::CloseHandle { handle: NtOperand::Named(NtName(1)) };
    for call in [signal, close] {
        actions.extend(rules::options(state, &Action::Call(ThreadName(1), call)));
    }
}

/// A name in the directory of all sessions.
fn global_name(token: u32) -> Attributes {
    let directory = DirectoryOperand::Path(DirectoryName::Global);
    let last = LastComponent::Token { token, upper_case: false };
    Attributes { name: Some(NameOperand::In { directory, last }), ..Attributes::default() }
}

/// The makers of `names` may also share their fence for everybody, so that the other one can open it (NAM-19).
fn name_operands(state: &State, actions: &mut Vec<Action>) {
    for thread in &state.threads {
        let caller = state.process(thread.process);
        if caller.is_some_and(|caller| caller.local_handle(LocalName(2)).is_some()) {
            let objects = Objects::one(LocalOperand::Named(LocalName(2)));
            let open = Attributes { descriptor: DescriptorOperand::Open, ..global_name(0) };
            let share = Call::ShareObjects { objects, attributes: Some(open), access: GENERIC_ALL };
            actions.push(Action::Call(thread.name, share));
        }
    }
}

/// The users of `rights` may also open the fence without READ_CONTROL (ACC-14), and ask for everything when they share it
/// under a name (ACC-16).
fn right_operands(state: &State, actions: &mut Vec<Action>) {
    for thread in state.threads.iter().filter(|thread| thread.name != ThreadName(1)) {
        let open =
            Call::OpenSyncObjectNtHandleFromName { access: rules::WAIT, attributes: Some(global_name(0)) };
        actions.push(Action::Call(thread.name, open));
        let caller = state.process(thread.process);
        if caller.is_some_and(|caller| caller.local_handle(LocalName(2)).is_some()) {
            let objects = Objects::one(LocalOperand::Named(LocalName(2)));
            let share = Call::ShareObjects { objects, attributes: Some(global_name(1)), access: GENERIC_ALL };
            actions.push(Action::Call(thread.name, share));
        }
    }
}

/// Adapters with the LUIDs 1, 2 and so on, processes, and a thread in each.
fn stage(adapters: u32, processes: u32) -> Vec<Host> {
    let adapters =
        (1..=adapters).map(|luid| Host::AddAdapter(AdapterConfig::new(Luid::from_raw(luid.into()))));
    let started = (0..processes).map(|_| Host::CreateProcess(ProcessConfig::default()));
    let threads = (1..=processes).map(|process| Host::StartThread(ProcessId::from_number(process)));
    adapters.chain(started).chain(threads).collect()
}

/// Each thread may also use a stale handle, a foreign one, and an adapter handle in place of a device handle.
fn dead_operands(state: &State, actions: &mut Vec<Action>) {
    for thread in &state.threads {
        let mut call = |call| actions.push(Action::Call(thread.name, call));
        call(Call::CloseAdapter { adapter: LocalOperand::Dead(DeadKind::Stale) });
        call(Call::DestroyDevice { device: LocalOperand::Dead(DeadKind::Stale) });
        call(Call::CreateDevice { adapter: LocalOperand::Dead(DeadKind::Foreign), unknown_flag: false });
        if let Some(handle) = state.process(thread.process).and_then(|process| process.local_handles.first())
        {
            call(Call::DestroyDevice { device: LocalOperand::Named(handle.name) });
        }
    }
}

/// Each thread that is not blocked may also use stale handles, and acquire until a time that has passed.
fn mutex_operands(state: &State, actions: &mut Vec<Action>) {
    for thread in state.threads.iter().filter(|thread| state.wait(thread.name).is_none()) {
        let mut call = |call| actions.push(Action::Call(thread.name, call));
        call(Call::OpenKeyedMutex { shared: GlobalOperand::Dead(DeadKind::Stale) });
        let stale = LocalOperand::Dead(DeadKind::Stale);
        call(Call::DestroyKeyedMutex { mutex: stale });
        call(Call::ReleaseKeyedMutex { mutex: stale, key: NEAR_KEY, fence: 1 });
        let timeout = Timeout::AbsolutePassed(1);
        call(Call::AcquireKeyedMutex { mutex: stale, key: NEAR_KEY, timeout });
        let caller = state.process(thread.process);
        if let Some(handle) = caller.and_then(|caller| caller.local_handles.first()) {
            let mutex = LocalOperand::Named(handle.name);
            call(Call::AcquireKeyedMutex { mutex, key: NEAR_KEY, timeout });
        }
    }
}
