//! A kernel with one adapter, one process, one thread and one device, and short words for its calls.

use kmt_core::{
    AdapterConfig, Answer, Call, CreateDevice, CreateEvent, CreateSynchronizationObject2, Event, Host,
    Kernel, LocalHandle, Luid, NtHandle, OpenAdapterFromLuid, Outcome, Output, Pick, ProcessConfig, Reply,
    Request, SyncObjectInfo, ThreadId,
};

/// The machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its kernel.
    pub kernel: Kernel,
    /// The thread that calls.
    pub thread: ThreadId,
    /// The device of its process.
    pub device: LocalHandle,
}

/// What cannot happen on this machine: a call of a measurement is formed so that it succeeds.
const SUCCEEDS: &str = "the call of a measurement succeeds";

impl Machine {
    /// A machine as set up.
    ///
    /// # Panics
    ///
    /// If a call that must succeed does not: a mistake of ours.
    #[must_use]
    pub fn new() -> Self {
        let mut kernel = Kernel::default();
        let luid = Luid::from_raw(1);
        output(kernel.handle(Event::Host(Host::AddAdapter(AdapterConfig::new(luid)))).expect(SUCCEEDS));
        let made = kernel.handle(Event::Host(Host::CreateProcess(ProcessConfig::default())));
        let Output::CreateProcess { process, .. } = output(made.expect(SUCCEEDS)) else {
            unreachable!("{SUCCEEDS}")
        };
        let started = kernel.handle(Event::Host(Host::StartThread(process)));
        let Output::Thread(thread) = output(started.expect(SUCCEEDS)) else { unreachable!("{SUCCEEDS}") };
        let mut machine = Self { kernel, thread, device: LocalHandle::ZERO };
        let open = Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid });
        let Output::OpenAdapterFromLuid { adapter } = machine.call(open) else { unreachable!("{SUCCEEDS}") };
        let create = Request::CreateDevice(CreateDevice { adapter, flags: 0 });
        let Output::CreateDevice { device } = machine.call(create) else { unreachable!("{SUCCEEDS}") };
        machine.device = device;
        machine
    }

    /// Makes a call and gives its output.
    ///
    /// # Panics
    ///
    /// If the call does not complete.
    pub fn call(&mut self, request: Request) -> Output {
        let call = Call { thread: self.thread, request, pick: Pick::Only };
        output(self.kernel.handle(Event::Call(call)).expect(SUCCEEDS))
    }

    /// A new monitored fence with the value 0.
    ///
    /// # Panics
    ///
    /// If the call does not complete.
    pub fn fence(&mut self, flags: u32) -> LocalHandle {
        let info = SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: 0 };
        let create = CreateSynchronizationObject2 { device: self.device, info, flags };
        let made = self.call(Request::CreateSynchronizationObject2(create));
        let Output::CreateSynchronizationObject2 { sync_object, .. } = made else {
            unreachable!("{SUCCEEDS}")
        };
        sync_object
    }

    /// A new event that stays set.
    ///
    /// # Panics
    ///
    /// If the call does not complete.
    pub fn event(&mut self) -> NtHandle {
        let create = CreateEvent { manual_reset: true, initial_state: false, report_handle: true };
        let Output::CreateEvent { event } = self.call(Request::CreateEvent(create)) else {
            unreachable!("{SUCCEEDS}")
        };
        event
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

fn output(outcome: Outcome) -> Output {
    match outcome.answer {
        Answer::Complete(Reply { output, .. }) => output,
        other => unreachable!("{SUCCEEDS}: {other:?}"),
    }
}
