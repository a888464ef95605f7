//! As much of an HTTP client as signing in and joining need: one request a connection, JSON both ways.

use super::Fault;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where the server listens, and who we are to it.
#[derive(Clone, Debug)]
pub struct Http {
    pub address: SocketAddr,
    /// As it stands in the URL; origin and host headers repeat it.
    pub host: String,
    /// The sign-in, once there is one.
    pub cookie: Option<String>,
}

/// An answer that was not an error.
pub struct Reply {
    pub json: serde_json::Value,
    pub cookie: Option<String>,
}

impl Http {
    /// `http://host:port`; nothing else is measured.
    pub async fn of_url(url: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new(format!("{url}: serve un indirizzo http://nome:porta"), format!("{url}: an address http://name:port is needed"));
        let host = url.strip_prefix("http://").map(|h| h.trim_end_matches('/')).filter(|h| !h.is_empty() && !h.contains('/')).ok_or_else(wrong)?;
        let full = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        let address = tokio::net::lookup_host(&full).await.map_err(|_| wrong())?.next().ok_or_else(wrong)?;
        Ok(Self { address, host: host.to_owned(), cookie: None })
    }

    pub fn local(address: SocketAddr) -> Self {
        Self { address, host: address.to_string(), cookie: None }
    }

    pub async fn post(&self, path: &str, body: &serde_json::Value) -> Result<Reply, Fault> {
        let bytes = self.exchange(path, &body.to_string()).await.map_err(|e| self.silent(path, &e))?;
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status: u16 = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        let json = serde_json::from_str(body).unwrap_or(serde_json::Value::Null);
        if !(200..300).contains(&status) {
            let why = json["error"].as_str().unwrap_or("?");
            return Err(Fault::new(format!("il server rifiuta {path}: {status} {why}"), format!("the server refuses {path}: {status} {why}")));
        }
        Ok(Reply { json, cookie: cookie_in(head) })
    }

    async fn exchange(&self, path: &str, body: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address).await?;
        let cookie = self.cookie.as_ref().map(|c| format!("cookie: {c}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n{cookie}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len(),
            host = self.host,
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(answer)
    }

    fn silent(&self, path: &str, error: &std::io::Error) -> Fault {
        let host = &self.host;
        Fault::new(format!("{host} non risponde a {path}: {error}"), format!("{host} does not answer {path}: {error}"))
    }
}

/// Name and value of the first cookie set.
fn cookie_in(head: &str) -> Option<String> {
    let line = head.lines().find(|l| l.len() > 11 && l.as_bytes()[..11].eq_ignore_ascii_case(b"set-cookie:"))?;
    line[11..].split(';').next().map(|c| c.trim().to_owned())
}
