//! How fast packets may go out. One pacer serves a whole scan, whoever sends.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Packets that may go out together after a pause, as time: what a timer of one millisecond needs to keep the rate.
const SLACK: Duration = Duration::from_millis(10);

/// Hands out moments at which packets may be sent, evenly spread, and counts what was sent.
#[derive(Debug)]
pub struct Pacer {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rate: u32,
    highest: u32,
    next: Instant,
    sent: BTreeMap<&'static str, u64>,
}

impl Pacer {
    /// At most `rate` packets a second (at least one).
    pub fn new(rate: u32) -> Self {
        let rate = rate.max(1);
        Self { state: Mutex::new(State { rate, highest: rate, next: Instant::now(), sent: BTreeMap::new() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half changed by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the right to send `packets` packets of a kind, and says how long to wait before the first of them.
    pub fn reserve(&self, kind: &'static str, packets: u32) -> Duration {
        let mut state = self.state();
        let now = Instant::now();
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        let at = state.next.max(earliest);
        state.next = at + Duration::from_secs(1) * packets / state.rate;
        *state.sent.entry(kind).or_default() += u64::from(packets);
        at.saturating_duration_since(now)
    }

    /// Waits until `packets` packets may be sent.
    pub async fn wait(&self, kind: &'static str, packets: u32) {
        let pause = self.reserve(kind, packets);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// The same in a thread. Pauses too short for a timer are left to later ones.
    pub fn block(&self, kind: &'static str, packets: u32) {
        let pause = self.reserve(kind, packets);
        if pause > Duration::from_micros(500) {
            std::thread::sleep(pause);
        }
    }

    /// Packets a second from now on.
    pub fn set_rate(&self, rate: u32) {
        let mut state = self.state();
        state.rate = rate.max(1);
        state.highest = state.highest.max(state.rate);
    }

    /// Packets a second at present.
    pub fn rate(&self) -> u32 {
        self.state().rate
    }

    /// The highest rate there was.
    pub fn highest(&self) -> u32 {
        self.state().highest
    }

    /// Packets sent so far, by kind.
    pub fn sent(&self) -> BTreeMap<&'static str, u64> {
        self.state().sent.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_kept_and_pauses_are_not_made_up_for() {
        let pacer = Pacer::new(100);
        let begun = Instant::now();
        let waits: Vec<Duration> = (0..50).map(|_| pacer.reserve("tcp", 1)).collect();
        // Fifty packets at a hundred a second: the last one half a second after the first, less the slack.
        let last = waits[49] + begun.elapsed();
        assert!(last >= Duration::from_millis(470), "{last:?}");
        assert!(waits[0] < Duration::from_millis(1));
        assert_eq!(pacer.sent(), BTreeMap::from([("tcp", 50)]));
    }

    #[test]
    fn several_packets_at_once_cost_their_time() {
        let pacer = Pacer::new(200);
        pacer.reserve("tcp", 100);
        assert!(pacer.reserve("udp", 1) >= Duration::from_millis(470));
        assert_eq!(Pacer::new(0).rate(), 1);
    }
}
