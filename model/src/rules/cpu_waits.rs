//! Signals and waits of fences from the CPU.

use super::draft::{Draft, has_room};
use super::{events, fences};
use crate::action::{Entries, LocalOperand, NtOperand};
use crate::observation::{Diagnostic, Effect, Output, Refusal, Verdict};
use crate::state::{
    Condition, Device, EventName, Limit, LocalObject, Opening, ProcessName, ThreadName, Wait, WaitTarget,
};

/// SignalSynchronizationObjectFromCpu.
pub(super) fn signal(
    draft: &mut Draft,
    caller: ProcessName,
    device: LocalOperand,
    entries: Entries,
    rewind: bool,
) -> Result<Output, Refusal> {
    let device = working_device(draft, caller, device)?;
    let openings = opened_fences(draft, caller, &device, entries)?;
    // ACC-17, SYN-33, SYN-34
    if !openings.iter().all(|(opening, _)| fences::can_signal(opening)) {
        return Err(Refusal::FenceAccess);
    }
    let values = openings.iter().map(|(opening, value)| (opening.object, *value)).collect::<Vec<_>>();
    for (place, (fence, value)) in values.iter().enumerate() {
        // CPU-12: what an earlier entry stores counts for a later one.
        let earlier = values[..place].iter().rfind(|(other, _)| other == fence).map(|(_, value)| *value);
        let current = earlier.or_else(|| fences::value_of(draft.sync_object(*fence)));
        // CPU-08; TDR-03, FLT-07: below a forced maximum too.
        if !rewind && current.is_some_and(|current| *value < current) {
            return Err(Refusal::LowerValue);
        }
    }
    // CPU-07, CPU-11: all at once, and then the waits.
    fences::write(draft, device.adapter, &values);
    Ok(Output::Nothing)
}

/// The arguments of a CPU wait.
pub(super) struct Request {
    pub(super) device: LocalOperand,
    pub(super) entries: Entries,
    pub(super) any: bool,
    pub(super) event: Option<NtOperand>,
}

/// WaitForSynchronizationObjectFromCpu.
pub(super) fn wait(
    draft: &mut Draft,
    thread: ThreadName,
    caller: ProcessName,
    request: &Request,
) -> Result<Verdict, Refusal> {
    let device = working_device(draft, caller, request.device)?;
    let openings = opened_fences(draft, caller, &device, request.entries)?;
    let event = request.event.map(|event| wait_event(draft, caller, event)).transpose()?;
    // ACC-17, SYN-33, SYN-34
    if !openings.iter().all(|(opening, _)| fences::can_wait(opening)) {
        return Err(Refusal::FenceAccess);
    }
    // CPU-18
    if event.is_some_and(|(_, access)| access & events::MODIFY_STATE == 0) {
        return Err(Refusal::WaitEventAccess);
    }
    let event = event.map(|(event, _)| event);
    let condition = |(opening, value): &(Opening, u64)| Condition { object: opening.object, value: *value };
    let conditions = openings.iter().map(condition).collect::<Vec<_>>();
    // CPU-15: judged and, if it does not hold, listed in one step.
    if fences::conditions_hold(&draft.state, &conditions, request.any) {
        return Ok(satisfied(draft, thread, event));
    }
    // SYN-17
    let limits = draft.state.limits;
    has_room(draft.state.waits.len(), limits.waits, Refusal::TooManyWaits)?;
    let target = WaitTarget::Fences { device: device.name, conditions, any: request.any, event };
    // CPU-04: with an event nobody blocks. CPU-05: without one there is no time limit.
    let blocked = Some(thread).filter(|_| event.is_none());
    draft.state.waits.push(Wait { thread: blocked, process: caller, target, limited: Limit::None });
    Ok(if blocked.is_some() { Verdict::Blocked } else { Verdict::Done(Output::Nothing) })
}

/// Answers a wait whose condition holds at the call.
fn satisfied(draft: &mut Draft, thread: ThreadName, event: Option<EventName>) -> Verdict {
    // CPU-20
    draft.effects.push(Effect::Diagnostic(Diagnostic::ReachedBeforeTheWait(thread)));
    match event {
        // CPU-04
        Some(event) => {
            fences::set(draft, event);
            Verdict::Done(Output::Nothing)
        }
        // CPU-05
        None => Verdict::Done(Output::FencesReached),
    }
}

/// Resolves a device that is not in Error and whose adapter runs, or refuses.
fn working_device(draft: &Draft, caller: ProcessName, operand: LocalOperand) -> Result<Device, Refusal> {
    let (_, device) = draft.device_operand(caller, operand)?;
    draft.refuse_error(&device)?;
    Ok(device)
}

/// Resolves the entries of a CPU call, or refuses; each check is over all entries before the next (SYN-37).
fn opened_fences(
    draft: &Draft,
    caller: ProcessName,
    device: &Device,
    entries: Entries,
) -> Result<Vec<(Opening, u64)>, Refusal> {
    let opening = |(operand, value)| match draft.local_object(caller, operand) {
        Some((_, LocalObject::SyncObject(opening))) => Ok((opening, value)),
        // SYN-37
        _ => Err(Refusal::NotASyncObject),
    };
    let openings = entries.iter().map(opening).collect::<Result<Vec<_>, _>>()?;
    // CPU-01, CPU-21
    let is_fence = |opening: &Opening| fences::value_of(draft.sync_object(opening.object)).is_some();
    if !openings.iter().all(|(opening, _)| is_fence(opening)) {
        return Err(Refusal::NotAFence);
    }
    // SYN-35
    if openings.iter().any(|(opening, _)| opening.device != Some(device.name)) {
        return Err(Refusal::FenceOfOtherDevice);
    }
    Ok(openings)
}

/// Resolves the event of a wait, or refuses; its rights are looked at later.
fn wait_event(draft: &Draft, caller: ProcessName, operand: NtOperand) -> Result<(EventName, u32), Refusal> {
    // CPU-18
    events::event_operand(draft, caller, operand).map_err(|refusal| match refusal {
        Refusal::NotAnEvent => Refusal::NotAWaitEvent,
        _ => Refusal::NoSuchWaitEvent,
    })
}
