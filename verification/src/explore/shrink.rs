//! Making a failing sequence small: delta debugging over any list of actions.

/// A shrunk sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk<A> {
    /// The actions that are left, in their order; they still fail.
    pub actions: Vec<A>,
    /// How many sequences were tried.
    pub tried: usize,
    /// Whether it is known that no single action can be left out; false when the budget ran out first.
    pub minimal: bool,
}

/// The sequence to shrink does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sequence to shrink does not fail")]
pub struct DoesNotFail;

/// Leaves out of `actions` whatever is not needed for `still_fails` to stay true.
///
/// Chunks of half the length come first, then of a quarter, down to single actions, until no single one can go. The
/// order is fixed, so one input gives one result. `budget` is the most sequences to try, the first one included.
///
/// # Errors
/// [`DoesNotFail`] when `still_fails` is false for `actions` itself, or when the budget is zero.
pub fn shrink<A: Clone>(
    actions: &[A],
    budget: usize,
    mut still_fails: impl FnMut(&[A]) -> bool,
) -> Result<Shrunk<A>, DoesNotFail> {
    if budget == 0 || !still_fails(actions) {
        return Err(DoesNotFail);
    }
    let mut shrunk = Shrunk { actions: actions.to_vec(), tried: 1, minimal: false };
    let mut chunk = shrunk.actions.len().div_ceil(2);
    while chunk > 0 {
        let Some(removed) = pass(&mut shrunk, chunk, budget, &mut still_fails) else { return Ok(shrunk) };
        // Leaving one action out may free an earlier one, so single actions are repeated until nothing goes.
        if chunk > 1 || !removed {
            chunk /= 2;
        }
    }
    shrunk.minimal = true;
    Ok(shrunk)
}

/// Tries to leave out each chunk once; says whether any went, or `None` when the budget ran out.
fn pass<A: Clone>(
    shrunk: &mut Shrunk<A>,
    chunk: usize,
    budget: usize,
    still_fails: &mut impl FnMut(&[A]) -> bool,
) -> Option<bool> {
    let mut removed = false;
    let mut start = 0;
    while start < shrunk.actions.len() {
        if shrunk.tried == budget {
            return None;
        }
        let end = (start + chunk).min(shrunk.actions.len());
        let shorter = [&shrunk.actions[..start], &shrunk.actions[end..]].concat();
        shrunk.tried += 1;
        if still_fails(&shorter) {
            shrunk.actions = shorter;
            removed = true;
        } else {
            start = end;
        }
    }
    Some(removed)
}
