//! `kmt run` as a user meets it: what is printed, what is written, and how the process ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kmt::rulebook::Rulebook;
use kmt::scenario::EXAMPLE;
use serde_json::Value;

fn kmt(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kmt")).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is UTF-8")
}

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kmt-run-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a temporary file");
        path.to_str().expect("a plain path").to_owned()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing depends on it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn protocol() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    folder.join("protocol-close-race.toml").to_str().expect("a plain path").to_owned()
}

#[test]
fn adp_09_the_example_is_played_to_its_end() {
    let folder = Folder::new("example");
    let file = folder.file("example.toml", EXAMPLE);
    let output = kmt(&["run", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let wanted = format!(
        "The last close of an adapter destroys its devices
rules ADP-09, HND-09 (chosen)
rulebook {}, windows dialect, default limits, round robin

 1  app/main  OpenAdapterFromLuid(AdapterLuid=gpu 0x1) -> SUCCESS hAdapter=a 0x40000000
 2  app/main  CreateDevice(hAdapter=a 0x40000000, Flags=0) -> SUCCESS hDevice=d 0x40000040
 3  app/main  CloseAdapter(hAdapter=a 0x40000000) -> SUCCESS
                device d is destroyed
 4  machine   reclaim device d
 5  app/main  DestroyDevice(hDevice=stale(d) 0x40000040) -> C000000D INVALID_PARAMETER because HND-09 (Invalid handle \
         status)

met: 3 of 3 expectations
",
        Rulebook::embedded().short_hash()
    );
    assert_eq!(text(&output.stdout), wanted);
    assert!(output.stderr.is_empty());
}

const WAITING: &str = r#"
format = 1
title = "One thread waits, gets the mutex and waits again"
schedule = ["main", "waiter", { step = "timeout", thread = "waiter" }, "main", "waiter", "main",
  { step = "grant", thread = "waiter" }, { thread = "waiter", pick = "deadline-ahead" }]
[world]
[[world.process]]
name = "app"
threads = ["main", "waiter"]
[[program]]
thread = "main"
calls = [
  { call = "CreateKeyedMutex", gives = { hKeyedMutex = "m" } },
  { call = "AcquireKeyedMutex", hKeyedMutex = "m", Key = 0, pTimeout = 0 },
  { call = "ReleaseKeyedMutex2", hKeyedMutex = "m", Key = 1, FenceValue = 5, pPrivateRuntimeData = "0a0b" },
]
[[program]]
thread = "waiter"
calls = [
  { call = "AcquireKeyedMutex", hKeyedMutex = "m", Key = 1, pTimeout = -5, expect = { status = "TIMEOUT" } },
  { call = "AcquireKeyedMutex", hKeyedMutex = "m", Key = 1, pTimeout = "NULL", expect = { status = "SUCCESS" } },
  { call = "AcquireKeyedMutex", hKeyedMutex = "m", Key = 1, pTimeout = 9 },
]
"#;

#[test]
fn kmx_19_kmx_22_a_blocked_call_is_shown_from_its_wait_to_its_return() {
    let folder = Folder::new("waiting");
    let output = kmt(&["run", &folder.file("waiting.toml", WAITING)]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    let wanted = "
 1  app/main    CreateKeyedMutex(InitialValue=0) -> SUCCESS hSharedHandle=0x40000002 hKeyedMutex=m 0x40000000
 2  app/waiter  AcquireKeyedMutex(hKeyedMutex=m 0x40000000, Key=1, pTimeout=-5) -> blocked
 3  machine     timeout waiter
                  waiter returns from AcquireKeyedMutex: 00000102 TIMEOUT because TIM-05 (Timeouts of blocked calls \
         (T14)) FenceValue=0
 4  app/main    AcquireKeyedMutex(hKeyedMutex=m 0x40000000, Key=0, pTimeout=0) -> SUCCESS FenceValue=0
 5  app/waiter  AcquireKeyedMutex(hKeyedMutex=m 0x40000000, Key=1, pTimeout=NULL) -> blocked
 6  app/main    ReleaseKeyedMutex2(hKeyedMutex=m 0x40000000, Key=1, FenceValue=5, pPrivateRuntimeData=0a0b) -> SUCCESS
 7  machine     grant waiter
                  waiter returns from AcquireKeyedMutex: 00000000 SUCCESS because KMX-22 (One release, one taker, any \
         taker) FenceValue=5
 8  app/waiter  AcquireKeyedMutex(hKeyedMutex=m 0x40000000, Key=1, pTimeout=9) -> blocked
 9  app/waiter  stays blocked in AcquireKeyedMutex, for key 1
";
    assert!(shown.contains(wanted), "{shown}");
}

#[test]
fn a_call_that_never_returns_is_not_met() {
    let folder = Folder::new("blocked");
    let short = WAITING.replace(", \"main\", \"waiter\", \"main\",\n  { step = \"grant\", thread = \"waiter\" }, { thread = \"waiter\", pick = \"deadline-ahead\" }]", ", \"main\", \"waiter\"]");
    let output = kmt(&["run", &folder.file("blocked.toml", &short)]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("the return from call 2 of `waiter` was not made"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn an_expectation_that_is_not_met_is_shown_at_its_place() {
    let folder = Folder::new("unmet");
    let wrong = EXAMPLE.replace("INVALID_PARAMETER", "INVALID_HANDLE").replace("0x40000040", "0x40000080");
    let file = folder.file("wrong.toml", &wrong);
    let output = kmt(&["run", &file]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    assert!(shown.contains("wrong.toml:18:34: event 2: hDevice is 0x40000040"));
    assert!(shown.contains("expected 0x40000080"));
    assert!(shown.contains("wrong.toml:21:25: event 5: status is C000000D INVALID_PARAMETER because HND-09"));
    assert!(shown.contains("expected INVALID_HANDLE"));
    assert!(shown.ends_with("not met: 2 differences from what was expected\n"));
}

#[test]
fn a_rule_and_effects_that_are_not_met_are_shown() {
    let folder = Folder::new("rule");
    let wrong = EXAMPLE
        .replace("rule = \"HND-09\"", "rule = \"ADP-01\"")
        .replace("{ status = \"SUCCESS\" }", "{ status = \"SUCCESS\", effects = [] }");
    let output = kmt(&["run", &folder.file("wrong.toml", &wrong)]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    assert!(shown.contains("event 5: rule is C000000D INVALID_PARAMETER because HND-09"));
    assert!(shown.contains("event 3: effects is device d is destroyed"));
    assert!(shown.contains("expected none"));
}

#[test]
fn a_call_that_is_never_made_is_not_met() {
    let folder = Folder::new("never-made");
    let pinned = EXAMPLE.replace("[world]", "schedule = [\"main\", \"main\"]\n[world]");
    let output = kmt(&["run", &folder.file("short.toml", &pinned)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("call 3 of `main` was not made: the run ended before"));
}

#[test]
fn input_at_fault_ends_with_2_and_a_place() {
    let folder = Folder::new("fault");
    let cases = [
        ("empty", String::new(), "1:1"),
        ("format", EXAMPLE.replace("format = 1", "format = 2"), "1:10"),
        ("type", EXAMPLE.replace("threads = [\"main\"]", "threads = 3"), "11:11"),
        ("unbound", EXAMPLE.replace("hAdapter = \"a\", gives", "hAdapter = \"zero\", gives"), "20:39"),
        ("limits", EXAMPLE.replace("[world]\n", "[world]\nlimits = { growth = 0 }\n"), "7:21"),
        ("syntax", EXAMPLE.replace("calls = [", "calls = "), "15:9"),
    ];
    for (name, content, place) in cases {
        let file = folder.file(&format!("{name}.toml"), &content);
        let output = kmt(&["run", &file]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let message = text(&output.stderr);
        assert!(message.contains(&format!("{name}.toml:{place}: ")), "{name}: {message}");
        assert!(message.contains("expected"), "{name}: {message}");
        assert!(!message.contains('\u{1b}'), "no colours where nobody sees them");
    }
}

#[test]
fn a_file_that_cannot_be_read_or_written_ends_with_5() {
    let folder = Folder::new("unreadable");
    let missing = folder.0.join("missing.toml");
    let file = folder.file("example.toml", EXAMPLE);
    let nowhere = folder.0.join("no/such/folder.toml");
    for arguments in [
        vec!["run", missing.to_str().expect("plain")],
        vec!["run", folder.0.to_str().expect("plain")],
        vec!["run", &file, "--record", nowhere.to_str().expect("plain")],
        vec!["run", &file, "--record", folder.0.to_str().expect("plain")],
    ] {
        let output = kmt(&arguments);
        assert_eq!(output.status.code(), Some(5), "{arguments:?}");
        assert!(text(&output.stderr).starts_with("kmt: "), "{arguments:?}");
    }
    assert_eq!(folder.names(), ["example.toml"], "nothing is left behind");
}

#[test]
fn the_same_run_is_the_same_bytes() {
    for arguments in [vec!["run"], vec!["run", "--seed", "3"], vec!["run", "--format", "json"]] {
        let file = protocol();
        let arguments: Vec<&str> = arguments.into_iter().chain([file.as_str()]).collect();
        assert_eq!(kmt(&arguments).stdout, kmt(&arguments).stdout);
    }
}

#[test]
fn a_seed_is_printed_and_its_run_can_be_recorded_and_replayed() {
    let folder = Folder::new("record");
    let recorded = folder.0.join("recorded.toml");
    let recorded = recorded.to_str().expect("a plain path");
    let output = kmt(&["run", &protocol(), "--seed", "11", "--record", recorded]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains(", seed 11\n"));
    let replayed = kmt(&["run", recorded]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stderr));
    assert!(text(&replayed.stdout).contains(", pinned schedule\n"));
    let events = |output: &Output| -> Vec<String> {
        let shown = text(&output.stdout).to_owned();
        shown.lines().skip(4).take_while(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    assert_eq!(events(&output), events(&replayed));
    assert_eq!(folder.names(), ["recorded.toml"], "nothing else is left behind");
    // A second recording of the same file changes nothing.
    let again = folder.0.join("again.toml");
    kmt(&["run", recorded, "--record", again.to_str().expect("a plain path")]);
    assert_eq!(std::fs::read(recorded).expect("written"), std::fs::read(again).expect("written"));
}

#[test]
fn a_seed_has_no_place_beside_a_pinned_schedule() {
    let folder = Folder::new("seed");
    let pinned = EXAMPLE.replace("[world]", "schedule = [\"main\"]\n[world]");
    let output = kmt(&["run", "--seed", "1", &folder.file("pinned.toml", &pinned)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("pinned.toml:6:13: the scenario pins its schedule"));
}

#[test]
fn a_claim_that_comes_true_is_a_verdict() {
    let folder = Folder::new("claim");
    let claim = "\n[[never]]\nname = \"the close succeeds\"\n\
                 all = [{ thread = \"main\", call = 3, status = \"SUCCESS\" }]\n";
    let output = kmt(&["run", &folder.file("claim.toml", &format!("{EXAMPLE}{claim}"))]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("claim.toml:25:8: event 3: the close succeeds"));
}

#[test]
fn json_has_a_schema_for_every_end() {
    let folder = Folder::new("json");
    let good = folder.file("good.toml", EXAMPLE);
    let wrong = folder.file("wrong.toml", &EXAMPLE.replace("INVALID_PARAMETER", "INVALID_HANDLE"));
    let bad = folder.file("bad.toml", &EXAMPLE.replace("CloseAdapter", "CloseAdaptor"));
    let json = |file: &str, exit: i32| -> Value {
        let output = kmt(&["run", file, "--format", "json"]);
        assert_eq!(output.status.code(), Some(exit));
        let value: Value = serde_json::from_str(text(&output.stdout)).expect("one JSON document");
        assert_eq!(value["schema"], "kmt.run/1");
        value
    };
    let met = json(&good, 0);
    assert_eq!(met["verdict"], "met");
    assert_eq!(met["rulebook"], Rulebook::embedded().hash());
    assert_eq!(met["transcript"][4]["answer"]["rule"]["id"], "HND-09");
    assert_eq!(met["transcript"][4]["answer"]["code"], "C000000D");
    assert_eq!(met["transcript"][1]["answer"]["out"][0]["field"], "hDevice");
    assert_eq!(met["transcript"][2]["effects"][0], "device d is destroyed");
    let unmet = json(&wrong, 1);
    assert_eq!(unmet["verdict"], "not met");
    assert_eq!(unmet["not_met"][0]["line"], 21);
    assert_eq!(unmet["not_met"][0]["expected"], "INVALID_HANDLE");
    let refused = json(&bad, 2);
    assert_eq!(refused["verdict"], "bad input");
    assert_eq!(refused["problems"][0]["line"], 19);
    assert_eq!(refused["problems"][0]["column"], 12);
    assert_eq!(refused["problems"][0]["hint"], "did you mean `CloseAdapter`?");
}

#[test]
fn the_long_help_shows_the_example() {
    let output = kmt(&["run", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout).to_owned();
    for line in EXAMPLE.lines() {
        assert!(help.contains(line.trim()), "{line}");
    }
}
