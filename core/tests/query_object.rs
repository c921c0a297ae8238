//! QueryObject: what a handle says about itself and its object.

mod common;

use common::share::{
    GENERIC_ALL, NAME, OBJ_INHERIT, Pair, READ_CONTROL, pair, query, share_one, share_with, units,
};
use common::{ALL_ACCESS, World, nt};
use kmt_core::{
    Answer, NtHandle, NtStatus, NtType, ObjectAttributes, ObjectInformation, Output, Refusal, ThreadId, rule,
};

const BASIC: u32 = 0;
const NAME_OF: u32 = 1;
const TYPE: u32 = 2;

/// What a query with a buffer of the right size reports, and the size.
fn ask(world: &mut World, thread: ThreadId, handle: NtHandle, class: u32) -> (ObjectInformation, u32) {
    let length = match needed(world, thread, handle, class, 0) {
        Some(length) => length,
        None => panic!("a buffer of no bytes is too small"),
    };
    let output = world.ok(thread, query(handle, class, length));
    let Output::QueryObject { information, return_length } = output else { panic!("{output:?}") };
    assert_eq!(return_length, length);
    (information, length)
}

/// The size that a query with this buffer says is needed, if it refuses it.
fn needed(world: &mut World, thread: ThreadId, handle: NtHandle, class: u32, length: u32) -> Option<u32> {
    let before = world.kernel.clone();
    let outcome = world.call(thread, query(handle, class, length));
    assert_eq!(world.kernel, before, "a query changes nothing");
    match outcome.answer {
        Answer::RefusedButWritten { refusal, output: Output::ReturnLength(needed) } => {
            let mismatch = Refusal { status: NtStatus::INFO_LENGTH_MISMATCH, rule: rule::NTH_25 };
            assert_eq!(refusal, mismatch);
            Some(needed)
        }
        Answer::Complete(_) => None,
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn nth_23_basic_information() {
    let Pair { mut world, me, thread, fence, to_other, .. } = pair();
    let attributes = ObjectAttributes { attributes: OBJ_INHERIT, ..ObjectAttributes::unnamed() };
    let handle = world.share(thread, share_with(fence, attributes));
    world.give(thread, handle, to_other);
    let (information, length) = ask(&mut world, thread, handle, BASIC);
    let expected = ObjectInformation::Basic { attributes: 0x2, granted_access: 0x1F_0003, handle_count: 2 };
    assert_eq!((information, length), (expected, 56));
    world.set_flags(me, handle, true, true);
    let (information, _) = ask(&mut world, thread, handle, BASIC);
    let ObjectInformation::Basic { attributes: 0x3, .. } = information else { panic!("{information:?}") };
    // No right is needed, and the length is exact.
    let weak = world.share(thread, share_one(fence, 0));
    let expected = ObjectInformation::Basic { attributes: 0, granted_access: 0, handle_count: 1 };
    assert_eq!(ask(&mut world, thread, weak, BASIC).0, expected);
    for length in [0, 55, 57, u32::MAX] {
        assert_eq!(needed(&mut world, thread, weak, BASIC, length), Some(56));
    }
}

#[test]
fn nth_24_nth_25_nth_26_names() {
    let Pair { mut world, me, thread, fence, to_other, .. } = pair();
    let handle = world.share_named(thread, fence, NAME);
    let size = 16 + 2 * NAME.len() as u32 + 2;
    let name = ObjectInformation::Name(Some(units(NAME)));
    assert_eq!(ask(&mut world, thread, handle, NAME_OF), (name, size));
    assert_eq!(needed(&mut world, thread, handle, NAME_OF, size - 1), Some(size));
    assert_eq!(needed(&mut world, thread, handle, NAME_OF, size + 1), None);
    // Without a name 16 bytes are enough.
    let unnamed = world.share(thread, share_one(fence, READ_CONTROL));
    let event = world.new_event(thread, true);
    let section = world.place_section(me);
    for handle in [unnamed, event, section, to_other] {
        assert_eq!(ask(&mut world, thread, handle, NAME_OF), (ObjectInformation::Name(None), 16));
    }
    // The path is that of the creation, links included.
    let link = r"\Sessions\0\BaseNamedObjects\Global\x";
    let handle = world.share_named(thread, fence, link);
    assert_eq!(ask(&mut world, thread, handle, NAME_OF).0, ObjectInformation::Name(Some(units(link))));
    let directory = world.place_directory(me, r"\sessions\0\basenamedobjects\LOCAL");
    let path = units(r"\Sessions\0\BaseNamedObjects");
    assert_eq!(ask(&mut world, thread, directory, NAME_OF).0, ObjectInformation::Name(Some(path)));
}

#[test]
fn nth_06_nth_27_types() {
    let Pair { mut world, me, thread, fence, to_other, .. } = pair();
    let handles = [
        (
            world.share(thread, share_one(fence, GENERIC_ALL)),
            NtType::SharedSyncObject,
            "DxgkSharedSyncObject",
        ),
        (world.new_event(thread, false), NtType::Event, "Event"),
        (to_other, NtType::Process, "Process"),
        (world.place_section(me), NtType::Section, "Section"),
        (world.place_directory(me, "\\"), NtType::Directory, "Directory"),
    ];
    for (handle, object_type, name) in handles {
        let size = 104 + 2 * name.len() as u32 + 2;
        assert_eq!(ask(&mut world, thread, handle, TYPE), (ObjectInformation::Type(object_type), size));
        assert_eq!((object_type.name(), object_type.to_string().as_str()), (name, name));
        assert_eq!(needed(&mut world, thread, handle, TYPE, size - 1), Some(size));
    }
    assert!(NtType::ALL.is_sorted());
}

#[test]
fn nth_27_hnd_27_nth_03_classes_and_handles() {
    let Pair { mut world, thread, device, to_other, .. } = pair();
    for class in [3, 4, u32::MAX] {
        let unknown = (NtStatus::NOT_IMPLEMENTED, rule::NTH_27);
        assert_eq!(world.refused(thread, query(nt(4000), class, 0)), unknown);
    }
    for value in [0, 3, 4000, u64::from(device.raw()), u64::MAX, u64::MAX - 1] {
        for class in [BASIC, NAME_OF, TYPE] {
            let missing = (NtStatus::INVALID_HANDLE, rule::NTH_27);
            assert_eq!(world.refused(thread, query(nt(value), class, 56)), missing);
        }
    }
    let (information, _) = ask(&mut world, thread, nt(to_other.raw() | 3), BASIC);
    let expected = ObjectInformation::Basic { attributes: 0, granted_access: ALL_ACCESS, handle_count: 1 };
    assert_eq!(information, expected);
}
