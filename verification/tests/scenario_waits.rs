//! Fences, events and their options in scenarios: how they are written, what is refused, and who waits for ever.

use std::path::Path;
use std::process::Command;

use kmt::explore::{Explorer, Options, PropertyOutcome};
use kmt::scenario::{self, Action, Policy, Protocol, Run, RunError, Scenario, Source};

/// Two threads wait for an auto-reset event that a third one sets, through a fence.
const WAITS: &str = r#"
format = 1
title = "A fence sets an auto-reset event with two waiters"
schedule = ["main", "main", "main", "main", "main", "one", "two", { thread = "main", releases = ["two"] }]
[world]
[[world.adapter]]
name = "gpu"
[[world.process]]
name = "app"
threads = ["main", "one", "two"]
[[program]]
thread = "main"
calls = [
  { call = "OpenAdapterFromLuid", AdapterLuid = "gpu", gives = { hAdapter = "a" } },
  { call = "CreateDevice", hAdapter = "a", gives = { hDevice = "d" } },
  { call = "CreateSynchronizationObject2", hDevice = "d", gives = { hSyncObject = "f" },
    Info = { Type = "MONITORED_FENCE", InitialFenceValue = 5, Flags = ["TopOfPipeline"] } },
  { call = "CreateEvent", gives = { hEvent = "e" } },
  { call = "WaitForSynchronizationObjectFromCpu", hDevice = "d", ObjectHandleArray = ["f"], FenceValueArray = [9],
    hAsyncEvent = "e" },
  { call = "SignalSynchronizationObjectFromCpu", hDevice = "d", ObjectHandleArray = ["f"], FenceValueArray = [9],
    expect = { sets = ["e"], wakes = [{ thread = "two", status = "SUCCESS", rule = "EVT-02" }] } },
]
[[program]]
thread = "one"
calls = [{ call = "WaitForEvent", hEvent = "e", pTimeout = "NULL" }]
[[program]]
thread = "two"
calls = [{ call = "WaitForEvent", hEvent = "e", pTimeout = "NULL" }]
"#;

fn source(text: &str) -> Source {
    Source { name: "s.toml".to_owned(), text: text.to_owned() }
}

/// The scenario with one text replaced, which has to be there.
#[track_caller]
fn edited(from: &str, to: &str) -> String {
    assert!(WAITS.contains(from), "{from}");
    WAITS.replacen(from, to, 1)
}

#[track_caller]
fn good(text: &str) -> Scenario {
    scenario::parse(&source(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn played(scenario: &Scenario) -> Result<Run, RunError> {
    let mut kernel = scenario::kernel(&scenario.world).expect("the limits fit");
    scenario::run(scenario, &mut kernel, Policy::RoundRobin)
}

#[track_caller]
fn play(scenario: &Scenario) -> Run {
    played(scenario).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn evt_02_evt_08_the_released_thread_is_pinned_and_shown() {
    let run = play(&good(WAITS));
    assert!(run.is_clean(), "{:?}", run.unmet);
    let shown = run.transcript.to_string();
    let wanted = "
 8  app/main  SignalSynchronizationObjectFromCpu(hDevice=d 0x40000040, ObjectHandleArray=[f 0x40000080], \
                  FenceValueArray=[9], Flags=0) releasing two -> SUCCESS
                event e is set
                two returns from WaitForEvent: 00000000 SUCCESS because EVT-02 (What a set releases)
 9  app/one   stays blocked in WaitForEvent, until e is set
";
    assert!(shown.ends_with(wanted), "{shown}");
    // Without a word the first option is taken, the oldest waiter.
    let first = edited("{ thread = \"main\", releases = [\"two\"] }", "\"main\"");
    let run = play(&good(&first));
    assert!(run.transcript.to_string().contains("one returns from WaitForEvent"), "{}", run.transcript);
    let [unmet] = &run.unmet[..] else { panic!("{:?}", run.unmet) };
    assert_eq!(unmet.unmet.what, "wakes");
    let run = play(&good(&edited("sets = [\"e\"]", "sets = []")));
    assert_eq!(
        (run.unmet[0].unmet.what.as_str(), run.unmet[0].unmet.got.as_str()),
        ("sets", "event e is set")
    );
}

#[test]
fn evt_02_a_release_that_is_no_option_stops_the_run_at_its_place() {
    let entry = "{ thread = \"main\", releases = [\"two\"] }";
    let early = edited("\"main\", \"one\", \"two\",", "\"main\",");
    let nothing_open = "nothing is open here: no auto-reset event has more waiters than it is set times";
    for (text, found, expected, hint) in [
        (
            edited(entry, "{ thread = \"main\", releases = [\"one\", \"two\"] }"),
            "`releases` is [one, two], which is no option here",
            "`[one]` or `[two]`",
            None,
        ),
        (early, "`releases` is [two], which is no option here", "no `releases`", Some(nothing_open)),
        (
            edited(entry, "{ incident = \"stop-adapter\", adapter = \"gpu\", releases = [\"main\"] }"),
            "`releases` is [main], which is no option here",
            "`[one]` or `[two]`",
            None,
        ),
        (
            edited(entry, "{ step = \"notice\", object = \"f\", adapter = \"gpu\", releases = [\"two\"] }"),
            "the step `notice f on gpu` is not enabled here",
            "no step: none is enabled",
            None,
        ),
    ] {
        let Err(RunError::Fault(fault)) = played(&good(&text)) else { panic!("{found}: it ran") };
        assert_eq!((fault.found.as_str(), fault.expected.as_str()), (found, expected));
        assert_eq!(fault.hint.as_deref(), hint);
        assert_eq!(source(&text).line_and_column(fault.span.start).0, 4);
    }
}

#[test]
fn fences_events_and_releases_are_read_with_care() {
    for (from, to) in [
        ("Flags = [\"TopOfPipeline\"]", "Flags = \"TopOfPipeline | NoWait\""),
        ("Flags = [\"TopOfPipeline\"]", "Flags = []"),
        ("Type = \"MONITORED_FENCE\"", "Type = 5"),
        (
            "FenceValueArray = [9],\n    hAsyncEvent = \"e\"",
            "FenceValueArray = \"NULL\", hAsyncEvent = \"NULL\"",
        ),
        ("ObjectHandleArray = [\"f\"]", "ObjectCount = 4097, ObjectHandleArray = [\"f\", \"zero\", 5]"),
    ] {
        good(&edited(from, to));
    }
    for (from, to, wanted) in [
        ("Type = \"MONITORED_FENCE\", ", "", "`Info` without a field `Type`; expected `Type = …`, `MUTEX`"),
        ("Type = \"MONITORED_FENCE\"", "Type = \"MONITOR_FENCE\"", "did you mean `MONITORED_FENCE`?"),
        ("Type = \"MONITORED_FENCE\"", "Type = 7", "`Info` has no field named `InitialFenceValue`"),
        ("InitialFenceValue = 5", "FenceValue = 5", "`Info` has no field named `FenceValue`"),
        ("[\"TopOfPipeline\"]", "[\"TopOfPipelines\"]", "did you mean `TopOfPipeline`?"),
        (
            "ObjectHandleArray = [\"f\"]",
            "ObjectHandleArray = \"f\"",
            "`ObjectHandleArray` is the string \"f\"",
        ),
        ("ObjectHandleArray = [\"f\"]", "ObjectHandleArray = [\"e\"]", "`e` is an NT handle"),
        ("FenceValueArray = [9]", "FenceValueArray = [-9]", "`FenceValueArray` is -9"),
        ("hAsyncEvent = \"e\"", "hAsyncEvent = \"f\"", "`f` is a D3DKMT handle"),
        (",\n    hAsyncEvent = \"e\"", "", "has no field `hAsyncEvent`"),
        ("sets = [\"e\"]", "sets = [\"f\"]", "`f` is a D3DKMT handle"),
        ("releases = [\"two\"]", "releases = [\"tow\"]", "did you mean `two`?"),
        ("releases = [\"two\"]", "releases = \"two\"", "`releases` is the string \"two\""),
        (
            "releases = [\"two\"]",
            "releases = [\"two\"], pick = \"deadline-ahead\"",
            "both `pick` and `releases`",
        ),
        (
            "{ thread = \"main\", releases = [\"two\"] }",
            "{ step = \"notice\", object = \"d\", adapter = \"gpu\" }",
            "expected a handle of a synchronisation object",
        ),
        (
            "{ thread = \"main\", releases = [\"two\"] }",
            "{ incident = \"end-thread\", thread = \"one\", releases = [\"two\"] }",
            "has no field named `releases`",
        ),
    ] {
        let all = scenario::parse(&source(&edited(from, to))).expect_err(to).to_string();
        assert!(all.contains(wanted), "{to}: {all}");
    }
}

#[test]
fn who_sticks_is_written_with_care() {
    let with = |claim: &str| format!("{WAITS}\n[[never]]\nname = \"n\"\n{claim}\n");
    good(&with("stuck = \"any\""));
    good(&with("stuck = [\"one\", \"two\"]\nall = [{ thread = \"main\", call = 6 }]"));
    for (claim, wanted) in [
        ("", "a claim has no field `all`"),
        ("stuck = \"all\"", "`stuck` is the string \"all\"; expected `\"any\"`, or an array"),
        ("stuck = []", "`stuck` is an array"),
        ("stuck = [\"gpu\"]", "no program has the thread `gpu`; expected `main`, `one` or `two`"),
        ("stuck = \"any\"\nall = []", "`all` is empty"),
    ] {
        let all = scenario::parse(&source(&with(claim))).expect_err(claim).to_string();
        assert!(all.contains(wanted), "{claim}: {all}");
    }
}

/// The protocol of a file of the project.
fn protocol(name: &str, change: impl Fn(&mut Scenario)) -> Protocol {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let (_, mut scenario) = scenario::load(&file).unwrap_or_else(|error| panic!("{error}"));
    change(&mut scenario);
    scenario::protocol(&scenario).expect("the stage can be set")
}

/// The broken properties, each with the shortest path to it.
fn broken(protocol: &Protocol) -> Vec<(&'static str, Vec<Action>)> {
    let options = Options { stop_after_failures: None, ..Options::default() };
    let report = Explorer::new(protocol, options).run().expect("a protocol can be searched");
    let paths = report.properties.iter().filter_map(|property| match &property.outcome {
        PropertyOutcome::Broken(path) => {
            Some((property.name, path.steps.iter().map(|step| step.action.clone()).collect()))
        }
        _ => None,
    });
    paths.collect()
}

#[test]
fn cpu_15_a_sound_protocol_never_sticks() {
    assert_eq!(broken(&protocol("protocol-producer-consumer.toml", |_| ())), []);
}

#[test]
fn cpu_19_a_faulty_protocol_sticks_and_the_path_replays() {
    let faulty = protocol("protocol-lost-producer.toml", |scenario| {
        // What was said to be possible is now said never to happen.
        scenario.never = std::mem::take(&mut scenario.possible);
    });
    let broken = broken(&faulty);
    let names: Vec<_> = broken.iter().map(|(name, _)| *name).collect();
    let [sticks, ..] = &names[..] else { panic!("nothing is broken") };
    assert_eq!((*sticks, names.len()), ("never: the consumer waits for ever", 3));
    let path = &broken[0].1;
    let pinned = faulty.pinned(path);
    let text = scenario::print(&pinned);
    assert!(
        text.contains("stuck = [\"consumer\"]\n") && text.contains("stuck = \"any\"\nall = [\n"),
        "{text}"
    );
    let run = play(&good(&text));
    assert_eq!(run.transcript, faulty.transcript(path));
    assert!(run.broken.iter().any(|seen| seen.claim == 0 && seen.line == path.len()), "{:?}", run.broken);
    let last = run.transcript.lines.last().expect("something happened");
    assert_eq!(last.to_string(), "app/consumer  stays blocked in WaitForEvent, until ready is set");
    // One event less, and the device could still be kept.
    let earlier = faulty.pinned(&path[..path.len() - 1]);
    assert_eq!(play(&earlier).broken, []);
}

#[test]
fn evt_02_every_release_is_explored_and_one_of_them_is_stuck() {
    let claims = "\n[[possible]]\nname = \"one\"\nall = [{ thread = \"one\", call = 1 }]\nstuck = [\"two\"]\n\
                  [[possible]]\nname = \"two\"\nall = [{ thread = \"two\", call = 1 }]\nstuck = [\"one\"]\n";
    let scenario = good(
        &format!("{WAITS}{claims}")
            .replace(", wakes = [{ thread = \"two\", status = \"SUCCESS\", rule = \"EVT-02\" }]", ""),
    );
    let protocol = scenario::protocol(&scenario).expect("the stage can be set");
    let report = Explorer::new(&protocol, Options::default()).run().expect("a protocol can be searched");
    for property in &report.properties {
        let PropertyOutcome::Witness(path) = &property.outcome else {
            assert_eq!(property.outcome, PropertyOutcome::Holds, "{}", property.name);
            continue;
        };
        // The path that a search finds can be pinned, whoever is released on it.
        let actions: Vec<Action> = path.steps.iter().map(|step| step.action.clone()).collect();
        let pinned = good(&scenario::print(&protocol.pinned(&actions)));
        assert_eq!(play(&pinned).transcript, protocol.transcript(&actions));
    }
}

#[test]
fn syn_31_syn_40_an_orphaned_wait_is_noted_when_the_run_is_at_rest() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/fence-orphaned-wait.toml");
    let (_, scenario) = scenario::load(&file).unwrap_or_else(|error| panic!("{error}"));
    let run = play(&scenario);
    let lines: Vec<String> =
        run.transcript.lines.iter().rev().take(2).rev().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "app/waiter  stays blocked in WaitForSynchronizationObjectFromCpu, until f reaches 1; note: orphaned: \
             nobody can signal it any more",
            "app  stays registered, until mute reaches 1, to set e; note: orphaned: nobody can signal it any more",
        ]
    );
    // While the fence has its handle the wait can still be satisfied.
    let mut whole = scenario;
    whole.schedule.as_mut().expect("it is pinned").truncate(7);
    let shown = play(&whole).transcript.to_string();
    assert!(shown.contains("until f reaches 1\n") && shown.matches("orphaned").count() == 1, "{shown}");
}

#[test]
fn cpu_20_reports_of_the_simulator_are_notes() {
    let reached = edited(
        "FenceValueArray = [9],\n    hAsyncEvent = \"e\"",
        "FenceValueArray = [5], hAsyncEvent = \"e\"",
    );
    let reached = reached.replace("{ thread = \"main\", releases = [\"two\"] }", "\"main\"");
    let shown = play(&good(&reached)).transcript.to_string();
    let note = "note: what main waits for was reached before, and tells nothing about work that goes on";
    assert!(shown.contains(note), "{shown}");
}

#[test]
fn cpu_19_the_command_tells_who_waits_for_ever() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/protocol-lost-producer.toml");
    let text = std::fs::read_to_string(&file).expect("the file is there");
    let wrong = text.replacen("[[possible]]", "[[never]]", 1);
    let copy = std::env::temp_dir().join(format!("kmt-stuck-{}.toml", std::process::id()));
    std::fs::write(&copy, wrong).expect("a temporary file");
    let output = Command::new(env!("CARGO_BIN_EXE_kmt")).arg("check").args([&file, &copy]).output();
    std::fs::remove_file(&copy).expect("it was written");
    let output = output.expect("kmt runs");
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).expect("reports are UTF-8");
    assert!(shown.contains("broken: never: the consumer waits for ever\n"), "{shown}");
    assert!(shown.contains("app/consumer  WaitForEvent(hEvent=ready, pTimeout=NULL)"), "{shown}");
}
