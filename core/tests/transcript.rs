//! The transcript of one fixed run, pinned. The same text must come out with and without the feature `planted`.

mod common;

use common::mutex_script::transcript_of_mutexes;
use common::script::{transcript, transcript_of_reuse};
use common::share_script::transcript_of_sharing;
use common::sync_script::transcript_of_fences;
use common::{World, small_table};

#[test]
fn the_transcript_is_the_pinned_one() {
    assert_eq!(transcript(World::new().kernel), include_str!("transcript.txt"));
}

#[test]
fn hnd_10_hnd_13_the_transcript_of_reuse_is_the_pinned_one() {
    let kernel = World::with_limits(small_table(4, 0, 4)).kernel;
    assert_eq!(transcript_of_reuse(kernel), include_str!("transcript_of_reuse.txt"));
}

#[test]
fn kmx_22_kmx_33_the_transcript_of_mutexes_is_the_pinned_one() {
    assert_eq!(transcript_of_mutexes(World::new().kernel), include_str!("transcript_of_mutexes.txt"));
}

#[test]
fn cpu_16_evt_02_tdr_07_the_transcript_of_fences_is_the_pinned_one() {
    assert_eq!(transcript_of_fences(World::new().kernel), include_str!("transcript_of_fences.txt"));
}

#[test]
fn nam_21_acc_15_lif_03_the_transcript_of_sharing_is_the_pinned_one() {
    assert_eq!(transcript_of_sharing(World::new().kernel), include_str!("transcript_of_sharing.txt"));
}
