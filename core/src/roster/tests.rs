use alloc::vec::Vec;

use super::Roster;

fn roster(ids: &[u32]) -> Roster<u32> {
    let mut roster = Roster::new();
    for id in ids {
        roster.append(*id);
    }
    roster
}

#[test]
fn members_come_in_the_order_in_which_they_joined() {
    let mut roster = roster(&[5, 2, 9, 2]);
    assert_eq!(roster.iter().collect::<Vec<_>>(), [5, 2, 9]);
    roster.remove(5);
    roster.append(5);
    roster.remove(7);
    assert_eq!(roster.iter().collect::<Vec<_>>(), [2, 9, 5]);
    assert!(roster.is_coherent());
}

#[test]
fn equal_orders_are_equal_whatever_came_before() {
    for gone in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
        let mut used = roster(&[1, 7, 2, 8, 3]);
        for id in gone {
            assert_ne!(used, roster(&[7, 8]));
            used.remove(id);
            assert!(used.is_coherent());
        }
        assert_eq!(used, roster(&[7, 8]));
        assert_ne!(used, roster(&[8, 7]));
    }
    let mut emptied = roster(&[4]);
    emptied.remove(4);
    assert!(emptied.is_empty());
    assert_eq!(emptied, Roster::new());
}
