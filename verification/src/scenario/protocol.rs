//! All interleavings of a scenario: the threads' programs, the enabled steps of the machine, and the incidents that the
//! scenario allows, as a `stateright::Model` over the core.
//!
//! A pinned schedule is not followed here, and neither is what the host does in it. A thread whose next call uses a name
//! without a value waits for it, as a program does that is told a handle by another one.

use kmt_core::{AdapterId, Kernel, Pick, Step};
use stateright::{Model, Property};

use super::cast::Thing;
use super::document::{Around, IncidentLine, Move, Scenario};
use super::error::Fault;
use super::pinning::pinned;
use super::place::Placed;
use super::play::{Deed, Done, Play, PlayError, Progress};
use super::stage;
use super::transcript::{self, Line, Transcript};
use super::waiting;

/// How many expectations and claims a scenario can state.
pub const MOST_PROPERTIES: usize = 256;

/// All interleavings of a scenario.
pub struct Protocol {
    play: Play,
    start: ProtocolState,
    incidents: Vec<IncidentLine>,
    most_incidents: usize,
    /// Of each expectation, the program and the call in it; in the order of the file.
    expectations: Vec<(usize, usize)>,
    /// Of each name, the calls that use it: a value that no call will use again is forgotten.
    uses: Vec<Vec<(usize, usize)>>,
    names: Vec<&'static str>,
}

/// A state: the kernel, how far each thread has come, and of the past only what a property speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolState {
    kernel: Kernel,
    progress: Progress,
    /// Which incidents have happened.
    happened: Vec<bool>,
    /// Which expectations were not met.
    unmet: Vec<bool>,
}

impl ProtocolState {
    /// The kernel in this state.
    #[must_use]
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }
}

/// Something that can happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A thread makes its next call.
    Call {
        /// Its program, by its place in the file.
        program: usize,
        /// The call, by its place in the program, from 0.
        call: usize,
        /// One of its options.
        pick: Pick,
    },
    /// The machine takes a step.
    Step(Step),
    /// An incident happens.
    Incident {
        /// Its place in the list.
        place: usize,
        /// One of its options.
        pick: Pick,
    },
}

/// All interleavings of a scenario.
///
/// # Errors
///
/// A [`Fault`] when the stage cannot be set: limits that contradict each other, or more things than they allow.
pub fn protocol(scenario: &Scenario) -> Result<Protocol, Fault> {
    let play = Play::new(scenario);
    let mut kernel = stage::kernel(&scenario.world)?;
    let progress = play.stage(&mut kernel).map_err(|error| match error {
        PlayError::Fault(fault) => fault,
        // One kernel cannot differ from itself.
        PlayError::Divergence(text) => Fault::new(0..0, text, "one kernel"),
    })?;
    let expectations: Vec<(usize, usize)> = scenario
        .programs
        .iter()
        .enumerate()
        .flat_map(|(place, program)| {
            program.calls.iter().enumerate().map(move |(call, line)| (place, call, line))
        })
        .filter(|(_, _, line)| line.expect.is_some())
        .map(|(place, call, _)| (place, call))
        .collect();
    let incidents: Vec<IncidentLine> =
        scenario.explore.incidents.iter().map(|incident| incident.value.clone()).collect();
    let most_incidents = scenario.explore.most_incidents.map_or(incidents.len(), |most| most as usize);
    let start = ProtocolState {
        kernel,
        progress,
        happened: vec![false; incidents.len()],
        unmet: vec![false; expectations.len()],
    };
    let uses = uses(&play);
    let names = names(scenario, &expectations);
    let mut protocol = Protocol { play, start, incidents, most_incidents, expectations, uses, names };
    let mut start = protocol.start.clone();
    protocol.tidy(&mut start);
    protocol.start = start;
    Ok(protocol)
}

/// The names of the properties. They live as long as the process, as the trait wants it.
fn names(scenario: &Scenario, expectations: &[(usize, usize)]) -> Vec<&'static str> {
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let never = scenario.never.iter().map(|claim| format!("never: {}", claim.name.value));
    let possible = scenario.possible.iter().map(|claim| format!("possible: {}", claim.name.value));
    let expected = expectations.iter().map(|(program, call)| {
        let program = &scenario.programs[*program];
        format!("expect: {} call {}, {}", program.thread.value, call + 1, program.calls[*call].shape.name)
    });
    never.chain(possible).chain(expected).map(leak).collect()
}

/// Of each name, the calls that need its value.
fn uses(play: &Play) -> Vec<Vec<(usize, usize)>> {
    let mut uses = vec![Vec::new(); play.cast.members.len()];
    for (program, of) in play.scenario.programs.iter().enumerate() {
        for (call, line) in of.calls.iter().enumerate() {
            for name in line.names() {
                if let Some(place) = play.cast.place(name) {
                    uses[place].push((program, call));
                }
            }
            // A claim may compare an output with a name.
            let atoms = play.atoms.iter();
            let atoms =
                atoms.filter(|(of, atom)| *of == program && atom.call.call.value as usize == call + 1);
            for name in atoms.flat_map(|(_, atom)| &atom.out).flat_map(|field| field.value.value.names()) {
                if let Some(place) = play.cast.place(name) {
                    uses[place].push((program, call));
                }
            }
        }
    }
    uses
}

impl Protocol {
    /// The scenario.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.play.scenario
    }

    /// The scenario with its schedule pinned to these actions, so that `kmt run` shows the same path again.
    ///
    /// # Panics
    ///
    /// When the actions are not those of a path from the initial state.
    #[must_use]
    pub fn pinned(&self, path: &[Action]) -> Scenario {
        let mut scenario = self.play.scenario.clone();
        scenario.schedule = Some(self.walk(path).0.into_iter().map(|(entry, _)| entry).collect());
        scenario
    }

    /// What happens on a path, a line for each action.
    ///
    /// # Panics
    ///
    /// When the actions are not those of a path from the initial state.
    #[must_use]
    pub fn transcript(&self, path: &[Action]) -> Transcript {
        let mut transcript = Transcript::default();
        let (all, kernel, progress) = self.walk(path);
        for (_, line) in all {
            transcript.push(line);
        }
        waiting::push(&self.play, &kernel, &progress, &mut transcript);
        transcript
    }

    /// Goes a path with all names kept.
    fn walk(&self, path: &[Action]) -> (Vec<(Move, Line)>, Kernel, Progress) {
        let mut kernel =
            stage::kernel(&self.play.scenario.world).expect("the protocol was built from this world");
        let mut progress = self.play.stage(&mut kernel).expect("the protocol was built on this stage");
        let mut all = Vec::with_capacity(path.len());
        for action in path {
            let deed = self.deed(action);
            let event = Placed::made(pinned(&self.play, &progress, &deed));
            let heading = transcript::heading(&self.play, &progress, &deed);
            let done = self.done(&mut kernel, &mut progress, &deed);
            let line = transcript::line(&self.play, &progress, &deed, heading, &done);
            Play::settle(&mut progress, &kernel);
            all.push((Move { event, around: Around::default() }, line));
        }
        (all, kernel, progress)
    }

    fn deed(&self, action: &Action) -> Deed {
        match action {
            Action::Call { program, pick, .. } => Deed::Call(*program, Some(pick.clone())),
            Action::Step(step) => Deed::Step(step.clone()),
            Action::Incident { place, pick } => {
                Deed::Incident(self.incidents[*place].clone(), Some(pick.clone()))
            }
        }
    }

    fn done(&self, kernel: &mut Kernel, progress: &mut Progress, deed: &Deed) -> Done {
        self.play
            .perform(kernel, progress, deed, &(0..0))
            .unwrap_or_else(|error| panic!("an action that was enabled was not taken: {error:?}"))
    }

    /// The options of an incident; none when what it breaks is no more whole.
    fn options(&self, state: &ProtocolState, incident: &IncidentLine) -> Vec<Pick> {
        let id = |name: &str| self.play.id(&state.progress, name);
        let kernel = &state.kernel;
        let can_happen = match incident {
            IncidentLine::EndThread(thread) => {
                id(thread).is_some_and(|id| kernel.threads().any(|thread| thread.id.number() == id))
            }
            IncidentLine::KillProcess(process) => {
                id(process).is_some_and(|id| kernel.processes().any(|process| process.id.number() == id))
            }
            IncidentLine::StopAdapter(adapter) => {
                let adapter = id(adapter).map(AdapterId::from_number);
                return adapter.and_then(|adapter| kernel.stop_picks(adapter).ok()).unwrap_or_default();
            }
        };
        if can_happen { vec![Pick::Only] } else { Vec::new() }
    }

    /// The options of the next call of a program, which can make it.
    fn picks(&self, state: &ProtocolState, program: usize) -> Vec<Pick> {
        let thread = self.play.thread_of(&state.progress, program);
        let request = self.play.next_request(&state.progress, program);
        let picks =
            thread.zip(request).and_then(|(thread, request)| state.kernel.picks(thread, &request).ok());
        picks.unwrap_or_default()
    }

    /// Forgets what cannot matter any more: values of names that no call will use, names of devices that are no more or
    /// that no expectation speaks of.
    fn tidy(&self, state: &mut ProtocolState) {
        let ProtocolState { kernel, progress, .. } = state;
        Play::settle(progress, kernel);
        let wanted = |place: usize| {
            let mut uses = self.uses[place].iter();
            uses.any(|(program, call)| {
                // What a blocked call returns is still to be judged.
                let next = progress.next[*program] - usize::from(progress.blocked[*program].is_some());
                next <= *call && !progress.ended[*program]
            })
        };
        let places = self.play.cast.members.iter().enumerate();
        let handles =
            places.filter(|(_, member)| matches!(member.thing, Thing::Local(_) | Thing::Global | Thing::Nt));
        let gone: Vec<usize> = handles.map(|(place, _)| place).filter(|place| !wanted(*place)).collect();
        progress.identities.retain(|place| !gone.contains(&place));
        for place in gone {
            progress.bindings.forget(place);
        }
        for (blocked, ended) in progress.blocked.iter_mut().zip(&progress.ended) {
            *blocked = blocked.filter(|_| !ended);
        }
    }
}

impl Model for Protocol {
    type State = ProtocolState;
    type Action = Action;

    fn init_states(&self) -> Vec<ProtocolState> {
        vec![self.start.clone()]
    }

    fn actions(&self, state: &ProtocolState, actions: &mut Vec<Action>) {
        actions.extend(state.kernel.choices().into_iter().map(Action::Step));
        let programs = 0..self.play.scenario.programs.len();
        for program in programs.filter(|program| self.play.is_runnable(&state.progress, *program)) {
            let call = state.progress.next[program];
            let picks = self.picks(state, program).into_iter();
            actions.extend(picks.map(|pick| Action::Call { program, call, pick }));
        }
        let count = state.happened.iter().filter(|happened| **happened).count();
        if count < self.most_incidents {
            let incidents = self.incidents.iter().enumerate().filter(|(place, _)| !state.happened[*place]);
            for (place, incident) in incidents {
                let picks = self.options(state, incident).into_iter();
                actions.extend(picks.map(|pick| Action::Incident { place, pick }));
            }
        }
    }

    fn next_state(&self, last: &ProtocolState, action: Action) -> Option<ProtocolState> {
        let mut next = last.clone();
        let done = self.done(&mut next.kernel, &mut next.progress, &self.deed(&action));
        for back in done.returns.iter().filter(|back| !back.unmet.is_empty()) {
            let place = self.expectations.iter().position(|at| *at == (back.program, back.call));
            if let Some(place) = place {
                next.unmet[place] = true;
            }
        }
        if let Action::Incident { place, .. } = action {
            next.happened[place] = true;
        }
        self.tidy(&mut next);
        Some(next)
    }

    fn format_action(&self, action: &Action) -> String {
        let start = &self.start.progress;
        let (actor, event) = match action {
            Action::Call { program, call, pick } => {
                let (actor, event) = transcript::call_heading(&self.play, *program, *call, &[]);
                (actor, transcript::with_option(&self.play, start, event, Some(pick)))
            }
            other => transcript::heading(&self.play, start, &self.deed(other)),
        };
        format!("{actor}  {event}")
    }

    fn format_step(&self, last: &ProtocolState, action: Action) -> Option<String> {
        let mut next = last.clone();
        let deed = self.deed(&action);
        let heading = transcript::heading(&self.play, &last.progress, &deed);
        let done = self.done(&mut next.kernel, &mut next.progress, &deed);
        Some(transcript::line(&self.play, &next.progress, &deed, heading, &done).to_string())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let never = self.play.scenario.never.len();
        let possible = self.play.scenario.possible.len();
        let all = self.names.iter().zip(CONDITIONS.into_iter().flatten()).enumerate();
        all.map(|(place, (name, condition))| {
            if (never..never + possible).contains(&place) {
                Property::sometimes(name, condition)
            } else {
                Property::always(name, condition)
            }
        })
        .collect()
    }
}

impl Protocol {
    /// Whether a property holds: a claim of `never` is not shown, a claim of `possible` is, an expectation was not missed.
    fn holds(&self, state: &ProtocolState, place: usize) -> bool {
        let never = self.play.scenario.never.len();
        let claims = never + self.play.scenario.possible.len();
        if place < claims {
            self.play.is_shown(&state.kernel, &state.progress, place) == (place >= never)
        } else {
            !state.unmet[place - claims]
        }
    }
}

type Condition = fn(&Protocol, &ProtocolState) -> bool;

/// The property at the place `16 * HIGH + LOW`: the trait takes plain functions, so each place needs one of its own.
fn holds<const HIGH: usize, const LOW: usize>(protocol: &Protocol, state: &ProtocolState) -> bool {
    protocol.holds(state, 16 * HIGH + LOW)
}

macro_rules! row {
    ($high:literal: $($low:literal)*) => { [$(holds::<$high, $low> as Condition),*] };
}

macro_rules! rows {
    ($($high:literal)*) => { [$(row!($high: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)),*] };
}

const CONDITIONS: [[Condition; 16]; MOST_PROPERTIES / 16] = rows!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
