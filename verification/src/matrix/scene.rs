//! The sound state that every case begins with, and what can be done to it.
//!
//! There are four processes. The caller has an adapter and a device open, and handles that died in every way. The giver
//! and the taker are the two ends of a duplication. The fourth has ended and is still named by handles of the caller.
//!
//! The limits are low, so that a table is filled quickly. A local table grows once, to 48 entries; a second growth would
//! pass 90 (HND-14). It keeps 8 free, more than the caller ever freed, so a dead handle stays dead while the table is
//! filled: freed entries stand at the end of the free list (HND-10).

use kmt_core::{
    AdapterConfig, AdapterId, AdapterKind, Answer, Call, CloseAdapter, CloseHandle, CreateDevice,
    DestroyDevice, DestroyKeyedMutex, Event, GlobalHandle, Host, Incident, Kernel, Limits, LocalHandle, Luid,
    NtHandle, OpenAdapterFromLuid, Output, Pick, PlaceProcessHandle, ProcessConfig, ProcessId, Profile,
    Request, SetNtHandleFlags, TableLimits, ThreadId,
};

mod keyed_mutexes;

pub(super) use keyed_mutexes::make_mutex;
pub use keyed_mutexes::{FIRST_KEY, PRIVATE_DATA};

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
    /// Of a mutex that is no more.
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
        local_table: TableLimits { growth: 48, reserve: 8, max_entries: 90 },
        global_table: TableLimits { growth: 16, reserve: 4, max_entries: 24 },
        keyed_mutexes: 20,
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
        incident(&mut kernel, Incident::StopAdapter(stopped));
        let [caller, giver, taker, ended] = [(); 4].map(|()| begin(&mut kernel));
        let Handles { adapter, device, mutex, shared, bare: (bare_mutex, bare_shared) } =
            local_handles(&mut kernel, caller, giver, main_luid, spare_luid);
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
            caller_nt,
            giver_nt,
            to_giver,
            to_taker,
            to_ended,
        }
    }

    /// The main adapter stops.
    pub fn stop_main_adapter(&mut self) {
        incident(&mut self.kernel, Incident::StopAdapter(self.main));
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
        while (self.kernel.nt_objects().count() as u64) < u64::from(self.kernel.limits().processes) {
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
}

/// The caller's handles have the indices 0 to 9. The last three die, and the giver has live ones with the same values.
fn local_handles(kernel: &mut Kernel, caller: Actor, giver: Actor, main: Luid, spare: Luid) -> Handles {
    let adapter = open(kernel, caller, main);
    let device = create(kernel, caller, adapter);
    let (mutex, shared) = make_mutex(kernel, caller, FIRST_KEY, &PRIVATE_DATA);
    let bare = make_mutex(kernel, caller, FIRST_KEY, &[]);
    for handle in [mutex, bare.0] {
        keyed_mutexes::use_once(kernel, caller, handle);
    }
    let stale_adapter = open(kernel, caller, main);
    let stale_device = create(kernel, caller, adapter);
    let (stale_mutex, stale_shared) = make_mutex(kernel, caller, FIRST_KEY, &PRIVATE_DATA);
    let gone = [(); 3].map(|()| open(kernel, caller, spare));
    call(kernel, caller, Request::DestroyDevice(DestroyDevice { device: stale_device }));
    call(kernel, caller, Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex: stale_mutex }));
    for adapter in [stale_adapter, gone[0], gone[1], gone[2]] {
        call(kernel, caller, Request::CloseAdapter(CloseAdapter { adapter }));
    }
    let opened = [(); 8].map(|()| open(kernel, giver, main));
    let made = create(kernel, giver, opened[0]);
    let (made_mutex, _) = make_mutex(kernel, giver, FIRST_KEY, &[]);
    let same = [opened[7], made, made_mutex];
    assert_eq!(same, gone, "the giver has a live handle where the caller had one");
    Handles {
        adapter: LocalHandles { live: adapter, stale: stale_adapter, foreign: opened[7] },
        device: LocalHandles { live: device, stale: stale_device, foreign: made },
        mutex: LocalHandles { live: mutex, stale: stale_mutex, foreign: made_mutex },
        shared: GlobalHandles { live: shared, stale: stale_shared },
        bare,
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
