//! A machine with shorthand for setting it up and for asserting verdicts.
#![allow(dead_code, reason = "each test file uses its own part")]

use kmt_model::action::{
    Action, Call, DeadKind, Duplicate, Entries, ErrorReason, Host, Incident, LocalOperand, NtOperand,
    Released, Step, SyncFlags, SyncInfo,
};
use kmt_model::limits::{Limits, TableLimits};
use kmt_model::observation::{Effect, HandleChange, Observation, Output, Refusal, Verdict};
use kmt_model::rules::{apply, enabled_steps};
use kmt_model::state::{
    AdapterKind, AdapterName, DeviceName, EventName, Execution, Identity, LocalName, NtHandle, NtName,
    OpeningFlags, Process, ProcessName, State, SyncObjectName, SyncValue, ThreadName,
};

/// Every right of a process handle.
pub(crate) const ALL: u32 = 0x001F_FFFF;

/// Every way in which an operand can be dead.
pub(crate) const DEAD: [DeadKind; 5] =
    [DeadKind::Zero, DeadKind::Unknown, DeadKind::Stale, DeadKind::Foreign, DeadKind::OtherSpace];

/// A machine that is driven action by action.
pub(crate) struct Machine {
    /// Its present state.
    pub(crate) state: State,
}

impl Machine {
    /// An empty machine.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { state: State::new(limits) }
    }

    /// The rules' limits, with a local table of `entries` entries that never grows, and a reserve of 1.
    pub(crate) fn small_table(entries: u32) -> Limits {
        Limits {
            local_table: TableLimits { growth: entries, reserve: 1, max_entries: entries },
            ..Limits::default()
        }
    }

    /// Takes an action that can be formed.
    pub(crate) fn take(&mut self, action: Action) -> Observation {
        let (state, observation) = apply(&self.state, &action).expect("the action can be formed");
        self.state = state;
        observation
    }

    /// Takes a call that succeeds.
    pub(crate) fn call(&mut self, thread: ThreadName, call: Call) -> Observation {
        let observation = self.take(Action::Call(thread, call));
        assert!(matches!(observation.verdict, Verdict::Done(_)), "{call:?}: {observation:?}");
        observation
    }

    /// Makes a call that must be refused and change nothing.
    pub(crate) fn refuse(&mut self, thread: ThreadName, call: Call, refusal: Refusal) {
        let before = self.state.clone();
        let observation = self.take(Action::Call(thread, call));
        let nothing =
            Observation { verdict: Verdict::Refused(refusal), effects: Vec::new(), handles: Vec::new() };
        assert_eq!(observation, nothing, "{call:?}");
        assert_eq!(self.state, before, "{call:?}");
    }

    /// Takes a host action that succeeds.
    pub(crate) fn host(&mut self, host: Host) -> Output {
        match self.take(Action::Host(host)).verdict {
            Verdict::Done(output) => output,
            verdict => panic!("{host:?}: {verdict:?}"),
        }
    }

    /// Takes an incident.
    pub(crate) fn incident(&mut self, incident: Incident) -> Observation {
        self.take(Action::Incident(incident))
    }

    /// Takes a step of the machine.
    pub(crate) fn step(&mut self, step: Step) -> Observation {
        assert!(enabled_steps(&self.state).contains(&step));
        self.take(Action::Step(step))
    }

    /// Makes a call and returns its verdict.
    pub(crate) fn verdict(&mut self, thread: ThreadName, call: Call) -> Verdict {
        self.take(Action::Call(thread, call)).verdict
    }

    /// Asserts that the action cannot be formed.
    pub(crate) fn impossible(&self, action: Action) {
        assert_eq!(apply(&self.state, &action), None, "{action:?}");
    }

    /// Makes a process with one thread.
    pub(crate) fn process(&mut self) -> (ProcessName, ThreadName) {
        let Output::Process { process, handle: None } = self.host(Host::CreateProcess(Identity::default()))
        else {
            panic!("a process without a parent")
        };
        (process, self.thread(process))
    }

    /// Starts a thread.
    pub(crate) fn thread(&mut self, process: ProcessName) -> ThreadName {
        let Output::Thread(thread) = self.host(Host::StartThread { process }) else { panic!("a thread") };
        thread
    }

    /// Adds an adapter with a display.
    pub(crate) fn adapter(&mut self, luid: u64, kind: AdapterKind) -> AdapterName {
        let Output::Adapter(adapter) = self.host(Host::AddAdapter { luid, kind, display: true }) else {
            panic!("an adapter")
        };
        adapter
    }

    /// Opens an adapter.
    pub(crate) fn open(&mut self, thread: ThreadName, luid: u64) -> LocalName {
        let observation = self.call(thread, Call::OpenAdapterFromLuid { luid });
        let Verdict::Done(Output::AdapterHandle(handle)) = observation.verdict else { panic!("a handle") };
        handle
    }

    /// Makes a device.
    pub(crate) fn device(&mut self, thread: ThreadName, adapter: LocalName) -> (LocalName, DeviceName) {
        let observation = self.call(thread, create_device(adapter));
        let Verdict::Done(Output::Device { handle, device }) = observation.verdict else {
            panic!("a device")
        };
        (handle, device)
    }

    /// Makes a child of the thread's process, and a thread in it.
    pub(crate) fn child(
        &mut self,
        thread: ThreadName,
        inherit_handles: bool,
    ) -> (ProcessName, ThreadName, NtName) {
        let observation =
            self.call(thread, Call::CreateProcess { inherit_handles, identity: Identity::default() });
        let Verdict::Done(Output::Process { process, handle: Some(handle) }) = observation.verdict else {
            panic!("a child")
        };
        (process, self.thread(process), handle)
    }

    /// Places a process handle without flags.
    pub(crate) fn place(&mut self, holder: ProcessName, target: ProcessName, access: u32) -> NtName {
        let placed = Host::PlaceProcessHandle { holder, target, access, inherit: false, protect: false };
        let Output::NtHandle(handle) = self.host(placed) else { panic!("an NT handle") };
        handle
    }

    /// Protects an NT handle from close.
    pub(crate) fn protect(&mut self, holder: ProcessName, handle: NtName) {
        self.host(Host::SetHandleFlags { holder, handle, inherit: false, protect: true });
    }

    /// Makes a duplicate and returns its name.
    pub(crate) fn duplicate(&mut self, thread: ThreadName, duplicate: Duplicate) -> NtName {
        let observation = self.call(thread, Call::DuplicateHandle(duplicate));
        let Verdict::Done(Output::NtHandle(handle)) = observation.verdict else { panic!("a duplicate") };
        handle
    }

    /// Makes a duplicate that must be refused, although its source is closed.
    pub(crate) fn refuse_and_close(
        &mut self,
        thread: ThreadName,
        duplicate: Duplicate,
        refusal: Refusal,
        closed: (ProcessName, NtName),
    ) {
        let observation = self.take(Action::Call(thread, Call::DuplicateHandle(duplicate)));
        assert_eq!(observation.verdict, Verdict::Refused(refusal));
        assert_eq!(observation.handles, [HandleChange::NtFreed(closed.0, closed.1)]);
        assert_eq!(self.of(closed.0).nt_handle(closed.1), None);
    }

    /// Makes an event that is not set.
    pub(crate) fn event(&mut self, thread: ThreadName, manual_reset: bool) -> (NtName, EventName) {
        let observation = self.call(thread, Call::CreateEvent { manual_reset, set: false });
        let Verdict::Done(Output::Event { handle, event }) = observation.verdict else { panic!("an event") };
        (handle, event)
    }

    /// Makes a synchronisation object.
    pub(crate) fn sync_object(
        &mut self,
        thread: ThreadName,
        device: LocalName,
        what: SyncInfo,
        flags: SyncFlags,
    ) -> (LocalName, SyncObjectName) {
        let device = local(device);
        let observation = self.call(thread, Call::CreateSynchronizationObject2 { device, what, flags });
        let Verdict::Done(Output::SyncObject { handle, object, .. }) = observation.verdict else {
            panic!("a synchronisation object")
        };
        (handle, object)
    }

    /// Makes a fence with the value 0.
    pub(crate) fn fence(
        &mut self,
        thread: ThreadName,
        device: LocalName,
        handle: OpeningFlags,
    ) -> (LocalName, SyncObjectName) {
        self.sync_object(thread, device, FENCE, SyncFlags { handle, ..SyncFlags::default() })
    }

    /// The value of a fence.
    pub(crate) fn value(&self, fence: SyncObjectName) -> u64 {
        match self.state.sync_object(fence).expect("the fence lives").value {
            SyncValue::MonitoredFence(value) => value,
            value => panic!("{value:?} is no fence"),
        }
    }

    /// Whether an event is set.
    pub(crate) fn is_set(&self, event: EventName) -> bool {
        self.state.event(event).expect("the event lives").set
    }

    /// Makes a call that must block.
    pub(crate) fn block(&mut self, thread: ThreadName, call: Call) {
        assert_eq!(self.verdict(thread, call), Verdict::Blocked, "{call:?}");
    }

    /// A process of the state.
    pub(crate) fn of(&self, process: ProcessName) -> &Process {
        self.state.process(process).expect("the process exists")
    }

    /// A live NT handle.
    pub(crate) fn nt(&self, process: ProcessName, handle: NtName) -> NtHandle {
        *self.of(process).nt_handle(handle).expect("the handle is live")
    }

    /// The execution state of a device.
    pub(crate) fn execution(&self, device: DeviceName) -> Execution {
        self.state.device(device).expect("the device exists").execution
    }
}

/// A fence with the value 0.
pub(crate) const FENCE: SyncInfo = SyncInfo::MonitoredFence { value: 0, unknown_engine: false };

/// Nobody is chosen.
pub(crate) const NOBODY: Released = Released(0);

/// A CPU signal.
pub(crate) fn signal(device: LocalName, entries: Entries) -> Call {
    Call::SignalFromCpu { device: local(device), entries, rewind: false, released: NOBODY }
}

/// A CPU signal with AllowFenceRewind.
pub(crate) fn rewind(device: LocalName, entries: Entries) -> Call {
    Call::SignalFromCpu { device: local(device), entries, rewind: true, released: NOBODY }
}

/// A CPU wait for all entries, blocked or with an event.
pub(crate) fn wait(device: LocalName, entries: Entries, event: Option<NtName>) -> Call {
    let event = event.map(nt);
    Call::WaitFromCpu { device: local(device), entries, any: false, event, released: NOBODY }
}

/// One fence with a value.
pub(crate) fn one(fence: LocalName, value: u64) -> Entries {
    Entries::one(local(fence), value)
}

/// Two fences with a value each.
pub(crate) fn two(first: (LocalName, u64), second: (LocalName, u64)) -> Entries {
    let entries = [first, second].map(|(fence, value)| (local(fence), value));
    Entries::of(entries.into_iter()).expect("two are few")
}

/// MarkDeviceAsError as generic.
pub(crate) fn mark(device: LocalName) -> Call {
    let (reason, released) = (ErrorReason::Generic, NOBODY);
    Call::MarkDeviceAsError { device: local(device), reason, released }
}

/// The end of a blocked call.
pub(crate) fn resumed(thread: ThreadName, verdict: Verdict) -> Effect {
    Effect::Resumed { thread, verdict }
}

/// A local operand.
pub(crate) fn local(name: LocalName) -> LocalOperand {
    LocalOperand::Named(name)
}

/// An NT operand.
pub(crate) fn nt(name: NtName) -> NtOperand {
    NtOperand::Named(name)
}

/// CreateDevice without an unknown flag.
pub(crate) fn create_device(adapter: LocalName) -> Call {
    Call::CreateDevice { adapter: local(adapter), unknown_flag: false }
}

/// A duplicate of a handle within the caller's process, with the same access.
pub(crate) fn copy_of(handle: NtName) -> Duplicate {
    Duplicate {
        source_process: NtOperand::Current,
        source_handle: nt(handle),
        target_process: NtOperand::Current,
        desired_access: 0,
        inherit: false,
        close_source: false,
        same_access: true,
        same_attributes: false,
        unknown_option: false,
        reported: true,
    }
}
