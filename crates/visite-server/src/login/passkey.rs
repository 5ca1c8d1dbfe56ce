//! Passkeys (WebAuthn): a device proves who it is and that its owner unlocked it. That is two factors at once, so a
//! passkey signs in alone.
//!
//! What was asked is kept here for five minutes and given out once; the limit is the library's. The questions are in
//! this process: behind several nodes a browser has to stay with one of them for those minutes.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use visite_store::AccountId;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{
    AsciiDomain, FixedCapHashSet, InsertResult, PublicKeyCredentialDescriptor, RpId, TimedCeremony,
};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId, SentChallenge};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

/// Length of the name under which a device files an account.
const HANDLE_LENGTH: usize = 64;
/// Open questions of each kind that are remembered.
const MOST_QUESTIONS: usize = 1024;

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
    /// Too many questions are open.
    #[error("too many people are signing in at the moment; please try again in five minutes")]
    Busy,
    /// The question is older than five minutes, was answered, or never asked.
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
    adding: Mutex<FixedCapHashSet<RegistrationServerState<HANDLE_LENGTH>>>,
    signing_in: Mutex<FixedCapHashSet<DiscoverableAuthenticationServerState>>,
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
        Ok(Self {
            name: RpId::Domain(domain),
            origins,
            adding: Mutex::new(FixedCapHashSet::new(MOST_QUESTIONS)),
            signing_in: Mutex::new(FixedCapHashSet::new(MOST_QUESTIONS)),
        })
    }

    /// The question to a device that shall get a passkey of `account`: JSON for the browser. `known` are the account's
    /// passkeys, so that a device does not get a second one.
    ///
    /// # Errors
    ///
    /// If too many questions are open, or a known passkey cannot be read.
    pub fn ask_to_add(
        &self,
        account: &AccountId,
        email: &str,
        name: &str,
        known: &[Passkey],
    ) -> Result<String, PasskeyError> {
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
        remember(&self.adding, server)?;
        Ok(json)
    }

    /// The passkey that a device made for `account`. The caller makes sure that nobody else has the same.
    ///
    /// # Errors
    ///
    /// If it was not asked, or answers something else.
    pub fn add(&self, account: &AccountId, json: &[u8], name: &str, added_at: i64) -> Result<Passkey, PasskeyError> {
        let answer = Registration::from_json_relaxed(json).map_err(unreadable)?;
        let challenge = answer.challenge_relaxed().map_err(unreadable)?;
        let asked = self.adding.lock().unwrap_or_else(PoisonError::into_inner).take(&challenge);
        let options = RegistrationVerificationOptions::<String, String> {
            allowed_origins: &self.origins,
            // Browsers add what they like; the standard says to ignore it.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = asked.ok_or(PasskeyError::NotAsked)?.verify(&self.name, &answer, &options).map_err(not_proved)?;
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

    /// The question to any device that has a passkey for us: JSON for the browser.
    ///
    /// # Errors
    ///
    /// If too many questions are open.
    pub fn ask_to_sign_in(&self) -> Result<String, PasskeyError> {
        let (server, client) =
            DiscoverableCredentialRequestOptions::passkey(&self.name).start_ceremony().map_err(unreadable)?;
        let json = serde_json::to_string(&client).map_err(unreadable)?;
        remember(&self.signing_in, server)?;
        Ok(json)
    }

    /// Whether `answer` proves that `passkey` of `account` is here, unlocked by its owner. Gives the passkey as it is
    /// to be stored now.
    ///
    /// # Errors
    ///
    /// If it does not, or was not asked. A question is answered once, whatever the answer is.
    pub fn sign_in(&self, account: &AccountId, passkey: &Passkey, answer: &Answer) -> Result<Passkey, PasskeyError> {
        let challenge = answer.inner.challenge_relaxed().map_err(unreadable)?;
        let asked = self.signing_in.lock().unwrap_or_else(PoisonError::into_inner).take(&challenge);
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
        asked
            .ok_or(PasskeyError::NotAsked)?
            .verify(&self.name, &answer.inner, &mut known, &options)
            .map_err(not_proved)?;
        let Ok(state) = known.dynamic_state().encode();
        Ok(Passkey { state: BASE64URL_NOPAD.encode(&state), ..passkey.clone() })
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

fn remember<T>(questions: &Mutex<FixedCapHashSet<T>>, question: T) -> Result<(), PasskeyError>
where
    T: Borrow<SentChallenge> + Eq + Hash + TimedCeremony,
{
    let mut questions = questions.lock().unwrap_or_else(PoisonError::into_inner);
    match questions.insert_or_replace_all_expired(question) {
        InsertResult::Success => Ok(()),
        InsertResult::CapacityFull | InsertResult::Duplicate => Err(PasskeyError::Busy),
    }
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
