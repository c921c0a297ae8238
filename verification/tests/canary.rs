//! Every planted mistake is found exhaustively, and its shortest sequence has the pinned length.

use kmt::canary;
use kmt::explore::ExploreError;
use kmt_core::Planted;

#[test]
fn every_planted_mistake_is_found_at_its_pinned_length() {
    let pinned = canary::pinned().expect("planted.toml parses");
    let mut wrong = Vec::new();
    canary::find_all(Planted::ALL, &pinned, |planted, found| {
        let length = found.map(|found| found.sequence.len());
        let pin = pinned.get(planted.name());
        if length.is_none() || length != pin.map(|pin| pin.length) {
            wrong.push(format!("{}: {length:?}, pinned {pin:?}", planted.name()));
        }
        Ok::<_, ExploreError>(())
    })
    .expect("the pair worlds can be searched");
    assert!(wrong.is_empty(), "kmt canary --bless mends moved lengths:\n{}", wrong.join("\n"));
}

#[test]
fn every_pinned_length_is_of_a_planted_mistake() {
    let pinned = canary::pinned().expect("planted.toml parses");
    let known: Vec<_> = Planted::ALL.iter().map(|planted| planted.name()).collect();
    assert!(pinned.keys().all(|name| known.contains(&name.as_str())), "{pinned:?}");
    assert!(known.len() >= 5);
}
