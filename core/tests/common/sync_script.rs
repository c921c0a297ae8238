//! A fixed list of events around fences, NT events and CPU waits, and what it leads to as text.

use kmt_core::{
    Call, Event, Host, Incident, Kernel, NtHandle, Pick, ProcessId, Request, SyncObjectInfo, ThreadId,
};

use super::script::{line, stage};
use super::sync::{
    GENERIC, MAX, NO_MAX_ON_TDR, NO_SIGNAL, REWIND, SHARED, WAIT_ANY, create, create_event, create2,
    destroy_sync, fence, open_shared, reset, set, signal, wait, wait_event, wait_with,
};
use super::{LUID, call, close_nt, create as create_device, destroy, local, mark, nt, open, stop};

const ADAPTER: u32 = 0x4000_0000;
const DEVICE: u32 = 0x4000_0040;
const FENCE: u32 = 0x4000_0080;
const OTHER: u32 = 0x4000_00C0;

const fn thread(number: u32) -> ThreadId {
    ThreadId::from_number(number)
}

fn by(number: u32, request: Request) -> Event {
    call(thread(number), request)
}

fn releasing(number: u32, request: Request, released: u32) -> Event {
    let pick = Pick::Release(vec![thread(released)]);
    Event::Call(Call { thread: thread(number), request, pick })
}

fn signalled(entries: &[(u32, u64)], flags: u32) -> Event {
    let entries: Vec<_> = entries.iter().map(|(fence, value)| (local(*fence), *value)).collect();
    by(1, signal(local(DEVICE), &entries, flags))
}

fn waiting(number: u32, entries: &[(u32, u64)], event: u64, flags: u32) -> Event {
    let entries: Vec<_> = entries.iter().map(|(fence, value)| (local(*fence), *value)).collect();
    by(number, wait_with(local(DEVICE), &entries, nt(event), flags))
}

/// Threads 3 to 6 are of process 1; a device with two fences, and two events, an auto-reset one at 4.
fn setting_up() -> Vec<Event> {
    let mut events: Vec<_> =
        (0..4).map(|_| Event::Host(Host::StartThread(ProcessId::from_number(1)))).collect();
    events.extend([
        by(1, open(LUID)),
        by(1, create_device(local(ADAPTER))),
        by(1, create2(local(DEVICE), fence(0), 0)),
        by(1, create2(local(DEVICE), fence(5), 0)),
        by(1, create_event(false, false)),
        by(1, create_event(true, false)),
    ]);
    events
}

/// Conditions of waits, and signals.
fn reaching() -> Vec<Event> {
    vec![
        // The second of both conditions holds.
        waiting(3, &[(FENCE, 2), (OTHER, 5)], 0, 0),
        waiting(4, &[(FENCE, 2), (OTHER, 5)], 0, WAIT_ANY),
        signalled(&[(OTHER, 4)], 0),
        signalled(&[(OTHER, 4)], REWIND),
        // Both waits are left, and the first needs both fences.
        waiting(4, &[(FENCE, 9), (OTHER, 6)], 0, WAIT_ANY),
        signalled(&[(FENCE, 3)], 0),
        signalled(&[(OTHER, 7)], 0),
        waiting(3, &[(FENCE, 6)], 0, 0),
        waiting(4, &[(FENCE, 4)], 0, 0),
        waiting(5, &[(FENCE, 8)], 0, 0),
        // 6 and 4 are above 3, and 8 comes and goes.
        signalled(&[(FENCE, 8), (FENCE, 7)], REWIND),
        signalled(&[(FENCE, 8), (FENCE, 1)], 0),
        // The refused signal has left it at 7.
        signalled(&[(FENCE, 8)], 0),
        waiting(1, &[(FENCE, 1)], 8, 0),
        by(1, wait_event(nt(8), Some(0))),
        by(1, reset(nt(8))),
    ]
}

/// Events with waiters and registrations.
fn events() -> Vec<Event> {
    vec![
        by(3, wait_event(nt(4), None)),
        by(4, wait_event(nt(4), Some(-5))),
        releasing(1, set(nt(4)), 4),
        by(1, set(nt(4))),
        by(1, wait_event(nt(4), Some(0))),
        waiting(1, &[(FENCE, 20)], 4, 0),
        by(3, wait_event(nt(4), None)),
        by(1, close_nt(nt(4))),
        signalled(&[(FENCE, 20)], 0),
    ]
}

/// Handles and devices go while others wait.
fn ending() -> Vec<Event> {
    let no_signal = 0x4000_0100;
    vec![
        by(1, create2(local(DEVICE), fence(0), NO_SIGNAL)),
        signalled(&[(no_signal, 1)], 0),
        waiting(3, &[(no_signal, 1)], 0, 0),
        by(1, destroy_sync(local(no_signal))),
        by(1, create2(local(DEVICE), fence(0), NO_MAX_ON_TDR)),
        waiting(4, &[(FENCE, 30)], 0, 0),
        waiting(5, &[(0x4000_0140, 1)], 0, 0),
        waiting(1, &[(0x4000_0140, 1)], 8, 0),
        by(1, mark(local(DEVICE), GENERIC)),
        waiting(6, &[(FENCE, MAX)], 0, 0),
        by(1, create_device(local(ADAPTER))),
        by(1, create(local(0x4000_0180), SyncObjectInfo::Mutex { initial_state: 1 })),
        by(1, create2(local(0x4000_0180), SyncObjectInfo::Mutex { initial_state: 1 }, SHARED)),
        by(1, open_shared(kmt_core::GlobalHandle::from_raw(0x4000_0002))),
        by(1, create2(local(0x4000_0180), fence(0), 0)),
        by(3, wait(local(0x4000_0180), &[(local(0x4000_0280), 1)], 0)),
        by(1, wait_with(local(0x4000_0180), &[(local(0x4000_0280), 1)], NtHandle::from_raw(8), 0)),
        by(1, destroy(local(0x4000_0180))),
        by(1, wait_event(nt(8), Some(0))),
    ]
}

/// What is left behind.
fn left(kernel: &Kernel) -> Vec<String> {
    let objects = kernel.sync_objects().map(|view| format!("left: {view:?}"));
    let waits = kernel.waits().map(|view| format!("left: {view:?}"));
    let events = kernel.nt_objects().map(|view| format!("left: {view:?}"));
    objects.chain(waits).chain(events).collect()
}

/// The transcript of a run over the whole list by this kernel.
pub fn transcript_of_fences(mut kernel: Kernel) -> String {
    let mut lines = Vec::new();
    for events in [stage(), setting_up(), reaching(), events(), ending()] {
        lines.extend(events.into_iter().map(|event| line(&mut kernel, event)));
        lines.push(format!("enabled: {:?}", kernel.choices()));
        lines.push(format!("orphaned: {:?}", kernel.orphaned_waits()));
    }
    lines.extend(left(&kernel));
    lines.push(line(&mut kernel, Event::Incident(stop(kmt_core::AdapterId::from_number(0)))));
    let ends = [1, 2].map(|process| Event::Incident(Incident::KillProcess(ProcessId::from_number(process))));
    lines.extend(ends.into_iter().map(|event| line(&mut kernel, event)));
    lines.extend(left(&kernel));
    lines.join("\n") + "\n"
}
