//! Rules about shared NT objects: sharing, opening, asking, and what lives how long.

mod common;

use common::{DEAD, FENCE, Machine, copy_of, local, mark, nt, one, signal};
use kmt_model::action::{
    Action, Attributes, Call, DeadKind, Duplicate, Host, Incident, LocalOperand, NtOperand, ObjectQuery,
    Objects, SyncFlags, SyncInfo,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{Mapping, Output, Refusal, Verdict};
use kmt_model::rules::{READ_CONTROL, SHARED_ALL_ACCESS, SIGNAL, WAIT, orphaned_waits};
use kmt_model::state::{
    AdapterKind, Identity, LocalName, LocalObject, NtName, NtObject, NtType, Opening, OpeningFlags,
    ProcessName, SharedName, ThreadName,
};

const ADAPTER: LocalName = LocalName(0);
const DEVICE: LocalName = LocalName(1);
const SYNC: LocalName = LocalName(2);
const FIRST: ProcessName = ProcessName(1);
const SECOND: ProcessName = ProcessName(2);
const GENERIC_ALL: u32 = 0x1000_0000;
const SHARED: SyncFlags =
    SyncFlags { shared: true, nt_sharing: true, cross_adapter: false, by_driver: false, handle: PLAIN };
const PLAIN: OpeningFlags = OpeningFlags {
    top_of_pipeline: false,
    no_signal: false,
    no_wait: false,
    no_forced_maximum: false,
    no_gpu_access: false,
};

/// Two processes with an adapter handle 0 and a device handle 1 each; the first has a handle 0 to the
/// second, and an object made for NT sharing as local handle 2.
fn machine(what: SyncInfo) -> (Machine, ThreadName, ThreadName) {
    let mut machine = Machine::new(Limits::default());
    machine.adapter(1, AdapterKind::Full);
    let threads = [(); 2].map(|()| {
        let (_, thread) = machine.process();
        machine.open(thread, 1);
        machine.device(thread, ADAPTER);
        thread
    });
    machine.place(FIRST, SECOND, common::ALL);
    machine.sync_object(threads[0], DEVICE, what, SHARED);
    (machine, threads[0], threads[1])
}

fn share(objects: Objects, access: u32) -> Call {
    Call::ShareObjects { objects, attributes: None, access }
}

/// Shares the local handle 2.
fn shared(machine: &mut Machine, thread: ThreadName, access: u32) -> NtName {
    match machine.call(thread, share(Objects::one(local(SYNC)), access)).verdict {
        Verdict::Done(Output::Shared { handle, existed: false, .. }) => handle,
        verdict => panic!("{verdict:?}"),
    }
}

/// Gives the second process a copy of an NT handle of the first.
fn given(machine: &mut Machine, thread: ThreadName, handle: NtName) -> NtName {
    machine.duplicate(thread, Duplicate { target_process: nt(NtName(0)), ..copy_of(handle) })
}

fn open_on(handle: NtName, flags: OpeningFlags) -> Call {
    Call::OpenSyncObjectFromNtHandle2 {
        handle: nt(handle),
        device: local(DEVICE),
        flags,
        unknown_flag: false,
        unknown_engine: false,
    }
}

fn opening(machine: &Machine, process: ProcessName, handle: LocalName) -> Opening {
    match machine.of(process).local_handle(handle).map(|handle| handle.object) {
        Some(LocalObject::SyncObject(opening)) => opening,
        object => panic!("{object:?}"),
    }
}

#[test]
fn shr_04_shr_07_shr_09_shr_10_what_can_be_shared() {
    let (mut machine, thread, _) = machine(FENCE);
    let flags = SyncFlags { nt_sharing: false, ..SHARED };
    let (global, _) = machine.sync_object(thread, DEVICE, SyncInfo::Fence(0), flags);
    let (unshared, _) = machine.sync_object(thread, DEVICE, FENCE, SyncFlags::default());
    for dead in DEAD.map(LocalOperand::Dead) {
        let lists = [
            Objects::one(dead),
            Objects { second: Some(dead), ..Objects::one(local(SYNC)) },
            Objects { second: Some(local(SYNC)), third: Some(dead), ..Objects::one(local(DEVICE)) },
        ];
        for objects in lists {
            machine.refuse(thread, share(objects, GENERIC_ALL), Refusal::NothingToShare);
        }
    }
    for objects in [
        Objects::one(local(ADAPTER)),
        Objects::one(local(DEVICE)),
        Objects { second: Some(local(SYNC)), ..Objects::one(local(SYNC)) },
        Objects { second: Some(local(SYNC)), third: Some(local(SYNC)), ..Objects::one(local(unshared)) },
    ] {
        machine.refuse(thread, share(objects, GENERIC_ALL), Refusal::WrongShape);
    }
    for object in [global, unshared] {
        machine.refuse(thread, share(Objects::one(local(object)), GENERIC_ALL), Refusal::NotForNtSharing);
    }
    let skipped = Objects { third: Some(local(SYNC)), ..Objects::one(local(SYNC)) };
    machine.impossible(Action::Call(thread, share(skipped, 0)));
}

#[test]
fn shr_12_shr_17_lif_02_each_share_is_an_object_of_its_own_whatever_the_state() {
    let (mut machine, thread, _) = machine(FENCE);
    machine.call(thread, mark(DEVICE));
    let handles = [READ_CONTROL, GENERIC_ALL].map(|access| shared(&mut machine, thread, access));
    let granted = handles.map(|handle| machine.nt(FIRST, handle).access);
    assert_eq!(granted, [READ_CONTROL, SHARED_ALL_ACCESS]);
    assert_eq!(machine.state.shared_objects.len(), 2);
    machine.call(thread, Call::CloseHandle { handle: nt(handles[0]) });
    let left = machine.state.shared_objects.iter().map(|shared| shared.name).collect::<Vec<_>>();
    assert_eq!(left, [SharedName(1)]);
}

#[test]
fn nam_04_nam_06_nam_07_attributes_of_an_unnamed_share() {
    let (mut machine, thread, _) = machine(FENCE);
    let objects = Objects::one(local(SYNC));
    let with = |attributes| Call::ShareObjects { objects, attributes: Some(attributes), access: 0 };
    let exclusive = Attributes { exclusive: true, ..Attributes::default() };
    machine.refuse(thread, with(exclusive), Refusal::Exclusive);
    machine.call(thread, with(Attributes { inherit: true, ..Attributes::default() }));
    shared(&mut machine, thread, 0);
    assert!(machine.nt(FIRST, NtName(1)).inherit);
    assert!(!machine.nt(FIRST, NtName(2)).inherit);
}

#[test]
fn acc_10_acc_14_acc_15_the_mask_decides_what_an_opening_may() {
    let (mut machine, thread, _) = machine(FENCE);
    let none = shared(&mut machine, thread, 0);
    machine.refuse(thread, open_on(none, PLAIN), Refusal::NoReadControl);
    for (rights, may_wait, may_signal) in
        [(0, false, false), (WAIT, true, false), (SIGNAL, false, true), (WAIT | SIGNAL, true, true)]
    {
        let handle = shared(&mut machine, thread, READ_CONTROL | rights);
        let observation = machine.call(thread, open_on(handle, PLAIN));
        let Verdict::Done(Output::OpenedSyncObject { handle, mapping: Mapping::Both }) = observation.verdict
        else {
            panic!("{observation:?}")
        };
        let opening = opening(&machine, FIRST, handle);
        assert_eq!((opening.may_wait, opening.may_signal), (may_wait, may_signal));
        let verdict = machine.verdict(thread, signal(DEVICE, one(handle, 1)));
        assert_eq!(verdict == Verdict::Refused(Refusal::FenceAccess), !may_signal);
    }
}

#[test]
fn acc_16_shr_13_a_share_of_an_opening_cannot_widen_its_rights() {
    let (mut machine, first, second) = machine(FENCE);
    let handle = shared(&mut machine, first, READ_CONTROL | WAIT);
    let handle = given(&mut machine, first, handle);
    machine.call(second, open_on(handle, OpeningFlags { no_wait: true, ..PLAIN }));
    let objects = Objects::one(local(SYNC));
    for access in [GENERIC_ALL, READ_CONTROL | SIGNAL, 0x0200_0000 | SIGNAL] {
        machine.refuse(second, share(objects, access), Refusal::WiderThanOpening);
    }
    machine.refuse(second, share(objects, 0x0100_0000), Refusal::SystemSecurity);
    // The device flags do not count, and standard rights are free.
    let all_but_signal = shared(&mut machine, second, 0x0200_0000);
    assert_eq!(machine.nt(SECOND, all_but_signal).access, SHARED_ALL_ACCESS & !SIGNAL);
}

#[test]
fn opn_05_opn_06_opn_07_opn_14_an_open_without_a_device() {
    for (what, opens) in [(SyncInfo::Mutex { held: true }, true), (SyncInfo::Fence(1), true), (FENCE, false)]
    {
        let (mut machine, thread, _) = machine(what);
        let handle = shared(&mut machine, thread, GENERIC_ALL);
        let open = |handle| Call::OpenSyncObjectFromNtHandle { handle };
        for dead in DEAD.map(NtOperand::Dead) {
            machine.refuse(thread, open(dead), Refusal::NothingToOpen);
        }
        for other in [NtOperand::Current, NtOperand::CurrentThread, nt(NtName(0))] {
            machine.refuse(thread, open(other), Refusal::NotASharedSyncObject);
        }
        if opens {
            machine.call(thread, open(nt(handle)));
            assert_eq!(opening(&machine, FIRST, LocalName(3)).device, None);
            machine.call(thread, Call::DestroyDevice { device: local(DEVICE) });
            assert!(opening(&machine, FIRST, LocalName(3)).may_signal);
        } else {
            machine.refuse(thread, open(nt(handle)), Refusal::NeedsDevice);
        }
    }
}

#[test]
fn opn_08_opn_10_opn_13_opn_20_an_open_on_a_device_is_checked_in_order() {
    let (mut machine, thread, _) = machine(FENCE);
    let handle = shared(&mut machine, thread, GENERIC_ALL);
    let dead = |unknown_flag, flags| Call::OpenSyncObjectFromNtHandle2 {
        handle: NtOperand::Dead(DeadKind::Zero),
        device: LocalOperand::Dead(DeadKind::Zero),
        flags,
        unknown_flag,
        unknown_engine: true,
    };
    let both = OpeningFlags { no_signal: true, no_wait: true, ..PLAIN };
    machine.refuse(thread, dead(true, PLAIN), Refusal::WrongOpenFlags);
    machine.refuse(thread, dead(false, both), Refusal::WrongOpenFlags);
    machine.refuse(thread, dead(false, PLAIN), Refusal::NoDeviceToOpenOn);
    let open = |handle, flags| Call::OpenSyncObjectFromNtHandle2 {
        handle,
        device: local(DEVICE),
        flags,
        unknown_flag: false,
        unknown_engine: true,
    };
    machine.refuse(thread, open(NtOperand::Dead(DeadKind::Stale), PLAIN), Refusal::NothingToOpenOnDevice);
    machine.refuse(thread, open(NtOperand::Current, PLAIN), Refusal::NotASharedSyncObject);
    machine.refuse(thread, open(nt(handle), PLAIN), Refusal::UnknownOpenEngine);
    let no_gpu = OpeningFlags { no_gpu_access: true, no_wait: true, ..PLAIN };
    let observation = machine.call(thread, open(nt(handle), no_gpu));
    let opened = Output::OpenedSyncObject { handle: LocalName(3), mapping: Mapping::Cpu };
    assert_eq!(observation.verdict, Verdict::Done(opened));
    machine.call(thread, mark(DEVICE));
    let unknown = open(NtOperand::Dead(DeadKind::Unknown), PLAIN);
    machine.refuse(thread, unknown, Refusal::OpenDeviceRemoved);
    let stop = Incident::StopAdapter { adapter: kmt_model::state::AdapterName(0), released: common::NOBODY };
    machine.incident(stop);
    machine.refuse(thread, unknown, Refusal::OpenDeviceRemoved);
}

#[test]
fn opn_09_opn_10_other_types_open_on_a_device_without_the_flags_of_fences() {
    let (mut machine, thread, _) = machine(SyncInfo::Semaphore { most: 1, count: 1 });
    let handle = shared(&mut machine, thread, GENERIC_ALL);
    for flags in [
        OpeningFlags { no_signal: true, ..PLAIN },
        OpeningFlags { no_wait: true, ..PLAIN },
        OpeningFlags { top_of_pipeline: true, ..PLAIN },
    ] {
        machine.refuse(thread, open_on(handle, flags), Refusal::WrongOpenFlags);
    }
    let observation = machine.call(thread, open_on(handle, PLAIN));
    let opened = Output::OpenedSyncObject { handle: LocalName(3), mapping: Mapping::None };
    assert_eq!(observation.verdict, Verdict::Done(opened));
    assert!(opening(&machine, FIRST, LocalName(3)).device.is_some());
}

#[test]
fn lif_03_opn_19_an_nt_handle_alone_keeps_the_object_and_its_value() {
    let (mut machine, first, second) = machine(FENCE);
    let handle = shared(&mut machine, first, GENERIC_ALL);
    let handle = given(&mut machine, first, handle);
    machine.call(first, signal(DEVICE, one(SYNC, 5)));
    machine.incident(Incident::KillProcess(FIRST));
    assert_eq!(machine.state.sync_objects.len(), 1);
    machine.call(second, open_on(handle, PLAIN));
    let object = opening(&machine, SECOND, SYNC).object;
    assert_eq!(machine.value(object), 5);
    // LIF-04: now the local handle alone is enough, and may be shared again.
    machine.call(second, Call::CloseHandle { handle: nt(handle) });
    assert_eq!((machine.state.shared_objects.len(), machine.state.sync_objects.len()), (0, 1));
    shared(&mut machine, second, GENERIC_ALL);
    machine.incident(Incident::KillProcess(SECOND));
    assert_eq!((machine.state.shared_objects.len(), machine.state.sync_objects.len()), (0, 0));
}

#[test]
fn nth_17_nth_18_a_shared_object_is_inherited_and_narrowed() {
    let (mut machine, first, _) = machine(FENCE);
    let objects = Objects::one(local(SYNC));
    let attributes = Some(Attributes { inherit: true, ..Attributes::default() });
    machine.call(first, Call::ShareObjects { objects, attributes, access: GENERIC_ALL });
    let (child, _, _) = machine.child(first, true);
    let inherited = machine.nt(child, NtName(1));
    assert_eq!((inherited.object, inherited.access), (NtObject::Shared(SharedName(0)), SHARED_ALL_ACCESS));
    let narrow = |desired_access| Duplicate { same_access: false, desired_access, ..copy_of(NtName(1)) };
    let narrowed = machine.duplicate(first, narrow(0x8000_0000));
    assert_eq!(machine.nt(FIRST, narrowed).access, READ_CONTROL | WAIT);
    let widened = Duplicate { source_handle: nt(narrowed), ..narrow(SIGNAL) };
    machine.refuse(first, Call::DuplicateHandle(widened), Refusal::WiderThanSource);
    assert_eq!(machine.state.handle_count(NtObject::Shared(SharedName(0))), 3);
}

#[test]
fn nth_23_nth_25_nth_26_nth_27_questions() {
    let (mut machine, thread, _) = machine(FENCE);
    let handle = shared(&mut machine, thread, READ_CONTROL | SIGNAL);
    given(&mut machine, thread, handle);
    let ask = |handle, query, fits| Call::QueryObject { handle, query, fits };
    for operand in DEAD.map(NtOperand::Dead).into_iter().chain([NtOperand::Current, NtOperand::CurrentThread])
    {
        machine.refuse(thread, ask(operand, ObjectQuery::Unknown, false), Refusal::UnknownObjectQuery);
        machine.refuse(thread, ask(operand, ObjectQuery::Name, false), Refusal::NothingToQuery);
    }
    for query in [ObjectQuery::Basic, ObjectQuery::Name, ObjectQuery::Type] {
        machine.refuse(thread, ask(nt(handle), query, false), Refusal::WrongQueryLength);
    }
    let mut answer = |handle, query| machine.verdict(thread, ask(nt(handle), query, true));
    let access = READ_CONTROL | SIGNAL;
    let basic = Output::ObjectBasic { inherit: false, protect: false, access, handles: 2 };
    assert_eq!(answer(handle, ObjectQuery::Basic), Verdict::Done(basic));
    assert_eq!(answer(handle, ObjectQuery::Name), Verdict::Done(Output::ObjectName(None)));
    let types = [handle, NtName(0)].map(|handle| answer(handle, ObjectQuery::Type));
    let expected =
        [NtType::SharedSyncObject, NtType::Process].map(|kind| Verdict::Done(Output::ObjectType(kind)));
    assert_eq!(types, expected);
}

#[test]
fn nth_05_shares_are_refused_for_want_of_room() {
    let (mut machine, thread, _) = machine(FENCE);
    machine.state.limits = Limits { nt_handles: 2, nt_objects: 1, ..machine.state.limits };
    shared(&mut machine, thread, GENERIC_ALL);
    let call = share(Objects::one(local(SYNC)), GENERIC_ALL);
    machine.refuse(thread, call, Refusal::TooManyNtHandles);
    machine.state.limits.nt_handles = 3;
    machine.refuse(thread, call, Refusal::NoMemoryForNtObject);
    let place = Host::PlaceSectionHandle { holder: SECOND, access: 0, inherit: false, protect: false };
    let full = machine.take(Action::Host(place)).verdict;
    assert_eq!(full, Verdict::Refused(Refusal::NoMemoryForNtObject));
    machine.state.limits.nt_objects = 3;
    // Two sections are two objects.
    for section in [0, 1] {
        assert_eq!(machine.host(place), Output::NtHandle(NtName(section)));
    }
    assert_eq!(machine.take(Action::Host(place)).verdict, Verdict::Refused(Refusal::NoMemoryForNtObject));
}

#[test]
fn syn_40_a_wait_is_no_orphan_while_an_nt_object_carries_its_fence() {
    let (mut machine, thread, _) = machine(FENCE);
    let handle = shared(&mut machine, thread, 0);
    let other = machine.thread(FIRST);
    machine.block(other, common::wait(DEVICE, one(SYNC, 1), None));
    machine.call(thread, Call::DestroySynchronizationObject { object: local(SYNC) });
    assert_eq!(orphaned_waits(&machine.state), Vec::<usize>::new());
    machine.call(thread, Call::CloseHandle { handle: nt(handle) });
    assert_eq!(orphaned_waits(&machine.state), [0]);
    assert_eq!(machine.state.sync_objects.len(), 1);
}

#[test]
fn identities_belong_to_processes() {
    let mut machine = Machine::new(Limits::default());
    let identity = Identity { user: 7, session: 1, administrator: true };
    machine.host(Host::CreateProcess(identity));
    let thread = machine.thread(FIRST);
    machine.call(thread, Call::CreateProcess { inherit_handles: false, identity: Identity::default() });
    assert_eq!(machine.of(FIRST).identity, identity);
    assert_eq!(machine.of(SECOND).identity, Identity::default());
}
