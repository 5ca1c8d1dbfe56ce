//! What forms and scripts send, read so that a mistake is answered like any other refusal.

use crate::web::refusal::Refusal;
use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use visite_facts::Text;

/// The fields of a form.
pub struct Input<T>(pub T);

/// The body as it came.
pub struct Raw(pub Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Refusal;
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Form::from_request(request, state).await {
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

fn refusal(status: StatusCode) -> Refusal {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::TooLarge;
    }
    Refusal::Bad(Text::new(
        "Ein Feld fehlt oder enthält etwas Unerwartetes. Gehen Sie zurück, und füllen Sie die Seite noch einmal aus.",
        "A field is missing or holds something unexpected. Go back and fill in the page again.",
    ))
}
