//! Rules about closing and duplicating NT handles.

mod common;

use common::{ALL, DEAD, Machine, copy_of, nt};
use kmt_model::action::{Action, Call, DeadKind, Duplicate, Host, Incident, NtOperand};
use kmt_model::limits::Limits;
use kmt_model::observation::{HandleChange, Output, Refusal, Verdict};
use kmt_model::state::{NtName, NtObject, ProcessName, ThreadName};

const NO_TARGET: NtOperand = NtOperand::Dead(DeadKind::Zero);

/// A process with a thread and a handle with all access to another process with a thread.
struct Pair {
    machine: Machine,
    first: ProcessName,
    thread: ThreadName,
    second: ProcessName,
    handle: NtName,
}

fn pair(limits: Limits) -> Pair {
    let mut machine = Machine::new(limits);
    let (first, thread) = machine.process();
    let (second, _) = machine.process();
    let handle = machine.place(first, second, ALL);
    Pair { machine, first, thread, second, handle }
}

#[test]
fn nth_07_nth_08_close_ends_one_handle_and_refuses_what_is_none() {
    let Pair { mut machine, first, thread, handle, .. } = pair(Limits::default());
    let others = [NtOperand::Current, NtOperand::CurrentThread];
    for dead in DEAD.map(NtOperand::Dead).into_iter().chain(others) {
        machine.refuse(thread, Call::CloseHandle { handle: dead }, Refusal::NothingToClose);
    }
    machine.protect(first, handle);
    machine.refuse(thread, Call::CloseHandle { handle: nt(handle) }, Refusal::Protected);
    machine.host(Host::SetHandleFlags { holder: first, handle, inherit: false, protect: false });
    let closed = machine.call(thread, Call::CloseHandle { handle: nt(handle) });
    assert_eq!(closed.handles, [HandleChange::NtFreed(first, handle)]);
    assert_eq!(machine.of(first).nt_handles, []);
}

#[test]
fn nth_09_nth_10_a_duplicate_is_a_new_handle_of_the_same_object_in_the_target() {
    let Pair { mut machine, first, thread, second, handle } = pair(Limits::default());
    let observation = machine
        .call(thread, Call::DuplicateHandle(Duplicate { target_process: nt(handle), ..copy_of(handle) }));
    assert_eq!(observation.verdict, Verdict::Done(Output::NtHandle(NtName(0))));
    assert_eq!(observation.handles, [HandleChange::NtAllocated(second, NtName(0))]);
    assert_eq!(machine.nt(second, NtName(0)), machine.nt(first, handle));
    assert_eq!(machine.state.handle_count(NtObject::Process(second)), 2);
}

#[test]
fn nth_10_minus_one_is_the_source_process_with_all_rights() {
    let Pair { mut machine, first, thread, second, .. } = pair(Limits::default());
    let weak = machine.place(first, second, 0x40);
    let source_handle = NtOperand::Current;
    let close_source = true;
    let take = Duplicate { source_process: nt(weak), source_handle, close_source, ..copy_of(weak) };
    let taken = machine.duplicate(thread, take);
    let made = machine.nt(first, taken);
    assert_eq!((made.object, made.access), (NtObject::Process(second), ALL));
    let own = machine.duplicate(thread, Duplicate { source_process: NtOperand::Current, ..take });
    assert_eq!(machine.nt(first, own).object, NtObject::Process(first));
}

#[test]
fn nth_10_the_checks_of_the_source_process_come_first() {
    let Pair { mut machine, first, thread, second, handle } = pair(Limits::default());
    let weak = machine.place(first, second, ALL & !0x40);
    let ended = machine.place(first, second, ALL);
    for (request, refusal) in [
        (
            Duplicate { unknown_option: true, source_process: NO_TARGET, ..copy_of(handle) },
            Refusal::UnknownOption,
        ),
        (
            Duplicate { source_process: NtOperand::CurrentThread, ..copy_of(handle) },
            Refusal::NothingToDuplicate,
        ),
        (Duplicate { source_process: NO_TARGET, ..copy_of(handle) }, Refusal::NothingToDuplicate),
        (Duplicate { source_process: nt(weak), ..copy_of(handle) }, Refusal::MayNotDuplicate),
    ] {
        let source_handle = NtOperand::Dead(DeadKind::Unknown);
        let close_source = true;
        let request = Duplicate { source_handle, close_source, ..request };
        machine.refuse(thread, Call::DuplicateHandle(request), refusal);
    }
    machine.incident(Incident::KillProcess(second));
    for source_handle in DEAD.map(NtOperand::Dead).into_iter().chain([NtOperand::CurrentThread]) {
        let request = Duplicate { source_process: nt(ended), source_handle, ..copy_of(handle) };
        machine.refuse(thread, Call::DuplicateHandle(request), Refusal::NothingToDuplicate);
    }
    let named = Duplicate { source_process: nt(ended), source_handle: nt(NtName(0)), ..copy_of(handle) };
    machine.impossible(Action::Call(thread, Call::DuplicateHandle(named)));
}

#[test]
fn nth_10_nth_13_after_the_source_is_found_every_refusal_closes_it() {
    for (target, refusal) in [
        (NtOperand::Dead(DeadKind::Stale), Refusal::NothingToDuplicate),
        (NtOperand::CurrentThread, Refusal::NothingToDuplicate),
        (nt(NtName(1)), Refusal::NothingToDuplicate),
        (nt(NtName(2)), Refusal::MayNotDuplicate),
    ] {
        let Pair { mut machine, first, thread, second, handle } = pair(Limits::default());
        let (ended, _) = machine.process();
        // NtName(1) names an ended process, NtName(2) lacks PROCESS_DUP_HANDLE.
        machine.place(first, ended, 0);
        machine.place(first, second, 0);
        machine.incident(Incident::KillProcess(ended));
        let request = Duplicate { target_process: target, ..copy_of(handle) };
        machine.refuse(thread, Call::DuplicateHandle(request), refusal);
        let request = Duplicate { close_source: true, ..request };
        machine.refuse_and_close(thread, request, refusal, (first, handle));
    }
}

#[test]
fn nth_11_nth_12_a_duplicate_never_widens() {
    let Pair { mut machine, first, thread, second, .. } = pair(Limits::default());
    let narrow = machine.place(first, second, 0x0010_0040);
    let desired = |desired_access| Duplicate { same_access: false, desired_access, ..copy_of(narrow) };
    for (mask, granted) in [
        (0, 0),
        (0x40, 0x40),
        (0x0200_0000, 0x0010_0040),
        (0x0200_0040, 0x0010_0040),
        (0x0020_0040, 0x40),
        (0x0CE0_0000, 0),
    ] {
        let made = machine.duplicate(thread, desired(mask));
        assert_eq!(machine.nt(first, made).access, granted, "{mask:#x}");
    }
    for mask in [0x1, 0x0200_0001, 0x0100_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x8000_0000] {
        machine.refuse(thread, Call::DuplicateHandle(desired(mask)), Refusal::WiderThanSource);
        // NTH-11: the mask does not matter with option 0x2.
        let same = machine.duplicate(thread, Duplicate { same_access: true, ..desired(mask) });
        assert_eq!(machine.nt(first, same).access, 0x0010_0040);
    }
    let request = Duplicate { close_source: true, ..desired(1) };
    machine.refuse_and_close(thread, request, Refusal::WiderThanSource, (first, narrow));
}

#[test]
fn nth_13_a_move_keeps_the_object() {
    let Pair { mut machine, first, thread, second, handle } = pair(Limits::default());
    machine.incident(Incident::KillProcess(second));
    let observation =
        machine.call(thread, Call::DuplicateHandle(Duplicate { close_source: true, ..copy_of(handle) }));
    let moved = NtName(1);
    let changes = [HandleChange::NtAllocated(first, moved), HandleChange::NtFreed(first, handle)];
    assert_eq!(observation.handles, changes);
    assert_eq!(machine.nt(first, moved).object, NtObject::Process(second));
}

#[test]
fn nth_14_without_a_target_the_source_is_only_closed() {
    let Pair { mut machine, first, thread, handle, .. } = pair(Limits::default());
    let request = Duplicate { target_process: NO_TARGET, ..copy_of(handle) };
    machine.refuse(thread, Call::DuplicateHandle(request), Refusal::NoTarget);
    machine.protect(first, handle);
    let closing = Duplicate { close_source: true, ..request };
    machine.refuse(thread, Call::DuplicateHandle(closing), Refusal::ProtectedSource);
    machine.host(Host::SetHandleFlags { holder: first, handle, inherit: false, protect: false });
    let observation = machine.call(thread, Call::DuplicateHandle(closing));
    assert_eq!(observation.verdict, Verdict::Done(Output::Nothing));
    assert_eq!(observation.handles, [HandleChange::NtFreed(first, handle)]);
}

#[test]
fn nth_15_flags_come_from_the_arguments_or_from_the_source() {
    let Pair { mut machine, first, thread, handle, .. } = pair(Limits::default());
    machine.host(Host::SetHandleFlags { holder: first, handle, inherit: true, protect: true });
    for (inherit, same_attributes, flags) in
        [(false, false, (false, false)), (true, false, (true, false)), (false, true, (true, true))]
    {
        let made = machine.duplicate(thread, Duplicate { inherit, same_attributes, ..copy_of(handle) });
        let made = machine.nt(first, made);
        assert_eq!((made.inherit, made.protect), flags);
    }
}

#[test]
fn nth_16_an_unreported_duplicate_is_made_all_the_same() {
    let Pair { mut machine, thread, second, handle, .. } = pair(Limits::default());
    let request = Duplicate { reported: false, target_process: nt(handle), ..copy_of(handle) };
    let observation = machine.call(thread, Call::DuplicateHandle(request));
    assert_eq!(observation.verdict, Verdict::Done(Output::Nothing));
    assert_eq!(observation.handles, [HandleChange::NtAllocated(second, NtName(0))]);
}

#[test]
fn nth_05_a_full_target_table_refuses_the_duplicate_and_closes_the_source() {
    let Pair { mut machine, first, thread, handle, .. } = pair(Limits { nt_handles: 1, ..Limits::default() });
    machine.refuse(thread, Call::DuplicateHandle(copy_of(handle)), Refusal::TooManyNtHandles);
    // The duplicate comes before the close, so a full table is no place for a move.
    let request = Duplicate { close_source: true, ..copy_of(handle) };
    machine.refuse_and_close(thread, request, Refusal::TooManyNtHandles, (first, handle));
}

#[test]
fn nth_12_the_embedder_places_plain_masks_only() {
    let Pair { machine, first, second, .. } = pair(Limits::default());
    for access in [0x0020_0000, 0x0200_0000, 0x8000_0000] {
        machine.impossible(Action::Host(Host::PlaceProcessHandle {
            holder: first,
            target: second,
            access,
            inherit: false,
            protect: false,
        }));
    }
}
