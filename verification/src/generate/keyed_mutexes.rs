//! Calls on keyed mutexes, sensible and not.

use arbitrary::{Result, Unstructured};
use kmt_core as core;
use kmt_model::action::{BufferOperand, Call, DataOperand, DeadKind, GlobalOperand, LocalOperand, Timeout};
use kmt_model::state::{KeyedMutex, LocalObject, Process, State};

use super::garbage::{long_word, word};
use super::{local, pick};

/// Few keys, so that they meet again; two of them differ in bit 32 only (KMX-10).
const KEYS: &[u64] = &[1, 1, 1, 2, 1 | 1 << 32, 0, u64::MAX];
/// Few sizes of private data, so that they meet again; the largest that fits and one more (KMX-24).
const SIZES: &[u32] = &[4, 4, 4, 8, 1, 4096, 4097];

/// A call on keyed mutexes that can be formed in the state.
pub(super) fn call(bytes: &mut Unstructured<'_>, state: &State, caller: Option<&Process>) -> Result<Call> {
    let key = pick(bytes, KEYS)?;
    let fence = bytes.int_in_range(0..=3)?;
    let mutex = |bytes: &mut Unstructured<'_>| {
        local(bytes, caller, |object| matches!(object, LocalObject::KeyedMutex(_)))
    };
    Ok(match bytes.int_in_range(0..=15)? {
        0 | 1 => Call::CreateKeyedMutex { initial: key },
        2 => Call::CreateKeyedMutex2 {
            initial: key,
            data: data(bytes, None)?,
            nt_sharing: bytes.ratio(1_u8, 4_u8)?,
            unknown_flag: bytes.ratio(1_u8, 16_u8)?,
        },
        3 => Call::OpenKeyedMutex { shared: global(bytes, state)? },
        4 | 5 => Call::OpenKeyedMutex2 { shared: global(bytes, state)?, data: data(bytes, None)? },
        6 => Call::DestroyKeyedMutex { mutex: mutex(bytes)? },
        7..=9 => {
            let mutex = mutex(bytes)?;
            let key = likely_key(bytes, state, caller, mutex, key)?;
            Call::AcquireKeyedMutex { mutex, key, timeout: timeout(bytes)? }
        }
        10 | 11 => {
            let mutex = mutex(bytes)?;
            let key = likely_key(bytes, state, caller, mutex, key)?;
            let buffer = buffer(bytes, named(state, caller, mutex))?;
            Call::AcquireKeyedMutex2 { mutex, key, timeout: timeout(bytes)?, buffer }
        }
        12 | 13 => Call::ReleaseKeyedMutex { mutex: likely_owner(bytes, state, caller, mutex)?, key, fence },
        _ => {
            let mutex = likely_owner(bytes, state, caller, mutex)?;
            let data = data(bytes, named(state, caller, mutex))?;
            Call::ReleaseKeyedMutex2 { mutex, key, fence, data }
        }
    })
}

/// The keyed mutex that an operand names.
fn named<'a>(state: &'a State, caller: Option<&Process>, operand: LocalOperand) -> Option<&'a KeyedMutex> {
    let LocalOperand::Named(name) = operand else { return None };
    match caller?.local_handle(name)?.object {
        LocalObject::KeyedMutex(mutex) => state.keyed_mutex(mutex),
        LocalObject::Adapter(_) | LocalObject::Device(_) | LocalObject::SyncObject(_) => None,
    }
}

/// The stored key, most of the time.
fn likely_key(
    bytes: &mut Unstructured<'_>,
    state: &State,
    caller: Option<&Process>,
    mutex: LocalOperand,
    other: u64,
) -> Result<u64> {
    let stored = named(state, caller, mutex).map(|mutex| mutex.key);
    Ok(if bytes.ratio(2_u8, 3_u8)? { stored.unwrap_or(other) } else { other })
}

/// A handle that owns its mutex, most of the time.
fn likely_owner(
    bytes: &mut Unstructured<'_>,
    state: &State,
    caller: Option<&Process>,
    other: impl Fn(&mut Unstructured<'_>) -> Result<LocalOperand>,
) -> Result<LocalOperand> {
    let owners = state.keyed_mutexes.iter().filter_map(|mutex| mutex.owner);
    let mine = owners.filter(|(process, _)| caller.is_some_and(|caller| caller.name == *process));
    let mine: Vec<_> = mine.map(|(_, handle)| handle).collect();
    if mine.is_empty() || bytes.ratio(1_u8, 4_u8)? {
        return other(bytes);
    }
    pick(bytes, &mine).map(LocalOperand::Named)
}

pub(super) fn global(bytes: &mut Unstructured<'_>, state: &State) -> Result<GlobalOperand> {
    let live: Vec<_> = state.global_handles.iter().map(|handle| handle.name).collect();
    if live.is_empty() || bytes.ratio(1_u8, 8_u8)? {
        let kinds = [DeadKind::Stale, DeadKind::Zero, DeadKind::Unknown, DeadKind::OtherSpace];
        return pick(bytes, &kinds).map(GlobalOperand::Dead);
    }
    pick(bytes, &live).map(GlobalOperand::Named)
}

pub(super) fn timeout(bytes: &mut Unstructured<'_>) -> Result<Timeout> {
    Ok(match bytes.int_in_range(0..=7)? {
        0 | 1 => Timeout::Unlimited,
        2 => Timeout::Zero,
        3 => Timeout::AbsoluteAhead(pick(bytes, &[1, 1000, i64::MAX.unsigned_abs()])?),
        4 => Timeout::AbsolutePassed(pick(bytes, &[1, 1000, i64::MAX.unsigned_abs()])?),
        _ => Timeout::Relative(pick(bytes, &[1, 10_000, i64::MIN.unsigned_abs()])?),
    })
}

/// The stored size, most of the time.
fn size(bytes: &mut Unstructured<'_>, mutex: Option<&KeyedMutex>) -> Result<u32> {
    let stored = mutex.and_then(|mutex| mutex.private_data).map(|data| data.size);
    match stored {
        Some(stored) if bytes.ratio(2_u8, 3_u8)? => Ok(stored),
        _ => pick(bytes, SIZES),
    }
}

fn data(bytes: &mut Unstructured<'_>, mutex: Option<&KeyedMutex>) -> Result<DataOperand> {
    Ok(match bytes.int_in_range(0..=7)? {
        0 | 1 => DataOperand::None,
        2 => DataOperand::NullWithSize,
        _ => DataOperand::Bytes { size: size(bytes, mutex)?, content: bytes.int_in_range(0..=3)? },
    })
}

fn buffer(bytes: &mut Unstructured<'_>, mutex: Option<&KeyedMutex>) -> Result<BufferOperand> {
    Ok(match bytes.int_in_range(0..=7)? {
        0 => BufferOperand::None,
        1 => BufferOperand::NullWithSize,
        _ => BufferOperand::Bytes { size: size(bytes, mutex)? },
    })
}

/// The same request on a keyed mutex with one field replaced by any bits; none for other requests.
pub(super) fn garbage(
    bytes: &mut Unstructured<'_>,
    request: &core::Request,
) -> Result<Option<core::Request>> {
    use core::Request as R;
    let handle = |bytes: &mut Unstructured<'_>| word(bytes).map(core::LocalHandle::from_raw);
    let shared = |bytes: &mut Unstructured<'_>| word(bytes).map(core::GlobalHandle::from_raw);
    Ok(Some(match request.clone() {
        R::CreateKeyedMutex(_) => {
            R::CreateKeyedMutex(core::CreateKeyedMutex { initial_value: long_word(bytes)? })
        }
        R::CreateKeyedMutex2(create) if bytes.arbitrary()? => {
            R::CreateKeyedMutex2(core::CreateKeyedMutex2 { flags: word(bytes)?, ..create })
        }
        R::CreateKeyedMutex2(create) => {
            R::CreateKeyedMutex2(core::CreateKeyedMutex2 { private_data: private_data(bytes)?, ..create })
        }
        R::OpenKeyedMutex(_) => R::OpenKeyedMutex(core::OpenKeyedMutex { shared: shared(bytes)? }),
        R::OpenKeyedMutex2(open) if bytes.arbitrary()? => {
            R::OpenKeyedMutex2(core::OpenKeyedMutex2 { shared: shared(bytes)?, ..open })
        }
        R::OpenKeyedMutex2(open) => {
            R::OpenKeyedMutex2(core::OpenKeyedMutex2 { private_data: private_data(bytes)?, ..open })
        }
        R::DestroyKeyedMutex(_) => {
            R::DestroyKeyedMutex(core::DestroyKeyedMutex { keyed_mutex: handle(bytes)? })
        }
        R::AcquireKeyedMutex(mut acquire) => {
            match bytes.int_in_range(0..=2)? {
                0 => acquire.keyed_mutex = handle(bytes)?,
                1 => acquire.key = long_word(bytes)?,
                _ => acquire.timeout = ticks(bytes)?,
            }
            R::AcquireKeyedMutex(acquire)
        }
        R::AcquireKeyedMutex2(mut acquire) => {
            match bytes.int_in_range(0..=3)? {
                0 => acquire.keyed_mutex = handle(bytes)?,
                1 => acquire.key = long_word(bytes)?,
                2 => acquire.timeout = ticks(bytes)?,
                _ => acquire.buffer = core::OutBuffer { is_null: bytes.arbitrary()?, size: word(bytes)? },
            }
            R::AcquireKeyedMutex2(acquire)
        }
        R::ReleaseKeyedMutex(mut release) => {
            match bytes.int_in_range(0..=2)? {
                0 => release.keyed_mutex = handle(bytes)?,
                1 => release.key = long_word(bytes)?,
                _ => release.fence_value = long_word(bytes)?,
            }
            R::ReleaseKeyedMutex(release)
        }
        R::ReleaseKeyedMutex2(mut release) => {
            match bytes.int_in_range(0..=3)? {
                0 => release.keyed_mutex = handle(bytes)?,
                1 => release.key = long_word(bytes)?,
                2 => release.fence_value = long_word(bytes)?,
                _ => release.private_data = private_data(bytes)?,
            }
            R::ReleaseKeyedMutex2(release)
        }
        _ => return Ok(None),
    }))
}

fn ticks(bytes: &mut Unstructured<'_>) -> Result<Option<i64>> {
    let given = bytes.ratio(7_u8, 8_u8)?;
    given.then(|| long_word(bytes).map(u64::cast_signed)).transpose()
}

/// Any bytes, a null pointer with any size, or a size at the limit.
fn private_data(bytes: &mut Unstructured<'_>) -> Result<core::PrivateData> {
    Ok(match bytes.int_in_range(0..=3)? {
        0 => core::PrivateData::Null { size: word(bytes)? },
        1 => core::PrivateData::Bytes(vec![0; bytes.int_in_range(4095..=4097)?]),
        _ => {
            let length = bytes.int_in_range(0..=8)?;
            core::PrivateData::Bytes(bytes.bytes(length)?.to_vec())
        }
    })
}

/// An option that the request has.
pub(super) fn fitting_pick(bytes: &mut Unstructured<'_>, request: &core::Request) -> Result<core::Pick> {
    let timeout = match request {
        core::Request::AcquireKeyedMutex(acquire) => acquire.timeout,
        core::Request::AcquireKeyedMutex2(acquire) => acquire.timeout,
        core::Request::WaitForEvent(wait) => wait.timeout,
        _ => None,
    };
    match timeout {
        Some(1..) => bytes.choose(&[core::Pick::DeadlineAhead, core::Pick::DeadlinePassed]).cloned(),
        _ => Ok(core::Pick::Only),
    }
}
