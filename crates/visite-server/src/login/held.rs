//! What a browser holds for us for a few minutes between two requests: a value in a cookie that goes to this server alone,
//! sealed, so that whoever holds it reads and changes nothing. So any node can go on with it, and nothing is kept for people
//! who never come back.

use crate::login::seal::Sealer;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use jiff::SignedDuration;

/// Longest value of a cookie, in characters. Browsers keep 4,096 with name and attributes.
const MOST: usize = 3_900;

/// A kind of cookie.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Its name where connections are encrypted; no other site and no other port can set it.
    pub name: &'static str,
    /// Its name on the machine itself, without encryption.
    pub plain_name: &'static str,
    /// What values are sealed for.
    pub place: &'static str,
    /// So long browsers hold it.
    pub lasts: SignedDuration,
    /// `Strict`, or `Lax` if the browser comes back from another site.
    pub same_site: &'static str,
}

impl Held {
    /// The header that gives `value` to a browser; `None` if it is too long.
    pub fn given(&self, sealer: &Sealer, value: &[u8], random: [u8; 12], encrypted: bool) -> Option<String> {
        let value = sealer.seal(self.place, value, random).ok().filter(|text| text.len() <= MOST)?;
        Some(self.line(&value, self.lasts.as_secs(), encrypted))
    }

    /// The header that takes it away.
    pub fn taken(&self, encrypted: bool) -> String {
        self.line("", 0, encrypted)
    }

    /// The value among the cookies of a request, if this server gave it.
    pub fn of(&self, headers: &HeaderMap, encrypted: bool, sealer: &Sealer) -> Option<Vec<u8>> {
        let name = self.named(encrypted);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(key, value)| *key == name && value.len() <= MOST)?;
        sealer.open(self.place, value).ok()
    }

    fn named(&self, encrypted: bool) -> &'static str {
        if encrypted { self.name } else { self.plain_name }
    }

    fn line(&self, value: &str, seconds: i64, encrypted: bool) -> String {
        let secure = if encrypted { "; Secure" } else { "" };
        let (name, site) = (self.named(encrypted), self.same_site);
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={site}{secure}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Held = Held {
        name: "__Host-visite-test",
        plain_name: "visite-test",
        place: "test",
        lasts: SignedDuration::from_mins(5),
        same_site: "Strict",
    };

    fn sent(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, text.parse().unwrap())])
    }

    #[test]
    fn a_value_is_read_back_by_the_same_key_and_under_its_name_only() {
        let sealer = Sealer::new(&[1; 32]).unwrap();
        for encrypted in [true, false] {
            let line = HELD.given(&sealer, b"geheim", [9; 12], encrypted).unwrap();
            assert!(line.contains("; Max-Age=300; HttpOnly; SameSite=Strict") && !line.contains("geheim"), "{line}");
            assert_eq!(line.contains("; Secure"), encrypted);
            let sent = sent(&format!("a=b; {}", line.split(';').next().unwrap()));
            let read = |held: Held, sealer: &Sealer, encrypted| held.of(&sent, encrypted, sealer);
            assert_eq!(read(HELD, &sealer, encrypted).as_deref(), Some(b"geheim".as_slice()));
            assert_eq!(read(HELD, &sealer, !encrypted), None);
            assert_eq!(read(HELD, &Sealer::new(&[2; 32]).unwrap(), encrypted), None);
            // Something else that this server sealed is not it.
            assert_eq!(read(Held { place: "other", ..HELD }, &sealer, encrypted), None);
        }
        assert!(HELD.given(&sealer, &[0; 3_000], [9; 12], true).is_none(), "browsers would drop it");
        for wrong in ["visite-test=", "visite-test", "visite-test=AAAA", &format!("visite-test={}", "A".repeat(5_000))]
        {
            assert_eq!(HELD.of(&sent(wrong), false, &sealer), None);
        }
    }
}
