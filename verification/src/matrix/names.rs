//! OBJECT_ATTRIBUTES in the calls that take them, and the opens by name.

use kmt_core::{
    EntryPoint, NtHandle, ObjectAttributes, ObjectName, OpenSyncObjectNtHandleFromName, Request,
    SecurityDescriptor,
};

use super::case::{Case, Spoil, null_structure};
use super::dead::dead_nt_handles;
use super::part::Part;
use super::run::Drive;
use super::scene::{OTHER_TYPE, Scene, Sharing, TAKEN};

/// The bits of Attributes that have a meaning and are not refused for it (NAM-03).
const ATTRIBUTES: u32 = 0x1FF2 & !OBJ_EXCLUSIVE;
const OBJ_EXCLUSIVE: u32 = 0x20;
pub(super) const OBJ_INHERIT: u32 = 0x2;
pub(super) const OBJ_OPENIF: u32 = 0x80;
pub(super) const GENERIC_ALL: u32 = 0x1000_0000;
const GENERIC_READ: u32 = 0x8000_0000;
pub(super) const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;
/// The longest name (NAM-10).
const LONGEST: u16 = 65_532;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![Box::new(open_sync_object_by_name())]
}

/// An argument with attributes in it.
pub(super) trait Named: 'static {
    /// The attributes, which are there in every sound draft.
    fn attributes(&mut self) -> Option<&mut ObjectAttributes>;
}

impl Named for OpenSyncObjectNtHandleFromName {
    fn attributes(&mut self) -> Option<&mut ObjectAttributes> {
        self.attributes.as_mut()
    }
}

/// Changes the attributes, where they are there.
pub(super) fn with<A: Named>(argument: &mut A, change: impl Fn(&mut ObjectAttributes)) {
    if let Some(attributes) = argument.attributes() {
        change(attributes);
    }
}

/// A name in a directory: how it is written, and what is wrong with it.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The checks that fail with it, in order.
    pub(super) checks: &'static [&'static str],
    /// RootDirectory.
    pub(super) root: NtHandle,
    /// The name.
    pub(super) name: &'static str,
}

/// Writes a name and leaves the alignment of its buffer as it is. With `odd` its length is wrong as well.
pub(super) fn write(attributes: &mut ObjectAttributes, root: NtHandle, name: &str, odd: bool) {
    let aligned = attributes.object_name.as_ref().is_none_or(|name| name.buffer_aligned);
    let mut written = ObjectName::new(name);
    written.buffer_aligned = aligned;
    written.length |= u16::from(odd);
    attributes.object_name = Some(written);
    attributes.root_directory = root;
}

/// The constructors for the fields that the calls look at alike. The ids are those of: Length, a bit of Attributes,
/// RootDirectory without a name, the alignment, the length of the name.
pub(super) fn fields<A: Named>(
    [length, bits, bare, alignment, name_length]: [&'static str; 5],
    directory: NtHandle,
) -> [Spoil<A>; 5] {
    let given = [Part::Attributes];
    let lengths = [0, 24, 40, 47, 49, 56, u32::MAX].map(|length| (format!("Length {length}"), length));
    let reserved = super::dead::reserved_bits(ATTRIBUTES);
    let name_lengths =
        [3, 1, LONGEST + 2, u16::MAX].map(|length| (format!("Length {length} of the name"), length));
    [
        Spoil::of(length, &[Part::AttributesLength]).needing(&given).values(
            lengths,
            |argument: &mut A, value| {
                with(argument, |attributes| attributes.length = value);
            },
        ),
        Spoil::of(bits, &[Part::ReservedFlags]).needing(&given).values(reserved, |argument: &mut A, bits| {
            with(argument, |attributes| attributes.attributes |= bits);
        }),
        Spoil::of(bare, &[Part::NameThere, Part::Name, Part::NameLength]).needing(&given).variant(
            "RootDirectory and no name",
            move |draft| {
                with(&mut draft.argument, |attributes| {
                    attributes.object_name = None;
                    attributes.root_directory = directory;
                });
            },
        ),
        Spoil::of(alignment, &[Part::NameAlignment]).needing(&[Part::Attributes, Part::NameThere]).variant(
            "the buffer of the name is not aligned",
            |draft| {
                with(&mut draft.argument, |attributes| {
                    if let Some(name) = &mut attributes.object_name {
                        name.buffer_aligned = false;
                    }
                });
            },
        ),
        Spoil::of(name_length, &[Part::NameLength])
            .needing(&[Part::Attributes, Part::NameThere, Part::Name])
            .values(name_lengths, |argument: &mut A, length| {
                with(argument, |attributes| {
                    if let Some(name) = &mut attributes.object_name {
                        name.length = length;
                    }
                });
            }),
    ]
}

/// The constructors for names: each as it is, and each with a wrong length besides.
pub(super) fn forms<A: Named>(name_length: &'static str, forms: &[Form]) -> Vec<Spoil<A>> {
    let all = forms.iter().flat_map(|&Form { checks, root, name }| {
        [false, true].map(move |odd| {
            let mut checks = checks.to_vec();
            if odd {
                checks.insert(0, name_length);
            }
            let text = format!("name {name:?} in {root:?}{}", if odd { " with an odd length" } else { "" });
            Spoil::joint(&checks, &[Part::Name, Part::NameLength])
                .needing(&[Part::Attributes, Part::NameThere])
                .variant(&text, move |draft: &mut super::case::Draft<A>| {
                    with(&mut draft.argument, |attributes| write(attributes, root, name, odd));
                })
        })
    });
    all.collect()
}

/// The constructors for a directory handle that is none, and no name.
fn bare_roots<A: Named>(bare: &'static str, roots: [(&'static str, NtHandle); 2]) -> [Spoil<A>; 2] {
    roots.map(|(check, root)| {
        Spoil::joint(&[bare, check], &[Part::NameThere, Part::Name, Part::NameLength])
            .needing(&[Part::Attributes])
            .variant(&format!("no name in {root:?}"), move |draft: &mut super::case::Draft<A>| {
                with(&mut draft.argument, |attributes| {
                    attributes.object_name = None;
                    attributes.root_directory = root;
                });
            })
    })
}

/// A descriptor of another revision.
pub(super) fn unknown_revision<A: Named>(check: &'static str) -> Spoil<A> {
    let revisions = [0, 2, u8::MAX].map(|revision| (format!("revision {revision}"), revision));
    Spoil::of(check, &[Part::Descriptor]).needing(&[Part::Attributes]).values(
        revisions,
        |argument: &mut A, revision| {
            with(argument, |attributes| {
                attributes.security_descriptor = Some(SecurityDescriptor { revision, access_list: None });
            });
        },
    )
}

/// The NT handles that are no directory: for a value that is not open, and for another type.
pub(super) fn bad_roots(scene: &Scene) -> ([NtHandle; 4], [NtHandle; 2]) {
    let dead = dead_nt_handles(scene, scene.caller_nt).into_iter().map(|(_, handle)| handle);
    let mut dead = dead.filter(|handle| *handle != NtHandle::ZERO);
    let mut next = || dead.next().expect("there are enough dead handles");
    (
        [next(), next(), NtHandle::CURRENT_PROCESS, NtHandle::CURRENT_THREAD],
        [scene.to_giver.full, scene.event.full],
    )
}

const BY_NAME: [&str; 18] =
    super::report::checks!("OpenSyncObjectNtHandleFromName": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18);

fn by_name_forms(scene: &Scene, sharing: Sharing) -> Vec<Form> {
    let (dead, wrong) = bad_roots(scene);
    let zero = NtHandle::ZERO;
    let form = |checks, root, name| Form { checks, root, name };
    let mut forms = vec![
        form(&["OpenSyncObjectNtHandleFromName/8"], zero, ""),
        form(&["OpenSyncObjectNtHandleFromName/8"], zero, "BaseNamedObjects\\taken"),
        form(&["OpenSyncObjectNtHandleFromName/9"], sharing.directory, TAKEN),
        form(&["OpenSyncObjectNtHandleFromName/9", "OpenSyncObjectNtHandleFromName/10"], dead[0], TAKEN),
        form(&["OpenSyncObjectNtHandleFromName/9", "OpenSyncObjectNtHandleFromName/11"], wrong[0], TAKEN),
        form(&["OpenSyncObjectNtHandleFromName/10", "OpenSyncObjectNtHandleFromName/11"], dead[0], ""),
        form(&["OpenSyncObjectNtHandleFromName/11"], sharing.directory, ""),
        form(&["OpenSyncObjectNtHandleFromName/12"], zero, "\\BaseNamedObjects\\"),
        form(&["OpenSyncObjectNtHandleFromName/12"], zero, "\\\\taken"),
        form(&["OpenSyncObjectNtHandleFromName/12"], sharing.directory, "Local\\\\taken"),
        form(&["OpenSyncObjectNtHandleFromName/13"], zero, "\\missing\\\\taken"),
        form(&["OpenSyncObjectNtHandleFromName/13"], zero, "\\BaseNamedObjects\\taken\\taken"),
        form(&["OpenSyncObjectNtHandleFromName/14"], zero, "\\BaseNamedObjects\\free"),
        form(&["OpenSyncObjectNtHandleFromName/14"], sharing.directory, "free"),
        form(&["OpenSyncObjectNtHandleFromName/15"], zero, OTHER_TYPE),
        form(&["OpenSyncObjectNtHandleFromName/15"], zero, "\\BaseNamedObjects\\Local"),
    ];
    forms.extend(dead.map(|root| form(&["OpenSyncObjectNtHandleFromName/10"], root, "taken")));
    forms.extend(wrong.map(|root| form(&["OpenSyncObjectNtHandleFromName/11"], root, "taken")));
    forms
}

fn open_sync_object_by_name() -> Case<OpenSyncObjectNtHandleFromName> {
    let mut scene = Scene::new();
    let sharing = scene.share();
    let forms = by_name_forms(&scene, sharing);
    let (dead, wrong) = bad_roots(&scene);
    let bare_roots = bare_roots(BY_NAME[4], [(BY_NAME[9], dead[0]), (BY_NAME[10], wrong[0])]);
    let attributes = Some(ObjectAttributes::named(TAKEN));
    let argument = OpenSyncObjectNtHandleFromName { desired_access: GENERIC_ALL, attributes };
    let set = |argument: &mut OpenSyncObjectNtHandleFromName, access| argument.desired_access = access;
    let masks = [0, ACCESS_SYSTEM_SECURITY, GENERIC_ALL | ACCESS_SYSTEM_SECURITY, 0x0FE0_0000 & !0x0200_0000];
    let masks = masks.map(|access| (format!("access 0x{access:X}"), access));
    Case::new("OpenSyncObjectNtHandleFromName", Request::OpenSyncObjectNtHandleFromName, scene, argument)
        .through(EntryPoint::OpenSyncObjectNtHandleFromName)
        .sound_values("access", [GENERIC_READ, 0x1, 0x0200_0000], set)
        .sound_values("Attributes", [OBJ_INHERIT, 0x10, 0x40, OBJ_OPENIF, ATTRIBUTES], |argument, bits| {
            with(argument, |attributes| attributes.attributes = bits);
        })
        .sound("a relative name", move |draft| {
            with(&mut draft.argument, |attributes| write(attributes, sharing.directory, "TAKEN", false));
        })
        // NAM-24
        .sound("a descriptor of another revision, which is not looked at", |draft| {
            with(&mut draft.argument, |attributes| {
                attributes.security_descriptor = Some(SecurityDescriptor { revision: 9, access_list: None });
            });
        })
        .sound("there are as many NT objects as can be", |draft| draft.scene.use_up_nt_objects())
        .spoils([
            null_structure(BY_NAME[0]),
            Spoil::<OpenSyncObjectNtHandleFromName>::of(BY_NAME[1], &[Part::Attributes])
                .variant("no attributes", |draft| draft.argument.attributes = None),
            Spoil::of(BY_NAME[15], &[Part::DesiredAccess]).values(masks, set),
            Spoil::of(BY_NAME[16], &[Part::NtTable])
                .variant("the table is full", |draft| draft.scene.fill_nt_table(draft.scene.caller)),
        ])
        .spoils(fields([BY_NAME[2], BY_NAME[3], BY_NAME[4], BY_NAME[5], BY_NAME[6]], sharing.directory))
        .spoils(bare_roots)
        .spoils(self::forms(BY_NAME[6], &forms))
}
