//! The embedded catalogue: it loads, and every case gives the verdict it names.

use visite_assess::cases;
use visite_catalog::{Layer, load};

#[test]
fn every_case_gives_its_verdict() {
    let catalog = load(&[Layer::embedded()]).unwrap_or_else(|mistakes| {
        let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("the catalogue has mistakes:\n{}", list.join("\n"))
    });
    let wrong = cases::run_all(&catalog);
    assert!(wrong.is_empty(), "cases with another verdict: {wrong:#?}");
    assert!(catalog.cases.values().map(Vec::len).sum::<usize>() > 100, "the cases were not found");
}
