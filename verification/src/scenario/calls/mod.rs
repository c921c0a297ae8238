//! The calls as a scenario writes them: which fields a call has, in the words of the rulebook, and how they become a request
//! and come back from a reply.
//!
//! One file per area. A call is one [`CallShape`]; everything else in the format follows from it: what the parser accepts and
//! suggests, what the printer and the transcript write, what an expectation may name.

mod adapter;
mod arguments;
mod cpu;
mod device;
mod event;
mod keyed_mutex;
mod nt;
mod process;
mod share;
mod sync_object;

pub use arguments::Datum;
pub(super) use device::EXECUTION_STATES;
pub(super) use nt::ACCESS;
pub(super) use sync_object::{TYPE, members};

use arguments::Arguments;
use kmt_core::{EntryPoint, Output, Request};

/// Named constants of a field.
pub type Constants = &'static [(&'static str, u64)];

/// One call.
pub struct CallShape {
    /// Its name in the rulebook.
    pub name: &'static str,
    /// Its input fields, in the order of the rulebook.
    pub inputs: &'static [Input],
    /// Its output fields, in the order of the rulebook.
    pub outputs: &'static [OutputField],
    /// The entry point to which a NULL argument structure can be given; none for a call of the operating system.
    pub entry_point: Option<EntryPoint>,
    build: fn(&Arguments<'_>) -> Request,
    read: fn(&Output) -> Vec<Seen>,
}

/// An input field.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: &'static str,
    /// What can stand in it.
    pub kind: Kind,
    /// Its value where a scenario does not write it; none where it has to.
    pub default: Option<u64>,
}

/// An output field.
#[derive(Debug)]
pub struct OutputField {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
    /// Whether there is one of it for each entry of an array.
    pub many: bool,
}

/// What can stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A D3DKMT handle of a process, 32 bits.
    Local,
    /// A D3DKMT handle of the machine, 32 bits.
    Global,
    /// An NT handle, 64 bits.
    Nt,
    /// The LUID of an adapter, 64 bits.
    Luid,
    /// A number of 32 bits, with named constants.
    Word(Constants),
    /// A number of 64 bits, with named constants.
    Wide(Constants),
    /// 32 or 64, the width of a process.
    Bits,
    /// TRUE or FALSE.
    Flag,
    /// A pointer: 1 when it points to something, 0 when it is NULL.
    Pointer,
    /// A process, by its id.
    Process,
    /// A pointer to a time limit, 64 bits with a sign, or NULL.
    Timeout,
    /// A buffer of bytes, written in hexadecimal digits, or NULL.
    Bytes,
    /// The size of such a buffer, 32 bits; that of the bytes where it is not written.
    Size,
    /// An array of D3DKMT handles of a process, or NULL.
    Locals,
    /// An array of numbers of 64 bits, or NULL.
    Wides,
    /// How many entries of the arrays count, 32 bits; as many as there are where it is not written.
    Count,
    /// The NT handle of an event, 64 bits, or NULL: then the call waits itself.
    AsyncEvent,
    /// An address of a process or of the GPU, 64 bits.
    Address,
    /// A text of 16-bit units, or NULL.
    Text,
    /// A structure with these members, or NULL.
    Structure(&'static [Input]),
    /// An array of structures with these members, or NULL.
    Structures(&'static [Input]),
    /// The structure that says which synchronisation object is made.
    SyncObjectInfo {
        /// Whether Flags is a member of it.
        has_flags: bool,
    },
}

impl Kind {
    /// The largest number that fits.
    #[must_use]
    pub const fn max(self) -> u64 {
        match self {
            Self::Local
            | Self::Global
            | Self::Word(_)
            | Self::Process
            | Self::Size
            | Self::Locals
            | Self::Count
            | Self::Structure(_)
            | Self::Structures(_)
            | Self::SyncObjectInfo { .. } => u32::MAX as u64,
            Self::Nt
            | Self::Luid
            | Self::Wide(_)
            | Self::Timeout
            | Self::Wides
            | Self::AsyncEvent
            | Self::Address => u64::MAX,
            Self::Bits => 64,
            Self::Flag | Self::Pointer => 1,
            Self::Bytes => u8::MAX as u64,
            Self::Text => u16::MAX as u64,
        }
    }

    /// The named constants of the field.
    #[must_use]
    pub const fn constants(self) -> Constants {
        match self {
            Self::Word(constants) | Self::Wide(constants) => constants,
            _ => &[],
        }
    }

    /// The kind of the entries of an array, and of anything else that kind itself.
    #[must_use]
    pub const fn entry(self) -> Self {
        match self {
            Self::Locals => Self::Local,
            Self::Wides => Self::Wide(&[]),
            Self::Structures(members) => Self::Structure(members),
            other => other,
        }
    }

    /// Whether an output of this kind can be given a name.
    #[must_use]
    pub const fn can_be_named(self) -> bool {
        matches!(self, Self::Local | Self::Global | Self::Nt | Self::Process)
    }
}

/// An output as a reply has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The field.
    pub field: &'static str,
    /// Its value; one for each entry where the field is one of an array, and for each byte of a buffer.
    pub values: Vec<u64>,
}

impl Seen {
    fn one(field: &'static str, value: impl Into<u64>) -> Self {
        Self { field, values: vec![value.into()] }
    }
}

impl CallShape {
    /// Every call, in the order of the rulebook's files.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let files = [
            adapter::SHAPES,
            device::SHAPES,
            keyed_mutex::SHAPES,
            sync_object::SHAPES,
            cpu::SHAPES,
            event::SHAPES,
            share::SHAPES,
            nt::SHAPES,
            process::SHAPES,
        ];
        files.into_iter().flatten()
    }

    /// The call with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::all().find(|shape| shape.name == name)
    }

    /// The input with this name.
    #[must_use]
    pub fn input(&'static self, name: &str) -> Option<&'static Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The output with this name.
    #[must_use]
    pub fn output(&'static self, name: &str) -> Option<&'static OutputField> {
        self.outputs.iter().find(|output| output.name == name)
    }

    /// Whether the call can wait before it returns.
    #[must_use]
    pub fn can_wait(&'static self) -> bool {
        self.inputs.iter().any(|input| matches!(input.kind, Kind::Timeout | Kind::AsyncEvent))
    }

    /// The request with these values, one for each input, in the order of the inputs.
    ///
    /// # Panics
    ///
    /// When a value is wider than its field.
    pub(super) fn request(&'static self, values: &[Datum]) -> Request {
        assert_eq!(values.len(), self.inputs.len(), "{} has one value for each input", self.name);
        (self.build)(&Arguments { shape: self, values })
    }

    /// The outputs of a reply to this call, in the order of the rulebook; those that were not written are left out.
    #[must_use]
    pub(super) fn seen(&'static self, output: &Output) -> Vec<Seen> {
        (self.read)(output)
    }
}

impl std::fmt::Debug for CallShape {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for CallShape {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CallShape {}

/// The member of a structure with this name, whatever the structure.
pub(super) fn member(name: &str) -> Option<&'static Input> {
    sync_object::member(name).or_else(|| share::member(name))
}

const fn needed(name: &'static str, kind: Kind) -> Input {
    Input { name, kind, default: None }
}

const fn optional(name: &'static str, kind: Kind, default: u64) -> Input {
    Input { name, kind, default: Some(default) }
}

const fn output(name: &'static str, kind: Kind) -> OutputField {
    OutputField { name, kind, many: false }
}

const fn per_entry(name: &'static str, kind: Kind) -> OutputField {
    OutputField { name, kind, many: true }
}

fn no_output(_output: &Output) -> Vec<Seen> {
    Vec::new()
}
