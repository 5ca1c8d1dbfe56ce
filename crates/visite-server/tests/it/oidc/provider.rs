//! A provider of OpenID Connect on loopback: discovery, keys, sign-in page and tokens, strict where it is asked properly, and
//! wrong in what it answers as the test wants it.

use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub const CLIENT: &str = "visite";
pub const SECRET: &str = "ein Geheimnis: % & ü";
/// How the provider names the person, unless a test says otherwise.
pub const SUBJECT: &str = "248289761001";

/// What is wrong with what the provider answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    None,
    /// The sign-in page sends this error back.
    Error(&'static str),
    /// The answer of the sign-in page names another issuer (RFC 9207).
    OtherIssuerInAnswer,
    /// The sign-in page sends back another state.
    OtherState,
    /// The token has these claims instead; null takes one away.
    Claims(Value),
    /// The token is not signed at all.
    Unsigned,
    /// The token is signed with the secret that both know.
    SignedWithSecret,
    /// The token is signed with a key that is not published, under the name of the one that is.
    OtherKey,
    /// One sign in the claims was changed after signing.
    Changed,
    /// There is no token.
    NoToken,
    /// The token endpoint leads elsewhere.
    Redirects,
    /// The token endpoint answers with more than anybody needs.
    Endless,
    /// What it says about itself, changed so.
    Said(Value),
    /// It is not a provider at all.
    Nothing,
}

struct Grant {
    challenge: String,
    nonce: String,
    redirect: String,
    max_age: bool,
}

struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

impl Key {
    fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes.as_ref(), &random).unwrap();
        Self { id: id.into(), pair }
    }

    fn public(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y })
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec()
    }
}

struct Inner {
    issuer: String,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    fault: Mutex<Fault>,
    /// What the token says besides, or instead.
    person: Mutex<Value>,
    key: Mutex<Arc<Key>>,
    grants: Mutex<HashMap<String, Grant>>,
    asked: Mutex<BTreeMap<&'static str, usize>>,
    /// The last token, as it was sent.
    token: Mutex<String>,
}

/// The provider; it ends with the test.
pub struct Provider {
    inner: Arc<Inner>,
    task: AbortHandle,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Provider {
    /// Starts one whose clock is `now`.
    pub async fn start(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Arc::new(Inner {
            issuer: format!("http://{}/realms/praxis", listener.local_addr().unwrap()),
            now: Box::new(now),
            fault: Mutex::new(Fault::None),
            person: Mutex::new(json!({})),
            key: Mutex::new(Arc::new(Key::new("one"))),
            grants: Mutex::default(),
            asked: Mutex::default(),
            token: Mutex::default(),
        });
        let router = Router::new()
            .route("/realms/praxis/.well-known/openid-configuration", get(discovery))
            .route("/realms/praxis/keys", get(keys))
            .route("/realms/praxis/authorize", get(authorize))
            .route("/realms/praxis/token", post(token))
            .with_state(inner.clone());
        let serving = async move { axum::serve(listener, router).await.unwrap() };
        Self { inner, task: tokio::spawn(serving).abort_handle() }
    }

    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    pub fn goes_wrong(&self, fault: Fault) {
        *self.inner.fault.lock().unwrap() = fault;
    }

    /// Claims about whoever signs in, besides or instead of the usual ones.
    pub fn says(&self, claims: Value) {
        *self.inner.person.lock().unwrap() = claims;
    }

    /// Signs with another key from now on, which takes the place of the old one.
    pub fn changes_key(&self, id: &str) {
        *self.inner.key.lock().unwrap() = Arc::new(Key::new(id));
    }

    /// How often an endpoint was asked.
    pub fn asked(&self, endpoint: &str) -> usize {
        self.inner.asked.lock().unwrap().get(endpoint).copied().unwrap_or_default()
    }

    /// The token that was sent last.
    pub fn token(&self) -> String {
        self.inner.token.lock().unwrap().clone()
    }

    /// Somebody signs in on the page to which a browser was sent; where it is sent back to.
    pub async fn visited(&self, address: &str) -> String {
        assert!(address.starts_with(&self.inner.issuer), "sent to {address}");
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let answer = client.get(address).send().await.unwrap();
        let status = answer.status();
        let location = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        location.unwrap_or_else(|| panic!("{status}: the page refuses {address}"))
    }
}

impl Inner {
    fn count(&self, endpoint: &'static str) -> Fault {
        *self.asked.lock().unwrap().entry(endpoint).or_default() += 1;
        self.fault.lock().unwrap().clone()
    }
}

fn with(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => object.as_object_mut().unwrap().remove(name),
            value => object.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    object
}

async fn discovery(State(provider): State<Arc<Inner>>) -> Response {
    let fault = provider.count("discovery");
    let issuer = &provider.issuer;
    let said = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    match fault {
        Fault::Said(changes) => Json(with(said, &changes)).into_response(),
        Fault::Nothing => (StatusCode::OK, "<html>Willkommen</html>").into_response(),
        _ => Json(said).into_response(),
    }
}

async fn keys(State(provider): State<Arc<Inner>>) -> Json<Value> {
    provider.count("keys");
    let key = provider.key.lock().unwrap().public();
    Json(json!({ "keys": [key, { "kty": "new", "kid": "of another time" }] }))
}

/// The sign-in page: whoever comes is signed in at once.
async fn authorize(State(provider): State<Arc<Inner>>, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    let fault = provider.count("authorize");
    let of = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let right = of("client_id") == CLIENT
        && of("response_type") == "code"
        && of("scope").split(' ').any(|scope| scope == "openid")
        && of("code_challenge_method") == "S256"
        && of("code_challenge").len() == 43
        && of("state").len() == 43
        && of("nonce").len() == 43
        && ["de", "en"].contains(&of("ui_locales"))
        && of("redirect_uri") == "https://visite.example.org/login/oidc/return";
    if !right {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let anew = of("max_age") == "0" && of("prompt") == "login";
    let mut back = form_urlencoded::Serializer::new(String::new());
    let state = if fault == Fault::OtherState { "A".repeat(43) } else { of("state").to_owned() };
    back.append_pair("state", &state);
    let issuer = if fault == Fault::OtherIssuerInAnswer { "https://other.example" } else { &provider.issuer };
    back.append_pair("iss", issuer);
    if let Fault::Error(error) = fault {
        back.append_pair("error", error).append_pair("error_description", "<b>Rufen Sie 0800 an</b>");
    } else {
        let code = BASE64URL_NOPAD.encode(&Sha256::digest(of("state")));
        let grant = Grant {
            challenge: of("code_challenge").into(),
            nonce: of("nonce").into(),
            redirect: of("redirect_uri").into(),
            max_age: anew,
        };
        provider.grants.lock().unwrap().insert(code.clone(), grant);
        back.append_pair("code", &code);
    }
    let to = format!("{}?{}", of("redirect_uri"), back.finish());
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": "…" }))).into_response()
}

/// The name and secret of the client, as RFC 6749 writes them into a header.
fn knows_client(headers: &HeaderMap) -> bool {
    let basic = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let pair = basic.and_then(|text| String::from_utf8(BASE64.decode(text.as_bytes()).ok()?).ok());
    let Some((name, secret)) = pair.as_deref().and_then(|pair| pair.split_once(':')) else { return false };
    let plain = |text: &str| {
        let line = format!("a={text}");
        form_urlencoded::parse(line.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap()
    };
    plain(name) == CLIENT && plain(secret) == SECRET
}

async fn token(
    State(provider): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(asked): Form<BTreeMap<String, String>>,
) -> Response {
    let fault = provider.count("token");
    let of = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    match fault {
        Fault::Redirects => {
            return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/realms/praxis/keys")]).into_response();
        }
        Fault::Endless => return (StatusCode::OK, " ".repeat(2_000_000)).into_response(),
        _ => {}
    }
    if !knows_client(&headers) {
        return refused("invalid_client");
    }
    // A code counts once, whatever comes of it.
    let Some(grant) = provider.grants.lock().unwrap().remove(of("code")) else { return refused("invalid_grant") };
    let proof = BASE64URL_NOPAD.encode(&Sha256::digest(of("code_verifier")));
    if of("grant_type") != "authorization_code" || proof != grant.challenge || of("redirect_uri") != grant.redirect {
        return refused("invalid_grant");
    }
    let now = (provider.now)().as_second();
    let mut claims = json!({
        "iss": provider.issuer,
        "sub": SUBJECT,
        "aud": CLIENT,
        "exp": now + 300,
        "iat": now,
        "nonce": grant.nonce,
        "preferred_username": "anna@firma.example",
    });
    if grant.max_age {
        claims = with(claims, &json!({ "auth_time": now }));
    }
    claims = with(claims, &provider.person.lock().unwrap());
    if let Fault::Claims(changes) = &fault {
        claims = with(claims, changes);
    }
    let token = provider.signed(&claims, &fault);
    *provider.token.lock().unwrap() = token.clone();
    let mut answer = json!({ "access_token": "unused", "token_type": "Bearer", "expires_in": 60, "id_token": token });
    if fault == Fault::NoToken {
        answer = with(answer, &json!({ "id_token": null }));
    }
    Json(answer).into_response()
}

impl Inner {
    fn signed(&self, claims: &Value, fault: &Fault) -> String {
        let key = self.key.lock().unwrap().clone();
        let text = |header: Value, claims: &Value| {
            let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
            format!("{}.{}", part(&header), part(claims))
        };
        let signed = |head: &str, signature: &[u8]| format!("{head}.{}", BASE64URL_NOPAD.encode(signature));
        let head = text(json!({ "alg": "ES256", "typ": "JWT", "kid": key.id }), claims);
        match fault {
            Fault::Unsigned => signed(&text(json!({ "alg": "none", "typ": "JWT" }), claims), b""),
            Fault::SignedWithSecret => {
                let head = text(json!({ "alg": "HS256", "typ": "JWT" }), claims);
                let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
                signed(&head, ring::hmac::sign(&secret, head.as_bytes()).as_ref())
            }
            Fault::OtherKey => signed(&head, &Key::new(&key.id).sign(&head)),
            Fault::Changed => {
                let changed = with(claims.clone(), &json!({ "sub": "somebody else" }));
                let other = text(json!({ "alg": "ES256", "typ": "JWT", "kid": key.id }), &changed);
                signed(&other, &key.sign(&head))
            }
            _ => signed(&head, &key.sign(&head)),
        }
    }
}
