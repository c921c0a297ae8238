//! Private data: bytes that a keyed mutex carries for the runtime, and the buffers that they come and go in.

use alloc::vec::Vec;

use crate::refusal::Refusal;
use crate::rule;
use crate::status::NtStatus;

/// The most bytes that a mutex carries.
// KMX-24
const MAX_SIZE: usize = 4096;

/// An input buffer: pPrivateRuntimeData and PrivateRuntimeDataSize.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrivateData {
    /// The pointer is NULL.
    Null {
        /// PrivateRuntimeDataSize; anything but 0 is refused (KMX-24).
        size: u32,
    },
    /// The pointer leads to these bytes, and their number is the size. No bytes are no buffer (KMX-24).
    Bytes(Vec<u8>),
}

impl PrivateData {
    /// No buffer.
    pub const NONE: Self = Self::Null { size: 0 };

    /// The bytes, if there are any.
    // KMX-24: with size 0 there is no buffer, whatever the pointer.
    pub(crate) fn given(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) if !bytes.is_empty() => Some(bytes),
            _ => None,
        }
    }

    // KMX-24
    pub(crate) fn check_pointer(&self) -> Result<(), Refusal> {
        match self {
            Self::Null { size } => check_buffer(true, *size),
            Self::Bytes(_) => Ok(()),
        }
    }

    // KMX-24
    pub(crate) fn check_size(&self) -> Result<(), Refusal> {
        if self.given().is_some_and(|bytes| bytes.len() > MAX_SIZE) {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_24));
        }
        Ok(())
    }
}

/// An output buffer for private data: the pointer and PrivateRuntimeDataSize.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutBuffer {
    /// Whether pPrivateRuntimeData is NULL.
    pub is_null: bool,
    /// PrivateRuntimeDataSize, in bytes; 0 is no buffer (KMX-24).
    pub size: u32,
}

impl OutBuffer {
    /// No buffer.
    pub const NONE: Self = Self { is_null: true, size: 0 };

    pub(crate) fn check_pointer(self) -> Result<(), Refusal> {
        check_buffer(self.is_null, self.size)
    }
}

// KMX-24
fn check_buffer(is_null: bool, size: u32) -> Result<(), Refusal> {
    if is_null && size != 0 {
        return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_24));
    }
    Ok(())
}
