//! How values, answers and effects are written in transcripts and messages.

use kmt_core::{Answer, DeviceId, Effect, ExecutionState, Reclaimable, Reply, Resumed, Step, ThreadId};

use super::calls::{CallShape, Datum, EXECUTION_STATES, Kind, Seen};
use super::cast::Thing;
use super::document::{
    CallLine, DeviceText, EffectLine, FieldLine, HandleText, HostLine, IncidentLine, MoveKind, Value,
    WakeLine,
};
use super::play::{Play, Progress};

/// A number as the field that it stands in is read.
pub(super) fn number(kind: Kind, number: u64) -> String {
    match kind {
        Kind::Flag => if number == 0 { "FALSE" } else { "TRUE" }.to_owned(),
        Kind::Pointer => if number == 0 { "NULL" } else { "set" }.to_owned(),
        Kind::Bits | Kind::Process | Kind::Size => number.to_string(),
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
        Kind::Local | Kind::Global | Kind::Nt | Kind::Luid if number == 0 => "0".to_owned(),
        Kind::Local | Kind::Global | Kind::Nt | Kind::Luid => format!("0x{number:X}"),
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
        Value::Null => "NULL".to_owned(),
        Value::Nothing => "nothing".to_owned(),
        Value::Handle(text) => handle(text),
        Value::Luid(name) | Value::Process(name) => name.clone(),
        Value::List(values) => {
            let all: Vec<String> = values.iter().map(|value| written(kind, &value.value)).collect();
            format!("[{}]", all.join(", "))
        }
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
            let text = field.map(|field| written(input.kind, &field.value.value));
            let value = values.get(place).and_then(|value| match value {
                Datum::Number(value) => Some(number(input.kind, *value)),
                // It is shown as it is written.
                Datum::Bytes(_) | Datum::Nothing => None,
            });
            let shown = match (text, value) {
                (Some(text), Some(value)) if text.contains(value.as_str()) => text,
                (Some(text), Some(value)) => format!("{text} {value}"),
                (Some(text), None) => text,
                (None, Some(value)) => value,
                (None, None) => return None,
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
        Value::Nothing | Value::Number(_) | Value::List(_) | Value::Bytes(_) => text,
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
        Answer::Refused(refusal) => refusal.to_string(),
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

/// The name of a device, or its number where it has none.
pub(super) fn device(play: &Play, progress: &Progress, id: DeviceId) -> String {
    let name = progress.devices.get(&id).map(|place| &play.cast.members[*place].name);
    name.map_or_else(|| id.number().to_string(), Clone::clone)
}

/// An effect of an event.
pub(super) fn effect(play: &Play, progress: &Progress, effect: &Effect) -> String {
    let member = |is: fn(Thing) -> bool, number: u32| {
        let member = progress.bindings.find(&play.cast, is, number.into());
        member.map_or_else(|| number.to_string(), |member| member.name.clone())
    };
    match effect {
        Effect::DeviceEnteredError { device: id, state: entered } => {
            format!("device {} enters Error: {}", device(play, progress, *id), state(*entered))
        }
        Effect::DeviceDestroyed { device: id } => {
            format!("device {} is destroyed", device(play, progress, *id))
        }
        Effect::Resume { thread, result, .. } => resume(play, progress, *thread, result),
        Effect::ThreadEnded { thread } => {
            format!("thread {} ends", member(|thing| thing == Thing::Thread, thread.number()))
        }
        Effect::ProcessEnded { process } => {
            format!("process {} ends", member(|thing| thing == Thing::Process, process.number()))
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
pub(super) fn step(play: &Play, progress: &Progress, step: Step) -> String {
    match step {
        Step::Reclaim(Reclaimable::Device(id)) => format!("reclaim device {}", device(play, progress, id)),
        Step::Timeout(_) => format!("timeout {}", waiting(play, progress, step)),
        Step::Grant(_) => format!("grant {}", waiting(play, progress, step)),
    }
}

/// The name of the thread that waits for what a step decides.
fn waiting(play: &Play, progress: &Progress, step: Step) -> String {
    Play::waiting_for(progress, step)
        .map_or_else(|| "unknown".to_owned(), |program| play.scenario.programs[program].thread.value.clone())
}

/// A device as a scenario writes it.
pub(super) fn device_text(device: &DeviceText) -> String {
    match device {
        DeviceText::Name(name) => name.value.clone(),
        DeviceText::Number(number) => number.value.to_string(),
    }
}

/// A step of a schedule.
pub(super) fn move_kind(event: &MoveKind) -> String {
    match event {
        MoveKind::Reclaim(device) => format!("reclaim device {}", device_text(device)),
        MoveKind::Timeout(thread) => format!("timeout {}", thread.value),
        MoveKind::Grant(thread) => format!("grant {}", thread.value),
        MoveKind::Call { thread, .. } => thread.value.clone(),
        MoveKind::Incident(it) => incident(it),
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
        HostLine::PlaceProcessHandle(handle) => format!(
            "place-process-handle {} in {} to {}",
            handle.name.value, handle.holder.value, handle.process.value
        ),
        HostLine::SetHandleFlags { process, handle: text, inherit, protect } => format!(
            "set-handle-flags {} of {}: inherit {inherit}, protect {protect}",
            handle(&text.value),
            process.value
        ),
    }
}
