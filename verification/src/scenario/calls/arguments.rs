//! The inputs of a call with every name resolved.

use kmt_core::{GlobalHandle, LocalHandle, Luid, NtHandle, PrivateData};

use super::CallShape;

/// What an input is when the call is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A number, or what a number stands for; of a time limit its bits.
    Number(u64),
    /// A buffer with these bytes.
    Bytes(Vec<u8>),
    /// An array of numbers.
    List(Vec<u64>),
    /// A text in 16-bit units.
    Text(Vec<u16>),
    /// The members of a structure that are written.
    Members(Vec<(&'static str, Datum)>),
    /// An array of structures.
    Structures(Vec<Datum>),
    /// A NULL pointer, or a size or count that is that of the buffer or the arrays.
    Nothing,
}

/// The inputs of a call, one for each field.
pub(in crate::scenario) struct Arguments<'a> {
    pub(super) shape: &'static CallShape,
    pub(super) values: &'a [Datum],
}

impl Arguments<'_> {
    pub(super) fn datum(&self, field: &str) -> &Datum {
        let place = self.shape.inputs.iter().position(|input| input.name == field);
        &self.values[place.expect("a call asks for its own fields only")]
    }

    pub(super) fn wide(&self, field: &str) -> u64 {
        match self.datum(field) {
            Datum::Number(number) => *number,
            _ => 0,
        }
    }

    pub(super) fn word(&self, field: &str) -> u32 {
        u32::try_from(self.wide(field)).expect("the parser keeps a number within the width of its field")
    }

    pub(super) fn flag(&self, field: &str) -> bool {
        self.wide(field) != 0
    }

    pub(super) fn local(&self, field: &str) -> LocalHandle {
        // An NT handle that stands where a D3DKMT handle is wanted is cut to the 32 bits of the field, as in C.
        #[allow(clippy::cast_possible_truncation, reason = "the field has 32 bits")]
        LocalHandle::from_raw(self.wide(field) as u32)
    }

    pub(super) fn global(&self, field: &str) -> GlobalHandle {
        GlobalHandle::from_raw(self.local(field).raw())
    }

    pub(super) fn nt(&self, field: &str) -> NtHandle {
        NtHandle::from_raw(self.wide(field))
    }

    pub(super) fn luid(&self, field: &str) -> Luid {
        Luid::from_raw(self.wide(field))
    }

    /// None for NULL.
    pub(super) fn timeout(&self, field: &str) -> Option<i64> {
        match self.datum(field) {
            Datum::Number(bits) => Some(bits.cast_signed()),
            _ => None,
        }
    }

    /// The two fields of an input buffer. A size that is written cuts the bytes, or adds zeros behind them.
    pub(super) fn private_data(&self) -> PrivateData {
        let size = match self.datum("PrivateRuntimeDataSize") {
            Datum::Number(size) => u32::try_from(*size).ok(),
            _ => None,
        };
        match self.datum("pPrivateRuntimeData") {
            Datum::Bytes(bytes) => {
                let mut bytes = bytes.clone();
                if let Some(size) = size {
                    bytes.resize(size as usize, 0);
                }
                PrivateData::Bytes(bytes)
            }
            _ => PrivateData::Null { size: size.unwrap_or_default() },
        }
    }

    /// None for NULL.
    pub(super) fn wides(&self, field: &str) -> Option<Vec<u64>> {
        match self.datum(field) {
            Datum::List(numbers) => Some(numbers.clone()),
            _ => None,
        }
    }

    /// None for NULL.
    pub(super) fn locals(&self, field: &str) -> Option<Vec<LocalHandle>> {
        #[allow(clippy::cast_possible_truncation, reason = "the field has 32 bits")]
        let handle = |number: u64| LocalHandle::from_raw(number as u32);
        self.wides(field).map(|numbers| numbers.into_iter().map(handle).collect())
    }

    /// The number that is written, or the length of the first of these arrays that is there.
    pub(super) fn count(&self, field: &str, arrays: [&str; 2]) -> u32 {
        if let Datum::Number(_) = self.datum(field) {
            return self.word(field);
        }
        let length = arrays.iter().find_map(|array| self.wides(array)).map_or(0, |numbers| numbers.len());
        u32::try_from(length).expect("a text has fewer entries")
    }

    /// The number of a member of a structure; 0 where the structure has none of this name.
    pub(super) fn member(&self, structure: &str, member: &str) -> u64 {
        match self.datum(structure) {
            Datum::Members(members) => match members.iter().find(|(name, _)| *name == member) {
                Some((_, Datum::Number(number))) => *number,
                _ => 0,
            },
            _ => 0,
        }
    }
}
