//! Practice files: a refusal says why and can be printed; what was accepted answers every question.
//! Seeds: docs/examples
//! Seeds: tests/compat
#![no_main]

use visite_target::{ApprovedAction, Practice};

visite_fuzz::fuzz_text!(|text| {
    match Practice::from_yaml(text, "praxis.yaml") {
        Err(mistakes) => visite_fuzz::assert_printable(&mistakes),
        Ok(practice) => ask(&practice),
    }
});

fn ask(practice: &Practice) {
    let now = visite_fuzz::now();
    let today = visite_target::time::local_date(now, &practice.time_zone());
    let _ = (practice.practice_size(), practice.is_open(now), practice.change_freeze_on(today));
    let _ = practice.exemptions_in_force(now).count();
    for device in practice.devices.iter().flatten() {
        let seen: Vec<_> = device.identifiers.iter().flatten().filter_map(|stated| stated.identifier()).collect();
        let _ = (practice.device_seen(&seen, Some("empfang")), practice.data_class_of(device));
        let _ = device.allows(ApprovedAction::Update, today);
    }
}
