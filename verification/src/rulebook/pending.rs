//! What is built and what is still to come: three lists beside the rulebook.
//!
//! A rule or an invariant is pending while its list names it, and a call is built once its list names it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::load::Problem;
use super::{Id, Rulebook};

/// The texts of the three lists: one name a line, comments after `#`.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'text> {
    /// Rules that are not built.
    pub rules: &'text str,
    /// Invariants that are not built.
    pub invariants: &'text str,
    /// Calls that are built.
    pub calls: &'text str,
}

impl Lists<'static> {
    /// The project's own lists.
    #[must_use]
    pub const fn embedded() -> Self {
        Self {
            rules: include_str!("../../rules/pending.txt"),
            invariants: include_str!("../../rules/pending-invariants.txt"),
            calls: include_str!("../../rules/built-calls.txt"),
        }
    }
}

/// What is built.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pending: BTreeSet<String>,
    calls: BTreeSet<String>,
}

impl Progress {
    /// The state of the project itself, read once.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static PROGRESS: OnceLock<Progress> = OnceLock::new();
        PROGRESS.get_or_init(|| Self::read(&Lists::embedded()))
    }

    /// Reads the three lists; what is wrong with them is [`problems`].
    #[must_use]
    pub fn read(lists: &Lists<'_>) -> Self {
        Self {
            pending: names(lists.rules).chain(names(lists.invariants)).map(str::to_owned).collect(),
            calls: names(lists.calls).map(str::to_owned).collect(),
        }
    }

    /// Whether the rule or invariant with this id is not built yet.
    #[must_use]
    pub fn is_pending(&self, id: &str) -> bool {
        self.pending.contains(id)
    }

    /// Whether the core answers the call with this name.
    #[must_use]
    pub fn is_built_call(&self, name: &str) -> bool {
        self.calls.contains(name)
    }
}

/// Whether the rule or invariant with this id is not built yet in this project.
#[must_use]
pub fn is_pending(id: &str) -> bool {
    Progress::embedded().is_pending(id)
}

/// Everything that is wrong with the lists: names that the rulebook does not have, that come twice or out of order.
#[must_use]
pub fn problems(book: &Rulebook, lists: &Lists<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let ids = |text| names(text).map(Id::of).collect::<Vec<_>>();
    judge("pending.txt", &ids(lists.rules), |id| book.rule(id).is_some(), &mut problems);
    judge("pending-invariants.txt", &ids(lists.invariants), |id| book.invariant(id).is_some(), &mut problems);
    judge("built-calls.txt", &ids(lists.calls), |name| book.call(name).is_some(), &mut problems);
    problems
}

fn judge(file: &str, names: &[Id], known: impl Fn(&str) -> bool, problems: &mut Vec<Problem>) {
    let mut bad = |what| problems.push(Problem { place: file.to_owned(), what });
    for name in names {
        if !known(name.text()) {
            bad(format!("{} is not in the rulebook", name.text()));
        }
    }
    for pair in names.windows(2) {
        if pair[0] > pair[1] {
            bad(format!("{} stands after {}", pair[1].text(), pair[0].text()));
        }
    }
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            bad(format!("{} is listed twice", name.text()));
        }
    }
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|name| !name.is_empty())
}
