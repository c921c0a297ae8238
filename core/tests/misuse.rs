//! What the embedding program can get wrong; nothing of it changes anything.

mod common;

use common::mutex::acquire;
use common::sync::{Bench, bench};
use common::{LUID, World, call, nt};
use kmt_core::{
    AdapterConfig, AdapterId, Call, Event, Host, Incident, Kernel, Limits, Luid, Misuse, Pick,
    PlaceProcessHandle, ProcessConfig, ProcessId, Profile, Request, SetNtHandleFlags, Step, TableLimits,
    ThreadId,
};

const NUMBERS: [u32; 4] = [0, 3, 1 << 31, u32::MAX];

fn place(holder: ProcessId, target: ProcessId) -> Event {
    Event::Host(Host::PlaceProcessHandle(PlaceProcessHandle {
        holder,
        target,
        granted_access: 0,
        inherit: false,
        protect_from_close: false,
    }))
}

fn set_flags(process: ProcessId, handle: u64) -> Event {
    let request = SetNtHandleFlags { process, handle: nt(handle), inherit: false, protect_from_close: false };
    Event::Host(Host::SetNtHandleFlags(request))
}

#[test]
fn unknown_ids_are_misuse() {
    let (mut world, process, _) = World::with_adapter();
    let other = world.process().0;
    for number in NUMBERS {
        let thread = ThreadId::from_number(number);
        assert_eq!(world.misuse(call(thread, Request::ExitProcess)), Misuse::UnknownThread(thread));
        let incident = Event::Incident(Incident::EndThread(thread));
        assert_eq!(world.misuse(incident), Misuse::UnknownThread(thread));
        assert_eq!(world.kernel.picks(thread, &Request::ExitProcess), Err(Misuse::UnknownThread(thread)));
        let unknown = ProcessId::from_number(number);
        for event in [
            Event::Incident(Incident::KillProcess(unknown)),
            Event::Host(Host::StartThread(unknown)),
            place(unknown, process),
            place(other, unknown),
            set_flags(unknown, 4),
        ] {
            assert_eq!(world.misuse(event), Misuse::UnknownProcess(unknown));
        }
    }
    for number in [1, 1 << 31, u32::MAX] {
        let adapter = AdapterId::from_number(number);
        let incident = Event::Incident(common::stop(adapter));
        assert_eq!(world.misuse(incident), Misuse::UnknownAdapter(adapter));
    }
    for value in [0, 4, u64::MAX, u64::MAX - 1] {
        assert_eq!(world.misuse(set_flags(process, value)), Misuse::UnknownNtHandle(nt(value)));
    }
}

#[test]
fn ended_ids_are_told_from_unknown_ones() {
    let (mut world, process, thread) = World::with_adapter();
    let other = world.process().0;
    world.incident(Incident::KillProcess(process));
    assert_eq!(world.misuse(call(thread, Request::ExitProcess)), Misuse::ThreadEnded(thread));
    assert_eq!(world.kernel.picks(thread, &Request::ExitProcess), Err(Misuse::ThreadEnded(thread)));
    for event in [
        Event::Incident(Incident::KillProcess(process)),
        Event::Host(Host::StartThread(process)),
        place(process, other),
        place(other, process),
        set_flags(process, 4),
    ] {
        assert_eq!(world.misuse(event), Misuse::ProcessEnded(process));
    }
    let (again, thread_again) = world.process();
    assert_eq!((again.number(), thread_again.number()), (3, 3), "ids are never used again");
}

#[test]
fn limits_of_the_host_are_misuse() {
    let limits =
        Limits { adapters: 1, processes: 1, threads: 1, nt_handles_per_process: 1, ..Limits::default() };
    let (mut world, process, _) = World::with_limits(limits).staged();
    world.place(process, process, 1);
    for (event, what) in [
        (Event::Host(Host::AddAdapter(AdapterConfig::new(Luid::from_raw(9)))), "adapters"),
        (Event::Host(Host::CreateProcess(ProcessConfig::default())), "processes"),
        (Event::Host(Host::StartThread(process)), "threads"),
        (place(process, process), "NT handles of the process"),
    ] {
        assert_eq!(world.misuse(event), Misuse::LimitReached { what, limit: 1 });
    }
}

#[test]
fn a_topology_is_named_in_its_misuse() {
    let mut world = World::new();
    let config = AdapterConfig { nodes: 0, ..AdapterConfig::new(LUID) };
    let misuse = world.misuse(Event::Host(Host::AddAdapter(config)));
    assert_eq!(misuse, Misuse::Topology { nodes: 0, physical_adapters: 1 });
}

#[test]
fn hnd_11_hnd_14_nth_05_limits_that_no_rule_can_hold_under() {
    let new = |growth, reserve, max_entries, nt_handles_per_process| {
        let local_table = TableLimits { growth, reserve, max_entries };
        Kernel::new(Profile::default(), Limits { local_table, nt_handles_per_process, ..Limits::default() })
    };
    for (growth, reserve, max_entries, nt_handles) in [
        (0, 0, 4, 1),
        (4, 4, 64, 1),
        (128, 1024, 4096, 1),
        (5, 0, 4, 1),
        (4, 0, 16_777_216, 1),
        (4, 0, 4, 16_777_217),
        (u32::MAX, u32::MAX, u32::MAX, u32::MAX),
    ] {
        let result = new(growth, reserve, max_entries, nt_handles);
        assert!(matches!(result, Err(Misuse::BadLimits { .. })), "{result:?}");
    }
    assert!(new(1, 0, 1, 0).is_ok());
    assert!(new(16_777_215, 16_777_214, 16_777_215, 16_777_216).is_ok());
}

#[test]
fn lif_07_a_blocked_thread_makes_no_call() {
    let mut world = World::new();
    let (process, thread) = world.process();
    let (mutex, _) = world.create_mutex(thread, 0);
    let wait = world.blocked(thread, acquire(mutex, 1, None));
    let blocked = Misuse::ThreadBlocked(thread);
    assert_eq!(world.misuse(call(thread, Request::ExitProcess)), blocked);
    assert_eq!(world.kernel.picks(thread, &Request::ExitProcess), Err(blocked.clone()));
    assert_eq!(blocked.to_string(), "thread 1 is blocked in a call");
    for step in [Step::Timeout(wait), Step::Grant(wait)] {
        assert_eq!(world.misuse(Event::Step(step.clone())), Misuse::StepNotEnabled(step));
    }
    world.incident(Incident::KillProcess(process));
    for step in [Step::Timeout(wait), Step::Grant(wait)] {
        assert_eq!(world.misuse(Event::Step(step.clone())), Misuse::StepNotEnabled(step));
    }
}

#[test]
fn a_pick_that_is_not_offered_is_misuse() {
    let mut world = World::new();
    let (_, thread) = world.process();
    let (mutex, _) = world.create_mutex(thread, 0);
    let mut refused = |request: Request, pick: Pick| {
        let event = Event::Call(Call { thread, request, pick: pick.clone() });
        assert_eq!(world.misuse(event), Misuse::PickNotOffered(pick));
    };
    refused(acquire(mutex, 0, Some(1)), Pick::Only);
    for pick in [Pick::DeadlineAhead, Pick::DeadlinePassed] {
        for timeout in [None, Some(0), Some(-1)] {
            refused(acquire(mutex, 0, timeout), pick.clone());
        }
        refused(Request::ExitProcess, pick);
    }
}

#[test]
fn scd_18_a_notice_without_a_mark_is_misuse() {
    let Bench { mut world, threads, device, .. } = bench();
    world.fence(threads[0], device, 0);
    let object = world.object().id;
    for pick in [Pick::Only, Pick::Release(vec![threads[0]])] {
        let step = Step::Notice { object, adapter: AdapterId::from_number(0), pick };
        assert_eq!(world.misuse(Event::Step(step.clone())), Misuse::StepNotEnabled(step));
    }
}
