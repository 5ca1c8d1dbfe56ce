//! What all handlers share: the store, the keys, the limits, and the two things that come from the world.

use crate::agents::authority::Authority;
use crate::login::oidc::known::Known;
use crate::login::passkey::Passkeys;
use crate::login::password::{PasswordError, Passwords};
use crate::login::seal::{KEY_LENGTH, SealError, Sealer};
use crate::web::count::Counts;
use crate::web::limits::{Limiter, Rate, address_key};
use crate::web::refusal::Refusal;
use crate::web::urls::PublicUrl;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use visite_catalog::Catalog;
use visite_facts::{Lang, Word};

use visite_store::{AccountId, Store, Verified};

/// Sign-ins of one address: 20 at once, then one in six seconds. A whole practice may share an address.
const SIGN_INS_OF_ADDRESS: Rate = Rate { burst: 20, seconds_each: 6.0 };
/// Wrong tries of one account: 10, then one a minute: 1,440 a day, of which none guesses 12 characters.
const SIGN_INS_OF_ACCOUNT: Rate = Rate { burst: 10, seconds_each: 60.0 };
/// Wrong codes of one account: 10, then one in ten minutes: 144 a day, of which three in a million count.
const CODES_OF_ACCOUNT: Rate = Rate { burst: 10, seconds_each: 600.0 };
/// All requests of one address: 300 at once, then ten a second.
const REQUESTS_OF_ADDRESS: Rate = Rate { burst: 300, seconds_each: 0.1 };
/// Addresses and accounts that are remembered, for each kind of limit: below 2 MB.
const REMEMBERED: usize = 10_000;
/// Addresses of which the log says that they may be proxies.
const MOST_TOLD_OF: usize = 5;
/// Passwords that are hashed at the same time: 19 MiB each.
const HASHED_AT_ONCE: usize = 2;

/// The cookie with the language that somebody chose who is not signed in.
pub const LANGUAGE_COOKIE: &str = "language";

/// So long the audit log counts as followed from its beginning.
const AUDITED_COUNTS: SignedDuration = SignedDuration::from_hours(1);

/// Fills with random bytes; `false` if there are none.
pub type Random = dyn Fn(&mut [u8]) -> bool + Send + Sync;

/// What comes from the world: the time, and randomness.
pub struct World {
    /// The time now.
    pub now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// Fills with random bytes; `false` if the system has none.
    pub random: Box<Random>,
}

impl World {
    /// The system's clock and its source of randomness.
    pub fn real() -> Self {
        Self { now: Box::new(Timestamp::now), random: Box::new(|bytes| getrandom::fill(bytes).is_ok()) }
    }
}

/// How the server is started.
pub struct Config {
    /// Address under which people reach it.
    pub url: PublicUrl,
    /// Whether anything but this machine itself can reach it.
    pub beyond_loopback: bool,
    /// Key of the installation, from its file beside the store.
    pub key: [u8; KEY_LENGTH],
    /// What Visite knows.
    pub catalog: Arc<Catalog>,
    /// Where agents deliver; none if this server takes none.
    pub agents: Option<AgentsAt>,
    /// Proxies before the server, which say in `X-Forwarded-For` for whom they ask.
    pub proxies: Vec<IpAddr>,
    /// Whether browsers see a certificate from elsewhere, and none of the server's own authority.
    pub given_certificate: bool,
    /// Whether all that is shown is made up.
    pub demo: bool,
}

/// The agents' endpoint, as other computers have to know it.
pub struct AgentsAt {
    /// Address that they call, e.g. `https://praxis-server:8444`.
    pub url: String,
    /// Whether other computers reach it.
    pub beyond: bool,
    /// Who issues their certificates.
    pub authority: Arc<Authority>,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Passwords(#[from] PasswordError),
    /// The key of the installation cannot be used.
    #[error(transparent)]
    Key(#[from] SealError),
}

/// The server's state. A clone is the same.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    world: World,
    config: Config,
    sealer: Sealer,
    passwords: Passwords,
    passkeys: Option<Passkeys>,
    oidc: Known,
    /// How far the audit log was followed, and when that began at its beginning.
    audited: Mutex<(Verified, Timestamp)>,
    requests: Limiter,
    by_address: Limiter,
    by_account: Limiter,
    codes: Limiter,
    told_of_proxies: Mutex<BTreeSet<IpAddr>>,
    counts: Counts,
}

impl App {
    /// The state of a server with this store.
    ///
    /// # Errors
    ///
    /// If the key or the parameters of the password hash cannot be used.
    pub fn new(store: Store, config: Config, world: World) -> Result<Self, AppError> {
        // Without a name in the address there are no passkeys; everything else works.
        let passkeys = Passkeys::new(config.url.passkey_name(), vec![config.url.origin()]).ok();
        Ok(Self(Arc::new(Inner {
            sealer: Sealer::new(&config.key)?,
            passwords: Passwords::new(HASHED_AT_ONCE)?,
            passkeys,
            oidc: Known::default(),
            audited: Mutex::new((Verified::default(), Timestamp::UNIX_EPOCH)),
            requests: Limiter::new(REQUESTS_OF_ADDRESS, REMEMBERED),
            by_address: Limiter::new(SIGN_INS_OF_ADDRESS, REMEMBERED),
            by_account: Limiter::new(SIGN_INS_OF_ACCOUNT, REMEMBERED),
            codes: Limiter::new(CODES_OF_ACCOUNT, REMEMBERED),
            told_of_proxies: Mutex::default(),
            counts: Counts::new((world.now)()),
            store,
            world,
            config,
        })))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What Visite knows.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.0.config.catalog
    }

    /// The agents' endpoint; none if this server takes no agents.
    pub fn agents(&self) -> Option<&AgentsAt> {
        self.0.config.agents.as_ref()
    }

    /// The server's own authority, where browsers have to trust it; none where they see a certificate from elsewhere.
    pub fn own_authority(&self) -> Option<&Authority> {
        let own = self.0.config.agents.as_ref().filter(|_| !self.0.config.given_certificate);
        own.map(|agents| &*agents.authority)
    }

    /// Whether all that is shown is made up.
    pub fn demo(&self) -> bool {
        self.0.config.demo
    }

    /// The public address.
    pub fn url(&self) -> &PublicUrl {
        &self.0.config.url
    }

    /// Whether anything but this machine itself can reach the server.
    pub fn beyond_loopback(&self) -> bool {
        self.0.config.beyond_loopback
    }

    /// Hashes and compares passwords.
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Asks for passkeys; none if the public address is no name.
    pub fn passkeys(&self) -> Option<&Passkeys> {
        self.0.passkeys.as_ref()
    }

    /// How far this process has followed the audit log; nowhere if the last time from the beginning is more than an hour ago.
    pub fn audited(&self, now: Timestamp) -> Verified {
        let (verified, began) = self.0.audited.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let age = now.duration_since(began);
        if age.is_negative() || age > AUDITED_COUNTS { Verified::default() } else { verified }
    }

    /// Notes how far it was followed, from `known` on.
    pub fn note_audited(&self, known: &Verified, verified: Verified, now: Timestamp) {
        let mut audited = self.0.audited.lock().unwrap_or_else(PoisonError::into_inner);
        let began = if *known == Verified::default() { now } else { audited.1 };
        *audited = (verified, began);
    }

    /// Proxies before the server.
    pub fn proxies(&self) -> &[IpAddr] {
        &self.0.config.proxies
    }

    /// Whether it was not said before that this address asks for others though it is no proxy of ours. A few are remembered.
    pub fn proxy_is_news(&self, address: IpAddr) -> bool {
        let mut told = self.0.told_of_proxies.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < MOST_TOLD_OF && told.insert(address)
    }

    /// What is known of the service by which people sign in.
    pub fn oidc(&self) -> &Known {
        &self.0.oidc
    }

    /// Seals secrets that have to be read again.
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// How many requests were answered.
    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0.world.now)()
    }

    /// Random bytes.
    ///
    /// # Errors
    ///
    /// [`Refusal::Failed`] if the system has none.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        if (self.0.world.random)(&mut bytes) {
            return Ok(bytes);
        }
        tracing::error!("the system gives no random bytes");
        Err(Refusal::Failed)
    }

    /// A number for the next request, for the log.
    pub fn request_number(&self) -> String {
        HEXLOWER.encode(&self.random::<8>().unwrap_or_default())
    }

    /// Counts a request of an address.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooMany`] with the seconds to wait.
    pub fn request_from(&self, address: IpAddr) -> Result<(), Refusal> {
        self.0.requests.take(&address_key(address), self.now()).map_err(Refusal::TooMany)
    }

    /// Counts a try to sign in from an address, before anything is compared.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooMany`] with the seconds to wait.
    pub fn try_from(&self, address: IpAddr) -> Result<(), Refusal> {
        self.0.by_address.take(&address_key(address), self.now()).map_err(Refusal::TooMany)
    }

    /// Counts a try to sign in with an account, also if it does not exist, before anything is compared.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooMany`] with the seconds to wait.
    pub fn try_on(&self, account: &str) -> Result<(), Refusal> {
        self.0.by_account.take(account, self.now()).map_err(Refusal::TooMany)
    }

    /// Counts a code of an account, before it is compared. Whoever enters one has the password already.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooMany`] with the seconds to wait.
    pub fn try_code(&self, account: &AccountId) -> Result<(), Refusal> {
        self.0.codes.take(account.as_str(), self.now()).map_err(Refusal::TooMany)
    }

    /// The code was right: the wrong ones before it are forgotten.
    pub fn code_was_right(&self, account: &AccountId) {
        self.0.codes.forget(account.as_str());
    }

    /// The account proved who it is: its wrong tries are forgotten. Those of the address are not, for whoever has one
    /// account could else try all others.
    pub fn signed_in(&self, account: &str) {
        self.0.by_account.forget(account);
    }

    /// The language of somebody who is not known: as chosen before, else by the browser's wish.
    pub fn lang_of(&self, headers: &HeaderMap) -> Lang {
        let text = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let cookies = text(COOKIE).flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let chosen = cookies.filter(|(name, _)| *name == LANGUAGE_COOKIE).find_map(|(_, word)| Lang::from_word(word));
        chosen.unwrap_or_else(|| text(ACCEPT_LANGUAGE).next().map_or(Lang::De, wished_language))
    }
}

/// German, unless English is wished for more.
fn wished_language(wish: &str) -> Lang {
    let weight = |language: &str| {
        wish.split(',')
            .filter_map(|part| {
                let (name, rest) = part.split_once(';').unwrap_or((part, ""));
                let name = name.trim().to_ascii_lowercase();
                let is_it = name == language || name.strip_prefix(language).is_some_and(|rest| rest.starts_with('-'));
                let weight = rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
                is_it.then_some(weight?)
            })
            .fold(0.0, f32::max)
    };
    let (german, english) = (weight("de"), weight("en"));
    if english > german { Lang::En } else { Lang::De }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_wish() {
        for wish in ["", "de", "de-AT,de;q=0.9,en;q=0.8", "fr", "*", "en;q=0.5,de;q=0.7", "en;q=x", "den", ";;;q="] {
            assert_eq!(wished_language(wish), Lang::De, "{wish}");
        }
        for wish in ["en", "EN-gb", "en-US,en;q=0.9,de;q=0.8", "fr,en;q=0.3"] {
            assert_eq!(wished_language(wish), Lang::En, "{wish}");
        }
        // Wishing for both alike is the usual German system with English beside it.
        assert_eq!(wished_language("de,en"), Lang::De);
        assert_eq!(wished_language("en,de"), Lang::De);
    }
}
