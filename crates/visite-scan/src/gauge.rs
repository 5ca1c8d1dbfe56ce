//! How a device answers, so that it is left in peace when it becomes slower.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a device answers: when it becomes slower, it is left in peace for longer.
#[derive(Debug, Default)]
pub struct Gauge {
    best: AtomicU64,
    pause: AtomicU64,
}

impl Gauge {
    const LONGEST_MILLIS: u64 = 5_000;

    pub(crate) fn pause(&self) -> Duration {
        Duration::from_millis(self.pause.load(Ordering::Relaxed))
    }

    /// Notes how long a connection took; `None` if there was none in time.
    pub(crate) fn note(&self, took: Option<Duration>) {
        let best = self.best.load(Ordering::Relaxed);
        let slow = match took {
            None => true,
            Some(took) => {
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
                if best == 0 || micros < best {
                    self.best.store(micros, Ordering::Relaxed);
                }
                // Differences of a few milliseconds are this computer's own.
                best != 0 && micros > best.saturating_mul(2).saturating_add(20_000)
            }
        };
        let pause = self.pause.load(Ordering::Relaxed);
        let next = if slow { (pause * 2).clamp(100, Self::LONGEST_MILLIS) } else { pause / 2 };
        self.pause.store(next, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_becomes_slow_is_left_in_peace() {
        let gauge = Gauge::default();
        gauge.note(Some(Duration::from_millis(2)));
        assert_eq!(gauge.pause(), Duration::ZERO);
        gauge.note(Some(Duration::from_millis(60)));
        assert_eq!(gauge.pause(), Duration::from_millis(100));
        for _ in 0..20 {
            gauge.note(None);
        }
        assert_eq!(gauge.pause(), Duration::from_millis(5_000));
        for _ in 0..20 {
            gauge.note(Some(Duration::from_millis(2)));
        }
        assert_eq!(gauge.pause(), Duration::ZERO);
    }
}
