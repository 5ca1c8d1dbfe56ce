//! `host.malware_protection` and `host.backup` of scratch roots.

use crate::scratch::{Scratch, single};
use visite_facts::facts::{Backup, MalwareProtection};
use visite_facts::{Known, Unknown, UnknownReason};

const NOT_TOLD: UnknownReason = UnknownReason::NotSupported;

fn protection(scratch: &Scratch) -> MalwareProtection {
    single(&scratch.collect("linux.malware_protection"))
}

fn backup(scratch: &Scratch) -> Backup {
    single(&scratch.collect("linux.backup"))
}

#[test]
fn programs_are_known_by_their_files() {
    let scratch = Scratch::new();
    let nothing = protection(&scratch);
    assert_eq!(nothing.programs, Known(Vec::new()));
    assert_eq!((nothing.running, nothing.real_time), (Known(false), Known(false)));
    // What a removed program leaves behind is none.
    scratch.write("/opt/eset/eea/var/log/events.log", "");
    scratch.write("/usr/bin/clamscan", "");
    assert_eq!(protection(&scratch).programs, Known(Vec::new()));
    scratch.write("/opt/eset/eea/bin/odscan", "");
    scratch.write("/usr/sbin/clamd", "");
    scratch.write("/usr/sbin/clamonacc", "");
    let both = protection(&scratch);
    assert_eq!(both.programs, Known(vec!["ClamAV".to_owned(), "ESET".to_owned()]));
    // Another root does not run.
    assert_eq!((both.running, both.real_time), (Unknown(NOT_TOLD), Unknown(NOT_TOLD)));
}

#[test]
fn the_newest_signatures_count() {
    let scratch = Scratch::new();
    scratch.write("/usr/sbin/clamd", "");
    assert_eq!(protection(&scratch).signatures_at, Unknown(NOT_TOLD));
    let head = |seconds: i64| format!("ClamAV-VDB:text:27838:2070000:90:0:0:builder:{seconds}{}", " ".repeat(600));
    scratch.write("/var/lib/clamav/daily.cvd", &head(1_795_000_000));
    let time = |seconds| Known(jiff::Timestamp::from_second(seconds).expect("a time"));
    assert_eq!(protection(&scratch).signatures_at, time(1_795_000_000));
    scratch.write("/var/lib/clamav/daily.cld", &head(1_795_090_000));
    assert_eq!(protection(&scratch).signatures_at, time(1_795_090_000));
    scratch.write("/var/lib/clamav/daily.cld", "cut off while it was written");
    assert_eq!(protection(&scratch).signatures_at, time(1_795_000_000));
    scratch.write("/var/lib/clamav/daily.cvd", "");
    assert_eq!(protection(&scratch).signatures_at, Unknown(UnknownReason::Malformed));
}

#[test]
fn the_newest_backup_counts() {
    let scratch = Scratch::new();
    let nothing = backup(&scratch);
    assert_eq!((nothing.programs, nothing.last_success_at), (Known(Vec::new()), Unknown(NOT_TOLD)));
    scratch.write("/usr/bin/rsnapshot", "");
    let silent = backup(&scratch);
    assert_eq!((silent.programs, silent.last_success_at), (Known(vec!["rsnapshot".to_owned()]), Unknown(NOT_TOLD)));
    scratch.write("/root/.cache/duplicity/80e4/duplicity-full.20261120T010000Z.manifest.gpg", "");
    scratch.write("/root/.cache/borg/cd28/files.0123", "");
    scratch.touch("/root/.cache/borg/cd28/files.0123", "2026-11-21T01:00:00Z");
    scratch.write("/root/.cache/borg/CACHEDIR.TAG", "");
    // A cache is renewed by other commands, too.
    scratch.write("/root/.cache/borg/cd28/chunks", "");
    let seen = backup(&scratch);
    assert_eq!(seen.programs, Known(["Borg", "Duplicity", "rsnapshot"].map(str::to_owned).to_vec()));
    assert_eq!(seen.last_success_at, Known("2026-11-21T01:00:00Z".parse().expect("a time")));
}
