//! Rules about the birth and end of processes and threads.

mod common;

use common::{ALL, Machine, local};
use kmt_model::action::{Action, Call, Host, Incident};
use kmt_model::limits::Limits;
use kmt_model::observation::{Effect, HandleChange, Output, Refusal, Verdict};
use kmt_model::state::{AdapterKind, Identity, NtHandle, NtName, NtObject, ProcessName, ThreadName};

#[test]
fn nth_18_nth_19_hnd_20_a_child_gets_the_inheritable_handles_under_their_names() {
    let mut machine = Machine::new(Limits::default());
    let (parent, thread) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    machine.open(thread, 1);
    let plain = machine.place(parent, parent, ALL);
    let inherited = machine.place(parent, parent, 0x40);
    machine.host(Host::SetHandleFlags { holder: parent, handle: inherited, inherit: true, protect: true });
    let observation =
        machine.call(thread, Call::CreateProcess { inherit_handles: true, identity: Identity::default() });
    let child = ProcessName(2);
    let own = NtName(2);
    assert_eq!(observation.verdict, Verdict::Done(Output::Process { process: child, handle: Some(own) }));
    let changes = [HandleChange::NtInherited(child, inherited), HandleChange::NtAllocated(parent, own)];
    assert_eq!(observation.handles, changes);
    assert_eq!(machine.of(child).nt_handles, [machine.nt(parent, inherited)]);
    assert_eq!(machine.of(child).local_handles, []);
    assert_eq!(machine.of(child).table_size, 0);
    let object = NtObject::Process(child);
    let made = NtHandle { name: own, object, access: ALL, inherit: false, protect: false };
    assert_eq!(machine.nt(parent, own), made);
    // The lowest free name of the child is that of the handle that it did not get.
    assert_eq!(machine.place(child, child, 0), plain);
    let (sibling, _, _) = machine.child(thread, false);
    assert_eq!(machine.of(sibling).nt_handles, []);
}

#[test]
fn nth_05_a_full_table_is_refused_before_the_lack_of_processes() {
    let mut machine = Machine::new(Limits { nt_handles: 1, processes: 1, ..Limits::default() });
    let (process, thread) = machine.process();
    let create = Call::CreateProcess { inherit_handles: true, identity: Identity::default() };
    machine.refuse(thread, create, Refusal::NoMemoryForProcess);
    machine.place(process, process, ALL);
    machine.refuse(thread, create, Refusal::TooManyNtHandles);
    let by_host = machine.take(Action::Host(Host::CreateProcess(Identity::default())));
    assert_eq!(by_host.verdict, Verdict::Refused(Refusal::NoMemoryForProcess));
}

#[test]
fn lif_02_nth_05_an_ended_process_counts_while_a_handle_names_it() {
    let mut machine = Machine::new(Limits { processes: 2, ..Limits::default() });
    let (_, thread) = machine.process();
    let (child, _, handle) = machine.child(thread, false);
    machine.incident(Incident::KillProcess(child));
    assert!(!machine.of(child).alive);
    machine.refuse(
        thread,
        Call::CreateProcess { inherit_handles: false, identity: Identity::default() },
        Refusal::NoMemoryForProcess,
    );
    machine.call(thread, Call::CloseHandle { handle: common::nt(handle) });
    assert_eq!(machine.state.process(child), None);
    // Names of processes and threads are never used again.
    let (next, next_thread, _) = machine.child(thread, false);
    assert_eq!((next, next_thread), (ProcessName(3), ThreadName(3)));
}

#[test]
fn lif_09_trd_10_trd_11_nth_20_the_end_of_a_process_takes_everything_in_one_step() {
    for killed in [false, true] {
        let mut machine = Machine::new(Limits::default());
        let (process, thread) = machine.process();
        let second = machine.thread(process);
        let (other, _) = machine.process();
        machine.adapter(1, AdapterKind::Full);
        let adapter = machine.open(thread, 1);
        let (gone, _) = machine.device(thread, adapter);
        let (device, _) = machine.device(thread, adapter);
        machine.call(thread, Call::DestroyDevice { device: local(gone) });
        let [to_itself, to_other] = [process, other].map(|target| machine.place(process, target, ALL));
        machine.protect(process, to_itself);
        let observation = if killed {
            machine.incident(Incident::KillProcess(process))
        } else {
            machine.call(thread, Call::ExitProcess)
        };
        let ended =
            [thread, second].map(Effect::ThreadEnded).into_iter().chain([Effect::ProcessEnded(process)]);
        assert_eq!(observation.effects, ended.collect::<Vec<_>>());
        let freed = [device, adapter].map(|name| HandleChange::LocalFreed(process, name));
        let closed = [to_itself, to_other].map(|name| HandleChange::NtFreed(process, name));
        assert_eq!(observation.handles, freed.into_iter().chain(closed).collect::<Vec<_>>());
        assert_eq!(machine.state.process(process), None);
        assert_eq!(machine.state.devices, []);
        assert!(machine.of(other).alive);
        machine.impossible(Action::Call(thread, Call::ExitProcess));
        machine.impossible(Action::Incident(Incident::KillProcess(process)));
    }
}

#[test]
fn nth_20_handles_of_others_keep_the_object_of_an_ended_process() {
    let mut machine = Machine::new(Limits::default());
    let (process, thread) = machine.process();
    let (other, other_thread) = machine.process();
    let handle = machine.place(other, process, ALL);
    machine.call(thread, Call::ExitProcess);
    assert!(!machine.of(process).alive);
    assert_eq!(machine.nt(other, handle).object, NtObject::Process(process));
    machine.impossible(Action::Host(Host::StartThread { process }));
    machine.call(other_thread, Call::ExitProcess);
    assert_eq!(machine.state.processes, []);
}

#[test]
fn trd_12_the_end_of_a_thread_touches_nothing_else() {
    let mut machine = Machine::new(Limits::default());
    let (process, thread) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    let adapter = machine.open(thread, 1);
    machine.device(thread, adapter);
    let before = machine.state.clone();
    let ended = machine.incident(Incident::EndThread(thread));
    assert_eq!(ended.effects, [Effect::ThreadEnded(thread)]);
    assert_eq!(machine.state.threads, []);
    assert_eq!((&machine.state.processes, &machine.state.devices), (&before.processes, &before.devices));
    machine.impossible(Action::Incident(Incident::EndThread(thread)));
    machine.impossible(Action::Call(thread, Call::ExitProcess));
    assert_eq!(machine.thread(process), ThreadName(2));
}
