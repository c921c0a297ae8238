//! One event through both kernels, compared.
//!
//! What is compared, for each event that both accept: the verdict and the outputs, the effects, the whole state in the
//! model's words, and the enabled steps. A refusal that the model says changes nothing must leave the core equal.

use kmt_core::{Event, Host, Kernel, Limits, Misuse, Outcome, Profile};
use kmt_model::action::{Action, Call};
use kmt_model::observation::{Observation, Output, Verdict};
use kmt_model::rules;
use kmt_model::state::{DeviceName, ProcessName, State, ThreadName};

use super::abstracting::{self, Meaning, Surface};
use super::concretise;
use super::divergence::{About, Divergence, difference};
use super::names::Names;
use super::observe::{self, Answered, Perspective};
use super::view;

/// Core and model side by side, with the names that tie them together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lockstep {
    kernel: Kernel,
    profile: Profile,
    names: Names,
    model: State,
}

/// Why an event did not go through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockstepError {
    /// The event cannot happen; core and model agree on that, and neither moved.
    #[error("{0}")]
    Misuse(Misuse),
    /// The model cannot form the action in this state, and so neither kernel was asked.
    #[error("the action names something that does not exist in this state")]
    Unformed,
    /// Core and model differ.
    #[error("{0}")]
    Divergence(Box<Divergence>),
}

impl From<Divergence> for LockstepError {
    fn from(divergence: Divergence) -> Self {
        Self::Divergence(Box::new(divergence))
    }
}

impl Lockstep {
    /// Two empty kernels with the same limits.
    ///
    /// # Errors
    ///
    /// The core's misuse where the limits contradict each other.
    pub fn new(profile: Profile, limits: Limits) -> Result<Self, Misuse> {
        let kernel = Kernel::new(profile, limits)?;
        Ok(Self::around(kernel, profile, &limits))
    }

    /// Like [`Self::new`] around a kernel without events so far, one with a planted mistake for example.
    #[must_use]
    pub fn around(kernel: Kernel, profile: Profile, limits: &Limits) -> Self {
        let names = Names::new(limits.local_table);
        Self { kernel, profile, names, model: State::new(view::limits(limits)) }
    }

    /// The core.
    #[must_use]
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// The model's state.
    #[must_use]
    pub fn model(&self) -> &State {
        &self.model
    }

    /// The names that tie the two together.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The event that an action stands for in this state, if it can be formed.
    #[must_use]
    pub fn concretise(&self, action: &Action) -> Option<Event> {
        concretise::event(action, &self.model, &self.names)
    }

    /// Takes both through an action of the model, and says what the core answered and what the model observed.
    ///
    /// # Errors
    ///
    /// [`LockstepError::Unformed`] where the action cannot be formed, [`LockstepError::Divergence`] at the first difference.
    pub fn act(&mut self, action: &Action) -> Result<(Outcome, Observation), LockstepError> {
        let event = self.concretise(action).ok_or(LockstepError::Unformed)?;
        self.drive(event, action)
    }

    /// Takes both through an event of the core.
    ///
    /// # Errors
    ///
    /// [`LockstepError::Misuse`] where the event cannot happen, [`LockstepError::Divergence`] at the first difference.
    pub fn handle(&mut self, event: Event) -> Result<Outcome, LockstepError> {
        match abstracting::meaning(&event, &self.model, &self.names, &self.profile) {
            Meaning::Action(action) => self.drive(event, &action).map(|(outcome, _)| outcome),
            Meaning::Surface(thread, surface) => self.surface(event, thread, &surface),
            Meaning::Nothing => self.nothing(event),
        }
    }

    fn drive(&mut self, event: Event, action: &Action) -> Result<(Outcome, Observation), LockstepError> {
        let Some((after, observation)) = rules::apply(&self.model, action) else {
            return Err(match self.nothing(event) {
                Ok(_) => LockstepError::Unformed,
                Err(error) => error,
            });
        };
        // Where the host asks for more than the limits allow, the model refuses and the core calls it a misuse.
        if matches!((action, &observation.verdict), (Action::Host(_), Verdict::Refused(_))) {
            return Err(match self.nothing(event) {
                Ok(_) => LockstepError::Unformed,
                Err(error) => error,
            });
        }
        let happened = event.clone();
        let unchanged = (after == self.model).then(|| self.kernel.clone());
        let outcome = self.kernel.handle(event).map_err(|misuse| {
            differs(
                &happened,
                About::Formed,
                format!("misuse: {misuse}"),
                observe::describe(&observation.verdict),
            )
        })?;
        self.names.follow(&observation.handles, self.parent(action));
        let made = self.bind(&observation);
        let before = std::mem::replace(&mut self.model, after);
        self.names.retain(
            |process| self.model.live_process(process).is_some(),
            |device| self.model.device(device).is_some(),
        );
        let perspective = Perspective::of(action, &before, &self.names, made);
        compare_answer(&happened, &outcome, &observation, &perspective)?;
        compare_effects(&happened, &outcome, &observation, &self.names)?;
        self.compare_state(&happened)?;
        if let Some(kernel) = unchanged.filter(|kernel| *kernel != self.kernel) {
            let (was, is) = difference(&kernel, &self.kernel);
            return Err(differs(
                &happened,
                About::Unchanged,
                format!("changed from {was} to {is}"),
                String::from("equal"),
            )
            .into());
        }
        Ok((outcome, observation))
    }

    /// The process whose handles a new process inherits.
    fn parent(&self, action: &Action) -> Option<ProcessName> {
        match action {
            Action::Call(thread, Call::CreateProcess { .. }) => {
                self.model.thread(*thread).map(|thread| thread.process)
            }
            _ => None,
        }
    }

    /// Ties a new device of the model to the one that the core's handle refers to.
    fn bind(&mut self, observation: &Observation) -> Option<DeviceName> {
        let Verdict::Done(Output::Device { device, .. }) = observation.verdict else { return None };
        let fresh =
            self.kernel.devices().map(|device| device.id).find(|&id| self.names.device_name(id).is_none())?;
        self.names.bind_device(device, fresh);
        Some(device)
    }

    fn compare_state(&self, event: &Event) -> Result<(), Divergence> {
        let seen = view::view(&self.kernel, &self.names).map_err(|why| {
            differs(event, About::State, why, "a state in which everything has a name".to_owned())
        })?;
        if seen != self.model {
            let (core, model) = difference(&seen, &self.model);
            return Err(differs(event, About::State, core, model));
        }
        let mut core: Vec<Option<_>> =
            self.kernel.choices().into_iter().map(|step| abstracting::step(step, &self.names)).collect();
        let mut model: Vec<Option<_>> = rules::enabled_steps(&self.model).into_iter().map(Some).collect();
        core.sort_unstable();
        model.sort_unstable();
        if core != model {
            return Err(differs(event, About::Steps, format!("{core:?}"), format!("{model:?}")));
        }
        kmt_core::invariant::check(&self.kernel).map_err(|violation| Divergence {
            rule: Some(violation.rule.id().to_owned()),
            ..differs(event, About::Invariant, violation.what, "holds".to_owned())
        })
    }

    /// A call that ends so whatever the state is; the model does not move and the core must not.
    fn surface(
        &mut self,
        event: Event,
        thread: ThreadName,
        surface: &Surface,
    ) -> Result<Outcome, LockstepError> {
        let before = self.kernel.clone();
        let happened = event.clone();
        let wanted = match surface {
            Surface::Refused(refusal) => kmt_core::Answer::Refused(*refusal),
            Surface::AdaptersSupported(count) => kmt_core::Answer::Complete(kmt_core::Reply {
                status: kmt_core::NtStatus::SUCCESS,
                output: kmt_core::Output::EnumAdapters { count: *count, entries: Vec::new() },
            }),
        };
        let outcome = self.kernel.handle(event).map_err(|misuse| {
            differs(&happened, About::Formed, format!("misuse: {misuse}"), format!("{thread:?} calls"))
        })?;
        if outcome.answer != wanted {
            let (core, model) = (format!("{:?}", outcome.answer), format!("{wanted:?}"));
            return Err(differs(&happened, About::Verdict, core, model).into());
        }
        if self.kernel != before {
            let (was, is) = difference(&before, &self.kernel);
            return Err(differs(
                &happened,
                About::Unchanged,
                format!("changed from {was} to {is}"),
                String::from("equal"),
            )
            .into());
        }
        Ok(outcome)
    }

    /// An event that the model cannot form: the core must call it a misuse and stay as it is.
    fn nothing(&mut self, event: Event) -> Result<Outcome, LockstepError> {
        let before = self.kernel.clone();
        let happened = event.clone();
        match self.kernel.handle(event) {
            Err(misuse) if self.kernel == before => Err(LockstepError::Misuse(misuse)),
            Err(misuse) => {
                let (was, is) = difference(&before, &self.kernel);
                let core = format!("misuse ({misuse}) that changed {was} to {is}");
                Err(differs(&happened, About::Unchanged, core, String::from("equal")).into())
            }
            Ok(outcome) => {
                Err(differs(&happened, About::Formed, format!("{outcome:?}"), String::from("cannot happen"))
                    .into())
            }
        }
    }
}

fn compare_answer(
    event: &Event,
    outcome: &Outcome,
    observation: &Observation,
    perspective: &Perspective<'_>,
) -> Result<(), Divergence> {
    let wanted = observe::describe(&observation.verdict);
    match observe::verdict(&outcome.answer, perspective) {
        Err(why) => Err(differs(event, About::Verdict, why, wanted)),
        Ok(answered) if answered.agrees_with(&observation.verdict) => Ok(()),
        Ok(Answered::Done(status, output)) => {
            Err(differs(event, About::Verdict, format!("{status} {output:?}"), wanted))
        }
        Ok(Answered::Refused(refusal)) => Err(Divergence {
            rule: Some(refusal.rule.id().to_owned()),
            ..differs(event, About::Verdict, refusal.to_string(), wanted)
        }),
    }
}

fn compare_effects(
    event: &Event,
    outcome: &Outcome,
    observation: &Observation,
    names: &Names,
) -> Result<(), Divergence> {
    match observe::effects(&outcome.effects, names) {
        Ok(effects) if effects == observation.effects => Ok(()),
        Ok(effects) => {
            Err(differs(event, About::Effects, format!("{effects:?}"), format!("{:?}", observation.effects)))
        }
        Err(why) => Err(differs(event, About::Effects, why, format!("{:?}", observation.effects))),
    }
}

fn differs(event: &Event, about: About, core: String, model: String) -> Divergence {
    Divergence { event: format!("{event:?}"), about, core, model, rule: None }
}

/// Sets the stage the way that a scenario or a test wants it: each host event must go through.
///
/// # Errors
///
/// As [`Lockstep::handle`].
pub fn set_up(lockstep: &mut Lockstep, events: impl IntoIterator<Item = Host>) -> Result<(), LockstepError> {
    events.into_iter().try_for_each(|event| lockstep.handle(Event::Host(event)).map(drop))
}
