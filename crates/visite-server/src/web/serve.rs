//! The listeners: encrypted for everybody, and without encryption for this machine itself.
//!
//! A connection on which nothing comes, or only drop by drop, is closed: slow clients cost no more than a socket for
//! some seconds.

use crate::web::visit::Unencrypted;
use axum::{Extension, Router};
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// How long a connection may keep us waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the first request as a whole, and for the head of every further one.
    pub request: Duration,
}

impl Default for Patience {
    /// Ten seconds: a telephone with bad reception gets through.
    fn default() -> Self {
        Self { request: Duration::from_secs(10) }
    }
}

/// Streams of one connection with HTTP/2 that may be open at once.
const STREAMS: u32 = 100;
/// Bytes of all headers of a request.
const HEADERS: u32 = 32 * 1024;

/// Serves encrypted until `handle` ends it. The provider of rustls has to be installed before.
///
/// # Errors
///
/// If the listener cannot be used.
pub async fn encrypted(
    listener: TcpListener,
    tls: RustlsConfig,
    handle: Handle<SocketAddr>,
    patience: Patience,
    router: Router,
) -> io::Result<()> {
    let server = axum_server::from_tcp_rustls(listener, tls)?;
    patient(server, patience).handle(handle).serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}

/// Serves without encryption until `handle` ends it. Only for this machine itself, or behind a proxy that encrypts.
///
/// # Errors
///
/// If the listener cannot be used.
pub async fn plain(
    listener: TcpListener,
    handle: Handle<SocketAddr>,
    patience: Patience,
    router: Router,
) -> io::Result<()> {
    let router = router.layer(Extension(Unencrypted));
    let server = axum_server::from_tcp(listener)?;
    patient(server, patience).handle(handle).serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}

/// Bounds what a connection may cost.
pub(crate) fn patient<A>(mut server: Server<SocketAddr, A>, patience: Patience) -> Server<SocketAddr, A> {
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.request).max_buf_size(HEADERS as usize);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEADERS);
    server.first_request_timeout(patience.request)
}
