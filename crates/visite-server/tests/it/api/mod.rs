//! The interface for programs.

mod hooks;
mod page;
mod reading;
mod tokens;
mod watching;
mod writing;

use crate::server::{Answer, Server};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;
use sha2::{Digest, Sha256};
use visite_server::api::caller::token_text;
use visite_server::login::secret::Secret;
use visite_store::{AccountId, AuditEvent, NewToken, PracticeId};

/// A program with a token, on another machine.
pub struct Program<'s> {
    pub server: &'s Server,
    pub token: String,
}

impl<'s> Program<'s> {
    /// With a token that `maker` made, for a practice or for all; it lasts a day.
    pub async fn new(server: &'s Server, practice: Option<&PracticeId>, maker: &AccountId, scopes: &[&str]) -> Self {
        let number = server.drawn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let token = token_text(&Secret::new(Sha256::digest(format!("token {number}")).into()));
        let new = NewToken {
            name: "Ticketsystem".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expires_at: server.now() + SignedDuration::from_hours(24),
        };
        let event = AuditEvent::new(server.now(), maker.as_str(), practice, "token.created");
        match practice {
            Some(id) => server.store.practice(id.clone()).create_token(&event, &token, &new).await.unwrap(),
            None => server.store.create_token(&event, &token, &new).await.unwrap(),
        }
        Self { server, token }
    }

    pub async fn send(&self, method: &Method, path: &str, body: Option<&str>) -> Answer {
        // Another address each time: how often one may ask is tested elsewhere.
        let mut browser = self.server.browser();
        let number = self.server.drawn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        browser.from = [198, 18, (number >> 8) as u8, number as u8];
        let request = browser
            .request(method.clone(), path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .unwrap();
        browser.send(request).await
    }

    pub async fn get(&self, path: &str) -> Value {
        json(self.send(&Method::GET, path, None).await.is(StatusCode::OK))
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.send(&Method::POST, path, Some(body)).await
    }
}

pub fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}
