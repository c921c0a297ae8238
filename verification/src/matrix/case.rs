//! The vocabulary of the table: a call in a sound state, and the ways to spoil it.

use kmt_core::{EntryPoint, Kernel, Pick, Request};

use super::part::Part;
use super::scene::Scene;

/// A call that is about to be made: the state it meets and the argument it passes.
#[derive(Clone)]
pub struct Draft<A> {
    /// The state.
    pub scene: Scene,
    /// The argument structure.
    pub argument: A,
    /// Whether NULL is passed in place of the structure.
    pub null: bool,
    /// The option of the call, where the rules leave its result open.
    pub pick: Pick,
    /// Whether the sound call waits instead of returning.
    pub waits: bool,
}

/// One named way to change a draft.
pub struct Variant<A> {
    /// What is different, in a few words.
    pub name: String,
    /// Makes it different.
    pub change: Change<A>,
}

/// A change of a draft.
pub type Change<A> = Box<dyn Fn(&mut Draft<A>)>;

/// The constructor of a check: it changes a sound draft so that the check fails.
///
/// Nearly every spoil fails one check. A joint spoil fails several with one value; the earliest decides.
pub struct Spoil<A> {
    /// The checks that fail, such as `CloseHandle/2`.
    pub checks: Vec<&'static str>,
    /// What it overwrites.
    pub touches: Vec<Part>,
    /// What must stay as it was, or the checks would not fail.
    pub needs: Vec<Part>,
    /// The ways to do it, at least one.
    pub variants: Vec<Variant<A>>,
}

impl<A: 'static> Spoil<A> {
    /// The constructor of one check, still without variants.
    #[must_use]
    pub fn of(check: &'static str, touches: &[Part]) -> Self {
        Self::joint(&[check], touches)
    }

    /// The constructor of several checks at once, still without variants.
    #[must_use]
    pub fn joint(checks: &[&'static str], touches: &[Part]) -> Self {
        Self { checks: checks.to_vec(), touches: touches.to_vec(), needs: Vec::new(), variants: Vec::new() }
    }

    /// Names what must stay as it was.
    #[must_use]
    pub fn needing(mut self, parts: &[Part]) -> Self {
        self.needs.extend_from_slice(parts);
        self
    }

    /// Adds a variant.
    #[must_use]
    pub fn variant(mut self, name: &str, change: impl Fn(&mut Draft<A>) + 'static) -> Self {
        self.variants.push(Variant { name: name.to_owned(), change: Box::new(change) });
        self
    }

    /// Adds one variant for each named value of a field.
    #[must_use]
    pub fn values<V: Copy + 'static>(
        mut self,
        values: impl IntoIterator<Item = (String, V)>,
        set: fn(&mut A, V),
    ) -> Self {
        self.variants.extend(values.into_iter().map(|(name, value)| Variant {
            name,
            change: Box::new(move |draft: &mut Draft<A>| set(&mut draft.argument, value)),
        }));
        self
    }

    /// The parts that keep this spoil and another one from being applied at once; none where they are compatible.
    #[must_use]
    pub fn clashes(&self, other: &Self) -> Vec<Part> {
        let disturbs = |mover: &Self, kept: &Self| {
            let bound = || kept.touches.iter().chain(&kept.needs);
            mover
                .touches
                .iter()
                .copied()
                .filter(|part| bound().any(|other| part.clashes(*other)))
                .collect::<Vec<_>>()
        };
        let mut parts = disturbs(self, other);
        parts.extend(disturbs(other, self));
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// The constructor of the check that every entry point of the D3DKMT interface begins with.
#[must_use]
pub fn null_structure<A: 'static>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::Structure]).variant("the structure is NULL", |draft| draft.null = true)
}

/// What a refused call leaves behind: from the state before it and the place of the deciding check in the list.
pub type Aftermath<A> = fn(&Kernel, &Draft<A>, usize) -> Kernel;

/// A call in a sound state, with every way to spoil it.
pub struct Case<A> {
    /// The call, without the D3DKMT prefix.
    pub call: &'static str,
    /// What sets it apart from other cases of the same call.
    pub mode: &'static str,
    /// The entry point, if it takes a pointer to an argument structure.
    pub entry_point: Option<EntryPoint>,
    /// Makes a request of an argument.
    pub request: fn(A) -> Request,
    /// The sound draft: the call succeeds, or waits if the draft says so.
    pub draft: Draft<A>,
    /// Other sound drafts, most of them at the edge of what a check refuses.
    pub sound: Vec<Variant<A>>,
    /// The constructors.
    pub spoils: Vec<Spoil<A>>,
    /// What a refusal leaves behind.
    pub aftermath: Aftermath<A>,
}

impl<A: 'static> Case<A> {
    /// A case without spoils, whose refusals change nothing.
    #[must_use]
    pub fn new(call: &'static str, request: fn(A) -> Request, scene: Scene, argument: A) -> Self {
        Self {
            call,
            mode: "",
            entry_point: None,
            request,
            draft: Draft { scene, argument, null: false, pick: Pick::Only, waits: false },
            sound: Vec::new(),
            spoils: Vec::new(),
            // LIF-13, ADP-02: nothing.
            aftermath: |before, _, _| before.clone(),
        }
    }

    /// Says that the call takes a pointer to an argument structure.
    #[must_use]
    pub fn through(mut self, entry_point: EntryPoint) -> Self {
        self.entry_point = Some(entry_point);
        self
    }

    /// Says that the sound call waits.
    #[must_use]
    pub const fn waiting(mut self) -> Self {
        self.draft.waits = true;
        self
    }

    /// Sets it apart from other cases of the same call.
    #[must_use]
    pub fn mode(mut self, mode: &'static str) -> Self {
        self.mode = mode;
        self
    }

    /// Adds constructors.
    #[must_use]
    pub fn spoils(mut self, spoils: impl IntoIterator<Item = Spoil<A>>) -> Self {
        self.spoils.extend(spoils);
        self
    }

    /// Adds a sound draft.
    #[must_use]
    pub fn sound(mut self, name: &str, change: impl Fn(&mut Draft<A>) + 'static) -> Self {
        self.sound.push(Variant { name: name.to_owned(), change: Box::new(change) });
        self
    }

    /// Adds one sound draft for each value of a field.
    #[must_use]
    pub fn sound_values<V: Copy + std::fmt::Debug + 'static>(
        mut self,
        field: &str,
        values: impl IntoIterator<Item = V>,
        set: fn(&mut A, V),
    ) -> Self {
        for value in values {
            self = self.sound(&format!("{field} {value:?}"), move |draft| set(&mut draft.argument, value));
        }
        self
    }

    /// Says what a refusal leaves behind.
    #[must_use]
    pub fn leaving(mut self, aftermath: Aftermath<A>) -> Self {
        self.aftermath = aftermath;
        self
    }
}
