//! What is wrong with a scenario, and where: every error has a file, a line, a column, what stood there and what was expected.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Severity};

use super::place::Span;

/// The text of a scenario and the name that it goes by in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user wrote it, or a made-up name for a text that is not a file.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Line and column of a byte offset, both counted from 1; the column counts characters.
    #[must_use]
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// One thing that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place.
    pub span: Span,
    /// What was found.
    pub found: String,
    /// What was expected in its place.
    pub expected: String,
    /// What may help: the nearest known name, where the first of two duplicates stands.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault without a hint. Control characters of the text that it quotes are escaped.
    pub fn new(span: Span, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { span, found: printable(&found.into()), expected: printable(&expected.into()), hint: None }
    }

    /// The same fault with a hint, if there is one.
    #[must_use]
    pub fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// All that is wrong with one scenario, in the order of the text; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The text.
    pub source: Source,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// Puts the faults in the order of the text.
    #[must_use]
    pub fn new(source: Source, mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.span.start);
        Self { source, faults }
    }

    /// The faults for a person: each with the line it is about, and how many there are.
    ///
    /// With `colour` the text has terminal colours. The width is fixed, so that the same faults are the same bytes.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let mut text = self.render_each(colour);
        if self.faults.len() > 1 {
            text.push_str(&format!("{} errors in {}\n", self.faults.len(), self.source.name));
        }
        text
    }

    /// The faults for a person, without their number.
    #[must_use]
    pub fn render_each(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_width(110).with_context_lines(1).with_links(false);
        let mut text = String::new();
        for fault in &self.faults {
            self.render_one(&handler, fault, &mut text);
        }
        text
    }

    fn render_one(&self, handler: &GraphicalReportHandler, fault: &Fault, text: &mut String) {
        let (line, column) = self.source.line_and_column(fault.span.start);
        let mut diagnostic =
            MietteDiagnostic::new(format!("{}:{line}:{column}: {}", self.source.name, fault.found))
                .with_severity(Severity::Error);
        // An empty line at the end of a text cannot be drawn; the sentence then has to say everything.
        let drawable = fault.span.start < self.source.text.len();
        let mut help = fault.hint.clone();
        if drawable {
            let span = self.first_line_of(&fault.span);
            diagnostic = diagnostic
                .with_label(LabeledSpan::new_with_span(Some(format!("expected {}", fault.expected)), span));
        } else {
            let expected = format!("expected {}", fault.expected);
            help = Some(help.map_or_else(|| expected.clone(), |hint| format!("{expected}\n{hint}")));
        }
        if let Some(help) = help {
            diagnostic = diagnostic.with_help(help);
        }
        let report = miette::Report::new(diagnostic);
        let report = if drawable {
            report.with_source_code(NamedSource::new(&self.source.name, shown(&self.source.text)))
        } else {
            report
        };
        if handler.render_report(text, report.as_ref()).is_err() {
            text.push_str(&format!("{}:{line}:{column}: {}\n", self.source.name, fault.found));
        }
    }

    /// The part of a span on its first line: a table that spans forty lines is shown by its first.
    fn first_line_of(&self, span: &Span) -> (usize, usize) {
        let text = &self.source.text;
        let end = span.end.clamp(span.start, text.len());
        let length =
            text.get(span.start..end).map_or(1, |part| part.find(['\n', '\r']).unwrap_or(part.len()));
        (span.start, length.max(1).min(text.len() - span.start))
    }
}

/// A message without characters that could steer a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|next| if next.is_control() { next.escape_default().collect() } else { vec![next] })
        .collect()
}

/// The text without characters that could steer a terminal, every byte in its place.
fn shown(text: &str) -> String {
    let one = |next: char| match next {
        '\n' | '\r' | '\t' => next.to_string(),
        control if control.is_control() => "?".repeat(control.len_utf8()),
        other => other.to_string(),
    };
    text.chars().map(one).collect()
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            let (line, column) = self.source.line_and_column(fault.span.start);
            if place > 0 {
                formatter.write_str("\n")?;
            }
            write!(
                formatter,
                "{}:{line}:{column}: {}; expected {}",
                self.source.name, fault.found, fault.expected
            )?;
            if let Some(hint) = &fault.hint {
                write!(formatter, "; {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Why a scenario could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("{name}: {cause}")]
    Unreadable {
        /// The path.
        name: String,
        /// What the operating system says.
        cause: std::io::Error,
    },
    /// The file was read and is not a scenario.
    #[error(transparent)]
    Faulty(#[from] Faults),
}

/// The known name that is nearest to a mistyped one, in a sentence; none when nothing is near.
#[must_use]
pub fn nearest<'n>(found: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    known
        .into_iter()
        .filter(|name| is_near(found, name))
        .map(|name| (distance(found, name), name))
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// Whether one name can be a mistyped other one: a third of its letters may be wrong, but never all of a short one.
#[must_use]
pub fn is_near(found: &str, known: &str) -> bool {
    let length = found.chars().count();
    distance(found, known) <= (length / 3).clamp(1, 4).min(length.saturating_sub(1))
}

fn distance(found: &str, known: &str) -> usize {
    strsim::damerau_levenshtein(&found.to_lowercase(), &known.to_lowercase())
}

/// The names of fields or words as a list for a message: `a`, `b` or `c`.
#[must_use]
pub fn one_of<'n>(known: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "no field".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
