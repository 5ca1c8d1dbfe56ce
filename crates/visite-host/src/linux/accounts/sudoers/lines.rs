//! Logical lines of a sudoers file: comments taken off, continued lines joined.
//!
//! For [`super::grammar`]. A `#` starts a comment unless it is quoted, escaped, the start of a user id, or one of the
//! old include directives; a comment cannot be continued.

/// Joins continued lines; each comes with the number of its first line.
pub fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut joined = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    let mut in_quotes = false;
    for (index, line) in text.lines().enumerate() {
        if pending.is_none() {
            in_quotes = false;
            if let Some(include) = include_line(line) {
                joined.push((index + 1, include));
                continue;
            }
        }
        let (body, continued) = without_comment(line, &mut in_quotes);
        let (_, buffer) = pending.get_or_insert_with(|| (index + 1, String::new()));
        buffer.push_str(body);
        if continued {
            buffer.push(' ');
        } else {
            joined.extend(pending.take().filter(|(_, line)| !line.trim().is_empty()));
        }
    }
    // A file that ends where a line should continue is broken; the mark keeps the grammar from accepting the line.
    joined.extend(pending.map(|(number, line)| (number, line + "\\")));
    joined
}

/// `#include x` and `#includedir x` in today's spelling with `@`; `None` for any other line.
fn include_line(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix(['#', '@'])?;
    let argument = rest.strip_prefix("includedir").or_else(|| rest.strip_prefix("include"))?;
    argument.starts_with([' ', '\t']).then(|| format!("@{rest}"))
}

/// The line up to its comment or its continuation mark, and whether it is continued.
fn without_comment<'a>(line: &'a str, in_quotes: &mut bool) -> (&'a str, bool) {
    let text_end = line.trim_end_matches([' ', '\t']).len();
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                None => return (&line[..at], true),
                // A backslash followed by nothing but blanks continues the line as well.
                Some(_) if at + 1 == text_end => return (&line[..at], true),
                Some(_) => {}
            },
            '"' => *in_quotes = !*in_quotes,
            '#' if !*in_quotes && !starts_id(&line[at + 1..]) => return (&line[..at], false),
            _ => {}
        }
    }
    (line, false)
}

fn starts_id(rest: &str) -> bool {
    rest.strip_prefix('-').unwrap_or(rest).starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continued_lines_and_comments() {
        let text = "# one \\\nanna ALL = \\\n  ALL # note\n\n#1000 ALL=ALL\n%#27 ALL=(#0) ALL#x\nbert ALL=/bin/a\\#b\n";
        let lines = logical_lines(text);
        let expected =
            [(2, "anna ALL =    ALL "), (5, "#1000 ALL=ALL"), (6, "%#27 ALL=(#0) ALL"), (7, "bert ALL=/bin/a\\#b")];
        assert_eq!(lines, expected.map(|(number, line)| (number, line.to_owned())));
    }

    #[test]
    fn quotes_protect_a_hash_and_end_with_the_line() {
        let lines = logical_lines("Defaults badpass_message=\"no # comment\"\nDefaults x=\"open\nanna ALL=ALL #c\n");
        assert_eq!(lines[0].1, "Defaults badpass_message=\"no # comment\"");
        assert_eq!(lines[2].1, "anna ALL=ALL ");
    }

    #[test]
    fn includes_in_both_spellings() {
        let lines = logical_lines("#includedir /etc/sudoers.d\n@include local\n#included is a comment\n#include\n");
        let texts: Vec<_> = lines.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(logical_lines("anna ALL=ALL \\\n"), [(1, "anna ALL=ALL  \\".to_owned())]);
        assert_eq!(texts, ["@includedir /etc/sudoers.d", "@include local"]);
    }
}
