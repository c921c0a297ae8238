//! One path through a scenario: by its pinned schedule, by the default policy, or by a seed.

use std::fmt;
use std::ops::Range;

use super::document::{Around, Expect, Move, Scenario};
use super::error::Fault;
use super::holders::{self, HeldLine};
use super::judge::{self, Unmet};
use super::machine::Machine;
use super::pinning::{Pinned, pinned};
use super::place::Placed;
use super::play::{Deed, Play, PlayError, Progress};
use super::transcript::{self, Transcript};
use super::waiting;

/// How the next event is picked where the scenario pins no schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Enabled steps first, in the order of the machine; then the programs in turn, in the order of the file, a call each.
    /// Time passes only when nothing else can happen: a blocked call reaches its limit last (TIM-02).
    RoundRobin,
    /// Any enabled step or runnable thread, by a generator that begins with this number.
    Seed(u64),
}

impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoundRobin => formatter.write_str("round robin"),
            Self::Seed(seed) => write!(formatter, "seed {seed}"),
        }
    }
}

/// A run that came to its end.
#[derive(Clone, Debug)]
pub struct Run {
    /// What happened.
    pub transcript: Transcript,
    /// The events, as a schedule that pins them.
    pub schedule: Vec<Move>,
    /// Expectations that were not met, in the order in which they were judged.
    pub unmet: Vec<UnmetAt>,
    /// Claims of `never` that came true, each with the line at which it did.
    pub broken: Vec<ClaimSeen>,
    /// Claims of `possible` that came true, each with the line at which it did.
    pub seen: Vec<ClaimSeen>,
    /// Of a protocol: the threads that stopped before their last call, because a name in the next one has no value.
    pub stopped: Vec<Fault>,
    /// What keeps the objects alive that are left at the end.
    pub held: Vec<HeldLine>,
}

impl Run {
    /// Whether all that was expected was met and nothing that must never be seen was.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.unmet.is_empty() && self.broken.is_empty()
    }
}

/// An expectation that was not met, and the line of the transcript that it is about; none for a call that was never made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetAt {
    /// The line, from 1.
    pub line: Option<usize>,
    /// The expectation.
    pub unmet: Unmet,
}

/// A claim that came true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSeen {
    /// Its place among the claims of its list, from 0.
    pub claim: usize,
    /// The line of the transcript, from 1.
    pub line: usize,
}

/// Why a run did not come to its end.
#[derive(Clone, Debug)]
pub enum RunError {
    /// The scenario asks for something that cannot happen.
    Fault(Fault),
    /// The kernels behind the machine differ.
    Divergence {
        /// In what.
        text: String,
        /// What happened before.
        transcript: Transcript,
        /// What would have happened next.
        event: String,
    },
}

/// Plays a scenario on a machine that nothing has happened to.
///
/// A pinned schedule decides the order of events; without one, the policy does. The same scenario, policy and machine give
/// the same run.
///
/// # Errors
///
/// [`RunError::Fault`] when a pinned event cannot happen or, unless the scenario is a protocol, a name is used that has no value, [`RunError::Divergence`]
/// when the kernels behind the machine differ.
pub fn run<M: Machine>(scenario: &Scenario, machine: &mut M, policy: Policy) -> Result<Run, RunError> {
    let play = Play::new(scenario);
    let progress =
        play.stage(machine).map_err(|error| stopped(error, &Transcript::default(), "the stage is set"))?;
    let mut runner = Runner {
        play: &play,
        machine,
        progress,
        run: Run {
            transcript: Transcript::default(),
            schedule: Vec::new(),
            unmet: Vec::new(),
            broken: Vec::new(),
            seen: Vec::new(),
            stopped: Vec::new(),
            held: Vec::new(),
        },
    };
    match &scenario.schedule {
        Some(schedule) => runner.follow(schedule)?,
        None => {
            runner.pick(policy)?;
            runner.settle_leftovers()?;
        }
    }
    runner.note_calls_never_made();
    waiting::push(&play, runner.machine.kernel(), &runner.progress, &mut runner.run.transcript);
    runner.run.held = holders::held(&play, runner.machine.kernel(), &runner.progress);
    Ok(runner.run)
}

struct Runner<'r, M> {
    play: &'r Play,
    machine: &'r mut M,
    progress: Progress,
    run: Run,
}

impl<M: Machine> Runner<'_, M> {
    fn follow(&mut self, schedule: &[Move]) -> Result<(), RunError> {
        for entry in schedule {
            let pinned = Pinned { play: self.play, kernel: self.machine.kernel(), progress: &self.progress };
            let deed = pinned.deed(&entry.event).map_err(RunError::Fault)?;
            self.perform(&deed, entry)?;
        }
        Ok(())
    }

    fn pick(&mut self, policy: Policy) -> Result<(), RunError> {
        let mut turn = 0;
        let mut generator = Generator(if let Policy::Seed(seed) = policy { seed } else { 0 });
        loop {
            let programs = self.play.scenario.programs.len();
            let runnable: Vec<usize> = (0..programs)
                .map(|offset| (turn + offset) % programs)
                .filter(|program| self.play.is_runnable(&self.progress, *program))
                .collect();
            let deed = match policy {
                Policy::RoundRobin => {
                    let kernel = self.machine.kernel();
                    let next = || runnable.first().map(|next| Deed::Call(*next, None));
                    let timeout = || kernel.choices().into_iter().next().map(Deed::Step);
                    kernel.first_untimed_choice().map(Deed::Step).or_else(next).or_else(timeout)
                }
                Policy::Seed(_) => {
                    let steps = self.machine.kernel().choices();
                    let mut deeds: Vec<Deed> = steps.into_iter().map(Deed::Step).collect();
                    deeds.extend(runnable.iter().map(|program| Deed::Call(*program, None)));
                    (!deeds.is_empty()).then(|| {
                        let place = generator.below(deeds.len());
                        deeds.swap_remove(place)
                    })
                }
            };
            let Some(deed) = deed else { return Ok(()) };
            // Under a seed the order of the file stays the order of the list that is picked from.
            if let (Deed::Call(program, _), Policy::RoundRobin) = (&deed, policy) {
                turn = (program + 1) % programs;
            }
            let event = Placed::made(pinned(self.play, &self.progress, &deed));
            self.perform(&deed, &Move { event, around: Around::default() })?;
        }
    }

    fn perform(&mut self, deed: &Deed, entry: &Move) -> Result<(), RunError> {
        let heading = transcript::heading(self.play, &self.progress, deed);
        let event = format!("{}  {}", heading.0, heading.1);
        let done = self
            .play
            .perform(self.machine, &mut self.progress, deed, &entry.event.span)
            .map_err(|error| stopped(error, &self.run.transcript, &event))?;
        self.run.transcript.push(transcript::line(self.play, &self.progress, deed, heading, &done));
        self.run.schedule.push(entry.clone());
        let line = self.run.transcript.lines.len();
        let around =
            judge::unmet_event(self.play, &self.progress, &entry.event.span, &entry.around, &done.outcome);
        let unmet = done.returns.into_iter().flat_map(|back| back.unmet).chain(around);
        self.run.unmet.extend(unmet.map(|unmet| UnmetAt { line: Some(line), unmet }));
        self.note_claims(line);
        Play::settle(&mut self.progress, self.machine.kernel());
        Ok(())
    }

    fn note_claims(&mut self, line: usize) {
        let Self { play, machine, progress, run } = self;
        let never = play.scenario.never.len();
        let is_shown = |claim| play.is_shown(machine.kernel(), progress, claim);
        note(&mut run.broken, 0..never, is_shown, line);
        note(&mut run.seen, never..never + play.scenario.possible.len(), is_shown, line);
    }

    /// A free run that stops while a thread still has calls to make would look as if all had been done.
    fn settle_leftovers(&mut self) -> Result<(), RunError> {
        let programs = 0..self.play.scenario.programs.len();
        let mut leftovers = programs.filter_map(|program| self.leftover(program));
        if self.play.scenario.is_protocol() {
            self.run.stopped = leftovers.collect();
            return Ok(());
        }
        leftovers.next().map_or(Ok(()), |fault| Err(RunError::Fault(fault)))
    }

    /// Why a thread that has neither ended nor is blocked makes no further call, if it has one left.
    fn leftover(&self, program: usize) -> Option<Fault> {
        let done = self.progress.ended[program] || self.progress.blocked[program].is_some();
        let line = self.play.next_call(&self.progress, program).filter(|_| !done)?;
        match self.play.thread_of(&self.progress, program) {
            None => {
                let thread = &self.play.scenario.programs[program].thread;
                Some(self.play.without_value(&self.progress, thread, &thread.span))
            }
            Some(_) => self.play.inputs(&self.progress, line).err(),
        }
    }

    /// In a protocol an expectation is about a call that is made, as when all interleavings are checked.
    fn note_calls_never_made(&mut self) {
        if self.play.scenario.is_protocol() {
            return;
        }
        for (place, program) in self.play.scenario.programs.iter().enumerate() {
            let (next, ended) = (self.progress.next[place], self.progress.ended[place]);
            let blocked = self.progress.blocked[place].is_some();
            let first = next - usize::from(blocked);
            for (call, line) in program.calls.iter().enumerate().skip(first) {
                // What a call that waits does besides returning was judged when it was made.
                let returns = |expect: &Expect| {
                    expect.status.is_some() || expect.rule.is_some() || !expect.out.is_empty()
                };
                let made = call < next;
                if !line.expect.as_ref().is_some_and(|expect| !made || returns(expect)) {
                    continue;
                }
                let got = match (ended, blocked) {
                    (true, _) => "its thread ended before",
                    (false, true) => "its thread is blocked",
                    (false, false) => "the run ended before",
                };
                let unmet = Unmet {
                    span: line.shape.span.clone(),
                    what: format!(
                        "{}call {} of `{}`",
                        if made { "the return from " } else { "" },
                        call + 1,
                        program.thread.value
                    ),
                    expected: if made { "the call returns" } else { "the call is made" }.to_owned(),
                    got: got.to_owned(),
                };
                self.run.unmet.push(UnmetAt { line: None, unmet });
            }
        }
    }
}

/// Adds the claims of a list that come true at this line.
fn note(seen: &mut Vec<ClaimSeen>, claims: Range<usize>, is_shown: impl Fn(usize) -> bool, line: usize) {
    let first = claims.start;
    for claim in claims {
        let known = seen.iter().any(|seen| seen.claim == claim - first);
        if !known && is_shown(claim) {
            seen.push(ClaimSeen { claim: claim - first, line });
        }
    }
}

fn stopped(error: PlayError, transcript: &Transcript, event: &str) -> RunError {
    match error {
        PlayError::Fault(fault) => RunError::Fault(fault),
        PlayError::Divergence(text) => {
            RunError::Divergence { text, transcript: transcript.clone(), event: event.to_owned() }
        }
    }
}

/// SplitMix64: the same numbers on every machine, for the same first number.
struct Generator(u64);

impl Generator {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        // The upper 64 bits of a product spread evenly enough for a handful of choices.
        let wide = u128::from(self.next()) * bound as u128;
        usize::try_from(wide >> 64).expect("smaller than the bound")
    }
}
