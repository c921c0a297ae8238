//! What the tests share: a kernel with short words for the common calls.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod generator;
pub mod mutex;
pub mod mutex_script;
pub mod script;
pub mod share;
pub mod share_script;
pub mod sync;
pub mod sync_script;
pub mod two;

use kmt_core::{
    AdapterConfig, AdapterId, Answer, Call, CloseAdapter, CloseHandle, CreateDevice, CreateProcess,
    DestroyDevice, DeviceStateReport, DuplicateHandle, Effect, Event, ExecutionState, GetDeviceState, Host,
    Incident, Kernel, Limits, LocalHandle, Luid, MarkDeviceAsError, Misuse, NtEntryView, NtHandle,
    NtObjectBody, NtStatus, OpenAdapterFromLuid, Outcome, Output, Pick, PlaceProcessHandle, ProcessConfig,
    ProcessId, Profile, Request, SetNtHandleFlags, TableLimits, ThreadId, rule::Rule,
};

/// The LUID of the adapter that most tests use.
pub const LUID: Luid = Luid::from_raw(0x1001);
/// The LUID of a second one.
pub const OTHER_LUID: Luid = Luid::from_raw(0x2002);
/// All rights of a process handle.
pub const ALL_ACCESS: u32 = 0x001F_FFFF;
/// PROCESS_DUP_HANDLE.
pub const DUP_HANDLE: u32 = 0x40;
pub const CLOSE_SOURCE: u32 = 0x1;
pub const SAME_ACCESS: u32 = 0x2;
pub const SAME_ATTRIBUTES: u32 = 0x4;

/// A kernel under test. It looks for broken invariants after every event, in release builds too.
#[derive(Clone, Debug)]
pub struct World {
    pub kernel: Kernel,
}

/// Limits with a small local table.
pub fn small_table(growth: u32, reserve: u32, max_entries: u32) -> Limits {
    Limits { local_table: TableLimits { growth, reserve, max_entries }, ..Limits::default() }
}

impl World {
    pub fn new() -> Self {
        Self { kernel: Kernel::default() }
    }

    pub fn with_limits(limits: Limits) -> Self {
        Self { kernel: Kernel::new(Profile::default(), limits).expect("the limits fit") }
    }

    /// One running adapter with [`LUID`], and a process with a thread.
    pub fn with_adapter() -> (Self, ProcessId, ThreadId) {
        Self::new().staged()
    }

    /// The same under other limits.
    pub fn staged(mut self) -> (Self, ProcessId, ThreadId) {
        self.adapter(LUID);
        let (process, thread) = self.process();
        (self, process, thread)
    }

    pub fn event(&mut self, event: Event) -> Outcome {
        let outcome = self.kernel.handle(event).expect("no misuse");
        kmt_core::invariant::check(&self.kernel).expect("the invariants hold");
        outcome
    }

    /// What a misuse gives; it must change nothing.
    pub fn misuse(&mut self, event: Event) -> Misuse {
        let before = self.kernel.clone();
        let misuse = self.kernel.handle(event).expect_err("a misuse");
        assert_eq!(self.kernel, before, "a misuse changed something");
        misuse
    }

    pub fn host(&mut self, host: Host) -> Output {
        complete(self.event(Event::Host(host)))
    }

    pub fn incident(&mut self, incident: Incident) -> Vec<Effect> {
        self.event(Event::Incident(incident)).effects
    }

    pub fn adapter(&mut self, luid: Luid) -> AdapterId {
        self.adapter_with(AdapterConfig::new(luid))
    }

    pub fn adapter_with(&mut self, config: AdapterConfig) -> AdapterId {
        let Output::Adapter(adapter) = self.host(Host::AddAdapter(config)) else { panic!("no adapter") };
        adapter
    }

    /// A process without a parent, and its thread.
    pub fn process(&mut self) -> (ProcessId, ThreadId) {
        let output = self.host(Host::CreateProcess(ProcessConfig::default()));
        let Output::CreateProcess { process, handle: None } = output else { panic!("{output:?}") };
        (process, self.thread(process))
    }

    pub fn thread(&mut self, process: ProcessId) -> ThreadId {
        let Output::Thread(thread) = self.host(Host::StartThread(process)) else { panic!("no thread") };
        thread
    }

    /// A child of the thread's process, and the parent's handle to it.
    pub fn child(&mut self, parent: ThreadId, inherit_handles: bool) -> (ProcessId, NtHandle) {
        let request = CreateProcess { inherit_handles, config: ProcessConfig::default() };
        let output = self.ok(parent, Request::CreateProcess(request));
        let Output::CreateProcess { process, handle: Some(handle) } = output else { panic!("{output:?}") };
        (process, handle)
    }

    pub fn call(&mut self, thread: ThreadId, request: Request) -> Outcome {
        self.event(call(thread, request))
    }

    /// The output of a call that succeeds.
    pub fn ok(&mut self, thread: ThreadId, request: Request) -> Output {
        complete(self.call(thread, request))
    }

    /// Status and rule of a call that is refused; it must change nothing.
    // LIF-13
    pub fn refused(&mut self, thread: ThreadId, request: Request) -> (NtStatus, Rule) {
        let before = self.kernel.clone();
        let refusal = self.refused_but_changed(thread, request);
        assert_eq!(self.kernel, before, "a refused call changed something");
        refusal
    }

    /// Status and rule of a call that is refused and does something all the same.
    pub fn refused_but_changed(&mut self, thread: ThreadId, request: Request) -> (NtStatus, Rule) {
        match self.call(thread, request).answer {
            Answer::Refused(refusal) => (refusal.status, refusal.rule),
            answer => panic!("not refused: {answer:?}"),
        }
    }

    pub fn open(&mut self, thread: ThreadId, luid: Luid) -> LocalHandle {
        let output = self.ok(thread, open(luid));
        let Output::OpenAdapterFromLuid { adapter } = output else { panic!("{output:?}") };
        adapter
    }

    pub fn create(&mut self, thread: ThreadId, adapter: LocalHandle) -> LocalHandle {
        let output = self.ok(thread, create(adapter));
        let Output::CreateDevice { device } = output else { panic!("{output:?}") };
        device
    }

    pub fn destroy(&mut self, thread: ThreadId, device: LocalHandle) {
        assert_eq!(self.ok(thread, destroy(device)), Output::None);
    }

    pub fn close(&mut self, thread: ThreadId, adapter: LocalHandle) {
        assert_eq!(self.ok(thread, close(adapter)), Output::None);
    }

    pub fn state(&mut self, thread: ThreadId, device: LocalHandle) -> ExecutionState {
        let output = self.ok(thread, state(device, 1));
        let Output::GetDeviceState(DeviceStateReport::Execution(state)) = output else {
            panic!("{output:?}")
        };
        state
    }

    /// An NT handle of `holder` to `target`, with these rights and no flags.
    pub fn place(&mut self, holder: ProcessId, target: ProcessId, granted_access: u32) -> NtHandle {
        self.place_with(PlaceProcessHandle {
            holder,
            target,
            granted_access,
            inherit: false,
            protect_from_close: false,
        })
    }

    pub fn place_with(&mut self, request: PlaceProcessHandle) -> NtHandle {
        let Output::NtHandle(handle) = self.host(Host::PlaceProcessHandle(request)) else {
            panic!("no handle")
        };
        handle
    }

    pub fn set_flags(
        &mut self,
        process: ProcessId,
        handle: NtHandle,
        inherit: bool,
        protect_from_close: bool,
    ) {
        let request = SetNtHandleFlags { process, handle, inherit, protect_from_close };
        assert_eq!(self.host(Host::SetNtHandleFlags(request)), Output::None);
    }

    pub fn close_nt(&mut self, thread: ThreadId, handle: NtHandle) {
        assert_eq!(self.ok(thread, close_nt(handle)), Output::None);
    }

    /// The value that a duplication reports.
    pub fn duplicate(&mut self, thread: ThreadId, request: DuplicateHandle) -> NtHandle {
        let output = self.ok(thread, Request::DuplicateHandle(request));
        let Output::DuplicateHandle { target: Some(handle) } = output else { panic!("{output:?}") };
        handle
    }

    pub fn nt_entry(&self, process: ProcessId, handle: NtHandle) -> Option<NtEntryView> {
        let table = self.kernel.nt_table(process).expect("the process lives");
        table.entries.into_iter().find(|entry| entry.handle == handle)
    }

    /// How many NT handles name this process; none when its object is gone.
    pub fn nt_count(&self, process: ProcessId) -> Option<u64> {
        self.kernel
            .nt_objects()
            .find(|object| object.body == NtObjectBody::Process(process))
            .map(|object| object.handles)
    }
}

/// The stop of an adapter that leaves nothing open.
pub const fn stop(adapter: AdapterId) -> Incident {
    Incident::StopAdapter { adapter, pick: Pick::Only }
}

pub fn call(thread: ThreadId, request: Request) -> Event {
    Event::Call(Call { thread, request, pick: Pick::Only })
}

/// The output of an event that was done.
pub fn complete(outcome: Outcome) -> Output {
    match outcome.answer {
        Answer::Complete(reply) => {
            assert_eq!(reply.status, NtStatus::SUCCESS);
            reply.output
        }
        answer => panic!("not complete: {answer:?}"),
    }
}

pub const fn open(luid: Luid) -> Request {
    Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid })
}

pub const fn close(adapter: LocalHandle) -> Request {
    Request::CloseAdapter(CloseAdapter { adapter })
}

pub const fn create(adapter: LocalHandle) -> Request {
    Request::CreateDevice(CreateDevice { adapter, flags: 0 })
}

pub const fn destroy(device: LocalHandle) -> Request {
    Request::DestroyDevice(DestroyDevice { device })
}

pub const fn state(device: LocalHandle, state_type: u32) -> Request {
    Request::GetDeviceState(GetDeviceState { device, state_type })
}

pub const fn mark(device: LocalHandle, reason: u32) -> Request {
    Request::MarkDeviceAsError(MarkDeviceAsError { device, reason })
}

pub const fn close_nt(handle: NtHandle) -> Request {
    Request::CloseHandle(CloseHandle { handle })
}

/// A duplication within the calling process that keeps the access mask.
pub const fn same_access(source: NtHandle) -> DuplicateHandle {
    DuplicateHandle {
        source_process: NtHandle::CURRENT_PROCESS,
        source,
        target_process: NtHandle::CURRENT_PROCESS,
        desired_access: 0,
        attributes: 0,
        options: SAME_ACCESS,
        report_target: true,
    }
}

pub const fn local(raw: u32) -> LocalHandle {
    LocalHandle::from_raw(raw)
}

pub const fn nt(raw: u64) -> NtHandle {
    NtHandle::from_raw(raw)
}
