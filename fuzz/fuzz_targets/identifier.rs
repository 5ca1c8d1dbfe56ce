//! Identifiers of every kind: what was accepted is accepted again, unchanged.
#![no_main]

use visite_facts::{Identifier, IdentifierKind, Word};

visite_fuzz::fuzz_text!(|text| {
    for kind in IdentifierKind::ALL.iter().filter_map(|word| IdentifierKind::from_word(word)) {
        if let Some(identifier) = Identifier::new(kind, text) {
            assert_eq!(Identifier::new(kind, &identifier.value).as_ref(), Some(&identifier));
        }
    }
    assert!(Identifier::machine_id(text).is_none_or(|identifier| !text.contains(&identifier.value)));
});
