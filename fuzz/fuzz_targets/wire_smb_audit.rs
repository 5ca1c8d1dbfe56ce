//! The connections to a server that speaks SMB: few, and whatever they brought is summed up.
#![no_main]

use visite_fuzz::{converse, manner_and_arrivals};
use visite_facts::facts::NetworkService;
use visite_wire::{Seen, smb};

visite_fuzz::fuzz_bytes!(|bytes| {
    let (manner, mut arrivals) = manner_and_arrivals(bytes);
    let mut audit = smb::Audit::new(&manner);
    let mut connections = 0;
    while let Some(mut dialogue) = audit.next() {
        connections += 1;
        assert!(connections <= 9);
        let answers: Vec<&[u8]> = arrivals.by_ref().take(4).collect();
        audit.told(converse(&mut *dialogue, answers.into_iter()));
    }
    audit.finish(&mut Seen::new(NetworkService::Smb));
});
