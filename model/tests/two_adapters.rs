//! A fence of two adapters: who looks when, and what a failing device does to the other side.

mod common;

use common::{FENCE, Machine, NOBODY, copy_of, local, mark, nt, one, resumed, rewind, signal, wait};
use kmt_model::action::{Action, Call, Duplicate, Objects, Step, SyncFlags};
use kmt_model::limits::Limits;
use kmt_model::observation::{Diagnostic, Effect, Output, Refusal, Verdict};
use kmt_model::rules::enabled_steps;
use kmt_model::state::{
    AdapterKind, AdapterName, LocalName, NtName, OpeningFlags, ProcessName, SyncObjectName, ThreadName,
};

const DEVICE: LocalName = LocalName(1);
const FENCE_HANDLE: LocalName = LocalName(2);
const FIRST: ThreadName = ThreadName(1);
const SECOND: ThreadName = ThreadName(2);
const REACHED: Verdict = Verdict::Done(Output::FencesReached);
const NOTICE: Step = Step::Notice { object: SyncObjectName(0), adapter: AdapterName(1), released: NOBODY };

/// Two processes with a device on an adapter of their own each, and a fence of the first that both have
/// open as local handle 2 if it has CrossAdapter.
fn machine(cross_adapter: bool) -> Machine {
    let mut machine = Machine::new(Limits::default());
    for luid in [1, 2] {
        machine.adapter(luid, AdapterKind::Full);
        let (_, thread) = machine.process();
        let adapter = machine.open(thread, luid);
        machine.device(thread, adapter);
    }
    machine.place(ProcessName(1), ProcessName(2), common::ALL);
    let flags = SyncFlags { shared: true, nt_sharing: true, cross_adapter, ..SyncFlags::default() };
    machine.sync_object(FIRST, DEVICE, FENCE, flags);
    let objects = Objects::one(local(FENCE_HANDLE));
    machine.call(FIRST, Call::ShareObjects { objects, attributes: None, access: 0x1000_0000 });
    machine.duplicate(FIRST, Duplicate { target_process: nt(NtName(0)), ..copy_of(NtName(1)) });
    if cross_adapter {
        machine.call(SECOND, open());
    }
    machine
}

fn open() -> Call {
    Call::OpenSyncObjectFromNtHandle2 {
        handle: nt(NtName(0)),
        device: local(DEVICE),
        flags: OpeningFlags::default(),
        unknown_flag: false,
        unknown_engine: false,
    }
}

#[test]
fn opn_11_without_cross_adapter_another_adapter_is_refused() {
    machine(false).refuse(SECOND, open(), Refusal::OtherAdapter);
}

#[test]
fn scd_18_scd_21_gpu_27_the_other_adapter_looks_later() {
    let mut machine = machine(true);
    machine.block(SECOND, wait(DEVICE, one(FENCE_HANDLE, 1), None));
    let signalled = machine.call(FIRST, signal(DEVICE, one(FENCE_HANDLE, 1)));
    assert_eq!(signalled.effects, []);
    assert_eq!(enabled_steps(&machine.state), [NOTICE]);
    let noticed = machine.step(NOTICE);
    assert_eq!(noticed.effects, [resumed(SECOND, REACHED)]);
    machine.impossible(Action::Step(NOTICE));
}

#[test]
fn scd_18_a_value_that_came_and_went_is_not_seen() {
    let mut machine = machine(true);
    machine.block(SECOND, wait(DEVICE, one(FENCE_HANDLE, 2), None));
    machine.call(FIRST, signal(DEVICE, one(FENCE_HANDLE, 2)));
    machine.call(FIRST, rewind(DEVICE, one(FENCE_HANDLE, 1)));
    assert_eq!(machine.step(NOTICE).effects, []);
    assert_eq!(machine.state.waits.len(), 1);
}

#[test]
fn scd_34_a_mark_goes_with_the_last_opening_and_the_write_of_its_adapter() {
    let mut machine = machine(true);
    machine.call(FIRST, signal(DEVICE, one(FENCE_HANDLE, 1)));
    assert_eq!(machine.state.sync_objects[0].marks, [AdapterName(1)]);
    machine.call(SECOND, signal(DEVICE, one(FENCE_HANDLE, 2)));
    assert_eq!(machine.state.sync_objects[0].marks, [AdapterName(0)]);
    machine.call(FIRST, signal(DEVICE, one(FENCE_HANDLE, 3)));
    // The NT handle of the second process is no opening.
    machine.call(SECOND, Call::DestroySynchronizationObject { object: local(FENCE_HANDLE) });
    assert_eq!(machine.state.sync_objects[0].marks, []);
}

#[test]
fn tdr_02_tdr_05_a_forced_maximum_reaches_the_other_side_later() {
    let mut machine = machine(true);
    machine.block(SECOND, wait(DEVICE, one(FENCE_HANDLE, 1), None));
    let other = machine.thread(ProcessName(1));
    machine.block(other, wait(DEVICE, one(FENCE_HANDLE, 1), None));
    let marked = machine.call(FIRST, mark(DEVICE));
    let forced = Effect::Diagnostic(Diagnostic::ReleasedByForcedMaximum(1));
    assert_eq!(marked.effects[1..], [resumed(other, REACHED), forced]);
    assert_eq!(machine.step(NOTICE).effects, [resumed(SECOND, REACHED)]);
}
