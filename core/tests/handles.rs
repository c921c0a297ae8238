//! Local handles: their bits, their table, when a number comes back.

mod common;

use common::{LUID, OTHER_LUID, World, close, create, destroy, local, open, small_table, state};
use kmt_core::{
    EnumAdapters2, LocalHandle, LocalObject, NtStatus, Output, ProcessId, Request, ThreadId, rule,
};

const DEAD: (NtStatus, rule::Rule) = (NtStatus::INVALID_PARAMETER, rule::HND_09);
const FULL: (NtStatus, rule::Rule) = (NtStatus::NO_MEMORY, rule::HND_14);

fn index(handle: LocalHandle) -> u32 {
    (handle.raw() >> 6) & 0xFF_FFFF
}

/// A process with one adapter handle, and a table of these limits.
fn with_adapter_open(growth: u32, reserve: u32, max: u32) -> (World, ProcessId, ThreadId, LocalHandle) {
    let (mut world, process, thread) = World::with_limits(small_table(growth, reserve, max)).staged();
    let adapter = world.open(thread, LUID);
    (world, process, thread, adapter)
}

#[test]
fn hnd_01_hnd_02_a_handle_is_instance_index_and_generation() {
    let (mut world, _, thread, adapter) = with_adapter_open(4, 0, 4);
    let mut handles = vec![adapter];
    for _ in 0..30 {
        let device = world.create(thread, adapter);
        handles.push(device);
        world.destroy(thread, device);
    }
    for handle in handles {
        assert_ne!(handle, LocalHandle::ZERO);
        assert_eq!(handle.raw() & 0x3F, 0);
        assert!((1..=3).contains(&(handle.raw() >> 30)));
        assert!(index(handle) < 4);
    }
}

#[test]
fn hnd_03_hnd_04_hnd_05_all_kinds_share_one_sequence_from_0x40000000() {
    let (mut world, _, thread) = World::with_adapter();
    world.adapter(OTHER_LUID);
    let first = world.open(thread, LUID);
    let second = world.create(thread, first);
    let third = world.open(thread, OTHER_LUID);
    let fourth = world.create(thread, third);
    assert_eq!(
        [first, second, third, fourth].map(LocalHandle::raw),
        [0x4000_0000, 0x4000_0040, 0x4000_0080, 0x4000_00C0]
    );
}

#[test]
fn hnd_06_failed_calls_use_no_handle() {
    let (mut world, _, thread, adapter) = with_adapter_open(1024, 128, 16_777_215);
    world.refused(thread, create(local(0)));
    world.refused(thread, open(OTHER_LUID));
    world.refused(thread, Request::EnumAdapters2(EnumAdapters2 { capacity: 0, has_array: true }));
    assert_eq!(world.create(thread, adapter).raw(), 0x4000_0040);
}

#[test]
fn hnd_07_an_entry_carries_its_kind() {
    let (mut world, process, thread, adapter) = with_adapter_open(4, 0, 4);
    let device = world.create(thread, adapter);
    let entries = world.kernel.local_table(process).unwrap().entries;
    assert!(matches!(entries[0].object, Some(LocalObject::Adapter(_))));
    assert!(matches!(entries[1].object, Some(LocalObject::Device(_))));
    assert_eq!(entries[2].object, None);
    assert_eq!(world.refused(thread, destroy(adapter)), DEAD);
    assert_eq!(world.refused(thread, close(device)), DEAD);
}

#[test]
fn hnd_08_instance_index_liveness_generation_and_kind_are_compared() {
    let (mut world, _, thread, adapter) = with_adapter_open(4, 0, 4);
    let device = world.create(thread, adapter);
    for instance in 1..64 {
        assert_eq!(world.refused(thread, state(local(device.raw() | instance), 1)), DEAD);
    }
    for generation in [0, 2, 3] {
        let other = device.raw() & 0x3FFF_FFFF | generation << 30;
        assert_eq!(world.refused(thread, state(local(other), 1)), DEAD);
    }
    for index in [2, 3, 4, 5, 0xFF_FFFF] {
        assert_eq!(world.refused(thread, state(local(0x4000_0000 | index << 6), 1)), DEAD);
    }
    assert_eq!(world.refused(thread, state(adapter, 1)), DEAD);
    world.state(thread, device);
}

#[test]
fn hnd_09_zero_unknown_stale_foreign_and_of_the_wrong_kind_are_one() {
    let (mut world, _, thread, adapter) = with_adapter_open(4, 0, 4);
    let stale = world.create(thread, adapter);
    world.destroy(thread, stale);
    let (_, stranger) = world.process();
    for handle in [LocalHandle::ZERO, local(0x4000_0080), stale, adapter] {
        assert_eq!(world.refused(thread, destroy(handle)), DEAD);
    }
    assert_eq!(world.refused(stranger, close(adapter)), DEAD);
}

#[test]
fn hnd_10_freed_entries_come_back_in_the_order_of_their_frees() {
    let (mut world, process, thread, adapter) = with_adapter_open(4, 0, 4);
    let devices = [(); 3].map(|()| world.create(thread, adapter));
    for place in [1, 2, 0] {
        world.destroy(thread, devices[place]);
    }
    assert_eq!(world.kernel.local_table(process).unwrap().free_list, [2, 3, 1]);
    let again = [(); 3].map(|()| index(world.create(thread, adapter)));
    assert_eq!(again, [2, 3, 1]);
}

#[test]
fn hnd_11_a_table_grows_by_1024_and_keeps_128_free() {
    let (mut world, process, thread) = World::with_adapter();
    assert_eq!(world.kernel.local_table(process).unwrap().entries.len(), 0);
    for made in 1..=1921_u32 {
        assert_eq!(world.open(thread, LUID).raw(), 0x4000_0000 + (made - 1) * 0x40);
        let table = world.kernel.local_table(process).unwrap();
        let size = match made {
            ..=896 => 1024,
            897..=1920 => 2048,
            _ => 3072,
        };
        assert_eq!((table.entries.len(), table.free_list.len() as u32), (size as usize, size - made));
        assert!(table.free_list.is_sorted());
    }
}

#[test]
fn hnd_12_a_freed_number_rests() {
    let (mut world, _, thread, adapter) = with_adapter_open(1024, 128, 16_777_215);
    let first = world.create(thread, adapter);
    let second = world.create(thread, adapter);
    world.destroy(thread, first);
    world.destroy(thread, second);
    assert_eq!(world.create(thread, adapter).raw(), second.raw() + 0x40);
}

#[test]
fn hnd_12_hnd_13_the_default_table_gives_a_number_back_when_it_is_due() {
    // 1024 entries, 1 of them the adapter's: the free list holds 1023, so a freed entry is due after 1022 others.
    let (mut world, _, thread, adapter) = with_adapter_open(1024, 128, 1024);
    assert_eq!(index(adapter), 0);
    let first = world.open(thread, LUID);
    world.close(thread, first);
    let mut value = first;
    for generation in [2, 3, 1] {
        for _ in 0..1022 {
            let other = world.open(thread, LUID);
            assert_ne!(index(other), index(first));
            world.close(thread, other);
        }
        value = world.open(thread, LUID);
        assert_eq!((index(value), value.raw() >> 30), (index(first), generation));
        world.close(thread, value);
    }
    assert_eq!(value, first, "three frees later the value itself is back");
}

#[test]
fn hnd_13_the_generation_goes_1_2_3_1() {
    let (mut world, _, thread) = World::with_limits(small_table(1, 0, 1)).staged();
    let values = [(); 5].map(|()| {
        let adapter = world.open(thread, LUID);
        world.close(thread, adapter);
        assert_eq!(world.refused(thread, close(adapter)), DEAD);
        adapter.raw()
    });
    assert_eq!(values, [0x4000_0000, 0x8000_0000, 0xC000_0000, 0x4000_0000, 0x8000_0000]);
}

#[test]
fn hnd_14_the_reserve_is_not_used_at_the_limit() {
    // 4 entries, 2 of which must stay free behind each allocation.
    let (mut world, _, thread, adapter) = with_adapter_open(4, 2, 7);
    let device = world.create(thread, adapter);
    assert_eq!(world.refused(thread, create(adapter)), FULL);
    assert_eq!(world.refused(thread, open(LUID)), FULL);
    world.destroy(thread, device);
    world.create(thread, adapter);
    // One entry more in the limit would allow a growth.
    let (mut world, _, thread, adapter) = with_adapter_open(4, 2, 8);
    for _ in 0..5 {
        world.create(thread, adapter);
    }
    assert_eq!(world.refused(thread, create(adapter)), FULL);
}

#[test]
fn hnd_14_too_many_devices_are_no_memory() {
    let limits = kmt_core::Limits { devices: 1, ..kmt_core::Limits::default() };
    let (mut world, _, thread) = World::with_limits(limits).staged();
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    assert_eq!(world.refused(thread, create(adapter)), FULL);
    world.destroy(thread, device);
    assert_eq!(world.refused(thread, create(adapter)), FULL, "it is not reclaimed yet");
    let step = world.kernel.choices().remove(0);
    world.event(kmt_core::Event::Step(step));
    world.create(thread, adapter);
}

#[test]
fn hnd_15_a_second_destroy_is_refused() {
    let (mut world, _, thread, adapter) = with_adapter_open(1024, 128, 16_777_215);
    let device = world.create(thread, adapter);
    world.destroy(thread, device);
    assert_eq!(world.refused(thread, destroy(device)), DEAD);
    world.close(thread, adapter);
    assert_eq!(world.refused(thread, close(adapter)), DEAD);
}

#[test]
fn hnd_16_every_open_makes_a_handle_of_its_own() {
    let (mut world, _, thread) = World::with_adapter();
    let (first, second) = (world.open(thread, LUID), world.open(thread, LUID));
    assert_ne!(first, second);
    world.close(thread, first);
    world.create(thread, second);
}

#[test]
fn hnd_19_the_last_close_frees_the_devices_in_order_of_creation_and_then_the_adapter() {
    let (mut world, process, thread, adapter) = with_adapter_open(8, 0, 8);
    let devices = [(); 4].map(|()| world.create(thread, adapter));
    // The device of the lowest index becomes the youngest.
    world.destroy(thread, devices[0]);
    for _ in 0..3 {
        let filler = world.open(thread, LUID);
        world.close(thread, filler);
    }
    let youngest = world.create(thread, adapter);
    assert_eq!(index(youngest), 1);
    world.close(thread, adapter);
    let table = world.kernel.local_table(process).unwrap();
    assert_eq!(table.free_list[table.free_list.len() - 5..], [2, 3, 4, 1, 0]);
}

#[test]
fn hnd_20_a_handle_means_nothing_in_another_process() {
    let (mut world, _, parent) = World::with_adapter();
    let adapter = world.open(parent, LUID);
    world.create(parent, adapter);
    let (child, _) = world.child(parent, true);
    let child_thread = world.thread(child);
    assert_eq!(world.kernel.local_table(child).unwrap().entries.len(), 0);
    assert_eq!(world.refused(child_thread, create(adapter)), DEAD);
    assert_eq!(world.open(child_thread, LUID), adapter, "the same number, the child's own");
    world.close(child_thread, adapter);
    world.create(parent, adapter);
}

#[test]
fn hnd_26_an_nt_handle_value_is_no_local_handle() {
    let (mut world, process, thread) = World::with_adapter();
    world.open(thread, LUID);
    let nt = world.place(process, process, common::ALL_ACCESS);
    assert_eq!(world.refused(thread, close(local(nt.raw() as u32))), DEAD);
}

#[test]
fn inv_76_lif_14_an_enumeration_makes_all_handles_or_none() {
    let (mut world, process, thread) = World::with_limits(small_table(4, 1, 4)).staged();
    for luid in 1..=3 {
        world.adapter(kmt_core::Luid::from_raw(luid));
    }
    let request = || Request::EnumAdapters2(EnumAdapters2 { capacity: 9, has_array: true });
    assert_eq!(world.refused(thread, request()), FULL, "4 handles, and only 3 of 4 entries may be used");
    assert_eq!(world.kernel.local_table(process).unwrap().entries.len(), 0, "the table has not grown");
    world.incident(common::stop(kmt_core::AdapterId::from_number(0)));
    let Output::EnumAdapters { count: 3, entries } = world.ok(thread, request()) else { panic!("not three") };
    for entry in entries {
        world.create_refused_or_made(thread, entry.adapter);
        world.close(thread, entry.adapter);
    }
}

impl World {
    /// The handle is live and an adapter's: a full table is the only reason to refuse a device.
    fn create_refused_or_made(&mut self, thread: ThreadId, adapter: LocalHandle) {
        match self.call(thread, create(adapter)).answer {
            kmt_core::Answer::Refused(refusal) => assert_eq!((refusal.status, refusal.rule), FULL),
            answer => assert!(matches!(answer, kmt_core::Answer::Complete(_))),
        }
    }
}

#[test]
fn inv_63_inv_64_dead_numbers_stay_dead_and_rest() {
    let mut random = common::generator::Random::new(7);
    for (growth, reserve, max) in [(4, 0, 4), (4, 2, 16), (8, 7, 64), (16, 3, 16)] {
        let (mut world, _, thread, adapter) = with_adapter_open(growth, reserve, max);
        let (mut live, mut dead) = (Vec::new(), Vec::new());
        for _ in 0..2_000 {
            if random.below(5) < 3 || live.is_empty() {
                let kmt_core::Answer::Complete(reply) = world.call(thread, create(adapter)).answer else {
                    if live.is_empty() {
                        break;
                    }
                    continue;
                };
                let Output::CreateDevice { device } = reply.output else { panic!("no device") };
                // INV-64: since its free at least the reserve of others were handed out, and the number differs.
                dead.retain_mut(|(freed, others): &mut (LocalHandle, u32)| {
                    let same = index(*freed) == index(device);
                    assert!(!same || (*others >= reserve && *freed != device));
                    *others += 1;
                    !same
                });
                live.push(device);
            } else {
                let device = live.swap_remove(random.below(live.len() as u64) as usize);
                world.destroy(thread, device);
                dead.push((device, 0));
            }
            // INV-63
            if let Some((freed, _)) = dead.last() {
                assert_eq!(world.refused(thread, state(*freed, 1)), DEAD);
                assert_eq!(world.refused(thread, close(*freed)), DEAD);
            }
            for step in world.kernel.choices() {
                world.event(kmt_core::Event::Step(step));
            }
        }
    }
}
