//! Whether an outcome is what was expected.

use kmt_core::{Answer, Effect, NtStatus, Outcome};

use super::calls::Seen;
use super::document::{CallLine, EffectLine, Expect, Value, WakeLine};
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
pub(crate) const fn status(answer: &Answer) -> Option<NtStatus> {
    match answer {
        Answer::Complete(reply) => Some(reply.status),
        Answer::Refused(refusal) => Some(refusal.status),
        Answer::Pending(_) => None,
    }
}

/// What an answer does not meet: of the status, the rule and the outputs.
pub(crate) fn unmet_answer(
    play: &Play,
    progress: &Progress,
    line: &CallLine,
    expect: &Expect,
    answer: &Answer,
) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    let mut miss = |span: &Span, what: &str, expected: String, got: String| {
        unmet.push(Unmet { span: span.clone(), what: what.to_owned(), expected, got });
    };
    if let Some(wanted) = &expect.status
        && status(answer) != Some(wanted.value)
    {
        miss(&wanted.span, "status", wanted.value.to_string(), show::answer(answer));
    }
    if let Some(wanted) = &expect.rule {
        let decided = match answer {
            Answer::Refused(refusal) => Some(refusal.rule.id()),
            Answer::Complete(reply) => reply.rule.map(kmt_core::rule::Rule::id),
            Answer::Pending(_) => None,
        };
        if decided != Some(wanted.as_str()) {
            miss(&wanted.span, "rule", wanted.value.clone(), show::answer(answer));
        }
    }
    let seen = match answer {
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
    unmet
}

/// What the event of a call does not meet: of the effects and of the threads that it resumes.
pub(crate) fn unmet_around(
    play: &Play,
    progress: &Progress,
    line: &CallLine,
    expect: &Expect,
    outcome: &Outcome,
) -> Vec<Unmet> {
    let effects = expect.effects.as_deref();
    let wakes = expect.wakes.as_deref();
    unmet_event(play, progress, &line.shape.span, effects, wakes, outcome)
}

/// What an event does not meet, where that is written down.
pub(crate) fn unmet_event(
    play: &Play,
    progress: &Progress,
    span: &Span,
    effects: Option<&[Placed<EffectLine>]>,
    wakes: Option<&[Placed<WakeLine>]>,
    outcome: &Outcome,
) -> Vec<Unmet> {
    let effects = effects.and_then(|wanted| unmet_effects(play, progress, span, wanted, outcome));
    let wakes = wakes.and_then(|wanted| unmet_wakes(play, progress, span, wanted, outcome));
    effects.into_iter().chain(wakes).collect()
}

/// Whether the effects of an event, apart from resumed threads, are these, in this order.
fn unmet_effects(
    play: &Play,
    progress: &Progress,
    span: &Span,
    wanted: &[Placed<EffectLine>],
    outcome: &Outcome,
) -> Option<Unmet> {
    let got: Vec<&Effect> =
        outcome.effects.iter().filter(|effect| !matches!(effect, Effect::Resume { .. })).collect();
    let agree = wanted.len() == got.len()
        && wanted.iter().zip(&got).all(|(line, effect)| is_effect(play, progress, line, effect));
    (!agree).then(|| Unmet {
        span: wanted.first().map_or_else(|| span.clone(), |effect| effect.span.clone()),
        what: "effects".to_owned(),
        expected: list(&wanted.iter().map(|line| show::effect_line(&line.value)).collect::<Vec<_>>()),
        got: list(&got.iter().map(|effect| show::effect(play, progress, effect)).collect::<Vec<_>>()),
    })
}

/// Whether an event resumes these threads, in this order.
fn unmet_wakes(
    play: &Play,
    progress: &Progress,
    span: &Span,
    wanted: &[Placed<WakeLine>],
    outcome: &Outcome,
) -> Option<Unmet> {
    let resumes = outcome.effects.iter();
    let got: Vec<&Effect> = resumes.filter(|effect| matches!(effect, Effect::Resume { .. })).collect();
    let agree = wanted.len() == got.len()
        && wanted.iter().zip(&got).all(|(line, effect)| is_wake(play, progress, line, effect));
    (!agree).then(|| Unmet {
        span: wanted.first().map_or_else(|| span.clone(), |wake| wake.span.clone()),
        what: "wakes".to_owned(),
        expected: list(&wanted.iter().map(|line| show::wake_line(&line.value)).collect::<Vec<_>>()),
        got: list(&got.iter().map(|effect| show::effect(play, progress, effect)).collect::<Vec<_>>()),
    })
}

fn is_wake(play: &Play, progress: &Progress, line: &WakeLine, effect: &Effect) -> bool {
    let Effect::Resume { thread, result, .. } = effect else { return false };
    let rule = result.rule().map(kmt_core::rule::Rule::id);
    play.id(progress, &line.thread) == Some(thread.number())
        && result.status() == line.status.value
        && line.rule.as_ref().is_none_or(|wanted| rule == Some(wanted.as_str()))
}

fn list(all: &[String]) -> String {
    if all.is_empty() { "none".to_owned() } else { all.join("; ") }
}

fn is_output(play: &Play, progress: &Progress, wanted: &Value, got: Option<&Seen>) -> bool {
    let Some(got) = got else {
        return *wanted == Value::Nothing;
    };
    let equal = |wanted: &Value, got: u64| play.number(progress, wanted) == Ok(got);
    match wanted {
        Value::Nothing => false,
        Value::Bytes(wanted) => wanted.iter().map(|byte| u64::from(*byte)).eq(got.values.iter().copied()),
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
