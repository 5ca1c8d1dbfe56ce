//! Breaks text into lines by the width it takes on a screen, where „ü“ is one column and 診 is two.
//!
//! For the text format. It breaks at blanks only, and cuts inside a word only when the word alone is too long;
//! there is deliberately no hyphenation.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that `text` takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// `text` in lines of at most `width` columns (at least one character a line). No-break spaces hold words together.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    join_items(text.split(' ').filter(|word| !word.is_empty()), " ", width)
}

/// `items` in lines of at most `width` columns, with `separator` between items of one line. A line breaks between
/// items; an item that is too long for a line of its own is wrapped at its blanks.
pub fn wrap_items(items: &[String], separator: &str, width: usize) -> Vec<String> {
    let pieces: Vec<String> = items
        .iter()
        .flat_map(|item| if columns(item) <= width { vec![item.clone()] } else { wrap(item, width) })
        .collect();
    join_items(pieces.iter().map(String::as_str), separator, width)
}

/// `words` in lines of at most `width` columns, with blanks between them. A word that is too long is left whole.
pub fn join_whole(words: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|line| columns(line) + 1 + columns(word) <= width) {
            Some(line) => *line += &format!(" {word}"),
            None => lines.push(word.clone()),
        }
    }
    lines
}

fn join_items<'a>(items: impl Iterator<Item = &'a str>, separator: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for item in items {
        if !line.is_empty() && columns(&line) + columns(separator) + columns(item) <= width {
            line.push_str(separator);
            line.push_str(item);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut parts = cut(item, width);
        line = parts.pop().unwrap_or_default();
        lines.append(&mut parts);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cuts a single word that is longer than a line.
fn cut(word: &str, width: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut used = 0;
    for character in word.chars() {
        let wide = character.width().unwrap_or(0);
        if !part.is_empty() && used + wide > width {
            parts.push(std::mem::take(&mut part));
            used = 0;
        }
        part.push(character);
        used += wide;
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn breaks_at_blanks_and_counts_columns() {
        assert_eq!(wrap("für über Größe", 8), ["für über", "Größe"]);
        assert_eq!(wrap("診療所 診療所", 6), ["診療所", "診療所"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("  ", 3), Vec::<String>::new());
        assert_eq!(wrap("um 12:40\u{a0}Uhr", 9), ["um", "12:40\u{a0}Uhr"]);
        let items = ["eins zwei".to_owned(), "drei".to_owned()];
        assert_eq!(wrap_items(&items, " · ", 14), ["eins zwei", "drei"]);
        assert_eq!(wrap_items(&items, " · ", 16), ["eins zwei · drei"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in "[a-zäöüß診 ]{0,80}", width in 2_usize..40) {
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|line| columns(line) <= width));
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
