//! Whether an outcome is what was expected.

use kmt_core::{Answer, Effect, NtStatus, Outcome};

use super::calls::Seen;
use super::document::{CallLine, EffectLine, Expect, Value};
use super::place::{Placed, Span};
use super::play::{Play, Progress};
use super::show;

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Where it is written.
    pub span: Span,
    /// What it is about: `status`, `rule`, `effects`, or an output field.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What came instead.
    pub got: String,
}

/// The status that a call returned; none while it has not.
#[must_use]
pub(crate) const fn status(outcome: &Outcome) -> Option<NtStatus> {
    match &outcome.answer {
        Answer::Complete(reply) => Some(reply.status),
        Answer::Refused(refusal) => Some(refusal.status),
        Answer::Pending(_) => None,
    }
}

/// What of an expectation an outcome does not meet.
pub(crate) fn unmet(
    play: &Play,
    progress: &Progress,
    line: &CallLine,
    expect: &Expect,
    outcome: &Outcome,
) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    let mut miss = |span: &Span, what: &str, expected: String, got: String| {
        unmet.push(Unmet { span: span.clone(), what: what.to_owned(), expected, got });
    };
    if let Some(wanted) = &expect.status
        && status(outcome) != Some(wanted.value)
    {
        miss(&wanted.span, "status", wanted.value.to_string(), show::answer(&outcome.answer));
    }
    if let Some(wanted) = &expect.rule {
        let decided = match &outcome.answer {
            Answer::Refused(refusal) => Some(refusal.rule.id()),
            Answer::Complete(_) | Answer::Pending(_) => None,
        };
        if decided != Some(wanted.as_str()) {
            miss(&wanted.span, "rule", wanted.value.clone(), show::answer(&outcome.answer));
        }
    }
    let seen = match &outcome.answer {
        Answer::Complete(reply) => line.shape.seen(&reply.output),
        Answer::Refused(_) | Answer::Pending(_) => Vec::new(),
    };
    for field in &expect.out {
        let got = seen.iter().find(|seen| seen.field == field.field);
        if !is_output(play, progress, &field.value.value, got) {
            let got =
                got.map_or_else(|| "nothing".to_owned(), |seen| show::seen(line.shape.value, seen, None));
            let expected = show::expected(play, progress, line.shape.value, field);
            miss(&field.value.span, field.field, expected, got);
        }
    }
    if let Some(wanted) = &expect.effects {
        unmet.extend(unmet_effects(play, progress, &line.shape.span, wanted, outcome));
    }
    unmet
}

/// Whether the effects of an event are these, in this order.
pub(crate) fn unmet_effects(
    play: &Play,
    progress: &Progress,
    span: &Span,
    wanted: &[Placed<EffectLine>],
    outcome: &Outcome,
) -> Option<Unmet> {
    let agree = wanted.len() == outcome.effects.len()
        && wanted.iter().zip(&outcome.effects).all(|(line, effect)| is_effect(play, progress, line, effect));
    if agree {
        return None;
    }
    let list = |effects: Vec<String>| if effects.is_empty() { "none".to_owned() } else { effects.join("; ") };
    Some(Unmet {
        span: wanted.first().map_or_else(|| span.clone(), |effect| effect.span.clone()),
        what: "effects".to_owned(),
        expected: list(wanted.iter().map(|line| show::effect_line(&line.value)).collect()),
        got: list(outcome.effects.iter().map(|effect| show::effect(play, progress, effect)).collect()),
    })
}

fn is_output(play: &Play, progress: &Progress, wanted: &Value, got: Option<&Seen>) -> bool {
    let Some(got) = got else {
        return *wanted == Value::Nothing;
    };
    let equal = |wanted: &Value, got: u64| play.number(progress, wanted) == Ok(got);
    match wanted {
        Value::Nothing => false,
        Value::List(wanted) => {
            wanted.len() == got.values.len()
                && wanted.iter().zip(&got.values).all(|(wanted, got)| equal(&wanted.value, *got))
        }
        wanted => got.values.len() == 1 && equal(wanted, got.values[0]),
    }
}

fn is_effect(play: &Play, progress: &Progress, line: &EffectLine, effect: &Effect) -> bool {
    let device_is = |name: &str, id| progress.devices.get(id).copied() == play.cast.place(name);
    match (line, effect) {
        (
            EffectLine::DeviceEnteredError { device, state },
            Effect::DeviceEnteredError { device: id, state: got },
        ) => device_is(device, id) && state == got,
        (EffectLine::DeviceDestroyed { device }, Effect::DeviceDestroyed { device: id }) => {
            device_is(device, id)
        }
        (EffectLine::ThreadEnded { thread }, Effect::ThreadEnded { thread: id }) => {
            play.id(progress, thread) == Some(id.number())
        }
        (EffectLine::ProcessEnded { process }, Effect::ProcessEnded { process: id }) => {
            play.id(progress, process) == Some(id.number())
        }
        _ => false,
    }
}
