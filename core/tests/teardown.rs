//! How things end.

mod common;

use common::{ALL_ACCESS, LUID, OTHER_LUID, World, destroy, mark, state};
use kmt_core::{Effect, Event, Incident, Kernel, Misuse, NtStatus, Reclaimable, Request, Step, rule};

const DEAD: (NtStatus, rule::Rule) = (NtStatus::INVALID_PARAMETER, rule::HND_09);

#[test]
fn trd_05_lif_08_a_destroyed_device_loses_its_handle_and_touches_nothing_else() {
    let (mut world, process, thread) = World::with_adapter();
    let (adapter, second) = (world.open(thread, LUID), world.open(thread, LUID));
    let (device, sister) = (world.create(thread, adapter), world.create(thread, adapter));
    let handle = world.place(process, process, ALL_ACCESS);
    let id = world.kernel.devices().next().unwrap().id;
    assert_eq!(world.call(thread, destroy(device)).effects, [Effect::DeviceDestroyed { device: id }]);
    assert_eq!(world.refused(thread, state(device, 1)), DEAD);
    world.state(thread, sister);
    assert!(world.nt_entry(process, handle).is_some());
    world.close(thread, second);
    world.state(thread, sister);
}

#[test]
fn trd_14_inv_42_a_reclaim_is_a_step_of_its_own_and_touches_no_table() {
    let (mut world, process, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let devices = [(); 3].map(|()| world.create(thread, adapter));
    let ids: Vec<_> = world.kernel.devices().map(|device| device.id).collect();
    for place in [2, 0] {
        world.destroy(thread, devices[place]);
    }
    let reclaim = |place: usize| Step::Reclaim(Reclaimable::Device(ids[place]));
    assert_eq!(world.kernel.choices(), [reclaim(0), reclaim(2)], "in order of creation");
    let table = world.kernel.local_table(process);
    let mut left = 2;
    for place in [2, 0] {
        let outcome = world.event(Event::Step(reclaim(place)));
        assert!(outcome.effects.is_empty());
        left -= 1;
        assert_eq!(world.kernel.choices().len(), left);
        assert_eq!(world.kernel.local_table(process), table);
        let again = Event::Step(reclaim(place));
        assert_eq!(world.misuse(again), Misuse::StepNotEnabled(reclaim(place)));
    }
    assert_eq!(world.misuse(Event::Step(reclaim(1))), Misuse::StepNotEnabled(reclaim(1)));
    world.state(thread, devices[1]);
}

#[test]
fn trd_10_lif_09_exit_and_kill_are_alike() {
    let stage = || {
        let (mut world, process, thread) = World::with_adapter();
        let second = world.thread(process);
        let adapter = world.open(thread, LUID);
        let devices = [(); 3].map(|()| world.create(thread, adapter));
        world.ok(thread, mark(devices[1], 0x8000_0000));
        world.destroy(thread, devices[2]);
        let (other, _) = world.process();
        world.place(process, other, 1);
        world.place(other, process, 1);
        (world, process, thread, second)
    };
    let (mut exited, process, thread, second) = stage();
    let ids: Vec<_> = exited.kernel.devices().map(|device| device.id).collect();
    let effects = exited.call(thread, Request::ExitProcess).effects;
    let expected = [
        Effect::DeviceDestroyed { device: ids[0] },
        Effect::DeviceDestroyed { device: ids[1] },
        Effect::ThreadEnded { thread },
        Effect::ThreadEnded { thread: second },
        Effect::ProcessEnded { process },
    ];
    assert_eq!(effects, expected);
    let (mut killed, ..) = stage();
    assert_eq!(killed.incident(Incident::KillProcess(process)), expected);
    assert_eq!(exited.kernel, killed.kernel);
}

#[test]
fn trd_11_inv_29_nothing_is_left_of_an_ended_process() {
    let (mut world, process, thread) = World::with_adapter();
    let (other, stranger) = world.process();
    let adapter = world.open(thread, LUID);
    world.create(thread, adapter);
    let destroyed = world.create(thread, adapter);
    world.destroy(thread, destroyed);
    world.place(process, other, 1);
    world.place(other, process, 1);
    let theirs = world.open(stranger, LUID);
    let device = world.create(stranger, theirs);
    world.incident(Incident::KillProcess(process));
    assert!(world.kernel.devices().all(|view| view.process == other));
    assert!(world.kernel.threads().all(|view| view.process == other));
    assert_eq!(world.kernel.local_table(process), None);
    assert_eq!(world.kernel.nt_table(process), None);
    assert!(world.kernel.choices().is_empty());
    assert_eq!((world.nt_count(other), world.nt_count(process)), (Some(0), Some(1)));
    world.state(stranger, device);
    assert_eq!(world.misuse(common::call(thread, Request::ExitProcess)), Misuse::ThreadEnded(thread));
}

#[test]
fn inv_68_inv_67_with_the_last_process_everything_is_gone() {
    let (mut world, first, thread) = World::with_adapter();
    let (second, stranger) = world.process();
    for (holder, target) in [(first, second), (second, first), (first, first)] {
        world.place(holder, target, ALL_ACCESS);
    }
    for caller in [thread, stranger] {
        let adapter = world.open(caller, LUID);
        let device = world.create(caller, adapter);
        world.create(caller, adapter);
        world.destroy(caller, device);
    }
    world.ok(thread, Request::ExitProcess);
    world.ok(stranger, Request::ExitProcess);
    assert_eq!(world.kernel.processes().count(), 0);
    assert_eq!(world.kernel.threads().count(), 0);
    assert_eq!(world.kernel.devices().count(), 0);
    assert_eq!(world.kernel.nt_objects().count(), 0);
}

#[test]
fn trd_12_the_end_of_a_thread_touches_nothing_of_its_process() {
    let (mut world, process, thread) = World::with_adapter();
    let second = world.thread(process);
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    assert_eq!(world.incident(Incident::EndThread(thread)), [Effect::ThreadEnded { thread }]);
    assert_eq!(world.misuse(common::call(thread, destroy(device))), Misuse::ThreadEnded(thread));
    world.state(second, device);
    // Without any thread the process goes on, and the host can start another one.
    world.incident(Incident::EndThread(second));
    let third = world.thread(process);
    world.state(third, device);
}

#[test]
fn trd_14_equal_situations_compare_equal_whatever_came_before() {
    let (mut world, _, thread) = World::with_adapter();
    world.adapter(OTHER_LUID);
    let (adapter, other) = (world.open(thread, LUID), world.open(thread, OTHER_LUID));
    let settle = |world: &mut World| {
        for step in world.kernel.choices() {
            world.event(Event::Step(step));
        }
    };
    // Two devices made and destroyed in either order, with the reclaims in either order, leave the same places.
    let before = world.kernel.clone();
    let run = |kernel: &Kernel, first_destroyed: usize, together: bool| {
        let mut world = World { kernel: kernel.clone() };
        let devices = [adapter, other].map(|adapter| world.create(thread, adapter));
        for place in [first_destroyed, 1 - first_destroyed] {
            world.destroy(thread, devices[place]);
            if !together {
                settle(&mut world);
            }
        }
        settle(&mut world);
        world.kernel
    };
    let kernels = [true, false].map(|together| run(&before, 0, together));
    assert_eq!(kernels[0], kernels[1]);
    let kernels = [true, false].map(|together| run(&before, 1, together));
    assert_eq!(kernels[0], kernels[1]);
}
