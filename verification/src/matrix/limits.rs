//! Every call that makes something, on both sides of the limit that can refuse it.
//!
//! The limits are lowered one at a time, and the kernel is filled up to the last thing that still fits and on. A call that
//! fits succeeds; one that does not is refused by its check and leaves the kernel as it was.

use kmt_core::{
    Answer, CreateDevice, CreateEvent, CreateKeyedMutex, CreateKeyedMutex2, CreateProcess,
    CreateSynchronizationObject, CreateSynchronizationObject2, DuplicateHandle, EnumAdapters2, EnumAdapters3,
    Limits, LocalHandle, NtHandle, NtStatus, ObjectAttributes, OpenAdapterFromLuid, OpenKeyedMutex,
    OpenKeyedMutex2, OpenSyncObjectFromNtHandle, OpenSyncObjectFromNtHandle2, OpenSyncObjectNtHandleFromName,
    OpenSynchronizationObject, Planted, PrivateData, Request, ShareObjects, SyncObjectInfo, TableLimits,
    WaitForSynchronizationObjectFromCpu,
};

mod ground;

use self::ground::Ground;
use super::report::{Failure, MatrixReport};
use super::run::{answer, described, judge, plain};
use super::scene::PROCESS_ALL_ACCESS;
use crate::rulebook::Rulebook;

/// Shapes of a table of local or global handles: growths that fill it exactly and ones that leave a rest which is never used, with and without
/// a reserve, and the growth and the reserve of the rules (HND-11).
const TABLES: [TableLimits; 7] = [
    table(4, 0, 4),
    table(4, 0, 11),
    table(3, 1, 12),
    table(6, 3, 11),
    table(5, 3, 10),
    table(16, 8, 40),
    table(1024, 128, 2047),
];

/// The values to which every other limit is lowered.
const BOUNDS: [u32; 3] = [2, 3, 7];

/// The flag with which a FENCE has a global handle (SYN-05).
const SHARED: u32 = 0x1;
/// The flag with which an object can be shared (SHR-07).
const NT_SECURITY_SHARING: u32 = 0x2;
const GENERIC_ALL: u32 = 0x1000_0000;
const NAME: &str = "\\BaseNamedObjects\\name";

const fn table(growth: u32, reserve: u32, max_entries: u32) -> TableLimits {
    TableLimits { growth, reserve, max_entries }
}

/// What there can be too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resource {
    /// Local handles of the caller.
    LocalHandles,
    /// NT handles of the caller.
    CallerNtHandles,
    /// NT handles of another process.
    OtherNtHandles,
    /// Devices of the machine.
    Devices,
    /// Global handles of the machine.
    GlobalHandles,
    /// Keyed mutexes of the machine.
    KeyedMutexes,
    /// Synchronisation objects of the machine.
    SyncObjects,
    /// NT objects of the machine that are no processes.
    Events,
    /// Waits of the machine.
    Waits,
    /// Processes of the machine.
    Processes,
}

/// A call that makes something.
struct Maker {
    /// The check that refuses it.
    check: &'static str,
    /// What it makes.
    resource: Resource,
    /// How many of these.
    needs: u32,
    /// Adds to the ground what the call takes.
    prepare: fn(&mut Ground),
    /// The call.
    request: fn(&Ground) -> Request,
}

impl Maker {
    fn preparing(self, prepare: fn(&mut Ground)) -> Self {
        Self { prepare, ..self }
    }
}

/// Every call that makes something.
fn makers() -> Vec<Maker> {
    use Resource::{
        CallerNtHandles, Devices, Events, GlobalHandles, KeyedMutexes, LocalHandles, OtherNtHandles,
        Processes,
    };
    let maker = |check, resource, needs, request| Maker { check, resource, needs, prepare: |_| (), request };
    vec![
        maker("OpenAdapterFromLuid/3", LocalHandles, 1, |ground| {
            Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid: ground.luid })
        }),
        maker("EnumAdapters2/3", LocalHandles, 3, |_| {
            Request::EnumAdapters2(EnumAdapters2 { capacity: 3, has_array: true })
        }),
        maker("EnumAdapters3/4", LocalHandles, 3, |_| enumerate(0x3)),
        maker("EnumAdapters3/4", LocalHandles, 2, |_| enumerate(0x1)),
        maker("EnumAdapters3/4", LocalHandles, 1, |_| enumerate(0)),
        maker("CreateDevice/6", LocalHandles, 1, create_device),
        maker("CreateDevice/6", Devices, 1, create_device),
        maker("CreateKeyedMutex/2", LocalHandles, 1, create_mutex),
        maker("CreateKeyedMutex/2", GlobalHandles, 1, create_mutex),
        maker("CreateKeyedMutex/2", KeyedMutexes, 1, create_mutex),
        maker("CreateKeyedMutex2/5", LocalHandles, 1, |_| create_mutex2(0)),
        maker("CreateKeyedMutex2/5", GlobalHandles, 1, |_| create_mutex2(0)),
        maker("CreateKeyedMutex2/5", KeyedMutexes, 1, |_| create_mutex2(1)),
        maker("OpenKeyedMutex/3", LocalHandles, 1, |ground| {
            Request::OpenKeyedMutex(OpenKeyedMutex { shared: ground.shared })
        }),
        maker("OpenKeyedMutex2/6", LocalHandles, 1, |ground| {
            Request::OpenKeyedMutex2(OpenKeyedMutex2 {
                shared: ground.shared,
                private_data: PrivateData::NONE,
            })
        }),
        maker("DuplicateHandle/13", CallerNtHandles, 1, |ground| {
            duplicate(ground, NtHandle::CURRENT_PROCESS)
        }),
        maker("DuplicateHandle/13", OtherNtHandles, 1, |ground| duplicate(ground, ground.to_other)),
        maker("CreateEvent/2", CallerNtHandles, 1, |_| create_event()),
        maker("CreateEvent/3", Events, 1, |_| create_event()),
        maker("CreateProcess/1", CallerNtHandles, 1, |_| Request::CreateProcess(CreateProcess::default())),
        maker("CreateProcess/2", Processes, 1, |_| Request::CreateProcess(CreateProcess::default())),
    ]
    .into_iter()
    .chain(sync_makers(maker))
    .chain(share_makers(maker))
    .collect()
}

/// Those of them that are about synchronisation objects.
fn sync_makers(maker: impl Fn(&'static str, Resource, u32, fn(&Ground) -> Request) -> Maker) -> [Maker; 7] {
    use Resource::{GlobalHandles, LocalHandles, SyncObjects, Waits};
    let [first, second] = ["CreateSynchronizationObject/7", "CreateSynchronizationObject2/21"];
    [
        maker(first, LocalHandles, 1, create_sync_object).preparing(Ground::add_device),
        maker(first, SyncObjects, 1, create_sync_object).preparing(Ground::add_device),
        maker(second, LocalHandles, 1, |ground| create_fence(ground, 0)).preparing(Ground::add_device),
        maker(second, GlobalHandles, 1, |ground| create_fence(ground, SHARED)).preparing(Ground::add_device),
        maker(second, SyncObjects, 1, |ground| create_fence(ground, 0)).preparing(Ground::add_device),
        maker("OpenSynchronizationObject/3", LocalHandles, 1, |ground| {
            Request::OpenSynchronizationObject(OpenSynchronizationObject { shared: ground.shared_fence })
        })
        .preparing(Ground::add_shared_fence),
        maker("WaitForSynchronizationObjectFromCpu/16", Waits, 1, wait).preparing(Ground::add_fence),
    ]
}

/// Those of them that share and open.
fn share_makers(maker: impl Fn(&'static str, Resource, u32, fn(&Ground) -> Request) -> Maker) -> [Maker; 5] {
    use Resource::{CallerNtHandles, Events, LocalHandles};
    [
        maker("ShareObjects/25", CallerNtHandles, 1, share).preparing(Ground::add_shareable),
        maker("ShareObjects/26", Events, 1, share).preparing(Ground::add_shareable),
        maker("OpenSyncObjectNtHandleFromName/17", CallerNtHandles, 1, |_| {
            Request::OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName {
                desired_access: GENERIC_ALL,
                attributes: Some(ObjectAttributes::named(NAME)),
            })
        })
        .preparing(Ground::add_named_by_another),
        maker("OpenSyncObjectFromNtHandle/6", LocalHandles, 1, |ground| {
            Request::OpenSyncObjectFromNtHandle(OpenSyncObjectFromNtHandle { nt_handle: ground.carrier })
        })
        .preparing(Ground::add_carrier),
        maker("OpenSyncObjectFromNtHandle2/14", LocalHandles, 1, |ground| {
            Request::OpenSyncObjectFromNtHandle2(OpenSyncObjectFromNtHandle2 {
                nt_handle: ground.carrier,
                device: ground.device,
                flags: 0,
                engine_affinity: 0,
            })
        })
        .preparing(Ground::add_carrier),
    ]
}

fn share(ground: &Ground) -> Request {
    share_as(ground.fence, None)
}

fn share_as(object: LocalHandle, attributes: Option<ObjectAttributes>) -> Request {
    Request::ShareObjects(ShareObjects {
        object_count: 1,
        objects: Some(vec![object]),
        attributes,
        desired_access: GENERIC_ALL,
        report_handle: true,
    })
}

fn enumerate(filter: u64) -> Request {
    Request::EnumAdapters3(EnumAdapters3 { filter, capacity: 3, has_array: true })
}

fn create_device(ground: &Ground) -> Request {
    Request::CreateDevice(CreateDevice { adapter: ground.adapter, flags: 0 })
}

fn create_mutex(_: &Ground) -> Request {
    Request::CreateKeyedMutex(CreateKeyedMutex { initial_value: 0 })
}

fn create_mutex2(flags: u32) -> Request {
    Request::CreateKeyedMutex2(CreateKeyedMutex2 { initial_value: 0, private_data: PrivateData::NONE, flags })
}

fn create_sync_object(ground: &Ground) -> Request {
    let info = SyncObjectInfo::Mutex { initial_state: 0 };
    Request::CreateSynchronizationObject(CreateSynchronizationObject { device: ground.device, info })
}

fn create_fence(ground: &Ground, flags: u32) -> Request {
    let info = SyncObjectInfo::Fence { value: 0 };
    Request::CreateSynchronizationObject2(CreateSynchronizationObject2 { device: ground.device, info, flags })
}

fn create_event() -> Request {
    Request::CreateEvent(CreateEvent { manual_reset: true, initial_state: false, report_handle: true })
}

fn wait(ground: &Ground) -> Request {
    Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
        device: ground.device,
        object_count: 1,
        objects: Some(vec![ground.fence]),
        values: Some(vec![u64::MAX]),
        event: ground.event,
        flags: 0,
    })
}

fn duplicate(ground: &Ground, target_process: NtHandle) -> Request {
    Request::DuplicateHandle(DuplicateHandle {
        source_process: NtHandle::CURRENT_PROCESS,
        source: ground.to_other,
        target_process,
        desired_access: PROCESS_ALL_ACCESS,
        attributes: 0,
        options: 0,
        report_target: true,
    })
}

/// The limits to try for a resource, each with how many of it fit.
fn lowered(resource: Resource) -> Vec<(Limits, u32)> {
    let with = |change: fn(&mut Limits, u32)| {
        BOUNDS.map(|bound| {
            let mut limits = Limits::default();
            change(&mut limits, bound);
            (limits, bound)
        })
    };
    match resource {
        Resource::LocalHandles => tables(|local_table| Limits { local_table, ..Limits::default() }),
        // HND-22
        Resource::GlobalHandles => tables(|global_table| Limits { global_table, ..Limits::default() }),
        Resource::KeyedMutexes => with(|limits, bound| limits.keyed_mutexes = bound).to_vec(),
        Resource::SyncObjects => with(|limits, bound| limits.sync_objects = bound).to_vec(),
        Resource::Events => with(|limits, bound| limits.nt_objects = bound).to_vec(),
        Resource::Waits => with(|limits, bound| limits.waits = bound).to_vec(),
        // NTH-05
        Resource::CallerNtHandles | Resource::OtherNtHandles => {
            with(|limits, bound| limits.nt_handles_per_process = bound).to_vec()
        }
        Resource::Devices => with(|limits, bound| limits.devices = bound).to_vec(),
        Resource::Processes => with(|limits, bound| limits.processes = bound).to_vec(),
    }
}

/// The limits with each of the tables, and how many handles it has.
// HND-11, HND-14: it grows by whole steps up to the limit, and the reserve stays free.
fn tables(with: fn(TableLimits) -> Limits) -> Vec<(Limits, u32)> {
    TABLES
        .map(|table| {
            let TableLimits { growth, reserve, max_entries } = table;
            (with(table), max_entries / growth * growth - reserve)
        })
        .to_vec()
}

/// Walks over all calls that make something.
pub(super) fn walk(planted: Option<Planted>, report: &mut MatrixReport) {
    for maker in makers() {
        for (limits, fit) in lowered(maker.resource) {
            let mut ground = Ground::new(limits);
            (maker.prepare)(&mut ground);
            let first = fit.saturating_sub(maker.needs + 1);
            loop {
                let count = ground.count(maker.resource);
                if count >= first {
                    report.at_limits += 1;
                    report.failures.extend(attempt(&maker, &ground, planted, count, fit));
                }
                if count >= fit {
                    break;
                }
                ground.add(maker.resource);
            }
        }
    }
}

/// Makes the call with so many of its resource in use, of which so many fit.
fn attempt(
    maker: &Maker,
    ground: &Ground,
    planted: Option<Planted>,
    count: u32,
    fit: u32,
) -> Option<Failure> {
    let check = Rulebook::embedded().check(maker.check)?;
    let made = plain(ground.caller.thread, (maker.request)(ground));
    let mut kernel = ground.kernel.clone().with_planted(planted);
    let fits = count + maker.needs <= fit;
    let (expected, verdict) = if fits {
        let got = answer(&mut kernel, made);
        let succeeded = matches!(&got, Ok(Answer::Complete(reply)) if reply.status == NtStatus::SUCCESS);
        let verdict = if succeeded { Ok(()) } else { Err(described(&got)) };
        ("SUCCESS".to_owned(), verdict)
    } else {
        let after = kernel.clone();
        let expected = format!("{}: {} because {}", check.id, check.status, check.rule);
        (expected, judge(kernel, made, check, &after))
    };
    verdict.err().map(|got| Failure {
        checks: vec![maker.check.to_owned()],
        situation: format!("{} of {fit} {:?} in use, {} needed", count, maker.resource, maker.needs),
        expected,
        got,
    })
}
