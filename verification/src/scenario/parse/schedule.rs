//! The pinned schedule, and what may happen when all interleavings are checked.

use kmt_core::Pick;
use toml::de::DeValue;

use super::super::document::{DeviceText, Explore, HostLine, IncidentLine, Move, MoveKind};
use super::super::error::{Fault, nearest, one_of};
use super::super::place::{Name, Placed};
use super::calls::{effects, wakes};
use super::reader::{Fields, Item, Notes, array, boolean, describe, name, word, word_of};
use super::{kind_of, value, world};
use crate::scenario::calls::Kind;

/// The words for the incidents.
pub(in crate::scenario) const INCIDENTS: [&str; 3] = ["end-thread", "kill-process", "stop-adapter"];

const HOST_EVENTS: [&str; 5] =
    ["add-adapter", "create-process", "start-thread", "place-process-handle", "set-handle-flags"];

pub(super) fn entry(item: &Item<'_>, notes: &Notes) -> Option<Move> {
    if let DeValue::String(_) = item.get_ref() {
        let thread = name(item, "an entry of the schedule", notes)?;
        let event = Placed::new(MoveKind::Call { thread, pick: None }, item.span());
        return Some(Move { event, effects: None, wakes: None });
    }
    if !matches!(item.get_ref(), DeValue::Table(_)) {
        let found = format!("an entry of the schedule is {}", describe(item.get_ref()));
        notes.wrong(
            item.span(),
            found,
            "the name of a thread, or a table with `step`, `incident`, `host` or `pick`",
        );
        return None;
    }
    let mut fields = Fields::of("an entry of the schedule", item, notes)?;
    let present = |key: &str| fields.keys().iter().any(|(name, _)| *name == key);
    let kind = if present("step") {
        step(&mut fields)
    } else if present("incident") {
        incident_fields(&mut fields).map(MoveKind::Incident)
    } else if present("host") {
        host(&mut fields).map(MoveKind::Host)
    } else if present("pick") {
        call(&mut fields)
    } else {
        let found =
            "an entry of the schedule that is a table says neither `step`, `incident`, `host` nor `pick`";
        notes.wrong(
            fields.span().clone(),
            found,
            "one of `step = …`, `incident = …`, `host = …`, `pick = …`",
        );
        return None;
    };
    let around = fields.take("expect").and_then(|item| {
        let mut expect = Fields::of("`expect`", item, notes)?;
        let effects = expect.take("effects").map(|item| effects(item, notes));
        let wakes = expect.take("wakes").map(|item| wakes(item, notes));
        expect.finish();
        Some((effects, wakes))
    });
    let (effects, wakes) = around.unwrap_or_default();
    fields.finish();
    kind.map(|kind| Move { event: Placed::new(kind, item.span()), effects, wakes })
}

/// The words for the options of a call.
pub(in crate::scenario) const PICKS: [(&str, Pick); 2] =
    [("deadline-ahead", Pick::DeadlineAhead), ("deadline-passed", Pick::DeadlinePassed)];

/// A call with one of its options.
fn call(fields: &mut Fields<'_, '_>) -> Option<MoveKind> {
    let notes = fields.notes();
    let thread = fields.need("thread", "the thread that makes its next call");
    let pick = fields.need("pick", "the option").and_then(|item| word_of(item, "`pick`", &PICKS, notes));
    let thread = thread.and_then(|item| name(item, "`thread`", notes));
    Some(MoveKind::Call { thread: thread?, pick: Some(pick?) })
}

/// The kinds of step.
#[derive(Clone, Copy)]
enum StepWord {
    Reclaim,
    Timeout,
    Grant,
}

const STEPS: [(&str, StepWord); 3] =
    [("reclaim", StepWord::Reclaim), ("timeout", StepWord::Timeout), ("grant", StepWord::Grant)];

fn step(fields: &mut Fields<'_, '_>) -> Option<MoveKind> {
    let notes = fields.notes();
    let item = fields.need("step", "the kind of step")?;
    let of_thread = match word_of(item, "`step`", &STEPS, notes)? {
        StepWord::Reclaim => None,
        StepWord::Timeout => Some(MoveKind::Timeout as fn(Name) -> MoveKind),
        StepWord::Grant => Some(MoveKind::Grant as fn(Name) -> MoveKind),
    };
    if let Some(make) = of_thread {
        let thread = fields.need("thread", "the thread whose call is blocked")?;
        return name(thread, "`thread`", notes).map(make);
    }
    let device = fields.need("device", "the name of its handle, or the number that the kernel gives it")?;
    Some(MoveKind::Reclaim(match device.get_ref() {
        DeValue::Integer(_) => DeviceText::Number(word(device, "`device`", notes)?),
        _ => DeviceText::Name(name(device, "`device`", notes)?),
    }))
}

fn incident_fields(fields: &mut Fields<'_, '_>) -> Option<IncidentLine> {
    let notes = fields.notes();
    let kind = kind_of(fields, "incident", &INCIDENTS)?;
    let mut named = |key: &'static str| -> Option<Name> {
        fields.need(key, "a name").and_then(|item| name(item, &format!("`{key}`"), notes))
    };
    match kind.as_str() {
        "end-thread" => named("thread").map(IncidentLine::EndThread),
        "kill-process" => named("process").map(IncidentLine::KillProcess),
        "stop-adapter" => named("adapter").map(IncidentLine::StopAdapter),
        other => {
            let fault =
                Fault::new(kind.span.clone(), format!("there is no incident {other:?}"), one_of(INCIDENTS));
            notes.note(fault.hint(nearest(other, INCIDENTS)));
            None
        }
    }
}

/// One incident, written as a table of its own.
pub(super) fn incident(item: &Item<'_>, notes: &Notes) -> Option<Placed<IncidentLine>> {
    let mut fields = Fields::of("an incident", item, notes)?;
    let incident = incident_fields(&mut fields);
    if incident.is_some() {
        fields.finish();
    }
    incident.map(|incident| Placed::new(incident, item.span()))
}

fn host(fields: &mut Fields<'_, '_>) -> Option<HostLine> {
    let notes = fields.notes();
    let kind = kind_of(fields, "host", &HOST_EVENTS)?;
    match kind.as_str() {
        "add-adapter" => world::adapter_fields(fields).map(HostLine::AddAdapter),
        "create-process" => world::process_fields(fields).map(HostLine::CreateProcess),
        "start-thread" => {
            let process = fields.need("process", "the process of the thread");
            let thread = fields.need("name", "what the scenario calls the thread");
            let process = process.and_then(|item| name(item, "`process`", notes));
            let thread = thread.and_then(|item| name(item, "the name of a thread", notes));
            Some(HostLine::StartThread { process: process?, name: thread? })
        }
        "place-process-handle" => world::handle_fields(fields).map(HostLine::PlaceProcessHandle),
        "set-handle-flags" => set_handle_flags(fields),
        other => {
            let fault = Fault::new(
                kind.span.clone(),
                format!("there is no host event {other:?}"),
                one_of(HOST_EVENTS),
            );
            notes.note(fault.hint(nearest(other, HOST_EVENTS)));
            None
        }
    }
}

/// Both flags have to be written: what is left out would otherwise be cleared without a word.
fn set_handle_flags(fields: &mut Fields<'_, '_>) -> Option<HostLine> {
    let notes = fields.notes();
    let process = fields.need("process", "the process whose table the handle is in");
    let handle = fields.need("handle", "the NT handle");
    let inherit = fields.need("inherit", "true or false");
    let protect = fields.need("protect", "true or false");
    let process = process.and_then(|item| name(item, "`process`", notes));
    let handle = handle.and_then(|item| value::handle(item, "`handle`", Kind::Nt, notes));
    let inherit = inherit.and_then(|item| boolean(item, "`inherit`", notes));
    let protect = protect.and_then(|item| boolean(item, "`protect`", notes));
    Some(HostLine::SetHandleFlags {
        process: process?,
        handle: handle?,
        inherit: inherit?,
        protect: protect?,
    })
}

pub(super) fn explore(item: &Item<'_>, notes: &Notes) -> Explore {
    let Some(mut fields) = Fields::of("`explore`", item, notes) else {
        return Explore::default();
    };
    let incidents = fields.take("incidents").and_then(|item| array(item, "`incidents`", notes));
    let most = fields.take("most_incidents").and_then(|item| word(item, "`most_incidents`", notes));
    fields.finish();
    Explore {
        incidents: incidents
            .map(|elements| elements.iter().filter_map(|element| incident(element, notes)).collect())
            .unwrap_or_default(),
        most_incidents: most.map(|most| most.value),
    }
}
