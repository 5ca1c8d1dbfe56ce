//! One real setting changes, and exactly the verdicts that it concerns change with it. Then it changes back.
//!
//! The setting is made the way an administrator makes it: a line in a file, a database compiled by `dconf`, a package
//! built by `dpkg-deb` and offered by a source that `apt-get` has read, a rule loaded by `nft`.

mod accounts;
mod backup;
mod malware;
mod network;
mod screen;
mod updates;

use crate::program::{Verdicts, changes};

/// Looks, changes, looks, changes back and looks again. Gives what changed.
fn flip(look: impl Fn() -> Verdicts, change: impl FnOnce(), back: impl FnOnce()) -> String {
    let before = look();
    change();
    let after = look();
    back();
    assert_eq!(changes(&before, &look()), "", "everything is as it was");
    changes(&before, &after)
}
