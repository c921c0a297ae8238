//! NTSTATUS values that the calls return.
//!
//! Beware of the success class: `ABANDONED`, `TIMEOUT`, `PENDING` and `OBJECT_NAME_EXISTS` are not errors in the sense of
//! `NT_SUCCESS(status)`, which is true for every value below 0x80000000. A client that tests with it takes a timeout or an
//! abandoned mutex for success. Compare for equality with [`NtStatus::SUCCESS`].

use core::fmt;

/// A 32-bit NTSTATUS value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NtStatus(u32);

macro_rules! statuses {
    ($($name:ident = $value:literal,)*) => {
        impl NtStatus {
            $(
                #[doc = concat!("STATUS_", stringify!($name), ", ", stringify!($value), ".")]
                pub const $name: Self = Self($value);
            )*

            /// Every status that the rulebook names, by its number.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self($value), stringify!($name)),)*];
        }
    };
}

statuses! {
    SUCCESS = 0x0000_0000,
    ABANDONED = 0x0000_0080,
    TIMEOUT = 0x0000_0102,
    PENDING = 0x0000_0103,
    OBJECT_NAME_EXISTS = 0x4000_0000,
    DATATYPE_MISALIGNMENT = 0x8000_0002,
    UNSUCCESSFUL = 0xC000_0001,
    NOT_IMPLEMENTED = 0xC000_0002,
    INFO_LENGTH_MISMATCH = 0xC000_0004,
    INVALID_HANDLE = 0xC000_0008,
    INVALID_PARAMETER = 0xC000_000D,
    NO_MEMORY = 0xC000_0017,
    ACCESS_DENIED = 0xC000_0022,
    BUFFER_TOO_SMALL = 0xC000_0023,
    OBJECT_TYPE_MISMATCH = 0xC000_0024,
    OBJECT_NAME_INVALID = 0xC000_0033,
    OBJECT_NAME_NOT_FOUND = 0xC000_0034,
    OBJECT_NAME_COLLISION = 0xC000_0035,
    OBJECT_PATH_NOT_FOUND = 0xC000_003A,
    OBJECT_PATH_SYNTAX_BAD = 0xC000_003B,
    UNKNOWN_REVISION = 0xC000_0058,
    INTEGER_OVERFLOW = 0xC000_0095,
    INSUFFICIENT_RESOURCES = 0xC000_009A,
    NOT_SUPPORTED = 0xC000_00BB,
    CANCELLED = 0xC000_0120,
    HANDLE_NOT_CLOSABLE = 0xC000_0235,
    DEVICE_REMOVED = 0xC000_02B6,
    GRAPHICS_NO_VIDEO_MEMORY = 0xC01E_0100,
    GRAPHICS_ALLOCATION_BUSY = 0xC01E_0102,
    GRAPHICS_TOO_MANY_REFERENCES = 0xC01E_0103,
    GRAPHICS_GPU_EXCEPTION_ON_DEVICE = 0xC01E_0200,
}

impl NtStatus {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.0
    }

    /// What the `NT_SUCCESS` macro says: true below 0x80000000, for `TIMEOUT` and `ABANDONED` too.
    #[must_use]
    pub const fn is_success_class(self) -> bool {
        self.0 < 0x8000_0000
    }

    /// The name without its `STATUS_` prefix, such as `INVALID_PARAMETER`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("unnamed", |(_, name)| name)
    }

    /// The status with this name, given without its `STATUS_` prefix.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(status, _)| *status)
    }
}

impl fmt::Debug for NtStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:08X}", self.name(), self.0)
    }
}

impl fmt::Display for NtStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
