//! No input whatsoever brings the kernel down.

mod common;

use std::collections::BTreeSet;

use common::generator::Random;
use common::sync::{NT_SECURITY_SHARING, SHARED, create2, fence};
use common::{World, small_table};
use kmt_core::{
    Answer, Effect, Event, Kernel, Limits, Luid, NtStatus, ProcessId, Profile, Request, TableLimits,
    ThreadId, invariant, rule,
};

/// Limits that a few events reach.
fn tight() -> Limits {
    Limits {
        devices: 5,
        processes: 5,
        threads: 6,
        adapters: 3,
        nt_handles_per_process: 5,
        keyed_mutexes: 4,
        sync_objects: 5,
        nt_objects: 5,
        waits: 2,
        global_table: TableLimits { growth: 4, reserve: 1, max_entries: 4 },
        ..small_table(4, 1, 8)
    }
}

/// Two adapters, three processes and four threads under these limits; two of the processes have a device with a fence that
/// can be shared.
fn staged(limits: Limits) -> Kernel {
    let mut world = World { kernel: Kernel::new(Profile::default(), limits).unwrap() };
    for luid in [1, 2] {
        world.adapter(Luid::from_raw(luid));
    }
    for _ in 0..3 {
        world.process();
    }
    for thread in [1, 2].map(ThreadId::from_number) {
        let adapter = world.open(thread, Luid::from_raw(1));
        let device = world.create(thread, adapter);
        world.make(thread, create2(device, fence(0), SHARED | NT_SECURITY_SHARING));
    }
    world.thread(ProcessId::from_number(1));
    world.kernel
}

/// What a run has seen.
#[derive(Default)]
struct Seen {
    complete: u32,
    refused: u32,
    refused_but_changed: u32,
    misuse: u32,
    steps: u32,
    blocked: u32,
    resumed: u32,
    not_taken: u32,
    existing: u32,
    written: u32,
}

/// How many blocked calls return.
fn resumed(effects: &[Effect]) -> u32 {
    effects.iter().filter(|effect| matches!(effect, Effect::Resume { .. })).count() as u32
}

fn run(seed: u64, events: u32, limits: Limits, seen: &mut Seen) {
    let mut random = Random::new(seed);
    let mut kernel = staged(limits);
    for _ in 0..events {
        let choices = kernel.choices();
        let event = if !choices.is_empty() && random.below(4) == 0 {
            seen.steps += 1;
            Event::Step(choices[random.below(choices.len() as u64) as usize].clone())
        } else {
            random.event(&kernel)
        };
        let before = kernel.clone();
        match kernel.handle(event.clone()) {
            // Nothing changed.
            Err(_) => {
                seen.misuse += 1;
                assert_eq!(kernel, before, "{event:?}");
            }
            Ok(outcome) => match outcome.answer {
                Answer::Refused(refusal) => {
                    assert!(!refusal.status.is_success_class());
                    assert!(outcome.effects.is_empty());
                    if kernel == before {
                        seen.refused += 1;
                    } else {
                        // NTH-13 is the only exception.
                        let Event::Call(call) = &event else { panic!("{event:?}") };
                        let Request::DuplicateHandle(request) = &call.request else { panic!("{event:?}") };
                        assert_eq!(request.options & 1, 1);
                        seen.refused_but_changed += 1;
                    }
                }
                Answer::Complete(reply) => {
                    seen.resumed += resumed(&outcome.effects);
                    if reply.status == NtStatus::SUCCESS {
                        seen.complete += 1;
                    } else if reply.status == NtStatus::OBJECT_NAME_EXISTS {
                        // NAM-19: one handle more and nothing else.
                        assert_eq!(kernel.nt_objects().count(), before.nt_objects().count());
                        seen.existing += 1;
                    } else {
                        // KMX-19: of the success class, and nothing changed.
                        assert!(reply.status.is_success_class());
                        assert_eq!(kernel, before, "{event:?}");
                        seen.not_taken += 1;
                    }
                }
                Answer::RefusedButWritten { refusal, .. } => {
                    // NTH-25: an output is all.
                    assert_eq!((refusal.rule, kernel == before), (rule::NTH_25, true));
                    seen.written += 1;
                }
                Answer::Pending(wait) => {
                    assert!(kernel.wait(wait).is_some());
                    seen.blocked += 1;
                }
            },
        }
        if let Err(violation) = invariant::check(&kernel) {
            panic!("{violation} after {event:?}");
        }
    }
}

#[test]
fn inv_35_lif_13_inv_65_any_input_is_answered_and_no_refusal_changes_anything() {
    let mut seen = Seen::default();
    for seed in 0..1_200 {
        run(seed, 150, tight(), &mut seen);
    }
    for seed in 0..60 {
        run(seed, 300, Limits::default(), &mut seen);
    }
    // The run is worth its name only if it meets everything.
    let least = [
        seen.complete,
        seen.refused,
        seen.refused_but_changed,
        seen.misuse,
        seen.steps,
        seen.blocked,
        seen.resumed,
        seen.not_taken,
        seen.existing * 10,
        seen.written,
    ];
    assert!(least.iter().all(|count| *count > 100), "{least:?}");
}

/// What calls are refused for.
const REFUSALS: &[(rule::Rule, NtStatus)] = &[
    (rule::ACC_06, NtStatus::ACCESS_DENIED),
    (rule::ACC_11, NtStatus::ACCESS_DENIED),
    (rule::ACC_14, NtStatus::ACCESS_DENIED),
    (rule::ACC_17, NtStatus::ACCESS_DENIED),
    (rule::ADP_01, NtStatus::INVALID_PARAMETER),
    (rule::ADP_04, NtStatus::INVALID_PARAMETER),
    (rule::ADP_06, NtStatus::BUFFER_TOO_SMALL),
    (rule::ADP_07, NtStatus::INVALID_PARAMETER),
    (rule::ADP_12, NtStatus::INVALID_PARAMETER),
    (rule::ADP_12, NtStatus::NOT_SUPPORTED),
    (rule::ADP_14, NtStatus::INVALID_PARAMETER),
    (rule::CPU_01, NtStatus::INVALID_PARAMETER),
    (rule::CPU_08, NtStatus::INVALID_PARAMETER),
    (rule::CPU_13, NtStatus::INVALID_PARAMETER),
    (rule::CPU_13, NtStatus::NO_MEMORY),
    (rule::CPU_14, NtStatus::INVALID_PARAMETER),
    (rule::CPU_18, NtStatus::INVALID_HANDLE),
    (rule::CPU_18, NtStatus::OBJECT_TYPE_MISMATCH),
    (rule::EVT_04, NtStatus::ACCESS_DENIED),
    (rule::EVT_05, NtStatus::INVALID_HANDLE),
    (rule::EVT_05, NtStatus::OBJECT_TYPE_MISMATCH),
    (rule::FLT_18, NtStatus::DEVICE_REMOVED),
    (rule::HND_09, NtStatus::INVALID_PARAMETER),
    (rule::HND_14, NtStatus::NO_MEMORY),
    (rule::KMX_05, NtStatus::INVALID_PARAMETER),
    (rule::KMX_06, NtStatus::INVALID_PARAMETER),
    (rule::KMX_08, NtStatus::INVALID_PARAMETER),
    (rule::KMX_21, NtStatus::INVALID_PARAMETER),
    (rule::KMX_24, NtStatus::INVALID_PARAMETER),
    (rule::KMX_26, NtStatus::INVALID_PARAMETER),
    (rule::KMX_28, NtStatus::INVALID_PARAMETER),
    (rule::KMX_29, NtStatus::INVALID_PARAMETER),
    (rule::KMX_34, NtStatus::INVALID_PARAMETER),
    (rule::NAM_01, NtStatus::INVALID_PARAMETER),
    (rule::NAM_03, NtStatus::INVALID_PARAMETER),
    (rule::NAM_05, NtStatus::ACCESS_DENIED),
    (rule::NAM_07, NtStatus::INVALID_PARAMETER),
    (rule::NAM_10, NtStatus::DATATYPE_MISALIGNMENT),
    (rule::NAM_11, NtStatus::OBJECT_PATH_SYNTAX_BAD),
    (rule::NAM_13, NtStatus::OBJECT_PATH_NOT_FOUND),
    (rule::NAM_14, NtStatus::OBJECT_NAME_NOT_FOUND),
    (rule::NAM_18, NtStatus::OBJECT_NAME_COLLISION),
    (rule::NAM_18, NtStatus::OBJECT_TYPE_MISMATCH),
    (rule::NAM_24, NtStatus::UNKNOWN_REVISION),
    (rule::NTH_05, NtStatus::INSUFFICIENT_RESOURCES),
    (rule::NTH_05, NtStatus::NO_MEMORY),
    (rule::NTH_08, NtStatus::INVALID_HANDLE),
    (rule::NTH_08, NtStatus::HANDLE_NOT_CLOSABLE),
    (rule::NTH_10, NtStatus::INVALID_HANDLE),
    (rule::NTH_10, NtStatus::ACCESS_DENIED),
    (rule::NTH_10, NtStatus::OBJECT_TYPE_MISMATCH),
    (rule::NTH_12, NtStatus::ACCESS_DENIED),
    (rule::NTH_14, NtStatus::INVALID_PARAMETER),
    (rule::NTH_14, NtStatus::HANDLE_NOT_CLOSABLE),
    (rule::NTH_15, NtStatus::INVALID_PARAMETER),
    (rule::OPN_06, NtStatus::INVALID_PARAMETER),
    (rule::OPN_08, NtStatus::INVALID_PARAMETER),
    (rule::OPN_10, NtStatus::INVALID_PARAMETER),
    (rule::OPN_14, NtStatus::OBJECT_TYPE_MISMATCH),
    (rule::SHR_02, NtStatus::INVALID_PARAMETER),
    (rule::SHR_04, NtStatus::INVALID_PARAMETER),
    (rule::SHR_07, NtStatus::INVALID_PARAMETER),
    (rule::SHR_09, NtStatus::INVALID_PARAMETER),
    (rule::SYN_01, NtStatus::INVALID_PARAMETER),
    (rule::SYN_02, NtStatus::INVALID_PARAMETER),
    (rule::SYN_03, NtStatus::INVALID_PARAMETER),
    (rule::SYN_04, NtStatus::INVALID_PARAMETER),
    (rule::SYN_05, NtStatus::INVALID_PARAMETER),
    (rule::SYN_06, NtStatus::INVALID_PARAMETER),
    (rule::SYN_07, NtStatus::INVALID_PARAMETER),
    (rule::SYN_08, NtStatus::INVALID_PARAMETER),
    (rule::SYN_09, NtStatus::INVALID_PARAMETER),
    (rule::SYN_10, NtStatus::INVALID_PARAMETER),
    (rule::SYN_14, NtStatus::INVALID_PARAMETER),
    (rule::SYN_17, NtStatus::NO_MEMORY),
    (rule::SYN_18, NtStatus::INVALID_PARAMETER),
    (rule::SYN_20, NtStatus::INVALID_PARAMETER),
    (rule::SYN_26, NtStatus::INVALID_PARAMETER),
    (rule::SYN_28, NtStatus::INVALID_PARAMETER),
    (rule::SYN_35, NtStatus::INVALID_PARAMETER),
    (rule::SYN_37, NtStatus::INVALID_PARAMETER),
    (rule::TDR_10, NtStatus::DEVICE_REMOVED),
    (rule::TDR_10, NtStatus::GRAPHICS_GPU_EXCEPTION_ON_DEVICE),
];

#[test]
fn adp_01_every_rule_that_refuses_is_met_by_garbage() {
    let mut met = BTreeSet::new();
    for seed in 1_000..2_000 {
        let mut random = Random::new(seed);
        // Room for a device with several fences.
        let mut kernel = staged(Limits { local_table: small_table(4, 1, 16).local_table, ..tight() });
        for _ in 0..300 {
            let event = match kernel.choices().first() {
                Some(step) if random.below(8) == 0 => Event::Step(step.clone()),
                _ => random.event(&kernel),
            };
            if let Ok(outcome) = kernel.handle(event)
                && let Answer::Refused(refusal) = outcome.answer
            {
                met.insert((refusal.rule, refusal.status));
            }
        }
    }
    let missed: Vec<_> = REFUSALS.iter().filter(|expected| !met.contains(*expected)).collect();
    assert!(missed.is_empty(), "not met: {missed:?}");
}
