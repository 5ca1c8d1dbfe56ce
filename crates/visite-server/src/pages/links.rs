//! Every address that a page links to or posts to: the contract between pages and router.
//!
//! A test follows each link and form of each page to a line of [`ROUTES`]. What one line calls `{x}` is one segment.

/// A route: method, path, and what it is for.
pub type Route = (&'static str, &'static str, &'static str);

/// All routes that pages use. Addresses below `/p/{practice}` belong to one practice.
pub const ROUTES: &[Route] = &[
    ("GET", "/", "the start page of the only practice, or all practices"),
    ("GET", "/assets/{file}", "a file of `assets`"),
    ("GET", "/p/{practice}", "start page"),
    ("GET", "/p/{practice}/search", "findings, devices, checks by a word: `q`"),
    ("GET", "/p/{practice}/setup", "first-run wizard; `step`"),
    ("POST", "/p/{practice}/setup", "answers of one step: `step` and its fields"),
    ("POST", "/p/{practice}/setup/provider", "a provider runs this server: `confirmed`"),
    ("GET", "/p/{practice}/findings", "list; `findings::Filter`"),
    ("GET", "/p/{practice}/findings.csv", "the same list as a file"),
    ("GET", "/p/{practice}/findings/{finding}", "one finding"),
    ("POST", "/p/{practice}/findings/{finding}/accept", "`reason`, `until` (YYYY-MM-DD)"),
    ("POST", "/p/{practice}/findings/{finding}/withdraw", "ends an acceptance"),
    ("POST", "/p/{practice}/findings/{finding}/assign", "`to`: an account, or empty"),
    ("POST", "/p/{practice}/findings/{finding}/recheck", "asks the agent to look again"),
    ("GET", "/p/{practice}/devices", "list; `devices::Filter`"),
    ("GET", "/p/{practice}/devices.csv", "the same list as a file"),
    ("GET", "/p/{practice}/devices/{subject}", "one device"),
    ("GET", "/p/{practice}/network", "floor plan and zones"),
    ("POST", "/p/{practice}/network/scan", "examines the networks of a release now: `release`"),
    ("GET", "/p/{practice}/sockets", "wall sockets"),
    ("GET", "/p/{practice}/sockets.csv", "the same list as a file"),
    ("GET", "/p/{practice}/checks", "list; `checks::Filter`"),
    ("GET", "/p/{practice}/checks.csv", "the same list as a file"),
    ("GET", "/p/{practice}/checks/{check}", "one check"),
    ("GET", "/p/{practice}/requirements", "list; `requirements::Filter`"),
    ("GET", "/p/{practice}/requirements.csv", "the same list as a file"),
    ("GET", "/p/{practice}/measures", "list"),
    ("GET", "/p/{practice}/measures.csv", "the same list as a file"),
    ("GET", "/p/{practice}/measures/{measure}", "one measure"),
    ("GET", "/p/{practice}/measures/{measure}/order", "the measure as an order for the provider, to print or send"),
    ("POST", "/p/{practice}/measures/{measure}/recheck", "asks the agents of all its findings to look again"),
    ("GET", "/p/{practice}/rounds", "list"),
    ("GET", "/p/{practice}/rounds.csv", "the same list as a file"),
    ("POST", "/p/{practice}/rounds", "starts a round now"),
    ("GET", "/p/{practice}/rounds/{round}", "one round as the HTML report"),
    ("GET", "/p/{practice}/compare", "two rounds: `from`, `to`"),
    ("GET", "/p/{practice}/agents", "connected computers"),
    ("GET", "/p/{practice}/agents.csv", "the same list as a file"),
    ("POST", "/p/{practice}/agents", "makes an enrolment: `name`, `medical` (on)"),
    ("POST", "/p/{practice}/agents/{agent}/revoke", "ends a certificate"),
    ("GET", "/p/{practice}/jobs", "jobs"),
    ("GET", "/p/{practice}/jobs.csv", "the same list as a file"),
    ("GET", "/p/{practice}/jobs/{job}", "one job; with `HX-Request` only `jobs::progress`"),
    ("GET", "/p/{practice}/jobs/{job}/events", "server-sent events `progress` and `end`"),
    ("POST", "/p/{practice}/jobs/{job}/cancel", "stops it after the step it is at"),
    ("GET", "/p/{practice}/people", "people and roles"),
    ("GET", "/p/{practice}/settings", "settings"),
    ("POST", "/p/{practice}/settings", "`section` and its fields"),
    ("POST", "/p/{practice}/settings/release", "allows scanning: `networks`, `owner`, `until`"),
    ("POST", "/p/{practice}/settings/release/withdraw", "ends that"),
    ("GET", "/p/{practice}/programs", "programs that use the interface"),
    ("POST", "/p/{practice}/programs", "makes a token: `name`, `days`, a field for each scope (on)"),
    ("POST", "/p/{practice}/programs/{token}/end", "ends a token"),
    ("POST", "/p/{practice}/hooks", "tells an address: `address`, a field for each event (on)"),
    ("POST", "/p/{practice}/hooks/{hook}/test", "sends a message that says nothing"),
    ("POST", "/p/{practice}/hooks/{hook}/remove", "tells it nothing any more"),
    ("GET", "/p/{practice}/audit", "audit log; `audit::Filter`"),
    ("GET", "/p/{practice}/audit.csv", "the same list as a file"),
    ("GET", "/practices", "all practices by urgency; `provider::Filter`"),
    ("GET", "/practices.csv", "the same list as a file"),
    ("GET", "/practices/import", "reads practices from a file"),
    ("POST", "/practices/import", "`file` (CSV): shows what would be made"),
    ("POST", "/practices/import/confirm", "`token`: makes them"),
    ("POST", "/practices/new", "makes one: `name`, `place`, `size`"),
    ("GET", "/policies", "policies with exceptions"),
    ("POST", "/policies", "`policy`, `value`"),
    ("POST", "/policies/{policy}/exceptions", "`practice`, `reason`, `until`"),
    ("POST", "/policies/{policy}/exceptions/end", "`practice`"),
    ("GET", "/team", "people of the provider"),
    ("POST", "/team", "brings a colleague in: `name`, `email`, `role`"),
    ("POST", "/team/{account}/end", "a colleague leaves"),
    ("GET", "/certificate", "how other computers come to trust the server"),
    ("GET", "/ca.crt", "the certificate of the server's authority"),
    ("GET", "/mail", "the mail server of alerts"),
    ("POST", "/mail", "`host`, `security`, `port`, `from`, `user`, `password`, `forget`"),
    ("POST", "/mail/try", "sends a mail to the reader"),
    ("POST", "/mail/remove", "forgets the mail server"),
    ("GET", "/sign-in-service", "the service by which people sign in"),
    (
        "POST",
        "/sign-in-service",
        "`issuer`, `client`, `secret`, `label_de`, `label_en`, `second_factor`, `certificate`: tried, then kept",
    ),
    ("POST", "/sign-in-service/remove", "nobody signs in by it any more"),
    ("GET", "/branding", "branding"),
    ("POST", "/branding", "`name`, `phone`, `mail`, `logo` (PNG)"),
    ("GET", "/programs", "programs that look after several practices"),
    ("POST", "/programs", "as in a practice"),
    ("POST", "/programs/private", "`private` (on): messages may go to own networks"),
    ("POST", "/programs/{token}/end", "as in a practice"),
    ("GET", "/logo", "the provider's logo"),
    ("GET", "/account", "own account, sessions and second factors"),
    ("POST", "/language", "`lang`, `back`"),
    ("POST", "/logout", "ends the session"),
    ("GET", "/login", "login"),
];

/// Whether `path` (without its query) is a line of [`ROUTES`] with that method.
pub fn is_known(method: &str, path: &str) -> bool {
    ROUTES.iter().any(|(known, template, _)| *known == method && fits(template, path))
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(wanted, seen)| if wanted.starts_with('{') { !seen.is_empty() } else { wanted == seen })
}

/// A text as one segment of a path or as a value of a query.
pub fn encoded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => shown.push(char::from(byte)),
            _ => shown.push_str(&format!("%{byte:02X}")),
        }
    }
    shown
}

/// A query of the fields that are not empty, with its question mark; nothing if all are.
pub fn query(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_fits_one_segment_only() {
        assert!(is_known("GET", "/p/7f/findings/a%2Fb"));
        assert!(!is_known("GET", "/p/7f/findings/a/b"));
        assert!(!is_known("POST", "/p/7f/findings"));
        assert!(!is_known("GET", "/p//findings"));
    }

    #[test]
    fn what_would_end_a_segment_is_encoded() {
        assert_eq!(encoded("a/b?c&d „e“"), "a%2Fb%3Fc%26d%20%E2%80%9Ee%E2%80%9C");
        assert_eq!(query(&[("q", "a b"), ("area", ""), ("sort", "first_seen")]), "?q=a%20b&sort=first_seen");
        assert_eq!(query(&[("q", "")]), "");
    }
}
