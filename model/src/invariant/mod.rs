//! What must hold: one pair of functions for each invariant of the rulebook that is in reach.
//!
//! `inv_N` says whether the invariant holds; `inv_N_judged` whether that meant anything, so that a world can
//! show that it is not vacuous. State invariants look at one state, step invariants at one [`Taken`] step,
//! history invariants at a step and at the [`History`] before it.

mod adapters;
mod calls;
mod cpu_waits;
mod devices;
mod fences;
mod grants;
mod history;
mod holders;
mod keyed_mutexes;
mod progress;
mod rights;
mod sharing;
mod sync_objects;

pub use adapters::{inv_34, inv_34_judged, inv_60, inv_61};
pub use calls::{inv_35, inv_35_judged, inv_76, inv_76_judged};
pub use cpu_waits::{
    inv_11, inv_11_judged, inv_12, inv_12_judged, inv_27, inv_27_judged, inv_44, inv_44_judged, inv_55,
};
pub use devices::{
    inv_14, inv_14_judged, inv_15, inv_15_judged, inv_36, inv_36_judged, inv_98, inv_98_judged,
};
pub use fences::{
    inv_07, inv_07_judged, inv_08, inv_08_judged, inv_10, inv_10_judged, inv_18, inv_18_judged, inv_19,
    inv_19_judged, inv_20, inv_20_judged, inv_52, inv_53, inv_53_judged, inv_91, inv_91_judged,
};
pub use grants::{inv_10_granted, inv_10_granted_judged, widens_itself_by_name};
pub use history::History;
pub use holders::{
    inv_29, inv_29_judged, inv_65, inv_65_judged, inv_66, inv_66_judged, inv_67, inv_67_judged, inv_75,
    inv_75_judged, inv_77, inv_77_judged,
};
pub use keyed_mutexes::{
    inv_81, inv_81_judged, inv_82, inv_82_judged, inv_83, inv_83_judged, inv_84, inv_84_judged, inv_85,
    inv_85_judged, inv_87, inv_87_judged, inv_88, inv_88_judged,
};
pub use progress::{
    inv_38, inv_38_judged, inv_39, inv_39_judged, inv_42, inv_42_judged, inv_68, inv_68_judged, inv_86,
    inv_86_judged,
};
pub use rights::{inv_72, inv_72_judged};
pub use sharing::{
    inv_69, inv_69_judged, inv_70, inv_70_judged, inv_71, inv_71_judged, inv_73, inv_73_judged, inv_74,
    inv_74_judged,
};
pub use sync_objects::{inv_30, inv_30_judged, inv_78, inv_78_judged};

use crate::action::{Action, LocalOperand};
use crate::observation::{Effect, Observation, Verdict};
use crate::state::{DeviceName, LocalObject, ProcessName, State, SyncObject, Wait};

/// One step that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// The state before it.
    pub before: &'a State,
    /// What was done.
    pub action: &'a Action,
    /// What it showed.
    pub observation: &'a Observation,
    /// The state after it.
    pub after: &'a State,
}

/// An invariant over states.
#[derive(Clone, Copy, Debug)]
pub struct StateInvariant {
    /// Its id in the rulebook.
    pub id: &'static str,
    /// Whether it holds.
    pub holds: fn(&State) -> bool,
    /// Whether there was something to judge.
    pub judged: fn(&State) -> bool,
}

/// An invariant over steps.
#[derive(Clone, Copy, Debug)]
pub struct StepInvariant {
    /// Its id in the rulebook.
    pub id: &'static str,
    /// Whether it holds.
    pub holds: fn(Taken<'_>) -> bool,
    /// Whether there was something to judge.
    pub judged: fn(Taken<'_>) -> bool,
}

/// An invariant over steps and what came before them.
#[derive(Clone, Copy, Debug)]
pub struct HistoryInvariant {
    /// Its id in the rulebook.
    pub id: &'static str,
    /// Whether it holds.
    pub holds: fn(&History, Taken<'_>) -> bool,
    /// Whether there was something to judge.
    pub judged: fn(&History, Taken<'_>) -> bool,
}

/// All invariants over states.
pub const OF_STATES: [StateInvariant; 15] = [
    StateInvariant { id: "INV-27", holds: inv_27, judged: inv_27_judged },
    StateInvariant { id: "INV-29", holds: inv_29, judged: inv_29_judged },
    StateInvariant { id: "INV-38", holds: inv_38, judged: inv_38_judged },
    StateInvariant { id: "INV-39", holds: inv_39, judged: inv_39_judged },
    StateInvariant { id: "INV-65", holds: inv_65, judged: inv_65_judged },
    StateInvariant { id: "INV-66", holds: inv_66, judged: inv_66_judged },
    StateInvariant { id: "INV-67", holds: inv_67, judged: inv_67_judged },
    StateInvariant { id: "INV-68", holds: inv_68, judged: inv_68_judged },
    StateInvariant { id: "INV-69", holds: inv_69, judged: inv_69_judged },
    StateInvariant { id: "INV-70", holds: inv_70, judged: inv_70_judged },
    StateInvariant { id: "INV-71", holds: inv_71, judged: inv_71_judged },
    StateInvariant { id: "INV-75", holds: inv_75, judged: inv_75_judged },
    StateInvariant { id: "INV-77", holds: inv_77, judged: inv_77_judged },
    StateInvariant { id: "INV-81", holds: inv_81, judged: inv_81_judged },
    StateInvariant { id: "INV-86", holds: inv_86, judged: inv_86_judged },
];

/// All invariants over steps.
pub const OF_STEPS: [StepInvariant; 27] = [
    StepInvariant { id: "INV-07", holds: inv_07, judged: inv_07_judged },
    StepInvariant { id: "INV-08", holds: inv_08, judged: inv_08_judged },
    StepInvariant { id: "INV-10", holds: inv_10, judged: inv_10_judged },
    StepInvariant { id: "INV-11", holds: inv_11, judged: inv_11_judged },
    StepInvariant { id: "INV-14", holds: inv_14, judged: inv_14_judged },
    StepInvariant { id: "INV-15", holds: inv_15, judged: inv_15_judged },
    StepInvariant { id: "INV-18", holds: inv_18, judged: inv_18_judged },
    StepInvariant { id: "INV-19", holds: inv_19, judged: inv_19_judged },
    StepInvariant { id: "INV-20", holds: inv_20, judged: inv_20_judged },
    StepInvariant { id: "INV-30", holds: inv_30, judged: inv_30_judged },
    StepInvariant { id: "INV-34", holds: inv_34, judged: inv_34_judged },
    StepInvariant { id: "INV-35", holds: inv_35, judged: inv_35_judged },
    StepInvariant { id: "INV-36", holds: inv_36, judged: inv_36_judged },
    StepInvariant { id: "INV-42", holds: inv_42, judged: inv_42_judged },
    StepInvariant { id: "INV-53", holds: inv_53, judged: inv_53_judged },
    StepInvariant { id: "INV-72", holds: inv_72, judged: inv_72_judged },
    StepInvariant { id: "INV-73", holds: inv_73, judged: inv_73_judged },
    StepInvariant { id: "INV-74", holds: inv_74, judged: inv_74_judged },
    StepInvariant { id: "INV-76", holds: inv_76, judged: inv_76_judged },
    StepInvariant { id: "INV-78", holds: inv_78, judged: inv_78_judged },
    StepInvariant { id: "INV-83", holds: inv_83, judged: inv_83_judged },
    StepInvariant { id: "INV-84", holds: inv_84, judged: inv_84_judged },
    StepInvariant { id: "INV-85", holds: inv_85, judged: inv_85_judged },
    StepInvariant { id: "INV-87", holds: inv_87, judged: inv_87_judged },
    StepInvariant { id: "INV-88", holds: inv_88, judged: inv_88_judged },
    StepInvariant { id: "INV-91", holds: inv_91, judged: inv_91_judged },
    StepInvariant { id: "INV-98", holds: inv_98, judged: inv_98_judged },
];

/// All invariants over histories.
pub const OF_HISTORIES: [HistoryInvariant; 4] = [
    HistoryInvariant { id: "INV-10", holds: inv_10_granted, judged: inv_10_granted_judged },
    HistoryInvariant { id: "INV-12", holds: inv_12, judged: inv_12_judged },
    HistoryInvariant { id: "INV-44", holds: inv_44, judged: inv_44_judged },
    HistoryInvariant { id: "INV-82", holds: inv_82, judged: inv_82_judged },
];

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn succeeded(step: Taken<'_>) -> bool {
    matches!(step.observation.verdict, Verdict::Done(_))
}

fn refused(step: Taken<'_>) -> bool {
    matches!(step.observation.verdict, Verdict::Refused(_))
}

/// Returns the process of the thread that makes the call.
fn caller_of(step: Taken<'_>) -> Option<ProcessName> {
    let Action::Call(thread, _) = *step.action else { return None };
    Some(step.before.thread(thread)?.process)
}

/// Returns what a local operand of the call referred to before the step.
fn object_of(step: Taken<'_>, operand: LocalOperand) -> Option<LocalObject> {
    let LocalOperand::Named(name) = operand else { return None };
    Some(step.before.process(caller_of(step)?)?.local_handle(name)?.object)
}

/// Returns the calls that were blocked and that the step ends, each with its verdict.
fn resumed<'a>(step: Taken<'a>) -> impl Iterator<Item = (&'a Wait, &'a Verdict)> {
    step.observation.effects.iter().filter_map(move |effect| match effect {
        Effect::Resumed { thread, verdict } => Some((step.before.wait(*thread)?, verdict)),
        _ => None,
    })
}

/// Returns the devices that enter Error in the step.
fn entering_error<'a>(step: Taken<'a>) -> impl Iterator<Item = DeviceName> + 'a {
    step.observation.effects.iter().filter_map(|effect| match effect {
        Effect::DeviceEnteredError { device, .. } => Some(*device),
        _ => None,
    })
}

/// Returns the synchronisation objects that are there before and after the step, in both forms.
fn lasting_objects<'a>(step: Taken<'a>) -> impl Iterator<Item = (&'a SyncObject, &'a SyncObject)> {
    step.before
        .sync_objects
        .iter()
        .filter_map(move |before| Some((before, step.after.sync_object(before.name)?)))
}
