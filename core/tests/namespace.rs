//! The namespace: paths, directories, collisions, and how long a name lives.

mod common;

use std::collections::BTreeSet;

use common::World;
use common::share::{
    ACCESS_SYSTEM_SECURITY, GENERIC_ALL, NAME, OBJ_CASE_INSENSITIVE, OBJ_INHERIT, OBJ_OPENIF, OBJ_PERMANENT,
    Pair, READ_CONTROL, Refused, SHARED_NT, SYNC_ALL, all_three, named, open_name, open_resource_name, pair,
    share, share_with, units,
};
use common::sync::{MUTEX, create2, destroy_sync};
use kmt_core::{
    AddDirectory, Event, Host, Limits, Misuse, NameTarget, NtObjectBody, NtStatus, PlaceDirectoryHandle,
    PlaceNamedObject, PlaceSectionHandle, PlacedType, ProcessConfig, ProcessId, Request, SecurityDescriptor,
    ShareObjects, rule,
};

const NOT_FOUND: Refused = (NtStatus::OBJECT_NAME_NOT_FOUND, rule::NAM_14);
const NO_PATH: Refused = (NtStatus::OBJECT_PATH_NOT_FOUND, rule::NAM_13);
const BAD_NAME: Refused = (NtStatus::OBJECT_NAME_INVALID, rule::NAM_13);
const TAKEN: Refused = (NtStatus::OBJECT_NAME_COLLISION, rule::NAM_18);
const OTHER_TYPE: Refused = (NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_18);

#[test]
fn nam_13_paths_are_walked_from_left_to_right() {
    let Pair { mut world, thread, fence, .. } = pair();
    world.share_named(thread, fence, NAME);
    let paths = [
        ("\\", (NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_13)),
        (r"\\", BAD_NAME),
        (r"\\foo", BAD_NAME),
        (r"\BaseNamedObjects\", BAD_NAME),
        (r"\BaseNamedObjects\\foo", BAD_NAME),
        (r"\nowhere\foo", NO_PATH),
        (r"\nowhere\\foo", NO_PATH),
        (r"\Sessions\9\BaseNamedObjects\foo", NO_PATH),
        // An object is neither a directory nor a link.
        (r"\Sessions\0\BaseNamedObjects\foo\bar", NO_PATH),
        (r"\Sessions\0\BaseNamedObjects\foo\\", NO_PATH),
    ];
    for (path, refused) in paths {
        assert_eq!(all_three(&mut world, thread, fence, &named(path, |_| {})), [refused; 3], "{path}");
    }
    assert_eq!(
        world.refused(thread, open_name(named(r"\BaseNamedObjects\x", |_| {}), GENERIC_ALL)),
        NOT_FOUND
    );
}

#[test]
fn nam_15_directories_and_links() {
    let Pair { mut world, thread, fence, .. } = pair();
    world.process_with(ProcessConfig { session: 12, ..ProcessConfig::default() });
    let paths: Vec<_> = world.kernel.directories().map(|directory| directory.path).collect();
    let expected = [
        "\\",
        r"\BaseNamedObjects",
        r"\Sessions",
        r"\BaseNamedObjects\Session",
        r"\Sessions\0",
        r"\Sessions\0\BaseNamedObjects",
        r"\Sessions\12",
        r"\Sessions\12\BaseNamedObjects",
    ];
    assert_eq!(paths, expected.map(units));
    let links: Vec<_> = world.kernel.directories().last().unwrap().names;
    let targets = links.into_iter().map(|name| {
        let NameTarget::Link(to) = name.target else { panic!("{name:?} is no link") };
        (String::from_utf16_lossy(name.name), String::from_utf16_lossy(to))
    });
    let targets_of_links = [
        ("Global", r"\BaseNamedObjects"),
        ("Local", r"\Sessions\12\BaseNamedObjects"),
        ("Session", r"\BaseNamedObjects\Session"),
    ];
    assert!(targets.eq(targets_of_links.map(|(name, to)| (name.to_owned(), to.to_owned()))));
    // Every way to a name of the session and of the machine.
    world.share_named(thread, fence, r"\Sessions\12\BaseNamedObjects\Global\machine");
    world.share_named(thread, fence, r"\Sessions\0\BaseNamedObjects\Session\12\own");
    for way in [
        r"\BaseNamedObjects\machine",
        r"\BaseNamedObjects\Local\machine",
        r"\BaseNamedObjects\Global\machine",
        r"\Sessions\0\BaseNamedObjects\Global\Local\machine",
        r"\Sessions\12\BaseNamedObjects\own",
        r"\Sessions\12\BaseNamedObjects\Local\own",
        r"\BaseNamedObjects\Session\12\Local\own",
    ] {
        assert!(world.finds(thread, way), "{way}");
    }
    assert!(!world.finds(thread, r"\Sessions\0\BaseNamedObjects\own"));
    // A link or a directory is no object of the type.
    for path in
        [r"\BaseNamedObjects", r"\BaseNamedObjects\Local", r"\BaseNamedObjects\Session\12", r"\Sessions\12"]
    {
        let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_03);
        assert_eq!(
            all_three(&mut world, thread, fence, &named(path, |_| {})),
            [OTHER_TYPE, mismatch, mismatch]
        );
    }
}

#[test]
fn nam_15_a_directory_can_be_closed_to_a_user() {
    let Pair { mut world, thread, fence, .. } = pair();
    let refused_users = BTreeSet::from([0, 7]);
    world.host(Host::AddDirectory(AddDirectory { path: units(r"\closed"), refused_users }));
    world.host(Host::AddDirectory(AddDirectory {
        path: units(r"\Closed\open"),
        refused_users: BTreeSet::new(),
    }));
    let into = |path| share(share_with(fence, named(path, |_| {})));
    assert_eq!(world.refused(thread, into(r"\closed\foo")), (NtStatus::ACCESS_DENIED, rule::NAM_15));
    world.ok(thread, into(r"\closed\open\foo"));
    // Another user may, and then the first may open what is there.
    let (_, stranger) = world.process_with(ProcessConfig { user: 1, ..ProcessConfig::default() });
    let adapter = world.open(stranger, common::LUID);
    let device = world.create(stranger, adapter);
    let theirs = world.make(stranger, create2(device, MUTEX, SHARED_NT)).0;
    let everybody = SecurityDescriptor { revision: 1, access_list: None };
    let attributes = named(r"\closed\foo", |given| given.security_descriptor = Some(everybody));
    world.share(stranger, share_with(theirs, attributes));
    world.open_name(thread, r"\closed\foo", GENERIC_ALL);
}

#[test]
fn nam_16_nam_18_one_namespace_for_all_types() {
    let Pair { mut world, thread, device, fence, .. } = pair();
    let (event, section) = (r"\BaseNamedObjects\event", r"\BaseNamedObjects\section");
    for (path, object_type) in [(event, PlacedType::Event), (section, PlacedType::Section)] {
        world.host(Host::PlaceNamedObject(PlaceNamedObject { path: units(path), object_type }));
        let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_03);
        // Before access is judged: with no right at all.
        assert_eq!(world.refused(thread, open_name(named(path, |_| {}), 0)), mismatch);
        for flags in [0, OBJ_OPENIF] {
            let attributes = named(path, |given| given.attributes = flags);
            assert_eq!(world.refused(thread, share(share_with(fence, attributes))), OTHER_TYPE);
        }
    }
    world.share_named(thread, fence, NAME);
    let other = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    assert_eq!(world.refused(thread, share(share_with(other, named(NAME, |_| {})))), TAKEN);
    // OPN-01, OPN-03: a resource has another type.
    let resource = open_resource_name(named(NAME, |_| {}), GENERIC_ALL);
    assert_eq!(world.refused(thread, resource), (NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_03));
    let missing = open_resource_name(named(r"\BaseNamedObjects\none", |_| {}), GENERIC_ALL);
    assert_eq!(world.refused(thread, missing), NOT_FOUND);
    // What the host placed stays for ever.
    let placed = world.kernel.nt_objects().filter(|object| object.placed);
    assert!(
        placed
            .map(|object| object.body)
            .eq([NtObjectBody::Event { manual_reset: true, set: false }, NtObjectBody::Section])
    );
}

#[test]
fn nam_17_case_does_not_count_and_is_kept() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    let handle = world.share_named(thread, fence, r"\sessions\0\BASENAMEDOBJECTS\Größe");
    for flags in [0, OBJ_CASE_INSENSITIVE] {
        for path in [r"\SESSIONS\0\basenamedobjects\GRÖßE", r"\sessions\0\BaseNamedObjects\größe"] {
            let attributes = named(path, |given| given.attributes = flags);
            world.ok(thread, open_name(attributes.clone(), GENERIC_ALL));
            assert_eq!(world.refused(thread, share(share_with(fence, attributes))), TAKEN);
        }
        // The upper-case form of ß has two units, so it is none.
        assert!(!world.finds(thread, r"\Sessions\0\BaseNamedObjects\GRÖSSE"));
    }
    let object = world.nt_entry(me, handle).unwrap().object;
    let name = world.kernel.nt_objects().find(|view| view.id == object).unwrap().name;
    assert_eq!(name, Some(units(r"\sessions\0\BASENAMEDOBJECTS\Größe")));
}

#[test]
fn nam_19_openif_opens_what_is_there() {
    let Pair { mut world, me, thread, device, fence, .. } = pair();
    let first = world.share_named(thread, fence, NAME);
    let object = world.nt_entry(me, first).unwrap().object;
    let other = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    let attributes = named(NAME, |given| given.attributes = OBJ_OPENIF | OBJ_INHERIT);
    let openif =
        |object, desired_access| ShareObjects { desired_access, ..share_with(object, attributes.clone()) };
    let second = world.share_existing(thread, openif(other, READ_CONTROL));
    let entry = world.nt_entry(me, second).unwrap();
    assert_eq!((entry.object, entry.granted_access, entry.inherit), (object, READ_CONTROL, true));
    // The new object is checked and not shared.
    assert_eq!(world.kernel.sync_objects().last().unwrap().nt_objects, 0);
    let unshared = world.make(thread, create2(device, MUTEX, 0)).0;
    let refused = world.refused(thread, share(openif(unshared, READ_CONTROL)));
    assert_eq!(refused, (NtStatus::INVALID_PARAMETER, rule::SHR_07));
    let weak = (NtStatus::ACCESS_DENIED, rule::NAM_19);
    assert_eq!(world.refused(thread, share(openif(other, 0))), weak);
    // Without the name it makes a new object.
    for handle in [first, second] {
        world.close_nt(thread, handle);
    }
    world.share(thread, openif(other, 0));
    assert_eq!(world.kernel.sync_objects().nth(1).unwrap().nt_objects, 1);
}

#[test]
fn nam_20_openif_does_nothing_in_an_open() {
    let Pair { mut world, thread, fence, .. } = pair();
    let attributes = named(NAME, |given| given.attributes = OBJ_OPENIF | OBJ_PERMANENT);
    assert_eq!(world.refused(thread, open_name(attributes.clone(), GENERIC_ALL)), NOT_FOUND);
    world.share_named(thread, fence, NAME);
    world.ok(thread, open_name(attributes, GENERIC_ALL));
}

#[test]
fn nam_21_nam_22_opn_04_a_name_dies_with_the_last_handle() {
    let Pair { mut world, thread, device, fence, other, other_thread, to_other, .. } = pair();
    let first = world.share_named(thread, fence, NAME);
    let alias = world.share_named(thread, fence, r"\BaseNamedObjects\alias");
    let second = world.open_name(thread, NAME, SYNC_ALL);
    let moved = kmt_core::DuplicateHandle {
        target_process: to_other,
        options: common::SAME_ACCESS | common::CLOSE_SOURCE,
        ..common::same_access(second)
    };
    let theirs = world.duplicate(thread, moved);
    world.close_nt(thread, first);
    assert!(world.finds(thread, NAME), "the handle of the other process keeps it");
    // NTH-13: a refused duplication closes its source all the same, and the name with it.
    let refused = kmt_core::DuplicateHandle {
        source_process: to_other,
        source: theirs,
        target_process: to_other,
        desired_access: ACCESS_SYSTEM_SECURITY,
        options: common::CLOSE_SOURCE,
        ..common::same_access(theirs)
    };
    let refusal = world.refused_but_changed(thread, Request::DuplicateHandle(refused));
    assert_eq!(refusal, (NtStatus::ACCESS_DENIED, rule::NTH_12));
    assert!(world.kernel.nt_table(other).unwrap().entries.is_empty());
    assert!(!world.finds(other_thread, NAME));
    // The other name lives and dies alone; local handles keep no name.
    assert!(world.finds(thread, r"\BaseNamedObjects\alias"));
    let mutex = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    world.share_named(thread, mutex, NAME);
    world.close_nt(thread, alias);
    assert!(!world.finds(thread, r"\BaseNamedObjects\alias"));
    world.ok(thread, destroy_sync(fence));
    assert_eq!(world.kernel.sync_objects().count(), 1);
}

#[test]
fn nam_25_nam_13_misuse_of_the_namespace_is_typed() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    world.share_named(thread, fence, NAME);
    let (bad, unknown, taken) = (Misuse::BadPath, Misuse::UnknownDirectory, Misuse::NameTaken);
    type Wrong = fn(Vec<u16>) -> Misuse;
    let paths: [(&str, Wrong); 7] = [
        ("", bad),
        ("foo", bad),
        ("\\", bad),
        (r"\BaseNamedObjects\", bad),
        (r"\nowhere\foo", unknown),
        (r"\basenamedobjects", taken),
        (NAME, taken),
    ];
    for (path, misuse) in paths {
        let path = units(path);
        let directory = AddDirectory { path: path.clone(), refused_users: BTreeSet::new() };
        assert_eq!(world.misuse(Event::Host(Host::AddDirectory(directory))), misuse(path.clone()));
        let object = PlaceNamedObject { path: path.clone(), object_type: PlacedType::Event };
        assert_eq!(world.misuse(Event::Host(Host::PlaceNamedObject(object))), misuse(path));
    }
    let place = |holder, path: &str| {
        Event::Host(Host::PlaceDirectoryHandle(PlaceDirectoryHandle {
            holder,
            path: units(path),
            granted_access: 0,
            inherit: false,
            protect_from_close: false,
        }))
    };
    assert_eq!(world.misuse(place(me, NAME)), Misuse::UnknownDirectory(units(NAME)));
    assert_eq!(world.misuse(place(me, r"\none")), Misuse::UnknownDirectory(units(r"\none")));
    assert_eq!(world.misuse(place(me, "")), Misuse::BadPath(units("")));
    let nobody = ProcessId::from_number(9);
    assert_eq!(world.misuse(place(nobody, "\\")), Misuse::UnknownProcess(nobody));
    assert_eq!(
        Misuse::NameTaken(units(NAME)).to_string(),
        r"something has the name \Sessions\0\BaseNamedObjects\foo"
    );
}

#[test]
fn nth_05_the_host_meets_limits_too() {
    let limits = Limits { nt_handles_per_process: 2, nt_objects: 1, ..Limits::default() };
    let mut world = World::with_limits(limits);
    let (me, thread) = world.process();
    let first = world.place_directory(me, r"\Sessions");
    // A second handle to the same directory needs no object more.
    let second = world.place_directory(me, r"\sessions");
    let (first, second) = (world.nt_entry(me, first).unwrap(), world.nt_entry(me, second).unwrap());
    assert_eq!((first.object, first.granted_access), (second.object, 0xF_000F));
    let section =
        PlaceSectionHandle { holder: me, granted_access: 0, inherit: false, protect_from_close: false };
    let full = Misuse::LimitReached { what: "NT handles of the process", limit: 2 };
    assert_eq!(world.misuse(Event::Host(Host::PlaceSectionHandle(section))), full);
    world.close_nt(thread, second.handle);
    let full = Misuse::LimitReached { what: "NT objects", limit: 1 };
    assert_eq!(world.misuse(Event::Host(Host::PlaceSectionHandle(section))), full.clone());
    let named = PlaceNamedObject { path: units(r"\x"), object_type: PlacedType::Section };
    assert_eq!(world.misuse(Event::Host(Host::PlaceNamedObject(named))), full);
    world.close_nt(thread, first.handle);
    assert_eq!(world.kernel.nt_objects().count(), 1);
    world.place_section(me);
}
