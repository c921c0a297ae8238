//! Signals and waits of the CPU.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Opening;
use super::write::FenceWrite;
use crate::event::{Diagnostic, Effect, Outcome, Pick};
use crate::handle::access::EVENT_MODIFY_STATE;
use crate::handle::nt::NtHandle;
use crate::handle::{Kind, LocalHandle};
use crate::id::{DeviceId, NtObjectId, OpeningId, ProcessId, SyncObjectId, ThreadId};
use crate::inspect::{FenceCondition, WaitTarget};
use crate::kernel::{Caller, Kernel};
use crate::object::event::check_right;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::rule;
use crate::status::NtStatus;
use crate::wait::{TimeLimit, Wait};

/// D3DKMTSignalSynchronizationObjectFromCpu. Stores a value in each fence and releases every wait that this satisfies, in one
/// step (CPU-07, CPU-11).
///
/// Refused, in this order: `INVALID_PARAMETER` for a NULL array (CPU-13), an unknown flag (CPU-14), no object (CPU-13);
/// `NO_MEMORY` for more than 4096 (CPU-13); `INVALID_PARAMETER` for a dead device (HND-09); `DEVICE_REMOVED` or
/// `GRAPHICS_GPU_EXCEPTION_ON_DEVICE` (TDR-10); `INVALID_PARAMETER` for a dead handle (SYN-37), another type (CPU-01), a handle
/// of another device (SYN-35); `ACCESS_DENIED` for one that may not signal (ACC-17); `INVALID_PARAMETER` for a lower value
/// without AllowFenceRewind (CPU-08).
///
/// One that sets contested auto-reset events has a [`crate::Pick::Release`] for each outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignalSynchronizationObjectFromCpu {
    /// hDevice.
    pub device: LocalHandle,
    /// ObjectCount. An entry beyond the end of an array reads as 0.
    pub object_count: u32,
    /// ObjectHandleArray; none is NULL.
    pub objects: Option<Vec<LocalHandle>>,
    /// FenceValueArray; none is NULL.
    pub values: Option<Vec<u64>>,
    /// Flags: AllowFenceRewind 0x4.
    pub flags: u32,
}

/// D3DKMTWaitForSynchronizationObjectFromCpu. Waits until all fences, or with WaitAny one, have reached their values: blocked,
/// or by registering an event (CPU-04, CPU-05).
///
/// Refused, in this order: as [`SignalSynchronizationObjectFromCpu`] up to the handle of another device; `INVALID_HANDLE` or
/// `OBJECT_TYPE_MISMATCH` for what is no event (CPU-18); `ACCESS_DENIED` for a handle that may not wait (ACC-17) or an event
/// that may not be set (CPU-18); `NO_MEMORY` for too many waits (SYN-17). A blocked call ends with `DEVICE_REMOVED` when its
/// device is destroyed (CPU-19) or goes into Error without satisfying it (TDR-07).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WaitForSynchronizationObjectFromCpu {
    /// hDevice.
    pub device: LocalHandle,
    /// ObjectCount. An entry beyond the end of an array reads as 0.
    pub object_count: u32,
    /// ObjectHandleArray; none is NULL.
    pub objects: Option<Vec<LocalHandle>>,
    /// FenceValueArray; none is NULL.
    pub values: Option<Vec<u64>>,
    /// hAsyncEvent; zero is NULL, and the call blocks.
    pub event: NtHandle,
    /// Flags: WaitAny 0x1.
    pub flags: u32,
}

const ALLOW_FENCE_REWIND: u32 = 0x4;
const WAIT_ANY: u32 = 0x1;
/// The most objects that one call names.
// CPU-13
const MAX_OBJECTS: u32 = 4096;

/// The device and the arrays of a CPU-side call, as it gives them.
struct Arrays<'a> {
    device: LocalHandle,
    object_count: u32,
    objects: Option<&'a [LocalHandle]>,
    values: Option<&'a [u64]>,
    flags: u32,
    known_flags: u32,
}

/// What they name: a device, and for each entry a handle of it and a value.
struct Named {
    device: DeviceId,
    entries: Vec<(Opening, u64)>,
}

/// What both calls check.
impl Kernel {
    /// The checks up to that of the device of each handle.
    fn check_arrays(&self, caller: ProcessId, arrays: &Arrays<'_>) -> Result<Named, Refusal> {
        let invalid = |rule| Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule));
        // CPU-13
        let (Some(objects), Some(values)) = (arrays.objects, arrays.values) else {
            return invalid(rule::CPU_13);
        };
        // CPU-14
        if arrays.flags & !arrays.known_flags != 0 {
            return invalid(rule::CPU_14);
        }
        // CPU-13. SYN-17: a bound of a count comes with the counts.
        if arrays.object_count == 0 {
            return invalid(rule::CPU_13);
        }
        if arrays.object_count > MAX_OBJECTS {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::CPU_13));
        }
        let device = DeviceId(self.resolve(caller, arrays.device, Kind::Device)?);
        self.check_works(device)?;
        // SYN-37: each check runs over the whole array before the next one.
        let entry = |place: u32| {
            let handle = objects.get(place as usize).copied().unwrap_or(LocalHandle::ZERO);
            let value = values.get(place as usize).copied().unwrap_or(0);
            match self.resolve(caller, handle, Kind::SyncObject) {
                Ok(opening) => Ok((*self.opening(OpeningId(opening)), value)),
                Err(refusal) => Err(Refusal { rule: rule::SYN_37, ..refusal }),
            }
        };
        let entries = (0..arrays.object_count).map(entry).collect::<Result<Vec<_>, _>>()?;
        // CPU-01, CPU-21, SYN-08: nothing but monitored fences.
        if entries.iter().any(|(opening, _)| self.sync_object(opening.object).fence_value().is_none()) {
            return invalid(rule::CPU_01);
        }
        // SYN-35
        if entries.iter().any(|(opening, _)| opening.device != Some(device)) {
            return invalid(rule::SYN_35);
        }
        Ok(Named { device, entries })
    }

    /// Refuses a device in Error, or on a stopped adapter.
    // TDR-10, FLT-02
    pub(crate) fn check_works(&self, id: DeviceId) -> Result<(), Refusal> {
        let device = self.device(id);
        self.check_running(device.adapter, rule::TDR_10)?;
        match device.execution.error_status() {
            Some(status) => Err(Refusal::new(status, rule::TDR_10)),
            None => Ok(()),
        }
    }
}

/// Refuses a call through a handle without the right.
// ACC-17, SYN-33: before anything is stored or registered.
fn check_allowed(entries: &[(Opening, u64)], allowed: impl Fn(&Opening) -> bool) -> Result<(), Refusal> {
    if entries.iter().all(|(opening, _)| allowed(opening)) {
        Ok(())
    } else {
        Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::ACC_17))
    }
}

/// Signals.
impl Kernel {
    pub(crate) fn check_signal_from_cpu(
        &self,
        caller: ProcessId,
        request: &SignalSynchronizationObjectFromCpu,
    ) -> Result<Plan, Refusal> {
        let SignalSynchronizationObjectFromCpu { device, object_count, objects, values, flags } = request;
        let arrays = Arrays {
            device: *device,
            object_count: *object_count,
            objects: objects.as_deref(),
            values: values.as_deref(),
            flags: *flags,
            known_flags: ALLOW_FENCE_REWIND,
        };
        let Named { device, entries } = self.check_arrays(caller, &arrays)?;
        // SYN-34, ACC-17, ACC-18
        let through = self.planted(Planted::SignalThroughNoSignalHandle);
        check_allowed(&entries, |opening| opening.may_signal && (through || !opening.flags.no_signal))?;
        let may_rewind = flags & ALLOW_FENCE_REWIND != 0 || self.planted(Planted::RewindWithoutTheFlag);
        // CPU-12: the entries act in array order. CPU-11: on nothing that anybody sees, before all are checked.
        let mut values = BTreeMap::new();
        let mut highest: BTreeMap<SyncObjectId, u64> = BTreeMap::new();
        for (opening, value) in &entries {
            let fence = opening.object;
            let current = values.get(&fence).copied().unwrap_or_else(|| self.fence_value(fence));
            // CPU-08, CPU-09, TDR-03: an equal value is no rewind, and the maximum is a value like any other.
            if *value < current && !may_rewind {
                return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::CPU_08));
            }
            values.insert(fence, *value);
            let seen = highest.entry(fence).or_default();
            *seen = (*seen).max(*value);
        }
        let adapter = self.device(device).adapter;
        let mut write = self.prepare_write(adapter, values);
        if self.planted(Planted::WaitsJudgedEntryByEntry) {
            write.released = self.judge(adapter, &highest);
        }
        Ok(Plan::SignalFences(write))
    }

    // CPU-07, CPU-11: stored and released in one step.
    pub(crate) fn commit_signal_fences(&mut self, write: &FenceWrite, pick: &Pick) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        self.store(write);
        self.release(&write.released, pick, &mut ended, &mut effects);
        self.resume_all(ended, &mut effects);
        Outcome { effects, ..Outcome::done() }
    }
}

/// Waits.
impl Kernel {
    pub(crate) fn check_wait_from_cpu(
        &self,
        by: Caller,
        request: &WaitForSynchronizationObjectFromCpu,
    ) -> Result<Plan, Refusal> {
        let WaitForSynchronizationObjectFromCpu { device, object_count, objects, values, event, flags } =
            request;
        let arrays = Arrays {
            device: *device,
            object_count: *object_count,
            objects: objects.as_deref(),
            values: values.as_deref(),
            flags: *flags,
            known_flags: WAIT_ANY,
        };
        let Named { device, entries } = self.check_arrays(by.process, &arrays)?;
        // CPU-18, EVT-05
        let event = match *event {
            NtHandle::ZERO => None,
            event => Some(self.named_event(by.process, event, rule::CPU_18)?),
        };
        // SYN-34, ACC-17, ACC-18
        check_allowed(&entries, |opening| opening.may_wait && !opening.flags.no_wait)?;
        // CPU-18, EVT-04
        if let Some((_, granted_access)) = event {
            check_right(granted_access, EVENT_MODIFY_STATE, rule::CPU_18)?;
        }
        let event = event.map(|(event, _)| event);
        let any = flags & WAIT_ANY != 0;
        let current = |fence| self.fence_value(fence);
        // CPU-12: each entry is a condition of its own.
        let conditions = entries.iter().map(|(opening, value)| (opening.object, *value));
        let mut conditions: Vec<_> =
            conditions.map(|(object, value)| FenceCondition { object, value }).collect();
        // CPU-04, CPU-05, CPU-06: at once if it holds. CPU-10: by the values that are there now.
        if self.is_satisfied(&conditions, any, current) {
            let forgotten = self.planted(Planted::SatisfiedWaitForgotten);
            let sets = event.into_iter().filter(|_| !forgotten).collect();
            return Ok(Plan::FencesReached { thread: by.thread, blocking: event.is_none(), sets });
        }
        // SYN-17: the only call that is refused for it.
        if self.waits.len() >= self.limits.waits {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::SYN_17));
        }
        if !any && self.planted(Planted::SatisfiedConditionsForgotten) {
            conditions.retain(|condition| current(condition.object) < condition.value);
        }
        // CPU-15: tested and registered in one step.
        let wait = Wait {
            thread: event.is_none().then_some(by.thread),
            process: by.process,
            limit: TimeLimit::Unlimited,
            target: WaitTarget::Fences { device, conditions, any, event },
        };
        Ok(if event.is_some() { Plan::Register(wait) } else { Plan::Block(wait) })
    }

    /// A wait whose condition holds when it is made.
    // CPU-04: the event is set before the return. EVT-07: once.
    pub(crate) fn commit_fences_reached(
        &mut self,
        thread: ThreadId,
        blocking: bool,
        sets: &[NtObjectId],
        pick: &Pick,
    ) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        self.set_events(sets, pick, &mut ended);
        effects.extend(sets.iter().map(|event| Effect::EventSet { event: *event }));
        self.resume_all(ended, &mut effects);
        // CPU-20
        effects.push(Effect::Diagnostic(Diagnostic::ReachedBeforeTheWait { thread }));
        let output = if blocking { Output::FencesReached } else { Output::None };
        Outcome { effects, ..Outcome::with(output) }
    }

    // CPU-04: the event stays as it is, and the call does not block.
    pub(crate) fn commit_register(&mut self, wait: Wait) -> Outcome {
        self.begin_wait(wait);
        Outcome::done()
    }
}
