//! What was begun, held by the browser that began it. A way back is open once: the code in it counts once at the service, and the
//! cookie goes with the answer.

use super::service::Service;
use crate::login::held::Held;
use crate::login::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So long somebody may stay at the service: with a second factor that has to be fetched first.
pub const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// How browsers hold a ticket: `Lax`, for they come back from another site.
pub const HELD: Held = Held {
    name: "__Host-visite-oidc",
    plain_name: "visite-oidc",
    place: "oidc/ticket",
    lasts: LASTS,
    same_site: "Lax",
};

/// What somebody wants at the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To prove once more who they are, with the password there.
    Again,
    /// To link the account there with this one here, in this session.
    Link {
        /// The account.
        account: String,
        /// The session that began it.
        session: String,
    },
    /// To use a one-time link without choosing a password.
    Invitation {
        /// The link.
        link: String,
    },
}

/// What was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// Comes back with the answer.
    pub state: String,
    /// Comes back in the token.
    pub nonce: String,
    /// Proves to the service that who redeems the code began it (PKCE).
    pub verifier: String,
    /// The service that was asked.
    pub issuer: String,
    /// As whom.
    pub client: String,
    /// When, in whole microseconds since 1970.
    pub began: i64,
    /// What for.
    pub purpose: Purpose,
    /// Where to go on; a path of ours.
    pub next: String,
}

impl Ticket {
    /// A new one, of 96 random bytes.
    pub fn new(service: &Service, now: Timestamp, random: [[u8; 32]; 3], purpose: Purpose, next: &str) -> Self {
        let [state, nonce, verifier] = random.map(|bytes| Secret::new(bytes).text());
        Self {
            state,
            nonce,
            verifier,
            issuer: service.issuer.clone(),
            client: service.client.clone(),
            began: now.as_microsecond(),
            purpose,
            next: next.to_owned(),
        }
    }

    /// When it was begun.
    pub fn began(&self) -> Timestamp {
        Timestamp::from_microsecond(self.began).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Whether it counts at `now` for an answer with `state` from that service.
    pub fn counts(&self, state: &str, service: &Service, now: Timestamp) -> bool {
        let age = now.duration_since(self.began());
        // Hashes are compared, so that the time tells nothing about the value.
        let same = Secret::parse(&self.state).zip(Secret::parse(state)).is_some_and(|(a, b)| a.hash() == b.hash());
        same && self.issuer == service.issuer && self.client == service.client && !age.is_negative() && age < LASTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_facts::Text;

    fn service(issuer: &str, client: &str) -> Service {
        let (issuer, client) = (issuer.to_owned(), client.to_owned());
        let label = Text::new("a", "a");
        Service { issuer, client, secret: "s".into(), label, second_factor: None, certificate: None, inside: false }
    }

    #[test]
    fn the_longest_ticket_is_held() {
        let sealer = crate::login::seal::Sealer::new(&[1; 32]).unwrap();
        let now = Timestamp::from_second(1_000_000).unwrap();
        let purpose = Purpose::Invitation { link: format!("abc.{}", "x".repeat(43)) };
        let here = service(&format!("https://a.example/{}", "a".repeat(482)), &"b".repeat(500));
        let ticket = Ticket::new(&here, now, [[1; 32], [2; 32], [3; 32]], purpose, &format!("/{}", "a".repeat(999)));
        let value = serde_json::to_vec(&ticket).unwrap();
        let line = HELD.given(&sealer, &value, [9; 12], true).unwrap();
        assert!(line.len() < 4_096, "{}", line.len());
        assert_eq!(serde_json::from_slice::<Ticket>(&value).unwrap(), ticket);
    }

    #[test]
    fn a_ticket_counts_for_its_state_its_service_and_its_time() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let here = service("https://a.example", "visite");
        let ticket = Ticket::new(&here, now, [[1; 32], [2; 32], [3; 32]], Purpose::SignIn, "/");
        assert!(ticket.counts(&ticket.state, &here, now));
        for wrong in ["", "x", &ticket.nonce, &format!("{} ", ticket.state)] {
            assert!(!ticket.counts(wrong, &here, now), "{wrong}");
        }
        assert!(!ticket.counts(&ticket.state, &service("https://b.example", "visite"), now));
        assert!(!ticket.counts(&ticket.state, &service("https://a.example", "other"), now));
        assert!(!ticket.counts(&ticket.state, &here, now + LASTS));
        assert!(!ticket.counts(&ticket.state, &here, now - SignedDuration::from_secs(1)));
    }
}
