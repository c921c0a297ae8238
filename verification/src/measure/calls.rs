//! Calls that touch one object among many.

use kmt_core::{
    CloseHandle, DestroySynchronizationObject, DuplicateHandle, LocalHandle, NtHandle, Output, Request,
    SignalSynchronizationObjectFromCpu, WaitForSynchronizationObjectFromCpu,
};

use super::machine::Machine;
use super::time;

/// The same access mask and flags as the source.
const SAME: u32 = 0x2 | 0x4;

/// The calls, each with so many fences and events alive besides.
#[must_use]
pub fn measure(size: u32) -> Vec<(&'static str, f64)> {
    let mut machine = Machine::new();
    let fence = machine.fence(0);
    let event = machine.event();
    for _ in 0..size {
        machine.fence(0);
        machine.event();
    }
    let mut value = 0;
    vec![
        (
            "create and destroy a fence",
            time(|| {
                let sync_object = machine.fence(0);
                machine.call(destroy(sync_object));
            }),
        ),
        (
            "signal from the CPU, nobody waits",
            time(|| {
                value += 1;
                machine.call(signal(machine.device, fence, value));
            }),
        ),
        (
            "satisfied wait from the CPU",
            time(|| {
                machine.call(wait(machine.device, fence, 0, NtHandle::ZERO));
            }),
        ),
        (
            "duplicate and close an NT handle",
            time(|| {
                let Output::DuplicateHandle { target: Some(handle) } = machine.call(duplicate(event)) else {
                    unreachable!("a duplicate of a live handle is made");
                };
                machine.call(Request::CloseHandle(CloseHandle { handle }));
            }),
        ),
        (
            "create and close an event",
            time(|| {
                let handle = machine.event();
                machine.call(Request::CloseHandle(CloseHandle { handle }));
            }),
        ),
    ]
}

/// A signal of one fence.
#[must_use]
pub fn signal(device: LocalHandle, fence: LocalHandle, value: u64) -> Request {
    Request::SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu {
        device,
        object_count: 1,
        objects: Some(vec![fence]),
        values: Some(vec![value]),
        flags: 0,
    })
}

/// A wait for one fence; a zero event blocks.
#[must_use]
pub fn wait(device: LocalHandle, fence: LocalHandle, value: u64, event: NtHandle) -> Request {
    Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
        device,
        object_count: 1,
        objects: Some(vec![fence]),
        values: Some(vec![value]),
        event,
        flags: 0,
    })
}

fn destroy(sync_object: LocalHandle) -> Request {
    Request::DestroySynchronizationObject(DestroySynchronizationObject { sync_object })
}

fn duplicate(source: NtHandle) -> Request {
    Request::DuplicateHandle(DuplicateHandle {
        source_process: NtHandle::CURRENT_PROCESS,
        source,
        target_process: NtHandle::CURRENT_PROCESS,
        desired_access: 0,
        attributes: 0,
        options: SAME,
        report_target: true,
    })
}
