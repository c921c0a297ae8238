//! Keyed mutexes: making, opening, destroying, releasing.

use super::acquires::end_waits;
use super::draft::{Draft, free_name, has_room};
use crate::action::{DataOperand, GlobalOperand, LocalOperand};
use crate::observation::{Output, Refusal};
use crate::state::{
    GlobalObject, KeyedMutex, KeyedMutexName, LocalName, LocalObject, PrivateData, ProcessName, State,
};

/// Bytes of private data that a keyed mutex can store (KMX-24).
const MAX_PRIVATE_DATA: u32 = 4096;

/// CreateKeyedMutex, and the part of CreateKeyedMutex2 behind its argument checks.
pub(super) fn create(
    draft: &mut Draft,
    caller: ProcessName,
    initial: u64,
    private_data: Option<PrivateData>,
    nt_sharing: bool,
) -> Result<Output, Refusal> {
    // SYN-17, HND-14: memory comes after every other check.
    let State { limits, keyed_mutexes, .. } = &draft.state;
    has_room(keyed_mutexes.len(), limits.keyed_mutexes, Refusal::NoMemory)?;
    let name = KeyedMutexName(free_name(keyed_mutexes.iter().map(|mutex| mutex.name.0)));
    let handle = draft.open_local(caller, LocalObject::KeyedMutex(name))?;
    // KMX-04, HND-24: no global handle with NT sharing, also no hidden one, and exactly one without.
    let global = if nt_sharing { None } else { Some(draft.open_global(GlobalObject::KeyedMutex(name))?) };
    // KMX-01. KMX-02, KMX-38: it belongs to no device and no adapter, so their state cannot matter.
    draft.state.keyed_mutexes.push(KeyedMutex {
        name,
        key: initial,
        fence: 0,
        owner: None,
        abandoned: false,
        private_data,
        global: global.is_some(),
    });
    Ok(Output::KeyedMutex { handle, mutex: name, global })
}

/// CreateKeyedMutex2.
pub(super) fn create_2(
    draft: &mut Draft,
    caller: ProcessName,
    initial: u64,
    data: DataOperand,
    nt_sharing: bool,
    unknown_flag: bool,
) -> Result<Output, Refusal> {
    let data = given_data(data)?;
    // KMX-05
    if unknown_flag {
        return Err(Refusal::UnknownKeyedMutexFlag);
    }
    fits(data)?;
    create(draft, caller, initial, data, nt_sharing)
}

/// OpenKeyedMutex2, and OpenKeyedMutex without data (KMX-09).
pub(super) fn open(
    draft: &mut Draft,
    caller: ProcessName,
    shared: GlobalOperand,
    data: DataOperand,
) -> Result<Output, Refusal> {
    let data = given_data(data)?;
    // KMX-06. HND-23: the number is enough, in whatever process.
    let GlobalOperand::Named(global) = shared else { return Err(Refusal::NoSuchGlobalHandle) };
    let Some(GlobalObject::KeyedMutex(name)) = draft.state.global_handle(global).map(|handle| handle.object)
    else {
        return Err(Refusal::NoSuchGlobalHandle);
    };
    fits(data)?;
    // KMX-34: an abandoned mutex opens like any other.
    let stored = draft.keyed_mutex_mut(name).private_data;
    // KMX-26, KMX-27
    if !size_agrees(stored, data) {
        return Err(Refusal::OtherSizeAtOpen);
    }
    // HND-16: a new handle every time.
    let handle = draft.open_local(caller, LocalObject::KeyedMutex(name))?;
    // KMX-25: data flows in only if there is none. KMX-09: the first form gives none.
    draft.keyed_mutex_mut(name).private_data = stored.or(data);
    Ok(Output::KeyedMutexHandle(handle))
}

/// DestroyKeyedMutex.
pub(super) fn destroy(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
) -> Result<Output, Refusal> {
    // KMX-08
    let (handle, mutex) =
        draft.keyed_mutex_operand(caller, operand).map_err(|_| Refusal::NoKeyedMutexToDestroy)?;
    free_handle(draft, caller, handle, mutex.name);
    end_waits(draft, Some((caller, handle)));
    Ok(Output::Nothing)
}

/// Frees a live handle of a keyed mutex, which may abandon or end it; the waits are left to [`end_waits`].
pub(super) fn free_handle(draft: &mut Draft, owner: ProcessName, handle: LocalName, name: KeyedMutexName) {
    draft.free_local(owner, handle);
    // KMX-30, KMX-31: the handle that owns it abandons it; LIF-05: any other does not disturb it.
    let mutex = draft.keyed_mutex_mut(name);
    if mutex.owner == Some((owner, handle)) {
        mutex.owner = None;
        mutex.abandoned = true;
    }
    // KMX-07, LIF-01: in whatever order the handles go, the last one takes the mutex along. LIF-07: a wait
    // that still refers to it came through that handle, and ends in the same step.
    if draft.state.local_holders(LocalObject::KeyedMutex(name)).next().is_none() {
        draft.state.keyed_mutexes.retain(|mutex| mutex.name != name);
        // HND-25
        draft.free_global(GlobalObject::KeyedMutex(name));
    }
}

/// ReleaseKeyedMutex2, and ReleaseKeyedMutex without data (KMX-09); stores a key and a fence value.
pub(super) fn release(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
    (key, fence): (u64, u64),
    data: DataOperand,
) -> Result<Output, Refusal> {
    let data = given_data(data)?;
    let (handle, mutex) = draft.keyed_mutex_operand(caller, operand)?;
    // KMX-34
    if mutex.abandoned {
        return Err(Refusal::ReleaseOfAbandoned);
    }
    // KMX-21, KMX-12: whichever thread, but only through the handle that acquired.
    if mutex.owner != Some((caller, handle)) {
        return Err(Refusal::NotOwner);
    }
    fits(data)?;
    // KMX-29
    if !size_agrees(mutex.private_data, data) {
        return Err(Refusal::OtherSizeAtRelease);
    }
    let mutex = draft.keyed_mutex_mut(mutex.name);
    // KMX-29: no data given keeps the old.
    mutex.private_data = data.or(mutex.private_data);
    // KMX-20, KMX-10. KMX-18: the fence value is stored, not judged. KMX-22: nobody takes the mutex in here.
    mutex.key = key;
    mutex.fence = fence;
    mutex.owner = None;
    Ok(Output::Nothing)
}

/// Returns the private data that the call gives, or refuses a size without a buffer.
fn given_data(data: DataOperand) -> Result<Option<PrivateData>, Refusal> {
    match data {
        DataOperand::None => Ok(None),
        // KMX-24
        DataOperand::NullWithSize => Err(Refusal::NullPrivateData),
        DataOperand::Bytes { size, content } => Ok(Some(PrivateData { size, content })),
    }
}

/// Refuses more data than can be stored.
fn fits(data: Option<PrivateData>) -> Result<(), Refusal> {
    // KMX-24
    if data.is_some_and(|data| data.size > MAX_PRIVATE_DATA) {
        return Err(Refusal::PrivateDataTooLarge);
    }
    Ok(())
}

/// Returns whether the given data may meet the stored data: one of them is missing, or they have one size.
fn size_agrees(stored: Option<PrivateData>, given: Option<PrivateData>) -> bool {
    stored.zip(given).is_none_or(|(stored, given)| stored.size == given.size)
}
