//! `kmt rules` and `kmt explain` as a user meets them: what is printed, and how the process ends.

use std::io::Read as _;
use std::process::{Command, Output, Stdio};

use kmt::rulebook::Rulebook;
use kmt::rulebook::pending::is_pending;
use serde_json::Value;

fn kmt(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kmt")).args(arguments).output().expect("the program starts")
}

/// Runs a command that must succeed and returns what it printed.
#[track_caller]
fn shown(arguments: &[&str]) -> String {
    let output = kmt(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// Runs a command that must refuse its input and returns the message.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let output = kmt(arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("messages are UTF-8")
}

#[track_caller]
fn json(arguments: &[&str]) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--format", "json"]);
    serde_json::from_str(&shown(&arguments)).expect("one JSON document")
}

/// The ids in the first column of a list of rules.
fn listed(arguments: &[&str]) -> Vec<String> {
    let text = shown(arguments);
    let rows = text.lines().skip(2).take_while(|line| !line.is_empty());
    rows.map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn fits(text: &str) {
    let wide: Vec<_> = text.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "wider than 100 columns: {wide:#?}");
    assert!(text.lines().all(|line| line.trim_end() == line), "spaces at the end of a line");
}

#[test]
fn the_list_has_every_rule_on_one_line() {
    let book = Rulebook::embedded();
    let ids: Vec<_> = book.rules().map(|rule| rule.id.clone()).collect();
    assert_eq!(listed(&["rules"]), ids);
    let text = shown(&["rules"]);
    assert!(text.ends_with(&format!("; rulebook {}\n", book.short_hash())));
    fits(&text);
}

#[test]
fn filters_narrow_the_list() {
    let book = Rulebook::embedded();
    let ids = |wanted: &dyn Fn(&kmt::rulebook::entry::Rule) -> bool| -> Vec<String> {
        book.rules().filter(|rule| wanted(rule)).map(|rule| rule.id.clone()).collect()
    };
    assert_eq!(listed(&["rules", "--area", "hnd"]), ids(&|rule| rule.prefix() == "HND"));
    assert_eq!(listed(&["rules", "--area", "sync"]), ids(&|rule| rule.area.stem() == "sync"));
    assert_eq!(listed(&["rules", "--basis", "chosen"]), ids(&|rule| rule.basis.word() == "chosen"));
    assert_eq!(listed(&["rules", "--pending"]), ids(&|rule| is_pending(&rule.id)));
    assert_eq!(
        listed(&["rules", "--built", "--area", "NTH"]),
        ids(&|rule| rule.prefix() == "NTH" && !is_pending(&rule.id))
    );
}

#[test]
fn a_rule_is_shown_with_everything_that_belongs_to_it() {
    let text = shown(&["rules", "KMX-04", "--format", "text"]);
    fits(&text);
    for part in [
        "KMX-04  NtSecuritySharing mutex\nobserved · ",
        "\nPublic implementations\n  wine  ",
        "\nCalls\n  CreateKeyedMutex2, OpenKeyedMutex, OpenKeyedMutex2\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let text = shown(&["rules", "HND-09"]);
    assert!(text.contains("  CloseAdapter/2 "));
    assert!(
        text.contains(
            "Invariants that follow from HND as a whole\n  INV-63  A dead handle stays dead (step)\n"
        )
    );
    let text = shown(&["rules", "ADP-12"]);
    assert!(text.contains("\nDocumented dialect\n  After a reset of the display device"));
}

#[test]
fn several_ids_of_any_sort_are_shown_in_the_order_asked_for() {
    let text = shown(&["rules", "c9", "T12", "INV-03", "hnd_01"]);
    fits(&text);
    let places: Vec<_> = ["C9  ", "T12  ", "INV-03  No wait passes unmet\nhistory · ", "HND-01  "]
        .map(|head| text.find(head))
        .to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{text}");
    let document = json(&["rules", "C9", "T12", "INV-03", "HND-01"]);
    for (list, id) in
        [("choices", "C9"), ("transitions", "T12"), ("invariants", "INV-03"), ("rules", "HND-01")]
    {
        assert_eq!(document[list][0]["id"], id);
    }
}

#[test]
fn dialects_show_both_sides() {
    let text = shown(&["rules", "--dialects"]);
    fits(&text);
    let book = Rulebook::embedded();
    let rules: Vec<_> = book.rules().filter(|rule| rule.documented.is_some()).collect();
    assert!(!rules.is_empty());
    assert!(rules.iter().all(|rule| text.contains(&format!("{}  {}\n", rule.id, rule.title))));
    assert_eq!(text.matches("\n  windows     ").count(), rules.len());
    assert_eq!(text.matches("\n  documented  ").count(), rules.len());
}

#[test]
fn the_documents_of_rules_have_a_schema_and_all_fields() {
    let document = json(&["rules"]);
    let book = Rulebook::embedded();
    assert_eq!(document["schema"], "kmt.rules/1");
    assert_eq!(document["rulebook"], book.hash());
    assert_eq!(document["rules"].as_array().map(Vec::len), Some(book.rules().count()));
    let rule = &json(&["rules", "ADP-12"])["rules"][0];
    assert_eq!((&rule["basis"], &rule["area"]), (&"chosen".into(), &"scheduler".into()));
    assert_eq!(rule["calls"][0], "GetDeviceState");
    assert!(rule["documented"].is_string() && rule["surface"] == false);
    assert!(
        rule["checks"].as_array().is_some_and(|checks| checks.iter().any(|id| id == "GetDeviceState/2")),
        "{rule}"
    );
}

#[test]
fn a_status_is_explained_by_name_and_number() {
    let text = shown(&["explain", "STATUS_TIMEOUT"]);
    fits(&text);
    assert!(text.starts_with("STATUS_TIMEOUT\n0x00000102 · success class\n"));
    assert!(text.contains("NT_SUCCESS(status) is true"));
    assert!(text.contains("  AcquireKeyedMutex/4   TIM-05  the mutex is not available"));
    assert!(
        text.contains("  D3DKMTAcquireKeyedMutex   the deadline is reached -> TIMEOUT with FenceValue 0\n")
    );
    for number in ["timeout", "0x102", "258"] {
        assert_eq!(shown(&["explain", number]), text);
    }
    let text = shown(&["explain", "-1073741811"]);
    fits(&text);
    assert!(text.starts_with("STATUS_INVALID_PARAMETER\n0xC000000D · error class\n"));
    assert!(!text.contains("NT_SUCCESS"));
}

#[test]
fn a_call_is_explained_with_its_checks_in_order() {
    let text = shown(&["explain", "d3dkmtshareobjects"]);
    fits(&text);
    let call = Rulebook::embedded().call("ShareObjects").unwrap();
    assert!(text.starts_with("D3DKMTShareObjects\ndoes not block · "));
    let places: Vec<_> = (1..=call.checks.len())
        .map(|number| {
            let check = &call.checks[number - 1];
            text.find(&format!("\n  {number:<2}  {:<22}  {}  ", check.status, check.rule))
        })
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{text}");
    for heading in ["Inputs", "Outputs", "Effects", "On failure", "Rules"] {
        assert!(text.contains(&format!("\n{heading}\n  ")), "{heading}");
    }
    assert!(shown(&["explain", "CloseHandle"]).starts_with("CloseHandle\n"));
}

#[test]
fn the_documents_of_explain_have_a_schema_and_say_what_they_are_about() {
    let document = json(&["explain", "ABANDONED"]);
    assert_eq!((&document["schema"], &document["kind"]), (&"kmt.explain/1".into(), &"status".into()));
    let status = &document["status"];
    assert_eq!((&status["number"], &status["nt_success_trap"]), (&0x80.into(), &true.into()));
    assert_eq!(status["checks"][0]["id"], "AcquireKeyedMutex/3");
    let document = json(&["explain", "ShareObjects"]);
    assert_eq!(
        (&document["kind"], &document["call"]["public_name"]),
        (&"call".into(), &"D3DKMTShareObjects".into())
    );
    assert_eq!(document["call"]["checks"][2]["rule"], "SHR-02");
    for (name, kind) in [("HND-01", "rule"), ("INV-01", "invariant"), ("T1", "transition"), ("C1", "choice")]
    {
        let document = json(&["explain", name]);
        assert_eq!((&document["kind"], &document[kind]["id"]), (&kind.into(), &name.into()));
    }
}

#[test]
fn every_entry_can_be_shown_at_this_width() {
    use kmt::rulebook::lookup::Entry;
    use kmt::rulebook::page::page;
    use kmt::rulebook::pending::Progress;
    let (book, progress) = (Rulebook::embedded(), Progress::embedded());
    let entries = book.rules().map(Entry::Rule).chain(book.invariants().map(Entry::Invariant));
    let entries =
        entries.chain(book.transitions().map(Entry::Transition)).chain(book.choices().map(Entry::Choice));
    let entries =
        entries.chain(book.calls().map(Entry::Call)).chain(book.statuses().iter().map(Entry::Status));
    for entry in entries {
        fits(&page(book, progress, entry));
    }
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let message = refused(&["explain", "INVALID_PARAMTER"]);
    assert!(message.contains("no status, call, rule or invariant named INVALID_PARAMTER"), "{message}");
    assert!(message.contains("did you mean INVALID_PARAMETER?"), "{message}");
    assert!(refused(&["rules", "HND-01", "ShareObjects"]).contains("`kmt explain ShareObjects`"));
    assert!(refused(&["rules", "--area", "QQQ"]).contains("the areas are sharing, "));
    refused(&["rules", "--pending", "--built"]);
    refused(&["rules", "HND-01", "--basis", "chosen"]);
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    // The document is larger than a pipe holds, so that the writer meets the closed end.
    let mut child = Command::new(env!("CARGO_BIN_EXE_kmt"))
        .args(["rules", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut message = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut message).expect("messages are UTF-8");
    assert_eq!(message, "");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = Command::new(env!("CARGO_BIN_EXE_kmt"))
        .arg("rules")
        .stdout(full)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("kmt: "));
}

#[test]
fn blessing_below_a_root_without_sources_is_a_failure() {
    let output = kmt(&["rules", "--bless", "--root", "/nonexistent"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nonexistent"));
}
