//! Values that name nothing, and bits that nobody defined: what the same check of many calls is tried with.

use kmt_core::{GlobalHandle, LocalHandle, NtHandle};

use super::scene::{LocalHandles, NtHandles, Scene};

/// The local table of the scene never has an entry with this index.
const NO_INDEX: u32 = 90;
/// The largest index that a handle can carry.
const LAST_INDEX: u32 = 0x00FF_FFFF;
/// No NT handle of the scene has a value as high as this.
const NEVER_OPENED: u64 = 0x1000;

/// Which kind of object a call wants a local handle to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An adapter.
    Adapter,
    /// A device.
    Device,
    /// A keyed mutex.
    KeyedMutex,
    /// A synchronisation object.
    SyncObject,
}

/// Which kind of object a call wants a global handle to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedGlobal {
    /// A keyed mutex.
    KeyedMutex,
    /// A synchronisation object.
    SyncObject,
}

fn named<V>(values: impl IntoIterator<Item = (&'static str, V)>) -> Vec<(String, V)> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Local handles that the caller cannot use where this kind is wanted: every way in which a lookup fails.
// HND-08, HND-09, HND-26
#[must_use]
pub fn dead_local_handles(scene: &Scene, wanted: Wanted) -> Vec<(String, LocalHandle)> {
    let (right, wrong) = match wanted {
        Wanted::Adapter => (scene.adapter, scene.device),
        Wanted::Device => (scene.device, scene.adapter),
        Wanted::KeyedMutex => (scene.mutex, scene.fence),
        Wanted::SyncObject => (scene.fence, scene.mutex),
    };
    let LocalHandles { live, stale, foreign } = right;
    let (live, stale) = (live.raw(), stale.raw());
    let generation = |number: u32| number << 30 | live & 0x3FFF_FFFF;
    let values = named([
        ("0", 0),
        ("all bits", u32::MAX),
        ("an index behind the table", 0x4000_0000 | NO_INDEX << 6),
        ("the last index", 0x4000_0000 | LAST_INDEX << 6),
        ("a stale handle", stale),
        ("the value that the free entry has next", 0x8000_0000 | stale & 0x3FFF_FFFF),
        ("the value that the free entry has after the next", 0xC000_0000 | stale & 0x3FFF_FFFF),
        ("a live handle with generation 0", generation(0)),
        ("a live handle with generation 2", generation(2)),
        ("a live handle with generation 3", generation(3)),
        ("a live handle of another kind", wrong.live.raw()),
        ("a live handle with instance 1", live | 1),
        ("a live handle with instance 2, which looks global", live | 2),
        ("a live handle with instance 63", live | 63),
        ("a stale handle with instance 2", stale | 2),
        ("the value of another process's handle", foreign.raw()),
        ("the value of an NT handle", scene.caller_nt.live.raw() as u32),
        ("a global handle", scene.shared.live.raw()),
    ]);
    values.into_iter().map(|(name, raw)| (name, LocalHandle::from_raw(raw))).collect()
}

/// Values that are no live global handle: every way in which a lookup fails.
// HND-21, HND-25, HND-26
#[must_use]
pub fn dead_global_handles(scene: &Scene, wanted: WantedGlobal) -> Vec<(String, GlobalHandle)> {
    let (right, wrong) = match wanted {
        WantedGlobal::KeyedMutex => (scene.shared, scene.sync_shared),
        WantedGlobal::SyncObject => (scene.sync_shared, scene.shared),
    };
    let (live, stale) = (right.live.raw(), right.stale.raw());
    let generation = |number: u32| number << 30 | live & 0x3FFF_FFFF;
    let values = named([
        ("0", 0),
        ("all bits", u32::MAX),
        ("an index behind the table", 0x4000_0002 | NO_INDEX << 6),
        ("the last index", 0x4000_0002 | LAST_INDEX << 6),
        ("a stale global handle", stale),
        ("the value that the free entry has next", 0x8000_0000 | stale & 0x3FFF_FFFF),
        ("the value that the free entry has after the next", 0xC000_0000 | stale & 0x3FFF_FFFF),
        ("a live global handle with generation 0", generation(0)),
        ("a live global handle with generation 2", generation(2)),
        ("a live global handle with generation 3", generation(3)),
        ("a live global handle with instance 0, which looks local", live & !0x3F),
        ("a live global handle with instance 1", live & !0x3F | 1),
        ("a live global handle with instance 3", live | 1),
        ("a live global handle with instance 63", live | 63),
        ("a live global handle of another kind", wrong.live.raw()),
        ("a live local handle of a keyed mutex", scene.mutex.live.raw()),
        ("a live local handle of a fence", scene.fence.live.raw()),
        ("a live local handle of an adapter", scene.adapter.live.raw()),
        ("the value of an NT handle", scene.caller_nt.live.raw() as u32),
    ]);
    values.into_iter().map(|(name, raw)| (name, GlobalHandle::from_raw(raw))).collect()
}

/// NT handles that have no entry in the table of a process, whatever the field; -1 is not among them, because some fields
/// take it.
// NTH-01, NTH-03, NTH-08
#[must_use]
pub fn dead_nt_handles(scene: &Scene, table: NtHandles) -> Vec<(String, NtHandle)> {
    let NtHandles { live, closed, foreign } = table;
    let values = named([
        ("0", 0),
        ("1, which is 0 without its low bits", 1),
        ("3, which is 0 without its low bits", 3),
        ("a closed handle", closed.raw()),
        ("a closed handle with low bits", closed.raw() | 2),
        ("never opened", NEVER_OPENED),
        ("another process's handle", foreign.raw()),
        ("a live handle with bit 32", live.raw() | 1 << 32),
        ("a live handle with bit 63", live.raw() | 1 << 63),
        ("a live handle with bit 30", live.raw() | 1 << 30),
        ("a live handle with bit 31", live.raw() | 1 << 31),
        ("the value of an adapter handle", u64::from(scene.adapter.live.raw())),
        ("the value of a device handle", u64::from(scene.device.live.raw())),
        ("-1 of 32 bits", 0xFFFF_FFFF),
        ("-2", u64::MAX - 1),
        ("-3", u64::MAX - 2),
        ("-4", u64::MAX - 3),
    ]);
    values.into_iter().map(|(name, raw)| (name, NtHandle::from_raw(raw))).collect()
}

/// NT handles that have no entry in the caller's table where an event is wanted; the pseudo values count as handles there.
// EVT-05
#[must_use]
pub fn dead_event_handles(scene: &Scene) -> Vec<(String, NtHandle)> {
    let table = NtHandles { live: scene.event.full, ..scene.caller_nt };
    let is_pseudo = |handle: NtHandle| handle == NtHandle::CURRENT_THREAD;
    dead_nt_handles(scene, table).into_iter().filter(|(_, handle)| !is_pseudo(*handle)).collect()
}

/// NT handles of the caller to something else than an event, with all rights.
// EVT-05
#[must_use]
pub fn handles_of_another_type(scene: &Scene) -> Vec<(String, NtHandle)> {
    named([
        ("a process", scene.to_giver.full),
        ("-1", NtHandle::CURRENT_PROCESS),
        ("-2", NtHandle::CURRENT_THREAD),
    ])
}

/// NT handles of the caller to something else than an event, without the rights that an event needs.
#[must_use]
pub fn weak_handles_of_another_type(scene: &Scene) -> Vec<(String, NtHandle)> {
    named([("a process, with two other rights", scene.caller_nt.live)])
}

/// Each bit of a 32-bit word outside of `defined` alone, and all of them together.
// ADP-01
#[must_use]
pub fn reserved_bits(defined: u32) -> Vec<(String, u32)> {
    let wide = reserved_bits_of_64(u64::from(defined) | !u64::from(u32::MAX));
    wide.into_iter().map(|(name, bits)| (name, bits as u32)).collect()
}

/// Each bit of a 64-bit word outside of `defined` alone, and all of them together.
#[must_use]
pub fn reserved_bits_of_64(defined: u64) -> Vec<(String, u64)> {
    let single =
        (0..64).map(|place| (format!("bit {place}"), 1 << place)).filter(|(_, bit)| defined & bit == 0);
    single.chain([("all reserved bits".to_owned(), !defined)]).collect()
}

/// Each value of an enumeration with its number.
#[must_use]
pub fn numbers(values: impl IntoIterator<Item = u32>) -> Vec<(String, u32)> {
    values.into_iter().map(|value| (format!("0x{value:X}"), value)).collect()
}
