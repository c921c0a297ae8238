//! One constant per rule of the rulebook, so that a refusal can name the rule that decided it.

use core::fmt;

mod acc;
mod adp;
mod all;
mod cpu;
mod cra;
mod ctx;
mod dsa;
mod evt;
mod flt;
mod gpu;
mod hnd;
mod inv;
mod kmx;
mod lck;
mod lif;
mod nam;
mod nat;
mod nth;
mod opn;
mod opr;
mod qry;
mod res;
mod scd;
mod shr;
mod syn;
mod tdr;
mod tim;
mod trd;
mod xad;

pub use acc::*;
pub use adp::*;
pub use all::ALL;
pub use cpu::*;
pub use cra::*;
pub use ctx::*;
pub use dsa::*;
pub use evt::*;
pub use flt::*;
pub use gpu::*;
pub use hnd::*;
pub use inv::*;
pub use kmx::*;
pub use lck::*;
pub use lif::*;
pub use nam::*;
pub use nat::*;
pub use nth::*;
pub use opn::*;
pub use opr::*;
pub use qry::*;
pub use res::*;
pub use scd::*;
pub use shr::*;
pub use syn::*;
pub use tdr::*;
pub use tim::*;
pub use trd::*;
pub use xad::*;

/// A rule of the rulebook: its number and its title.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    id: &'static str,
    title: &'static str,
}

impl Rule {
    const fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title }
    }

    /// The number, such as `KMX-04`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.id
    }

    /// The title, a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.title
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.id, self.title)
    }
}
