//! One fixed list of events, and what it leads to as text.

use core::fmt::Write;

use kmt_core::{
    Answer, CreateProcess, DuplicateHandle, EnumAdapters2, Event, Host, Incident, Kernel, Luid, NtHandle,
    Output, PlaceProcessHandle, ProcessConfig, ProcessId, Request, SetNtHandleFlags, ThreadId,
};

use super::{
    ALL_ACCESS, CLOSE_SOURCE, LUID, OTHER_LUID, call, close, close_nt, create, destroy, local, mark, nt,
    open, same_access, state, stop,
};

const fn process(number: u32) -> ProcessId {
    ProcessId::from_number(number)
}

const fn thread(number: u32) -> ThreadId {
    ThreadId::from_number(number)
}

fn place(holder: u32, target: u32, granted_access: u32, inherit: bool) -> Event {
    Event::Host(Host::PlaceProcessHandle(PlaceProcessHandle {
        holder: process(holder),
        target: process(target),
        granted_access,
        inherit,
        protect_from_close: false,
    }))
}

fn duplicate(request: DuplicateHandle) -> Event {
    call(thread(1), Request::DuplicateHandle(request))
}

/// Two adapters; process 1 with thread 1, process 2 with thread 2.
pub fn stage() -> Vec<Event> {
    let adapter = |luid: Luid| Event::Host(Host::AddAdapter(kmt_core::AdapterConfig::new(luid)));
    let begin = || Event::Host(Host::CreateProcess(ProcessConfig::default()));
    vec![
        adapter(LUID),
        adapter(OTHER_LUID),
        begin(),
        begin(),
        Event::Host(Host::StartThread(process(1))),
        Event::Host(Host::StartThread(process(2))),
    ]
}

/// Local handles and devices, then the stop of the first adapter.
fn graphics() -> Vec<Event> {
    let one = |request| call(thread(1), request);
    let two = |request| call(thread(2), request);
    vec![
        one(open(LUID)),
        one(open(LUID)),
        one(create(local(0x4000_0000))),
        one(create(local(0))),
        one(create(local(0x4000_0000))),
        one(destroy(local(0x4000_0080))),
        one(destroy(local(0x4000_0080))),
        one(close(local(0x4000_0040))),
        one(state(local(0x4000_00C0), 1)),
        one(mark(local(0x4000_00C0), 0x8000_0006)),
        one(mark(local(0x4000_00C0), 0x8000_0000)),
        one(state(local(0x4000_00C0), 1)),
        one(open(OTHER_LUID)),
        one(create(local(0x4000_0100))),
        one(state(local(0x4000_0140), 1)),
        one(close(local(0x4000_0100))),
        one(state(local(0x4000_0140), 1)),
        two(open(LUID)),
        two(create(local(0x4000_0000))),
        one(create(local(0x4000_0000))),
        one(destroy(local(0x4000_0180))),
        Event::Incident(stop(kmt_core::AdapterId::from_number(0))),
        two(state(local(0x4000_0040), 1)),
        two(destroy(local(0x4000_0040))),
        one(open(LUID)),
        one(Request::EnumAdapters2(EnumAdapters2 { capacity: 2, has_array: true })),
    ]
}

/// NT handles, and the ends of processes.
fn sharing() -> Vec<Event> {
    let one = |request| call(thread(1), request);
    let closing =
        DuplicateHandle { desired_access: 0x2, options: CLOSE_SOURCE, ..same_access(NtHandle::from_raw(8)) };
    let flags = |protect_from_close| {
        Event::Host(Host::SetNtHandleFlags(SetNtHandleFlags {
            process: process(1),
            handle: nt(4),
            inherit: false,
            protect_from_close,
        }))
    };
    let child = CreateProcess { inherit_handles: true, config: ProcessConfig::default() };
    vec![
        place(1, 2, ALL_ACCESS, false),
        place(1, 2, 0x40, true),
        place(1, 2, 0x1, false),
        duplicate(DuplicateHandle { desired_access: ALL_ACCESS, options: 0, ..same_access(nt(8)) }),
        one(Request::CreateProcess(child)),
        place(3, 1, 0x1, false),
        flags(true),
        one(close_nt(nt(4))),
        flags(false),
        duplicate(closing),
        place(1, 2, 0x1, false),
        Event::Incident(Incident::KillProcess(process(3))),
        Event::Incident(Incident::KillProcess(process(2))),
        one(close_nt(nt(4))),
        one(close_nt(nt(8))),
        one(Request::ExitProcess),
    ]
}

/// A handle that is used until its entry has come round, in a table of 4 entries.
fn reuse() -> Vec<Event> {
    let one = |request| call(thread(1), request);
    let mut events = vec![one(open(OTHER_LUID))];
    for handle in [0x4000_0040, 0x4000_0080, 0x4000_00C0] {
        events.push(one(open(OTHER_LUID)));
        events.push(one(close(local(handle))));
    }
    events.push(one(open(OTHER_LUID)));
    events.push(one(close(local(0x4000_0040))));
    events
}

/// `Name(Name { … })` without its outer half.
fn inner(debug: &str) -> String {
    match debug.split_once('(') {
        Some((name, rest)) if rest.starts_with(name) => rest[..rest.len() - 1].into(),
        _ => debug.into(),
    }
}

pub fn line(kernel: &mut Kernel, event: Event) -> String {
    let mut text = match &event {
        Event::Call(call) => format!("{}: {}", call.thread.number(), inner(&format!("{:?}", call.request))),
        Event::Step(step) => format!("{step:?}"),
        Event::Incident(incident) => format!("{incident:?}"),
        Event::Host(host) => inner(&format!("{host:?}")),
    };
    match kernel.handle(event) {
        Err(misuse) => write!(text, "\n    misuse: {misuse}").unwrap(),
        Ok(outcome) => {
            match outcome.answer {
                Answer::Refused(refusal) => write!(text, "\n    {refusal}").unwrap(),
                Answer::RefusedButWritten { refusal, output } => {
                    write!(text, "\n    {refusal}; written: {output:?}").unwrap();
                }
                Answer::Complete(reply) if reply.output == Output::None => {
                    write!(text, "\n    {}", reply.status).unwrap();
                }
                Answer::Complete(reply) => write!(text, "\n    {} {:?}", reply.status, reply.output).unwrap(),
                Answer::Pending(wait) => write!(text, "\n    pending {wait:?}").unwrap(),
            }
            for effect in outcome.effects {
                write!(text, "\n    {effect:?}").unwrap();
            }
        }
    }
    text
}

/// The transcript of a run over the whole list by this kernel, and what is left in the end.
pub fn transcript(mut kernel: Kernel) -> String {
    let mut lines = Vec::new();
    for events in [stage(), graphics(), sharing()] {
        lines.extend(events.into_iter().map(|event| line(&mut kernel, event)));
        lines.push(format!("enabled: {:?}", kernel.choices()));
        for step in kernel.choices() {
            lines.push(line(&mut kernel, Event::Step(step)));
        }
    }
    for object in kernel.nt_objects() {
        lines.push(format!("left: {object:?}"));
    }
    lines.join("\n") + "\n"
}

/// The same for the reuse of handles, by a kernel whose local tables have 4 entries.
pub fn transcript_of_reuse(mut kernel: Kernel) -> String {
    let lines = stage().into_iter().chain(reuse()).map(|event| line(&mut kernel, event));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}
