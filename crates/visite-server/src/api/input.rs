//! What programs send, read strictly: what is not understood is refused and not ignored.

use crate::web::input::Raw;
use crate::web::refusal::Refusal;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use visite_facts::Text;

/// Most entries of one page.
pub const MOST: usize = 200;
/// Entries of a page if nobody says how many.
const USUAL: usize = 50;

/// What stands after the question mark.
pub struct Wanted<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Wanted<T> {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(wanted)) => Ok(Self(wanted)),
            Err(error) => Err(bad("The query", &error.body_text())),
        }
    }
}

/// The body, as JSON.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(bad("The body", "its content type has to be application/json"));
        }
        let Raw(bytes) = Raw::from_request(request, state).await?;
        // Not every database keeps the sign zero, and no name and no word holds it.
        if bytes.windows(6).any(|sign| sign == b"\\u0000") {
            return Err(bad("The body", "it holds the sign zero"));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| bad("The body", &error.to_string()))
    }
}

fn bad(part: &str, why: &str) -> Refusal {
    let text = format!("{part} is not as described: {why}.");
    Refusal::Bad(Text::new(text.clone(), text))
}

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Give this as `cursor` to get the next part; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A list that comes in one part.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The first `limit` of `items`, each with a name by which the list is ordered.
    pub fn cut(mut items: Vec<T>, limit: usize, name: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(name);
        Self { items, next }
    }
}

/// How many entries, and after which.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Part {
    /// Entries at most; 50 if it is not said.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
    /// Where the part before ended: its `next`.
    pub cursor: Option<String>,
}

impl Part {
    /// Entries at most.
    ///
    /// # Errors
    ///
    /// If there would be none or too many.
    pub fn limit(&self) -> Result<usize, Refusal> {
        limit(self.limit)
    }
}

/// Entries at most, of what was asked for.
///
/// # Errors
///
/// If there would be none or too many.
pub fn limit(asked: Option<usize>) -> Result<usize, Refusal> {
    match asked.unwrap_or(USUAL) {
        limit if (1..=MOST).contains(&limit) => Ok(limit),
        _ => Err(bad("The query", "limit has to be 1 to 200")),
    }
}

/// A number that a cursor has to be.
///
/// # Errors
///
/// If it is none.
pub fn number(cursor: Option<&str>) -> Result<Option<i64>, Refusal> {
    let read = |text: &str| text.parse().map_err(|_| bad("The query", "cursor has to be a `next` of this list"));
    cursor.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_and_goes_on() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((page.items, page.next.as_deref()), (vec![1, 2], Some("2")));
        let last = Page::cut(vec![3], 2, ToString::to_string);
        assert_eq!((last.items, last.next), (vec![3], None));
        assert_eq!((limit(None), limit(Some(200))), (Ok(50), Ok(200)));
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err());
        assert_eq!(number(Some("7")), Ok(Some(7)));
        assert!(number(Some("x")).is_err());
    }
}
