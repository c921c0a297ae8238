//! ShareObjects: what it accepts, what it makes, and what lives how long.

mod common;

use common::mutex::{NT_SECURITY_SHARING, bytes, create2 as create_mutex2};
use common::share::{
    GENERIC_ALL, NAME, OBJ_OPENIF, Pair, READ_CONTROL, SHARED_NT, SIGNAL, SYNC_ALL, WAIT, open_nt, open_nt2,
    pair, pair_of, share, share_one, share_with,
};
use common::sync::{
    MUTEX, SHARED, create, create2, destroy_sync, fence, open_shared, removed, signal, wait, wait_with,
};
use common::{World, close_nt, destroy, local, nt, stop};
use kmt_core::{
    AdapterId, Answer, Effect, Holder, Incident, Kernel, Limits, LocalHandle, NtHandle, NtObjectBody,
    NtStatus, ObjectAttributes, Output, Profile, Request, ShareObjects, SyncObjectInfo, SyncState, rule,
};

const fn invalid(rule: rule::Rule) -> (NtStatus, rule::Rule) {
    (NtStatus::INVALID_PARAMETER, rule)
}

fn list(objects: &[LocalHandle]) -> ShareObjects {
    ShareObjects {
        object_count: objects.len() as u32,
        objects: Some(objects.to_vec()),
        ..share_one(LocalHandle::ZERO, GENERIC_ALL)
    }
}

#[test]
fn shr_01_shr_12_each_share_makes_an_nt_object_of_its_own() {
    let Pair { mut world, me, thread, fence, .. } = pair();
    let before: Vec<_> = world.kernel.sync_objects().collect();
    let handles: Vec<_> = [SYNC_ALL, WAIT].map(|mask| world.share(thread, share_one(fence, mask))).to_vec();
    let entries: Vec<_> = handles.iter().map(|handle| world.nt_entry(me, *handle).unwrap()).collect();
    assert_ne!(entries[0].object, entries[1].object);
    assert_eq!((entries[0].granted_access, entries[1].granted_access), (SYNC_ALL, WAIT));
    // NTH-01, NTH-02: the handle to the other process has the value 4.
    assert_eq!((handles[0], handles[1]), (nt(8), nt(12)));
    let mut after: Vec<_> = world.kernel.sync_objects().collect();
    assert_eq!(after[0].nt_objects, 2);
    after[0].nt_objects = 0;
    assert_eq!(after, before, "a share changes nothing of what is shared");
    for entry in entries {
        let object = world.kernel.nt_objects().find(|object| object.id == entry.object).unwrap();
        assert_eq!(object.body, NtObjectBody::SharedSyncObject { object: before[0].id });
        assert_eq!((object.handles, object.name), (1, None));
    }
}

#[test]
fn shr_02_shr_03_counts_and_pointers() {
    let Pair { mut world, thread, fence, .. } = pair();
    let good = share_one(fence, GENERIC_ALL);
    let no_list = ShareObjects { objects: None, object_count: 0, ..good.clone() };
    assert_eq!(world.refused(thread, share(no_list)), invalid(rule::SHR_03));
    let no_place = ShareObjects { report_handle: false, object_count: 9, ..good.clone() };
    assert_eq!(world.refused(thread, share(no_place)), invalid(rule::SHR_03));
    for object_count in [0, 4, u32::MAX] {
        let wrong = ShareObjects { object_count, objects: Some(vec![LocalHandle::ZERO]), ..good.clone() };
        assert_eq!(world.refused(thread, share(wrong)), invalid(rule::SHR_02));
    }
    // An entry beyond the end of the array reads as 0.
    let short = ShareObjects { object_count: 2, ..good };
    assert_eq!(world.refused(thread, share(short)), invalid(rule::SHR_09));
}

#[test]
fn shr_04_shr_05_lists_that_are_not_accepted() {
    let Pair { mut world, thread, device, fence, .. } = pair();
    let adapter = world.open(thread, common::LUID);
    let other = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    // A mutex that was made for it is refused like any other: its list begins with a resource.
    let made_for_it = create_mutex2(0, bytes(b""), NT_SECURITY_SHARING);
    let Output::CreateKeyedMutex { keyed_mutex: mutex, .. } = world.ok(thread, made_for_it) else {
        panic!("no mutex")
    };
    let wrong: [&[LocalHandle]; 12] = [
        &[mutex],
        &[adapter],
        &[device],
        &[fence, fence],
        &[fence, other],
        &[mutex, fence],
        &[fence, mutex],
        &[fence, adapter],
        &[device, mutex, fence],
        &[fence, other, mutex],
        &[mutex, mutex, mutex],
        &[fence, fence, fence],
    ];
    for objects in wrong {
        assert_eq!(world.refused(thread, share(list(objects))), invalid(rule::SHR_04), "{objects:?}");
    }
    world.share(thread, list(&[other]));
}

#[test]
fn shr_07_shr_10_shr_13_only_what_was_created_for_it() {
    let Pair { mut world, thread, device, .. } = pair();
    let event = world.new_event(thread, true);
    let unshared = world.make(thread, create2(device, fence(0), 0)).0;
    let first_form = world.make(thread, create(device, MUTEX)).0;
    let (global_only, global, _) = world.make(thread, create2(device, MUTEX, SHARED));
    let Output::OpenSynchronizationObject { sync_object: opened } = world.ok(thread, open_shared(global))
    else {
        panic!("not opened")
    };
    let notification = create2(device, SyncObjectInfo::CpuNotification { event }, 0);
    let notification = world.make(thread, notification).0;
    for object in [unshared, first_form, global_only, opened, notification] {
        assert_eq!(world.refused(thread, share(share_one(object, 0))), invalid(rule::SHR_07));
    }
    let types = [
        MUTEX,
        SyncObjectInfo::Semaphore { max_count: 2, initial_count: 1 },
        SyncObjectInfo::Fence { value: 7 },
        fence(9),
    ];
    for info in types {
        let object = world.make(thread, create2(device, info, SHARED_NT)).0;
        let handle = world.share(thread, share_one(object, GENERIC_ALL));
        // SHR-13: so is a handle that was opened through an NT handle.
        let (opened, _) = world.open_nt2(thread, handle, device);
        world.share(thread, share_one(opened, GENERIC_ALL));
    }
}

#[test]
fn shr_08_shr_18_what_a_failed_share_writes() {
    for (profile, writes) in [(Profile::windows(), false), (Profile::documented(), true)] {
        let world = World { kernel: Kernel::new(profile, Limits::default()).unwrap() };
        let Pair { mut world, thread, device, fence, .. } = pair_of(world);
        let unshared = world.make(thread, create2(device, MUTEX, 0)).0;
        let before = world.kernel.clone();
        let refusal = kmt_core::Refusal { status: NtStatus::INVALID_PARAMETER, rule: rule::SHR_07 };
        let answer = world.call(thread, share(share_one(unshared, 0))).answer;
        assert_eq!(world.kernel, before);
        let output = Output::ShareObjects { handle: NtHandle::ZERO };
        let written = Answer::RefusedButWritten { refusal, output };
        assert_eq!(answer, if writes { written } else { Answer::Refused(refusal) });
        // No other failure writes anything.
        let twice = list(&[fence, fence]);
        assert_eq!(world.refused(thread, share(twice)), invalid(rule::SHR_04));
    }
}

#[test]
fn shr_09_hnd_26_dead_foreign_global_and_nt_handles() {
    let Pair { mut world, thread, device, fence, other_thread, .. } = pair();
    let (_, global, _) = world.make(thread, create2(device, MUTEX, SHARED));
    let nt_handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let (second, _) = world.open_nt2(thread, nt_handle, device);
    world.ok(thread, destroy_sync(second));
    for raw in [0, second.raw(), global.raw(), nt_handle.raw() as u32, 0x4FFF_FFC0] {
        assert_eq!(world.refused(thread, share(share_one(local(raw), 0))), invalid(rule::SHR_09), "{raw:x}");
    }
    // The number of a handle means another thing, or nothing, elsewhere.
    let request = share_one(fence, GENERIC_ALL);
    assert_eq!(world.refused(other_thread, share(request)), invalid(rule::SHR_09));
}

#[test]
fn shr_16_shr_17_tdr_10_the_state_of_objects_and_devices_does_not_matter() {
    let Pair { mut world, thread, device, fence: shared, .. } = pair();
    let event = world.new_event(thread, true);
    world.register(thread, wait_with(device, &[(shared, 5)], event, 0));
    world.share(thread, share_one(shared, GENERIC_ALL));
    world.ok(thread, common::mark(device, common::sync::GENERIC));
    world.share(thread, share_one(shared, GENERIC_ALL));
    world.incident(stop(AdapterId::from_number(0)));
    let handle = world.share(thread, share_one(shared, GENERIC_ALL));
    // LIF-10: it can be closed as well.
    world.close_nt(thread, handle);
}

#[test]
fn lif_03_opn_19_an_nt_handle_alone_keeps_the_object() {
    let Pair { mut world, me, thread, device, fence, other, other_thread, other_device, to_other } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let theirs = world.give(thread, handle, to_other);
    world.ok(thread, signal(device, &[(fence, 7)], 0));
    world.ok(thread, destroy_sync(fence));
    assert_eq!(world.object().handles, 0);
    world.close_nt(thread, handle);
    world.ok(thread, destroy(device));
    world.incident(Incident::KillProcess(me));
    assert_eq!(world.object().state, SyncState::MonitoredFence { value: 7 });
    let (opened, _) = world.open_nt2(other_thread, theirs, other_device);
    assert_eq!(world.value(other, opened), 7);
    // With the last reference it goes, whichever that is.
    world.close_nt(other_thread, theirs);
    assert_eq!(world.object().handles, 1);
    world.ok(other_thread, destroy_sync(opened));
    assert_eq!(world.kernel.sync_objects().count(), 0);
}

#[test]
fn lif_04_nth_07_a_local_handle_alone_keeps_it_and_the_name_can_be_used_again() {
    let Pair { mut world, thread, fence, .. } = pair();
    for _ in 0..3 {
        let handle = world.share_named(thread, fence, NAME);
        assert!(world.finds(thread, NAME));
        world.close_nt(thread, handle);
        assert!(!world.finds(thread, NAME));
        assert_eq!(world.object().handles, 1);
    }
}

#[test]
fn lif_05_lif_08_handles_go_one_by_one() {
    let Pair { mut world, me, thread, device, fence, .. } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let second_device = {
        let adapter = world.open(thread, common::LUID);
        world.create(thread, adapter)
    };
    let (second, _) = world.open_nt2(thread, handle, second_device);
    world.ok(thread, destroy_sync(fence));
    assert_eq!(world.value(me, second), 0);
    // The end of a device frees what lives on it and leaves the NT handle.
    world.destroy(thread, second_device);
    assert_eq!(world.object().handles, 0);
    let (third, _) = world.open_nt2(thread, handle, device);
    world.ok(thread, signal(device, &[(third, 3)], 0));
}

#[test]
fn lif_01_lif_02_the_ledger_says_what_keeps_an_object() {
    let Pair { mut world, me, thread, device, fence, other, to_other, .. } = pair();
    let object = world.object().id;
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let nt_object = world.nt_entry(me, handle).unwrap().object;
    let theirs = world.give(thread, handle, to_other);
    let event = world.new_event(thread, false);
    let wait = world.register(thread, wait_with(device, &[(fence, 5), (fence, 6)], event, 0));
    let expected = vec![
        Holder::LocalHandle { process: me, handle: fence },
        Holder::NtObject(nt_object),
        Holder::Wait(wait),
    ];
    assert_eq!(world.kernel.holders(object), expected);
    let handles =
        vec![Holder::NtHandle { process: me, handle }, Holder::NtHandle { process: other, handle: theirs }];
    assert_eq!(world.kernel.nt_holders(nt_object), handles);
    let event_object = world.nt_entry(me, event).unwrap().object;
    world.make(thread, create2(device, SyncObjectInfo::CpuNotification { event }, 0));
    world.close_nt(thread, event);
    let notification = world.kernel.sync_objects().last().unwrap().id;
    let registered = vec![Holder::Wait(wait), Holder::SyncObject(notification)];
    assert_eq!(world.kernel.nt_holders(event_object), registered);
    let process = world.nt_entry(me, to_other).unwrap().object;
    let standing = vec![Holder::NtHandle { process: me, handle: to_other }, Holder::Process(other)];
    assert_eq!(world.kernel.nt_holders(process), standing);
    // Nothing keeps what is not there.
    world.incident(Incident::KillProcess(me));
    world.incident(Incident::KillProcess(other));
    assert_eq!((world.kernel.holders(object), world.kernel.nt_holders(nt_object)), (vec![], vec![]));
}

#[test]
fn lif_06_lif_12_a_registered_wait_keeps_what_was_shared() {
    let Pair { mut world, thread, device, fence, .. } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let event = world.new_event(thread, true);
    world.register(thread, wait_with(device, &[(fence, 5)], event, 0));
    world.ok(thread, destroy_sync(fence));
    world.close_nt(thread, handle);
    let view = world.object();
    assert_eq!((view.handles, view.nt_objects, view.waits), (0, 0, 1));
    world.destroy(thread, device);
    assert_eq!(world.kernel.sync_objects().count(), 0);
}

#[test]
fn opn_18_openers_share_one_state_and_a_signal_reaches_all() {
    let Pair { mut world, me, thread, device, fence, other, other_thread, other_device, to_other, .. } =
        pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let theirs = world.give(thread, handle, to_other);
    let (opened, _) = world.open_nt2(other_thread, theirs, other_device);
    let id = world.blocked(other_thread, wait(other_device, &[(opened, 4)], 0));
    let effects = world.effects(thread, signal(device, &[(fence, 4)], 0));
    assert_eq!(effects, [common::sync::reached(other_thread, id)]);
    assert_eq!((world.value(me, fence), world.value(other, opened)), (4, 4));
    // An open changes nothing of the state, and the end of one process nothing of the other.
    let id = world.blocked(other_thread, wait(other_device, &[(opened, 9)], 0));
    let effects = world.incident(Incident::KillProcess(me));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Resume { .. })));
    assert_eq!(world.value(other, opened), 4);
    let last = world.thread(other);
    let effects = world.call(last, destroy(other_device)).effects;
    assert!(effects.contains(&removed(other_thread, id, rule::CPU_19)));
}

#[test]
fn scd_18_scd_34_another_adapter_notices_in_a_step_of_its_own() {
    let Pair { mut world, thread, device, other, other_thread, .. } = pair();
    world.adapter(common::OTHER_LUID);
    let cross = SHARED_NT | common::sync::CROSS_ADAPTER;
    let fence = world.make(thread, create2(device, fence(0), cross)).0;
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let to_other = nt(4);
    let theirs = world.give(thread, handle, to_other);
    let adapter = world.open(other_thread, common::OTHER_LUID);
    let far = world.create(other_thread, adapter);
    let (opened, _) = world.open_nt2(other_thread, theirs, far);
    let id = world.blocked(other_thread, wait(far, &[(opened, 1)], 0));
    assert_eq!(world.effects(thread, signal(device, &[(fence, 1)], 0)), []);
    // The value is read at once, and the wait is satisfied only by a look.
    assert_eq!(world.value(other, opened), 1);
    let [kmt_core::Step::Notice { object, adapter, .. }] = world.kernel.choices()[..] else {
        panic!("{:?}", world.kernel.choices())
    };
    assert_eq!(
        (object, adapter),
        (world.kernel.sync_objects().last().unwrap().id, AdapterId::from_number(1))
    );
    let step = world.kernel.choices().remove(0);
    let effects = world.event(kmt_core::Event::Step(step)).effects;
    assert_eq!(effects, [common::sync::reached(other_thread, id)]);
    assert_eq!(world.kernel.choices(), []);
}

#[test]
fn syn_40_a_fence_that_an_nt_object_carries_can_still_be_signalled() {
    let Pair { mut world, thread, device, fence, .. } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let event = world.new_event(thread, true);
    let wait = world.register(thread, wait_with(device, &[(fence, 5)], event, 0));
    world.ok(thread, destroy_sync(fence));
    assert_eq!(world.kernel.orphaned_waits(), []);
    world.close_nt(thread, handle);
    assert_eq!(world.kernel.orphaned_waits(), [wait]);
}

#[test]
fn nth_05_limits_of_a_share() {
    let limits = Limits { nt_handles_per_process: 2, nt_objects: 1, ..Limits::default() };
    let Pair { mut world, thread, fence, .. } = pair_of(World::with_limits(limits));
    let first = world.share_named(thread, fence, NAME);
    let again = || share(share_one(fence, GENERIC_ALL));
    let full = (NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05);
    assert_eq!(world.refused(thread, again()), full);
    // The handle to the other process makes room for one more.
    world.close_nt(thread, nt(4));
    assert_eq!(world.refused(thread, again()), (NtStatus::NO_MEMORY, rule::NTH_05));
    // An existing object needs no new one.
    let attributes = ObjectAttributes { attributes: OBJ_OPENIF, ..ObjectAttributes::named(NAME) };
    world.share_existing(thread, share_with(fence, attributes));
    world.close_nt(thread, nt(4));
    world.close_nt(thread, first);
    world.ok(thread, again());
}

#[test]
fn nth_17_nth_18_nam_04_shared_objects_are_inherited_when_it_is_asked_for() {
    let Pair { mut world, thread, fence, .. } = pair();
    let plain = world.share(thread, share_one(fence, GENERIC_ALL));
    let attributes =
        ObjectAttributes { attributes: common::share::OBJ_INHERIT, ..ObjectAttributes::unnamed() };
    let marked = world.share(
        thread,
        ShareObjects { desired_access: READ_CONTROL | SIGNAL, ..share_with(fence, attributes) },
    );
    let (child, _) = world.child(thread, true);
    assert_eq!(world.nt_entry(child, plain), None);
    let entry = world.nt_entry(child, marked).unwrap();
    assert_eq!((entry.granted_access, entry.inherit), (READ_CONTROL | SIGNAL, true));
    let child_thread = world.thread(child);
    // NTH-19: at the same value. Closing one of the two leaves the other.
    world.close_nt(thread, marked);
    let adapter = world.open(child_thread, common::LUID);
    let device = world.create(child_thread, adapter);
    world.open_nt2(child_thread, marked, device);
    assert_eq!(world.refused(child_thread, open_nt(plain)), (NtStatus::INVALID_HANDLE, rule::OPN_05));
    assert_eq!(
        world.refused(child_thread, open_nt2(plain, device, 0)),
        (NtStatus::INVALID_HANDLE, rule::OPN_08)
    );
    let (stranger, _) = world.child(thread, false);
    assert_eq!(world.nt_entry(stranger, plain), None);
}

#[test]
fn nth_08_nth_20_the_end_of_a_process_closes_protected_handles_and_names() {
    let Pair { mut world, me, thread, fence, other_thread, .. } = pair();
    let handle = world.share_named(thread, fence, NAME);
    world.set_flags(me, handle, false, true);
    assert_eq!(world.refused(thread, close_nt(handle)), (NtStatus::HANDLE_NOT_CLOSABLE, rule::NTH_08));
    assert!(world.finds(other_thread, NAME));
    world.incident(Incident::KillProcess(me));
    assert!(!world.finds(other_thread, NAME));
    assert_eq!(world.kernel.sync_objects().count(), 0);
    // A handle elsewhere keeps object and name.
    let Pair { mut world, me, thread, fence, other_thread, to_other, .. } = pair();
    let handle = world.share_named(thread, fence, NAME);
    let theirs = world.give(thread, handle, to_other);
    world.ok(thread, Request::ExitProcess);
    assert!(!world.kernel.processes().any(|process| process.id == me));
    assert!(world.finds(other_thread, NAME));
    world.close_nt(other_thread, theirs);
    assert!(!world.finds(other_thread, NAME));
}
