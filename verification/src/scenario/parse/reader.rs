//! Reading TOML values with places: every wrong type, missing field and unknown field is noted, and reading goes on.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::error::{Fault, is_near, nearest, one_of};
use super::super::place::{Placed, Span};

/// A TOML value with its place.
pub(super) type Item<'i> = Spanned<DeValue<'i>>;

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Notes(RefCell<Vec<Fault>>);

impl Notes {
    pub(super) fn note(&self, fault: Fault) {
        self.0.borrow_mut().push(fault);
    }

    pub(super) fn wrong(&self, span: Span, found: impl Into<String>, expected: impl Into<String>) {
        self.note(Fault::new(span, found, expected));
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// The fields of one table. Each is taken once; what is left at the end is unknown.
pub(super) struct Fields<'t, 'i> {
    what: &'static str,
    table: &'t DeTable<'i>,
    span: Span,
    known: Vec<&'static str>,
    missing: Vec<(&'static str, String)>,
    notes: &'t Notes,
}

impl<'t, 'i> Fields<'t, 'i> {
    /// The fields of a value that has to be a table.
    pub(super) fn of(what: &'static str, item: &'t Item<'i>, notes: &'t Notes) -> Option<Self> {
        match item.get_ref() {
            DeValue::Table(table) => {
                Some(Self { what, table, span: item.span(), known: Vec::new(), missing: Vec::new(), notes })
            }
            other => {
                notes.wrong(item.span(), format!("{what} is {}", describe(other)), "a table such as `{ … }`");
                None
            }
        }
    }

    /// The fields of a whole document.
    pub(super) fn of_document(table: &'t DeTable<'i>, notes: &'t Notes) -> Self {
        Self { what: "the scenario", table, span: 0..0, known: Vec::new(), missing: Vec::new(), notes }
    }

    pub(super) const fn span(&self) -> &Span {
        &self.span
    }

    pub(super) const fn notes(&self) -> &'t Notes {
        self.notes
    }

    /// Takes a field that may be missing.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'t Item<'i>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Takes a field that has to be there.
    pub(super) fn need(&mut self, key: &'static str, expected: &str) -> Option<&'t Item<'i>> {
        let item = self.take(key);
        if item.is_none() {
            self.missing.push((key, expected.to_owned()));
        }
        item
    }

    /// The place of the key of a field that is there.
    pub(super) fn key_span(&self, key: &str) -> Span {
        self.table.get_key_value(key).map_or_else(|| self.span.clone(), |(name, _)| name.span())
    }

    /// Every key that is there, in the order of the text.
    pub(super) fn keys(&self) -> Vec<(&'t str, Span)> {
        let mut keys: Vec<_> = self.table.keys().map(|key| (key.get_ref().as_ref(), key.span())).collect();
        keys.sort_by_key(|(_, span)| span.start);
        keys
    }

    /// Says what the table is, once that is known better.
    pub(super) const fn rename(&mut self, what: &'static str) {
        self.what = what;
    }

    /// Notes every field that was not taken, and every one that has to be there and is not.
    pub(super) fn finish(self) {
        let known = || self.known.iter().copied();
        let unknown: Vec<_> = self.keys().into_iter().filter(|(key, _)| !self.known.contains(key)).collect();
        for (key, span) in &unknown {
            let found = format!("{} has no field named `{key}`", self.what);
            self.notes.note(Fault::new(span.clone(), found, one_of(known())).hint(nearest(key, known())));
        }
        for (key, expected) in &self.missing {
            // A mistyped field is one mistake, not two.
            if unknown.iter().any(|(typed, _)| is_near(typed, key)) {
                continue;
            }
            let found = format!("{} has no field `{key}`", self.what);
            self.notes.wrong(self.span.clone(), found, format!("`{key} = …`, {expected}"));
        }
    }
}

/// What kind of value this is, for a message.
pub(super) fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => {
            let mut shown: String = text.chars().take(40).collect();
            if shown.len() < text.len() {
                shown.push('…');
            }
            format!("the string {shown:?}")
        }
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the floating-point number {}", number.as_str()),
        DeValue::Boolean(flag) => format!("{flag}"),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A string.
pub(super) fn string(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<String>> {
    string_of(item, what, "a string in quotes", notes)
}

/// A string that says something in particular.
pub(super) fn string_of(
    item: &Item<'_>,
    what: &str,
    expected: &str,
    notes: &Notes,
) -> Option<Placed<String>> {
    if let DeValue::String(text) = item.get_ref() {
        return Some(Placed::new(text.as_ref().to_owned(), item.span()));
    }
    notes.wrong(item.span(), format!("{what} is {}", describe(item.get_ref())), expected);
    None
}

/// A boolean.
pub(super) fn boolean(item: &Item<'_>, what: &str, notes: &Notes) -> Option<bool> {
    if let DeValue::Boolean(flag) = item.get_ref() {
        return Some(*flag);
    }
    notes.wrong(item.span(), format!("{what} is {}", describe(item.get_ref())), "`true` or `false`");
    None
}

/// A whole number from `min` to `max`.
pub(super) fn number(item: &Item<'_>, what: &str, min: u64, max: u64, notes: &Notes) -> Option<Placed<u64>> {
    let expected = || match max {
        _ if min == max => format!("{min}"),
        u64::MAX => format!("a whole number of 64 bits, {min} to 0xFFFFFFFFFFFFFFFF"),
        0xFFFF_FFFF => format!("a whole number of 32 bits, {min} to 0xFFFFFFFF"),
        _ => format!("a whole number, {min} to {max}"),
    };
    let DeValue::Integer(integer) = item.get_ref() else {
        notes.wrong(item.span(), format!("{what} is {}", describe(item.get_ref())), expected());
        return None;
    };
    match u64::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(value) if (min..=max).contains(&value) => Some(Placed::new(value, item.span())),
        _ => {
            notes.wrong(item.span(), format!("{what} is {integer}"), expected());
            None
        }
    }
}

/// A whole number of 32 bits.
pub(super) fn word(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<u32>> {
    let placed = number(item, what, 0, u32::MAX.into(), notes)?;
    u32::try_from(placed.value).ok().map(|value| placed.with(value))
}

/// The elements of an array.
pub(super) fn array<'t, 'i>(item: &'t Item<'i>, what: &str, notes: &Notes) -> Option<&'t [Item<'i>]> {
    if let DeValue::Array(elements) = item.get_ref() {
        return Some(elements);
    }
    notes.wrong(item.span(), format!("{what} is {}", describe(item.get_ref())), "an array such as `[…]`");
    None
}

/// One of a fixed set of words.
pub(super) fn word_of<T: Copy>(
    item: &Item<'_>,
    what: &str,
    words: &[(&'static str, T)],
    notes: &Notes,
) -> Option<T> {
    let text = string(item, what, notes)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
        return Some(*value);
    }
    let known = || words.iter().map(|(word, _)| *word);
    let fault = Fault::new(text.span.clone(), format!("{what} is {:?}", text.value), one_of(known()));
    notes.note(fault.hint(nearest(&text.value, known())));
    None
}

/// A new name: letters, digits, `_` and `-`, beginning with a letter or `_`, and no word that the format uses.
pub(super) fn name(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<String>> {
    let text = string(item, what, notes)?;
    let mut characters = text.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if !begins || !characters.all(|next| next.is_ascii_alphanumeric() || next == '_' || next == '-') {
        notes.wrong(
            text.span.clone(),
            format!("{what} is {:?}", text.value),
            "a name of ASCII letters, digits, `_` and `-` that begins with a letter or `_`",
        );
        return None;
    }
    if RESERVED.contains(&text.as_str()) {
        let found = format!("{what} is {:?}, a word of the format", text.value);
        notes.wrong(text.span.clone(), found, format!("a name other than {}", one_of(RESERVED)));
        return None;
    }
    Some(text)
}

/// An array of new names, or nothing.
pub(super) fn names(item: Option<&Item<'_>>, list: &str, what: &str, notes: &Notes) -> Vec<Placed<String>> {
    item.and_then(|item| array(item, list, notes))
        .map(|elements| elements.iter().filter_map(|element| name(element, what, notes)).collect())
        .unwrap_or_default()
}

/// Words that stand for something where a name could stand.
const RESERVED: [&str; 5] = ["zero", "current-process", "current-thread", "NULL", "nothing"];
