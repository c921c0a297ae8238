//! A fixed list of events around keyed mutexes, and what it leads to as text.

use kmt_core::{
    AcquireKeyedMutex, Call, Event, Host, Incident, Kernel, Pick, ProcessId, Request, Step, ThreadId,
};

use super::mutex::{
    NT_SECURITY_SHARING, acquire, acquire2, bytes, create, create2, destroy, global, open, open2, release,
    release2,
};
use super::script::{line, stage};
use super::{call, local};

const fn thread(number: u32) -> ThreadId {
    ThreadId::from_number(number)
}

/// Threads 1 and 2 are of the processes 1 and 2; so are 3 and 4 here.
fn more_threads() -> Vec<Event> {
    [1, 2].map(|process| Event::Host(Host::StartThread(ProcessId::from_number(process)))).to_vec()
}

/// Keys, owners, fence values and private data.
fn hand_over() -> Vec<Event> {
    let one = |request| call(thread(1), request);
    let two = |request| call(thread(2), request);
    let (mutex, sibling, theirs, shared) =
        (local(0x4000_0000), local(0x4000_0040), local(0x4000_0000), global(0x4000_0002));
    vec![
        one(create2(7, bytes(b"ab"), 0)),
        one(open(shared)),
        two(open2(shared, bytes(b"cd"))),
        two(acquire(theirs, 0x1_0000_0007, Some(0))),
        one(acquire2(mutex, 7, None, 2)),
        one(release(sibling, 1, 4)),
        two(release(theirs, 1, 5)),
        one(release2(mutex, 8, 6, bytes(b"ef"))),
        two(acquire2(theirs, 8, Some(0), 2)),
        two(release(theirs, 9, 7)),
        one(release(mutex, 0, 2)),
        one(acquire(sibling, 8, Some(0))),
        one(destroy(sibling)),
        two(acquire(theirs, 9, Some(-1))),
        one(create2(0, bytes(b""), NT_SECURITY_SHARING)),
    ]
}

/// Waits on the mutex of [`hand_over`], which process 2 owns.
fn waiting() -> Vec<Event> {
    let mutex = local(0x4000_0000);
    let deadline = AcquireKeyedMutex { keyed_mutex: mutex, key: 9, timeout: Some(1) };
    vec![
        call(thread(1), acquire(mutex, 9, Some(-1))),
        call(thread(3), acquire(mutex, 9, None)),
        Event::Call(Call {
            thread: thread(4),
            request: Request::AcquireKeyedMutex(deadline),
            pick: Pick::DeadlineAhead,
        }),
    ]
}

/// The second of those who wait is granted the mutex, the first runs out of time.
fn granting() -> Vec<Event> {
    vec![call(thread(2), release(local(0x4000_0000), 9, 8))]
}

/// Threads and processes end, and so do mutexes.
fn ending() -> Vec<Event> {
    let one = |request| call(thread(1), request);
    let two = |request| call(thread(2), request);
    let (mutex, theirs) = (local(0x4000_00C0), local(0x4000_0040));
    let shared = global(0x4000_0042);
    vec![
        one(create(0)),
        two(open(shared)),
        one(acquire(mutex, 0, None)),
        Event::Incident(Incident::EndThread(thread(3))),
        two(acquire(theirs, 0, Some(0))),
        call(thread(4), acquire(theirs, 1, None)),
        two(acquire(theirs, 2, None)),
        one(destroy(mutex)),
        two(acquire(theirs, 0, Some(0))),
        two(acquire(theirs, 0, Some(0))),
        two(destroy(theirs)),
        two(open(shared)),
        two(create(5)),
        Event::Host(Host::StartThread(ProcessId::from_number(1))),
        one(open(global(0x4000_0082))),
        one(acquire(local(0x4000_0100), 5, None)),
        two(acquire(local(0x4000_0080), 5, None)),
        call(thread(5), acquire(local(0x4000_0100), 6, None)),
        Event::Incident(Incident::EndThread(thread(2))),
        Event::Incident(Incident::KillProcess(ProcessId::from_number(1))),
    ]
}

/// A handle is destroyed through which somebody waits.
fn destroying() -> Vec<Event> {
    let three = |request| call(thread(6), request);
    let mutex = local(0x4000_0000);
    vec![
        Event::Host(Host::CreateProcess(kmt_core::ProcessConfig::default())),
        Event::Host(Host::StartThread(ProcessId::from_number(3))),
        Event::Host(Host::StartThread(ProcessId::from_number(3))),
        three(create(1)),
        three(acquire(mutex, 2, None)),
        call(thread(7), destroy(mutex)),
    ]
}

/// The transcript of a run over the whole list by this kernel, and what is left in the end.
pub fn transcript_of_mutexes(mut kernel: Kernel) -> String {
    let mut lines = Vec::new();
    for events in [stage(), more_threads(), hand_over(), waiting(), granting()] {
        lines.extend(events.into_iter().map(|event| line(&mut kernel, event)));
        lines.push(format!("enabled: {:?}", kernel.choices()));
    }
    let waits: Vec<_> = kernel.waits().map(|wait| wait.id).collect();
    let chosen = waits.iter().skip(1).take(1).map(|wait| Step::Grant(*wait));
    let late = waits.iter().step_by(2).map(|wait| Step::Timeout(*wait));
    for step in chosen.chain(late) {
        lines.push(line(&mut kernel, Event::Step(step)));
        lines.extend(kernel.keyed_mutexes().map(|mutex| format!("there is: {mutex:?}")));
    }
    for events in [ending(), destroying()] {
        lines.extend(events.into_iter().map(|event| line(&mut kernel, event)));
    }
    lines.push(format!("enabled: {:?}", kernel.choices()));
    lines.extend(kernel.keyed_mutexes().map(|mutex| format!("left: {mutex:?}")));
    lines.extend(kernel.waits().map(|wait| format!("left: {wait:?}")));
    lines.join("\n") + "\n"
}
