//! One event through both kernels, compared.
//!
//! What is compared, for each event that both accept: the verdict and the outputs, the effects, the whole state in the
//! model's words, and the enabled steps. A refusal that the model says changes nothing must leave the core equal.

use kmt_core::{
    Answer, Bitness, Event, Host, Kernel, Limits, Misuse, NtObjectBody, Outcome, Profile, Request,
};
use kmt_model::action::{self as model, Action, Call};
use kmt_model::observation::{Observation, Output, Verdict};
use kmt_model::rules;
use kmt_model::state::{self, ProcessName, State, ThreadName};

use super::abstracting::{self, Meaning, Surface};
use super::concretise;
use super::divergence::{About, Divergence, difference};
use super::effects;
use super::names::Names;
use super::observe::{self, Made, Moment, Perspective};
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
    /// The model has no word for something in the event, and so neither kernel was asked.
    #[error("the reference model has no word for {0}")]
    BeyondTheModel(&'static str),
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
        let names = Names::new(limits);
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
        if let Some(bytes) = abstracting::private_data(&event) {
            self.names.mark(bytes);
        }
        if let Some(name) = abstracting::object_name(&event) {
            self.names.paths.tokens.mark(&name);
        }
        let result = match abstracting::meaning(&event, &self.model, &self.names, &self.profile) {
            Meaning::Action(action) => self.drive(event, &action).map(|(outcome, _)| outcome),
            Meaning::BeyondTheModel(what) | Meaning::Surface(_, Surface::BeyondTheModel(what)) => {
                Err(LockstepError::BeyondTheModel(what))
            }
            Meaning::Surface(thread, surface) => self.surface(event, thread, &surface),
            Meaning::Nothing => self.nothing(event),
        };
        self.names.retain(&self.model);
        result
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
        self.names.follow(&observation.handles, &self.model, self.parent(action));
        let made = self.bind(&after, &outcome, &observation);
        self.remember(&happened, action, &after, made);
        let before = std::mem::replace(&mut self.model, after);
        let perspective = Perspective::of(action, &before, &self.names, made);
        compare_answer(&happened, &outcome, &observation, &perspective)?;
        compare_effects(&happened, &outcome, &observation, &self.names)?;
        // Only now: the effects speak of what has just ended.
        self.names.retain(&self.model);
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

    /// Ties a new object or wait of the model to the one that is new in the core.
    fn bind(&mut self, after: &State, outcome: &Outcome, observation: &Observation) -> Option<Made> {
        // A new wait is the last of both lists; only a call that registers or blocks makes one.
        let known = |id| self.names.identities.wait_place(id).is_some();
        let newest = match outcome.answer {
            Answer::Pending(wait) => Some(wait),
            Answer::Complete(_) | Answer::Refused(_) | Answer::RefusedButWritten { .. } => {
                self.kernel.waits().last().map(|wait| wait.id)
            }
        };
        if let (Some(wait), Some(id)) = (after.waits.last(), newest.filter(|&id| !known(id))) {
            self.names.identities.bind_wait(wait.clone(), id);
        }
        match observation.verdict {
            Verdict::Done(Output::Device { device, .. }) => {
                let mut devices = self.kernel.devices().map(|device| device.id);
                let fresh = devices.find(|&id| self.names.identities.device_name(id).is_none())?;
                self.names.identities.bind_device(device, fresh);
                Some(Made::Device(device))
            }
            Verdict::Done(Output::KeyedMutex { mutex, .. }) => {
                let mut mutexes = self.kernel.keyed_mutexes().map(|mutex| mutex.id);
                let fresh = mutexes.find(|&id| self.names.identities.keyed_mutex_name(id).is_none())?;
                self.names.identities.bind_keyed_mutex(mutex, fresh);
                Some(Made::KeyedMutex(mutex))
            }
            Verdict::Done(Output::SyncObject { object, .. }) => {
                let mut objects = self.kernel.sync_objects().map(|object| object.id);
                let fresh = objects.find(|&id| self.names.identities.sync_object_name(id).is_none())?;
                self.names.identities.bind_sync_object(object, fresh);
                Some(Made::SyncObject(object))
            }
            Verdict::Done(Output::Event { event, .. }) => {
                let mut events = self
                    .kernel
                    .nt_objects()
                    .filter(|object| matches!(object.body, NtObjectBody::Event { .. }) && !object.placed)
                    .map(|object| object.id);
                let fresh = events.find(|&id| self.names.identities.event_name(id).is_none())?;
                self.names.identities.bind_event(event, fresh);
                Some(Made::Event(event))
            }
            Verdict::Done(Output::Shared { object, .. }) => {
                let is_shared = |body| matches!(body, NtObjectBody::SharedSyncObject { .. });
                let mut objects = self.kernel.nt_objects().filter(|object| is_shared(object.body));
                let known = |id| self.names.identities.shared_object_name(id).is_some();
                // The one that the new handle names, be it new or not.
                if let Some(fresh) = objects.find(|object| !known(object.id)) {
                    self.names.identities.bind_shared_object(object, fresh.id);
                }
                Some(Made::SharedObject(object))
            }
            Verdict::Done(Output::Directory(directory)) => Some(Made::Directory(directory)),
            _ => None,
        }
    }

    /// Remembers what the model leaves out: sizes of adapters and processes, and the names that were given.
    fn remember(&mut self, event: &Event, action: &Action, after: &State, made: Option<Made>) {
        let Names { paths, identities, .. } = &mut self.names;
        match (event, action) {
            (Event::Host(Host::AddAdapter(config)), _) => identities.add_adapter(config.physical_adapters),
            (Event::Host(Host::AddDirectory(add)), _) => paths.add(&add.path, &self.model),
            (
                Event::Host(Host::PlaceNamedObject(_)),
                Action::Host(model::Host::PlaceNamedObject { path, .. }),
            ) => {
                let known = |id| paths.placed().iter().any(|(placed, _)| *placed == id);
                let fresh = self.kernel.nt_objects().find(|object| object.placed && !known(object.id));
                if let Some(object) = fresh {
                    paths.place_object(object.id, *path);
                }
            }
            (
                Event::Host(Host::PlaceSectionHandle(_)),
                Action::Host(model::Host::PlaceSectionHandle { holder, .. }),
            ) => {
                let is_section = |body| matches!(body, NtObjectBody::Section);
                let mut sections =
                    self.kernel.nt_objects().filter(|object| is_section(object.body) && !object.placed);
                let fresh = sections.find(|object| identities.section_name(object.id).is_none());
                let handles = after.process(*holder).map_or(&[][..], |process| &process.nt_handles);
                let before = self.model.process(*holder);
                let is_new = |handle: &&state::NtHandle| {
                    before.is_none_or(|process| process.nt_handle(handle.name).is_none())
                };
                let named = handles.iter().find(is_new).map(|handle| handle.object);
                if let (Some(object), Some(state::NtObject::Section(section))) = (fresh, named) {
                    identities.bind_section(section, object.id);
                }
            }
            (Event::Host(Host::CreateProcess(config)), _) if config.bits == Bitness::Bits32 => {
                identities.narrow(ProcessName(after.processes_made));
            }
            (Event::Call(call), Action::Call(thread, _)) => match &call.request {
                Request::CreateProcess(create)
                    if create.config.bits == Bitness::Bits32
                        && after.processes_made > self.model.processes_made =>
                {
                    identities.narrow(ProcessName(after.processes_made));
                }
                Request::ShareObjects(share) => {
                    let (Some(Made::SharedObject(object)), Some(caller)) = (made, self.model.thread(*thread))
                    else {
                        return;
                    };
                    if self.model.shared_object(object).is_none() {
                        self.names.name_shared_object(object, share, caller.process, &self.model);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn compare_state(&self, event: &Event) -> Result<(), Divergence> {
        let seen = view::view(&self.kernel, &self.names, &self.model).map_err(|why| {
            differs(event, About::State, why, "a state in which everything has a name".to_owned())
        })?;
        if seen != self.model {
            let (core, model) = difference(&seen, &self.model);
            return Err(differs(event, About::State, core, model));
        }
        let mut core: Vec<Option<_>> =
            self.kernel.choices().iter().map(|step| abstracting::step(step, &self.names)).collect();
        let mut model: Vec<Option<_>> = rules::enabled_steps(&self.model).into_iter().map(Some).collect();
        core.sort_unstable();
        model.sort_unstable();
        if core != model {
            return Err(differs(event, About::Steps, format!("{core:?}"), format!("{model:?}")));
        }
        let place = |wait| self.names.identities.wait_place(wait);
        let core: Vec<Option<_>> = self.kernel.orphaned_waits().into_iter().map(place).collect();
        let model: Vec<Option<_>> = rules::orphaned_waits(&self.model).into_iter().map(Some).collect();
        if core != model {
            return Err(differs(event, About::Orphans, format!("{core:?}"), format!("{model:?}")));
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
            Surface::Refused(refusal) => Answer::Refused(*refusal),
            Surface::BeyondTheModel(what) => return Err(LockstepError::BeyondTheModel(what)),
            Surface::AdaptersSupported(count) => Answer::Complete(kmt_core::Reply {
                status: kmt_core::NtStatus::SUCCESS,
                output: kmt_core::Output::EnumAdapters { count: *count, entries: Vec::new() },
                rule: None,
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
        let blocked = self.blocked(&event);
        match self.kernel.handle(event) {
            Err(misuse) if blocked.as_ref().is_some_and(|expected| *expected != misuse) => {
                let wanted = "a misuse: the thread is blocked".to_owned();
                Err(differs(&happened, About::Formed, format!("misuse: {misuse}"), wanted).into())
            }
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

    /// The misuse that an event is because its thread is blocked, if it is one.
    fn blocked(&self, event: &Event) -> Option<Misuse> {
        let Event::Call(call) = event else { return None };
        self.model.wait(ThreadName(call.thread.number()))?;
        Some(Misuse::ThreadBlocked(call.thread))
    }
}

fn compare_answer(
    event: &Event,
    outcome: &Outcome,
    observation: &Observation,
    perspective: &Perspective<'_>,
) -> Result<(), Divergence> {
    let wanted = || observe::describe(&observation.verdict);
    match observe::verdict(&outcome.answer, perspective) {
        Err(why) => Err(differs(event, About::Verdict, why, wanted())),
        Ok(answered) if answered.agrees_with(&observation.verdict, Moment::Entry) => Ok(()),
        Ok(answered) => Err(Divergence {
            rule: answered.rule().map(|rule| rule.id().to_owned()),
            ..differs(event, About::Verdict, answered.to_string(), wanted())
        }),
    }
}

fn compare_effects(
    event: &Event,
    outcome: &Outcome,
    observation: &Observation,
    names: &Names,
) -> Result<(), Divergence> {
    let wanted = effects::expected(&observation.effects);
    let core = match effects::effects(&outcome.effects, names) {
        Ok(seen)
            if seen.len() == wanted.len()
                && seen.iter().zip(&wanted).all(|(seen, wanted)| seen.agrees_with(wanted)) =>
        {
            return Ok(());
        }
        Ok(seen) => format!("{seen:?}"),
        Err(why) => why,
    };
    Err(differs(event, About::Effects, core, format!("{wanted:?}")))
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
