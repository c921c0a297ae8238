//! From what a person types to an entry of the rulebook.

use super::Rulebook;
use super::entry::{Call, Choice, Invariant, Rule, Status, Transition};

/// Calls of the rulebook that the operating system offers beside the D3DKMT functions.
const OPERATING_SYSTEM: [&str; 9] = [
    "CloseHandle",
    "DuplicateHandle",
    "QueryObject",
    "CreateProcess",
    "ExitProcess",
    "CreateEvent",
    "SetEvent",
    "ResetEvent",
    "WaitForEvent",
];

/// Names below this likeness are no hint (1 is equal).
const LIKENESS: f64 = 0.6;

impl Call {
    /// The name that a programmer knows: `D3DKMTShareObjects`, `CloseHandle`.
    #[must_use]
    pub fn public_name(&self) -> String {
        let prefix = if OPERATING_SYSTEM.contains(&self.name.as_str()) { "" } else { "D3DKMT" };
        format!("{prefix}{}", self.name)
    }
}

/// An entry that was found.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'book> {
    /// A rule.
    Rule(&'book Rule),
    /// An invariant.
    Invariant(&'book Invariant),
    /// A transition of the simulated machine.
    Transition(&'book Transition),
    /// A choice.
    Choice(&'book Choice),
    /// A call.
    Call(&'book Call),
    /// A status.
    Status(&'book Status),
}

/// Nothing has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("the rulebook has no {wanted} named {typed}")]
#[diagnostic(code(kmt::unknown_name))]
pub struct Unknown {
    typed: String,
    wanted: &'static str,
    #[help]
    hint: Option<String>,
}

impl Unknown {
    /// The hint: the nearest name, if one is near.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl Rulebook {
    /// The rule, invariant, transition or choice with this id; letter case and `_` for `-` do not matter.
    ///
    /// # Errors
    ///
    /// [`Unknown`] with the nearest id when there is none.
    pub fn find_numbered(&self, typed: &str) -> Result<Entry<'_>, Unknown> {
        self.numbered(typed).ok_or_else(|| {
            let hint = match self.named(typed) {
                Some(_) => Some(format!("`kmt explain {typed}` explains calls and statuses")),
                None => nearest(typed, self.ids()),
            };
            Unknown { typed: typed.to_owned(), wanted: "rule, invariant, transition or choice", hint }
        })
    }

    /// The entry with this id, or the call or status with this name or number.
    ///
    /// Letter case does not matter; the prefixes D3DKMT and STATUS_ may be left out; a number is hexadecimal with or
    /// without 0x, or decimal, or the negative decimal of a signed NTSTATUS.
    ///
    /// # Errors
    ///
    /// [`Unknown`] with the nearest name when there is none.
    pub fn find(&self, typed: &str) -> Result<Entry<'_>, Unknown> {
        self.numbered(typed).or_else(|| self.named(typed)).ok_or_else(|| {
            let names =
                self.calls().map(|call| &call.name).chain(self.statuses().iter().map(|status| &status.name));
            let bare = strip(strip(typed, "D3DKMT"), "STATUS_");
            let hint = nearest(bare, self.ids().chain(names.map(String::as_str)));
            Unknown { typed: typed.to_owned(), wanted: "status, call, rule or invariant", hint }
        })
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules().map(|rule| &rule.id);
        let rest = self.invariants().map(|entry| &entry.id).chain(self.transitions().map(|entry| &entry.id));
        rules.chain(rest).chain(self.choices().map(|entry| &entry.id)).map(String::as_str)
    }

    fn numbered(&self, typed: &str) -> Option<Entry<'_>> {
        let typed = typed.replace('_', "-");
        let id = self.ids().find(|id| id.eq_ignore_ascii_case(&typed))?;
        let rule = self.rule(id).map(Entry::Rule);
        rule.or_else(|| self.invariant(id).map(Entry::Invariant))
            .or_else(|| self.transition(id).map(Entry::Transition))
            .or_else(|| self.choice(id).map(Entry::Choice))
    }

    fn named(&self, typed: &str) -> Option<Entry<'_>> {
        let call = strip(typed, "D3DKMT");
        if let Some(call) = self.calls().find(|known| known.name.eq_ignore_ascii_case(call)) {
            return Some(Entry::Call(call));
        }
        let status = strip(typed, "STATUS_");
        let by_name = self.statuses().iter().find(|known| known.name.eq_ignore_ascii_case(status));
        by_name.or_else(|| self.status_numbered(typed)).map(Entry::Status)
    }

    fn status_numbered(&self, typed: &str) -> Option<&Status> {
        let digits = strip(typed, "0x");
        let hexadecimal = u32::from_str_radix(digits, 16).ok();
        let decimal = typed.parse::<u32>().ok();
        // Logs and debuggers show NTSTATUS as a signed number: -1073741811 is 0xC000000D.
        let signed = typed.parse::<i32>().ok().map(i32::cast_unsigned);
        let mut numbers = [hexadecimal, decimal, signed].into_iter().flatten();
        numbers.find_map(|number| self.statuses().iter().find(|status| status.number == number))
    }
}

fn strip<'text>(text: &'text str, prefix: &str) -> &'text str {
    match text.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => &text[prefix.len()..],
        _ => text,
    }
}

fn nearest<'name>(typed: &str, names: impl Iterator<Item = &'name str>) -> Option<String> {
    let typed = typed.to_ascii_uppercase();
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&typed, &name.to_ascii_uppercase());
    let rated = names.map(|name| (likeness(name), name)).filter(|(rating, _)| *rating >= LIKENESS);
    // The first of equals: names come in the order of the book.
    let best = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, name)| format!("did you mean {name}?"))
}
