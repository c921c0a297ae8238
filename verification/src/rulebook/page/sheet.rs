//! A page under construction: headings, paragraphs, labelled lines, tables.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use textwrap::Options;

/// Columns of the output.
pub(super) const WIDTH: usize = 100;

/// Widest label that still stands beside its text.
const LABEL: usize = 32;

/// Text that grows downwards.
#[derive(Default)]
pub(super) struct Sheet {
    text: String,
}

impl Sheet {
    /// Starts a page: what it is about, and a line of facts below.
    pub(super) fn new(title: &str, facts: &[&str]) -> Self {
        let mut sheet = Self::default();
        sheet.line(title);
        sheet.wrapped(&facts.join(" · "), "", "");
        sheet
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line, then the heading, which may be empty.
    pub(super) fn heading(&mut self, heading: &str) {
        self.line("");
        if !heading.is_empty() {
            self.line(heading);
        }
    }

    /// Indented prose.
    pub(super) fn paragraph(&mut self, text: &str) {
        for line in text.lines() {
            self.wrapped(line, "  ", "  ");
        }
    }

    /// A heading with prose below it.
    pub(super) fn section(&mut self, heading: &str, text: &str) {
        self.heading(heading);
        self.paragraph(text);
    }

    /// A heading with one line per item below it; nothing without items.
    pub(super) fn lines(&mut self, heading: &str, items: &[String]) {
        if !items.is_empty() {
            self.heading(heading);
            for item in items {
                self.wrapped(item, "  ", "      ");
            }
        }
    }

    /// A heading with items in running lines below it; nothing without items.
    pub(super) fn running(&mut self, heading: &str, items: &[String]) {
        if !items.is_empty() {
            self.section(heading, &items.join(", "));
        }
    }

    /// A heading with labelled texts below it, the texts aligned; nothing without entries.
    pub(super) fn labelled(&mut self, heading: &str, entries: &[(String, String)]) {
        if entries.is_empty() {
            return;
        }
        self.heading(heading);
        let width = entries.iter().map(|(label, _)| label.len()).max().unwrap_or(0).min(LABEL);
        let indent = " ".repeat(width + 4);
        for (label, text) in entries {
            self.wrapped(text, &format!("  {label:<width$}  "), &indent);
        }
    }

    /// A heading with a table below it; nothing without rows.
    pub(super) fn table<const N: usize>(&mut self, heading: &str, head: [&str; N], rows: &[[String; N]]) {
        if !rows.is_empty() {
            self.heading(heading);
            self.text.push_str(&table(head, rows, 2));
        }
    }

    /// The page.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn wrapped(&mut self, text: &str, first: &str, rest: &str) {
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.line(&line);
        }
    }
}

/// Renders a table of at most [`WIDTH`] columns with a rule below its head; the last column wraps.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]], indent: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(WIDTH - indent).unwrap_or(u16::MAX));
    table.set_header(head);
    table.add_rows(rows.iter().map(|row| row.iter().map(String::as_str)));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for column in table.column_iter_mut().take(N - 1) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    let text = table.to_string();
    let mut lines = text.lines();
    let indent = " ".repeat(indent);
    let mut out = String::new();
    let mut push = |line: &str| {
        out.push_str(format!("{indent}{line}").trim_end());
        out.push('\n');
    };
    if let Some(head) = lines.next() {
        push(head);
        let longest = text.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or(0);
        push(&"─".repeat(longest));
    }
    lines.for_each(push);
    out
}
