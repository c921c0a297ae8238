//! `kmt check` against its pinned counts: moved, missing, superfluous, blessed.

mod toys;

use std::path::PathBuf;

use kmt::check::{ModelWorld, Request, World};
use kmt::exit::Exit;
use toys::Tiles;
use toys::check::{PINS, counters, racy_lock, registry, run, safe_lock};

#[test]
fn moved_missing_and_superfluous_pins_are_verdicts() {
    let text = PINS.replace("1192", "1193").replace("[safe-lock]", "[old-lock]");
    let ran = run(&registry(vec![counters(), safe_lock()], &text), &Request::default());
    assert_eq!(ran.exit, Exit::Verdict);
    let from = ran.out.find("counters: the counts").expect("the moved pin is told");
    let to = ran.out.find("rulebook").expect("the summary follows");
    insta::assert_snapshot!(&ran.out[from..to], @r"
    counters: the counts moved: pinned unique 495, generated 1193, depth 9; found unique 495, generated 1192, depth 9
    safe-lock: no counts are pinned; found unique 3, generated 5, depth 2
    old-lock: counts are pinned, but there is no such world
    if the change is wanted, run `kmt check --bless` and say why in the commit
    ");
}

#[test]
fn unreadable_pins_are_bad_input() {
    for text in ["[counters]\nunique = 1\n", "counters = 3", "["] {
        let ran = run(&registry(vec![counters()], text), &Request::default());
        assert_eq!((ran.exit, ran.out.as_str()), (Exit::BadInput, ""));
        assert!(ran.err.starts_with("kmt check: the pinned counts can't be read"), "{}", ran.err);
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the scratch folder can be made");
    folder.join("pinned.toml")
}

#[test]
fn bless_rewrites_sorted_and_keeps_header_and_unrun_worlds() {
    let path = scratch("bless");
    let before = "# Header.\n# More.\n\n[zebra]\nunique = 1\ngenerated = 1\ndepth = 1\n\n\
                  [tiles]\nunique = 9\ngenerated = 9\ndepth = 9\n";
    std::fs::write(&path, before).expect("written");
    let tiles: Box<dyn World> = Box::new(ModelWorld::new("tiles", "Eight sliding tiles.", Tiles).deep());
    let mut registry = registry(vec![tiles, safe_lock(), racy_lock(), counters()], before);
    registry.pins.path = path.clone();
    let request = Request { bless: true, ..Request::default() };
    let ran = run(&registry, &request);
    assert_eq!(ran.exit, Exit::Verdict, "a broken property stays a verdict");
    assert!(ran.out.contains("pins          rewritten\n"), "{}", ran.out);
    let after = std::fs::read_to_string(&path).expect("read");
    insta::assert_snapshot!(after, @r"
    # Header.
    # More.

    [counters]
    unique = 495
    generated = 1192
    depth = 9

    [safe-lock]
    unique = 3
    generated = 5
    depth = 2

    [tiles]
    unique = 9
    generated = 9
    depth = 9
    ");
    assert!(!path.with_extension("toml.new").exists());

    assert!(run(&registry, &request).out.contains("pins          already as found\n"));
    assert_eq!(std::fs::read_to_string(&path).expect("read"), after);
    registry.pins.text = after;
    registry.worlds.pop();
    let moved = run(&registry, &Request::default());
    assert!(moved.out.contains("counters: counts are pinned, but there is no such world"), "{}", moved.out);
}

#[test]
fn bless_without_a_file_fails_as_output() {
    let request = Request { bless: true, ..Request::default() };
    let ran = run(&registry(vec![safe_lock()], ""), &request);
    assert_eq!(ran.exit, Exit::InputOutput);
    assert!(ran.err.contains("/nonexistent/pinned.toml"), "{}", ran.err);
}
