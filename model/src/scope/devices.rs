//! The world `devices`: two processes make, break and destroy devices on two adapters.
//!
//! | budget | default |
//! |---|---|
//! | processes, made at the start | 2 |
//! | adapters, added at the start | 2 |
//! | adapters that may stop, the first ones | 1 |
//! | threads in all; one of the first process at the start, the host may start the others | 2 |
//! | devices in the system, by limit | 2 |
//! | local table: growth, reserve, entries | 3, 1, 3: two live handles for each process |
//!
//! | actor | actions |
//! |---|---|
//! | each thread | OpenAdapterFromLuid of each adapter, EnumAdapters2 with room for all, ExitProcess; for each adapter handle CreateDevice and CloseAdapter; for each device handle DestroyDevice, MarkDeviceAsError as generic, GetDeviceState of the execution |
//! | host | starts a thread of a live process, while the budget lasts |
//! | incidents | each live process is killed, each thread ends, each running adapter that may stop stops |
//! | steps | the reclaim of each destroyed device |
//!
//! With two live handles a thread has at most 10 actions.

use stateright::{Model, Property};

use super::{KernelWorld, Tracked, always, common_properties, ends, some_step, sometimes};
use crate::action::{Action, Call, DeviceQuery, ErrorReason, Host, Incident, LocalOperand, Released};
use crate::invariant;
use crate::limits::{Limits, TableLimits};
use crate::rules::enabled_steps;
use crate::state::{AdapterKind, AdapterName, Identity, LocalObject, ProcessName, State, ThreadName};

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Devices {
    /// Processes at the start.
    pub processes: u32,
    /// Adapters at the start.
    pub adapters: u32,
    /// Adapters that may stop: the first ones.
    pub stops: u32,
    /// Threads in all.
    pub threads: u32,
    /// The bounds of the machine.
    pub limits: Limits,
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            processes: 2,
            adapters: 2,
            stops: 1,
            threads: 2,
            limits: Limits {
                local_table: TableLimits { growth: 3, reserve: 1, max_entries: 3 },
                nt_handles: 0,
                devices: 2,
                processes: 2,
                global_table: TableLimits { growth: 0, reserve: 0, max_entries: 0 },
                keyed_mutexes: 0,
                sync_objects: 0,
                nt_objects: 0,
                waits: 0,
            },
        }
    }
}

impl Model for Devices {
    type State = Tracked;
    type Action = Action;

    fn init_states(&self) -> Vec<Tracked> {
        let adapters = (0..self.adapters).map(|adapter| Host::AddAdapter {
            luid: luid(AdapterName(adapter)),
            kind: AdapterKind::Full,
            display: true,
        });
        let processes = (0..self.processes).map(|_| Host::CreateProcess(Identity::default()));
        let thread = Host::StartThread { process: ProcessName(1) };
        super::start(self.limits, adapters.chain(processes).chain([thread]).map(Action::Host))
    }

    fn actions(&self, state: &Tracked, actions: &mut Vec<Action>) {
        let kernel = &state.kernel;
        for thread in &kernel.threads {
            calls(kernel, thread.name, thread.process, actions);
        }
        if kernel.threads_made < self.threads {
            let live = kernel.processes.iter().filter(|process| process.alive).map(|process| process.name);
            actions.extend(live.map(|process| Action::Host(Host::StartThread { process })));
        }
        let adapters = (0..).map(AdapterName).zip(&kernel.adapters);
        let stopped = adapters
            .filter(|(name, adapter)| adapter.running && name.0 < self.stops)
            .map(|(adapter, _)| Incident::StopAdapter { adapter, released: Released(0) });
        actions.extend(ends(kernel).chain(stopped.map(Action::Incident)));
        actions.extend(enabled_steps(kernel).into_iter().map(Action::Step));
    }

    fn next_state(&self, state: &Tracked, action: Action) -> Option<Tracked> {
        state.after(&action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = common_properties();
        properties.extend([
            always("INV-15", |_, state| state.broken != Some("INV-15")),
            sometimes("INV-15 judged", |world, state| some_step(world, state, invariant::inv_15_judged)),
            always("INV-36", |_, state| state.broken != Some("INV-36")),
            sometimes("INV-36 judged", |world, state| some_step(world, state, invariant::inv_36_judged)),
            always("INV-42", |_, state| state.broken != Some("INV-42")),
            sometimes("INV-42 judged", |world, state| some_step(world, state, invariant::inv_42_judged)),
            always("INV-66", |_, state| invariant::inv_66(&state.kernel)),
            sometimes("INV-66 judged", |_, state| invariant::inv_66_judged(&state.kernel)),
            always("INV-77", |_, state| invariant::inv_77(&state.kernel)),
            sometimes("INV-77 judged", |_, state| invariant::inv_77_judged(&state.kernel)),
        ]);
        properties
    }
}

impl KernelWorld for Devices {}

/// The LUID that this world gives an adapter.
fn luid(adapter: AdapterName) -> u64 {
    u64::from(adapter.0) + 1
}

/// Lists what a thread may call.
fn calls(kernel: &State, thread: ThreadName, process: ProcessName, actions: &mut Vec<Action>) {
    let mut call = |call| actions.push(Action::Call(thread, call));
    for adapter in &kernel.adapters {
        call(Call::OpenAdapterFromLuid { luid: adapter.luid });
    }
    call(Call::EnumAdapters2 { capacity: u32::try_from(kernel.adapters.len()).unwrap_or(u32::MAX) });
    call(Call::ExitProcess);
    let caller = kernel.process(process).expect("a thread runs in a live process");
    for handle in &caller.local_handles {
        let named = LocalOperand::Named(handle.name);
        match handle.object {
            LocalObject::Adapter(_) => {
                call(Call::CreateDevice { adapter: named, unknown_flag: false });
                call(Call::CloseAdapter { adapter: named });
            }
            LocalObject::KeyedMutex(_) | LocalObject::SyncObject(_) => {
                unreachable!("this world makes no such object")
            }
            LocalObject::Device(_) => {
                call(Call::DestroyDevice { device: named });
                let (reason, released) = (ErrorReason::Generic, Released(0));
                call(Call::MarkDeviceAsError { device: named, reason, released });
                call(Call::GetDeviceState { device: named, query: DeviceQuery::Execution });
            }
        }
    }
}
