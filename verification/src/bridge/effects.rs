//! What the core made visible besides its answer becomes the model's effects.

use kmt_core::{
    DeviceId, Diagnostic, Effect, ExecutionState, NtObjectId, NtStatus, Output, Reply, Resumed, ThreadId,
    WaitId,
};
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
    const fn rank(&self) -> u8 {
        match self {
            Self::Resumed(..) => 2,
            Self::Other(effect) => rank(effect),
        }
    }

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

/// The effects in the model's words, kind by kind; names are those of before the waits ended.
///
/// # Errors
///
/// A text where an effect names a device or a wait that the model does not know, or returns what no rule allows.
pub fn effects(effects: &[Effect], names: &Names) -> Result<Vec<Seen>, String> {
    let translated = effects.iter().filter_map(|effect| match effect {
        Effect::EventSet { event } => Some(event_set(*event, names).map(Seen::Other)),
        Effect::Diagnostic(report) => Some(diagnostic(*report, names).map(Seen::Other)),
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
    let mut seen = translated.collect::<Result<Vec<_>, _>>()?;
    seen.sort_by_key(Seen::rank);
    Ok(seen)
}

/// The model's effects, kind by kind.
#[must_use]
pub fn expected(effects: &[observation::Effect]) -> Vec<observation::Effect> {
    let mut effects = effects.to_vec();
    effects.sort_by_key(rank);
    effects
}

/// The place of a kind of effect in an observation.
const fn rank(effect: &observation::Effect) -> u8 {
    match effect {
        observation::Effect::DeviceEnteredError { .. } => 0,
        observation::Effect::EventSet(_) => 1,
        observation::Effect::Resumed { .. } => 2,
        observation::Effect::Diagnostic(_) => 3,
        observation::Effect::ThreadEnded(_) => 4,
        observation::Effect::ProcessEnded(_) => 5,
    }
}

fn event_set(event: NtObjectId, names: &Names) -> Result<observation::Effect, String> {
    let name = names.identities.event_name(event).ok_or_else(|| format!("{event:?} is no known event"))?;
    Ok(observation::Effect::EventSet(name))
}

fn diagnostic(report: Diagnostic, names: &Names) -> Result<observation::Effect, String> {
    Ok(observation::Effect::Diagnostic(match report {
        Diagnostic::ReachedBeforeTheWait { thread } => {
            observation::Diagnostic::ReachedBeforeTheWait(ThreadName(thread.number()))
        }
        Diagnostic::ReleasedByForcedMaximum { wait } => {
            let place = names.identities.wait_place(wait);
            observation::Diagnostic::ReleasedByForcedMaximum(
                place.ok_or_else(|| format!("{wait:?} was released and is not known"))?,
            )
        }
    }))
}

fn resumed(thread: ThreadId, wait: WaitId, result: &Resumed, names: &Names) -> Result<Seen, String> {
    let name = ThreadName(thread.number());
    if names.identities.wait_id(name) != Some(wait) {
        return Err(format!("{thread:?} returns from {wait:?}, with which it was not blocked"));
    }
    let answered = match result {
        Resumed::Complete(Reply {
            status,
            output: Output::AcquireKeyedMutex { fence_value, private_data },
            rule,
        }) => observe::acquire(*status, *fence_value, private_data.as_deref(), *rule, names)?,
        Resumed::Complete(Reply { status: NtStatus::TIMEOUT, output: Output::TimedOut, rule }) => {
            Answered::Ended { how: observation::Ending::TimedOut, rule: *rule }
        }
        Resumed::Complete(Reply { status, output: Output::FencesReached, rule }) => {
            Answered::Done { status: *status, output: observation::Output::FencesReached, rule: *rule }
        }
        Resumed::Complete(Reply { status, output: Output::EventTaken, rule }) => {
            Answered::Done { status: *status, output: observation::Output::EventTaken, rule: *rule }
        }
        Resumed::Complete(reply) => return Err(format!("{thread:?} did not wait for {reply:?}")),
        Resumed::Refused(refusal) => Answered::Refused { refusal: *refusal, written: false },
    };
    Ok(Seen::Resumed(name, answered))
}

fn entered_error(
    device: DeviceId,
    state: ExecutionState,
    names: &Names,
) -> Result<observation::Effect, String> {
    let device = names.identities.device_name(device).ok_or_else(|| format!("{device:?} is not known"))?;
    Ok(observation::Effect::DeviceEnteredError { device, execution: observe::execution(state)? })
}
