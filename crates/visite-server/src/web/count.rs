//! How many requests this node answered, by the first digit of their status.

use axum::http::StatusCode;
use jiff::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts since the start.
#[derive(Debug)]
pub struct Counts {
    /// When counting began.
    pub started: Timestamp,
    classes: [AtomicU64; 5],
}

impl Counts {
    /// Nothing so far.
    pub fn new(started: Timestamp) -> Self {
        Self { started, classes: Default::default() }
    }

    /// One more answer.
    pub fn add(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100);
        if let Some(count) = class.checked_sub(1).and_then(|class| self.classes.get(class)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Answers by the first digit of their status, 1 to 5.
    pub fn requests(&self) -> Vec<(usize, u64)> {
        let counted = self.classes.iter().enumerate();
        counted.map(|(class, count)| (class + 1, count.load(Ordering::Relaxed))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_their_class() {
        let counts = Counts::new(Timestamp::UNIX_EPOCH);
        for status in [StatusCode::OK, StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
            counts.add(status);
        }
        assert_eq!(counts.requests(), [(1, 0), (2, 2), (3, 0), (4, 1), (5, 0)]);
    }
}
