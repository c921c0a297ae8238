//! One event of a scenario at a time: from a line of the text to an event of the machine, and from its outcome to names,
//! ended threads and expectations.
//!
//! [`super::run`] takes one path through a scenario with it, [`super::protocol`] all of them.

use std::collections::BTreeMap;

use kmt_core::{
    Answer, Call, DeviceId, Effect, Event, Kernel, NtHandle, NtStatus, Outcome, Output, Pick, Reply, Step,
    ThreadId,
};

use super::cast::{Bindings, Cast};
use super::document::{After, Atom, CallLine, Expect, HandleText, HostLine, IncidentLine, Scenario, Value};
use super::error::Fault;
use super::judge::{self, Unmet};
use super::machine::Machine;
use super::place::{Name, Span};
use super::stage::take;

/// A scenario with its names looked up.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(crate) scenario: Scenario,
    pub(crate) cast: Cast,
    /// Atoms of all claims, those of `never` first, each with the program of its call.
    pub(crate) atoms: Vec<(usize, Atom)>,
}

/// How far a scenario has come. Two equal ones, over equal kernels, go on alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Progress {
    pub(crate) bindings: Bindings,
    /// The next call of each program, from 0.
    pub(crate) next: Vec<usize>,
    /// Whether the thread of each program has ended or is blocked for ever.
    pub(crate) ended: Vec<bool>,
    /// Which name each device has, among the members.
    pub(crate) devices: BTreeMap<DeviceId, usize>,
    /// Of each atom, whether the incident that it wants to have happened has happened.
    past: Vec<bool>,
    /// Of each atom, whether its call has returned as it says.
    pub(crate) shown: Vec<bool>,
}

/// Something that can be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The thread of this program makes its next call.
    Call(usize),
    /// The machine takes a step.
    Step(Step),
    /// Something breaks or dies.
    Incident(IncidentLine),
    /// The host sets the stage further.
    Host(HostLine),
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// The inputs of a call, in the order of its shape.
    pub(crate) values: Vec<u64>,
    /// The place of the call in its program, from 0.
    pub(crate) call: usize,
    /// What the machine said.
    pub(crate) outcome: Outcome,
    /// What of the call's expectation was not met.
    pub(crate) unmet: Vec<Unmet>,
}

/// Why it was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlayError {
    /// The scenario asks for something that cannot happen.
    Fault(Fault),
    /// The kernels behind the machine differ.
    Divergence(String),
}

impl Play {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let program_of = |name: &Name| scenario.programs.iter().position(|program| program.thread == *name);
        let claims = scenario.never.iter().chain(&scenario.possible);
        let atoms = claims.flat_map(|claim| &claim.all);
        let atoms =
            atoms.filter_map(|atom| Some((program_of(&atom.call.thread)?, atom.value.clone()))).collect();
        Self { scenario: scenario.clone(), cast: Cast::of(scenario), atoms }
    }

    /// The call that a program makes next.
    pub(crate) fn next_call(&self, progress: &Progress, program: usize) -> Option<&CallLine> {
        self.scenario.programs[program].calls.get(progress.next[program])
    }

    /// Whether a thread can make its next call: it has begun, has not ended, and every name in the call has a value.
    pub(crate) fn is_runnable(&self, progress: &Progress, program: usize) -> bool {
        !progress.ended[program]
            && self.thread_of(progress, program).is_some()
            && self.next_call(progress, program).is_some_and(|line| self.inputs(progress, line).is_ok())
    }

    pub(crate) fn thread_of(&self, progress: &Progress, program: usize) -> Option<ThreadId> {
        self.id(progress, &self.scenario.programs[program].thread).map(ThreadId::from_number)
    }

    /// The stage is set: adapters, processes with their threads, placed handles.
    pub(crate) fn stage<M: Machine>(&self, machine: &mut M) -> Result<Progress, PlayError> {
        let programs = self.scenario.programs.len();
        let mut progress = Progress {
            bindings: Bindings::none(&self.cast),
            next: vec![0; programs],
            ended: vec![false; programs],
            devices: BTreeMap::new(),
            past: vec![false; self.atoms.len()],
            shown: vec![false; self.atoms.len()],
        };
        let world = &self.scenario.world;
        for adapter in &world.adapters {
            self.add_adapter(machine, &mut progress, adapter)?;
        }
        for process in &world.processes {
            self.create_process(machine, &mut progress, process)?;
        }
        for handle in &world.handles {
            self.place_handle(machine, &mut progress, handle)?;
        }
        Ok(progress)
    }

    /// Does one thing. When it fails the machine and the progress are not to be used any more.
    pub(crate) fn perform<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        deed: &Deed,
        span: &Span,
    ) -> Result<Done, PlayError> {
        let mut done = Done {
            values: Vec::new(),
            call: 0,
            outcome: Outcome {
                answer: Answer::Complete(Reply { status: NtStatus::SUCCESS, output: Output::None }),
                effects: Vec::new(),
            },
            unmet: Vec::new(),
        };
        match deed {
            Deed::Call(program) => self.call(machine, progress, *program, span, &mut done)?,
            Deed::Step(step) => done.outcome = take(machine, Event::Step(*step), span)?,
            Deed::Incident(incident) => {
                let event = self.incident(progress, incident, span)?;
                done.outcome = take(machine, Event::Incident(event), span)?;
                for (past, (_, atom)) in progress.past.iter_mut().zip(&self.atoms) {
                    let wanted = atom.after.as_ref().map(|after| &after.value);
                    *past |= matches!(wanted, Some(After::Incident(other)) if other == incident);
                }
            }
            Deed::Host(host) => done.outcome = self.host(machine, progress, host, span)?,
        }
        self.note_ends(progress, &done.outcome);
        Ok(done)
    }

    /// Whether all that a claim says is so, by the place of the claim; those of `never` come first.
    pub(crate) fn is_shown(&self, progress: &Progress, claim: usize) -> bool {
        let claims = || self.scenario.never.iter().chain(&self.scenario.possible);
        let first: usize = claims().take(claim).map(|claim| claim.all.len()).sum();
        let length = claims().nth(claim).map_or(0, |claim| claim.all.len());
        progress.shown[first..first + length].iter().all(|shown| *shown)
    }

    /// Lets go of the names of devices that are no more.
    pub(crate) fn settle(progress: &mut Progress, kernel: &Kernel) {
        if !progress.devices.is_empty() {
            let living: Vec<DeviceId> = kernel.devices().map(|device| device.id).collect();
            progress.devices.retain(|id, _| living.contains(id));
        }
    }

    fn call<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        program: usize,
        span: &Span,
        done: &mut Done,
    ) -> Result<(), PlayError> {
        let name = &self.scenario.programs[program].thread;
        let Some(line) = self.next_call(progress, program) else {
            let found = format!("`{}` has made all of its calls", name.value);
            return Err(PlayError::Fault(Fault::new(span.clone(), found, "a thread with a call left")));
        };
        let Some(thread) = self.thread_of(progress, program) else {
            return Err(PlayError::Fault(self.without_value(progress, name, span)));
        };
        done.values = self.inputs(progress, line).map_err(PlayError::Fault)?;
        done.call = progress.next[program];
        let request = match line.shape.entry_point.filter(|_| line.null) {
            Some(entry_point) => kmt_core::Request::NullArgument(entry_point),
            None => line.shape.request(&done.values),
        };
        let event = Event::Call(Call { thread, request, pick: Pick::Only });
        // A pinned schedule points at its own entry, a free run at the call.
        let span = if span.is_empty() { &line.shape.span } else { span };
        done.outcome = take(machine, event, span)?;
        progress.next[program] += 1;
        match &done.outcome.answer {
            Answer::Complete(reply) => self.bind(machine, progress, line, &reply.output)?,
            Answer::Refused(_) => {}
            // Only an effect could bring the thread back, and none does.
            Answer::Pending(_) => progress.ended[program] = true,
        }
        if let Some(expect) = &line.expect {
            done.unmet = judge::unmet(self, progress, line, expect, &done.outcome);
        }
        self.show(progress, program, done);
        Ok(())
    }

    /// Gives names to the outputs, and threads to a new process.
    fn bind<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        line: &CallLine,
        output: &Output,
    ) -> Result<(), PlayError> {
        let seen = line.shape.seen(output);
        for gives in &line.gives {
            let values =
                seen.iter().find(|seen| seen.field == gives.field).map(|seen| seen.values.as_slice());
            for (name, value) in gives.names.iter().zip(values.unwrap_or_default()) {
                self.set(progress, name, *value);
                // CreateDevice does not say which device it made; it is the latest.
                if gives.field == "hDevice"
                    && let (Some(device), Some(place)) =
                        (machine.kernel().devices().last(), self.cast.place(name))
                {
                    progress.devices.insert(device.id, place);
                }
            }
        }
        if let Output::CreateProcess { process, .. } = output {
            for thread in &line.threads {
                self.start_thread(machine, progress, *process, thread)?;
            }
        }
        Ok(())
    }

    /// Settles the atoms that speak of the call that has just returned.
    fn show(&self, progress: &mut Progress, program: usize, done: &Done) {
        for place in 0..self.atoms.len() {
            let (of, atom) = &self.atoms[place];
            if *of != program || atom.call.call.value as usize != done.call + 1 {
                continue;
            }
            let after = match atom.after.as_ref().map(|after| &after.value) {
                None => true,
                Some(After::Incident(_)) => progress.past[place],
                Some(After::Call(call)) => {
                    let other =
                        self.scenario.programs.iter().position(|program| program.thread == call.thread);
                    // A call is not before itself.
                    other.is_some_and(|other| {
                        let returned = progress.next[other] - usize::from(other == program);
                        returned >= call.call.value as usize
                    })
                }
            };
            let line = &self.scenario.programs[program].calls[done.call];
            progress.shown[place] = after && self.agrees(progress, line, atom, &done.outcome);
        }
    }

    fn agrees(&self, progress: &Progress, line: &CallLine, atom: &Atom, outcome: &Outcome) -> bool {
        let expect = Expect {
            status: atom.status.clone(),
            rule: atom.rule.clone(),
            out: atom.out.clone(),
            effects: None,
        };
        let other = atom.not.as_ref().is_none_or(|not| judge::status(outcome) != Some(not.value));
        other && judge::unmet(self, progress, line, &expect, outcome).is_empty()
    }

    fn note_ends(&self, progress: &mut Progress, outcome: &Outcome) {
        for effect in &outcome.effects {
            let Effect::ThreadEnded { thread } = effect else { continue };
            for program in 0..progress.ended.len() {
                if self.thread_of(progress, program) == Some(*thread) {
                    progress.ended[program] = true;
                }
            }
        }
    }

    /// The numbers that a call is made with, one for each input.
    pub(crate) fn inputs(&self, progress: &Progress, line: &CallLine) -> Result<Vec<u64>, Fault> {
        let inputs = line.shape.inputs.iter();
        inputs
            .map(|input| match line.inputs.iter().find(|written| written.field == input.name) {
                Some(written) => self.number(progress, &written.value.value).map_err(|name| {
                    self.without_value(progress, &Name::new(name.to_owned(), 0..0), &written.value.span)
                }),
                None => Ok(input.default.unwrap_or_default()),
            })
            .collect()
    }

    /// The number of a value; where a name has none, the name.
    pub(crate) fn number<'v>(&self, progress: &Progress, value: &'v Value) -> Result<u64, &'v str> {
        match value {
            Value::Number(number) | Value::Constant { value: number, .. } => Ok(*number),
            Value::Flag(flag) => Ok((*flag).into()),
            Value::Null | Value::Nothing | Value::List(_) => Ok(0),
            Value::Luid(name) => self.cast.member(name).map(|member| member.luid).ok_or(name),
            Value::Process(name) => self.get(progress, name).ok_or(name),
            Value::Handle(handle) => match handle {
                HandleText::Raw(number) => Ok(*number),
                HandleText::Zero => Ok(0),
                HandleText::CurrentProcess => Ok(NtHandle::CURRENT_PROCESS.raw()),
                HandleText::CurrentThread => Ok(NtHandle::CURRENT_THREAD.raw()),
                HandleText::Name(name)
                | HandleText::Stale(name)
                | HandleText::Foreign { name, .. }
                | HandleText::Nt(name)
                | HandleText::Local(name) => self.get(progress, name).ok_or(name),
            },
        }
    }

    fn get(&self, progress: &Progress, name: &str) -> Option<u64> {
        self.cast.place(name).and_then(|place| progress.bindings.get(place))
    }

    pub(crate) fn id(&self, progress: &Progress, name: &str) -> Option<u32> {
        self.get(progress, name).and_then(|number| u32::try_from(number).ok())
    }

    pub(crate) fn set(&self, progress: &mut Progress, name: &str, number: u64) {
        if let Some(place) = self.cast.place(name) {
            progress.bindings.bind(place, number);
        }
    }

    /// Why a name has no value.
    pub(crate) fn without_value(&self, progress: &Progress, name: &Name, span: &Span) -> Fault {
        let expected = "a name that has a value by now";
        let why = match self.cast.member(name).and_then(|member| member.given_by) {
            None => "the host has not made it yet".to_owned(),
            Some((program, call)) => {
                let thread = &self.scenario.programs[program].thread.value;
                let shape = self.scenario.programs[program].calls[call].shape.name;
                if progress.next[program] > call {
                    format!("call {} of `{thread}`, {shape}, did not give it", call + 1)
                } else {
                    format!("call {} of `{thread}`, {shape}, has not run", call + 1)
                }
            }
        };
        Fault::new(span.clone(), format!("`{}` has no value", name.value), expected).hint(Some(why))
    }
}
