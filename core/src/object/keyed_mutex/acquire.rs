//! Getting a keyed mutex: at once, after a wait, or not at all.

use alloc::vec::Vec;

use super::private_data::OutBuffer;
use super::{KeyedMutex, MutexHolder};
use crate::event::{Answer, Outcome, Resumed, Step};
use crate::handle::{Kind, LocalHandle};
use crate::id::{KeyedMutexId, ProcessId, WaitId};
use crate::inspect::WaitTarget;
use crate::kernel::{Caller, Kernel};
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::{Misuse, Refusal};
use crate::reply::{Output, Reply};
use crate::rule::{self, Rule};
use crate::status::NtStatus;
use crate::wait::{TimeLimit, Wait};

/// D3DKMTAcquireKeyedMutex. Takes a mutex that is free and holds the key, or waits for that (KMX-11).
///
/// Refused with `INVALID_PARAMETER` for a dead handle (HND-09). Completed without the mutex and with FenceValue 0 as
/// `ABANDONED` if it is abandoned (KMX-32), as `TIMEOUT` if it is not available and the time is up (TIM-05).
///
/// A positive timeout has two picks, [`crate::Pick::DeadlineAhead`] and [`crate::Pick::DeadlinePassed`], because the kernel has no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AcquireKeyedMutex {
    /// hKeyedMutex.
    pub keyed_mutex: LocalHandle,
    /// Key.
    pub key: u64,
    /// *pTimeout in units of 100 ns: none waits without limit, 0 tests once, a negative value is relative to the call, a
    /// positive one a system time (KMX-14).
    pub timeout: Option<i64>,
}

/// D3DKMTAcquireKeyedMutex2. As [`AcquireKeyedMutex`]; a buffer of the right size gets the private data (KMX-28).
///
/// Refused with `INVALID_PARAMETER` for a size without a buffer (KMX-24), a dead handle (HND-09), and, behind `ABANDONED`, for
/// another size than that of the private data (KMX-28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AcquireKeyedMutex2 {
    /// hKeyedMutex.
    pub keyed_mutex: LocalHandle,
    /// Key.
    pub key: u64,
    /// *pTimeout, as in [`AcquireKeyedMutex`].
    pub timeout: Option<i64>,
    /// pPrivateRuntimeData and PrivateRuntimeDataSize.
    pub buffer: OutBuffer,
}

/// The reply of an acquire that ended without the mutex.
// KMX-17: FenceValue is 0. KMX-19: the status is of the success class all the same. KMX-28: the buffer is not written.
pub(crate) const fn not_acquired(status: NtStatus, rule: Rule) -> Reply {
    let output = Output::AcquireKeyedMutex { fence_value: 0, private_data: None };
    Reply { status, output, rule: Some(rule) }
}

// KMX-38, KMX-37: neither a device nor a resource is asked, here or where its state changes.
impl Kernel {
    // KMX-09: the first form is the second without a buffer.
    pub(crate) fn check_acquire_keyed_mutex(
        &self,
        caller: Caller,
        request: &AcquireKeyedMutex,
    ) -> Result<Plan, Refusal> {
        let AcquireKeyedMutex { keyed_mutex, key, timeout } = *request;
        let request = AcquireKeyedMutex2 { keyed_mutex, key, timeout, buffer: OutBuffer::NONE };
        self.check_acquire_keyed_mutex2(caller, &request)
    }

    pub(crate) fn check_acquire_keyed_mutex2(
        &self,
        caller: Caller,
        request: &AcquireKeyedMutex2,
    ) -> Result<Plan, Refusal> {
        let AcquireKeyedMutex2 { keyed_mutex: handle, key, timeout, buffer } = *request;
        let Caller { process, thread, deadline_passed } = caller;
        buffer.check_pointer()?;
        let id = KeyedMutexId(self.resolve(process, handle, Kind::KeyedMutex)?);
        let mutex = self.keyed_mutex(id);
        // KMX-14: 0 tests once. KMX-16: and so does a time that has passed.
        let tests_once = timeout == Some(0) || deadline_passed;
        let ended = |status, rule| Ok(Plan::AcquireEnded { mutex: id, reply: not_acquired(status, rule) });
        // KMX-32: before the size, the key and the time are looked at.
        if mutex.holder == MutexHolder::Abandoned {
            if tests_once && self.planted(Planted::TimeoutOutranksAbandonment) {
                return ended(NtStatus::TIMEOUT, rule::TIM_05);
            }
            return ended(NtStatus::ABANDONED, rule::KMX_32);
        }
        // KMX-28: before anything waits.
        let wants_private_data = buffer.size != 0;
        if wants_private_data && buffer.size as usize != mutex.private_data.len() {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_28));
        }
        // KMX-16: whatever the timeout says, and also when others wait for the same key (KMX-22).
        if self.opens(mutex, key) {
            return Ok(Plan::TakeKeyedMutex { process, handle, mutex: id, wants_private_data });
        }
        if tests_once {
            // TIM-05
            let fence_value =
                if self.planted(Planted::TimeoutFenceValueIsStored) { mutex.fence_value } else { 0 };
            let output = Output::AcquireKeyedMutex { fence_value, private_data: None };
            let reply = Reply { output, ..not_acquired(NtStatus::TIMEOUT, rule::TIM_05) };
            return Ok(Plan::AcquireEnded { mutex: id, reply });
        }
        // KMX-13: through the owning handle too.
        let limit = TimeLimit::of(timeout);
        let target = WaitTarget::KeyedMutex { handle, keyed_mutex: id, key, wants_private_data };
        Ok(Plan::Block(Wait { thread: Some(thread), process, limit, target }))
    }

    /// Whether an acquire with this key takes the mutex now.
    // KMX-11, KMX-10
    fn opens(&self, mutex: &KeyedMutex, key: u64) -> bool {
        mutex.open_key().is_some_and(|open| {
            open == key || (self.planted(Planted::KeysComparedIn32Bits) && open as u32 == key as u32)
        })
    }

    pub(crate) fn commit_take_keyed_mutex(
        &mut self,
        process: ProcessId,
        handle: LocalHandle,
        mutex: KeyedMutexId,
        wants_private_data: bool,
    ) -> Outcome {
        let output = self.take_keyed_mutex(process, handle, mutex, wants_private_data);
        Outcome::with(output)
    }

    pub(crate) fn commit_acquire_ended(&mut self, mutex: KeyedMutexId, reply: Reply) -> Outcome {
        // KMX-32: reporting it does not clear it.
        if reply.status == NtStatus::ABANDONED && self.planted(Planted::ReportClearsAbandonment) {
            self.keyed_mutex_mut(mutex).holder = MutexHolder::Free;
            self.note_grantable(mutex);
        }
        Outcome::answer(Answer::Complete(reply))
    }

    /// Makes a handle the owner of a free mutex and gives what the acquire writes.
    // KMX-12: the handle and its process. INV-82: the caller has found it free with the key asked for.
    fn take_keyed_mutex(
        &mut self,
        process: ProcessId,
        handle: LocalHandle,
        id: KeyedMutexId,
        wants_private_data: bool,
    ) -> Output {
        let mutex = self.keyed_mutex_mut(id);
        mutex.holder = MutexHolder::Owned { process, handle };
        // KMX-17: what the last release stored. KMX-28: and the data, as the buffer asks for it.
        let private_data = wants_private_data.then(|| mutex.private_data.clone());
        let output = Output::AcquireKeyedMutex { fence_value: mutex.fence_value, private_data };
        self.note_grantable(id);
        output
    }

    /// Whether a blocked acquire could have its mutex now.
    // T15
    pub(crate) fn is_grantable(&self, wait: &Wait) -> bool {
        let WaitTarget::KeyedMutex { keyed_mutex, key, .. } = wait.target else { return false };
        let open = self.keyed_mutexes.get(keyed_mutex.0).and_then(KeyedMutex::open_key);
        open == Some(key)
    }

    /// T15: a blocked acquire gets its mutex.
    // KMX-22, KMX-23: any that asks for the stored key; the others go on waiting.
    pub(crate) fn grant(&mut self, id: WaitId) -> Result<Outcome, Misuse> {
        let wait = self.waits.get(id).filter(|wait| self.is_grantable(wait));
        let Some(WaitTarget::KeyedMutex { keyed_mutex, key, .. }) = wait.map(|wait| &wait.target) else {
            return Err(Misuse::StepNotEnabled(Step::Grant(id)));
        };
        let oldest = self.waits.first_with_key(*keyed_mutex, *key);
        let id = oldest.filter(|_| self.planted(Planted::GrantGoesToTheOldest)).unwrap_or(id);
        let mut effects = Vec::new();
        if let Some(Wait { process, target, .. }) = self.waits.get(id).cloned()
            && let WaitTarget::KeyedMutex { handle, keyed_mutex, wants_private_data, .. } = target
        {
            let output = self.take_keyed_mutex(process, handle, keyed_mutex, wants_private_data);
            let reply = Reply { status: NtStatus::SUCCESS, output, rule: Some(rule::KMX_22) };
            self.resume(id, Resumed::Complete(reply), &mut effects);
        }
        Ok(Outcome { effects, ..Outcome::done() })
    }

    /// What a blocked acquire returns at its time limit.
    // TIM-05, KMX-19, INV-87: it gives nothing and changes nothing.
    pub(crate) fn timed_out_acquire(
        &mut self,
        id: KeyedMutexId,
        process: ProcessId,
        handle: LocalHandle,
    ) -> Reply {
        if self.planted(Planted::TimeoutGivesOwnership)
            && let Some(mutex) = self.keyed_mutexes.get_mut(id.0)
        {
            mutex.holder = MutexHolder::Owned { process, handle };
            self.note_grantable(id);
        }
        not_acquired(NtStatus::TIMEOUT, rule::TIM_05)
    }
}
