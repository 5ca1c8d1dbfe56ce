//! Passkeys (WebAuthn): a device proves who it is and that its owner unlocked it. That is two factors at once, so a
//! passkey signs in alone.
//!
//! What was asked is held by the browser that asked ([`HELD`]), so that any node takes the answer and nobody can fill a list
//! of open questions; it counts for five minutes, which is the library's limit. An answer that let somebody in is
//! remembered for as long, and lets nobody in again.

use crate::login::held::Held;
use data_encoding::BASE64URL_NOPAD;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use visite_store::AccountId;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

/// Length of the name under which a device files an account.
const HANDLE_LENGTH: usize = 64;
/// Answers that are remembered: so many people may sign in with a passkey within five minutes.
const MOST_ANSWERS: usize = 16_384;

/// How browsers hold a question.
pub const HELD: Held = Held {
    name: "__Host-visite-passkey",
    plain_name: "visite-passkey",
    place: "passkey/question",
    lasts: SignedDuration::from_mins(5),
    same_site: "Strict",
};

/// A passkey as the store keeps it: base64url of what the library writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// Name of the key, made by the device; unique in the world.
    pub id: String,
    /// How the device is reached, as a hint for browsers.
    pub transports: u8,
    /// Public key.
    pub fixed: String,
    /// Counter and the like; changes with use.
    pub state: String,
    /// What the person calls it.
    pub name: String,
    /// When it was added, in whole microseconds since 1970.
    pub added_at: i64,
}

/// Why a passkey was not added or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The public address is not a name, and passkeys belong to names.
    #[error("passkeys need a public address with a name, such as `https://visite.example.org`")]
    NoName,
    /// Too many people signed in within the last minutes.
    #[error("too many people are signing in at the moment; please try again in five minutes")]
    Busy,
    /// The question is older than five minutes, was answered, or never asked in this browser.
    #[error("the question was asked more than five minutes ago; please start again")]
    NotAsked,
    /// The answer is not what a device sends.
    #[error("the answer of the device cannot be read: {0}")]
    Unreadable(String),
    /// The answer does not prove anything.
    #[error("the device did not prove who it is: {0}")]
    NotProved(String),
    /// What the store holds is no passkey.
    #[error("a stored passkey cannot be read: {0}")]
    Stored(String),
}

/// What a device sent when it answered.
pub struct Answer {
    inner: DiscoverableAuthentication<HANDLE_LENGTH>,
}

impl Answer {
    /// Reads what the browser sent.
    ///
    /// # Errors
    ///
    /// If it is nothing that a browser sends.
    pub fn read(json: &[u8]) -> Result<Self, PasskeyError> {
        let inner = DiscoverableAuthentication::from_json_relaxed(json).map_err(unreadable)?;
        Ok(Self { inner })
    }

    /// Name of the key that answered.
    pub fn id(&self) -> String {
        BASE64URL_NOPAD.encode(self.inner.raw_id().as_ref())
    }

    /// The account that the device says it belongs to. Nothing is proved yet.
    pub fn account(&self) -> Option<AccountId> {
        let bytes: &[u8] = self.inner.response().user_handle().as_ref();
        let id = std::str::from_utf8(bytes).ok()?.trim_end_matches('\0');
        AccountId::new(id).ok()
    }
}

/// Asks devices and judges their answers.
pub struct Passkeys {
    name: RpId,
    origins: Vec<String>,
    /// Hashes of the questions whose answers let somebody in, and when.
    answered: Mutex<HashMap<[u8; 32], Instant>>,
}

/// A question to a device.
pub struct Question {
    /// JSON for the browser.
    pub json: String,
    /// What the browser holds ([`HELD`]) until the device has answered.
    pub held: Vec<u8>,
}

impl Passkeys {
    /// For a server that people reach as `name` (without port), from pages of `origins`.
    ///
    /// # Errors
    ///
    /// If `name` is no name.
    pub fn new(name: Option<&str>, origins: Vec<String>) -> Result<Self, PasskeyError> {
        let name = name.ok_or(PasskeyError::NoName)?;
        let domain = AsciiDomain::try_from(name.to_owned()).map_err(|_| PasskeyError::NoName)?;
        Ok(Self { name: RpId::Domain(domain), origins, answered: Mutex::default() })
    }

    /// The question to a device that shall get a passkey of `account`. `known` are the account's passkeys, so that a
    /// device does not get a second one.
    ///
    /// # Errors
    ///
    /// If a known passkey cannot be read.
    pub fn ask_to_add(
        &self,
        account: &AccountId,
        email: &str,
        name: &str,
        known: &[Passkey],
    ) -> Result<Question, PasskeyError> {
        let handle = handle(account);
        let known = known
            .iter()
            .map(|passkey| {
                Ok(PublicKeyCredentialDescriptor { id: passkey.key_name()?, transports: passkey.reached_by()? })
            })
            .collect::<Result<Vec<_>, PasskeyError>>()?;
        let user = PublicKeyCredentialUserEntity {
            // Names that the standard does not allow are no reason to refuse a passkey.
            name: Username::try_from(email).or_else(|_| Username::try_from("Visite")).map_err(unreadable)?,
            id: &handle,
            display_name: Nickname::try_from(name).ok(),
        };
        let mut question = PublicKeyCredentialCreationOptions::passkey(&self.name, user, known);
        // Devices that do not know this extension refuse to make a key when it is asked for with force. We insist on an
        // unlocked device at each sign-in anyway.
        question.extensions.cred_protect = CredProtect::None;
        let (server, client) = question.start_ceremony().map_err(unreadable)?;
        let json = serde_json::to_string(&client).map_err(unreadable)?;
        Ok(Question { json, held: server.encode().map_err(unreadable)? })
    }

    /// The passkey that a device made for `account`, answering what the browser holds. The caller makes sure that nobody
    /// else has the same.
    ///
    /// # Errors
    ///
    /// If it was not asked, or answers something else.
    pub fn add(
        &self,
        account: &AccountId,
        held: &[u8],
        json: &[u8],
        name: &str,
        added_at: i64,
    ) -> Result<Passkey, PasskeyError> {
        let asked = RegistrationServerState::<HANDLE_LENGTH>::decode(held).map_err(|_| PasskeyError::NotAsked)?;
        let answer = Registration::from_json_relaxed(json).map_err(unreadable)?;
        let options = RegistrationVerificationOptions::<String, String> {
            allowed_origins: &self.origins,
            // Browsers add what they like; the standard says to ignore it.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = asked.verify(&self.name, &answer, &options).map_err(not_proved)?;
        if made.user_id() != &handle(account) {
            return Err(PasskeyError::NotAsked);
        }
        let Ok(fixed) = made.static_state().encode();
        let Ok(state) = made.dynamic_state().encode();
        let Ok(transports) = made.transports().encode();
        Ok(Passkey {
            id: BASE64URL_NOPAD.encode(made.id().as_ref()),
            transports,
            fixed: BASE64URL_NOPAD.encode(&fixed),
            state: BASE64URL_NOPAD.encode(&state),
            name: name.to_owned(),
            added_at,
        })
    }

    /// The question to any device that has a passkey for us.
    ///
    /// # Errors
    ///
    /// If the library makes none.
    pub fn ask_to_sign_in(&self) -> Result<Question, PasskeyError> {
        let (server, client) =
            DiscoverableCredentialRequestOptions::passkey(&self.name).start_ceremony().map_err(unreadable)?;
        let json = serde_json::to_string(&client).map_err(unreadable)?;
        Ok(Question { json, held: server.encode().map_err(unreadable)? })
    }

    /// Whether `answer` to what the browser holds proves that `passkey` of `account` is here, unlocked by its owner. Gives
    /// the passkey as it is to be stored now.
    ///
    /// # Errors
    ///
    /// If it does not, was not asked, or let somebody in already.
    pub fn sign_in(
        &self,
        account: &AccountId,
        passkey: &Passkey,
        held: &[u8],
        answer: &Answer,
    ) -> Result<Passkey, PasskeyError> {
        let asked = DiscoverableAuthenticationServerState::decode(held).map_err(|_| PasskeyError::NotAsked)?;
        let handle = handle(account);
        let fixed = BASE64URL_NOPAD.decode(passkey.fixed.as_bytes()).map_err(stored)?;
        let fixed =
            StaticState::<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>::decode(&fixed).map_err(stored)?;
        let state = BASE64URL_NOPAD.decode(passkey.state.as_bytes()).map_err(stored)?;
        let state: [u8; 7] =
            state.try_into().map_err(|_| PasskeyError::Stored("its state has another length".into()))?;
        let state = DynamicState::decode(state).map_err(stored)?;
        let id = passkey.key_name()?;
        let id = CredentialId::<&[u8]>::from(&id);
        let mut known = AuthenticatedCredential::new(id, &handle, fixed, state).map_err(stored)?;
        let options = AuthenticationVerificationOptions::<String, String> {
            allowed_origins: &self.origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        asked.verify(&self.name, &answer.inner, &mut known, &options).map_err(not_proved)?;
        self.once(held)?;
        let Ok(state) = known.dynamic_state().encode();
        Ok(Passkey { state: BASE64URL_NOPAD.encode(&state), ..passkey.clone() })
    }

    /// Remembers that a question was answered; refuses if it was before.
    fn once(&self, held: &[u8]) -> Result<(), PasskeyError> {
        let (question, now) = (Sha256::digest(held).into(), Instant::now());
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.len() >= MOST_ANSWERS {
            let lasts = HELD.lasts.unsigned_abs();
            answered.retain(|_, at| now.duration_since(*at) <= lasts);
        }
        if answered.contains_key(&question) {
            return Err(PasskeyError::NotAsked);
        }
        if answered.len() >= MOST_ANSWERS {
            return Err(PasskeyError::Busy);
        }
        answered.insert(question, now);
        Ok(())
    }
}

impl Passkey {
    fn key_name(&self) -> Result<CredentialId<Vec<u8>>, PasskeyError> {
        CredentialId::decode(BASE64URL_NOPAD.decode(self.id.as_bytes()).map_err(stored)?).map_err(stored)
    }

    fn reached_by(&self) -> Result<AuthTransports, PasskeyError> {
        AuthTransports::decode(self.transports).map_err(stored)
    }
}

/// The name under which a device files an account: its id, which is random and tells nothing about the person.
fn handle(account: &AccountId) -> UserHandle<HANDLE_LENGTH> {
    let mut bytes = [0; HANDLE_LENGTH];
    bytes.iter_mut().zip(account.as_str().bytes()).for_each(|(byte, of_id)| *byte = of_id);
    let Ok(handle) = UserHandle::decode(bytes);
    handle
}

fn unreadable(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Unreadable(error.to_string())
}

fn not_proved(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::NotProved(error.to_string())
}

fn stored(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Stored(error.to_string())
}
