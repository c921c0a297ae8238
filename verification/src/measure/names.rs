//! Sharing, opening and closing among many shared and named objects.

use kmt_core::{
    CloseHandle, DestroySynchronizationObject, LocalHandle, NtHandle, ObjectAttributes,
    OpenSyncObjectFromNtHandle2, OpenSyncObjectNtHandleFromName, Output, Request, ShareObjects,
};

use super::machine::Machine;
use super::time;

/// Shared and NtSecuritySharing.
const SHAREABLE: u32 = 0x3;
const GENERIC_ALL: u32 = 0x1000_0000;

/// The calls, each with so many named shared objects alive besides.
///
/// # Panics
///
/// If a call that must succeed does not: a mistake of ours.
#[must_use]
pub fn measure(size: u32) -> Vec<(&'static str, f64)> {
    let mut machine = Machine::new();
    let fence = machine.fence(SHAREABLE);
    for number in 0..size {
        share(&mut machine, fence, Some(number));
    }
    let carrier = share(&mut machine, fence, None);
    let open = || {
        Request::OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName {
            desired_access: GENERIC_ALL,
            attributes: Some(named(size / 2)),
        })
    };
    vec![
        (
            "share without a name and close",
            time(|| {
                let handle = share(&mut machine, fence, None);
                close(&mut machine, handle);
            }),
        ),
        (
            "share with a name and close",
            time(|| {
                let handle = share(&mut machine, fence, Some(size));
                close(&mut machine, handle);
            }),
        ),
        (
            "open by name and close",
            time(|| {
                let Output::OpenNtHandleFromName { handle } = machine.call(open()) else {
                    unreachable!("the name is there")
                };
                close(&mut machine, handle);
            }),
        ),
        (
            "open from an NT handle and destroy",
            time(|| {
                let device = machine.device;
                let open =
                    OpenSyncObjectFromNtHandle2 { nt_handle: carrier, device, flags: 0, engine_affinity: 0 };
                let opened = machine.call(Request::OpenSyncObjectFromNtHandle2(open));
                let Output::OpenSyncObjectFromNtHandle2 { sync_object, .. } = opened else {
                    unreachable!("the handle carries a fence")
                };
                let destroy = DestroySynchronizationObject { sync_object };
                machine.call(Request::DestroySynchronizationObject(destroy));
            }),
        ),
    ]
}

fn named(number: u32) -> ObjectAttributes {
    ObjectAttributes::named(&format!("\\BaseNamedObjects\\fence {number}"))
}

fn share(machine: &mut Machine, fence: LocalHandle, number: Option<u32>) -> NtHandle {
    let shared = machine.call(Request::ShareObjects(ShareObjects {
        object_count: 1,
        objects: Some(vec![fence]),
        attributes: number.map(named),
        desired_access: GENERIC_ALL,
        report_handle: true,
    }));
    let Output::ShareObjects { handle } = shared else {
        unreachable!("a fence that is made for it is shared")
    };
    handle
}

fn close(machine: &mut Machine, handle: NtHandle) {
    machine.call(Request::CloseHandle(CloseHandle { handle }));
}
