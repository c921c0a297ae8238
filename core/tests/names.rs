//! What a call says about a name: OBJECT_ATTRIBUTES and the order in which they are judged.

mod common;

use common::share::{
    ACCESS_SYSTEM_SECURITY, GENERIC_ALL, NAME, OBJ_EXCLUSIVE, OBJ_OPENIF, OBJ_PERMANENT, Pair, Refused,
    SHARED_NT, all_three, named, open_name, pair, pair_with, share, share_one, share_with, units,
};
use common::sync::create2;
use common::{World, nt};
use kmt_core::{
    Bitness, NtHandle, NtStatus, ObjectAttributes, ObjectName, OpenNtHandleFromName,
    OpenSyncObjectNtHandleFromName, Output, ProcessConfig, Request, SecurityDescriptor, ShareObjects, rule,
};

const NOT_FOUND: Refused = (NtStatus::OBJECT_NAME_NOT_FOUND, rule::NAM_14);
const SYNTAX: Refused = (NtStatus::OBJECT_PATH_SYNTAX_BAD, rule::NAM_11);
const TAKEN: Refused = (NtStatus::OBJECT_NAME_COLLISION, rule::NAM_18);

#[test]
fn nam_01_the_length_is_that_of_the_process() {
    for (bits, right, wrong) in [(Bitness::Bits64, 48, 24), (Bitness::Bits32, 24, 48)] {
        let mut pair = pair_with(World::new(), ProcessConfig { bits, ..ProcessConfig::default() });
        let device = pair.other_device;
        let fence = pair.world.make(pair.other_thread, create2(device, common::share::FENCE, SHARED_NT)).0;
        for length in [0, wrong, right + 1, u32::MAX] {
            let attributes = named(NAME, |given| given.length = length);
            let all = all_three(&mut pair.world, pair.other_thread, fence, &attributes);
            assert_eq!(all, [(NtStatus::INVALID_PARAMETER, rule::NAM_01); 3]);
        }
        pair.world.share(pair.other_thread, share_with(fence, named(NAME, |given| given.length = right)));
    }
}

#[test]
fn nam_03_nam_05_nam_06_attribute_bits() {
    let Pair { mut world, thread, fence, .. } = pair();
    let invalid = (NtStatus::INVALID_PARAMETER, rule::NAM_03);
    for bit in (0..32).map(|bit| 1u32 << bit) {
        let attributes = named(NAME, |given| given.attributes = bit);
        if bit & !0x1FF2 != 0 || bit == OBJ_EXCLUSIVE {
            assert_eq!(all_three(&mut world, thread, fence, &attributes), [invalid; 3], "{bit:x}");
        } else if bit == OBJ_PERMANENT {
            let refused = world.refused(thread, share(share_with(fence, attributes.clone())));
            assert_eq!(refused, (NtStatus::ACCESS_DENIED, rule::NAM_05));
            assert_eq!(world.refused(thread, open_name(attributes, GENERIC_ALL)), NOT_FOUND);
        } else {
            let handle = world.share(thread, share_with(fence, attributes.clone()));
            let output = world.ok(thread, open_name(attributes, GENERIC_ALL));
            let Output::OpenNtHandleFromName { handle: second } = output else { panic!("{output:?}") };
            world.close_nt(thread, handle);
            world.close_nt(thread, second);
        }
    }
}

/// A path that leads nowhere and has an empty component.
const NOWHERE: &str = r"\nowhere\\";

/// That path, or another one, with so many bytes in a buffer that may be misaligned.
fn buffer(text: &str, length: u16, buffer_aligned: bool) -> Option<ObjectName> {
    Some(ObjectName { length, buffer_aligned, ..ObjectName::new(text) })
}

type Repair = fn(&mut ObjectAttributes);

/// Each fault of the attributes in the order in which they are judged, and what puts it right.
// NAM-02
const FAULTS: [(NtStatus, rule::Rule, Repair); 12] = [
    (NtStatus::INVALID_PARAMETER, rule::NAM_01, |given| given.length = 48),
    (NtStatus::INVALID_PARAMETER, rule::NAM_03, |given| given.attributes = OBJ_PERMANENT),
    (NtStatus::ACCESS_DENIED, rule::NAM_05, |given| given.attributes = 0),
    (NtStatus::OBJECT_NAME_INVALID, rule::NAM_09, |given| given.object_name = buffer(NOWHERE, 65_533, false)),
    (NtStatus::DATATYPE_MISALIGNMENT, rule::NAM_10, |given| {
        given.object_name = buffer(NOWHERE, 65_533, true);
    }),
    (NtStatus::OBJECT_NAME_INVALID, rule::NAM_10, |given| given.object_name = buffer(NOWHERE, 65_534, true)),
    (NtStatus::OBJECT_NAME_INVALID, rule::NAM_10, |given| given.object_name = buffer(NOWHERE, 20, true)),
    (NtStatus::OBJECT_PATH_SYNTAX_BAD, rule::NAM_11, |given| {
        given.object_name = buffer(&NOWHERE[1..], 18, true);
    }),
    (NtStatus::UNKNOWN_REVISION, rule::NAM_24, |given| given.security_descriptor = None),
    // The handle names a process.
    (NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_12, |given| given.root_directory = nt(400)),
    (NtStatus::INVALID_HANDLE, rule::NAM_12, |given| {
        given.root_directory = NtHandle::ZERO;
        given.object_name = buffer(NOWHERE, 20, true);
    }),
    (NtStatus::OBJECT_PATH_NOT_FOUND, rule::NAM_13, |given| given.object_name = Some(ObjectName::new(NAME))),
];

#[test]
fn nam_02_the_first_fault_decides() {
    let Pair { mut world, thread, fence, .. } = pair();
    world.share_named(thread, fence, NAME);
    let request = |attributes: &ObjectAttributes| {
        let desired_access = ACCESS_SYSTEM_SECURITY;
        share(ShareObjects { desired_access, ..share_with(fence, attributes.clone()) })
    };
    // Everything is wrong; one after the other is put right.
    let mut attributes = ObjectAttributes {
        length: 0,
        root_directory: nt(4),
        object_name: None,
        attributes: 0x2000 | OBJ_PERMANENT,
        security_descriptor: Some(SecurityDescriptor { revision: 2, access_list: None }),
    };
    for (status, rule, repair) in FAULTS {
        assert_eq!(world.refused(thread, request(&attributes)), (status, rule));
        repair(&mut attributes);
    }
    // Then the collision, and then access.
    assert_eq!(world.refused(thread, request(&attributes)), TAKEN);
    attributes.attributes = OBJ_OPENIF;
    assert_eq!(world.refused(thread, request(&attributes)), (NtStatus::ACCESS_DENIED, rule::ACC_06));
}

#[test]
fn nam_07_null_attributes() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let entry = world.nt_entry(me, handle).unwrap();
    assert!(!entry.inherit && !entry.protect_from_close);
    let object = world.kernel.nt_objects().find(|object| object.id == entry.object).unwrap();
    assert_eq!(object.name, None);
    let (desired_access, attributes) = (GENERIC_ALL, None);
    let null = (NtStatus::INVALID_PARAMETER, rule::NAM_07);
    let open = OpenNtHandleFromName { desired_access, attributes: attributes.clone() };
    assert_eq!(world.refused(thread, Request::OpenNtHandleFromName(open)), null);
    let open = OpenSyncObjectNtHandleFromName { desired_access, attributes };
    assert_eq!(world.refused(thread, Request::OpenSyncObjectNtHandleFromName(open)), null);
}

#[test]
fn nam_08_nam_09_nam_23_empty_names() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    let root = world.place_directory(me, "\\");
    let empty = named("", |_| {});
    let empty_below = |directory| named("", |given| given.root_directory = directory);
    let bare = ObjectAttributes { root_directory: root, ..ObjectAttributes::unnamed() };
    // A share makes an unnamed object, whatever the directory.
    for attributes in [ObjectAttributes::unnamed(), empty.clone(), empty_below(root), empty_below(nt(4000))] {
        let handle = world.share(thread, share_with(fence, attributes));
        let object = world.nt_entry(me, handle).unwrap().object;
        assert_eq!(world.kernel.nt_objects().find(|view| view.id == object).unwrap().name, None);
    }
    assert_eq!(
        all_three(&mut world, thread, fence, &bare),
        [(NtStatus::OBJECT_NAME_INVALID, rule::NAM_09); 3]
    );
    // The length counts, not the buffer.
    let mut cut = named(NAME, |_| {});
    cut.object_name.as_mut().unwrap().length = 0;
    for attributes in [ObjectAttributes::unnamed(), empty, cut] {
        assert_eq!(world.refused(thread, open_name(attributes, GENERIC_ALL)), SYNTAX);
    }
    let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_12);
    assert_eq!(world.refused(thread, open_name(empty_below(root), GENERIC_ALL)), mismatch);
    let no_entry = (NtStatus::INVALID_HANDLE, rule::NAM_12);
    assert_eq!(world.refused(thread, open_name(empty_below(nt(4000)), GENERIC_ALL)), no_entry);
}

#[test]
fn nam_10_buffers() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    let with = |units: Vec<u16>, length, buffer_aligned| ObjectAttributes {
        object_name: Some(ObjectName { units, length, buffer_aligned }),
        ..ObjectAttributes::unnamed()
    };
    for length in [0, 1, 62] {
        let attributes = with(units(NAME), length, false);
        let misaligned = (NtStatus::DATATYPE_MISALIGNMENT, rule::NAM_10);
        assert_eq!(all_three(&mut world, thread, fence, &attributes), [misaligned; 3]);
    }
    for length in [1, 61, 65_533, 65_534, 65_535] {
        let attributes = with(units(NAME), length, true);
        let invalid = (NtStatus::OBJECT_NAME_INVALID, rule::NAM_10);
        assert_eq!(all_three(&mut world, thread, fence, &attributes), [invalid; 3], "{length}");
    }
    // The longest name; beyond the buffer the units are 0.
    let handle = world.share(thread, share_with(fence, with(vec![u16::from(b'\\')], 65_532, true)));
    let object = world.nt_entry(me, handle).unwrap().object;
    let name = world.kernel.nt_objects().find(|view| view.id == object).unwrap().name.unwrap();
    assert_eq!((name.len(), name[0], name[1]), (32_766, u16::from(b'\\'), 0));
    // A length that cuts the name.
    let mut cut = ObjectName::new(NAME);
    cut.length -= 2;
    world.share(
        thread,
        share_with(fence, ObjectAttributes { object_name: Some(cut), ..ObjectAttributes::unnamed() }),
    );
    assert!(world.finds(thread, &NAME[..NAME.len() - 1]));
    assert!(!world.finds(thread, NAME));
}

#[test]
fn nam_11_nam_12_full_and_relative_names() {
    let Pair { mut world, me, thread, fence, to_other, .. } = pair();
    let own = world.place_directory(me, r"\Sessions\0\BaseNamedObjects");
    let section = world.place_section(me);
    let event = world.new_event(thread, true);
    let below = |directory, name: &str| named(name, |given| given.root_directory = directory);
    for attributes in [named("foo", |_| {}), below(own, r"\foo"), below(own, "\\")] {
        assert_eq!(all_three(&mut world, thread, fence, &attributes), [SYNTAX; 3]);
    }
    for handle in [section, event, to_other] {
        let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_12);
        assert_eq!(all_three(&mut world, thread, fence, &below(handle, "foo")), [mismatch; 3]);
    }
    for value in [1, 3, 4000, u64::MAX, u64::MAX - 1] {
        let no_entry = (NtStatus::INVALID_HANDLE, rule::NAM_12);
        assert_eq!(all_three(&mut world, thread, fence, &below(nt(value), "foo")), [no_entry; 3]);
    }
    // NTH-03: the two low bits of the handle are ignored.
    let handle = world.share(thread, share_with(fence, below(nt(own.raw() | 1), "foo")));
    let object = world.nt_entry(me, handle).unwrap().object;
    let name = world.kernel.nt_objects().find(|view| view.id == object).unwrap().name;
    assert_eq!(name, Some(units(NAME)), "the directory is part of the name");
    assert!(world.finds(thread, NAME));
    world.ok(thread, open_name(below(own, "foo"), GENERIC_ALL));
    let root = world.place_directory(me, "\\");
    world.ok(thread, open_name(below(root, &NAME[1..]), GENERIC_ALL));
}
