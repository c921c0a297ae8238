//! DuplicateHandle: from process to process, with which rights, and what is closed on the way.

mod common;

use common::two::{Two, duplicate, two, two_under};
use common::{ALL_ACCESS, CLOSE_SOURCE, DUP_HANDLE, SAME_ACCESS, SAME_ATTRIBUTES, nt, same_access};
use kmt_core::{DuplicateHandle, Incident, Limits, NtHandle, NtStatus, Output, Request, rule};

const UNKNOWN: (NtStatus, rule::Rule) = (NtStatus::INVALID_HANDLE, rule::NTH_10);
const DENIED: (NtStatus, rule::Rule) = (NtStatus::ACCESS_DENIED, rule::NTH_10);
const WIDER: (NtStatus, rule::Rule) = (NtStatus::ACCESS_DENIED, rule::NTH_12);
const FULL: (NtStatus, rule::Rule) = (NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05);
const PROTECTED: (NtStatus, rule::Rule) = (NtStatus::HANDLE_NOT_CLOSABLE, rule::NTH_14);

#[test]
fn nth_10_a_duplicate_is_another_handle_to_the_same_object() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let copy = world.duplicate(thread, same_access(handle));
    assert_ne!(copy, handle);
    assert_eq!(world.nt_entry(me, copy).unwrap().object, world.nt_entry(me, handle).unwrap().object);
    assert_eq!(world.nt_count(other), Some(2));
    // From the other process into the other process.
    let theirs = world.place(other, me, DUP_HANDLE);
    let request = DuplicateHandle { source_process: handle, target_process: handle, ..same_access(theirs) };
    let copy = world.duplicate(thread, request);
    assert_eq!(world.nt_entry(other, copy).unwrap().granted_access, DUP_HANDLE);
}

#[test]
fn nth_10_the_right_to_duplicate_is_needed_on_both_processes() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let weak = world.place(me, other, ALL_ACCESS & !DUP_HANDLE);
    let theirs = world.place(other, me, ALL_ACCESS);
    let from = DuplicateHandle { source_process: weak, ..same_access(theirs) };
    assert_eq!(world.refused(thread, duplicate(from)), DENIED);
    let into = DuplicateHandle { target_process: weak, ..same_access(handle) };
    assert_eq!(world.refused(thread, duplicate(into)), DENIED);
    let enough = world.place(me, other, DUP_HANDLE);
    let both = DuplicateHandle { source_process: enough, target_process: enough, ..same_access(theirs) };
    world.duplicate(thread, both);
}

#[test]
fn nth_10_handles_that_name_nothing() {
    let Two { mut world, thread, handle, .. } = two();
    let bad = [nt(0x100), nt(2), NtHandle::CURRENT_THREAD, nt(0x4000_0000)];
    for bad in bad {
        for request in [
            DuplicateHandle { source_process: bad, ..same_access(handle) },
            DuplicateHandle { source: bad, ..same_access(handle) },
            DuplicateHandle { target_process: bad, ..same_access(handle) },
        ] {
            assert_eq!(world.refused(thread, duplicate(request)), UNKNOWN);
        }
    }
    let nowhere = DuplicateHandle { source_process: NtHandle::ZERO, ..same_access(handle) };
    assert_eq!(world.refused(thread, duplicate(nowhere)), UNKNOWN);
    let nothing = DuplicateHandle { source: NtHandle::ZERO, ..same_access(handle) };
    assert_eq!(world.refused(thread, duplicate(nothing)), UNKNOWN);
}

#[test]
fn nth_10_an_ended_process_has_no_entries_and_takes_none() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    world.place(other, me, ALL_ACCESS);
    world.incident(Incident::KillProcess(other));
    let from = DuplicateHandle { source_process: handle, ..same_access(nt(4)) };
    assert_eq!(world.refused(thread, duplicate(from)), UNKNOWN);
    let into = DuplicateHandle { target_process: handle, ..same_access(handle) };
    assert_eq!(world.refused(thread, duplicate(into)), UNKNOWN);
    // The handle itself can be duplicated, and the pseudo source still names the process.
    world.duplicate(thread, same_access(handle));
    let itself = DuplicateHandle { source_process: handle, ..same_access(NtHandle::CURRENT_PROCESS) };
    world.duplicate(thread, itself);
    assert_eq!(world.nt_count(other), Some(3));
}

#[test]
fn nth_10_the_pseudo_source_is_the_source_process_with_all_rights() {
    let Two { mut world, me, thread, other, .. } = two();
    let narrow = world.place(me, other, DUP_HANDLE);
    let request = DuplicateHandle {
        source_process: narrow,
        options: SAME_ACCESS | CLOSE_SOURCE,
        ..same_access(NtHandle::CURRENT_PROCESS)
    };
    let made = world.duplicate(thread, request);
    assert_eq!(world.nt_entry(me, made).unwrap().granted_access, ALL_ACCESS);
    assert_eq!(world.nt_entry(me, made).unwrap().object, world.nt_entry(me, narrow).unwrap().object);
    let own = world.duplicate(thread, same_access(NtHandle::CURRENT_PROCESS));
    assert_eq!(world.nt_count(me), Some(1));
    // Closing it does nothing, refused or not.
    let closing =
        DuplicateHandle { target_process: NtHandle::ZERO, options: CLOSE_SOURCE, ..same_access(own) };
    let pseudo = DuplicateHandle { source: NtHandle::CURRENT_PROCESS, ..closing };
    assert_eq!(world.ok(thread, duplicate(pseudo)), Output::DuplicateHandle { target: None });
    let refused = DuplicateHandle { target_process: nt(0x100), ..pseudo };
    assert_eq!(world.refused(thread, duplicate(refused)), UNKNOWN);
}

#[test]
fn nth_11_same_access_ignores_the_desired_access() {
    let Two { mut world, me, thread, other, .. } = two();
    let source = world.place(me, other, 0x41);
    for desired_access in [0, ALL_ACCESS, 0x0100_0000, u32::MAX] {
        let copy = world.duplicate(thread, DuplicateHandle { desired_access, ..same_access(source) });
        assert_eq!(world.nt_entry(me, copy).unwrap().granted_access, 0x41);
    }
}

#[test]
fn nth_12_inv_72_a_duplicate_never_widens() {
    let Two { mut world, me, thread, other, handle: full, .. } = two();
    let source = world.place(me, other, 0x41);
    let wish = |source, desired_access| DuplicateHandle { desired_access, options: 0, ..same_access(source) };
    // A wish, and the mask it gives.
    for (desired, granted) in [
        (0, 0),
        (0x1, 0x1),
        (0x41, 0x41),
        (0x0200_0000, 0x41),
        (0x0200_0001, 0x41),
        (0x00E0_0040, 0x40),
        (0x0C00_0000, 0),
    ] {
        let copy = world.duplicate(thread, wish(source, desired));
        assert_eq!(world.nt_entry(me, copy).unwrap().granted_access, granted);
        world.close_nt(thread, copy);
    }
    for desired in [0x2, 0x43, 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x8000_0000, 0x0100_0000, 0x0200_0002] {
        assert_eq!(world.refused(thread, duplicate(wish(source, desired))), WIDER);
    }
    for generic in [0x1000_0000, 0x2000_0000, 0x4000_0000, 0x8000_0000] {
        let copy = world.duplicate(thread, wish(full, generic));
        assert_eq!(world.nt_entry(me, copy).unwrap().granted_access, ALL_ACCESS);
    }
    assert_eq!(world.refused(thread, duplicate(wish(full, 0x0100_0000))), WIDER);
}

#[test]
fn nth_13_the_source_is_closed_after_a_successful_move() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    world.incident(Incident::KillProcess(other));
    let request = DuplicateHandle { options: SAME_ACCESS | CLOSE_SOURCE, ..same_access(handle) };
    let moved = world.duplicate(thread, request);
    assert_eq!(moved.raw(), 8, "made before the source was closed");
    assert_eq!(world.nt_entry(me, handle), None);
    assert_eq!(world.nt_count(other), Some(1), "the object survived the move");
}

#[test]
fn nth_13_lif_13_the_source_is_closed_by_a_refusal_too() {
    let limits = Limits { nt_handles_per_process: 3, ..Limits::default() };
    let late = |two: &Two, source| {
        let close = DuplicateHandle { options: CLOSE_SOURCE, ..same_access(source) };
        let full = DuplicateHandle { target_process: two.handle, ..close };
        [
            (DuplicateHandle { target_process: nt(0x100), ..close }, UNKNOWN),
            (DuplicateHandle { target_process: nt(12), ..close }, DENIED),
            (DuplicateHandle { desired_access: 0x2, ..close }, WIDER),
            (DuplicateHandle { options: SAME_ACCESS | CLOSE_SOURCE, ..full }, FULL),
        ]
    };
    for place in 0..4 {
        let mut two = two_under(limits);
        let source = two.world.place(two.me, two.other, 0x1);
        let weak = two.world.place(two.me, two.other, 0x1);
        assert_eq!(weak, nt(12));
        for _ in 0..3 {
            two.world.place(two.other, two.me, 1);
        }
        let (request, expected) = late(&two, source)[place];
        assert_eq!(two.world.refused_but_changed(two.thread, duplicate(request)), expected);
        assert_eq!(two.world.nt_entry(two.me, source), None);
        assert_eq!(two.world.nt_count(two.other), Some(2));
        // Nothing else changed: the closed value is the next one, and without option 0x1 nothing changes at all.
        assert_eq!(two.world.place(two.me, two.other, 0x1), source);
        let kept = DuplicateHandle { options: request.options & !CLOSE_SOURCE, ..request };
        assert_eq!(two.world.refused(two.thread, duplicate(kept)), expected);
    }
}

#[test]
fn nth_13_a_source_that_was_not_found_is_not_closed() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let weak = world.place(me, other, 1);
    let close = DuplicateHandle { options: CLOSE_SOURCE, ..same_access(handle) };
    for request in [
        DuplicateHandle { options: CLOSE_SOURCE | 0x8, ..close },
        DuplicateHandle { source_process: nt(0x100), ..close },
        DuplicateHandle { source_process: weak, ..close },
    ] {
        world.refused(thread, duplicate(request));
    }
    assert!(world.nt_entry(me, handle).is_some());
}

#[test]
fn nth_13_the_source_of_another_process_is_closed_there() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let theirs = world.place(other, me, 0x41);
    let request = DuplicateHandle {
        source_process: handle,
        options: SAME_ACCESS | CLOSE_SOURCE,
        ..same_access(theirs)
    };
    let mine = world.duplicate(thread, request);
    assert_eq!(world.nt_entry(other, theirs), None);
    assert_eq!(world.nt_entry(me, mine).unwrap().granted_access, 0x41);
}

#[test]
fn nth_14_no_target_and_protected_sources() {
    let Two { mut world, me, thread, handle, .. } = two();
    let nowhere = DuplicateHandle { target_process: NtHandle::ZERO, ..same_access(handle) };
    let parameter = (NtStatus::INVALID_PARAMETER, rule::NTH_14);
    assert_eq!(world.refused(thread, duplicate(nowhere)), parameter);
    world.set_flags(me, handle, false, true);
    for target_process in [NtHandle::ZERO, NtHandle::CURRENT_PROCESS, nt(0x100)] {
        let close = DuplicateHandle { target_process, options: CLOSE_SOURCE, ..nowhere };
        assert_eq!(world.refused(thread, duplicate(close)), PROTECTED);
    }
    world.set_flags(me, handle, false, false);
    // Only a close: no right and no room is asked for.
    let close = DuplicateHandle { options: CLOSE_SOURCE, desired_access: u32::MAX, ..nowhere };
    assert_eq!(world.ok(thread, duplicate(close)), Output::DuplicateHandle { target: None });
    assert_eq!(world.nt_entry(me, handle), None);
}

#[test]
fn nth_15_attributes_and_options() {
    let Two { mut world, me, thread, handle, .. } = two();
    for bit in 3..32 {
        // Options are looked at before everything else.
        let request = DuplicateHandle { options: 1 << bit, source_process: nt(0x100), ..same_access(handle) };
        let refusal = world.refused(thread, duplicate(request));
        assert_eq!(refusal, (NtStatus::INVALID_PARAMETER, rule::NTH_15));
    }
    world.set_flags(me, handle, true, true);
    for (attributes, options, inherit, protect) in [
        (0, SAME_ACCESS, false, false),
        (0x2, SAME_ACCESS, true, false),
        (!0x2, SAME_ACCESS, false, false),
        (0, SAME_ACCESS | SAME_ATTRIBUTES, true, true),
    ] {
        let copy = world.duplicate(thread, DuplicateHandle { attributes, options, ..same_access(handle) });
        let entry = world.nt_entry(me, copy).unwrap();
        assert_eq!((entry.inherit, entry.protect_from_close), (inherit, protect));
    }
    world.set_flags(me, handle, false, false);
    let options = SAME_ACCESS | SAME_ATTRIBUTES;
    let copy = world.duplicate(thread, DuplicateHandle { attributes: 0x2, options, ..same_access(handle) });
    assert!(!world.nt_entry(me, copy).unwrap().inherit);
}

#[test]
fn nth_16_without_a_pointer_the_duplicate_is_made_and_not_reported() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let request = DuplicateHandle { report_target: false, ..same_access(handle) };
    assert_eq!(world.ok(thread, duplicate(request)), Output::DuplicateHandle { target: None });
    assert!(world.nt_entry(me, nt(8)).is_some());
    world.close_nt(thread, handle);
    world.incident(Incident::KillProcess(other));
    assert_eq!(world.nt_count(other), Some(1));
    world.ok(thread, Request::ExitProcess);
    assert_eq!(world.nt_count(other), None);
}
