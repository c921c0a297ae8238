//! The stage: `[world]` and what stands in it.

use kmt_core::{AdapterKind, Bitness, PlacedType};

use super::super::calls::ACCESS;
use super::super::document::{
    AdapterLine, Dialect, DirectoryLine, HandleLine, HandleTarget, LIMITS, ObjectLine, ProcessLine, World,
};
use super::super::place::Placed;
use super::reader::{Fields, Item, Notes, array, boolean, name, names, number, string, word, word_of};
use super::{tables, value};

/// The words for the dialects.
pub(in crate::scenario) const DIALECTS: [(&str, Dialect); 2] =
    [("windows", Dialect::Windows), ("documented", Dialect::Documented)];

/// The words for the kinds of adapter.
pub(in crate::scenario) const ADAPTER_KINDS: [(&str, AdapterKind); 3] = [
    ("full", AdapterKind::Full),
    ("compute-only", AdapterKind::ComputeOnly),
    ("display-only", AdapterKind::DisplayOnly),
];

/// The words for the types of placed objects.
pub(in crate::scenario) const PLACED_TYPES: [(&str, PlacedType); 2] =
    [("Event", PlacedType::Event), ("Section", PlacedType::Section)];

pub(super) fn world(item: &Item<'_>, notes: &Notes) -> World {
    let mut world = World::default();
    let Some(mut fields) = Fields::of("`world`", item, notes) else {
        return world;
    };
    if let Some(item) = fields.take("dialect") {
        world.dialect = word_of(item, "`dialect`", &DIALECTS, notes).unwrap_or_default();
    }
    if let Some(mut limits) = fields.take("limits").and_then(|item| Fields::of("`limits`", item, notes)) {
        for key in LIMITS {
            let bound = limits.take(key).and_then(|item| word(item, &format!("`{key}`"), notes));
            world.limits.extend(bound.map(|bound| (key, bound)));
        }
        limits.finish();
    }
    let mut list = |key| fields.take(key);
    world.adapters =
        list("adapter").map(|item| tables(item, "`adapter`", notes, adapter)).unwrap_or_default();
    world.processes =
        list("process").map(|item| tables(item, "`process`", notes, process)).unwrap_or_default();
    world.directories =
        list("directory").map(|item| tables(item, "`directory`", notes, directory)).unwrap_or_default();
    world.objects = list("object").map(|item| tables(item, "`object`", notes, object)).unwrap_or_default();
    world.handles = list("handle").map(|item| tables(item, "`handle`", notes, handle)).unwrap_or_default();
    fields.finish();
    world
}

fn adapter(item: &Item<'_>, notes: &Notes) -> Option<AdapterLine> {
    let mut fields = Fields::of("an adapter", item, notes)?;
    let adapter = adapter_fields(&mut fields);
    fields.finish();
    adapter
}

/// The fields of an adapter, where `name` is one of them.
pub(super) fn adapter_fields(fields: &mut Fields<'_, '_>) -> Option<AdapterLine> {
    let notes = fields.notes();
    let called = fields.need("name", "what the scenario calls the adapter");
    // ADP-03: an adapter has a LUID other than zero, 1 to 64 nodes and, by ADP-16, at most 32 physical adapters.
    let luid = fields.take("luid").and_then(|item| number(item, "`luid`", 1, u64::MAX, notes));
    let kind = fields.take("kind").and_then(|item| word_of(item, "`kind`", &ADAPTER_KINDS, notes));
    let nodes = fields.take("nodes").and_then(|item| number(item, "`nodes`", 1, 64, notes));
    let physical =
        fields.take("physical_adapters").and_then(|item| number(item, "`physical_adapters`", 1, 32, notes));
    let has_display = fields.take("has_display").and_then(|item| boolean(item, "`has_display`", notes));
    let small = |placed: Placed<u64>| u32::try_from(placed.value).ok();
    Some(AdapterLine {
        name: called.and_then(|item| name(item, "the name of an adapter", notes))?,
        luid,
        kind,
        nodes: nodes.and_then(small),
        physical_adapters: physical.and_then(small),
        has_display,
    })
}

fn process(item: &Item<'_>, notes: &Notes) -> Option<ProcessLine> {
    let mut fields = Fields::of("a process", item, notes)?;
    let process = process_fields(&mut fields);
    fields.finish();
    process
}

/// The fields of a process.
pub(super) fn process_fields(fields: &mut Fields<'_, '_>) -> Option<ProcessLine> {
    let notes = fields.notes();
    let called = fields.need("name", "what the scenario calls the process");
    let user = fields.take("user").and_then(|item| word(item, "`user`", notes));
    let session = fields.take("session").and_then(|item| word(item, "`session`", notes));
    let administrator = fields.take("administrator").and_then(|item| boolean(item, "`administrator`", notes));
    let bits = fields.take("bits").and_then(|item| value::width(item, "`bits`", notes));
    let raise = fields.take("raise_priority").and_then(|item| boolean(item, "`raise_priority`", notes));
    let threads = names(fields.take("threads"), "`threads`", "the name of a thread", notes);
    Some(ProcessLine {
        name: called.and_then(|item| name(item, "the name of a process", notes))?,
        user: user.map(|user| user.value),
        session: session.map(|session| session.value),
        administrator,
        bits: bits.map(|bits| if bits.value == 32 { Bitness::Bits32 } else { Bitness::Bits64 }),
        raise_priority: raise,
        threads,
    })
}

fn handle(item: &Item<'_>, notes: &Notes) -> Option<HandleLine> {
    let mut fields = Fields::of("a placed handle", item, notes)?;
    let handle = handle_fields(&mut fields);
    fields.finish();
    handle
}

fn directory(item: &Item<'_>, notes: &Notes) -> Option<DirectoryLine> {
    let mut fields = Fields::of("a directory", item, notes)?;
    let directory = directory_fields(&mut fields);
    fields.finish();
    directory
}

/// The fields of a directory that the host adds.
pub(super) fn directory_fields(fields: &mut Fields<'_, '_>) -> Option<DirectoryLine> {
    let path = path(fields, "path");
    let notes = fields.notes();
    let users = fields.take("refuses").and_then(|item| array(item, "`refuses`", notes)).unwrap_or_default();
    let users = users.iter().filter_map(|item| word(item, "a user in `refuses`", notes));
    Some(DirectoryLine { path: path?, refuses: users.map(|user| user.value).collect() })
}

fn object(item: &Item<'_>, notes: &Notes) -> Option<ObjectLine> {
    let mut fields = Fields::of("a placed object", item, notes)?;
    let object = object_fields(&mut fields);
    fields.finish();
    object
}

/// The fields of a named object that the host places.
pub(super) fn object_fields(fields: &mut Fields<'_, '_>) -> Option<ObjectLine> {
    let path = path(fields, "path");
    let notes = fields.notes();
    let object_type = fields.need("type", "the type of the object");
    let object_type = object_type.and_then(|item| word_of(item, "`type`", &PLACED_TYPES, notes));
    Some(ObjectLine { path: path?, object_type: object_type? })
}

fn path(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<Placed<String>> {
    let notes = fields.notes();
    let item = fields.need(key, "a full path, such as '\\BaseNamedObjects\\name'")?;
    string(item, &format!("`{key}`"), notes)
}

/// The fields of a handle that the host places.
pub(super) fn handle_fields(fields: &mut Fields<'_, '_>) -> Option<HandleLine> {
    let notes = fields.notes();
    let called = fields.need("name", "what the scenario calls the handle");
    let holder = fields.need("holder", "the process whose table it is in");
    let target = target(fields);
    let access =
        fields.take("access").and_then(|item| value::bits(item, "`access`", u32::MAX.into(), ACCESS, notes));
    let (inherit, protect) = flags(fields);
    let called = called.and_then(|item| name(item, "the name of a handle", notes));
    let holder = holder.and_then(|item| name(item, "`holder`", notes));
    Some(HandleLine { name: called?, holder: holder?, target: target?, access, inherit, protect })
}

/// What a placed handle is to: exactly one of three fields says it.
fn target(fields: &mut Fields<'_, '_>) -> Option<HandleTarget> {
    let notes = fields.notes();
    if let Some(item) = fields.take("directory") {
        return string(item, "`directory`", notes).map(HandleTarget::Directory);
    }
    if let Some(item) = fields.take("section") {
        if boolean(item, "`section`", notes)? {
            return Some(HandleTarget::Section);
        }
        notes.wrong(item.span(), "`section` is false", "`section = true`, or `process` or `directory`");
        return None;
    }
    let process = fields.need("process", "the process that it is to, or `directory` or `section`")?;
    name(process, "`process`", notes).map(HandleTarget::Process)
}

/// The two flags of an NT handle; false where they are not written.
pub(super) fn flags(fields: &mut Fields<'_, '_>) -> (bool, bool) {
    let notes = fields.notes();
    let mut flag = |key: &'static str| {
        fields.take(key).and_then(|item| boolean(item, &format!("`{key}`"), notes)).unwrap_or(false)
    };
    (flag("inherit"), flag("protect"))
}
