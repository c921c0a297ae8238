//! Every scenario of the project: it comes out as its file expects, the same each time, and survives printing and
//! recording; every protocol is explored to the end.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kmt::explore::{Explorer, Options, Outcome, PropertyOutcome};
use kmt::scenario::document::Around;
use kmt::scenario::{self, Action, Policy, Protocol, Run, Scenario, Source};
use stateright::{Checker as _, Model as _};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("the folder of scenarios");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn load(file: &Path) -> (Source, Scenario) {
    scenario::load(file).unwrap_or_else(|error| panic!("{error}"))
}

fn play(scenario: &Scenario, policy: Policy) -> Run {
    let mut kernel = scenario::kernel(&scenario.world).expect("the limits fit");
    scenario::run(scenario, &mut kernel, policy)
        .unwrap_or_else(|error| panic!("{}: {error:?}", scenario.title))
}

fn all() -> impl Iterator<Item = (PathBuf, Source, Scenario)> {
    files().into_iter().map(|file| {
        let (source, scenario) = load(&file);
        (file, source, scenario)
    })
}

/// The protocols, by the name of their file.
fn protocols() -> Vec<(String, Scenario)> {
    let named = all().map(|(file, _, scenario)| {
        (file.file_stem().expect("a name").to_string_lossy().into_owned(), scenario)
    });
    named.filter(|(_, scenario)| !scenario.never.is_empty() || !scenario.possible.is_empty()).collect()
}

#[test]
fn every_scenario_comes_out_as_its_file_expects() {
    let mut wrong = Vec::new();
    for (file, source, scenario) in all() {
        let run = play(&scenario, Policy::RoundRobin);
        for unmet in &run.unmet {
            let (line, column) = source.line_and_column(unmet.unmet.span.start);
            wrong.push(format!("{}:{line}:{column}: {:?}", file.display(), unmet.unmet));
        }
        assert!(run.broken.is_empty(), "{}: {:?}", file.display(), run.broken);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_scenario_says_something_that_could_fail() {
    for (file, _, scenario) in all() {
        let calls = scenario.programs.iter().flat_map(|program| &program.calls);
        let expectations = calls.filter_map(|line| line.expect.as_ref());
        let says = expectations.filter(|expect| {
            expect.status.is_some() || !expect.out.is_empty() || expect.around != Around::default()
        });
        assert!(says.count() >= 2 || !scenario.never.is_empty(), "{}", file.display());
        assert!(!scenario.rules.is_empty(), "{} names no rule", file.display());
    }
}

#[test]
fn titles_are_sentences_that_no_other_scenario_has() {
    let titles: Vec<String> = all().map(|(_, _, scenario)| scenario.title).collect();
    assert!(titles.len() >= 25, "{} scenarios", titles.len());
    assert_eq!(titles.iter().collect::<BTreeSet<_>>().len(), titles.len());
    assert!(titles.iter().all(|title| title.len() > 20 && !title.ends_with('.')));
}

#[test]
fn adp_05_adp_06_the_observed_enumerations_are_there() {
    let observed = all().filter(|(_, _, scenario)| scenario.basis.map(scenario::basis) == Some("observed"));
    let rules: BTreeSet<String> =
        observed.flat_map(|(_, _, scenario)| scenario.rules).map(|rule| rule.value).collect();
    for rule in ["ADP-05", "ADP-06", "ADP-08"] {
        assert!(rules.contains(rule), "no observed scenario of {rule}");
    }
}

#[test]
fn a_second_run_is_the_same_to_the_byte() {
    for (file, _, scenario) in all() {
        let policies = [Policy::RoundRobin, Policy::Seed(0), Policy::Seed(0xDEAD_BEEF)];
        let free = scenario.schedule.is_none();
        for policy in policies.into_iter().take(if free { 3 } else { 1 }) {
            let texts = [(); 2].map(|()| play(&scenario, policy).transcript.to_string());
            assert_eq!(texts[0], texts[1], "{}", file.display());
        }
    }
}

#[test]
fn a_printed_scenario_reads_as_the_same_scenario() {
    for (file, _, scenario) in all() {
        let text = scenario::print(&scenario);
        let name = format!("{} printed", file.display());
        let again = scenario::parse(&Source { name, text }).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(again, scenario);
    }
}

#[test]
fn a_recorded_run_replays_to_the_same_transcript() {
    for (file, _, scenario) in all() {
        for policy in [Policy::RoundRobin, Policy::Seed(7), Policy::Seed(8)] {
            let run = play(&scenario, policy);
            let mut recorded = scenario.clone();
            recorded.schedule = Some(run.schedule);
            let text = scenario::print(&recorded);
            let source = Source { name: file.display().to_string(), text };
            let read = scenario::parse(&source).unwrap_or_else(|faults| panic!("{faults}"));
            let replayed = play(&read, Policy::RoundRobin);
            assert_eq!(replayed.transcript, run.transcript, "{}", file.display());
        }
    }
}

#[test]
fn seeds_pick_different_orders() {
    let (_, scenario) =
        protocols().into_iter().find(|(name, _)| name == "protocol-close-race").expect("is there");
    let runs: BTreeSet<String> =
        (0..64).map(|seed| play(&scenario, Policy::Seed(seed)).transcript.to_string()).collect();
    assert!(runs.len() > 3, "64 seeds gave {} orders", runs.len());
}

fn explore(protocol: &Protocol) -> kmt::explore::Report<scenario::ProtocolState, Action> {
    let options = Options { stop_after_failures: None, ..Options::default() };
    Explorer::new(protocol, options).run().expect("a protocol can be searched")
}

#[test]
fn every_protocol_holds_in_all_interleavings() {
    let protocols = protocols();
    assert!(protocols.len() >= 2);
    for (name, scenario) in protocols {
        let protocol = scenario::protocol(&scenario).expect("the stage can be set");
        let report = explore(&protocol);
        assert!(matches!(report.outcome, Outcome::Complete), "{name}");
        for property in &report.properties {
            assert!(
                matches!(property.outcome, PropertyOutcome::Holds | PropertyOutcome::Witness(_)),
                "{name}: {}",
                property.name
            );
        }
        let claims = scenario.never.len() + scenario.possible.len();
        assert!(report.properties.len() >= claims);
        let counts = scenario::protocol(&scenario).expect("as above").checker().spawn_bfs().join();
        assert_eq!(counts.unique_state_count(), report.unique, "{name}");
    }
}

#[test]
fn a_claim_that_breaks_is_a_scenario_that_replays() {
    let (_, mut scenario) =
        protocols().into_iter().find(|(name, _)| name == "protocol-close-race").expect("is there");
    // What was said to be possible is now said never to happen.
    scenario.never = std::mem::take(&mut scenario.possible);
    let protocol = scenario::protocol(&scenario).expect("the stage can be set");
    let report = explore(&protocol);
    let mut broken = 0;
    for (claim, property) in report.properties.iter().take(scenario.never.len()).enumerate() {
        let PropertyOutcome::Broken(path) = &property.outcome else {
            panic!("{} holds", property.name);
        };
        let actions: Vec<Action> = path.steps.iter().map(|step| step.action.clone()).collect();
        let pinned = protocol.pinned(&actions);
        let source = Source { name: "counterexample".to_owned(), text: scenario::print(&pinned) };
        let read = scenario::parse(&source).unwrap_or_else(|faults| panic!("{faults}"));
        let run = play(&read, Policy::RoundRobin);
        assert_eq!(run.transcript, protocol.transcript(&actions));
        assert!(run.broken.iter().any(|seen| seen.claim == claim && seen.line == actions.len()));
        broken += 1;
    }
    assert_eq!(broken, 3);
}

#[test]
fn an_expectation_that_fails_in_one_interleaving_is_found() {
    let (_, mut scenario) =
        protocols().into_iter().find(|(name, _)| name == "protocol-close-race").expect("is there");
    let expect = scenario.programs[0].calls[1].expect.clone();
    // True only while the adapter handle lives.
    scenario.programs[1].calls[0].expect = expect;
    let protocol = scenario::protocol(&scenario).expect("the stage can be set");
    let report = explore(&protocol);
    let failed: Vec<&str> = report
        .properties
        .iter()
        .filter(|property| matches!(property.outcome, PropertyOutcome::Broken(_)))
        .map(|property| property.name)
        .collect();
    assert_eq!(failed, ["expect: worker call 1, CreateDevice"]);
}

#[test]
fn states_that_differ_in_the_past_only_are_one_state() {
    let (_, scenario) =
        protocols().into_iter().find(|(name, _)| name == "protocol-lost-adapter").expect("is there");
    let mut bare = scenario.clone();
    bare.never.clear();
    bare.possible.clear();
    let with = explore(&scenario::protocol(&scenario).expect("the stage can be set"));
    let without = explore(&scenario::protocol(&bare).expect("the stage can be set"));
    assert!(without.unique < with.unique, "{} states without claims, {} with", without.unique, with.unique);
}

#[test]
fn an_action_reads_as_a_line_of_a_transcript() {
    let (_, scenario) =
        protocols().into_iter().find(|(name, _)| name == "protocol-lost-adapter").expect("is there");
    let protocol = scenario::protocol(&scenario).expect("the stage can be set");
    let state = protocol.init_states().remove(0);
    let mut actions = Vec::new();
    protocol.actions(&state, &mut actions);
    let lines: Vec<String> = actions.iter().map(|action| protocol.format_action(action)).collect();
    assert_eq!(
        lines,
        [
            "app/renderer  OpenAdapterFromLuid(AdapterLuid=gpu)",
            "other/player  OpenAdapterFromLuid(AdapterLuid=gpu)",
            "incident  stop-adapter gpu",
            "incident  kill-process other",
        ]
    );
    let step = protocol.format_step(&state, actions[0].clone());
    let wanted = "app/renderer  OpenAdapterFromLuid(AdapterLuid=gpu 0x1) -> SUCCESS hAdapter=a 0x40000000";
    assert_eq!(step.as_deref(), Some(wanted));
}
