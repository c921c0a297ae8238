//! Synchronisation objects, events and waits of the scene.

use kmt_core::{
    Answer, Call, CreateEvent, CreateSynchronizationObject2, DuplicateHandle, Event, GlobalHandle, Host,
    Kernel, LocalHandle, MarkDeviceAsError, NtHandle, NtObjectBody, OpenSynchronizationObject, Output, Pick,
    Reply, Request, SetEvent, SyncObjectInfo, WaitForEvent, WaitForSynchronizationObjectFromCpu,
};

use super::{Actor, GlobalHandles, Scene, call, create, open};

/// The value of the live fence.
pub const FENCE_VALUE: u64 = 5;

const SHARED: u32 = 0x1;
const NO_SIGNAL: u32 = 0x10;
const NO_WAIT: u32 = 0x20;
const EVENT_MODIFY_STATE: u32 = 0x2;
const SYNCHRONIZE: u32 = 0x0010_0000;
const EVENT_ALL_ACCESS: u32 = 0x001F_0003;
const REASON_GENERIC: u32 = 0x8000_0000;
const REASON_DRIVER_ERROR: u32 = 0x8000_0006;

/// Handles of the caller to synchronisation objects that some calls on fences refuse.
#[derive(Clone, Copy, Debug)]
pub struct SyncHandles {
    /// A fence with NoSignal, on the live device.
    pub no_signal: LocalHandle,
    /// A fence with NoWait, on the live device.
    pub no_wait: LocalHandle,
    /// A fence on another device of the caller, on the same adapter.
    pub of_another_device: LocalHandle,
    /// One object of each type that is no fence, on the live device, with the name of the type; the last handle is one of the
    /// process.
    pub other_types: [(&'static str, LocalHandle); 5],
}

/// Handles of the caller to one event.
#[derive(Clone, Copy, Debug)]
pub struct EventHandles {
    /// With every right.
    pub full: NtHandle,
    /// With every right but EVENT_MODIFY_STATE.
    pub no_modify: NtHandle,
    /// With every right but SYNCHRONIZE.
    pub no_synchronize: NtHandle,
}

/// A process makes an event that is not set.
pub(in crate::matrix) fn make_event(kernel: &mut Kernel, actor: Actor) -> NtHandle {
    let request = CreateEvent { manual_reset: true, initial_state: false, report_handle: true };
    match call(kernel, actor, Request::CreateEvent(request)) {
        Output::CreateEvent { event } => event,
        output => panic!("an event was made as {output:?}"),
    }
}

pub(super) fn make_events(kernel: &mut Kernel, actor: Actor) -> EventHandles {
    let full = make_event(kernel, actor);
    let mut duplicate = |desired_access| {
        let request = DuplicateHandle {
            source_process: NtHandle::CURRENT_PROCESS,
            source: full,
            target_process: NtHandle::CURRENT_PROCESS,
            desired_access,
            attributes: 0,
            options: 0,
            report_target: true,
        };
        match call(kernel, actor, Request::DuplicateHandle(request)) {
            Output::DuplicateHandle { target: Some(target) } => target,
            output => panic!("a handle was duplicated as {output:?}"),
        }
    };
    EventHandles {
        full,
        no_modify: duplicate(EVENT_ALL_ACCESS & !EVENT_MODIFY_STATE),
        no_synchronize: duplicate(EVENT_ALL_ACCESS & !SYNCHRONIZE),
    }
}

/// A process makes a synchronisation object; gives its local and its global handle.
pub(in crate::matrix) fn make_sync_object(
    kernel: &mut Kernel,
    actor: Actor,
    device: LocalHandle,
    info: SyncObjectInfo,
    flags: u32,
) -> (LocalHandle, GlobalHandle) {
    let request = CreateSynchronizationObject2 { device, info, flags };
    match call(kernel, actor, Request::CreateSynchronizationObject2(request)) {
        Output::CreateSynchronizationObject2 { sync_object, shared, .. } => (sync_object, shared),
        output => panic!("a synchronisation object was made as {output:?}"),
    }
}

/// A process makes a monitored fence with the value [`FENCE_VALUE`].
pub(in crate::matrix) fn make_fence(
    kernel: &mut Kernel,
    actor: Actor,
    device: LocalHandle,
    flags: u32,
) -> LocalHandle {
    let info = SyncObjectInfo::MonitoredFence { initial_value: FENCE_VALUE, engine_affinity: 0 };
    make_sync_object(kernel, actor, device, info, flags).0
}

/// A process registers a wait for a fence to exceed [`FENCE_VALUE`].
fn wait_with_event(
    kernel: &mut Kernel,
    actor: Actor,
    device: LocalHandle,
    fence: LocalHandle,
    event: NtHandle,
) {
    let request = WaitForSynchronizationObjectFromCpu {
        device,
        object_count: 1,
        objects: Some(vec![fence]),
        values: Some(vec![FENCE_VALUE + 1]),
        event,
        flags: 0,
    };
    call(kernel, actor, Request::WaitForSynchronizationObjectFromCpu(request));
}

/// The objects of the caller besides its plain fence, and the global handles of one that lives and of one that does not.
pub(super) fn make_strangers(
    kernel: &mut Kernel,
    actor: Actor,
    (adapter, device): (LocalHandle, LocalHandle),
    event: EventHandles,
) -> (SyncHandles, GlobalHandles) {
    let second = create(kernel, actor, adapter);
    let mut make = |info, flags| make_sync_object(kernel, actor, device, info, flags);
    let (mutex, _) = make(SyncObjectInfo::Mutex { initial_state: 0 }, 0);
    let (semaphore, _) = make(SyncObjectInfo::Semaphore { max_count: 1, initial_count: 1 }, 0);
    let (fence, live) = make(SyncObjectInfo::Fence { value: u64::MAX }, SHARED);
    let (notification, _) = make(SyncObjectInfo::CpuNotification { event: event.full }, 0);
    let (short, stale) = make(SyncObjectInfo::Fence { value: 0 }, SHARED);
    let request = kmt_core::DestroySynchronizationObject { sync_object: short };
    call(kernel, actor, Request::DestroySynchronizationObject(request));
    let request = Request::OpenSynchronizationObject(OpenSynchronizationObject { shared: live });
    let opened = match call(kernel, actor, request) {
        Output::OpenSynchronizationObject { sync_object } => sync_object,
        output => panic!("a synchronisation object was opened as {output:?}"),
    };
    let sync = SyncHandles {
        no_signal: make_fence(kernel, actor, device, NO_SIGNAL),
        no_wait: make_fence(kernel, actor, device, NO_WAIT),
        of_another_device: make_fence(kernel, actor, second, 0),
        other_types: [
            ("a MUTEX", mutex),
            ("a SEMAPHORE", semaphore),
            ("a FENCE", fence),
            ("a CPU_NOTIFICATION", notification),
            ("a FENCE opened by its global handle", opened),
        ],
    };
    (sync, GlobalHandles { live, stale })
}

impl Scene {
    /// The live device enters Error, as HUNG or with a GPU error.
    pub fn break_device(&mut self, hung: bool) {
        let reason = if hung { REASON_GENERIC } else { REASON_DRIVER_ERROR };
        let request = MarkDeviceAsError { device: self.device.live, reason };
        call(&mut self.kernel, self.caller, Request::MarkDeviceAsError(request));
    }

    /// The caller's event is set.
    pub fn set_event(&mut self) {
        let request = SetEvent { event: self.event.full };
        call(&mut self.kernel, self.caller, Request::SetEvent(request));
    }

    /// A second thread of the caller waits for the event.
    pub fn wait_for_the_event(&mut self) {
        let request = WaitForEvent { event: self.event.full, timeout: None };
        self.block_a_thread(Request::WaitForEvent(request));
    }

    /// A second thread of the caller waits through its live fence, and the caller has one more wait registered through it.
    pub fn wait_through_the_fence(&mut self) {
        let request = WaitForSynchronizationObjectFromCpu {
            device: self.device.live,
            object_count: 1,
            objects: Some(vec![self.fence.live]),
            values: Some(vec![FENCE_VALUE + 1]),
            event: NtHandle::ZERO,
            flags: 0,
        };
        self.block_a_thread(Request::WaitForSynchronizationObjectFromCpu(request));
        let (device, fence, event) = (self.device.live, self.fence.live, self.event.full);
        wait_with_event(&mut self.kernel, self.caller, device, fence, event);
    }

    /// A new thread of the caller makes a call that blocks it.
    pub(super) fn block_a_thread(&mut self, request: Request) {
        let host = Event::Host(Host::StartThread(self.caller.process));
        let started = self.kernel.handle(host).map(|outcome| outcome.answer);
        let Ok(Answer::Complete(Reply { output: Output::Thread(thread), .. })) = started else {
            panic!("no thread started: {started:?}");
        };
        let made = Call { thread, request, pick: Pick::Only };
        let waits = self.kernel.handle(Event::Call(made)).map(|outcome| outcome.answer);
        assert!(matches!(waits, Ok(Answer::Pending(_))), "{waits:?}");
    }

    /// The giver, on an adapter that does not stop, registers waits until there are as many as there can be.
    pub fn use_up_waits(&mut self) {
        let adapter = open(&mut self.kernel, self.giver, self.spare_luid);
        let device = create(&mut self.kernel, self.giver, adapter);
        let fence = make_fence(&mut self.kernel, self.giver, device, 0);
        let event = make_event(&mut self.kernel, self.giver);
        while (self.kernel.waits().count() as u64) < u64::from(self.kernel.limits().waits) {
            wait_with_event(&mut self.kernel, self.giver, device, fence, event);
        }
    }

    /// The giver makes synchronisation objects until there are as many as there can be.
    pub fn use_up_sync_objects(&mut self) {
        let adapter = open(&mut self.kernel, self.giver, self.spare_luid);
        let device = create(&mut self.kernel, self.giver, adapter);
        while (self.kernel.sync_objects().count() as u64) < u64::from(self.kernel.limits().sync_objects) {
            make_fence(&mut self.kernel, self.giver, device, 0);
        }
    }

    /// The giver makes events until there are as many as there can be.
    pub fn use_up_nt_objects(&mut self) {
        while events(&self.kernel) < u64::from(self.kernel.limits().nt_objects) {
            make_event(&mut self.kernel, self.giver);
        }
    }
}

/// How many NT objects there are that are no processes.
pub(in crate::matrix) fn events(kernel: &Kernel) -> u64 {
    kernel.nt_objects().filter(|object| !matches!(object.body, NtObjectBody::Process(_))).count() as u64
}
