//! NT events: what a client waits for beside the calls of the graphics kernel.
//!
//! Life cycle: CreateEvent makes an event and a handle to it. It is set by SetEvent and by the kernel, for CPU waits and
//! packets that were given it, and reset by ResetEvent or by a wait that takes an auto-reset event. It ends with its last
//! handle, registration and wait (EVT-06).
//!
//! [`set`] is about setting events and whom that releases, this file about the rest.

use alloc::vec::Vec;

use crate::event::{Answer, Outcome, Pick};
use crate::handle::access::{EVENT_ALL_ACCESS, EVENT_MODIFY_STATE, SYNCHRONIZE};
use crate::handle::nt::table::NtEntry;
use crate::handle::nt::{NtBody, NtHandle};
use crate::id::{NtObjectId, ProcessId};
use crate::inspect::WaitTarget;
use crate::kernel::{Caller, Kernel};
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::rule::{self, Rule};
use crate::status::NtStatus;
use crate::wait::{TimeLimit, Wait};

pub(crate) mod set;

/// CreateEvent. Makes an unnamed event and one NT handle with EVENT_ALL_ACCESS (EVT-03, EVT-04).
///
/// Refused with `INVALID_PARAMETER` without a place for the handle (ADP-01), with `INSUFFICIENT_RESOURCES` if the NT table is
/// full, with `NO_MEMORY` if there are too many NT objects (NTH-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateEvent {
    /// Whether it stays set until it is reset; otherwise one wait takes it (EVT-02).
    pub manual_reset: bool,
    /// Whether it is set from the beginning.
    pub initial_state: bool,
    /// Whether the output pointer is set; without it the call is refused.
    pub report_handle: bool,
}

/// SetEvent. Sets an event and releases waiters by its kind (EVT-02).
///
/// Refused with `INVALID_HANDLE` for a value that is not open, `OBJECT_TYPE_MISMATCH` for another kind of object (EVT-05),
/// `ACCESS_DENIED` without EVENT_MODIFY_STATE (EVT-04).
///
/// An auto-reset event with several waiters has a [`crate::Pick::Release`] for each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetEvent {
    /// hEvent.
    pub event: NtHandle,
}

/// ResetEvent. Makes an event not set (EVT-01).
///
/// Refused as [`SetEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResetEvent {
    /// hEvent.
    pub event: NtHandle,
}

/// WaitForEvent. Returns when the event is set and this waiter is released; an auto-reset event is then not set (EVT-02).
///
/// Refused with `INVALID_HANDLE` for a value that is not open, `OBJECT_TYPE_MISMATCH` for another kind of object (EVT-05),
/// `ACCESS_DENIED` without SYNCHRONIZE (EVT-04). Completed with `TIMEOUT` when the time is up (TIM-05).
///
/// A positive timeout has two picks, [`crate::Pick::DeadlineAhead`] and [`crate::Pick::DeadlinePassed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitForEvent {
    /// hEvent.
    pub event: NtHandle,
    /// *pTimeout in units of 100 ns: none waits without limit, 0 tests once, a negative value is relative to the call, a
    /// positive one a system time (KMX-14).
    pub timeout: Option<i64>,
}

/// The reply of a wait that took its event.
// EVT-02
pub(crate) const fn taken(rule: Option<Rule>) -> Reply {
    Reply { status: NtStatus::SUCCESS, output: Output::EventTaken, rule }
}

/// The reply of a wait that reached its time limit.
// TIM-05
pub(crate) const fn timed_out() -> Reply {
    Reply { status: NtStatus::TIMEOUT, output: Output::TimedOut, rule: Some(rule::TIM_05) }
}

/// Checks.
impl Kernel {
    /// The event of a handle that grants a right; `bad` is the rule that decides about what is no event, `weak` the one
    /// about a missing right.
    pub(crate) fn resolve_event(
        &self,
        caller: ProcessId,
        handle: NtHandle,
        right: u32,
        (bad, weak): (Rule, Rule),
    ) -> Result<NtObjectId, Refusal> {
        let (event, granted_access) = self.named_event(caller, handle, bad)?;
        check_right(granted_access, right, weak)?;
        Ok(event)
    }

    /// The event that a handle of the caller names, and the rights of the handle.
    pub(crate) fn named_event(
        &self,
        caller: ProcessId,
        handle: NtHandle,
        bad: Rule,
    ) -> Result<(NtObjectId, u32), Refusal> {
        // EVT-05: the pseudo values are handles of another kind; they are recognised before two bits are cleared.
        if handle.is_pseudo() {
            return Err(Refusal::new(NtStatus::OBJECT_TYPE_MISMATCH, bad));
        }
        let Some(entry) = self.process(caller).nt_handles.get(handle) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, bad));
        };
        match self.nt_object(entry.object).body {
            NtBody::Event { .. } => Ok((entry.object, entry.granted_access)),
            _ => Err(Refusal::new(NtStatus::OBJECT_TYPE_MISMATCH, bad)),
        }
    }

    pub(crate) fn check_create_event(
        &self,
        caller: ProcessId,
        request: &CreateEvent,
    ) -> Result<Plan, Refusal> {
        let CreateEvent { manual_reset, initial_state, report_handle } = *request;
        // ADP-01
        if !report_handle {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_01));
        }
        // NTH-05, EVT-03
        if !self.process(caller).nt_handles.can_insert(self.limits.nt_handles_per_process) {
            return Err(Refusal::new(NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05));
        }
        if self.nt_objects.others() >= self.limits.nt_objects {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::NTH_05));
        }
        let body = NtBody::Event { manual_reset, set: initial_state };
        Ok(Plan::CreateEvent { process: caller, body })
    }

    pub(crate) fn check_set_event(&self, caller: ProcessId, request: &SetEvent) -> Result<Plan, Refusal> {
        let rules = (rule::EVT_05, rule::EVT_04);
        let event = self.resolve_event(caller, request.event, EVENT_MODIFY_STATE, rules)?;
        Ok(Plan::SetEvent { sets: [event] })
    }

    pub(crate) fn check_reset_event(&self, caller: ProcessId, request: &ResetEvent) -> Result<Plan, Refusal> {
        let rules = (rule::EVT_05, rule::EVT_04);
        let event = self.resolve_event(caller, request.event, EVENT_MODIFY_STATE, rules)?;
        Ok(Plan::ResetEvent { event })
    }

    pub(crate) fn check_wait_for_event(&self, by: Caller, request: &WaitForEvent) -> Result<Plan, Refusal> {
        let rules = (rule::EVT_05, rule::EVT_04);
        let event = self.resolve_event(by.process, request.event, SYNCHRONIZE, rules)?;
        // EVT-02: a set event is taken whatever the timeout says.
        if self.is_set(event) {
            return Ok(Plan::TakeEvent { event });
        }
        // TIM-05, KMX-14: 0 tests once, and so does a time that has passed.
        if request.timeout == Some(0) || by.deadline_passed {
            return Ok(Plan::Complete(timed_out()));
        }
        let limit = TimeLimit::of(request.timeout);
        let target = WaitTarget::Event { event };
        Ok(Plan::Block(Wait { thread: Some(by.thread), process: by.process, limit, target }))
    }
}

/// Effects.
impl Kernel {
    /// Whether an event is set.
    pub(crate) fn is_set(&self, event: NtObjectId) -> bool {
        matches!(self.nt_object(event).body, NtBody::Event { set: true, .. })
    }

    // EVT-03: an ordinary NT object with an ordinary handle. EVT-04: which has all rights.
    pub(crate) fn commit_create_event(&mut self, process: ProcessId, body: NtBody) -> Outcome {
        let object = self.nt_objects.insert(body);
        let entry =
            NtEntry { object, granted_access: EVENT_ALL_ACCESS, inherit: false, protect_from_close: false };
        Outcome::with(Output::CreateEvent { event: self.insert_nt_handle(process, entry) })
    }

    pub(crate) fn commit_set_event(&mut self, sets: [NtObjectId; 1], pick: &Pick) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        self.set_events(&sets, pick, &mut ended);
        self.resume_all(ended, &mut effects);
        Outcome { effects, ..Outcome::done() }
    }

    // EVT-01
    pub(crate) fn commit_reset_event(&mut self, event: NtObjectId) -> Outcome {
        self.store_event(event, false);
        Outcome::done()
    }

    pub(crate) fn commit_take_event(&mut self, event: NtObjectId) -> Outcome {
        // EVT-02: one wait takes an auto-reset event.
        if let NtBody::Event { manual_reset: false, .. } = self.nt_object(event).body {
            self.store_event(event, false);
        }
        Outcome::answer(Answer::Complete(taken(None)))
    }

    /// Makes an event set or not set.
    pub(crate) fn store_event(&mut self, event: NtObjectId, now: bool) {
        if let NtBody::Event { set, .. } = &mut self.nt_object_mut(event).body {
            *set = now;
        }
    }
}

/// Refuses a handle that does not grant a right.
// EVT-04
pub(crate) fn check_right(granted_access: u32, right: u32, weak: Rule) -> Result<(), Refusal> {
    if granted_access & right == 0 {
        return Err(Refusal::new(NtStatus::ACCESS_DENIED, weak));
    }
    Ok(())
}
