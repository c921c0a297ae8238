//! Rules about keyed mutexes and their global handles: making, opening, owning, releasing, destroying.

mod common;

use common::{DEAD, Machine, local};
use kmt_model::action::{
    Action, BufferOperand, Call, DataOperand, DeadKind, GlobalOperand, Host, Incident, LocalOperand,
    Released, Timeout,
};
use kmt_model::limits::{Limits, TableLimits};
use kmt_model::observation::{Ending, HandleChange, Output, Refusal, Verdict};
use kmt_model::state::{
    AdapterKind, GlobalName, KeyedMutex, KeyedMutexName, LocalName, PrivateData, ProcessName, ThreadName,
};

const NAME: KeyedMutexName = KeyedMutexName(0);
const GLOBAL: GlobalOperand = GlobalOperand::Named(GlobalName(0));
const TIMED_OUT: Verdict = Verdict::Ended { how: Ending::TimedOut };
const ABANDONED: Verdict = Verdict::Ended { how: Ending::Abandoned };

/// A machine with a keyed mutex that holds key 1, and a second process that opened it.
struct Shared {
    machine: Machine,
    first: ProcessName,
    thread: ThreadName,
    handle: LocalName,
    other: ThreadName,
    opened: LocalName,
}

fn shared() -> Shared {
    let mut machine = Machine::new(Limits::default());
    let (first, thread) = machine.process();
    let (_, other) = machine.process();
    machine.call(thread, Call::CreateKeyedMutex { initial: 1 });
    machine.call(other, Call::OpenKeyedMutex { shared: GLOBAL });
    Shared { machine, first, thread, handle: LocalName(0), other, opened: LocalName(0) }
}

fn acquire(mutex: LocalName, key: u64, timeout: Timeout) -> Call {
    Call::AcquireKeyedMutex { mutex: local(mutex), key, timeout }
}

fn test(mutex: LocalName, key: u64) -> Call {
    acquire(mutex, key, Timeout::Zero)
}

fn read(mutex: LocalName, key: u64, buffer: BufferOperand) -> Call {
    Call::AcquireKeyedMutex2 { mutex: local(mutex), key, timeout: Timeout::Zero, buffer }
}

fn release(mutex: LocalName, key: u64, fence: u64) -> Call {
    Call::ReleaseKeyedMutex { mutex: local(mutex), key, fence }
}

fn store(mutex: LocalName, data: DataOperand) -> Call {
    Call::ReleaseKeyedMutex2 { mutex: local(mutex), key: 1, fence: 0, data }
}

fn create(data: DataOperand, nt_sharing: bool) -> Call {
    Call::CreateKeyedMutex2 { initial: 1, data, nt_sharing, unknown_flag: false }
}

fn destroy(mutex: LocalName) -> Call {
    Call::DestroyKeyedMutex { mutex: local(mutex) }
}

fn bytes(size: u32, content: u32) -> DataOperand {
    DataOperand::Bytes { size, content }
}

fn acquired(fence: u64) -> Verdict {
    Verdict::Done(Output::Acquired { fence, data: None })
}

fn mutex_of(machine: &Machine) -> KeyedMutex {
    *machine.state.keyed_mutex(NAME).expect("the mutex lives")
}

#[test]
fn kmx_01_hnd_22_hnd_24_a_new_mutex_is_free_and_has_one_global_handle() {
    let mut machine = Machine::new(Limits::default());
    let (process, thread) = machine.process();
    let observation = machine.call(thread, Call::CreateKeyedMutex { initial: 7 });
    let (handle, global) = (LocalName(0), GlobalName(0));
    let made = Output::KeyedMutex { handle, mutex: NAME, global: Some(global) };
    assert_eq!(observation.verdict, Verdict::Done(made));
    let changes = [HandleChange::LocalAllocated(process, handle), HandleChange::GlobalAllocated(global)];
    assert_eq!(observation.handles, changes);
    let expected = KeyedMutex {
        name: NAME,
        key: 7,
        fence: 0,
        owner: None,
        abandoned: false,
        private_data: None,
        global: true,
    };
    assert_eq!(mutex_of(&machine), expected);
    assert_eq!(machine.state.global_table_size, 1024);
    assert_eq!(machine.verdict(thread, test(handle, 8)), TIMED_OUT);
    assert_eq!(machine.verdict(thread, test(handle, 7)), acquired(0));
}

#[test]
fn kmx_02_kmx_38_no_device_and_no_adapter_matters() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    let adapter = machine.adapter(1, AdapterKind::Full);
    let handle = machine.open(thread, 1);
    machine.device(thread, handle);
    machine.call(thread, Call::CreateKeyedMutex { initial: 1 });
    let mutex = LocalName(2);
    machine.call(thread, test(mutex, 1));
    let before = mutex_of(&machine);
    machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    machine.call(thread, Call::CloseAdapter { adapter: local(handle) });
    assert_eq!(mutex_of(&machine), before);
    machine.call(thread, release(mutex, 1, 3));
    machine.call(thread, Call::CreateKeyedMutex { initial: 1 });
    assert_eq!(machine.verdict(thread, test(mutex, 1)), acquired(3));
}

#[test]
fn kmx_04_hnd_24_an_nt_shared_mutex_has_no_global_handle() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    let verdict = machine.verdict(thread, create(DataOperand::None, true));
    assert_eq!(
        verdict,
        Verdict::Done(Output::KeyedMutex { handle: LocalName(0), mutex: NAME, global: None })
    );
    assert_eq!((machine.state.global_table_size, machine.state.global_handles.len()), (0, 0));
    machine.impossible(Action::Call(thread, Call::OpenKeyedMutex { shared: GLOBAL }));
}

#[test]
fn kmx_05_kmx_24_syn_17_create_checks_in_order() {
    let mut machine = Machine::new(Limits { keyed_mutexes: 0, ..Limits::default() });
    let (_, thread) = machine.process();
    let make =
        |data, unknown_flag| Call::CreateKeyedMutex2 { initial: 1, data, nt_sharing: false, unknown_flag };
    machine.refuse(thread, make(DataOperand::NullWithSize, true), Refusal::NullPrivateData);
    machine.refuse(thread, make(bytes(4097, 1), true), Refusal::UnknownKeyedMutexFlag);
    machine.refuse(thread, make(bytes(4097, 1), false), Refusal::PrivateDataTooLarge);
    machine.refuse(thread, make(bytes(4096, 1), false), Refusal::NoMemory);
    machine.refuse(thread, Call::CreateKeyedMutex { initial: 1 }, Refusal::NoMemory);
    machine.impossible(Action::Call(thread, make(bytes(0, 1), false)));
}

#[test]
fn hnd_14_hnd_22_syn_38_each_table_can_be_full() {
    let one = TableLimits { growth: 2, reserve: 1, max_entries: 2 };
    let create = Call::CreateKeyedMutex { initial: 1 };
    let mut machine = Machine::new(Limits { global_table: one, ..Limits::default() });
    let (_, thread) = machine.process();
    machine.call(thread, create);
    machine.refuse(thread, create, Refusal::NoMemory);
    let mut machine = Machine::new(Limits { local_table: one, ..Limits::default() });
    let (_, thread) = machine.process();
    machine.call(thread, create);
    machine.refuse(thread, create, Refusal::NoMemory);
    machine.refuse(thread, Call::OpenKeyedMutex { shared: GLOBAL }, Refusal::NoMemory);
    machine.call(thread, destroy(LocalName(0)));
    machine.call(thread, create);
}

#[test]
fn kmx_06_hnd_16_hnd_23_any_process_opens_and_gets_a_new_handle() {
    let Shared { mut machine, thread, other, .. } = shared();
    let open = Call::OpenKeyedMutex { shared: GLOBAL };
    for (caller, name) in [(thread, 1), (thread, 2), (other, 1)] {
        let verdict = machine.verdict(caller, open);
        assert_eq!(verdict, Verdict::Done(Output::KeyedMutexHandle(LocalName(name))));
    }
    for kind in DEAD.into_iter().filter(|kind| *kind != DeadKind::Foreign) {
        let call = Call::OpenKeyedMutex { shared: GlobalOperand::Dead(kind) };
        machine.refuse(thread, call, Refusal::NoSuchGlobalHandle);
    }
}

#[test]
fn kmx_07_hnd_25_lif_01_lif_05_the_last_local_handle_ends_the_mutex() {
    for order in [[0, 1], [1, 0]] {
        let Shared { mut machine, first, thread, other, .. } = shared();
        let callers = [thread, other];
        let left = machine.call(callers[order[0]], destroy(LocalName(0)));
        assert_eq!(left.handles.len(), 1);
        assert_eq!(machine.state.global_handles.len(), 1);
        let last = machine.call(callers[order[1]], destroy(LocalName(0)));
        let owner = if order[1] == 0 { first } else { ProcessName(2) };
        let freed = [HandleChange::LocalFreed(owner, LocalName(0)), HandleChange::GlobalFreed(GlobalName(0))];
        assert_eq!(last.handles, freed);
        assert_eq!((machine.state.keyed_mutexes.len(), machine.state.global_handles.len()), (0, 0));
    }
}

#[test]
fn kmx_08_hnd_09_dead_handles_are_refused() {
    let Shared { mut machine, thread, .. } = shared();
    for kind in DEAD {
        let mutex = LocalOperand::Dead(kind);
        machine.refuse(thread, Call::DestroyKeyedMutex { mutex }, Refusal::NoKeyedMutexToDestroy);
        let timeout = Timeout::Unlimited;
        machine.refuse(thread, Call::AcquireKeyedMutex { mutex, key: 1, timeout }, Refusal::DeadHandle);
        machine.refuse(thread, Call::ReleaseKeyedMutex { mutex, key: 1, fence: 0 }, Refusal::DeadHandle);
    }
}

#[test]
fn kmx_09_the_first_forms_leave_the_private_data() {
    let Shared { mut machine, thread, handle, other, opened, .. } = shared();
    let open = Call::OpenKeyedMutex2 { shared: GLOBAL, data: bytes(4, 9) };
    machine.call(other, open);
    assert_eq!(machine.verdict(thread, test(handle, 1)), acquired(0));
    machine.call(thread, release(handle, 1, 5));
    assert_eq!(mutex_of(&machine).private_data, Some(PrivateData { size: 4, content: 9 }));
    assert_eq!(machine.verdict(other, read(opened, 1, BufferOperand::None)), acquired(5));
}

#[test]
fn kmx_10_all_64_bits_of_a_key_count() {
    let Shared { mut machine, thread, handle, .. } = shared();
    assert_eq!(machine.verdict(thread, test(handle, 1 | 1 << 32)), TIMED_OUT);
    machine.call(thread, test(handle, 1));
    machine.call(thread, release(handle, 1 << 63, 0));
    assert_eq!(machine.verdict(thread, test(handle, 0)), TIMED_OUT);
    assert_eq!(machine.verdict(thread, test(handle, 1 << 63)), acquired(0));
}

#[test]
fn kmx_12_kmx_21_the_owner_is_the_process_and_the_handle() {
    let Shared { mut machine, first, thread, handle, other, opened } = shared();
    machine.call(thread, Call::OpenKeyedMutex { shared: GLOBAL });
    machine.call(thread, test(handle, 1));
    assert_eq!(mutex_of(&machine).owner, Some((first, handle)));
    machine.refuse(thread, release(LocalName(1), 2, 2), Refusal::NotOwner);
    machine.refuse(other, release(opened, 2, 2), Refusal::NotOwner);
    let Output::Thread(second) = machine.host(Host::StartThread { process: first }) else { panic!() };
    // TRD-12, KMX-31: the end of the acquiring thread abandons nothing.
    machine.incident(Incident::EndThread(thread));
    machine.call(second, release(handle, 2, 2));
    machine.refuse(second, release(handle, 2, 2), Refusal::NotOwner);
}

#[test]
fn kmx_17_kmx_18_kmx_20_a_release_hands_key_and_fence_value_on() {
    let Shared { mut machine, thread, handle, other, opened, .. } = shared();
    let hops = [(thread, handle, 9), (other, opened, 3), (thread, handle, u64::MAX), (other, opened, 0)];
    let mut last = 0;
    for (caller, handle, fence) in hops {
        assert_eq!(machine.verdict(caller, test(handle, 1)), acquired(last));
        machine.call(caller, release(handle, 1, fence));
        last = fence;
    }
}

#[test]
fn kmx_25_kmx_26_kmx_27_private_data_flows_in_at_open_only_if_there_is_none() {
    let Shared { mut machine, thread, .. } = shared();
    let open = |data| Call::OpenKeyedMutex2 { shared: GLOBAL, data };
    machine.refuse(thread, open(DataOperand::NullWithSize), Refusal::NullPrivateData);
    machine.refuse(thread, open(bytes(4097, 1)), Refusal::PrivateDataTooLarge);
    machine.call(thread, open(DataOperand::None));
    assert_eq!(mutex_of(&machine).private_data, None);
    for (data, content) in [(bytes(8, 1), 1), (bytes(8, 2), 1), (DataOperand::None, 1)] {
        machine.call(thread, open(data));
        assert_eq!(mutex_of(&machine).private_data, Some(PrivateData { size: 8, content }));
    }
    for size in [7, 9] {
        machine.refuse(thread, open(bytes(size, 1)), Refusal::OtherSizeAtOpen);
    }
    let shared = GlobalOperand::Dead(DeadKind::Stale);
    let dead = Call::OpenKeyedMutex2 { shared, data: bytes(4097, 1) };
    machine.refuse(thread, dead, Refusal::NoSuchGlobalHandle);
}

#[test]
fn kmx_28_private_data_flows_out_at_acquire() {
    let Shared { mut machine, thread, handle, .. } = shared();
    let buffer = |size| BufferOperand::Bytes { size };
    machine.refuse(thread, read(handle, 1, buffer(8)), Refusal::OtherSizeAtAcquire);
    machine.call(thread, Call::OpenKeyedMutex2 { shared: GLOBAL, data: bytes(8, 1) });
    for size in [7, 9, 4097] {
        machine.refuse(thread, read(handle, 2, buffer(size)), Refusal::OtherSizeAtAcquire);
    }
    machine.refuse(thread, read(handle, 1, BufferOperand::NullWithSize), Refusal::NullPrivateData);
    assert_eq!(machine.verdict(thread, read(handle, 2, buffer(8))), TIMED_OUT);
    let data = Some(PrivateData { size: 8, content: 1 });
    let expected = Verdict::Done(Output::Acquired { fence: 0, data });
    assert_eq!(machine.verdict(thread, read(handle, 1, buffer(8))), expected);
}

#[test]
fn kmx_29_private_data_flows_in_at_release() {
    let Shared { mut machine, thread, handle, .. } = shared();
    let stored = |machine: &Machine| mutex_of(machine).private_data.map(|data| (data.size, data.content));
    machine.refuse(thread, store(handle, bytes(4097, 1)), Refusal::NotOwner);
    machine.call(thread, test(handle, 1));
    machine.refuse(thread, store(handle, DataOperand::NullWithSize), Refusal::NullPrivateData);
    machine.refuse(thread, store(handle, bytes(4097, 1)), Refusal::PrivateDataTooLarge);
    for (data, expected) in [
        (DataOperand::None, None),
        (bytes(8, 1), Some((8, 1))),
        (bytes(8, 2), Some((8, 2))),
        (DataOperand::None, Some((8, 2))),
    ] {
        machine.call(thread, store(handle, data));
        assert_eq!(stored(&machine), expected);
        machine.call(thread, test(handle, 1));
    }
    machine.refuse(thread, store(handle, bytes(7, 1)), Refusal::OtherSizeAtRelease);
    assert!(mutex_of(&machine).owner.is_some());
}

#[test]
fn kmx_30_kmx_32_kmx_34_destroying_the_owning_handle_abandons_for_ever() {
    let Shared { mut machine, thread, handle, other, opened, .. } = shared();
    machine.call(thread, Call::OpenKeyedMutex2 { shared: GLOBAL, data: bytes(8, 1) });
    machine.call(thread, test(handle, 1));
    machine.call(thread, destroy(LocalName(1)));
    assert!(!mutex_of(&machine).abandoned);
    machine.call(thread, destroy(handle));
    assert!(mutex_of(&machine).abandoned);
    for timeout in [Timeout::Unlimited, Timeout::Zero, Timeout::AbsolutePassed(1)] {
        for key in [1, 2] {
            assert_eq!(machine.verdict(other, acquire(opened, key, timeout)), ABANDONED);
        }
    }
    // KMX-32: a wrong size does not outrank it, a null buffer does.
    assert_eq!(machine.verdict(other, read(opened, 1, BufferOperand::Bytes { size: 1 })), ABANDONED);
    machine.refuse(other, read(opened, 1, BufferOperand::NullWithSize), Refusal::NullPrivateData);
    machine.refuse(other, release(opened, 1, 1), Refusal::ReleaseOfAbandoned);
    machine.refuse(other, store(opened, bytes(4097, 1)), Refusal::ReleaseOfAbandoned);
    machine.call(thread, Call::OpenKeyedMutex { shared: GLOBAL });
    assert_eq!(machine.verdict(thread, test(handle, 1)), ABANDONED);
    machine.call(thread, destroy(handle));
    machine.call(other, destroy(opened));
    assert_eq!(machine.state.keyed_mutexes, []);
}

#[test]
fn kmx_31_trd_11_lif_09_the_end_of_a_process_abandons_what_it_owns() {
    let Shared { mut machine, first, thread, handle, other, opened } = shared();
    machine.call(other, Call::CreateKeyedMutex { initial: 1 });
    machine.call(thread, Call::OpenKeyedMutex { shared: GlobalOperand::Named(GlobalName(1)) });
    machine.call(thread, test(handle, 1));
    let ended = machine.incident(Incident::KillProcess(first));
    let freed = [handle, LocalName(1)].map(|name| HandleChange::LocalFreed(first, name));
    assert_eq!(ended.handles, freed);
    assert!(mutex_of(&machine).abandoned);
    assert_eq!(machine.verdict(other, test(opened, 1)), ABANDONED);
    assert_eq!(machine.verdict(other, test(LocalName(1), 1)), acquired(0));
    machine.call(other, Call::ExitProcess);
    assert_eq!((machine.state.keyed_mutexes.len(), machine.state.global_handles.len()), (0, 0));
}

#[test]
fn kmx_37_owning_is_advisory_and_stops_no_other_call() {
    let Shared { mut machine, thread, handle, other, opened, .. } = shared();
    machine.call(thread, test(handle, 1));
    machine.call(other, Call::OpenKeyedMutex { shared: GLOBAL });
    machine.call(other, destroy(opened));
    assert!(!mutex_of(&machine).abandoned);
}
