//! Which program asks: the token it brings, and who answers for it.
//!
//! A token never does more than whoever made it could do now: where that person's role has ended, so has the token's.

use super::scope::Scope;
use crate::act::Actor;
use crate::login::secret::Secret;
use crate::login::session::NOTED_EVERY;
use crate::web::access::Who;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use crate::web::visit::{Here, administers};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use visite_facts::Word;
use visite_store::{Account, AccountId, PracticeId, StoreError, Token};

/// With what a token begins, so that people and scanners recognise one that lies around.
pub const PREFIX: &str = "vst_";

/// A program with a token.
#[derive(Clone, Debug)]
pub struct Program {
    /// The token.
    pub token: Token,
    /// Who made it.
    pub account: Account,
}

/// The text of a token.
pub fn token_text(secret: &Secret) -> String {
    format!("{PREFIX}{}", secret.text())
}

/// The token that stands in the header, if it looks like one.
fn brought(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, text) = value.split_once(' ').filter(|_| values.next().is_none())?;
    let text = text.trim();
    let secret = scheme.eq_ignore_ascii_case("bearer").then(|| text.strip_prefix(PREFIX)).flatten()?;
    Secret::parse(secret).map(|_| text.to_owned())
}

impl Program {
    /// The program behind these headers.
    ///
    /// # Errors
    ///
    /// [`Refusal::Token`] if it brings no token that is in force.
    async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Refusal> {
        let (now, store) = (app.now(), app.store());
        let text = brought(headers).ok_or(Refusal::Token)?;
        let token = store.token(&text, now).await?.ok_or(Refusal::Token)?;
        let maker = AccountId::new(token.created_by.clone()).map_err(|_| Refusal::Token)?;
        let account = match store.account(&maker).await {
            Err(StoreError::NotFound { .. }) => return Err(Refusal::Token),
            other => other?,
        };
        if account.disabled_at.is_some() {
            return Err(Refusal::Token);
        }
        if token.last_used_at.is_none_or(|used| now.duration_since(used) >= NOTED_EVERY) {
            match &token.practice {
                Some(practice) => store.practice(practice.clone()).touch_token(&token.id, now).await?,
                None => store.touch_token(&token.id, now).await?,
            }
        }
        Ok(Self { token, account })
    }

    /// Whether the program behind `headers` may call a route for `who`, and in which practice.
    ///
    /// # Errors
    ///
    /// Why it may not.
    pub async fn admit(
        app: &App,
        who: Who,
        headers: &HeaderMap,
        practice: Option<String>,
    ) -> Result<(Self, Option<Here>), Refusal> {
        let program = Self::of(app, headers).await?;
        let (Who::Token(scope) | Who::TokenHere(scope) | Who::TokenOfAll(scope)) = who else {
            return Err(Refusal::Forbidden);
        };
        if !program.token.scopes.iter().any(|word| word == scope.word()) {
            return Err(Refusal::Scope(scope));
        }
        let here = match who {
            Who::TokenHere(_) => Some(program.here(app, scope, practice).await?),
            Who::TokenOfAll(_) if program.token.practice.is_some() || !administers(app, &program.account).await? => {
                return Err(Refusal::Forbidden);
            }
            _ => None,
        };
        Ok((program, here))
    }

    async fn here(&self, app: &App, scope: Scope, practice: Option<String>) -> Result<Here, Refusal> {
        // A practice without a role, one that does not exist and a text that is none look the same.
        let id = practice.and_then(|text| PracticeId::new(text).ok()).ok_or(Refusal::NotFound)?;
        if self.token.practice.as_ref().is_some_and(|own| *own != id) {
            return Err(Refusal::NotFound);
        }
        let practice = app.store().practice(id);
        let membership = practice.member(&self.account.id, app.now()).await?.ok_or(Refusal::NotFound)?;
        if scope.roles().contains(&membership.role) {
            Ok(Here { practice, membership })
        } else {
            Err(Refusal::Forbidden)
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Program {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().cloned().ok_or(Refusal::Token)
    }
}

/// The program as somebody who does something in the practice of the path.
impl FromRequestParts<App> for Actor {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let program = Program::from_request_parts(parts, app).await?;
        let here = Here::from_request_parts(parts, app).await?;
        Ok(Self {
            info: here.practice.info().await?,
            practice: here.practice,
            account: program.account,
            token: Some(program.token.name),
            now: app.now(),
            app: app.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_one_whole_token_counts() {
        let token = token_text(&Secret::new([7; 32]));
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            brought(&headers)
        };
        assert_eq!(of(&[&format!("Bearer {token}")]), Some(token.clone()));
        assert_eq!(of(&[&format!("bearer  {token} ")]), Some(token.clone()));
        let right = format!("Bearer {token}");
        let basic = format!("Basic {token}");
        let bare = format!("Bearer {}", &token[4..]);
        let longer = format!("{right}A");
        let wrong = ["Bearer", "Bearer ", &token, &basic, &bare, &longer];
        for wrong in wrong.iter().map(|one| vec![*one]).chain([vec![], vec![right.as_str(), &right]]) {
            assert_eq!(of(&wrong), None, "{wrong:?}");
        }
    }
}
