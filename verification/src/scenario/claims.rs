//! Claims in the course of a run: which calls have returned as an atom says, and who waits for ever.

use kmt_core::{Answer, Kernel};

use super::document::{After, Atom, CallLine, Expect, Stuck};
use super::judge;
use super::play::{Play, Progress};

impl Play {
    /// Whether all that a claim says is so, by the place of the claim; those of `never` come first.
    pub(crate) fn is_shown(&self, kernel: &Kernel, progress: &Progress, claim: usize) -> bool {
        let claims = || self.scenario.never.iter().chain(&self.scenario.possible);
        let first: usize = claims().take(claim).map(|claim| claim.all.len()).sum();
        let Some(claim) = claims().nth(claim) else { return false };
        progress.shown[first..first + claim.all.len()].iter().all(|shown| *shown)
            && claim.stuck.as_ref().is_none_or(|stuck| self.is_stuck(kernel, progress, stuck))
    }

    /// Whether threads wait for ever: no step is enabled and no thread can make a call.
    // TIM-04: a time limit that can still be reached is an enabled step.
    fn is_stuck(&self, kernel: &Kernel, progress: &Progress, stuck: &Stuck) -> bool {
        let mut programs = 0..self.scenario.programs.len();
        let is_blocked = |program: usize| progress.is_blocked(program).is_some();
        let named = |program: &usize, names: &[super::place::Name]| {
            names.contains(&self.scenario.programs[*program].thread)
        };
        let waits = match stuck {
            Stuck::Any => programs.clone().any(is_blocked),
            Stuck::Threads(names) => programs.clone().filter(|it| named(it, names)).all(is_blocked),
        };
        waits && kernel.choices().is_empty() && !programs.any(|program| self.is_runnable(progress, program))
    }

    /// Of each atom about a call that is being made, whether what it wants to have happened before has.
    pub(super) fn note_past(&self, progress: &mut Progress, program: usize, call: usize) {
        for place in self.atoms_of(program, call) {
            let made_after = match self.atoms[place].1.after.as_ref().map(|after| &after.value) {
                None => true,
                Some(After::Incident(_)) => progress.past[place],
                Some(After::Call(other)) => {
                    let of = self.scenario.programs.iter().position(|program| program.thread == other.thread);
                    of.is_some_and(|of| {
                        // A call is not before itself, and one that waits has not returned.
                        let open = of == program || progress.blocked[of].is_some();
                        progress.next[of] - usize::from(open) >= other.call.value as usize
                    })
                }
            };
            progress.made_after[place] = made_after;
        }
    }

    /// Settles the atoms that speak of the call that has just returned.
    pub(super) fn show(&self, progress: &mut Progress, program: usize, answer: &Answer) {
        let call = progress.next[program] - 1;
        for place in self.atoms_of(program, call) {
            let line = &self.scenario.programs[program].calls[call];
            let agrees = self.agrees(progress, line, &self.atoms[place].1, answer);
            // From now on only the verdict matters.
            progress.shown[place] = std::mem::take(&mut progress.made_after[place]) && agrees;
        }
    }

    fn atoms_of(&self, program: usize, call: usize) -> Vec<usize> {
        let atoms = self.atoms.iter().enumerate();
        let about = |of: usize, atom: &Atom| of == program && atom.call.call.value as usize == call + 1;
        atoms.filter(|(_, (of, atom))| about(*of, atom)).map(|(place, _)| place).collect()
    }

    fn agrees(&self, progress: &Progress, line: &CallLine, atom: &Atom, answer: &Answer) -> bool {
        let expect = Expect {
            status: atom.status.clone(),
            rule: atom.rule.clone(),
            out: atom.out.clone(),
            ..Expect::default()
        };
        let other = atom.not.as_ref().is_none_or(|not| judge::status(answer) != Some(not.value));
        other && judge::unmet_answer(self, progress, line, &expect, answer).is_empty()
    }
}
