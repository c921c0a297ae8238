//! Keyed mutexes: a lock, a key that says whose turn it is, and a fence value that goes from hand to hand.
//!
//! Life cycle: a create call makes a mutex free, with a key. An acquire that asks for that key owns it until a release
//! through the same handle stores the next key. If the owning handle goes first, the mutex is abandoned for ever. It ends
//! with its last local handle; until then its global handle, if it has one, opens it in any process.
//!
//! [`acquire`] is about getting it, [`destroy`] about its end, this file about the rest; [`private_data`] is what it carries.

use alloc::vec::Vec;

use crate::event::Outcome;
use crate::handle::{GlobalHandle, Kind, LocalHandle};
use crate::id::{KeyedMutexId, ProcessId};
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::rule::{self, Rule};
use crate::status::NtStatus;

pub use destroy::DestroyKeyedMutex;
use private_data::PrivateData;

pub(crate) mod acquire;
mod destroy;
pub(crate) mod private_data;

/// A keyed mutex of the machine.
// KMX-02: of no device and no adapter. KMX-37: and of no resource; nothing but these calls asks who owns it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyedMutex {
    // KMX-10: all 64 bits.
    pub(crate) key: u64,
    // KMX-18: a payload; no synchronisation object and no GPU is looked at.
    pub(crate) fence_value: u64,
    // KMX-24: 0 to 4096 bytes; the number changes at most once, from 0.
    pub(crate) private_data: Vec<u8>,
    // KMX-11, KMX-13: at most one owner, and no count of how often it acquired.
    pub(crate) holder: MutexHolder,
    /// How many local handles name it, over all processes.
    // LIF-01
    pub(crate) handles: u64,
    // HND-24: exactly one, or none for ever.
    pub(crate) shared: Option<GlobalHandle>,
}

/// Who holds a keyed mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MutexHolder {
    /// Nobody: an acquire with the stored key takes it.
    Free,
    /// A local handle of a process (KMX-12).
    // KMX-12: the thread is no part of it.
    Owned {
        /// The process.
        process: ProcessId,
        /// The handle that the acquire came through.
        handle: LocalHandle,
    },
    /// Nobody any more, for ever (KMX-32).
    Abandoned,
}

impl KeyedMutex {
    /// The key with which an acquire succeeds now, if one does.
    // KMX-11
    pub(crate) fn open_key(&self) -> Option<u64> {
        (self.holder == MutexHolder::Free).then_some(self.key)
    }
}

/// D3DKMTCreateKeyedMutex. Makes a free mutex with a key, its local and its global handle (KMX-01, KMX-03).
///
/// Refused with `NO_MEMORY` for a full table or too many mutexes (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateKeyedMutex {
    /// InitialValue: the key that opens it first.
    pub initial_value: u64,
}

/// D3DKMTCreateKeyedMutex2. As [`CreateKeyedMutex`], with private data; with NtSecuritySharing there is no global handle
/// (KMX-04).
///
/// Refused with `INVALID_PARAMETER` for a size without a buffer (KMX-24), an unknown flag (KMX-05) or more than 4096 bytes
/// (KMX-24), with `NO_MEMORY` for a full table or too many mutexes (HND-14).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreateKeyedMutex2 {
    /// InitialValue: the key that opens it first.
    pub initial_value: u64,
    /// pPrivateRuntimeData and PrivateRuntimeDataSize.
    pub private_data: PrivateData,
    /// Flags: NtSecuritySharing 0x1.
    pub flags: u32,
}

/// D3DKMTOpenKeyedMutex. Makes one more local handle to the mutex of a global handle, in whatever state it is (KMX-06).
///
/// Refused with `INVALID_PARAMETER` if the value is no live global handle of a mutex (KMX-06), with `NO_MEMORY` for a full
/// table (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenKeyedMutex {
    /// hSharedHandle.
    pub shared: GlobalHandle,
}

/// D3DKMTOpenKeyedMutex2. As [`OpenKeyedMutex`]; a buffer becomes the private data of a mutex that has none (KMX-25).
///
/// Refused with `INVALID_PARAMETER` for a size without a buffer (KMX-24), as [`OpenKeyedMutex`] for the handle (KMX-06), for
/// more than 4096 bytes (KMX-24) or another size than the stored one (KMX-26), with `NO_MEMORY` for a full table (HND-14).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenKeyedMutex2 {
    /// hSharedHandle.
    pub shared: GlobalHandle,
    /// pPrivateRuntimeData and PrivateRuntimeDataSize.
    pub private_data: PrivateData,
}

/// D3DKMTReleaseKeyedMutex. Stores key and fence value and makes the mutex free (KMX-20).
///
/// Refused with `INVALID_PARAMETER` for a dead handle (HND-09), an abandoned mutex (KMX-34) or a handle that does not own it
/// (KMX-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReleaseKeyedMutex {
    /// hKeyedMutex.
    pub keyed_mutex: LocalHandle,
    /// Key: the one that opens it next.
    pub key: u64,
    /// FenceValue: what the next acquire gets.
    pub fence_value: u64,
}

/// D3DKMTReleaseKeyedMutex2. As [`ReleaseKeyedMutex`]; a buffer replaces the private data (KMX-29).
///
/// Refused with `INVALID_PARAMETER` for a size without a buffer (KMX-24), as [`ReleaseKeyedMutex`], then for more than 4096
/// bytes (KMX-24) or another size than the stored one (KMX-29).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReleaseKeyedMutex2 {
    /// hKeyedMutex.
    pub keyed_mutex: LocalHandle,
    /// Key: the one that opens it next.
    pub key: u64,
    /// FenceValue: what the next acquire gets.
    pub fence_value: u64,
    /// pPrivateRuntimeData and PrivateRuntimeDataSize.
    pub private_data: PrivateData,
}

const NT_SECURITY_SHARING: u32 = 0x1;

/// Create and open.
// KMX-38, KMX-02: none of these calls takes a device or looks at one, so none can be DEVICE_REMOVED.
impl Kernel {
    pub(crate) fn check_create_keyed_mutex(
        &self,
        caller: ProcessId,
        request: &CreateKeyedMutex,
    ) -> Result<Plan, Refusal> {
        self.check_create(caller, request.initial_value, Vec::new(), true)
    }

    pub(crate) fn check_create_keyed_mutex2(
        &self,
        caller: ProcessId,
        request: &CreateKeyedMutex2,
    ) -> Result<Plan, Refusal> {
        request.private_data.check_pointer()?;
        // KMX-05
        if request.flags & !NT_SECURITY_SHARING != 0 {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_05));
        }
        request.private_data.check_size()?;
        let data = request.private_data.given().unwrap_or_default();
        // KMX-04
        let is_shared = request.flags & NT_SECURITY_SHARING == 0;
        self.check_create(caller, request.initial_value, data.to_vec(), is_shared)
    }

    // SYN-17: nothing is refused for lack of room before everything else was looked at.
    fn check_create(
        &self,
        process: ProcessId,
        key: u64,
        private_data: Vec<u8>,
        is_shared: bool,
    ) -> Result<Plan, Refusal> {
        self.check_handles_fit(process, 1)?;
        // HND-14: no room in the global table, or no memory for the object.
        let has_room = !is_shared || self.global_handles.can_allocate(1);
        if !has_room || self.keyed_mutexes.len() >= self.limits.keyed_mutexes {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::HND_14));
        }
        Ok(Plan::CreateKeyedMutex { process, key, private_data, is_shared })
    }

    pub(crate) fn commit_create_keyed_mutex(
        &mut self,
        process: ProcessId,
        key: u64,
        private_data: Vec<u8>,
        is_shared: bool,
    ) -> Outcome {
        let id = KeyedMutexId(self.keyed_mutexes.next_number());
        let keyed_mutex = self.process_mut(process).handles.allocate(Kind::KeyedMutex, id.0);
        // KMX-03, HND-24: every other mutex has one. KMX-04: a mutex for NT sharing has none, not even a hidden one.
        let shared = is_shared.then(|| self.global_handles.allocate(Kind::KeyedMutex, id.0));
        // KMX-01
        let holder = MutexHolder::Free;
        self.keyed_mutexes.insert(KeyedMutex {
            key,
            fence_value: 0,
            private_data,
            holder,
            handles: 1,
            shared,
        });
        Outcome::with(Output::CreateKeyedMutex { keyed_mutex, shared: shared.unwrap_or(GlobalHandle::ZERO) })
    }

    pub(crate) fn check_open_keyed_mutex(
        &self,
        caller: ProcessId,
        request: &OpenKeyedMutex,
    ) -> Result<Plan, Refusal> {
        let mutex = self.resolve_shared(request.shared)?;
        self.check_handles_fit(caller, 1)?;
        // KMX-09: the private data is left alone.
        Ok(Plan::OpenKeyedMutex { process: caller, mutex, private_data: None })
    }

    pub(crate) fn check_open_keyed_mutex2(
        &self,
        caller: ProcessId,
        request: &OpenKeyedMutex2,
    ) -> Result<Plan, Refusal> {
        request.private_data.check_pointer()?;
        let mutex = self.resolve_shared(request.shared)?;
        request.private_data.check_size()?;
        let stored = &self.keyed_mutex(mutex).private_data;
        // KMX-26, KMX-27: neither a smaller nor a larger buffer.
        self.check_same_size(mutex, &request.private_data, rule::KMX_26)?;
        self.check_handles_fit(caller, 1)?;
        // KMX-25: only into a mutex that has none.
        let takes = stored.is_empty() || self.planted(Planted::OpenOverwritesPrivateData);
        let private_data = request.private_data.given().filter(|_| takes).map(<[u8]>::to_vec);
        Ok(Plan::OpenKeyedMutex { process: caller, mutex, private_data })
    }

    /// The mutex of a global handle.
    // KMX-06, HND-23: a number is enough, in any process and whatever state the mutex is in (KMX-34). HND-26: a local handle
    // has another instance, an NT handle no generation.
    fn resolve_shared(&self, shared: GlobalHandle) -> Result<KeyedMutexId, Refusal> {
        let found = self.global_handles.lookup(shared, Kind::KeyedMutex).map(KeyedMutexId);
        found.ok_or(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_06))
    }

    /// Refuses a buffer that is not as large as the private data, if there is some and a buffer.
    fn check_same_size(&self, mutex: KeyedMutexId, data: &PrivateData, rule: Rule) -> Result<(), Refusal> {
        let stored = self.keyed_mutex(mutex).private_data.len();
        match data.given() {
            Some(given) if stored != 0 && given.len() != stored => {
                Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule))
            }
            _ => Ok(()),
        }
    }

    // KMX-06: a handle of its own, in the creating process too. KMX-25: the caller's buffer is only read.
    pub(crate) fn commit_open_keyed_mutex(
        &mut self,
        process: ProcessId,
        mutex: KeyedMutexId,
        private_data: Option<Vec<u8>>,
    ) -> Outcome {
        let keyed_mutex = self.process_mut(process).handles.allocate(Kind::KeyedMutex, mutex.0);
        let opened = self.keyed_mutex_mut(mutex);
        opened.handles += 1;
        if let Some(data) = private_data {
            opened.private_data = data;
        }
        Outcome::with(Output::OpenKeyedMutex { keyed_mutex })
    }
}

/// Release.
impl Kernel {
    pub(crate) fn check_release_keyed_mutex(
        &self,
        caller: ProcessId,
        request: &ReleaseKeyedMutex,
    ) -> Result<Plan, Refusal> {
        let ReleaseKeyedMutex { keyed_mutex, key, fence_value } = *request;
        let mutex = self.check_owner(caller, keyed_mutex)?;
        // KMX-09: the private data is left alone.
        Ok(Plan::ReleaseKeyedMutex { mutex, key, fence_value, private_data: None })
    }

    pub(crate) fn check_release_keyed_mutex2(
        &self,
        caller: ProcessId,
        request: &ReleaseKeyedMutex2,
    ) -> Result<Plan, Refusal> {
        let ReleaseKeyedMutex2 { keyed_mutex, key, fence_value, private_data } = request;
        private_data.check_pointer()?;
        let mutex = self.check_owner(caller, *keyed_mutex)?;
        private_data.check_size()?;
        // KMX-29: the caller still owns the mutex.
        self.check_same_size(mutex, private_data, rule::KMX_29)?;
        let private_data = private_data.given().map(<[u8]>::to_vec);
        Ok(Plan::ReleaseKeyedMutex { mutex, key: *key, fence_value: *fence_value, private_data })
    }

    /// The mutex of a handle that owns it.
    fn check_owner(&self, caller: ProcessId, handle: LocalHandle) -> Result<KeyedMutexId, Refusal> {
        let id = KeyedMutexId(self.resolve(caller, handle, Kind::KeyedMutex)?);
        let holder = self.keyed_mutex(id).holder;
        // KMX-34
        if holder == MutexHolder::Abandoned {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_34));
        }
        // KMX-12, KMX-21: whichever thread it is, but through this very handle.
        let sibling = matches!(holder, MutexHolder::Owned { process, .. } if process == caller)
            && self.planted(Planted::SiblingHandleReleases);
        if holder != (MutexHolder::Owned { process: caller, handle }) && !sibling {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_21));
        }
        Ok(id)
    }

    // KMX-20, INV-83: all of it in one step, and nowhere else. KMX-22: nobody takes the mutex here, so a newcomer can still be first.
    pub(crate) fn commit_release_keyed_mutex(
        &mut self,
        id: KeyedMutexId,
        key: u64,
        fence_value: u64,
        private_data: Option<Vec<u8>>,
    ) -> Outcome {
        let mutex = self.keyed_mutex_mut(id);
        (mutex.key, mutex.fence_value, mutex.holder) = (key, fence_value, MutexHolder::Free);
        // KMX-29
        if let Some(data) = private_data {
            mutex.private_data = data;
        }
        self.note_grantable(id);
        Outcome::done()
    }
}
