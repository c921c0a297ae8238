//! Access masks: what a share grants, what a descriptor gives, what a handle may do.

mod common;

use common::share::{
    ACCESS_SYSTEM_SECURITY, GENERIC_ALL, MAXIMUM_ALLOWED, NAME, OBJ_OPENIF, Pair, READ_CONTROL, Refused,
    SHARED_NT, SIGNAL, SYNC_ALL, WAIT, WRITE_DAC, open_name, open_nt, open_nt2, pair, pair_with, share,
    share_one, share_with,
};
use common::sync::{MUTEX, NO_SIGNAL, NO_WAIT, create2, fence, signal, wait};
use common::{DUP_HANDLE, World, same_access};
use kmt_core::{
    AccessEntry, DuplicateHandle, Host, NtStatus, ObjectAttributes, PlaceDirectoryHandle, PlaceSectionHandle,
    ProcessConfig, Request, SecurityDescriptor, ShareObjects, Trustee, rule,
};

const DENIED: Refused = (NtStatus::ACCESS_DENIED, rule::ACC_11);
const GENERIC_READ: u32 = 0x8000_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;
const GENERIC_EXECUTE: u32 = 0x2000_0000;
const SYNCHRONIZE: u32 = 0x10_0000;

fn with_list(access_list: Option<Vec<AccessEntry>>) -> ObjectAttributes {
    let security_descriptor = Some(SecurityDescriptor { revision: 1, access_list });
    ObjectAttributes { security_descriptor, ..ObjectAttributes::named(NAME) }
}

fn entry(trustee: Trustee, mask: u32) -> AccessEntry {
    AccessEntry { trustee, mask }
}

fn named() -> ObjectAttributes {
    ObjectAttributes::named(NAME)
}

#[test]
fn acc_01_acc_02_acc_03_acc_04_acc_05_acc_06_acc_07_a_share_grants_the_mapped_mask() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    let masks = [
        (0, 0),
        (WAIT, WAIT),
        (SIGNAL, SIGNAL),
        (GENERIC_ALL, SYNC_ALL),
        (GENERIC_READ, 0x2_0001),
        (GENERIC_WRITE, 0x2_0002),
        (GENERIC_EXECUTE, 0x12_0000),
        (GENERIC_READ | GENERIC_WRITE, 0x2_0003),
        // Bits that the type does not have are dropped.
        (0x00E0_FFFC | WAIT, WAIT),
        (MAXIMUM_ALLOWED, SYNC_ALL),
        (MAXIMUM_ALLOWED | WAIT, SYNC_ALL),
    ];
    for (desired, granted) in masks {
        let handle = world.share(thread, share_one(fence, desired));
        assert_eq!(world.mask(me, handle), granted, "{desired:x}");
        world.close_nt(thread, handle);
    }
    let refused = world.refused(thread, share(share_one(fence, GENERIC_ALL | ACCESS_SYSTEM_SECURITY)));
    assert_eq!(refused, (NtStatus::ACCESS_DENIED, rule::ACC_06));
    // Sections and directories: every generic bit is the whole mask.
    for generic in [GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE, GENERIC_ALL] {
        let section = PlaceSectionHandle {
            holder: me,
            granted_access: generic,
            inherit: true,
            protect_from_close: false,
        };
        let directory = PlaceDirectoryHandle {
            holder: me,
            path: vec![u16::from(b'\\')],
            granted_access: generic | 0xFFF0_0000,
            inherit: true,
            protect_from_close: false,
        };
        for (host, mask) in
            [(Host::PlaceSectionHandle(section), 0xF_001F), (Host::PlaceDirectoryHandle(directory), 0xF_000F)]
        {
            let kmt_core::Output::NtHandle(handle) = world.host(host) else { panic!("no handle") };
            assert_eq!(world.mask(me, handle), mask);
        }
    }
}

#[test]
fn acc_09_acc_10_acc_14_a_share_with_no_rights() {
    let Pair { mut world, me, thread, device, fence, other_thread, .. } = pair();
    let weak = world.share(thread, ShareObjects { desired_access: 0, ..share_with(fence, named()) });
    assert_eq!(world.mask(me, weak), 0);
    // It keeps object and name, and opens nothing.
    assert!(world.finds(other_thread, NAME));
    let inaccessible = (NtStatus::ACCESS_DENIED, rule::ACC_14);
    assert_eq!(world.refused(thread, open_nt2(weak, device, 0)), inaccessible);
    assert_eq!(world.refused(thread, open_nt(weak)), inaccessible);
    let copy = world.duplicate(thread, DuplicateHandle { options: 0, ..same_access(weak) });
    assert_eq!(world.mask(me, copy), 0);
    world.close_nt(thread, copy);
    // The own descriptor was not asked; it is with OBJ_OPENIF.
    let openif = ObjectAttributes { attributes: OBJ_OPENIF, ..named() };
    let again = |desired_access| ShareObjects { desired_access, ..share_with(fence, openif.clone()) };
    let refused = (NtStatus::ACCESS_DENIED, rule::NAM_19);
    assert_eq!(world.refused(thread, share(again(0))), refused);
    let full = world.share_existing(thread, again(MAXIMUM_ALLOWED));
    assert_eq!(world.mask(me, full), SYNC_ALL);
    // READ_CONTROL alone is enough to open.
    let read = world.share(thread, share_one(fence, READ_CONTROL));
    world.open_nt2(thread, read, device);
    let all_but_read = world.share(thread, share_one(fence, SYNC_ALL & !READ_CONTROL));
    assert_eq!(world.refused(thread, open_nt2(all_but_read, device, 0)), inaccessible);
}

#[test]
fn acc_11_acc_12_nam_24_the_default_descriptor() {
    let other = ProcessConfig { user: 5, ..ProcessConfig::default() };
    let administrator = ProcessConfig { administrator: true, ..other };
    for (config, allowed) in [(ProcessConfig::default(), SYNC_ALL), (administrator, SYNC_ALL), (other, 0)] {
        let Pair { mut world, thread, fence, other, other_thread, .. } = pair_with(World::new(), config);
        // The mask of an existing handle plays no part.
        world.share(thread, ShareObjects { desired_access: WAIT, ..share_with(fence, named()) });
        for desired in [WAIT, READ_CONTROL, GENERIC_ALL, MAXIMUM_ALLOWED] {
            if allowed == 0 {
                assert_eq!(world.refused(other_thread, open_name(named(), desired)), DENIED);
            } else {
                let handle = world.open_name(other_thread, NAME, desired);
                let granted = if desired >= MAXIMUM_ALLOWED { allowed } else { desired };
                assert_eq!(world.mask(other, handle), granted);
            }
        }
        for desired in [0, 0x10, ACCESS_SYSTEM_SECURITY, ACCESS_SYSTEM_SECURITY | WAIT] {
            assert_eq!(world.refused(other_thread, open_name(named(), desired)), DENIED, "{desired:x}");
        }
    }
    // The name comes first.
    let Pair { mut world, thread, .. } = pair();
    let missing = (NtStatus::OBJECT_NAME_NOT_FOUND, rule::NAM_14);
    assert_eq!(world.refused(thread, open_name(named(), 0)), missing);
}

#[test]
fn acc_08_acc_11_access_lists() {
    let (user, stranger) = (Trustee::User(5), Trustee::User(6));
    let cases = [
        (None, SYNC_ALL),
        (Some(vec![]), 0),
        (Some(vec![entry(stranger, GENERIC_ALL)]), 0),
        (Some(vec![entry(Trustee::Administrators, GENERIC_ALL)]), 0),
        (Some(vec![entry(Trustee::Everyone, GENERIC_READ)]), READ_CONTROL | WAIT),
        (Some(vec![entry(user, SIGNAL), entry(Trustee::Everyone, WAIT)]), SIGNAL | WAIT),
        (
            Some(vec![entry(user, SIGNAL), entry(stranger, WAIT), entry(user, SYNCHRONIZE)]),
            SIGNAL | SYNCHRONIZE,
        ),
        (Some(vec![entry(user, 0x10 | ACCESS_SYSTEM_SECURITY | MAXIMUM_ALLOWED)]), 0),
    ];
    for (list, allowed) in cases {
        let config = ProcessConfig { user: 5, ..ProcessConfig::default() };
        let Pair { mut world, me, thread, fence, other, other_thread, .. } = pair_with(World::new(), config);
        world.share(thread, share_with(fence, with_list(list.clone())));
        let maximum = open_name(named(), MAXIMUM_ALLOWED);
        if allowed == 0 {
            assert_eq!(world.refused(other_thread, maximum), DENIED);
        } else {
            let handle = world.open_name(other_thread, NAME, MAXIMUM_ALLOWED);
            assert_eq!(world.mask(other, handle), allowed, "{list:?}");
            world.open_name(other_thread, NAME, allowed);
            // One bit too many, MAXIMUM_ALLOWED or not.
            for bit in (0..21).map(|bit| 1 << bit).filter(|bit| SYNC_ALL & !allowed & bit != 0) {
                for more in [0, MAXIMUM_ALLOWED] {
                    assert_eq!(world.refused(other_thread, open_name(named(), allowed | bit | more)), DENIED);
                }
            }
        }
        // The owner always has these two.
        let owner = world.open_name(thread, NAME, READ_CONTROL | WRITE_DAC);
        assert_eq!(world.mask(me, owner), READ_CONTROL | WRITE_DAC);
    }
}

#[test]
fn acc_13_nam_24_nth_12_rights_are_fixed_when_the_handle_is_made() {
    let Pair { mut world, me, thread, device, fence, .. } = pair();
    let only_read = with_list(Some(vec![entry(Trustee::Everyone, GENERIC_READ)]));
    let full = world.share(thread, share_with(fence, only_read.clone()));
    // The descriptor of an open, or of a share that finds the name taken, is ignored.
    let everything = ObjectAttributes { attributes: OBJ_OPENIF, ..with_list(None) };
    let refused = (NtStatus::ACCESS_DENIED, rule::NAM_19);
    assert_eq!(world.refused(thread, share(share_with(fence, everything.clone()))), refused);
    assert_eq!(world.refused(thread, open_name(everything, SIGNAL)), DENIED);
    let bad_revision = Some(SecurityDescriptor { revision: 0, access_list: None });
    world.ok(thread, open_name(ObjectAttributes { security_descriptor: bad_revision, ..named() }, WAIT));
    // The handle has what it has, and opens with it.
    assert_eq!(world.mask(me, full), SYNC_ALL);
    let (opened, _) = world.open_nt2(thread, full, device);
    world.ok(thread, signal(device, &[(opened, 1)], 0));
    // A duplicate has less or as much.
    let duplicate = |desired_access| DuplicateHandle { options: 0, desired_access, ..same_access(full) };
    let narrow = world.duplicate(thread, duplicate(GENERIC_READ));
    assert_eq!(world.mask(me, narrow), READ_CONTROL | WAIT);
    let wide = DuplicateHandle { source: narrow, ..duplicate(SIGNAL) };
    let refused = world.refused(thread, Request::DuplicateHandle(wide));
    assert_eq!(refused, (NtStatus::ACCESS_DENIED, rule::NTH_12));
}

#[test]
fn acc_15_acc_17_acc_18_shr_14_rights_of_a_local_handle_and_flags_of_the_device() {
    let Pair { mut world, thread, device, fence, .. } = pair();
    let denied = (NtStatus::ACCESS_DENIED, rule::ACC_17);
    for (mask, may_wait, may_signal) in
        [(0, false, false), (WAIT, true, false), (SIGNAL, false, true), (WAIT | SIGNAL, true, true)]
    {
        for (flags, no_wait, no_signal) in
            [(0, false, false), (NO_WAIT, true, false), (NO_SIGNAL, false, true)]
        {
            let handle = world.share(thread, share_one(fence, mask | READ_CONTROL));
            let output = world.ok(thread, open_nt2(handle, device, flags));
            let kmt_core::Output::OpenSyncObjectFromNtHandle2 { sync_object, .. } = output else {
                panic!("{output:?}")
            };
            // The NT handle may go.
            world.close_nt(thread, handle);
            let view = world.kernel.openings().find(|opening| opening.handle == sync_object).unwrap();
            assert_eq!((view.may_wait, view.may_signal), (may_wait, may_signal));
            let (waiting, signalling) =
                (wait(device, &[(sync_object, 0)], 0), signal(device, &[(sync_object, 0)], 0));
            if may_wait && !no_wait {
                world.ok(thread, waiting);
            } else {
                assert_eq!(world.refused(thread, waiting), denied);
            }
            if may_signal && !no_signal {
                world.ok(thread, signalling);
            } else {
                assert_eq!(world.refused(thread, signalling), denied);
            }
        }
    }
}

#[test]
fn acc_16_sharing_again_cannot_widen() {
    let Pair { mut world, me, thread, device, fence, .. } = pair();
    let weak = world.share(thread, share_one(fence, READ_CONTROL | WAIT));
    let (opened, _) = world.open_nt2(thread, weak, device);
    let denied = (NtStatus::ACCESS_DENIED, rule::ACC_16);
    for wish in [SIGNAL, WAIT | SIGNAL, GENERIC_ALL, GENERIC_WRITE, MAXIMUM_ALLOWED | SIGNAL] {
        assert_eq!(world.refused(thread, share(share_one(opened, wish))), denied, "{wish:x}");
    }
    // Standard rights are not limited, and MAXIMUM_ALLOWED stays within the limit.
    let standard = world.share(thread, share_one(opened, SYNC_ALL & !SIGNAL));
    let maximum = world.share(thread, share_one(opened, MAXIMUM_ALLOWED));
    for handle in [standard, maximum] {
        assert_eq!(world.mask(me, handle), SYNC_ALL & !SIGNAL);
    }
    // The flags of a device are no limit.
    let limited = world.make(thread, create2(device, fence_info(), SHARED_NT | NO_SIGNAL)).0;
    world.share(thread, share_one(limited, GENERIC_ALL));
}

fn fence_info() -> kmt_core::SyncObjectInfo {
    fence(0)
}

#[test]
fn nam_15_acc_16_nam_18_order_of_the_last_checks() {
    let Pair { mut world, thread, device, fence, .. } = pair();
    let weak = world.share(thread, share_one(fence, READ_CONTROL));
    let (opened, _) = world.open_nt2(thread, weak, device);
    let path = r"\closed".encode_utf16().collect();
    let refused_users = std::collections::BTreeSet::from([0]);
    world.host(Host::AddDirectory(kmt_core::AddDirectory { path, refused_users }));
    let into = |desired_access| {
        let attributes = ObjectAttributes::named(r"\closed\foo");
        share(ShareObjects { desired_access, ..share_with(opened, attributes) })
    };
    assert_eq!(world.refused(thread, into(WAIT)), (NtStatus::ACCESS_DENIED, rule::ACC_16));
    assert_eq!(world.refused(thread, into(READ_CONTROL)), (NtStatus::ACCESS_DENIED, rule::NAM_15));
    // An existing object is opened through OBJ_OPENIF whatever the local handle may do.
    world.share_named(thread, fence, NAME);
    let openif = ObjectAttributes { attributes: OBJ_OPENIF, ..named() };
    world.share_existing(thread, share_with(opened, openif));
}

#[test]
fn nth_10_nth_22_a_shared_object_is_no_process() {
    let Pair { mut world, me, thread, device, fence, to_other, .. } = pair();
    let mutex = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    let handle = world.share(thread, share_one(mutex, GENERIC_ALL));
    let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::NTH_10);
    for request in [
        DuplicateHandle { source_process: handle, ..same_access(handle) },
        DuplicateHandle { target_process: handle, ..same_access(handle) },
    ] {
        assert_eq!(world.refused(thread, Request::DuplicateHandle(request)), mismatch);
    }
    let section = world.place_section(me);
    for other in [to_other, section, world.new_event(thread, true)] {
        let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_14);
        assert_eq!(world.refused(thread, open_nt(other)), mismatch);
        assert_eq!(world.refused(thread, open_nt2(other, device, 0)), mismatch);
    }
    let narrowed = DuplicateHandle { options: 0, desired_access: DUP_HANDLE | WAIT, ..same_access(handle) };
    world.duplicate(thread, narrowed);
    world.share(thread, share_one(fence, GENERIC_ALL));
}
