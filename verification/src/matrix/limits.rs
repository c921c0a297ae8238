//! Every call that makes something, on both sides of the limit that can refuse it.
//!
//! The limits are lowered one at a time, and the kernel is filled up to the last thing that still fits and on. A call that
//! fits succeeds; one that does not is refused by its check and leaves the kernel as it was.

use kmt_core::{
    Answer, CreateDevice, CreateKeyedMutex, CreateKeyedMutex2, CreateProcess, DestroyDevice, DuplicateHandle,
    EnumAdapters2, EnumAdapters3, GlobalHandle, Kernel, Limits, LocalHandle, Luid, NtHandle, NtStatus,
    OpenAdapterFromLuid, OpenKeyedMutex, OpenKeyedMutex2, Planted, PrivateData, Profile, Request,
    TableLimits,
};

use super::report::{Failure, MatrixReport};
use super::run::{answer, described, judge, plain};
use super::scene::{self, Actor, PROCESS_ALL_ACCESS};
use crate::rulebook::Rulebook;

/// Shapes of a table of local or global handles: growths that fill it exactly and ones that leave a rest which is never used, with and without
/// a reserve, and the growth and the reserve of the rules (HND-11).
const TABLES: [TableLimits; 7] = [
    table(4, 0, 4),
    table(4, 0, 11),
    table(3, 1, 12),
    table(5, 3, 9),
    table(5, 3, 10),
    table(16, 8, 40),
    table(1024, 128, 2047),
];

/// The values to which every other limit is lowered.
const BOUNDS: [u32; 3] = [2, 3, 7];

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
    /// The call.
    request: fn(&Ground) -> Request,
}

/// Every call that makes something.
fn makers() -> Vec<Maker> {
    use Resource::{
        CallerNtHandles, Devices, GlobalHandles, KeyedMutexes, LocalHandles, OtherNtHandles, Processes,
    };
    let maker = |check, resource, needs, request| Maker { check, resource, needs, request };
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
        maker("CreateProcess/1", CallerNtHandles, 1, |_| Request::CreateProcess(CreateProcess::default())),
        maker("CreateProcess/2", Processes, 1, |_| Request::CreateProcess(CreateProcess::default())),
    ]
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

/// A small state: an adapter of each kind, and two processes of which the caller has one handle each to an adapter and to
/// the other, and the other one a keyed mutex.
#[derive(Clone)]
struct Ground {
    kernel: Kernel,
    caller: Actor,
    other: Actor,
    luid: Luid,
    adapter: LocalHandle,
    to_other: NtHandle,
    shared: GlobalHandle,
}

impl Ground {
    fn new(limits: Limits) -> Self {
        let mut kernel = Kernel::new(Profile::default(), limits).expect("the limits fit");
        let [luid, ..] = scene::add_one_adapter_of_each_kind(&mut kernel);
        let [caller, other] = [(); 2].map(|()| scene::begin(&mut kernel));
        let adapter = scene::open(&mut kernel, caller, luid);
        let to_other = scene::place(&mut kernel, caller, other, PROCESS_ALL_ACCESS);
        let (_, shared) = scene::make_mutex(&mut kernel, other, 0, &[]);
        Self { kernel, caller, other, luid, adapter, to_other, shared }
    }

    fn count(&self, resource: Resource) -> u32 {
        let nt_handles = |actor: Actor| self.kernel.nt_table(actor.process).map(|table| table.entries.len());
        let count = match resource {
            Resource::LocalHandles => self
                .kernel
                .local_table(self.caller.process)
                .map(|table| table.entries.iter().filter(|entry| entry.object.is_some()).count()),
            Resource::CallerNtHandles => nt_handles(self.caller),
            Resource::OtherNtHandles => nt_handles(self.other),
            Resource::Devices => Some(self.kernel.devices().count()),
            Resource::GlobalHandles => {
                let table = self.kernel.global_table();
                Some(table.entries.iter().filter(|entry| entry.object.is_some()).count())
            }
            Resource::KeyedMutexes => Some(self.kernel.keyed_mutexes().count()),
            Resource::Processes => Some(self.kernel.nt_objects().count()),
        };
        count.expect("both processes live") as u32
    }

    /// Makes one more.
    fn add(&mut self, resource: Resource) {
        match resource {
            Resource::LocalHandles => {
                scene::open(&mut self.kernel, self.caller, self.luid);
            }
            Resource::CallerNtHandles => self.place(self.caller),
            Resource::OtherNtHandles => self.place(self.other),
            Resource::Devices => {
                let device = scene::create(&mut self.kernel, self.caller, self.adapter);
                // A device counts until it is reclaimed, so every other one is destroyed.
                if self.count(Resource::Devices).is_multiple_of(2) {
                    let request = Request::DestroyDevice(DestroyDevice { device });
                    scene::call(&mut self.kernel, self.caller, request);
                }
            }
            Resource::GlobalHandles => {
                scene::make_mutex(&mut self.kernel, self.other, 0, &[]);
            }
            Resource::KeyedMutexes => {
                scene::call(&mut self.kernel, self.other, create_mutex2(1));
            }
            Resource::Processes => {
                scene::begin(&mut self.kernel);
            }
        }
    }

    fn place(&mut self, holder: Actor) {
        scene::place(&mut self.kernel, holder, self.other, PROCESS_ALL_ACCESS);
    }
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
