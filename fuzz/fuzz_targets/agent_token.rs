//! One-time tokens and names of agents: there is one way to write each.
#![no_main]

use visite_agent::protocol::{parse_agent_name, parse_token};

visite_fuzz::fuzz_text!(|text| {
    if let Ok(token) = parse_token(text) {
        assert_eq!(token.text(), text.trim());
    }
    if let Some(name) = parse_agent_name(text) {
        assert_eq!(name.to_string(), text);
    }
});
