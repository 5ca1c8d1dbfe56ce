//! How often somebody may try: token buckets by address or account, in bounded memory.
//!
//! Each try takes a token; tokens grow back with time. When the table is full and nobody in it has rested, newcomers
//! share some buckets: a flood of addresses slows itself down and not those who were there before. Who shares with whom
//! nobody can know from outside, so that one flooder does not keep a certain other one out.

use jiff::Timestamp;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many tries, and how fast they come back.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tries that are possible at once.
    pub burst: u32,
    /// Seconds until one more try is possible.
    pub seconds_each: f64,
}

/// Buckets that newcomers share when the table is full.
const SHARED: usize = 256;

/// Buckets by key.
#[derive(Debug)]
pub struct Limiter {
    rate: Rate,
    most: usize,
    hasher: RandomState,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    by_key: HashMap<String, Bucket>,
    shared: HashMap<usize, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

impl Rate {
    /// What is in `bucket` at `now`. A clock that was set back fills nothing.
    fn level(self, bucket: Bucket, now: Timestamp) -> f64 {
        let seconds = now.duration_since(bucket.filled).as_secs_f64().max(0.0);
        (bucket.tokens + seconds / self.seconds_each).min(f64::from(self.burst))
    }

    /// Takes one token; else the seconds to wait.
    fn take(self, bucket: &mut Bucket, now: Timestamp) -> Result<(), u32> {
        let level = self.level(*bucket, now);
        if level < 1.0 {
            // What was filled in stays as it was: it grows by time alone. Rounded up, so that waiting is enough.
            return Err(((1.0 - level) * self.seconds_each).ceil() as u32);
        }
        *bucket = Bucket { tokens: level - 1.0, filled: now.max(bucket.filled) };
        Ok(())
    }
}

impl Limiter {
    /// `most` keys are remembered.
    pub fn new(rate: Rate, most: usize) -> Self {
        let buckets = Buckets { by_key: HashMap::new(), shared: HashMap::new() };
        Self { rate, most, hasher: RandomState::new(), buckets: Mutex::new(buckets) }
    }

    /// Counts one try of `key`.
    ///
    /// # Errors
    ///
    /// The seconds to wait, when there were too many.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Bucket { tokens: f64::from(self.rate.burst), filled: now };
        if !buckets.by_key.contains_key(key) && buckets.by_key.len() >= self.most {
            buckets.by_key.retain(|_, bucket| self.rate.level(*bucket, now) < f64::from(self.rate.burst));
            if buckets.by_key.len() >= self.most {
                let place = self.hasher.hash_one(key) as usize % SHARED;
                return self.rate.take(buckets.shared.entry(place).or_insert(full), now);
            }
        }
        self.rate.take(buckets.by_key.entry(key.to_owned()).or_insert(full), now)
    }

    /// Gives the tries of `key` back: it has proved who it is.
    pub fn forget(&self, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).by_key.remove(key);
    }
}

/// The key of an address. Of IPv6 the first half counts: whoever has one address has the 2^64 beside it.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, seconds_each: 10.0 };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn tries_run_out_and_come_back() {
        let limiter = Limiter::new(RATE, 10);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", at(0)), Ok(()));
        }
        assert_eq!(limiter.take("a", at(0)), Err(10));
        assert_eq!(limiter.take("a", at(4)), Err(6));
        assert_eq!(limiter.take("b", at(4)), Ok(()), "another key is another matter");
        assert_eq!(limiter.take("a", at(10)), Ok(()));
        assert_eq!(limiter.take("a", at(10)), Err(10));
        limiter.forget("a");
        assert_eq!(limiter.take("a", at(10)), Ok(()));
    }

    #[test]
    fn a_clock_set_back_gives_nothing() {
        let limiter = Limiter::new(RATE, 10);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", at(100)), Ok(()));
        }
        assert_eq!(limiter.take("a", at(0)), Err(10));
        assert_eq!(limiter.take("a", at(105)), Err(5));
    }

    #[test]
    fn memory_is_bounded_and_a_flood_slows_itself() {
        let limiter = Limiter::new(RATE, 100);
        assert_eq!(limiter.take("known", at(0)), Ok(()));
        let passed = (0..10_000).filter(|i| limiter.take(&format!("flood-{i}"), at(0)).is_ok()).count();
        // 39 of the others come to each shared bucket, which lets three of them through.
        assert_eq!(passed, 99 + SHARED * 3);
        assert_eq!(limiter.buckets.lock().unwrap().by_key.len(), 100);
        assert_eq!(limiter.take("known", at(0)), Ok(()));
        assert_eq!(limiter.take("new", at(30)), Ok(()), "those who rested are forgotten");
        assert!(limiter.buckets.lock().unwrap().by_key.len() <= 3);
    }

    #[test]
    fn neighbours_in_ipv6_count_as_one() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
