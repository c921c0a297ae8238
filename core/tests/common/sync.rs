//! Short words for the calls on events and synchronisation objects.

use kmt_core::{
    Answer, Call, CreateEvent, CreateSynchronizationObject, CreateSynchronizationObject2,
    DestroySynchronizationObject, Diagnostic, Effect, Event, FenceMapping, GlobalHandle, LocalHandle,
    NtHandle, NtObjectBody, NtStatus, OpenSynchronizationObject, Output, Pick, ProcessId, Refusal, Reply,
    Request, ResetEvent, Resumed, SetEvent, SignalSynchronizationObjectFromCpu, SyncObjectInfo,
    SyncObjectView, ThreadId, WaitForEvent, WaitForSynchronizationObjectFromCpu, WaitId, rule, rule::Rule,
};

use super::{LUID, World};

pub const SHARED: u32 = 0x1;
pub const NT_SECURITY_SHARING: u32 = 0x2;
pub const CROSS_ADAPTER: u32 = 0x4;
pub const TOP_OF_PIPELINE: u32 = 0x8;
pub const NO_SIGNAL: u32 = 0x10;
pub const NO_WAIT: u32 = 0x20;
pub const NO_MAX_ON_TDR: u32 = 0x40;
pub const NO_GPU_ACCESS: u32 = 0x80;
pub const SIGNAL_BY_KMD: u32 = 0x100;
pub const LOCAL_MEMORY_PREFERRED: u32 = 0x200;
pub const REWIND: u32 = 0x4;
pub const WAIT_ANY: u32 = 0x1;
pub const MAX: u64 = u64::MAX;
/// MarkDeviceAsError with GENERIC.
pub const GENERIC: u32 = 0x8000_0000;
/// MarkDeviceAsError with DRIVER_ERROR.
pub const DRIVER_ERROR: u32 = 0x8000_0006;

pub const MUTEX: SyncObjectInfo = SyncObjectInfo::Mutex { initial_state: 0 };

pub const fn fence(initial_value: u64) -> SyncObjectInfo {
    SyncObjectInfo::MonitoredFence { initial_value, engine_affinity: 0 }
}

pub const fn create(device: LocalHandle, info: SyncObjectInfo) -> Request {
    Request::CreateSynchronizationObject(CreateSynchronizationObject { device, info })
}

pub const fn create2(device: LocalHandle, info: SyncObjectInfo, flags: u32) -> Request {
    Request::CreateSynchronizationObject2(CreateSynchronizationObject2 { device, info, flags })
}

pub const fn open_shared(shared: GlobalHandle) -> Request {
    Request::OpenSynchronizationObject(OpenSynchronizationObject { shared })
}

pub const fn destroy_sync(sync_object: LocalHandle) -> Request {
    Request::DestroySynchronizationObject(DestroySynchronizationObject { sync_object })
}

/// A signal of these fences with these values.
pub fn signal(device: LocalHandle, entries: &[(LocalHandle, u64)], flags: u32) -> Request {
    Request::SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu {
        device,
        object_count: entries.len() as u32,
        objects: Some(entries.iter().map(|(handle, _)| *handle).collect()),
        values: Some(entries.iter().map(|(_, value)| *value).collect()),
        flags,
    })
}

/// A wait for these fences and values; the zero event blocks.
pub fn wait_with(
    device: LocalHandle,
    entries: &[(LocalHandle, u64)],
    event: NtHandle,
    flags: u32,
) -> Request {
    Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
        device,
        object_count: entries.len() as u32,
        objects: Some(entries.iter().map(|(handle, _)| *handle).collect()),
        values: Some(entries.iter().map(|(_, value)| *value).collect()),
        event,
        flags,
    })
}

pub fn wait(device: LocalHandle, entries: &[(LocalHandle, u64)], flags: u32) -> Request {
    wait_with(device, entries, NtHandle::ZERO, flags)
}

pub const fn set(event: NtHandle) -> Request {
    Request::SetEvent(SetEvent { event })
}

pub const fn reset(event: NtHandle) -> Request {
    Request::ResetEvent(ResetEvent { event })
}

pub const fn wait_event(event: NtHandle, timeout: Option<i64>) -> Request {
    Request::WaitForEvent(WaitForEvent { event, timeout })
}

pub const fn create_event(manual_reset: bool, initial_state: bool) -> Request {
    Request::CreateEvent(CreateEvent { manual_reset, initial_state, report_handle: true })
}

/// The return of a blocked CPU wait whose condition holds.
pub const fn reached(thread: ThreadId, wait: WaitId) -> Effect {
    let output = Output::FencesReached;
    let reply = Reply { status: NtStatus::SUCCESS, output, rule: Some(rule::CPU_05) };
    Effect::Resume { thread, wait, result: Resumed::Complete(reply) }
}

/// The return of a blocked wait that took its event.
pub const fn taken_by(thread: ThreadId, wait: WaitId) -> Effect {
    let output = Output::EventTaken;
    let reply = Reply { status: NtStatus::SUCCESS, output, rule: Some(rule::EVT_02) };
    Effect::Resume { thread, wait, result: Resumed::Complete(reply) }
}

/// The return of a blocked CPU wait that lost its device.
pub const fn removed(thread: ThreadId, wait: WaitId, rule: Rule) -> Effect {
    let refusal = Refusal { status: NtStatus::DEVICE_REMOVED, rule };
    Effect::Resume { thread, wait, result: Resumed::Refused(refusal) }
}

pub const fn forced(wait: WaitId) -> Effect {
    Effect::Diagnostic(Diagnostic::ReleasedByForcedMaximum { wait })
}

pub const fn before(thread: ThreadId) -> Effect {
    Effect::Diagnostic(Diagnostic::ReachedBeforeTheWait { thread })
}

/// The reply of a call that succeeded at once.
pub const fn at_once(output: Output) -> Answer {
    Answer::Complete(Reply { status: NtStatus::SUCCESS, output, rule: None })
}

/// The reply of a wait for an event whose time is up.
pub const fn timed_out() -> Reply {
    Reply { status: NtStatus::TIMEOUT, output: Output::TimedOut, rule: Some(rule::TIM_05) }
}

/// A process with a device on an adapter, and some threads.
pub struct Bench {
    pub world: World,
    pub process: ProcessId,
    pub threads: [ThreadId; 5],
    pub adapter: LocalHandle,
    pub device: LocalHandle,
}

pub fn bench() -> Bench {
    bench_of(World::new())
}

pub fn bench_of(world: World) -> Bench {
    let (mut world, process, first) = world.staged();
    let mut threads = [first; 5];
    for place in &mut threads[1..] {
        *place = world.thread(process);
    }
    let adapter = world.open(first, LUID);
    let device = world.create(first, adapter);
    Bench { world, process, threads, adapter, device }
}

impl World {
    /// A new object of any type: its handle, its global handle and its mapping.
    pub fn make(
        &mut self,
        thread: ThreadId,
        request: Request,
    ) -> (LocalHandle, GlobalHandle, Option<FenceMapping>) {
        match self.ok(thread, request) {
            Output::CreateSynchronizationObject2 { sync_object, shared, mapping } => {
                (sync_object, shared, mapping)
            }
            Output::CreateSynchronizationObject { sync_object } => (sync_object, GlobalHandle::ZERO, None),
            output => panic!("{output:?}"),
        }
    }

    /// A new monitored fence.
    pub fn fence(&mut self, thread: ThreadId, device: LocalHandle, value: u64) -> LocalHandle {
        self.make(thread, create2(device, fence(value), 0)).0
    }

    pub fn open_object(&mut self, thread: ThreadId, shared: GlobalHandle) -> LocalHandle {
        let output = self.ok(thread, open_shared(shared));
        let Output::OpenSynchronizationObject { sync_object } = output else { panic!("{output:?}") };
        sync_object
    }

    /// A new event that is not set.
    pub fn new_event(&mut self, thread: ThreadId, manual_reset: bool) -> NtHandle {
        let output = self.ok(thread, create_event(manual_reset, false));
        let Output::CreateEvent { event } = output else { panic!("{output:?}") };
        event
    }

    /// Whether an event is set.
    pub fn is_set(&self, process: ProcessId, event: NtHandle) -> bool {
        let object = self.nt_entry(process, event).expect("the handle is open").object;
        let view = self.kernel.nt_objects().find(|view| view.id == object).expect("the object lives");
        let NtObjectBody::Event { set, .. } = view.body else { panic!("{view:?}") };
        set
    }

    /// The value of a fence, as its process reads it.
    pub fn value(&self, process: ProcessId, fence: LocalHandle) -> u64 {
        self.kernel.read_fence(process, u64::from(fence.raw())).expect("a live mapping")
    }

    /// The effects of a call that succeeds without output.
    pub fn effects(&mut self, thread: ThreadId, request: Request) -> Vec<Effect> {
        let outcome = self.call(thread, request);
        assert_eq!(outcome.answer, at_once(Output::None));
        outcome.effects
    }

    /// The same with a pick.
    pub fn effects_of(&mut self, thread: ThreadId, request: Request, pick: Pick) -> Vec<Effect> {
        let outcome = self.event(Event::Call(Call { thread, request, pick }));
        assert_eq!(outcome.answer, at_once(Output::None));
        outcome.effects
    }

    /// A CPU wait that is registered and not satisfied yet.
    pub fn register(&mut self, thread: ThreadId, request: Request) -> WaitId {
        assert_eq!(self.effects(thread, request), []);
        let wait = self.kernel.waits().last().expect("it was registered");
        assert_eq!(wait.thread, None);
        wait.id
    }

    /// The only synchronisation object.
    pub fn object(&self) -> SyncObjectView {
        let objects: Vec<_> = self.kernel.sync_objects().collect();
        let [object] = objects.as_slice() else { panic!("{objects:?}") };
        object.clone()
    }
}
