//! The lockstep as a machine that scenarios are played on: the client sees the core, the model watches.

use kmt_core::{Event, Kernel, Outcome, Profile};

use super::lockstep::{Lockstep, LockstepError};
use crate::scenario::{Machine, MachineError};

impl Machine for Lockstep {
    fn handle(&mut self, event: Event) -> Result<Outcome, MachineError> {
        Self::handle(self, event).map_err(|error| match error {
            LockstepError::Misuse(misuse) => MachineError::Misuse(misuse),
            LockstepError::Unformed | LockstepError::BeyondTheModel(_) => {
                MachineError::Divergence(error.to_string())
            }
            LockstepError::Divergence(divergence) => MachineError::Divergence(divergence.to_string()),
        })
    }

    fn kernel(&self) -> &Kernel {
        self.kernel()
    }
}

/// The kernel of a scenario, watched by the model where the model has its dialect.
#[derive(Clone, Debug)]
pub enum Watched {
    /// Core and model.
    Both(Box<Lockstep>),
    /// The core alone: the model has the observed behaviours only.
    Core(Box<Kernel>),
}

impl Watched {
    /// Around a kernel without events so far.
    #[must_use]
    pub fn around(kernel: Kernel) -> Self {
        let (profile, limits) = (*kernel.profile(), *kernel.limits());
        if profile == Profile::documented() {
            return Self::Core(Box::new(kernel));
        }
        Self::Both(Box::new(Lockstep::around(kernel, profile, &limits)))
    }
}

impl Machine for Watched {
    fn handle(&mut self, event: Event) -> Result<Outcome, MachineError> {
        match self {
            Self::Both(lockstep) => Machine::handle(lockstep.as_mut(), event),
            Self::Core(kernel) => Machine::handle(kernel.as_mut(), event),
        }
    }

    fn kernel(&self) -> &Kernel {
        match self {
            Self::Both(lockstep) => lockstep.kernel(),
            Self::Core(kernel) => kernel,
        }
    }
}
