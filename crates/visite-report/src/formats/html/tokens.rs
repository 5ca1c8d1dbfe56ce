//! Colours of the report as CSS variables, with a light and a dark value each.
//!
//! One accent, red only for urgent, amber for act, green sparingly, grey for unknown. The tests hold the contrasts of
//! WCAG 2.2: 7:1 for text, 4.5:1 for words of a state.

use std::fmt::Write as _;

/// A colour: its variable, its light and its dark value.
pub struct Token {
    name: &'static str,
    light: &'static str,
    dark: &'static str,
}

impl Token {
    /// The name of its variable, without the dashes.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

const fn token(name: &'static str, light: &'static str, dark: &'static str) -> Token {
    Token { name, light, dark }
}

/// Every colour that the style sheet uses.
pub const TOKENS: [Token; 16] = [
    token("page", "#f6f8f8", "#101718"),
    token("surface", "#ffffff", "#182123"),
    token("text", "#182325", "#e8eeee"),
    token("muted", "#435154", "#b4c1c3"),
    token("line", "#d3dcdc", "#35444a"),
    token("accent", "#0a5456", "#72cfca"),
    token("accent-soft", "#e6f1f1", "#17312f"),
    token("urgent", "#9c1218", "#ffa49d"),
    token("urgent-soft", "#fcecea", "#3a1d1d"),
    token("act", "#6d4300", "#f4c473"),
    token("act-soft", "#fbf1de", "#352910"),
    token("good", "#175532", "#97d8ab"),
    token("good-soft", "#e8f3ec", "#173122"),
    token("unknown", "#46535a", "#b9c4c8"),
    token("unknown-soft", "#ebeff0", "#263135"),
    token("accepted", "#3d4578", "#bcc3f5"),
];

/// The variables for light, dark, and paper, which is light whatever the screen is.
pub fn style() -> String {
    let values = |value: fn(&Token) -> &'static str| {
        TOKENS.iter().fold(String::new(), |mut css, token| {
            write!(css, "--{}:{};", token.name, value(token)).expect("writing to a string cannot fail");
            css
        })
    };
    let (light, dark) = (values(|token| token.light), values(|token| token.dark));
    format!(
        ":root{{color-scheme:light dark;{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, dark: bool) -> &'static str {
        let token = TOKENS.iter().find(|token| token.name == name).expect("a token of that name");
        if dark { token.dark } else { token.light }
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(&color[at..at + 2], 16).expect("two hexadecimal digits");
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn assert_contrast(text: &str, ground: &str, least: f64) {
        for dark in [false, true] {
            let seen = contrast(value(text, dark), value(ground, dark));
            assert!(seen >= least, "{text} on {ground} (dark: {dark}) is {seen:.2}:1, needs {least}:1");
        }
    }

    #[test]
    fn contrast_is_computed_as_wcag_does() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    }

    #[test]
    fn text_is_easy_to_read() {
        for ground in ["page", "surface", "unknown-soft", "accent-soft"] {
            for text in ["text", "muted", "accent"] {
                assert_contrast(text, ground, 7.0);
            }
        }
        for ground in ["urgent-soft", "act-soft", "good-soft"] {
            assert_contrast("text", ground, 7.0);
        }
    }

    #[test]
    fn words_of_a_state_are_easy_to_tell() {
        for state in ["urgent", "act", "good", "unknown", "accepted"] {
            assert_contrast(state, "surface", 4.5);
            assert_contrast(state, "page", 4.5);
        }
        for state in ["urgent", "act", "good", "unknown"] {
            assert_contrast(state, &format!("{state}-soft"), 4.5);
        }
    }

    /// On the plan of a network, which no browser checks.
    #[test]
    fn the_plan_is_easy_to_read() {
        for ground in ["surface", "page", "accent-soft"] {
            for text in ["text", "muted"] {
                assert_contrast(text, ground, 7.0);
            }
            for symbol in ["urgent", "act", "good", "accent", "unknown"] {
                assert_contrast(symbol, ground, 4.5);
            }
        }
    }

    #[test]
    fn every_colour_of_the_style_sheet_is_a_token() {
        let css = include_str!("style.css");
        for used in css.split("var(--").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(TOKENS.iter().any(|token| token.name == used), "--{used} is no token");
        }
        for token in &TOKENS {
            assert!(css.contains(&format!("var(--{})", token.name)), "--{} is not used", token.name);
        }
        assert!(!css.contains('#'), "colours are tokens, and ids carry no style");
    }
}
