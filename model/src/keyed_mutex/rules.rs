//! What each event does.

use super::action::{FlatAction, FlatCall, Patience};
use super::scope::KeyedMutexWorld;
use super::state::{FlatState, Ghost, MAX_THREADS, Mutex, Owner, Thread, Wait};

/// What an event shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whether a call was refused.
    pub refused: bool,
    /// For each thread, how an acquire of it came back in the event, be it this call or one that waited.
    pub returns: [Option<Return>; MAX_THREADS],
}

/// How an acquire came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// SUCCESS.
    Acquired {
        /// FenceValue.
        fence: u8,
        /// What was written to the buffer; 0: nothing.
        data: u8,
    },
    /// TIMEOUT.
    TimedOut,
    /// ABANDONED.
    Abandoned,
    /// INVALID_PARAMETER: its handle was destroyed.
    Destroyed,
}

const NOTHING: Shown = Shown { refused: false, returns: [None; MAX_THREADS] };
const REFUSED: Shown = Shown { refused: true, ..NOTHING };

/// Returns the state after the event and what it shows, or `None` if the event cannot happen: a call of a
/// thread that does not run, a second end, a timeout or grant that is not enabled.
#[must_use]
pub fn apply(world: &KeyedMutexWorld, state: &FlatState, action: FlatAction) -> Option<(FlatState, Shown)> {
    let mut next = *state;
    let shown = match action {
        FlatAction::Call(thread, call) => {
            if state.threads[usize::from(thread)] != Thread::Running {
                return None;
            }
            answer(world, &mut next, thread, call)
        }
        FlatAction::EndThread(thread) => {
            let slot = &mut next.threads[usize::from(thread)];
            if *slot == Thread::Ended {
                return None;
            }
            // TRD-12, KMX-36, KMX-12: nothing but its wait goes with it.
            *slot = Thread::Ended;
            NOTHING
        }
        FlatAction::KillProcess(process) => {
            if !state.processes[usize::from(process)].alive {
                return None;
            }
            kill(world, &mut next, process)
        }
        FlatAction::Timeout(thread) => {
            state.wait(thread).filter(|wait| wait.limited)?;
            // TIM-04, TIM-05, KMX-16: at any point, also if the mutex is available by now.
            resume(&mut next, thread, Return::TimedOut, NOTHING)
        }
        FlatAction::Grant(thread) => {
            let wait = state.wait(thread)?;
            // KMX-22, KMX-23: any waiter that can have it.
            let mutex = next.mutex.as_mut().filter(|mutex| is_available(mutex, wait.key))?;
            let taken = take(mutex, world.process_of(thread), wait.handle, wait.reads);
            resume(&mut next, thread, taken, NOTHING)
        }
    };
    Some((next, shown))
}

fn answer(world: &KeyedMutexWorld, next: &mut FlatState, thread: u8, call: FlatCall) -> Shown {
    let process = world.process_of(thread);
    match call {
        FlatCall::Create { key, data } => {
            // HND-14: one mutex is the limit.
            if next.mutex.is_some() {
                return REFUSED;
            }
            // KMX-01
            next.mutex = Some(Mutex { key, fence: 0, data, abandoned: false, owner: None });
            next.ghost = Ghost { fence: 0, data };
            next.processes[usize::from(process)].handles = 1;
            NOTHING
        }
        FlatCall::Open { data } => open(world, next, process, data),
        FlatCall::Destroy { handle } => {
            // KMX-08
            if !next.has_handle(process, handle) {
                return REFUSED;
            }
            let shown = end_waits(world, next, |owner, wait| {
                // KMX-35: whether or not the mutex is abandoned by it.
                (owner == process && wait.handle == handle).then_some(Return::Destroyed)
            });
            next.processes[usize::from(process)].handles &= !(1 << handle);
            after_destruction(world, next, shown, |owner| owner == Owner { process, handle })
        }
        FlatCall::Acquire { handle, key, patience, reads } => {
            acquire(next, (thread, process), Wait { handle, key, reads, limited: true }, patience)
        }
        FlatCall::Release { handle, key, fence, data } => {
            let owner = Some(Owner { process, handle });
            // KMX-34, KMX-21, KMX-12: an abandoned mutex has no owner.
            let Some(mutex) = next.mutex.as_mut().filter(|mutex| mutex.owner == owner) else {
                return REFUSED;
            };
            // KMX-29
            let data = if data == 0 { mutex.data } else { data };
            // KMX-20, KMX-18
            *mutex = Mutex { key, fence, data, abandoned: false, owner: None };
            next.ghost = Ghost { fence, data };
            NOTHING
        }
    }
}

fn open(world: &KeyedMutexWorld, next: &mut FlatState, process: u8, data: u8) -> Shown {
    let handles = &mut next.processes[usize::from(process)].handles;
    let free = (0..world.handles).find(|handle| *handles & 1 << handle == 0);
    // HND-25: without a mutex no global handle. HND-14: the slots are the limit.
    let (Some(mutex), Some(free)) = (next.mutex.as_mut(), free) else { return REFUSED };
    // HND-16. KMX-34: abandoned or not.
    *handles |= 1 << free;
    // KMX-25
    if mutex.data == 0 {
        mutex.data = data;
        next.ghost.data = data;
    }
    NOTHING
}

fn acquire(next: &mut FlatState, (thread, process): (u8, u8), wait: Wait, patience: Patience) -> Shown {
    let mutex =
        next.mutex.as_mut().filter(|_| next.processes[usize::from(process)].handles & 1 << wait.handle != 0);
    // HND-09
    let Some(mutex) = mutex else { return REFUSED };
    // KMX-32: before the size of the buffer.
    if mutex.abandoned {
        return resume(next, thread, Return::Abandoned, NOTHING);
    }
    // KMX-28: there is nothing to read.
    if wait.reads && mutex.data == 0 {
        return REFUSED;
    }
    // KMX-16, KMX-22: whatever its patience, and whoever waits.
    if is_available(mutex, wait.key) {
        let taken = take(mutex, process, wait.handle, wait.reads);
        return resume(next, thread, taken, NOTHING);
    }
    let limited = match patience {
        // TIM-05
        Patience::None => return resume(next, thread, Return::TimedOut, NOTHING),
        Patience::Limited => true,
        Patience::Unlimited => false,
    };
    // KMX-11, KMX-13
    next.threads[usize::from(thread)] = Thread::Blocked(Wait { limited, ..wait });
    NOTHING
}

/// T10.
fn kill(world: &KeyedMutexWorld, next: &mut FlatState, process: u8) -> Shown {
    // KMX-36: its waits go first, so none of them returns.
    for thread in (0..world.threads).filter(|thread| world.process_of(*thread) == process) {
        next.threads[usize::from(thread)] = Thread::Ended;
    }
    next.processes[usize::from(process)].alive = false;
    next.processes[usize::from(process)].handles = 0;
    // KMX-31
    after_destruction(world, next, NOTHING, |owner| owner.process == process)
}

/// Abandons the mutex if what was destroyed owned it, and ends it if nothing is left.
fn after_destruction(
    world: &KeyedMutexWorld,
    next: &mut FlatState,
    shown: Shown,
    destroyed: impl Fn(Owner) -> bool,
) -> Shown {
    // KMX-07, LIF-01
    if next.processes.iter().all(|process| process.handles == 0) {
        next.mutex = None;
        next.ghost = Ghost::default();
        return shown;
    }
    let owned = next.mutex.as_mut().filter(|mutex| mutex.owner.is_some_and(destroyed));
    let Some(mutex) = owned else { return shown };
    // KMX-30
    mutex.owner = None;
    mutex.abandoned = true;
    // KMX-33: every waiter that is left, whatever its key.
    let mut shown = shown;
    let abandoned = end_waits(world, next, |_, _| Some(Return::Abandoned));
    for (all, one) in shown.returns.iter_mut().zip(abandoned.returns) {
        *all = all.or(one);
    }
    shown
}

/// Ends the waits for which there is a return, given the process and the wait.
fn end_waits(
    world: &KeyedMutexWorld,
    next: &mut FlatState,
    with: impl Fn(u8, Wait) -> Option<Return>,
) -> Shown {
    let mut shown = NOTHING;
    for thread in 0..world.threads {
        let ending = next.wait(thread).and_then(|wait| with(world.process_of(thread), wait));
        if let Some(ending) = ending {
            shown = resume(next, thread, ending, shown);
        }
    }
    shown
}

/// Returns an acquire to its thread, which runs.
fn resume(next: &mut FlatState, thread: u8, with: Return, mut shown: Shown) -> Shown {
    next.threads[usize::from(thread)] = Thread::Running;
    shown.returns[usize::from(thread)] = Some(with);
    shown
}

fn take(mutex: &mut Mutex, process: u8, handle: u8, reads: bool) -> Return {
    // KMX-12, KMX-17, KMX-28
    mutex.owner = Some(Owner { process, handle });
    Return::Acquired { fence: mutex.fence, data: if reads { mutex.data } else { 0 } }
}

/// Returns whether an acquire with the key can take the mutex (KMX-11).
fn is_available(mutex: &Mutex, key: u8) -> bool {
    mutex.owner.is_none() && !mutex.abandoned && mutex.key == key
}
