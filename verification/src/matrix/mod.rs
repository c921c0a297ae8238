//! The check matrix: every check of every built call is made to fail, alone and together with every other one.
//!
//! A [`Case`] is a call in a sound state: it succeeds. A [`Spoil`] is the constructor of one check: it changes the state or
//! the argument so that this check fails, in several variants. The matrix makes the call as it is, with every spoil alone,
//! and with every pair of spoils that leave each other room; then the earlier check of the rulebook's list must decide
//! (ADP-01). Status and rule are those of the rulebook, and the refused call must have changed nothing (LIF-13).
//!
//! Which spoils leave each other room is derived from the [`Part`]s that they touch and need. Pairs of checks that cannot
//! fail at once are listed in the [`MatrixReport`].
//!
//! Reading order: [`case`](mod@case) (the vocabulary), [`part`], [`scene`] (the sound state), [`dead`] (values that many
//! checks share), then the table: `adapters`, `devices`, `keyed_mutexes`, `mutex_owners`, `sync_objects`, `sync_objects2`,
//! `cpu_waits`, `events`, `nt_handles`, `duplicate`, `processes`, `share_objects`, `names`, `nt_opens`. `run` drives a case, `limits` walks over the limits,
//! [`constructors`] compares the table with the rulebook.
//!
//! To add a call: write a function that returns its case, with a constructor for each check, and name it in `cases` of
//! its file; for a new file, in the `cases` below. A call that makes something gets a row in `limits` as well.

pub mod case;
pub mod constructors;
pub mod dead;
pub mod part;
pub mod scene;

mod adapters;
mod cpu_waits;
mod devices;
mod duplicate;
mod events;
mod keyed_mutexes;
mod limits;
mod mutex_owners;
mod names;
mod nt_handles;
mod nt_opens;
mod processes;
mod report;
mod run;
mod share_objects;
mod stage_report;
mod sync_objects;
mod sync_objects2;
mod timeouts;

use std::collections::BTreeSet;

use kmt_core::Planted;

pub use self::case::{Case, Draft, Spoil, Variant};
pub use self::part::Part;
pub use self::report::{Failure, IncompatiblePair, MatrixReport};
pub use self::scene::Scene;
pub use self::stage_report::CheckMatrix;

use self::report::Ledger;
use self::run::Drive;
use crate::rulebook::Rulebook;
use crate::rulebook::pending::Progress;

/// Every case, by object.
fn cases() -> Vec<Box<dyn Drive>> {
    [
        adapters::cases(),
        devices::cases(),
        keyed_mutexes::cases(),
        mutex_owners::cases(),
        sync_objects::cases(),
        sync_objects2::cases(),
        cpu_waits::cases(),
        events::cases(),
        nt_handles::cases(),
        duplicate::cases(),
        processes::cases(),
        share_objects::cases(),
        names::cases(),
        nt_opens::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Ids of the checks that some constructor makes fail alone.
#[must_use]
pub fn constructed() -> BTreeSet<&'static str> {
    cases().iter().flat_map(|case| case.checks()).collect()
}

/// Runs the whole matrix. Constructors that are missing or unknown to the rulebook are failures too.
#[must_use]
pub fn run() -> MatrixReport {
    run_with(None)
}

/// Runs the whole matrix against a kernel that makes a mistake, to show that the matrix sees it.
#[must_use]
pub fn run_with(planted: Option<Planted>) -> MatrixReport {
    let mut ledger = Ledger::default();
    for case in cases() {
        case.drive(planted, &mut ledger);
    }
    limits::walk(planted, &mut ledger.report);
    let (book, progress, constructed) = (Rulebook::embedded(), Progress::embedded(), constructed());
    for (ids, expected, got) in [
        (constructors::missing(book, progress, &constructed), "a constructor", "none"),
        (constructors::unknown(book, progress, &constructed), "no constructor", "one"),
    ] {
        ledger.report.failures.extend(ids.into_iter().map(|id| Failure {
            checks: vec![id],
            situation: "the table of constructors".to_owned(),
            expected: expected.to_owned(),
            got: got.to_owned(),
        }));
    }
    ledger.close()
}
