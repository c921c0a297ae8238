//! Opening, enumerating and closing adapters.

use kmt_core::{CloseAdapter, EntryPoint, EnumAdapters2, EnumAdapters3, Luid, OpenAdapterFromLuid, Request};

use super::case::{Case, Spoil, null_structure};
use super::dead::{Wanted, dead_local_handles, reserved_bits_of_64};
use super::part::Part;
use super::run::Drive;
use super::scene::{RUNNING_ADAPTERS, Scene};

/// The filter bits that have a meaning (ADP-07).
const FILTER: u64 = 0x3;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(open_adapter_from_luid()),
        Box::new(enum_adapters2()),
        Box::new(enum_adapters3()),
        Box::new(close_adapter()),
    ]
}

/// The constructor for a stopped main adapter.
pub(super) fn main_adapter_stopped<A: 'static>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::AdapterState])
        .variant("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
}

/// The constructor for a table of local handles without room for one more.
pub(super) fn no_room_for_a_handle<A: 'static>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::LocalTable])
        .variant("the local table is full", |draft| draft.scene.leave_local_handles(0))
}

fn open_adapter_from_luid() -> Case<OpenAdapterFromLuid> {
    let scene = Scene::new();
    let main = scene.main_luid;
    let luids = [
        ("zero", Luid::from_raw(0)),
        ("unknown", Luid::from_parts(0, 0x7777)),
        ("with its halves exchanged", Luid::from_raw(main.raw().rotate_left(32))),
        ("with HighPart 1", Luid::from_parts(1, main.raw() as u32)),
        ("with HighPart -1", Luid::from_parts(-1, main.raw() as u32)),
        ("of a stopped adapter", scene.stopped_luid),
    ]
    .map(|(name, luid)| (format!("a LUID {name}"), luid));
    let argument = OpenAdapterFromLuid { luid: main };
    let sound_luids = [scene.spare_luid];
    Case::new("OpenAdapterFromLuid", Request::OpenAdapterFromLuid, scene, argument)
        .through(EntryPoint::OpenAdapterFromLuid)
        .sound_values("AdapterLuid", sound_luids, |argument, luid| argument.luid = luid)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .spoils([
            null_structure("OpenAdapterFromLuid/1"),
            Spoil::of("OpenAdapterFromLuid/2", &[Part::Luid])
                .values(luids, |argument: &mut OpenAdapterFromLuid, luid| argument.luid = luid),
            main_adapter_stopped("OpenAdapterFromLuid/2"),
            no_room_for_a_handle("OpenAdapterFromLuid/3"),
        ])
}

/// The constructor for an array that is too small for all running adapters.
fn array_too_small<A: 'static>(check: &'static str, set: fn(&mut A, u32)) -> Spoil<A> {
    let capacities =
        [0, 1, RUNNING_ADAPTERS - 1].map(|capacity| (format!("NumAdapters {capacity}"), capacity));
    Spoil::of(check, &[Part::Capacity, Part::AdapterSet])
        .values(capacities, set)
        .variant("there is one adapter more than entries", |draft| draft.scene.add_adapter())
}

/// The constructor for a table of local handles without room for all running adapters.
fn no_room_for_the_handles<A: 'static>(check: &'static str) -> Spoil<A> {
    let rooms = [0, 1, RUNNING_ADAPTERS - 1];
    rooms.into_iter().fold(Spoil::of(check, &[Part::LocalTable]), |spoil, room| {
        spoil.variant(&format!("the local table has room for {room} handles"), move |draft| {
            draft.scene.leave_local_handles(room);
        })
    })
}

fn enum_adapters2() -> Case<EnumAdapters2> {
    let argument = EnumAdapters2 { capacity: RUNNING_ADAPTERS, has_array: true };
    Case::new("EnumAdapters2", Request::EnumAdapters2, Scene::new(), argument)
        .through(EntryPoint::EnumAdapters2)
        .sound_values("NumAdapters", [RUNNING_ADAPTERS + 1, u32::MAX], |argument, count| {
            argument.capacity = count;
        })
        .sound("one adapter is stopped and the array has an entry less", |draft| {
            draft.scene.stop_main_adapter();
            draft.argument.capacity -= 1;
        })
        .sound("there is room for just all handles", |draft| {
            draft.scene.leave_local_handles(RUNNING_ADAPTERS);
        })
        // ADP-05: without an array neither NumAdapters nor the room in the table matters.
        .sound("there is neither an array nor room", |draft| {
            draft.argument = EnumAdapters2 { capacity: 0, has_array: false };
            draft.scene.leave_local_handles(0);
        })
        .spoils([
            null_structure("EnumAdapters2/1"),
            array_too_small("EnumAdapters2/2", |argument: &mut EnumAdapters2, count| {
                argument.capacity = count;
            }),
            no_room_for_the_handles("EnumAdapters2/3"),
        ])
}

fn enum_adapters3() -> Case<EnumAdapters3> {
    let argument = EnumAdapters3 { filter: FILTER, capacity: RUNNING_ADAPTERS, has_array: true };
    Case::new("EnumAdapters3", Request::EnumAdapters3, Scene::new(), argument)
        .through(EntryPoint::EnumAdapters3)
        // ADP-07: each bit lets one kind of adapter through, of which there is one each.
        .sound("only full adapters, and as many entries", |draft| {
            draft.argument = EnumAdapters3 { filter: 0, capacity: RUNNING_ADAPTERS - 2, has_array: true };
        })
        .sound("no display-only adapters, and as many entries and room", |draft| {
            draft.argument = EnumAdapters3 { filter: 1, capacity: RUNNING_ADAPTERS - 1, has_array: true };
            draft.scene.leave_local_handles(RUNNING_ADAPTERS - 1);
        })
        .sound("no compute-only adapters, and as many entries and room", |draft| {
            draft.argument = EnumAdapters3 { filter: 2, capacity: RUNNING_ADAPTERS - 1, has_array: true };
            draft.scene.leave_local_handles(RUNNING_ADAPTERS - 1);
        })
        .sound("there is neither an array nor room", |draft| {
            draft.argument = EnumAdapters3 { filter: FILTER, capacity: 0, has_array: false };
            draft.scene.leave_local_handles(0);
        })
        .spoils([
            null_structure("EnumAdapters3/1"),
            Spoil::of("EnumAdapters3/2", &[Part::ReservedFilter])
                .values(reserved_bits_of_64(FILTER), |argument: &mut EnumAdapters3, bits| {
                    argument.filter |= bits;
                })
                .variant("bit 2 alone and no array", |draft| {
                    draft.argument.filter = 0x4;
                    draft.argument.has_array = false;
                }),
            array_too_small("EnumAdapters3/3", |argument: &mut EnumAdapters3, count| {
                argument.capacity = count;
            }),
            no_room_for_the_handles("EnumAdapters3/4"),
        ])
}

fn close_adapter() -> Case<CloseAdapter> {
    let scene = Scene::new();
    let dead = dead_local_handles(&scene, Wanted::Adapter);
    let argument = CloseAdapter { adapter: scene.adapter.live };
    Case::new("CloseAdapter", Request::CloseAdapter, scene, argument)
        .through(EntryPoint::CloseAdapter)
        // FLT-18: a stopped adapter is not in the way.
        .sound("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
        .spoils([
            null_structure("CloseAdapter/1"),
            Spoil::of("CloseAdapter/2", &[Part::AdapterHandle])
                .values(dead, |argument: &mut CloseAdapter, handle| argument.adapter = handle),
        ])
}
