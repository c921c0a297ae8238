//! Statuses: the list at the end of the rulebook's README, and what the top bits of a number mean.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::entry::Status;

/// Where the list of statuses begins.
const LIST: &str = "Status names drop";

static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b([A-Z][A-Z_]+)\s+(0x[0-9A-Fa-f]+|[0-9A-F]{8}|0)\b").expect("the pattern is a constant")
});

/// What bits 30 and 31 of a status say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Below 0x40000000.
    Success,
    /// From 0x40000000.
    Informational,
    /// From 0x80000000.
    Warning,
    /// From 0xC0000000.
    Error,
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Success => "success",
            Self::Informational => "informational",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl Status {
    /// The class of the number.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self.number >> 30 {
            0 => Class::Success,
            1 => Class::Informational,
            2 => Class::Warning,
            _ => Class::Error,
        }
    }

    /// Whether `NT_SUCCESS` takes it for success although the call did not simply succeed: true for ABANDONED, TIMEOUT,
    /// PENDING and OBJECT_NAME_EXISTS.
    #[must_use]
    pub const fn is_trap(&self) -> bool {
        self.number != 0 && self.number < 0x8000_0000
    }
}

/// Reads the list of statuses from the text of the rulebook's README, in its order; empty if there is no list.
#[must_use]
pub fn read(readme: &str) -> Vec<Status> {
    let Some(start) = readme.find(LIST) else { return Vec::new() };
    STATUS
        .captures_iter(&readme[start..])
        .filter_map(|found| {
            let number = u32::from_str_radix(found[2].trim_start_matches("0x"), 16).ok()?;
            Some(Status { name: found[1].to_owned(), number })
        })
        .collect()
}
