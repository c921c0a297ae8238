//! Acquiring and releasing keyed mutexes.

use kmt_core::{
    AcquireKeyedMutex, AcquireKeyedMutex2, EntryPoint, LocalHandle, OutBuffer, Pick, PrivateData,
    ReleaseKeyedMutex, ReleaseKeyedMutex2, Request,
};

use super::case::{Case, Draft, Spoil, null_structure};
use super::dead::{Wanted, dead_local_handles};
use super::keyed_mutexes::{LARGE_NULL_SIZES, MOST, NULL_SIZES, TOO_LARGE, buffer, buffers, nulls};
use super::part::Part;
use super::run::Drive;
use super::scene::{FIRST_KEY, PRIVATE_DATA, Scene};
use super::timeouts::{AT_ONCE, LATER};

/// A key that no mutex holds; its lower half is that of the one that all do (KMX-10).
const OTHER_KEY: u64 = FIRST_KEY | 1 << 32;
/// How many bytes the mutex carries.
const STORED: u32 = PRIVATE_DATA.len() as u32;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(acquire_keyed_mutex()),
        Box::new(acquire_keyed_mutex2()),
        Box::new(release_keyed_mutex()),
        Box::new(release_keyed_mutex2()),
    ]
}

/// The fields that both forms of the acquire call have.
trait Acquire: Clone + 'static {
    fn key(&mut self) -> &mut u64;
    fn timeout(&mut self) -> &mut Option<i64>;
}

impl Acquire for AcquireKeyedMutex {
    fn key(&mut self) -> &mut u64 {
        &mut self.key
    }

    fn timeout(&mut self) -> &mut Option<i64> {
        &mut self.timeout
    }
}

impl Acquire for AcquireKeyedMutex2 {
    fn key(&mut self) -> &mut u64 {
        &mut self.key
    }

    fn timeout(&mut self) -> &mut Option<i64> {
        &mut self.timeout
    }
}

fn set_timeout<A: Acquire>(draft: &mut Draft<A>, timeout: Option<i64>, pick: &Pick) {
    *draft.argument.timeout() = timeout;
    draft.pick = pick.clone();
}

/// Adds what every acquire does with a sound argument: it takes an available mutex whatever the timeout, and waits for
/// another one as long as it may.
fn sound_acquires<A: Acquire>(mut case: Case<A>) -> Case<A> {
    let at_once = AT_ONCE.map(|(timeout, pick)| (Some(timeout), pick));
    for (timeout, pick) in at_once.into_iter().chain(LATER) {
        // KMX-16
        case = case.sound(&format!("pTimeout {timeout:?}, {pick:?}"), move |draft| {
            set_timeout(draft, timeout, &pick);
        });
    }
    for (timeout, pick) in LATER {
        let other = pick.clone();
        case = case
            .sound(&format!("another key, pTimeout {timeout:?}"), move |draft| {
                set_timeout(draft, timeout, &other);
                *draft.argument.key() = OTHER_KEY;
                draft.waits = true;
            })
            // KMX-13
            .sound(&format!("the handle owns the mutex, pTimeout {timeout:?}"), move |draft| {
                set_timeout(draft, timeout, &pick);
                draft.scene.own_mutexes();
                draft.waits = true;
            });
    }
    case.sound("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
}

/// The constructor for an abandoned mutex.
// KMX-32: whatever key and timeout.
fn abandoned<A: Acquire>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::MutexHolder])
        .variant("the mutex is abandoned", |draft| draft.scene.abandon_mutex())
        .variant("the mutex is abandoned by the end of a process", |draft| {
            draft.scene.abandon_mutex_by_an_end();
        })
}

/// The constructors for a mutex that is not available and a timeout that is up: one leaves the state alone.
fn time_is_up<A: Acquire>(check: &'static str) -> [Spoil<A>; 2] {
    let mut other_key = Spoil::<A>::of(check, &[Part::Key, Part::Timeout]);
    let mut owned = Spoil::<A>::of(check, &[Part::MutexHolder, Part::Timeout]);
    for (timeout, pick) in AT_ONCE {
        let name = format!("pTimeout {timeout}, {pick:?}");
        let passed = move |draft: &mut Draft<A>| set_timeout(draft, Some(timeout), &pick);
        for key in [OTHER_KEY, 0, u64::MAX] {
            let passed = passed.clone();
            other_key = other_key.variant(&format!("another key 0x{key:X}, {name}"), move |draft| {
                passed(draft);
                *draft.argument.key() = key;
            });
        }
        let [by_handle, by_sibling, by_process] = [(); 3].map(|()| passed.clone());
        owned = owned
            .variant(&format!("the handle owns the mutex, {name}"), move |draft| {
                by_handle(draft);
                draft.scene.own_mutexes();
            })
            .variant(&format!("a sibling handle owns the mutex, {name}"), move |draft| {
                by_sibling(draft);
                draft.scene.own_through_a_sibling();
            })
            .variant(&format!("another process owns the mutex, {name}"), move |draft| {
                by_process(draft);
                draft.scene.lend_mutex();
            });
    }
    [other_key, owned]
}

fn dead_mutex<A: 'static>(check: &'static str, scene: &Scene, set: fn(&mut A, LocalHandle)) -> Spoil<A> {
    Spoil::of(check, &[Part::KeyedMutexHandle]).values(dead_local_handles(scene, Wanted::KeyedMutex), set)
}

fn acquire_keyed_mutex() -> Case<AcquireKeyedMutex> {
    let scene = Scene::new();
    let argument = AcquireKeyedMutex { keyed_mutex: scene.mutex.live, key: FIRST_KEY, timeout: None };
    let dead = dead_mutex("AcquireKeyedMutex/2", &scene, |argument: &mut AcquireKeyedMutex, handle| {
        argument.keyed_mutex = handle;
    });
    let case = Case::new("AcquireKeyedMutex", Request::AcquireKeyedMutex, scene, argument);
    sound_acquires(case.through(EntryPoint::AcquireKeyedMutex))
        .spoils([null_structure("AcquireKeyedMutex/1"), dead, abandoned("AcquireKeyedMutex/3")])
        .spoils(time_is_up("AcquireKeyedMutex/4"))
}

/// Adds a variant for each size of an output buffer.
fn out_buffers(spoil: Spoil<AcquireKeyedMutex2>, is_null: bool, sizes: &[u32]) -> Spoil<AcquireKeyedMutex2> {
    sizes.iter().fold(spoil, |spoil, &size| {
        let name = format!("a {}buffer of {size} bytes", if is_null { "NULL " } else { "" });
        spoil.variant(&name, move |draft| draft.argument.buffer = OutBuffer { is_null, size })
    })
}

fn acquire_keyed_mutex2() -> Case<AcquireKeyedMutex2> {
    let scene = Scene::new();
    let argument = AcquireKeyedMutex2 {
        keyed_mutex: scene.mutex.live,
        key: FIRST_KEY,
        timeout: None,
        buffer: OutBuffer::NONE,
    };
    let [null, other] = ["AcquireKeyedMutex2/2", "AcquireKeyedMutex2/5"];
    let data = [Part::PrivateData];
    let dead = dead_mutex("AcquireKeyedMutex2/3", &scene, |argument: &mut AcquireKeyedMutex2, handle| {
        argument.keyed_mutex = handle;
    });
    let no_data = [1, STORED, MOST, u32::MAX].into_iter().fold(
        Spoil::<AcquireKeyedMutex2>::of(other, &[Part::PrivateData, Part::KeyedMutexHandle])
            // The other mutex has a holder of its own.
            .needing(&[Part::MutexHolder]),
        |spoil, size| {
            spoil.variant(&format!("nothing is stored and a buffer of {size} bytes"), move |draft| {
                draft.argument.keyed_mutex = draft.scene.bare_mutex;
                draft.argument.buffer = OutBuffer { is_null: false, size };
            })
        },
    );
    let null_sizes: Vec<u32> = NULL_SIZES.into_iter().chain(LARGE_NULL_SIZES).collect();
    let case = Case::new("AcquireKeyedMutex2", Request::AcquireKeyedMutex2, scene, argument);
    sound_acquires(case.through(EntryPoint::AcquireKeyedMutex2))
        .sound("a buffer as large as the data", |draft| {
            draft.argument.buffer = OutBuffer { is_null: false, size: STORED };
        })
        .sound("a buffer of size 0", |draft| {
            draft.argument.buffer = OutBuffer { is_null: false, size: 0 };
        })
        .spoils([
            null_structure("AcquireKeyedMutex2/1"),
            out_buffers(Spoil::of(null, &data), true, &[STORED]),
            out_buffers(Spoil::joint(&[null, other], &data), true, &null_sizes),
            dead,
            abandoned("AcquireKeyedMutex2/4"),
            out_buffers(
                Spoil::of(other, &data),
                false,
                &[1, STORED - 1, STORED + 1, MOST, MOST + 1, u32::MAX],
            ),
            no_data,
        ])
        .spoils(time_is_up("AcquireKeyedMutex2/6"))
}

/// The state that every release begins with.
fn owned_scene() -> Scene {
    let mut scene = Scene::new();
    scene.own_mutexes();
    scene
}

/// Adds the ways in which a mutex that the caller owned is abandoned; then it has no owner either.
fn lost<A: 'static>(spoil: Spoil<A>) -> Spoil<A> {
    spoil
        .variant("the mutex is abandoned", |draft| {
            draft.scene.release_mutex();
            draft.scene.abandon_mutex();
        })
        .variant("the mutex is abandoned by the end of a process", |draft| {
            draft.scene.release_mutex();
            draft.scene.abandon_mutex_by_an_end();
        })
}

/// The constructors for an abandoned mutex and for one that the handle does not own.
fn not_owned<A: 'static>(abandoned: &'static str, stranger: &'static str) -> [Spoil<A>; 3] {
    let holder = [Part::MutexHolder];
    // KMX-12, KMX-21
    let other = Spoil::of(stranger, &holder)
        .variant("the mutex is free", |draft: &mut Draft<A>| draft.scene.release_mutex())
        .variant("a sibling handle owns the mutex", |draft| {
            draft.scene.release_mutex();
            draft.scene.own_through_a_sibling();
        })
        .variant("another process owns the mutex", |draft| {
            draft.scene.release_mutex();
            draft.scene.lend_mutex();
        });
    [lost(Spoil::of(abandoned, &holder)), lost(Spoil::joint(&[abandoned, stranger], &holder)), other]
}

fn release_keyed_mutex() -> Case<ReleaseKeyedMutex> {
    let scene = owned_scene();
    let argument = ReleaseKeyedMutex { keyed_mutex: scene.mutex.live, key: FIRST_KEY, fence_value: 9 };
    let dead = dead_mutex("ReleaseKeyedMutex/2", &scene, |argument: &mut ReleaseKeyedMutex, handle| {
        argument.keyed_mutex = handle;
    });
    Case::new("ReleaseKeyedMutex", Request::ReleaseKeyedMutex, scene, argument)
        .through(EntryPoint::ReleaseKeyedMutex)
        // KMX-18, KMX-20
        .sound_values("Key", [0, OTHER_KEY, u64::MAX], |argument, key| argument.key = key)
        .sound_values("FenceValue", [0, u64::MAX], |argument, value| argument.fence_value = value)
        .sound("a thread waits through the handle", |draft| draft.scene.wait_through_the_handle())
        .spoils([null_structure("ReleaseKeyedMutex/1"), dead])
        .spoils(not_owned("ReleaseKeyedMutex/3", "ReleaseKeyedMutex/4"))
}

fn release_keyed_mutex2() -> Case<ReleaseKeyedMutex2> {
    let scene = owned_scene();
    let argument = ReleaseKeyedMutex2 {
        keyed_mutex: scene.mutex.live,
        key: FIRST_KEY,
        fence_value: 9,
        private_data: PrivateData::NONE,
    };
    let set = |argument: &mut ReleaseKeyedMutex2, data| argument.private_data = data;
    let [null, large, other] = ["ReleaseKeyedMutex2/2", "ReleaseKeyedMutex2/6", "ReleaseKeyedMutex2/7"];
    let data = [Part::PrivateData];
    let dead = dead_mutex("ReleaseKeyedMutex2/3", &scene, |argument: &mut ReleaseKeyedMutex2, handle| {
        argument.keyed_mutex = handle;
    });
    let bare = |draft: &mut Draft<ReleaseKeyedMutex2>, size| {
        draft.argument.keyed_mutex = draft.scene.bare_mutex;
        draft.argument.private_data = buffer(size);
    };
    let too_large_for_any = TOO_LARGE.into_iter().fold(
        Spoil::<ReleaseKeyedMutex2>::of(large, &[Part::PrivateData, Part::KeyedMutexHandle])
            // The other mutex has a holder of its own.
            .needing(&[Part::MutexHolder]),
        |spoil, size| {
            spoil.variant(&format!("nothing is stored and a buffer of {size} bytes"), move |draft| {
                bare(draft, size);
            })
        },
    );
    let case = Case::new("ReleaseKeyedMutex2", Request::ReleaseKeyedMutex2, scene, argument)
        .through(EntryPoint::ReleaseKeyedMutex2)
        .sound("a buffer as large as the data", |draft| draft.argument.private_data = buffer(STORED))
        .sound("a buffer of size 0", |draft| draft.argument.private_data = buffer(0))
        .sound("nothing is stored and a buffer of 1 byte", move |draft| bare(draft, 1))
        .sound("nothing is stored and a buffer of 4096 bytes", move |draft| bare(draft, MOST));
    case.spoils([
        null_structure("ReleaseKeyedMutex2/1"),
        nulls(Spoil::of(null, &data), &[STORED], set),
        nulls(Spoil::joint(&[null, other], &data), &NULL_SIZES, set),
        nulls(Spoil::joint(&[null, large, other], &data), &LARGE_NULL_SIZES, set),
        dead,
        too_large_for_any,
        buffers(Spoil::joint(&[large, other], &data), &TOO_LARGE, set),
        buffers(Spoil::of(other, &data), &[1, STORED - 1, STORED + 1, MOST], set),
    ])
    .spoils(not_owned("ReleaseKeyedMutex2/4", "ReleaseKeyedMutex2/5"))
}
