//! Virtual time, and the moments at which blocked calls are due.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::event::Pick;
use crate::id::{ThreadId, WaitId};
use crate::wait::TimeLimit;

/// The clock of a simulator, and the time limits that it watches.
// TIM-01: outside the kernel, so that no state that is compared contains it.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Units of 100 ns since 1601-01-01.
    now: u64,
    /// System time minus clock.
    offset: i64,
    watched: BTreeMap<WaitId, Watched>,
    of_thread: BTreeMap<ThreadId, WaitId>,
    /// By the clock at which they are due.
    relative: BTreeSet<(u64, u64, WaitId)>,
    /// By the system time at which they are due.
    absolute: BTreeSet<(u64, u64, WaitId)>,
    /// Grows with each wait, to tell which of two is older.
    next_rank: u64,
}

#[derive(Clone, Copy, Debug)]
struct Watched {
    thread: ThreadId,
    rank: u64,
    deadline: Deadline,
}

/// When a blocked call is due.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    /// At this clock.
    Clock(u64),
    /// At this system time.
    // KMX-15: whatever that does.
    System(u64),
}

impl Clock {
    pub(super) const fn new(now: u64) -> Self {
        Self {
            now,
            offset: 0,
            watched: BTreeMap::new(),
            of_thread: BTreeMap::new(),
            relative: BTreeSet::new(),
            absolute: BTreeSet::new(),
            next_rank: 0,
        }
    }

    pub(super) const fn now(&self) -> u64 {
        self.now
    }

    pub(super) const fn offset(&self) -> i64 {
        self.offset
    }

    // TIM-01: the clock stays. KMX-15: so do the deadlines that it measures.
    pub(super) const fn set_offset(&mut self, offset: i64) {
        self.offset = offset;
    }

    /// Clock plus offset, which is below zero for an offset that is large enough.
    // Neither sum nor difference of 64-bit numbers leaves 128 bits.
    pub(super) const fn system_time(&self) -> i128 {
        self.now as i128 + self.offset as i128
    }

    /// The option of a call with this absolute limit.
    // TIM-01, KMX-16: compared with clock plus offset.
    pub(super) fn pick(&self, limit: u64) -> Pick {
        if self.system_time() >= i128::from(limit) { Pick::DeadlinePassed } else { Pick::DeadlineAhead }
    }

    /// Watches the limit of a wait that begins now. O(log n).
    // KMX-15, TIM-05: a relative limit becomes a deadline once, here.
    pub(super) fn watch(&mut self, wait: WaitId, thread: ThreadId, limit: TimeLimit) {
        let deadline = match limit {
            TimeLimit::Unlimited => return,
            // KMX-16: one that does not fit in 64 bits is never reached.
            TimeLimit::Relative(ticks) => match self.now.checked_add(ticks) {
                Some(due) => Deadline::Clock(due),
                None => return,
            },
            TimeLimit::Absolute(time) => Deadline::System(time),
        };
        let rank = self.next_rank;
        self.next_rank += 1;
        match deadline {
            Deadline::Clock(due) => self.relative.insert((due, rank, wait)),
            Deadline::System(time) => self.absolute.insert((time, rank, wait)),
        };
        self.watched.insert(wait, Watched { thread, rank, deadline });
        self.of_thread.insert(thread, wait);
    }

    /// Forgets a wait that is over. O(log n).
    pub(super) fn forget(&mut self, wait: WaitId) {
        if let Some(Watched { thread, rank, deadline }) = self.watched.remove(&wait) {
            self.of_thread.remove(&thread);
            match deadline {
                Deadline::Clock(due) => self.relative.remove(&(due, rank, wait)),
                Deadline::System(time) => self.absolute.remove(&(time, rank, wait)),
            };
        }
    }

    /// Forgets the wait of a thread that has ended. O(log n).
    pub(super) fn forget_thread(&mut self, thread: ThreadId) {
        if let Some(wait) = self.of_thread.get(&thread).copied() {
            self.forget(wait);
        }
    }

    /// The clock at which a system time is reached, under the present offset.
    fn moment(&self, time: u64) -> i128 {
        i128::from(time) - i128::from(self.offset)
    }

    /// Whether a wait has reached its limit.
    // INV-88
    pub(super) fn is_due(&self, wait: WaitId) -> bool {
        self.watched.get(&wait).is_some_and(|watched| match watched.deadline {
            Deadline::Clock(due) => due <= self.now,
            Deadline::System(time) => i128::from(time) <= self.system_time(),
        })
    }

    /// The wait that is due first, the older one of two, and the clock at which it is. O(log n).
    fn first(&self) -> Option<(i128, WaitId)> {
        let relative = self.relative.first().map(|(due, rank, wait)| (i128::from(*due), *rank, *wait));
        let absolute = self.absolute.first().map(|(time, rank, wait)| (self.moment(*time), *rank, *wait));
        relative.into_iter().chain(absolute).min().map(|(moment, _, wait)| (moment, wait))
    }

    /// The first wait that has reached its limit. O(log n).
    pub(super) fn first_due(&self) -> Option<WaitId> {
        self.first().filter(|(moment, _)| *moment <= i128::from(self.now)).map(|(_, wait)| wait)
    }

    /// All waits that have reached their limits: those due first, the older one of two.
    pub(super) fn due(&self) -> impl Iterator<Item = WaitId> {
        let relative = self.relative.range(..=(self.now, u64::MAX, WaitId(u32::MAX)));
        let relative = relative.map(|(due, rank, wait)| (i128::from(*due), *rank, *wait));
        let absolute = self.absolute.iter().map(|(time, rank, wait)| (self.moment(*time), *rank, *wait));
        let absolute = absolute.take_while(|(moment, ..)| *moment <= i128::from(self.now));
        let all: BTreeSet<_> = relative.chain(absolute).collect();
        all.into_iter().map(|(.., wait)| wait)
    }

    /// The clock of the next due time: now, if one has passed; none, if the clock cannot come so far.
    // TIM-02
    pub(super) fn next_due(&self) -> Option<u64> {
        let (moment, _) = self.first()?;
        u64::try_from(moment.max(i128::from(self.now))).ok()
    }

    /// Moves the clock on to the next due time.
    // TIM-02: exactly.
    pub(super) fn advance(&mut self) -> Option<u64> {
        self.now = self.next_due()?;
        Some(self.now)
    }
}
