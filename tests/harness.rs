//! A real server on a free port, a hand-moved clock, and clients that fold frames and check their order.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use sofia::clock::{self, Manual};
use sofia::journal::{self, memory::Memory};
use sofia::net::{self, App, Server, SharedApp, Site};
use sofia::people::People;
use sofia::scenario_files::Library;
use sofia::session::{House, Registry};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};

/// Guards against a test that would hang; no test measures it.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct World {
    pub server: Option<Server>,
    pub at: SocketAddr,
    pub clock: Arc<Manual>,
    pub memory: Arc<Memory>,
    pub people: People,
    pub folder: tempfile::TempDir,
    pub first_key: String,
    pub app: SharedApp,
}

/// A scenario of the tests, and everything in memory but names.
pub async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/scenarios");
    copy(&scenarios, &folder.path().join("scenarios"));
    start(folder, Memory::shared(), Manual::new(1_700_000_000_000)).await
}

async fn start(folder: tempfile::TempDir, memory: Arc<Memory>, clock: Arc<Manual>) -> World {
    let people = People::open(folder.path()).unwrap();
    let house = house(folder.path(), memory.clone(), clock.clone(), people.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let site = Site { address: format!("http://{at}"), sockets_per_address: 400, ..Site::default() };
    let app = App::new(Registry::new(house), site);
    let server = net::serve(listener, app.clone(), None).unwrap();
    let first_key = people.first_key().await.unwrap().unwrap_or_default();
    World { server: Some(server), at, clock, memory, people, folder, first_key, app }
}

fn house(folder: &Path, memory: journal::Shared, clock: clock::Shared, people: People) -> House {
    House { journal: memory, people, clock, library: Arc::new(Library::new(folder.join("scenarios"))), think: Duration::ZERO }
}

pub fn copy(from: &Path, to: &PathBuf) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.body))
    }
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }
    pub fn cookie(&self) -> String {
        let line = self.head.lines().find(|l| l.to_lowercase().starts_with("set-cookie:")).expect("a cookie");
        line.split_once(':').unwrap().1.split(';').next().unwrap().trim().to_owned()
    }
}

/// One request on a connection of its own, byte by byte ours.
pub async fn raw(at: SocketAddr, request: &str) -> Answer {
    let mut tcp = TcpStream::connect(at).await.unwrap();
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, tcp.read_to_end(&mut bytes)).await.expect("an answer");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    let body = if head.to_lowercase().contains("transfer-encoding: chunked") { unchunk(body) } else { body.to_owned() };
    Answer { status, head: head.to_owned(), body }
}

fn unchunk(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let n = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if n == 0 || rest.len() < n {
            break;
        }
        out.push_str(&rest[..n]);
        body = rest[n..].trim_start_matches("\r\n");
    }
    out
}

pub async fn call(at: SocketAddr, method: &str, path: &str, cookie: &str, body: Option<&Value>) -> Answer {
    call_from(at, method, path, cookie, &format!("http://{at}"), body).await
}

pub async fn call_from(at: SocketAddr, method: &str, path: &str, cookie: &str, origin: &str, body: Option<&Value>) -> Answer {
    let text = body.map(Value::to_string).unwrap_or_default();
    let kind = if body.is_some() { "Content-Type: application/json\r\n" } else { "" };
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {at}\r\nOrigin: {origin}\r\n{cookie}{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    raw(at, &request).await
}

/// A session as its facilitator sees it.
pub struct Opened {
    pub id: String,
    pub code: String,
    pub cookie: String,
}

/// A person with a seat.
#[derive(Clone, Debug)]
pub struct Person {
    pub session: String,
    pub seat: u64,
    pub token: String,
    pub personal: String,
}

impl World {
    pub async fn facilitator(&self) -> String {
        let body = json!({ "key": self.first_key, "name": "Livia", "password": "una frase lunga" });
        let answer = call(self.at, "POST", "/api/first", "", Some(&body)).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        answer.cookie()
    }

    /// A further account, signed in.
    pub async fn account(&self, name: &str, roles: &str) -> String {
        self.people.add_account(name.into(), "una terza frase".into(), roles).await.unwrap();
        let signed = json!({ "name": name, "password": "una terza frase" });
        call(self.at, "POST", "/api/signin", "", Some(&signed)).await.cookie()
    }

    pub async fn open(&self) -> Opened {
        let cookie = self.facilitator().await;
        self.open_as(&cookie).await
    }

    pub async fn open_scenario(&self, slug: &str) -> Opened {
        let cookie = self.facilitator().await;
        self.open_of(&cookie, slug).await
    }

    pub async fn open_as(&self, cookie: &str) -> Opened {
        self.open_of(cookie, "prova").await
    }

    async fn open_of(&self, cookie: &str, slug: &str) -> Opened {
        let body = json!({ "scenario": slug, "tables": 1, "lang": "it" });
        let answer = call(self.at, "POST", "/api/sessions", cookie, Some(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let opened = answer.json();
        Opened { id: opened["id"].as_str().unwrap().into(), code: opened["code"].as_str().unwrap().into(), cookie: cookie.to_owned() }
    }

    pub async fn join(&self, code: &str, nick: &str) -> Person {
        let answer = call(self.at, "POST", "/api/join", "", Some(&json!({ "code": code, "nick": nick, "lang": "it" }))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        person(&answer)
    }

    pub async fn ticket(&self, cookie: &str, body: Value) -> Value {
        let answer = call(self.at, "POST", "/api/ticket", cookie, Some(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Takes a ticket with the person's token, which is replaced, and says hello.
    pub async fn sit(&self, person: &mut Person) -> Client {
        let ticket = self.ticket("", json!({ "token": person.token })).await;
        person.token = ticket["token"].as_str().unwrap().to_owned();
        let mut client = Client::connect(self.at, ticket["ticket"].as_str().unwrap()).await.unwrap();
        client.hello(None).await;
        client
    }

    pub async fn desk(&self, opened: &Opened) -> Client {
        let ticket = self.ticket(&opened.cookie, json!({ "session": opened.id, "as": "desk" })).await;
        let mut client = Client::connect(self.at, ticket["ticket"].as_str().unwrap()).await.unwrap();
        client.hello(None).await;
        client
    }

    /// A desk whose session has begun.
    pub async fn begin(&self, opened: &Opened) -> Client {
        let mut regia = self.desk(opened).await;
        let answer = regia.ask(desk("begin", json!({ "do": "begin" }))).await;
        assert_eq!(answer["t"], "ok", "{answer}");
        regia
    }

    /// Stops politely and starts again on the same folder and journal.
    pub async fn restart(mut self) -> World {
        self.server.take().unwrap().stop().await;
        start(self.folder, self.memory, self.clock).await
    }
}

pub fn person(answer: &Answer) -> Person {
    let joined = answer.json();
    Person {
        session: joined["session"].as_str().unwrap().into(),
        seat: joined["seat"].as_u64().unwrap(),
        token: joined["token"].as_str().unwrap().into(),
        personal: joined["personal"].as_str().unwrap().into(),
    }
}

/// Folds frames as the browser does, and fails the test at any gap.
pub struct Client {
    ws: WebSocketStream<TcpStream>,
    pub n: u64,
    pub parts: Map<String, Value>,
    pub names: Map<String, Value>,
    pub health: Value,
    /// Every text received, as it came.
    pub heard: Vec<String>,
}

impl Client {
    pub async fn connect(at: SocketAddr, ticket: &str) -> Result<Self, tungstenite::Error> {
        Self::connect_from(at, ticket, &format!("http://{at}")).await
    }

    pub async fn connect_from(at: SocketAddr, ticket: &str, origin: &str) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{at}/ws?ticket={ticket}").into_client_request()?;
        request.headers_mut().insert("origin", origin.parse().unwrap());
        let tcp = TcpStream::connect(at).await.unwrap();
        let (ws, _) = tokio_tungstenite::client_async(request, tcp).await?;
        Ok(Self { ws, n: 0, parts: Map::new(), names: Map::new(), health: Value::Null, heard: Vec::new() })
    }

    pub async fn hello(&mut self, since: Option<u64>) {
        self.send(json!({ "t": "hello", "since": since, "lang": "it" })).await;
        self.until(|f| f["t"] == "health").await;
    }

    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.ws.send(Message::text(text)).await.unwrap();
    }

    pub async fn send_message(&mut self, message: Message) {
        let _ = self.ws.send(message).await;
    }

    /// The next frame, folded.
    pub async fn next(&mut self) -> Result<Value, Option<CloseFrame>> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.ws.next()).await.expect("a frame");
            match message {
                Some(Ok(Message::Text(text))) => {
                    self.heard.push(text.to_string());
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    self.fold(&frame);
                    return Ok(frame);
                }
                Some(Ok(Message::Close(close))) => return Err(close),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    fn fold(&mut self, frame: &Value) {
        match frame["t"].as_str().unwrap() {
            "view" => {
                self.parts = frame["parts"].as_object().unwrap().clone();
                self.names = frame["names"].as_object().unwrap().clone();
                self.n = frame["n"].as_u64().unwrap();
            }
            "diff" => {
                assert_eq!(frame["after"].as_u64().unwrap(), self.n, "a gap");
                let n = frame["n"].as_u64().unwrap();
                assert!(n > self.n, "order");
                self.n = n;
                self.parts.extend(frame["parts"].as_object().unwrap().clone());
            }
            "names" => self.names.extend(frame["names"].as_object().unwrap().clone()),
            "health" => self.health = frame.clone(),
            _ => {}
        }
    }

    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next().await.expect("the connection lives");
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Frames until the folded parts are as wanted.
    pub async fn until_view(&mut self, wanted: impl Fn(&Map<String, Value>) -> bool) {
        while !wanted(&self.parts) {
            self.next().await.expect("the connection lives");
        }
    }

    /// Sends a command and waits for its answer.
    pub async fn ask(&mut self, frame: Value) -> Value {
        let id = frame["id"].clone();
        self.send(frame).await;
        self.until(|f| (f["t"] == "ok" || f["t"] == "no") && f["id"] == id).await
    }

    /// Whatever comes until the other side closes; the last frame and the code.
    pub async fn end(&mut self) -> (Option<Value>, Option<u16>) {
        let mut last = None;
        loop {
            match self.next().await {
                Ok(frame) => last = Some(frame),
                Err(close) => return (last, close.map(|c| c.code.into())),
            }
        }
    }

    pub async fn leave(mut self) {
        let _ = self.ws.close(None).await;
        while let Some(Ok(_)) = self.ws.next().await {}
    }
}

pub fn write(id: &str, text: &str) -> Value {
    json!({ "t": "seat", "id": id, "act": { "do": "move", "move": "scrivi", "inputs": { "frase": text } } })
}

#[allow(clippy::needless_pass_by_value)]
pub fn desk(id: &str, act: Value) -> Value {
    json!({ "t": "desk", "id": id, "act": act })
}

/// The words told to a viewer, oldest first; "∅" where the author was erased.
pub fn told(parts: &Map<String, Value>) -> Vec<String> {
    let words = |told: &Value| {
        let mut out = String::new();
        gather(told.get("text").unwrap_or(told), &mut out);
        if out.is_empty() { "∅".to_owned() } else { out }
    };
    parts["told"].as_array().map(|all| all.iter().map(words).collect()).unwrap_or_default()
}

fn gather(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Array(all) => all.iter().for_each(|v| gather(v, out)),
        Value::Object(map) => map.values().for_each(|v| gather(v, out)),
        _ => {}
    }
}
