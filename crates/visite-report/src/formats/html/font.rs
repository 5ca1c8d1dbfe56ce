//! The typeface of the report, carried in the page itself, so that it looks the same on every computer and on paper.
//!
//! For the style sheet: one `@font-face` rule. Deliberately absent: an italic, which no text uses, and letters beyond
//! Latin, for which the reader's own fonts stand in.

use std::sync::LazyLock;

/// Inter, variable weight, Latin subset; see `fonts/README.md`.
pub const INTER: &[u8] = include_bytes!("../../../fonts/inter-latin-wght-normal.woff2");

/// The characters in the subset, as its maker lists them. Anything else is not looked for in it.
pub const CHARACTERS: &str = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,\
                          U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD";

/// The rule that names it `Inter`. Encoded once, when the first page is written.
pub fn face() -> &'static str {
    static FACE: LazyLock<String> = LazyLock::new(|| {
        let data = base64(INTER);
        format!(
            "@font-face{{font-family:Inter;font-style:normal;font-weight:100 900;unicode-range:{CHARACTERS};\
             src:url(data:font/woff2;base64,{data}) format(\"woff2\")}}\n"
        )
    });
    &FACE
}

/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let six = (bits >> (18 - 6 * place)) & 0x3f;
            text.push(if place > group.len() { '=' } else { char::from(ALPHABET[six as usize]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base64_is_that_of_the_rfc() {
        let vectors =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, coded) in vectors {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn the_font_is_whole() {
        assert!(INTER.starts_with(b"wOF2"));
        // The length that the header of WOFF2 states (W3C WOFF 2.0, section 4.1).
        let stated = u32::from_be_bytes([INTER[8], INTER[9], INTER[10], INTER[11]]);
        assert_eq!(stated as usize, INTER.len());
    }
}
