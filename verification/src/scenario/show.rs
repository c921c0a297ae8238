//! How values, answers and effects are written in transcripts and messages.

use std::collections::BTreeMap;

use kmt_core::{
    Answer, DeviceId, Diagnostic, Effect, ExecutionState, NtObjectId, Pick, Reclaimable, Reply, Resumed,
    Step, SyncObjectId, ThreadId,
};

use super::calls::{CallShape, Datum, EXECUTION_STATES, Kind, Seen, member as info_member};
use super::cast::Thing;
use super::document::{
    CallLine, Designation, EffectLine, FieldLine, HandleTarget, HandleText, HostLine, IncidentLine, MoveKind,
    Value, WakeLine,
};
use super::identities::place_of;
use super::place::Placed;
use super::play::{Play, Progress};

/// A number as the field that it stands in is read.
pub(super) fn number(kind: Kind, number: u64) -> String {
    match kind {
        Kind::Flag => if number == 0 { "FALSE" } else { "TRUE" }.to_owned(),
        Kind::Pointer => if number == 0 { "NULL" } else { "set" }.to_owned(),
        Kind::Bits | Kind::Process | Kind::Size | Kind::Count | Kind::Wides => number.to_string(),
        Kind::Timeout => number.cast_signed().to_string(),
        Kind::Bytes => format!("{number:02x}"),
        Kind::Word(constants) | Kind::Wide(constants) => {
            let constant = constants.iter().find(|(_, value)| *value == number && number != 0);
            match constant {
                Some((name, _)) => (*name).to_owned(),
                None if constants.is_empty() || number < 10 => number.to_string(),
                None => format!("0x{number:X}"),
            }
        }
        Kind::AsyncEvent if number == 0 => "NULL".to_owned(),
        Kind::Local | Kind::Global | Kind::Nt | Kind::Luid | Kind::Address if number == 0 => "0".to_owned(),
        Kind::Local
        | Kind::Global
        | Kind::Nt
        | Kind::Luid
        | Kind::Locals
        | Kind::AsyncEvent
        | Kind::Address
        | Kind::Text
        | Kind::Structure(_)
        | Kind::Structures(_)
        | Kind::SyncObjectInfo { .. } => format!("0x{number:X}"),
    }
}

/// A handle as it is written in a scenario.
pub(super) fn handle(handle: &HandleText) -> String {
    match handle {
        HandleText::Name(name) => name.clone(),
        HandleText::Stale(name) => format!("stale({name})"),
        HandleText::Foreign { name, process } => format!("foreign({name}, {process})"),
        HandleText::Nt(name) => format!("nt({name})"),
        HandleText::Local(name) => format!("local({name})"),
        HandleText::Global(name) => format!("global({name})"),
        HandleText::Raw(number) => format!("raw(0x{number:X})"),
        HandleText::Zero => "zero".to_owned(),
        HandleText::CurrentProcess => "current-process".to_owned(),
        HandleText::CurrentThread => "current-thread".to_owned(),
    }
}

/// A value as it is written, without its number.
fn written(kind: Kind, value: &Value) -> String {
    match value {
        Value::Number(it) => number(kind, *it),
        Value::Constant { text, .. } => text.clone(),
        Value::Flag(flag) => number(Kind::Flag, (*flag).into()),
        Value::Signed(number) => number.to_string(),
        Value::Bytes(bytes) => hex(bytes),
        Value::Text(text) => format!("{text:?}"),
        Value::Null => "NULL".to_owned(),
        Value::Nothing => "nothing".to_owned(),
        Value::Handle(text) => handle(text),
        Value::Luid(name) | Value::Process(name) => name.clone(),
        Value::List(values) => {
            let all: Vec<String> = values.iter().map(|value| written(kind.entry(), &value.value)).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Members(members) => structure(members, &[]),
    }
}

/// A text with the number behind it, unless it says the number itself.
fn with_number(text: String, number: Option<String>) -> String {
    match number {
        Some(number) if !text.contains(number.as_str()) => format!("{text} {number}"),
        _ => text,
    }
}

/// The members of a structure as they are written, with the numbers that they have in a call.
fn structure(members: &[FieldLine], data: &[(&str, Datum)]) -> String {
    let one = |line: &FieldLine| {
        let kind = info_member(line.field).map_or(Kind::Word(&[]), |member| member.kind);
        let known = data.iter().find_map(|(name, datum)| match datum {
            Datum::Number(value) if *name == line.field => Some(number(kind, *value)),
            _ => None,
        });
        // A name says which number it is; constants say it themselves.
        let known = known.filter(|_| matches!(line.value.value, Value::Handle(_)));
        format!("{}={}", line.field, with_number(written(kind, &line.value.value), known))
    };
    format!("{{{}}}", members.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// An input as it is written, with the numbers that it has in a call.
fn input(kind: Kind, value: &Value, datum: Option<&Datum>) -> String {
    match (value, datum) {
        (Value::List(values), Some(Datum::List(numbers))) => {
            let one = |(value, it): (&Placed<Value>, &u64)| {
                with_number(written(kind.entry(), &value.value), Some(number(kind.entry(), *it)))
            };
            format!("[{}]", values.iter().zip(numbers).map(one).collect::<Vec<_>>().join(", "))
        }
        (Value::Members(members), Some(Datum::Members(data))) => structure(members, data),
        (value, Some(Datum::Number(it))) => with_number(written(kind, value), Some(number(kind, *it))),
        // It is shown as it is written.
        (value, _) => written(kind, value),
    }
}

/// A call as it is made: `CreateDevice(hAdapter=a 0x40000000, Flags=0)`. Without numbers, only what is written.
pub(super) fn call(line: &CallLine, values: &[Datum]) -> String {
    if line.null {
        return format!("{}(NULL)", line.shape.name);
    }
    let inputs = line.shape.inputs.iter().enumerate();
    let inputs: Vec<String> = inputs
        .filter_map(|(place, input)| {
            let field = line.inputs.iter().find(|field| field.field == input.name);
            // A pointer that is set says nothing.
            if input.kind == Kind::Pointer && field.is_none() {
                return None;
            }
            let shown = match (field, values.get(place)) {
                (Some(field), datum) => self::input(input.kind, &field.value.value, datum),
                (None, Some(Datum::Number(it))) => number(input.kind, *it),
                (None, _) => return None,
            };
            Some(format!("{}={shown}", input.name))
        })
        .collect();
    format!("{}({})", line.shape.name, inputs.join(", "))
}

/// An output, with the names that it gets: `hDevice=d 0x40000040`.
pub(super) fn seen(shape: &'static CallShape, seen: &Seen, line: Option<&CallLine>) -> String {
    let Some(output) = shape.output(seen.field) else {
        return String::new();
    };
    let gives = line.and_then(|line| line.gives.iter().find(|gives| gives.field == seen.field));
    let one = |place: usize, value: &u64| {
        let value = number(output.kind, *value);
        match gives.and_then(|gives| gives.names.get(place)) {
            Some(name) => format!("{} {value}", name.value),
            None => value,
        }
    };
    let all: Vec<String> = seen.values.iter().enumerate().map(|(place, value)| one(place, value)).collect();
    if output.kind == Kind::Text {
        return format!("{:?}", text(&seen.values));
    }
    if output.kind == Kind::Bytes {
        return seen.values.iter().map(|value| number(output.kind, *value)).collect();
    }
    if output.many { format!("[{}]", all.join(", ")) } else { all.concat() }
}

/// What an output was expected to be, with its number where it is written as a name.
pub(super) fn expected(
    play: &Play,
    progress: &Progress,
    shape: &'static CallShape,
    field: &FieldLine,
) -> String {
    let Some(output) = shape.output(field.field) else {
        return String::new();
    };
    let text = written(output.kind, &field.value.value);
    match &field.value.value {
        Value::Handle(HandleText::Raw(value)) => number(output.kind, *value),
        Value::Nothing
        | Value::Number(_)
        | Value::List(_)
        | Value::Members(_)
        | Value::Bytes(_)
        | Value::Text(_) => text,
        value => match play.number(progress, value) {
            Ok(value) if number(output.kind, value) == text => text,
            Ok(value) => format!("{text} {}", number(output.kind, value)),
            Err(name) => format!("{text}, and {name} has no value"),
        },
    }
}

/// An answer without its outputs.
pub(super) fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Complete(reply) => completed(reply),
        // The code, the status and the rule.
        Answer::Refused(refusal) | Answer::RefusedButWritten { refusal, .. } => refusal.to_string(),
        Answer::Pending(_) => "blocked".to_owned(),
    }
}

/// The status of a reply, with the rule that decided it if there is one.
fn completed(reply: &Reply) -> String {
    match reply.rule {
        Some(rule) => {
            format!("{:08X} {} because {rule} ({})", reply.status.code(), reply.status, rule.title())
        }
        None => reply.status.to_string(),
    }
}

/// The text that these 16-bit units are.
fn text(units: &[u64]) -> String {
    let units: Vec<u16> = units.iter().map(|unit| u16::try_from(*unit).unwrap_or(u16::MAX)).collect();
    String::from_utf16_lossy(&units)
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A thread whose blocked call returns, with what the call writes.
fn resume(play: &Play, progress: &Progress, thread: ThreadId, result: &Resumed) -> String {
    let program = play.program_of(progress, thread);
    let name = program.map_or_else(
        || thread.number().to_string(),
        |program| play.scenario.programs[program].thread.value.clone(),
    );
    let line = program.and_then(|program| play.latest_call(progress, program));
    let called = line.map_or("its call", |line| line.shape.name);
    let answer = match result {
        Resumed::Complete(reply) => completed(reply),
        Resumed::Refused(refusal) => refusal.to_string(),
    };
    let mut text = format!("{name} returns from {called}: {answer}");
    if let (Some(line), Resumed::Complete(reply)) = (line, result) {
        for output in line.shape.seen(&reply.output) {
            let value = seen(line.shape.value, &output, Some(line));
            text.push_str(&format!(" {}={value}", output.field));
        }
    }
    text
}

/// A thread that a scenario expects to be resumed.
pub(super) fn wake_line(wake: &WakeLine) -> String {
    let rule = wake.rule.as_ref().map(|rule| format!(" because {}", rule.value)).unwrap_or_default();
    format!("{} returns {}{rule}", wake.thread.value, wake.status.value)
}

/// The name of an execution state.
pub(super) fn state(state: ExecutionState) -> &'static str {
    let code = u64::from(state.code());
    EXECUTION_STATES.iter().find(|(_, value)| *value == code).map_or("unknown", |(name, _)| name)
}

/// What the first name of an object is, or its number where it has none.
fn named<T: PartialEq>(play: &Play, names: &BTreeMap<usize, T>, id: &T, number: u32) -> String {
    place_of(names, id).map_or_else(|| number.to_string(), |place| play.cast.members[place].name.clone())
}

/// The name of a device, or its number where it has none.
pub(super) fn device(play: &Play, progress: &Progress, id: DeviceId) -> String {
    named(play, &progress.identities.devices, &id, id.number())
}

/// The name of a synchronisation object, or its number where it has none.
pub(super) fn sync_object(play: &Play, progress: &Progress, id: SyncObjectId) -> String {
    named(play, &progress.identities.sync_objects, &id, id.number())
}

/// The name of an event, or its number where it has none.
pub(super) fn event(play: &Play, progress: &Progress, id: NtObjectId) -> String {
    named(play, &progress.identities.events, &id, id.number())
}

/// The name of something that is known by a number of its own, or that number.
fn member(play: &Play, progress: &Progress, is: fn(Thing) -> bool, number: u32) -> String {
    let member = progress.bindings.find(&play.cast, is, number.into());
    member.map_or_else(|| number.to_string(), |member| member.name.clone())
}

/// The name of a thread, or its number where it has none.
pub(super) fn thread(play: &Play, progress: &Progress, id: ThreadId) -> String {
    member(play, progress, |thing| thing == Thing::Thread, id.number())
}

/// The effects of an event.
pub(super) fn effects(play: &Play, progress: &Progress, effects: &[Effect]) -> Vec<String> {
    effects.iter().map(|it| effect(play, progress, it, effects)).collect()
}

/// One of the effects of an event.
fn effect(play: &Play, progress: &Progress, effect: &Effect, all: &[Effect]) -> String {
    match effect {
        Effect::DeviceEnteredError { device: id, state: entered } => {
            format!("device {} enters Error: {}", device(play, progress, *id), state(*entered))
        }
        Effect::DeviceDestroyed { device: id } => {
            format!("device {} is destroyed", device(play, progress, *id))
        }
        Effect::EventSet { event: id } => event_set(&event(play, progress, *id)),
        Effect::Resume { thread, result, .. } => resume(play, progress, *thread, result),
        Effect::Diagnostic(diagnostic) => {
            format!("note: {}", self::diagnostic(play, progress, diagnostic, all))
        }
        Effect::ThreadEnded { thread: id } => format!("thread {} ends", thread(play, progress, *id)),
        Effect::ProcessEnded { process } => {
            let name = member(play, progress, |thing| thing == Thing::Process, process.number());
            format!("process {name} ends")
        }
    }
}

/// An event that is set.
pub(super) fn event_set(name: &str) -> String {
    format!("event {name} is set")
}

/// A report of the simulator.
fn diagnostic(play: &Play, progress: &Progress, diagnostic: &Diagnostic, all: &[Effect]) -> String {
    match diagnostic {
        Diagnostic::ReachedBeforeTheWait { thread: id } => {
            let name = thread(play, progress, *id);
            format!("what {name} waits for was reached before, and tells nothing about work that goes on")
        }
        Diagnostic::ReleasedByForcedMaximum { wait } => {
            let resumed = all.iter().find_map(|effect| match effect {
                Effect::Resume { thread, wait: ended, .. } if ended == wait => Some(*thread),
                _ => None,
            });
            let who = resumed.map_or_else(
                || "a registered wait".to_owned(),
                |id| format!("the wait of {}", thread(play, progress, id)),
            );
            format!("{who} is satisfied by the maximum that the error stored, not by work that was done")
        }
    }
}

/// An effect that a scenario expects, in the same words.
pub(super) fn effect_line(effect: &EffectLine) -> String {
    match effect {
        EffectLine::DeviceEnteredError { device, state: entered } => {
            format!("device {} enters Error: {}", device.value, state(*entered))
        }
        EffectLine::DeviceDestroyed { device } => format!("device {} is destroyed", device.value),
        EffectLine::ThreadEnded { thread } => format!("thread {} ends", thread.value),
        EffectLine::ProcessEnded { process } => format!("process {} ends", process.value),
    }
}

/// An incident.
pub(super) fn incident(incident: &IncidentLine) -> String {
    match incident {
        IncidentLine::EndThread(thread) => format!("end-thread {}", thread.value),
        IncidentLine::KillProcess(process) => format!("kill-process {}", process.value),
        IncidentLine::StopAdapter(adapter) => format!("stop-adapter {}", adapter.value),
    }
}

/// A step, with the name of what it acts on.
pub(super) fn step(play: &Play, progress: &Progress, step: &Step) -> String {
    match step {
        Step::Notice { object, adapter, pick } => {
            let adapter = member(play, progress, |thing| thing == Thing::Adapter, adapter.number());
            let object = sync_object(play, progress, *object);
            format!("notice {object} on {adapter}{}", option(play, progress, pick))
        }
        Step::Reclaim(Reclaimable::Device(id)) => format!("reclaim device {}", device(play, progress, *id)),
        Step::Timeout(_) => format!("timeout {}", waiting(play, progress, step)),
        Step::Grant(_) => format!("grant {}", waiting(play, progress, step)),
    }
}

/// What is to be said of an option, behind the event that has it.
pub(super) fn option(play: &Play, progress: &Progress, pick: &Pick) -> String {
    match pick {
        Pick::Only | Pick::DeadlineAhead => String::new(),
        Pick::DeadlinePassed => " with its deadline passed".to_owned(),
        Pick::Release(threads) => {
            let names: Vec<String> = threads.iter().map(|id| thread(play, progress, *id)).collect();
            format!(" releasing {}", names.join(", "))
        }
    }
}

/// The name of the thread that waits for what a step decides.
fn waiting(play: &Play, progress: &Progress, step: &Step) -> String {
    Play::waiting_for(progress, step)
        .map_or_else(|| "unknown".to_owned(), |program| play.scenario.programs[program].thread.value.clone())
}

/// A device or a fence as a scenario writes it.
fn designation(it: &Designation) -> String {
    match it {
        Designation::Name(name) => name.value.clone(),
        Designation::Number(number) => number.value.to_string(),
    }
}

/// A step of a schedule.
pub(super) fn move_kind(event: &MoveKind) -> String {
    match event {
        MoveKind::Notice { object, adapter, .. } => {
            format!("notice {} on {}", designation(object), adapter.value)
        }
        MoveKind::Reclaim(device) => format!("reclaim device {}", designation(device)),
        MoveKind::Timeout(thread) => format!("timeout {}", thread.value),
        MoveKind::Grant(thread) => format!("grant {}", thread.value),
        MoveKind::Call { thread, .. } => thread.value.clone(),
        MoveKind::Incident { incident: it, .. } => incident(it),
        MoveKind::Host(it) => host(it),
    }
}

/// A host event.
pub(super) fn host(host: &HostLine) -> String {
    match host {
        HostLine::AddAdapter(adapter) => format!("add-adapter {}", adapter.name.value),
        HostLine::CreateProcess(process) => format!("create-process {}", process.name.value),
        HostLine::StartThread { process, name } => {
            format!("start-thread {} in {}", name.value, process.value)
        }
        HostLine::AddDirectory(directory) => format!("add-directory {}", directory.path.value),
        HostLine::PlaceNamedObject(object) => format!("place-named-object {}", object.path.value),
        HostLine::PlaceHandle(handle) => {
            let target = match &handle.target {
                HandleTarget::Process(process) => &process.value,
                HandleTarget::Directory(path) => &path.value,
                HandleTarget::Section => "a section",
            };
            format!("place-handle {} in {} to {target}", handle.name.value, handle.holder.value)
        }
        HostLine::SetHandleFlags { process, handle: text, inherit, protect } => format!(
            "set-handle-flags {} of {}: inherit {inherit}, protect {protect}",
            handle(&text.value),
            process.value
        ),
    }
}
