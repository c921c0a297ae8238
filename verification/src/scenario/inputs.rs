//! What a call is made with: every name that its inputs refer to is replaced by the number behind it.

use kmt_core::NtHandle;

use super::calls::{Datum, Input, Kind, member};
use super::document::{CallLine, HandleText, Value};
use super::error::Fault;
use super::place::{Name, Span};
use super::play::{Play, Progress};

impl Play {
    /// What a call is made with, one value for each input.
    pub(crate) fn inputs(&self, progress: &Progress, line: &CallLine) -> Result<Vec<Datum>, Fault> {
        let written = |input: &Input| line.inputs.iter().find(|written| written.field == input.name);
        let inputs = line.shape.inputs.iter();
        inputs
            .map(|input| match written(input) {
                Some(written) => {
                    let (value, span) = (&written.value.value, &written.value.span);
                    self.datum(progress, input.kind, value).map_err(|name| self.without(progress, name, span))
                }
                None if matches!(input.kind, Kind::Bytes | Kind::Size | Kind::Count | Kind::Structure(_)) => {
                    Ok(Datum::Nothing)
                }
                None => Ok(Datum::Number(input.default.unwrap_or_default())),
            })
            .collect()
    }

    fn without(&self, progress: &Progress, name: &str, span: &Span) -> Fault {
        self.without_value(progress, &Name::new(name.to_owned(), 0..0), span)
    }

    /// An input with its numbers; where a name has none, the name.
    fn datum<'v>(&self, progress: &Progress, kind: Kind, value: &'v Value) -> Result<Datum, &'v str> {
        match value {
            Value::Bytes(bytes) => Ok(Datum::Bytes(bytes.clone())),
            Value::Null if kind != Kind::Pointer => Ok(Datum::Nothing),
            Value::Text(text) => Ok(Datum::Text(text.encode_utf16().collect())),
            Value::List(values) if values.iter().any(|value| matches!(value.value, Value::Members(_))) => {
                let structures = values.iter().map(|value| self.datum(progress, kind.entry(), &value.value));
                structures.collect::<Result<_, _>>().map(Datum::Structures)
            }
            Value::List(values) => {
                let numbers = values.iter().map(|value| self.number(progress, &value.value));
                numbers.collect::<Result<_, _>>().map(Datum::List)
            }
            Value::Members(members) => {
                let data = members.iter().map(|line| {
                    let kind = member(line.field).map_or(kind, |member| member.kind);
                    self.datum(progress, kind, &line.value.value).map(|datum| (line.field, datum))
                });
                data.collect::<Result<_, _>>().map(Datum::Members)
            }
            value => self.number(progress, value).map(Datum::Number),
        }
    }

    /// The number of a value; where a name has none, the name.
    pub(crate) fn number<'v>(&self, progress: &Progress, value: &'v Value) -> Result<u64, &'v str> {
        match value {
            Value::Number(number) | Value::Constant { value: number, .. } => Ok(*number),
            Value::Flag(flag) => Ok((*flag).into()),
            Value::Signed(number) => Ok(number.cast_unsigned()),
            Value::Null
            | Value::Nothing
            | Value::List(_)
            | Value::Members(_)
            | Value::Bytes(_)
            | Value::Text(_) => Ok(0),
            Value::Luid(name) => self.cast.member(name).map(|member| member.luid).ok_or(name),
            Value::Process(name) => self.get(progress, name).ok_or(name),
            Value::Handle(handle) => match handle {
                HandleText::Raw(number) => Ok(*number),
                HandleText::Zero => Ok(0),
                HandleText::CurrentProcess => Ok(NtHandle::CURRENT_PROCESS.raw()),
                HandleText::CurrentThread => Ok(NtHandle::CURRENT_THREAD.raw()),
                HandleText::Name(name)
                | HandleText::Stale(name)
                | HandleText::Foreign { name, .. }
                | HandleText::Nt(name)
                | HandleText::Local(name)
                | HandleText::Global(name) => self.get(progress, name).ok_or(name),
            },
        }
    }
}
