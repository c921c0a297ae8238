//! Signals and waits of the CPU.

use kmt_core::{
    EntryPoint, LocalHandle, NtHandle, Request, SignalSynchronizationObjectFromCpu,
    WaitForSynchronizationObjectFromCpu,
};

use super::case::{Case, Draft, Spoil, Variant, null_structure};
use super::dead::{Wanted, dead_local_handles, reserved_bits};
use super::devices::{broken_device, dead_device};
use super::events::{no_event, weak_event};
use super::part::Part;
use super::report::checks;
use super::run::Drive;
use super::scene::{FENCE_VALUE, Scene};

/// AllowFenceRewind (CPU-14).
const ALLOW_FENCE_REWIND: u32 = 0x4;
/// WaitAny (CPU-14).
const WAIT_ANY: u32 = 0x1;
/// The most objects of one call (CPU-13).
const MOST_OBJECTS: u32 = 4096;
/// A value that no fence of the scene has reached, and that none is above.
const REACHABLE: u64 = FENCE_VALUE + 2;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(signal()),
        Box::new(wait("blocking", |_| NtHandle::ZERO).waiting()),
        Box::new(wait("with an event", |scene| scene.event.full)),
    ]
}

/// The fields that both calls have.
trait Objects: Clone + 'static {
    fn device(&mut self) -> &mut LocalHandle;
    fn count(&mut self) -> &mut u32;
    fn objects(&mut self) -> &mut Option<Vec<LocalHandle>>;
    fn values(&mut self) -> &mut Option<Vec<u64>>;
    fn flags(&mut self) -> &mut u32;

    /// Adds an entry behind the others.
    fn push(&mut self, object: LocalHandle, value: u64) {
        if let Some(objects) = self.objects() {
            objects.push(object);
        }
        let length = self.objects().as_ref().map_or(0, |objects| objects.len() as u32);
        if let Some(values) = self.values() {
            values.push(value);
        }
        // A count that was made too large stays so.
        let count = self.count();
        *count = length.max(*count);
    }
}

macro_rules! objects {
    ($request:ty) => {
        impl Objects for $request {
            fn device(&mut self) -> &mut LocalHandle {
                &mut self.device
            }

            fn count(&mut self) -> &mut u32 {
                &mut self.object_count
            }

            fn objects(&mut self) -> &mut Option<Vec<LocalHandle>> {
                &mut self.objects
            }

            fn values(&mut self) -> &mut Option<Vec<u64>> {
                &mut self.values
            }

            fn flags(&mut self) -> &mut u32 {
                &mut self.flags
            }
        }
    };
}

objects!(SignalSynchronizationObjectFromCpu);
objects!(WaitForSynchronizationObjectFromCpu);

/// An entry of both arrays, with its name.
type Entry = (String, (LocalHandle, u64));

/// The constructor for bad entries. Each stands behind the others, so that two of them stand in either order (SYN-37).
fn entries<A: Objects>(check: &'static str, bad: impl IntoIterator<Item = Entry>) -> Spoil<A> {
    // An entry has a meaning only where there are arrays and a count that reaches it.
    let spoil = Spoil::of(check, &[]).needing(&[Part::ObjectArrays, Part::ObjectEntries]);
    spoil.values(bad, |argument: &mut A, (object, value)| argument.push(object, value))
}

/// Each value of a handle with a value that a fence can have.
fn with_value(handles: impl IntoIterator<Item = (String, LocalHandle)>) -> Vec<Entry> {
    handles.into_iter().map(|(name, handle)| (format!("an entry is {name}"), (handle, REACHABLE))).collect()
}

/// The constructors for what comes before the entries: the checks 1 to 8 of both lists.
fn before_the_entries<A: Objects>(ids: [&'static str; 9], scene: &Scene, defined: u32) -> Vec<Spoil<A>> {
    let [structure, arrays, flags, none, many, device, removed, broken, dead] = ids;
    let set_count = |argument: &mut A, count: u32| *argument.count() = count;
    let counts = |counts: &[u32]| -> Vec<(String, u32)> {
        counts.iter().map(|count| (format!("ObjectCount {count}"), *count)).collect()
    };
    let large = [MOST_OBJECTS + 1, 0x1_0000, u32::MAX];
    vec![
        null_structure(structure),
        Spoil::of(arrays, &[Part::ObjectArrays])
            .variant("ObjectHandleArray is NULL", |draft: &mut Draft<A>| *draft.argument.objects() = None)
            .variant("FenceValueArray is NULL", |draft| *draft.argument.values() = None)
            .variant("both arrays are NULL", |draft| {
                *draft.argument.objects() = None;
                *draft.argument.values() = None;
            }),
        Spoil::of(flags, &[Part::ReservedFlags])
            .values(reserved_bits(defined), |argument: &mut A, bits| *argument.flags() |= bits),
        Spoil::of(none, &[Part::ObjectCount, Part::ObjectEntries]).values(counts(&[0]), set_count),
        // Entries that are not there read as 0, which is no handle.
        Spoil::joint(&[many, dead], &[Part::ObjectCount])
            .needing(&[Part::ObjectArrays])
            .values(counts(&large), set_count),
        Spoil::of(many, &[Part::ObjectCount]).values(counts(&large), set_count).variant(
            "there are 4097 sound entries",
            |draft| {
                for _ in 0..MOST_OBJECTS {
                    let entry =
                        draft.argument.objects().as_ref().and_then(|objects| objects.first().copied());
                    draft.argument.push(entry.unwrap_or(LocalHandle::ZERO), REACHABLE);
                }
                *draft.argument.count() = MOST_OBJECTS + 1;
            },
        ),
        dead_device(device, scene, |argument: &mut A, handle| *argument.device() = handle),
    ]
    .into_iter()
    .chain(broken_device([removed, broken]))
    .collect()
}

/// The constructors for entries that both calls refuse, in the order of both lists.
fn bad_entries<A: Objects>([dead, other, foreign]: [&'static str; 3], scene: &Scene) -> [Spoil<A>; 3] {
    let other_types = scene.sync.other_types.map(|(name, handle)| (name.to_owned(), handle));
    let another_device = ("a fence of another device".to_owned(), scene.sync.of_another_device);
    [
        entries(dead, with_value(dead_local_handles(scene, Wanted::SyncObject))),
        entries(other, with_value(other_types)),
        entries(foreign, with_value([another_device])),
    ]
}

fn signal() -> Case<SignalSynchronizationObjectFromCpu> {
    let scene = Scene::new();
    let (fence, no_signal) = (scene.fence.live, scene.sync.no_signal);
    let argument = SignalSynchronizationObjectFromCpu {
        device: scene.device.live,
        object_count: 1,
        objects: Some(vec![fence]),
        values: Some(vec![REACHABLE]),
        flags: 0,
    };
    let name = |number: usize| SIGNAL[number - 1];
    let mut spoils = before_the_entries([1, 2, 3, 4, 5, 6, 7, 8, 9].map(name), &scene, ALLOW_FENCE_REWIND);
    spoils.extend(bad_entries([9, 10, 11].map(name), &scene));
    spoils.push(entries(name(12), with_value([("a fence with NoSignal".to_owned(), no_signal)])));
    // CPU-08, CPU-12: below what the fence has or what an earlier entry gives it.
    let lower = [REACHABLE - 1, FENCE_VALUE, FENCE_VALUE - 1, 0];
    let lower = lower.map(|value| (format!("an entry has the value {value}"), (fence, value)));
    spoils.push(entries(name(13), lower));
    let case = Case::new("SignalSynchronizationObjectFromCpu", REQUEST_SIGNAL, scene, argument)
        .through(EntryPoint::SignalSynchronizationObjectFromCpu)
        // CPU-08, CPU-09
        .sound("the value is the current one", |draft| draft.argument.values = Some(vec![FENCE_VALUE]))
        .sound("the largest value", |draft| draft.argument.values = Some(vec![u64::MAX]))
        .sound("a lower value with AllowFenceRewind", |draft| {
            draft.argument.values = Some(vec![0]);
            draft.argument.flags = ALLOW_FENCE_REWIND;
        })
        .sound("the same fence twice, rising", move |draft| draft.argument.push(fence, REACHABLE + 1))
        .sound("the same fence twice, falling, with AllowFenceRewind", move |draft| {
            draft.argument.push(fence, REACHABLE - 1);
            draft.argument.flags = ALLOW_FENCE_REWIND;
        })
        .sound("4096 entries", move |draft| {
            for _ in 1..MOST_OBJECTS {
                draft.argument.push(fence, REACHABLE);
            }
        })
        .sound("the arrays are longer than the count", move |draft| {
            draft.argument.push(LocalHandle::ZERO, 0);
            draft.argument.object_count = 1;
        })
        .sound("a fence with NoWait", |draft| draft.argument.objects = Some(vec![draft.scene.sync.no_wait]))
        .sound("waits are satisfied by it", |draft| draft.scene.wait_through_the_fence())
        .sound("there are as many waits as can be", |draft| draft.scene.use_up_waits());
    case.spoils(spoils)
}

const REQUEST_SIGNAL: fn(SignalSynchronizationObjectFromCpu) -> Request =
    Request::SignalSynchronizationObjectFromCpu;

/// The checks of the signal that can fail, in the order of the list.
const SIGNAL: [&str; 13] = checks!("SignalSynchronizationObjectFromCpu": 1 2 3 4 5 6 7 8 9 10 11 12 13);
/// The checks of the wait, in the order of the list.
const WAIT: [&str; 16] =
    checks!("WaitForSynchronizationObjectFromCpu": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);

type WaitCase = Case<WaitForSynchronizationObjectFromCpu>;

/// A wait for a value that is not reached.
fn wait(mode: &'static str, event: fn(&Scene) -> NtHandle) -> WaitCase {
    let scene = Scene::new();
    let argument = WaitForSynchronizationObjectFromCpu {
        device: scene.device.live,
        object_count: 1,
        objects: Some(vec![scene.fence.live]),
        values: Some(vec![REACHABLE]),
        event: event(&scene),
        flags: 0,
    };
    let name = |number: usize| WAIT[number - 1];
    let set_event = |argument: &mut WaitForSynchronizationObjectFromCpu, handle| argument.event = handle;
    let mut spoils = before_the_entries([1, 2, 3, 4, 5, 6, 7, 8, 9].map(name), &scene, WAIT_ANY);
    spoils.extend(bad_entries([9, 10, 11].map(name), &scene));
    spoils.extend(no_event(&scene, [12, 13, 15].map(name), set_event).map(without_null));
    let no_wait = scene.sync.no_wait;
    spoils.push(entries(name(14), with_value([("a fence with NoWait".to_owned(), no_wait)])));
    spoils.push(weak_event(name(15), scene.event.no_modify, set_event));
    spoils.push(
        Spoil::of(name(16), &[Part::Waits])
            .variant("there are as many waits as can be", |draft| draft.scene.use_up_waits()),
    );
    let request = Request::WaitForSynchronizationObjectFromCpu;
    let case = Case::new("WaitForSynchronizationObjectFromCpu", request, scene, argument);
    sound_waits(case.through(EntryPoint::WaitForSynchronizationObjectFromCpu).mode(mode)).spoils(spoils)
}

/// NULL is no bad event here: the call waits itself (CPU-05).
fn without_null(
    mut spoil: Spoil<WaitForSynchronizationObjectFromCpu>,
) -> Spoil<WaitForSynchronizationObjectFromCpu> {
    spoil.variants.retain(|Variant { name, .. }| name != "0");
    spoil
}

fn sound_waits(case: WaitCase) -> WaitCase {
    case
        // CPU-02, CPU-06
        .sound("the value is reached", |draft| {
            draft.argument.values = Some(vec![FENCE_VALUE]);
            draft.waits = false;
        })
        .sound("the value is reached and there are as many waits as can be", |draft| {
            draft.argument.values = Some(vec![0]);
            draft.scene.use_up_waits();
            draft.waits = false;
        })
        .sound("one of two is reached", |draft| draft.argument.push(draft.scene.fence.live, 0))
        .sound("one of two is reached, with WaitAny", |draft| {
            draft.argument.push(draft.scene.fence.live, 0);
            draft.argument.flags = WAIT_ANY;
            draft.waits = false;
        })
        .sound("4096 entries", |draft| {
            for _ in 1..MOST_OBJECTS {
                draft.argument.push(draft.scene.fence.live, REACHABLE);
            }
        })
        .sound("a fence with NoSignal", |draft| {
            draft.argument.objects = Some(vec![draft.scene.sync.no_signal]);
        })
        .sound("others wait", |draft| draft.scene.wait_through_the_fence())
}
