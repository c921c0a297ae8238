//! The lockstep as a machine that scenarios are played on: the client sees the core, the model watches.

use kmt_core::{Event, Kernel, Outcome};

use super::lockstep::{Lockstep, LockstepError};
use crate::scenario::{Machine, MachineError};

impl Machine for Lockstep {
    fn handle(&mut self, event: Event) -> Result<Outcome, MachineError> {
        Self::handle(self, event).map_err(|error| match error {
            LockstepError::Misuse(misuse) => MachineError::Misuse(misuse),
            LockstepError::Unformed | LockstepError::BeyondTheModel => {
                MachineError::Divergence(error.to_string())
            }
            LockstepError::Divergence(divergence) => MachineError::Divergence(divergence.to_string()),
        })
    }

    fn kernel(&self) -> &Kernel {
        self.kernel()
    }
}
