//! What a scenario is played on: a kernel, or something that drives several of them together.

use kmt_core::{Event, Kernel, Misuse, Outcome};

/// Something that takes the events of a scenario.
pub trait Machine {
    /// Takes one event.
    ///
    /// # Errors
    ///
    /// [`MachineError::Misuse`] when no client could have caused the event, [`MachineError::Divergence`] when the kernels
    /// behind the machine do not agree; the machine is not to be used any more after the latter.
    fn handle(&mut self, event: Event) -> Result<Outcome, MachineError>;

    /// The kernel as it is now.
    fn kernel(&self) -> &Kernel;
}

/// Why a machine did not take an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MachineError {
    /// The event cannot happen.
    #[error("{0}")]
    Misuse(Misuse),
    /// The kernels behind the machine differ; the text says in what.
    #[error("{0}")]
    Divergence(String),
}

impl Machine for Kernel {
    fn handle(&mut self, event: Event) -> Result<Outcome, MachineError> {
        // The inherent method, which has the same name.
        Self::handle(self, event).map_err(MachineError::Misuse)
    }

    fn kernel(&self) -> &Kernel {
        self
    }
}
