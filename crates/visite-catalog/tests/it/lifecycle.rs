//! Which support end belongs to which version.

use visite_catalog::{Layer, load};

fn name_of(id: &str, version: &str, edition: Option<&str>) -> Option<String> {
    let catalog = load(&[Layer::embedded()]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let lifecycle = catalog.lifecycles.values().find(|lifecycle| lifecycle.matches.id == id)?;
    lifecycle.cycle(version, edition).map(|cycle| cycle.version.clone())
}

#[test]
fn a_version_matches_whole_or_up_to_a_dot() {
    assert_eq!(name_of("debian", "12", None).as_deref(), Some("12"));
    assert_eq!(name_of("debian", "12.5", None).as_deref(), Some("12"));
    assert_eq!(name_of("debian", "123", None), None);
    assert_eq!(name_of("debian", "", None), None);
    assert_eq!(name_of("ubuntu", "24.04", None).as_deref(), Some("24.04"));
    assert_eq!(name_of("ubuntu", "24.0", None), None);
}
