//! Calls that find, open and close adapters.

use kmt_core::{
    CloseAdapter, EntryPoint, EnumAdapters2, EnumAdapters3, OpenAdapterFromLuid, Output, Request,
};

use super::{CallShape, Constants, Kind, OutputField, Seen, needed, no_output, optional, output, per_entry};

// ADP-07
const FILTER: Constants = &[("IncludeComputeOnly", 1), ("IncludeDisplayOnly", 2)];

const ENTRIES: &[OutputField] = &[
    output("NumAdapters", Kind::Word(&[])),
    per_entry("hAdapter", Kind::Local),
    per_entry("AdapterLuid", Kind::Luid),
    per_entry("NumOfSources", Kind::Word(&[])),
    per_entry("bPrecisePresentRegionsPreferred", Kind::Flag),
];

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "OpenAdapterFromLuid",
        inputs: &[needed("AdapterLuid", Kind::Luid)],
        outputs: &[output("hAdapter", Kind::Local)],
        entry_point: Some(EntryPoint::OpenAdapterFromLuid),
        build: |arguments| {
            Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid: arguments.luid("AdapterLuid") })
        },
        read: |output| match output {
            Output::OpenAdapterFromLuid { adapter } => vec![Seen::one("hAdapter", adapter.raw())],
            _ => Vec::new(),
        },
    },
    CallShape {
        name: "EnumAdapters2",
        inputs: &[optional("NumAdapters", Kind::Word(&[]), 0), optional("pAdapters", Kind::Pointer, 1)],
        outputs: ENTRIES,
        entry_point: Some(EntryPoint::EnumAdapters2),
        build: |arguments| {
            Request::EnumAdapters2(EnumAdapters2 {
                capacity: arguments.word("NumAdapters"),
                has_array: arguments.flag("pAdapters"),
            })
        },
        read: read_entries,
    },
    CallShape {
        name: "EnumAdapters3",
        inputs: &[
            optional("Filter", Kind::Wide(FILTER), 0),
            optional("NumAdapters", Kind::Word(&[]), 0),
            optional("pAdapters", Kind::Pointer, 1),
        ],
        outputs: ENTRIES,
        entry_point: Some(EntryPoint::EnumAdapters3),
        build: |arguments| {
            Request::EnumAdapters3(EnumAdapters3 {
                filter: arguments.wide("Filter"),
                capacity: arguments.word("NumAdapters"),
                has_array: arguments.flag("pAdapters"),
            })
        },
        read: read_entries,
    },
    CallShape {
        name: "CloseAdapter",
        inputs: &[needed("hAdapter", Kind::Local)],
        outputs: &[],
        entry_point: Some(EntryPoint::CloseAdapter),
        build: |arguments| Request::CloseAdapter(CloseAdapter { adapter: arguments.local("hAdapter") }),
        read: no_output,
    },
];

fn read_entries(output: &Output) -> Vec<Seen> {
    let Output::EnumAdapters { count, entries } = output else {
        return Vec::new();
    };
    let mut seen = vec![Seen::one("NumAdapters", *count)];
    if !entries.is_empty() {
        let column = |field, of: fn(&kmt_core::AdapterInfo) -> u64| Seen {
            field,
            values: entries.iter().map(of).collect(),
        };
        seen.push(column("hAdapter", |entry| entry.adapter.raw().into()));
        seen.push(column("AdapterLuid", |entry| entry.luid.raw()));
        seen.push(column("NumOfSources", |entry| entry.sources.into()));
        seen.push(column("bPrecisePresentRegionsPreferred", |entry| {
            entry.precise_present_regions_preferred.into()
        }));
    }
    seen
}
