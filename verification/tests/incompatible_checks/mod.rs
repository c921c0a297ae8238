//! Pairs of checks that no state and argument can make fail at once.

/// A call, and pairs of places in its list of checks.
type Pairs = (&'static str, &'static str);

/// The pairs, each with the reason.
const INCOMPATIBLE: [(&str, &[Pairs]); 10] = [
    (
        "without a structure no field of it is wrong",
        &[
            ("AcquireKeyedMutex", "1+2 1+4"),
            ("AcquireKeyedMutex2", "1+2 1+3 1+5 1+6"),
            ("CloseAdapter", "1+2"),
            ("CreateDevice", "1+2 1+3"),
            ("CreateKeyedMutex2", "1+2 1+3 1+4"),
            ("CreateSynchronizationObject", "1+2 1+3 1+4"),
            (
                "CreateSynchronizationObject2",
                "1+2 1+3 1+4 1+5 1+6 1+7 1+8 1+9 1+10 1+11 1+12 1+15 1+16 1+17 1+18 1+19 1+20",
            ),
            ("DestroyDevice", "1+2"),
            ("DestroyKeyedMutex", "1+2"),
            ("DestroySynchronizationObject", "1+2"),
            ("EnumAdapters2", "1+2"),
            ("EnumAdapters3", "1+2 1+3"),
            ("GetDeviceState", "1+2 1+3 1+4"),
            ("MarkDeviceAsError", "1+2 1+3"),
            ("OpenKeyedMutex", "1+2"),
            ("OpenKeyedMutex2", "1+2 1+3 1+4 1+5"),
            ("OpenSyncObjectFromNtHandle", "1+2 1+3 1+4 1+5"),
            ("OpenSyncObjectFromNtHandle2", "1+2 1+3 1+4 1+7 1+8 1+9 1+11 1+12 1+13"),
            (
                "OpenSyncObjectNtHandleFromName",
                "1+2 1+3 1+4 1+5 1+6 1+7 1+8 1+9 1+10 1+11 1+12 1+13 1+14 1+15 1+16",
            ),
            ("OpenSynchronizationObject", "1+2"),
            ("ReleaseKeyedMutex", "1+2"),
            ("ReleaseKeyedMutex2", "1+2 1+3 1+6 1+7"),
            ("SignalSynchronizationObjectFromCpu", "1+2 1+3 1+4 1+5 1+6 1+9 1+10 1+11 1+12 1+13"),
            ("WaitForSynchronizationObjectFromCpu", "1+2 1+3 1+4 1+5 1+6 1+9 1+10 1+11 1+12 1+13 1+14 1+15"),
        ],
    ),
    (
        "what is no entry of the right type has no flags, no rights, no table and no process that ended",
        &[
            ("CloseHandle", "1+2"),
            ("CreateSynchronizationObject2", "18+19 18+20"),
            ("OpenSyncObjectFromNtHandle", "2+3 2+4 2+5 3+5"),
            ("OpenSyncObjectFromNtHandle2", "7+8 7+9 7+11 7+13 8+11 8+13"),
            ("DuplicateHandle", "2+3 2+4 2+6 3+6 5+6 7+9 7+10 7+11 7+13 8+9 8+10 8+11 8+13 9+10 9+13"),
            ("ResetEvent", "1+2 1+3"),
            ("SetEvent", "1+2 1+3"),
            ("WaitForEvent", "1+2 1+3"),
            ("WaitForSynchronizationObjectFromCpu", "12+13 12+15"),
        ],
    ),
    (
        "one field has one value",
        &[
            ("CreateSynchronizationObject2", "4+9 4+10 5+9 5+10"),
            ("DuplicateHandle", "6+7 7+8"),
            ("GetDeviceState", "2+3"),
            ("QueryObject", "1+3"),
            ("SignalSynchronizationObjectFromCpu", "4+5"),
            ("WaitForSynchronizationObjectFromCpu", "4+5"),
        ],
    ),
    (
        "an object has one type",
        &[
            ("CreateSynchronizationObject", "2+3"),
            (
                "CreateSynchronizationObject2",
                "2+9 2+10 2+11 2+15 2+16 2+17 2+18 2+19 2+20 8+9 8+18 8+19 8+20 9+10 9+11 9+15 9+16 9+17 \
                 10+11 10+18 10+19 10+20 11+15 11+16 11+17 11+18 11+19 11+20 15+18 15+19 15+20 16+18 16+19 \
                 16+20 17+18 17+19 17+20",
            ),
        ],
    ),
    (
        "arrays that are not there, or that are not read, have no entry",
        &[
            ("SignalSynchronizationObjectFromCpu", "2+9 2+10 2+11 2+12 2+13 4+9 4+10 4+11 4+12 4+13"),
            ("WaitForSynchronizationObjectFromCpu", "2+9 2+10 2+11 2+14 4+9 4+10 4+11 4+14"),
        ],
    ),
    (
        "attributes and names that are not there have no fields",
        &[
            (
                "OpenSyncObjectNtHandleFromName",
                "2+3 2+4 2+5 2+6 2+7 2+8 2+9 2+10 2+11 2+12 2+13 2+14 2+15 5+6 5+7 5+8 5+9 5+12 5+13 5+14 5+15",
            ),
            ("ShareObjects", "10+11 10+12 10+13 10+15 10+16 10+17 10+18 10+19 10+20 10+22 10+23 10+24"),
        ],
    ),
    (
        "a name leads to one place, and one that starts wrong or in no directory is not followed",
        &[
            (
                "OpenSyncObjectNtHandleFromName",
                "8+9 8+10 8+11 8+12 8+13 8+14 8+15 9+12 9+13 9+14 9+15 10+12 10+13 10+14 10+15 11+12 11+13 11+14 \
                 11+15 12+13 12+14 12+15 13+14 13+15 14+15",
            ),
            (
                "ShareObjects",
                "13+17 13+18 13+19 13+20 13+22 13+23 13+24 15+16 15+17 15+18 15+19 15+20 15+22 15+23 15+24 16+17 \
                 16+18 16+19 16+20 16+22 16+23 16+24 17+18 17+19 17+20 17+22 17+23 17+24 18+19 18+20 18+22 18+23 \
                 18+24 19+22 19+23 19+24 20+22 20+23 20+24 22+23 22+24",
            ),
        ],
    ),
    (
        "a list that is not read, or that is none of the accepted ones, gives no object to share",
        &[("ShareObjects", "2+4 2+5 2+6 2+23 3+4 3+5 3+6 3+23 4+23 5+23 6+23")],
    ),
    (
        "what has no adapter, and no GPU address, does not need the right one",
        &[("OpenSyncObjectFromNtHandle2", "4+12 11+13")],
    ),
    ("an ended process has no table", &[("DuplicateHandle", "10+13")]),
];

/// The pairs as the ids of their checks.
pub(crate) fn incompatible() -> impl Iterator<Item = String> {
    let calls = INCOMPATIBLE.iter().flat_map(|(_, calls)| *calls);
    calls.flat_map(|(call, pairs)| {
        let pairs = pairs.split_whitespace().filter_map(|pair| pair.split_once('+'));
        pairs.map(move |(first, second)| format!("{call}/{first} {call}/{second}"))
    })
}
