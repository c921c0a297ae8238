//! Calls on events and synchronisation objects, sensible and not.

use arbitrary::{Result, Unstructured};
use kmt_core as core;
use kmt_model::action::{Call, DeadKind, Entries, LocalOperand, NtOperand, Released, SyncFlags, SyncInfo};
use kmt_model::state::{LocalObject, NtObject, OpeningFlags, Process, State, SyncValue};

use super::garbage::{long_word, word};
use super::keyed_mutexes::{global, timeout};
use super::{local, nt, pick};

/// Few values, so that waits are satisfied; the largest, which a failing device stores as well.
const VALUES: &[u64] = &[0, 1, 1, 2, 2, 3, u64::MAX];

/// A call on an event or a synchronisation object that can be formed in the state, whomever it releases.
pub(super) fn call(bytes: &mut Unstructured<'_>, state: &State, caller: Option<&Process>) -> Result<Call> {
    let released = Released(0);
    Ok(match bytes.int_in_range(0..=19)? {
        0 => Call::CreateEvent { manual_reset: bytes.arbitrary()?, set: bytes.ratio(1_u8, 4_u8)? },
        1 | 2 => Call::SetEvent { event: event(bytes, caller)?, released },
        3 => Call::ResetEvent { event: event(bytes, caller)? },
        4 | 5 => Call::WaitForEvent { event: event(bytes, caller)?, timeout: timeout(bytes)? },
        6 => Call::CreateSynchronizationObject { device: device(bytes, caller)?, what: info(bytes, caller)? },
        7..=9 => {
            let what = info(bytes, caller)?;
            let flags = if bytes.ratio(1_u8, 3_u8)? { any_flags(bytes)? } else { likely_flags(bytes, what)? };
            Call::CreateSynchronizationObject2 { device: device(bytes, caller)?, what, flags }
        }
        10 => Call::OpenSynchronizationObject { shared: global(bytes, state)? },
        11 => Call::DestroySynchronizationObject { object: fence(bytes, state, caller, None)? },
        12..=15 => {
            let device = device(bytes, caller)?;
            let entries = entries(bytes, state, caller, device)?;
            Call::SignalFromCpu { device, entries, rewind: bytes.ratio(1_u8, 4_u8)?, released }
        }
        _ => {
            let device = device(bytes, caller)?;
            let entries = entries(bytes, state, caller, device)?;
            let event = bytes.arbitrary::<bool>()?.then(|| event(bytes, caller)).transpose()?;
            // The value 0 is no event, but a call that blocks.
            let event = event.filter(|operand| *operand != NtOperand::Dead(DeadKind::Zero));
            Call::WaitFromCpu { device, entries, any: bytes.ratio(1_u8, 3_u8)?, event, released }
        }
    })
}

fn device(bytes: &mut Unstructured<'_>, caller: Option<&Process>) -> Result<LocalOperand> {
    local(bytes, caller, |object| matches!(object, LocalObject::Device(_)))
}

/// An event of the caller, most of the time.
fn event(bytes: &mut Unstructured<'_>, caller: Option<&Process>) -> Result<NtOperand> {
    let handles = caller.map_or(&[][..], |process| &process.nt_handles);
    let events: Vec<_> = handles
        .iter()
        .filter(|handle| matches!(handle.object, NtObject::Event(_)))
        .map(|handle| handle.name)
        .collect();
    if events.is_empty() || bytes.ratio(1_u8, 12_u8)? {
        return nt(bytes, caller);
    }
    pick(bytes, &events).map(NtOperand::Named)
}

/// A monitored fence of the device, most of the time.
fn fence(
    bytes: &mut Unstructured<'_>,
    state: &State,
    caller: Option<&Process>,
    device: Option<LocalOperand>,
) -> Result<LocalOperand> {
    let named = device.and_then(|device| match device {
        LocalOperand::Named(name) => caller?.local_handle(name),
        LocalOperand::Dead(_) => None,
    });
    let wanted = named.and_then(|handle| match handle.object {
        LocalObject::Device(device) => Some(device),
        _ => None,
    });
    local(bytes, caller, |object| {
        let LocalObject::SyncObject(opening) = object else { return false };
        let is_fence = state
            .sync_object(opening.object)
            .is_some_and(|object| matches!(object.value, SyncValue::MonitoredFence(_)));
        wanted.is_none_or(|wanted| is_fence && opening.device == Some(wanted))
    })
}

fn entries(
    bytes: &mut Unstructured<'_>,
    state: &State,
    caller: Option<&Process>,
    device: LocalOperand,
) -> Result<Entries> {
    let count = pick(bytes, &[1, 1, 1, 2, 2, 3, Entries::MOST])?;
    let mut list = Vec::new();
    for _ in 0..count {
        list.push((fence(bytes, state, caller, Some(device))?, pick(bytes, VALUES)?));
    }
    let first = list.first().copied().unwrap_or((device, 0));
    Ok(Entries::of(list.into_iter()).unwrap_or(Entries::one(first.0, first.1)))
}

fn info(bytes: &mut Unstructured<'_>, caller: Option<&Process>) -> Result<SyncInfo> {
    Ok(match bytes.int_in_range(0..=9)? {
        0 => SyncInfo::Mutex { held: bytes.arbitrary()? },
        1 => {
            let (most, count) = (bytes.int_in_range(0..=2)?, bytes.int_in_range(0..=2)?);
            SyncInfo::Semaphore { most, count }
        }
        2 => SyncInfo::Fence(pick(bytes, VALUES)?),
        3 => SyncInfo::CpuNotification { event: event(bytes, caller)? },
        4 => SyncInfo::PeriodicMonitoredFence { unknown_engine: bytes.arbitrary()? },
        _ => SyncInfo::MonitoredFence {
            value: pick(bytes, VALUES)?,
            unknown_engine: bytes.ratio(1_u8, 16_u8)?,
        },
    })
}

pub(super) fn opening_flags(bytes: &mut Unstructured<'_>) -> Result<OpeningFlags> {
    Ok(OpeningFlags {
        top_of_pipeline: bytes.ratio(1_u8, 8_u8)?,
        no_signal: bytes.ratio(1_u8, 8_u8)?,
        no_wait: bytes.ratio(1_u8, 8_u8)?,
        no_forced_maximum: bytes.ratio(1_u8, 4_u8)?,
        no_gpu_access: bytes.ratio(1_u8, 8_u8)?,
    })
}

fn any_flags(bytes: &mut Unstructured<'_>) -> Result<SyncFlags> {
    Ok(SyncFlags {
        shared: bytes.arbitrary()?,
        nt_sharing: bytes.arbitrary()?,
        cross_adapter: bytes.ratio(1_u8, 4_u8)?,
        by_driver: bytes.ratio(1_u8, 8_u8)?,
        handle: opening_flags(bytes)?,
    })
}

/// Flags that go with the type.
fn likely_flags(bytes: &mut Unstructured<'_>, what: SyncInfo) -> Result<SyncFlags> {
    let is_fence = matches!(what, SyncInfo::MonitoredFence { .. });
    let shared = bytes.arbitrary()? && !matches!(what, SyncInfo::CpuNotification { .. });
    let handle = if is_fence { opening_flags(bytes)? } else { OpeningFlags::default() };
    Ok(SyncFlags {
        shared,
        nt_sharing: shared && (is_fence || bytes.arbitrary()?),
        cross_adapter: shared && bytes.ratio(1_u8, 4_u8)?,
        by_driver: false,
        handle: OpeningFlags { no_wait: handle.no_wait && !handle.no_signal, ..handle },
    })
}

/// The same request with one field replaced by any bits; none for a request of another kind.
pub(super) fn garbage(
    bytes: &mut Unstructured<'_>,
    request: &core::Request,
) -> Result<Option<core::Request>> {
    use core::Request as R;
    let handle = |bytes: &mut Unstructured<'_>| word(bytes).map(core::LocalHandle::from_raw);
    let nt = |bytes: &mut Unstructured<'_>| long_word(bytes).map(core::NtHandle::from_raw);
    Ok(Some(match request.clone() {
        R::CreateEvent(create) => {
            R::CreateEvent(core::CreateEvent { report_handle: bytes.arbitrary()?, ..create })
        }
        R::SetEvent(_) => R::SetEvent(core::SetEvent { event: nt(bytes)? }),
        R::ResetEvent(_) => R::ResetEvent(core::ResetEvent { event: nt(bytes)? }),
        R::WaitForEvent(wait) => R::WaitForEvent(core::WaitForEvent { event: nt(bytes)?, ..wait }),
        R::CreateSynchronizationObject(mut create) => {
            match bytes.int_in_range(0..=1)? {
                0 => create.device = handle(bytes)?,
                _ => create.info = garbage_info(bytes)?,
            }
            R::CreateSynchronizationObject(create)
        }
        R::CreateSynchronizationObject2(mut create) => {
            match bytes.int_in_range(0..=2)? {
                0 => create.device = handle(bytes)?,
                1 => create.info = garbage_info(bytes)?,
                _ => create.flags = word(bytes)?,
            }
            R::CreateSynchronizationObject2(create)
        }
        R::OpenSynchronizationObject(_) => R::OpenSynchronizationObject(core::OpenSynchronizationObject {
            shared: core::GlobalHandle::from_raw(word(bytes)?),
        }),
        R::DestroySynchronizationObject(_) => {
            R::DestroySynchronizationObject(core::DestroySynchronizationObject {
                sync_object: handle(bytes)?,
            })
        }
        R::SignalSynchronizationObjectFromCpu(mut signal) => {
            match bytes.int_in_range(0..=4)? {
                0 => signal.device = handle(bytes)?,
                1 => signal.object_count = count(bytes)?,
                2 => signal.objects = None,
                3 => signal.values = None,
                _ => signal.flags = word(bytes)?,
            }
            R::SignalSynchronizationObjectFromCpu(signal)
        }
        R::WaitForSynchronizationObjectFromCpu(mut wait) => {
            match bytes.int_in_range(0..=5)? {
                0 => wait.device = handle(bytes)?,
                1 => wait.object_count = count(bytes)?,
                2 => wait.objects = None,
                3 => wait.values = None,
                4 => wait.event = nt(bytes)?,
                _ => wait.flags = word(bytes)?,
            }
            R::WaitForSynchronizationObjectFromCpu(wait)
        }
        _ => return Ok(None),
    }))
}

/// None, more than there may be, or few enough for the model to have words for.
fn count(bytes: &mut Unstructured<'_>) -> Result<u32> {
    Ok(match bytes.int_in_range(0..=3)? {
        0 => 0,
        1 => 4097 | word(bytes)? << 13,
        _ => bytes.int_in_range(0..=8)?,
    })
}

fn garbage_info(bytes: &mut Unstructured<'_>) -> Result<core::SyncObjectInfo> {
    Ok(match bytes.int_in_range(0..=5)? {
        0 => core::SyncObjectInfo::Unknown { object_type: word(bytes)? },
        1 => core::SyncObjectInfo::Mutex { initial_state: word(bytes)? },
        2 => core::SyncObjectInfo::Semaphore { max_count: word(bytes)?, initial_count: word(bytes)? },
        3 => core::SyncObjectInfo::CpuNotification { event: core::NtHandle::from_raw(long_word(bytes)?) },
        4 => core::SyncObjectInfo::PeriodicMonitoredFence {
            adapter: core::LocalHandle::from_raw(word(bytes)?),
            vidpn_target_id: word(bytes)?,
            time: long_word(bytes)?,
            engine_affinity: word(bytes)?,
        },
        _ => core::SyncObjectInfo::MonitoredFence {
            initial_value: long_word(bytes)?,
            engine_affinity: word(bytes)?,
        },
    })
}
