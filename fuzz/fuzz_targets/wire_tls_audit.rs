//! The offers to a server that encrypts: no more than planned, and whatever came back is summed up.
#![no_main]

use visite_fuzz::{converse, manner_and_arrivals};
use visite_wire::tls::{Audit, Hello, MAX_HELLOS};

visite_fuzz::fuzz_bytes!(|bytes| {
    let (_, mut arrivals) = manner_and_arrivals(bytes);
    let mut audit = Audit::new("10.0.0.5", [7; 32]);
    let mut connections = 0;
    while let Some(offer) = audit.next_offer() {
        connections += 1;
        assert!(connections <= MAX_HELLOS);
        let mut hello = if connections == 1 { Hello::new(offer) } else { Hello::to_known(offer) };
        let answers: Vec<&[u8]> = arrivals.by_ref().take(2).collect();
        audit.heard(converse(&mut hello, answers.into_iter()).as_ref());
    }
    let _ = audit.finish();
});
