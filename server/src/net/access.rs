//! Who may do what: one table, default deny, walked whole by one test.

use sofia_engine::Viewer;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Anybody who reaches the server.
    Anyone,
    /// Holds a seat (over its socket).
    Participant,
    /// Came by the projector's link of this session.
    Projector,
    /// Has an account; only for the sessions of that account.
    Facilitator,
    Designer,
    /// Reads journals, without names.
    Supervisor,
    /// The machine on which the server runs.
    House,
}

impl Role {
    pub const ALL: [Self; 7] = [Self::Anyone, Self::Participant, Self::Projector, Self::Facilitator, Self::Designer, Self::Supervisor, Self::House];

    #[must_use]
    pub fn of_account(name: &str) -> Option<Self> {
        match name {
            "facilitator" => Some(Self::Facilitator),
            "designer" => Some(Self::Designer),
            "supervisor" => Some(Self::Supervisor),
            _ => None,
        }
    }

    #[must_use]
    pub fn of_viewer(viewer: Viewer) -> Self {
        match viewer {
            Viewer::Seat(_) => Self::Participant,
            Viewer::Desk => Self::Facilitator,
            Viewer::Projector => Self::Projector,
        }
    }
}

/// Everything that can be asked for, over HTTP and over the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    Page,
    SignIn,
    SignOut,
    SeeAccount,
    SeeScenarios,
    OpenSession,
    ListSessions,
    SeeSession,
    SeeQr,
    Invite,
    Join,
    Return,
    Ticket,
    Socket,
    ReadJournal,
    VerifyJournal,
    ManagePeople,
    SeeHealth,
    SeeMetrics,
    Watch,
    PlaySeat,
    RunDesk,
}

use Role::{Anyone, Designer, Facilitator, House, Participant, Projector, Supervisor};

/// What is not here is refused.
pub const TABLE: &[(Act, &[Role])] = &[
    (Act::Page, &[Anyone]),
    (Act::SignIn, &[Anyone]),
    (Act::SignOut, &[Facilitator, Designer, Supervisor]),
    (Act::SeeAccount, &[Facilitator, Designer, Supervisor]),
    (Act::SeeScenarios, &[Facilitator, Designer, Supervisor]),
    (Act::OpenSession, &[Facilitator]),
    // A supervisor sees those that are over, of everybody, without names.
    (Act::ListSessions, &[Facilitator, Supervisor]),
    (Act::SeeSession, &[Facilitator, Projector]),
    (Act::SeeQr, &[Anyone]),
    (Act::Invite, &[Anyone]),
    (Act::Join, &[Anyone]),
    (Act::Return, &[Anyone]),
    // Each ticket asks for its own proof: token, account or link.
    (Act::Ticket, &[Anyone]),
    (Act::Socket, &[Anyone]),
    (Act::ReadJournal, &[Facilitator, Supervisor]),
    // The fingerprint is shown on the wall at the end.
    (Act::VerifyJournal, &[Facilitator, Supervisor, Projector]),
    (Act::ManagePeople, &[Facilitator]),
    (Act::SeeHealth, &[Anyone]),
    (Act::SeeMetrics, &[House, Facilitator, Supervisor]),
    (Act::Watch, &[Participant, Projector, Facilitator]),
    (Act::PlaySeat, &[Participant]),
    (Act::RunDesk, &[Facilitator]),
];

#[must_use]
pub fn allowed(role: Role, act: Act) -> bool {
    TABLE.iter().any(|(a, roles)| *a == act && roles.contains(&role))
}

/// Every HTTP route under which act; a route that is not here is never reached.
pub const ROUTES: &[(&str, &str, Act)] = &[
    ("POST", "/api/signin", Act::SignIn),
    ("POST", "/api/first", Act::SignIn),
    ("POST", "/api/signout", Act::SignOut),
    ("GET", "/api/account", Act::SeeAccount),
    ("GET", "/api/scenarios", Act::SeeScenarios),
    ("GET", "/api/scenarios/{slug}", Act::SeeScenarios),
    ("POST", "/api/sessions", Act::OpenSession),
    ("GET", "/api/sessions", Act::ListSessions),
    ("GET", "/api/sessions/{id}", Act::SeeSession),
    ("GET", "/api/sessions/{id}/qr.svg", Act::SeeSession),
    ("GET", "/api/qr.svg", Act::SeeQr),
    ("GET", "/api/invite/{code}", Act::Invite),
    ("POST", "/api/join", Act::Join),
    ("POST", "/api/return", Act::Return),
    ("POST", "/api/ticket", Act::Ticket),
    ("GET", "/ws", Act::Socket),
    ("GET", "/api/sessions/{id}/timeline", Act::ReadJournal),
    ("GET", "/api/sessions/{id}/export.jsonl", Act::ReadJournal),
    ("GET", "/api/sessions/{id}/export.csv", Act::ReadJournal),
    ("GET", "/api/sessions/{id}/verify", Act::VerifyJournal),
    ("POST", "/api/sessions/{id}/bots", Act::ManagePeople),
    ("PATCH", "/api/sessions/{id}/people", Act::ManagePeople),
    ("DELETE", "/api/sessions/{id}/people/{seat}", Act::ManagePeople),
    ("GET", "/healthz", Act::SeeHealth),
    ("GET", "/metrics", Act::SeeMetrics),
    // The name is the digest of the picture: who knows it has been shown it.
    ("GET", "/img/{name}", Act::Page),
    ("GET", "/", Act::Page),
    ("GET", "/{*path}", Act::Page),
];

#[must_use]
pub fn act_of(method: &str, route: &str) -> Option<Act> {
    // HEAD is GET without the body.
    let method = if method == "HEAD" { "GET" } else { method };
    ROUTES.iter().find(|(m, r, _)| *m == method && *r == route).map(|(.., act)| *act)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_stands_once_and_somebody_may_do_it() {
        for (act, roles) in TABLE {
            assert_eq!(TABLE.iter().filter(|(a, _)| a == act).count(), 1, "{act:?}");
            assert!(!roles.is_empty());
        }
        for (.., act) in ROUTES {
            assert!(TABLE.iter().any(|(a, _)| a == act), "{act:?} is in no row");
        }
    }

    #[test]
    fn nobody_plays_for_another() {
        assert!(!allowed(Facilitator, Act::PlaySeat));
        assert!(!allowed(Participant, Act::RunDesk));
        assert!(!allowed(Projector, Act::RunDesk));
        assert!(!allowed(Projector, Act::PlaySeat));
        assert!(!allowed(Supervisor, Act::RunDesk));
        assert!(!allowed(Anyone, Act::ReadJournal));
    }

    #[test]
    fn a_route_that_is_not_listed_has_no_act() {
        assert_eq!(act_of("DELETE", "/api/sessions/{id}"), None);
        assert_eq!(act_of("HEAD", "/healthz"), Some(Act::SeeHealth));
    }
}
