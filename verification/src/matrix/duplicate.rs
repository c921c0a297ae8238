//! DuplicateHandle: between two processes, within one, and of the pseudo handle of a process.

use kmt_core::{DuplicateHandle, Kernel, NtHandle, Request};

use super::case::{Case, Draft, Spoil};
use super::dead::{dead_nt_handles, reserved_bits};
use super::nt_handles::with_low_bits;
use super::part::Part;
use super::report::place_of;
use super::run::Drive;
use super::scene::{self, PROCESS_ALL_ACCESS, SOURCE_ACCESS, Scene};

const CLOSE_SOURCE: u32 = 0x1;
const SAME_ACCESS: u32 = 0x2;
const OPTIONS: u32 = 0x7;
const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;
const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
/// The last check that stands before the source is found and known not to be protected (NTH-13).
const SOURCE_IS_FOUND: &str = "DuplicateHandle/6";

type DuplicateSpoil = Spoil<DuplicateHandle>;
type Spoils = Vec<DuplicateSpoil>;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(between_processes("between processes", 0)),
        Box::new(between_processes("between processes, closing the source", CLOSE_SOURCE)),
        Box::new(within_the_caller()),
        Box::new(of_the_source_process()),
    ]
}

/// From the giver to the taker, by the caller, who is neither.
fn between_processes(mode: &'static str, options: u32) -> Case<DuplicateHandle> {
    let scene = Scene::new();
    let argument = DuplicateHandle {
        source_process: scene.to_giver.full,
        source: scene.giver_nt.live,
        target_process: scene.to_taker.full,
        desired_access: SOURCE_ACCESS,
        attributes: 0,
        options,
        report_target: true,
    };
    let giver = scene.giver.process;
    let mut spoils = arguments(&scene);
    spoils.extend(weak_process_handles(&scene));
    spoils.push(dead_source(&scene));
    spoils.extend(ended_source_process(&scene));
    spoils.push(protected_source().variant("the source is protected", move |draft| {
        draft.argument.options |= CLOSE_SOURCE;
        draft.scene.protect(giver, draft.scene.giver_nt.live);
    }));
    spoils.push(ended_taker());
    spoils.push(right_beyond_the_source());
    spoils.push(full_taker());
    let case = Case::new("DuplicateHandle", Request::DuplicateHandle, scene, argument);
    with_sound_handles(case).mode(mode).leaving(source_closed).spoils(spoils)
}

/// Source and target are in the caller's own table, named by -1, and the source is closed.
fn within_the_caller() -> Case<DuplicateHandle> {
    let scene = Scene::new();
    let argument = DuplicateHandle {
        source_process: NtHandle::CURRENT_PROCESS,
        source: scene.caller_nt.live,
        target_process: NtHandle::CURRENT_PROCESS,
        desired_access: SOURCE_ACCESS,
        attributes: 0,
        options: CLOSE_SOURCE,
        report_target: true,
    };
    let mut spoils = arguments(&scene);
    spoils.push(
        DuplicateSpoil::of("DuplicateHandle/5", &[Part::SourceHandle])
            .values(dead_nt_handles(&scene, scene.caller_nt), set_source),
    );
    spoils.push(protected_source().variant("the source is protected", |draft| {
        draft.argument.options |= CLOSE_SOURCE;
        draft.scene.protect(draft.scene.caller.process, draft.scene.caller_nt.live);
    }));
    spoils.push(right_beyond_the_source());
    // A full table has taken closed values up again, so that no handle field keeps a dead value.
    let full = [Part::NtTable, Part::SourceProcess, Part::SourceHandle, Part::TargetProcess];
    spoils.push(
        DuplicateSpoil::of("DuplicateHandle/13", &full)
            .variant("the caller's table is full", |draft| draft.scene.fill_nt_table(draft.scene.caller)),
    );
    let case = Case::new("DuplicateHandle", Request::DuplicateHandle, scene, argument);
    with_sound_handles(case).mode("within the caller").leaving(source_closed).spoils(spoils)
}

/// SourceHandle -1: the source process itself. It has every right, and closing it does nothing (NTH-10).
fn of_the_source_process() -> Case<DuplicateHandle> {
    let scene = Scene::new();
    let argument = DuplicateHandle {
        source_process: scene.to_giver.full,
        source: NtHandle::CURRENT_PROCESS,
        target_process: scene.to_taker.full,
        desired_access: PROCESS_ALL_ACCESS,
        attributes: 0,
        options: CLOSE_SOURCE,
        report_target: true,
    };
    let mut spoils = arguments(&scene);
    spoils.extend(weak_process_handles(&scene));
    spoils.push(dead_source(&scene));
    spoils.push(ended_taker());
    spoils.push(full_taker());
    Case::new("DuplicateHandle", Request::DuplicateHandle, scene, argument)
        .mode("of the source process, closing it")
        .leaving(source_closed)
        .spoils(spoils)
}

/// With option 0x1 the source is closed whatever the status, as soon as it was found and is not protected.
// NTH-13, LIF-13: the exception among the refusals. It is told here by a CloseHandle of the process that has the source.
fn source_closed(before: &Kernel, draft: &Draft<DuplicateHandle>, place: usize) -> Kernel {
    let DuplicateHandle { source_process, source, options, .. } = draft.argument;
    let mut after = before.clone();
    let found = place > place_of(SOURCE_IS_FOUND).1;
    if found && options & CLOSE_SOURCE != 0 && source != NtHandle::CURRENT_PROCESS {
        let own = source_process == NtHandle::CURRENT_PROCESS;
        let holder = if own { draft.scene.caller } else { draft.scene.giver };
        scene::close(&mut after, holder, source);
    }
    after
}

fn set_source(argument: &mut DuplicateHandle, handle: NtHandle) {
    argument.source = handle;
}

/// What is sound whichever processes are meant, for a source that grants [`SOURCE_ACCESS`].
fn with_sound_handles(case: Case<DuplicateHandle>) -> Case<DuplicateHandle> {
    let DuplicateHandle { source_process, source, target_process, options, .. } = case.draft.argument;
    let mut case = case
        // NTH-12: no more than the source grants.
        .sound_values(
            "DesiredAccess",
            [0, 0x0400, MAXIMUM_ALLOWED, MAXIMUM_ALLOWED | 0x10],
            |argument, wish| {
                argument.desired_access = wish;
            },
        )
        // NTH-11: with option 0x2 the wish is ignored.
        .sound("option 0x2 and every bit of DesiredAccess", |draft| {
            draft.argument.options |= SAME_ACCESS;
            draft.argument.desired_access = u32::MAX;
        })
        .sound("every option", |draft| draft.argument.options = OPTIONS)
        // NTH-16: the pointer may be NULL.
        .sound("no pTargetHandle", |draft| draft.argument.report_target = false)
        .sound_values("SourceHandle", with_low_bits(source), set_source);
    // NTH-03: -1 is not a handle with low bits.
    for (field, process, set) in [
        ("SourceProcess", source_process, set_source_process as fn(&mut DuplicateHandle, NtHandle)),
        ("TargetProcess", target_process, set_target_process),
    ] {
        if process != NtHandle::CURRENT_PROCESS {
            case = case.sound_values(field, with_low_bits(process), set);
        }
    }
    if options & CLOSE_SOURCE != 0 {
        // NTH-14: only the close.
        case = case.sound("no target", |draft| draft.argument.target_process = NtHandle::ZERO);
    }
    case
}

fn set_source_process(argument: &mut DuplicateHandle, handle: NtHandle) {
    argument.source_process = handle;
}

fn set_target_process(argument: &mut DuplicateHandle, handle: NtHandle) {
    argument.target_process = handle;
}

/// The constructors that work whichever processes are meant.
fn arguments(scene: &Scene) -> Spoils {
    let source_process = [Part::SourceProcess, Part::SourceProcessRights];
    let target_process = [Part::TargetProcess, Part::TargetProcessRights];
    let dead = dead_nt_handles(scene, scene.caller_nt);
    let dead_but_zero = dead.clone().into_iter().filter(|(_, handle)| *handle != NtHandle::ZERO);
    let in_field = |field: &'static str| move |(name, handle)| (format!("{field} {name}"), handle);
    let events = [("an event", scene.event.full), ("an event without a right", scene.event.no_modify)];
    let events = events.map(|(name, handle)| (name.to_owned(), handle));
    let (ended, ended_and_weak) = (scene.to_ended.full, scene.to_ended.weak);
    let no_target = [Part::TargetProcess, Part::TargetProcessRights, Part::CloseSource];
    vec![
        DuplicateSpoil::of("DuplicateHandle/1", &[Part::ReservedOptions])
            .values(reserved_bits(OPTIONS), |argument, bits| argument.options |= bits),
        DuplicateSpoil::of("DuplicateHandle/2", &source_process)
            .values(dead.into_iter().map(in_field("SourceProcess")), set_source_process),
        // No event has a right of a process.
        DuplicateSpoil::of("DuplicateHandle/3", &source_process)
            .values(events.iter().cloned().map(in_field("SourceProcess")), set_source_process),
        DuplicateSpoil::joint(&["DuplicateHandle/3", "DuplicateHandle/4"], &source_process)
            .values(events.iter().cloned().map(in_field("SourceProcess")), set_source_process),
        DuplicateSpoil::of("DuplicateHandle/7", &no_target).variant("no target and no option 0x1", |draft| {
            draft.argument.target_process = NtHandle::ZERO;
            draft.argument.options &= !CLOSE_SOURCE;
        }),
        DuplicateSpoil::of("DuplicateHandle/8", &target_process)
            .values(dead_but_zero.map(in_field("TargetProcess")), set_target_process),
        DuplicateSpoil::of("DuplicateHandle/9", &target_process)
            .values(events.iter().cloned().map(in_field("TargetProcess")), set_target_process),
        DuplicateSpoil::joint(&["DuplicateHandle/9", "DuplicateHandle/11"], &target_process)
            .values(events.iter().cloned().map(in_field("TargetProcess")), set_target_process),
        DuplicateSpoil::of("DuplicateHandle/10", &target_process)
            .variant("the target process has ended", move |draft| draft.argument.target_process = ended),
        // One handle fails both: the process that it names has ended, and it lacks the right.
        DuplicateSpoil::joint(&["DuplicateHandle/10", "DuplicateHandle/11"], &target_process).variant(
            "the target process has ended and its handle is weak",
            move |draft| {
                draft.argument.target_process = ended_and_weak;
            },
        ),
        system_security(),
    ]
}

/// The constructors for handles that name the processes meant and lack the right to duplicate.
fn weak_process_handles(scene: &Scene) -> Spoils {
    let (giver, taker) = (scene.to_giver.weak, scene.to_taker.weak);
    vec![
        DuplicateSpoil::of("DuplicateHandle/4", &[Part::SourceProcessRights])
            .needing(&[Part::SourceProcess])
            .variant("the handle of the source process is weak", move |draft| {
                draft.argument.source_process = giver;
            }),
        DuplicateSpoil::of("DuplicateHandle/11", &[Part::TargetProcessRights])
            .needing(&[Part::TargetProcess])
            .variant("the handle of the target process is weak", move |draft| {
                draft.argument.target_process = taker;
            }),
    ]
}

fn dead_source(scene: &Scene) -> DuplicateSpoil {
    DuplicateSpoil::of("DuplicateHandle/5", &[Part::SourceHandle])
        .values(dead_nt_handles(scene, scene.giver_nt), set_source)
}

/// The constructors for a source process that has no entries any more.
fn ended_source_process(scene: &Scene) -> Spoils {
    let source_process = [Part::SourceProcess, Part::SourceProcessRights];
    let (ended, ended_and_weak) = (scene.to_ended.full, scene.to_ended.weak);
    let giver = scene.giver.process;
    vec![
        DuplicateSpoil::of("DuplicateHandle/5", &source_process)
            .variant("the source process has ended", move |draft| draft.argument.source_process = ended),
        DuplicateSpoil::of("DuplicateHandle/5", &[Part::SourceProcessLife, Part::NtEntry])
            .needing(&[Part::SourceProcess])
            .variant("the source process has just ended", move |draft| draft.scene.kill(giver)),
        // One handle fails both: it lacks the right, and the process that it names has ended.
        DuplicateSpoil::joint(&["DuplicateHandle/4", "DuplicateHandle/5"], &source_process).variant(
            "the source process has ended and its handle is weak",
            move |draft| {
                draft.argument.source_process = ended_and_weak;
            },
        ),
    ]
}

/// The constructor for a protected source that is to be closed, still without variants.
fn protected_source() -> DuplicateSpoil {
    DuplicateSpoil::of("DuplicateHandle/6", &[Part::NtEntry, Part::CloseSource])
        .needing(&[Part::SourceHandle, Part::SourceProcess])
}

fn ended_taker() -> DuplicateSpoil {
    DuplicateSpoil::of("DuplicateHandle/10", &[Part::TargetProcessLife, Part::NtTable])
        .needing(&[Part::TargetProcess])
        .variant("the target process has just ended", |draft| draft.scene.kill(draft.scene.taker.process))
}

fn system_security() -> DuplicateSpoil {
    let wishes = [ACCESS_SYSTEM_SECURITY, ACCESS_SYSTEM_SECURITY | MAXIMUM_ALLOWED, u32::MAX];
    let spoil = DuplicateSpoil::of("DuplicateHandle/12", &[Part::DesiredAccess, Part::SameAccess]);
    wish(spoil, wishes)
}

fn right_beyond_the_source() -> DuplicateSpoil {
    let spoil = DuplicateSpoil::of("DuplicateHandle/12", &[Part::DesiredAccess, Part::SameAccess])
        .needing(&[Part::SourceHandle]);
    let lacking = PROCESS_ALL_ACCESS & !SOURCE_ACCESS;
    let single = (0..32).map(|place| 1 << place).filter(move |bit| lacking & bit != 0);
    let generic = [0x8000_0000, 0x4000_0000, 0x2000_0000, 0x1000_0000];
    let mixed = [PROCESS_ALL_ACCESS, SOURCE_ACCESS | 0x1, MAXIMUM_ALLOWED | 0x1];
    wish(spoil, single.chain(generic).chain(mixed))
}

/// Adds a variant for each DesiredAccess, without the option that makes it ignored.
fn wish(spoil: DuplicateSpoil, wishes: impl IntoIterator<Item = u32>) -> DuplicateSpoil {
    wishes.into_iter().fold(spoil, |spoil, wish| {
        spoil.variant(&format!("DesiredAccess 0x{wish:X}"), move |draft| {
            draft.argument.desired_access = wish;
            draft.argument.options &= !SAME_ACCESS;
        })
    })
}

fn full_taker() -> DuplicateSpoil {
    DuplicateSpoil::of("DuplicateHandle/13", &[Part::NtTable])
        .needing(&[Part::TargetProcess])
        .variant("the target's table is full", |draft| draft.scene.fill_nt_table(draft.scene.taker))
}
