//! What each thread calls, and what must come of it.

use kmt_core::{ExecutionState, NtStatus};

use super::super::calls::CallShape;
use super::super::place::{Name, Placed};
use super::super::value::FieldLine;

/// What one thread calls, one call after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The thread.
    pub thread: Name,
    /// Its calls.
    pub calls: Vec<CallLine>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLine {
    /// Which call, and its place.
    pub shape: Placed<&'static CallShape>,
    /// Whether a NULL pointer stands in place of the argument structure.
    pub null: bool,
    /// The inputs that are written down, in the order of the shape.
    pub inputs: Vec<FieldLine>,
    /// The names that its outputs get.
    pub gives: Vec<GivesLine>,
    /// CreateProcess alone: threads that the host starts in the new process at once.
    pub threads: Vec<Name>,
    /// What must come of it.
    pub expect: Option<Expect>,
}

impl CallLine {
    /// The names of handles, events and devices that the call and its expectation refer to.
    pub(in crate::scenario) fn names(&self) -> Vec<&str> {
        let out = self.expect.iter().flat_map(|expect| &expect.out);
        let values = self.inputs.iter().chain(out).flat_map(|field| field.value.value.names());
        let around = || self.expect.iter().map(|expect| &expect.around);
        let sets = around().flat_map(|around| around.sets.iter().flatten()).map(|event| event.as_str());
        let effects = around().flat_map(|around| around.effects.iter().flatten());
        let devices = effects.filter_map(|effect| match &effect.value {
            EffectLine::DeviceEnteredError { device, .. } | EffectLine::DeviceDestroyed { device } => {
                Some(device.value.as_str())
            }
            EffectLine::ThreadEnded { .. } | EffectLine::ProcessEnded { .. } => None,
        });
        values.chain(sets).chain(devices).collect()
    }
}

/// The names that an output gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivesLine {
    /// The output, by the name of the rulebook.
    pub field: &'static str,
    /// One name, or one for each entry of an array.
    pub names: Vec<Name>,
}

/// What must come of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// The status.
    pub status: Option<Placed<NtStatus>>,
    /// The rule that decided a refusal, or what ended a wait.
    pub rule: Option<Name>,
    /// Outputs.
    pub out: Vec<FieldLine>,
    /// What else must become visible.
    pub around: Around,
}

/// What an event must make visible besides the answer of a call, each list in order and complete; none where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Everything but the events that are set and the threads that are resumed.
    pub effects: Option<Vec<Placed<EffectLine>>>,
    /// The events that are set for a wait, by the name of a handle.
    pub sets: Option<Vec<Name>>,
    /// The threads that are resumed.
    pub wakes: Option<Vec<Placed<WakeLine>>>,
}

/// A thread that is resumed: its blocked call returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeLine {
    /// The thread.
    pub thread: Name,
    /// What its call returns.
    pub status: Placed<NtStatus>,
    /// The rule that ended the wait.
    pub rule: Option<Name>,
}

/// Something that an event made visible besides its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectLine {
    /// A device entered Error.
    DeviceEnteredError {
        /// The name of its handle.
        device: Name,
        /// The execution state.
        state: ExecutionState,
    },
    /// A device was destroyed.
    DeviceDestroyed {
        /// The name of its handle.
        device: Name,
    },
    /// A thread ended.
    ThreadEnded {
        /// The thread.
        thread: Name,
    },
    /// A process ended.
    ProcessEnded {
        /// The process.
        process: Name,
    },
}
