use super::{Case, Entry, Namespace, upper};
use crate::id::NtObjectId;
use alloc::vec::Vec;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

#[test]
fn nam_17_a_unit_has_an_upper_case_form_of_one_unit_or_stays() {
    for (from, to) in
        [('a', 'A'), ('A', 'A'), ('é', 'É'), ('ÿ', 'Ÿ'), ('ſ', 'S'), ('ß', 'ß'), ('ŉ', 'ŉ'), ('7', '7')]
    {
        assert_eq!(upper(from as u16), to as u16, "{from}");
    }
    for surrogate in [0xD800, 0xDBFF, 0xDC00, 0xDFFF] {
        assert_eq!(upper(surrogate), surrogate);
    }
}

#[test]
fn nam_17_names_that_differ_in_case_only_are_told_apart_when_asked() {
    let mut namespace = Namespace::new();
    let (small, large) = (Entry::Object(NtObjectId(1)), Entry::Object(NtObjectId(2)));
    namespace.insert(Namespace::ROOT, &units("foo"), small);
    namespace.insert(Namespace::ROOT, &units("Foo"), large);
    let find = |name, case| namespace.find(Namespace::ROOT, &units(name), case);
    assert_eq!(find("foo", Case::Exact), Some(small));
    assert_eq!(find("Foo", Case::Exact), Some(large));
    assert_eq!(find("FOO", Case::Exact), None);
    // Of several the first in the order of the units.
    assert_eq!(find("FOO", Case::Ignored), Some(large));
    assert_eq!(find("fo", Case::Ignored), None);
    assert_eq!(find("fooo", Case::Ignored), None);
}

#[test]
fn nam_15_a_session_begins_once_and_leaves_taken_names_alone() {
    let mut namespace = Namespace::new();
    let taken = Entry::Object(NtObjectId(0));
    namespace.insert(Namespace::SESSIONS, &units("3"), taken);
    for session in [3, 4, 4] {
        namespace.begin_session(session);
    }
    assert_eq!(namespace.find(Namespace::SESSIONS, &units("3"), Case::Ignored), Some(taken));
    let paths: Vec<_> = namespace.iter().map(|(_, directory)| directory.path.clone()).collect();
    let expected = [
        "\\",
        "\\BaseNamedObjects",
        "\\Sessions",
        "\\BaseNamedObjects\\Session",
        "\\Sessions\\3",
        "\\Sessions\\3\\BaseNamedObjects",
        "\\Sessions\\4",
        "\\Sessions\\4\\BaseNamedObjects",
    ];
    assert_eq!(paths, expected.map(units));
    // The link leads to the directory that has no name of its own.
    let spot =
        namespace.walk(Namespace::ROOT, &units("BaseNamedObjects\\Session\\3\\Local\\x"), Case::Ignored);
    assert!(spot.is_ok_and(|spot| namespace.directory(spot.directory).path == units(expected[5])));
}
