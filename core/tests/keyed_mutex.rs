//! Keyed mutexes without waiting: keys, owners, fence values, private data, abandonment.

mod common;

use common::mutex::{
    NT_SECURITY_SHARING, acquire, acquire2, bytes, create, create2, destroy, global, not_taken, open, open2,
    owned, release, release2, taken,
};
use common::{LUID, World, local};
use kmt_core::{
    AcquireKeyedMutex2, Answer, GlobalHandle, Host, Incident, LocalHandle, MutexHolder, NtStatus, OutBuffer,
    Output, Pick, PrivateData, ProcessConfig, Reply, Request, ThreadId, rule,
};

const PARAMETER: NtStatus = NtStatus::INVALID_PARAMETER;
const DEAD: (NtStatus, rule::Rule) = (PARAMETER, rule::HND_09);

/// A world without adapters in which a thread has a mutex with key 0.
fn one() -> (World, ThreadId, LocalHandle, GlobalHandle) {
    let mut world = World::new();
    let (_, thread) = world.process();
    let (mutex, shared) = world.create_mutex(thread, 0);
    (world, thread, mutex, shared)
}

fn timed_out() -> Answer {
    Answer::Complete(not_taken(NtStatus::TIMEOUT, rule::TIM_05))
}

fn abandoned() -> Answer {
    Answer::Complete(not_taken(NtStatus::ABANDONED, rule::KMX_32))
}

/// What an acquire gives that wants the private data.
fn taken_with(fence_value: u64, data: &[u8]) -> Answer {
    let output = Output::AcquireKeyedMutex { fence_value, private_data: Some(data.to_vec()) };
    Answer::Complete(Reply { status: NtStatus::SUCCESS, output, rule: None })
}

#[test]
fn kmx_01_kmx_03_a_new_mutex_is_free_with_its_key() {
    let mut world = World::new();
    let (process, thread) = world.process();
    let (mutex, shared) = world.create_mutex(thread, 0x55);
    assert_eq!((mutex.raw(), shared.raw()), (0x4000_0000, 0x4000_0002));
    let view = world.mutex();
    assert_eq!((view.key, view.fence_value, view.holder), (0x55, 0, MutexHolder::Free));
    assert_eq!((view.private_data.len(), view.handles, view.shared), (0, 1, Some(shared)));
    assert_eq!(world.answer(thread, acquire(mutex, 0x54, Some(0))), timed_out());
    assert_eq!(world.answer(thread, acquire(mutex, 0x55, Some(0))), taken(0));
    assert_eq!(world.holder(), owned(process, mutex));
}

#[test]
fn kmx_02_kmx_38_inv_85_no_device_and_no_adapter_is_behind_a_mutex() {
    let (mut world, process, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    let (mutex, shared) = world.create_mutex(thread, 0);
    world.take(thread, mutex, 0);
    world.destroy(thread, device);
    world.close(thread, adapter);
    let id = world.kernel.adapters().next().unwrap().id;
    world.incident(common::stop(id));
    assert_eq!(world.holder(), owned(process, mutex));
    world.ok(thread, release(mutex, 0, 3));
    let again = world.open_mutex(thread, shared);
    assert_eq!(world.take(thread, again, 0), 3);
    world.ok(thread, destroy(mutex));
    world.create_mutex(thread, 0);
}

#[test]
fn kmx_04_hnd_24_a_mutex_for_nt_sharing_has_no_global_handle() {
    let mut world = World::new();
    let (_, thread) = world.process();
    let output = world.ok(thread, create2(0, PrivateData::NONE, NT_SECURITY_SHARING));
    let Output::CreateKeyedMutex { keyed_mutex, shared } = output else { panic!("{output:?}") };
    assert_eq!(shared, GlobalHandle::ZERO);
    assert_eq!(world.mutex().shared, None);
    assert!(world.kernel.global_table().entries.is_empty());
    for guess in [0, 2, 0x4000_0002, 0x4000_0000, 0x4000_0042] {
        assert_eq!(world.refused(thread, open(global(guess))), (PARAMETER, rule::KMX_06));
        assert_eq!(world.refused(thread, open2(global(guess), bytes(b"x"))), (PARAMETER, rule::KMX_06));
    }
    world.take(thread, keyed_mutex, 0);
}

#[test]
fn kmx_05_unknown_flags_are_refused() {
    let mut world = World::new();
    let (_, thread) = world.process();
    for bit in 1..32 {
        for flags in [1 << bit, 1 << bit | NT_SECURITY_SHARING] {
            let request = create2(0, PrivateData::NONE, flags);
            assert_eq!(world.refused(thread, request), (PARAMETER, rule::KMX_05));
        }
    }
}

#[test]
fn kmx_07_lif_01_lif_05_handles_go_in_any_order_and_the_last_takes_the_mutex() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut world = World::new();
        let (_, thread) = world.process();
        let (_, other) = world.process();
        let (mutex, shared) = world.create_mutex(thread, 0);
        let second = world.open_mutex(thread, shared);
        let third = world.open_mutex(other, shared);
        let handles = [(thread, mutex), (thread, second), (other, third)];
        for (gone, place) in order.into_iter().enumerate() {
            for place in &order[gone..] {
                let (thread, handle) = handles[*place];
                world.take(thread, handle, 0);
                world.ok(thread, release(handle, 0, 0));
            }
            let (thread, handle) = handles[place];
            world.ok(thread, destroy(handle));
            assert_eq!(world.kernel.keyed_mutexes().count(), usize::from(gone < 2));
        }
        assert_eq!(world.refused(thread, open(shared)), (PARAMETER, rule::KMX_06));
    }
}

#[test]
fn kmx_08_what_destroy_refuses() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let (mutex, shared) = world.create_mutex(thread, 0);
    for handle in [local(0), adapter, local(shared.raw()), local(0x8000_0040), local(u32::MAX)] {
        assert_eq!(world.refused(thread, destroy(handle)), (PARAMETER, rule::KMX_08));
    }
    world.ok(thread, destroy(mutex));
    assert_eq!(world.refused(thread, destroy(mutex)), (PARAMETER, rule::KMX_08));
}

#[test]
fn kmx_09_the_forms_mix() {
    let mut world = World::new();
    let (_, thread) = world.process();
    let (mutex, shared) = world.create_mutex_with(thread, b"abcd");
    let second = world.open_mutex(thread, shared);
    world.take(thread, second, 0);
    world.ok(thread, release2(second, 1, 5, PrivateData::NONE));
    assert_eq!(world.answer(thread, acquire2(mutex, 1, Some(0), 4)), taken_with(5, b"abcd"));
    world.ok(thread, release(mutex, 2, 6));
    assert_eq!(world.mutex().private_data, b"abcd");
    let (plain, shared) = world.create_mutex(thread, 0);
    world.ok(thread, open2(shared, bytes(b"xy")));
    assert_eq!(world.answer(thread, acquire2(plain, 0, None, 2)), taken_with(0, b"xy"));
}

#[test]
fn kmx_10_inv_82_keys_are_64_bits() {
    let (mut world, thread, mutex, _) = one();
    let mut key = 0;
    for next in [1, 1 << 32, u64::from(u32::MAX), u64::MAX, 1 << 63, 0] {
        for wrong in [key ^ 1 << 32, key ^ 1, key ^ 1 << 63, !key] {
            assert_eq!(world.answer(thread, acquire(mutex, wrong, Some(0))), timed_out());
        }
        world.take(thread, mutex, key);
        world.ok(thread, release(mutex, next, 0));
        key = next;
    }
}

#[test]
fn kmx_11_kmx_13_while_it_is_owned_nobody_gets_it() {
    let (mut world, thread, mutex, shared) = one();
    let (_, other) = world.process();
    let theirs = world.open_mutex(other, shared);
    world.take(thread, mutex, 0);
    for key in [0, 1] {
        assert_eq!(world.answer(thread, acquire(mutex, key, Some(0))), timed_out());
        assert_eq!(world.answer(other, acquire(theirs, key, Some(0))), timed_out());
    }
    world.ok(thread, release(mutex, 0, 0));
    assert_eq!(world.holder(), MutexHolder::Free, "one release is enough");
}

#[test]
fn kmx_12_the_owner_is_a_handle_of_a_process() {
    let mut world = World::new();
    let (process, first) = world.process();
    let second = world.thread(process);
    let (mutex, shared) = world.create_mutex(first, 0);
    let sibling = world.open_mutex(first, shared);
    world.take(first, mutex, 0);
    world.incident(Incident::EndThread(first));
    assert_eq!(world.holder(), owned(process, mutex));
    assert_eq!(world.refused(second, release(sibling, 0, 0)), (PARAMETER, rule::KMX_21));
    world.ok(second, release(mutex, 0, 0));
}

#[test]
fn kmx_17_kmx_18_inv_82_the_fence_value_is_handed_on() {
    let (mut world, thread, mutex, _) = one();
    let mut expected = 0;
    for next in [10, 10, 3, u64::MAX, 0, 1 << 40] {
        assert_eq!(world.take(thread, mutex, 0), expected);
        assert_eq!(world.answer(thread, acquire(mutex, 0, Some(0))), timed_out());
        world.ok(thread, release(mutex, 0, next));
        expected = next;
    }
}

#[test]
fn kmx_19_inv_87_timeout_and_abandoned_look_like_success_and_are_none() {
    let (mut world, thread, mutex, shared) = one();
    let sibling = world.open_mutex(thread, shared);
    world.take(thread, mutex, 0);
    world.ok(thread, release(mutex, 7, 99));
    let before = world.kernel.clone();
    assert_eq!(world.answer(thread, acquire(mutex, 0, Some(0))), timed_out());
    assert_eq!(world.kernel, before);
    world.take(thread, mutex, 7);
    world.ok(thread, destroy(mutex));
    let before = world.kernel.clone();
    assert_eq!(world.answer(thread, acquire(sibling, 7, None)), abandoned());
    assert_eq!(world.kernel, before);
    for status in [NtStatus::TIMEOUT, NtStatus::ABANDONED] {
        assert!(status.is_success_class() && status != NtStatus::SUCCESS);
    }
}

#[test]
fn kmx_20_kmx_21_inv_83_only_the_owner_releases() {
    let (mut world, thread, mutex, shared) = one();
    let (_, other) = world.process();
    let theirs = world.open_mutex(other, shared);
    assert_eq!(world.refused(thread, release(mutex, 5, 5)), (PARAMETER, rule::KMX_21));
    world.take(thread, mutex, 0);
    assert_eq!(world.refused(other, release(theirs, 5, 5)), (PARAMETER, rule::KMX_21));
    assert_eq!(world.refused(thread, release(local(0), 5, 5)), DEAD);
    assert_eq!(world.refused(thread, release(local(shared.raw()), 5, 5)), DEAD);
    world.ok(thread, release(mutex, 5, 6));
    let view = world.mutex();
    assert_eq!((view.key, view.fence_value, view.holder), (5, 6, MutexHolder::Free));
    assert_eq!(world.refused(thread, release(mutex, 7, 7)), (PARAMETER, rule::KMX_21));
}

#[test]
fn kmx_24_syn_38_the_limits_of_private_data() {
    let (mut world, thread, mutex, shared) = one();
    world.take(thread, mutex, 0);
    let null = |size| PrivateData::Null { size };
    let refused = (PARAMETER, rule::KMX_24);
    for size in [1, 4096, 4097, u32::MAX] {
        assert_eq!(world.refused(thread, create2(0, null(size), u32::MAX)), refused);
        assert_eq!(world.refused(thread, open2(global(0), null(size))), refused);
        assert_eq!(world.refused(thread, release2(local(0), 0, 0, null(size))), refused);
        let buffer = OutBuffer { is_null: true, size };
        let request = AcquireKeyedMutex2 { keyed_mutex: local(0), key: 0, timeout: None, buffer };
        assert_eq!(world.refused(thread, Request::AcquireKeyedMutex2(request)), refused);
    }
    let large = || bytes(&[1; 4097]);
    assert_eq!(world.refused(thread, create2(0, large(), 0)), refused);
    assert_eq!(world.refused(thread, open2(shared, large())), refused);
    assert_eq!(world.refused(thread, release2(mutex, 0, 0, large())), refused);
    for empty in [null(0), bytes(b"")] {
        world.ok(thread, create2(0, empty.clone(), 0));
        world.ok(thread, open2(shared, empty));
    }
    world.ok(thread, release2(mutex, 0, 0, bytes(&[1; 4096])));
    let data = world.kernel.keyed_mutexes().next().unwrap().private_data;
    assert_eq!(data, [1; 4096]);
}

#[test]
fn kmx_25_kmx_26_kmx_27_private_data_flows_in_at_open_if_there_is_none() {
    let (mut world, thread, _, shared) = one();
    world.ok(thread, open2(shared, bytes(b"abc")));
    assert_eq!(world.mutex().private_data, b"abc");
    for kept in [bytes(b"xyz"), PrivateData::NONE, bytes(b"")] {
        world.ok(thread, open2(shared, kept));
        assert_eq!(world.mutex().private_data, b"abc");
    }
    for wrong in [b"ab".as_slice(), b"a", b"abcd", &[0; 4096]] {
        assert_eq!(world.refused(thread, open2(shared, bytes(wrong))), (PARAMETER, rule::KMX_26));
    }
}

#[test]
fn kmx_28_private_data_flows_out_at_acquire() {
    let mut world = World::new();
    let (_, thread) = world.process();
    let (mutex, _) = world.create_mutex_with(thread, b"abc");
    for size in [1, 2, 4, 4096, u32::MAX] {
        // Before anything waits: the key is wrong and the time unlimited.
        let wrong = acquire2(mutex, 9, None, size);
        assert_eq!(world.refused(thread, wrong), (PARAMETER, rule::KMX_28));
    }
    assert_eq!(world.answer(thread, acquire2(mutex, 9, Some(0), 3)), timed_out());
    assert_eq!(world.answer(thread, acquire2(mutex, 0, Some(0), 3)), taken_with(0, b"abc"));
    world.ok(thread, release(mutex, 0, 0));
    assert_eq!(world.answer(thread, acquire2(mutex, 0, Some(0), 0)), taken(0));
    let (empty, _) = world.create_mutex(thread, 0);
    assert_eq!(world.refused(thread, acquire2(empty, 0, None, 1)), (PARAMETER, rule::KMX_28));
}

#[test]
fn kmx_29_private_data_flows_in_at_release() {
    let (mut world, thread, mutex, _) = one();
    let process = world.kernel.processes().next().unwrap().id;
    world.take(thread, mutex, 0);
    world.ok(thread, release2(mutex, 0, 0, bytes(b"abc")));
    world.take(thread, mutex, 0);
    for wrong in [b"ab".as_slice(), b"abcd"] {
        let request = release2(mutex, 4, 4, bytes(wrong));
        assert_eq!(world.refused(thread, request), (PARAMETER, rule::KMX_29));
        assert_eq!(world.holder(), owned(process, mutex));
    }
    world.ok(thread, release2(mutex, 0, 0, bytes(b"xyz")));
    assert_eq!(world.answer(thread, acquire2(mutex, 0, None, 3)), taken_with(0, b"xyz"));
    world.ok(thread, release2(mutex, 0, 0, bytes(b"")));
    assert_eq!(world.mutex().private_data, b"xyz");
}

#[test]
fn kmx_30_kmx_34_inv_84_only_the_owning_handle_abandons() {
    let (mut world, thread, mutex, shared) = one();
    let (process, other) = world.process();
    let (first, second) = (world.open_mutex(other, shared), world.open_mutex(other, shared));
    world.take(other, first, 0);
    world.ok(other, destroy(second));
    assert_eq!(world.holder(), owned(process, first));
    world.ok(other, destroy(first));
    assert_eq!(world.holder(), MutexHolder::Abandoned);
    assert_eq!(world.refused(thread, release(mutex, 0, 0)), (PARAMETER, rule::KMX_34));
    assert_eq!(world.refused(thread, release2(mutex, 0, 0, bytes(b"x"))), (PARAMETER, rule::KMX_34));
    let opened = world.open_mutex(other, shared);
    world.ok(thread, destroy(mutex));
    assert_eq!(world.answer(other, acquire(opened, 0, Some(0))), abandoned());
    world.ok(other, destroy(opened));
    assert_eq!(world.kernel.keyed_mutexes().count(), 0);
}

#[test]
fn kmx_31_inv_81_inv_85_lif_05_the_end_of_the_owning_process_abandons() {
    let (mut world, thread, mutex, shared) = one();
    let (process, other) = world.process();
    let theirs = world.open_mutex(other, shared);
    world.create_mutex(other, 1);
    world.take(other, theirs, 0);
    world.incident(Incident::EndThread(other));
    assert!(world.kernel.keyed_mutexes().all(|mutex| mutex.holder != MutexHolder::Abandoned));
    world.incident(Incident::KillProcess(process));
    assert_eq!(world.holder(), MutexHolder::Abandoned);
    assert_eq!(world.mutex().handles, 1);
    assert_eq!(world.answer(thread, acquire(mutex, 0, None)), abandoned());
    world.ok(thread, Request::ExitProcess);
    assert_eq!(world.kernel.keyed_mutexes().count(), 0);
    assert!(world.kernel.global_table().entries.iter().all(|entry| entry.object.is_none()));
}

#[test]
fn kmx_32_inv_84_abandonment_is_final_and_outranks_all_but_bad_arguments() {
    let mut world = World::new();
    let (_, thread) = world.process();
    let (mutex, shared) = world.create_mutex_with(thread, b"abc");
    let sibling = world.open_mutex(thread, shared);
    world.take(thread, mutex, 0);
    world.ok(thread, destroy(mutex));
    for _ in 0..2 {
        for (key, timeout) in [(0, None), (1, Some(0)), (u64::MAX, Some(-1)), (0, Some(i64::MIN))] {
            assert_eq!(world.answer(thread, acquire(sibling, key, timeout)), abandoned());
            for size in [0, 3, 4, u32::MAX] {
                assert_eq!(world.answer(thread, acquire2(sibling, key, timeout, size)), abandoned());
            }
        }
        for pick in [Pick::DeadlineAhead, Pick::DeadlinePassed] {
            assert_eq!(world.picked(thread, acquire(sibling, 0, Some(1)), pick), abandoned());
        }
    }
    assert_eq!(world.refused(thread, acquire(mutex, 0, None)), DEAD);
    let buffer = OutBuffer { is_null: true, size: 1 };
    let request = AcquireKeyedMutex2 { keyed_mutex: sibling, key: 0, timeout: None, buffer };
    assert_eq!(world.refused(thread, Request::AcquireKeyedMutex2(request)), (PARAMETER, rule::KMX_24));
}

#[test]
fn kmx_37_nothing_else_asks_who_owns_a_mutex() {
    let (mut world, _, thread) = World::with_adapter();
    let (mutex, _) = world.create_mutex(thread, 0);
    let other = world.process().1;
    world.take(thread, mutex, 0);
    let adapter = world.open(other, LUID);
    let device = world.create(other, adapter);
    world.destroy(other, device);
    assert_eq!(world.mutex().fence_value, 0);
}

#[test]
fn syn_17_room_is_asked_for_last() {
    let limits = kmt_core::Limits { keyed_mutexes: 1, ..kmt_core::Limits::default() };
    let mut world = World::with_limits(limits);
    let (_, thread) = world.process();
    world.create_mutex(thread, 0);
    let full = (NtStatus::NO_MEMORY, rule::HND_14);
    assert_eq!(world.refused(thread, create(0)), full);
    assert_eq!(world.refused(thread, create2(0, bytes(b"x"), NT_SECURITY_SHARING)), full);
    assert_eq!(world.refused(thread, create2(0, bytes(b"x"), 2)), (PARAMETER, rule::KMX_05));
    assert_eq!(world.refused(thread, create2(0, bytes(&[0; 4097]), 0)), (PARAMETER, rule::KMX_24));
    world.host(Host::CreateProcess(ProcessConfig::default()));
}
