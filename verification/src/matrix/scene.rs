//! The sound state that every case begins with, and what can be done to it.
//!
//! There are four processes. The caller has an adapter and a device open, and handles that died in every way. The giver
//! and the taker are the two ends of a duplication. The fourth has ended and is still named by handles of the caller.
//!
//! The limits are low, so that a table is filled quickly. A local table grows once, to 60 entries; a second growth would
//! pass 90 (HND-14). It keeps 12 free, more than the caller ever freed, so a dead handle stays dead while the table is
//! filled: freed entries stand at the end of the free list (HND-10).

use kmt_core::{
    AdapterConfig, AdapterId, AdapterKind, Answer, Call, CloseAdapter, CloseHandle, CreateDevice,
    DestroyDevice, DestroyKeyedMutex, DestroySynchronizationObject, Event, GlobalHandle, Host, Incident,
    Kernel, Limits, LocalHandle, Luid, NtHandle, NtObjectBody, NtObjectView, OpenAdapterFromLuid, Output,
    Pick, PlaceProcessHandle, ProcessConfig, ProcessId, Profile, Request, SetNtHandleFlags, TableLimits,
    ThreadId,
};

mod keyed_mutexes;
mod sharing;
mod sync_objects;

pub(super) use keyed_mutexes::make_mutex;
pub use keyed_mutexes::{FIRST_KEY, PRIVATE_DATA};
pub use sharing::{CLOSED_NAME, FREE, OTHER_TYPE, Sharing, TAKEN};
pub use sync_objects::{EventHandles, FENCE_VALUE, SyncHandles};
pub(super) use sync_objects::{events, make_event, make_fence, make_sync_object};

/// The right to duplicate handles out of and into a process (NTH-10).
pub const PROCESS_DUP_HANDLE: u32 = 0x40;
/// Every right of a process handle.
pub const PROCESS_ALL_ACCESS: u32 = 0x001F_FFFF;
/// What the handle grants that most duplications begin with: two rights.
pub const SOURCE_ACCESS: u32 = 0x0410;

/// LowPart of the LUIDs of the adapters.
const LUIDS: [u32; 6] = [0x1001, 0x2002, 0x3003, 0x4004, 0x5005, 0x6006];
/// LowPart of the LUID of an adapter that comes late.
const LATE_LUID: u32 = 0x7007;

/// A process and its thread.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The process.
    pub process: ProcessId,
    /// Its only thread.
    pub thread: ThreadId,
}

/// A local handle, and others that look like it and name nothing.
#[derive(Clone, Copy, Debug)]
pub struct LocalHandles {
    /// The caller's handle, alive.
    pub live: LocalHandle,
    /// The caller's handle that it closed or whose object it destroyed.
    pub stale: LocalHandle,
    /// A live handle of the giver, whose value means nothing to the caller.
    pub foreign: LocalHandle,
}

/// A global handle, and one that died.
#[derive(Clone, Copy, Debug)]
pub struct GlobalHandles {
    /// Alive.
    pub live: GlobalHandle,
    /// Of an object that is no more.
    pub stale: GlobalHandle,
}

/// NT handles of one process.
#[derive(Clone, Copy, Debug)]
pub struct NtHandles {
    /// Open.
    pub live: NtHandle,
    /// Closed.
    pub closed: NtHandle,
    /// Closed or never opened here, and open in another process.
    pub foreign: NtHandle,
}

/// The caller's NT handles to other processes.
#[derive(Clone, Copy, Debug)]
pub struct ProcessHandles {
    /// With every right.
    pub full: NtHandle,
    /// With every right but that to duplicate.
    pub weak: NtHandle,
}

/// A kernel and the names of what is in it.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The kernel.
    pub kernel: Kernel,
    /// Who makes the call.
    pub caller: Actor,
    /// Whose handle is duplicated.
    pub giver: Actor,
    /// Who gets the duplicate.
    pub taker: Actor,
    /// The adapter that the live handles are of.
    pub main: AdapterId,
    /// Its LUID.
    pub main_luid: Luid,
    /// The LUID of an adapter that runs whatever happens to the main one.
    pub spare_luid: Luid,
    /// The LUID of an adapter that was stopped.
    pub stopped_luid: Luid,
    /// Handles of the caller to adapters.
    pub adapter: LocalHandles,
    /// Handles of the caller to devices on the main adapter.
    pub device: LocalHandles,
    /// Handles of the caller to keyed mutexes; the live one carries [`PRIVATE_DATA`].
    pub mutex: LocalHandles,
    /// Global handles of the mutexes of the caller's live and stale handle.
    pub shared: GlobalHandles,
    /// A handle of the caller to a keyed mutex without private data.
    pub bare_mutex: LocalHandle,
    /// The global handle of that mutex.
    pub bare_shared: GlobalHandle,
    /// Handles of the caller to monitored fences; that of the live one, on the live device, is at [`FENCE_VALUE`].
    pub fence: LocalHandles,
    /// Global handles of the caller's synchronisation objects.
    pub sync_shared: GlobalHandles,
    /// Handles of the caller that some calls on fences refuse.
    pub sync: SyncHandles,
    /// Handles of the caller to one event, which is not set.
    pub event: EventHandles,
    /// The caller's NT handles.
    pub caller_nt: NtHandles,
    /// The giver's NT handles; the live one grants [`SOURCE_ACCESS`].
    pub giver_nt: NtHandles,
    /// The caller's handles to the giver.
    pub to_giver: ProcessHandles,
    /// The caller's handles to the taker.
    pub to_taker: ProcessHandles,
    /// The caller's handles to the ended process.
    pub to_ended: ProcessHandles,
}

/// How many adapters an enumeration reports: all but the stopped one.
pub const RUNNING_ADAPTERS: u32 = 5;

/// The bounds of the scene.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        local_table: TableLimits { growth: 60, reserve: 12, max_entries: 90 },
        global_table: TableLimits { growth: 16, reserve: 4, max_entries: 24 },
        keyed_mutexes: 20,
        sync_objects: 20,
        nt_objects: 6,
        waits: 6,
        nt_handles_per_process: 24,
        devices: 12,
        processes: 10,
        ..Limits::default()
    }
}

impl Scene {
    /// The sound state.
    ///
    /// # Panics
    ///
    /// If the kernel refuses what sets the scene, here and in every method: then there is nothing to test.
    #[must_use]
    pub fn new() -> Self {
        let mut kernel = Kernel::new(Profile::default(), limits()).expect("the limits fit");
        add_one_adapter_of_each_kind(&mut kernel);
        let [.., spare_luid, main_luid, stopped_luid] = LUIDS.map(luid);
        let [_, main, stopped] = [spare_luid, main_luid, stopped_luid]
            .map(|luid| add_adapter(&mut kernel, AdapterConfig::new(luid)));
        stop(&mut kernel, stopped);
        let [caller, giver, taker, ended] = [(); 4].map(|()| begin(&mut kernel));
        let event = sync_objects::make_events(&mut kernel, caller);
        let handles = local_handles(&mut kernel, (caller, giver), main_luid, spare_luid, event);
        let Handles { adapter, device, mutex, shared, bare: (bare_mutex, bare_shared), .. } = handles;
        let mut to = |target: Actor| ProcessHandles {
            full: place(&mut kernel, caller, target, PROCESS_ALL_ACCESS),
            weak: place(&mut kernel, caller, target, PROCESS_ALL_ACCESS & !PROCESS_DUP_HANDLE),
        };
        let (to_giver, to_taker, to_ended) = (to(giver), to(taker), to(ended));
        incident(&mut kernel, Incident::KillProcess(ended.process));
        let (caller_nt, giver_nt) = nt_handles(&mut kernel, caller, giver, taker);
        Self {
            kernel,
            caller,
            giver,
            taker,
            main,
            main_luid,
            spare_luid,
            stopped_luid,
            adapter,
            device,
            mutex,
            shared,
            bare_mutex,
            bare_shared,
            fence: handles.fence,
            sync_shared: handles.sync_shared,
            sync: handles.sync,
            event,
            caller_nt,
            giver_nt,
            to_giver,
            to_taker,
            to_ended,
        }
    }

    /// The main adapter stops.
    pub fn stop_main_adapter(&mut self) {
        stop(&mut self.kernel, self.main);
    }

    /// A process ends.
    pub fn kill(&mut self, process: ProcessId) {
        incident(&mut self.kernel, Incident::KillProcess(process));
    }

    /// One more adapter runs.
    pub fn add_adapter(&mut self) {
        add_adapter(&mut self.kernel, AdapterConfig::new(luid(LATE_LUID)));
    }

    /// An NT handle gets the protect-from-close flag.
    pub fn protect(&mut self, process: ProcessId, handle: NtHandle) {
        let flags = SetNtHandleFlags { process, handle, inherit: false, protect_from_close: true };
        host(&mut self.kernel, Host::SetNtHandleFlags(flags));
    }

    /// The caller opens adapters until its table has room for so many handles more.
    pub fn leave_local_handles(&mut self, room: u32) {
        let reserve = self.kernel.limits().local_table.reserve;
        let free = |kernel: &Kernel| {
            let table = kernel.local_table(self.caller.process).expect("the caller lives");
            table.free_list.len() as u32
        };
        while free(&self.kernel) > reserve + room {
            open(&mut self.kernel, self.caller, self.spare_luid);
        }
    }

    /// The giver makes devices until there are as many as there can be.
    pub fn use_up_devices(&mut self) {
        let adapter = open(&mut self.kernel, self.giver, self.spare_luid);
        while (self.kernel.devices().count() as u64) < u64::from(self.kernel.limits().devices) {
            create(&mut self.kernel, self.giver, adapter);
        }
    }

    /// Processes begin until there are as many as there can be.
    pub fn use_up_processes(&mut self) {
        let is_process = |object: &NtObjectView| matches!(object.body, NtObjectBody::Process(_));
        let count = |kernel: &Kernel| kernel.nt_objects().filter(is_process).count() as u64;
        while count(&self.kernel) < u64::from(self.kernel.limits().processes) {
            host(&mut self.kernel, Host::CreateProcess(ProcessConfig::default()));
        }
    }

    /// A process gets NT handles until its table is full.
    pub fn fill_nt_table(&mut self, holder: Actor) {
        let open = |kernel: &Kernel| kernel.nt_table(holder.process).map_or(0, |table| table.entries.len());
        while (open(&self.kernel) as u64) < u64::from(self.kernel.limits().nt_handles_per_process) {
            place(&mut self.kernel, holder, self.caller, PROCESS_ALL_ACCESS);
        }
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

const fn luid(low: u32) -> Luid {
    Luid::from_parts(0, low)
}

/// One full, one compute-only and one display-only adapter; gives their LUIDs.
pub(super) fn add_one_adapter_of_each_kind(kernel: &mut Kernel) -> [Luid; 3] {
    let kinds = [AdapterKind::Full, AdapterKind::ComputeOnly, AdapterKind::DisplayOnly];
    let mut luids = LUIDS.into_iter().map(luid);
    kinds.map(|kind| {
        let luid = luids.next().expect("there are more LUIDs than kinds");
        add_adapter(kernel, AdapterConfig { kind, ..AdapterConfig::new(luid) });
        luid
    })
}

fn add_adapter(kernel: &mut Kernel, config: AdapterConfig) -> AdapterId {
    match host(kernel, Host::AddAdapter(config)) {
        Output::Adapter(adapter) => adapter,
        output => panic!("adding an adapter gave {output:?}"),
    }
}

/// The D3DKMT handles of the scene.
struct Handles {
    adapter: LocalHandles,
    device: LocalHandles,
    mutex: LocalHandles,
    shared: GlobalHandles,
    bare: (LocalHandle, GlobalHandle),
    fence: LocalHandles,
    sync_shared: GlobalHandles,
    sync: SyncHandles,
}

/// Of each kind the caller has a live handle and one that died, and the giver a live one with the value of a handle that the
/// caller does not have any more.
fn local_handles(
    kernel: &mut Kernel,
    (caller, giver): (Actor, Actor),
    main: Luid,
    spare: Luid,
    event: EventHandles,
) -> Handles {
    let adapter = open(kernel, caller, main);
    let device = create(kernel, caller, adapter);
    let (mutex, shared) = make_mutex(kernel, caller, FIRST_KEY, &PRIVATE_DATA);
    let bare = make_mutex(kernel, caller, FIRST_KEY, &[]);
    for handle in [mutex, bare.0] {
        keyed_mutexes::use_once(kernel, caller, handle);
    }
    let fence = make_fence(kernel, caller, device, 0);
    let (sync, sync_shared) = sync_objects::make_strangers(kernel, caller, (adapter, device), event);
    let stale_adapter = open(kernel, caller, main);
    let stale_device = create(kernel, caller, adapter);
    let (stale_mutex, stale_shared) = make_mutex(kernel, caller, FIRST_KEY, &PRIVATE_DATA);
    let stale_fence = make_fence(kernel, caller, device, 0);
    let gone = [(); 4].map(|()| open(kernel, caller, spare));
    call(kernel, caller, Request::DestroyDevice(DestroyDevice { device: stale_device }));
    call(kernel, caller, Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex: stale_mutex }));
    let destroy = DestroySynchronizationObject { sync_object: stale_fence };
    call(kernel, caller, Request::DestroySynchronizationObject(destroy));
    for adapter in [stale_adapter].into_iter().chain(gone) {
        call(kernel, caller, Request::CloseAdapter(CloseAdapter { adapter }));
    }
    let opened = std::iter::repeat_with(|| open(kernel, giver, main)).find(|handle| *handle == gone[0]);
    let opened = opened.expect("the handles of a process are counted up");
    let made = create(kernel, giver, opened);
    let (made_mutex, _) = make_mutex(kernel, giver, FIRST_KEY, &[]);
    let made_fence = make_fence(kernel, giver, made, 0);
    let same = [opened, made, made_mutex, made_fence];
    assert_eq!(same, gone, "the giver has a live handle where the caller had one");
    Handles {
        adapter: LocalHandles { live: adapter, stale: stale_adapter, foreign: opened },
        device: LocalHandles { live: device, stale: stale_device, foreign: made },
        mutex: LocalHandles { live: mutex, stale: stale_mutex, foreign: made_mutex },
        shared: GlobalHandles { live: shared, stale: stale_shared },
        bare,
        fence: LocalHandles { live: fence, stale: stale_fence, foreign: made_fence },
        sync_shared,
        sync,
    }
}

/// Gives the giver more handles than the caller has, so that some values are open in one of them only.
fn nt_handles(kernel: &mut Kernel, caller: Actor, giver: Actor, taker: Actor) -> (NtHandles, NtHandles) {
    let [live, closed] = [(); 2].map(|()| place(kernel, caller, taker, SOURCE_ACCESS));
    close(kernel, caller, closed);
    let given = [(); 14].map(|()| place(kernel, giver, taker, SOURCE_ACCESS));
    // The value of the caller's first handle means nothing to the giver.
    close(kernel, giver, given[0]);
    close(kernel, giver, given[12]);
    (
        NtHandles { live, closed, foreign: given[13] },
        NtHandles { live: given[10], closed: given[12], foreign: given[0] },
    )
}

fn event(kernel: &mut Kernel, event: Event) -> Answer {
    kernel.handle(event).unwrap_or_else(|misuse| panic!("the scene cannot be set: {misuse}")).answer
}

fn complete(answer: Answer) -> Output {
    match answer {
        Answer::Complete(reply) => reply.output,
        answer => panic!("the scene cannot be set: {answer:?}"),
    }
}

fn host(kernel: &mut Kernel, what: Host) -> Output {
    complete(event(kernel, Event::Host(what)))
}

fn incident(kernel: &mut Kernel, what: Incident) {
    complete(event(kernel, Event::Incident(what)));
}

/// An adapter stops, with whatever its waits make of it.
fn stop(kernel: &mut Kernel, adapter: AdapterId) {
    incident(kernel, Incident::StopAdapter { adapter, pick: Pick::Only });
}

pub(super) fn begin(kernel: &mut Kernel) -> Actor {
    let process = match host(kernel, Host::CreateProcess(ProcessConfig::default())) {
        Output::CreateProcess { process, .. } => process,
        output => panic!("a process began with {output:?}"),
    };
    match host(kernel, Host::StartThread(process)) {
        Output::Thread(thread) => Actor { process, thread },
        output => panic!("a thread began with {output:?}"),
    }
}

pub(super) fn call(kernel: &mut Kernel, actor: Actor, request: Request) -> Output {
    complete(event(kernel, Event::Call(Call { thread: actor.thread, request, pick: Pick::Only })))
}

pub(super) fn open(kernel: &mut Kernel, actor: Actor, luid: Luid) -> LocalHandle {
    match call(kernel, actor, Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid })) {
        Output::OpenAdapterFromLuid { adapter } => adapter,
        output => panic!("an adapter was opened as {output:?}"),
    }
}

pub(super) fn create(kernel: &mut Kernel, actor: Actor, adapter: LocalHandle) -> LocalHandle {
    match call(kernel, actor, Request::CreateDevice(CreateDevice { adapter, flags: 0 })) {
        Output::CreateDevice { device } => device,
        output => panic!("a device was made as {output:?}"),
    }
}

pub(super) fn place(kernel: &mut Kernel, holder: Actor, target: Actor, granted_access: u32) -> NtHandle {
    let request = PlaceProcessHandle {
        holder: holder.process,
        target: target.process,
        granted_access,
        inherit: false,
        protect_from_close: false,
    };
    match host(kernel, Host::PlaceProcessHandle(request)) {
        Output::NtHandle(handle) => handle,
        output => panic!("a handle was placed as {output:?}"),
    }
}

/// A process closes one of its NT handles.
pub fn close(kernel: &mut Kernel, actor: Actor, handle: NtHandle) {
    call(kernel, actor, Request::CloseHandle(CloseHandle { handle }));
}
