//! Private data of keyed mutexes: bytes on one side, a size and a mark on the other.
//!
//! A mark below 256 stands for that byte over and over, whatever the size. Any other bytes get the lowest free mark from
//! 256 when they first come up, and keep it for as long as a keyed mutex has them. So equal data has equal marks, and the
//! other way round.

use std::collections::BTreeMap;

use kmt_model::state::{PrivateData, State};

/// The first mark that stands for bytes which are not all equal.
const FIRST_MARK: u32 = 256;

/// The marks in use for bytes that are not all equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Contents {
    by_mark: BTreeMap<u32, Vec<u8>>,
}

impl Contents {
    /// Gives the bytes a mark, unless they have one.
    pub(super) fn mark(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.private_data(bytes).is_some() {
            return;
        }
        let free = (FIRST_MARK..).find(|mark| !self.by_mark.contains_key(mark));
        self.by_mark.insert(free.expect("there are more marks than live buffers"), bytes.to_vec());
    }

    /// The size and the mark of bytes; none if there are no bytes, or if they have no mark.
    pub(super) fn private_data(&self, bytes: &[u8]) -> Option<PrivateData> {
        let size = u32::try_from(bytes.len()).ok()?;
        let (first, rest) = bytes.split_first()?;
        let content = if rest.iter().all(|byte| byte == first) {
            u32::from(*first)
        } else {
            *self.by_mark.iter().find(|(_, marked)| *marked == bytes)?.0
        };
        Some(PrivateData { size, content })
    }

    /// The bytes of a mark; none if it stands for none of that size.
    pub(super) fn bytes(&self, data: PrivateData) -> Option<Vec<u8>> {
        let size = usize::try_from(data.size).ok()?;
        match u8::try_from(data.content) {
            Ok(byte) => Some(vec![byte; size]),
            Err(_) => self.by_mark.get(&data.content).filter(|bytes| bytes.len() == size).cloned(),
        }
    }

    /// Forgets the bytes that no keyed mutex has.
    pub(super) fn retain(&mut self, state: &State) {
        let held = |mark: u32| {
            state
                .keyed_mutexes
                .iter()
                .any(|mutex| mutex.private_data.is_some_and(|data| data.content == mark))
        };
        self.by_mark.retain(|&mark, _| held(mark));
    }
}
