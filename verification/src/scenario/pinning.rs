//! What an entry of a pinned schedule stands for, and how a thing that is about to be done is pinned.

use kmt_core::{AdapterId, DeviceId, Kernel, Pick, Reclaimable, Step, SyncObjectId, ThreadId};

use super::cast::Thing;
use super::document::{Choice, Deadline, Designation, IncidentLine, MoveKind, Releases};
use super::error::{Fault, one_of};
use super::identities::place_of;
use super::place::{Name, Placed, Span};
use super::play::{Deed, Play, Progress};
use super::show;

/// A moment in which an entry of a schedule is looked at.
pub(super) struct Pinned<'r> {
    pub(super) play: &'r Play,
    pub(super) kernel: &'r Kernel,
    pub(super) progress: &'r Progress,
}

impl Pinned<'_> {
    /// What the entry stands for here, or why it can stand for nothing.
    pub(super) fn deed(&self, event: &Placed<MoveKind>) -> Result<Deed, Fault> {
        Ok(match &event.value {
            MoveKind::Call { thread, choice } => {
                let program = self.program(thread, &event.span)?;
                Deed::Call(program, self.call_pick(program, choice.as_ref())?)
            }
            MoveKind::Notice { .. } | MoveKind::Reclaim(_) | MoveKind::Timeout(_) | MoveKind::Grant(_) => {
                Deed::Step(self.step(event)?)
            }
            MoveKind::Incident { incident, releases } => {
                let pick = match (incident, releases) {
                    (IncidentLine::StopAdapter(adapter), Some(releases)) => {
                        let id = self.play.id(self.progress, adapter).map(AdapterId::from_number);
                        let options = id.and_then(|id| self.kernel.stop_picks(id).ok());
                        // An adapter that cannot stop gets its fault when it is to.
                        options.map(|options| self.released(&options, releases)).transpose()?
                    }
                    _ => None,
                };
                Deed::Incident(incident.clone(), pick)
            }
            MoveKind::Host(host) => Deed::Host(host.clone()),
        })
    }

    fn program(&self, thread: &Name, span: &Span) -> Result<usize, Fault> {
        let programs = &self.play.scenario.programs;
        let program = programs.iter().position(|program| program.thread == *thread);
        let Some(program) = program else {
            let found = format!("`{}` has no program", thread.value);
            return Err(Fault::new(span.clone(), found, "a thread with a program"));
        };
        if self.progress.ended[program] {
            let found = format!("thread `{}` has ended", thread.value);
            return Err(Fault::new(span.clone(), found, "a thread that can make a call here"));
        }
        Ok(program)
    }

    fn call_pick(&self, program: usize, choice: Option<&Choice>) -> Result<Option<Pick>, Fault> {
        match choice {
            None => Ok(None),
            Some(Choice::Deadline(Deadline::Ahead)) => Ok(Some(Pick::DeadlineAhead)),
            Some(Choice::Deadline(Deadline::Passed)) => Ok(Some(Pick::DeadlinePassed)),
            Some(Choice::Releases(releases)) => {
                let thread = self.play.thread_of(self.progress, program);
                let request = self.play.next_request(self.progress, program);
                let options = thread
                    .zip(request)
                    .and_then(|(thread, request)| self.kernel.picks(thread, &request).ok());
                // A call that cannot be made gets its fault when it is to.
                options.map(|options| self.released(&options, releases)).transpose()
            }
        }
    }

    /// The option that releases these threads.
    fn released(&self, options: &[Pick], releases: &Releases) -> Result<Pick, Fault> {
        let ids: Vec<Option<ThreadId>> = releases
            .iter()
            .map(|name| self.play.id(self.progress, name).map(ThreadId::from_number))
            .collect();
        let is_it = |option: &&Pick| {
            matches!(option, Pick::Release(threads)
                if threads.len() == ids.len() && threads.iter().all(|thread| ids.contains(&Some(*thread))))
        };
        if let Some(option) = options.iter().find(is_it) {
            return Ok(option.clone());
        }
        let listed = |names: &[&str]| format!("[{}]", names.join(", "));
        let found: Vec<&str> = releases.iter().map(|name| name.as_str()).collect();
        let found = format!("`releases` is {}, which is no option here", listed(&found));
        let known: Vec<String> = options
            .iter()
            .filter_map(|option| match option {
                Pick::Release(threads) => Some(listed(&self.names(threads))),
                _ => None,
            })
            .collect();
        let fault = Fault::new(
            releases.span.clone(),
            found,
            match known.is_empty() {
                true => "no `releases`".to_owned(),
                false => one_of(known.iter().map(String::as_str)),
            },
        );
        let nothing_open = "nothing is open here: no auto-reset event has more waiters than it is set times";
        Err(fault.hint(known.is_empty().then(|| nothing_open.to_owned())))
    }

    fn names(&self, threads: &[ThreadId]) -> Vec<&str> {
        threads.iter().filter_map(|thread| name_of_thread(self.play, self.progress, *thread)).collect()
    }

    fn step(&self, event: &Placed<MoveKind>) -> Result<Step, Fault> {
        let enabled = self.kernel.choices();
        let fitting: Vec<&Step> = enabled.iter().filter(|step| self.is_it(&event.value, step)).collect();
        if let MoveKind::Notice { releases: Some(releases), .. } = &event.value
            && !fitting.is_empty()
        {
            let pick = |step: &Step| match step {
                Step::Notice { pick, .. } => pick.clone(),
                _ => Pick::Only,
            };
            let options: Vec<Pick> = fitting.iter().map(|step| pick(step)).collect();
            let wanted = self.released(&options, releases)?;
            let place = options.iter().position(|option| *option == wanted);
            return Ok(fitting[place.unwrap_or_default()].clone());
        }
        fitting.first().map(|step| (*step).clone()).ok_or_else(|| {
            let found = format!("the step `{}` is not enabled here", show::move_kind(&event.value));
            let steps: Vec<String> =
                enabled.iter().map(|step| show::step(self.play, self.progress, step)).collect();
            let expected = match steps.is_empty() {
                true => "no step: none is enabled".to_owned(),
                false => format!("an enabled step: {}", one_of(steps.iter().map(String::as_str))),
            };
            Fault::new(event.span.clone(), found, expected)
        })
    }

    /// Whether an entry stands for a step, whoever is released by it.
    fn is_it(&self, entry: &MoveKind, step: &Step) -> bool {
        let waits = |thread: &Name| {
            let program = Play::waiting_for(self.progress, step);
            program.is_some_and(|program| self.play.scenario.programs[program].thread == *thread)
        };
        match (entry, step) {
            (MoveKind::Reclaim(device), Step::Reclaim(Reclaimable::Device(id))) => {
                self.is_device(device, *id)
            }
            (MoveKind::Timeout(thread), Step::Timeout(_)) | (MoveKind::Grant(thread), Step::Grant(_)) => {
                waits(thread)
            }
            (MoveKind::Notice { object, adapter, .. }, Step::Notice { object: id, adapter: looks, .. }) => {
                self.is_sync_object(object, *id)
                    && self.play.id(self.progress, adapter) == Some(looks.number())
            }
            _ => false,
        }
    }

    fn is_device(&self, device: &Designation, id: DeviceId) -> bool {
        match device {
            Designation::Name(name) => {
                let place = self.play.cast.place(name);
                place.and_then(|place| self.progress.identities.devices.get(&place)) == Some(&id)
            }
            Designation::Number(number) => id.number() == number.value,
        }
    }

    fn is_sync_object(&self, object: &Designation, id: SyncObjectId) -> bool {
        match object {
            Designation::Name(name) => {
                let place = self.play.cast.place(name);
                place.and_then(|place| self.progress.identities.sync_objects.get(&place)) == Some(&id)
            }
            Designation::Number(number) => id.number() == number.value,
        }
    }
}

/// The name of a thread that makes calls.
fn name_of_thread<'p>(play: &'p Play, progress: &Progress, thread: ThreadId) -> Option<&'p str> {
    let program = play.program_of(progress, thread)?;
    Some(&play.scenario.programs[program].thread)
}

/// How a schedule writes a thing that is about to be done.
pub(super) fn pinned(play: &Play, progress: &Progress, deed: &Deed) -> MoveKind {
    let name = |place: usize| Designation::Name(Placed::made(play.cast.members[place].name.clone()));
    let number = |number: u32| Designation::Number(Placed::made(number));
    let identities = &progress.identities;
    match deed {
        Deed::Call(program, pick) => {
            let choice = match pick {
                // Where there is one option only, the schedule need not name it.
                None | Some(Pick::Only) => None,
                Some(Pick::DeadlineAhead) => Some(Choice::Deadline(Deadline::Ahead)),
                Some(Pick::DeadlinePassed) => Some(Choice::Deadline(Deadline::Passed)),
                Some(pick @ Pick::Release(_)) => releases(play, progress, pick).map(Choice::Releases),
            };
            MoveKind::Call { thread: play.scenario.programs[*program].thread.clone(), choice }
        }
        Deed::Step(step @ (Step::Timeout(_) | Step::Grant(_))) => {
            let program = Play::waiting_for(progress, step);
            let thread = program.map(|program| play.scenario.programs[program].thread.clone());
            let thread = thread.unwrap_or_else(|| Placed::made(String::new()));
            if matches!(step, Step::Timeout(_)) { MoveKind::Timeout(thread) } else { MoveKind::Grant(thread) }
        }
        Deed::Step(Step::Notice { object, adapter, pick }) => {
            let looks =
                progress.bindings.find(&play.cast, |thing| thing == Thing::Adapter, adapter.number().into());
            MoveKind::Notice {
                object: place_of(&identities.sync_objects, object)
                    .map_or_else(|| number(object.number()), name),
                adapter: Placed::made(looks.map(|adapter| adapter.name.clone()).unwrap_or_default()),
                releases: releases(play, progress, pick),
            }
        }
        Deed::Step(Step::Reclaim(Reclaimable::Device(id))) => {
            MoveKind::Reclaim(place_of(&identities.devices, id).map_or_else(|| number(id.number()), name))
        }
        Deed::Incident(incident, pick) => MoveKind::Incident {
            incident: incident.clone(),
            releases: pick.as_ref().and_then(|pick| releases(play, progress, pick)),
        },
        Deed::Host(host) => MoveKind::Host(host.clone()),
    }
}

/// The threads that an option releases, if it is one of those.
fn releases(play: &Play, progress: &Progress, pick: &Pick) -> Option<Releases> {
    let Pick::Release(threads) = pick else { return None };
    let names = threads.iter().filter_map(|thread| name_of_thread(play, progress, *thread));
    Some(Placed::made(names.map(|name| Placed::made(name.to_owned())).collect()))
}
