//! Scenarios at random: well formed in every name, and otherwise anything that can be written.

use kmt::scenario::Scenario;
use kmt::scenario::calls::{CallShape, Kind};
use kmt::scenario::document::{
    AdapterLine, After, Around, Atom, Basis, CallLine, CallPlace, Claim, Designation, Dialect, DirectoryLine,
    Expect, Explore, FieldLine, GivesLine, HandleLine, HandleTarget, HandleText, HostLine, IncidentLine,
    Move, MoveKind, ObjectLine, ProcessLine, Program, Stuck, Value, WakeLine, World,
};
use kmt::scenario::place::Placed;
use kmt_core::{AdapterKind, Bitness, NtStatus, PlacedType};
use proptest::prelude::*;
use proptest::sample::select;

fn made<T>(value: T) -> Placed<T> {
    Placed::made(value)
}

fn name(text: &str) -> Placed<String> {
    made(text.to_owned())
}

/// A scenario with two processes of one thread each, one adapter and one placed handle, and everything else at random.
pub(crate) fn scenarios() -> impl Strategy<Value = Scenario> {
    let text = "[\\PC\n\t\"\\\\]{0,40}";
    let calls = || prop::collection::vec(call_seeds(), 0..6);
    (text, prop::option::of(text), worlds(), calls(), calls(), extras()).prop_map(
        |(title, about, world, first, second, extras)| {
            let programs = vec![
                Program {
                    thread: name("t0"),
                    calls: first.iter().enumerate().map(|(at, seed)| seed.call("x", at)).collect(),
                },
                Program {
                    thread: name("t1"),
                    calls: second.iter().enumerate().map(|(at, seed)| seed.call("y", at)).collect(),
                },
            ];
            let (basis, explore, claims, schedule) = extras;
            let never = if first.is_empty() { Vec::new() } else { claims };
            Scenario {
                title,
                about,
                rules: vec![name("HND-09")],
                basis,
                world,
                programs,
                schedule,
                explore,
                never,
                possible: Vec::new(),
            }
        },
    )
}

/// What a call is made of: which one, and numbers to fill it with.
#[derive(Clone, Debug)]
struct CallSeed {
    shape: usize,
    null: bool,
    gives: bool,
    expect: bool,
    numbers: Vec<u64>,
}

fn call_seeds() -> impl Strategy<Value = CallSeed> {
    let shapes = CallShape::all().count();
    let numbers = prop::collection::vec(any::<u64>(), 8);
    (0..shapes, prop::bool::weighted(0.1), any::<bool>(), any::<bool>(), numbers)
        .prop_map(|(shape, null, gives, expect, numbers)| CallSeed { shape, null, gives, expect, numbers })
}

impl CallSeed {
    fn call(&self, prefix: &str, at: usize) -> CallLine {
        let shape = CallShape::all().nth(self.shape).expect("a place in the list");
        let null = self.null && shape.entry_point.is_some();
        let inputs = shape.inputs.iter().zip(&self.numbers).filter(|_| !null);
        let inputs = inputs
            .filter(|(input, number)| input.default.is_none() || number.is_multiple_of(2))
            .filter_map(|(input, number)| {
                Some(FieldLine { field: input.name, value: made(value(input.kind, *number)?) })
            })
            .collect();
        let outputs = shape.outputs.iter().filter(|output| self.gives && output.kind.can_be_named());
        let gives = outputs.map(|output| GivesLine {
            field: output.name,
            names: vec![name(&format!("{prefix}{at}-{}", output.name))],
        });
        let expect = Expect {
            status: (self.numbers[0].is_multiple_of(3)).then(|| made(NtStatus::TIMEOUT)),
            rule: None,
            out: shape
                .outputs
                .iter()
                .filter(|output| !output.many)
                .filter_map(|output| {
                    Some(FieldLine { field: output.name, value: made(value(output.kind, self.numbers[1])?) })
                })
                .collect(),
            around: Around {
                effects: (self.numbers[2].is_multiple_of(3)).then(Vec::new),
                sets: (self.numbers[4].is_multiple_of(3)).then(|| sets(self.numbers[4])),
                wakes: (self.numbers[3].is_multiple_of(3)).then(|| wakes(self.numbers[3])),
            },
        };
        CallLine {
            shape: made(shape),
            null,
            inputs,
            gives: gives.collect(),
            threads: Vec::new(),
            expect: self.expect.then_some(expect),
        }
    }
}

/// Events that are set.
fn sets(number: u64) -> Vec<Placed<String>> {
    vec![name("h"); (number % 4) as usize]
}

/// Threads that are released.
fn releases(number: usize) -> Placed<Vec<Placed<String>>> {
    made([name("t0"), name("t1")].into_iter().take(number).collect())
}

/// Threads that are resumed.
fn wakes(number: u64) -> Vec<Placed<WakeLine>> {
    let wake = |thread: &str, rule: Option<&str>| {
        made(WakeLine { thread: name(thread), status: made(NtStatus::ABANDONED), rule: rule.map(name) })
    };
    match number % 4 {
        0 => Vec::new(),
        1 => vec![wake("t0", None)],
        _ => vec![wake("t1", Some("KMX-33")), wake("t0", None)],
    }
}

/// A value of a kind; none where a scenario writes nothing.
fn value(kind: Kind, number: u64) -> Option<Value> {
    let word = number & kind.max();
    Some(match kind {
        Kind::Local => Value::Handle(match number % 4 {
            0 => HandleText::Raw(word),
            1 => HandleText::Zero,
            2 => HandleText::Nt("h".to_owned()),
            _ => HandleText::CurrentThread,
        }),
        Kind::Global => Value::Handle(match number % 4 {
            0 => HandleText::Raw(word),
            1 => HandleText::Zero,
            2 => HandleText::Nt("h".to_owned()),
            _ => HandleText::CurrentProcess,
        }),
        Kind::Nt
        | Kind::AsyncEvent
        | Kind::Timeout
        | Kind::Bytes
        | Kind::Locals
        | Kind::Wides
        | Kind::Text
        | Kind::Structure(_)
        | Kind::Structures(_)
            if number.is_multiple_of(5) =>
        {
            Value::Null
        }
        Kind::Nt | Kind::AsyncEvent => Value::Handle(match number % 4 {
            0 => HandleText::Raw(word),
            1 => HandleText::Name("h".to_owned()),
            2 => HandleText::Foreign { name: "h".to_owned(), process: "p0".to_owned() },
            _ => HandleText::Stale("h".to_owned()),
        }),
        Kind::Luid if number.is_multiple_of(2) => Value::Luid("gpu".to_owned()),
        Kind::Process if number.is_multiple_of(2) => Value::Process("p1".to_owned()),
        Kind::Word(constants) | Kind::Wide(constants)
            if number.is_multiple_of(4) && !constants.is_empty() =>
        {
            let (text, value) = constants.first()?;
            Value::Constant { text: (*text).to_owned(), value: *value }
        }
        Kind::Luid | Kind::Process | Kind::Word(_) | Kind::Wide(_) | Kind::Address => Value::Number(word),
        Kind::Bits => Value::Number(if number.is_multiple_of(2) { 32 } else { 64 }),
        Kind::Flag => Value::Flag(number.is_multiple_of(2)),
        Kind::Timeout => Value::Signed(number.cast_signed()),
        Kind::Bytes => Value::Bytes(number.to_le_bytes()[..(number % 9) as usize].to_vec()),
        Kind::Size | Kind::Count => Value::Number(number & 0xFFFF),
        Kind::Text => Value::Text(format!("\\Base\u{e9}\"{number}")),
        Kind::Structure(members) => {
            let written =
                members.iter().filter(|member| member.default.is_none() || number.is_multiple_of(2));
            let lines = written.map(|member| {
                let value = made(value(member.kind, number)?);
                Some(FieldLine { field: member.name, value })
            });
            Value::Members(lines.collect::<Option<_>>()?)
        }
        Kind::Locals | Kind::Wides | Kind::Structures(_) => {
            let entries = (0..number % 3).map(|place| value(kind.entry(), number.rotate_left(place as u32)));
            Value::List(entries.map(|entry| entry.map(made)).collect::<Option<_>>()?)
        }
        Kind::SyncObjectInfo { has_flags } => info(has_flags, number)?,
        Kind::Pointer => Value::Null,
    })
}

/// Info for one of the types, or for a number that is none.
fn info(has_flags: bool, number: u64) -> Option<Value> {
    const FENCE: [(&str, Kind); 1] = [("FenceValue", Kind::Wide(&[]))];
    const NOTIFICATION: [(&str, Kind); 1] = [("Event", Kind::Nt)];
    const MONITORED: [(&str, Kind); 2] =
        [("InitialFenceValue", Kind::Wide(&[])), ("EngineAffinity", Kind::Word(&[]))];
    let (object_type, members): (_, &[(&'static str, Kind)]) = match number % 4 {
        0 => (Value::Number(7 + number % 9), &[]),
        1 => (Value::Constant { text: "FENCE".to_owned(), value: 3 }, &FENCE),
        2 => (Value::Number(4), &NOTIFICATION),
        _ => (Value::Constant { text: "MONITORED_FENCE".to_owned(), value: 5 }, &MONITORED),
    };
    let line = |field, value| FieldLine { field, value: made(value) };
    let mut lines = vec![line("Type", object_type)];
    for (field, kind) in members {
        lines.push(line(field, value(*kind, number)?));
    }
    if has_flags && number.is_multiple_of(3) {
        lines
            .push(line("Flags", Value::Constant { text: "Shared | NtSecuritySharing".to_owned(), value: 3 }));
    }
    Some(Value::Members(lines))
}

fn worlds() -> impl Strategy<Value = World> {
    const KINDS: [AdapterKind; 3] = [AdapterKind::Full, AdapterKind::ComputeOnly, AdapterKind::DisplayOnly];
    let adapter = (
        prop::option::of(1..u64::MAX),
        prop::option::of(select(&KINDS[..])),
        prop::option::of(1_u32..=64),
        prop::option::of(1_u32..=32),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(luid, kind, nodes, physical_adapters, has_display)| AdapterLine {
            name: name("gpu"),
            luid: luid.map(made),
            kind,
            nodes,
            physical_adapters,
            has_display,
        });
    let process = (
        prop::option::of(any::<u32>()),
        prop::option::of(any::<u32>()),
        prop::option::of(select(&[Bitness::Bits32, Bitness::Bits64][..])),
        prop::option::of(any::<bool>()),
    );
    let flags = (any::<bool>(), any::<bool>(), prop::option::of(any::<u32>()), any::<bool>());
    let limits = prop::collection::btree_map(
        select(&["growth", "reserve", "devices", "global_growth", "keyed_mutexes"][..]),
        any::<u32>(),
        0..3,
    );
    (adapter, process, flags, limits).prop_map(
        |(adapter, (user, session, bits, raise_priority), flags, limits)| {
            let (inherit, protect, access, documented) = flags;
            let process = |number: u32| ProcessLine {
                name: name(&format!("p{number}")),
                user,
                session,
                administrator: raise_priority,
                bits,
                raise_priority,
                threads: vec![name(&format!("t{number}"))],
            };
            World {
                dialect: if documented { Dialect::Documented } else { Dialect::Windows },
                limits: limits.into_iter().map(|(key, bound)| (key, made(bound))).collect(),
                adapters: vec![adapter],
                processes: vec![process(0), process(1)],
                directories: vec![DirectoryLine { path: made("\\a".to_owned()), refuses: vec![1, 2] }],
                objects: vec![ObjectLine { path: made("\\a\\b".to_owned()), object_type: PlacedType::Event }],
                handles: vec![HandleLine {
                    name: name("h"),
                    holder: name("p0"),
                    target: match (inherit, protect) {
                        (true, true) => HandleTarget::Section,
                        (true, false) => HandleTarget::Directory(made("\\".to_owned())),
                        _ => HandleTarget::Process(name("p1")),
                    },
                    access: access.map(|access| made(Value::Number(access.into()))),
                    inherit,
                    protect,
                }],
            }
        },
    )
}

type Extras = (Option<Basis>, Explore, Vec<Claim>, Option<Vec<Move>>);

fn extras() -> impl Strategy<Value = Extras> {
    let basis = select(&[Basis::Observed, Basis::Documented, Basis::Inferred, Basis::Chosen][..]);
    let incident = select(vec![
        IncidentLine::EndThread(name("t1")),
        IncidentLine::KillProcess(name("p1")),
        IncidentLine::StopAdapter(name("gpu")),
    ]);
    let explore = (prop::collection::vec(incident.clone(), 0..3), prop::option::of(any::<u32>())).prop_map(
        |(incidents, most_incidents)| Explore {
            incidents: incidents.into_iter().map(made).collect(),
            most_incidents,
        },
    );
    let claims = (any::<bool>(), incident.clone()).prop_map(|(not, incident)| {
        let call = || CallPlace { thread: name("t0"), call: made(1) };
        let atom = Atom {
            call: call(),
            status: (!not).then(|| made(NtStatus::SUCCESS)),
            not: not.then(|| made(NtStatus::SUCCESS)),
            rule: Some(name("ADP-01")),
            out: Vec::new(),
            after: Some(made(if not { After::Incident(incident) } else { After::Call(call()) })),
        };
        let stuck = if not { Stuck::Any } else { Stuck::Threads(vec![name("t1"), name("t0")]) };
        vec![
            Claim { name: name("a \"claim\""), all: vec![made(atom.clone())], stuck: None },
            Claim { name: name("somebody waits"), all: Vec::new(), stuck: Some(stuck.clone()) },
            Claim { name: name("both"), all: vec![made(atom)], stuck: Some(stuck) },
        ]
    });
    let thread = select(&["t0", "t1"][..]);
    let adapter = || MoveKind::Incident {
        incident: IncidentLine::StopAdapter(name("gpu")),
        releases: Some(releases(2)),
    };
    let entry = prop_oneof![
        incident.prop_map(|incident| MoveKind::Incident { incident, releases: None }),
        Just(adapter()),
        thread.clone().prop_map(|thread| MoveKind::Timeout(name(thread))),
        thread.prop_map(|thread| MoveKind::Grant(name(thread))),
        any::<(u32, bool)>().prop_map(|(number, open)| MoveKind::Notice {
            object: Designation::Number(made(number)),
            adapter: name("gpu"),
            releases: open.then(|| releases(1)),
        }),
        any::<(bool, bool)>().prop_map(|(inherit, protect)| MoveKind::Host(HostLine::SetHandleFlags {
            process: name("p0"),
            handle: made(HandleText::Name("h".to_owned())),
            inherit,
            protect,
        })),
    ];
    let entry = (entry, any::<bool>(), prop::option::of(0..4_u64)).prop_map(|(event, effects, seed)| Move {
        event: made(event),
        around: Around { effects: effects.then(Vec::new), sets: seed.map(sets), wakes: seed.map(wakes) },
    });
    (prop::option::of(basis), explore, claims, prop::option::of(prop::collection::vec(entry, 0..4)))
}
