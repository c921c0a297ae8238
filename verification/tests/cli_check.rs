//! `kmt check` over registries of toy worlds: reports, exit codes, stages, interruption.

mod toys;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kmt::check::{Engine, ModelWorld, PairWorld, Progress, Request, Stage, StageReport, World, bench};
use kmt::exit::Exit;
use kmt::explore::Snapshot;
use serde_json::Value;
use toys::check::{
    PINS, column, counters, line, named, racy_lock, registry, run, run_watched, safe_lock, without_measures,
};
use toys::{Counters, Tiles, Trap};

#[test]
fn a_clean_run_prints_one_table_and_what_it_rests_on() {
    let ran = run(&registry(vec![counters(), safe_lock()], PINS), &Request::default());
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Clean, ""));
    assert_eq!(column(&ran.out, "counters", 2), "495");
    assert_eq!(column(&ran.out, "counters", 3), "1,192");
    assert_eq!(column(&ran.out, "counters", 6), "2/2");
    assert_eq!(column(&ran.out, "safe-lock", 7), "1/1");
    assert!(ran.out.lines().all(|line| line.chars().count() <= 120), "{}", ran.out);
    let summary: Vec<&str> = ran.out.lines().rev().take(6).collect();
    insta::assert_snapshot!(summary.into_iter().rev().collect::<Vec<_>>().join("\n"), @r"
    rulebook      0123456789ab
    dialect       windows
    bounds        none beside those of the worlds
    states by     64-bit fingerprint (two states with one fingerprint count as one)
    collisions    odds of an unnoticed one in 498 states: 6.6e-15
    result        clean
    ");
}

#[test]
fn a_broken_property_is_shown_by_its_shortest_sequence() {
    let ran = run(&registry(vec![racy_lock()], ""), &Request::default());
    assert_eq!(ran.exit, Exit::Verdict);
    let from = ran.out.find("racy-lock: broken").expect("the failure is told");
    let to = ran.out.find("rulebook").expect("the summary follows");
    insta::assert_snapshot!(&ran.out[from..to], @r"
    racy-lock: broken: one thread at most is inside
      the shortest sequence, 4 steps from initial state 0:
         1. thread 0 looks at the lock
         2. thread 1 looks at the lock
         3. thread 0 takes the lock
         4. thread 1 takes the lock
      the last step:
                  threads: [
                      Inside,
            -         SawItFree,
            +         Inside,
                  ],
              }
    ");
}

#[test]
fn both_engines_tell_the_same() {
    let world = |engine| {
        let request = Request { engine: Some(engine), json: true, ..Request::default() };
        let ran = run(&registry(vec![counters(), racy_lock()], PINS), &request);
        let document: Value = serde_json::from_str(&ran.out).expect("JSON");
        let worlds = &document["worlds"];
        (worlds[0]["unique"].clone(), worlds[0]["properties"].clone(), worlds[1]["sequences"].clone())
    };
    let (unique, properties, sequences) = world(Engine::Stateright);
    assert_eq!((unique.clone(), properties.clone(), sequences.clone()), world(Engine::Explore));
    assert_eq!(unique, 495);
    assert_eq!(sequences[0]["indices"], serde_json::json!([0, 1, 0, 1]));
}

#[test]
fn a_divergence_of_a_pair_world_has_its_own_exit_code() {
    let ran = run(&registry(vec![line(Trap::Divergence)], ""), &Request::default());
    assert_eq!(ran.exit, Exit::Divergence);
    assert_eq!(column(&ran.out, "line", 9).trim_end_matches(['│', ' ']), "diverged");
    assert!(ran.out.contains("line: broken: core and model agree\n"), "{}", ran.out);
    assert!(ran.out.contains("3. \"count\""), "{}", ran.out);
}

#[test]
fn a_panic_is_a_verdict_with_its_sequence() {
    for engine in [Engine::Stateright, Engine::Explore] {
        let request = Request { engine: Some(engine), ..Request::default() };
        let ran = run(&registry(vec![line(Trap::PanicAtSeven)], ""), &request);
        assert_eq!(ran.exit, Exit::Verdict, "{engine:?}");
        assert!(
            ran.out.contains("line: panicked: seven is out of order\n  the shortest sequence, 8 steps"),
            "{}",
            ran.out
        );
        assert!(
            ran.out.contains(
                "8. \"count\"\n  the last step:\n        the model panicked in this state:\n        7\n"
            ),
            "{}",
            ran.out
        );
    }
}

#[test]
fn worlds_that_cannot_be_judged_are_refused() {
    for (trap, reason) in
        [(Trap::Eventually, "`eventually` is refused"), (Trap::OnlySometimes, "no `always`")]
    {
        let ran = run(&registry(vec![line(trap)], ""), &Request::default());
        assert_eq!(ran.exit, Exit::Verdict);
        assert!(ran.out.contains("line: refused: ") && ran.out.contains(reason), "{}", ran.out);
    }
}

#[test]
fn a_missing_witness_is_a_verdict() {
    let tiles: Box<dyn World> = Box::new(PairWorld::new("tiles", "Eight sliding tiles.", Tiles));
    let ran = run(&registry(vec![tiles], ""), &Request::default());
    assert_eq!(ran.exit, Exit::Verdict);
    assert_eq!(column(&ran.out, "tiles", 7), "1/2");
    assert!(ran.out.contains("tiles: no witness: only two tiles are swapped\n"), "{}", ran.out);
}

#[test]
fn a_bound_leaves_the_answer_open() {
    for engine in [Engine::Stateright, Engine::Explore] {
        let request = Request { engine: Some(engine), max_states: Some(100), ..Request::default() };
        let ran = run(&registry(vec![counters()], ""), &request);
        assert_eq!(ran.exit, Exit::Bound, "{}", ran.out);
        assert_eq!(column(&ran.out, "counters", 6), "0/2");
        assert!(ran.out.contains("counters: bound reached: 100 unique states"), "{}", ran.out);
        let enough = Request { max_states: Some(495), ..request };
        assert_eq!(run(&registry(vec![counters()], PINS), &enough).exit, Exit::Verdict, "a superfluous pin");
        assert_eq!(run(&registry(vec![counters(), safe_lock()], PINS), &enough).exit, Exit::Clean);
    }
}

#[test]
fn an_unknown_world_is_answered_with_the_nearest_and_the_list() {
    let ran = run(&registry(vec![counters(), safe_lock()], PINS), &named("save-lock"));
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::BadInput, ""));
    assert_eq!(
        ran.err,
        "kmt check: there is no world \"save-lock\", did you mean \"safe-lock\"?; the worlds are: counters, safe-lock\n"
    );
    let ran = run(&registry(vec![counters()], PINS), &named("qqq"));
    assert_eq!(ran.err, "kmt check: there is no world \"qqq\"; the worlds are: counters\n");
}

#[test]
fn a_check_of_nothing_is_an_error() {
    let ran = run(&registry(Vec::new(), ""), &Request::default());
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::BadInput, "kmt check: there is no world to check\n"));
}

#[test]
fn deep_worlds_run_when_asked_for() {
    let tiles = || -> Box<dyn World> { Box::new(ModelWorld::new("tiles", "Sliding tiles.", Tiles).deep()) };
    let registry = registry(vec![safe_lock(), tiles()], "");
    let worlds = |request: Request| {
        let ran = run(&registry, &Request { json: true, max_states: Some(9), ..request });
        let document: Value = serde_json::from_str(&ran.out).expect("JSON");
        document["worlds"].as_array().expect("an array").len()
    };
    assert_eq!(worlds(Request::default()), 1);
    assert_eq!(worlds(Request { deep: true, ..Request::default() }), 2);
    assert_eq!(worlds(named("tiles")), 1);
}

#[test]
fn the_list_says_what_each_world_is_for() {
    let tiles: Box<dyn World> = Box::new(ModelWorld::new("tiles", "Eight sliding tiles.", Tiles).deep());
    let registry = registry(vec![safe_lock(), tiles], "");
    let ran = run(&registry, &Request { list: true, ..Request::default() });
    assert_eq!(ran.exit, Exit::Clean);
    insta::assert_snapshot!(ran.out, @r"
    ┌───────────┬───────┬─────────────┬────────────────────────────┐
    │ world     ┆ kind  ┆ runs        ┆ what happens               │
    ╞═══════════╪═══════╪═════════════╪════════════════════════════╡
    │ safe-lock ┆ pair  ┆ always      ┆ Two threads around a lock. │
    │ tiles     ┆ model ┆ with --deep ┆ Eight sliding tiles.       │
    └───────────┴───────┴─────────────┴────────────────────────────┘
    ");
    let ran = run(&registry, &Request { list: true, json: true, ..Request::default() });
    let document: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(document["schema"], "kmt.worlds/1");
    assert_eq!(document["worlds"][1]["deep"], true);
}

struct Cases(Vec<String>);

impl Stage for Cases {
    fn name(&self) -> &'static str {
        "measured behaviour"
    }

    fn run(&self) -> StageReport {
        StageReport { cases: 1200, failures: self.0.clone() }
    }
}

#[test]
fn stages_run_after_all_worlds_and_not_with_one_by_name() {
    let mut registry = registry(vec![safe_lock()], "[safe-lock]\nunique = 3\ngenerated = 5\ndepth = 2\n");
    registry.stages = vec![Box::new(Cases(Vec::new()))];
    let ran = run(&registry, &Request::default());
    assert_eq!(ran.exit, Exit::Clean);
    assert!(ran.out.contains("measured behaviour: 1,200 cases, 0 failed"), "{}", ran.out);
    assert!(!run(&registry, &named("safe-lock")).out.contains("measured"));

    registry.stages = vec![Box::new(Cases(vec!["case 7 gave 0xC000000D\nwanted 0".to_owned()]))];
    let ran = run(&registry, &Request::default());
    assert_eq!(ran.exit, Exit::Verdict);
    assert!(ran.out.contains("  case 7 gave 0xC000000D\n    wanted 0\n"), "{}", ran.out);
}

#[test]
#[expect(clippy::too_many_lines, reason = "the document is the test")]
fn the_json_report_has_a_stable_shape() {
    let request = Request { json: true, ..Request::default() };
    let mut registry = registry(vec![safe_lock(), racy_lock()], PINS);
    registry.stages = vec![Box::new(Cases(Vec::new()))];
    let ran = run(&registry, &request);
    assert_eq!(ran.exit, Exit::Verdict);
    insta::assert_snapshot!(without_measures(&ran.out), @r#"
    {
      "schema": "kmt.check/1",
      "result": "verdict",
      "exit": 1,
      "rulebook": "0123456789ab",
      "dialect": "windows",
      "bounds": {
        "max_states": null
      },
      "identification": {
        "states_by": "64-bit fingerprint (two states with one fingerprint count as one)",
        "unique": 16,
        "collision_odds": 4.824699667560495e-18
      },
      "worlds": [
        {
          "world": "safe-lock",
          "kind": "pair",
          "engine": "explore",
          "ending": "complete",
          "reason": null,
          "unique": 3,
          "generated": 5,
          "depth": 2,
          "seconds": [measured],
          "states_per_second": [measured],
          "bytes_per_state": [measured],
          "properties_held": {
            "count": 1,
            "of": 1
          },
          "witnesses_found": {
            "count": 1,
            "of": 1
          },
          "properties": [
            {
              "name": "one thread at most is inside",
              "expectation": "always",
              "answer": "held"
            },
            {
              "name": "thread 1 is inside",
              "expectation": "sometimes",
              "answer": "found"
            }
          ],
          "sequences": []
        },
        {
          "world": "racy-lock",
          "kind": "model",
          "engine": "stateright",
          "ending": "complete",
          "reason": null,
          "unique": 13,
          "generated": 25,
          "depth": 7,
          "seconds": [measured],
          "states_per_second": [measured],
          "bytes_per_state": [measured],
          "properties_held": {
            "count": 0,
            "of": 1
          },
          "witnesses_found": {
            "count": 1,
            "of": 1
          },
          "properties": [
            {
              "name": "one thread at most is inside",
              "expectation": "always",
              "answer": "broken"
            },
            {
              "name": "thread 1 is inside",
              "expectation": "sometimes",
              "answer": "found"
            }
          ],
          "sequences": [
            {
              "failure": "one thread at most is inside",
              "initial": 0,
              "indices": [
                0,
                1,
                0,
                1
              ],
              "steps": [
                "thread 0 looks at the lock",
                "thread 1 looks at the lock",
                "thread 0 takes the lock",
                "thread 1 takes the lock"
              ],
              "last_step": "      threads: [\n          Inside,\n-         SawItFree,\n+         Inside,\n      ],\n  }"
            }
          ]
        }
      ],
      "unfinished": [],
      "stages": [
        {
          "stage": "measured behaviour",
          "cases": 1200,
          "failures": [],
          "seconds": [measured],
        }
      ],
      "pins": [
        {
          "world": "counters",
          "problem": "superfluous",
          "pinned": null,
          "found": null
        }
      ],
      "blessed": null
    }
    "#);
}

/// Interrupts as soon as the large world has come some way.
struct Interrupt(Arc<AtomicBool>);

impl Progress for Interrupt {
    fn started(&self, _: &'static str) {}

    fn moved(&self, world: &'static str, snapshot: Snapshot) {
        if world == "counters" && snapshot.unique > 1000 {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn finished(&self, _: &'static str) {}
}

#[test]
fn an_interrupt_keeps_what_was_finished_and_says_that_the_rest_is_not() {
    for engine in [Engine::Stateright, Engine::Explore] {
        let cancel = Arc::new(AtomicBool::new(false));
        let endless: Box<dyn World> =
            Box::new(ModelWorld::new("counters", "Too many to wait for.", Counters { sum: 600 }));
        let registry = registry(vec![safe_lock(), endless, racy_lock()], PINS);
        let request = Request { threads: 1, engine: Some(engine), ..Request::default() };
        // The unpinned worlds run first, the last of the table after the first.
        let ran = run_watched(&registry, &request, &Interrupt(Arc::clone(&cancel)), &cancel);
        assert_eq!(ran.exit, Exit::Interrupted, "{engine:?}");
        assert!(ran.out.contains("racy-lock: broken"), "{}", ran.out);
        assert!(ran.out.contains("not finished  safe-lock, counters\n"), "{}", ran.out);
        assert!(ran.out.ends_with("result        incomplete: interrupted\n"), "{}", ran.out);
    }
}

#[test]
fn worlds_side_by_side_report_in_the_order_of_the_registry() {
    let report = |threads| {
        let request = Request { threads, json: true, ..Request::default() };
        without_measures(&run(&registry(vec![counters(), racy_lock(), safe_lock()], PINS), &request).out)
    };
    assert_eq!(report(1), report(2));
    assert_eq!(report(1), report(8));
}

#[test]
fn the_engines_are_compared_in_one_table() {
    let tiles = ModelWorld::new("tiles", "Eight sliding tiles.", Tiles);
    let rows = bench::compare(&[&tiles]);
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.complete && row.unique == 181_440 && row.states_per_second > 0));
    let table = bench::render(&rows);
    let base = table.lines().find(|line| line.contains("stateright") && line.contains("┆       1 ┆"));
    assert!(base.is_some_and(|line| line.contains("1.00")), "{table}");
}

#[test]
fn the_binary_refuses_an_unknown_world() {
    let output = Command::new(env!("CARGO_BIN_EXE_kmt")).args(["check", "no-such-world"]).output();
    assert_eq!(output.expect("kmt runs").status.code(), Some(2));
}
