//! How long to wait after a failure: longer each time, never at the same moment as all others.

use std::time::Duration;

/// First and longest wait.
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(3600);

/// Failures in a row, and until when to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    until: Duration,
}

impl Backoff {
    /// Notes a failure at `now` on the steady clock; `random` spreads computers that all lost the same server.
    pub fn failed(&mut self, now: Duration, random: u32) {
        self.until = now + wait(self.failures, random);
        self.failures = self.failures.saturating_add(1);
    }

    /// Notes that it works again.
    pub fn worked(&mut self) {
        *self = Self::default();
    }

    /// How long is left to wait at `now`.
    pub fn left(self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }
}

/// Twice as long each time, of which the second half is left to chance.
fn wait(failures: u32, random: u32) -> Duration {
    let whole = FIRST.saturating_mul(1 << failures.min(16)).min(LONGEST);
    let half = whole / 2;
    half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_bounded_and_spread() {
        let seconds = |failures, random| wait(failures, random).as_secs();
        assert_eq!((seconds(0, 0), seconds(0, u32::MAX)), (15, 30));
        assert_eq!((seconds(3, 0), seconds(3, u32::MAX)), (120, 240));
        assert_eq!((seconds(u32::MAX, 0), seconds(u32::MAX, u32::MAX)), (1_800, 3_600));
        let mut backoff = Backoff::default();
        let now = Duration::from_secs(1_000);
        backoff.failed(now, u32::MAX);
        assert_eq!(backoff.left(now), Duration::from_secs(30));
        assert_eq!(backoff.left(now + Duration::from_secs(31)), Duration::ZERO);
        backoff.failed(now, u32::MAX);
        assert_eq!(backoff.left(now), Duration::from_secs(60));
        backoff.worked();
        assert_eq!(backoff.left(now), Duration::ZERO);
    }
}
