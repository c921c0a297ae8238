//! Every built rule is cited where it must be, no pending one is, and the generated files are fresh.

use kmt::rulebook::Rulebook;
use kmt::rulebook::citations::{self, Citations, Layer, Source};
use kmt::rulebook::coverage::{self, Gap};
use kmt::rulebook::generated;
use kmt::rulebook::load::Texts;
use kmt::rulebook::pending::{Lists, Progress};

/// Lines of a group of the report; more hide the other groups.
const LINES: usize = 40;

#[test]
fn the_citations_of_the_project_agree_with_what_is_built() {
    let book = Rulebook::embedded();
    let sources = citations::read_tree(&generated::root()).expect("the sources are beside the tests");
    let gaps = coverage::gaps(book, Progress::embedded(), &Citations::scan(book, &sources));
    let report = coverage::report(book, &gaps, LINES);
    assert!(
        gaps.is_empty(),
        "\n{report}\nA rule is cited as `// HND-01` or `rule::HND_01` where it is implemented, and in the name of a test \
         (`hnd_01_…`).\nWhat is not built yet stands in verification/rules/pending.txt or pending-invariants.txt.\n"
    );
}

#[test]
fn the_generated_files_are_fresh() {
    let stale = generated::stale(&generated::root()).expect("the sources are beside the tests");
    let paths: Vec<_> = stale.into_iter().map(|file| file.path).collect();
    assert!(paths.is_empty(), "stale: {}\nrun `{}`", paths.join(", "), generated::COMMAND);
}

#[test]
fn blessing_writes_what_is_stale_and_nothing_else() {
    let root = std::env::temp_dir().join(format!("kmt-bless-{}", std::process::id()));
    for folder in ["core/src/rule", "model", "verification", "fuzz"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let first = generated::bless(&root).unwrap();
    assert_eq!(first.unchanged, 0);
    assert!(first.written.contains(&"core/src/rule/hnd.rs".to_owned()));
    assert!(first.written.contains(&"verification/RULES-sharing.md".to_owned()));
    std::fs::write(root.join("core/src/rule/hnd.rs"), "").unwrap();
    std::fs::write(root.join("core/src/lib.rs"), "// KMX-04\n").unwrap();
    let stale: Vec<_> = generated::stale(&root).unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(stale, ["core/src/rule/hnd.rs", "verification/RULES-sync.md"]);
    let second = generated::bless(&root).unwrap();
    assert_eq!((second.written, second.unchanged), (stale, first.written.len() - 2));
    let index = std::fs::read_to_string(root.join("verification/RULES-sync.md")).unwrap();
    assert!(
        index.contains("| KMX-04 NtSecuritySharing mutex | observed | built | `lib.rs` |  |  |"),
        "{index}"
    );
    let constants = std::fs::read_to_string(root.join("core/src/rule/hnd.rs")).unwrap();
    assert!(constants.contains(
        "/// HND-01: Shape of a local handle (observed).\n\
         pub const HND_01: Rule = Rule::new(\"HND-01\", \"Shape of a local handle\");\n"
    ));
    std::fs::remove_dir_all(&root).unwrap();
    assert!(generated::bless(&root).is_err(), "a root without sources is refused");
}

/// A rulebook with an ordinary rule, a surface rule, and an invariant of each sort.
fn small_book() -> Rulebook {
    let rules = "
        [[rule]]\nid = 'HND-01'\ntitle = 'Plain'\ntext = 't'\nbasis = 'observed'\ncalls = []
        [[rule]]\nid = 'HND-02'\ntitle = 'Surface'\ntext = 't'\nbasis = 'observed'\ncalls = []\nsurface = true
    ";
    let invariants = "
        [[invariant]]\nid = 'INV-01'\ntitle = 'State'\ntext = 't'\nkind = 'state'\nrules = ['HND-01']
        [[invariant]]\nid = 'INV-02'\ntitle = 'Pair'\ntext = 't'\nkind = 'pair'\nrules = ['HND-01']
    ";
    let (book, problems) = Rulebook::read(&Texts { readme: "", files: [rules, "", "", "", invariants] });
    assert_eq!(problems, []);
    book
}

fn sources(tree: &[(&str, &str)]) -> Vec<Source> {
    tree.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}

fn scan(tree: &[(&str, &str)]) -> Citations {
    Citations::scan(&small_book(), &sources(tree))
}

/// The gaps of a tree under lists of pending rules and invariants.
fn gaps(pending: (&str, &str), tree: &[(&str, &str)]) -> Vec<Gap> {
    let progress = Progress::read(&Lists { rules: pending.0, invariants: pending.1, calls: "" });
    coverage::gaps(&small_book(), &progress, &scan(tree))
}

fn missing(id: &str, layers: &[&'static str]) -> Gap {
    Gap::Missing { id: id.to_owned(), layers: layers.to_vec() }
}

const NO_INVARIANTS: &str = "INV-01\nINV-02";
const NO_RULES: &str = "HND-01\nHND-02";

#[test]
fn each_form_of_a_citation_counts() {
    for text in [
        "// HND-01",
        "/// See HND-01, HND-02.",
        "Err(rule::HND_01)",
        "return refuse(HND_01);",
        "rule = \"HND-01\"",
        "fn hnd_01_shape() {}",
        "pub(crate) fn lookup_hnd_01() {}",
        "fn adp_checks_then_hnd_01_shape() {}",
    ] {
        let found = scan(&[("core/src/a.rs", text)]);
        assert_eq!(found.files("HND-01", Layer::Core).collect::<Vec<_>>(), ["core/src/a.rs"], "{text}");
        assert_eq!(found.unknown().count(), 0, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_citation_does_not_count() {
    for text in [
        "HND-1",
        "hnd-01",
        "MY_HND_01",
        "HND-0123",
        "let hnd_01 = 1;",
        "fn hnd_1_x() {}",
        "UTF-16, SHA-256",
        "MAX_64",
    ] {
        let found = scan(&[("core/src/a.rs", text)]);
        assert_eq!(found.files("HND-01", Layer::Core).count(), 0, "{text}");
        assert_eq!(found.unknown().count(), 0, "{text}");
    }
}

#[test]
fn an_unknown_rule_is_reported_with_its_line() {
    for text in ["// HND-77", "rule::HND_77", "fn hnd_77_x() {}", "// HDN-77", "// INV-77"] {
        let tree = [("fuzz/src/a.rs", format!("\n{text}"))];
        let tree = tree.each_ref().map(|(path, text)| (*path, text.as_str()));
        let found = gaps((NO_RULES, NO_INVARIANTS), &tree);
        assert!(
            matches!(found.as_slice(), [Gap::Unknown { id, place }] if id.ends_with("-77") && place == "fuzz/src/a.rs:2"),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn each_path_belongs_to_a_layer() {
    let core = ["core/src/lib.rs", "core/src/handle/table.rs"];
    let tests = [
        "core/tests/handles.rs",
        "core/src/handle/tests.rs",
        "model/tests/a.rs",
        "verification/tests/random.rs",
        "verification/scenarios/a.toml",
        "verification/src/matrix/adapter.rs",
        "verification/src/matrix.rs",
    ];
    let other = ["core/DESIGN.md", "verification/src/bridge.rs", "fuzz/src/lib.rs"];
    let none = [
        "core/src/rule/hnd.rs",
        "verification/rules/check.py",
        "verification/RULES-sync.md",
        "verification/src/rulebook/page/list.rs",
        "verification/tests/traceability.rs",
    ];
    assert!(core.iter().all(|path| citations::layer(path) == Some(Layer::Core)));
    let model = ["model/src/rules/adapter.rs", "verification/src/bridge/names.rs"];
    assert!(model.iter().all(|path| citations::layer(path) == Some(Layer::Model)));
    assert!(tests.iter().all(|path| citations::layer(path) == Some(Layer::Tests)));
    assert!(other.iter().all(|path| citations::layer(path) == Some(Layer::Other)));
    assert!(none.iter().all(|path| citations::layer(path).is_none()));
}

#[test]
fn a_built_rule_needs_core_model_and_tests() {
    let core = ("core/src/a.rs", "// HND-01 HND-02");
    let model = ("model/src/a.rs", "// HND-01");
    let test = ("core/tests/a.rs", "fn hnd_01_x() {}\nfn hnd_02_x() {}");
    let gaps = |tree: &[(&str, &str)]| gaps(("", NO_INVARIANTS), tree);
    assert_eq!(gaps(&[core, model, test]), []);
    assert_eq!(gaps(&[model, test]), [missing("HND-01", &["core"]), missing("HND-02", &["core"])]);
    // The surface rule HND-02 is not in the model.
    assert_eq!(gaps(&[core, test]), [missing("HND-01", &["model"])]);
    assert_eq!(gaps(&[core, model]), [missing("HND-01", &["tests"]), missing("HND-02", &["tests"])]);
    let everywhere = [missing("HND-01", &["core", "model", "tests"]), missing("HND-02", &["core", "tests"])];
    assert_eq!(gaps(&[("core/src/rule/hnd.rs", "HND_01 HND_02"), ("core/DESIGN.md", "HND-01")]), everywhere);
}

#[test]
fn a_pending_rule_is_cited_nowhere() {
    for path in ["core/src/a.rs", "model/src/a.rs", "core/tests/a.rs"] {
        let pending = |id: &str| Gap::Pending { id: id.to_owned(), files: vec![path.to_owned()] };
        assert_eq!(gaps((NO_RULES, NO_INVARIANTS), &[(path, "// HND-01")]), [pending("HND-01")]);
        assert_eq!(gaps((NO_RULES, NO_INVARIANTS), &[(path, "// INV-02")]), [pending("INV-02")]);
    }
    assert_eq!(gaps((NO_RULES, NO_INVARIANTS), &[("core/DESIGN.md", "HND-01 INV-01")]), []);
}

#[test]
fn a_built_invariant_is_stated_and_exercised() {
    let gaps = |tree: &[(&str, &str)]| gaps((NO_RULES, "INV-02"), tree);
    let core = ("core/src/invariant/handles.rs", "// INV-01");
    let test = ("core/tests/a.rs", "fn inv_01_x() {}");
    let (statement, exercise) = ("core/src/invariant or model", "tests or model/src/invariant");
    assert_eq!(gaps(&[core, test]), []);
    assert_eq!(gaps(&[core]), [missing("INV-01", &[exercise])]);
    assert_eq!(gaps(&[test]), [missing("INV-01", &[statement])]);
    assert_eq!(gaps(&[("core/src/device.rs", "// INV-01"), test]), [missing("INV-01", &[statement])]);
    // The model's properties are evaluated in every world, so that they state and exercise at once.
    assert_eq!(gaps(&[("model/src/invariant.rs", "// INV-01")]), []);
    assert_eq!(gaps(&[("model/src/state.rs", "// INV-01")]), [missing("INV-01", &[exercise])]);
}

#[test]
fn an_invariant_over_pairs_is_stated_by_its_test() {
    let gaps = |tree: &[(&str, &str)]| gaps((NO_RULES, "INV-01"), tree);
    assert_eq!(gaps(&[("verification/tests/determinism.rs", "fn inv_02_x() {}")]), []);
    assert_eq!(gaps(&[("core/src/invariant.rs", "// INV-02")]), [missing("INV-02", &["tests"])]);
}

#[test]
fn the_report_groups_and_caps() {
    let tree = [("core/src/a.rs", "// HND-77 HND-78 HND-79"), ("core/tests/a.rs", "// HND-02 INV-02")];
    let gaps = gaps(("HND-02", "INV-02"), &tree);
    let report = coverage::report(&small_book(), &gaps, 2);
    let expected = "\
3 cited, but not in the rulebook:
  HND-77  core/src/a.rs:1
  HND-78  core/src/a.rs:1
  and 1 more
1 pending rules, but cited:
  HND-02  core/tests/a.rs
1 built rules, but not cited in:
  HND-01  core, model, tests (Plain)
1 pending invariants, but cited:
  INV-02  core/tests/a.rs
1 built invariants, but not cited in:
  INV-01  core/src/invariant or model, tests or model/src/invariant (State)
";
    assert_eq!(report, expected);
    assert_eq!(coverage::report(&small_book(), &[], 2), "");
}
