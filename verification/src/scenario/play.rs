//! One event of a scenario at a time: from a line of the text to an event of the machine, and from its outcome to names,
//! ended threads and expectations.
//!
//! [`super::run`] takes one path through a scenario with it, [`super::protocol`] all of them.

use kmt_core::{Answer, Call, Event, Kernel, NtStatus, Outcome, Output, Pick, Reply, Step, ThreadId, WaitId};

use super::calls::Datum;
use super::cast::{Bindings, Cast};
use super::document::{After, Atom, CallLine, HostLine, IncidentLine, Scenario};
use super::error::Fault;
use super::identities::Identities;
use super::machine::Machine;
use super::place::{Name, Span};
use super::returns::Return;
use super::stage::{self, take};

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
    /// Whether the thread of each program has ended.
    pub(crate) ended: Vec<bool>,
    /// What the latest call of each program waits for, also if its thread has ended since.
    pub(crate) blocked: Vec<Option<WaitId>>,
    /// What the names of handles stand for.
    pub(crate) identities: Identities,
    /// Of each atom, whether the incident that it wants to have happened has happened.
    pub(super) past: Vec<bool>,
    /// Of each atom whose call waits, whether that was made after what the atom says.
    pub(super) made_after: Vec<bool>,
    /// Of each atom, whether its call has returned as it says.
    pub(crate) shown: Vec<bool>,
}

/// Something that can be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The thread of this program makes its next call, with the option picked for it; without one, with the first.
    Call(usize, Option<Pick>),
    /// The machine takes a step.
    Step(Step),
    /// Something breaks or dies, with the option picked for it; without one, with the first.
    Incident(IncidentLine, Option<Pick>),
    /// The host sets the stage further.
    Host(HostLine),
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// The inputs of a call, in the order of its shape.
    pub(crate) values: Vec<Datum>,
    /// The place of the call in its program, from 0.
    pub(crate) call: usize,
    /// What the machine said.
    pub(crate) outcome: Outcome,
    /// The calls that returned, or that waited instead of what was expected.
    pub(crate) returns: Vec<Return>,
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
            && progress.blocked[program].is_none()
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
            blocked: vec![None; programs],
            identities: Identities::default(),
            past: vec![false; self.atoms.len()],
            made_after: vec![false; self.atoms.len()],
            shown: vec![false; self.atoms.len()],
        };
        let world = &self.scenario.world;
        for adapter in &world.adapters {
            self.add_adapter(machine, &mut progress, adapter)?;
        }
        for process in &world.processes {
            self.create_process(machine, &mut progress, process)?;
        }
        for directory in &world.directories {
            stage::add_directory(machine, directory)?;
        }
        for object in &world.objects {
            stage::place_named_object(machine, object)?;
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
                answer: Answer::Complete(Reply {
                    status: NtStatus::SUCCESS,
                    output: Output::None,
                    rule: None,
                }),
                effects: Vec::new(),
            },
            returns: Vec::new(),
        };
        match deed {
            Deed::Call(program, pick) => {
                self.call(machine, progress, (*program, pick.clone()), span, &mut done)?;
            }
            Deed::Step(step) => done.outcome = take(machine, Event::Step(step.clone()), span)?,
            Deed::Incident(incident, pick) => {
                let event = self.incident(machine.kernel(), progress, incident, pick.clone(), span)?;
                done.outcome = take(machine, Event::Incident(event), span)?;
                for (past, (_, atom)) in progress.past.iter_mut().zip(&self.atoms) {
                    let wanted = atom.after.as_ref().map(|after| &after.value);
                    *past |= matches!(wanted, Some(After::Incident(other)) if other == incident);
                }
            }
            Deed::Host(host) => done.outcome = self.host(machine, progress, host, span)?,
        }
        self.resumed(machine, progress, &mut done)?;
        self.note_ends(progress, &done.outcome);
        Ok(done)
    }

    /// Lets go of the names of objects that are no more.
    pub(crate) fn settle(progress: &mut Progress, kernel: &Kernel) {
        progress.identities.settle(kernel);
    }

    fn call<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        (program, pick): (usize, Option<Pick>),
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
        let request = request(line, &done.values);
        let pick = pick.unwrap_or_else(|| first_pick(machine.kernel(), thread, &request));
        let event = Event::Call(Call { thread, request, pick });
        // A pinned schedule points at its own entry, a free run at the call.
        let span = if span.is_empty() { &line.shape.span } else { span };
        done.outcome = take(machine, event, span)?;
        progress.next[program] += 1;
        self.answered(machine, progress, program, done)
    }

    /// The request of the next call of a program; none if there is none, or a name in it has no value.
    pub(crate) fn next_request(&self, progress: &Progress, program: usize) -> Option<kmt_core::Request> {
        let line = self.next_call(progress, program)?;
        let values = self.inputs(progress, line).ok()?;
        Some(request(line, &values))
    }

    pub(super) fn get(&self, progress: &Progress, name: &str) -> Option<u64> {
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

impl Progress {
    /// What the thread of a program waits for, if it lives and waits.
    pub(crate) fn is_blocked(&self, program: usize) -> Option<WaitId> {
        self.blocked[program].filter(|_| !self.ended[program])
    }
}

fn request(line: &CallLine, values: &[Datum]) -> kmt_core::Request {
    match line.shape.entry_point.filter(|_| line.null) {
        Some(entry_point) => kmt_core::Request::NullArgument(entry_point),
        None => line.shape.request(values),
    }
}

/// The first option of a call. A thread that can make none gets its misuse when it makes one.
fn first_pick(kernel: &Kernel, thread: ThreadId, request: &kmt_core::Request) -> Pick {
    kernel.picks(thread, request).ok().and_then(|picks| picks.into_iter().next()).unwrap_or(Pick::Only)
}
