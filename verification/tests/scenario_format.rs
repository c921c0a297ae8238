//! The scenario format: what is accepted, what is refused, where the refusal points, and that printing loses nothing.

mod generated_scenarios;

use generated_scenarios::scenarios;
use kmt::rulebook::Rulebook;
use kmt::scenario::calls::CallShape;
use kmt::scenario::{
    self, EXAMPLE, Fault, Faults, LoadError, Machine, MachineError, Policy, RunError, Scenario, Source,
};
use kmt_core::{Event, Kernel, Outcome};
use proptest::prelude::*;

fn source(text: &str) -> Source {
    Source { name: "s.toml".to_owned(), text: text.to_owned() }
}

#[track_caller]
fn good(text: &str) -> Scenario {
    scenario::parse(&source(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

#[track_caller]
fn faults(text: &str) -> Faults {
    scenario::parse(&source(text)).expect_err("the scenario is at fault")
}

/// The faults, each as one line with its place.
#[track_caller]
fn lines(text: &str) -> Vec<String> {
    faults(text).to_string().lines().map(str::to_owned).collect()
}

/// The example with one text replaced, which has to be there.
#[track_caller]
fn edited(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    EXAMPLE.replacen(from, to, 1)
}

/// One change, and the one line that it must lead to.
#[track_caller]
fn refused(from: &str, to: &str, wanted: &str) {
    assert_eq!(lines(&edited(from, to)), [wanted]);
}

fn fault_of_run(text: &str) -> Fault {
    let scenario = good(text);
    let mut kernel = scenario::kernel(&scenario.world).expect("the limits fit");
    match scenario::run(&scenario, &mut kernel, Policy::RoundRobin) {
        Err(RunError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_version_of_the_format_comes_first() {
    let missing =
        "s.toml:1:1: the scenario has no field `format`; expected `format = 1`, the version of the format";
    for text in ["", "\n\n", "# nothing", "title = 3"] {
        assert_eq!(lines(text), [missing]);
    }
    refused("format = 1", "format = 2", "s.toml:1:10: `format` is 2; expected 1");
    refused("format = 1", "format = \"1\"", "s.toml:1:10: `format` is the string \"1\"; expected 1");
    // Nothing else of an unknown format is judged.
    assert_eq!(lines("format = 99\nnonsense = true").len(), 1);
}

#[test]
fn wrong_types_say_what_was_found_and_what_was_expected() {
    let first = "s.toml:2:9: `title` is the number 7; expected a string in quotes";
    refused("title = \"The last close of an adapter destroys its devices\"", "title = 7", first);
    refused(
        "threads = [\"main\"]",
        "threads = \"main\"",
        "s.toml:11:11: `threads` is the string \"main\"; expected an array such as `[…]`",
    );
    refused(
        "AdapterLuid = \"gpu\"",
        "AdapterLuid = 1.5",
        "s.toml:16:49: `AdapterLuid` is the floating-point number 1.5; expected the name of an adapter, or a LUID as a \
         number",
    );
    refused(
        "hAdapter = \"a\", gives",
        "hAdapter = true, gives",
        "s.toml:17:39: `hAdapter` is true; expected a name, `stale(name)`, `foreign(name, process)`, `nt(name)`, \
         `local(name)`, `global(name)`, `raw(0x40000040)`, `zero`, `current-process` or `current-thread`",
    );
}

#[test]
fn unknown_names_come_with_the_nearest_known_one() {
    let cases = [
        ("\"CloseAdapter\"", "\"CloseAdaptor\"", "did you mean `CloseAdapter`?"),
        ("INVALID_PARAMETER", "INVALID_PARAMTER", "did you mean `INVALID_PARAMETER`?"),
        ("rule = \"HND-09\"", "rule = \"HND-9\"", "did you mean `HND-09`?"),
        ("hAdapter = \"a\", gives", "hAdaptr = \"a\", gives", "did you mean `hAdapter`?"),
        ("thread = \"main\"", "thread = \"mian\"", "did you mean `main`?"),
        ("gives = { hDevice", "gives = { hDevise", "did you mean `hDevice`?"),
        ("stale(d)", "stael(d)", "did you mean `stale`?"),
        ("[world]\n", "[world]\nlimit = {}\n", "did you mean `limits`?"),
        ("[world]\n", "[world]\ndialect = \"window\"\n", "did you mean `windows`?"),
    ];
    for (from, to, hint) in cases {
        let faults = faults(&edited(from, to)).faults;
        assert_eq!(faults[0].hint.as_deref(), Some(hint), "{to}");
    }
}

#[test]
fn a_mistyped_field_is_one_error_and_not_two() {
    refused(
        "hAdapter = \"a\", gives",
        "hAdaptr = \"a\", gives",
        "s.toml:17:28: CreateDevice has no field named `hAdaptr`; expected `call`, `null`, `hAdapter`, `Flags`, \
         `gives` or `expect`; did you mean `hAdapter`?",
    );
}

#[test]
fn numbers_have_the_width_of_their_field() {
    let cases = [
        ("AdapterLuid = \"gpu\"", "AdapterLuid = 0x1_0000_0000_0000_0000", "0xFFFFFFFFFFFFFFFF"),
        ("AdapterLuid = \"gpu\"", "AdapterLuid = -1", "0xFFFFFFFFFFFFFFFF"),
        ("hAdapter = \"a\", gives", "hAdapter = 0x1_0000_0000, gives", "0xFFFFFFFF"),
        ("hAdapter = \"a\", gives", "hAdapter = \"a\", Flags = 4294967296, gives", "0xFFFFFFFF"),
        ("name = \"gpu\"", "name = \"gpu\"\nluid = 0", "0xFFFFFFFFFFFFFFFF"),
        ("name = \"gpu\"", "name = \"gpu\"\nnodes = 65", "1 to 64"),
        ("name = \"app\"", "name = \"app\"\nbits = 48", "32 or 64"),
        ("[world]\n", "[world]\nlimits = { devices = 4294967296 }\n", "0xFFFFFFFF"),
    ];
    for (from, to, range) in cases {
        let faults = faults(&edited(from, to)).faults;
        assert_eq!(faults.len(), 1, "{to}: {faults:?}");
        assert!(faults[0].expected.contains(range), "{to}: {}", faults[0].expected);
    }
    // The largest numbers are accepted: TOML's own limit of 63 bits does not count.
    good(&edited("AdapterLuid = \"gpu\"", "AdapterLuid = 0xFFFFFFFFFFFFFFFF"));
}

#[test]
fn a_name_stands_for_one_thing() {
    refused(
        "threads = [\"main\"]",
        "threads = [\"main\", \"main\"]",
        "s.toml:11:20: the name `main` is given a second time; expected a name that nothing else has; it is already \
         the name of a thread",
    );
    let twice = lines(&edited("hDevice = \"d\"", "hDevice = \"a\""));
    assert!(twice[0].starts_with("s.toml:17:64: the name `a` is given a second time"));
    assert!(twice[0].ends_with("it is already the name of a D3DKMT handle"));
    refused(
        "name = \"app\"",
        "name = \"zero\"",
        "s.toml:10:8: the name of a process is \"zero\", a word of the format; expected a name other than `zero`, \
         `current-process`, `current-thread`, `NULL` or `nothing`",
    );
    refused(
        "hAdapter = \"a\", expect",
        "hAdapter = \"app\", expect",
        "s.toml:19:39: `app` is a process; expected a D3DKMT handle",
    );
}

#[test]
fn a_name_has_a_value_before_it_is_used() {
    let late = "{ call = \"DestroyDevice\", hDevice = \"d\" },\n  { call = \"CreateDevice\"";
    refused(
        "{ call = \"CreateDevice\"",
        late,
        "s.toml:17:39: `d` has no value yet: call 3 of the same thread gives it; expected a name that an earlier call \
         gives",
    );
    refused(
        "status = \"INVALID_PARAMETER\", rule = \"HND-09\" } }",
        "status = \"SUCCESS\" }, gives = { hDevice = \"e\" } }",
        "s.toml:21:48: `gives` has no field named `hDevice`; expected no field",
    );
    let failing =
        edited("expect = { out = { hDevice = 0x40000040 } }", "expect = { status = \"NO_MEMORY\" }");
    assert!(lines(&failing)[0].contains("`d` is given by a call that is expected to fail with NO_MEMORY"));
}

#[test]
fn a_name_that_got_no_value_stops_the_run_at_its_place() {
    let text = edited("hAdapter = \"a\", gives", "hAdapter = \"zero\", gives");
    let fault = fault_of_run(&text);
    assert_eq!(source(&text).line_and_column(fault.span.start), (20, 39));
    assert_eq!(fault.found, "`d` has no value");
    assert_eq!(fault.hint.as_deref(), Some("call 2 of `main`, CreateDevice, did not give it"));
}

#[test]
fn a_pinned_event_that_cannot_happen_stops_the_run_at_its_place() {
    let pinned = |schedule: &str| edited("[world]", &format!("schedule = [{schedule}]\n[world]"));
    let cases = [
        ("{ step = \"reclaim\", device = \"d\" }", "the step `reclaim device d` is not enabled here"),
        ("{ step = \"reclaim\", device = 3 }", "the step `reclaim device 3` is not enabled here"),
        ("{ incident = \"end-thread\", thread = \"main\" }, \"main\"", "thread `main` has ended"),
        (
            "{ incident = \"stop-adapter\", adapter = \"gpu\" }, { incident = \"stop-adapter\", adapter = \"gpu\" }",
            "adapter 0 was stopped before",
        ),
    ];
    for (schedule, found) in cases {
        let text = pinned(schedule);
        let fault = fault_of_run(&text);
        assert_eq!(fault.found, found);
        assert_eq!(source(&text).line_and_column(fault.span.start).0, 6);
    }
    let five = "\"main\", \"main\", \"main\", \"main\", \"main\"";
    assert_eq!(lines(&pinned(five)), ["s.toml:6:45: `main` is to make call 5; expected at most its 4 calls"]);
}

#[test]
fn several_errors_are_reported_together_in_the_order_of_the_text() {
    let text = edited("\"CloseAdapter\"", "\"CloseAdaptor\"")
        .replace("basis = \"chosen\"", "basis = \"choosen\"")
        .replace("\"INVALID_PARAMETER\"", "\"INVALID\"");
    let places: Vec<_> =
        lines(&text).iter().map(|line| line[..line.find(": ").unwrap_or(0)].to_owned()).collect();
    assert_eq!(places, ["s.toml:4:9", "s.toml:19:12", "s.toml:21:25"]);
    assert!(faults(&text).render(false).ends_with("3 errors in s.toml\n"));
}

#[test]
fn what_is_not_toml_points_at_the_place() {
    refused(
        "format = 1",
        "format = 1\nformat = 1",
        "s.toml:2:1: not TOML: duplicate key; expected each key once in a table",
    );
    for (from, to) in [("calls = [", "calls = {"), ("title = \"", "title = "), ("[[program]]", "[[program]")]
    {
        for fault in faults(&edited(from, to)).faults {
            assert!(fault.found.starts_with("not TOML: "), "{fault:?}");
        }
    }
}

#[test]
fn a_rendered_error_shows_the_line() {
    let text = faults(&edited("\"CloseAdapter\"", "\"CloseAdaptor\"")).render(false);
    assert!(text.contains("s.toml:19:12"));
    assert!(text.contains("{ call = \"CloseAdaptor\", hAdapter = \"a\""));
    assert!(text.contains("did you mean `CloseAdapter`?"));
    assert!(!text.contains('\u{1b}'));
    // There is no line to show in an empty text.
    let empty = faults("").render(false);
    assert!(empty.contains("s.toml:1:1") && empty.contains("expected `format = 1`"));
}

#[test]
fn a_text_cannot_steer_the_terminal() {
    for (from, to) in [("# ", "# \u{1b}[2J"), ("\"gpu\"", "\"\u{1b}[2J\"")] {
        let text = format!("# {EXAMPLE}").replacen(from, to, 1);
        assert!(!faults(&text).render(false).contains('\u{1b}'));
    }
    let escaped = edited("AdapterLuid = \"gpu\"", "AdapterLuid = \"\\u001b[2J\"");
    assert!(!faults(&escaped).render(false).contains('\u{1b}'));
    assert!(lines(&escaped)[0].contains("nothing is named `\\u{1b}[2J`"));
}

#[test]
fn claims_speak_of_calls_that_are_there() {
    let with = |claim: &str| format!("{EXAMPLE}\n[[never]]\nname = \"n\"\nall = [{claim}]\n");
    assert_eq!(
        lines(&with("{ thread = \"main\", call = 5 }")),
        ["s.toml:26:34: `main` has no call 5; expected 1 to 4"]
    );
    assert!(lines(&with("{ thread = \"main\", call = 0 }"))[0].contains("`call` is 0"));
    assert!(lines(&with(""))[0].contains("`all` is empty"));
    assert!(lines(&with("{ thread = \"gpu\", call = 1 }"))[0].contains("no program has the thread `gpu`"));
    assert!(
        lines(&with("{ thread = \"main\", call = 3, out = { hDevice = 1 } }"))[0]
            .contains("`out` has no field named `hDevice`")
    );
    let after = "{ thread = \"main\", call = 3, after = { incident = \"stop-adapter\", adapter = \"app\" } }";
    assert!(lines(&with(after))[0].contains("`app` is a process; expected an adapter"));
    good(&with(
        "{ thread = \"main\", call = 3, not = \"SUCCESS\", after = { thread = \"main\", call = 1 } }",
    ));
}

#[test]
fn limits_that_cannot_be_are_refused() {
    for limits in ["growth = 0", "growth = 4, reserve = 4", "max_entries = 16777216"] {
        let scenario = good(&edited("[world]\n", &format!("[world]\nlimits = {{ {limits} }}\n")));
        assert!(scenario::kernel(&scenario.world).is_err(), "{limits}");
    }
    let text = edited("[world]\n", "[world]\nlimits = { threads = 0 }\n");
    assert_eq!(lines(&text), ["s.toml:7:22: `threads` is 0, and the scenario has 1; expected 1 or more"]);
}

#[test]
fn bytes_that_are_not_utf_8_have_a_place() {
    let file = std::env::temp_dir().join(format!("kmt-scenario-format-{}.toml", std::process::id()));
    std::fs::write(&file, b"format = 1\ntitle = \"a\xff\"\n").expect("a temporary file");
    let error = scenario::load(&file).expect_err("not UTF-8");
    std::fs::remove_file(&file).expect("it was written");
    let LoadError::Faulty(faults) = error else { panic!("{error}") };
    assert!(faults.to_string().ends_with(":2:11: the byte 0xFF is not UTF-8; expected text in UTF-8"));
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    assert_eq!(good(&EXAMPLE.replace('\n', "\r\n")), good(EXAMPLE));
    assert_eq!(good(&format!("\u{feff}{EXAMPLE}")), good(EXAMPLE));
}

const MUTEX: &str = r#"
format = 1
title = "A keyed mutex and two threads"
schedule = ["main", "main", "waiter", { step = "grant", thread = "waiter" }]
[world]
[[world.process]]
name = "app"
threads = ["main", "waiter"]
[[program]]
thread = "main"
calls = [
  { call = "CreateKeyedMutex2", pPrivateRuntimeData = "0a0B", gives = { hKeyedMutex = "m", hSharedHandle = "g" } },
  { call = "OpenKeyedMutex", hSharedHandle = "g" },
]
[[program]]
thread = "waiter"
calls = [{ call = "AcquireKeyedMutex", hKeyedMutex = "m", Key = 1, pTimeout = 9 }]
"#;

/// The scenario of a keyed mutex with one text replaced, which has to be there.
#[track_caller]
fn mutex(from: &str, to: &str) -> String {
    assert!(MUTEX.contains(from), "{from}");
    MUTEX.replacen(from, to, 1)
}

#[test]
fn buffers_and_time_limits_are_read_with_care() {
    good(MUTEX);
    good(&mutex("pTimeout = 9", "pTimeout = -9223372036854775808"));
    good(&mutex("pTimeout = 9", "pTimeout = \"NULL\""));
    for (from, to, wanted) in [
        ("pTimeout = 9", "pTimeout = 9223372036854775808", "`pTimeout` is the number 9223372036854775808"),
        ("pTimeout = 9", "pTimeout = \"soon\"", "a whole number of 64 bits with a sign"),
        (", pTimeout = 9", "", "AcquireKeyedMutex has no field `pTimeout`"),
        ("0a0B", "0a0", "hexadecimal digits, two for each byte"),
        ("0a0B", "0x0B", "hexadecimal digits, two for each byte"),
        ("\"0a0B\"", "\"0a0B\", PrivateRuntimeDataSize = 65537", "at most 65536, or a NULL buffer"),
        ("hSharedHandle = \"g\" }", "hSharedHandle = \"m\" }", "is given a second time"),
        (
            "hKeyedMutex = \"m\", Key",
            "hKeyedMutex = \"g\", Key",
            "`global(g)` stands for the value of a global handle",
        ),
        ("step = \"grant\", thread = \"waiter\"", "step = \"grant\"", "the thread whose call is blocked"),
        (
            "{ step = \"grant\", thread = \"waiter\" }",
            "{ thread = \"waiter\", pick = \"late\" }",
            "`deadline-ahead` or `deadline-passed`",
        ),
    ] {
        let all = faults(&mutex(from, to)).to_string();
        assert!(all.contains(wanted), "{to}: {all}");
    }
}

#[test]
fn a_rule_is_expected_of_a_success_only_where_a_call_can_wait() {
    good(&mutex("pTimeout = 9", "pTimeout = 9, expect = { status = \"SUCCESS\", rule = \"KMX-22\" }"));
    let wrong = mutex(
        "hSharedHandle = \"g\" },\n]",
        "hSharedHandle = \"g\", expect = { status = \"SUCCESS\", rule = \"KMX-06\" } },\n]",
    );
    assert!(faults(&wrong).to_string().contains("no rule: only another status"));
}

#[test]
fn kmx_22_tim_05_a_step_of_a_thread_that_does_not_wait_stops_the_run() {
    // The mutex holds key 0: nothing can be granted for key 1.
    let fault = fault_of_run(MUTEX);
    assert_eq!(fault.found, "the step `grant waiter` is not enabled here");
    assert_eq!(fault.expected, "an enabled step: `timeout waiter`");
    let fault = fault_of_run(&mutex("\"waiter\", { step", "{ step"));
    assert_eq!(fault.expected, "no step: none is enabled");
    // A pick has to be offered, and a blocked thread makes no call.
    let schedule = "schedule = [\"main\", \"main\", \"waiter\", { step = \"grant\", thread = \"waiter\" }]";
    let pick = "schedule = [\"main\", { thread = \"main\", pick = \"deadline-passed\" }]";
    let fault = fault_of_run(&mutex(schedule, pick));
    assert!(fault.found.contains("does not offer the option"), "{}", fault.found);
    let again = mutex(schedule, "schedule = [\"main\", \"waiter\", \"waiter\"]");
    let twice = again.replace("pTimeout = 9 }]", "pTimeout = 9 }, { call = \"ExitProcess\" }]");
    let fault = fault_of_run(&twice);
    assert!(fault.found.contains("is blocked in a call"), "{}", fault.found);
}

/// Every built call can be written, with the fields that the rulebook gives it.
#[test]
fn the_calls_have_the_fields_of_the_rulebook() {
    let book = Rulebook::embedded();
    let built = include_str!("../rules/built-calls.txt").lines().filter(|line| !line.starts_with('#'));
    // The members of a structure are written in a table with its name.
    let field = |text: &str| text[..text.find([':', '.', ' ']).unwrap_or(text.len())].to_owned();
    for name in built {
        let shape = CallShape::find(name).unwrap_or_else(|| panic!("{name} cannot be written"));
        let call = book.call(name).expect("a built call is in the rulebook");
        let mut wanted: Vec<String> = call.inputs.iter().map(|input| field(input)).collect();
        // The caller is the thread of the program, and so are its process and a parent.
        wanted.retain(|input| input != "Parent" && input != "process");
        wanted.dedup();
        let mut written: Vec<&str> = shape.inputs.iter().map(|input| input.name).collect();
        if ["CreateEvent", "DuplicateHandle", "ShareObjects"].contains(&name) {
            // An output of the call whose pointer can be NULL (ADP-01, NTH-16, SHR-03).
            written.retain(|input| !["phEvent", "pTargetHandle", "phSharedNtHandle"].contains(input));
        }
        if name == "QueryObject" {
            // A pointer that is never NULL; what is written there has the names of its members.
            wanted.retain(|input| input != "Buffer");
        }
        assert_eq!(written, wanted, "{name}");
        let outputs = call.outputs.join("; ");
        let known = |output: &str| {
            let of_query = name == "QueryObject";
            of_query || outputs.contains(output) || output.starts_with("Fault") || output == "PageFaultFlags"
        };
        assert!(shape.outputs.iter().all(|output| known(output.name)), "{name}: {outputs}");
    }
    assert!(CallShape::all().all(|shape| book.call(shape.name).is_some()));
}

/// A machine that stops agreeing with itself at one call.
struct Quarrel {
    kernel: Kernel,
    left: usize,
}

impl Machine for Quarrel {
    fn handle(&mut self, event: Event) -> Result<Outcome, MachineError> {
        if matches!(event, Event::Call(_)) {
            self.left -= 1;
            if self.left == 0 {
                return Err(MachineError::Divergence("status: 1 and 2".to_owned()));
            }
        }
        self.kernel.handle(event).map_err(MachineError::Misuse)
    }

    fn kernel(&self) -> &Kernel {
        &self.kernel
    }
}

#[test]
fn a_divergence_ends_the_run_with_what_led_to_it() {
    let scenario = good(EXAMPLE);
    let mut machine = Quarrel { kernel: Kernel::default(), left: 3 };
    let error = scenario::run(&scenario, &mut machine, Policy::RoundRobin).expect_err("they differ");
    let RunError::Divergence { text, transcript, event } = error else { panic!("{error:?}") };
    assert_eq!(text, "status: 1 and 2");
    assert_eq!(transcript.lines.len(), 2);
    assert_eq!(event, "app/main  CloseAdapter(hAdapter=a 0x40000000)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_generated_scenario_reads_as_it_was_printed(scenario in scenarios()) {
        let text = scenario::print(&scenario);
        let read = scenario::parse(&source(&text)).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        prop_assert_eq!(&read, &scenario);
        prop_assert_eq!(scenario::print(&read), text);
    }

    #[test]
    fn a_damaged_text_is_never_a_panic(
        at in 0..EXAMPLE.len(),
        length in 0_usize..40,
        put in "[\\PC\n]{0,6}",
    ) {
        let mut text = EXAMPLE.to_owned();
        let end = (at + length).min(text.len());
        text.replace_range(at..end, &put);
        match scenario::parse(&source(&text)) {
            Ok(scenario) => {
                prop_assert_eq!(&scenario::parse(&source(&scenario::print(&scenario))).expect("printed"), &scenario);
                if let Ok(mut kernel) = scenario::kernel(&scenario.world) {
                    let _ = scenario::run(&scenario, &mut kernel, Policy::Seed(1));
                }
            }
            Err(faults) => {
                prop_assert!(!faults.faults.is_empty());
                prop_assert!(faults.render(false).contains("s.toml:"));
            }
        }
    }
}
