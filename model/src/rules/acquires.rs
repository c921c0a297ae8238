//! Acquires of keyed mutexes: taking, waiting, and the ways in which a wait ends.

use super::draft::Draft;
use super::waits;
use crate::action::{BufferOperand, LocalOperand, Timeout};
use crate::observation::{Effect, Ending, Output, Refusal, Verdict};
use crate::state::{KeyedMutex, KeyedMutexName, LocalName, ProcessName, State, ThreadName, Wait, WaitTarget};

/// The arguments of an acquire.
pub(super) struct Acquire {
    pub(super) mutex: LocalOperand,
    pub(super) key: u64,
    pub(super) timeout: Timeout,
    pub(super) buffer: BufferOperand,
}

/// AcquireKeyedMutex and AcquireKeyedMutex2.
pub(super) fn acquire(
    draft: &mut Draft,
    thread: ThreadName,
    caller: ProcessName,
    request: &Acquire,
) -> Result<Verdict, Refusal> {
    // KMX-24
    if request.buffer == BufferOperand::NullWithSize {
        return Err(Refusal::NullPrivateData);
    }
    let (handle, mutex) = draft.keyed_mutex_operand(caller, request.mutex)?;
    // KMX-32: before the key, the timeout and the size of the buffer.
    if mutex.abandoned {
        return Ok(Verdict::Ended { how: Ending::Abandoned });
    }
    let wants_data = match request.buffer {
        BufferOperand::Bytes { size } => {
            // KMX-28: the stored size or none, before any wait.
            if mutex.private_data.is_none_or(|stored| stored.size != size) {
                return Err(Refusal::OtherSizeAtAcquire);
            }
            true
        }
        BufferOperand::None | BufferOperand::NullWithSize => false,
    };
    let limited = waits::limit_of(request.timeout);
    let (name, key) = (mutex.name, request.key);
    // KMX-16: availability first, whatever the timeout; KMX-22: also if others wait for the same key.
    if is_available(&mutex, key) {
        return Ok(take(draft, (caller, handle), name, wants_data));
    }
    // TIM-05, KMX-19
    let Some(limited) = limited else { return Ok(Verdict::Ended { how: Ending::TimedOut }) };
    // KMX-11, KMX-13: whoever owns it, be it this handle, the call waits.
    let target = WaitTarget::KeyedMutex { handle, mutex: name, key, wants_data };
    draft.state.waits.push(Wait { thread: Some(thread), process: caller, target, limited });
    Ok(Verdict::Blocked)
}

/// Returns whether an acquire with the key can take the mutex.
fn is_available(mutex: &KeyedMutex, key: u64) -> bool {
    // KMX-11. KMX-10: all 64 bits of the key count. KMX-37, KMX-18: nothing else is asked.
    mutex.owner.is_none() && !mutex.abandoned && mutex.key == key
}

/// Gives an available mutex to an acquire through the handle.
fn take(
    draft: &mut Draft,
    through: (ProcessName, LocalName),
    name: KeyedMutexName,
    wants_data: bool,
) -> Verdict {
    let mutex = draft.keyed_mutex_mut(name);
    // KMX-12: the owner is the process and the handle, not the thread.
    mutex.owner = Some(through);
    // KMX-17, KMX-18, KMX-28
    let data = mutex.private_data.filter(|_| wants_data);
    Verdict::Done(Output::Acquired { fence: mutex.fence, data })
}

/// Returns whether the wait is an acquire that can take its mutex.
pub(super) fn can_take(state: &State, wait: &Wait) -> bool {
    match wait.target {
        WaitTarget::KeyedMutex { mutex, key, .. } => {
            state.keyed_mutex(mutex).is_some_and(|mutex| is_available(mutex, key))
        }
        WaitTarget::Event(_) | WaitTarget::Fences { .. } => false,
    }
}

/// T15: an available keyed mutex is given to one of its waiters.
pub(super) fn grant(draft: &mut Draft, thread: ThreadName) {
    // KMX-22: whoever it is; KMX-23: the others keep waiting as before.
    let wait = waits::remove(draft, thread);
    let WaitTarget::KeyedMutex { handle, mutex, wants_data, .. } = wait.target else {
        unreachable!("a grant is enabled for acquires only")
    };
    let verdict = take(draft, (wait.process, handle), mutex, wants_data);
    draft.effects.push(Effect::Resumed { thread, verdict });
}

/// Ends the waits through a handle that was just freed, and those on abandoned mutexes.
pub(super) fn end_waits(draft: &mut Draft, freed: Option<(ProcessName, LocalName)>) {
    waits::end(draft, |state, wait| {
        let WaitTarget::KeyedMutex { handle, mutex, .. } = wait.target else { return None };
        if freed == Some((wait.process, handle)) {
            // KMX-35: abandoned in the same step or not.
            Some(Verdict::Refused(Refusal::DestroyedWhileWaiting))
        } else if state.keyed_mutex(mutex).is_some_and(|mutex| mutex.abandoned) {
            // KMX-33: whatever its key and its process.
            Some(Verdict::Ended { how: Ending::AbandonedWhileWaiting })
        } else {
            // KMX-35, LIF-05
            None
        }
    });
}
