//! Who was given which right to a shared fence, from its making on.

use super::sharing::opened_by_name;
use super::{Taken, caller_of, history::History, lasting_objects};
use crate::action::{Action, Call};
use crate::observation::{Output, Verdict};
use crate::rules::{SIGNAL, WAIT};
use crate::state::{
    AccessEntry, Descriptor, Identity, LocalObject, NtHandle, NtObject, Opening, Process, ProcessName, State,
    SyncObjectName, Trustee,
};

/// What a process was given of a synchronisation object that was made for NT sharing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Grant {
    process: ProcessName,
    object: SyncObjectName,
    /// WAIT and SIGNAL.
    rights: u32,
}

/// Returns the grants after a step: the maker of an object has both rights; who gets a handle from a
/// process by duplication or inheritance has what it carries, as far as that process had it; who opens by
/// name what it carries, as far as the descriptor gives it.
pub(super) fn grants_after(grants: &[Grant], step: Taken<'_>) -> Vec<Grant> {
    let mut next = grants.to_vec();
    next.retain(|grant| {
        step.after.live_process(grant.process).is_some() && step.after.sync_object(grant.object).is_some()
    });
    let new = created(step)
        .into_iter()
        .chain(by_name(step))
        .chain(step.after.processes.iter().flat_map(|process| passed_on(grants, step, process)));
    for grant in new.collect::<Vec<_>>() {
        let same = |other: &&mut Grant| (other.process, other.object) == (grant.process, grant.object);
        match next.iter_mut().find(same) {
            Some(other) => other.rights |= grant.rights,
            None => next.push(grant),
        }
    }
    next.retain(|grant| grant.rights != 0);
    next.sort_unstable();
    next
}

fn created(step: Taken<'_>) -> Option<Grant> {
    let Verdict::Done(Output::SyncObject { object, .. }) = step.observation.verdict else { return None };
    let process = caller_of(step)?;
    let shared = step.after.sync_object(object).is_some_and(|object| object.nt_sharing);
    shared.then_some(Grant { process, object, rights: WAIT | SIGNAL })
}

fn by_name(step: Taken<'_>) -> Option<Grant> {
    let (process, shared, handle) = opened_by_name(step)?;
    let given = given_by(&shared.descriptor, process.identity);
    Some(Grant {
        process: process.name,
        object: shared.carries,
        rights: handle.access & given & (WAIT | SIGNAL),
    })
}

/// Returns the type-specific rights that a descriptor gives (NAM-24).
fn given_by(descriptor: &Descriptor, identity: Identity) -> u32 {
    let Some(entries) = &descriptor.access_list else { return WAIT | SIGNAL };
    let is_for = |entry: &&AccessEntry| {
        entry.trustee == Trustee::Everyone
            || entry.trustee == Trustee::User(identity.user)
            || identity.administrator && entry.trustee == Trustee::Administrators
    };
    entries.iter().filter(is_for).fold(0, |rights, entry| rights | entry.mask)
}

/// Returns what the new NT handles of a process pass on that come from another process or from the process
/// itself.
fn passed_on<'a>(
    grants: &'a [Grant],
    step: Taken<'a>,
    process: &'a Process,
) -> impl Iterator<Item = Grant> + 'a {
    let source = source_process(step).filter(|_| !is_own_open(step));
    let old = step.before.process(process.name);
    let is_new = move |handle: &&NtHandle| old.is_none_or(|old| old.nt_handle(handle.name).is_none());
    process.nt_handles.iter().filter(is_new).filter_map(move |handle| {
        let object = carried(step.after, handle)?;
        let had = rights_of(grants, source?, object);
        Some(Grant { process: process.name, object, rights: had & handle.access })
    })
}

fn is_own_open(step: Taken<'_>) -> bool {
    matches!(
        step.action,
        Action::Call(_, Call::OpenSyncObjectNtHandleFromName { .. } | Call::OpenNtHandleFromName { .. })
    )
}

/// Returns the process from whose table the step copies handles.
fn source_process(step: Taken<'_>) -> Option<ProcessName> {
    let Action::Call(_, call) = step.action else { return None };
    let caller = caller_of(step)?;
    match call {
        Call::DuplicateHandle(request) => super::calls::process_of(step, caller, request.source_process),
        Call::CreateProcess { .. } => Some(caller),
        _ => None,
    }
}

fn rights_of(grants: &[Grant], process: ProcessName, object: SyncObjectName) -> u32 {
    let mut grants = grants.iter();
    grants.find(|grant| (grant.process, grant.object) == (process, object)).map_or(0, |grant| grant.rights)
}

/// Returns what an NT handle carries.
fn carried(state: &State, handle: &NtHandle) -> Option<SyncObjectName> {
    let NtObject::Shared(shared) = handle.object else { return None };
    state.shared_object(shared).map(|shared| shared.carries)
}

/// INV-10, over the past: no process has an NT handle or an opening of an object made for NT sharing with a
/// right that it was not given.
#[must_use]
pub fn inv_10_granted(history: &History, step: Taken<'_>) -> bool {
    let grants = grants_after(history.grants(), step);
    let shared = |object| step.after.sync_object(object).is_some_and(|object| object.nt_sharing);
    let is_given = |process: ProcessName, object, rights: u32| {
        !shared(object) || rights & (WAIT | SIGNAL) & !rights_of(&grants, process, object) == 0
    };
    step.after.processes.iter().all(|process| {
        let nt = process.nt_handles.iter().all(|handle| {
            carried(step.after, handle).is_none_or(|object| is_given(process.name, object, handle.access))
        });
        let local = process.local_handles.iter().all(|handle| match handle.object {
            LocalObject::SyncObject(opening) => is_given(process.name, opening.object, rights(&opening)),
            _ => true,
        });
        nt && local
    })
}

const fn rights(opening: &Opening) -> u32 {
    (if opening.may_wait { WAIT } else { 0 }) | (if opening.may_signal { SIGNAL } else { 0 })
}

/// A process that was given one right of the two gets an opening or an NT handle, or signals through one.
#[must_use]
pub fn inv_10_granted_judged(history: &History, step: Taken<'_>) -> bool {
    let caller = caller_of(step);
    let narrow = |grant: &Grant| Some(grant.process) == caller && grant.rights != WAIT | SIGNAL;
    let changes =
        lasting_objects(step).any(|(before, after)| before != after) || !step.observation.handles.is_empty();
    changes && history.grants().iter().any(narrow)
}

/// A witness of ACC-11 beside ACC-16: a process that was not given SIGNAL gets it by the name that it gave
/// the object itself.
#[must_use]
pub fn widens_itself_by_name(history: &History, step: Taken<'_>) -> bool {
    opened_by_name(step).is_some_and(|(process, shared, handle)| {
        shared.descriptor.owner == process.identity.user
            && handle.access & SIGNAL != 0
            && rights_of(history.grants(), process.name, shared.carries) & SIGNAL == 0
    })
}
