//! A kernel that runs by itself: the machine's own steps are taken by a policy.

use alloc::vec::Vec;
use core::fmt;

use crate::choose::{Choose, ChooseError, FirstEnabled};
use crate::event::{Answer, Effect, Event, Step};
use crate::kernel::Kernel;
use crate::refusal::Misuse;

/// A [`Kernel`] with a way to choose its steps.
///
/// The caller's loop: hand events to [`Self::handle`]; whenever the machine shall go on, call [`Self::settle`]; fetch what
/// became visible with [`Self::take_effects`]. The default policy, [`FirstEnabled`], takes the step that is listed first:
/// by kind, within a kind the oldest object.
#[derive(Clone, Debug)]
pub struct Simulator<C = FirstEnabled> {
    kernel: Kernel,
    choose: C,
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
    /// Runs a kernel with this way to choose.
    #[must_use]
    pub const fn new(kernel: Kernel, choose: C) -> Self {
        Self { kernel, choose, effects: Vec::new(), unchecked: 0 }
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
    /// # Errors
    ///
    /// As [`Kernel::handle`].
    ///
    /// # Panics
    ///
    /// As [`Kernel::handle`]; here debug builds look for broken invariants in kernels of any size, from 64 objects on after
    /// every 1,024 events.
    pub fn handle(&mut self, event: Event) -> Result<Answer, Misuse> {
        let outcome = self.kernel.handle(event)?;
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

    /// Takes enabled steps until none is left, and says how many that were.
    ///
    /// It ends, because every step lowers the measure of INV-42: here the number of destroyed devices that are not yet
    /// reclaimed.
    ///
    /// # Errors
    ///
    /// [`SettleError`] if no step, or one that is not enabled, was picked.
    pub fn settle(&mut self) -> Result<usize, SettleError> {
        let mut taken = 0;
        loop {
            let options = self.kernel.choices();
            if options.is_empty() {
                return Ok(taken);
            }
            let step = self.choose.choose(&options).map_err(SettleError::Choose)?;
            if self.handle(Event::Step(step)).is_err() {
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
