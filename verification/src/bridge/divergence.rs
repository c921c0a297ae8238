//! The report of a difference between core and model.

use std::fmt;

/// The first difference between core and model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Divergence {
    /// The event, as the core got it.
    pub event: String,
    /// In which of the compared things the difference is.
    pub about: About,
    /// What the core shows.
    pub core: String,
    /// What the model shows.
    pub model: String,
    /// The rule that the side which named one relies on, if any.
    pub rule: Option<String>,
}

/// The things that are compared after each event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// Whether the event can happen at all.
    Formed,
    /// The verdict and the outputs.
    Verdict,
    /// What others see.
    Effects,
    /// The whole state.
    State,
    /// The enabled steps.
    Steps,
    /// The waits that nobody can satisfy any more.
    Orphans,
    /// A refused call changed the core.
    Unchanged,
    /// The core breaks an invariant of its own.
    Invariant,
}

impl fmt::Display for About {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Formed => "whether the event can happen",
            Self::Verdict => "the verdict",
            Self::Effects => "the effects",
            Self::State => "the state after the event",
            Self::Steps => "the enabled steps",
            Self::Orphans => "the orphaned waits",
            Self::Unchanged => "the state after a refusal",
            Self::Invariant => "an invariant of the core",
        })
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "core and model differ in {}", self.about)?;
        writeln!(formatter, "  event  {}", self.event)?;
        writeln!(formatter, "  core   {}", self.core)?;
        write!(formatter, "  model  {}", self.model)?;
        if let Some(rule) = &self.rule {
            write!(formatter, "\n  rule   {rule}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Divergence {}

/// The lines of two pretty-printed values that differ, at most eight of each.
#[must_use]
pub fn difference(core: &impl fmt::Debug, model: &impl fmt::Debug) -> (String, String) {
    let (core, model) = (format!("{core:#?}"), format!("{model:#?}"));
    let (core, model): (Vec<_>, Vec<_>) = (core.lines().collect(), model.lines().collect());
    let same_front = core.iter().zip(&model).take_while(|(left, right)| left == right).count();
    let most = core.len().min(model.len()) - same_front;
    let same_back = core
        .iter()
        .rev()
        .zip(model.iter().rev())
        .take(most)
        .take_while(|(left, right)| left == right)
        .count();
    let part = |lines: &[&str]| {
        // One line before the difference names what differs.
        let from = same_front.saturating_sub(1);
        let to = (lines.len() - same_back).max(from);
        lines[from..to].iter().take(8).map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    };
    (part(&core), part(&model))
}
