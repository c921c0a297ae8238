//! Random lockstep: sequences of actions through core and model, shrunk when they differ; and the fuzz campaigns over
//! bytes of a fixed seed.

use arbitrary::Unstructured;
use kmt::bridge::{Lockstep, LockstepError};
use kmt::{campaign, generate};
use kmt_model::action::Action;
use kmt_model::rules;
use kmt_model::state::State;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

struct Reference;

impl ReferenceStateMachine for Reference {
    type State = State;
    type Transition = Action;

    fn init_state() -> BoxedStrategy<State> {
        Just(campaign::stage().expect("the stage is agreed on").model().clone()).boxed()
    }

    fn transitions(state: &State) -> BoxedStrategy<Action> {
        let state = state.clone();
        any::<[u8; 48]>()
            .prop_map(move |bytes| {
                generate::action(&mut Unstructured::new(&bytes), &state)
                    .expect("48 bytes are enough for an action")
            })
            .boxed()
    }

    fn apply(state: State, action: &Action) -> State {
        rules::apply(&state, action).map_or(state, |(after, _)| after)
    }

    fn preconditions(state: &State, action: &Action) -> bool {
        rules::is_formed(state, action)
    }
}

struct BothKernels;

impl StateMachineTest for BothKernels {
    type SystemUnderTest = Lockstep;
    type Reference = Reference;

    fn init_test(_: &State) -> Lockstep {
        campaign::stage().expect("the stage is agreed on")
    }

    fn apply(mut lockstep: Lockstep, after: &State, action: Action) -> Lockstep {
        match lockstep.act(&action) {
            // Where the limits stop the host, the model refuses and nothing moves.
            Ok(_) | Err(LockstepError::Misuse(_)) => {}
            Err(error) => panic!("{error}"),
        }
        assert_eq!(lockstep.model(), after);
        lockstep
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn core_and_model_agree_on_random_sequences(sequential 1..120 => BothKernels);
}

/// Bytes of a fixed seed, so that a failure comes back.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = state;
        word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ word >> 31).to_le_bytes()
    })
    .flatten()
    .take(length)
    .collect()
}

#[test]
fn campaigns_of_fixed_seeds_find_no_difference() {
    let mut events = 0;
    for seed in 0..300 {
        let bytes = bytes(seed, 4096);
        events += campaign::valid(&bytes).unwrap_or_else(|failure| panic!("valid, seed {seed}:\n{failure}"));
        events +=
            campaign::teardown(&bytes).unwrap_or_else(|failure| panic!("teardown, seed {seed}:\n{failure}"));
        events +=
            campaign::garbage(&bytes).unwrap_or_else(|failure| panic!("garbage, seed {seed}:\n{failure}"));
        events += campaign::handle_table::run(&bytes)
            .unwrap_or_else(|failure| panic!("table, seed {seed}: {failure}"));
    }
    assert!(events > 100_000, "the bytes made only {events} events");
}

#[test]
fn the_same_bytes_make_the_same_run() {
    for seed in 0..20 {
        let bytes = bytes(seed, 2048);
        assert_eq!(campaign::valid(&bytes), campaign::valid(&bytes));
        assert_eq!(campaign::garbage(&bytes), campaign::garbage(&bytes));
        assert_eq!(campaign::teardown(&bytes), campaign::teardown(&bytes));
    }
}
