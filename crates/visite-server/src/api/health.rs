//! Whether the server lives, and whether it can serve: for whoever watches it. They tell nothing else, and need no token.

use crate::web::app::App;
use crate::web::refusal::Refusal;
use axum::extract::State;

/// `GET /healthz`: the process lives.
pub async fn lives() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers and has the schema of this program.
pub async fn is_ready(State(app): State<App>) -> Result<&'static str, Refusal> {
    match app.store().ready().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(error = error.chain(), "not ready");
            Err(Refusal::StoreAway)
        }
    }
}
