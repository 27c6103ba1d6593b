//! Blocks as Markdown.

use std::fmt::Write as _;

use crate::message::Block;

/// Blocks as Markdown.
pub(super) fn markdown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Heading { level, text: words } => {
                let _ = write!(text, "{} {}", "#".repeat(*level as usize), escaped(words));
            }
            // The person's own Markdown stays theirs.
            Block::Remark { text: words } => {
                let lines: Vec<String> = words.lines().map(|line| format!("> {line}")).collect();
                text.push_str(&lines.join("\n"));
            }
            Block::Paragraph { text: words } => text.push_str(&escaped(words)),
            Block::List { items } => {
                let lines: Vec<String> = items
                    .iter()
                    .map(|item| format!("- {}", escaped(item)))
                    .collect();
                text.push_str(&lines.join("\n"));
            }
            Block::Table {
                label,
                caption,
                header,
                rows,
            } => {
                let _ = write!(text, "**{label}.** {}\n\n", escaped(caption));
                let row = |cells: &[String]| {
                    let cells: Vec<String> = cells
                        .iter()
                        .map(|cell| escaped(cell).replace('|', "\\|"))
                        .collect();
                    format!("| {} |", cells.join(" | "))
                };
                let mut lines = vec![row(header), format!("|{}", " --- |".repeat(header.len()))];
                lines.extend(rows.iter().map(|cells| row(cells)));
                text.push_str(&lines.join("\n"));
            }
            Block::Figure {
                label,
                name,
                caption,
            } => {
                let (name, caption) = (file_name(name), escaped(caption));
                let _ = write!(
                    text,
                    "![{label}.](plots/{name}.png)\n\n**{label}.** {caption}"
                );
            }
            Block::Code { text: source } => {
                let _ = write!(text, "```python\n{source}\n```");
            }
        }
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A plot's name as a link may hold it: those that the page gives are such already.
fn file_name(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars()
        .map(|c| if is_plain(c) { c } else { '-' })
        .collect()
}

/// Text that Markdown shows as it is: a file's name must not become markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '*' | '_' | '`' | '<' | '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}
