//! The world `rights`: the maker of a fence gives one process the right to wait and another one the right
//! to signal, and they try to get more.
//!
//! | made at the start | |
//! |---|---|
//! | one adapter; three processes of the users 1, 2 and 3 with a thread and a device each; the second and the third have a handle to each other | |
//! | in the first: a fence with the value 0, made for NT sharing, shared under the name 0; user 2 is given READ_CONTROL and WAIT, user 3 READ_CONTROL and SIGNAL | |
//!
//! | budget | default |
//! |---|---|
//! | NT handles of one process, by limit, that to the other one included | 2 |
//! | openings of one process, by limit | 1 |
//! | shared NT objects, by limit | 2 |
//!
//! | actor | actions |
//! |---|---|
//! | the first thread | CloseHandle of its NT handle |
//! | the other threads | OpenSyncObjectNtHandleFromName of name 0 with READ_CONTROL, with WAIT too, with SIGNAL too, with both too, with MAXIMUM_ALLOWED; of name 1 with GENERIC_ALL |
//! | these, for each NT handle of a shared object | OpenSyncObjectFromNtHandle2 on the own device; CloseHandle |
//! | these, for the opening | ShareObjects without a name with READ_CONTROL and WAIT and with GENERIC_ALL, as name 1 with MAXIMUM_ALLOWED; SignalSynchronizationObjectFromCpu with the value 1; a wait for 0, which holds; DestroySynchronizationObject |
//! | the second thread, for each NT handle of a shared object | DuplicateHandle into the third process with the same access, with READ_CONTROL, with GENERIC_ALL |
//! | incidents | each live process is killed |

use stateright::{Model, Property};

use super::{
    KernelWorld, Tracked, common_properties, name_properties, sharing_properties, some_past_step, some_step,
    sometimes,
};
use crate::action::{
    Action, Attributes, Call, DescriptorOperand, DirectoryOperand, Duplicate, Entries, Host, Incident,
    LastComponent, LocalOperand, NameOperand, NtOperand, Objects, Released, SyncFlags, SyncInfo,
};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::observation::{Refusal, Verdict};
use crate::rules::{MAXIMUM_ALLOWED, PROCESS_ALL_ACCESS, READ_CONTROL, SIGNAL, WAIT, enabled_steps};
use crate::state::{
    AccessEntry, AdapterKind, DirectoryName, Identity, LocalName, NtName, NtObject, OpeningFlags, Process,
    ProcessName, ThreadName, Trustee,
};

const MAKER: ThreadName = ThreadName(1);
const SECOND: ProcessName = ProcessName(2);
const THIRD: ProcessName = ProcessName(3);
const ADAPTER: LocalOperand = LocalOperand::Named(LocalName(0));
const DEVICE: LocalOperand = LocalOperand::Named(LocalName(1));
/// The fence, or the one opening of it.
const FENCE: LocalName = LocalName(2);
const TO_THIRD: NtOperand = NtOperand::Named(NtName(0));
const GENERIC_ALL: u32 = 0x1000_0000;

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            limits: Limits {
                local_table: TableLimits { growth: 4, reserve: 1, max_entries: 4 },
                global_table: TableLimits { growth: 0, reserve: 0, max_entries: 0 },
                nt_handles: 2,
                devices: 3,
                keyed_mutexes: 0,
                sync_objects: 1,
                nt_objects: 2,
                waits: 0,
                processes: 3,
            },
        }
    }
}

impl Model for Rights {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        super::grown(self.limits, &Self::start())
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in &kernel.threads {
            let caller = kernel.process(thread.process).expect("a thread runs in a live process");
            let calls = if thread.name == MAKER { closes(caller) } else { of_a_user(caller) };
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
            sometimes("ACC-11", |world, state| {
                some_past_step(world, state, invariant::widens_itself_by_name)
            }),
            sometimes("ACC-16", |world, state| {
                some_step(world, state, |step| {
                    step.observation.verdict == Verdict::Refused(Refusal::WiderThanOpening)
                })
            }),
        ]);
        properties
    }
}

impl KernelWorld for Rights {}

impl Rights {
    /// Returns what happens before the search begins.
    #[must_use]
    pub fn start() -> Vec<Action> {
        let mut hosts = vec![Host::AddAdapter { luid: 1, kind: AdapterKind::Full, display: true }];
        hosts.extend([1, 2, 3].map(|user| Host::CreateProcess(Identity { user, ..Identity::default() })));
        hosts.extend([1, 2, 3].map(|process| Host::StartThread { process: ProcessName(process) }));
        let (access, inherit, protect) = (PROCESS_ALL_ACCESS, false, false);
        let place = |holder, target| Host::PlaceProcessHandle { holder, target, access, inherit, protect };
        hosts.extend([place(SECOND, THIRD), place(THIRD, SECOND)]);
        let calls = [1, 2, 3].map(ThreadName).into_iter().flat_map(|thread| {
            let device = Call::CreateDevice { adapter: ADAPTER, unknown_flag: false };
            [Call::OpenAdapterFromLuid { luid: 1 }, device].map(|call| Action::Call(thread, call))
        });
        let fence = Call::CreateSynchronizationObject2 {
            device: DEVICE,
            what: SyncInfo::MonitoredFence { value: 0, unknown_engine: false },
            flags: SyncFlags { shared: true, nt_sharing: true, ..SyncFlags::default() },
        };
        let entry =
            |user, right| Some(AccessEntry { trustee: Trustee::User(user), mask: READ_CONTROL | right });
        let descriptor = DescriptorOperand::List([entry(2, WAIT), entry(3, SIGNAL), None]);
        let share =
            share(LocalOperand::Named(FENCE), Some(Attributes { descriptor, ..named(0) }), GENERIC_ALL);
        let made = [fence, share].map(|call| Action::Call(MAKER, call));
        hosts.into_iter().map(Action::Host).chain(calls).chain(made).collect()
    }
}

const fn share(object: LocalOperand, attributes: Option<Attributes>, access: u32) -> Call {
    Call::ShareObjects { objects: Objects::one(object), attributes, access }
}

fn named(token: u32) -> Attributes {
    let directory = DirectoryOperand::Path(DirectoryName::Global);
    let last = LastComponent::Token { token, upper_case: false };
    Attributes { name: Some(NameOperand::In { directory, last }), ..Attributes::default() }
}

/// Returns the NT handles of shared objects.
fn shared_handles(caller: &Process) -> impl Iterator<Item = NtOperand> {
    let handles = caller.nt_handles.iter().filter(|handle| matches!(handle.object, NtObject::Shared(_)));
    handles.map(|handle| NtOperand::Named(handle.name))
}

fn closes(caller: &Process) -> Vec<Call> {
    shared_handles(caller).map(|handle| Call::CloseHandle { handle }).collect()
}

/// Lists what a thread of the second or the third process may call.
fn of_a_user(caller: &Process) -> Vec<Call> {
    let open =
        |token, access| Call::OpenSyncObjectNtHandleFromName { access, attributes: Some(named(token)) };
    let masks = [0, WAIT, SIGNAL, WAIT | SIGNAL].map(|rights| READ_CONTROL | rights);
    let mut calls = masks.map(|mask| open(0, mask)).to_vec();
    calls.extend([open(0, MAXIMUM_ALLOWED), open(1, GENERIC_ALL)]);
    for handle in shared_handles(caller) {
        calls.extend(through_nt_handle(caller.name, handle));
    }
    if caller.local_handle(FENCE).is_some() {
        calls.extend(through_opening(LocalOperand::Named(FENCE)));
    }
    calls
}

fn through_nt_handle(caller: ProcessName, handle: NtOperand) -> Vec<Call> {
    let open = Call::OpenSyncObjectFromNtHandle2 {
        handle,
        device: DEVICE,
        flags: OpeningFlags::default(),
        unknown_flag: false,
        unknown_engine: false,
    };
    let mut calls = vec![open, Call::CloseHandle { handle }];
    if caller == SECOND {
        let same = Duplicate {
            source_process: NtOperand::Current,
            source_handle: handle,
            target_process: TO_THIRD,
            desired_access: 0,
            inherit: false,
            close_source: false,
            same_access: true,
            same_attributes: false,
            unknown_option: false,
            reported: true,
        };
        let masked = |desired_access| Duplicate { same_access: false, desired_access, ..same };
        calls.extend([same, masked(READ_CONTROL), masked(GENERIC_ALL)].map(Call::DuplicateHandle));
    }
    calls
}

fn through_opening(object: LocalOperand) -> [Call; 6] {
    let entries = |value| Entries::one(object, value);
    let released = Released(0);
    [
        share(object, None, READ_CONTROL | WAIT),
        share(object, None, GENERIC_ALL),
        share(object, Some(named(1)), MAXIMUM_ALLOWED),
        Call::SignalFromCpu { device: DEVICE, entries: entries(1), rewind: false, released },
        Call::WaitFromCpu { device: DEVICE, entries: entries(0), any: false, event: None, released },
        Call::DestroySynchronizationObject { object },
    ]
}
