//! The stage: `[world]` and what stands in it.

use kmt_core::{AdapterKind, Bitness};

use super::super::calls::ACCESS;
use super::super::document::{AdapterLine, Dialect, HandleLine, LIMITS, ProcessLine, World};
use super::reader::{Fields, Item, Notes, boolean, name, names, number, word, word_of};
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
    let small = |placed: super::super::place::Placed<u64>| u32::try_from(placed.value).ok();
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
    let bits = fields.take("bits").and_then(|item| value::width(item, "`bits`", notes));
    let raise = fields.take("raise_priority").and_then(|item| boolean(item, "`raise_priority`", notes));
    let threads = names(fields.take("threads"), "`threads`", "the name of a thread", notes);
    Some(ProcessLine {
        name: called.and_then(|item| name(item, "the name of a process", notes))?,
        user: user.map(|user| user.value),
        session: session.map(|session| session.value),
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

/// The fields of a handle that the host places.
pub(super) fn handle_fields(fields: &mut Fields<'_, '_>) -> Option<HandleLine> {
    let notes = fields.notes();
    let called = fields.need("name", "what the scenario calls the handle");
    let holder = fields.need("holder", "the process whose table it is in");
    let process = fields.need("process", "the process that it names");
    let access =
        fields.take("access").and_then(|item| value::bits(item, "`access`", u32::MAX.into(), ACCESS, notes));
    let (inherit, protect) = flags(fields);
    let called = called.and_then(|item| name(item, "the name of a handle", notes));
    let holder = holder.and_then(|item| name(item, "`holder`", notes));
    let process = process.and_then(|item| name(item, "`process`", notes));
    Some(HandleLine { name: called?, holder: holder?, process: process?, access, inherit, protect })
}

/// The two flags of an NT handle; false where they are not written.
pub(super) fn flags(fields: &mut Fields<'_, '_>) -> (bool, bool) {
    let notes = fields.notes();
    let mut flag = |key: &'static str| {
        fields.take(key).and_then(|item| boolean(item, &format!("`{key}`"), notes)).unwrap_or(false)
    };
    (flag("inherit"), flag("protect"))
}
