//! The search: levels, the merge that fixes the order, limits and the final report.

use std::hash::Hash;
use std::time::Instant;

use stateright::{Expectation, Model, Property};

use super::Representative;
use super::expand::{End, PIECE, Piece, Space, decides, expand_on_threads};
use super::options::{Options, Snapshot};
use super::path::{Path, ReplayError};
use super::report::{Bound, Outcome, Panic, PropertyOutcome, PropertyResult, Report};
use super::store::{CAPACITY, Store};

/// States expanded between two merges on several threads, and between two calls of the progress function.
const BATCH: usize = 16 * PIECE;

/// A model that can't be searched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExploreError {
    /// The model has an `eventually` property.
    #[error(
        "property \"{0}\": `eventually` is refused, a search that visits each state once judges it wrongly where \
         paths join or run in a cycle; state it as an `always` over quiescent states"
    )]
    Eventually(&'static str),
    /// The model listed other actions or states when the same path was followed again.
    #[error("the model is not deterministic: {0}")]
    Replay(#[from] ReplayError),
    /// A path was followed again and its last state decides otherwise than before.
    #[error(
        "the model is not deterministic: property \"{0}\" was decided differently when its path was replayed"
    )]
    Judgement(&'static str),
}

/// A level-synchronous breadth-first search over a model.
///
/// The result is that of a single thread taking the states in order of discovery (level, then parent, then action
/// index) and judging each before it is expanded; any number of threads gives the same counts, verdicts and paths.
/// A model that lists one initial state twice is searched from it once.
pub struct Explorer<'a, M: Model> {
    model: &'a M,
    options: Options<'a>,
    representative: Option<Representative<M>>,
}

impl<'a, M> Explorer<'a, M>
where
    M: Model + Sync,
    M::State: Hash + Clone + Send + Sync,
    M::Action: Clone,
{
    /// A search of `model` within `options`.
    #[must_use]
    pub fn new(model: &'a M, options: Options<'a>) -> Self {
        Self { model, options, representative: None }
    }

    /// Folds states with the same representative into one; the paths still run through the model's real states.
    ///
    /// Sound when the representative of a state is reachable from it by a symmetry of the model under which every
    /// property is unchanged.
    #[must_use]
    pub fn symmetry(mut self, representative: Representative<M>) -> Self {
        self.representative = Some(representative);
        self
    }

    /// Searches until everything is judged, enough properties are broken, a limit is reached or the flag is set.
    ///
    /// # Errors
    /// [`ExploreError::Eventually`] before the search; the others when the model proves not to be deterministic.
    pub fn run(self) -> Result<Report<M::State, M::Action>, ExploreError> {
        let properties = self.model.properties();
        let eventually = properties.iter().find(|property| property.expectation == Expectation::Eventually);
        if let Some(property) = eventually {
            return Err(ExploreError::Eventually(property.name));
        }
        let space = Space {
            model: self.model,
            properties: &properties,
            representative: self.representative,
            cancel: self.options.cancel,
        };
        let mut search = Search {
            options: self.options,
            started: Instant::now(),
            store: Store::new(),
            next: Vec::new(),
            decided: vec![None; properties.len()],
            judged: 0,
            generated: 0,
            depth: 0,
            deeper: false,
            peak_frontier: 0,
        };
        let ending = search.run(&space);
        search.report(&space, ending)
    }
}

/// Why the loop ended, before paths are made of it.
enum Ending {
    Complete,
    Stopped,
    Bound(Bound),
    Interrupted,
    Panicked { number: u32, action: Option<usize>, message: String },
}

struct Search<'a, State> {
    options: Options<'a>,
    started: Instant,
    store: Store,
    /// The level after the one that is being expanded.
    next: Vec<State>,
    /// For each property, the number of the state that decided it.
    decided: Vec<Option<u32>>,
    /// States judged so far; they have the numbers below this.
    judged: u32,
    generated: usize,
    depth: usize,
    /// Whether the deepest level allowed has a successor below it.
    deeper: bool,
    peak_frontier: usize,
}

impl<State> Search<'_, State>
where
    State: Hash + Send + Sync,
{
    fn run<M: Model<State = State> + Sync>(&mut self, space: &Space<'_, M>) -> Ending {
        if let Some(ending) = self.begin(space) {
            return ending;
        }
        while !self.next.is_empty() {
            let level = std::mem::take(&mut self.next);
            let depth = self.depth + 1;
            self.peak_frontier = self.peak_frontier.max(level.len());
            let batch = if self.options.threads > 1 { BATCH } else { PIECE };
            let mut waiting = level.len();
            for (index, states) in level.chunks(batch).enumerate() {
                if self.options.cancelled() {
                    return Ending::Interrupted;
                }
                if let Some(limit) = self.options.time_limit.filter(|limit| self.started.elapsed() >= *limit)
                {
                    return Ending::Bound(Bound::Time(limit));
                }
                self.depth = depth;
                if let Some(ending) = self.expand(space, states) {
                    return ending;
                }
                waiting -= states.len();
                self.peak_frontier = self.peak_frontier.max(waiting + self.next.len());
                if waiting == 0 || (index + 1) * batch % BATCH == 0 {
                    self.show(waiting + self.next.len());
                }
            }
            if self.deeper {
                return Ending::Bound(Bound::Depth(self.depth));
            }
        }
        Ending::Complete
    }

    /// Takes the initial states inside the boundary.
    fn begin<M: Model<State = State>>(&mut self, space: &Space<'_, M>) -> Option<Ending> {
        for (index, state) in space.model.init_states().into_iter().enumerate() {
            if !space.model.within_boundary(&state) {
                continue;
            }
            let fingerprint = space.identify(&state);
            if self.full() && !self.store.contains(fingerprint) {
                return Some(Ending::Bound(Bound::States(self.limit())));
            }
            self.generated += 1;
            if self.store.insert_root(fingerprint, index) {
                self.next.push(state);
            }
        }
        None
    }

    fn expand<M: Model<State = State> + Sync>(
        &mut self,
        space: &Space<'_, M>,
        states: &[State],
    ) -> Option<Ending> {
        let open: Vec<bool> = self.decided.iter().map(Option::is_none).collect();
        // A small batch costs less than starting a thread for it.
        if self.options.threads > 1 && states.len() > PIECE {
            let threads = self.options.threads;
            let pieces = expand_on_threads(space, &self.store, &open, self.judged, states, threads);
            pieces.into_iter().find_map(|piece| self.merge(space, piece))
        } else {
            let piece = space.expand(&self.store, &open, self.judged, states);
            self.merge(space, piece)
        }
    }

    /// Takes over what a piece found, as far as a single thread would have come.
    fn merge<M: Model<State = State>>(
        &mut self,
        space: &Space<'_, M>,
        mut piece: Piece<State>,
    ) -> Option<Ending> {
        let (panicked, message) = match std::mem::replace(&mut piece.end, End::Whole) {
            End::Whole => (None, String::new()),
            End::Cancelled => return Some(Ending::Interrupted),
            End::Panicked { number, action, message } => (Some((number, action)), message),
        };
        let stop = self.stop(space.properties, &piece);
        let expand_until = stop.unwrap_or(piece.expanded_end());
        let full = self.insert(&mut piece, expand_until);
        let (judged, expanded, ending) = match (full, stop, panicked) {
            (Some(parent), _, _) => {
                (parent + 1, parent + 1, Some(Ending::Bound(Bound::States(self.limit()))))
            }
            (None, Some(number), _) => (number + 1, number, Some(Ending::Stopped)),
            (None, None, Some((number, action))) => {
                (number, number, Some(Ending::Panicked { number, action, message }))
            }
            (None, None, None) => (expand_until, expand_until, None),
        };
        self.judged = judged;
        self.generated += piece.generated_before(expanded);
        for (decided, found) in self.decided.iter_mut().zip(&piece.decided) {
            *decided = decided.or(found.filter(|number| *number < judged));
        }
        ending
    }

    /// The state of the piece at which enough properties are broken.
    fn stop<M: Model>(&self, properties: &[Property<M>], piece: &Piece<State>) -> Option<u32> {
        let wanted = self.options.stop_after_failures?.max(1);
        let mut numbers: Vec<u32> = Vec::new();
        let mut before = 0;
        for ((property, decided), found) in properties.iter().zip(&self.decided).zip(&piece.decided) {
            match (&property.expectation, decided, found) {
                (Expectation::Always, Some(_), _) => before += 1,
                (Expectation::Always, None, Some(number)) => numbers.push(*number),
                _ => {}
            }
        }
        numbers.sort_unstable();
        numbers.get(wanted.saturating_sub(before + 1)).copied()
    }

    /// Stores the piece's new states; returns the parent of the first that no longer fits.
    fn insert(&mut self, piece: &mut Piece<State>, expand_until: u32) -> Option<u32> {
        let deepest = self.options.max_depth.is_some_and(|limit| self.depth >= limit);
        for candidate in piece.candidates.drain(..) {
            if candidate.parent >= expand_until {
                break;
            }
            if deepest {
                // Was unknown before this level, and this level stores nothing.
                self.deeper = true;
                break;
            }
            if self.full() && !self.store.contains(candidate.fingerprint) {
                return Some(candidate.parent);
            }
            if self.store.insert(candidate.fingerprint, candidate.parent, candidate.choice) {
                self.next.push(candidate.state);
            }
        }
        None
    }

    fn limit(&self) -> usize {
        self.options.max_states.unwrap_or(CAPACITY).min(CAPACITY)
    }

    fn full(&self) -> bool {
        self.store.len() >= self.limit()
    }

    fn show(&self, frontier: usize) {
        if let Some(progress) = self.options.progress {
            progress(Snapshot {
                unique: self.store.len(),
                generated: self.generated,
                depth: self.depth,
                frontier,
            });
        }
    }

    fn report<M>(self, space: &Space<'_, M>, ending: Ending) -> Result<Report<State, M::Action>, ExploreError>
    where
        M: Model<State = State>,
        State: Clone,
        M::Action: Clone,
    {
        let elapsed = self.started.elapsed();
        let complete = matches!(ending, Ending::Complete);
        let mut properties = Vec::with_capacity(space.properties.len());
        for (property, decided) in space.properties.iter().zip(&self.decided) {
            properties.push(self.property(space, property, *decided, complete)?);
        }
        let outcome = match ending {
            Ending::Complete => Outcome::Complete,
            Ending::Stopped => Outcome::Stopped,
            Ending::Bound(bound) => Outcome::Bound(bound),
            Ending::Interrupted => Outcome::Interrupted,
            Ending::Panicked { number, action, message } => {
                Outcome::Panicked(Panic { message, path: self.path(space.model, number)?, action })
            }
        };
        let unique = self.store.len();
        #[expect(clippy::cast_precision_loss, reason = "a mean for a table")]
        let bytes_per_state = self.store.bytes() as f64 / unique.max(1) as f64;
        Ok(Report {
            unique,
            generated: self.generated,
            max_depth: self.depth,
            peak_frontier: self.peak_frontier,
            elapsed,
            properties,
            bytes_per_state,
            outcome,
        })
    }

    fn property<M>(
        &self,
        space: &Space<'_, M>,
        property: &Property<M>,
        decided: Option<u32>,
        complete: bool,
    ) -> Result<PropertyResult<State, M::Action>, ExploreError>
    where
        M: Model<State = State>,
        State: Clone,
        M::Action: Clone,
    {
        let always = property.expectation == Expectation::Always;
        let outcome = match decided {
            Some(number) => {
                let path = self.path(space.model, number)?;
                if !decides(property, space.model, path.last_state()) {
                    return Err(ExploreError::Judgement(property.name));
                }
                if always { PropertyOutcome::Broken(path) } else { PropertyOutcome::Witness(path) }
            }
            None if !complete => PropertyOutcome::Undecided,
            None if always => PropertyOutcome::Holds,
            None => PropertyOutcome::NoWitness,
        };
        let judged = decided.map_or(self.judged, |number| number + 1) as usize;
        Ok(PropertyResult { name: property.name, expectation: property.expectation.clone(), judged, outcome })
    }

    fn path<M>(&self, model: &M, number: u32) -> Result<Path<State, M::Action>, ReplayError>
    where
        M: Model<State = State>,
        State: Clone,
        M::Action: Clone,
    {
        let (initial, choices) = self.store.trail(number);
        Path::replay(model, initial, &choices)
    }
}
