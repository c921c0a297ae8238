//! From a document back to text: what [`super::parse`] reads from the result is the same document.

use std::fmt::Write as _;

use kmt_core::{AdapterKind, Bitness};

use super::document::{
    AdapterLine, After, Around, Atom, Basis, CallLine, CallPlace, Choice, Claim, Designation, Dialect,
    DirectoryLine, EffectLine, Expect, Explore, FieldLine, HandleLine, HandleTarget, HostLine, IncidentLine,
    LIMITS, Move, MoveKind, ObjectLine, ProcessLine, Releases, Scenario, Stuck, Value, WakeLine, World,
};
use super::parse::{ADAPTER_KINDS, BASES, DIALECTS, FORMAT, PICKS, PLACED_TYPES};
use super::place::{Name, Placed};
use super::show;

/// The text of a scenario; comments and layout of the file that it was read from are lost.
#[must_use]
pub fn print(scenario: &Scenario) -> String {
    let mut text = format!("format = {FORMAT}\ntitle = {}\n", quoted(&scenario.title));
    if !scenario.rules.is_empty() {
        line(&mut text, "rules", &list(&scenario.rules, |rule| quoted(rule)));
    }
    if let Some(basis) = scenario.basis {
        line(&mut text, "basis", &quoted(word(&BASES, basis)));
    }
    if let Some(about) = &scenario.about {
        line(&mut text, "about", &quoted(about));
    }
    // A key of the top level has to stand before the first table.
    if let Some(schedule) = &scenario.schedule {
        line(&mut text, "schedule", &lines(schedule.iter().map(entry)));
    }
    world(&mut text, &scenario.world);
    if scenario.programs.is_empty() {
        text.insert_str(text.find("\n[world]").unwrap_or(text.len()), "program = []\n");
    }
    for program in &scenario.programs {
        text.push_str("\n[[program]]\n");
        line(&mut text, "thread", &quoted(&program.thread));
        line(&mut text, "calls", &lines(program.calls.iter().map(call)));
    }
    explore(&mut text, &scenario.explore);
    for (header, claims) in [("never", &scenario.never), ("possible", &scenario.possible)] {
        for one in claims {
            claim(&mut text, header, one);
        }
    }
    text
}

/// A string in quotes, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            control if control.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\U{:08X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn line(text: &mut String, key: &str, value: &str) {
    text.push_str(key);
    text.push_str(" = ");
    text.push_str(value);
    text.push('\n');
}

fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// An array with one element on each line.
fn lines(items: impl Iterator<Item = String>) -> String {
    let inside: String = items.map(|item| format!("  {item},\n")).collect();
    if inside.is_empty() { "[]".to_owned() } else { format!("[\n{inside}]") }
}

fn table(fields: &[String]) -> String {
    if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
}

fn word<T: PartialEq + Copy>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

fn world(text: &mut String, world: &World) {
    text.push_str("\n[world]\n");
    if world.dialect != Dialect::default() {
        line(text, "dialect", &quoted(word(&DIALECTS, world.dialect)));
    }
    let bounds: Vec<String> = LIMITS
        .iter()
        .filter_map(|key| world.limits.get(key).map(|bound| format!("{key} = {}", bound.value)))
        .collect();
    if !bounds.is_empty() {
        line(text, "limits", &table(&bounds));
    }
    let tables = [
        ("adapter", world.adapters.iter().map(adapter_fields).collect::<Vec<_>>()),
        ("process", world.processes.iter().map(process_fields).collect()),
        ("directory", world.directories.iter().map(directory_fields).collect()),
        ("object", world.objects.iter().map(object_fields).collect()),
        ("handle", world.handles.iter().map(handle_fields).collect()),
    ];
    for (header, all) in tables {
        for fields in all {
            let _ = write!(text, "\n[[world.{header}]]\n{}\n", fields.join("\n"));
        }
    }
}

fn field(key: &str, value: impl std::fmt::Display) -> String {
    format!("{key} = {value}")
}

fn name(key: &str, name: &Name) -> String {
    field(key, quoted(name))
}

fn names(key: &str, names: &[Name]) -> String {
    field(key, list(names, |name| quoted(name)))
}

fn adapter_fields(adapter: &AdapterLine) -> Vec<String> {
    let kind = |kind: AdapterKind| quoted(word(&ADAPTER_KINDS, kind));
    let optional = [
        adapter.luid.as_ref().map(|luid| field("luid", format_args!("0x{:X}", luid.value))),
        adapter.kind.map(|it| field("kind", kind(it))),
        adapter.nodes.map(|nodes| field("nodes", nodes)),
        adapter.physical_adapters.map(|number| field("physical_adapters", number)),
        adapter.has_display.map(|has| field("has_display", has)),
    ];
    std::iter::once(name("name", &adapter.name)).chain(optional.into_iter().flatten()).collect()
}

fn process_fields(process: &ProcessLine) -> Vec<String> {
    let bits = |bits: Bitness| if bits == Bitness::Bits32 { 32 } else { 64 };
    let threads = || field("threads", list(&process.threads, |thread| quoted(thread)));
    let optional = [
        process.user.map(|user| field("user", user)),
        process.session.map(|session| field("session", session)),
        process.administrator.map(|is| field("administrator", is)),
        process.bits.map(|it| field("bits", bits(it))),
        process.raise_priority.map(|raise| field("raise_priority", raise)),
        (!process.threads.is_empty()).then(threads),
    ];
    std::iter::once(name("name", &process.name)).chain(optional.into_iter().flatten()).collect()
}

fn directory_fields(directory: &DirectoryLine) -> Vec<String> {
    let refuses = || field("refuses", list(&directory.refuses, u32::to_string));
    let optional = (!directory.refuses.is_empty()).then(refuses);
    std::iter::once(field("path", quoted(&directory.path))).chain(optional).collect()
}

fn object_fields(object: &ObjectLine) -> Vec<String> {
    let object_type = field("type", quoted(word(&PLACED_TYPES, object.object_type)));
    vec![field("path", quoted(&object.path)), object_type]
}

fn handle_fields(handle: &HandleLine) -> Vec<String> {
    let optional = [
        handle.access.as_ref().map(|access| field("access", value(&access.value))),
        handle.inherit.then(|| field("inherit", true)),
        handle.protect.then(|| field("protect", true)),
    ];
    let target = match &handle.target {
        HandleTarget::Process(process) => name("process", process),
        HandleTarget::Directory(path) => field("directory", quoted(path)),
        HandleTarget::Section => field("section", true),
    };
    [name("name", &handle.name), name("holder", &handle.holder), target]
        .into_iter()
        .chain(optional.into_iter().flatten())
        .collect()
}

fn call(line: &CallLine) -> String {
    let mut fields = vec![field("call", quoted(line.shape.name))];
    if line.null {
        fields.push(field("null", true));
    }
    fields.extend(line.inputs.iter().map(written));
    if !line.gives.is_empty() {
        let gives = line.gives.iter().map(|gives| {
            let many = line.shape.output(gives.field).is_some_and(|output| output.many);
            match gives.names.as_slice() {
                [only] if !many => name(gives.field, only),
                names => field(gives.field, list(names, |name| quoted(name))),
            }
        });
        fields.push(field("gives", table(&gives.collect::<Vec<_>>())));
    }
    if !line.threads.is_empty() {
        fields.push(field("threads", list(&line.threads, |thread| quoted(thread))));
    }
    if let Some(wanted) = &line.expect {
        fields.push(field("expect", expect(wanted)));
    }
    table(&fields)
}

fn written(line: &FieldLine) -> String {
    field(line.field, value(&line.value.value))
}

fn value(it: &Value) -> String {
    match it {
        // Small numbers are counts, large ones are bits.
        Value::Number(number) if *number < 1000 => number.to_string(),
        Value::Number(number) => format!("0x{number:X}"),
        Value::Constant { text, .. } | Value::Text(text) => quoted(text),
        Value::Flag(flag) => flag.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Bytes(bytes) => quoted(&show::hex(bytes)),
        Value::Null => quoted("NULL"),
        Value::Nothing => quoted("nothing"),
        Value::Handle(handle) => quoted(&show::handle(handle)),
        Value::Luid(name) | Value::Process(name) => quoted(name),
        Value::List(values) => list(values, |one| value(&one.value)),
        Value::Members(members) => table(&members.iter().map(written).collect::<Vec<_>>()),
    }
}

fn expect(expect: &Expect) -> String {
    let fields = [
        expect.status.as_ref().map(|status| field("status", quoted(status.name()))),
        expect.rule.as_ref().map(|rule| name("rule", rule)),
        out(&expect.out),
    ];
    let fields = fields.into_iter().flatten().chain(around(&expect.around));
    table(&fields.collect::<Vec<_>>())
}

fn around(around: &Around) -> impl Iterator<Item = String> {
    let fields = [
        around.effects.as_ref().map(|effects| field("effects", list(effects, effect_line))),
        around.sets.as_ref().map(|sets| names("sets", sets)),
        around.wakes.as_ref().map(|wakes| field("wakes", list(wakes, wake_line))),
    ];
    fields.into_iter().flatten()
}

fn out(out: &[FieldLine]) -> Option<String> {
    (!out.is_empty()).then(|| field("out", table(&out.iter().map(written).collect::<Vec<_>>())))
}

fn effect_line(effect: &Placed<EffectLine>) -> String {
    let kind = |kind: &str| field("effect", quoted(kind));
    match &effect.value {
        EffectLine::DeviceEnteredError { device, state } => table(&[
            kind("device-entered-error"),
            name("device", device),
            field("state", quoted(show::state(*state))),
        ]),
        EffectLine::DeviceDestroyed { device } => table(&[kind("device-destroyed"), name("device", device)]),
        EffectLine::ThreadEnded { thread } => table(&[kind("thread-ended"), name("thread", thread)]),
        EffectLine::ProcessEnded { process } => table(&[kind("process-ended"), name("process", process)]),
    }
}

fn wake_line(wake: &Placed<WakeLine>) -> String {
    let fields = [
        Some(name("thread", &wake.thread)),
        Some(field("status", quoted(wake.status.name()))),
        wake.rule.as_ref().map(|rule| name("rule", rule)),
    ];
    table(&fields.into_iter().flatten().collect::<Vec<_>>())
}

fn entry(entry: &Move) -> String {
    let mut fields = match &entry.event.value {
        MoveKind::Call { thread, choice: None } => return quoted(thread),
        MoveKind::Call { thread, choice: Some(Choice::Deadline(deadline)) } => {
            vec![name("thread", thread), field("pick", quoted(word(&PICKS, *deadline)))]
        }
        MoveKind::Call { thread, choice: Some(Choice::Releases(releases)) } => {
            vec![name("thread", thread), names("releases", releases)]
        }
        MoveKind::Notice { object, adapter, releases } => {
            [field("step", quoted("notice")), designation("object", object), name("adapter", adapter)]
                .into_iter()
                .chain(optional_releases(releases.as_ref()))
                .collect()
        }
        MoveKind::Timeout(thread) => vec![field("step", quoted("timeout")), name("thread", thread)],
        MoveKind::Grant(thread) => vec![field("step", quoted("grant")), name("thread", thread)],
        MoveKind::Reclaim(device) => {
            vec![field("step", quoted("reclaim")), designation("device", device)]
        }
        MoveKind::Incident { incident, releases } => {
            incident_fields(incident).into_iter().chain(optional_releases(releases.as_ref())).collect()
        }
        MoveKind::Host(host) => host_fields(host),
    };
    let around: Vec<String> = around(&entry.around).collect();
    if !around.is_empty() {
        fields.push(field("expect", table(&around)));
    }
    table(&fields)
}

fn optional_releases(releases: Option<&Releases>) -> Option<String> {
    releases.map(|releases| names("releases", releases))
}

fn designation(key: &str, it: &Designation) -> String {
    match it {
        Designation::Name(it) => name(key, it),
        Designation::Number(number) => field(key, number.value),
    }
}

fn incident_fields(incident: &IncidentLine) -> Vec<String> {
    let fields = |kind: &str, subject| vec![field("incident", quoted(kind)), subject];
    match incident {
        IncidentLine::EndThread(thread) => fields("end-thread", name("thread", thread)),
        IncidentLine::KillProcess(process) => fields("kill-process", name("process", process)),
        IncidentLine::StopAdapter(adapter) => fields("stop-adapter", name("adapter", adapter)),
    }
}

fn host_fields(host: &HostLine) -> Vec<String> {
    let (kind, rest) = match host {
        HostLine::AddAdapter(adapter) => ("add-adapter", adapter_fields(adapter)),
        HostLine::CreateProcess(process) => ("create-process", process_fields(process)),
        HostLine::StartThread { process, name: thread } => {
            ("start-thread", vec![name("process", process), name("name", thread)])
        }
        HostLine::AddDirectory(directory) => ("add-directory", directory_fields(directory)),
        HostLine::PlaceNamedObject(object) => ("place-named-object", object_fields(object)),
        HostLine::PlaceHandle(handle) => ("place-handle", handle_fields(handle)),
        HostLine::SetHandleFlags { process, handle, inherit, protect } => (
            "set-handle-flags",
            vec![
                name("process", process),
                field("handle", quoted(&show::handle(&handle.value))),
                field("inherit", inherit),
                field("protect", protect),
            ],
        ),
    };
    std::iter::once(field("host", quoted(kind))).chain(rest).collect()
}

fn explore(text: &mut String, explore: &Explore) {
    if *explore == Explore::default() {
        return;
    }
    text.push_str("\n[explore]\n");
    if !explore.incidents.is_empty() {
        let incidents = explore.incidents.iter().map(|incident| table(&incident_fields(&incident.value)));
        line(text, "incidents", &lines(incidents));
    }
    if let Some(most) = explore.most_incidents {
        line(text, "most_incidents", &most.to_string());
    }
}

fn claim(text: &mut String, header: &str, claim: &Claim) {
    let _ = write!(text, "\n[[{header}]]\n");
    line(text, "name", &quoted(&claim.name));
    match &claim.stuck {
        Some(Stuck::Any) => line(text, "stuck", &quoted("any")),
        Some(Stuck::Threads(threads)) => line(text, "stuck", &list(threads, |thread| quoted(thread))),
        None => {}
    }
    if !claim.all.is_empty() || claim.stuck.is_none() {
        line(text, "all", &lines(claim.all.iter().map(|atom| condition(&atom.value))));
    }
}

fn call_place(place: &CallPlace) -> [String; 2] {
    [name("thread", &place.thread), field("call", place.call.value)]
}

fn condition(atom: &Atom) -> String {
    let after = |after: &After| match after {
        After::Incident(incident) => table(&incident_fields(incident)),
        After::Call(place) => table(&call_place(place)),
    };
    let optional = [
        atom.status.as_ref().map(|status| field("status", quoted(status.name()))),
        atom.not.as_ref().map(|status| field("not", quoted(status.name()))),
        atom.rule.as_ref().map(|rule| name("rule", rule)),
        out(&atom.out),
        atom.after.as_ref().map(|it| field("after", after(&it.value))),
    ];
    let fields: Vec<String> =
        call_place(&atom.call).into_iter().chain(optional.into_iter().flatten()).collect();
    table(&fields)
}

/// The word for how well a behaviour is known.
#[must_use]
pub fn basis(basis: Basis) -> &'static str {
    word(&BASES, basis)
}

/// The word for a dialect.
#[must_use]
pub fn dialect(dialect: Dialect) -> &'static str {
    word(&DIALECTS, dialect)
}
