//! Internal identities. What a client sees is a handle; these name the things behind handles.
//!
//! Two families. Ids that the embedding program holds ([`ProcessId`], [`ThreadId`], [`AdapterId`]) are counted up and
//! never used again. Ids that only the kernel uses ([`DeviceId`], [`KeyedMutexId`], [`SyncObjectId`], [`OpeningId`],
//! [`NtObjectId`], [`WaitId`]) are places in an arena and are used again, lowest first, so that equal situations compare equal.

use core::fmt;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The number behind the id, for printing and for maps outside the kernel.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

id!(
    /// A process: 1, 2, 3 and so on in order of creation, never used again (CreateProcess).
    ProcessId
);
id!(
    /// A thread: 1, 2, 3 and so on in order of creation over all processes, never used again.
    ThreadId
);
id!(
    /// An adapter: 0, 1, 2 and so on in order of creation; an adapter never goes away, it can only stop.
    AdapterId
);
id!(
    /// A device.
    DeviceId
);
id!(
    /// A keyed mutex.
    KeyedMutexId
);
id!(
    /// A synchronisation object.
    SyncObjectId
);
id!(
    /// What a local handle of a synchronisation object names: the object, with the rights and flags of that handle.
    OpeningId
);
id!(
    /// The system-wide object behind NT handles.
    NtObjectId
);
id!(
    /// A wait: a blocked call, or a CPU wait that is registered with an event.
    WaitId
);

impl ProcessId {
    /// The id with this number, for an embedding program that stores numbers.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

impl ThreadId {
    /// The id with this number, for an embedding program that stores numbers.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

impl AdapterId {
    /// The id with this number, for an embedding program that stores numbers.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}
