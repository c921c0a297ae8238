//! The pinned schedule, and what may happen when all interleavings are checked.

use toml::de::DeValue;

use super::super::document::{
    Around, Choice, Deadline, Designation, Explore, HostLine, IncidentLine, Move, MoveKind, Releases,
};
use super::super::error::{Fault, nearest, one_of};
use super::super::place::{Name, Placed};
use super::calls::around;
use super::reader::{Fields, Item, Notes, array, boolean, describe, name, names, word, word_of};
use super::{kind_of, value, world};
use crate::scenario::calls::Kind;

/// The words for the incidents.
pub(in crate::scenario) const INCIDENTS: [&str; 3] = ["end-thread", "kill-process", "stop-adapter"];

const HOST_EVENTS: [&str; 7] = [
    "add-adapter",
    "create-process",
    "start-thread",
    "add-directory",
    "place-named-object",
    "place-handle",
    "set-handle-flags",
];

pub(super) fn entry(item: &Item<'_>, notes: &Notes) -> Option<Move> {
    if let DeValue::String(_) = item.get_ref() {
        let thread = name(item, "an entry of the schedule", notes)?;
        let event = Placed::new(MoveKind::Call { thread, choice: None }, item.span());
        return Some(Move { event, around: Around::default() });
    }
    if !matches!(item.get_ref(), DeValue::Table(_)) {
        let found = format!("an entry of the schedule is {}", describe(item.get_ref()));
        notes.wrong(
            item.span(),
            found,
            "the name of a thread, or a table with `step`, `incident`, `host`, `pick` or `releases`",
        );
        return None;
    }
    let mut fields = Fields::of("an entry of the schedule", item, notes)?;
    let present = |key: &str| fields.keys().iter().any(|(name, _)| *name == key);
    let kind = if present("step") {
        step(&mut fields)
    } else if present("incident") {
        incident_entry(&mut fields)
    } else if present("host") {
        host(&mut fields).map(MoveKind::Host)
    } else if present("pick") || present("releases") {
        call(&mut fields)
    } else {
        let found = "an entry of the schedule that is a table says neither `step`, `incident`, `host`, `pick` nor \
                     `releases`";
        notes.wrong(
            fields.span().clone(),
            found,
            "one of `step = …`, `incident = …`, `host = …`, `pick = …`, `releases = …`",
        );
        return None;
    };
    let around = fields.take("expect").and_then(|item| {
        let mut expect = Fields::of("`expect`", item, notes)?;
        let around = around(&mut expect);
        expect.finish();
        Some(around)
    });
    fields.finish();
    kind.map(|kind| Move { event: Placed::new(kind, item.span()), around: around.unwrap_or_default() })
}

/// The words for the options of a call with a time limit.
pub(in crate::scenario) const PICKS: [(&str, Deadline); 2] =
    [("deadline-ahead", Deadline::Ahead), ("deadline-passed", Deadline::Passed)];

/// A call with one of its options. Both fields are taken, so that the one that is too much is named.
fn call(fields: &mut Fields<'_, '_>) -> Option<MoveKind> {
    let notes = fields.notes();
    let thread = fields.need("thread", "the thread that makes its next call");
    let thread = thread.and_then(|item| name(item, "`thread`", notes));
    let releases = releases(fields);
    let Some(picked) = fields.take("pick") else {
        return Some(MoveKind::Call { thread: thread?, choice: Some(Choice::Releases(releases?)) });
    };
    if let Some(releases) = releases {
        let found = "an entry with both `pick` and `releases`";
        notes.wrong(releases.span, found, "one of them: no call has options of both kinds");
        return None;
    }
    let deadline = word_of(picked, "`pick`", &PICKS, notes)?;
    Some(MoveKind::Call { thread: thread?, choice: Some(Choice::Deadline(deadline)) })
}

/// The threads that are released, if they are written.
fn releases(fields: &mut Fields<'_, '_>) -> Option<Releases> {
    let notes = fields.notes();
    let item = fields.take("releases")?;
    array(item, "`releases`", notes)?;
    Some(Placed::new(names(Some(item), "`releases`", "the name of a thread", notes), item.span()))
}

/// The kinds of step.
#[derive(Clone, Copy)]
enum StepWord {
    Notice,
    Reclaim,
    Timeout,
    Grant,
}

const STEPS: [(&str, StepWord); 4] = [
    ("notice", StepWord::Notice),
    ("reclaim", StepWord::Reclaim),
    ("timeout", StepWord::Timeout),
    ("grant", StepWord::Grant),
];

fn step(fields: &mut Fields<'_, '_>) -> Option<MoveKind> {
    let notes = fields.notes();
    let item = fields.need("step", "the kind of step")?;
    match word_of(item, "`step`", &STEPS, notes)? {
        StepWord::Notice => {
            let object = designation(fields, "object");
            let adapter = fields.need("adapter", "the adapter that looks");
            let adapter = adapter.and_then(|item| name(item, "`adapter`", notes));
            let releases = releases(fields);
            Some(MoveKind::Notice { object: object?, adapter: adapter?, releases })
        }
        StepWord::Reclaim => designation(fields, "device").map(MoveKind::Reclaim),
        StepWord::Timeout => blocked(fields).map(MoveKind::Timeout),
        StepWord::Grant => blocked(fields).map(MoveKind::Grant),
    }
}

fn blocked(fields: &mut Fields<'_, '_>) -> Option<Name> {
    let notes = fields.notes();
    let thread = fields.need("thread", "the thread whose call is blocked")?;
    name(thread, "`thread`", notes)
}

fn designation(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<Designation> {
    let notes = fields.notes();
    let item = fields.need(key, "the name of its handle, or the number that the kernel gives it")?;
    let what = format!("`{key}`");
    Some(match item.get_ref() {
        DeValue::Integer(_) => Designation::Number(word(item, &what, notes)?),
        _ => Designation::Name(name(item, &what, notes)?),
    })
}

/// An incident as an entry of the schedule, where the stop of an adapter can have options.
fn incident_entry(fields: &mut Fields<'_, '_>) -> Option<MoveKind> {
    let incident = incident_fields(fields)?;
    let releases = if matches!(incident, IncidentLine::StopAdapter(_)) { releases(fields) } else { None };
    Some(MoveKind::Incident { incident, releases })
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
        "add-directory" => world::directory_fields(fields).map(HostLine::AddDirectory),
        "place-named-object" => world::object_fields(fields).map(HostLine::PlaceNamedObject),
        "place-handle" => world::handle_fields(fields).map(HostLine::PlaceHandle),
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
