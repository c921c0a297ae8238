//! What must never be seen and what must be seen in some interleaving: `[[never]]` and `[[possible]]`.

use toml::de::DeValue;

use super::super::calls::CallShape;
use super::super::document::{After, Atom, CallPlace, Claim, Program, Stuck};
use super::super::error::{Fault, nearest, one_of};
use super::super::place::{Name, Placed};
use super::calls::out;
use super::reader::{Fields, Item, Notes, array, describe, name, names, number, string};
use super::schedule::incident;
use super::{rule, value};

/// The claims of one list; the programs say which call an atom speaks of.
pub(super) fn claims(item: &Item<'_>, what: &str, programs: &[Program], notes: &Notes) -> Vec<Claim> {
    array(item, what, notes)
        .map(|elements| elements.iter().filter_map(|element| claim(element, programs, notes)).collect())
        .unwrap_or_default()
}

fn claim(item: &Item<'_>, programs: &[Program], notes: &Notes) -> Option<Claim> {
    let mut fields = Fields::of("a claim", item, notes)?;
    let called = fields.need("name", "a sentence that says what is claimed");
    let stuck_item = fields.take("stuck");
    let expected = "an array such as `[{ thread = \"main\", call = 1, status = \"SUCCESS\" }]`";
    let all = if stuck_item.is_some() { fields.take("all") } else { fields.need("all", expected) };
    fields.finish();
    let called = called.and_then(|item| string(item, "the name of a claim", notes));
    let stuck = match stuck_item {
        Some(item) => Some(stuck(item, programs, notes)?),
        None => None,
    };
    let elements = match all {
        Some(item) => array(item, "`all`", notes)?,
        // Without `stuck` it has to be there.
        None if stuck.is_some() => &[],
        None => return None,
    };
    if let Some(all) = all.filter(|_| elements.is_empty()) {
        notes.wrong(
            all.span(),
            "`all` is empty, and so always true",
            "at least one `{ thread = …, call = … }`",
        );
    }
    let atoms = elements.iter().filter_map(|element| atom(element, programs, notes)).collect();
    Some(Claim { name: called?, all: atoms, stuck })
}

/// `"any"`, or the names of threads that make calls.
fn stuck(item: &Item<'_>, programs: &[Program], notes: &Notes) -> Option<Stuck> {
    let expected = "`\"any\"`, or an array with the names of threads";
    match item.get_ref() {
        DeValue::String(word) if word == "any" => Some(Stuck::Any),
        DeValue::Array(elements) if !elements.is_empty() => {
            let threads = names(Some(item), "`stuck`", "the name of a thread", notes);
            for thread in &threads {
                program_of(thread, programs, notes)?;
            }
            Some(Stuck::Threads(threads))
        }
        other => {
            notes.wrong(item.span(), format!("`stuck` is {}", describe(other)), expected);
            None
        }
    }
}

fn atom(item: &Item<'_>, programs: &[Program], notes: &Notes) -> Option<Placed<Atom>> {
    let mut fields = Fields::of("a condition", item, notes)?;
    let call = call_place(&mut fields);
    let status = fields.take("status").and_then(|item| value::status(item, notes));
    let not = fields.take("not").and_then(|item| value::status(item, notes));
    let decided = fields.take("rule").and_then(|item| rule(item, notes));
    let outputs = fields.take("out");
    let after = fields.take("after").and_then(|item| after(item, programs, notes));
    fields.finish();
    let call = call?;
    let shape = shape_of(&call, programs, notes)?;
    Some(Placed::new(
        Atom {
            call,
            status,
            not,
            rule: decided,
            out: outputs.map(|item| out(item, shape, notes)).unwrap_or_default(),
            after,
        },
        item.span(),
    ))
}

fn call_place(fields: &mut Fields<'_, '_>) -> Option<CallPlace> {
    let notes = fields.notes();
    let thread = fields.need("thread", "the thread that makes the call");
    let call = fields.need("call", "the place of the call in the program of the thread, from 1");
    let thread = thread.and_then(|item| name(item, "`thread`", notes));
    let call = call.and_then(|item| number(item, "`call`", 1, u32::MAX.into(), notes));
    let call = call.and_then(|call| u32::try_from(call.value).ok().map(|place| call.with(place)));
    Some(CallPlace { thread: thread?, call: call? })
}

/// The program of a thread, which has to be there.
fn program_of<'p>(thread: &Name, programs: &'p [Program], notes: &Notes) -> Option<&'p Program> {
    let program = programs.iter().find(|program| program.thread == *thread);
    if program.is_none() {
        let known = || programs.iter().map(|program| program.thread.as_str());
        let found = format!("no program has the thread `{}`", thread.value);
        let fault = Fault::new(thread.span.clone(), found, one_of(known()));
        notes.note(fault.hint(nearest(thread, known())));
    }
    program
}

/// The call at a place, which has to be there.
fn shape_of(place: &CallPlace, programs: &[Program], notes: &Notes) -> Option<&'static CallShape> {
    let program = program_of(&place.thread, programs, notes)?;
    let call = program.calls.get(place.call.value as usize - 1);
    if call.is_none() {
        let found = format!("`{}` has no call {}", place.thread.value, place.call.value);
        notes.wrong(place.call.span.clone(), found, format!("1 to {}", program.calls.len()));
    }
    call.map(|call| call.shape.value)
}

fn after(item: &Item<'_>, programs: &[Program], notes: &Notes) -> Option<Placed<After>> {
    let mut fields = Fields::of("`after`", item, notes)?;
    if fields.keys().iter().any(|(key, _)| *key == "incident") {
        return incident(item, notes).map(|incident| incident.map_value(After::Incident));
    }
    let call = call_place(&mut fields);
    fields.finish();
    let call = call?;
    shape_of(&call, programs, notes)?;
    Some(Placed::new(After::Call(call), item.span()))
}
