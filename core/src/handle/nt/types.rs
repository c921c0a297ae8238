//! The types of NT objects.

use core::fmt;

/// The type of an NT object (NTH-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NtType {
    /// DxgkSharedSyncObject: it carries a synchronisation object.
    SharedSyncObject,
    /// DxgkSharedResource: it carries a resource, alone or in a bundle. No call makes one yet.
    SharedResource,
    /// Event.
    Event,
    /// Process.
    Process,
    /// Section.
    Section,
    /// Directory.
    Directory,
}

impl NtType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SharedSyncObject,
        Self::SharedResource,
        Self::Event,
        Self::Process,
        Self::Section,
        Self::Directory,
    ];

    /// The name that a type query reports (NTH-27).
    // NTH-06
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SharedSyncObject => "DxgkSharedSyncObject",
            Self::SharedResource => "DxgkSharedResource",
            Self::Event => "Event",
            Self::Process => "Process",
            Self::Section => "Section",
            Self::Directory => "Directory",
        }
    }
}

impl fmt::Display for NtType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
