//! Every behaviour that differs between versions of the system, or between what was observed and what is documented.

use crate::rule::{self, Rule};

macro_rules! dialects {
    ($($(#[$meta:meta])* $name:ident by $rule:ident: $windows:literal or $documented:literal,)*) => {
        /// Which of the known behaviours the kernel shows: one named field each, with its rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct Profile {
            /// What an enumeration without an array reports as the largest number of adapters (ADP-05): 34, and 32 on older
            /// versions of Windows.
            pub adapters_supported: u32,
            $($(#[$meta])* pub $name: bool,)*
        }

        impl Profile {
            /// The fields in which [`Self::windows`] and [`Self::documented`] differ, in the order of their rules.
            pub const SWITCHES: &'static [Switch] = &[$(Switch {
                name: stringify!($name),
                rule: rule::$rule,
                windows: $windows,
                documented: $documented,
            },)*];

            /// What was observed on Windows. The default.
            #[must_use]
            pub const fn windows() -> Self {
                Self { adapters_supported: 34, $($name: false,)* }
            }

            /// What the published documentation says, where that differs from what was observed.
            #[must_use]
            pub const fn documented() -> Self {
                Self { adapters_supported: 34, $($name: true,)* }
            }
        }
    };
}

/// A difference between what was observed and what is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Switch {
    /// The field of [`Profile`] that is set where the kernel does as documented.
    pub name: &'static str,
    /// The rule with both behaviours.
    pub rule: Rule,
    /// What was observed, in one sentence.
    pub windows: &'static str,
    /// What is documented, in one sentence.
    pub documented: &'static str,
}

dialects! {
    /// Whether OBJ_EXCLUSIVE reserves an object for the process that makes it (NAM-06).
    exclusive_objects by NAM_06:
        "OBJ_EXCLUSIVE is refused with INVALID_PARAMETER."
        or "OBJ_EXCLUSIVE reserves a new object for its creator, and an open with it needs an object that was made with it.",
    /// Whether names are compared with regard to case unless OBJ_CASE_INSENSITIVE is given (NAM-17).
    names_compare_case by NAM_17:
        "Names are compared without regard to case."
        or "Names are compared with regard to case unless OBJ_CASE_INSENSITIVE is given.",
    /// Whether a share of an object that was not made for it writes NULL (SHR-08).
    failed_share_writes_null by SHR_08:
        "ShareObjects of an object that was not made for it writes nothing."
        or "ShareObjects of an object that was not made for it writes NULL to *phSharedNtHandle.",
    /// Whether OpenSyncObjectNtHandleFromName opens monitored fences only (OPN-02).
    open_by_name_takes_fences_only by OPN_02:
        "OpenSyncObjectNtHandleFromName opens every type of synchronisation object."
        or "OpenSyncObjectNtHandleFromName opens monitored fences only, and refuses others with INVALID_PARAMETER.",
    /// Whether OpenSyncObjectFromNtHandle2 opens fences with mappings only (OPN-09).
    open_on_device_takes_fences_only by OPN_09:
        "OpenSyncObjectFromNtHandle2 opens every type of synchronisation object but native fences."
        or "OpenSyncObjectFromNtHandle2 opens monitored and periodic monitored fences only.",
}

impl Default for Profile {
    fn default() -> Self {
        Self::windows()
    }
}
