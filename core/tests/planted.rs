//! Every planted mistake shows, and with the switch off nothing does.

mod common;

use std::collections::BTreeSet;

use common::generator::Random;
use common::mutex_script::transcript_of_mutexes;
use common::script::{transcript, transcript_of_reuse};
use common::share_script::transcript_of_sharing;
use common::sync_script::transcript_of_fences;
use common::{World, small_table};
use kmt_core::{Event, Planted};

fn run(planted: Option<Planted>) -> [String; 5] {
    let small = World::with_limits(small_table(4, 0, 4)).kernel;
    let large = || World::new().kernel.with_planted(planted);
    [
        transcript(large()),
        transcript_of_reuse(small.with_planted(planted)),
        transcript_of_mutexes(large()),
        transcript_of_fences(large()),
        transcript_of_sharing(large()),
    ]
}

#[test]
fn with_the_switch_off_the_transcripts_are_the_pinned_ones() {
    let pinned = [
        include_str!("transcript.txt"),
        include_str!("transcript_of_reuse.txt"),
        include_str!("transcript_of_mutexes.txt"),
        include_str!("transcript_of_fences.txt"),
        include_str!("transcript_of_sharing.txt"),
    ];
    assert_eq!(run(None).each_ref().map(String::as_str), pinned);
}

#[test]
fn every_mistake_shows_and_no_two_look_alike() {
    let sound = run(None);
    let mut seen = BTreeSet::new();
    for mistake in Planted::ALL {
        let broken = run(Some(*mistake));
        assert_ne!(broken, sound, "{} does not show", mistake.name());
        assert!(seen.insert(broken), "{} looks like another one", mistake.name());
    }
}

#[test]
fn no_mistake_brings_the_kernel_down() {
    for mistake in Planted::ALL {
        for seed in 0..60 {
            let mut random = Random::new(seed);
            let (world, ..) = World::with_limits(small_table(4, 1, 8)).staged();
            let mut kernel = world.kernel.with_planted(Some(*mistake));
            for _ in 0..200 {
                let event = match kernel.choices().first() {
                    Some(step) if random.below(4) == 0 => Event::Step(step.clone()),
                    _ => random.event(&kernel),
                };
                // A misuse is an answer as well.
                let _ = kernel.handle(event);
            }
        }
    }
}

#[test]
fn every_mistake_says_what_it_is() {
    assert!(Planted::ALL.len() >= 50);
    let names: BTreeSet<_> = Planted::ALL.iter().map(|mistake| mistake.name()).collect();
    assert_eq!(names.len(), Planted::ALL.len());
    for mistake in Planted::ALL {
        assert!(mistake.description().ends_with('.'));
        assert!(!mistake.rule().id().is_empty());
    }
    assert!(Planted::ALL.is_sorted());
}
