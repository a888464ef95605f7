//! Doors: codes, tokens, tickets, origins, limits, frames that are none.

use crate::harness::{Client, call, call_from, desk, person, raw, world, write};
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Message};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_works_once() {
    let world = world().await;
    let cookie = world.facilitator().await;
    assert_eq!(call(world.at, "GET", "/api/account", &cookie, None).await.json()["name"], "Livia");
    let again =
        call(world.at, "POST", "/api/first", "", Some(&json!({ "key": world.first_key, "name": "Altra", "password": "una frase lunga" }))).await;
    assert_eq!((again.status, again.error().as_str()), (401, "account"));
    assert_eq!(world.people.first_key().await.unwrap(), None, "no further link once there is an account");
    let out = call(world.at, "POST", "/api/signout", &cookie, Some(&json!({}))).await;
    assert_eq!(out.status, 204);
    assert_eq!(call(world.at, "GET", "/api/account", &cookie, None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_and_headers_are_strict() {
    let world = world().await;
    let body = json!({ "key": world.first_key, "name": "Livia", "password": "una frase lunga" });
    let answer = call(world.at, "POST", "/api/first", "", Some(&body)).await;
    let line = answer.head.lines().find(|l| l.to_lowercase().starts_with("set-cookie")).unwrap();
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Strict"), "{line}");
    let page = call(world.at, "GET", "/j/ABC234", "", None).await;
    let head = page.head.to_lowercase();
    for wanted in [
        "default-src 'none'",
        "frame-ancestors 'self'",
        "require-trusted-types-for 'script'",
        "nosniff",
        "referrer-policy: no-referrer",
        "cross-origin-opener-policy: same-origin",
    ] {
        assert!(head.contains(wanted), "{wanted} is missing in {head}");
    }
    assert!(!head.contains("unsafe-inline"));
    let api = call(world.at, "GET", "/api/account", "", None).await;
    assert!(api.head.to_lowercase().contains("cache-control: no-store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends() {
    let world = world().await;
    let cookie = world.facilitator().await;
    world.clock.jump_wall(1_700_000_000_000 + 9 * 3_600_000);
    assert_eq!(call(world.at, "GET", "/api/account", &cookie, None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_few_and_successes_free() {
    let world = world().await;
    let opened = world.open().await;
    let mut tried = 0;
    for _ in 0..40 {
        let answer = call(world.at, "GET", "/api/invite/ZZZZZZ", "", None).await;
        match answer.error().as_str() {
            "code" => tried += 1,
            "busy" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(tried, 10, "ten a minute");
    world.clock.advance(Duration::from_secs(60));
    for i in 0..30 {
        world.join(&opened.code, &format!("Persona {i}")).await;
    }
    let invite = call(world.at, "GET", &format!("/api/invite/{}?lang=it", opened.code.to_lowercase()), "", None).await.json();
    assert_eq!(invite["session"], opened.id.as_str());
    assert_eq!(invite["suggestions"].as_array().unwrap().len(), 6);
    assert_eq!(invite["facilitator"], "Livia");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_few_too() {
    let world = world().await;
    let _ = world.facilitator().await;
    let wrong = json!({ "name": "Livia", "password": "sbagliata davvero" });
    let nobody = json!({ "name": "Nessuno", "password": "sbagliata davvero" });
    for i in 0..10 {
        let answer = call(world.at, "POST", "/api/signin", "", Some(if i % 2 == 0 { &wrong } else { &nobody })).await;
        assert_eq!((answer.status, answer.error().as_str()), (401, "account"));
    }
    let right = json!({ "name": "livia", "password": "una frase lunga" });
    assert_eq!(call(world.at, "POST", "/api/signin", "", Some(&right)).await.error(), "busy");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(call(world.at, "POST", "/api/signin", "", Some(&right)).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn nicknames_are_unique_and_plain() {
    let world = world().await;
    let opened = world.open().await;
    world.join(&opened.code, "Lupo 3").await;
    for bad in ["lupo  3", "LUPO 3", "a", "ab\u{202e}cd", "", "venticinque segni esatti!!"] {
        let answer = call(world.at, "POST", "/api/join", "", Some(&json!({ "code": opened.code, "nick": bad }))).await;
        assert_eq!((answer.status, answer.error().as_str()), (409, "nick"), "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_rotate_and_a_lost_answer_locks_nobody_out() {
    let world = world().await;
    let opened = world.open().await;
    let anna = world.join(&opened.code, "Anna").await;
    let first = world.ticket("", json!({ "token": anna.token })).await;
    let second = first["token"].as_str().unwrap().to_owned();
    // The answer was lost: the old one still works, until a newer one is used.
    let third = world.ticket("", json!({ "token": anna.token })).await["token"].as_str().unwrap().to_owned();
    let stale = call(world.at, "POST", "/api/ticket", "", Some(&json!({ "token": second }))).await;
    assert_eq!(stale.error(), "absent", "a token that was never received by anybody dies");
    let _ = world.ticket("", json!({ "token": third })).await;
    let old = call(world.at, "POST", "/api/ticket", "", Some(&json!({ "token": anna.token }))).await;
    assert_eq!(old.error(), "absent", "the first one is worthless once a newer one was used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_code_moves_the_seat_once() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut phone = world.sit(&mut anna).await;
    let typed = anna.personal.to_lowercase().replace(' ', "-");
    let answer = call(world.at, "POST", "/api/return", "", Some(&json!({ "code": opened.code, "personal": typed }))).await;
    let mut moved = person(&answer);
    assert_eq!((moved.seat, moved.session.as_str()), (anna.seat, opened.id.as_str()));
    assert_ne!(moved.personal, anna.personal);
    let (last, _) = phone.end().await;
    assert_eq!(last.unwrap(), json!({ "t": "bye", "why": "other_device" }));
    let old = call(world.at, "POST", "/api/ticket", "", Some(&json!({ "token": anna.token }))).await;
    assert_eq!(old.error(), "absent");
    let again = call(world.at, "POST", "/api/return", "", Some(&json!({ "code": opened.code, "personal": anna.personal }))).await;
    assert_eq!(again.error(), "code", "it works once");
    world.sit(&mut moved).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_one_socket_from_our_own_page() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let port = world.at.port();
    let wrong = [
        "null".to_owned(),
        "http://evil.example".into(),
        format!("https://{}", world.at),
        format!("http://{}.evil.example", world.at),
        format!("http://evil.{}", world.at),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("http://{}/", world.at),
        format!("http://{}@evil.example", world.at),
        String::new(),
    ];
    let ticket = world.ticket("", json!({ "token": anna.token })).await;
    anna.token = ticket["token"].as_str().unwrap().into();
    let ticket = ticket["ticket"].as_str().unwrap();
    for origin in wrong {
        let refused = Client::connect_from(world.at, ticket, &origin).await.err().expect(&origin);
        assert!(matches!(refused, tungstenite::Error::Http(r) if r.status() == 403), "{origin}");
        let posted = call_from(world.at, "POST", "/api/join", "", &origin, Some(&json!({ "code": opened.code, "nick": "Zoe" }))).await;
        assert_eq!(posted.error(), "origin", "{origin}");
    }
    Client::connect(world.at, ticket).await.unwrap().hello(None).await;
    assert!(Client::connect(world.at, ticket).await.is_err(), "used twice");
    assert!(Client::connect(world.at, "").await.is_err());
    let late = world.ticket("", json!({ "token": anna.token })).await;
    world.clock.advance(Duration::from_secs(31));
    assert!(Client::connect(world.at, late["ticket"].as_str().unwrap()).await.is_err(), "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_plays_for_another() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut seat = world.sit(&mut anna).await;
    let answer = seat.ask(desk("d1", json!({ "do": "end" }))).await;
    assert_eq!((&answer["t"], &answer["code"]), (&json!("no"), &json!("rights")));
    let mut regia = world.desk(&opened).await;
    assert_eq!(regia.ask(write("w1", "ciao")).await["code"], "rights");
    let facts = call(world.at, "GET", &format!("/api/sessions/{}", opened.id), &opened.cookie, None).await.json();
    let key = facts["screen"].as_str().unwrap().split_once('#').unwrap().1;
    let ticket = world.ticket("", json!({ "session": opened.id, "screen": key })).await;
    let mut wall = Client::connect(world.at, ticket["ticket"].as_str().unwrap()).await.unwrap();
    wall.hello(None).await;
    assert_eq!(wall.ask(write("w2", "ciao")).await["code"], "rights");
    assert_eq!(wall.ask(desk("d2", json!({ "do": "end" }))).await["code"], "rights");
    let guessed = call(world.at, "POST", "/api/ticket", "", Some(&json!({ "session": opened.id, "screen": "AAAAAAAAAAAAAAAAAAAAAA" }))).await;
    assert_eq!(guessed.error(), "absent");
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_frames_are_answered_and_then_not() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut seat = world.sit(&mut anna).await;
    for bad in [
        "",
        "[",
        "{}",
        "{\"t\":\"fly\"}",
        "{\"t\":\"seat\",\"id\":\"x\"}",
        "{\"t\":\"hello\",\"more\":1}",
        "{\"t\":\"seat\",\"id\":\"x\",\"act\":{\"do\":\"help\",\"on\":true,\"as\":3}}",
    ] {
        seat.send_text(bad).await;
        let answer = seat.until(|f| f["t"] == "no").await;
        assert_eq!(answer["code"], "malformed", "{bad}");
        // Refill, so that the rate is not what refuses.
        world.clock.advance(Duration::from_secs(5));
    }
    let deep = format!("{}{}", "[".repeat(15_000), "]".repeat(15_000));
    seat.send_text(&deep).await;
    assert_eq!(seat.until(|f| f["t"] == "no").await["code"], "malformed");
    assert_eq!(seat.ask(json!({ "t": "seat", "id": "x".repeat(41), "act": { "do": "ack" } })).await["code"], "malformed");
    assert_eq!(seat.ask(write("w1", "ancora qui")).await["t"], "ok");
    for _ in 0..60 {
        seat.send_text("?").await;
    }
    let (last, code) = seat.end().await;
    assert_eq!((last.unwrap()["why"].as_str(), code), (Some("protocol"), Some(1008)));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_and_binary_frames_end_the_connection() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut seat = world.sit(&mut anna).await;
    seat.send_message(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(seat.end().await.1, Some(1003));
    let mut seat = world.sit(&mut anna).await;
    seat.send_message(Message::text("x".repeat(40 * 1024))).await;
    let (_, code) = seat.end().await;
    assert!(code.is_none() || code == Some(1009), "{code:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_rationed() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut seat = world.sit(&mut anna).await;
    for i in 0..30 {
        seat.send(write(&format!("w{i}"), "x")).await;
    }
    let (mut taken, mut busy) = (0, 0);
    while taken + busy < 30 {
        let frame = seat.until(|f| f["t"] == "ok" || f["t"] == "no").await;
        if frame["t"] == "ok" {
            taken += 1;
        } else {
            assert_eq!(frame["code"], "busy");
            busy += 1;
        }
    }
    // One of the twenty was the hello.
    assert_eq!((taken, busy), (19, 11));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(seat.ask(write("w29", "x")).await["t"], "ok", "refused for its rate, it may be sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_have_limits() {
    let world = world().await;
    let big = format!(
        "POST /api/join HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n",
        world.at
    );
    assert_eq!(raw(world.at, &big).await.status, 413);
    let head = format!("GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\nConnection: close\r\n\r\n", world.at, "y".repeat(64 * 1024));
    assert_eq!(raw(world.at, &head).await.status, 431);
    let bad = call(world.at, "POST", "/api/join", "", Some(&json!({ "code": "ABCDEF", "nick": "x", "admin": true }))).await;
    assert_eq!((bad.status, bad.error().as_str()), (400, "malformed"));
    let qr = call(world.at, "GET", "/api/qr.svg?u=//evil.example", "", None).await;
    assert_eq!(qr.error(), "malformed");
    assert!(call(world.at, "GET", "/api/qr.svg?u=/j/ABC234", "", None).await.body.starts_with("<svg"));
}
