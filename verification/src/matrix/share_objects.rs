//! ShareObjects.

use kmt_core::{LocalHandle, NtHandle, ObjectAttributes, Request, ShareObjects};

use super::case::{Case, Spoil};
use super::dead::{Wanted, dead_local_handles};
use super::names::{
    ACCESS_SYSTEM_SECURITY, Form, GENERIC_ALL, Named, OBJ_INHERIT, OBJ_OPENIF, bad_roots, fields, forms,
    unknown_revision, with, write,
};
use super::part::Part;
use super::report::checks;
use super::run::Drive;
use super::scene::{CLOSED_NAME, FREE, OTHER_TYPE, Scene, Sharing, TAKEN};

const CHECKS: [&str; 26] =
    checks!("ShareObjects": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26);

type ShareSpoil = Spoil<ShareObjects>;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![Box::new(share_objects())]
}

impl Named for ShareObjects {
    fn attributes(&mut self) -> Option<&mut ObjectAttributes> {
        self.attributes.as_mut()
    }
}

const fn check(number: usize) -> &'static str {
    CHECKS[number - 1]
}

/// A list of objects in the place of the sound one.
fn list(numbers: &[usize], name: &str, objects: &[LocalHandle]) -> ShareSpoil {
    let checks: Vec<_> = numbers.iter().map(|number| check(*number)).collect();
    let objects = objects.to_vec();
    ShareSpoil::joint(&checks, &[Part::ObjectArrays, Part::ObjectCount, Part::SyncObjectHandle]).variant(
        name,
        move |draft| {
            draft.argument.object_count = objects.len() as u32;
            draft.argument.objects = Some(objects.clone());
        },
    )
}

fn lists(scene: &Scene, sharing: Sharing) -> Vec<ShareSpoil> {
    let Sharing { fence, .. } = sharing;
    let (plain, dead) = (scene.fence.live, scene.fence.stale);
    let dead_handles = dead_local_handles(scene, Wanted::SyncObject).into_iter();
    // One of another kind is alive.
    let dead_handles = dead_handles.filter(|(_, handle)| *handle != scene.mutex.live);
    let mut all: Vec<_> =
        dead_handles.map(|(name, handle)| list(&[4], &format!("the object is {name}"), &[handle])).collect();
    all.extend([
        list(&[4, 5], "a fence and a dead handle", &[fence, dead]),
        list(&[4, 5, 6], "a fence that was not made for it and a dead handle", &[plain, dead]),
        list(&[5], "a device", &[scene.device.live]),
        list(&[5], "an adapter", &[scene.adapter.live]),
        list(&[5], "a fence twice", &[fence, fence]),
        list(&[5], "a fence three times", &[fence, fence, fence]),
        list(&[5, 6], "a keyed mutex", &[scene.mutex.live]),
        list(&[5, 6], "a fence twice that was not made for it", &[plain, plain]),
        list(&[6], "a fence that was not made for it", &[plain]),
        list(&[6], "a FENCE with a global handle", &[scene.sync.other_types[2].1]),
    ]);
    all
}

/// Writes a full name over the one that is there. With `odd` its length is wrong as well.
fn rename(argument: &mut ShareObjects, name: &str, odd: bool) {
    with(argument, |attributes| write(attributes, NtHandle::ZERO, name, odd));
}

/// The constructors for names that are there: with and without OBJ_OPENIF, and with a mask; each with an odd length too.
fn existing() -> Vec<ShareSpoil> {
    let names: [(&[usize], &str, u32); 5] = [
        (&[19], OTHER_TYPE, OBJ_OPENIF),
        (&[19], "\\BaseNamedObjects\\Local", OBJ_OPENIF),
        (&[19, 20], OTHER_TYPE, 0),
        (&[20], TAKEN, 0),
        (&[20], "\\BaseNamedObjects\\TAKEN", OBJ_INHERIT),
    ];
    let masks: [(&[usize], u32); 2] = [(&[22], 0), (&[21, 22], ACCESS_SYSTEM_SECURITY)];
    let touches = [Part::Name, Part::NameLength, Part::OpenIf, Part::DesiredAccess];
    let of = |numbers: &[usize], touches: &[Part], odd: bool| {
        let checks: Vec<_> = odd.then_some(12).iter().chain(numbers).map(|number| check(*number)).collect();
        ShareSpoil::joint(&checks, touches).needing(&[Part::Attributes, Part::NameThere])
    };
    let mut all = Vec::new();
    for odd in [false, true] {
        let length = if odd { ", and an odd length" } else { "" };
        for (numbers, name, bits) in names {
            let text = format!("{name} with bits 0x{bits:X}{length}");
            all.push(of(numbers, &touches[..3], odd).variant(&text, move |draft| {
                rename(&mut draft.argument, name, odd);
                with(&mut draft.argument, |attributes| attributes.attributes |= bits);
            }));
        }
        for (numbers, access) in masks {
            let text = format!("{TAKEN} with OBJ_OPENIF and access 0x{access:X}{length}");
            all.push(of(numbers, &touches, odd).variant(&text, move |draft| {
                draft.argument.desired_access = access;
                rename(&mut draft.argument, TAKEN, odd);
                with(&mut draft.argument, |attributes| attributes.attributes |= OBJ_OPENIF);
            }));
        }
    }
    all
}

fn path_forms(scene: &Scene, sharing: Sharing) -> Vec<Form> {
    let (dead, wrong) = bad_roots(scene);
    let zero = NtHandle::ZERO;
    let form = |checks, root, name| Form { checks, root, name };
    let mut forms = vec![
        form(&["ShareObjects/13"], zero, "BaseNamedObjects\\free"),
        form(&["ShareObjects/13"], sharing.directory, FREE),
        form(&["ShareObjects/13", "ShareObjects/15"], dead[0], FREE),
        form(&["ShareObjects/13", "ShareObjects/16"], wrong[0], FREE),
        form(&["ShareObjects/17"], zero, "\\BaseNamedObjects\\"),
        form(&["ShareObjects/17"], zero, "\\\\free"),
        form(&["ShareObjects/17"], sharing.directory, "Local\\\\free"),
        form(&["ShareObjects/18"], zero, "\\missing\\\\free"),
        form(&["ShareObjects/18"], zero, "\\BaseNamedObjects\\taken\\free"),
        form(&["ShareObjects/24"], zero, CLOSED_NAME),
        form(&["ShareObjects/24"], sharing.directory, "closed\\free"),
    ];
    forms.extend(dead.map(|root| form(&["ShareObjects/15"], root, "free")));
    forms.extend(wrong.map(|root| form(&["ShareObjects/16"], root, "free")));
    forms
}

fn share_objects() -> Case<ShareObjects> {
    let mut scene = Scene::new();
    let sharing = scene.share();
    let (lists, forms) = (lists(&scene, sharing), path_forms(&scene, sharing));
    let argument = ShareObjects {
        object_count: 1,
        objects: Some(vec![sharing.fence]),
        attributes: Some(ObjectAttributes::named(FREE)),
        desired_access: GENERIC_ALL,
        report_handle: true,
    };
    let wait_only = sharing.wait_only;
    let narrow =
        move |draft: &mut super::case::Draft<ShareObjects>| draft.argument.objects = Some(vec![wait_only]);
    let counts = [0, 4, u32::MAX].map(|count| (format!("cObjects {count}"), count));
    let handle = [Part::ObjectArrays, Part::SyncObjectHandle];
    Case::new("ShareObjects", Request::ShareObjects, scene, argument)
        .sound_values("access", [0, 0x1, 0x0200_0000, 0x8000_0000], |argument: &mut ShareObjects, access| {
            argument.desired_access = access;
        })
        .sound("no attributes", |draft| draft.argument.attributes = None)
        // NAM-08
        .sound("no name", |draft| with(&mut draft.argument, |attributes| attributes.object_name = None))
        .sound("an empty name in no directory", |draft| {
            with(&mut draft.argument, |attributes| {
                attributes.object_name = Some(kmt_core::ObjectName::new(""));
                attributes.root_directory = NtHandle::from_raw(0x400);
            });
        })
        // ACC-16
        .sound("a right that the local handle has", move |draft| {
            draft.argument.objects = Some(vec![wait_only]);
            draft.argument.desired_access = 0x8000_0000;
        })
        .spoils([
            ShareSpoil::of(check(1), &[Part::OutPointer])
                .variant("the output pointer is NULL", |draft| draft.argument.report_handle = false),
            ShareSpoil::of(check(2), &[Part::ObjectArrays])
                .variant("hObjects is NULL", |draft| draft.argument.objects = None),
            ShareSpoil::of(check(3), &[Part::ObjectCount])
                .values(counts, |argument, count| argument.object_count = count),
            ShareSpoil::of(check(9), &[]).needing(&[Part::Attributes]).variant("OBJ_PERMANENT", |draft| {
                with(&mut draft.argument, |attributes| attributes.attributes |= 0x10);
            }),
            unknown_revision(check(14)),
            ShareSpoil::of(check(21), &[]).needing(&[Part::DesiredAccess]).variant(
                "ACCESS_SYSTEM_SECURITY",
                |draft| {
                    draft.argument.desired_access |= ACCESS_SYSTEM_SECURITY;
                },
            ),
            ShareSpoil::of(check(23), &handle)
                .needing(&[Part::ObjectCount, Part::Name, Part::DesiredAccess])
                .variant("a handle that may not signal", narrow),
            ShareSpoil::joint(
                &[check(23), check(24)],
                &[Part::ObjectArrays, Part::SyncObjectHandle, Part::Name, Part::NameLength],
            )
            .needing(&[Part::Attributes, Part::NameThere, Part::ObjectCount, Part::DesiredAccess])
            .variant("a handle that may not signal, in a closed directory", move |draft| {
                narrow(draft);
                rename(&mut draft.argument, CLOSED_NAME, false);
            }),
            ShareSpoil::of(check(25), &[Part::NtTable])
                .variant("the table is full", |draft| draft.scene.fill_nt_table(draft.scene.caller)),
            ShareSpoil::of(check(26), &[Part::NtObjects])
                .variant("there are as many NT objects as can be", |draft| draft.scene.use_up_nt_objects()),
        ])
        .spoils(lists)
        .spoils(fields([check(7), check(8), check(10), check(11), check(12)], sharing.directory))
        .spoils(self::forms(check(12), &forms))
        .spoils(existing())
}
