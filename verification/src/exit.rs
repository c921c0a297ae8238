//! What the process says when it ends.

/// Exit code of a `kmt` command.
///
/// The numbers are part of the command line's contract and never change meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// 0: everything that was asked for was done and held.
    Clean = 0,
    /// 1: a verdict: a property failed, an expectation was not met, a count moved.
    Verdict = 1,
    /// 2: the input was bad: arguments, a scenario file, an unknown rule.
    BadInput = 2,
    /// 3: a bound was reached before the answer was known.
    Bound = 3,
    /// 4: core and model differ.
    Divergence = 4,
    /// 5: reading input or writing output failed.
    InputOutput = 5,
    /// 130: interrupted from the keyboard.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
