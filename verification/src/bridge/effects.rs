//! What the core made visible besides its answer becomes the model's effects.

use kmt_core::{DeviceId, Effect, ExecutionState, Output, Reply, Resumed, ThreadId, WaitId};
use kmt_model::observation;
use kmt_model::state::{ProcessName, ThreadName};

use super::names::Names;
use super::observe::{self, Answered, Moment};

/// An effect in the model's words, with what only the core has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A blocked call ended.
    Resumed(ThreadName, Answered),
    /// Anything else.
    Other(observation::Effect),
}

impl Seen {
    /// Whether the model's effect says the same.
    #[must_use]
    pub fn agrees_with(&self, expected: &observation::Effect) -> bool {
        match (self, expected) {
            (Self::Resumed(thread, answered), observation::Effect::Resumed { thread: expected, verdict }) => {
                thread == expected && answered.agrees_with(verdict, Moment::EndOfWait)
            }
            (Self::Resumed(..), _) => false,
            (Self::Other(effect), expected) => effect == expected,
        }
    }
}

/// The effects in the model's words, in their order; names are those of before the waits ended.
///
/// # Errors
///
/// A text where an effect names a device or a wait that the model does not know, or returns what no rule allows.
pub fn effects(effects: &[Effect], names: &Names) -> Result<Vec<Seen>, String> {
    let translated = effects.iter().filter_map(|effect| match effect {
        Effect::DeviceEnteredError { device, state } => {
            Some(entered_error(*device, *state, names).map(Seen::Other))
        }
        Effect::Resume { thread, wait, result } => Some(resumed(*thread, *wait, result, names)),
        Effect::ThreadEnded { thread } => {
            Some(Ok(Seen::Other(observation::Effect::ThreadEnded(ThreadName(thread.number())))))
        }
        Effect::ProcessEnded { process } => {
            Some(Ok(Seen::Other(observation::Effect::ProcessEnded(ProcessName(process.number())))))
        }
        // Which devices were destroyed is compared as part of the state.
        Effect::DeviceDestroyed { device: _ } => None,
    });
    translated.collect()
}

fn resumed(thread: ThreadId, wait: WaitId, result: &Resumed, names: &Names) -> Result<Seen, String> {
    let name = ThreadName(thread.number());
    if names.wait_id(name) != Some(wait) {
        return Err(format!("{thread:?} returns from {wait:?}, with which it was not blocked"));
    }
    let answered = match result {
        Resumed::Complete(Reply {
            status,
            output: Output::AcquireKeyedMutex { fence_value, private_data },
            rule,
        }) => observe::acquire(*status, *fence_value, private_data.as_deref(), *rule, names)?,
        Resumed::Complete(reply) => return Err(format!("{thread:?} did not wait for {reply:?}")),
        Resumed::Refused(refusal) => Answered::Refused(*refusal),
    };
    Ok(Seen::Resumed(name, answered))
}

fn entered_error(
    device: DeviceId,
    state: ExecutionState,
    names: &Names,
) -> Result<observation::Effect, String> {
    let device = names.device_name(device).ok_or_else(|| format!("{device:?} is not known"))?;
    Ok(observation::Effect::DeviceEnteredError { device, execution: observe::execution(state)? })
}
