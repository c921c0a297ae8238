//! Values of fields as a scenario writes them.

use super::place::Placed;

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(u64),
    /// Named constants joined by `|`, and what they are together.
    Constant {
        /// The names, joined by ` | `.
        text: String,
        /// Their bits.
        value: u64,
    },
    /// A number with a sign.
    Signed(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// TRUE or FALSE.
    Flag(bool),
    /// A NULL pointer.
    Null,
    /// An output that was not written.
    Nothing,
    /// A handle.
    Handle(HandleText),
    /// The LUID of an adapter, by its name.
    Luid(String),
    /// The id of a process, by its name.
    Process(String),
    /// One value for each entry of an array.
    List(Vec<Placed<Value>>),
    /// The members of a structure, in their order.
    Members(Vec<FieldLine>),
}

/// A field and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine {
    /// The field, by the name of the rulebook.
    pub field: &'static str,
    /// Its value.
    pub value: Placed<Value>,
}

impl Value {
    /// The names of handles and processes that it refers to.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::Handle(handle) => handle.name().into_iter().collect(),
            Self::Process(name) => vec![name],
            Self::List(values) => values.iter().flat_map(|value| value.value.names()).collect(),
            Self::Members(members) => members.iter().flat_map(|member| member.value.value.names()).collect(),
            Self::Number(_)
            | Self::Signed(_)
            | Self::Bytes(_)
            | Self::Text(_)
            | Self::Constant { .. }
            | Self::Flag(_)
            | Self::Null
            | Self::Nothing
            | Self::Luid(_) => Vec::new(),
        }
    }
}

/// How a handle is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandleText {
    /// `d`: the value that a call or the world gave this name.
    Name(String),
    /// `stale(d)`: the same value, said to be dead.
    Stale(String),
    /// `foreign(d, app)`: the value that process `app` has under this name.
    Foreign {
        /// The name.
        name: String,
        /// The process that the name belongs to.
        process: String,
    },
    /// `nt(h)`: the value of an NT handle where a D3DKMT handle is wanted.
    Nt(String),
    /// `local(d)`: the value of a local handle where an NT handle or a global one is wanted.
    Local(String),
    /// `global(m)`: the value of a global handle where another one is wanted.
    Global(String),
    /// `raw(0x40000040)`: this number.
    Raw(u64),
    /// `zero`.
    Zero,
    /// `current-process`: the pseudo handle -1.
    CurrentProcess,
    /// `current-thread`: the pseudo handle -2.
    CurrentThread,
}

impl HandleText {
    /// The name that it refers to, if it is not a number.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name)
            | Self::Stale(name)
            | Self::Foreign { name, .. }
            | Self::Nt(name)
            | Self::Local(name)
            | Self::Global(name) => Some(name),
            Self::Raw(_) | Self::Zero | Self::CurrentProcess | Self::CurrentThread => None,
        }
    }
}
