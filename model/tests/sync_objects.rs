//! Rules about synchronisation objects: making, opening, destroying, and what they live on.

mod common;

use common::{DEAD, FENCE, Machine, copy_of, local, mark, nt};
use kmt_model::action::{
    Action, Call, DeadKind, ErrorReason, GlobalOperand, Incident, LocalOperand, NtOperand, Released,
    SyncFlags, SyncInfo,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{HandleChange, Mapping, Output, Refusal, Verdict};
use kmt_model::state::{
    AdapterKind, AdapterName, DeviceName, EventName, GlobalName, LocalName, OpeningFlags, ProcessName,
    SyncObjectName, SyncValue, ThreadName,
};

const ADAPTER: LocalName = LocalName(0);
const DEVICE: LocalName = LocalName(1);
const FIRST: ProcessName = ProcessName(1);
const MUTEX: SyncInfo = SyncInfo::Mutex { held: true };
const PERIODIC: SyncInfo = SyncInfo::PeriodicMonitoredFence { unknown_engine: false };
const SHARED: SyncFlags =
    SyncFlags { shared: true, nt_sharing: false, cross_adapter: false, by_driver: false, handle: PLAIN };
const NOT_SHARED: SyncFlags = SyncFlags { shared: false, ..SHARED };
const PLAIN: OpeningFlags = OpeningFlags {
    top_of_pipeline: false,
    no_signal: false,
    no_wait: false,
    no_forced_maximum: false,
    no_gpu_access: false,
};

/// A process with an adapter handle 0 and a device handle 1.
fn machine() -> (Machine, ThreadName) {
    let mut machine = Machine::new(Limits::default());
    machine.adapter(1, AdapterKind::Full);
    let (_, thread) = machine.process();
    machine.open(thread, 1);
    machine.device(thread, ADAPTER);
    (machine, thread)
}

fn create(what: SyncInfo, flags: SyncFlags) -> Call {
    Call::CreateSynchronizationObject2 { device: local(DEVICE), what, flags }
}

#[test]
fn syn_02_syn_03_syn_13_syn_14_the_first_form_makes_two_types() {
    let (mut machine, thread) = machine();
    let create = |what| Call::CreateSynchronizationObject { device: local(DEVICE), what };
    for what in [FENCE, SyncInfo::Fence(0), PERIODIC] {
        machine.refuse(thread, create(what), Refusal::UnsupportedType);
    }
    machine.refuse(thread, create(SyncInfo::Semaphore { most: 1, count: 2 }), Refusal::CountAboveMost);
    for (what, value) in [
        (SyncInfo::Mutex { held: false }, SyncValue::Mutex(None)),
        (MUTEX, SyncValue::Mutex(Some(DeviceName(0)))),
        (SyncInfo::Semaphore { most: 0, count: 0 }, SyncValue::Semaphore { most: 0, count: 0 }),
        (SyncInfo::Semaphore { most: 3, count: 3 }, SyncValue::Semaphore { most: 3, count: 3 }),
    ] {
        machine.call(thread, create(what));
        assert_eq!(machine.state.sync_objects.last().map(|object| object.value), Some(value));
    }
    assert_eq!(machine.state.global_handles, []);
    let dead = Call::CreateSynchronizationObject { device: local(ADAPTER), what: MUTEX };
    machine.refuse(thread, dead, Refusal::NoSuchDevice);
}

#[test]
fn syn_05_syn_06_syn_07_syn_08_syn_09_syn_10_flags_are_checked_in_order() {
    let (mut machine, thread) = machine();
    let notification = SyncInfo::CpuNotification { event: NtOperand::Dead(DeadKind::Zero) };
    let handle = |no_signal, no_wait| OpeningFlags { no_signal, no_wait, ..PLAIN };
    let one_way = SyncFlags { handle: handle(false, true), ..NOT_SHARED };
    let early = OpeningFlags { top_of_pipeline: true, ..PLAIN };
    for (what, flags, refusal) in [
        (
            FENCE,
            SyncFlags { nt_sharing: true, cross_adapter: true, ..NOT_SHARED },
            Refusal::NtSharingWithoutShared,
        ),
        (MUTEX, SyncFlags { cross_adapter: true, ..one_way }, Refusal::CrossAdapterWithoutShared),
        (FENCE, SyncFlags { handle: handle(true, true), ..SHARED }, Refusal::WrongHandleFlags),
        (MUTEX, one_way, Refusal::WrongHandleFlags),
        (MUTEX, SyncFlags { handle: early, ..NOT_SHARED }, Refusal::WrongHandleFlags),
        (FENCE, SyncFlags { by_driver: true, ..SHARED }, Refusal::WrongSignalByDriver),
        (notification, SyncFlags { by_driver: true, ..SHARED }, Refusal::SharedNotification),
        (FENCE, SHARED, Refusal::GloballySharedFence),
        (PERIODIC, SHARED, Refusal::GloballySharedFence),
        (SyncInfo::Semaphore { most: 0, count: 1 }, SHARED, Refusal::CountAboveMost),
    ] {
        machine.refuse(thread, create(what, flags), refusal);
    }
    for flags in [one_way, SyncFlags { nt_sharing: true, cross_adapter: true, ..SHARED }] {
        machine.call(thread, create(FENCE, flags));
    }
}

#[test]
fn syn_11_syn_15_syn_18_syn_20_syn_22_fences_and_their_addresses() {
    let (mut machine, thread) = machine();
    let blind = SyncFlags { handle: OpeningFlags { no_gpu_access: true, ..PLAIN }, ..NOT_SHARED };
    machine.refuse(thread, create(PERIODIC, NOT_SHARED), Refusal::NoPeriodicTarget);
    let periodic = SyncInfo::PeriodicMonitoredFence { unknown_engine: true };
    machine.refuse(thread, create(periodic, NOT_SHARED), Refusal::UnknownEngine);
    machine.refuse(thread, create(periodic, blind), Refusal::NoPeriodicTarget);
    let affine = SyncInfo::MonitoredFence { value: u64::MAX, unknown_engine: true };
    machine.refuse(thread, create(affine, NOT_SHARED), Refusal::UnknownEngine);
    let mut mapping = |what, flags| match machine.call(thread, create(what, flags)).verdict {
        Verdict::Done(Output::SyncObject { mapping, .. }) => mapping,
        verdict => panic!("{verdict:?}"),
    };
    assert_eq!(mapping(affine, blind), Mapping::Cpu);
    assert_eq!(mapping(FENCE, NOT_SHARED), Mapping::Both);
    assert_eq!(mapping(SyncInfo::Fence(7), NOT_SHARED), Mapping::None);
    assert_eq!(machine.value(SyncObjectName(0)), u64::MAX);
}

#[test]
fn syn_16_evt_04_evt_05_evt_06_trd_06_a_notification_holds_its_event() {
    let (mut machine, thread) = machine();
    let notification = |event| create(SyncInfo::CpuNotification { event }, NOT_SHARED);
    for kind in DEAD {
        machine.refuse(thread, notification(NtOperand::Dead(kind)), Refusal::NoSuchEvent);
    }
    machine.refuse(thread, notification(NtOperand::Current), Refusal::NotAnEvent);
    let (event, _) = machine.event(thread, true);
    let copy = machine.duplicate(thread, copy_of(event));
    for process in &mut machine.state.processes {
        process
            .nt_handles
            .iter_mut()
            .filter(|handle| handle.name == copy)
            .for_each(|handle| handle.access = 1);
    }
    machine.refuse(thread, notification(nt(copy)), Refusal::EventAccess);
    machine.call(thread, notification(nt(event)));
    for handle in [event, copy] {
        machine.call(thread, Call::CloseHandle { handle: nt(handle) });
    }
    assert!(machine.state.event(EventName(0)).is_some());
    machine.call(thread, Call::DestroyDevice { device: local(DEVICE) });
    assert_eq!((machine.state.events.len(), machine.state.sync_objects.len()), (0, 0));
}

#[test]
fn syn_26_syn_27_syn_29_hnd_25_a_global_handle_opens_while_a_local_one_exists() {
    let (mut machine, thread) = machine();
    let (_, other) = machine.process();
    let (first, object) = machine.sync_object(thread, DEVICE, MUTEX, SHARED);
    let shared = GlobalOperand::Named(GlobalName(0));
    let open = Call::OpenSynchronizationObject { shared };
    let observation = machine.call(other, open);
    assert_eq!(observation.verdict, Verdict::Done(Output::SyncObjectHandle(LocalName(0))));
    let opening = machine.state.openings(object).nth(1).expect("the second handle");
    assert_eq!((opening.device, opening.flags, opening.may_wait && opening.may_signal), (None, PLAIN, true));
    // A handle of the process survives the device, and the MUTEX that the device held is free.
    let destroyed = machine.call(thread, Call::DestroyDevice { device: local(DEVICE) });
    let freed = [first, DEVICE].map(|handle| HandleChange::LocalFreed(FIRST, handle));
    assert_eq!(destroyed.handles, freed);
    assert_eq!(machine.state.sync_objects[0].value, SyncValue::Mutex(None));
    let destroy = Call::DestroySynchronizationObject { object: local(LocalName(0)) };
    let last = machine.call(other, destroy);
    let changes =
        [HandleChange::LocalFreed(ProcessName(2), LocalName(0)), HandleChange::GlobalFreed(GlobalName(0))];
    assert_eq!(last.handles, changes);
    assert_eq!(machine.state.sync_objects, []);
    for shared in [DeadKind::Stale, DeadKind::OtherSpace].map(GlobalOperand::Dead) {
        machine.refuse(other, Call::OpenSynchronizationObject { shared }, Refusal::NoSuchGlobalSyncObject);
    }
}

#[test]
fn syn_26_kmx_06_a_global_handle_has_a_kind() {
    let (mut machine, thread) = machine();
    machine.call(thread, Call::CreateKeyedMutex { initial: 0 });
    machine.sync_object(thread, DEVICE, MUTEX, SHARED);
    let global = |name| GlobalOperand::Named(GlobalName(name));
    let wrong = Call::OpenSynchronizationObject { shared: global(0) };
    machine.refuse(thread, wrong, Refusal::NoSuchGlobalSyncObject);
    machine.refuse(thread, Call::OpenKeyedMutex { shared: global(1) }, Refusal::NoSuchGlobalHandle);
}

#[test]
fn syn_28_destroying_needs_a_handle_of_the_kind_and_nothing_else() {
    let (mut machine, thread) = machine();
    let (handle, _) = machine.fence(thread, DEVICE, PLAIN);
    for object in [local(DEVICE), LocalOperand::Dead(DeadKind::Stale)] {
        machine.refuse(thread, Call::DestroySynchronizationObject { object }, Refusal::NoSyncObjectToDestroy);
    }
    machine.call(thread, mark(DEVICE));
    machine.incident(Incident::StopAdapter { adapter: AdapterName(0), released: Released(0) });
    machine.call(thread, Call::DestroySynchronizationObject { object: local(handle) });
    assert_eq!(machine.state.sync_objects, []);
}

#[test]
fn tdr_10_flt_01_a_device_in_error_makes_nothing() {
    for (reason, refusal) in
        [(ErrorReason::Generic, Refusal::DeviceRemoved), (ErrorReason::DriverError, Refusal::DeviceException)]
    {
        let (mut machine, thread) = machine();
        machine.sync_object(thread, DEVICE, MUTEX, SHARED);
        let device = local(DEVICE);
        machine.call(thread, Call::MarkDeviceAsError { device, reason, released: Released(0) });
        machine.refuse(thread, create(FENCE, NOT_SHARED), refusal);
        machine.refuse(thread, Call::CreateSynchronizationObject { device, what: MUTEX }, refusal);
        // TDR-10, FLT-18: an open names no device.
        let shared = GlobalOperand::Named(GlobalName(0));
        machine.call(thread, Call::OpenSynchronizationObject { shared });
        machine.incident(Incident::StopAdapter { adapter: AdapterName(0), released: Released(0) });
        machine.refuse(thread, create(FENCE, NOT_SHARED), Refusal::DeviceRemoved);
        machine.call(thread, Call::OpenSynchronizationObject { shared });
    }
}

#[test]
fn syn_17_hnd_14_memory_comes_last() {
    let (mut machine, thread) = machine();
    machine.state.limits.sync_objects = 1;
    machine.call(thread, create(MUTEX, SHARED));
    machine.refuse(thread, create(MUTEX, SHARED), Refusal::NoMemory);
    let no_event = SyncInfo::CpuNotification { event: NtOperand::Dead(DeadKind::Zero) };
    machine.refuse(thread, create(no_event, NOT_SHARED), Refusal::NoSuchEvent);
    machine.state.limits.sync_objects = 2;
    machine.state.limits.global_table.max_entries = 0;
    machine.state.global_table_size = 1;
    machine.refuse(thread, create(MUTEX, SHARED), Refusal::NoMemory);
    machine.call(thread, create(MUTEX, NOT_SHARED));
}

#[test]
fn lif_09_hnd_19_trd_10_a_process_frees_its_devices_and_then_the_rest() {
    let (mut machine, thread) = machine();
    machine.call(thread, create(MUTEX, SHARED));
    machine.call(thread, Call::CreateKeyedMutex { initial: 0 });
    let shared = GlobalOperand::Named(GlobalName(0));
    machine.call(thread, Call::OpenSynchronizationObject { shared });
    let ended = machine.take(Action::Call(thread, Call::ExitProcess));
    let local = |name| HandleChange::LocalFreed(FIRST, LocalName(name));
    let global = |name| HandleChange::GlobalFreed(GlobalName(name));
    // The device with its object, then by name; each global handle right after the last local one.
    let expected = [local(2), local(1), local(0), local(3), global(1), local(4), global(0)];
    assert_eq!(ended.handles, expected);
    assert_eq!(machine.state.sync_objects, []);
}
