//! The two clocks of a computer, as an argument: one that only ever runs forward, and one that people set.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since the program started; unlike the other clock it never jumps. It may stand still while the computer sleeps.
    pub running: Duration,
    /// What the computer believes the time to be.
    pub wall: Timestamp,
}

impl Moment {
    /// How much time has passed since an earlier moment: what the steady clock says, or more if the other one says so, as
    /// after sleep. A clock that was set back takes nothing away.
    pub fn since(self, earlier: Self) -> Duration {
        let steady = self.running.saturating_sub(earlier.running);
        let by_wall = self.wall.duration_since(earlier.wall);
        steady.max(Duration::try_from(by_wall).unwrap_or_default())
    }
}

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

impl Clock {
    /// The clocks of this computer.
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(move || Moment { running: start.elapsed(), wall: Timestamp::now() })
    }

    /// Clocks that say what a function says.
    pub fn new(tell: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// What the clocks show.
    pub fn now(&self) -> Moment {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Certificates are judged by the same clock as everything else. Before 1970 there is no time, and no certificate is valid.
impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.now().wall.as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
