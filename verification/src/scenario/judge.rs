//! Whether an outcome is what was expected.

use kmt_core::{Answer, DeviceId, Effect, NtStatus, Outcome};

use super::calls::Seen;
use super::document::{Around, CallLine, EffectLine, Expect, Value, WakeLine};
use super::place::{Placed, Span};
use super::play::{Play, Progress};
use super::show;

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Where it is written.
    pub span: Span,
    /// What it is about: `status`, `rule`, `effects`, `sets`, `wakes`, or an output field.
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
        Answer::Refused(refusal) | Answer::RefusedButWritten { refusal, .. } => Some(refusal.status),
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
            Answer::Refused(refusal) | Answer::RefusedButWritten { refusal, .. } => Some(refusal.rule.id()),
            Answer::Complete(reply) => reply.rule.map(kmt_core::rule::Rule::id),
            Answer::Pending(_) => None,
        };
        if decided != Some(wanted.as_str()) {
            miss(&wanted.span, "rule", wanted.value.clone(), show::answer(answer));
        }
    }
    let seen = match answer {
        Answer::Complete(reply) => line.shape.seen(&reply.output),
        Answer::RefusedButWritten { output, .. } => line.shape.seen(output),
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

/// What an event does not meet, where that is written down.
pub(crate) fn unmet_event(
    play: &Play,
    progress: &Progress,
    span: &Span,
    around: &Around,
    outcome: &Outcome,
) -> Vec<Unmet> {
    // Reports of the simulator are shown and not judged.
    let is_other = |effect: &Effect| {
        !matches!(effect, Effect::Resume { .. } | Effect::EventSet { .. } | Effect::Diagnostic(_))
    };
    let is_set = |effect: &Effect| matches!(effect, Effect::EventSet { .. });
    let is_resume = |effect: &Effect| matches!(effect, Effect::Resume { .. });
    let kind = |what, is: &dyn Fn(&Effect) -> bool| Kind {
        what,
        got: outcome.effects.iter().filter(|effect| is(effect)).collect(),
        shown: shown(play, progress, outcome, is),
    };
    let effects = around.effects.as_ref().and_then(|wanted| {
        let is_it = |line: &Placed<EffectLine>, effect: &Effect| is_effect(play, progress, line, effect);
        let text = |line: &Placed<EffectLine>| show::effect_line(&line.value);
        kind("effects", &is_other).unmet(span, wanted, is_it, text)
    });
    let sets = around.sets.as_ref().and_then(|wanted| {
        let is_it = |name: &Placed<String>, effect: &Effect| is_set_of(play, progress, name, effect);
        kind("sets", &is_set).unmet(span, wanted, is_it, |name| show::event_set(name))
    });
    let wakes = around.wakes.as_ref().and_then(|wanted| {
        let is_it = |line: &Placed<WakeLine>, effect: &Effect| is_wake(play, progress, line, effect);
        kind("wakes", &is_resume).unmet(span, wanted, is_it, |line| show::wake_line(&line.value))
    });
    effects.into_iter().chain(sets).chain(wakes).collect()
}

/// The effects of an event that belong together, and how they are shown.
struct Kind<'e> {
    what: &'static str,
    got: Vec<&'e Effect>,
    shown: Vec<String>,
}

impl Kind<'_> {
    /// The difference, unless they are as written, in this order.
    fn unmet<T>(
        self,
        span: &Span,
        wanted: &[Placed<T>],
        is_it: impl Fn(&Placed<T>, &Effect) -> bool,
        text: impl Fn(&Placed<T>) -> String,
    ) -> Option<Unmet> {
        let agree = wanted.len() == self.got.len()
            && wanted.iter().zip(&self.got).all(|(line, effect)| is_it(line, effect));
        (!agree).then(|| Unmet {
            span: wanted.first().map_or_else(|| span.clone(), |line| line.span.clone()),
            what: self.what.to_owned(),
            expected: list(&wanted.iter().map(text).collect::<Vec<_>>()),
            got: list(&self.shown),
        })
    }
}

fn shown(play: &Play, progress: &Progress, outcome: &Outcome, is: &dyn Fn(&Effect) -> bool) -> Vec<String> {
    let all = show::effects(play, progress, &outcome.effects);
    outcome.effects.iter().zip(all).filter(|(effect, _)| is(effect)).map(|(_, text)| text).collect()
}

fn is_set_of(play: &Play, progress: &Progress, name: &str, effect: &Effect) -> bool {
    let Effect::EventSet { event } = effect else { return false };
    let place = play.cast.place(name);
    place.and_then(|place| progress.identities.events.get(&place)) == Some(event)
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
        Value::Text(wanted) => wanted.encode_utf16().map(u64::from).eq(got.values.iter().copied()),
        Value::Bytes(wanted) => wanted.iter().map(|byte| u64::from(*byte)).eq(got.values.iter().copied()),
        Value::List(wanted) => {
            wanted.len() == got.values.len()
                && wanted.iter().zip(&got.values).all(|(wanted, got)| equal(&wanted.value, *got))
        }
        wanted => got.values.len() == 1 && equal(wanted, got.values[0]),
    }
}

fn is_effect(play: &Play, progress: &Progress, line: &EffectLine, effect: &Effect) -> bool {
    let device_is = |name: &str, id: &DeviceId| {
        let place = play.cast.place(name);
        place.and_then(|place| progress.identities.devices.get(&place)) == Some(id)
    };
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
