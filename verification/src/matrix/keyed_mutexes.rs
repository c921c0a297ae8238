//! Making, opening and destroying keyed mutexes.

use kmt_core::{
    CreateKeyedMutex, CreateKeyedMutex2, DestroyKeyedMutex, EntryPoint, OpenKeyedMutex, OpenKeyedMutex2,
    PrivateData, Request,
};

use super::adapters::no_room_for_a_handle;
use super::case::{Case, Spoil, null_structure};
use super::dead::{Wanted, WantedGlobal, dead_global_handles, dead_local_handles, reserved_bits};
use super::part::Part;
use super::run::Drive;
use super::scene::{PRIVATE_DATA, Scene};

/// The most bytes of private data (KMX-24).
pub(super) const MOST: u32 = 4096;
/// Sizes above it that a buffer can be made with.
pub(super) const TOO_LARGE: [u32; 2] = [MOST + 1, 0x1_0000];
/// Every size that a NULL pointer is tried with, apart from the stored one.
pub(super) const NULL_SIZES: [u32; 2] = [1, MOST];
/// Those of them that are too large as well.
pub(super) const LARGE_NULL_SIZES: [u32; 2] = [MOST + 1, u32::MAX];
/// NtSecuritySharing (KMX-04).
const FLAGS: u32 = 0x1;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(create_keyed_mutex()),
        Box::new(create_keyed_mutex2()),
        Box::new(open_keyed_mutex()),
        Box::new(open_keyed_mutex2()),
        Box::new(destroy_keyed_mutex()),
    ]
}

/// A buffer of so many bytes.
pub(super) fn buffer(size: u32) -> PrivateData {
    PrivateData::Bytes(vec![0x5A; size as usize])
}

/// Adds a variant for each size of a buffer.
pub(super) fn buffers<A: 'static>(spoil: Spoil<A>, sizes: &[u32], set: fn(&mut A, PrivateData)) -> Spoil<A> {
    sizes.iter().fold(spoil, |spoil, &size| {
        spoil.variant(&format!("a buffer of {size} bytes"), move |draft| {
            set(&mut draft.argument, buffer(size));
        })
    })
}

/// Adds a variant for each size beside a NULL pointer.
pub(super) fn nulls<A: 'static>(spoil: Spoil<A>, sizes: &[u32], set: fn(&mut A, PrivateData)) -> Spoil<A> {
    sizes.iter().fold(spoil, |spoil, &size| {
        spoil.variant(&format!("a NULL buffer of {size} bytes"), move |draft| {
            set(&mut draft.argument, PrivateData::Null { size });
        })
    })
}

/// The constructor for a full table of global handles.
fn no_room_for_a_global_handle<A: 'static>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::GlobalTable])
        .variant("the global table is full", |draft| draft.scene.use_up_global_handles())
}

/// The constructor for as many mutexes as there can be.
fn no_room_for_a_mutex<A: 'static>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::KeyedMutexes])
        .variant("there are as many keyed mutexes as can be", |draft| draft.scene.use_up_mutexes())
}

fn create_keyed_mutex() -> Case<CreateKeyedMutex> {
    let argument = CreateKeyedMutex { initial_value: 0 };
    Case::new("CreateKeyedMutex", Request::CreateKeyedMutex, Scene::new(), argument)
        .through(EntryPoint::CreateKeyedMutex)
        // KMX-10
        .sound_values("InitialValue", [1, 1 << 32, u64::MAX], |argument, key| argument.initial_value = key)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .sound("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
        .spoils([
            null_structure("CreateKeyedMutex/1"),
            no_room_for_a_handle("CreateKeyedMutex/2"),
            no_room_for_a_global_handle("CreateKeyedMutex/2"),
            no_room_for_a_mutex("CreateKeyedMutex/2"),
        ])
}

fn create_keyed_mutex2() -> Case<CreateKeyedMutex2> {
    let argument = CreateKeyedMutex2 { initial_value: 0, private_data: PrivateData::NONE, flags: 0 };
    let set = |argument: &mut CreateKeyedMutex2, data| argument.private_data = data;
    let null = "CreateKeyedMutex2/2";
    let large = "CreateKeyedMutex2/4";
    let data = [Part::PrivateData];
    let case = Case::new("CreateKeyedMutex2", Request::CreateKeyedMutex2, Scene::new(), argument)
        .through(EntryPoint::CreateKeyedMutex2)
        .sound_values("Flags", [FLAGS], |argument, flags| argument.flags = flags)
        // KMX-04: there is no global handle to make.
        .sound("NtSecuritySharing, and the global table is full", |draft| {
            draft.argument.flags = FLAGS;
            draft.scene.use_up_global_handles();
        })
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1));
    [0, 1, MOST]
        .into_iter()
        .fold(case, |case, size| {
            let name = format!("a buffer of {size} bytes");
            case.sound(&name, move |draft| draft.argument.private_data = buffer(size))
        })
        .spoils([
            null_structure("CreateKeyedMutex2/1"),
            nulls(Spoil::of(null, &data), &NULL_SIZES, set),
            Spoil::of("CreateKeyedMutex2/3", &[Part::ReservedFlags]).values(
                reserved_bits(FLAGS),
                |argument: &mut CreateKeyedMutex2, bits| {
                    argument.flags |= bits;
                },
            ),
            buffers(Spoil::of(large, &data), &TOO_LARGE, set),
            nulls(Spoil::joint(&[null, large], &data), &LARGE_NULL_SIZES, set),
            no_room_for_a_handle("CreateKeyedMutex2/5"),
            no_room_for_a_global_handle("CreateKeyedMutex2/5"),
            no_room_for_a_mutex("CreateKeyedMutex2/5"),
        ])
}

fn open_keyed_mutex() -> Case<OpenKeyedMutex> {
    let scene = Scene::new();
    let dead = dead_global_handles(&scene, WantedGlobal::KeyedMutex);
    let argument = OpenKeyedMutex { shared: scene.shared.live };
    Case::new("OpenKeyedMutex", Request::OpenKeyedMutex, scene, argument)
        .through(EntryPoint::OpenKeyedMutex)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        // KMX-06, KMX-34
        .sound("the mutex is owned", |draft| draft.scene.own_mutexes())
        .sound("the mutex is abandoned", |draft| draft.scene.abandon_mutex())
        .sound("there are as many mutexes as can be", |draft| draft.scene.use_up_mutexes())
        .sound("the global table is full", |draft| draft.scene.use_up_global_handles())
        .spoils([
            null_structure("OpenKeyedMutex/1"),
            Spoil::of("OpenKeyedMutex/2", &[Part::SharedHandle])
                .values(dead, |argument: &mut OpenKeyedMutex, shared| argument.shared = shared),
            no_room_for_a_handle("OpenKeyedMutex/3"),
        ])
}

fn open_keyed_mutex2() -> Case<OpenKeyedMutex2> {
    let scene = Scene::new();
    let dead = dead_global_handles(&scene, WantedGlobal::KeyedMutex);
    let stored = PRIVATE_DATA.len() as u32;
    let argument = OpenKeyedMutex2 { shared: scene.shared.live, private_data: PrivateData::NONE };
    let set = |argument: &mut OpenKeyedMutex2, data| argument.private_data = data;
    let [null, large, other] = ["OpenKeyedMutex2/2", "OpenKeyedMutex2/4", "OpenKeyedMutex2/5"];
    let data = [Part::PrivateData];
    let too_large_for_any = TOO_LARGE.into_iter().fold(
        Spoil::<OpenKeyedMutex2>::of(large, &[Part::PrivateData, Part::SharedHandle]),
        |spoil, size| {
            spoil.variant(&format!("nothing is stored and a buffer of {size} bytes"), move |draft| {
                draft.argument.shared = draft.scene.bare_shared;
                draft.argument.private_data = buffer(size);
            })
        },
    );
    let case = Case::new("OpenKeyedMutex2", Request::OpenKeyedMutex2, scene, argument)
        .through(EntryPoint::OpenKeyedMutex2)
        .sound("a buffer as large as the data", move |draft| draft.argument.private_data = buffer(stored))
        .sound("a buffer of size 0", |draft| draft.argument.private_data = buffer(0))
        .sound("the mutex is abandoned", |draft| draft.scene.abandon_mutex());
    [1, MOST]
        .into_iter()
        .fold(case, |case, size| {
            case.sound(&format!("nothing is stored and a buffer of {size} bytes"), move |draft| {
                draft.argument.shared = draft.scene.bare_shared;
                draft.argument.private_data = buffer(size);
            })
        })
        .spoils([
            null_structure("OpenKeyedMutex2/1"),
            nulls(Spoil::of(null, &data), &[stored], set),
            nulls(Spoil::joint(&[null, other], &data), &NULL_SIZES, set),
            nulls(Spoil::joint(&[null, large, other], &data), &LARGE_NULL_SIZES, set),
            Spoil::of("OpenKeyedMutex2/3", &[Part::SharedHandle])
                .values(dead, |argument: &mut OpenKeyedMutex2, shared| argument.shared = shared),
            too_large_for_any,
            buffers(Spoil::joint(&[large, other], &data), &TOO_LARGE, set),
            buffers(Spoil::of(other, &data), &[1, stored - 1, stored + 1, MOST], set),
            no_room_for_a_handle("OpenKeyedMutex2/6"),
        ])
}

fn destroy_keyed_mutex() -> Case<DestroyKeyedMutex> {
    let scene = Scene::new();
    let dead = dead_local_handles(&scene, Wanted::KeyedMutex);
    let argument = DestroyKeyedMutex { keyed_mutex: scene.mutex.live };
    Case::new("DestroyKeyedMutex", Request::DestroyKeyedMutex, scene, argument)
        .through(EntryPoint::DestroyKeyedMutex)
        // KMX-30, KMX-34, KMX-35
        .sound("the handle owns the mutex", |draft| draft.scene.own_mutexes())
        .sound("another process owns the mutex", |draft| {
            draft.scene.lend_mutex();
        })
        .sound("the mutex is abandoned", |draft| draft.scene.abandon_mutex())
        .sound("a thread waits through the handle", |draft| draft.scene.wait_through_the_handle())
        .sound("the handle owns the mutex and a thread waits through it", |draft| {
            draft.scene.own_mutexes();
            draft.scene.wait_through_the_handle();
        })
        .spoils([
            null_structure("DestroyKeyedMutex/1"),
            Spoil::of("DestroyKeyedMutex/2", &[Part::KeyedMutexHandle])
                .values(dead, |argument: &mut DestroyKeyedMutex, handle| argument.keyed_mutex = handle),
        ])
}
