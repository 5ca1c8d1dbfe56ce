//! What every request passes before a page sees it, and what every answer carries.
//!
//! Requests: a number for the log, the right name in `Host`, no input from pages of somebody else, not too many.
//! Answers: a strict content security policy without inline scripts and styles, and the other headers that keep
//! browsers from helping attackers.

use crate::web::app::App;
use crate::web::refusal::{Asker, Refusal, is_for_programs};
use crate::web::urls::{PublicUrl, is_loopback_host};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CACHE_CONTROL, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tracing::Instrument;
use visite_facts::Lang;

/// What pages may load and where forms may go: nothing but the server's own.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Headers of every answer. `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null` with
/// our own forms.
const HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
];

/// One year. Not for subdomains: they may be somebody else's.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// The number of a request, as in the log and in the header `x-request-id`.
#[derive(Clone, Debug)]
pub struct RequestNumber(pub String);

/// Where a request came from: the address of the connection.
#[derive(Clone, Copy, Debug)]
pub struct From(pub IpAddr);

/// Whether a request may go on: the name it was sent to, and the page it was sent from.
///
/// # Errors
///
/// [`Refusal::ForeignName`] or [`Refusal::ForeignPage`].
pub fn examine(url: &PublicUrl, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    // HTTP/2 carries the name in the address; the server puts it into the header before.
    let host = single(headers, &HOST).ok_or(Refusal::ForeignName)?;
    if !url.answers_to(host) {
        return Err(Refusal::ForeignName);
    }
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return Ok(());
    }
    // `Sec-Fetch-Site` cannot be set by pages. `same-site` is not enough: the neighbour's name may be anybody's.
    let site = single(headers, &HeaderName::from_static("sec-fetch-site"));
    if headers.contains_key("sec-fetch-site") && site != Some("same-origin") {
        return Err(Refusal::ForeignPage);
    }
    match single(headers, &ORIGIN) {
        Some(origin) if url.trusts(origin, host) => Ok(()),
        // With the referrer policy `no-referrer`, which a page may set for itself, browsers hide our own origin, too.
        Some("null") if site == Some("same-origin") => Ok(()),
        _ => Err(Refusal::ForeignPage),
    }
}

/// The value of a header that stands there once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Who stands behind the proxies: the last address in `X-Forwarded-For` that is none of ours, for what stands before it
/// anybody can write. `from`: the address of the connection, which counts if no proxy of ours holds it.
fn client(from: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> IpAddr {
    let ours = |address: &IpAddr| proxies.contains(&address.to_canonical());
    if !ours(&from) {
        return from;
    }
    let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
    for entry in lines.flat_map(|line| line.rsplit(',')) {
        match entry.trim().parse::<IpAddr>() {
            Ok(address) if ours(&address) => {}
            Ok(address) => return address.to_canonical(),
            Err(_) => return from,
        }
    }
    from
}

/// A path as the log may hold it: what opens something stands in links only.
fn without_secret(path: &str) -> &str {
    ["/invitation/", "/join/"].into_iter().find(|link| path.starts_with(link)).unwrap_or(path)
}

/// The layer around everything.
pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let number = app.request_number();
    let from = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let claims = request.headers().contains_key("x-forwarded-for");
    if claims && !app.proxies().contains(&from.to_canonical()) && app.proxy_is_news(from) {
        tracing::warn!(address = %from, "X-Forwarded-For is not believed; if this is your proxy, name it with --proxy");
    }
    let from = client(from, app.proxies(), request.headers());
    let span =
        tracing::info_span!("request", number, method = %request.method(), path = without_secret(request.uri().path()));
    if !request.headers().contains_key(HOST)
        && let Some(host) =
            request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok())
    {
        request.headers_mut().insert(HOST, host);
    }
    request.extensions_mut().insert(RequestNumber(number.clone()));
    request.extensions_mut().insert(From(from));
    let local = single(request.headers(), &HOST).is_none_or(is_loopback_host);
    let asker = Asker::of(app.url(), &request);
    let lang = app.lang_of(request.headers());
    // The machine itself is not limited: a proxy before the server stands there, and measuring tools.
    let counted = if from.is_loopback() { Ok(()) } else { app.request_from(from) };
    // Whoever watches calls the machine by its address, and learns no more than whether the server lives.
    let watched = request.method().is_safe() && ["/healthz", "/readyz"].contains(&request.uri().path());
    // Where only tokens count, a page of somebody else has nothing of ours to send along.
    let interface = is_for_programs(request.uri().path());
    let method = if interface { &Method::GET } else { request.method() };
    let examined = if watched { Ok(()) } else { examine(app.url(), method, request.headers()) };
    let passed = examined.and(counted);
    // No name and no word holds the sign zero, and not every database keeps it.
    let zero = request.uri().path_and_query().is_some_and(|asked| asked.as_str().contains("%00"));
    let passed = if zero { passed.and(Err(Refusal::NotFound)) } else { passed };
    let response = match passed {
        Ok(()) => next.run(request).instrument(span).await,
        Err(refusal) => refusal.into_response(),
    };
    // A signed-in person's own language wins; the layer that knows the person leaves it in the answer.
    let lang = response.extensions().get::<Lang>().copied().unwrap_or(lang);
    let mut response = asker.show(response, lang, app.now(), &number);
    app.counts().add(response.status());
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    // A document with a style sheet of its own brings its own policy, which is as narrow.
    headers.entry("content-security-policy").or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    // Not for names of this machine itself, under which other programs answer, too.
    if app.url().secure() && !local {
        headers.insert("strict-transport-security", HeaderValue::from_static(STRICT_TRANSPORT_SECURITY));
    }
    // What a page shows must not come back from a cache after signing out; files of the design say otherwise.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(number) = HeaderValue::from_str(&number) {
        headers.insert("x-request-id", number);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(method: Method, headers: &[(&'static str, &str)]) -> Result<(), Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        examine(&"https://visite.example.org".parse().unwrap(), &method, &map)
    }

    const HOST_OF_OURS: (&str, &str) = ("host", "visite.example.org");
    const ORIGIN_OF_OURS: (&str, &str) = ("origin", "https://visite.example.org");

    #[test]
    fn reading_needs_the_right_name_only() {
        assert_eq!(examined(Method::GET, &[HOST_OF_OURS]), Ok(()));
        assert_eq!(examined(Method::GET, &[HOST_OF_OURS, ("origin", "https://evil.example")]), Ok(()));
        assert_eq!(examined(Method::GET, &[]), Err(Refusal::ForeignName));
        assert_eq!(examined(Method::GET, &[("host", "evil.example")]), Err(Refusal::ForeignName));
        assert_eq!(examined(Method::GET, &[HOST_OF_OURS, ("host", "evil.example")]), Err(Refusal::ForeignName));
    }

    #[test]
    fn only_our_proxies_say_for_whom_they_ask() {
        let ours: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap()).to_vec();
        let of = |from: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
            }
            client(from.parse().unwrap(), &ours, &headers).to_string()
        };
        assert_eq!(of("192.0.2.9", &["198.51.100.1"]), "192.0.2.9", "anybody can write that");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
        // What the client itself sent along stands before what the proxy saw.
        assert_eq!(of("10.0.0.1", &["127.0.0.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["127.0.0.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["127.0.0.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["10.0.0.2"]), "10.0.0.1");
    }

    #[test]
    fn input_comes_from_own_pages() {
        assert_eq!(examined(Method::POST, &[HOST_OF_OURS, ORIGIN_OF_OURS]), Ok(()));
        for origin in ["https://visite.example.org", "null"] {
            let headers = [HOST_OF_OURS, ("origin", origin), ("sec-fetch-site", "same-origin")];
            assert_eq!(examined(Method::POST, &headers), Ok(()), "{origin}");
        }
        for bad in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://visite.example.org")],
            &[ORIGIN_OF_OURS, ("origin", "https://evil.example")],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[ORIGIN_OF_OURS, ("sec-fetch-site", "cross-site")],
            &[ORIGIN_OF_OURS, ("sec-fetch-site", "same-site")],
            &[ORIGIN_OF_OURS, ("sec-fetch-site", "none")],
            &[ORIGIN_OF_OURS, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("authorization", "Bearer x")],
            &[("authorization", "Bearer x"), ("cookie", "visite=x")],
            &[("authorization", "Bearer x"), ("origin", "https://evil.example")],
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let headers: Vec<_> = [HOST_OF_OURS].iter().chain(bad).copied().collect();
                assert_eq!(examined(method, &headers), Err(Refusal::ForeignPage), "{bad:?}");
            }
        }
    }

    #[test]
    fn the_policy_allows_nothing_inline() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
        assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none';"));
    }
}
