//! Drives a case: as it is, with every spoil alone, and with every compatible pair of spoils.

use kmt_core::{Answer, Call, Event, Kernel, NtStatus, Output, Pick, Planted, Reply, Request, ThreadId};

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
            let (mut kernel, made) = self.prepared(&draft, planted);
            let got = answer(&mut kernel, made);
            ledger.report.sound += 1;
            // KMX-19: a status of the success class is not yet a success.
            let is_sound = match &got {
                Ok(Answer::Complete(reply)) => reply.status == NtStatus::SUCCESS && !draft.waits,
                Ok(Answer::Pending(_)) => draft.waits,
                _ => false,
            };
            if !is_sound {
                ledger.report.failures.push(Failure {
                    checks: Vec::new(),
                    situation: self.situation(&[variant]),
                    expected: if draft.waits { "the call waits" } else { "SUCCESS" }.to_owned(),
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
        let (before, made) = self.prepared(&draft, planted);
        let after = (self.aftermath)(&before, &draft, place_of(&decides.id).1);
        let verdict = judge(before, made, decides, &after);
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

    /// The kernel that gets the call, with its mistake, and the call.
    fn prepared(&self, draft: &Draft<A>, planted: Option<Planted>) -> (Kernel, Call) {
        let thread = draft.scene.caller.thread;
        let made = match self.entry_point {
            Some(entry_point) if draft.null => plain(thread, Request::NullArgument(entry_point)),
            _ => Call { pick: draft.pick.clone(), ..plain(thread, (self.request)(draft.argument.clone())) },
        };
        (draft.scene.kernel.clone().with_planted(planted), made)
    }

    fn situation(&self, variants: &[&Variant<A>]) -> String {
        let names: Vec<_> = variants.iter().map(|variant| variant.name.as_str()).collect();
        let mode = if self.mode.is_empty() { String::new() } else { format!(" ({})", self.mode) };
        format!("{}{mode}: {}", self.call, names.join("; "))
    }
}

/// A call without options.
pub(super) const fn plain(thread: ThreadId, request: Request) -> Call {
    Call { thread, request, pick: Pick::Only }
}

/// Makes a call that a check decides: it refuses it, or completes it with a status that is not `SUCCESS`.
///
/// # Errors
///
/// What happened instead of the status and the rule of this check with a kernel that is then as `after`.
pub(super) fn judge(mut kernel: Kernel, made: Call, check: &Check, after: &Kernel) -> Result<(), String> {
    let got = answer(&mut kernel, made);
    let decided = match &got {
        // NTH-25
        Ok(Answer::Refused(refusal) | Answer::RefusedButWritten { refusal, .. }) => {
            Some((refusal.status, Some(refusal.rule)))
        }
        // KMX-17, KMX-28: nothing was acquired, FenceValue is 0 and the buffer is not written.
        Ok(Answer::Complete(Reply {
            status: status @ (NtStatus::TIMEOUT | NtStatus::ABANDONED),
            output: Output::AcquireKeyedMutex { fence_value: 0, private_data: None } | Output::TimedOut,
            rule,
        })) => Some((*status, *rule)),
        _ => None,
    };
    let Some((status, Some(rule))) = decided else { return Err(described(&got)) };
    if NtStatus::from_name(&check.status) != Some(status) || rule.id() != check.rule {
        return Err(described(&got));
    }
    // LIF-13, SYN-38: neither a refusal nor these completions change anything.
    if kernel != *after {
        return Err(format!("{}, and another state than the one expected", described(&got)));
    }
    Ok(())
}

/// The answer of a kernel, or why it could not be asked. A call that did not succeed has no effect that anyone could see.
pub(super) fn answer(kernel: &mut Kernel, made: Call) -> Result<Answer, String> {
    let outcome = kernel.handle(Event::Call(made)).map_err(|misuse| format!("a misuse: {misuse}"))?;
    let succeeded = matches!(&outcome.answer, Answer::Complete(Reply { status: NtStatus::SUCCESS, .. }));
    if !succeeded && !outcome.effects.is_empty() {
        return Err(format!("{}, and these effects: {:?}", described(&Ok(outcome.answer)), outcome.effects));
    }
    Ok(outcome.answer)
}

pub(super) fn described(got: &Result<Answer, String>) -> String {
    match got {
        Ok(Answer::Complete(reply)) => {
            let rule = reply.rule.map(|rule| format!(" because {rule}")).unwrap_or_default();
            format!("{}{rule} {:?}", reply.status, reply.output)
        }
        Ok(Answer::Refused(refusal)) => refusal.to_string(),
        Ok(Answer::RefusedButWritten { refusal, output }) => format!("{refusal}, and {output:?} was written"),
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
