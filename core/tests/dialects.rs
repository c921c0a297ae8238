//! Names and opens in the documented dialect, beside the observed one.

mod common;

use common::World;
use common::share::{
    GENERIC_ALL, NAME, OBJ_CASE_INSENSITIVE, OBJ_EXCLUSIVE, OBJ_OPENIF, Pair, Refused, SHARED_NT, named,
    open_name, pair_of, share, share_with,
};
use common::sync::{MUTEX, create2};
use kmt_core::{Kernel, Limits, NtStatus, Profile, rule};

const NO_PATH: Refused = (NtStatus::OBJECT_PATH_NOT_FOUND, rule::NAM_13);
const TAKEN: Refused = (NtStatus::OBJECT_NAME_COLLISION, rule::NAM_18);

#[test]
fn nam_17_documented_case_counts_unless_the_flag_says_otherwise() {
    let world = World { kernel: Kernel::new(Profile::documented(), Limits::default()).unwrap() };
    let Pair { mut world, thread, fence, .. } = pair_of(world);
    let (small, large) = (r"\BaseNamedObjects\foo", r"\BaseNamedObjects\Foo");
    world.share_named(thread, fence, small);
    assert!(!world.finds(thread, large));
    assert_eq!(
        world.refused(thread, open_name(named(r"\basenamedobjects\foo", |_| {}), GENERIC_ALL)),
        NO_PATH
    );
    let ignoring = |name| named(name, |given| given.attributes = OBJ_CASE_INSENSITIVE);
    assert_eq!(world.refused(thread, share(share_with(fence, ignoring(large)))), TAKEN);
    world.ok(thread, open_name(ignoring(large), GENERIC_ALL));
    world.share_named(thread, fence, large);
    world.open_name(thread, large, GENERIC_ALL);
}

#[test]
fn nam_06_documented_an_exclusive_object_is_for_its_maker() {
    let world = World { kernel: Kernel::new(Profile::documented(), Limits::default()).unwrap() };
    let Pair { mut world, me, thread, fence, other_thread, to_other, .. } = pair_of(world);
    let with = |name, attributes| named(name, |given| given.attributes = attributes);
    let handle = world.share(thread, share_with(fence, with(NAME, OBJ_EXCLUSIVE)));
    let object = world.nt_entry(me, handle).unwrap().object;
    let view = world.kernel.nt_objects().find(|view| view.id == object).unwrap();
    assert_eq!(view.exclusive, Some(me));
    let denied = (NtStatus::ACCESS_DENIED, rule::NAM_06);
    for flags in [0, OBJ_EXCLUSIVE] {
        world.ok(thread, open_name(with(NAME, flags), GENERIC_ALL));
        assert_eq!(world.refused(other_thread, open_name(with(NAME, flags), GENERIC_ALL)), denied);
    }
    // A handle that is given is used like any other.
    world.give(thread, handle, to_other);
    // What was not made with the flag is not opened with it.
    let plain = r"\BaseNamedObjects\plain";
    world.share_named(thread, fence, plain);
    world.ok(other_thread, open_name(with(plain, 0), GENERIC_ALL));
    for thread in [thread, other_thread] {
        assert_eq!(world.refused(thread, open_name(with(plain, OBJ_EXCLUSIVE), GENERIC_ALL)), denied);
    }
    let openif = share_with(fence, with(plain, OBJ_OPENIF | OBJ_EXCLUSIVE));
    assert_eq!(world.refused(thread, share(openif)), denied);
}

#[test]
fn opn_02_documented_an_open_by_name_is_for_fences() {
    for (profile, opens) in [(Profile::windows(), true), (Profile::documented(), false)] {
        let world = World { kernel: Kernel::new(profile, Limits::default()).unwrap() };
        let Pair { mut world, thread, device, fence, .. } = pair_of(world);
        let mutex = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
        world.share_named(thread, fence, NAME);
        world.open_name(thread, NAME, GENERIC_ALL);
        let name = r"\BaseNamedObjects\mutex";
        world.share_named(thread, mutex, name);
        if opens {
            world.open_name(thread, name, GENERIC_ALL);
        } else {
            // Before access is judged.
            let refused = world.refused(thread, open_name(named(name, |_| {}), 0));
            assert_eq!(refused, (NtStatus::INVALID_PARAMETER, rule::OPN_02));
        }
    }
}
