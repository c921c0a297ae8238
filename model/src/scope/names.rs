//! The world `names`: two makers and a reader race for three names in three directories.
//!
//! | made at the start | |
//! |---|---|
//! | one adapter; three processes with a thread each, of the users 1, 2 and 1; the first two have a device and a fence made for NT sharing | |
//! | a directory in which user 2 may make nothing | |
//! | a section of the embedder under the name 1 of the global directory | |
//!
//! | budget | default |
//! |---|---|
//! | NT handles of one process, by limit | 2 |
//! | NT objects, by limit, the section included | 3 |
//!
//! | actor | actions |
//! |---|---|
//! | the first two threads | ShareObjects of the fence with GENERIC_ALL: as name 0 in the global directory, in lower and in upper case, and the former with OBJ_OPENIF; as name 0 in the directory of the session and in the added one; as name 1 in the global directory; DestroySynchronizationObject of the fence |
//! | each thread | OpenSyncObjectNtHandleFromName with GENERIC_READ: of name 0 in the global directory in lower and in upper case, of name 0 in the directory of the session and in the added one, of name 1 in the global directory, through a missing directory; OpenNtHandleFromName of the first |
//! | each thread, for each NT handle | CloseHandle, ObjectNameInformation |
//! | incidents | each live process is killed |

use stateright::{Model, Property};

use super::{
    KernelWorld, Tracked, common_properties, name_properties, sharing_properties, some_step, sometimes,
};
use crate::action::{
    Action, Attributes, Call, DirectoryOperand, Host, Incident, LastComponent, LocalOperand, NameOperand,
    NtOperand, ObjectQuery, Objects, SyncFlags, SyncInfo,
};
use crate::limits::{Limits, TableLimits};
use crate::observation::{Output, Refusal, Verdict};
use crate::rules::enabled_steps;
use crate::state::{
    AdapterKind, DirectoryName, Identity, LocalName, Path, PlacedType, ProcessName, ThreadName,
};

const ADAPTER: LocalOperand = LocalOperand::Named(LocalName(0));
const DEVICE: LocalOperand = LocalOperand::Named(LocalName(1));
const FENCE: LocalOperand = LocalOperand::Named(LocalName(2));
const GENERIC_ALL: u32 = 0x1000_0000;
const GENERIC_READ: u32 = 0x8000_0000;
const GLOBAL: DirectoryOperand = DirectoryOperand::Path(DirectoryName::Global);
const SESSION: DirectoryOperand = DirectoryOperand::Path(DirectoryName::Session(0));
const ADDED: DirectoryOperand = DirectoryOperand::Path(DirectoryName::Added(0));

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// Processes, made at the start; the first two make fences.
    pub processes: u32,
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            processes: 3,
            limits: Limits {
                local_table: TableLimits { growth: 4, reserve: 1, max_entries: 4 },
                global_table: TableLimits { growth: 0, reserve: 0, max_entries: 0 },
                nt_handles: 2,
                devices: 2,
                keyed_mutexes: 0,
                sync_objects: 2,
                nt_objects: 3,
                waits: 0,
                processes: 3,
            },
        }
    }
}

impl Model for Names {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        super::grown(self.limits, &self.start())
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in &kernel.threads {
            let caller = kernel.process(thread.process).expect("a thread runs in a live process");
            let mut calls = opens();
            if caller.local_handle(LocalName(2)).is_some() {
                calls.extend(shares());
            }
            let handles = caller.nt_handles.iter().map(|handle| NtOperand::Named(handle.name));
            calls.extend(handles.flat_map(|handle| {
                let query = Call::QueryObject { handle, query: ObjectQuery::Name, fits: true };
                [query, Call::CloseHandle { handle }]
            }));
            actions.extend(calls.into_iter().map(|call| Action::Call(thread.name, call)));
        }
        let live = kernel.processes.iter().filter(|process| process.alive);
        actions.extend(live.map(|process| Action::Incident(Incident::KillProcess(process.name))));
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend(sharing_properties());
        properties.extend(name_properties());
        properties.extend([
            sometimes("NAM-15", |world, state| {
                some_step(world, state, |step| step.observation.verdict == refused(Refusal::MayNotCreate))
            }),
            sometimes("NAM-18", |world, state| {
                some_step(world, state, |step| step.observation.verdict == refused(Refusal::NameCollision))
            }),
            sometimes("NAM-19", |world, state| {
                some_step(world, state, |step| {
                    let verdict = &step.observation.verdict;
                    matches!(verdict, Verdict::Done(Output::Shared { existed: true, .. }))
                })
            }),
        ]);
        properties
    }
}

impl KernelWorld for Names {}

impl Names {
    /// Returns what happens before the search begins.
    #[must_use]
    pub fn start(&self) -> Vec<Action> {
        let identity = |user| Identity { user, ..Identity::default() };
        let processes = [1, 2, 1].into_iter().map(|user| Host::CreateProcess(identity(user)));
        let threads = (1..=self.processes).map(|process| Host::StartThread { process: ProcessName(process) });
        let path = Path { directory: DirectoryName::Global, token: 1, upper_case: false };
        let others = [
            Host::AddAdapter { luid: 1, kind: AdapterKind::Full, display: true },
            Host::AddDirectory { refused_user: Some(2) },
            Host::PlaceNamedObject { path, object_type: PlacedType::Section },
        ];
        let count = usize::try_from(self.processes).unwrap_or(usize::MAX);
        let hosts = others.into_iter().chain(processes.take(count)).chain(threads).map(Action::Host);
        let fence = Call::CreateSynchronizationObject2 {
            device: DEVICE,
            what: SyncInfo::MonitoredFence { value: 0, unknown_engine: false },
            flags: SyncFlags { shared: true, nt_sharing: true, ..SyncFlags::default() },
        };
        let device = Call::CreateDevice { adapter: ADAPTER, unknown_flag: false };
        let calls = [1, 2].map(ThreadName).into_iter().flat_map(|thread| {
            [Call::OpenAdapterFromLuid { luid: 1 }, device, fence].map(|call| Action::Call(thread, call))
        });
        hosts.chain(calls).collect()
    }
}

const fn refused(refusal: Refusal) -> Verdict {
    Verdict::Refused(refusal)
}

fn named(directory: DirectoryOperand, token: u32, upper_case: bool) -> Attributes {
    let name = NameOperand::In { directory, last: LastComponent::Token { token, upper_case } };
    Attributes { name: Some(name), ..Attributes::default() }
}

fn shares() -> Vec<Call> {
    let attributes = [
        named(GLOBAL, 0, false),
        named(GLOBAL, 0, true),
        Attributes { open_if: true, ..named(GLOBAL, 0, false) },
        named(SESSION, 0, false),
        named(ADDED, 0, false),
        named(GLOBAL, 1, false),
    ];
    let share = |attributes| Call::ShareObjects {
        objects: Objects::one(FENCE),
        attributes: Some(attributes),
        access: GENERIC_ALL,
    };
    let destroy = Call::DestroySynchronizationObject { object: FENCE };
    attributes.map(share).into_iter().chain([destroy]).collect()
}

fn opens() -> Vec<Call> {
    let attributes = [
        named(GLOBAL, 0, false),
        named(GLOBAL, 0, true),
        named(SESSION, 0, false),
        named(ADDED, 0, false),
        named(GLOBAL, 1, false),
        named(DirectoryOperand::Missing, 0, false),
    ];
    let open = |attributes| Call::OpenSyncObjectNtHandleFromName {
        access: GENERIC_READ,
        attributes: Some(attributes),
    };
    let resource =
        Call::OpenNtHandleFromName { access: GENERIC_READ, attributes: Some(named(GLOBAL, 0, false)) };
    attributes.map(open).into_iter().chain([resource]).collect()
}
