//! From the open port to a served connection: limits first, then TLS, then HTTP.

use super::guard::Peer;
use super::metrics::Counted;
use super::{SharedApp, router};
use crate::limits;
use crate::trouble::Trouble;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub type Tls = Arc<ServerConfig>;

/// Plain or under TLS.
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

macro_rules! either {
    ($this:expr, $s:ident => $do:expr) => {
        match $this.get_mut() {
            Stream::Plain($s) => $do,
            Stream::Tls($s) => $do,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, s => Pin::new(s).poll_write(cx, buf))
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_flush(cx))
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_shutdown(cx))
    }
}

/// The socket under an upgraded connection, and what was already read from it.
pub fn take_apart(upgraded: hyper::upgrade::Upgraded) -> Option<(Stream, Vec<u8>)> {
    let parts = upgraded.downcast::<TokioIo<Stream>>().ok()?;
    Some((parts.io.into_inner(), parts.read_buf.to_vec()))
}

/// Reads certificate and key.
///
/// # Errors
/// One plain sentence with a way out.
pub fn load_tls(cert: &Path, key: &Path) -> Result<Tls, Trouble> {
    let bad = |file: &Path, why: String| {
        Trouble::new(
            format!(
                "Non posso usare {} per TLS ({why}): serve un file PEM leggibile; senza --tls-cert e --tls-key si parla in chiaro.",
                file.display()
            ),
            format!(
                "Cannot use {} for TLS ({why}): a readable PEM file is needed; without --tls-cert and --tls-key the server speaks plain HTTP.",
                file.display()
            ),
        )
    };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).map_err(|e| bad(cert, e.to_string()))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| bad(key, e.to_string()))?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| bad(cert, e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|e| bad(cert, e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Counts open sockets of each address.
#[derive(Default)]
pub struct Doors(Mutex<HashMap<IpAddr, usize>>);

pub struct Door {
    doors: Arc<Doors>,
    address: IpAddr,
}

impl Doors {
    fn enter(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Door> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.entry(address).or_default();
        if *own >= most || all >= limits::SOCKETS {
            return None;
        }
        *own += 1;
        Some(Door { doors: self.clone(), address })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let mut open = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// A running server; dropping it does not stop it.
pub struct Server {
    pub address: SocketAddr,
    app: SharedApp,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Says goodbye to everybody, stores what is under way, and waits for the last connection, but not for ever.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let finish = async {
            self.app.registry.stop().await;
            self.stop.closed().await;
        };
        let _ = timeout(limits::SHUTDOWN, finish).await;
    }
}

/// Serves on a listener that is already bound, until stopped.
///
/// # Errors
/// The listener has no address.
pub fn serve(listener: TcpListener, app: SharedApp, tls: Option<Tls>) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(accept_all(listener, app.clone(), tls.map(TlsAcceptor::from), stopping));
    Ok(Server { address, app, stop })
}

async fn accept_all(listener: TcpListener, app: SharedApp, tls: Option<TlsAcceptor>, mut stopping: watch::Receiver<bool>) {
    let doors = Arc::new(Doors::default());
    let routes = router::router(app.clone());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|s| *s) => return,
        };
        let Ok((tcp, peer)) = accepted else {
            // Out of file handles, most likely: give the others time to end.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let address = peer.ip().to_canonical();
        let Some(door) = doors.enter(address, app.site.sockets_per_address) else { continue };
        let (routes, app, tls, stopping) = (routes.clone(), app.clone(), tls.clone(), stopping.clone());
        tokio::spawn(async move {
            // Frames are small and people wait for them.
            let _ = tcp.set_nodelay(true);
            if let Some(stream) = secured(tcp, tls).await {
                connection(stream, address, routes, &app, door, stopping).await;
            }
        });
    }
}

async fn secured(tcp: TcpStream, tls: Option<TlsAcceptor>) -> Option<Stream> {
    match tls {
        None => Some(Stream::Plain(tcp)),
        Some(tls) => {
            let stream = timeout(limits::HANDSHAKE, tls.accept(tcp)).await.ok()?.ok()?;
            Some(Stream::Tls(Box::new(stream)))
        }
    }
}

/// One HTTP connection. After an upgrade the stream lives on in its socket task, which keeps `door` open.
async fn connection(stream: Stream, address: IpAddr, routes: axum::Router, app: &SharedApp, door: Door, mut stopping: watch::Receiver<bool>) {
    let _counted = Counted::new(&app.gauges.connections);
    let door = Arc::new((door, stopping.clone()));
    let service = tower_http::add_extension::AddExtension::new(routes, Peer(address));
    let service = tower_http::add_extension::AddExtension::new(service, Held(door));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HANDSHAKE)
        .max_buf_size(limits::HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(served);
    tokio::select! {
        _ = &mut served => return,
        _ = stopping.wait_for(|s| *s) => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

/// Held by whatever still uses the connection: the address's count, and the server's wait at its end.
#[derive(Clone)]
pub struct Held(#[expect(dead_code, reason = "held, not read")] Arc<(Door, watch::Receiver<bool>)>);
