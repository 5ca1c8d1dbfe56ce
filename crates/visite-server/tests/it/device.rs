//! A device with a passkey, as browsers know it: answers questions with a key of its own (P-256).

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// User present and verified; attested data follow.
const REGISTERS: u8 = 0x45;
/// User present and verified.
const SIGNS: u8 = 0x05;
/// User present only.
pub const SIGNS_UNVERIFIED: u8 = 0x01;

pub struct Device {
    key: EcdsaKeyPair,
    id: [u8; 16],
    user: String,
    pub counter: u32,
    pub origin: String,
    pub flags: u8,
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

impl Device {
    pub fn new(id: u8) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let origin = "https://visite.example.org".to_owned();
        Self { key, id: [id; 16], user: String::new(), counter: 0, origin, flags: SIGNS }
    }

    fn client_data(&self, kind: &str, challenge: &Json) -> Vec<u8> {
        let challenge = challenge.as_str().unwrap();
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{}","crossOrigin":false}}"#, self.origin)
            .into_bytes()
    }

    fn authenticator_data(&self, name: &Json, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(name.as_str().unwrap()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Answers the question to a new key.
    pub fn register(&mut self, question: &str) -> Json {
        let question: Json = serde_json::from_str(question).unwrap();
        let question = question.get("publicKey").unwrap_or(&question);
        self.user = question["user"]["id"].as_str().unwrap().to_owned();
        let client_data = self.client_data("webauthn.create", &question["challenge"]);
        let mut data = self.authenticator_data(&question["rp"]["id"], REGISTERS);
        data.extend([0; 16]);
        data.extend((self.id.len() as u16).to_be_bytes());
        data.extend(self.id);
        let point = self.key.public_key().as_ref();
        // CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(data.len() as u8);
        attestation.extend(&data);
        // SubjectPublicKeyInfo of a P-256 key.
        let mut public =
            data_encoding::HEXLOWER.decode(b"3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
        public.extend(point);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(&client_data), "attestationObject": text(&attestation),
                "authenticatorData": text(&data), "publicKey": text(&public), "publicKeyAlgorithm": -7,
                "transports": ["internal"],
            },
        })
    }

    /// Answers the question to any known key.
    pub fn sign(&mut self, question: &str) -> Json {
        let question: Json = serde_json::from_str(question).unwrap();
        let question = question.get("publicKey").unwrap_or(&question);
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &question["challenge"]);
        let data = self.authenticator_data(&question["rpId"], self.flags);
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(&client_data), "authenticatorData": text(&data),
                "signature": text(signature.as_ref()), "userHandle": self.user,
            },
        })
    }
}
