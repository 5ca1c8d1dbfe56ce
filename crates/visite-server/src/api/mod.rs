//! The interface for programs, `/api/v1`: tokens with scopes, and the same rules and queries as the pages.
//!
//! Routes stand in [`routes::table`], which `web::routes` takes in. Each says itself what it takes and gives ([`doc`]), so
//! that the description at `/api/v1/openapi.json` lists what exists. No session opens anything here, and no token a page.

pub mod agents;
pub mod caller;
pub mod devices;
pub mod doc;
pub mod findings;
pub mod health;
pub mod input;
pub mod log;
pub mod metrics;
pub mod practices;
pub mod rounds;
pub mod routes;
pub mod scope;
