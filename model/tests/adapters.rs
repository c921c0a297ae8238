//! Rules about adapters and their local handles.

mod common;

use common::{DEAD, Machine, create_device, local};
use kmt_model::action::{Action, AdapterFilter, Call, Host, Incident, LocalOperand, Released, Step};
use kmt_model::limits::{Limits, TableLimits};
use kmt_model::observation::{Effect, HandleChange, Output, Refusal, Verdict};
use kmt_model::rules::enabled_steps;
use kmt_model::state::{AdapterKind, Execution, LocalName, ThreadName};

fn enumerated(machine: &mut Machine, thread: ThreadName, call: Call) -> Vec<(LocalName, u64, u32)> {
    let Verdict::Done(Output::Adapters(reports)) = machine.call(thread, call).verdict else {
        panic!("an enumeration")
    };
    reports.iter().map(|report| (report.handle, report.luid, report.sources)).collect()
}

const EVERY: AdapterFilter = AdapterFilter { compute_only: true, display_only: true, unknown_bit: false };

#[test]
fn adp_03_a_luid_is_not_zero_and_never_returns() {
    let mut machine = Machine::new(Limits::default());
    let adapter = machine.adapter(7, AdapterKind::Full);
    machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    for luid in [0, 7] {
        machine.impossible(Action::Host(Host::AddAdapter { luid, kind: AdapterKind::Full, display: true }));
    }
}

#[test]
fn adp_04_hnd_16_each_open_has_a_handle_of_its_own() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    machine.adapter(7, AdapterKind::Full);
    assert_eq!([machine.open(thread, 7), machine.open(thread, 7)], [LocalName(0), LocalName(1)]);
    for luid in [0, 8] {
        machine.refuse(thread, Call::OpenAdapterFromLuid { luid }, Refusal::NoSuchAdapter);
    }
}

#[test]
fn adp_06_adp_16_enumeration_opens_running_adapters_in_order_of_creation() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    machine.adapter(9, AdapterKind::DisplayOnly);
    let stopped = machine.adapter(8, AdapterKind::Full);
    machine.host(Host::AddAdapter { luid: 7, kind: AdapterKind::ComputeOnly, display: false });
    machine.refuse(thread, Call::EnumAdapters2 { capacity: 2 }, Refusal::ArrayTooSmall);
    machine.incident(Incident::StopAdapter { adapter: stopped, released: Released(0) });
    machine.refuse(thread, Call::EnumAdapters2 { capacity: 1 }, Refusal::ArrayTooSmall);
    let found = enumerated(&mut machine, thread, Call::EnumAdapters2 { capacity: 2 });
    assert_eq!(found, [(LocalName(0), 9, 1), (LocalName(1), 7, 0)]);
}

#[test]
fn adp_07_the_filter_leaves_out_special_adapters() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    machine.adapter(1, AdapterKind::ComputeOnly);
    machine.adapter(2, AdapterKind::DisplayOnly);
    machine.adapter(3, AdapterKind::Full);
    let mut luids = |compute_only, display_only| {
        let filter = AdapterFilter { compute_only, display_only, unknown_bit: false };
        let found = enumerated(&mut machine, thread, Call::EnumAdapters3 { capacity: 3, filter });
        found.into_iter().map(|(_, luid, _)| luid).collect::<Vec<_>>()
    };
    assert_eq!(luids(false, false), [3]);
    assert_eq!(luids(true, false), [1, 3]);
    assert_eq!(luids(false, true), [2, 3]);
    assert_eq!(luids(true, true), [1, 2, 3]);
    let unknown = AdapterFilter { unknown_bit: true, ..EVERY };
    machine.refuse(thread, Call::EnumAdapters3 { capacity: 0, filter: unknown }, Refusal::UnknownFilter);
    machine.refuse(thread, Call::EnumAdapters3 { capacity: 2, filter: EVERY }, Refusal::ArrayTooSmall);
}

#[test]
fn hnd_14_lif_14_an_enumeration_opens_all_or_nothing() {
    let mut machine = Machine::new(Machine::small_table(3));
    let (process, thread) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    machine.adapter(2, AdapterKind::Full);
    machine.open(thread, 1);
    machine.refuse(thread, Call::EnumAdapters2 { capacity: 2 }, Refusal::NoMemory);
    assert_eq!(machine.of(process).local_handles.len(), 1);
    // HND-06: the failed call used no handle.
    assert_eq!(machine.open(thread, 2), LocalName(1));
    machine.refuse(thread, Call::OpenAdapterFromLuid { luid: 2 }, Refusal::NoMemory);
}

#[test]
fn hnd_11_the_table_grows_before_the_reserve_is_touched() {
    let local_table = TableLimits { growth: 4, reserve: 1, max_entries: 8 };
    let mut machine = Machine::new(Limits { local_table, ..Limits::default() });
    let (process, thread) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    let mut sizes = vec![machine.of(process).table_size];
    for _ in 0..7 {
        machine.open(thread, 1);
        sizes.push(machine.of(process).table_size);
    }
    assert_eq!(sizes, [0, 4, 4, 4, 8, 8, 8, 8]);
    machine.refuse(thread, Call::OpenAdapterFromLuid { luid: 1 }, Refusal::NoMemory);
    // The size stays when handles go.
    machine.call(thread, Call::CloseAdapter { adapter: local(LocalName(3)) });
    assert_eq!(machine.of(process).table_size, 8);
    assert_eq!(machine.open(thread, 1), LocalName(3));
}

#[test]
fn adp_08_a_close_that_is_not_the_last_changes_nothing_else() {
    let mut machine = Machine::new(Limits::default());
    let (process, thread) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    let [first, second] = [machine.open(thread, 1), machine.open(thread, 1)];
    let (_, device) = machine.device(thread, first);
    let closed = machine.call(thread, Call::CloseAdapter { adapter: local(first) });
    assert_eq!(closed.handles, [HandleChange::LocalFreed(process, first)]);
    assert!(!machine.state.device(device).expect("it stays").destroyed);
    for dead in DEAD {
        let adapter = LocalOperand::Dead(dead);
        machine.refuse(thread, Call::CloseAdapter { adapter }, Refusal::DeadHandle);
    }
    machine.impossible(Action::Call(thread, Call::CloseAdapter { adapter: local(first) }));
    machine.call(thread, Call::CloseAdapter { adapter: local(second) });
}

#[test]
fn adp_09_hnd_19_the_last_close_destroys_the_devices_in_order_and_the_handle_last() {
    let mut machine = Machine::new(Limits::default());
    let (process, thread) = machine.process();
    let (_, other) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    machine.adapter(2, AdapterKind::Full);
    let [mine, elsewhere] = [machine.open(thread, 1), machine.open(thread, 2)];
    let theirs = machine.open(other, 1);
    let (lowest, lowest_device) = machine.device(thread, mine);
    let (second, second_device) = machine.device(thread, mine);
    machine.device(thread, elsewhere);
    machine.device(other, theirs);
    // The lowest name is used again, so that order of creation and order of names differ.
    machine.call(thread, Call::DestroyDevice { device: local(lowest) });
    machine.step(Step::Reclaim(lowest_device));
    let (third, third_device) = machine.device(thread, mine);
    assert_eq!((third, third_device), (lowest, lowest_device));
    let closed = machine.call(thread, Call::CloseAdapter { adapter: local(mine) });
    assert_eq!(closed.handles, [second, third, mine].map(|name| HandleChange::LocalFreed(process, name)));
    let waiting = enabled_steps(&machine.state);
    assert_eq!(waiting, [second_device, third_device].map(Step::Reclaim));
    assert_eq!(machine.state.devices.iter().filter(|device| !device.destroyed).count(), 2);
}

#[test]
fn hnd_20_a_wrong_kind_and_a_foreign_name_are_dead() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    machine.adapter(1, AdapterKind::Full);
    let adapter = machine.open(thread, 1);
    let (device, _) = machine.device(thread, adapter);
    machine.refuse(thread, Call::CloseAdapter { adapter: local(device) }, Refusal::DeadHandle);
    machine.refuse(thread, create_device(device), Refusal::DeadHandle);
    machine.refuse(thread, Call::DestroyDevice { device: local(adapter) }, Refusal::DeadHandle);
    let (_, other) = machine.process();
    machine.impossible(Action::Call(other, Call::CloseAdapter { adapter: local(adapter) }));
}

#[test]
fn flt_17_a_stop_reaches_every_device_and_keeps_older_errors() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    let adapter = machine.adapter(1, AdapterKind::Full);
    machine.adapter(2, AdapterKind::Full);
    let [handle, other_handle] = [machine.open(thread, 1), machine.open(thread, 2)];
    let (gone, destroyed) = machine.device(thread, handle);
    let (marked, hung) = machine.device(thread, handle);
    let (_, active) = machine.device(thread, handle);
    let (_, elsewhere) = machine.device(thread, other_handle);
    let reason = kmt_model::action::ErrorReason::Generic;
    machine.call(thread, Call::MarkDeviceAsError { device: local(marked), reason, released: Released(0) });
    machine.call(thread, Call::DestroyDevice { device: local(gone) });
    let stop = machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    let stopped = |device| Effect::DeviceEnteredError { device, execution: Execution::Stopped };
    assert_eq!(stop.effects, [stopped(destroyed), stopped(active)]);
    assert_eq!(machine.execution(hung), Execution::Hung);
    assert_eq!(machine.execution(elsewhere), Execution::Active);
    machine.impossible(Action::Incident(Incident::StopAdapter { adapter, released: Released(0) }));
}

#[test]
fn flt_18_trd_01_a_stopped_adapter_refuses_all_but_its_ends() {
    let mut machine = Machine::new(Limits::default());
    let (_, thread) = machine.process();
    let adapter = machine.adapter(1, AdapterKind::Full);
    let handle = machine.open(thread, 1);
    let (device, _) = machine.device(thread, handle);
    machine.incident(Incident::StopAdapter { adapter, released: Released(0) });
    machine.refuse(thread, Call::OpenAdapterFromLuid { luid: 1 }, Refusal::NoSuchAdapter);
    machine.refuse(thread, create_device(handle), Refusal::AdapterStopped);
    assert_eq!(enumerated(&mut machine, thread, Call::EnumAdapters2 { capacity: 0 }), []);
    machine.call(thread, Call::DestroyDevice { device: local(device) });
    machine.call(thread, Call::CloseAdapter { adapter: local(handle) });
}
