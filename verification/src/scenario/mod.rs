//! Scenarios: one text format for measured behaviour, users' protocols, counterexamples and reproducers of a fuzzer.
//!
//! A scenario sets a stage, gives each thread a program of calls, and says what must come of them. Fields have the names
//! that the rulebook gives them, which are those of the real structures; what a call returns gets a name and is used by it.
//!
//! ```
//! use kmt::scenario::{self, Policy, Source};
//!
//! let source = Source { name: "example.toml".to_owned(), text: scenario::EXAMPLE.to_owned() };
//! let scenario = scenario::parse(&source)?;
//! let mut kernel = scenario::kernel(&scenario.world).expect("the limits fit");
//! let run = scenario::run(&scenario, &mut kernel, Policy::RoundRobin).expect("every name has a value in time");
//! assert!(run.is_clean());
//! assert_eq!(run.transcript.lines.len(), 5);
//! # Ok::<(), scenario::Faults>(())
//! ```
//!
//! The example, which is also what `kmt run --help` shows:
//!
//! ```toml
#![doc = include_str!("example.toml")]
//! ```
//!
//! # The fields
//!
//! The text is TOML 1.1, so that an inline table may go over several lines.
//!
//! - `format` is 1. `title` is one sentence; `rules`, `basis` (observed, documented, inferred, chosen) and `about` are for the
//!   reader.
//! - `[world]`: `dialect` (windows, documented), `limits` (the names of [`document::LIMITS`]), and in order of creation
//!   `[[world.adapter]]` (name, luid, kind, nodes, physical_adapters, has_display), `[[world.process]]` (name, user, session,
//!   administrator, bits, raise_priority, threads), `[[world.directory]]` (path, refuses: the users who may not create in it),
//!   `[[world.object]]` (path, type: Event or Section), a named object of the host, and `[[world.handle]]` (name, holder,
//!   access, inherit, protect, and one of `process`, `directory`, a path, and `section = true`), an NT handle that the host
//!   placed.
//! - `[[program]]`: `thread` and `calls`. A call is a table of `call`, the inputs of the call in the rulebook, `null = true`
//!   for a NULL pointer in place of the structure, `gives` (a name for an output, or a list of names where there is one for
//!   each entry of an array), `expect`, and for CreateProcess `threads`, which the host starts in the new process at once.
//! - An input that is a handle is written as a name, `stale(name)` (the same value, said to be dead), `foreign(name, process)`
//!   (the value that another process has under the name), `nt(name)` (an NT handle where a D3DKMT handle is wanted),
//!   `local(name)` (the reverse), `global(name)` (a global handle where another one is wanted), `raw(0x40000040)` or the
//!   number, `zero`, `current-process`, `current-thread`; an NT handle can be `"NULL"` as well. A LUID is the name of an
//!   adapter or a number. A pointer is left out or `"NULL"`. A number can be written as its constants, joined by `|` or in an
//!   array. An input that is left out is 0, false, or a pointer that is set; handles, LUIDs and enumerations are written.
//! - `Info` of a synchronisation object is a table: `Type`, the members that the type has (`InitialState`; `MaxCount` and
//!   `InitialCount`; `FenceValue`; `Event`; `InitialFenceValue` and `EngineAffinity`), and `Flags` in the second form, such as
//!   `{ Type = "MONITORED_FENCE", InitialFenceValue = 5, Flags = ["Shared", "NtSecuritySharing"] }`.
//! - `pObjectAttributes` and `pObjAttrib` are `"NULL"`, as which they count where they are left out, or a table: `ObjectName`, a
//!   text such as `'\BaseNamedObjects\frame'`, `RootDirectory`, `Attributes`, `Length` (48), `NameLength` in bytes (that of the
//!   text), `NameAligned` (true), and `SecurityDescriptor`, a table of `Revision` (1) and `AccessList`, a list of
//!   `{ Trustee = "Everyone", Mask = "GENERIC_READ" }`; a trustee is `Everyone`, `Administrators` or the number of a user.
//! - `ObjectHandleArray` and `FenceValueArray` are arrays or `"NULL"`. `ObjectCount` is as large as they are where it is not
//!   written. `hAsyncEvent` is an event, or `"NULL"`: then the call waits itself.
//! - A time limit is a number with a sign, in units of 100 ns, or `"NULL"`. Private data that goes in is written in
//!   hexadecimal digits, `"0a0b"`, or as `"NULL"`, as which it counts where it is left out; its size is that of the bytes
//!   unless it is written, and then cuts them or adds zeros.
//! - A call that waits is shown as `blocked`, and its return at the event that brings it about. Its thread makes no other
//!   call before. What `expect` says of status, rule and outputs is judged when it returns. A thread that is blocked at the
//!   end of the run is named there.
//!   A wait that nobody can satisfy any more has a note beside it, and a registered one of this sort is named too.
//! - `expect`: `status`, `rule` (which decided the refusal, or ended the wait), `out` (output fields; `"nothing"` for one that
//!   is not written), `effects` (all of them, in order: `device-entered-error`, `device-destroyed`, `thread-ended`,
//!   `process-ended`), `sets` (the events that are set for waits, in order, by the name of a handle), `wakes` (the threads
//!   whose calls return by this event, in order: `thread`, `status`, and `rule` if wanted).
//! - `schedule` pins the order: the name of a thread for its next call, or a table `{ thread = "t", pick = "deadline-passed" }`
//!   for a call with a positive time limit (`deadline-ahead` where none is written), `{ thread = "t", releases = ["w"] }` for a
//!   call that sets auto-reset events with more waiters than sets, `{ step = "notice", object = "f", adapter = "gpu" }` (T5),
//!   `{ step = "reclaim", device = "d" }` (T12), `{ step = "timeout", thread = "t" }` (T14), `{ step = "grant", thread = "t" }`
//!   (T15), `{ incident = "stop-adapter", adapter = "gpu" }` (also `kill-process`, `end-thread`), `{ host = "start-thread",
//!   process = "app", name = "late" }` (also `add-adapter`, `create-process`, `add-directory`, `place-named-object`,
//!   `place-handle`, `set-handle-flags`), each of these with an `expect = { effects = […], sets = […], wakes = […] }` if wanted; `notice` and `stop-adapter` take
//!   `releases` too. It stands before the first table of the file.
//! - `[explore]`: `incidents`, each of which may happen once at any point when all interleavings are checked, and
//!   `most_incidents`. Grants, timeouts, picks and releases are tried in every order without being named; in one run the first
//!   option is taken where none is written.
//! - `[[never]]` and `[[possible]]`: `name`, and `all`, conditions that hold together: `thread` and `call` (its place, from
//!   1) say which call has returned; `status`, `not`, `rule` and `out` how; `after`, an incident or a call, what had happened
//!   before it was made. `stuck = "any"` or `stuck = ["t"]`, alone or beside `all`, says that nothing can happen any more and
//!   somebody, or each of these threads, is still blocked.
//!
//! # The files
//!
//! Reading order: [`document`] (what a scenario is), [`calls`] (which fields a call has), [`parse()`] and [`print()`] (between
//! text and document), [`error`] (what is wrong, and where), [`stage`] and [`machine`] (what it is played on), [`run()`] (one
//! path; `pinning` is what an entry of a schedule stands for, `inputs` what goes into a call, `returns` what comes back to a
//! thread, `identities` what names stand for, `claims` what has come true, `waiting` who is left, `holders` what keeps objects alive), [`transcript`] (what
//! happened), [`protocol()`] (all paths).

pub mod calls;
mod cast;
mod claims;
pub mod document;
pub mod error;
mod holders;
mod identities;
mod inputs;
pub mod judge;
pub mod machine;
mod parse;
mod pinning;
pub mod place;
mod play;
mod print;
pub mod protocol;
mod returns;
mod run;
mod show;
pub mod stage;
pub mod transcript;
pub mod value;
mod waiting;

use std::path::Path;

pub use document::Scenario;
pub use error::{Fault, Faults, LoadError, Source};
pub use holders::HeldLine;
pub use judge::Unmet;
pub use machine::{Machine, MachineError};
pub use parse::{FORMAT, parse};
pub use print::{basis, dialect, print};
pub use protocol::{Action, Protocol, ProtocolState, protocol};
pub use run::{ClaimSeen, Policy, Run, RunError, UnmetAt, run};
pub use stage::{kernel, limits, profile};
pub use transcript::Transcript;

/// A small scenario that shows the format.
pub const EXAMPLE: &str = include_str!("example.toml");

/// Reads the text of a scenario.
///
/// # Errors
///
/// [`LoadError::Unreadable`] when there is no such file or it cannot be read, [`LoadError::Faulty`] when it is not UTF-8.
pub fn read(path: &Path) -> Result<Source, LoadError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|cause| LoadError::Unreadable { name: name.clone(), cause })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { name, text }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[valid];
            // What is before the first bad byte keeps its place, so that line and column are right.
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let span = valid..valid + char::REPLACEMENT_CHARACTER.len_utf8();
            let fault = Fault::new(span, format!("the byte 0x{byte:02X} is not UTF-8"), "text in UTF-8");
            Err(LoadError::Faulty(Faults::new(Source { name, text }, vec![fault])))
        }
    }
}

/// Reads a scenario from a file.
///
/// # Errors
///
/// As [`read`], and [`LoadError::Faulty`] with everything that is wrong with the text.
pub fn load(path: &Path) -> Result<(Source, Scenario), LoadError> {
    let source = read(path)?;
    let scenario = parse(&source)?;
    Ok((source, scenario))
}
