//! What forms and scripts send, read so that a mistake is answered like any other refusal.

use crate::web::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use visite_facts::Text;

/// The fields of a form.
pub struct Input<T>(pub T);

/// The fields of a form that carries files.
pub struct Upload(BTreeMap<String, Bytes>);

impl Upload {
    /// The content of a file; nothing if none was chosen.
    pub fn file(&self, name: &str) -> &[u8] {
        self.0.get(name).map_or(&[], |bytes| bytes)
    }

    /// A field; empty if it is no text or not there.
    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.file(name)).unwrap_or_default()
    }
}

/// More fields than any form has.
const MOST_FIELDS: usize = 20;

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Refusal;
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let mut form = Multipart::from_request(request, state).await.map_err(|error| refusal(error.status()))?;
        let mut fields = BTreeMap::new();
        while let Some(field) = form.next_field().await.map_err(|error| refusal(error.status()))? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let bytes = field.bytes().await.map_err(|error| refusal(error.status()))?;
            if file_name.is_none() && bytes.contains(&0) {
                return Err(unexpected());
            }
            if fields.len() < MOST_FIELDS {
                fields.insert(name, bytes);
            }
        }
        Ok(Self(fields))
    }
}

/// The body as it came.
pub struct Raw(pub Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Refusal;
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let Raw(body) = Raw::from_request(Request::from_parts(parts.clone(), body), state).await?;
        // No field of a form holds the sign zero, and not every database keeps it.
        if body.contains(&0) || body.windows(3).any(|sign| sign == b"%00") {
            return Err(unexpected());
        }
        match Form::from_request(Request::from_parts(parts, Body::from(body)), state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(refusal(rejection.into_response().status())),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Refusal;
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) => Err(refusal(rejection.into_response().status())),
        }
    }
}

/// What is told when a body broke off, or is longer than its route allows.
pub fn broken(error: &axum::Error) -> Refusal {
    let too_long = std::error::Error::source(error).is_some_and(|cause| cause.is::<LengthLimitError>());
    if too_long { Refusal::TooLarge } else { unexpected() }
}

fn refusal(status: StatusCode) -> Refusal {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::TooLarge;
    }
    unexpected()
}

fn unexpected() -> Refusal {
    Refusal::Bad(Text::new(
        "Ein Feld fehlt oder enthält etwas Unerwartetes. Gehen Sie zurück, und füllen Sie die Seite noch einmal aus.",
        "A field is missing or holds something unexpected. Go back and fill in the page again.",
    ))
}
