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
    /// A NULL pointer to a buffer or a time limit, or a size that is that of the buffer.
    Nothing,
}

/// The inputs of a call, one for each field.
pub(in crate::scenario) struct Arguments<'a> {
    pub(super) shape: &'static CallShape,
    pub(super) values: &'a [Datum],
}

impl Arguments<'_> {
    fn datum(&self, field: &str) -> &Datum {
        let place = self.shape.inputs.iter().position(|input| input.name == field);
        &self.values[place.expect("a call asks for its own fields only")]
    }

    pub(super) fn wide(&self, field: &str) -> u64 {
        match self.datum(field) {
            Datum::Number(number) => *number,
            Datum::Bytes(_) | Datum::Nothing => 0,
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
            Datum::Bytes(_) | Datum::Nothing => None,
        }
    }

    /// The two fields of an input buffer. A size that is written cuts the bytes, or adds zeros behind them.
    pub(super) fn private_data(&self) -> PrivateData {
        let size = match self.datum("PrivateRuntimeDataSize") {
            Datum::Number(size) => u32::try_from(*size).ok(),
            Datum::Bytes(_) | Datum::Nothing => None,
        };
        match self.datum("pPrivateRuntimeData") {
            Datum::Bytes(bytes) => {
                let mut bytes = bytes.clone();
                if let Some(size) = size {
                    bytes.resize(size as usize, 0);
                }
                PrivateData::Bytes(bytes)
            }
            Datum::Number(_) | Datum::Nothing => PrivateData::Null { size: size.unwrap_or_default() },
        }
    }
}
