//! Reads what agents send, within bounds, and answers in the words of the protocol.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use visite_agent::protocol::{MAX_MESSAGE_BYTES, MAX_PACKED_BYTES, Refusal, RefusalReason, UnpackError, unpack};

/// Largest request to enrol or renew, packed or not: a certificate request and a few names.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Reads the body of a delivery: packed or plain, at most [`MAX_PACKED_BYTES`] as it comes and [`MAX_MESSAGE_BYTES`] unpacked.
pub async fn read_message(request: Request) -> Result<Vec<u8>, RefusalReason> {
    read(request, MAX_PACKED_BYTES, MAX_MESSAGE_BYTES).await
}

/// As [`read_message`], for whoever enrols or renews: anybody may ask for that, so it is short.
pub async fn read_request(request: Request) -> Result<Vec<u8>, RefusalReason> {
    read(request, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES).await
}

async fn read(request: Request, most_packed: usize, most: usize) -> Result<Vec<u8>, RefusalReason> {
    let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
    let claimed = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if claimed.is_some_and(|length: usize| length > most_packed) {
        return Err(RefusalReason::TooLarge);
    }
    // A body that breaks off is none; one that is too long ends here as well.
    let bytes = to_bytes(request.into_body(), most_packed).await.map_err(|error| {
        let too_long =
            std::error::Error::source(&error).is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
        if too_long { RefusalReason::TooLarge } else { RefusalReason::Malformed }
    })?;
    match encoding.as_ref().map(|value| value.as_bytes()) {
        None => Ok(bytes.to_vec()),
        Some(b"gzip") => unpack(&bytes, most).map_err(|error| match error {
            UnpackError::NotGzip => RefusalReason::Malformed,
            UnpackError::TooLarge => RefusalReason::TooLarge,
        }),
        Some(_) => Err(RefusalReason::Malformed),
    }
}

/// Refuses for a reason of the protocol.
pub fn refuse(reason: RefusalReason) -> Response {
    let refusal = Refusal { reason };
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
    (status, [(header::CONTENT_TYPE, "application/json")], refusal.to_json()).into_response()
}

/// For routes that do not exist: an agent of another version learns why nobody answers it.
pub async fn unknown_route() -> Response {
    refuse(RefusalReason::VersionUnsupported)
}

/// Answers with a message.
pub fn answer(message: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], Body::from(message)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_agent::protocol::pack;

    fn request(headers: &[(header::HeaderName, &str)], body: Vec<u8>) -> Request {
        let mut request = Request::new(Body::from(body));
        for (name, value) in headers {
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        request
    }

    async fn read(headers: &[(header::HeaderName, &str)], body: Vec<u8>) -> Result<Vec<u8>, RefusalReason> {
        read_message(request(headers, body)).await
    }

    #[tokio::test]
    async fn whoever_enrols_says_little() {
        let gzip = [(header::CONTENT_ENCODING, "gzip")];
        let most = vec![b' '; MAX_REQUEST_BYTES];
        let more = vec![b' '; MAX_REQUEST_BYTES + 1];
        assert_eq!(read_request(request(&[], most.clone())).await, Ok(most.clone()));
        assert_eq!(read_request(request(&gzip, pack(&most))).await, Ok(most));
        assert_eq!(read_request(request(&[], more.clone())).await, Err(RefusalReason::TooLarge));
        assert_eq!(read_request(request(&gzip, pack(&more))).await, Err(RefusalReason::TooLarge));
    }

    #[tokio::test]
    async fn a_message_is_bounded_before_and_after_it_is_unpacked() {
        let gzip = [(header::CONTENT_ENCODING, "gzip")];
        assert_eq!(read(&[], b"{}".to_vec()).await, Ok(b"{}".to_vec()));
        assert_eq!(read(&gzip, pack(b"{}")).await, Ok(b"{}".to_vec()));
        assert_eq!(read(&gzip, b"{}".to_vec()).await, Err(RefusalReason::Malformed));
        assert_eq!(read(&[(header::CONTENT_ENCODING, "br")], b"{}".to_vec()).await, Err(RefusalReason::Malformed));
        // A length that is only claimed, one that is not, and a bomb.
        assert_eq!(read(&[(header::CONTENT_LENGTH, "99999999")], Vec::new()).await, Err(RefusalReason::TooLarge));
        assert_eq!(read(&[], vec![b' '; MAX_PACKED_BYTES + 1]).await, Err(RefusalReason::TooLarge));
        assert_eq!(read(&gzip, pack(&vec![0; MAX_MESSAGE_BYTES + 1])).await, Err(RefusalReason::TooLarge));
    }
}
