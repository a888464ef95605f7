//! A session over real sockets: order, repeats, coming back, absence, faults of the disk, restarts.

use crate::harness::{Client, call, desk, told, world, write};
use serde_json::{Value, json};
use sofia::journal::memory::Fault;
use std::time::Duration;

fn here(parts: &serde_json::Map<String, Value>, seat: usize) -> bool {
    parts["people"][seat]["here"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_does_all_see_in_order() {
    let world = world().await;
    let opened = world.open().await;
    let mut regia = world.desk(&opened).await;
    let (mut anna, mut bruno) = (world.join(&opened.code, "Anna").await, world.join(&opened.code, "Bruno").await);
    let (mut a, mut b) = (world.sit(&mut anna).await, world.sit(&mut bruno).await);
    assert_eq!(a.names.values().filter_map(Value::as_str).collect::<Vec<_>>(), ["Anna", "Bruno"]);
    assert_eq!(regia.ask(desk("d0", json!({ "do": "begin" }))).await["t"], "ok");
    let answer = regia.ask(desk("d1", json!({ "do": "say", "text": "benvenuti" }))).await;
    assert_eq!(answer["t"], "ok");
    a.until_view(|p| told(p) == ["benvenuti"]).await;
    b.until_view(|p| told(p) == ["benvenuti"]).await;
    assert_eq!(a.n, answer["n"].as_u64().unwrap());
    // A secret of one: the others get no frame of it at all.
    a.ask(write("a1", "segretissimo")).await;
    regia.ask(desk("d2", json!({ "do": "say", "text": "fine" }))).await;
    b.until_view(|p| told(p) == ["benvenuti", "fine"]).await;
    assert!(b.heard.iter().all(|f| !f.contains("segretissimo")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_takes_effect_once() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut a = world.sit(&mut anna).await;
    let first = a.ask(write("w1", "uno")).await;
    assert_eq!(a.ask(write("w1", "uno")).await, first);
    a.leave().await;
    let mut a = world.sit(&mut anna).await;
    assert_eq!(a.ask(write("w1", "uno")).await, first, "over a new connection too");
    assert_eq!(told(&a.parts), ["uno"]);
    let refused = a.ask(json!({ "t": "seat", "id": "w2", "act": { "do": "spoken" } })).await;
    assert_eq!(a.ask(json!({ "t": "seat", "id": "w2", "act": { "do": "spoken" } })).await, refused);
    let world = world.restart().await;
    let mut a = world.sit(&mut anna).await;
    assert_eq!(a.ask(write("w1", "uno")).await, first, "and after a restart");
    assert_eq!(told(&a.parts), ["uno"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_costs_only_the_gap() {
    let world = world().await;
    let opened = world.open().await;
    let mut regia = world.desk(&opened).await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut a = world.sit(&mut anna).await;
    regia.ask(desk("d1", json!({ "do": "say", "text": "uno" }))).await;
    a.until_view(|p| told(p) == ["uno"]).await;
    let (n, parts) = (a.n, a.parts.clone());
    a.leave().await;
    let again = |world: &crate::harness::World, token: String| {
        let at = world.at;
        async move {
            let ticket = call(at, "POST", "/api/ticket", "", Some(&json!({ "token": token }))).await.json();
            (Client::connect(at, ticket["ticket"].as_str().unwrap()).await.unwrap(), ticket["token"].as_str().unwrap().to_owned())
        }
    };
    let (mut a, token) = again(&world, anna.token.clone()).await;
    (a.n, a.parts) = (n, parts.clone());
    a.send(json!({ "t": "hello", "since": n })).await;
    assert_eq!(a.next().await.unwrap()["t"], "now");
    a.leave().await;
    regia.ask(desk("d2", json!({ "do": "say", "text": "due" }))).await;
    let (mut a, token) = again(&world, token).await;
    (a.n, a.parts) = (n, parts.clone());
    a.send(json!({ "t": "hello", "since": n })).await;
    let gap = a.next().await.unwrap();
    assert_eq!((gap["t"].as_str(), gap["parts"].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>()), (Some("diff"), vec!["told"]));
    assert_eq!(told(&a.parts), ["uno", "due"]);
    a.leave().await;
    let (mut a, _) = again(&world, token).await;
    a.send(json!({ "t": "hello", "since": 1 })).await;
    assert_eq!(a.next().await.unwrap()["t"], "view", "what we do not remember is sent whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_is_not_a_leave() {
    let world = world().await;
    let opened = world.open().await;
    let mut regia = world.desk(&opened).await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let a = world.sit(&mut anna).await;
    regia.until_view(|p| here(p, 0)).await;
    let (n, heard) = (regia.n, regia.heard.len());
    a.leave().await;
    world.clock.advance(Duration::from_secs(9));
    let a = world.sit(&mut anna).await;
    assert_eq!((regia.n, regia.heard.len()), (n, heard));
    world.clock.advance(Duration::from_secs(9));
    assert_eq!(regia.ask(desk("d1", json!({ "do": "say", "text": "x" }))).await["t"], "ok");
    assert!(here(&regia.parts, 0));
    a.leave().await;
    // The room hears of the end of the connection before the clock moves: the desk's next answer comes after it.
    regia.ask(desk("d2", json!({ "do": "say", "text": "y" }))).await;
    while here(&regia.parts, 0) {
        world.clock.advance(Duration::from_secs(10));
        regia.ask(desk(&format!("d{}", regia.n + 10), json!({ "do": "say", "text": "z" }))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_play_goes_on_after() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut a = world.sit(&mut anna).await;
    let mut regia = world.begin(&opened).await;
    world.memory.set_full(true);
    assert_eq!(a.ask(write("w1", "uno")).await["code"], "not_saved");
    assert_eq!(a.health["saved"], false, "told before the answer");
    regia.until(|f| f["t"] == "health" && f["saved"] == false).await;
    assert_eq!(regia.ask(desk("d1", json!({ "do": "say", "text": "x" }))).await["code"], "not_saved");
    assert_eq!(call(world.at, "POST", "/api/join", "", Some(&json!({ "code": opened.code, "nick": "Bruno" }))).await.error(), "not_saved");
    world.clock.advance(Duration::from_secs(1));
    world.memory.set_full(false);
    world.clock.advance(Duration::from_secs(1));
    a.until(|f| f["t"] == "health" && f["saved"] == true).await;
    assert_eq!(a.ask(write("w1", "uno")).await["t"], "ok");
    assert_eq!(told(&a.parts), ["uno"]);
    world.join(&opened.code, "Bruno").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_the_disk_neither_loses_nor_doubles() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut a = world.sit(&mut anna).await;
    world.memory.fail_next([Fault::StoreSilently]);
    assert_eq!(a.ask(write("w1", "uno")).await["t"], "ok");
    world.memory.fail_next([Fault::LoseSilently]);
    assert_eq!(a.ask(write("w2", "due")).await["t"], "ok");
    a.until_view(|p| told(p) == ["uno", "due"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_a_restart() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut a = world.sit(&mut anna).await;
    a.ask(write("w1", "prima")).await;
    let verified = call(world.at, "GET", &format!("/api/sessions/{}/verify", opened.id), &opened.cookie, None).await.json();
    let n = a.n;
    let stopping = tokio::spawn(async move { a.end().await });
    let world = world.restart().await;
    let (last, code) = stopping.await.unwrap();
    assert_eq!((last.unwrap(), code), (json!({ "t": "bye", "why": "restart" }), Some(1012)));
    let mut a = world.sit(&mut anna).await;
    assert_eq!((told(&a.parts), a.n), (vec!["prima".to_owned()], n));
    assert_eq!(call(world.at, "GET", &format!("/api/sessions/{}/verify", opened.id), &opened.cookie, None).await.json(), verified);
    assert_eq!(verified["ok"], true);
    assert_eq!(a.ask(write("w2", "dopo")).await["t"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_gone_and_the_record_stays_whole() {
    let world = world().await;
    let opened = world.open().await;
    let (mut anna, mut bruno) = (world.join(&opened.code, "Annabella").await, world.join(&opened.code, "Bruno").await);
    let mut a = world.sit(&mut anna).await;
    let mut regia = world.begin(&opened).await;
    a.ask(write("w1", "il mio segreto")).await;
    a.until_view(|p| told(p) == ["il mio segreto"]).await;
    let path = format!("/api/sessions/{}/people/{}", opened.id, anna.seat);
    assert_eq!(call(world.at, "DELETE", &path, &opened.cookie, Some(&json!({}))).await.status, 204);
    regia.until(|f| f["t"] == "view").await;
    assert!(!regia.names.contains_key("0"), "a fresh view has no such name");
    assert_eq!(a.end().await.0.unwrap()["why"], "shown_out");
    let verified = call(world.at, "GET", &format!("/api/sessions/{}/verify", opened.id), &opened.cookie, None).await.json();
    assert_eq!(verified["ok"], true);
    for file in ["people.db", "people.db-wal"] {
        let bytes = std::fs::read(world.folder.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(9).any(|w| w == b"Annabella"), "{file} still holds the name");
    }
    let export = call(world.at, "GET", &format!("/api/sessions/{}/export.csv", opened.id), &opened.cookie, None).await;
    assert!(!export.body.contains("segreto") && !export.body.contains("Annabella"));
    assert_eq!(call(world.at, "DELETE", &path, &opened.cookie, Some(&json!({}))).await.error(), "absent");
    world.sit(&mut bruno).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_holds_no_names_and_no_plain_words() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Annabella").await;
    world.begin(&opened).await.leave().await;
    let mut a = world.sit(&mut anna).await;
    a.ask(write("w1", "parole mie")).await;
    let export = call(world.at, "GET", &format!("/api/sessions/{}/export.jsonl", opened.id), &opened.cookie, None).await;
    assert!(export.body.lines().count() >= 3);
    assert!(!export.body.contains("Annabella") && !export.body.contains("parole mie"), "{}", export.body);
    let table = call(world.at, "GET", &format!("/api/sessions/{}/export.csv", opened.id), &opened.cookie, None).await;
    assert!(table.body.contains("parole mie") && table.body.contains("Annabella"), "{}", table.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn renaming_reaches_everybody() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut a = world.sit(&mut anna).await;
    let path = format!("/api/sessions/{}/people", opened.id);
    assert_eq!(call(world.at, "PATCH", &path, &opened.cookie, Some(&json!({ "seat": 0, "nick": "Annina" }))).await.status, 204);
    a.until(|f| f["t"] == "names" && f["names"]["0"] == "Annina").await;
    assert_eq!(call(world.at, "PATCH", &path, &opened.cookie, Some(&json!({ "seat": 9, "nick": "Zoe" }))).await.error(), "absent");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_shown_out_is_out_and_the_code_dies_at_the_end() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut a = world.sit(&mut anna).await;
    let mut regia = world.desk(&opened).await;
    assert_eq!(regia.ask(desk("d1", json!({ "do": "show_out", "seat": 0 }))).await["t"], "ok");
    assert_eq!(a.end().await.0.unwrap()["why"], "shown_out");
    assert_eq!(call(world.at, "POST", "/api/ticket", "", Some(&json!({ "token": anna.token }))).await.error(), "absent");
    regia.ask(desk("d2", json!({ "do": "lock", "on": true }))).await;
    let locked = call(world.at, "POST", "/api/join", "", Some(&json!({ "code": opened.code, "nick": "Bruno" }))).await;
    assert_eq!(locked.error(), "locked");
    regia.ask(desk("d3", json!({ "do": "end" }))).await;
    let ended = call(world.at, "POST", "/api/join", "", Some(&json!({ "code": opened.code, "nick": "Bruno" }))).await;
    assert!(["ended", "code"].contains(&ended.error().as_str()), "{}", ended.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_opens_for_reading_only() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut a = world.sit(&mut anna).await;
    a.ask(write("w1", "buono")).await;
    a.ask(write("w2", "guasto")).await;
    drop(a);
    let id = opened.id.parse().unwrap();
    let world = world.restart().await;
    let mut last = 0;
    world.memory.tamper(id, |rows| {
        let row = rows.last_mut().unwrap();
        row.bytes[60] ^= 1;
        last = row.seq;
    });
    let mut a = world.sit(&mut anna).await;
    assert_eq!(told(&a.parts), ["buono"]);
    assert_eq!(a.health["saved"], false);
    assert_eq!(a.ask(write("w3", "ancora")).await["code"], "closed");
    let verified = call(world.at, "GET", &format!("/api/sessions/{}/verify", opened.id), &opened.cookie, None).await.json();
    assert_eq!((&verified["ok"], verified["broken_at"].as_u64()), (&json!(false), Some(last)));
    let other = world.open_as(&opened.cookie).await;
    world.join(&other.code, "Carla").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_gives_every_seat_of_one_table() {
    let world = world().await;
    let cookie = world.facilitator().await;
    let body = json!({ "scenario": "prova", "tables": 3, "alone": true, "seats": 5 });
    let opened = call(world.at, "POST", "/api/sessions", &cookie, Some(&body)).await.json();
    let seats = opened["seats"].as_array().unwrap();
    assert_eq!(seats.len(), 5);
    let ticket = world.ticket("", json!({ "token": seats[4]["token"] })).await;
    let mut last = Client::connect(world.at, ticket["ticket"].as_str().unwrap()).await.unwrap();
    last.hello(None).await;
    assert_eq!(last.parts["me"]["seat"], 4);
    let list = call(world.at, "GET", "/api/sessions", &cookie, None).await.json();
    assert_eq!((list[0]["people"].as_u64(), list[0]["tables"].as_u64()), (Some(5), Some(1)));
}

/// Somebody whose phone stops reading is cut, nobody waits, and coming back resumes.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_cut_and_nobody_waits() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    let mut slow = world.sit(&mut anna).await;
    let mut regia = world.desk(&opened).await;
    let long = "molte parole ".repeat(30);
    // More than the network between them holds, and the outbox.
    for i in 0..1_500 {
        world.clock.advance(Duration::from_secs(1));
        let text = format!("{i} {long}");
        assert_eq!(regia.ask(desk(&format!("d{i}"), json!({ "do": "say", "text": text }))).await["t"], "ok");
    }
    // What was on its way arrives in order, then the connection ends: come back later.
    let (_, code) = slow.end().await;
    assert!(matches!(code, Some(1013) | None), "{code:?}");
    assert!(slow.n < regia.n, "it was never slow: the test does not bite");
    let slow = world.sit(&mut anna).await;
    assert!(told(&slow.parts).last().unwrap().starts_with("1499 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_session_sleeps_and_wakes() {
    let world = world().await;
    let opened = world.open().await;
    let mut regia = world.desk(&opened).await;
    regia.ask(desk("d1", json!({ "do": "end" }))).await;
    regia.leave().await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(3600));
        let facts = call(world.at, "GET", &format!("/api/sessions/{}", opened.id), &opened.cookie, None).await;
        assert_eq!(facts.json()["stage"], "ended", "{}", facts.body);
        let again = call(world.at, "GET", &format!("/api/sessions/{}/verify", opened.id), &opened.cookie, None).await;
        assert_eq!(again.json()["ok"], true);
    }
}

/// The phase a table is in, as the desk sees it.
fn phase(parts: &serde_json::Map<String, Value>) -> &str {
    parts["tables"][0]["strands"][0]["phase"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_fire_once_when_the_session_clock_says_so() {
    let world = world().await;
    let opened = world.open_scenario("tempo").await;
    world.join(&opened.code, "Anna").await;
    let mut regia = world.begin(&opened).await;
    regia.until_view(|p| phase(p) == "attesa").await;
    world.clock.jump_wall(0);
    world.clock.advance(Duration::from_secs(59));
    regia.ask(desk("d2", json!({ "do": "say", "text": "non ancora" }))).await;
    assert_eq!(phase(&regia.parts), "attesa");
    world.clock.advance(Duration::from_secs(1));
    regia.until_view(|p| phase(p) == "dopo").await;
    world.clock.jump_wall(9_000_000_000_000);
    regia.ask(desk("d3", json!({ "do": "say", "text": "una volta" }))).await;
    assert_eq!(phase(&regia.parts), "dopo");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_clock_stands_while_the_server_is_down() {
    let world = world().await;
    let opened = world.open_scenario("tempo").await;
    world.join(&opened.code, "Anna").await;
    let mut regia = world.begin(&opened).await;
    world.clock.advance(Duration::from_secs(30));
    regia.ask(desk("d2", json!({ "do": "say", "text": "a metà" }))).await;
    drop(regia);
    let world = world.restart().await;
    world.clock.advance(Duration::from_secs(3600));
    // The hour passed before the session was woken.
    let mut regia = world.desk(&opened).await;
    assert_eq!(phase(&regia.parts), "attesa");
    world.clock.advance(Duration::from_secs(30));
    regia.until_view(|p| phase(p) == "dopo").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_names_people_only_to_those_who_may_know() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Anna").await;
    world.begin(&opened).await.leave().await;
    let mut a = world.sit(&mut anna).await;
    a.ask(write("w1", "parole mie")).await;
    let vera = world.account("Vera", "supervisor").await;
    let path = format!("/api/sessions/{}/timeline?lang=it", opened.id);
    let own = call(world.at, "GET", &path, &opened.cookie, None).await.json();
    let hers = call(world.at, "GET", &path, &vera, None).await.json();
    assert_eq!((&own["seats"][0]["nick"], &hers["seats"][0]["nick"]), (&json!("Anna"), &Value::Null));
    assert!(own["lines"].as_array().unwrap().len() >= 3 && own["facts"]["people"] == 1, "{own}");
}

/// Names whose time is over leave the disk, the screens and the memory of a room that is awake; the record stays whole.
#[tokio::test(flavor = "multi_thread")]
async fn names_end_in_a_running_session_too() {
    let world = world().await;
    let opened = world.open().await;
    let mut anna = world.join(&opened.code, "Annabella").await;
    let mut regia = world.begin(&opened).await;
    let mut a = world.sit(&mut anna).await;
    a.ask(write("w1", "parole mie")).await;
    assert_eq!(world.app.registry.expire().await, Ok(0), "not yet");
    assert_eq!(regia.names["0"], "Annabella");
    world.clock.jump_wall(1_700_000_000_000 + 31 * 24 * 3_600_000);
    assert_eq!(world.app.registry.expire().await, Ok(1));
    regia.until(|f| f["t"] == "view").await;
    assert!(!regia.names.contains_key("0"), "{:?}", regia.names);
    a.until_view(|p| told(p) != ["parole mie"]).await;
    let cookie = call(world.at, "POST", "/api/signin", "", Some(&json!({ "name": "Livia", "password": "una frase lunga" }))).await.cookie();
    let facts = call(world.at, "GET", &format!("/api/sessions/{}", opened.id), &cookie, None).await.json();
    assert_eq!(facts["names"], json!({}));
    let verified = call(world.at, "GET", &format!("/api/sessions/{}/verify", opened.id), &cookie, None).await.json();
    assert_eq!(verified["ok"], true);
    assert_eq!(world.app.registry.expire().await, Ok(0), "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_what_is_over_and_no_names() {
    let world = world().await;
    let opened = world.open().await;
    world.join(&opened.code, "Annabella").await;
    let (vera, dora) = (world.account("Vera", "supervisor").await, world.account("Dora", "designer").await);
    let at = world.at;
    let list = |cookie: String| async move { call(at, "GET", "/api/sessions", &cookie, None).await };
    assert_eq!(list(vera.clone()).await.body, "[]", "what is running is its facilitator's");
    assert_eq!(list(dora).await.error(), "rights");
    assert_eq!(list(opened.cookie.clone()).await.json()[0]["own"], true);
    world.begin(&opened).await.ask(desk("d1", json!({ "do": "end" }))).await;
    let seen = call(world.at, "GET", "/api/sessions", &vera, None).await;
    assert_eq!((&seen.json()[0]["id"], &seen.json()[0]["own"]), (&json!(opened.id), &json!(false)));
    assert!(!seen.body.contains("Annabella") && !seen.body.contains("Livia"), "{}", seen.body);
    for path in ["timeline", "export.jsonl", "export.csv", "verify"] {
        let read = call(world.at, "GET", &format!("/api/sessions/{}/{path}", opened.id), &vera, None).await;
        assert!(read.status == 200 && !read.body.contains("Annabella"), "{path}: {} {}", read.status, read.body);
    }
    let facts = call(world.at, "GET", &format!("/api/sessions/{}", opened.id), &vera, None).await;
    assert_eq!(facts.error(), "rights", "names and links stay with the facilitator");
}

/// The machine's clock is set by hand, jumps and runs backwards: order is by number only, the session clock goes on,
/// and a timer fires once, when its time has really passed.
#[tokio::test(flavor = "multi_thread")]
async fn clock_jumps_do_no_harm() {
    const HOUR: i64 = 3_600_000;
    let start = 1_700_000_000_000;
    let world = world().await;
    let opened = world.open_scenario("tempo").await;
    world.join(&opened.code, "Anna").await;
    let mut regia = world.begin(&opened).await;
    regia.until_view(|p| phase(p) == "attesa").await;
    let jumps = [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, -1_000, 0, 3 * HOUR];
    for (i, jump) in jumps.iter().enumerate() {
        world.clock.jump_wall(start + jump);
        world.clock.advance(Duration::from_secs(8));
        regia.ask(desk(&format!("s{i}"), json!({ "do": "say", "text": "ancora" }))).await;
        assert_eq!(phase(&regia.parts), "attesa", "too early, after {jump}");
    }
    world.clock.jump_wall(start - 24 * HOUR);
    world.clock.advance(Duration::from_secs(4));
    regia.until_view(|p| phase(p) == "dopo").await;
    for jump in jumps {
        world.clock.jump_wall(start + jump);
        world.clock.advance(Duration::from_secs(60));
    }
    regia.ask(desk("last", json!({ "do": "say", "text": "fine" }))).await;
    let shown: Vec<i64> = regia.heard.iter().filter_map(|f| serde_json::from_str::<Value>(f).unwrap()["at"].as_i64()).collect();
    assert!(shown.is_sorted(), "times shown run backwards: {shown:?}");
    let rows = sofia::journal::Journal::read(world.memory.as_ref(), opened.id.parse().unwrap(), 0).unwrap();
    let commits: Vec<_> = rows.iter().map(|r| sofia::journal::record::decode(&r.bytes).unwrap()).collect();
    assert!(commits.iter().enumerate().all(|(i, c)| c.seq == i as u64 + 1) && commits.is_sorted_by_key(|c| c.t));
    let closed = commits.iter().flat_map(|c| &c.events).filter(|e| matches!(e, sofia_engine::Event::PhaseClosed { .. })).count();
    assert_eq!(closed, 1, "the timer fired once");
}

/// What the people of one session are sent, with or without another one played between its moves.
async fn frames_of_one(with_another: bool) -> Vec<Vec<String>> {
    let world = world().await;
    let x = world.open().await;
    let mut anna = world.join(&x.code, "Anna").await;
    let mut regia = world.begin(&x).await;
    let mut a = world.sit(&mut anna).await;
    let mut other = None;
    if with_another {
        let y = world.open_as(&x.cookie).await;
        let mut bruno = world.join(&y.code, "Bruno").await;
        let regia = world.begin(&y).await;
        other = Some((world.sit(&mut bruno).await, regia));
    }
    for i in 0..10 {
        world.clock.advance(Duration::from_millis(700));
        if let Some((b, regia)) = &mut other {
            b.ask(write(&format!("w{i}"), "di un'altra sessione")).await;
            regia.ask(desk(&format!("d{i}"), json!({ "do": "say", "text": "altrove" }))).await;
        }
        assert_eq!(a.ask(write(&format!("w{i}"), &format!("frase {i}"))).await["t"], "ok");
        let said = format!("detto {i}");
        assert_eq!(regia.ask(desk(&format!("d{i}"), json!({ "do": "say", "text": said }))).await["t"], "ok");
        a.until_view(|p| told(p).last() == Some(&said)).await;
    }
    let plain = |heard: Vec<String>| heard.into_iter().map(|f| f.replace(&x.code, "CODE").replace(&x.id, "ID")).collect();
    vec![plain(a.heard), plain(regia.heard)]
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_isolated() {
    let (alone, beside) = (frames_of_one(false).await, frames_of_one(true).await);
    assert!(alone[0].len() > 20 && alone[1].len() > 20);
    assert_eq!(alone, beside);
}

/// A session whose record makes the engine panic is closed for play and can be read; its neighbour notices nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_stays_in_its_room() {
    use sofia::journal::{Actor, Commit, Row, record};
    let world = world().await;
    let sick = world.open().await;
    let well = world.open_as(&sick.cookie).await;
    let (mut anna, mut bruno) = (world.join(&sick.code, "Anna").await, world.join(&well.code, "Bruno").await);
    world.begin(&sick).await.leave().await;
    world.begin(&well).await.leave().await;
    let world = world.restart().await;
    let id = sick.id.parse().unwrap();
    world.memory.tamper(id, |rows| {
        let last = rows.last().unwrap();
        let nobody = sofia_engine::Event::Emptied { var: 999, inst: 0 };
        let (seq, t) = (last.seq + 1, record::decode(&last.bytes).unwrap().t);
        let commit = Commit { session: id, seq, command_id: String::new(), actor: Actor::House, at: 0, t, opening: None, events: vec![nobody] };
        let sealed = record::encode(&commit, &last.hash).unwrap();
        rows.push(Row { seq, bytes: sealed.bytes, hash: sealed.hash });
    });
    let mut a = world.sit(&mut anna).await;
    assert_eq!(a.ask(write("w1", "ancora")).await["code"], "closed");
    let mut b = world.sit(&mut bruno).await;
    assert_eq!(b.ask(write("w1", "qui si gioca")).await["t"], "ok");
    b.until_view(|p| told(p) == ["qui si gioca"]).await;
}
