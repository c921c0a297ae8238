//! The beginning and the end of processes.

use kmt_core::{CreateProcess, Request};

use super::case::{Case, Spoil};
use super::part::Part;
use super::run::Drive;
use super::scene::Scene;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![Box::new(create_process()), Box::new(exit_process())]
}

fn create_process() -> Case<CreateProcess> {
    Case::new("CreateProcess", Request::CreateProcess, Scene::new(), CreateProcess::default())
        .sound("with inheritance", |draft| draft.argument.inherit_handles = true)
        .spoils([
            Spoil::<CreateProcess>::of("CreateProcess/1", &[Part::NtTable])
                .variant("the parent's table is full", |draft| {
                    draft.scene.fill_nt_table(draft.scene.caller);
                })
                .variant("the parent's table is full, with inheritance", |draft| {
                    draft.scene.fill_nt_table(draft.scene.caller);
                    draft.argument.inherit_handles = true;
                }),
            Spoil::of("CreateProcess/2", &[Part::Processes])
                .variant("there are as many processes as can be", |draft| draft.scene.use_up_processes()),
        ])
}

/// The call that cannot fail.
fn exit_process() -> Case<()> {
    Case::new("ExitProcess", |()| Request::ExitProcess, Scene::new(), ())
        .sound("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
        .sound("a handle is protected", |draft| {
            draft.scene.protect(draft.scene.caller.process, draft.scene.caller_nt.live);
        })
}
