//! Opening what an NT handle carries, and QueryObject.

use kmt_core::{
    EntryPoint, LocalHandle, MarkDeviceAsError, NtHandle, OpenSyncObjectFromNtHandle,
    OpenSyncObjectFromNtHandle2, QueryObject, Request,
};

use super::adapters::no_room_for_a_handle;
use super::case::{Case, Spoil, null_structure};
use super::dead::{dead_event_handles, handles_of_another_type, reserved_bits, weak_handles_of_another_type};
use super::devices::{broken_device, dead_device};
use super::nt_handles::with_low_bits;
use super::part::Part;
use super::report::checks;
use super::run::Drive;
use super::scene::{Scene, Sharing, TAKEN, call};

const ON_DEVICE: [&str; 14] = checks!("OpenSyncObjectFromNtHandle2": 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
const FROM_HANDLE: [&str; 6] = checks!("OpenSyncObjectFromNtHandle": 1 2 3 4 5 6);

const TOP_OF_PIPELINE: u32 = 0x8;
const NO_SIGNAL: u32 = 0x10;
const NO_WAIT: u32 = 0x20;
const NO_GPU_ACCESS: u32 = 0x80;
/// Every flag that is accepted (OPN-10).
const FLAGS: u32 = 0xFF;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(open_from_nt_handle()),
        Box::new(open_on_a_device()),
        Box::new(query("ObjectBasicInformation", 0, 56, &[0, 55, 57, u32::MAX])),
        // NTH-24: a name of 23 units.
        Box::new(query("ObjectNameInformation", 1, name_length(), &[0, 16, name_length() - 1])),
        Box::new(query("ObjectTypeInformation", 2, 146, &[0, 104, 145])),
    ]
}

/// 16, the bytes of the name, and 2 behind them.
const fn name_length() -> u32 {
    16 + 2 * TAKEN.len() as u32 + 2
}

/// The constructors for what carries nothing: a value that is not open, another type, and a lack of READ_CONTROL.
fn no_carrier<A: 'static>(
    scene: &Scene,
    [dead, other, weak]: [&'static str; 3],
    set: fn(&mut A, NtHandle),
) -> [Spoil<A>; 3] {
    let handle = [Part::Object];
    let event = [("an event".to_owned(), scene.event.full)];
    [
        Spoil::of(dead, &handle).values(dead_event_handles(scene), set),
        Spoil::of(other, &handle).values(event.into_iter().chain(handles_of_another_type(scene)), set),
        Spoil::joint(&[other, weak], &handle).values(weak_handles_of_another_type(scene), set),
    ]
}

fn open_from_nt_handle() -> Case<OpenSyncObjectFromNtHandle> {
    let mut scene = Scene::new();
    let sharing = scene.share();
    let set = |argument: &mut OpenSyncObjectFromNtHandle, handle| argument.nt_handle = handle;
    let spoils = no_carrier(&scene, [FROM_HANDLE[1], FROM_HANDLE[2], FROM_HANDLE[3]], set);
    let argument = OpenSyncObjectFromNtHandle { nt_handle: sharing.mutex };
    let one = |name: &str, handle| [(name.to_owned(), handle)];
    Case::new("OpenSyncObjectFromNtHandle", Request::OpenSyncObjectFromNtHandle, scene, argument)
        .through(EntryPoint::OpenSyncObjectFromNtHandle)
        .sound_values("hNtHandle", with_low_bits(sharing.mutex), set)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .sound("there are as many synchronisation objects as can be", |draft| {
            draft.scene.use_up_sync_objects();
        })
        .spoils([
            null_structure(FROM_HANDLE[0]),
            Spoil::joint(&[FROM_HANDLE[3], FROM_HANDLE[4]], &[Part::Object])
                .values(one("a fence without READ_CONTROL", sharing.carrier_no_read), set),
            Spoil::of(FROM_HANDLE[3], &[Part::Object])
                .values(one("a MUTEX without READ_CONTROL", sharing.mutex_no_read), set),
            Spoil::of(FROM_HANDLE[4], &[Part::Object]).values(one("a fence", sharing.carrier), set),
            no_room_for_a_handle(FROM_HANDLE[5]),
        ])
        .spoils(spoils)
}

fn open_on_a_device() -> Case<OpenSyncObjectFromNtHandle2> {
    let mut scene = Scene::new();
    let sharing = scene.share();
    let set = |argument: &mut OpenSyncObjectFromNtHandle2, handle| argument.nt_handle = handle;
    let device = dead_device(ON_DEVICE[3], &scene, |argument: &mut OpenSyncObjectFromNtHandle2, handle| {
        argument.device = handle;
    });
    let no_carrier = no_carrier(&scene, [ON_DEVICE[6], ON_DEVICE[7], ON_DEVICE[8]], set);
    let argument = OpenSyncObjectFromNtHandle2 {
        nt_handle: sharing.carrier,
        device: scene.device.live,
        flags: 0,
        engine_affinity: 0,
    };
    let other_device = sharing.other_device;
    Case::new("OpenSyncObjectFromNtHandle2", Request::OpenSyncObjectFromNtHandle2, scene, argument)
        .through(EntryPoint::OpenSyncObjectFromNtHandle2)
        .sound_values("hNtHandle", with_low_bits(sharing.carrier), set)
        .sound_values("hNtHandle", [sharing.mutex], set)
        .sound_values(
            "Flags",
            [0x7, TOP_OF_PIPELINE, NO_SIGNAL, NO_WAIT, FLAGS & !NO_WAIT],
            |argument, flags| {
                argument.flags = flags;
            },
        )
        // OPN-13
        .sound("EngineAffinity is not read with NoGPUAccess", |draft| {
            draft.argument.engine_affinity = u32::MAX;
            draft.argument.flags = NO_GPU_ACCESS;
        })
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .spoils(bad_openings(sharing))
        .spoils(broken_other_device(other_device))
        .spoils(broken_device([ON_DEVICE[4], ON_DEVICE[5]]))
        .spoils([device])
        .spoils(no_carrier)
}

/// The constructors for flags, NT handles, adapters and affinities that do not go together.
fn bad_openings(sharing: Sharing) -> Vec<Spoil<OpenSyncObjectFromNtHandle2>> {
    let set = |argument: &mut OpenSyncObjectFromNtHandle2, handle| argument.nt_handle = handle;
    let (mutex, other_device) = (sharing.mutex, sharing.other_device);
    let mut of_fences = Spoil::<OpenSyncObjectFromNtHandle2>::of(ON_DEVICE[10], &[Part::Object]);
    for flags in [TOP_OF_PIPELINE, NO_SIGNAL, NO_WAIT] {
        of_fences = of_fences.variant(&format!("a MUTEX, and Flags 0x{flags:X}"), move |draft| {
            draft.argument.nt_handle = mutex;
            draft.argument.flags |= flags;
        });
    }
    let affinities = [0x2, 0x3, 0x8000_0000].map(|bits| (format!("EngineAffinity 0x{bits:X}"), bits));
    vec![
        null_structure(ON_DEVICE[0]),
        Spoil::of(ON_DEVICE[1], &[Part::ReservedFlags]).values(
            reserved_bits(FLAGS),
            |argument: &mut OpenSyncObjectFromNtHandle2, bits| {
                argument.flags |= bits;
            },
        ),
        Spoil::<OpenSyncObjectFromNtHandle2>::of(ON_DEVICE[2], &[])
            .needing(&[Part::ObjectFlags])
            .variant("NoSignal and NoWait", |draft| draft.argument.flags |= NO_SIGNAL | NO_WAIT),
        Spoil::of(ON_DEVICE[8], &[Part::Object])
            .values([("without READ_CONTROL".to_owned(), sharing.carrier_no_read)], set),
        of_fences,
        Spoil::<OpenSyncObjectFromNtHandle2>::joint(&[ON_DEVICE[8], ON_DEVICE[10]], &[Part::Object]).variant(
            "a MUTEX without READ_CONTROL, and TopOfPipeline",
            move |draft| {
                draft.argument.nt_handle = sharing.mutex_no_read;
                draft.argument.flags |= TOP_OF_PIPELINE;
            },
        ),
        Spoil::<OpenSyncObjectFromNtHandle2>::joint(
            &[ON_DEVICE[8], ON_DEVICE[12]],
            &[Part::Object, Part::EngineAffinity],
        )
        .variant("without READ_CONTROL, and EngineAffinity 2", move |draft| {
            draft.argument.nt_handle = sharing.carrier_no_read;
            draft.argument.engine_affinity = 2;
        }),
        Spoil::<OpenSyncObjectFromNtHandle2>::of(
            ON_DEVICE[11],
            &[Part::DeviceHandle, Part::DeviceState, Part::AdapterState],
        )
        .variant("a device of another adapter", move |draft| draft.argument.device = other_device),
        Spoil::of(ON_DEVICE[12], &[Part::EngineAffinity]).needing(&[Part::Object]).values(
            affinities,
            |argument: &mut OpenSyncObjectFromNtHandle2, bits| {
                argument.engine_affinity = bits;
            },
        ),
        no_room_for_a_handle(ON_DEVICE[13]),
    ]
}

/// The constructors for a device of another adapter that is in Error, as HUNG or with a GPU error.
fn broken_other_device(device: LocalHandle) -> [Spoil<OpenSyncObjectFromNtHandle2>; 2] {
    let touches = [Part::DeviceHandle, Part::DeviceState, Part::AdapterState];
    [(ON_DEVICE[4], 0x8000_0000), (ON_DEVICE[5], 0x8000_0006)].map(|(check, reason)| {
        Spoil::<OpenSyncObjectFromNtHandle2>::joint(&[check, ON_DEVICE[11]], &touches).variant(
            "a device of another adapter that is in Error",
            move |draft| {
                let request = Request::MarkDeviceAsError(MarkDeviceAsError { device, reason });
                call(&mut draft.scene.kernel, draft.scene.caller, request);
                draft.argument.device = device;
            },
        )
    })
}

fn query(mode: &'static str, class: u32, needed: u32, lengths: &[u32]) -> Case<QueryObject> {
    let mut scene = Scene::new();
    let sharing = scene.share();
    let set = |argument: &mut QueryObject, handle| argument.handle = handle;
    let pseudo = [("-1", NtHandle::CURRENT_PROCESS), ("-2", NtHandle::CURRENT_THREAD)];
    let pseudo = pseudo.map(|(name, handle)| (name.to_owned(), handle));
    let dead = dead_event_handles(&scene).into_iter().chain(pseudo);
    let classes = [3, 4, 0x100, u32::MAX].map(|class| (format!("Class {class}"), class));
    let lengths = lengths.iter().map(|length| (format!("Length {length}"), *length));
    let argument = QueryObject { handle: sharing.carrier, class, length: needed };
    Case::new("QueryObject", Request::QueryObject, scene, argument)
        .mode(mode)
        .sound_values("Handle", with_low_bits(sharing.carrier), set)
        // NTH-24: no right is needed.
        .sound("another handle without rights", move |draft| draft.argument.handle = sharing.carrier_no_read)
        .spoils([
            Spoil::of("QueryObject/1", &[Part::Class])
                .values(classes, |argument: &mut QueryObject, class| argument.class = class),
            Spoil::of("QueryObject/2", &[Part::Object]).values(dead, set),
            Spoil::of("QueryObject/3", &[Part::QueryLength])
                .needing(&[Part::Class])
                .values(lengths, |argument: &mut QueryObject, length| argument.length = length),
        ])
}
