//! A way through a model: which initial state, which actions, and the state after each.

use std::fmt::Debug;

use stateright::Model;

/// A way from an initial state, replayable by its indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<State, Action> {
    /// Index of the first state in the model's `init_states`.
    pub initial: usize,
    /// The first state.
    pub initial_state: State,
    /// The steps from there, possibly none.
    pub steps: Vec<Step<State, Action>>,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<State, Action> {
    /// Index of the action in what the model's `actions` listed for the state before.
    pub index: usize,
    /// The action.
    pub action: Action,
    /// The state after it.
    pub state: State,
}

/// A sequence of indices that a model does not follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// `init_states` has no state with this index.
    #[error("there is no initial state {0}")]
    NoInitialState(usize),
    /// The action index is not listed for the state before the step.
    #[error("step {step}: action {index} is not enabled, {enabled} are")]
    NotEnabled {
        /// Number of the step, from 1.
        step: usize,
        /// The index asked for.
        index: usize,
        /// How many actions the model listed.
        enabled: usize,
    },
    /// `next_state` returned none for the action.
    #[error("step {step}: action {index} leads nowhere")]
    NoNextState {
        /// Number of the step, from 1.
        step: usize,
        /// The index asked for.
        index: usize,
    },
}

impl<State: Clone, Action: Clone> Path<State, Action> {
    /// Follows the initial state with index `initial`, then one action index per step.
    ///
    /// # Errors
    /// A [`ReplayError`] at the first index that the model does not have.
    pub fn replay<M>(model: &M, initial: usize, indices: &[usize]) -> Result<Self, ReplayError>
    where
        M: Model<State = State, Action = Action>,
    {
        let mut states = model.init_states();
        if initial >= states.len() {
            return Err(ReplayError::NoInitialState(initial));
        }
        let initial_state = states.swap_remove(initial);
        let mut path = Self { initial, initial_state, steps: Vec::with_capacity(indices.len()) };
        for (position, &index) in indices.iter().enumerate() {
            let step = position + 1;
            let mut actions = Vec::new();
            model.actions(path.last_state(), &mut actions);
            let enabled = actions.len();
            let action = actions.into_iter().nth(index);
            let action = action.ok_or(ReplayError::NotEnabled { step, index, enabled })?;
            let state = model.next_state(path.last_state(), action.clone());
            let state = state.ok_or(ReplayError::NoNextState { step, index })?;
            path.steps.push(Step { index, action, state });
        }
        Ok(path)
    }
}

impl<State, Action> Path<State, Action> {
    /// The state at the end.
    #[must_use]
    pub fn last_state(&self) -> &State {
        self.steps.last().map_or(&self.initial_state, |step| &step.state)
    }

    /// The state before the last step; `None` when the path has no step.
    #[must_use]
    pub fn state_before_last(&self) -> Option<&State> {
        let before = self.steps.len().checked_sub(1)?;
        Some(before.checked_sub(1).map_or(&self.initial_state, |index| &self.steps[index].state))
    }

    /// The action index of each step.
    #[must_use]
    pub fn indices(&self) -> Vec<usize> {
        self.steps.iter().map(|step| step.index).collect()
    }

    /// Each action in the model's own words (`format_action`).
    pub fn lines<M>(&self, model: &M) -> Vec<String>
    where
        M: Model<State = State, Action = Action>,
        Action: Debug,
    {
        self.steps.iter().map(|step| model.format_action(&step.action)).collect()
    }
}
