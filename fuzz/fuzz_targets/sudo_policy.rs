//! A sudoers file down to the records it gives and to who may do everything.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use std::collections::BTreeMap;
use visite_fuzz::{OneFile, caller};
use visite_host::linux::accounts::sudoers::grants::{World, may_do_everything, sudo_rules};
use visite_host::linux::accounts::sudoers::policy::Policy;

visite_fuzz::fuzz_text!(|text| {
    let policy = Policy::read(&OneFile(text), OneFile::PATH, "empfang.praxis").expect("the file is there");
    let (callers, groups) = ([caller()], BTreeMap::from([(27, "sudo".to_owned())]));
    let world = World { callers: &callers, groups: &groups, host: "empfang.praxis" };
    let _ = sudo_rules(&policy, &world);
    let _ = may_do_everything(&policy, &world, &callers[0]);
});
