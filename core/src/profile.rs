//! Every behaviour that differs between versions of the system, or between what was observed and what is documented.

/// Which of the known behaviours the kernel shows: one named field each, with its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Profile {
    /// What an enumeration without an array reports as the largest number of adapters (ADP-05): 34, and 32 on older
    /// versions of Windows.
    pub adapters_supported: u32,
}

impl Profile {
    /// What was observed on Windows. The default.
    #[must_use]
    pub const fn windows() -> Self {
        Self { adapters_supported: 34 }
    }

    /// What the published documentation says, where that differs from what was observed.
    #[must_use]
    pub const fn documented() -> Self {
        Self { adapters_supported: 34 }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::windows()
    }
}
