//! The spool while everything goes wrong that can.

use super::*;
use crate::protocol::parse_delivery;

fn at(second: i64) -> Timestamp {
    Timestamp::constant(1_795_521_600 + second, 0)
}

fn entry(collector: &str, content: &str, second: i64) -> Entry {
    Entry {
        hash: Hash::of(content.as_bytes()),
        observed_at: at(second),
        subject: "host-1".to_owned(),
        collector: collector.to_owned(),
        body: Some(content.to_owned()),
    }
}

/// A look: one collector that never changes, one that always does.
fn look(second: i64) -> Vec<Entry> {
    vec![entry("linux.os", "the same", second), entry("linux.sockets", &format!("other {second}"), second)]
}

fn opened(folder: &Path) -> Spool {
    Spool::open(folder, Limits::default()).expect("it opens")
}

fn contents(parcel: &Parcel) -> Vec<Option<&str>> {
    parcel.snapshots.iter().map(|entry| entry.body.as_deref()).collect()
}

#[test]
fn only_contents_that_the_server_lacks_are_sent() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    let first = spool.push(&look(0), at(0)).expect("kept");
    assert_eq!(first, 1_795_521_600, "numbers of an empty spool begin with the time");
    assert_eq!(spool.push(&look(1), at(-999_999)).expect("kept"), first + 1, "whatever the clock says");
    let parcel = spool.next(None).expect("waiting");
    assert_eq!((parcel.sequence, parcel.full, parcel.gap), (first, true, false));
    assert_eq!(contents(&parcel), [Some("the same"), Some("other 0")]);
    spool.acknowledge(first, at(2)).expect("moved");
    let parcel = spool.next(None).expect("waiting");
    assert_eq!((parcel.sequence, parcel.full, parcel.gap), (first + 1, false, false));
    assert_eq!(contents(&parcel), [None, Some("other 1")]);
    let lacks = [Hash::of(b"the same")].into();
    assert_eq!(contents(&spool.next(Some(&lacks)).expect("waiting")), [Some("the same"), None]);
    spool.acknowledge(first + 1, at(3)).expect("moved");
    assert_eq!(spool.next(None), None);
}

#[test]
fn a_restored_server_gets_again_what_it_lacks() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    let numbers: Vec<u64> = (0..4).map(|second| spool.push(&look(second), at(second)).expect("kept")).collect();
    for number in &numbers {
        spool.acknowledge(*number, at(9)).expect("moved");
    }
    spool.reopen(numbers[1]).expect("taken back");
    let mut spool = opened(scratch.path());
    assert_eq!((spool.waiting(), spool.highest()), (2, numbers[3]));
    let parcel = spool.next(None).expect("waiting");
    assert_eq!((parcel.sequence, contents(&parcel)), (numbers[2], vec![None, Some("other 2")]));
    spool.reopen(0).expect("taken back");
    let parcel = spool.next(None).expect("waiting");
    assert_eq!((parcel.sequence, contents(&parcel)), (numbers[0], vec![Some("the same"), Some("other 0")]));
}

#[test]
fn what_is_acknowledged_is_kept_for_a_week_or_as_long_as_it_fits() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    for day in 0..9 {
        let second = day * 24 * 3600;
        let number = spool.push(&look(second), at(second)).expect("kept");
        spool.acknowledge(number, at(second)).expect("moved");
    }
    assert_eq!(spool.kept.len(), 8);
    spool.limits.kept_bytes = 1;
    let number = spool.push(&look(7), at(9 * 24 * 3600)).expect("kept");
    spool.acknowledge(number, at(9 * 24 * 3600)).expect("moved");
    assert_eq!(spool.kept.keys().copied().collect::<Vec<_>>(), [number], "the newest says what the server has");
    assert_eq!(fs::read_dir(scratch.path().join("bodies")).expect("a folder").count(), 2);
}

#[test]
fn too_much_is_folded_into_one_full_set_with_a_gap_and_the_newest_is_whole() {
    let scratch = tempfile::tempdir().expect("a folder");
    let limits = Limits { pending: 8, ..Limits::default() };
    let mut spool = Spool::open(scratch.path(), limits).expect("it opens");
    spool.push(&[entry("linux.rare", "seen once", 0)], at(0)).expect("kept");
    for second in 1..100 {
        spool.push(&look(second), at(second)).expect("kept");
        assert!(spool.waiting() <= 8);
    }
    let mut spool = opened(scratch.path());
    let parcel = spool.next(None).expect("waiting");
    assert!(parcel.full && parcel.gap);
    assert!(contents(&parcel).contains(&Some("seen once")), "nothing of the latest state is lost: {parcel:?}");
    let (mut last, mut order) = (None, Vec::new());
    while let Some(parcel) = spool.next(None) {
        order.push(parcel.sequence);
        spool.acknowledge(parcel.sequence, at(100)).expect("moved");
        last = parcel.snapshots.last().cloned();
    }
    assert!(order.is_sorted());
    assert_eq!(last.expect("one").hash, Hash::of(b"other 99"));
}

#[test]
fn too_many_bytes_are_folded_too() {
    let scratch = tempfile::tempdir().expect("a folder");
    let limits = Limits { pending_bytes: 2_000, ..Limits::default() };
    let mut spool = Spool::open(scratch.path(), limits).expect("it opens");
    for second in 0..50 {
        spool.push(&look(second), at(second)).expect("kept");
        assert!(bytes_of(&spool.pending, &spool.bodies) <= 2_000);
    }
    assert!(spool.next(None).expect("waiting").gap);
}

#[test]
fn damaged_files_leave_a_gap_and_nothing_else() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    let numbers: Vec<u64> = (0..3).map(|second| spool.push(&look(second), at(second)).expect("kept")).collect();
    let file = |number: u64| scratch.path().join("pending").join(file_name(number));
    fs::write(file(numbers[1]), b"{\"schema\":\"visite.deli").expect("damaged");
    fs::write(scratch.path().join("pending/README"), b"a stranger").expect("written");
    let mut spool = opened(scratch.path());
    assert_eq!(spool.waiting(), 2);
    assert!(!spool.next(None).expect("waiting").gap);
    spool.acknowledge(numbers[0], at(5)).expect("moved");
    let parcel = spool.next(None).expect("waiting");
    assert_eq!((parcel.sequence, parcel.gap), (numbers[2], true));
    // A content that the disk changed is not sent; the rest of the delivery is.
    let body = scratch.path().join(format!("bodies/{}.json.gz", Hash::of(b"other 2")));
    fs::write(&body, crate::protocol::pack(b"something else")).expect("damaged");
    let parcel = spool.next(None).expect("waiting");
    assert_eq!((parcel.gap, contents(&parcel)), (true, vec![None]));
    // The last of all is damaged: its number is not given again while another is known.
    fs::write(file(numbers[2]), b"").expect("damaged");
    let mut spool = opened(scratch.path());
    assert!(spool.push(&look(9), at(9)).expect("kept") > numbers[0]);
    assert!(spool.next(None).expect("waiting").gap);
}

#[test]
fn new_numbers_keep_the_order() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    for second in 0..3 {
        spool.push(&look(second), at(second)).expect("kept");
    }
    let first = spool.highest() + 1_000;
    spool.renumber(first).expect("renamed");
    let mut spool = opened(scratch.path());
    for (place, content) in ["other 0", "other 1", "other 2"].into_iter().enumerate() {
        let parcel = spool.next(None).expect("waiting");
        assert_eq!(parcel.sequence, first + place as u64);
        assert_eq!(contents(&parcel).last(), Some(&Some(content)));
        spool.acknowledge(parcel.sequence, at(9)).expect("moved");
    }
}

#[test]
fn a_refused_delivery_is_given_up_and_the_next_says_so() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    let first = spool.push(&look(0), at(0)).expect("kept");
    spool.give_up(first).expect("removed");
    spool.push(&look(1), at(1)).expect("kept");
    assert!(spool.next(None).expect("waiting").gap);
}

#[test]
fn contents_too_large_for_one_message_come_one_after_another() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut spool = opened(scratch.path());
    let large: Vec<String> = ["a", "b", "c"].map(|letter| letter.repeat(5_000_000)).into();
    let seen: Vec<Entry> = large.iter().map(|body| entry(&format!("linux.{}", &body[..1]), body, 0)).collect();
    spool.push(&seen, at(0)).expect("kept");
    let mut missing: BTreeSet<Hash> = seen.iter().map(|entry| entry.hash).collect();
    let mut rounds = 0;
    while !missing.is_empty() {
        let parcel = spool.next(Some(&missing)).expect("waiting");
        let delivery = crate::protocol::Delivery {
            version: "1".to_owned(),
            epoch: 1,
            sequence: parcel.sequence,
            sent_at: at(1),
            full: parcel.full,
            gap: parcel.gap,
            snapshots: parcel.snapshots,
        };
        let read = parse_delivery(&delivery.to_json()).expect("within the limits").value;
        for entry in read.snapshots.iter().filter(|entry| entry.body.is_some()) {
            missing.remove(&entry.hash);
        }
        rounds += 1;
        assert!(rounds <= 3);
    }
    assert_eq!(rounds, 2);
}

/// Needs root: a file system of its own that is full.
#[cfg(target_os = "linux")]
#[test]
fn root_a_full_disk_is_told_and_survived() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mount = |arguments: &[&str]| {
        let done = std::process::Command::new("mount").args(arguments).arg(scratch.path()).status();
        done.expect("mount runs").success()
    };
    assert!(mount(&["-t", "tmpfs", "-o", "size=256k", "none"]), "tests named root_* run as root");
    let outcome = std::panic::catch_unwind(|| fill_and_recover(scratch.path()));
    let done = std::process::Command::new("umount").arg(scratch.path()).status().expect("umount runs");
    assert!(done.success());
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

#[cfg(target_os = "linux")]
fn fill_and_recover(disk: &Path) {
    let mut spool = Spool::open(&disk.join("spool"), Limits::default()).expect("it opens");
    let number = spool.push(&look(0), at(0)).expect("kept");
    spool.acknowledge(number, at(0)).expect("moved");
    spool.push(&look(1), at(1)).expect("kept");
    let ballast = disk.join("ballast");
    // Writes until nothing fits any more.
    let _ = fs::write(&ballast, vec![1; 1_000_000]);
    let error = spool.push(&look(2), at(2)).expect_err("full");
    assert!(error.is_full(), "{error:?}");
    let waiting = spool.next(None).expect("what was there is there");
    assert_eq!(contents(&waiting).last(), Some(&Some("other 1")));
    fs::remove_file(&ballast).expect("removed");
    let mut spool_again = spool;
    spool_again.push(&look(3), at(3)).expect("kept again");
    spool_again.acknowledge(waiting.sequence, at(4)).expect("moved");
    assert!(spool_again.next(None).expect("waiting").gap, "the look that was lost is a gap");
    // Space that acknowledged deliveries take is given up before a look is lost.
    let entries = fs::read_dir(disk.join("spool/pending")).expect("a folder").count();
    assert_eq!(entries, 1);
}
