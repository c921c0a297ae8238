//! NT handles: entries of a process's own table that name system-wide objects.
//!
//! Life of an NT object: it is made with what it stands for, gains a handle by creation, duplication and inheritance,
//! loses one by CloseHandle and at the end of a process, and goes when neither a handle nor the thing that it stands for,
//! nor, for an event, a registration is left.

use core::fmt;

pub use self::duplicate::DuplicateHandle;

use crate::event::Outcome;
use crate::id::{NtObjectId, ProcessId, SyncObjectId};
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::rule;
use crate::share::Name;
use crate::share::descriptor::Descriptor;
use crate::share::namespace::DirectoryId;
use crate::status::NtStatus;

use self::types::NtType;

pub(crate) mod duplicate;
pub(crate) mod objects;
pub(crate) mod table;
pub(crate) mod types;

/// An NT handle as the client sees it: any 64-bit pattern, live or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NtHandle(u64);

impl NtHandle {
    /// The value that never names an object.
    pub const ZERO: Self = Self(0);
    /// The pseudo value -1: the calling process.
    pub const CURRENT_PROCESS: Self = Self(u64::MAX);
    /// The pseudo value -2: the calling thread.
    pub const CURRENT_THREAD: Self = Self(u64::MAX - 1);

    /// The handle with this bit pattern.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The bit pattern.
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// Whether this is one of the two values that the system reserves.
    pub(crate) const fn is_pseudo(self) -> bool {
        self.0 >= Self::CURRENT_THREAD.0
    }
}

impl fmt::Debug for NtHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{:x}", self.0)
    }
}

impl fmt::Display for NtHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// What stands behind NT handles, system-wide.
// LIF-02: it lives while it has a handle; a process object also while its process lives, an event while it is registered.
// LIF-11: the number of a process and the numbers of handles are plain values and keep nothing alive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NtObject {
    /// What it stands for.
    pub(crate) body: NtBody,
    /// LIF-12: as many as there are NT handle entries that name it, over all processes.
    pub(crate) handles: u64,
    /// How many waits and synchronisation objects hold it besides.
    // EVT-06, LIF-06
    pub(crate) registrations: u64,
    /// Its name, which lives and dies with it.
    // NAM-21
    pub(crate) name: Option<Name>,
    /// Who may open it by its name; none for an object that no call opens so.
    pub(crate) descriptor: Option<Descriptor>,
    /// The process that it is reserved for.
    // NAM-06
    pub(crate) exclusive: Option<ProcessId>,
    /// Whether the embedding program placed it: then it never goes away.
    pub(crate) is_placed: bool,
}

impl NtObject {
    /// One that nothing holds yet, without a name.
    pub(crate) const fn new(body: NtBody) -> Self {
        Self {
            body,
            handles: 0,
            registrations: 0,
            name: None,
            descriptor: None,
            exclusive: None,
            is_placed: false,
        }
    }
}

/// The type of an NT object, with what an object of that type carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NtBody {
    /// Type Process.
    Process(ProcessId),
    /// Type Event.
    // EVT-01: two kinds, two states.
    Event {
        /// Whether it stays set until it is reset.
        manual_reset: bool,
        /// Whether it is set.
        set: bool,
    },
    /// Type DxgkSharedSyncObject: what it carries never changes.
    // INV-74. NTH-17: its handles are duplicated and inherited like those of every other type.
    SharedSyncObject {
        /// Held by this object.
        object: SyncObjectId,
    },
    /// Type Section.
    Section,
    /// Type Directory: made with the first handle to a directory.
    Directory(DirectoryId),
}

impl NtBody {
    /// The type.
    // NTH-06
    pub(crate) const fn nt_type(self) -> NtType {
        match self {
            Self::Process(_) => NtType::Process,
            Self::Event { .. } => NtType::Event,
            Self::SharedSyncObject { .. } => NtType::SharedSyncObject,
            Self::Section => NtType::Section,
            Self::Directory(_) => NtType::Directory,
        }
    }
}

/// CloseHandle. Refused with `INVALID_HANDLE` for a value that is not open in the calling process, the pseudo values
/// included, and with `HANDLE_NOT_CLOSABLE` for a protected handle (NTH-08).
///
/// Otherwise the value is invalid at once (NTH-07), and the object goes if nothing else holds it (LIF-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseHandle {
    /// hObject.
    pub handle: NtHandle,
}

impl Kernel {
    pub(crate) fn check_close_handle(
        &self,
        caller: ProcessId,
        request: &CloseHandle,
    ) -> Result<Plan, Refusal> {
        // NTH-09: in the table of the calling process. NTH-08: the pseudo values have no entry. LIF-10: whether an
        // adapter is stopped is not asked.
        let Some(entry) = self.process(caller).nt_handles.get(request.handle) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, rule::NTH_08));
        };
        if entry.protect_from_close && !self.planted(Planted::ProtectedHandleCloses) {
            return Err(Refusal::new(NtStatus::HANDLE_NOT_CLOSABLE, rule::NTH_08));
        }
        Ok(Plan::CloseHandle { process: caller, handle: request.handle })
    }

    pub(crate) fn commit_close_handle(&mut self, process: ProcessId, handle: NtHandle) -> Outcome {
        self.close_nt_handle(process, handle);
        Outcome::done()
    }

    /// Removes an entry that is there and drops its reference.
    // NTH-07: only the NT side; local handles are not touched.
    pub(crate) fn close_nt_handle(&mut self, process: ProcessId, handle: NtHandle) {
        if let Some(entry) = self.process_mut(process).nt_handles.remove(handle) {
            self.drop_nt_reference(entry.object);
        }
    }

    /// Counts one more entry that names the object.
    // LIF-12
    pub(crate) fn add_nt_reference(&mut self, object: NtObjectId) {
        self.nt_object_mut(object).handles += 1;
    }

    /// Counts one entry less; the object goes with the last one, unless its process lives.
    // LIF-02, LIF-12
    pub(crate) fn drop_nt_reference(&mut self, object: NtObjectId) {
        self.nt_object_mut(object).handles -= 1;
        self.drop_unreferenced(object);
    }

    /// Counts one more wait or synchronisation object that holds an event.
    // EVT-06: it may lose its handles now.
    pub(crate) fn add_registration(&mut self, event: NtObjectId) {
        self.nt_object_mut(event).registrations += 1;
    }

    /// Counts one less; the event goes with the last one, unless it has a handle.
    // EVT-06
    pub(crate) fn drop_registration(&mut self, event: NtObjectId) {
        self.nt_object_mut(event).registrations -= 1;
        self.drop_unreferenced(event);
    }

    /// Takes an NT object away that nothing holds.
    // LIF-02
    pub(crate) fn drop_unreferenced(&mut self, id: NtObjectId) {
        let object = self.nt_object(id);
        let stands = object.is_placed
            || match object.body {
                NtBody::Process(process) => self.processes.contains_key(&process),
                NtBody::Event { .. } => object.registrations > 0,
                // LIF-02: neither a name nor what was opened through it.
                NtBody::SharedSyncObject { .. } | NtBody::Section | NtBody::Directory(_) => false,
            }
            || object.name.is_some() && self.planted(Planted::NameOutlivesTheLastHandle);
        if object.handles == 0 && !stands {
            self.end_nt_object(id);
        }
    }
}
