//! Values of fields: numbers, named constants, handles, LUIDs, pointers, lists.

use kmt_core::NtStatus;
use toml::de::DeValue;

use super::super::calls::{Constants, Input, Kind, TYPE, members};
use super::super::document::{FieldLine, HandleText, Value};
use super::super::error::{Fault, nearest, one_of};
use super::super::place::{Placed, Span};
use super::reader::{Fields, Item, Notes, array, boolean, describe, number, string, string_of};

/// The value of an input field.
pub(super) fn input(item: &Item<'_>, field: &str, kind: Kind, notes: &Notes) -> Option<Placed<Value>> {
    let what = format!("`{field}`");
    match kind {
        // A handle of the operating system can be NULL as a pointer can.
        Kind::Nt | Kind::AsyncEvent | Kind::Pointer if is_null(item) => {
            Some(Placed::new(Value::Null, item.span()))
        }
        Kind::Local | Kind::Global | Kind::Nt | Kind::AsyncEvent => {
            let handle = handle(item, &what, kind, notes)?;
            Some(handle.map_value(Value::Handle))
        }
        Kind::Text | Kind::Structure(_) if is_null(item) => Some(Placed::new(Value::Null, item.span())),
        Kind::Text => string(item, &what, notes).map(|text| text.with(Value::Text(text.value.clone()))),
        Kind::Structure(members) => members_of(item, field, members, notes),
        Kind::Locals | Kind::Wides | Kind::Structures(_) => entries(item, field, kind, notes),
        Kind::SyncObjectInfo { has_flags } => structure(item, has_flags, notes),
        Kind::Luid => luid(item, &what, notes),
        Kind::Word(constants) | Kind::Wide(constants) => bits(item, &what, kind.max(), constants, notes),
        Kind::Bits => width(item, &what, notes).map(|bits| bits.map_value(Value::Number)),
        Kind::Flag => boolean(item, &what, notes).map(|flag| Placed::new(Value::Flag(flag), item.span())),
        Kind::Pointer => {
            let found = format!("{what} is {}", describe(item.get_ref()));
            notes.wrong(item.span(), found, "`\"NULL\"`; a pointer that is not NULL is left out");
            None
        }
        Kind::Process => process(item, &what, notes),
        Kind::Timeout => timeout(item, &what, notes),
        Kind::Bytes => bytes(item, &what, notes),
        Kind::Size | Kind::Count | Kind::Address => {
            number(item, &what, 0, kind.max(), notes).map(|size| size.map_value(Value::Number))
        }
    }
}

fn is_null(item: &Item<'_>) -> bool {
    matches!(item.get_ref(), DeValue::String(text) if text == "NULL")
}

/// The entries of an array, or NULL.
fn entries(item: &Item<'_>, field: &str, kind: Kind, notes: &Notes) -> Option<Placed<Value>> {
    if is_null(item) {
        return Some(Placed::new(Value::Null, item.span()));
    }
    let elements = array(item, &format!("`{field}`"), notes)?;
    let values: Vec<_> =
        elements.iter().filter_map(|element| input(element, field, kind.entry(), notes)).collect();
    (values.len() == elements.len()).then(|| Placed::new(Value::List(values), item.span()))
}

/// The members of a structure.
fn members_of(
    item: &Item<'_>,
    field: &str,
    members: &'static [Input],
    notes: &Notes,
) -> Option<Placed<Value>> {
    let mut fields = Fields::of("a structure", item, notes)?;
    let mut lines = Vec::new();
    for member in members {
        let taken = if member.default.is_some() {
            fields.take(member.name)
        } else {
            fields.need(member.name, &format!("which `{field}` has"))
        };
        let value = taken.and_then(|item| input(item, member.name, member.kind, notes));
        lines.extend(value.map(|value| FieldLine { field: member.name, value }));
    }
    fields.finish();
    Some(Placed::new(Value::Members(lines), item.span()))
}

/// The members of a structure, which follow from its type.
fn structure(item: &Item<'_>, has_flags: bool, notes: &Notes) -> Option<Placed<Value>> {
    let mut fields = Fields::of("`Info`", item, notes)?;
    let Some(typed) = fields.take(TYPE.name) else {
        let expected = format!("`Type = …`, {}", one_of(TYPE.kind.constants().iter().map(|(name, _)| *name)));
        notes.wrong(item.span(), "`Info` without a field `Type`", expected);
        return None;
    };
    let object_type = input(typed, TYPE.name, TYPE.kind, notes)?;
    let (Value::Number(number) | Value::Constant { value: number, .. }) = object_type.value else {
        return None;
    };
    let mut lines = vec![FieldLine { field: TYPE.name, value: object_type }];
    for member in members(number, has_flags) {
        let taken = if member.default.is_some() {
            fields.take(member.name)
        } else {
            fields.need(member.name, "which an object of this type has")
        };
        let value = taken.and_then(|item| input(item, member.name, member.kind, notes));
        lines.extend(value.map(|value| FieldLine { field: member.name, value }));
    }
    fields.finish();
    Some(Placed::new(Value::Members(lines), item.span()))
}

/// What an output field has to be: a value, one value for each entry, or "nothing".
pub(super) fn expected(
    item: &Item<'_>,
    field: &str,
    kind: Kind,
    many: bool,
    notes: &Notes,
) -> Option<Placed<Value>> {
    if matches!(item.get_ref(), DeValue::String(text) if text == "nothing") {
        return Some(Placed::new(Value::Nothing, item.span()));
    }
    if !many {
        return input(item, field, kind, notes);
    }
    let elements = array(item, &format!("`{field}`, which has one value for each entry,"), notes)?;
    let values: Vec<_> = elements.iter().filter_map(|element| input(element, field, kind, notes)).collect();
    (values.len() == elements.len()).then(|| Placed::new(Value::List(values), item.span()))
}

/// A handle: a name, a number, or one of the forms in parentheses.
pub(super) fn handle(item: &Item<'_>, what: &str, kind: Kind, notes: &Notes) -> Option<Placed<HandleText>> {
    if let DeValue::Integer(_) = item.get_ref() {
        let number = number(item, what, 0, kind.max(), notes)?;
        return Some(number.with(HandleText::Raw(number.value)));
    }
    let expected = "a name, `stale(name)`, `foreign(name, process)`, `nt(name)`, `local(name)`, `global(name)`, \
                    `raw(0x40000040)`, `zero`, `current-process` or `current-thread`";
    let text = string_of(item, what, expected, notes)?;
    let refuse = |hint: Option<String>| {
        let fault = Fault::new(
            text.span.clone(),
            format!("{what} is {:?}, which is no handle", text.value),
            expected,
        );
        notes.note(fault.hint(hint));
        None
    };
    let Some((form, rest)) = text.split_once('(') else {
        return match text.as_str() {
            "zero" => Some(text.with(HandleText::Zero)),
            "current-process" => Some(text.with(HandleText::CurrentProcess)),
            "current-thread" => Some(text.with(HandleText::CurrentThread)),
            word if is_name(word) => Some(text.with(HandleText::Name(word.to_owned()))),
            _ => refuse(None),
        };
    };
    let Some(inside) = rest.strip_suffix(')').map(str::trim) else {
        return refuse(Some("the parenthesis is not closed".to_owned()));
    };
    let named = |make: fn(String) -> HandleText| is_name(inside).then(|| make(inside.to_owned()));
    let handle = match form.trim() {
        "stale" => named(HandleText::Stale),
        "nt" => named(HandleText::Nt),
        "local" => named(HandleText::Local),
        "global" => named(HandleText::Global),
        "raw" => digits(inside).filter(|number| *number <= kind.max()).map(HandleText::Raw),
        "foreign" => inside.split_once(',').map(|(name, process)| (name.trim(), process.trim())).and_then(
            |(name, process)| {
                (is_name(name) && is_name(process))
                    .then(|| HandleText::Foreign { name: name.to_owned(), process: process.to_owned() })
            },
        ),
        other => return refuse(nearest(other, ["stale", "foreign", "nt", "local", "global", "raw"])),
    };
    handle.map_or_else(|| refuse(None), |handle| Some(text.with(handle)))
}

/// A status by its name.
pub(super) fn status(item: &Item<'_>, notes: &Notes) -> Option<Placed<NtStatus>> {
    let name = string(item, "the status", notes)?;
    let short = name.strip_prefix("STATUS_").unwrap_or(&name);
    if let Some(status) = NtStatus::from_name(short) {
        return Some(name.with(status));
    }
    let fault = Fault::new(
        name.span.clone(),
        format!("there is no status {:?}", name.value),
        "the name of a status, such as SUCCESS or INVALID_PARAMETER",
    );
    notes.note(fault.hint(nearest(short, NtStatus::ALL.iter().map(|(_, known)| *known))));
    None
}

/// A number, or named constants: joined by `|`, or as an array.
pub(super) fn bits(
    item: &Item<'_>,
    what: &str,
    max: u64,
    constants: Constants,
    notes: &Notes,
) -> Option<Placed<Value>> {
    let parts: Vec<(String, Span)> = match item.get_ref() {
        DeValue::String(text) => text.split('|').map(|part| (part.trim().to_owned(), item.span())).collect(),
        DeValue::Array(elements) if !constants.is_empty() => {
            let names =
                elements.iter().map(|element| string(element, &format!("a constant of {what}"), notes));
            names.map(|name| name.map(|name| (name.value, name.span))).collect::<Option<_>>()?
        }
        _ => return number(item, what, 0, max, notes).map(|number| number.map_value(Value::Number)),
    };
    let mut value = 0;
    let mut names = Vec::new();
    for (part, span) in parts {
        let Some((name, bits)) = constants.iter().find(|(name, _)| *name == part) else {
            let known = || constants.iter().map(|(name, _)| *name);
            let expected = if constants.is_empty() {
                "a number".to_owned()
            } else {
                format!("a number, or {} (joined by `|`)", one_of(known()))
            };
            let fault = Fault::new(span, format!("{what} has no constant {part:?}"), expected);
            notes.note(fault.hint(nearest(&part, known())));
            return None;
        };
        value |= bits;
        names.push(*name);
    }
    // An empty array names no constant.
    let bits =
        if names.is_empty() { Value::Number(0) } else { Value::Constant { text: names.join(" | "), value } };
    Some(Placed::new(bits, item.span()))
}

fn luid(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<Value>> {
    if let DeValue::Integer(_) = item.get_ref() {
        return number(item, what, 0, u64::MAX, notes).map(|number| number.with(Value::Number(number.value)));
    }
    let name = string_of(item, what, "the name of an adapter, or a LUID as a number", notes)?;
    Some(name.with(Value::Luid(name.value.clone())))
}

/// A time limit: a number with a sign, or NULL.
fn timeout(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<Value>> {
    let value = match item.get_ref() {
        DeValue::String(text) if text == "NULL" => Some(Value::Null),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Signed)
        }
        _ => None,
    };
    if value.is_none() {
        let found = format!("{what} is {}", describe(item.get_ref()));
        notes.wrong(
            item.span(),
            found,
            "a whole number of 64 bits with a sign, in units of 100 ns, or `\"NULL\"`",
        );
    }
    value.map(|value| Placed::new(value, item.span()))
}

/// Bytes: two hexadecimal digits each, or NULL.
fn bytes(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<Value>> {
    let expected = "hexadecimal digits, two for each byte, such as `\"0a0b\"`, or `\"NULL\"`";
    let text = string_of(item, what, expected, notes)?;
    if text.value == "NULL" {
        return Some(text.with(Value::Null));
    }
    let pairs = text.value.as_bytes().chunks(2);
    let read = |pair: &[u8]| match pair {
        [high, low] => Some(((*high as char).to_digit(16)? << 4 | (*low as char).to_digit(16)?) as u8),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = pairs.map(read).collect();
    if bytes.is_none() {
        notes.wrong(item.span(), format!("{what} is {:?}", text.value), expected);
    }
    bytes.map(|bytes| text.with(Value::Bytes(bytes)))
}

fn process(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<Value>> {
    if let DeValue::Integer(_) = item.get_ref() {
        return number(item, what, 0, u32::MAX.into(), notes)
            .map(|number| number.with(Value::Number(number.value)));
    }
    let name = string_of(item, what, "the name of a process, or its id", notes)?;
    Some(name.with(Value::Process(name.value.clone())))
}

/// 32 or 64.
pub(super) fn width(item: &Item<'_>, what: &str, notes: &Notes) -> Option<Placed<u64>> {
    let bits = number(item, what, 32, 64, notes)?;
    if bits.value == 32 || bits.value == 64 {
        return Some(bits);
    }
    notes.wrong(item.span(), format!("{what} is {}", bits.value), "32 or 64");
    None
}

fn digits(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    plain.strip_prefix("0x").map_or_else(|| plain.parse().ok(), |hex| u64::from_str_radix(hex, 16).ok())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|next| next.is_ascii_alphanumeric() || next == '_' || next == '-')
}
