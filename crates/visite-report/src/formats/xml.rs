//! Text in XML, for the formats that are XML.

use crate::clean::acts;

/// An attribute with a blank in front.
pub fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", escape(value))
}

/// Text that may stand between tags and in attributes. Characters that XML 1.0 does not know (2.2) or that would act
/// on a reader's screen stand as a visible escape.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            _ if acts(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_and_forbidden_characters_become_text() {
        assert_eq!(escape("<a b=\"c\">&\u{0}\u{ffff}\u{1b}ü"), "&lt;a b=&quot;c&quot;&gt;&amp;\\u{0}\\u{ffff}\\u{1b}ü");
    }

    proptest! {
        #[test]
        fn nothing_escapes(text in ".*") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"']));
            prop_assert!(!escaped.chars().any(acts));
        }
    }
}
