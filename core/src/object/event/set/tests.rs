use alloc::vec::Vec;

use super::subsets;
use crate::id::WaitId;

fn waits(count: u32) -> Vec<WaitId> {
    (0..count).map(WaitId).collect()
}

#[test]
fn c9_subsets_are_all_of_them_once_and_in_order() {
    for of in 0..7 {
        let of = waits(of);
        for count in 0..8 {
            let found = subsets(&of, count);
            let chosen =
                |mask: u32| -> Vec<_> { of.iter().copied().filter(|wait| mask >> wait.0 & 1 == 1).collect() };
            let mut all: Vec<Vec<_>> =
                (0..1 << of.len()).map(chosen).filter(|chosen| chosen.len() == count).collect();
            all.sort();
            assert_eq!(found, all, "{count} of {}", of.len());
        }
    }
}

#[test]
fn evt_02_however_many_wait_each_of_them_is_an_option() {
    let of = waits(200_000);
    assert!(subsets(&of, 1).iter().flatten().eq(&of));
    assert_eq!(subsets(&of, of.len()), [of]);
}
