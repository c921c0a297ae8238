//! NT handles: values, closing, inheriting, what keeps an object alive.

mod common;

use common::two::{Two, duplicate, two, two_under};
use common::{ALL_ACCESS, DUP_HANDLE, World, close_nt, nt, same_access};
use kmt_core::{
    CreateProcess, DuplicateHandle, Incident, Limits, LocalHandle, NtHandle, NtStatus, Output,
    PlaceProcessHandle, ProcessConfig, Request, rule,
};

const UNKNOWN: (NtStatus, rule::Rule) = (NtStatus::INVALID_HANDLE, rule::NTH_10);
const FULL: (NtStatus, rule::Rule) = (NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05);

#[test]
fn nth_01_nth_02_values_are_multiples_of_four_reused_last_in_first_out() {
    let Two { mut world, me, thread, other, .. } = two();
    let values: Vec<_> = (0..4).map(|_| world.place(me, other, 1).raw()).collect();
    assert_eq!(values, [8, 12, 16, 20]);
    for value in [8, 16, 12] {
        world.close_nt(thread, nt(value));
    }
    let again: Vec<_> = (0..4).map(|_| world.place(me, other, 1).raw()).collect();
    assert_eq!(again, [12, 16, 8, 24]);
    for entry in world.kernel.nt_table(me).unwrap().entries {
        assert_eq!(entry.handle.raw() & !0x3FFF_FFFC, 0);
        assert_ne!(entry.handle, NtHandle::ZERO);
    }
}

#[test]
fn nth_03_the_two_low_bits_are_ignored() {
    for low in 1..4 {
        let Two { mut world, me, thread, other, handle, .. } = two();
        let tagged = nt(handle.raw() | low);
        let request = DuplicateHandle {
            source_process: tagged,
            source: NtHandle::CURRENT_PROCESS,
            target_process: tagged,
            ..same_access(tagged)
        };
        world.duplicate(thread, request);
        world.duplicate(thread, same_access(tagged));
        world.set_flags(me, tagged, true, false);
        assert!(world.nt_entry(me, handle).unwrap().inherit);
        world.close_nt(thread, tagged);
        assert_eq!(world.nt_entry(me, handle), None);
        assert!(world.nt_count(other).is_some());
    }
    // The pseudo values are recognised before bits are cleared: -3 is neither.
    let Two { mut world, thread, .. } = two();
    let request = DuplicateHandle { source: nt(u64::MAX - 2), ..same_access(NtHandle::ZERO) };
    assert_eq!(world.refused(thread, duplicate(request)), UNKNOWN);
}

#[test]
fn nth_04_mask_and_flags_belong_to_the_handle() {
    let Two { mut world, me, other, handle, .. } = two();
    let second = world.place(me, other, DUP_HANDLE);
    world.set_flags(me, second, true, true);
    let (first, second) = (world.nt_entry(me, handle).unwrap(), world.nt_entry(me, second).unwrap());
    assert_eq!(first.object, second.object);
    assert_eq!((first.granted_access, first.inherit, first.protect_from_close), (ALL_ACCESS, false, false));
    assert_eq!((second.granted_access, second.inherit, second.protect_from_close), (DUP_HANDLE, true, true));
    assert!(world.kernel.local_table(me).unwrap().entries.is_empty());
}

#[test]
fn nth_05_a_full_table_refuses_one_handle_more() {
    let limits = Limits { nt_handles_per_process: 2, processes: 3, ..Limits::default() };
    let Two { mut world, me, thread, other, handle, .. } = two_under(limits);
    let second = world.duplicate(thread, same_access(handle));
    assert_eq!(world.refused(thread, duplicate(same_access(handle))), FULL);
    let create = || Request::CreateProcess(CreateProcess::default());
    assert_eq!(world.refused(thread, create()), FULL);
    // The limit of the target decides, and its own table has room.
    let into = DuplicateHandle { target_process: handle, ..same_access(handle) };
    assert_eq!(world.duplicate(thread, into).raw(), 4);
    world.close_nt(thread, second);
    world.ok(thread, create());
    assert_eq!(world.nt_count(me), Some(0));
    assert_eq!(world.nt_count(other), Some(2));
    // With the handle of a child closed there is room for a handle, and not for a fourth process.
    world.close_nt(thread, second);
    assert_eq!(world.refused(thread, create()), (NtStatus::NO_MEMORY, rule::NTH_05));
}

#[test]
fn nth_05_an_ended_process_counts_while_it_has_a_handle() {
    let limits = Limits { processes: 2, ..Limits::default() };
    let Two { mut world, thread, other, handle, .. } = two_under(limits);
    world.incident(Incident::KillProcess(other));
    let create = || Request::CreateProcess(CreateProcess::default());
    assert_eq!(world.refused(thread, create()), (NtStatus::NO_MEMORY, rule::NTH_05));
    world.close_nt(thread, handle);
    world.ok(thread, create());
}

#[test]
fn nth_07_close_ends_the_value_and_lowers_the_count() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    world.place(me, other, 1);
    world.adapter(common::LUID);
    let adapter = world.open(thread, common::LUID);
    assert_eq!(world.nt_count(other), Some(2));
    world.close_nt(thread, handle);
    assert_eq!(world.nt_count(other), Some(1));
    assert_eq!(world.refused(thread, close_nt(handle)), (NtStatus::INVALID_HANDLE, rule::NTH_08));
    world.create(thread, adapter);
}

#[test]
fn nth_08_what_close_refuses() {
    let Two { mut world, me, thread, handle, .. } = two();
    let never = [0, 1, 3, 8, 0x4000_0000, 1 << 32 | 4, u64::MAX, u64::MAX - 1, u64::MAX - 2];
    for value in never {
        assert_eq!(world.refused(thread, close_nt(nt(value))), (NtStatus::INVALID_HANDLE, rule::NTH_08));
    }
    world.set_flags(me, handle, false, true);
    assert_eq!(world.refused(thread, close_nt(handle)), (NtStatus::HANDLE_NOT_CLOSABLE, rule::NTH_08));
    world.set_flags(me, handle, false, false);
    world.close_nt(thread, handle);
}

#[test]
fn nth_09_a_value_belongs_to_its_process() {
    let Two { mut world, thread, other_thread, handle, .. } = two();
    assert_eq!(world.refused(other_thread, close_nt(handle)), (NtStatus::INVALID_HANDLE, rule::NTH_08));
    assert_eq!(world.refused(other_thread, duplicate(same_access(handle))), UNKNOWN);
    world.close_nt(thread, handle);
}

#[test]
fn nth_18_nth_19_a_child_inherits_flagged_handles_at_their_values() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let plain = world.place(me, other, 0x1);
    let request = PlaceProcessHandle {
        holder: me,
        target: other,
        granted_access: 0x41,
        inherit: true,
        protect_from_close: true,
    };
    let flagged = world.place_with(request);
    world.place(me, other, 0x1);
    world.close_nt(thread, handle);
    let (empty, _) = world.child(thread, false);
    assert!(world.kernel.nt_table(empty).unwrap().entries.is_empty());
    let (child, child_handle) = world.child(thread, true);
    let table = world.kernel.nt_table(child).unwrap();
    assert_eq!(table.entries, [world.nt_entry(me, flagged).unwrap()]);
    assert_eq!((table.highest, table.closed), (flagged, Vec::new()));
    assert_eq!(world.nt_count(other), Some(4));
    let entry = world.nt_entry(me, child_handle).unwrap();
    assert_eq!((entry.granted_access, entry.inherit), (ALL_ACCESS, false));
    // NTH-02: what was not inherited is no closed value of the child.
    let next = world.place(child, me, 1);
    assert_eq!(next.raw(), flagged.raw() + 4);
    assert!(world.nt_entry(me, plain).is_some());
    // One closes without the other.
    world.set_flags(me, flagged, true, false);
    world.close_nt(thread, flagged);
    assert!(world.nt_entry(child, flagged).unwrap().protect_from_close);
}

#[test]
fn nth_19_the_child_of_an_empty_table_starts_at_four() {
    let mut world = World::new();
    let (me, thread) = world.process();
    let (child, handle) = world.child(thread, true);
    assert_eq!(handle.raw(), 4);
    assert_eq!(world.kernel.nt_table(child).unwrap().highest, NtHandle::ZERO);
    assert_eq!(world.place(child, me, 1).raw(), 4);
}

#[test]
fn nth_20_the_end_of_a_process_closes_protected_handles_too() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    world.set_flags(me, handle, false, true);
    world.ok(thread, Request::ExitProcess);
    assert_eq!(world.nt_count(other), Some(0));
}

#[test]
fn lif_02_lif_11_an_object_lives_by_its_handles_and_by_its_process() {
    let Two { mut world, thread, other, handle, .. } = two();
    world.incident(Incident::KillProcess(other));
    assert_eq!(world.nt_count(other), Some(1), "the handle keeps it");
    world.close_nt(thread, handle);
    // The id of the process and the closed value are still written down here, and keep nothing.
    assert_eq!(world.nt_count(other), None);
    let Two { mut world, thread, other, handle, .. } = two();
    world.close_nt(thread, handle);
    assert_eq!(world.nt_count(other), Some(0), "the process keeps it");
    world.incident(Incident::KillProcess(other));
    assert_eq!(world.nt_count(other), None);
}

#[test]
fn lif_10_a_stopped_adapter_does_not_keep_handles_from_closing() {
    let Two { mut world, thread, handle, .. } = two();
    let adapter = world.adapter(common::LUID);
    world.incident(common::stop(adapter));
    world.close_nt(thread, handle);
}

#[test]
fn lif_12_inv_66_counts_agree_over_all_processes() {
    let Two { mut world, me, thread, other, other_thread, handle } = two();
    let into = DuplicateHandle { target_process: handle, ..same_access(handle) };
    let theirs = world.duplicate(thread, into);
    world.set_flags(other, theirs, true, false);
    let (child, _) = world.child(other_thread, true);
    assert_eq!(world.nt_count(other), Some(3));
    world.incident(Incident::KillProcess(child));
    assert_eq!(world.nt_count(other), Some(2));
    world.close_nt(other_thread, theirs);
    assert_eq!(world.nt_count(other), Some(1));
    world.incident(Incident::KillProcess(me));
    assert_eq!(world.nt_count(other), Some(0));
}

#[test]
fn lif_15_a_close_that_races_comes_before_or_after() {
    for close_first in [true, false] {
        let Two { mut world, me, thread, other, handle, .. } = two();
        let second = world.thread(me);
        if close_first {
            world.close_nt(second, handle);
            assert_eq!(world.refused(thread, duplicate(same_access(handle))), UNKNOWN);
            assert_eq!(world.nt_count(other), Some(0));
        } else {
            world.duplicate(thread, same_access(handle));
            world.close_nt(second, handle);
            assert_eq!(world.nt_count(other), Some(1), "the duplicate has a reference of its own");
        }
    }
}

#[test]
fn hnd_26_a_local_handle_value_is_no_nt_handle() {
    let Two { mut world, thread, .. } = two();
    world.adapter(common::LUID);
    let adapter: LocalHandle = world.open(thread, common::LUID);
    let value = nt(u64::from(adapter.raw()));
    assert_eq!(world.refused(thread, close_nt(value)).0, NtStatus::INVALID_HANDLE);
    assert_eq!(world.refused(thread, duplicate(same_access(value))).0, NtStatus::INVALID_HANDLE);
}

#[test]
fn placed_masks_are_plain() {
    let Two { mut world, me, other, .. } = two();
    for (asked, granted) in [(0x8000_0000, ALL_ACCESS), (0x0320_0041, 0x41)] {
        let handle = world.place(me, other, asked);
        assert_eq!(world.nt_entry(me, handle).unwrap().granted_access, granted);
    }
    let config = ProcessConfig { user: 3, session: 1, ..ProcessConfig::default() };
    let request = CreateProcess { inherit_handles: false, config };
    let thread = world.thread(me);
    let Output::CreateProcess { process, .. } = world.ok(thread, Request::CreateProcess(request)) else {
        panic!("no process")
    };
    assert_eq!(world.kernel.processes().find(|view| view.id == process).unwrap().config, config);
}
