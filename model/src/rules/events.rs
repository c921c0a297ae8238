//! Events: making, setting, resetting, waiting, and whom a set releases.

use super::draft::{Draft, free_name, has_room};
use super::names::nt_objects;
use super::waits;
use crate::action::{NtOperand, Released, Timeout};
use crate::observation::{Effect, Ending, Output, Refusal, Verdict};
use crate::state::{
    Event, EventName, NtHandle, NtName, NtObject, ProcessName, State, ThreadName, Wait, WaitTarget,
};

/// Every right of the event type: its whole valid mask (EVT-04, ACC-06).
pub const EVENT_ALL_ACCESS: u32 = 0x001F_0003;
/// EVENT_MODIFY_STATE: to set and reset, and to hand the event to another call.
pub(super) const MODIFY_STATE: u32 = 0x2;
/// SYNCHRONIZE: to wait.
const SYNCHRONIZE: u32 = 0x0010_0000;

/// CreateEvent.
pub(super) fn create(
    draft: &mut Draft,
    caller: ProcessName,
    manual_reset: bool,
    set: bool,
) -> Result<Output, Refusal> {
    // NTH-05: the table comes before the memory.
    draft.room_for_nt(caller)?;
    has_room(nt_objects(&draft.state), draft.state.limits.nt_objects, Refusal::NoMemoryForEvent)?;
    let events = &draft.state.events;
    let event = EventName(free_name(events.iter().map(|event| event.name.0)));
    draft.state.events.push(Event { name: event, manual_reset, set });
    // EVT-03: an entry like any other. EVT-04: with all rights.
    let object = NtObject::Event(event);
    let access = EVENT_ALL_ACCESS;
    let handle = draft
        .open_nt(caller, NtHandle { name: NtName(0), object, access, inherit: false, protect: false })?;
    Ok(Output::Event { handle, event })
}

/// SetEvent.
pub(super) fn set(draft: &mut Draft, caller: ProcessName, operand: NtOperand) -> Result<Output, Refusal> {
    let event = event_with(draft, caller, operand, MODIFY_STATE)?;
    draft.sets.push(event);
    Ok(Output::Nothing)
}

/// ResetEvent.
pub(super) fn reset(draft: &mut Draft, caller: ProcessName, operand: NtOperand) -> Result<Output, Refusal> {
    let event = event_with(draft, caller, operand, MODIFY_STATE)?;
    // EVT-01
    draft.event_mut(event).set = false;
    Ok(Output::Nothing)
}

/// WaitForEvent.
pub(super) fn wait(
    draft: &mut Draft,
    thread: ThreadName,
    caller: ProcessName,
    operand: NtOperand,
    timeout: Timeout,
) -> Result<Verdict, Refusal> {
    let name = event_with(draft, caller, operand, SYNCHRONIZE)?;
    let event = draft.event_mut(name);
    if event.set {
        // EVT-02: a set auto-reset event goes to the one wait that takes it.
        event.set = event.manual_reset;
        return Ok(Verdict::Done(Output::EventTaken));
    }
    // TIM-05
    let Some(limited) = waits::limit_of(timeout) else {
        return Ok(Verdict::Ended { how: Ending::TimedOut });
    };
    let target = WaitTarget::Event(name);
    draft.state.waits.push(Wait { thread: Some(thread), process: caller, target, limited });
    Ok(Verdict::Blocked)
}

/// Returns the event of an operand and the rights of its handle, or refuses.
pub(super) fn event_operand(
    draft: &Draft,
    caller: ProcessName,
    operand: NtOperand,
) -> Result<(EventName, u32), Refusal> {
    let name = match operand {
        NtOperand::Named(name) => name,
        // EVT-05: handles of another kind.
        NtOperand::Current | NtOperand::CurrentThread => return Err(Refusal::NotAnEvent),
        NtOperand::Dead(_) => return Err(Refusal::NoSuchEvent),
    };
    let process = draft.state.process(caller).expect("the caller's process is alive");
    // EVT-05
    let handle = process.nt_handle(name).ok_or(Refusal::NoSuchEvent)?;
    match handle.object {
        NtObject::Event(event) => Ok((event, handle.access)),
        _ => Err(Refusal::NotAnEvent),
    }
}

/// Returns the event of an operand with the right, or refuses.
pub(super) fn event_with(
    draft: &Draft,
    caller: ProcessName,
    operand: NtOperand,
    right: u32,
) -> Result<EventName, Refusal> {
    let (event, access) = event_operand(draft, caller, operand)?;
    // EVT-04
    if access & right == 0 { Err(Refusal::EventAccess) } else { Ok(event) }
}

/// How often a step sets an event, and the places of the waits for it before the step.
struct Tally {
    event: Event,
    times: usize,
    waiters: Vec<usize>,
}

impl Tally {
    fn all(before: &State, sets: &[EventName]) -> Vec<Self> {
        let events = before.events.iter().filter(|event| sets.contains(&event.name));
        let tally = |event: &Event| {
            let target = WaitTarget::Event(event.name);
            let waits = (0..).zip(&before.waits).filter(|(_, wait)| wait.target == target);
            let waiters = waits.map(|(place, _)| place).collect();
            let times = sets.iter().filter(|name| **name == event.name).count();
            Self { event: *event, times, waiters }
        };
        events.map(tally).collect()
    }

    /// Whether some of the waiters are released and some are not, which leaves open which.
    fn is_contested(&self) -> bool {
        !self.event.manual_reset && self.waiters.len() > self.times
    }
}

/// Lists whom these sets may release, at least one way.
pub(super) fn choices(before: &State, sets: &[EventName]) -> Vec<Released> {
    let mut choices = vec![0];
    for tally in Tally::all(before, sets).iter().filter(|tally| tally.is_contested()) {
        let ways = subsets(&tally.waiters, tally.times);
        choices = choices.iter().flat_map(|rest| ways.iter().map(move |way| rest | way)).collect();
    }
    // C9: in the order in which those would be preferred who have waited longest.
    choices.sort_unstable_by_key(|bits| std::cmp::Reverse(bits.reverse_bits()));
    choices.into_iter().map(Released).collect()
}

/// Lists the subsets with so many of the places; a place that has no bit is in none.
fn subsets(places: &[usize], count: usize) -> Vec<u64> {
    let Some((first, rest)) = places.split_first().filter(|_| count > 0) else {
        return if count == 0 { vec![0] } else { Vec::new() };
    };
    let bit = u32::try_from(*first).ok().and_then(|place| 1_u64.checked_shl(place));
    let with_first = subsets(rest, count - 1).into_iter().filter_map(|rest| Some(rest | bit?));
    with_first.chain(subsets(rest, count)).collect()
}

/// Lets the sets of the step act, one after the other.
pub(super) fn act(draft: &mut Draft, before: &State, Released(bits): Released) {
    // EVT-08: what each set finds depends on the sets of the same event only.
    for tally in Tally::all(before, &draft.sets) {
        let bit = |place: usize| u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place));
        let is_released =
            |place: usize| !tally.is_contested() || bit(place).is_some_and(|bit| bits & bit != 0);
        // EVT-02: all of a manual-reset event; of an auto-reset event one for each set, whichever.
        for place in tally.waiters.iter().filter(|place| is_released(**place)) {
            let thread = before.waits[*place].thread.expect("a call that waits for an event has a thread");
            waits::remove(draft, thread);
            draft.effects.push(Effect::Resumed { thread, verdict: Verdict::Done(Output::EventTaken) });
        }
        // EVT-02: a set of an auto-reset event that found no waiter stays. EVT-01: sets are not counted.
        draft.event_mut(tally.event.name).set = tally.event.manual_reset || tally.waiters.len() < tally.times;
    }
}
