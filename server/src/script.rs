//! `sofia read`: a scenario as a script for people who will never open its files: the educator who prepares, the lawyer who approves.
//!
//! Words stand as they are in the files, with their places (`{passi}`), each text with eight signs of its SHA-256: whoever approved
//! a text sees at a glance whether it is still the same.

use crate::secret;
use sofia_engine::scenario::faults::Faults;
use sofia_engine::scenario::model::{
    Absent, Agree, Aud, Audience, DealBy, EndsDef, InputDef, Late, LeftoverPeople, MoreSeats, MoveDef, People, PhaseDef, Scenario, Scope, TimeoutDef,
    X,
};
use sofia_engine::scenario::parse;
use sofia_engine::scenario::tree::{Node, Sheet, Tree, ValueKind, WordSection, Words};
use sofia_engine::view::{Mode, Talk};
use sofia_engine::{Files, Millis};
use std::fmt::Write as _;

/// Markdown, in Italian or English; texts in that language where the scenario has it.
#[must_use]
pub fn script(files: &Files, scenario: &Scenario, lang: &str) -> String {
    let tree = parse::read(files, &mut Faults::default());
    let words = tree.words.iter().find(|w| w.lang == lang).or(tree.words.first());
    let Some(words) = words else { return String::new() };
    let foreign = tree.words.first().is_some_and(|w| w.lang != words.lang).then_some(words.lang.as_str());
    let mut script = Script { tree: &tree, sc: scenario, words, foreign, english: lang == "en", out: String::new() };
    script.head();
    script.people(&scenario.people);
    script.roles();
    script.flow();
    script.who_sees();
    script.sheets();
    script.sections("inject", ("Imprevisti", "Event cards"));
    script.sections("ending", ("Come può finire", "How it may end"));
    script.sections("debrief", ("Debriefing", "Debrief"));
    script.messages();
    script.other_words();
    while let Some(at) = script.out.find("\n\n\n") {
        script.out.remove(at);
    }
    script.out
}

struct Script<'a> {
    tree: &'a Tree,
    sc: &'a Scenario,
    words: &'a Words,
    /// The language, when it is not the scenario's own: cells of sheets have a column for it.
    foreign: Option<&'a str>,
    english: bool,
    out: String,
}

/// Eight signs that change when the text does; the ends of lines do not count.
fn mark(text: &str) -> String {
    let plain = text.replace("\r\n", "\n");
    secret::hex(&crate::journal::record::hash(plain.trim().as_bytes())[..4])
}

/// The value of a key as it stands in the file.
fn shown(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Text(t) => t.clone(),
        ValueKind::Int(n) => n.to_string(),
        ValueKind::Float(n) => n.to_string(),
        ValueKind::Bool(b) => b.to_string(),
        ValueKind::List(all) => all.iter().map(|v| shown(&v.kind)).collect::<Vec<_>>().join(", "),
        ValueKind::Map(all) => all.iter().map(|e| format!("{} = {}", e.key, shown(&e.value.kind))).collect::<Vec<_>>().join(", "),
    }
}

fn duration(ms: Millis) -> String {
    if ms % 60_000 == 0 { format!("{} min", ms / 60_000) } else { format!("{} s", ms / 1_000) }
}

impl Script<'_> {
    fn say(&self, it: &'static str, en: &'static str) -> &'static str {
        if self.english { en } else { it }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn heading(&mut self, level: usize, title: &str) {
        let _ = write!(self.out, "\n{} {title}\n\n", "#".repeat(level));
    }

    /// A text of the scenario with its mark.
    fn text(&mut self, raw: &str) {
        let _ = write!(self.out, "{raw}\n\n`[{}]`\n", mark(raw));
    }

    fn section(&self, kind: &str, id: &str) -> Option<&WordSection> {
        self.words.sections.iter().find(|s| s.kind == kind && s.id.as_deref() == Some(id))
    }

    /// Title of a thing; its id where it has none.
    fn title(&self, kind: &str, id: &str) -> String {
        let own = self.section(kind, id).and_then(|s| s.title.as_ref()).map(|t| t.raw.clone());
        let listed = || {
            let sections = self.words.sections.iter().filter(|s| s.kind == kind && s.id.is_none());
            sections.flat_map(|s| &s.children).find(|(child, ..)| child == id).map(|(.., words)| words.raw.clone())
        };
        own.or_else(listed).unwrap_or_else(|| id.replace('_', " "))
    }

    fn node(&self, kind: &str, id: &str) -> Option<&Node> {
        self.tree.nodes.iter().find(|n| n.kind == kind && n.id == id)
    }

    fn key(&self, kind: &str, id: &str, key: &str) -> Option<String> {
        self.node(kind, id)?.get(key).map(|v| shown(&v.kind))
    }

    fn head(&mut self) {
        let title = self.words.title.as_ref().map_or_else(String::new, |t| t.raw.clone());
        self.line(&format!("# {title}\n"));
        if let Some(summary) = &self.words.summary {
            self.text(&summary.raw.clone());
        }
        let minutes = self.sc.minutes;
        self.line(&format!(
            "\n{}: {minutes} min. {}: `{}`.",
            self.say("Durata", "Length"),
            self.say("Impronta dei file", "Mark of the files"),
            &self.sc.hash[..8]
        ));
        let reviewed = match &self.sc.reviewed {
            Some(by) => format!("{} {by}.", self.say("Revisione:", "Reviewed:")),
            None => self.say("Testi ancora da far rivedere.", "Texts still to be reviewed.").to_owned(),
        };
        self.line(&reviewed);
        self.line(&format!(
            "\n{}",
            self.say(
                "Tra parentesi quadre, dopo ogni testo, otto segni che cambiano se il testo cambia.",
                "In square brackets, after each text, eight signs that change when the text does.",
            )
        ));
    }

    // ------------------------------------------------------------ people

    fn people(&mut self, people: &People) {
        self.heading(2, self.say("Le persone", "The people"));
        let [least, most] = people.seats;
        let [few, many] = people.tables;
        let tables = match (few, many, self.english) {
            (1, 1, false) => "un tavolo solo".to_owned(),
            (1, 1, true) => "one table".to_owned(),
            (.., false) => format!("da {few} a {many} tavoli"),
            (.., true) => format!("{few} to {many} tables"),
        };
        let mut lines = vec![if self.english {
            format!("From {least} to {most} people at a table, {tables}.")
        } else {
            format!("Da {least} a {most} persone per tavolo, {tables}.")
        }];
        if let Some(best) = people.best {
            lines.push(if self.english { format!("Best with {best} at a table.") } else { format!("Riesce meglio in {best} per tavolo.") });
        }
        if people.together {
            lines.push(self.say("Tutti i tavoli vanno avanti insieme.", "All tables go on together.").into());
        }
        if many > 1 {
            lines.push(
                match people.leftover {
                    LeftoverPeople::Spread => self.say("Chi avanza si distribuisce tra i tavoli.", "Leftover people are spread over the tables."),
                    LeftoverPeople::Smaller => self.say("Chi avanza fa un tavolo più piccolo.", "Leftover people make a smaller table."),
                    LeftoverPeople::Observe => self.say("Chi avanza osserva.", "Leftover people look on."),
                }
                .into(),
            );
        }
        lines.push(
            match people.absent {
                Absent::Wait => self.say("Se qualcuno manca, si aspetta.", "When somebody is missing, play waits."),
                Absent::Pass => self.say("Se qualcuno manca, il suo turno passa.", "When somebody is missing, they pass."),
                Absent::Default => self.say("Se qualcuno manca, vale la risposta prevista.", "When somebody is missing, the declared answer counts."),
                Absent::Random => self.say("Se qualcuno manca, decide la sorte.", "When somebody is missing, chance decides."),
                Absent::Desk => self.say("Se qualcuno manca, decide chi conduce.", "When somebody is missing, the facilitator decides."),
            }
            .into(),
        );
        lines.push(
            match people.late {
                Late::Join => self.say("Chi arriva tardi gioca.", "Latecomers play."),
                Late::Observe => self.say("Chi arriva tardi osserva.", "Latecomers look on."),
                Late::Refuse => self.say("A gioco iniziato non si entra più.", "Nobody enters once play has begun."),
            }
            .into(),
        );
        if !self.sc.roles.is_empty() {
            lines.push(
                match people.deal {
                    DealBy::Start => self.say("I ruoli si danno all’inizio, a sorte.", "Roles are dealt at the start, by lot."),
                    DealBy::Desk => self.say("I ruoli li dà chi conduce.", "The facilitator gives the roles."),
                    DealBy::Rules => self.say("I ruoli li danno le regole.", "The rules give the roles."),
                }
                .into(),
            );
            lines.push(
                match people.more_seats {
                    MoreSeats::Rest => self.say(
                        "Con più persone che ruoli, le altre prendono il ruolo comune.",
                        "With more people than roles, the others take the common role.",
                    ),
                    MoreSeats::Repeat => {
                        self.say("Con più persone che ruoli, i ruoli si ripetono.", "With more people than roles, roles are repeated.")
                    }
                    MoreSeats::Observe => {
                        self.say("Con più persone che ruoli, le altre osservano.", "With more people than roles, the others look on.")
                    }
                }
                .into(),
            );
            lines.push(
                if people.fewer_by_lot {
                    self.say("Con meno persone che ruoli, si sorteggia quali entrano.", "With fewer people than roles, lots are drawn.")
                } else {
                    self.say("Con meno persone che ruoli, entrano i primi nell’ordine.", "With fewer people than roles, the first in order are used.")
                }
                .into(),
            );
        }
        if people.ghosts_see_all {
            lines.push(self.say("Chi esce dal gioco vede tutte le carte.", "Whoever is out of play sees all cards.").into());
        }
        for line in lines {
            self.line(&format!("- {line}"));
        }
    }

    fn roles(&mut self) {
        if self.sc.roles.is_empty() {
            return;
        }
        self.heading(2, self.say("I ruoli", "The roles"));
        let sheet = self.tree.nodes.iter().find(|n| n.kind == "people").and_then(|n| n.text("roles")).map(|(path, _)| path.to_owned());
        let sheet = sheet.and_then(|path| self.tree.sheets.iter().find(|s| s.path == path));
        let ids: Vec<(String, Audience)> = self.sc.roles.iter().map(|r| (r.id.clone(), r.seen.clone())).collect();
        for (id, seen) in ids {
            let cell = |column| sheet.and_then(|s| self.cell(s, &id, column));
            let name = cell("name").unwrap_or_else(|| self.title("role", &id));
            let who = self.audience(&seen);
            let texts: Vec<(&str, String)> = ["public", "text", "brief"].into_iter().filter_map(|c| Some((c, cell(c)?))).collect();
            let section = self.section("role", &id).cloned();
            self.heading(3, &name);
            self.line(&format!("{}: {who}.\n", self.say("Chi sa che è questo ruolo", "Who knows that it is this role")));
            for (column, text) in texts {
                self.line(&format!("**{}**\n", self.column(column)));
                self.text(&text);
            }
            if let Some(section) = section {
                self.words_of(&section, true);
            }
        }
    }

    fn column(&self, column: &str) -> &'static str {
        match column {
            "public" => self.say("Lo leggono tutti", "Everybody reads"),
            "brief" => self.say("Lo legge solo chi ha la carta", "Only its holder reads"),
            "note" => self.say("Per chi conduce", "For the facilitator"),
            "why" => self.say("Quando non si può", "When it cannot be done"),
            _ => "·",
        }
    }

    /// Text and children of a section.
    fn words_of(&mut self, section: &WordSection, private: bool) {
        if let Some(text) = &section.text {
            if private {
                self.line(&format!("**{}**\n", self.column("brief")));
            }
            self.text(&text.raw);
        }
        for (id, _, words) in &section.children {
            let label = self.column(id);
            let label = if label == "·" { id.replace('_', " ") } else { label.to_owned() };
            let _ = writeln!(self.out, "\n- **{label}**: {} `[{}]`", words.raw, mark(&words.raw));
        }
    }

    // ------------------------------------------------------------ phases

    fn flow(&mut self) {
        self.heading(2, self.say("Come si svolge", "How it goes"));
        let flow = self.tree.nodes[0].text("flow").map(|(t, _)| t.to_owned()).unwrap_or_default();
        let mut order: Vec<usize> = Vec::new();
        let mut sheet = String::new();
        for line in flow.lines() {
            let plain = line.split('#').next().unwrap_or_default().trim_end();
            if plain.trim().is_empty() {
                continue;
            }
            let (head, found) = self.phases_of(plain);
            if found.is_empty() {
                let _ = writeln!(sheet, "{plain}");
                continue;
            }
            let mut numbered = |at: usize| {
                if !order.contains(&at) {
                    order.push(at);
                }
                let number = order.iter().position(|o| *o == at).unwrap_or(0) + 1;
                format!("{number}. {}", self.title("phase", &self.sc.phases[at].id))
            };
            let titles: Vec<String> = found.into_iter().map(&mut numbered).collect();
            let _ = writeln!(sheet, "{head}{}", titles.join(", "));
        }
        order.extend((0..self.sc.phases.len()).filter(|at| !order.contains(at)).collect::<Vec<_>>());
        let _ = write!(self.out, "```\n{sheet}```\n");
        self.passes();
        let sc = self.sc;
        for (n, at) in order.into_iter().enumerate() {
            self.phase(n + 1, &sc.phases[at]);
        }
        let loose: Vec<&MoveDef> = sc.moves.iter().filter(|m| m.always || !m.phases.is_empty()).collect();
        if !loose.is_empty() {
            self.heading(3, self.say("Mosse di più fasi", "Moves of several phases"));
            loose.into_iter().for_each(|m| self.a_move(m));
        }
    }

    /// What the screens call the passes of a block.
    fn passes(&mut self) {
        let named = self.sc.loops.iter().filter_map(|l| l.name.as_deref());
        let called: Vec<String> = named.map(|id| format!("`{id}` = {}", self.title("variable", id))).collect();
        if !called.is_empty() {
            let on_screen = self.say("Sugli schermi", "On the screens");
            self.line(&format!("\n{on_screen}: {}.", called.join(", ")));
        }
    }

    /// The phases that a line of the flow names, and what stands before them: nothing, `if …: `, `desk picks one of `.
    fn phases_of<'l>(&self, line: &'l str) -> (&'l str, Vec<usize>) {
        let named = |name: &str| self.sc.phases.iter().position(|p| p.id == name.trim());
        let alone = line.len() - line.trim_start().len();
        let places = [alone, line.rfind(": ").map_or(alone, |n| n + 2), line.find("picks one of ").map_or(alone, |n| n + 13)];
        let all = |from: usize| line[from..].split(',').map(named).collect::<Option<Vec<usize>>>();
        places.into_iter().find_map(|from| Some((&line[..from], all(from)?))).unwrap_or((line, Vec::new()))
    }

    fn phase(&mut self, number: usize, phase: &PhaseDef) {
        self.heading(3, &format!("{number}. {} (`{}`)", self.title("phase", &phase.id), phase.id));
        if let Some(section) = self.section("phase", &phase.id).cloned() {
            self.words_of(&section, false);
            self.line("");
        }
        let who = match self.key("phase", &phase.id, "who") {
            None => self.say("nessuno, si ascolta", "nobody, people listen").to_owned(),
            Some(who) if who == "all" => self.say("tutti", "everybody").to_owned(),
            Some(who) => format!("`{who}`"),
        };
        let mut lines = vec![format!("{}: {who}", self.say("Chi agisce", "Who acts"))];
        let ends = match &phase.ends {
            EndsDef::AllDone => self.say("quando tutti hanno fatto", "when all are done").to_owned(),
            EndsDef::Done(X::K(n)) if self.english => format!("when {n} are done"),
            EndsDef::Done(X::K(n)) => format!("quando hanno fatto in {n}"),
            EndsDef::Desk => self.say("quando lo dice chi conduce", "when the facilitator says so").to_owned(),
            EndsDef::Time => self.say("allo scadere del tempo", "when time is up").to_owned(),
            EndsDef::AtOnce => self.say("subito", "at once").to_owned(),
            EndsDef::When(_) | EndsDef::Done(_) | EndsDef::Any(_) => format!("`{}`", self.key("phase", &phase.id, "ends").unwrap_or_default()),
        };
        let limit = match &phase.limit {
            Some(X::K(ms)) => format!(", {} {}", self.say("al più", "at most"), duration(*ms)),
            Some(_) => format!(", {} `{}`", self.say("al più", "at most"), self.key("phase", &phase.id, "limit").unwrap_or_default()),
            None => String::new(),
        };
        lines.push(format!("{}: {ends}{limit}", self.say("Finisce", "Ends")));
        let talk = match phase.talk {
            Talk::Free => None,
            Talk::Silent => Some(self.say("In silenzio", "In silence")),
            Talk::Queue | Talk::InTurn => Some(self.say("Si parla a turno", "People speak in turn")),
            Talk::Desk => Some(self.say("Dà la parola chi conduce", "The facilitator gives the floor")),
        };
        lines.extend(talk.map(str::to_owned));
        if phase.ack {
            lines.push(self.say("Ognuno conferma di aver visto", "Everybody confirms having seen it").into());
        }
        if phase.cover {
            lines.push(
                self.say("Coperta: tutti hanno lo stesso modulo, e nessuno sa chi agisce", "Covered: the same form for all, nobody knows who acts")
                    .into(),
            );
        }
        if phase.desk_opens {
            lines.push(self.say("La apre chi conduce", "The facilitator opens it").into());
        }
        for (key, label) in
            [("before", self.say("Regola all’inizio", "Rule at the start")), ("after", self.say("Regola alla fine", "Rule at the end"))]
        {
            lines.extend(self.key("phase", &phase.id, key).map(|rule| rule_lines(label, &rule)));
        }
        for line in lines {
            self.line(&format!("- {line}"));
        }
        let sc = self.sc;
        for m in phase.moves.iter().map(|m| &sc.moves[usize::from(*m)]).filter(|m| !m.always && m.phases.is_empty()) {
            self.a_move(m);
        }
    }

    fn a_move(&mut self, m: &MoveDef) {
        self.heading(4, &format!("{} (`{}`)", self.title("move", &m.id), m.id));
        if let Some(section) = self.section("move", &m.id).cloned() {
            if let Some(text) = &section.text {
                self.text(&text.raw);
                self.line("");
            }
            let beside = section.children.iter().filter(|(id, ..)| !m.asks.iter().chain(&m.replies).any(|a| a.id == *id));
            for (id, _, words) in beside {
                let label = self.column(id);
                let label = if label == "·" { id.replace('_', " ") } else { label.to_owned() };
                self.line(&format!("- **{label}**: {} `[{}]`", words.raw, mark(&words.raw)));
            }
        }
        let mode = match m.mode {
            Mode::Sealed => self.say("in segreto, si scopre quando la fase si chiude", "sealed, opened when the phase closes"),
            Mode::Final => self.say("in segreto e definitiva", "sealed and final"),
            Mode::AtOnce => self.say("vale subito", "takes effect at once"),
            Mode::Consent => self.say("vale se è accettata", "takes effect when accepted"),
        };
        let mut lines = vec![format!("{}: {mode}", self.say("Mossa", "Move"))];
        if m.by_desk {
            lines.push(self.say("La fa chi conduce", "Made by the facilitator").into());
        }
        if let Some(scope) = m.joint {
            let agree = match &m.agree {
                Agree::One => self.say("basta una persona", "one person is enough").to_owned(),
                Agree::Number(X::K(n)) if self.english => format!("{n} must agree"),
                Agree::Number(X::K(n)) => format!("devono concordare in {n}"),
                Agree::Number(_) => format!("`{}`", self.key("move", &m.id, "agree").unwrap_or_default()),
                Agree::Majority => self.say("decide la maggioranza", "the majority decides").to_owned(),
                Agree::All => self.say("devono concordare tutti", "all must agree").to_owned(),
                Agree::Most => self.say("vale la più scelta", "the most chosen counts").to_owned(),
            };
            lines.push(format!("{} ({}): {agree}", self.say("Si risponde insieme", "Answered together"), self.scope(scope)));
        }
        if !m.extra {
            lines.push(
                match m.timeout {
                    TimeoutDef::Pass => self.say("A tempo scaduto: si passa", "When time is up: pass"),
                    TimeoutDef::Default => self.say("A tempo scaduto: la risposta prevista", "When time is up: the declared answer"),
                    TimeoutDef::Random => self.say("A tempo scaduto: decide la sorte", "When time is up: chance decides"),
                    TimeoutDef::Desk => self.say("A tempo scaduto: decide chi conduce", "When time is up: the facilitator decides"),
                    TimeoutDef::Most => self.say("A tempo scaduto: la più scelta", "When time is up: the most chosen"),
                    TimeoutDef::Draft => self.say("A tempo scaduto: vale la bozza", "When time is up: the draft counts"),
                }
                .into(),
            );
        }
        for (key, label) in
            [("if", self.say("Solo se", "Only if")), ("do", self.say("Regola", "Rule")), ("if_no", self.say("Se è rifiutata", "When refused"))]
        {
            lines.extend(self.key("move", &m.id, key).map(|rule| rule_lines(label, &rule)));
        }
        for line in lines {
            self.line(&format!("- {line}"));
        }
        if m.asks.is_empty() {
            return;
        }
        let columns = [self.say("Domanda", "Input"), self.say("Risposta", "Answer"), self.say("Chi la vede", "Who sees it")];
        self.line(&format!("\n| {} |\n|---|---|---|", columns.join(" | ")));
        for ask in m.asks.iter().chain(&m.replies) {
            let section = self.section("move", &m.id);
            let label = section
                .and_then(|s| s.children.iter().find(|(id, ..)| *id == ask.id))
                .map_or_else(|| ask.id.clone(), |(.., w)| format!("{} `[{}]`", w.raw, mark(&w.raw)));
            let kind = match &ask.input {
                InputDef::YesNo => self.say("sì o no", "yes or no"),
                InputDef::Drawing => self.say("un disegno", "a drawing"),
                InputDef::Number { .. } => self.say("un numero", "a number"),
                InputDef::Text { .. } => self.say("parole", "words"),
                InputDef::Choice { .. } => self.say("una scelta", "a choice"),
                InputDef::Any { .. } => self.say("più scelte", "several choices"),
                InputDef::Order(_) => self.say("un ordine", "an order"),
                InputDef::Tiers { .. } => self.say("gruppi", "tiers"),
                InputDef::Share { .. } => self.say("punti da dividere", "points to share out"),
            };
            let optional = if ask.optional { self.say(" (se si vuole)", " (optional)") } else { "" };
            let seen = if ask.private {
                self.say("solo chi la scrive", "its author only").to_owned()
            } else {
                self.audience(&self.sc.vars[usize::from(ask.var)].seen)
            };
            self.line(&format!("| {label} | {kind}{optional} | {seen} |"));
        }
    }

    // ------------------------------------------------------------ who sees what

    fn scope(&self, scope: Scope) -> String {
        match scope {
            Scope::Session => self.say("tutta la sessione", "the session").into(),
            Scope::Table => self.say("il tavolo", "the table").into(),
            Scope::Team => self.say("la squadra", "the team").into(),
            Scope::Group(_) => self.say("il gruppo", "the group").into(),
            Scope::Seat => self.say("la persona", "the person").into(),
            Scope::Token(_) => self.say("la carta", "the card").into(),
        }
    }

    fn audience(&self, seen: &Audience) -> String {
        let who = |aud: &Aud| match aud {
            Aud::Nobody => self.say("nessuno", "nobody").to_owned(),
            Aud::Desk => self.say("chi conduce", "the facilitator").into(),
            Aud::OnlyOwner => self.say("solo chi ce l’ha, nemmeno chi conduce", "its owner only, not even the facilitator").into(),
            Aud::Owner => self.say("chi ce l’ha", "its owner").into(),
            Aud::Role(Some(r)) => format!("{} «{}»", self.say("il ruolo", "the role"), self.title("role", &self.sc.roles[*r as usize].id)),
            Aud::Role(None) => self.say("chi ha lo stesso ruolo", "who has the same role").into(),
            Aud::Team(Some(t)) => format!("{} «{}»", self.say("la squadra", "the team"), self.title("team", &self.sc.teams[*t as usize].id)),
            Aud::Team(None) => self.say("la squadra", "the team").into(),
            Aud::Group(_) => self.say("il gruppo", "the group").into(),
            Aud::Table => self.say("il tavolo", "the table").into(),
            Aud::All => self.say("tutti", "everybody").into(),
        };
        if seen.is_empty() {
            return self.say("nessuno, finché una regola non lo mostra", "nobody, until a rule shows it").into();
        }
        seen.iter().map(who).collect::<Vec<_>>().join(", ")
    }

    fn who_sees(&mut self) {
        let mut rows: Vec<(String, Scope, Audience)> = Vec::new();
        let kept = self.sc.vars.iter().filter(|v| !v.input && self.node("variable", &v.id).is_some());
        rows.extend(kept.map(|v| (self.title("variable", &v.id), v.scope, v.seen.clone())));
        rows.extend(self.sc.values.iter().map(|v| (self.title("value", &v.id), v.scope, v.seen.clone())));
        rows.extend(self.sc.zones.iter().map(|z| (self.title("zone", &z.id), z.scope, z.seen.clone())));
        rows.extend(self.sc.boards.iter().map(|b| (self.title("board", &b.id), b.scope, b.seen.clone())));
        if rows.is_empty() {
            return;
        }
        self.heading(2, self.say("Chi vede che cosa", "Who sees what"));
        let columns = [self.say("Che cosa", "What"), self.say("Di chi è", "Whose"), self.say("Chi lo vede", "Who sees it")];
        self.line(&format!("| {} |\n|---|---|---|", columns.join(" | ")));
        for (name, scope, seen) in rows {
            let (scope, seen) = (self.scope(scope), self.audience(&seen));
            self.line(&format!("| {name} | {scope} | {seen} |"));
        }
        self.line(&format!(
            "\n{}",
            self.say(
                "Chi conduce vede tutto, salvo dove è detto il contrario. Una regola «reveal» può mostrare altro durante il gioco.",
                "The facilitator sees everything, except where said otherwise. A rule «reveal» may show more during play.",
            )
        ));
    }

    // ------------------------------------------------------------ cards, questions, norms

    fn cell(&self, sheet: &Sheet, id: &str, column: &str) -> Option<String> {
        let row = sheet.rows.iter().find(|r| sheet.column("id").is_some_and(|c| r.cells.get(c).is_some_and(|(text, _)| text == id)))?;
        let at = |name: &str| Some(row.cells.get(sheet.column(name)?)?.0.clone()).filter(|t| !t.trim().is_empty());
        self.foreign.and_then(|lang| at(&format!("{column}.{lang}"))).or_else(|| at(column))
    }

    fn sheets(&mut self) {
        let used: Vec<(String, String, &Sheet)> = self
            .tree
            .nodes
            .iter()
            .filter(|n| matches!(n.kind.as_str(), "list" | "token"))
            .filter_map(|n| {
                let (path, _) = n.text("rows")?;
                Some((n.kind.clone(), n.id.clone(), self.tree.sheets.iter().find(|s| s.path == path)?))
            })
            .collect();
        for (kind, id, sheet) in used {
            let title = self.title(&kind, &id);
            let look = self.key(&kind, &id, "look");
            let look = match look.as_deref() {
                Some("document") => self.say(" (documenti)", " (documents)"),
                Some("norm") => self.say(" (norme)", " (norms)"),
                _ => "",
            };
            let mut heading = title.chars();
            let title = heading.next().map(|c| c.to_uppercase().chain(heading).collect::<String>()).unwrap_or_default();
            self.heading(2, &format!("{title}{look}"));
            let columns: Vec<String> = sheet.columns.iter().map(|(name, _)| name.clone()).filter(|n| !n.contains('.')).collect();
            let ids: Vec<String> = sheet.rows.iter().filter_map(|r| Some(r.cells.get(sheet.column("id")?)?.0.clone())).collect();
            for id in ids {
                let name = self.cell(sheet, &id, "name").unwrap_or_else(|| id.replace('_', " "));
                self.heading(3, &name);
                for column in columns.iter().filter(|c| !matches!(c.as_str(), "id" | "name")) {
                    let Some(text) = self.cell(sheet, &id, column) else { continue };
                    // Short cells are references and numbers; texts are what a lawyer reads.
                    let label = if column == "text" { String::new() } else { format!("**{column}**: ") };
                    let sign = if text.contains(' ') { format!(" `[{}]`", mark(&text)) } else { String::new() };
                    self.line(&format!("{label}{text}{sign}\n"));
                }
            }
        }
    }

    /// All sections of one kind, in the order of the words.
    fn sections(&mut self, kind: &str, title: (&'static str, &'static str)) {
        let sections: Vec<WordSection> = self.words.sections.iter().filter(|s| s.kind == kind && s.id.is_some()).cloned().collect();
        if sections.is_empty() {
            return;
        }
        self.heading(2, self.say(title.0, title.1));
        for section in sections {
            let id = section.id.clone().unwrap_or_default();
            self.heading(3, &self.title(kind, &id));
            self.words_of(&section, false);
        }
    }

    /// What else stands on screens: names of squares, charts and their columns, parameters, teams.
    fn other_words(&mut self) {
        let others = |s: &&WordSection| matches!(s.kind.as_str(), "board" | "panel" | "parameter" | "channel" | "team" | "list" | "token");
        let sections: Vec<WordSection> = self.words.sections.iter().filter(others).cloned().collect();
        if sections.is_empty() {
            return;
        }
        self.heading(2, self.say("Altre parole sugli schermi", "Other words on the screens"));
        for section in sections {
            if let Some(title) = section.title.as_ref().or(section.text.as_ref()) {
                self.line(&format!("- {} `[{}]`", title.raw, mark(&title.raw)));
            }
            if let Some(text) = section.text.as_ref().filter(|_| section.title.is_some()) {
                self.line(&format!("  {} `[{}]`", text.raw, mark(&text.raw)));
            }
            for (_, _, words) in &section.children {
                self.line(&format!("  - {} `[{}]`", words.raw, mark(&words.raw)));
            }
        }
    }

    /// Texts that rules show.
    fn messages(&mut self) {
        let mut texts: Vec<(String, String)> = Vec::new();
        for section in self.words.sections.iter().filter(|s| s.kind == "text") {
            match (&section.id, &section.text) {
                (Some(id), Some(text)) => texts.push((id.clone(), text.raw.clone())),
                _ => texts.extend(section.children.iter().map(|(id, _, words)| (id.clone(), words.raw.clone()))),
            }
        }
        if texts.is_empty() {
            return;
        }
        self.heading(2, self.say("Testi mostrati dalle regole", "Texts shown by rules"));
        for (id, text) in texts {
            self.line(&format!("- `{id}`: {text} `[{}]`", mark(&text)));
        }
    }
}

/// A rule as it stands in the file: one line beside its label, more below it.
fn rule_lines(label: &str, rule: &str) -> String {
    let rule = rule.trim();
    if !rule.contains('\n') {
        return format!("{label}: `{rule}`");
    }
    let lines: Vec<String> = rule.lines().map(|l| format!("      {l}")).collect();
    format!("{label}:\n\n{}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every phase has its number where it stands in the flow, also behind a condition.
    #[test]
    fn phases_are_numbered_where_they_are_played() {
        let trunk = "format = 1\nlanguage = \"it\"\nflow = '''\nuno\nrepeat 3 times as giro:\n  if giro > 1: due\nend\ndesk picks one of quattro, tre\n'''\n\
                     [people]\nseats = [2, 4]\ntables = [1, 1]\nabsent = \"pass\"\nlatecomers = \"join\"\n\
                     [phase.uno]\nends = \"desk\"\n[phase.due]\nends = \"desk\"\n[phase.tre]\nends = \"desk\"\n[phase.quattro]\nends = \"desk\"\n";
        let words = "# Prova\nUna prova.\n## phase uno: La prima\n## phase due: La seconda\n## phase tre: La terza\n## phase quattro: La quarta\n";
        let files = Files::from([("scenario.toml".into(), trunk.into()), ("it.md".into(), words.into())]);
        let loaded = sofia_engine::scenario::load(&files);
        let sheet = script(&files, &loaded.scenario.unwrap(), "it");
        assert!(
            sheet.contains("1. La prima\nrepeat 3 times as giro:\n  if giro > 1: 2. La seconda\nend\ndesk picks one of 3. La quarta, 4. La terza\n"),
            "{sheet}"
        );
        let titles: Vec<&str> = sheet.lines().filter_map(|l| l.strip_prefix("### ")).collect();
        assert_eq!(titles, ["1. La prima (`uno`)", "2. La seconda (`due`)", "3. La quarta (`quattro`)", "4. La terza (`tre`)"]);
    }
}
