//! Global handles: their bits, their table, and how long they live.

mod common;

use common::mutex::{NT_SECURITY_SHARING, acquire, create, create2, destroy, global, open, release};
use common::{LUID, World, close, local, nt, state};
use kmt_core::{
    GlobalHandle, Incident, Kernel, Limits, LocalObject, Misuse, NtStatus, PrivateData, Profile, TableLimits,
    ThreadId, rule,
};

const PARAMETER: NtStatus = NtStatus::INVALID_PARAMETER;
const UNKNOWN: (NtStatus, rule::Rule) = (PARAMETER, rule::KMX_06);
const FULL: (NtStatus, rule::Rule) = (NtStatus::NO_MEMORY, rule::HND_14);

/// A process in a world whose global table has these limits.
fn with_global_table(growth: u32, reserve: u32, max_entries: u32) -> (World, ThreadId) {
    let global_table = TableLimits { growth, reserve, max_entries };
    let mut world = World::with_limits(Limits { global_table, ..Limits::default() });
    let (_, thread) = world.process();
    (world, thread)
}

#[test]
fn hnd_21_hnd_22_the_first_is_0x40000002_and_the_next_0x40_more() {
    let (mut world, thread) = with_global_table(1024, 128, 16_777_215);
    let other = world.process().1;
    for (place, thread) in [thread, other, thread, other].into_iter().enumerate() {
        let (_, shared) = world.create_mutex(thread, 0);
        assert_eq!(shared.raw(), 0x4000_0002 + 0x40 * place as u32);
    }
    assert_eq!(global(0x4000_0042).to_string(), "0x40000042");
}

#[test]
fn hnd_21_hnd_22_freed_entries_come_back_last_with_the_next_generation() {
    let (mut world, thread) = with_global_table(4, 1, 4);
    let mut seen = Vec::new();
    for _ in 0..14 {
        let (mutex, shared) = world.create_mutex(thread, 0);
        assert_eq!(shared.raw() & 0x3F, 2);
        assert!((1..=3).contains(&(shared.raw() >> 30)));
        seen.push(shared.raw());
        world.ok(thread, destroy(mutex));
        assert_eq!(world.refused(thread, open(shared)), UNKNOWN);
    }
    assert_eq!(seen[..5], [0x4000_0002, 0x4000_0042, 0x4000_0082, 0x4000_00C2, 0x8000_0002]);
    assert_eq!(seen[8..10], [0xC000_0002, 0xC000_0042]);
    assert_eq!(seen[12..], [0x4000_0002, 0x4000_0042], "after generation 3 comes 1");
}

#[test]
fn hnd_22_the_reserve_and_the_limit_are_those_of_the_global_table() {
    let (mut world, thread) = with_global_table(4, 1, 4);
    let mutexes = [0; 3].map(|key| world.create_mutex(thread, key).0);
    assert_eq!(world.refused(thread, create(0)), FULL);
    // A mutex that needs no global handle is not in the way.
    world.ok(thread, create2(0, PrivateData::NONE, NT_SECURITY_SHARING));
    world.ok(thread, destroy(mutexes[0]));
    world.create_mutex(thread, 0);
    let table = world.kernel.global_table();
    assert_eq!((table.entries.len(), table.free_list.len()), (4, 1));
}

#[test]
fn hnd_22_bad_limits_of_the_global_table_are_misuse() {
    for (growth, reserve, max_entries) in [(0, 0, 4), (4, 4, 64), (5, 0, 4), (4, 0, 16_777_216)] {
        let global_table = TableLimits { growth, reserve, max_entries };
        let result = Kernel::new(Profile::default(), Limits { global_table, ..Limits::default() });
        assert!(matches!(result, Err(Misuse::BadLimits { .. })), "{result:?}");
    }
}

#[test]
fn hnd_14_a_full_local_table_uses_up_no_global_handle() {
    let mut world = World::with_limits(common::small_table(4, 0, 4));
    let (_, thread) = world.process();
    let handles = [0; 4].map(|key| world.create_mutex(thread, key));
    assert_eq!(world.refused(thread, create(0)), FULL);
    assert_eq!(world.refused(thread, open(handles[0].1)), FULL);
    let other = world.process().1;
    assert_eq!(world.create_mutex(other, 0).1.raw(), 0x4000_0102);
}

#[test]
fn hnd_23_kmx_06_any_process_opens_it_by_its_number() {
    let (mut world, thread) = with_global_table(1024, 128, 16_777_215);
    let (_, other) = world.process();
    let (child, _) = world.child(thread, false);
    let child = world.thread(child);
    let (mutex, shared) = world.create_mutex(thread, 0);
    let opened = [thread, thread, other, child].map(|thread| (thread, world.open_mutex(thread, shared)));
    assert!(opened[..2].iter().all(|(_, handle)| *handle != mutex));
    assert_ne!(opened[0], opened[1]);
    for (thread, handle) in opened {
        world.take(thread, handle, 0);
        world.open_mutex(other, shared);
        world.ok(thread, release(handle, 0, 0));
    }
}

#[test]
fn hnd_24_inv_75_each_mutex_has_exactly_one_for_its_life() {
    let (mut world, thread) = with_global_table(4, 0, 64);
    let (first, shared) = world.create_mutex(thread, 0);
    world.open_mutex(thread, shared);
    world.ok(thread, create2(0, PrivateData::NONE, NT_SECURITY_SHARING));
    let named = |world: &World| {
        let entries = world.kernel.global_table().entries;
        entries.into_iter().filter_map(|entry| entry.object).collect::<Vec<_>>()
    };
    let id = world.kernel.keyed_mutexes().next().unwrap().id;
    assert_eq!(named(&world), [LocalObject::KeyedMutex(id)]);
    world.ok(thread, destroy(first));
    assert_eq!(named(&world), [LocalObject::KeyedMutex(id)]);
}

#[test]
fn hnd_25_kmx_07_it_lives_as_long_as_a_local_handle() {
    let (mut world, thread) = with_global_table(1024, 128, 16_777_215);
    let (other, other_thread) = world.process();
    let (mutex, shared) = world.create_mutex(thread, 0);
    let theirs = world.open_mutex(other_thread, shared);
    world.ok(thread, destroy(mutex));
    let back = world.open_mutex(thread, shared);
    world.ok(other_thread, destroy(theirs));
    let last = world.open_mutex(other_thread, shared);
    world.ok(thread, destroy(back));
    world.take(other_thread, last, 0);
    world.incident(Incident::KillProcess(other));
    assert_eq!(world.refused(thread, open(shared)), UNKNOWN);
}

#[test]
fn hnd_19_hnd_25_the_end_of_a_process_frees_them_in_order_of_its_handles() {
    let (mut world, thread) = with_global_table(4, 0, 4);
    let (process, other) = world.process();
    let shared: Vec<_> = (0..3).map(|key| world.create_mutex(other, key).1).collect();
    let (_, kept) = world.create_mutex(thread, 0);
    world.incident(Incident::KillProcess(process));
    let again: Vec<_> = (0..3).map(|key| world.create_mutex(thread, key).1).collect();
    let next = |handle: &GlobalHandle| global(handle.raw() + 0x4000_0000);
    assert_eq!(again, shared.iter().map(next).collect::<Vec<_>>());
    assert_eq!(kept.raw(), 0x4000_00C2);
}

#[test]
fn hnd_26_the_handle_spaces_do_not_mix() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let (mutex, shared) = world.create_mutex(thread, 0);
    for wrong in [mutex.raw(), adapter.raw(), 4, 0, shared.raw() ^ 1, shared.raw() ^ 0xC000_0000] {
        assert_eq!(world.refused(thread, open(global(wrong))), UNKNOWN);
    }
    let global_as_local = local(shared.raw());
    assert_eq!(world.refused(thread, destroy(global_as_local)), (PARAMETER, rule::KMX_08));
    for request in [
        acquire(global_as_local, 0, None),
        acquire(adapter, 0, None),
        close(global_as_local),
        close(mutex),
        state(mutex, 1),
    ] {
        assert_eq!(world.refused(thread, request).1, rule::HND_09);
    }
    let closing = common::close_nt(nt(shared.raw().into()));
    assert_eq!(world.refused(thread, closing).0, NtStatus::INVALID_HANDLE);
}
