//! A world searched by stateright's own breadth-first checker.
//!
//! Stateright stops once every property has a discovery, copies a path whenever one fails again, and can't be
//! interrupted on one thread. So it is given one property that never fails, which judges the world's own, and a model
//! that offers no more actions once the run shall end.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, Model, Property};

use super::progress::Progress;
use super::run_explore::shortest;
use super::search_world::Searchable;
use super::world::{Answer, Ending, Property as Judged, RunOptions, WorldReport};
use crate::explore::Snapshot;

/// The longest pause between two looks at a running checker.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Searches all of `model`, then the shortest sequence to each failure, and fills in `blank`.
pub(super) fn check<M: Searchable>(
    model: &Arc<M>,
    blank: WorldReport,
    options: &RunOptions,
    progress: &dyn Progress,
) -> WorldReport {
    let watch = Arc::new(Watch::new(model.properties().len(), options));
    let watched =
        Watched { inner: Arc::clone(model), properties: model.properties(), watch: Arc::clone(&watch) };
    let started = Instant::now();
    let mut checker = watched.checker().threads(options.threads.max(1)).spawn_bfs();
    let panicked = wait(&mut checker, |snapshot| progress.moved(blank.world, snapshot));
    let elapsed = started.elapsed();
    let ending = match panicked {
        Some(message) => Ending::Panicked(message),
        None => watch.ending(),
    };
    let complete = ending == Ending::Complete;
    let properties: Vec<Judged> = model
        .properties()
        .into_iter()
        .zip(&watch.decided)
        .map(|(property, decided)| answer(&property, decided.load(Ordering::Relaxed), complete))
        .collect();
    let report = WorldReport {
        unique: checker.unique_state_count(),
        generated: checker.state_count(),
        depth: checker.max_depth(),
        elapsed,
        properties,
        ending,
        ..blank
    };
    with_sequences(model.as_ref(), report, options, progress)
}

/// Adds the shortest sequences to a report with failures.
fn with_sequences<M: Searchable>(
    model: &M,
    mut report: WorldReport,
    options: &RunOptions,
    progress: &dyn Progress,
) -> WorldReport {
    let broken = report.properties.iter().filter(|property| property.answer == Answer::Broken).count();
    let panicked = matches!(report.ending, Ending::Panicked(_));
    if (broken == 0 && !panicked) || report.ending == Ending::Interrupted {
        return report;
    }
    // A panic has no number among the broken properties: the search runs until it meets it.
    let wanted = if panicked { usize::MAX } else { broken };
    match shortest(model, wanted, &report, options, progress) {
        Ok(sequences) => report.sequences = sequences,
        Err(error) => report.ending = Ending::Refused(error.to_string()),
    }
    report
}

/// Waits for the checker's threads; a panic of the model is returned as its message.
fn wait<M: Model>(checker: &mut impl Checker<M>, moved: impl Fn(Snapshot)) -> Option<String> {
    let mut pause = Duration::from_millis(1);
    let handles = checker.handles();
    while !handles.iter().all(std::thread::JoinHandle::is_finished) {
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
        let (unique, generated) = (checker.unique_state_count(), checker.state_count());
        moved(Snapshot { unique, generated, depth: checker.max_depth(), frontier: 0 });
    }
    let payloads = handles.into_iter().filter_map(|handle| handle.join().err());
    payloads.map(|payload| crate::explore::panic_message(payload.as_ref())).next()
}

fn answer<M: Model>(property: &Property<M>, decided: bool, complete: bool) -> Judged {
    let always = property.expectation == Expectation::Always;
    let answer = match (decided, complete) {
        (true, _) if always => Answer::Broken,
        (true, _) => Answer::Found,
        (false, false) => Answer::Undecided,
        (false, true) if always => Answer::Held,
        (false, true) => Answer::Missing,
    };
    Judged { name: property.name, expectation: property.expectation.clone(), answer }
}

/// What the checker's threads and the waiting thread share.
struct Watch {
    /// For each property, whether a state has decided it.
    decided: Vec<AtomicBool>,
    /// States judged.
    judged: AtomicUsize,
    limit: Option<NonZeroUsize>,
    /// Set when more states than the limit exist.
    exceeded: AtomicBool,
    /// Set when the search saw the cancellation.
    interrupted: AtomicBool,
    cancel: Arc<AtomicBool>,
}

impl Watch {
    fn new(properties: usize, options: &RunOptions) -> Self {
        Self {
            decided: std::iter::repeat_with(AtomicBool::default).take(properties).collect(),
            judged: AtomicUsize::new(0),
            limit: options.max_states.map(|limit| NonZeroUsize::new(limit).unwrap_or(NonZeroUsize::MIN)),
            exceeded: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            cancel: Arc::clone(&options.cancel),
        }
    }

    fn ending(&self) -> Ending {
        if self.interrupted.load(Ordering::Relaxed) {
            return Ending::Interrupted;
        }
        match self.limit.filter(|_| self.exceeded.load(Ordering::Relaxed)) {
            Some(limit) => {
                Ending::Bound(format!("{} unique states judged", super::text::grouped(limit.get())))
            }
            None => Ending::Complete,
        }
    }

    /// Whether another state may be judged.
    fn admits(&self) -> bool {
        if self.cancel.load(Ordering::Relaxed) {
            self.interrupted.store(true, Ordering::Relaxed);
        }
        if self.interrupted.load(Ordering::Relaxed) || self.exceeded.load(Ordering::Relaxed) {
            return false;
        }
        let before = self.judged.fetch_add(1, Ordering::Relaxed);
        let admitted = self.limit.is_none_or(|limit| before < limit.get());
        if !admitted {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        admitted
    }

    fn over(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed) || self.interrupted.load(Ordering::Relaxed)
    }
}

/// The world's model with one property that judges all of its own.
struct Watched<M: Model> {
    inner: Arc<M>,
    properties: Vec<Property<M>>,
    watch: Arc<Watch>,
}

impl<M: Searchable> Watched<M> {
    fn judge(&self, state: &M::State) {
        if !self.watch.admits() {
            return;
        }
        for (property, decided) in self.properties.iter().zip(&self.watch.decided) {
            let deciding = property.expectation == Expectation::Sometimes;
            if !decided.load(Ordering::Relaxed) && (property.condition)(&self.inner, state) == deciding {
                decided.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl<M: Searchable> Model for Watched<M> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<M::State> {
        self.inner.init_states()
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        if !self.watch.over() {
            self.inner.actions(state, actions);
        }
    }

    fn next_state(&self, last: &M::State, action: M::Action) -> Option<M::State> {
        self.inner.next_state(last, action)
    }

    fn within_boundary(&self, state: &M::State) -> bool {
        self.inner.within_boundary(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("judged", |watched: &Self, state| {
            watched.judge(state);
            true
        })]
    }
}
