//! Drives a case: as it is, with every spoil alone, and with every compatible pair of spoils.

use kmt_core::{Answer, Call, Event, Kernel, NtStatus, Pick, Planted, Request, ThreadId};

use super::case::{Case, Draft, Spoil, Variant};
use super::report::{Failure, Ledger, place_of};
use crate::rulebook::Rulebook;
use crate::rulebook::entry::Check;

/// A case of whatever call.
pub(super) trait Drive {
    /// The checks that a constructor makes fail alone.
    fn checks(&self) -> Vec<&'static str>;

    /// Makes all its calls, of a kernel with this mistake.
    fn drive(&self, planted: Option<Planted>, ledger: &mut Ledger);
}

impl<A: Clone + 'static> Drive for Case<A> {
    fn checks(&self) -> Vec<&'static str> {
        self.spoils
            .iter()
            .filter(|spoil| spoil.checks.len() == 1)
            .flat_map(|spoil| spoil.checks.clone())
            .collect()
    }

    fn drive(&self, planted: Option<Planted>, ledger: &mut Ledger) {
        self.drive_sound(planted, ledger);
        for spoil in &self.spoils {
            self.drive_alone(spoil, planted, ledger);
        }
        for (at, first) in self.spoils.iter().enumerate() {
            for second in &self.spoils[at + 1..] {
                self.drive_pair(first, second, planted, ledger);
            }
        }
    }
}

impl<A: Clone + 'static> Case<A> {
    fn drive_sound(&self, planted: Option<Planted>, ledger: &mut Ledger) {
        let as_it_is = Variant { name: "nothing is wrong".to_owned(), change: Box::new(|_| ()) };
        for variant in [&as_it_is].into_iter().chain(&self.sound) {
            let draft = self.drafted(&[variant]);
            let (mut kernel, request) = self.prepared(&draft, planted);
            let got = answer(&mut kernel, draft.scene.caller.thread, request);
            ledger.report.sound += 1;
            if !matches!(&got, Ok(Answer::Complete(reply)) if reply.status.is_success_class()) {
                ledger.report.failures.push(Failure {
                    checks: Vec::new(),
                    situation: self.situation(&[variant]),
                    expected: "a status of the success class".to_owned(),
                    got: described(&got),
                });
            }
        }
    }

    fn drive_alone(&self, spoil: &Spoil<A>, planted: Option<Planted>, ledger: &mut Ledger) {
        let checks = in_order(&spoil.checks);
        for variant in &spoil.variants {
            match checks[..] {
                [check] => {
                    ledger.note_alone(check);
                    ledger.report.variants += 1;
                }
                _ => {
                    ledger.note_together(&checks);
                    ledger.report.pair_variants += 1;
                }
            }
            self.expect_refusal(&checks, &[variant], planted, ledger);
        }
    }

    /// Every variant of each with the first of the other, prepared in both orders.
    fn drive_pair(&self, one: &Spoil<A>, other: &Spoil<A>, planted: Option<Planted>, ledger: &mut Ledger) {
        let mut checks = one.checks.clone();
        checks.extend(&other.checks);
        let checks = in_order(&checks);
        if checks.len() == 1 {
            // Two constructors of one check.
            return;
        }
        let parts = one.clashes(other);
        if !parts.is_empty() {
            ledger.note_clash(&checks, &parts);
            return;
        }
        ledger.note_together(&checks);
        let first_of_other = one.variants.iter().zip(other.variants.iter().take(1).cycle());
        let first_of_one = one.variants.iter().take(1).cycle().zip(other.variants.iter().skip(1));
        for (left, right) in first_of_other.chain(first_of_one) {
            for order in [[left, right], [right, left]] {
                ledger.report.pair_variants += 1;
                self.expect_refusal(&checks, &order, planted, ledger);
            }
        }
    }

    /// Makes the call and compares with what the earliest of the failing checks says.
    fn expect_refusal(
        &self,
        checks: &[&'static str],
        variants: &[&Variant<A>],
        planted: Option<Planted>,
        ledger: &mut Ledger,
    ) {
        // A check that the rulebook does not have is reported by the comparison of both lists.
        let Some(decides) = checks.first().and_then(|check| Rulebook::embedded().check(check)) else {
            return;
        };
        let draft = self.drafted(variants);
        let (before, request) = self.prepared(&draft, planted);
        let after = (self.aftermath)(&before, &draft, place_of(&decides.id).1);
        let verdict = judge(before, draft.scene.caller.thread, request, decides, &after);
        if let Err(got) = verdict {
            ledger.report.failures.push(Failure {
                checks: checks.iter().map(|check| (*check).to_owned()).collect(),
                situation: self.situation(variants),
                expected: format!("{}: {} because {}", decides.id, decides.status, decides.rule),
                got,
            });
        }
    }

    fn drafted(&self, variants: &[&Variant<A>]) -> Draft<A> {
        let mut draft = self.draft.clone();
        for variant in variants {
            (variant.change)(&mut draft);
        }
        draft
    }

    /// The kernel that gets the call, with its mistake, and the request.
    fn prepared(&self, draft: &Draft<A>, planted: Option<Planted>) -> (Kernel, Request) {
        let request = match self.entry_point {
            Some(entry_point) if draft.null => Request::NullArgument(entry_point),
            _ => (self.request)(draft.argument.clone()),
        };
        (draft.scene.kernel.clone().with_planted(planted), request)
    }

    fn situation(&self, variants: &[&Variant<A>]) -> String {
        let names: Vec<_> = variants.iter().map(|variant| variant.name.as_str()).collect();
        let mode = if self.mode.is_empty() { String::new() } else { format!(" ({})", self.mode) };
        format!("{}{mode}: {}", self.call, names.join("; "))
    }
}

/// Makes a call that a check refuses.
///
/// # Errors
///
/// What happened instead of the refusal by this check that leaves the kernel as `after`.
pub(super) fn judge(
    mut kernel: Kernel,
    thread: ThreadId,
    request: Request,
    check: &Check,
    after: &Kernel,
) -> Result<(), String> {
    let got = answer(&mut kernel, thread, request);
    let Ok(Answer::Refused(refusal)) = &got else { return Err(described(&got)) };
    let status = NtStatus::from_name(&check.status);
    if status != Some(refusal.status) || refusal.rule.id() != check.rule {
        return Err(described(&got));
    }
    // LIF-13: a refusal carries no output, so what is left to compare is the kernel.
    if kernel != *after {
        return Err(format!("{}, and another state than the one expected", described(&got)));
    }
    Ok(())
}

/// The answer of a kernel, or why it could not be asked. A refused call has no effect that anyone could see.
pub(super) fn answer(kernel: &mut Kernel, thread: ThreadId, request: Request) -> Result<Answer, String> {
    let event = Event::Call(Call { thread, request, pick: Pick::Only });
    let outcome = kernel.handle(event).map_err(|misuse| format!("a misuse: {misuse}"))?;
    match &outcome.answer {
        Answer::Refused(refusal) if !outcome.effects.is_empty() => {
            Err(format!("{refusal}, and these effects: {:?}", outcome.effects))
        }
        _ => Ok(outcome.answer),
    }
}

pub(super) fn described(got: &Result<Answer, String>) -> String {
    match got {
        Ok(Answer::Complete(reply)) => format!("{} {:?}", reply.status, reply.output),
        Ok(Answer::Refused(refusal)) => refusal.to_string(),
        Ok(Answer::Pending(wait)) => format!("the call blocked in {wait:?}"),
        Err(text) => text.clone(),
    }
}

/// The checks in the order of their list, each once.
fn in_order(checks: &[&'static str]) -> Vec<&'static str> {
    let mut checks = checks.to_vec();
    checks.sort_by_key(|check| place_of(check));
    checks.dedup();
    checks
}
