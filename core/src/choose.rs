//! Four ways to pick a step from the same list.

use alloc::vec::Vec;
use core::fmt;

use crate::event::Step;

/// Picks the next step out of those that are enabled.
pub trait Choose {
    /// One of `options`, which is a part of [`crate::Kernel::choices`] and not empty.
    ///
    /// # Errors
    ///
    /// [`ChooseError`] if there is no option that it may or can take.
    fn choose(&mut self, options: &[Step]) -> Result<Step, ChooseError>;

    /// Whether it takes the first option whatever the others are, so that they need not be listed.
    fn takes_the_first(&self) -> bool {
        false
    }
}

/// Why no step was picked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChooseError {
    /// There was nothing to pick from.
    NothingEnabled,
    /// A recorded step is not enabled where the recording has it.
    RecordedNotEnabled {
        /// Its place in the recording, from 0.
        position: usize,
        /// The step.
        step: Step,
    },
    /// The recording has ended and steps are still enabled.
    RecordingEnded {
        /// How many steps it has.
        length: usize,
    },
}

impl fmt::Display for ChooseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingEnabled => formatter.write_str("no step is enabled"),
            Self::RecordedNotEnabled { position, step } => {
                write!(formatter, "step {position} of the recording, {step:?}, is not enabled")
            }
            Self::RecordingEnded { length } => {
                write!(formatter, "the recording ends after {length} steps, and more are enabled")
            }
        }
    }
}

impl core::error::Error for ChooseError {}

/// The default policy: always the first step listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FirstEnabled;

impl Choose for FirstEnabled {
    fn choose(&mut self, options: &[Step]) -> Result<Step, ChooseError> {
        options.first().cloned().ok_or(ChooseError::NothingEnabled)
    }

    fn takes_the_first(&self) -> bool {
        true
    }
}

/// Each option with the same probability, the same ones for the same seed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seeded {
    state: u64,
}

impl Seeded {
    /// The sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    // The generator SplitMix64. INV-93: nothing but the seed has an influence.
    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Choose for Seeded {
    fn choose(&mut self, options: &[Step]) -> Result<Step, ChooseError> {
        // The upper half of a 128-bit product is below the number of options, and even enough for any list.
        let place = (u128::from(self.next()) * options.len() as u128) >> 64;
        options.get(place as usize).cloned().ok_or(ChooseError::NothingEnabled)
    }
}

/// The steps of a recording, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replay {
    steps: Vec<Step>,
    position: usize,
}

impl Replay {
    /// Replays these steps.
    #[must_use]
    pub const fn new(steps: Vec<Step>) -> Self {
        Self { steps, position: 0 }
    }

    /// How many steps of the recording were taken.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Whether all of them were.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.position == self.steps.len()
    }
}

impl Choose for Replay {
    fn choose(&mut self, options: &[Step]) -> Result<Step, ChooseError> {
        let Some(step) = self.steps.get(self.position).cloned() else {
            return Err(ChooseError::RecordingEnded { length: self.steps.len() });
        };
        if !options.contains(&step) {
            return Err(ChooseError::RecordedNotEnabled { position: self.position, step });
        }
        self.position += 1;
        Ok(step)
    }
}

/// Writes down what another way of choosing picks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Recorder<C> {
    inner: C,
    steps: Vec<Step>,
}

impl<C> Recorder<C> {
    /// Records the picks of `inner`.
    #[must_use]
    pub const fn new(inner: C) -> Self {
        Self { inner, steps: Vec::new() }
    }

    /// What was picked so far, to be given to [`Replay::new`].
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The recording itself.
    #[must_use]
    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}

impl<C: Choose> Choose for Recorder<C> {
    fn choose(&mut self, options: &[Step]) -> Result<Step, ChooseError> {
        let step = self.inner.choose(options)?;
        self.steps.push(step.clone());
        Ok(step)
    }

    fn takes_the_first(&self) -> bool {
        self.inner.takes_the_first()
    }
}
