//! rsync daemon greeting.
