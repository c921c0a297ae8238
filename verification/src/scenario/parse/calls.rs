//! Programs and their calls: `[[program]]`, the fields of each call, what it gives and what is expected of it.

use kmt_core::NtStatus;
use toml::de::DeValue;

use super::super::calls::{CallShape, EXECUTION_STATES, OutputField};
use super::super::document::{
    Around, CallLine, EffectLine, Expect, FieldLine, GivesLine, Program, Value, WakeLine,
};
use super::super::error::{Fault, nearest, one_of};
use super::super::place::{Name, Placed};
use super::reader::{Fields, Item, Notes, boolean, name, names, string};
use super::{kind_of, rule, tables, value};

pub(super) fn program(item: &Item<'_>, notes: &Notes) -> Option<Program> {
    let mut fields = Fields::of("a program", item, notes)?;
    let thread = fields.need("thread", "the thread that makes the calls");
    let calls =
        fields.need("calls", "an array of calls such as `{ call = \"CreateDevice\", hAdapter = \"a\" }`");
    let calls = calls.map(|item| tables(item, "`calls`", notes, call)).unwrap_or_default();
    fields.finish();
    Some(Program { thread: thread.and_then(|item| name(item, "`thread`", notes))?, calls })
}

fn call(item: &Item<'_>, notes: &Notes) -> Option<CallLine> {
    let mut fields = Fields::of("a call", item, notes)?;
    let Some(called) = fields.take("call") else {
        notes.wrong(
            item.span(),
            "a call without a field `call`",
            "`call = …`, the name of a call such as \"CreateDevice\"",
        );
        return None;
    };
    let shape = shape(called, notes)?;
    fields.rename(shape.name);
    let null = fields.take("null").and_then(|item| boolean(item, "`null`", notes)).unwrap_or(false);
    if null && shape.entry_point.is_none() {
        let found = format!("{} is called with `null`", shape.name);
        notes.wrong(fields.key_span("null"), found, "no `null`: it takes no argument structure");
    }
    let mut line = CallLine {
        inputs: inputs(&mut fields, &shape, null),
        gives: fields.take("gives").map(|item| gives(item, &shape, notes)).unwrap_or_default(),
        threads: Vec::new(),
        expect: fields.take("expect").and_then(|item| expect(item, shape.value, notes)),
        null,
        shape,
    };
    if line.shape.name == "CreateProcess" {
        line.threads = names(fields.take("threads"), "`threads`", "the name of a thread", notes);
    }
    check_gives(&line, notes);
    check_buffer(&line, notes);
    fields.finish();
    Some(line)
}

/// A name stands for an output that was written; a call that is expected to fail writes none.
fn check_gives(line: &CallLine, notes: &Notes) {
    let status = line.expect.as_ref().and_then(|expect| expect.status.as_ref());
    let Some(status) = status.filter(|status| !status.is_success_class()) else {
        return;
    };
    let given = line.gives.iter().flat_map(|gives| &gives.names).chain(&line.threads);
    for name in given {
        let found =
            format!("`{}` is given by a call that is expected to fail with {}", name.value, status.value);
        notes.wrong(name.span.clone(), found, "no name: a call that fails gives nothing (ADP-02, LIF-13)");
    }
}

/// The most bytes of a buffer that is not NULL: a real one would have to be as large.
const MOST_BYTES: u64 = 0x1_0000;

/// A buffer that is there is as large as its size says.
fn check_buffer(line: &CallLine, notes: &Notes) {
    let sized = line.inputs.iter().any(|field| matches!(field.value.value, Value::Bytes(_)));
    let size = line.inputs.iter().find_map(|field| match field.value.value {
        Value::Number(size) if field.field == "PrivateRuntimeDataSize" => Some((size, &field.value.span)),
        _ => None,
    });
    if let (true, Some((size, span))) = (sized, size.filter(|(size, _)| *size > MOST_BYTES)) {
        let found = format!("the size of a buffer with bytes is {size}");
        notes.wrong(span.clone(), found, format!("at most {MOST_BYTES}, or a NULL buffer"));
    }
}

fn shape(item: &Item<'_>, notes: &Notes) -> Option<Placed<&'static CallShape>> {
    let called = string(item, "`call`", notes)?;
    let short = called.strip_prefix("D3DKMT").unwrap_or(&called);
    if let Some(shape) = CallShape::find(short) {
        return Some(called.with(shape));
    }
    let known = || CallShape::all().map(|shape| shape.name);
    let fault =
        Fault::new(called.span.clone(), format!("there is no call {:?}", called.value), one_of(known()));
    notes.note(fault.hint(nearest(short, known())));
    None
}

fn inputs(fields: &mut Fields<'_, '_>, shape: &CallShape, null: bool) -> Vec<FieldLine> {
    let notes = fields.notes();
    let mut lines = Vec::new();
    for input in shape.inputs {
        // A NULL pointer stands in place of the structure: there is nothing that could hold a field.
        if null {
            if fields.take(input.name).is_some() {
                let found = format!("`{}` in a call with `null = true`", input.name);
                notes.wrong(fields.key_span(input.name), found, "no fields: the structure is not there");
            }
            continue;
        }
        let item = if input.default.is_some() {
            fields.take(input.name)
        } else {
            fields.need(input.name, "which the call takes")
        };
        let value = item.and_then(|item| value::input(item, input.name, input.kind, notes));
        lines.extend(value.map(|value| FieldLine { field: input.name, value }));
    }
    lines
}

fn gives(item: &Item<'_>, shape: &CallShape, notes: &Notes) -> Vec<GivesLine> {
    let Some(mut fields) = Fields::of("`gives`", item, notes) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for output in shape.outputs.iter().filter(|output| output.kind.can_be_named()) {
        let Some(item) = fields.take(output.name) else { continue };
        let what = format!("the name for `{}`", output.name);
        let names = match item.get_ref() {
            DeValue::Array(_) if output.many => names(Some(item), "`gives`", &what, notes),
            _ => name(item, &what, notes).into_iter().collect(),
        };
        lines.push(GivesLine { field: output.name, names });
    }
    fields.finish();
    lines
}

fn expect(item: &Item<'_>, shape: &'static CallShape, notes: &Notes) -> Option<Expect> {
    let mut fields = Fields::of("`expect`", item, notes)?;
    let expect = Expect {
        status: fields.take("status").and_then(|item| value::status(item, notes)),
        rule: fields.take("rule").and_then(|item| rule(item, notes)),
        out: fields.take("out").map(|item| out(item, shape, notes)).unwrap_or_default(),
        around: around(&mut fields),
    };
    if let (Some(status), Some(rule)) = (&expect.status, &expect.rule)
        && status.value == NtStatus::SUCCESS
        && !shape.can_wait()
    {
        let found = format!("rule {} is expected of a call that gives {}", rule.value, status.value);
        notes.wrong(
            rule.span.clone(),
            found,
            "no rule: only another status, or the end of a wait, names the rule that decided it",
        );
    }
    fields.finish();
    Some(expect)
}

/// The outputs that are expected of a call.
pub(super) fn out(item: &Item<'_>, shape: &'static CallShape, notes: &Notes) -> Vec<FieldLine> {
    let Some(mut fields) = Fields::of("`out`", item, notes) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for OutputField { name, kind, many } in shape.outputs {
        let value = fields.take(name).and_then(|item| value::expected(item, name, *kind, *many, notes));
        lines.extend(value.map(|value| FieldLine { field: name, value }));
    }
    fields.finish();
    lines
}

/// What an event is expected to make visible besides an answer.
pub(super) fn around(fields: &mut Fields<'_, '_>) -> Around {
    let notes = fields.notes();
    let sets = fields.take("sets");
    Around {
        effects: fields.take("effects").map(|item| tables(item, "`effects`", notes, effect)),
        sets: sets.map(|item| names(Some(item), "`sets`", "the name of an event", notes)),
        wakes: fields.take("wakes").map(|item| wakes(item, notes)),
    }
}

/// The threads that an event is expected to resume.
fn wakes(item: &Item<'_>, notes: &Notes) -> Vec<Placed<WakeLine>> {
    tables(item, "`wakes`", notes, |item, notes| {
        let mut fields = Fields::of("a resumed thread", item, notes)?;
        let thread = fields.need("thread", "the thread that is resumed");
        let status = fields.need("status", "what its call returns");
        let decided = fields.take("rule").and_then(|item| rule(item, notes));
        let thread = thread.and_then(|item| name(item, "`thread`", notes));
        let status = status.and_then(|item| value::status(item, notes));
        fields.finish();
        let wake = WakeLine { thread: thread?, status: status?, rule: decided };
        Some(Placed::new(wake, item.span()))
    })
}

/// The words for the effects.
const EFFECTS: [&str; 4] = ["device-entered-error", "device-destroyed", "thread-ended", "process-ended"];

fn effect(item: &Item<'_>, notes: &Notes) -> Option<Placed<EffectLine>> {
    let mut fields = Fields::of("an effect", item, notes)?;
    let kind = kind_of(&mut fields, "effect", &EFFECTS)?;
    let mut named = |key: &'static str| -> Option<Name> {
        fields.need(key, "a name").and_then(|item| name(item, &format!("`{key}`"), notes))
    };
    let effect = match kind.as_str() {
        "device-entered-error" => {
            let device = named("device");
            let state = fields.need("state", "an execution state, such as \"HUNG\"");
            let state = state.and_then(|item| execution_state(item, notes));
            device.zip(state).map(|(device, state)| EffectLine::DeviceEnteredError { device, state })
        }
        "device-destroyed" => named("device").map(|device| EffectLine::DeviceDestroyed { device }),
        "thread-ended" => named("thread").map(|thread| EffectLine::ThreadEnded { thread }),
        "process-ended" => named("process").map(|process| EffectLine::ProcessEnded { process }),
        other => {
            let fault =
                Fault::new(kind.span.clone(), format!("there is no effect {other:?}"), one_of(EFFECTS));
            notes.note(fault.hint(nearest(other, EFFECTS)));
            return None;
        }
    };
    fields.finish();
    effect.map(|effect| Placed::new(effect, item.span()))
}

fn execution_state(item: &Item<'_>, notes: &Notes) -> Option<kmt_core::ExecutionState> {
    let bits = value::bits(item, "`state`", 7, EXECUTION_STATES, notes)?;
    let (Value::Number(code) | Value::Constant { value: code, .. }) = bits.value else {
        return None;
    };
    let state = EXECUTION_STATE_VALUES.into_iter().find(|state| u64::from(state.code()) == code);
    if state.is_none() {
        notes.wrong(item.span(), format!("`state` is {code}"), "an execution state, 1 to 7");
    }
    state
}

/// Every execution state.
pub(in crate::scenario) const EXECUTION_STATE_VALUES: [kmt_core::ExecutionState; 7] = [
    kmt_core::ExecutionState::Active,
    kmt_core::ExecutionState::Reset,
    kmt_core::ExecutionState::Hung,
    kmt_core::ExecutionState::Stopped,
    kmt_core::ExecutionState::ErrorOutOfMemory,
    kmt_core::ExecutionState::ErrorDmaFault,
    kmt_core::ExecutionState::ErrorDmaPageFault,
];
