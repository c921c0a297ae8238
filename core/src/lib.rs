//! The graphics kernel of Windows as D3DKMT clients see it: an executable specification, as a value.
//!
//! - The kernel is a value, `Kernel: Clone + Eq + Hash`. It has no clock, no randomness, no input or output and no memory of
//!   what happened, only what can influence a later legal outcome.
//! - Everything enters by one door, [`Kernel::handle`], as one of four kinds of [`Event`]: a **call** of a client thread, a
//!   **step** that the machine takes by itself, an **incident** (something dies or breaks), a **host** event (the stage is set).
//! - A call is first checked and then committed. The checks only read, and end in a [`Refusal`] with its status and rule or
//!   in a plan; a plan cannot fail. So a refused call has changed nothing, and the few that must are plans of their own.
//! - Whatever the rules leave open is listed in a fixed order by [`Kernel::choices`] and [`Kernel::picks`]. A policy, a seed, a
//!   recording and an exhaustive search are ways to pick from the same list ([`Choose`]).
//! - A second, smaller kernel, the model, says the same rules again in words of its own. Neither knows the other.
//! - A bridge outside of both drives them side by side and reports the first difference with the number of its rule.
//!
//! ```
//! use kmt_core::*;
//!
//! # fn main() -> Result<(), Misuse> {
//! let mut kernel = Kernel::default();
//! let luid = Luid::from_parts(0, 0x1234);
//!
//! // Set the stage: an adapter, and a process with a thread.
//! let Answer::Complete(Reply { output: Output::Adapter(gpu), .. }) =
//!     kernel.handle(Event::Host(Host::AddAdapter(AdapterConfig::new(luid))))?.answer
//! else { unreachable!() };
//! let Answer::Complete(Reply { output: Output::CreateProcess { process, .. }, .. }) =
//!     kernel.handle(Event::Host(Host::CreateProcess(ProcessConfig::default())))?.answer
//! else { unreachable!() };
//! let Answer::Complete(Reply { output: Output::Thread(thread), .. }) =
//!     kernel.handle(Event::Host(Host::StartThread(process)))?.answer
//! else { unreachable!() };
//! let call = |request| Event::Call(Call { thread, request, pick: Pick::Only });
//!
//! // Open the adapter and make a device on it.
//! let open = Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid });
//! let Answer::Complete(Reply { output: Output::OpenAdapterFromLuid { adapter }, .. }) =
//!     kernel.handle(call(open))?.answer
//! else { unreachable!() };
//! let create = Request::CreateDevice(CreateDevice { adapter, flags: 0 });
//! let Answer::Complete(Reply { output: Output::CreateDevice { device }, .. }) = kernel.handle(call(create))?.answer
//! else { unreachable!() };
//! assert_eq!((adapter.raw(), device.raw()), (0x4000_0000, 0x4000_0040));
//!
//! // The adapter is pulled out: calls on its devices are refused, with a reason.
//! kernel.handle(Event::Incident(Incident::StopAdapter { adapter: gpu, pick: Pick::Only }))?;
//! let state = Request::GetDeviceState(GetDeviceState { device, state_type: 1 });
//! let Answer::Refused(refusal) = kernel.handle(call(state))?.answer else { unreachable!() };
//! assert_eq!((refusal.status, refusal.rule), (NtStatus::DEVICE_REMOVED, rule::ADP_12));
//! let again = Request::CreateDevice(CreateDevice { adapter, flags: 0 });
//! let Answer::Refused(refusal) = kernel.handle(call(again))?.answer else { unreachable!() };
//! assert_eq!(refusal.to_string(), "C00002B6 DEVICE_REMOVED because FLT-18 (Calls on a stopped adapter)");
//!
//! // Destroying works all the same, and the machine takes the device away in a step of its own.
//! kernel.handle(call(Request::DestroyDevice(DestroyDevice { device })))?;
//! for step in kernel.choices() {
//!     kernel.handle(Event::Step(step))?;
//! }
//! assert_eq!(kernel.devices().count(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to start reading
//!
//! 1. `event.rs`, `request.rs`, `reply.rs`, `refusal.rs`: what goes in and what comes out.
//! 2. `kernel.rs`: the state and the dispatch, with `kernel/choices.rs` for what is left open; `plan.rs`: what lies between the
//!    checks and the effects.
//! 3. `object/`, a file or folder per object: its life cycle, state, requests, checks and effects. `object/device_error.rs`:
//!    how devices fail; `object/teardown.rs`: how things end.
//! 4. `wait.rs`: blocked calls and registered waits; `object/sync_object/write.rs` and `object/event/set.rs`: who is released;
//!    `handle/`: the local and the global table, the NT table, duplication, access masks.
//! 5. `share/`: NT objects that carry what is shared, their names and descriptors, and how they are opened.
//! 6. `inspect.rs`: the state, to be read; `invariant.rs`: what holds in it always; `choose.rs`, `simulator.rs`,
//!    `simulator/clock.rs`: a kernel that runs by itself, and its time.
//!
//! `arena.rs` and `roster.rs` are the two containers of our own, `limits.rs` and `profile.rs` all that can be configured, and
//! `planted.rs` the mistakes that prove the checkers. Why things are as they are is in `DESIGN.md`.
//!
//! # Glossary
//!
//! - **Adapter**: a GPU. **Device**: what one process works with one adapter through.
//! - **Local handle**: a D3DKMT handle, an entry of the table of one process. **NT handle**: an entry of the other table that
//!   each process has; it names a system-wide **NT object** and carries a granted access mask. **Global handle**: a D3DKMT
//!   handle of the one table that the machine has; any process opens it by its number.
//! - **Keyed mutex**: a lock with a **key**, which says whose turn it is, and a **fence value** that a release hands on to the
//!   next **acquire**. **Abandoned**: its owning handle went before it released; for ever.
//! - **Synchronisation object**: a **mutex** of a device, a **semaphore**, a **fence**, a **notification**, or a **monitored
//!   fence**: a 64-bit value that can be signalled, waited for and read through a **mapping**. In most places *fence* means the
//!   last of these. **Opening**: what a local handle of such an object names, with the rights and flags of that handle.
//! - **Share**: to make an NT object that **carries** a synchronisation object; to **open** one is to make a local handle to what
//!   it carries. **Descriptor**: who may open an NT object by its name, each a **trustee** with an access mask.
//! - **Directory**, **link**: what the namespace is made of; a **name** in a directory stands for an NT object and dies with it.
//! - **Dialect**: the observed behaviours or the documented ones, as [`Profile`] has them.
//! - **Event**: an NT object that is set or not set. One that is **auto-reset** releases one waiter and is then not set; it is
//!   **contested** in a step that sets it less often than it has waiters. Not to be confused with an [`Event`] of the kernel.
//! - **Wait**: a blocked call, or a CPU wait that is **registered** with an event and blocks nobody. It can be **granted** what
//!   it waits for, be **satisfied** by a signal, reach its **time limit**, or be ended by what happens to its object, handle or
//!   device; then the thread is **resumed** with its reply, or the event is set. **Orphaned**: one that nobody can satisfy.
//! - **Mark**: of a fence for an adapter, that another adapter changed the value; the **notice** is the step in which it looks.
//! - **Forced maximum**: the largest value, stored in the fences that a device could signal when it enters Error.
//! - **Clock**, **offset**: of a simulator, in units of 100 ns; together they are the system time.
//! - **Generation**: two bits of a local handle that change whenever its entry is freed. **Reserve**: how many free entries
//!   stay free, so that a number rests before it is used again.
//! - **Active**, **Error**: the two states of a device; the **execution state** says what put it in Error first.
//! - **Destroyed**: without a handle, and not yet **reclaimed**, that is, taken away by the machine.
//! - **Running**, **stopped**: the two states of an adapter, the second for ever.
//! - **Refused**: answered with a failure status. **Misuse**: asked for by the embedding program and impossible.
//! - **Rule**: a numbered sentence of the rulebook; `ADP-09` in the source stands above what implements it.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod arena;
#[doc(hidden)]
pub mod bench_support;
mod choose;
mod event;
mod handle;
mod id;
mod inspect;
pub mod invariant;
mod kernel;
mod limits;
mod object;
mod plan;
mod planted;
mod profile;
mod refusal;
mod reply;
mod request;
mod roster;
pub mod rule;
mod share;
mod simulator;
mod status;
mod wait;

pub use choose::{Choose, ChooseError, FirstEnabled, Recorder, Replay, Seeded};
pub use event::{
    Answer, Call, Diagnostic, Effect, Event, Host, Incident, Outcome, Pick, Reclaimable, Resumed, Step,
};
pub use handle::nt::types::NtType;
pub use handle::nt::{CloseHandle, DuplicateHandle, NtHandle};
pub use handle::{GlobalHandle, LocalHandle};
pub use id::{
    AdapterId, DeviceId, KeyedMutexId, NtObjectId, OpeningId, ProcessId, SyncObjectId, ThreadId, WaitId,
};
pub use inspect::holders::Holder;
pub use inspect::{
    AdapterView, DescriptorView, DeviceView, DirectoryView, FenceCondition, KeyedMutexView, LocalEntryView,
    LocalObject, LocalTableView, NameTarget, NameView, NtEntryView, NtObjectBody, NtObjectView, NtTableView,
    OpeningView, ProcessView, SyncObjectView, ThreadState, ThreadView, WaitTarget, WaitView,
};
pub use kernel::Kernel;
pub use limits::{Limits, TableLimits};
pub use object::adapter::{
    AdapterConfig, AdapterInfo, AdapterKind, CloseAdapter, EnumAdapters2, EnumAdapters3, Luid,
    OpenAdapterFromLuid,
};
pub use object::device::{
    CreateDevice, DestroyDevice, DeviceStateReport, ExecutionState, GetDeviceState, MarkDeviceAsError,
    PageFaultState,
};
pub use object::event::{CreateEvent, ResetEvent, SetEvent, WaitForEvent};
pub use object::keyed_mutex::acquire::{AcquireKeyedMutex, AcquireKeyedMutex2};
pub use object::keyed_mutex::private_data::{OutBuffer, PrivateData};
pub use object::keyed_mutex::{
    CreateKeyedMutex, CreateKeyedMutex2, DestroyKeyedMutex, MutexHolder, OpenKeyedMutex, OpenKeyedMutex2,
    ReleaseKeyedMutex, ReleaseKeyedMutex2,
};
pub use object::process::{Bitness, CreateProcess, PlaceProcessHandle, ProcessConfig, SetNtHandleFlags};
pub use object::sync_object::cpu::{SignalSynchronizationObjectFromCpu, WaitForSynchronizationObjectFromCpu};
pub use object::sync_object::create::{
    CreateSynchronizationObject, CreateSynchronizationObject2, OpenSynchronizationObject, SyncObjectInfo,
};
pub use object::sync_object::destroy::DestroySynchronizationObject;
pub use object::sync_object::{FenceMapping, OpeningFlags, SyncState};
#[cfg(feature = "planted")]
pub use planted::Planted;
pub use profile::{Profile, Switch};
pub use refusal::{Misuse, Refusal};
pub use reply::{Output, Reply};
pub use request::{EntryPoint, Request};
pub use share::attributes::{ObjectAttributes, ObjectName};
pub use share::descriptor::{AccessEntry, SecurityDescriptor, Trustee};
pub use share::open::{OpenSyncObjectFromNtHandle, OpenSyncObjectFromNtHandle2};
pub use share::open_by_name::{OpenNtHandleFromName, OpenSyncObjectNtHandleFromName};
pub use share::place::{
    AddDirectory, PlaceDirectoryHandle, PlaceNamedObject, PlaceSectionHandle, PlacedType,
};
pub use share::query::{ObjectInformation, QueryObject};
pub use share::share_objects::ShareObjects;
pub use simulator::{SettleError, Simulator};
pub use status::NtStatus;
pub use wait::TimeLimit;

// A kernel can move between threads and be read from several.
const _: fn() = || {
    const fn assert<T: Send + Sync>() {}
    assert::<Kernel>();
};
