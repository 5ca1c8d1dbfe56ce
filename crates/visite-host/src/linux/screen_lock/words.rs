//! Splits a command line into words, as a shell would as long as nothing has to be expanded.
//!
//! For configuration files that hold commands: sway, swayidle, autostart entries, session scripts. Expansion,
//! pipes and lists of commands are deliberately absent; a line that needs them is not clear-cut.

/// The words of a command. `None` if it holds anything that only a shell can tell, or an open quote.
pub fn parse_words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => word.get_or_insert_default().push_str(&until_quote(&mut letters)?),
            '"' => double_quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(letters.next()?),
            '$' | '`' | ';' | '|' | '&' | '<' | '>' | '(' | ')' | '{' | '}' | '*' | '?' | '\n' => return None,
            '#' if word.is_none() => break,
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Some(words)
}

fn until_quote(letters: &mut std::str::Chars<'_>) -> Option<String> {
    let (inside, rest) = letters.as_str().split_once('\'')?;
    *letters = rest.chars();
    Some(inside.to_owned())
}

fn double_quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(()),
            '\\' => word.push(letters.next()?),
            '$' | '`' => return None,
            _ => word.push(letter),
        }
    }
    None
}

/// Whether `text` mentions `word` as a word of its own outside of comments that fill a line.
pub fn mentions(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    text.lines().filter(|line| !line.trim_start().starts_with('#')).any(|line| {
        line.match_indices(word).any(|(at, _)| {
            !line[..at].chars().next_back().is_some_and(is_part)
                && !line[at + word.len()..].chars().next().is_some_and(is_part)
        })
    })
}

/// Joins lines that end in a backslash with the next one.
pub fn joined_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut pending = String::new();
    for line in text.lines() {
        match line.strip_suffix('\\') {
            Some(start) => {
                pending.push_str(start);
                pending.push(' ');
            }
            None => {
                pending.push_str(line);
                lines.push(std::mem::take(&mut pending));
            }
        }
    }
    if !pending.is_empty() {
        lines.push(pending);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_keep_words_together() {
        let words = parse_words("timeout 300 'swaylock -f' \"a \\\"b\" c\\ d # comment").expect("clear");
        assert_eq!(words, ["timeout", "300", "swaylock -f", "a \"b", "c d"]);
        assert_eq!(parse_words("xautolock ''").expect("clear"), ["xautolock", ""]);
    }

    #[test]
    fn what_a_shell_would_expand_is_not_clear() {
        for line in ["a $b", "a; b", "a && b", "a 'open", "a \"`b`\"", "a \\"] {
            assert_eq!(parse_words(line), None, "{line}");
        }
    }

    #[test]
    fn mentions_are_whole_words_outside_of_comments() {
        assert!(mentions("exec swayidle -w\n", "swayidle"));
        assert!(mentions("exec /usr/bin/swayidle\n", "swayidle"));
        assert!(!mentions(" # exec swayidle\nexec swayidle-helper\n", "swayidle"));
    }

    #[test]
    fn continued_lines_are_one() {
        assert_eq!(joined_lines("a \\\nb\nc\\"), ["a  b", "c "]);
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String) {
            let _ = parse_words(&text);
            mentions(&text, "a");
            joined_lines(&text);
        }
    }
}
