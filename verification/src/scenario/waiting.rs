//! The waits that are left when nothing more happens: who stays blocked, for what, and whether anybody can still end it.

use kmt_core::{Kernel, WaitTarget, WaitView};

use super::cast::Thing;
use super::play::{Play, Progress};
use super::show;
use super::transcript::{self, Line, Transcript};

/// Adds a line for each thread that is still blocked, and one for each registered wait that nobody can satisfy any more.
pub(super) fn push(play: &Play, kernel: &Kernel, progress: &Progress, transcript: &mut Transcript) {
    // SYN-31: only the diagnosis is ours; the wait stays. Before the run is at rest it may still change.
    let at_rest = kernel.first_untimed_choice().is_none();
    let orphaned = if at_rest { kernel.orphaned_waits() } else { Vec::new() };
    let note = |wait: &WaitView| {
        let notes =
            orphaned.contains(&wait.id).then(|| "note: orphaned: nobody can signal it any more".to_owned());
        notes.into_iter().collect()
    };
    for program in 0..play.scenario.programs.len() {
        let Some(wait) = progress.is_blocked(program) else { continue };
        let wait = kernel.wait(wait);
        let (actor, _) = transcript::call_heading(play, program, progress.next[program] - 1, &[]);
        let called = play.latest_call(progress, program).map_or("a call", |line| line.shape.name);
        let until = wait.as_ref().map(|wait| format!(", {}", target(play, progress, &wait.target)));
        let event = format!("stays blocked in {called}{}", until.unwrap_or_default());
        let effects = wait.as_ref().map(note).unwrap_or_default();
        transcript.push(Line { number: 0, actor, event, answer: None, effects });
    }
    let registered = kernel.waits().filter(|wait| wait.thread.is_none() && orphaned.contains(&wait.id));
    for wait in registered {
        let number = wait.process.number();
        let process = progress.bindings.find(&play.cast, |thing| thing == Thing::Process, number.into());
        let actor = process.map_or_else(|| number.to_string(), |process| process.name.clone());
        let event = format!("stays registered, {}", target(play, progress, &wait.target));
        transcript.push(Line { number: 0, actor, event, answer: None, effects: note(&wait) });
    }
}

/// What a wait waits for: `until f reaches 5 and g reaches 7`.
fn target(play: &Play, progress: &Progress, target: &WaitTarget) -> String {
    match target {
        WaitTarget::KeyedMutex { key, .. } => format!("for key {key}"),
        WaitTarget::Event { event } => format!("until {} is set", show::event(play, progress, *event)),
        WaitTarget::Fences { conditions, any, event, .. } => {
            let one = |condition: &kmt_core::FenceCondition| {
                let fence = show::sync_object(play, progress, condition.object);
                format!("{fence} reaches {}", condition.value)
            };
            let all: Vec<String> = conditions.iter().map(one).collect();
            let until = all.join(if *any { " or " } else { " and " });
            let then = event.map(|event| format!(", to set {}", show::event(play, progress, event)));
            format!("until {until}{}", then.unwrap_or_default())
        }
    }
}
