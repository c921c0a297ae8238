//! A kernel that runs by itself: the machine's own steps are taken by a policy, and time passes when there are none.

use alloc::vec::Vec;
use core::fmt;

use crate::choose::{Choose, ChooseError, FirstEnabled};
use crate::event::{Answer, Effect, Event, Incident, Pick, Step};
use crate::id::WaitId;
use crate::kernel::Kernel;
use crate::refusal::Misuse;

use clock::Clock;

mod clock;

/// A [`Kernel`] with a way to choose its steps and a clock.
///
/// The caller's loop: hand events to [`Self::handle`]; whenever the machine shall go on, call [`Self::settle`]; fetch what
/// became visible with [`Self::take_effects`]. When all threads wait, call [`Self::advance_to_next_deadline`] and settle
/// again, or let [`Self::run_to_rest`] do both.
///
/// The default policy, [`FirstEnabled`], takes the step that is listed first: a notice, else a reclaim, else a grant, of the
/// last two the oldest. Whatever the policy, a blocked call times out only when its time is due and no other step is enabled (TIM-05).
#[derive(Clone, Debug)]
pub struct Simulator<C = FirstEnabled> {
    kernel: Kernel,
    choose: C,
    clock: Clock,
    effects: Vec<Effect>,
    /// Events since the invariants were last checked here; only debug builds count them.
    unchecked: u32,
}

/// How many events pass between two checks of a kernel that is too large to be checked after each.
const EVENTS_BETWEEN_CHECKS: u32 = 1024;

/// Why a simulator could not settle. The steps taken before stay taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SettleError {
    /// No step was picked.
    Choose(ChooseError),
    /// A step was picked that was not among the options.
    NotAnOption(Step),
}

impl fmt::Display for SettleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choose(error) => error.fmt(formatter),
            Self::NotAnOption(step) => write!(formatter, "{step:?} was chosen and is not among the options"),
        }
    }
}

impl core::error::Error for SettleError {}

impl<C: Choose> Simulator<C> {
    /// Runs a kernel with this way to choose, and a clock that begins at 0 (TIM-01).
    #[must_use]
    pub fn new(kernel: Kernel, choose: C) -> Self {
        Self::with_clock(kernel, choose, 0)
    }

    /// Runs a kernel with this way to choose, and a clock that begins at so many units of 100 ns since 1601-01-01.
    ///
    /// A call that is already blocked in the kernel counts as if it had been made now.
    // TIM-01
    #[must_use]
    pub fn with_clock(kernel: Kernel, choose: C, clock: u64) -> Self {
        let mut clock = Clock::new(clock);
        for wait in kernel.waits() {
            if let Some(thread) = wait.thread {
                clock.watch(wait.id, thread, wait.limit);
            }
        }
        Self { kernel, choose, clock, effects: Vec::new(), unchecked: 0 }
    }

    /// The clock, in units of 100 ns since 1601-01-01.
    #[must_use]
    pub const fn clock(&self) -> u64 {
        self.clock.now()
    }

    /// What the system time is ahead of the clock, in units of 100 ns; at first 0.
    #[must_use]
    pub const fn system_time_offset(&self) -> i64 {
        self.clock.offset()
    }

    /// Sets the system time. The clock stays, and absolute time limits follow (TIM-01, KMX-15): one that the new time has
    /// passed is due at once.
    pub const fn set_system_time_offset(&mut self, offset: i64) {
        self.clock.set_offset(offset);
    }

    /// The kernel as it is.
    #[must_use]
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// The way to choose, with what it remembers.
    #[must_use]
    pub const fn choose(&self) -> &C {
        &self.choose
    }

    /// The kernel and the way to choose.
    #[must_use]
    pub fn into_parts(self) -> (Kernel, C) {
        (self.kernel, self.choose)
    }

    /// Lets one event happen and keeps its effects for [`Self::take_effects`].
    ///
    /// The pick of a call with an absolute time limit is replaced by the one that the system time asks for (KMX-16). Where a
    /// call, or the stop of an adapter, leaves open who is released from an event and the pick is [`Pick::Only`], those who
    /// have waited longest are (C9).
    ///
    /// # Errors
    ///
    /// As [`Kernel::handle`], and [`Misuse::StepNotEnabled`] for a timeout that is not due (INV-88).
    ///
    /// # Panics
    ///
    /// As [`Kernel::handle`]; here debug builds look for broken invariants in kernels of any size, from 64 objects on after
    /// every 1,024 events.
    pub fn handle(&mut self, event: Event) -> Result<Answer, Misuse> {
        let outcome = self.kernel.handle(self.timed(event)?)?;
        if let Answer::Pending(wait) = outcome.answer {
            self.watch(wait);
        }
        for effect in &outcome.effects {
            match effect {
                Effect::Resume { wait, .. } => self.clock.forget(*wait),
                Effect::ThreadEnded { thread } => self.clock.forget_thread(*thread),
                _ => {}
            }
        }
        self.effects.extend(outcome.effects);
        if cfg!(debug_assertions) {
            self.unchecked += 1;
            if self.unchecked == EVENTS_BETWEEN_CHECKS {
                self.unchecked = 0;
                self.kernel.assert_invariants();
            }
        }
        Ok(outcome.answer)
    }

    /// An event as it is at this moment.
    fn timed(&self, event: Event) -> Result<Event, Misuse> {
        match event {
            Event::Step(Step::Timeout(wait)) if !self.clock.is_due(wait) => {
                Err(Misuse::StepNotEnabled(Step::Timeout(wait)))
            }
            Event::Call(mut call) => {
                if let Some(limit) = call.request.absolute_limit() {
                    call.pick = self.clock.pick(limit);
                } else if call.pick == Pick::Only {
                    call.pick = self.kernel.first_pick(call.thread, &call.request)?;
                }
                Ok(Event::Call(call))
            }
            Event::Incident(Incident::StopAdapter { adapter, pick: Pick::Only }) => {
                let pick = self.kernel.first_stop_pick(adapter)?;
                Ok(Event::Incident(Incident::StopAdapter { adapter, pick }))
            }
            event => Ok(event),
        }
    }

    fn watch(&mut self, wait: WaitId) {
        if let Some(wait) = self.kernel.wait(wait)
            && let Some(thread) = wait.thread
        {
            self.clock.watch(wait.id, thread, wait.limit);
        }
    }

    /// The steps that can be taken at this moment.
    // TIM-05: whoever can be granted a mutex gets it before a timeout that is due at the same moment.
    fn options(&self) -> Vec<Step> {
        if self.choose.takes_the_first() {
            let due = || self.clock.first_due().map(Step::Timeout);
            return self.kernel.first_untimed_choice().or_else(due).into_iter().collect();
        }
        let untimed = self.kernel.untimed_choices();
        if untimed.is_empty() { self.clock.due().map(Step::Timeout).collect() } else { untimed }
    }

    /// The clock at which the next blocked call is due, which is the present one if it is due now; none if no blocked call
    /// ever is.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        self.clock.next_due()
    }

    /// Moves the clock to the next due time and says where it is now. None, and the clock stays, while a step is enabled or
    /// if no blocked call is ever due.
    // TIM-02
    pub fn advance_to_next_deadline(&mut self) -> Option<u64> {
        let is_enabled = self.kernel.first_untimed_choice().is_some() || self.clock.first_due().is_some();
        if is_enabled { None } else { self.clock.advance() }
    }

    /// Settles and moves the clock by turns until nothing is enabled and nothing due, and says how many steps that took.
    ///
    /// # Errors
    ///
    /// As [`Self::settle`].
    // TIM-02: then the run is at rest.
    pub fn run_to_rest(&mut self) -> Result<usize, SettleError> {
        let mut taken = self.settle()?;
        while self.advance_to_next_deadline().is_some() {
            taken += self.settle()?;
        }
        Ok(taken)
    }

    /// Takes steps that are enabled at this moment until none is left, and says how many that were. The clock stays.
    ///
    /// It ends, because every step lowers the measure of INV-42: here the number of destroyed devices that are not yet
    /// reclaimed, plus the number of marks, plus the number of blocked calls.
    ///
    /// # Errors
    ///
    /// [`SettleError`] if no step, or one that is not enabled, was picked.
    pub fn settle(&mut self) -> Result<usize, SettleError> {
        let mut taken = 0;
        loop {
            let options = self.options();
            if options.is_empty() {
                return Ok(taken);
            }
            let step = self.choose.choose(&options).map_err(SettleError::Choose)?;
            if self.handle(Event::Step(step.clone())).is_err() {
                return Err(SettleError::NotAnOption(step));
            }
            taken += 1;
        }
    }

    /// What became visible since the last call of this function, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        core::mem::take(&mut self.effects)
    }
}

impl Default for Simulator<FirstEnabled> {
    /// A new kernel with default limits, and the default policy.
    fn default() -> Self {
        Self::new(Kernel::default(), FirstEnabled)
    }
}
