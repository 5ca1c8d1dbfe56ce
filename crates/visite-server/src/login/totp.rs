//! Codes from an authenticator app (TOTP, RFC 6238): six digits, 30 seconds, SHA-1, as every app understands.
//!
//! A code counts once: the store keeps the step of the last accepted one, and no code of that or an earlier step is
//! accepted again.

use jiff::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;
use totp_rs::{Builder, Totp, TotpError};

/// Length of the key, in bytes; what RFC 4226 recommends.
pub const KEY_LENGTH: usize = 20;

/// The name under which apps show the code.
const ISSUER: &str = "Visite";

fn totp(key: &[u8], account: &str) -> Result<Totp, TotpError> {
    // A colon would separate issuer and account.
    Builder::new()
        .with_secret(key.to_vec())
        .with_issuer(Some(ISSUER))
        .with_account_name(account.replace(':', " "))
        .build()
}

/// The step of `code`, if it is right at `now`; one step of 30 seconds earlier or later counts, too. The caller lets
/// the store note the step, which refuses one that was used. `key` is the secret shared with the app, at least 16
/// bytes; a shorter one accepts nothing.
pub fn step(key: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).take(7).collect();
    totp(key, "").ok()?.check(&code, u64::try_from(now.as_second()).ok()?)
}

/// Whether `text` could be a code, and not a recovery code.
pub fn is_code(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.len() == 6 && digits.iter().all(char::is_ascii_digit)
}

/// What a person needs to set up an app: picture, and the same in writing.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The address that the picture holds, `otpauth://totp/...`.
    pub uri: String,
    /// The key as apps take it by hand: base32 in groups of four.
    pub typed_key: String,
    /// The address as a QR code: an SVG of black and white, sized by its surroundings.
    pub picture: String,
}

/// What to show so that an app learns `key` for `account` (an e-mail address). `alt` says what the picture is.
///
/// # Errors
///
/// If the key is shorter than 16 bytes or the account is empty.
pub fn set_up(key: &[u8], account: &str, alt: &str) -> Result<SetUp, TotpError> {
    let totp = totp(key, account)?;
    let uri = totp.to_url()?;
    let letters: Vec<char> = totp.secret().to_base32().chars().collect();
    let typed_key = letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
    let picture = picture(&uri, alt);
    Ok(SetUp { uri, typed_key, picture })
}

/// A QR code as SVG. White lies behind it in any colour scheme, for cameras want it so. An address too long for a
/// QR code (about 2,000 characters) gives an empty text; the key can still be typed.
fn picture(uri: &str, alt: &str) -> String {
    let Ok(code) = QrCode::encode_text(uri, QrCodeEcc::Medium) else { return String::new() };
    let border = 4;
    let edge = code.size() + 2 * border;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + border, y + border);
        }
    }
    let alt = alt.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        r##"<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}" width="232" height="232" role="img" aria-label="{alt}" shape-rendering="crispEdges"><path fill="#fff" d="M0,0h{edge}v{edge}h-{edge}z"/><path fill="#000" d="{path}"/></svg>"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the test values in RFC 6238, appendix B.
    const KEY: &[u8; 20] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The standard's codes have eight digits; apps show the last six.
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(step(KEY, code, at(second)), Some(second as u64 / 30), "{second}");
        }
        assert_eq!(step(KEY, "28 70 82", at(59)), Some(1));
    }

    #[test]
    fn a_code_counts_for_a_short_time() {
        assert_eq!(step(KEY, "287082", at(89)), Some(1), "the app's clock runs 30 seconds behind");
        assert_eq!(step(KEY, "287082", at(29)), Some(1), "the app's clock runs 30 seconds ahead");
        assert_eq!(step(KEY, "287082", at(90)), None, "too late");
    }

    #[test]
    fn nonsense_is_refused() {
        for code in ["", "28708", "2870822", "28708x", "２８７０８２", "-87082", &"2".repeat(100_000)] {
            assert_eq!(step(KEY, code, at(59)), None, "{code}");
            assert!(!is_code(code), "{code}");
        }
        assert_eq!(step(KEY, "287082", at(-59)), None);
        assert_eq!(step(b"short", "287082", at(59)), None);
        assert!(is_code("287 082"));
    }

    #[test]
    fn an_app_can_be_set_up() {
        let set_up = set_up(KEY, "anna:muster@praxis.example", "QR-Code <für> die App").unwrap();
        assert_eq!(set_up.typed_key, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            set_up.uri,
            "otpauth://totp/Visite:anna%20muster%40praxis.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Visite"
        );
        assert!(set_up.picture.starts_with("<svg ") && set_up.picture.ends_with("</svg>"));
        assert!(set_up.picture.contains("QR-Code &lt;für> die App"));
        // The strict content security policy allows no style attributes.
        assert!(!set_up.picture.contains("style"));
    }
}
