//! Which names are those of phones and tablets. Such a device is often called like its owner, who may be a patient.

/// How phones and tablets are called, in small letters.
const WORDS: &[&str] = &[
    "iphone",
    "ipad",
    "ipod",
    "android",
    "smartphone",
    "handy",
    "mobiltelefon",
    "fairphone",
    "galaxy",
    "pixel",
    "oneplus",
    "redmi",
    "xiaomi",
    "tablet",
];
/// Those of them that stand inside no other word, so that they are found without any border.
const DISTINCTIVE: &[&str] = &["iphone", "android", "smartphone"];

/// Whether a name is, or contains, that of a phone or tablet: `Erikas-iPhone.local`, `ErikasIPhone`, `S23-von-Erika`. A
/// computer that is called so, too, loses its name, which is the lesser evil.
pub fn is_mobile(name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    WORDS.iter().any(|word| contains(&letters, word)) || is_model_of_somebody(name)
}

/// Whether a word stands in a name between borders: other signs than letters, or the change of case inside `MyPhone`.
fn contains(name: &[char], word: &str) -> bool {
    let word_letters: Vec<char> = word.chars().collect();
    name.windows(word_letters.len()).enumerate().any(|(at, window)| {
        if !window.iter().zip(&word_letters).all(|(one, other)| one.to_ascii_lowercase() == *other) {
            return false;
        }
        let before = at.checked_sub(1).and_then(|before| name.get(before));
        let (first, second, last) = (window.first(), window.get(1), window.last());
        let after = name.get(at + window.len());
        // `iPhone` begins with a small letter, and is a word of its own nevertheless.
        let begins = first.is_some_and(|c| c.is_uppercase()) || second.is_some_and(|c| c.is_uppercase());
        let border_before = before.is_none_or(|c| !c.is_alphabetic() || c.is_lowercase() && begins);
        let border_after = after
            .is_none_or(|c| !c.is_alphabetic() || c.is_uppercase() && last.is_some_and(|last| last.is_lowercase()));
        DISTINCTIVE.contains(&word) || border_before && border_after
    })
}

/// The way phones of Samsung are called in German: a short model, `von`, and who owns it.
fn is_model_of_somebody(name: &str) -> bool {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let model = |word: &String| {
        let mut letters = word.chars();
        letters.next().is_some_and(|c| c.is_ascii_lowercase())
            && (2..=4).contains(&word.chars().count())
            && letters.next().is_some_and(|c| c.is_ascii_digit())
    };
    words.first().is_some_and(model) && words.iter().skip(1).any(|word| word == "von")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phones_are_known_wherever_the_word_stands() {
        for name in [
            "iPhone-von-Erika-Mustermann.local",
            "Erikas-iPhone.local",
            "erikas-iphone-2",
            "ErikasiPhone",
            "ErikasIPhone13",
            "erikasiphone.fritz.box",
            "iPad (2)",
            "ErikasiPadPro.local",
            "android-3f9c01a27b44d1e2",
            "EMPFANG-ANDROID-TEST",
            "Galaxy-S21-Ultra",
            "Pixel7.local",
            "MeinPixel",
            "Handy-Erika",
            "erika_handy",
            "Smartphone",
            "Erikas Tablet",
            "S23-Ultra-von-Erika",
            "a52-von-erika.fritz.box",
        ] {
            assert!(is_mobile(name), "{name}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for name in [
            "empfang-1.praxis.local",
            "zipadmin",
            "ipaddress-server",
            "handyman-pc",
            "pixelserver",
            "galaxyplex",
            "telefon-anmeldung",
            "von-neumann",
            "server-von-vorne",
            "pc1-labor",
            "tablette",
            "",
        ] {
            assert!(!is_mobile(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_taken(name in ".{0,40}") {
            is_mobile(&name);
        }
    }
}
