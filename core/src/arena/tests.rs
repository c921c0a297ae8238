use super::Arena;

#[test]
fn the_lowest_free_number_is_used_again() {
    let mut arena = Arena::new();
    assert_eq!(["a", "b", "c", "d"].map(|value| arena.insert(value)), [0, 1, 2, 3]);
    assert_eq!((arena.remove(2), arena.remove(0), arena.remove(0)), (Some("c"), Some("a"), None));
    assert_eq!((arena.next_number(), arena.insert("e"), arena.insert("f"), arena.insert("g")), (0, 0, 2, 4));
    assert_eq!((arena.len(), arena.get(4), arena.get(5)), (5, Some(&"g"), None));
}

#[test]
fn equal_contents_are_equal_whatever_came_before() {
    let mut fresh = Arena::new();
    fresh.insert(1);
    let mut used = fresh.clone();
    for value in 2..9 {
        used.insert(value);
    }
    for number in [3, 7, 5, 1, 2, 6, 4] {
        assert_ne!(used, fresh);
        used.remove(number);
        assert!(used.is_coherent());
    }
    assert_eq!(used, fresh);
}
