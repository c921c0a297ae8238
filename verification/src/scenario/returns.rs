//! What comes back to a thread, at once or after a wait: names for the outputs, expectations judged, claims settled.

use kmt_core::{Answer, Effect, Outcome, Output, Resumed, Step, ThreadId};

use super::document::CallLine;
use super::judge::{self, Unmet};
use super::machine::Machine;
use super::play::{Done, Play, PlayError, Progress};

/// A call that returned.
#[derive(Clone, Debug)]
pub(crate) struct Return {
    /// Its program.
    pub(crate) program: usize,
    /// Its place in the program, from 0.
    pub(crate) call: usize,
    /// What of its expectation was not met.
    pub(crate) unmet: Vec<Unmet>,
}

impl Play {
    /// The program of a thread.
    pub(crate) fn program_of(&self, progress: &Progress, thread: ThreadId) -> Option<usize> {
        (0..self.scenario.programs.len()).find(|program| self.thread_of(progress, *program) == Some(thread))
    }

    /// The program whose thread waits for what a step decides.
    pub(crate) fn waiting_for(progress: &Progress, step: &Step) -> Option<usize> {
        let (Step::Timeout(wait) | Step::Grant(wait)) = step else { return None };
        (0..progress.blocked.len()).find(|program| progress.is_blocked(*program) == Some(*wait))
    }

    /// The latest call of a program.
    pub(crate) fn latest_call(&self, progress: &Progress, program: usize) -> Option<&CallLine> {
        self.scenario.programs[program].calls.get(progress.next[program].checked_sub(1)?)
    }

    /// What was made is answered: at once, or the thread is blocked from now on.
    pub(super) fn answered<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        program: usize,
        done: &mut Done,
    ) -> Result<(), PlayError> {
        let Some(line) = self.latest_call(progress, program) else { return Ok(()) };
        self.note_past(progress, program, done.call);
        let mut unmet = Vec::new();
        if let Some(expect) = &line.expect {
            unmet = judge::unmet_event(self, progress, &line.shape.span, &expect.around, &done.outcome);
        }
        if let Answer::Pending(wait) = done.outcome.answer {
            progress.blocked[program] = Some(wait);
            // What the call returns is judged when it does.
            if !unmet.is_empty() {
                done.returns.push(Return { program, call: done.call, unmet });
            }
            return Ok(());
        }
        let answer = done.outcome.answer.clone();
        done.returns.push(Return { program, call: done.call, unmet });
        self.returned(machine, progress, program, &answer, done)
    }

    /// Threads that this event resumed return from their calls.
    pub(super) fn resumed<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        done: &mut Done,
    ) -> Result<(), PlayError> {
        let resumes: Vec<_> = done
            .outcome
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Resume { thread, result, .. } => Some((*thread, answer(result))),
                _ => None,
            })
            .collect();
        for (thread, answer) in resumes {
            let Some(program) = self.program_of(progress, thread) else { continue };
            progress.blocked[program] = None;
            let call = progress.next[program] - 1;
            done.returns.push(Return { program, call, unmet: Vec::new() });
            self.returned(machine, progress, program, &answer, done)?;
        }
        Ok(())
    }

    /// A call has returned; its entry is the last of the list.
    fn returned<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        program: usize,
        answer: &Answer,
        done: &mut Done,
    ) -> Result<(), PlayError> {
        let Some(line) = self.latest_call(progress, program) else { return Ok(()) };
        if let Answer::Complete(reply) = answer {
            self.bind(machine, progress, program, line, &reply.output)?;
        }
        if let (Some(expect), Some(back)) = (&line.expect, done.returns.last_mut()) {
            // What the answer says comes before what happened around the call, as in the file.
            let mut unmet = judge::unmet_answer(self, progress, line, expect, answer);
            unmet.append(&mut back.unmet);
            back.unmet = unmet;
        }
        self.show(progress, program, answer);
        Ok(())
    }

    /// Gives names to the outputs, and threads to a new process.
    fn bind<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        program: usize,
        line: &CallLine,
        output: &Output,
    ) -> Result<(), PlayError> {
        let seen = line.shape.seen(output);
        for gives in &line.gives {
            let values =
                seen.iter().find(|seen| seen.field == gives.field).map(|seen| seen.values.as_slice());
            for (name, value) in gives.names.iter().zip(values.unwrap_or_default()) {
                self.set(progress, name, *value);
                self.identify(machine.kernel(), progress, program, line, (gives.field, name, *value));
            }
        }
        if let Output::CreateProcess { process, .. } = output {
            for thread in &line.threads {
                self.start_thread(machine, progress, *process, thread)?;
            }
        }
        Ok(())
    }

    /// Threads that this event ended make no further call.
    pub(super) fn note_ends(&self, progress: &mut Progress, outcome: &Outcome) {
        for effect in &outcome.effects {
            if let Effect::ThreadEnded { thread } = effect
                && let Some(program) = self.program_of(progress, *thread)
            {
                progress.ended[program] = true;
            }
        }
    }
}

/// What a call returns after a wait, as if it had returned at once.
fn answer(result: &Resumed) -> Answer {
    match result {
        Resumed::Complete(reply) => Answer::Complete(reply.clone()),
        Resumed::Refused(refusal) => Answer::Refused(*refusal),
    }
}
