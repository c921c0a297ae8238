//! Rules about names, directories and descriptors.

mod common;

use common::{FENCE, Machine, local, nt};
use kmt_model::action::{
    Action, Attributes, Call, DeadKind, DescriptorOperand, DirectoryOperand, Host, Incident, LastComponent,
    NameOperand, NtOperand, ObjectQuery, Objects, SyncFlags,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{ObjectName, Output, Refusal, Verdict};
use kmt_model::rules::{READ_CONTROL, SHARED_ALL_ACCESS, SIGNAL, WAIT};
use kmt_model::state::{
    AccessEntry, AdapterKind, DirectoryName, Identity, LocalName, NtName, Path, PlacedType, ProcessName,
    SharedName, ThreadName, Trustee,
};

const ADAPTER: LocalName = LocalName(0);
const DEVICE: LocalName = LocalName(1);
const SYNC: LocalName = LocalName(2);
const GENERIC_ALL: u32 = 0x1000_0000;
const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
const GLOBAL: DirectoryOperand = DirectoryOperand::Path(DirectoryName::Global);

/// A machine with one adapter and one process for each identity, which has a fence made for NT sharing as
/// local handle 2.
fn machine<const N: usize>(identities: [Identity; N]) -> (Machine, [ThreadName; N]) {
    let mut machine = Machine::new(Limits::default());
    machine.adapter(1, AdapterKind::Full);
    let threads = identities.map(|identity| {
        let Output::Process { process, .. } = machine.host(Host::CreateProcess(identity)) else {
            panic!("a process")
        };
        let thread = machine.thread(process);
        machine.open(thread, 1);
        machine.device(thread, ADAPTER);
        let flags = SyncFlags { shared: true, nt_sharing: true, ..SyncFlags::default() };
        machine.sync_object(thread, DEVICE, FENCE, flags);
        thread
    });
    (machine, threads)
}

fn user(user: u32) -> Identity {
    Identity { user, ..Identity::default() }
}

fn at(directory: DirectoryOperand, last: LastComponent) -> Attributes {
    Attributes { name: Some(NameOperand::In { directory, last }), ..Attributes::default() }
}

const fn token(token: u32, upper_case: bool) -> LastComponent {
    LastComponent::Token { token, upper_case }
}

fn named(token: u32) -> Attributes {
    at(GLOBAL, self::token(token, false))
}

fn share(attributes: Attributes, access: u32) -> Call {
    Call::ShareObjects { objects: Objects::one(local(SYNC)), attributes: Some(attributes), access }
}

fn open(attributes: Attributes, access: u32) -> Call {
    Call::OpenSyncObjectNtHandleFromName { access, attributes: Some(attributes) }
}

/// Makes a call that returns an NT handle, and returns its mask.
fn granted(machine: &mut Machine, thread: ThreadName, call: Call) -> u32 {
    let process = machine.state.thread(thread).expect("it runs").process;
    match machine.call(thread, call).verdict {
        Verdict::Done(Output::NtHandle(handle) | Output::Shared { handle, .. }) => {
            machine.nt(process, handle).access
        }
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn nam_17_nam_18_nam_19_acc_12_a_name_that_is_taken() {
    let (mut machine, [first, second]) = machine([user(1), user(1)]);
    machine.call(first, share(named(0), GENERIC_ALL));
    let upper = at(GLOBAL, token(0, true));
    machine.refuse(second, share(upper, GENERIC_ALL), Refusal::NameCollision);
    let existing = Attributes { open_if: true, inherit: true, ..upper };
    machine.refuse(second, share(existing, 0x0100_0000), Refusal::SystemSecurity);
    machine.refuse(second, share(existing, 0), Refusal::ExistingNotGranted);
    let observation = machine.call(second, share(existing, READ_CONTROL));
    let opened = Output::Shared { handle: NtName(0), object: SharedName(0), existed: true };
    assert_eq!(observation.verdict, Verdict::Done(opened));
    assert!(machine.nt(ProcessName(2), NtName(0)).inherit);
    let [object] = &machine.state.shared_objects[..] else { panic!("one object") };
    assert_eq!(object.path.map(|path| path.upper_case), Some(false));
    // The object of the first process is still what is carried.
    assert_eq!(object.carries, machine.state.sync_objects[0].name);
}

#[test]
fn nam_16_nam_18_opn_03_another_type_under_the_name() {
    let (mut machine, [thread]) = machine([user(1)]);
    let path = Path { directory: DirectoryName::Global, token: 0, upper_case: true };
    for (token, object_type) in [(0, PlacedType::Event), (1, PlacedType::Section)] {
        machine.host(Host::PlaceNamedObject { path: Path { token, ..path }, object_type });
        machine.impossible(Action::Host(Host::PlaceNamedObject {
            path: Path { token, upper_case: false, ..path },
            object_type,
        }));
        for open_if in [false, true] {
            let attributes = Attributes { open_if, ..named(token) };
            machine.refuse(thread, share(attributes, 0x0100_0000), Refusal::NameOfOtherType);
        }
        machine.refuse(thread, open(named(token), 0), Refusal::OpenOfOtherType);
    }
    machine.refuse(thread, share(at(GLOBAL, LastComponent::Directory), 0), Refusal::NameOfOtherType);
    machine.refuse(thread, open(at(GLOBAL, LastComponent::Directory), 0), Refusal::OpenOfOtherType);
    machine.call(thread, share(named(2), GENERIC_ALL));
    let resource = Call::OpenNtHandleFromName { access: 0, attributes: Some(named(2)) };
    machine.refuse(thread, resource, Refusal::OpenOfOtherType);
    // The same name in another directory is free.
    let session = DirectoryOperand::Path(DirectoryName::Session(0));
    machine.call(thread, share(at(session, token(0, false)), GENERIC_ALL));
}

#[test]
fn nam_12_nam_13_nam_14_a_path_is_walked_in_order() {
    let (mut machine, [thread]) = machine([user(1)]);
    machine.call(thread, share(named(0), GENERIC_ALL));
    let holder = ProcessName(1);
    let place = |directory| Host::PlaceDirectoryHandle {
        holder,
        directory,
        access: 0,
        inherit: false,
        protect: false,
    };
    assert_eq!(machine.host(place(DirectoryName::Global)), Output::NtHandle(NtName(1)));
    let through = DirectoryOperand::Object { directory: DirectoryName::Global, token: 0 };
    let dead = DirectoryOperand::Handle(NtOperand::Dead(DeadKind::Stale));
    let current = DirectoryOperand::Handle(NtOperand::Current);
    let wrong = DirectoryOperand::Handle(nt(NtName(0)));
    let last = token(1, false);
    for (attributes, refusal) in [
        (at(DirectoryOperand::Missing, last), Refusal::PathNotFound),
        (at(DirectoryOperand::Missing, LastComponent::Empty), Refusal::PathNotFound),
        (at(through, last), Refusal::PathNotFound),
        (at(GLOBAL, LastComponent::Empty), Refusal::EmptyComponent),
        (at(dead, LastComponent::Empty), Refusal::NoSuchRoot),
        (at(current, last), Refusal::NoSuchRoot),
        (at(wrong, LastComponent::Empty), Refusal::WrongRoot),
        (Attributes { name: Some(NameOperand::Root), ..Attributes::default() }, Refusal::NameIsRoot),
    ] {
        machine.refuse(thread, share(attributes, 0x0100_0000), refusal);
        machine.refuse(thread, open(attributes, 0), refusal);
        let revision = Attributes { descriptor: DescriptorOperand::UnknownRevision, ..attributes };
        machine.refuse(thread, share(revision, 0), Refusal::UnknownRevision);
        machine.refuse(thread, open(revision, 0), refusal);
    }
    machine.refuse(thread, open(named(1), 0), Refusal::NameNotFound);
    let relative = at(DirectoryOperand::Handle(nt(NtName(1))), token(0, true));
    assert_eq!(granted(&mut machine, thread, open(relative, READ_CONTROL)), READ_CONTROL);
    let zero = DirectoryOperand::Handle(NtOperand::Dead(DeadKind::Zero));
    machine.impossible(Action::Call(thread, open(at(zero, last), 0)));
    let unknown = DirectoryOperand::Path(DirectoryName::Session(5));
    machine.impossible(Action::Call(thread, open(at(unknown, last), 0)));
}

#[test]
fn nam_06_nam_07_nam_08_names_that_are_missing() {
    let (mut machine, [thread]) = machine([user(1)]);
    machine.host(Host::PlaceDirectoryHandle {
        holder: ProcessName(1),
        directory: DirectoryName::Global,
        access: 0,
        inherit: false,
        protect: false,
    });
    let empty = |root| Attributes { name: Some(NameOperand::Empty { root }), ..Attributes::default() };
    let dead = Some(NtOperand::Dead(DeadKind::Unknown));
    machine.refuse(
        thread,
        Call::OpenSyncObjectNtHandleFromName { access: 0, attributes: None },
        Refusal::NoAttributes,
    );
    let exclusive = Attributes { exclusive: true, ..Attributes::default() };
    machine.refuse(thread, open(exclusive, 0), Refusal::Exclusive);
    machine.refuse(thread, open(Attributes::default(), 0), Refusal::NoName);
    machine.refuse(thread, open(empty(None), 0), Refusal::NoName);
    machine.refuse(thread, open(empty(dead), 0), Refusal::NoSuchRoot);
    machine.refuse(thread, open(empty(Some(nt(NtName(0)))), 0), Refusal::WrongRoot);
    // A share makes an unnamed object.
    for attributes in [Attributes::default(), empty(None), empty(dead)] {
        machine.call(thread, share(attributes, 0));
    }
    assert!(machine.state.shared_objects.iter().all(|object| object.path.is_none()));
}

#[test]
fn nam_15_sessions_and_added_directories() {
    let second = Identity { user: 2, session: 3, administrator: false };
    let (mut machine, [first, second]) = machine([user(1), second]);
    let directories = machine.state.directories.iter().map(|directory| directory.name).collect::<Vec<_>>();
    let expected = [DirectoryName::Global, DirectoryName::Session(0), DirectoryName::Session(3)];
    assert_eq!(directories, expected);
    let added = machine.host(Host::AddDirectory { refused_user: Some(2) });
    assert_eq!(added, Output::Directory(DirectoryName::Added(0)));
    let there = at(DirectoryOperand::Path(DirectoryName::Added(0)), token(0, false));
    machine.refuse(second, share(there, GENERIC_ALL), Refusal::MayNotCreate);
    let everyone = Attributes { descriptor: DescriptorOperand::Open, ..there };
    machine.call(first, share(everyone, GENERIC_ALL));
    // To open there is allowed, to the share too.
    assert_eq!(granted(&mut machine, second, open(there, MAXIMUM_ALLOWED)), SHARED_ALL_ACCESS);
    let existing = Attributes { open_if: true, ..there };
    assert_eq!(granted(&mut machine, second, share(existing, SIGNAL)), SIGNAL);
    let linked = at(DirectoryOperand::Path(DirectoryName::Added(0)), LastComponent::Directory);
    machine.impossible(Action::Call(second, open(linked, 0)));
}

#[test]
fn nam_21_nam_22_a_name_dies_with_its_last_handle() {
    let (mut machine, [first, second]) = machine([user(1), user(1)]);
    machine.call(first, share(named(0), GENERIC_ALL));
    machine.call(first, share(named(1), GENERIC_ALL));
    machine.call(second, open(named(0), READ_CONTROL));
    machine.call(first, Call::CloseHandle { handle: nt(NtName(0)) });
    machine.refuse(second, open(named(0), 0), Refusal::NotGranted);
    machine.incident(Incident::KillProcess(ProcessName(2)));
    machine.refuse(first, open(named(0), READ_CONTROL), Refusal::NameNotFound);
    // LIF-04: the name is free again, the other one was never touched.
    machine.call(first, share(named(0), GENERIC_ALL));
    machine.refuse(first, share(named(1), GENERIC_ALL), Refusal::NameCollision);
}

#[test]
fn nam_24_acc_08_acc_11_the_descriptor_decides_an_open_by_name() {
    let administrator = Identity { user: 3, administrator: true, ..Identity::default() };
    let (mut machine, [owner, stranger, administrator]) = machine([user(1), user(2), administrator]);
    machine.call(owner, share(named(0), 0));
    for thread in [owner, administrator] {
        assert_eq!(granted(&mut machine, thread, open(named(0), GENERIC_ALL)), SHARED_ALL_ACCESS);
    }
    for access in [READ_CONTROL, MAXIMUM_ALLOWED, 0] {
        machine.refuse(stranger, open(named(0), access), Refusal::NotGranted);
    }
    let entry = |trustee, mask| Some(AccessEntry { trustee, mask });
    let list = [
        entry(Trustee::User(2), 0x8000_0000),
        entry(Trustee::Everyone, WAIT | 0x2000),
        entry(Trustee::User(2), SIGNAL),
    ];
    let attributes = Attributes { descriptor: DescriptorOperand::List(list), ..named(1) };
    machine.call(owner, share(attributes, GENERIC_ALL));
    let entries = machine.state.shared_objects[1].descriptor.access_list.clone().expect("it was given");
    let plain = [(Trustee::User(2), READ_CONTROL | WAIT | SIGNAL), (Trustee::Everyone, WAIT)];
    assert_eq!(entries, plain.map(|(trustee, mask)| AccessEntry { trustee, mask }));
    // The owner has READ_CONTROL and WRITE_DAC whatever the list says.
    assert_eq!(granted(&mut machine, owner, open(named(1), MAXIMUM_ALLOWED)), 0x6_0000 | WAIT);
    machine.refuse(owner, open(named(1), GENERIC_ALL), Refusal::NotGranted);
    machine.refuse(owner, open(named(1), MAXIMUM_ALLOWED | SIGNAL), Refusal::NotGranted);
    machine.refuse(owner, open(named(1), MAXIMUM_ALLOWED | 0x0100_0000), Refusal::NotGranted);
    assert_eq!(granted(&mut machine, administrator, open(named(1), MAXIMUM_ALLOWED)), WAIT);
}

#[test]
fn acc_11_acc_16_a_name_of_its_own_gives_a_process_what_its_opening_lacks() {
    let (mut machine, [first, second]) = machine([user(1), user(2)]);
    let list = [Some(AccessEntry { trustee: Trustee::User(2), mask: READ_CONTROL | WAIT }), None, None];
    machine.call(
        first,
        share(Attributes { descriptor: DescriptorOperand::List(list), ..named(0) }, GENERIC_ALL),
    );
    machine.refuse(second, open(named(0), READ_CONTROL | SIGNAL), Refusal::NotGranted);
    machine.call(second, open(named(0), READ_CONTROL | WAIT));
    machine.call(
        second,
        Call::OpenSyncObjectFromNtHandle2 {
            handle: nt(NtName(0)),
            device: local(DEVICE),
            flags: kmt_model::state::OpeningFlags::default(),
            unknown_flag: false,
            unknown_engine: false,
        },
    );
    let opening = Objects::one(local(LocalName(3)));
    let again = |access| Call::ShareObjects { objects: opening, attributes: Some(named(1)), access };
    machine.refuse(second, again(GENERIC_ALL), Refusal::WiderThanOpening);
    machine.call(second, again(READ_CONTROL | WAIT));
    // The descriptor of the new object is that of its maker, and nothing else is looked at.
    assert_eq!(granted(&mut machine, second, open(named(1), GENERIC_ALL)), SHARED_ALL_ACCESS);
}

#[test]
fn nth_24_the_name_that_is_reported_is_that_of_the_maker() {
    let (mut machine, [thread]) = machine([user(1)]);
    let attributes = at(DirectoryOperand::Path(DirectoryName::Session(0)), token(4, true));
    machine.call(thread, share(attributes, 0));
    machine.host(Host::PlaceDirectoryHandle {
        holder: ProcessName(1),
        directory: DirectoryName::Global,
        access: 0xF_000F,
        inherit: true,
        protect: false,
    });
    let path = Path { directory: DirectoryName::Session(0), token: 4, upper_case: true };
    let expected = [ObjectName::Object(path), ObjectName::Directory(DirectoryName::Global)];
    for (handle, name) in [NtName(0), NtName(1)].into_iter().zip(expected) {
        let query = Call::QueryObject { handle: nt(handle), query: ObjectQuery::Name, fits: true };
        assert_eq!(machine.verdict(thread, query), Verdict::Done(Output::ObjectName(Some(name))));
    }
}
