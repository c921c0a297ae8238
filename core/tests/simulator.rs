//! A kernel that runs by itself, and the ways to choose.

mod common;

use common::sync::{Bench, bench, set, wait_event};
use common::{LUID, World, call, close, create, destroy};
use kmt_core::{
    Call, Choose, ChooseError, Effect, Event, FirstEnabled, Incident, Kernel, Pick, Recorder, Replay, Seeded,
    SettleError, Simulator, Step,
};

/// A kernel with so many destroyed devices, and a living one.
fn with_destroyed(count: usize) -> Kernel {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let devices: Vec<_> = (0..=count).map(|_| world.create(thread, adapter)).collect();
    for device in &devices[..count] {
        world.destroy(thread, *device);
    }
    world.kernel
}

#[test]
fn inv_42_settling_takes_every_enabled_step_and_ends() {
    let mut simulator = Simulator::new(with_destroyed(5), FirstEnabled);
    assert_eq!(simulator.settle(), Ok(5));
    assert!(simulator.kernel().choices().is_empty());
    assert_eq!(simulator.kernel().devices().count(), 1);
    assert_eq!(simulator.settle(), Ok(0));
}

#[test]
fn inv_93_the_same_choices_are_the_same_run() {
    let record = |seed| {
        let mut simulator = Simulator::new(with_destroyed(12), Recorder::new(Seeded::new(seed)));
        simulator.settle().unwrap();
        let (kernel, recorder) = simulator.into_parts();
        (kernel, recorder.into_steps())
    };
    let (kernel, steps) = record(1);
    assert_eq!((kernel.clone(), steps.clone()), record(1));
    let others: Vec<_> = (2..6).map(|seed| record(seed).1).collect();
    assert!(others.iter().any(|other| *other != steps), "other seeds take other orders");
    let mut replayed = Simulator::new(with_destroyed(12), Replay::new(steps.clone()));
    assert_eq!(replayed.settle(), Ok(12));
    assert!(replayed.choose().is_finished());
    assert_eq!(*replayed.kernel(), kernel);
}

#[test]
fn the_default_policy_takes_the_oldest_first() {
    let kernel = with_destroyed(4);
    let listed = kernel.choices();
    let mut simulator = Simulator::new(kernel, Recorder::new(FirstEnabled));
    simulator.settle().unwrap();
    assert_eq!(simulator.choose().steps(), listed);
}

#[test]
fn a_replay_fails_loudly_where_a_step_is_not_enabled() {
    let kernel = with_destroyed(2);
    let step = kernel.choices().remove(1);
    let mut simulator = Simulator::new(kernel.clone(), Replay::new(vec![step.clone(), step.clone()]));
    let error = ChooseError::RecordedNotEnabled { position: 1, step: step.clone() };
    assert_eq!(simulator.settle(), Err(SettleError::Choose(error)));
    assert_eq!(simulator.choose().position(), 1);
    let mut simulator = Simulator::new(kernel, Replay::new(vec![step]));
    let error = ChooseError::RecordingEnded { length: 1 };
    assert_eq!(simulator.settle(), Err(SettleError::Choose(error.clone())));
    assert_eq!(error.to_string(), "the recording ends after 1 steps, and more are enabled");
}

#[test]
fn nothing_can_be_chosen_out_of_nothing() {
    assert_eq!(FirstEnabled.choose(&[]), Err(ChooseError::NothingEnabled));
    assert_eq!(Seeded::new(0).choose(&[]), Err(ChooseError::NothingEnabled));
}

#[test]
fn a_step_that_is_not_an_option_stops_the_run() {
    struct Stubborn(Step);
    impl Choose for Stubborn {
        fn choose(&mut self, _: &[Step]) -> Result<Step, ChooseError> {
            Ok(self.0.clone())
        }
    }
    let kernel = with_destroyed(2);
    let step = kernel.choices().remove(0);
    let mut simulator = Simulator::new(kernel, Stubborn(step.clone()));
    assert_eq!(simulator.settle(), Err(SettleError::NotAnOption(step)));
}

#[test]
fn a_seed_reaches_every_option() {
    let options = with_destroyed(7).choices();
    let mut seeded = Seeded::new(3);
    let mut seen = vec![0; options.len()];
    for _ in 0..700 {
        let step = seeded.choose(&options).unwrap();
        seen[options.iter().position(|option| *option == step).unwrap()] += 1;
    }
    assert!(seen.iter().all(|count| (50..200).contains(count)), "{seen:?}");
}

#[test]
fn effects_are_kept_until_they_are_fetched() {
    let (mut world, process, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    world.create(thread, adapter);
    let id = world.kernel.devices().next().unwrap().id;
    let mut simulator = Simulator::new(world.kernel, FirstEnabled);
    simulator.handle(call(thread, close(adapter))).unwrap();
    simulator.settle().unwrap();
    simulator.handle(Event::Incident(Incident::KillProcess(process))).unwrap();
    assert_eq!(
        simulator.take_effects(),
        [
            Effect::DeviceDestroyed { device: id },
            Effect::ThreadEnded { thread },
            Effect::ProcessEnded { process }
        ]
    );
    assert!(simulator.take_effects().is_empty());
}

#[test]
fn a_large_kernel_is_checked_now_and_then() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let mut simulator = Simulator::new(world.kernel, Seeded::new(5));
    for _ in 0..3_000 {
        simulator.handle(call(thread, create(adapter))).unwrap();
    }
    let mut device = 0x4000_0040;
    while simulator.kernel().devices().count() > 2_990 {
        simulator.handle(call(thread, destroy(common::local(device)))).unwrap();
        simulator.settle().unwrap();
        device += 0x40;
    }
    kmt_core::invariant::check(simulator.kernel()).unwrap();
}

#[test]
fn evt_02_c9_without_a_pick_those_who_have_waited_longest_are_released() {
    let Bench { mut world, threads, .. } = bench();
    let event = world.new_event(threads[0], false);
    let mut simulator = Simulator::new(world.kernel, Seeded::new(7));
    for thread in &threads[1..] {
        simulator.handle(call(*thread, wait_event(event, None))).unwrap();
    }
    for expected in &threads[1..3] {
        simulator.handle(call(threads[0], set(event))).unwrap();
        let effects = simulator.take_effects();
        assert!(matches!(effects.as_slice(), [Effect::Resume { thread, .. }] if thread == expected));
    }
    // A pick that is given is taken.
    let pick = Pick::Release(vec![threads[4]]);
    let request = set(event);
    simulator.handle(Event::Call(Call { thread: threads[0], request, pick })).unwrap();
    let effects = simulator.take_effects();
    assert!(matches!(effects.as_slice(), [Effect::Resume { thread, .. }] if *thread == threads[4]));
}
