//! Acquires of keyed mutexes: taking, waiting, and the ways in which a wait ends.

use super::draft::Draft;
use crate::action::{BufferOperand, Call, LocalOperand, Timeout};
use crate::observation::{Effect, Ending, Output, Refusal, Verdict};
use crate::state::{KeyedMutex, Limit, LocalName, ProcessName, ThreadName, Wait};

/// The arguments of an acquire.
pub(super) struct Acquire {
    mutex: LocalOperand,
    key: u64,
    timeout: Timeout,
    buffer: BufferOperand,
}

impl Acquire {
    /// Returns the arguments of AcquireKeyedMutex2, or of AcquireKeyedMutex without a buffer (KMX-09); `None`
    /// for other calls.
    pub(super) fn of(call: &Call) -> Option<Self> {
        match *call {
            Call::AcquireKeyedMutex { mutex, key, timeout } => {
                Some(Self { mutex, key, timeout, buffer: BufferOperand::None })
            }
            Call::AcquireKeyedMutex2 { mutex, key, timeout, buffer } => {
                Some(Self { mutex, key, timeout, buffer })
            }
            _ => None,
        }
    }
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
    // KMX-14
    let limited = match request.timeout {
        Timeout::Unlimited => Some(Limit::None),
        // KMX-15: the limit is kept as given, so that nothing extends it.
        Timeout::Relative(ticks) => Some(Limit::Relative(ticks)),
        Timeout::AbsoluteAhead(time) => Some(Limit::Absolute(time)),
        // KMX-16: a time that has passed is a test, as 0 is.
        Timeout::Zero | Timeout::AbsolutePassed(_) => None,
    };
    let wait = Wait {
        thread,
        handle,
        mutex: mutex.name,
        key: request.key,
        wants_data,
        limited: limited.unwrap_or(Limit::None),
    };
    // KMX-16: availability first, whatever the timeout; KMX-22: also if others wait for the same key.
    if is_available(&mutex, request.key) {
        return Ok(take(draft, caller, &wait));
    }
    // TIM-05, KMX-19
    if limited.is_none() {
        return Ok(Verdict::Ended { how: Ending::TimedOut });
    }
    // KMX-11, KMX-13: whoever owns it, be it this handle, the call waits.
    draft.state.waits.push(wait);
    Ok(Verdict::Blocked)
}

/// Returns whether an acquire with the key can take the mutex.
pub(super) fn is_available(mutex: &KeyedMutex, key: u64) -> bool {
    // KMX-11. KMX-10: all 64 bits of the key count. KMX-37, KMX-18: nothing else is asked.
    mutex.owner.is_none() && !mutex.abandoned && mutex.key == key
}

/// Gives an available mutex to an acquire.
fn take(draft: &mut Draft, process: ProcessName, wait: &Wait) -> Verdict {
    let mutex = draft.keyed_mutex_mut(wait.mutex);
    // KMX-12: the owner is the process and the handle, not the thread.
    mutex.owner = Some((process, wait.handle));
    // KMX-17, KMX-18, KMX-28
    let data = mutex.private_data.filter(|_| wait.wants_data);
    Verdict::Done(Output::Acquired { fence: mutex.fence, data })
}

/// T14: the time limit of a blocked call is reached.
pub(super) fn time_out(draft: &mut Draft, thread: ThreadName) {
    // TIM-05, KMX-19. KMX-16: also if the mutex is available by now, which leaves it free. TIM-02: no clock
    // of the model orders the limits.
    remove_wait(draft, thread);
    let verdict = Verdict::Ended { how: Ending::TimedOut };
    draft.effects.push(Effect::Resumed { thread, verdict });
}

/// T15: an available keyed mutex is given to one of its waiters.
pub(super) fn grant(draft: &mut Draft, thread: ThreadName) {
    // KMX-22: whoever it is; KMX-23: the others keep waiting as before.
    let wait = remove_wait(draft, thread);
    let process = draft.state.thread(thread).expect("a blocked thread runs").process;
    let verdict = take(draft, process, &wait);
    draft.effects.push(Effect::Resumed { thread, verdict });
}

fn remove_wait(draft: &mut Draft, thread: ThreadName) -> Wait {
    let waits = &mut draft.state.waits;
    let position = waits.iter().position(|wait| wait.thread == thread).expect("the step is enabled");
    waits.remove(position)
}

/// Ends the waits through a handle that was just freed, and those on abandoned mutexes, in order of creation.
pub(super) fn end_waits(draft: &mut Draft, freed: Option<(ProcessName, LocalName)>) {
    for wait in std::mem::take(&mut draft.state.waits) {
        let process = draft.state.thread(wait.thread).expect("a blocked thread runs").process;
        let verdict = if freed == Some((process, wait.handle)) {
            // KMX-35: abandoned in the same step or not.
            Verdict::Refused(Refusal::DestroyedWhileWaiting)
        } else if draft.state.keyed_mutex(wait.mutex).is_some_and(|mutex| mutex.abandoned) {
            // KMX-33: whatever its key and its process.
            Verdict::Ended { how: Ending::Abandoned }
        } else {
            // KMX-35, LIF-05
            draft.state.waits.push(wait);
            continue;
        };
        draft.effects.push(Effect::Resumed { thread: wait.thread, verdict });
    }
}
