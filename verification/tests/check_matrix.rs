//! The check matrix, and the surface rules that it covers.

mod incompatible_checks;

use std::collections::BTreeSet;

use kmt::matrix::constructors::{self, OUT_OF_REACH};
use kmt::matrix::dead::{Wanted, WantedGlobal, dead_global_handles, dead_local_handles, dead_nt_handles};
use kmt::matrix::scene::FIRST_KEY;
use kmt::matrix::{self, Scene};
use kmt::rulebook::Rulebook;
use kmt::rulebook::pending::{Lists, Progress};
use kmt_core::{
    AcquireKeyedMutex, Answer, Call, CloseAdapter, CloseHandle, DestroyDevice, DuplicateHandle,
    EnumAdapters2, EnumAdapters3, Event, GetDeviceState, GlobalHandle, Kernel, LocalHandle, LocalObject,
    NtHandle, NtStatus, OpenKeyedMutex, Outcome, Output, Pick, Planted, ProcessId, Refusal, Reply, Request,
    ThreadId, rule,
};

fn call(kernel: &mut Kernel, thread: ThreadId, request: Request) -> Outcome {
    kernel.handle(Event::Call(Call { thread, request, pick: Pick::Only })).expect("the thread can call")
}

/// The output of a call of the scene's caller that succeeds.
fn output(scene: &mut Scene, request: Request) -> Output {
    match call(&mut scene.kernel, scene.caller.thread, request).answer {
        Answer::Complete(Reply { status: NtStatus::SUCCESS, output, .. }) => output,
        answer => panic!("{answer:?}"),
    }
}

/// The refusal of a call of the scene's caller, which has changed nothing.
fn refusal(scene: &Scene, request: Request) -> Refusal {
    let mut kernel = scene.kernel.clone();
    let Answer::Refused(refusal) = call(&mut kernel, scene.caller.thread, request).answer else {
        panic!("not refused")
    };
    assert_eq!(kernel, scene.kernel, "a refused call changed something");
    refusal
}

/// The live handles of a process, with what they name.
fn live_handles(kernel: &Kernel, process: ProcessId) -> Vec<(LocalHandle, LocalObject)> {
    let entries = kernel.local_table(process).expect("the process lives").entries.into_iter();
    entries
        .filter_map(|entry| {
            let raw = u32::from(entry.generation) << 30 | entry.index << 6;
            Some((LocalHandle::from_raw(raw), entry.object?))
        })
        .collect()
}

fn values<V: Copy>(named: &[(String, V)]) -> Vec<V> {
    named.iter().map(|(_, value)| *value).collect()
}

#[test]
fn adp_01_lif_13_the_earliest_check_decides_and_nothing_changes() {
    let report = matrix::run();
    let failures: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(report.checks, matrix::constructed().len());
    assert!(report.runs() > 10_000, "{report:?}");
}

#[test]
fn every_pair_of_checks_is_driven_or_listed_as_incompatible() {
    let report = matrix::run();
    let constructed = matrix::constructed();
    let pairs = Rulebook::embedded().calls().map(|call| {
        let checks = call.checks.iter().filter(|check| constructed.contains(check.id.as_str())).count();
        checks * checks.saturating_sub(1) / 2
    });
    assert_eq!(report.pairs + report.incompatible_pairs.len(), pairs.sum::<usize>());
    let found: BTreeSet<_> = report.incompatible_pairs.iter().map(|pair| pair.checks.join(" ")).collect();
    assert_eq!(found, incompatible_checks::incompatible().collect());
}

#[test]
fn every_check_of_a_built_call_has_a_constructor() {
    let (book, progress, mut constructed) =
        (Rulebook::embedded(), Progress::embedded(), matrix::constructed());
    assert_eq!(constructors::missing(book, progress, &constructed), [""; 0]);
    assert!(constructed.remove("CloseHandle/2"));
    assert_eq!(constructors::missing(book, progress, &constructed), ["CloseHandle/2"]);
}

#[test]
fn every_constructor_names_a_check_of_the_rulebook() {
    let (book, progress) = (Rulebook::embedded(), Progress::embedded());
    assert_eq!(constructors::unknown(book, progress, &matrix::constructed()), [""; 0]);
    // No such place, a call that is not built, a rule that is not built, and one that is said to be out of reach.
    let lists = Lists {
        rules: "ADP-07",
        invariants: "",
        calls: "CloseHandle\nDestroySynchronizationObject\nEnumAdapters3",
    };
    let small = Progress::read(&lists);
    let wrong = ["CloseHandle/3", "CreateDevice/1", "DestroySynchronizationObject/3", "EnumAdapters3/2"];
    let right = ["CloseHandle/2", "EnumAdapters3/3"];
    let named: BTreeSet<_> = wrong.into_iter().chain(right).collect();
    assert_eq!(constructors::unknown(book, &small, &named), wrong);
}

#[test]
fn a_check_out_of_reach_needs_a_constructor_once_the_reason_is_gone() {
    let book = Rulebook::embedded();
    for entry in OUT_OF_REACH {
        assert!(!entry.reason.is_empty());
        let own = entry.check.split('/').next().unwrap();
        for call in entry.until {
            let calls = format!("{own}\n{call}");
            let progress = Progress::read(&Lists { rules: "", invariants: "", calls: &calls });
            let missing = constructors::missing(book, &progress, &matrix::constructed());
            assert!(missing.contains(&entry.check.to_owned()), "{} with {call}", entry.check);
        }
    }
}

#[test]
fn the_matrix_sees_planted_mistakes_in_the_checks() {
    let mistakes = [
        Planted::RefusedCreateDeviceUsesAHandle,
        Planted::StaleGenerationAccepted,
        Planted::ProtectedHandleCloses,
        Planted::DuplicateWidensRights,
        Planted::SourceClosedOnSuccessOnly,
        Planted::StoppedAdapterOpens,
        Planted::EnumerationListsStoppedAdapters,
        Planted::TimeoutOutranksAbandonment,
        Planted::TimeoutFenceValueIsStored,
        Planted::ReportClearsAbandonment,
        Planted::KeysComparedIn32Bits,
        Planted::SiblingHandleReleases,
    ];
    for mistake in mistakes {
        assert_ne!(matrix::run_with(Some(mistake)).failures, [], "{}", mistake.name());
    }
}

#[test]
fn hnd_14_nth_05_calls_stop_at_every_limit_and_not_before() {
    let report = matrix::run();
    assert!(report.at_limits > 100, "{}", report.at_limits);
    let at_limits = report.failures.iter().filter(|failure| failure.situation.contains("in use"));
    assert_eq!(at_limits.count(), 0);
}

#[test]
fn hnd_01_hnd_02_a_handle_with_another_shape_is_dead() {
    let scene = Scene::new();
    let live = live_handles(&scene.kernel, scene.caller.process);
    assert!(live.iter().any(|(handle, _)| *handle == scene.device.live));
    for (handle, _) in live {
        assert_eq!(handle.raw() & 0x3F, 0);
        assert!(matches!(handle.raw() >> 30, 1..=3));
    }
    // Every part of the shape is broken by some dead value: instance, index, generation, and zero.
    let dead = values(&dead_local_handles(&scene, Wanted::Device));
    let device = scene.device.live.raw();
    assert!(dead.contains(&LocalHandle::ZERO));
    for raw in [device | 1, device | 2, device | 63, device & 0x3FFF_FFFF, device ^ 0xC000_0000] {
        assert!(dead.contains(&LocalHandle::from_raw(raw)), "0x{raw:x}");
    }
}

#[test]
fn hnd_21_hnd_22_hnd_26_every_dead_global_handle_is_an_invalid_parameter() {
    let scene = Scene::new();
    let live = scene.shared.live;
    assert_eq!(live, GlobalHandle::from_raw(0x4000_0002));
    let dead = Refusal { status: NtStatus::INVALID_PARAMETER, rule: rule::KMX_06 };
    for (name, shared) in dead_global_handles(&scene, WantedGlobal::KeyedMutex) {
        assert_eq!(refusal(&scene, Request::OpenKeyedMutex(OpenKeyedMutex { shared })), dead, "{name}");
    }
    let values = values(&dead_global_handles(&scene, WantedGlobal::KeyedMutex));
    for raw in
        [0, scene.mutex.live.raw(), live.raw() & !2, live.raw() ^ 0xC000_0000, scene.shared.stale.raw()]
    {
        assert!(values.contains(&GlobalHandle::from_raw(raw)), "0x{raw:x}");
    }
}

#[test]
fn kmx_19_tim_05_a_completion_without_the_mutex_counts_as_decided_by_its_check() {
    let mut scene = Scene::new();
    let request = AcquireKeyedMutex { keyed_mutex: scene.mutex.live, key: !FIRST_KEY, timeout: Some(0) };
    let before = scene.kernel.clone();
    let answer = call(&mut scene.kernel, scene.caller.thread, Request::AcquireKeyedMutex(request)).answer;
    let output = Output::AcquireKeyedMutex { fence_value: 0, private_data: None };
    let reply = Reply { status: NtStatus::TIMEOUT, output, rule: Some(rule::TIM_05) };
    assert_eq!(answer, Answer::Complete(reply));
    assert_eq!(scene.kernel, before);
}

#[test]
fn hnd_07_the_kind_is_in_the_entry_and_not_in_the_value() {
    let mut scene = Scene::new();
    let (adapter, device) = (scene.adapter.live, scene.device.live);
    let kinds = live_handles(&scene.kernel, scene.caller.process);
    assert!(
        kinds.iter().any(|(handle, object)| *handle == adapter && matches!(object, LocalObject::Adapter(_)))
    );
    assert!(
        kinds.iter().any(|(handle, object)| *handle == device && matches!(object, LocalObject::Device(_)))
    );
    assert_eq!(refusal(&scene, Request::CloseAdapter(CloseAdapter { adapter: device })).rule, rule::HND_09);
    assert_eq!(refusal(&scene, Request::DestroyDevice(DestroyDevice { device: adapter })).rule, rule::HND_09);
    assert_eq!(output(&mut scene, Request::DestroyDevice(DestroyDevice { device })), Output::None);
}

#[test]
fn hnd_08_hnd_09_hnd_26_every_dead_handle_is_an_invalid_parameter() {
    let scene = Scene::new();
    let dead = Refusal { status: NtStatus::INVALID_PARAMETER, rule: rule::HND_09 };
    for (name, device) in dead_local_handles(&scene, Wanted::Device) {
        let request = Request::GetDeviceState(GetDeviceState { device, state_type: 1 });
        assert_eq!(refusal(&scene, request), dead, "{name}");
    }
    for (name, adapter) in dead_local_handles(&scene, Wanted::Adapter) {
        assert_eq!(refusal(&scene, Request::CloseAdapter(CloseAdapter { adapter })), dead, "{name}");
    }
    // The same values mean something where they are at home.
    let mut kernel = scene.kernel.clone();
    let foreign = Request::CloseAdapter(CloseAdapter { adapter: scene.adapter.foreign });
    let answer = call(&mut kernel, scene.giver.thread, foreign).answer;
    assert!(matches!(answer, Answer::Complete(_)), "{answer:?}");
    let nt = values(&dead_nt_handles(&scene, scene.caller_nt));
    assert!(nt.contains(&NtHandle::from_raw(u64::from(scene.adapter.live.raw()))));
}

#[test]
fn nth_01_an_nt_handle_has_neither_bit_30_nor_31_and_no_upper_half() {
    let scene = Scene::new();
    for process in [scene.caller.process, scene.giver.process] {
        let entries = scene.kernel.nt_table(process).unwrap().entries;
        assert!(!entries.is_empty());
        for entry in entries {
            let raw = entry.handle.raw();
            assert!(raw != 0 && raw & 0xFFFF_FFFF_C000_0000 == 0, "0x{raw:x}");
        }
    }
    for bit in 30..64 {
        let handle = NtHandle::from_raw(scene.caller_nt.live.raw() | 1 << bit);
        let request = Request::CloseHandle(CloseHandle { handle });
        assert_eq!(refusal(&scene, request).status, NtStatus::INVALID_HANDLE, "bit {bit}");
    }
}

#[test]
fn nth_03_the_low_bits_of_an_nt_handle_mean_nothing() {
    let closed = |bits| {
        let mut scene = Scene::new();
        let handle = NtHandle::from_raw(scene.caller_nt.live.raw() | bits);
        assert_eq!(output(&mut scene, Request::CloseHandle(CloseHandle { handle })), Output::None);
        scene.kernel
    };
    for bits in 1..4 {
        assert_eq!(closed(bits), closed(0), "bits {bits}");
    }
}

#[test]
fn adp_05_without_an_array_the_largest_number_is_reported_and_nothing_opened() {
    let mut scene = Scene::new();
    scene.leave_local_handles(0);
    let before = scene.kernel.clone();
    for capacity in [0, 1, u32::MAX] {
        for request in [
            Request::EnumAdapters2(EnumAdapters2 { capacity, has_array: false }),
            Request::EnumAdapters3(EnumAdapters3 { filter: 0, capacity, has_array: false }),
        ] {
            let reported = Output::EnumAdapters { count: 34, entries: Vec::new() };
            assert_eq!(output(&mut scene, request), reported);
            assert_eq!(scene.kernel, before);
        }
    }
}

#[test]
fn nth_13_a_refused_duplicate_closes_a_source_that_was_found() {
    let mut scene = Scene::new();
    let request = DuplicateHandle {
        source_process: scene.to_giver.full,
        source: scene.giver_nt.live,
        target_process: scene.to_taker.weak,
        desired_access: 0,
        attributes: 0,
        options: 0x1,
        report_target: true,
    };
    let mut expected = scene.kernel.clone();
    let close = Request::CloseHandle(CloseHandle { handle: scene.giver_nt.live });
    call(&mut expected, scene.giver.thread, close);
    let answer = call(&mut scene.kernel, scene.caller.thread, Request::DuplicateHandle(request)).answer;
    assert_eq!(answer, Answer::Refused(Refusal { status: NtStatus::ACCESS_DENIED, rule: rule::NTH_10 }));
    assert_eq!(scene.kernel, expected);
}
