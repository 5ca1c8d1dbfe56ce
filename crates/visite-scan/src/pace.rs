//! How fast packets may go out. One pacer serves a whole scan, whoever sends.

use crate::tally::{Counted, Tally};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Packets that may go out together after a pause, as time: what a timer of one millisecond needs to keep the rate.
const SLACK: Duration = Duration::from_millis(10);

/// For so long the system knows the hardware address of a device without asking for it again (RFC 4861, 10:
/// REACHABLE_TIME).
const KNOWN: Duration = Duration::from_secs(30);
/// Devices of which is remembered that the system knows them.
const MOST_KNOWN: usize = 4096;

/// Hands out moments at which packets may be sent, evenly spread, and counts what was sent.
#[derive(Debug)]
pub struct Pacer {
    state: Mutex<State>,
    exact: bool,
    tally: Option<Mutex<Tally>>,
}

#[derive(Debug)]
struct State {
    rate: u32,
    highest: u32,
    next: Instant,
    /// How much was paid for afterwards so far, as time.
    owed: Duration,
    sent: BTreeMap<&'static str, u64>,
    known: BTreeMap<IpAddr, Instant>,
}

impl State {
    fn time(&self, packets: u32) -> Duration {
        Duration::from_secs(1) * packets / self.rate
    }

    /// Takes a place for packets, and says when it comes.
    fn take(&mut self, now: Instant, kind: &'static str, packets: u32) -> Instant {
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        let at = self.next.max(earliest);
        self.next = at + self.time(packets);
        *self.sent.entry(kind).or_default() += u64::from(packets);
        at
    }
}

/// The right to send, from a moment on.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pause: Duration,
    owed: Duration,
}

impl Pacer {
    /// At most `rate` packets a second (at least one). What the system sends by itself is estimated.
    pub fn new(rate: u32) -> Self {
        let (rate, next) = (rate.max(1), Instant::now());
        let state =
            State { rate, highest: rate, next, owed: Duration::ZERO, sent: BTreeMap::new(), known: BTreeMap::new() };
        Self { state: Mutex::new(state), exact: false, tally: None }
    }

    /// The same, and what the system sends by itself is counted as well: acknowledgements, and questions for hardware
    /// addresses.
    pub fn exact(rate: u32) -> Self {
        Self { exact: true, tally: Tally::open().ok().map(Mutex::new), ..Self::new(rate) }
    }

    #[cfg(test)]
    pub(crate) fn without_counters(self) -> Self {
        Self { tally: None, ..self }
    }

    /// Whether everything is counted.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// What was sent and received over a connection, as far as the system says.
    pub(crate) fn counted(&self, own: SocketAddr, other: SocketAddr) -> Option<Counted> {
        self.tally.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).count(own, other)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half changed by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the right to send `packets` packets of a kind, as soon as the turn has come.
    pub fn reserve(&self, kind: &'static str, packets: u32) -> Turn {
        let mut state = self.state();
        let now = Instant::now();
        let at = state.take(now, kind, packets);
        Turn { pause: at.saturating_duration_since(now), owed: state.owed }
    }

    /// How long to wait for a turn from now on; it has come when that is zero. Packets that were paid for meanwhile put it
    /// off.
    pub fn pause(&self, turn: &mut Turn) -> Duration {
        let pause = std::mem::take(&mut turn.pause);
        if !pause.is_zero() {
            return pause;
        }
        let owed = self.state().owed;
        let more = owed.saturating_sub(turn.owed);
        turn.owed = owed;
        more
    }

    /// Pays for packets that the system has sent by itself: whoever waits or comes next waits for longer.
    pub fn owe(&self, kind: &'static str, packets: u32) {
        if packets > 0 {
            let mut state = self.state();
            let time = state.time(packets);
            state.owed += time;
            state.take(Instant::now(), kind, packets);
        }
    }

    /// Pays for what the system sends before it can speak with a device: it asks for its hardware address, and answers
    /// when the device does the same.
    pub fn meet(&self, address: IpAddr) {
        if !self.exact {
            return;
        }
        let now = Instant::now();
        let mut state = self.state();
        if state.known.len() >= MOST_KNOWN {
            state.known.retain(|_, since| now.duration_since(*since) < KNOWN);
        }
        let is_known = state.known.get(&address).is_some_and(|since| now.duration_since(*since) < KNOWN);
        if !is_known {
            state.known.insert(address, now);
            drop(state);
            self.owe(if address.is_ipv4() { "arp" } else { "icmp" }, 2);
        }
    }

    /// Waits until `packets` packets may be sent.
    pub async fn wait(&self, kind: &'static str, packets: u32) {
        let mut turn = self.reserve(kind, packets);
        loop {
            let pause = self.pause(&mut turn);
            if pause.is_zero() {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// The same in a thread. Pauses too short for a timer are left to later ones.
    pub fn block(&self, kind: &'static str, packets: u32) {
        let mut turn = self.reserve(kind, packets);
        let mut pause = turn.pause;
        while pause > Duration::from_micros(500) {
            std::thread::sleep(pause);
            turn.pause = Duration::ZERO;
            pause = self.pause(&mut turn);
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
        let waits: Vec<Duration> = (0..50).map(|_| pacer.reserve("tcp", 1).pause).collect();
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
        assert!(pacer.reserve("udp", 1).pause >= Duration::from_millis(470));
        assert_eq!(Pacer::new(0).rate(), 1);
    }

    #[test]
    fn what_is_paid_for_afterwards_puts_off_whoever_waits() {
        let pacer = Pacer::new(100);
        pacer.reserve("tcp", 10);
        let mut turn = pacer.reserve("tcp", 1);
        pacer.owe("tcp", 20);
        assert!(pacer.pause(&mut turn) >= Duration::from_millis(50), "the packets before it");
        assert_eq!(pacer.pause(&mut turn), Duration::from_millis(200), "what was owed meanwhile");
        assert_eq!(pacer.pause(&mut turn), Duration::ZERO);
        assert!(pacer.reserve("tcp", 1).pause >= Duration::from_millis(250));
    }

    #[test]
    fn whoever_is_met_costs_once() {
        let (pacer, coarse) = (Pacer::exact(200), Pacer::new(200));
        for address in ["10.0.0.1", "10.0.0.2", "10.0.0.1", "fd00::1"] {
            pacer.meet(address.parse().unwrap());
            coarse.meet(address.parse().unwrap());
        }
        assert_eq!(pacer.sent(), BTreeMap::from([("arp", 4), ("icmp", 2)]));
        assert_eq!(coarse.sent(), BTreeMap::new());
    }
}
