//! What happened, a line for each event, for a person and for a program.

use std::fmt;

use kmt_core::{Answer, Outcome, Output, Pick};
use serde::Serialize;

use super::calls::{Datum, Seen};
use super::document::CallLine;
use super::play::{Deed, Done, Play, Progress};
use super::show;

/// The events of a run in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Transcript {
    /// The lines.
    pub lines: Vec<Line>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its place, from 1.
    pub number: usize,
    /// Who caused it: `process/thread`, `machine`, `incident` or `host`.
    pub actor: String,
    /// What it was.
    pub event: String,
    /// What a call returned; none for every other event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerLine>,
    /// What else became visible, in order.
    pub effects: Vec<String>,
}

/// What a call returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerLine {
    /// The status; `blocked` while there is none.
    pub status: String,
    /// Its number, eight hexadecimal digits; none while there is no status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The rule that decided another status than SUCCESS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleLine>,
    /// The output fields that were written, in the order of the rulebook.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub out: Vec<OutLine>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    /// Its number.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// An output field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutLine {
    /// Its name.
    pub field: String,
    /// Its value, with the name that it got.
    pub value: String,
}

impl Transcript {
    pub(super) fn push(&mut self, mut line: Line) {
        line.number = self.lines.len() + 1;
        self.lines.push(line);
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.lines.len().to_string().len().max(2);
        let actors = self.lines.iter().map(|line| line.actor.chars().count()).max().unwrap_or_default();
        for line in &self.lines {
            write!(formatter, "{:>numbers$}  {:<actors$}  {}", line.number, line.actor, line.event)?;
            if let Some(answer) = &line.answer {
                write!(formatter, " -> {answer}")?;
            }
            writeln!(formatter)?;
            for effect in &line.effects {
                writeln!(formatter, "{:indent$}{effect}", "", indent = numbers + actors + 6)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}  {}", self.actor, self.event)?;
        if let Some(answer) = &self.answer {
            write!(formatter, " -> {answer}")?;
        }
        for effect in &self.effects {
            write!(formatter, "; {effect}")?;
        }
        Ok(())
    }
}

impl fmt::Display for AnswerLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, &self.rule) {
            (Some(code), Some(rule)) => {
                write!(formatter, "{code} {} because {} ({})", self.status, rule.id, rule.title)?;
            }
            _ => formatter.write_str(&self.status)?,
        }
        for out in &self.out {
            write!(formatter, " {}={}", out.field, out.value)?;
        }
        Ok(())
    }
}

/// Who does a thing, and what it is, before it is done.
pub(super) fn heading(play: &Play, progress: &Progress, deed: &Deed) -> (String, String) {
    match deed {
        Deed::Call(program, pick) => {
            let values = play.next_call(progress, *program).and_then(|line| play.inputs(progress, line).ok());
            let (actor, event) =
                call_heading(play, *program, progress.next[*program], &values.unwrap_or_default());
            (actor, with_option(play, progress, event, pick.as_ref()))
        }
        Deed::Step(step) => ("machine".to_owned(), show::step(play, progress, step)),
        Deed::Incident(incident, pick) => {
            ("incident".to_owned(), with_option(play, progress, show::incident(incident), pick.as_ref()))
        }
        Deed::Host(host) => ("host".to_owned(), show::host(host)),
    }
}

/// An event with what is to be said of its option.
pub(super) fn with_option(
    play: &Play,
    progress: &Progress,
    mut event: String,
    pick: Option<&Pick>,
) -> String {
    if let Some(pick) = pick {
        event.push_str(&show::option(play, progress, pick));
    }
    event
}

/// Who makes a call, and the call with these inputs.
pub(super) fn call_heading(play: &Play, program: usize, call: usize, values: &[Datum]) -> (String, String) {
    let program = &play.scenario.programs[program];
    let thread = &program.thread.value;
    let owner = play.cast.member(thread).and_then(|member| member.owner.as_deref());
    let actor = owner.map_or_else(|| thread.clone(), |owner| format!("{owner}/{thread}"));
    let event = program.calls.get(call).map(|line| show::call(line, values)).unwrap_or_default();
    (actor, event)
}

/// The line of a thing that was done. `heading` was taken before, `progress` is that after it.
pub(super) fn line(
    play: &Play,
    progress: &Progress,
    deed: &Deed,
    (actor, event): (String, String),
    done: &Done,
) -> Line {
    let effects = show::effects(play, progress, &done.outcome.effects);
    let answer = match deed {
        Deed::Call(program, _) => Some(answer(play, *program, done.call, &done.outcome)),
        Deed::Step(_) | Deed::Incident(..) | Deed::Host(_) => None,
    };
    Line { number: 0, actor, event, answer, effects }
}

fn rule_line(rule: kmt_core::rule::Rule) -> RuleLine {
    RuleLine { id: rule.id().to_owned(), title: rule.title().to_owned() }
}

fn written(line: &CallLine, output: &Output) -> Vec<OutLine> {
    let seen = line.shape.seen(output);
    let line = |seen: &Seen| OutLine {
        field: seen.field.to_owned(),
        value: show::seen(line.shape.value, seen, Some(line)),
    };
    seen.iter().map(line).collect()
}

fn answer(play: &Play, program: usize, call: usize, outcome: &Outcome) -> AnswerLine {
    let line = &play.scenario.programs[program].calls[call];
    let code = |status: kmt_core::NtStatus| Some(format!("{:08X}", status.code()));
    match &outcome.answer {
        Answer::Complete(reply) => AnswerLine {
            status: reply.status.to_string(),
            code: code(reply.status),
            rule: reply.rule.map(rule_line),
            out: written(line, &reply.output),
        },
        Answer::Refused(refusal) => AnswerLine {
            status: refusal.status.to_string(),
            code: code(refusal.status),
            rule: Some(rule_line(refusal.rule)),
            out: Vec::new(),
        },
        Answer::RefusedButWritten { refusal, output } => AnswerLine {
            status: refusal.status.to_string(),
            code: code(refusal.status),
            rule: Some(rule_line(refusal.rule)),
            out: written(line, output),
        },
        Answer::Pending(_) => {
            AnswerLine { status: "blocked".to_owned(), code: None, rule: None, out: Vec::new() }
        }
    }
}
