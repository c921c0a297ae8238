//! Names in a directory: spellings on one side, a token and a letter case on the other.
//!
//! A token below [`FIRST_TOKEN`] stands for `name0`, `name1` and so on, in upper case for `NAME0`. Any other spelling gets
//! the lowest free token from there when it first comes up, and keeps it for as long as an object has it. A token has room
//! for two spellings, the model's two letter cases; a third one has no word in the model.

use std::collections::BTreeMap;

use kmt_model::state::{Path, State};

/// The first token whose spellings are remembered.
const FIRST_TOKEN: u32 = 0x1_0000;

/// The spellings in use that are not those of low tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tokens {
    spellings: BTreeMap<u32, [Option<Vec<u16>>; 2]>,
}

impl Tokens {
    /// Gives a name a token, unless it has one.
    pub(super) fn mark(&mut self, name: &[u16]) {
        if name.is_empty() || self.token(name).is_some() {
            return;
        }
        let spelling = Some(name.to_vec());
        match self.of_folded(&folded(name)) {
            // The other spelling of a low token is that of the other letter case.
            Some(token) if token < FIRST_TOKEN => {}
            Some(token) => {
                let free =
                    self.spellings.get_mut(&token).and_then(|both| both.iter_mut().find(|one| one.is_none()));
                if let Some(free) = free {
                    *free = spelling;
                }
            }
            None => {
                let free = (FIRST_TOKEN..).find(|token| !self.spellings.contains_key(token));
                self.spellings.insert(free.expect("there are more tokens than live names"), [spelling, None]);
            }
        }
    }

    /// The token and the letter case of a spelling; none if the model has no word for it.
    pub(super) fn token(&self, name: &[u16]) -> Option<(u32, bool)> {
        let token = self.of_folded(&folded(name))?;
        let upper_case = [false, true]
            .into_iter()
            .find(|&upper_case| self.spelling(token, upper_case).is_some_and(|spelling| spelling == name))?;
        Some((token, upper_case))
    }

    /// The token of all spellings that are equal apart from letter case.
    pub(super) fn of_folded(&self, wanted: &[u16]) -> Option<u32> {
        let text = String::from_utf16(wanted).ok();
        let number =
            text.as_deref().and_then(|text| text.strip_prefix("NAME")).and_then(|rest| rest.parse().ok());
        if let Some(token) = number.filter(|&token: &u32| token < FIRST_TOKEN) {
            let spelling = self.spelling(token, true);
            if spelling.is_some_and(|spelling| spelling == wanted) {
                return Some(token);
            }
        }
        let mut known = self.spellings.iter();
        let has = |both: &[Option<Vec<u16>>; 2]| both.iter().flatten().any(|one| folded(one) == wanted);
        known.find(|(_, both)| has(both)).map(|(token, _)| *token)
    }

    /// The spelling that the model means; none if there is none.
    pub(super) fn spelling(&self, token: u32, upper_case: bool) -> Option<Vec<u16>> {
        if token < FIRST_TOKEN {
            let name = if upper_case { "NAME" } else { "name" };
            return Some(format!("{name}{token}").encode_utf16().collect());
        }
        self.spellings.get(&token)?[usize::from(upper_case)].clone()
    }

    /// Forgets the spellings that no object has.
    pub(super) fn retain(&mut self, state: &State) {
        if self.spellings.is_empty() {
            return;
        }
        let shared = state.shared_objects.iter().filter_map(|object| object.path);
        let paths: Vec<Path> = shared.chain(state.placed_objects.iter().map(|object| object.path)).collect();
        self.spellings.retain(|&token, both| {
            for (upper_case, spelling) in [false, true].into_iter().zip(both.iter_mut()) {
                if !paths.iter().any(|path| (path.token, path.upper_case) == (token, upper_case)) {
                    *spelling = None;
                }
            }
            both.iter().any(Option::is_some)
        });
    }
}

/// The form in which names are compared.
pub(super) fn folded(name: &[u16]) -> Vec<u16> {
    name.iter().map(|&unit| upper(unit)).collect()
}

/// Whether a name is this text in whatever letter case.
pub(super) fn is(name: &[u16], text: &str) -> bool {
    name.iter().map(|&unit| upper(unit)).eq(text.encode_utf16().map(upper))
}

/// A unit in upper case, if that is a single unit (NAM-17).
fn upper(unit: u16) -> u16 {
    // Most units by far; only for speed.
    if let Ok(byte) = u8::try_from(unit)
        && byte.is_ascii()
    {
        return byte.to_ascii_uppercase().into();
    }
    let text = char::from_u32(unit.into()).map(|character| character.to_uppercase().to_string());
    let units: Option<Vec<u16>> = text.map(|text| text.encode_utf16().collect());
    match units.as_deref() {
        Some(&[upper]) => upper,
        _ => unit,
    }
}
