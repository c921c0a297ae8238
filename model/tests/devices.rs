//! Rules about devices.

mod common;

use common::{DEAD, Machine, create_device, local};
use kmt_model::action::{Call, DeviceQuery, ErrorReason, Incident, LocalOperand, Released, Step};
use kmt_model::limits::Limits;
use kmt_model::observation::{Effect, HandleChange, Output, Refusal, Verdict};
use kmt_model::rules::enabled_steps;
use kmt_model::state::{AdapterKind, AdapterName, Device, Execution, LocalName, ProcessName, ThreadName};

/// A process with a thread, an adapter and a handle to it.
fn machine_with_adapter(limits: Limits) -> (Machine, ProcessName, ThreadName, AdapterName, LocalName) {
    let mut machine = Machine::new(limits);
    let (process, thread) = machine.process();
    let adapter = machine.adapter(1, AdapterKind::Full);
    let handle = machine.open(thread, 1);
    (machine, process, thread, adapter, handle)
}

fn state_of(machine: &mut Machine, thread: ThreadName, device: LocalName, query: DeviceQuery) -> Output {
    let asked = Call::GetDeviceState { device: local(device), query };
    let Verdict::Done(output) = machine.call(thread, asked).verdict else { panic!("an answer") };
    output
}

#[test]
fn adp_10_a_device_starts_active() {
    let (mut machine, process, thread, adapter, handle) = machine_with_adapter(Limits::default());
    let (device, name) = machine.device(thread, handle);
    let expected = Device { name, process, adapter, execution: Execution::Active, destroyed: false };
    assert_eq!(machine.state.devices, [expected]);
    assert_eq!(
        state_of(&mut machine, thread, device, DeviceQuery::Execution),
        Output::Execution(Execution::Active)
    );
}

#[test]
fn adp_01_create_device_checks_the_flags_then_the_handle_then_the_adapter() {
    let (mut machine, _, thread, adapter, handle) =
        machine_with_adapter(Limits { devices: 0, ..Limits::default() });
    machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    for dead in DEAD {
        let adapter = LocalOperand::Dead(dead);
        machine.refuse(thread, Call::CreateDevice { adapter, unknown_flag: true }, Refusal::UnknownFlag);
        machine.refuse(thread, Call::CreateDevice { adapter, unknown_flag: false }, Refusal::DeadHandle);
    }
    machine.refuse(thread, create_device(handle), Refusal::AdapterStopped);
}

#[test]
fn hnd_14_trd_14_a_destroyed_device_counts_until_it_is_reclaimed() {
    let (mut machine, process, thread, _, handle) =
        machine_with_adapter(Limits { devices: 1, ..Limits::default() });
    let (device, name) = machine.device(thread, handle);
    machine.refuse(thread, create_device(handle), Refusal::NoMemory);
    assert_eq!(enabled_steps(&machine.state), []);
    let destroyed = machine.call(thread, Call::DestroyDevice { device: local(device) });
    assert_eq!(destroyed.handles, [HandleChange::LocalFreed(process, device)]);
    machine.refuse(thread, create_device(handle), Refusal::NoMemory);
    let handles = machine.of(process).clone();
    machine.step(Step::Reclaim(name));
    assert_eq!(*machine.of(process), handles);
    assert_eq!(machine.device(thread, handle), (device, name));
}

#[test]
fn hnd_15_trd_01_a_destroyed_device_has_no_handle() {
    let (mut machine, _, thread, _, handle) = machine_with_adapter(Limits::default());
    let (device, _) = machine.device(thread, handle);
    machine.call(thread, Call::DestroyDevice { device: local(device) });
    for dead in DEAD {
        let device = LocalOperand::Dead(dead);
        machine.refuse(thread, Call::DestroyDevice { device }, Refusal::DeadHandle);
    }
}

#[test]
fn adp_12_flt_02_a_device_in_error_answers_every_supported_question() {
    let (mut machine, _, thread, _, handle) = machine_with_adapter(Limits::default());
    let (device, _) = machine.device(thread, handle);
    for _ in 0..2 {
        assert_eq!(state_of(&mut machine, thread, device, DeviceQuery::Reset), Output::NoDesktopSwitch);
        assert_eq!(state_of(&mut machine, thread, device, DeviceQuery::PageFault), Output::NoPageFault);
        let reason = ErrorReason::Generic;
        machine
            .call(thread, Call::MarkDeviceAsError { device: local(device), reason, released: Released(0) });
    }
}

#[test]
fn adp_12_the_question_is_checked_before_the_handle_and_the_handle_before_the_adapter() {
    let (mut machine, _, thread, adapter, handle) = machine_with_adapter(Limits::default());
    let (device, _) = machine.device(thread, handle);
    machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    let dead = LocalOperand::Dead(kmt_model::action::DeadKind::Stale);
    for (device, query, refusal) in [
        (dead, DeviceQuery::Unknown, Refusal::UnknownQuery),
        (dead, DeviceQuery::Present, Refusal::UnsupportedQuery),
        (dead, DeviceQuery::Execution, Refusal::DeadHandle),
        (local(handle), DeviceQuery::Execution, Refusal::DeadHandle),
        (local(device), DeviceQuery::Execution, Refusal::QueryOnStoppedAdapter),
        (local(device), DeviceQuery::Reset, Refusal::QueryOnStoppedAdapter),
        (local(device), DeviceQuery::PageFault, Refusal::QueryOnStoppedAdapter),
    ] {
        machine.refuse(thread, Call::GetDeviceState { device, query }, refusal);
    }
}

#[test]
fn adp_13_adp_14_a_mark_sets_the_execution_state() {
    for (reason, execution) in
        [(ErrorReason::Generic, Execution::Hung), (ErrorReason::DriverError, Execution::DmaFault)]
    {
        let (mut machine, _, thread, _, handle) = machine_with_adapter(Limits::default());
        let (device, name) = machine.device(thread, handle);
        let marked = machine
            .call(thread, Call::MarkDeviceAsError { device: local(device), reason, released: Released(0) });
        assert_eq!(marked.effects, [Effect::DeviceEnteredError { device: name, execution }]);
        let asked = state_of(&mut machine, thread, device, DeviceQuery::Execution);
        assert_eq!(asked, Output::Execution(execution));
    }
}

#[test]
fn adp_11_adp_14_the_first_cause_stays() {
    let (mut machine, _, thread, _, handle) = machine_with_adapter(Limits::default());
    let (device, name) = machine.device(thread, handle);
    let mark = |reason| Call::MarkDeviceAsError { device: local(device), reason, released: Released(0) };
    machine.call(thread, mark(ErrorReason::DriverError));
    let again = machine.call(thread, mark(ErrorReason::Generic));
    assert_eq!(again.effects, []);
    assert_eq!(machine.execution(name), Execution::DmaFault);
}

#[test]
fn adp_14_the_reason_is_checked_before_the_handle_and_the_handle_before_the_adapter() {
    let (mut machine, _, thread, adapter, handle) = machine_with_adapter(Limits::default());
    let (device, _) = machine.device(thread, handle);
    machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    for dead in DEAD.map(LocalOperand::Dead).into_iter().chain([local(handle)]) {
        for (reason, refusal) in
            [(ErrorReason::Unknown, Refusal::UnknownReason), (ErrorReason::Generic, Refusal::DeadHandle)]
        {
            machine.refuse(
                thread,
                Call::MarkDeviceAsError { device: dead, reason, released: Released(0) },
                refusal,
            );
        }
    }
    let reason = ErrorReason::DriverError;
    machine.refuse(
        thread,
        Call::MarkDeviceAsError { device: local(device), reason, released: Released(0) },
        Refusal::AdapterStopped,
    );
}
