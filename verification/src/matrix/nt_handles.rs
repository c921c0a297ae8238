//! Closing NT handles.

use kmt_core::{CloseHandle, NtHandle, Request};

use super::case::{Case, Draft, Spoil};
use super::dead::dead_nt_handles;
use super::part::Part;
use super::run::Drive;
use super::scene::Scene;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![Box::new(close_handle())]
}

/// The values of an NT handle with its two low bits set, which mean the same handle.
// NTH-03
pub(super) fn with_low_bits(handle: NtHandle) -> [NtHandle; 3] {
    [1, 2, 3].map(|bits| NtHandle::from_raw(handle.raw() | bits))
}

fn close_handle() -> Case<CloseHandle> {
    let scene = Scene::new();
    let handle = scene.caller_nt.live;
    let set = |argument: &mut CloseHandle, handle| argument.handle = handle;
    let mut protected = Spoil::of("CloseHandle/2", &[Part::NtEntry]).needing(&[Part::Object]).variant(
        "the handle is protected",
        move |draft: &mut Draft<CloseHandle>| {
            draft.scene.protect(draft.scene.caller.process, handle);
        },
    );
    for value in with_low_bits(handle) {
        protected = protected.variant(&format!("the handle is protected and {value}"), move |draft| {
            draft.scene.protect(draft.scene.caller.process, handle);
            draft.argument.handle = value;
        });
    }
    // NTH-08: of the pseudo values this call takes neither.
    let dead = Spoil::of("CloseHandle/1", &[Part::Object])
        .values(dead_nt_handles(&scene, scene.caller_nt), set)
        .values([("-1".to_owned(), NtHandle::CURRENT_PROCESS)], set);
    Case::new("CloseHandle", Request::CloseHandle, scene, CloseHandle { handle })
        .sound_values("hObject", with_low_bits(handle), set)
        .spoils([dead, protected])
}
