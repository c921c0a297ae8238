//! The rulebook as data: the project's own copy is sound, and every kind of mistake in one is found.

use kmt::rulebook::entry::{Basis, Kind};
use kmt::rulebook::load::Texts;
use kmt::rulebook::lookup::Entry;
use kmt::rulebook::pending::{self, Lists, Progress};
use kmt::rulebook::status::Class;
use kmt::rulebook::{Id, Rulebook, validate};

const README: &str = "Status names drop the prefix. SUCCESS 0, TIMEOUT 0x102, NO_MEMORY C0000017.";

const SHARING: &str = r#"
[[rule]]
id = "HND-01"
title = "Shape"
text = "See HND-02 and T1. A full table gives NO_MEMORY."
basis = "observed"
calls = ["Close"]
peers = { other = "agrees" }
surface = true

[[rule]]
id = "HND-02"
title = "Everywhere"
text = "Holds always."
basis = "chosen"
calls = ["*"]
documented = "Never."

[[call]]
name = "Close"
inputs = ["hObject: HANDLE"]
outputs = []
checks = ["no memory -> NO_MEMORY [HND-01]", "late -> TIMEOUT [HND-02]"]
effects = "the handle is freed"
on_failure = "nothing changes"
blocks = false
rules = ["HND-01"]
"#;

const INVARIANTS: &str = r#"
[[invariant]]
id = "INV-01"
title = "Shape holds"
text = "Every handle has its shape (HND-01)."
kind = "state"
rules = ["HND-01"]
areas = ["HND"]

[[transition]]
id = "T1"
title = "tick"
enabled_when = "always"
effect = "time moves on"
footprint = "the clock"
rules = ["HND-02"]

[[choice]]
id = "C1"
title = "what is next"
options = "anything"
default = "the first"
rules = ["HND-02"]
"#;

fn texts<'text>(readme: &'text str, sharing: &'text str, invariants: &'text str) -> Texts<'text> {
    Texts { readme, files: [sharing, "", "", "", invariants] }
}

fn problems(readme: &str, sharing: &str, invariants: &str) -> Vec<String> {
    validate::problems(&texts(readme, sharing, invariants)).iter().map(ToString::to_string).collect()
}

/// Changes one place of one file of the small rulebook and expects this problem, besides any that follow from it.
#[track_caller]
fn breaks(from: &str, to: &str, expected: &str) {
    let occurrences: usize =
        [README, SHARING, INVARIANTS].map(|text| text.matches(from).count()).iter().sum();
    assert_eq!(occurrences, 1, "{from:?} must stand in one place");
    let change = |text: &str| text.replace(from, to);
    let found = problems(&change(README), &change(SHARING), &change(INVARIANTS));
    assert!(found.iter().any(|problem| problem.contains(expected)), "{expected:?} is not among {found:#?}");
}

#[test]
fn the_own_rulebook_has_no_problems() {
    assert_eq!(validate::problems(&Texts::embedded()), []);
    assert_eq!(pending::problems(Rulebook::embedded(), &Lists::embedded()), []);
}

#[test]
fn the_own_rulebook_is_read_completely() {
    let book = Rulebook::embedded();
    let texts = Texts::embedded();
    let tables = |table: &str| {
        let head = format!("[[{table}]]");
        texts.files.iter().flat_map(|text| text.lines()).filter(|line| *line == head).count()
    };
    assert_eq!(book.rules().count(), tables("rule"));
    assert_eq!(book.calls().count(), tables("call"));
    assert_eq!(book.invariants().count(), tables("invariant"));
    assert_eq!(book.transitions().count(), tables("transition"));
    assert_eq!(book.choices().count(), tables("choice"));
}

#[test]
fn the_core_has_the_same_rules_and_statuses() {
    let book = Rulebook::embedded();
    let mut rules: Vec<_> = book.rules().map(|rule| (rule.id.as_str(), rule.title.as_str())).collect();
    rules.extend(book.invariants().map(|entry| (entry.id.as_str(), entry.title.as_str())));
    let constants: Vec<_> = kmt_core::rule::ALL.iter().map(|rule| (rule.id(), rule.title())).collect();
    assert_eq!(constants, rules);
    let mut statuses: Vec<_> =
        book.statuses().iter().map(|status| (status.number, status.name.as_str())).collect();
    statuses.sort_unstable();
    let mut numbers: Vec<_> =
        kmt_core::NtStatus::ALL.iter().map(|(status, name)| (status.code(), *name)).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, statuses);
}

#[test]
fn every_check_of_a_built_call_names_a_status_with_a_number() {
    let (book, progress) = (Rulebook::embedded(), Progress::embedded());
    let calls: Vec<_> = book.calls().filter(|call| progress.is_built_call(&call.name)).collect();
    assert!(!calls.is_empty());
    for check in calls.iter().flat_map(|call| &call.checks) {
        assert!(book.status(&check.status).is_some(), "{}", check.id);
        assert!(book.rule(&check.rule).is_some(), "{}", check.id);
    }
}

#[test]
fn the_small_rulebook_is_sound() {
    assert_eq!(problems(README, SHARING, INVARIANTS), [""; 0]);
}

#[test]
fn entries_are_typed() {
    let (book, problems) = Rulebook::read(&texts(README, SHARING, INVARIANTS));
    assert_eq!(problems, []);
    let rule = book.rule("HND-01").unwrap();
    assert_eq!((rule.basis, rule.surface, rule.prefix()), (Basis::Observed, true, "HND"));
    assert_eq!(rule.peers["other"], "agrees");
    assert_eq!(book.rule("HND-02").unwrap().documented.as_deref(), Some("Never."));
    let check = book.check("Close/2").unwrap();
    assert_eq!(
        (check.condition.as_str(), check.status.as_str(), check.rule.as_str()),
        ("late", "TIMEOUT", "HND-02")
    );
    assert!(book.check("Close/3").is_none());
    assert_eq!(book.invariant("INV-01").unwrap().kind, Kind::State);
    assert_eq!(book.transition("T1").unwrap().footprint, "the clock");
    assert_eq!(book.choice("C1").unwrap().default, "the first");
}

#[test]
fn statuses_have_numbers_and_classes() {
    let book = Rulebook::embedded();
    let status = |name| book.status(name).unwrap();
    assert_eq!(status("INVALID_PARAMETER").number, 0xC000_000D);
    assert_eq!(status("GRAPHICS_GPU_EXCEPTION_ON_DEVICE").number, 0xC01E_0200);
    assert_eq!(status("SUCCESS").number, 0);
    assert_eq!(status("DATATYPE_MISALIGNMENT").class(), Class::Warning);
    assert_eq!(status("OBJECT_NAME_EXISTS").class(), Class::Informational);
    let traps: Vec<_> =
        book.statuses().iter().filter(|status| status.is_trap()).map(|status| &status.name).collect();
    assert_eq!(traps, ["ABANDONED", "TIMEOUT", "PENDING", "OBJECT_NAME_EXISTS"]);
}

#[test]
fn the_hash_depends_on_every_text() {
    let hash = |readme, sharing, invariants| texts(readme, sharing, invariants).hash();
    let original = hash(README, SHARING, INVARIANTS);
    assert_eq!(original.len(), 64);
    assert_eq!(original, hash(README, SHARING, INVARIANTS));
    assert_ne!(original, hash("", SHARING, INVARIANTS));
    assert_ne!(original, hash(README, "", INVARIANTS));
    assert_ne!(original, hash(README, SHARING, ""));
    // A text that moves from one file to the next is another rulebook.
    assert_ne!(hash(README, "x", ""), Texts { readme: README, files: ["", "x", "", "", ""] }.hash());
    assert_eq!(Rulebook::embedded().short_hash(), &Rulebook::embedded().hash()[..12]);
}

#[test]
fn ids_sort_by_number() {
    let mut ids = ["INV-100", "INV-99", "HND-02", "T10", "T2a", "T2"].map(Id::of);
    ids.sort();
    assert_eq!(ids.map(|id| id.text().to_owned()), ["HND-02", "INV-99", "INV-100", "T2", "T2a", "T10"]);
}

#[test]
fn malformed_files_are_found() {
    breaks("[[choice]]", "[[choice", "invariants.toml: ");
    breaks("[[choice]]", "[[chance]]", "invariants.toml: unknown table chance");
    breaks("[[choice]]", "[choice]", "invariants.toml: choice is no list of tables");
}

#[test]
fn malformed_entries_are_found() {
    breaks("title = \"Shape\"\n", "", "sharing.toml HND-01: missing field `title`");
    breaks("surface = true", "surfaces = true", "sharing.toml HND-01: unknown field `surfaces`");
    breaks("surface = true", "surface = \"yes\"", "sharing.toml HND-01: invalid type: string \"yes\"");
    breaks("calls = [\"Close\"]", "calls = [1]", "sharing.toml HND-01: invalid type: integer `1`");
    breaks("other = \"agrees\"", "other = 1", "sharing.toml HND-01: invalid type: integer `1`");
    breaks("title = \"tick\"", "title = \" \"", "invariants.toml T1: title is no text");
    breaks("basis = \"chosen\"", "basis = \"guessed\"", "sharing.toml HND-02: unknown variant `guessed`");
    breaks("kind = \"state\"", "kind = \"ever\"", "invariants.toml INV-01: unknown variant `ever`");
    breaks("blocks = false\n", "", "sharing.toml Close: missing field `blocks`");
    breaks("footprint = \"the clock\"\n", "", "invariants.toml T1: missing field `footprint`");
    breaks(
        "default = \"the first\"",
        "defaults = \"the first\"",
        "invariants.toml C1: unknown field `defaults`",
    );
}

#[test]
fn malformed_and_repeated_ids_are_found() {
    breaks("id = \"HND-02\"", "id = \"HND-2\"", "HND-2: malformed id");
    breaks("id = \"HND-02\"", "id = \"HND-01\"", "sharing.toml HND-01: rule defined twice");
    breaks("id = \"HND-02\"", "id = \"KMX-02\"", "KMX-02: prefix of another file than sharing.toml");
    breaks("id = \"INV-01\"", "id = \"INV-1\"", "INV-1: malformed id");
    breaks("id = \"T1\"", "id = \"T1b\"", "T1b: malformed id");
    breaks("id = \"C1\"", "id = \"C10\"", "C10: malformed id");
}

#[test]
fn repeated_entries_are_found() {
    let doubled = INVARIANTS.repeat(2);
    let found = problems(README, SHARING, &doubled);
    assert_eq!(
        found,
        [
            "invariants.toml C1: choice defined twice",
            "invariants.toml INV-01: invariant defined twice",
            "invariants.toml T1: transition defined twice",
        ]
    );
    assert!(
        problems(README, &SHARING.repeat(2), INVARIANTS)
            .contains(&"sharing.toml Close: call defined twice".into())
    );
}

#[test]
fn broken_references_are_found() {
    breaks("See HND-02", "See HND-03", "HND-01: unknown reference HND-03");
    breaks("and T1.", "and T9.", "HND-01: unknown transition or choice T9");
    breaks("and T1.", "and C7.", "HND-01: unknown transition or choice C7");
    breaks("gives NO_MEMORY", "gives NO_ROOM", "HND-01: unknown status NO_ROOM");
    breaks("shape (HND-01)", "shape (INV-09)", "INV-01: unknown reference INV-09");
    breaks("effect = \"time", "effect = \"HND-77: time", "T1: unknown reference HND-77");
    breaks("options = \"anything", "options = \"T77", "C1: unknown transition or choice T77");
    breaks("areas = [\"HND\"]", "areas = [\"QQQ\"]", "INV-01: unknown area QQQ");
    breaks("areas = [\"HND\"]", "areas = [\"HND\", \"HND\"]", "INV-01: areas names something twice");
    breaks(
        "rules = [\"HND-01\"]\nareas = [\"HND\"]",
        "rules = []",
        "INV-01: names neither a rule nor an area",
    );
    breaks(
        "clock\"\nrules = [\"HND-02\"]",
        "clock\"\nrules = [\"HND-09\"]",
        "T1: rules names HND-09, which is no rule",
    );
    breaks(
        "false\nrules = [\"HND-01\"]",
        "false\nrules = [\"HND-01\", \"HND-01\"]",
        "Close: rules names something twice",
    );
}

#[test]
fn calls_and_rules_that_disagree_are_found() {
    breaks("calls = [\"Close\"]", "calls = [\"Shut\"]", "HND-01: unknown call Shut");
    breaks("calls = [\"*\"]", "calls = [\"*\", \"Close\"]", "HND-02: calls mixes * with names");
    breaks("calls = [\"*\"]", "calls = [\"Close\"]", "HND-02: governs Close, but Close does not list it");
    breaks("calls = [\"Close\"]", "calls = [\"Close\", \"Close\"]", "HND-01: calls names something twice");
    let other = SHARING.replace("[[call]]", "[[rule]]\nid = \"HND-03\"\ntitle = \"a\"\ntext = \"b\"\nbasis = \"chosen\"\ncalls = [\"Open\"]\n[[call]]");
    let listed = other.replace("false\nrules = [\"HND-01\"]", "false\nrules = [\"HND-01\", \"HND-03\"]");
    assert!(
        problems(README, &listed, INVARIANTS)
            .contains(&"Close: lists HND-03, but HND-03 does not govern it".into())
    );
    let decided = other.replace("TIMEOUT [HND-02]", "TIMEOUT [HND-03]");
    assert!(
        problems(README, &decided, INVARIANTS)
            .contains(&"Close: check by HND-03, which does not govern the call".into())
    );
}

#[test]
fn malformed_checks_are_found() {
    let malformed = "sharing.toml Close: check without exactly one status and one rule at its end";
    breaks("late -> TIMEOUT [HND-02]", "late -> TIMEOUT", malformed);
    breaks("late -> TIMEOUT [HND-02]", "late TIMEOUT [HND-02]", malformed);
    breaks("late -> TIMEOUT [HND-02]", "late -> late -> TIMEOUT [HND-02]", malformed);
    breaks("late -> TIMEOUT [HND-02]", "late -> LATE [HND-02]", "Close: unknown status LATE");
}

#[test]
fn malformed_lists_of_statuses_are_found() {
    breaks("SUCCESS 0,", "SUCCESS 0, SUCCESS 0x7,", "README.md: status SUCCESS is listed twice");
    breaks("SUCCESS 0,", "SUCCESS 0, FINE 0,", "README.md: FINE has the number of another status");
    breaks("Status names drop", "Statuses lack", "Close: unknown status TIMEOUT");
}

#[test]
fn broken_progress_lists_are_found() {
    let (book, _) = Rulebook::read(&texts(README, SHARING, INVARIANTS));
    let found = |rules, invariants, calls| {
        let lists = Lists { rules, invariants, calls };
        pending::problems(&book, &lists).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(found("# none yet\n\nHND-01 # shape\nHND-02\n", "INV-01", "Close"), [""; 0]);
    assert_eq!(found("HND-03", "", ""), ["pending.txt: HND-03 is not in the rulebook"]);
    assert_eq!(found("HND-02\nHND-01", "", ""), ["pending.txt: HND-01 stands after HND-02"]);
    assert_eq!(found("HND-01\nHND-01", "", ""), ["pending.txt: HND-01 is listed twice"]);
    assert_eq!(found("INV-01", "", ""), ["pending.txt: INV-01 is not in the rulebook"]);
    assert_eq!(found("", "HND-01", ""), ["pending-invariants.txt: HND-01 is not in the rulebook"]);
    assert_eq!(found("", "", "Open"), ["built-calls.txt: Open is not in the rulebook"]);
    let progress = Progress::read(&Lists { rules: "HND-01 # shape", invariants: "INV-01", calls: "Close" });
    assert!(
        progress.is_pending("HND-01") && progress.is_pending("INV-01") && progress.is_built_call("Close")
    );
    assert!(!progress.is_pending("HND-02") && !progress.is_built_call("HND-01"));
}

#[test]
fn entries_are_found_however_they_are_typed() {
    let book = Rulebook::embedded();
    let name = |typed: &str| match book.find(typed).unwrap() {
        Entry::Rule(rule) => rule.id.clone(),
        Entry::Invariant(entry) => entry.id.clone(),
        Entry::Transition(entry) => entry.id.clone(),
        Entry::Choice(entry) => entry.id.clone(),
        Entry::Call(call) => call.public_name(),
        Entry::Status(status) => format!("STATUS_{}", status.name),
    };
    for typed in ["SHR-04", "shr-04", "SHR_04"] {
        assert_eq!(name(typed), "SHR-04");
    }
    for typed in ["D3DKMTShareObjects", "shareobjects", "d3dkmtSHAREOBJECTS"] {
        assert_eq!(name(typed), "D3DKMTShareObjects");
    }
    for typed in [
        "STATUS_INVALID_PARAMETER",
        "invalid_parameter",
        "0xC000000D",
        "c000000d",
        "3221225485",
        "-1073741811",
    ] {
        assert_eq!(name(typed), "STATUS_INVALID_PARAMETER");
    }
    assert_eq!(
        ["0", "0x102", "258", "80"].map(name),
        ["SUCCESS", "TIMEOUT", "TIMEOUT", "ABANDONED"].map(|n| format!("STATUS_{n}"))
    );
    assert_eq!(["closehandle", "t2A", "c4", "inv-100"].map(name), ["CloseHandle", "T2a", "C4", "INV-100"]);
}

#[test]
fn an_unknown_name_gets_the_nearest_as_a_hint() {
    let book = Rulebook::embedded();
    let hint = |typed| book.find(typed).unwrap_err().hint().map(str::to_owned);
    assert_eq!(hint("D3DKMTSharedObjects").as_deref(), Some("did you mean ShareObjects?"));
    assert_eq!(hint("STATUS_ABANDONDED").as_deref(), Some("did you mean ABANDONED?"));
    assert_eq!(hint("KMX-99").as_deref().map(|hint| hint.starts_with("did you mean KMX-")), Some(true));
    assert_eq!(hint("qqqqqqqqqq"), None);
    let numbered = book.find_numbered("ShareObjects").unwrap_err();
    assert_eq!(numbered.hint(), Some("`kmt explain ShareObjects` explains calls and statuses"));
}
