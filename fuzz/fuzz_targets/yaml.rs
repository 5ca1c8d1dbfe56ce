//! YAML that a person wrote, from the bytes of the file to a small type.
#![no_main]

use std::collections::BTreeMap;
use visite_facts::Text;
use visite_target::{from_yaml, from_yaml_all, yaml::decode};

visite_fuzz::fuzz_bytes!(|bytes| {
    let text = match decode(bytes, "a.yaml") {
        Ok(text) => text,
        Err(mistake) => return visite_fuzz::assert_printable(&[*mistake]),
    };
    match from_yaml_all::<BTreeMap<String, Vec<Text>>>(text, "a.yaml") {
        Ok(value) => assert_eq!(from_yaml(text, "a.yaml"), Ok(value)),
        Err(mistakes) => visite_fuzz::assert_printable(&mistakes),
    }
});
