//! A fixed list of events around shared objects, their names and rights, and what it leads to as text.

use kmt_core::{
    AccessEntry, DuplicateHandle, Event, Host, Incident, Kernel, LocalHandle, NtHandle, ObjectAttributes,
    ProcessConfig, ProcessId, Request, SecurityDescriptor, ShareObjects, ThreadId, Trustee,
};

use super::script::{line, stage};
use super::share::{
    ACCESS_SYSTEM_SECURITY, FENCE, GENERIC_ALL, NAME, OBJ_OPENIF, READ_CONTROL, SHARED_NT, SYNC_ALL, WAIT,
    open_name, open_nt, open_nt2, query, share, share_one, share_with,
};
use super::sync::{MUTEX, create2, destroy_sync, signal, wait};
use super::{LUID, OTHER_LUID, call, close_nt, create, local, nt, open};

const DEVICE: LocalHandle = local(0x4000_0040);
const FAR_DEVICE: LocalHandle = local(0x4000_00C0);
const FENCE_HANDLE: LocalHandle = local(0x4000_0100);
const MUTEX_HANDLE: LocalHandle = local(0x4000_0140);

fn by(number: u32, request: Request) -> Event {
    call(ThreadId::from_number(number), request)
}

fn named(name: &str) -> ObjectAttributes {
    ObjectAttributes::named(name)
}

/// Process 1 has a device on each adapter and two objects that can be shared; process 3, with thread 3, is another user's.
fn setting_up() -> Vec<Event> {
    let stranger = ProcessConfig { user: 5, ..ProcessConfig::default() };
    vec![
        Event::Host(Host::CreateProcess(stranger)),
        Event::Host(Host::StartThread(ProcessId::from_number(3))),
        by(1, open(LUID)),
        by(1, create(local(0x4000_0000))),
        by(1, open(OTHER_LUID)),
        by(1, create(local(0x4000_0080))),
        by(1, create2(DEVICE, FENCE, SHARED_NT)),
        by(1, create2(DEVICE, MUTEX, SHARED_NT)),
        by(2, open(LUID)),
        by(2, create(local(0x4000_0000))),
    ]
}

/// Names: case, collisions, existing ones, and their end.
fn naming() -> Vec<Event> {
    let openif = |name| ObjectAttributes { attributes: OBJ_OPENIF, ..named(name) };
    vec![
        by(1, share(share_with(FENCE_HANDLE, named(NAME)))),
        by(1, open_name(named(r"\SESSIONS\0\BaseNamedObjects\FOO"), SYNC_ALL)),
        by(1, share(share_with(MUTEX_HANDLE, named(NAME)))),
        by(1, share(share_with(MUTEX_HANDLE, openif(NAME)))),
        by(1, open_nt(nt(12))),
        by(1, query(nt(4), 0, 56)),
        by(1, query(nt(4), 1, 0)),
        // Another user, and a list that lets everybody in.
        by(3, open_name(named(NAME), WAIT)),
        by(1, close_nt(nt(4))),
        by(1, close_nt(nt(8))),
        by(1, close_nt(nt(12))),
        by(2, open_name(named(NAME), SYNC_ALL)),
        by(1, share(share_with(MUTEX_HANDLE, named(NAME)))),
    ]
}

/// Shares that are refused leave nothing behind.
fn refusing() -> Vec<Event> {
    let bad = |name| ShareObjects {
        desired_access: ACCESS_SYSTEM_SECURITY,
        ..share_with(FENCE_HANDLE, named(name))
    };
    let name = r"\BaseNamedObjects\refused";
    vec![by(1, share(bad(name))), by(2, open_name(named(name), SYNC_ALL))]
}

/// Rights of handles and openings.
fn opening() -> Vec<Event> {
    let everyone = AccessEntry { trustee: Trustee::Everyone, mask: GENERIC_ALL };
    let descriptor = SecurityDescriptor { revision: 1, access_list: Some(vec![everyone]) };
    let for_all =
        ObjectAttributes { security_descriptor: Some(descriptor), ..named(r"\BaseNamedObjects\all") };
    let duplicated = DuplicateHandle { options: 0x2, ..super::same_access(nt(4)) };
    vec![
        by(1, share(share_one(FENCE_HANDLE, READ_CONTROL | WAIT))),
        by(1, share(share_one(FENCE_HANDLE, WAIT))),
        by(1, open_nt2(nt(4), DEVICE, 0)),
        by(1, open_nt2(nt(8), FAR_DEVICE, 0)),
        by(1, open_nt2(nt(8), DEVICE, 0)),
        by(1, signal(DEVICE, &[(local(0x4000_0180), 1)], 0)),
        by(1, wait(DEVICE, &[(local(0x4000_0180), 0)], 0)),
        by(1, share(share_one(local(0x4000_0180), GENERIC_ALL))),
        by(1, query(nt(8), 0, 56)),
        by(1, query(nt(12), 2, 500)),
        by(1, share(share_with(FENCE_HANDLE, for_all))),
        by(3, open_name(named(r"\BaseNamedObjects\all"), SYNC_ALL)),
        by(1, Request::DuplicateHandle(duplicated)),
        by(1, query(NtHandle::CURRENT_PROCESS, 0, 56)),
    ]
}

/// What keeps an object, a name, and a count.
fn ending() -> Vec<Event> {
    vec![
        by(1, destroy_sync(local(0x4000_0180))),
        by(1, destroy_sync(FENCE_HANDLE)),
        by(1, open_nt2(nt(8), DEVICE, 0)),
        by(2, share(share_one(FENCE_HANDLE, GENERIC_ALL))),
        Event::Incident(Incident::KillProcess(ProcessId::from_number(1))),
        by(2, open_name(named(NAME), SYNC_ALL)),
        by(2, open_name(named(r"\BaseNamedObjects\all"), SYNC_ALL)),
    ]
}

/// What is left behind.
fn left(kernel: &Kernel) -> Vec<String> {
    let objects = kernel.sync_objects().map(|view| format!("left: {view:?}"));
    let openings = kernel.openings().map(|view| format!("left: {view:?}"));
    let shared = kernel.nt_objects().filter(|view| view.descriptor.is_some());
    let names = shared.map(|view| {
        let name = view.name.map(|name| String::from_utf16_lossy(&name));
        format!("left: {:?} {:?} handles {} {name:?} {:?}", view.id, view.body, view.handles, view.descriptor)
    });
    let tables = kernel.processes().filter_map(|process| kernel.nt_table(process.id));
    let tables = tables.map(|table| format!("left: {:?}", table.entries));
    objects.chain(openings).chain(names).chain(tables).collect()
}

/// The transcript of a run over the whole list by this kernel.
pub fn transcript_of_sharing(mut kernel: Kernel) -> String {
    let mut lines = Vec::new();
    for events in [stage(), setting_up(), naming(), refusing(), opening(), ending()] {
        lines.extend(events.into_iter().map(|event| line(&mut kernel, event)));
        lines.extend(left(&kernel));
    }
    lines.join("\n") + "\n"
}
