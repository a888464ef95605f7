//! The table of rights, walked whole over HTTP: every route, every kind of visitor.

use crate::harness::{Answer, call, world};
use serde_json::json;
use sofia::net::access::{Act, ROUTES, Role, TABLE, allowed};

/// What a visitor without the right is told; what one with it is never told for lack of it.
fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_by_every_visitor() {
    let world = world().await;
    let opened = world.open().await;
    let facts = call(world.at, "GET", &format!("/api/sessions/{}", opened.id), &opened.cookie, None).await.json();
    let screen = facts["screen"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let (vera, dora) = (world.account("Vera", "supervisor").await, world.account("Dora", "designer").await);
    // (who, cookie, query, the roles this gives)
    let visitors = [
        ("stranger", "", String::new(), vec![Role::Anyone, Role::House]),
        ("forged cookie", "sofia=AAAAAAAAAAAAAAAAAAAAAA", String::new(), vec![Role::Anyone, Role::House]),
        ("projector", "", format!("screen={screen}"), vec![Role::Anyone, Role::House, Role::Projector]),
        ("wrong projector", "", "screen=AAAAAAAAAAAAAAAAAAAAAA".into(), vec![Role::Anyone, Role::House]),
        ("supervisor", vera.as_str(), String::new(), vec![Role::Anyone, Role::House, Role::Supervisor]),
        ("designer", dora.as_str(), String::new(), vec![Role::Anyone, Role::House, Role::Designer]),
        ("facilitator", opened.cookie.as_str(), String::new(), vec![Role::Anyone, Role::House, Role::Facilitator, Role::Designer, Role::Supervisor]),
    ];
    for (method, route, act) in ROUTES {
        // Signing out would end the walk; refusals of the sign-in are about the password.
        if matches!(act, Act::SignOut | Act::SignIn | Act::Socket | Act::Ticket) {
            continue;
        }
        for (who, cookie, query, roles) in &visitors {
            let path = route
                .replace("{id}", &opened.id)
                .replace("{slug}", "prova")
                .replace("{code}", "XXXXXX")
                .replace("{seat}", "77")
                .replace("{*path}", "j/ABC");
            let path = if query.is_empty() { path } else { format!("{path}?{query}") };
            let body = (*method != "GET").then(|| json!({}));
            let answer = call(world.at, method, &path, cookie, body.as_ref()).await;
            // The projector's key counts only where the path names its session.
            let roles: Vec<Role> = roles.iter().copied().filter(|r| *r != Role::Projector || route.contains("{id}")).collect();
            let may = roles.iter().any(|r| allowed(*r, *act));
            assert_eq!(!is_refusal(&answer), may, "{method} {path} by {who}: {} {}", answer.status, answer.body);
        }
    }
}

#[test]
fn the_table_is_whole() {
    for role in Role::ALL {
        let acts = TABLE.iter().filter(|(act, _)| allowed(role, *act)).count();
        assert!(acts > 0, "{role:?} can do nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_listed_is_not_there() {
    let world = world().await;
    let cookie = world.facilitator().await;
    for (method, path) in [
        ("DELETE", "/api/sessions"),
        ("PUT", "/api/sessions/x"),
        ("GET", "/api/none"),
        ("POST", "/healthz"),
        ("GET", "/../etc/passwd"),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd"),
        ("GET", "/assets/..%2f..%2fCargo.toml"),
    ] {
        let answer = call(world.at, method, path, &cookie, None).await;
        assert!(matches!(answer.status, 400 | 404 | 405), "{method} {path}: {}", answer.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_facilitators_session_does_not_exist() {
    let world = world().await;
    let opened = world.open().await;
    world.people.add_account("Marta".into(), "un'altra frase".into(), "facilitator").await.unwrap();
    let answer = call(world.at, "POST", "/api/signin", "", Some(&json!({ "name": "Marta", "password": "un'altra frase" }))).await;
    let marta = answer.cookie();
    let absent = call(world.at, "GET", &format!("/api/sessions/{}", uuid::Uuid::now_v7()), &marta, None).await;
    for path in ["", "/qr.svg", "/timeline", "/export.jsonl", "/export.csv", "/verify"] {
        let answer = call(world.at, "GET", &format!("/api/sessions/{}{path}", opened.id), &marta, None).await;
        assert_eq!((answer.status, &answer.body), (404, &absent.body), "{path}");
    }
    let ticket = call(world.at, "POST", "/api/ticket", &marta, Some(&json!({ "session": opened.id, "as": "desk" }))).await;
    assert_eq!((ticket.status, &ticket.body), (404, &absent.body));
    assert_eq!(call(world.at, "GET", "/api/sessions", &marta, None).await.body, "[]");
}
