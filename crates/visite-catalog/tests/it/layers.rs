//! Layers: adding, replacing, switching off; and mistakes with their place.

use visite_catalog::{Catalog, Layer, load, short_hash};

const CHECK: &str = "id: door-open
topic: { de: Türen, en: Doors }
title: { de: \"Das Konto {name} ist offen\", en: \"The account {name} is open\" }
status: stable
severity: high
confidence: high
for_each: host.accounts
fails_when: record.uid == 0
why: { de: Darum., en: Because. }
measure: door-close
";

const MEASURE: &str = "id: door-close
title: { de: Schließen, en: Close }
action: { de: Schließen, en: Close }
effort_minutes: 1
cost: free
who: practice
owner: { de: a, en: a }
team: { de: a, en: a }
provider: { steps: [{ de: a, en: a }], verify: { de: a, en: a }, rollback: { de: a, en: a } }
";

const CASES: &str = "cases:
  - { name: gut, facts: { host.accounts: [] }, expect: pass }
";

const CHECK_FILE: &str = "checks/accounts/door-open/check.yaml";

fn base() -> Layer {
    layer(
        "base",
        &[(CHECK_FILE, CHECK), ("checks/accounts/door-open/cases.yaml", CASES), ("measures/door-close.yaml", MEASURE)],
    )
}

fn layer(name: &str, files: &[(&str, &str)]) -> Layer {
    Layer::from_files(name, files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
}

fn loaded(layers: &[Layer]) -> Catalog {
    load(layers).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// The first mistake of a catalogue that is the base with one file changed.
fn mistake_in(path: &str, text: &str) -> String {
    let mut changed = base();
    changed.files.insert(path.to_owned().into(), text.to_owned().into());
    let mistakes = load(&[changed]).expect_err("a mistake");
    mistakes.first().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_layer_adds() {
    let own = CHECK.replace("door-open", "window-open");
    let catalog = loaded(&[base(), layer("own", &[("checks/network/window-open/check.yaml", &own)])]);
    assert_eq!(catalog.checks.keys().collect::<Vec<_>>(), ["door-open", "window-open"]);
    assert_eq!(catalog.checks["window-open"].origin.layer, "own");
}

#[test]
fn a_layer_replaces_only_what_it_names_with_its_hash() {
    let hash = short_hash(CHECK);
    let milder = CHECK.replace("severity: high", "severity: low");
    let named = format!("replaces: door-open@{hash}\n{milder}");
    let catalog = loaded(&[base(), layer("own", &[(CHECK_FILE, &named)])]);
    assert_eq!(catalog.checks["door-open"].severity, visite_facts::Severity::Low);
    assert_eq!(catalog.used.replaced[0].replaces, hash);
    assert_eq!(catalog.used.replaced[0].layer, "own");

    for silent in [milder.clone(), format!("replaces: door-open@000000000000\n{milder}")] {
        let mistakes = load(&[base(), layer("own", &[(CHECK_FILE, &silent)])]).expect_err("must name what it replaces");
        let told = mistakes[0].to_string();
        assert!(told.contains(&format!("replaces: door-open@{hash}")), "{told}");
    }
}

#[test]
fn a_layer_switches_off_with_a_reason() {
    let off = "id: door-open\ndisabled: Hier gibt es keine Türen.\n";
    let catalog = loaded(&[base(), layer("own", &[(CHECK_FILE, off)])]);
    assert!(catalog.checks.is_empty());
    assert_eq!(catalog.used.disabled[0].reason, "Hier gibt es keine Türen.");
    let nothing = load(&[layer("embedded", &[]), layer("own", &[(CHECK_FILE, off)])]);
    assert!(nothing.is_err(), "what is not there cannot be switched off");
}

#[test]
fn the_hash_covers_everything() {
    let milder = CHECK.replace("severity: high", "severity: low");
    let other = loaded(&[layer("base", &[(CHECK_FILE, &milder), ("measures/door-close.yaml", MEASURE)])]);
    assert_ne!(other.used.hash, loaded(&[base()]).used.hash);
    assert_eq!(loaded(&[base()]).used.hash, loaded(&[base()]).used.hash);
}

#[test]
fn mistakes_name_file_line_column_and_the_nearest_word() {
    let told = [
        mistake_in(CHECK_FILE, &CHECK.replace("record.uid == 0", "record.uidd == 0")),
        mistake_in(CHECK_FILE, &CHECK.replace("record.uid == 0", "record.uid > 5 && record.pasword == \"none\"")),
        mistake_in(CHECK_FILE, &CHECK.replace("severity: high", "severity: hihg")),
        mistake_in(CHECK_FILE, &CHECK.replace("topic:", "topci:")),
        mistake_in(CHECK_FILE, &CHECK.replace("host.accounts", "host.acounts")),
        mistake_in(CHECK_FILE, &CHECK.replace("{name}", "{nam}")),
        mistake_in(CHECK_FILE, &CHECK.replace("door-close", "door-closed")),
        mistake_in(CHECK_FILE, &CHECK.replace("id: door-open", "id: door")),
        mistake_in(CHECK_FILE, &format!("{CHECK}max_age: 7w\n")),
        mistake_in(CHECK_FILE, &format!("{CHECK}sources: [KBV-1]\n")),
        mistake_in(CHECK_FILE, &CHECK.replace("why: { de: Darum., en: Because. }\n", "")),
        mistake_in(CHECK_FILE, &format!("{CHECK}pattern: nothing\n")),
        mistake_in("checks/nowhere/door/check.yaml", CHECK),
        mistake_in("somewhere.yaml", "a: 1"),
        mistake_in("checks/accounts/door-open/cases.yaml", &CASES.replace("pass", "passes")),
        mistake_in("checks/accounts/door-open/cases.yaml", &CASES.replace("[]", "[{ uidd: 1 }]")),
    ]
    .join("\n\n");
    insta::assert_snapshot!(told);
}

#[test]
fn patterns_fill_conditions_and_check_their_parameters() {
    let pattern = "id: uid-is
doc: { de: Prüft die Nummer., en: Checks the number. }
parameters: { uids: integers }
check: { for_each: host.accounts, fails_when: \"record.uid in ${uids}\", confidence: low }
";
    let check = |with: &str| {
        CHECK.replace(
            "for_each: host.accounts\nfails_when: record.uid == 0\n",
            &format!("pattern: uid-is\nwith: {with}\n"),
        )
    };
    let with_pattern = |with: &str| {
        let mut changed = base();
        changed.files.insert("patterns/uid-is.yaml".into(), pattern.to_owned().into());
        changed.files.insert(CHECK_FILE.into(), check(with).into());
        load(&[changed])
    };
    let catalog = with_pattern("{ uids: [0, 7] }").unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let built = &catalog.checks["door-open"];
    assert_eq!(built.fails_when.text, "record.uid in [0, 7]");
    assert_eq!(built.confidence, visite_facts::Confidence::High, "the check's own word counts");
    for wrong in ["{ uids: zero }", "{ uid: [0] }", "{}"] {
        assert!(with_pattern(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_text_parameter_stays_a_text() {
    let pattern = "id: name-is
doc: { de: a, en: a }
parameters: { name: text }
check: { for_each: host.accounts, fails_when: \"record.name == ${name}\" }
";
    let attack = "'x\" || true || record.name == \"y'";
    let check = CHECK.replace(
        "for_each: host.accounts\nfails_when: record.uid == 0\n",
        &format!("pattern: name-is\nwith: {{ name: {attack} }}\n"),
    );
    let mut changed = base();
    changed.files.insert("patterns/name-is.yaml".into(), pattern.to_owned().into());
    changed.files.insert(CHECK_FILE.into(), check.into());
    let catalog = load(&[changed]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    assert_eq!(catalog.checks["door-open"].fails_when.fields.len(), 1);
    assert!(catalog.checks["door-open"].fails_when.text.contains("\\\""));
}

#[test]
fn mistakes_that_multiply_are_not_all_listed() {
    let pattern =
        "id: any\ndoc: { de: a, en: a }\nparameters: {}\ncheck: { for_each: host.accounts, fails_when: \"true\" }\n";
    let parameters: String = (0..500).map(|number| format!("  p{number}: 1\n")).collect();
    let sources: Vec<String> = (0..500).map(|number| format!("S-{number}")).collect();
    for more in [format!("pattern: any\nwith:\n{parameters}"), format!("sources: [{}]\n", sources.join(", "))] {
        let mut changed = base();
        changed.files.insert("patterns/any.yaml".into(), pattern.into());
        changed.files.insert(CHECK_FILE.into(), format!("{CHECK}{more}").into());
        let mistakes = load(&[changed]).expect_err("a mistake");
        assert!((100..200).contains(&mistakes.len()), "{}", mistakes.len());
    }
}

#[test]
fn every_text_of_the_embedded_catalogue_is_there_in_both_languages() {
    let catalog = loaded(&[Layer::embedded()]);
    for requirement in catalog.requirements() {
        for text in [&requirement.title, &requirement.text, &requirement.section, &requirement.target] {
            assert!(!text.de.trim().is_empty() && !text.en.trim().is_empty(), "{}", requirement.id);
        }
    }
    for measure in catalog.measures.values() {
        let provider = &measure.provider;
        let texts =
            [&measure.title, &measure.action, &measure.owner, &measure.team, &provider.verify, &provider.rollback];
        for text in texts.into_iter().chain(&provider.steps) {
            assert!(!text.de.trim().is_empty() && !text.en.trim().is_empty(), "{}", measure.id);
        }
        assert!(!provider.steps.is_empty() && measure.effort_minutes > 0, "{}", measure.id);
    }
}

#[test]
fn all_92_requirements_of_the_kbv_directive_are_there() {
    let catalog = loaded(&[Layer::embedded()]);
    let kbv = &catalog.frameworks["kbv-390"].requirements;
    let of_annex = |annex: &str| kbv.iter().filter(|requirement| requirement.number.starts_with(annex)).count();
    assert_eq!(["A1-", "A2-", "A3-", "A4-", "A5-"].map(of_annex), [50, 10, 17, 6, 9]);
    for requirement in kbv {
        let bound = [&requirement.checks, &requirement.questions, &requirement.documents, &requirement.records];
        assert!(bound.iter().any(|ids| !ids.is_empty()), "{} is bound to nothing", requirement.id);
    }
    assert_eq!(catalog.frameworks["din-27076"].requirements.len(), 27);
}

#[test]
fn the_hash_covers_the_area_too() {
    let moved = layer("base", &[("checks/network/door-open/check.yaml", CHECK), ("measures/door-close.yaml", MEASURE)]);
    let catalog = loaded(&[moved]);
    assert_ne!(catalog.checks["door-open"].area, loaded(&[base()]).checks["door-open"].area);
    assert_ne!(catalog.used.hash, loaded(&[base()]).used.hash);
}

#[test]
fn cases_without_a_check_beside_them_are_a_mistake() {
    for path in ["checks/accounts/door-opne/cases.yaml", "checks/network/door-open/cases.yaml", "measures/x/cases.yaml"]
    {
        let told = mistake_in(path, CASES);
        assert!(told.contains(path) && told.contains("check.yaml"), "{path}: {told}");
    }
    let alone = layer("own", &[("checks/accounts/door-open/cases.yaml", CASES)]);
    assert!(load(&[base(), alone]).is_err(), "cases belong to the check of their own layer");
}

const LIFECYCLE: &str = "id: doors
title: Doors
source: { url: https://example.org/, date: 2026-01-01 }
match: { family: linux, id: doors }
cycles: [{ version: \"1\", name: Doors 1, ends: 2026-01-01 }]
";

#[test]
fn two_lifecycles_never_speak_about_the_same_system() {
    let mut below = base();
    below.files.insert("lifecycles/doors.yaml".into(), LIFECYCLE.into());
    let longer = LIFECYCLE.replace("id: doors\ntitle", "id: a-doors\ntitle").replace("ends: 2026", "ends: 2099");
    let mistakes = load(&[below.clone(), layer("own", &[("lifecycles/a-doors.yaml", &longer)])]);
    let told = mistakes.expect_err("who replaces has to say so")[0].to_string();
    assert!(told.contains("doors") && told.contains("a-doors"), "{told}");
    let other = longer.replace("match: { family: linux, id: doors }", "match: { family: linux, id: windows-like }");
    loaded(&[below, layer("own", &[("lifecycles/a-doors.yaml", &other)])]);
}

#[test]
fn files_of_windows_editors_replace_and_switch_off_as_well() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let hash = short_hash(CHECK);
    let milder = windows(&format!("replaces: door-open@{hash}\n{}", CHECK.replace("severity: high", "severity: low")));
    let catalog = loaded(&[base(), layer("own", &[(CHECK_FILE, &milder)])]);
    assert_eq!(catalog.checks["door-open"].severity, visite_facts::Severity::Low);
    let off = windows("id: door-open\ndisabled: Hier gibt es keine Türen.\n");
    assert!(loaded(&[base(), layer("own", &[(CHECK_FILE, &off)])]).checks.is_empty());
}

#[test]
fn what_only_looks_like_a_replacement_is_none() {
    let hash = short_hash(CHECK);
    let milder = CHECK.replace("severity: high", "severity: low");
    for disguised in [
        format!("# replaces: door-open@{hash}\n{milder}"),
        milder.replace("topic:", &format!("topic: {{ de: \"replaces: door-open@{hash}\", en: x }}\n#")),
        milder.replace(
            "why: { de: Darum., en: Because. }",
            &format!("why:\n  de: >-\n    x\n    replaces: door-open@{hash}\n  en: x"),
        ),
    ] {
        assert!(load(&[base(), layer("own", &[(CHECK_FILE, &disguised)])]).is_err(), "{disguised}");
    }
}
