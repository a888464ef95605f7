//! Folders, tiny scenarios written in a test, and a room that checks every commit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sofia_engine::legal::random_move;
use sofia_engine::scenario::{check, diagnostic, load, load_and_prove, sentences};
use sofia_engine::view::{Stage, snapshot};
use sofia_engine::{
    Answer, Answers, Code, Command, DeskAct, Event, Files, Millis, Refusal, Scenario, SeatAct, SeatId, State, TableId, Viewer, decide, fold,
};

pub const SHIPPED: [&str; 3] = ["la-ricevuta-non-basta", "oca-dei-servizi", "un-passo-avanti"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

pub fn shipped(slug: &str) -> Files {
    files_of(&root().join(slug))
}

/// A folder of the tests, by its path under `server/`.
pub fn folder(path: &str) -> Files {
    files_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
}

fn files_of(folder: &Path) -> Files {
    fn walk(at: &Path, under: &str, files: &mut Files) {
        for entry in fs::read_dir(at).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{under}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), files);
            } else {
                files.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = Files::new();
    walk(folder, "", &mut files);
    files
}

/// Every folder that is shipped, so that a fourth scenario is tested without anybody thinking of it.
pub fn all_shipped() -> Vec<String> {
    let dirs = fs::read_dir(root()).unwrap().map(|e| e.unwrap()).filter(|e| e.path().join("scenario.toml").exists());
    let mut names: Vec<String> = dirs.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub fn edit(files: &mut Files, path: &str, with: impl FnOnce(String) -> String) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    files.insert(path.into(), with(text).into_bytes());
}

fn told(diagnostics: &[diagnostic::Diagnostic]) -> String {
    diagnostics.iter().map(|d| diagnostic::render(d, sentences::Lang::En)).collect()
}

pub fn ready(files: &Files) -> Arc<Scenario> {
    let loaded = load(files);
    loaded.scenario.unwrap_or_else(|| panic!("\n{}", told(&loaded.diagnostics)))
}

/// Loads, proves, and shows every diagnostic where there is an error.
pub fn proved(files: &Files) -> Arc<Scenario> {
    let loaded = load_and_prove(files);
    loaded.scenario.unwrap_or_else(|| panic!("\n{}", told(&loaded.diagnostics)))
}

/// A scenario of a few lines. `[people]` stands for itself where the test does not care; words are made up.
pub fn tiny(toml: &str) -> Arc<Scenario> {
    ready(&tiny_files(toml, ""))
}

pub fn tiny_files(toml: &str, words: &str) -> Files {
    tiny_files_with(toml, words, Files::new())
}

pub fn tiny_files_with(toml: &str, words: &str, more: Files) -> Files {
    let head = "format = 1\nlanguage = \"it\"\n";
    // `flow = "a, b"` stands for two lines.
    let lines = toml.trim_start().lines().map(|l| match l.strip_prefix("flow = \"") {
        Some(flow) => format!("flow = '''\n{}\n'''\n", flow.trim_end_matches('"').replace(", ", "\n")),
        None => format!("{l}\n"),
    });
    let mut toml = format!("{head}{}", lines.collect::<String>());
    if !toml.contains("[people]") {
        toml += "\n[people]\nseats = [2, 6]\ntables = [1, 1]\nabsent = \"wait\"\nlatecomers = \"join\"\n";
    }
    let mut files = more;
    files.insert("scenario.toml".into(), toml.into_bytes());
    files.insert("it.md".into(), format!("# Prova\nUna prova.\n\n{words}\n").into_bytes());
    for repair in check::fix::fix(&files) {
        files.insert(repair.path, repair.bytes);
    }
    // Words of options, inputs, checks, columns: "The move «dai» has no words for «aperta»."
    for d in load(&files).diagnostics.iter().filter(|d| d.code == "X803") {
        let mut said = d.en.split(['«', '»']);
        let (kind, id, child) = (said.next().unwrap(), said.next().unwrap(), said.nth(1).unwrap());
        let kind = kind.trim().rsplit(' ').next().unwrap();
        edit(&mut files, "it.md", |t| {
            let heading = t.lines().find(|l| l.trim_start_matches('#').trim().split([':', ' ']).take(2).eq([kind, id]));
            match heading.map(str::to_string) {
                Some(h) => t.replacen(&h, &format!("{h}\n- {child}: {child}"), 1),
                None => format!("{t}\n## {kind} {id}\n- {child}: {child}\n"),
            }
        });
    }
    files
}

// ---------------------------------------------------------------- a room

/// A session in which each commit is checked: folding its events gives the state decided, and every event
/// comes back the same from the journal's JSON.
pub struct Room {
    pub sc: Arc<Scenario>,
    pub st: State,
    pub at: Millis,
    pub log: Vec<(Millis, Vec<Event>)>,
}

impl Room {
    pub fn open(sc: &Arc<Scenario>, tables: u32, seed: u64) -> Room {
        let mut room = Room { sc: sc.clone(), st: State::default(), at: 0, log: Vec::new() };
        room.go(&Command::Open { tables, seed, set: Answers::new() });
        room
    }

    /// One table with so many people, begun.
    pub fn begun(sc: &Arc<Scenario>, people: usize) -> Room {
        let mut room = Room::open(sc, 1, 7);
        room.join(people);
        room.desk(DeskAct::Begin);
        room
    }

    pub fn join(&mut self, people: usize) {
        for _ in 0..people {
            self.go(&Command::Join { bot: false, table: None });
        }
    }

    pub fn attempt(&mut self, command: &Command) -> Result<Vec<Event>, Refusal> {
        let decision = decide(&self.sc, &self.st, command, self.at)?;
        let json = serde_json::to_string(&decision.events).unwrap();
        let back: Vec<Event> = serde_json::from_str(&json).unwrap();
        assert_eq!(back, decision.events, "events change in the journal");
        let mut folded = self.st.clone();
        fold(&self.sc, &mut folded, self.at, &back);
        assert!(folded == decision.state, "folding is not deciding, after {command:?}\n{:#?}", decision.events);
        self.st = folded;
        self.log.push((self.at, back.clone()));
        Ok(back)
    }

    #[track_caller]
    pub fn go(&mut self, command: &Command) -> Vec<Event> {
        match self.attempt(command) {
            Ok(events) => events,
            Err(e) => panic!("{command:?} refused: {:?} {}", e.code, e.what),
        }
    }

    #[track_caller]
    pub fn desk(&mut self, act: DeskAct) -> Vec<Event> {
        self.go(&Command::Desk { act })
    }

    #[track_caller]
    pub fn next(&mut self) -> Vec<Event> {
        self.desk(DeskAct::Next { table: None, seen: None })
    }

    #[track_caller]
    pub fn act(&mut self, seat: u32, act: SeatAct) -> Vec<Event> {
        self.go(&Command::Seat { seat: SeatId(seat), act })
    }

    #[track_caller]
    pub fn makes(&mut self, seat: u32, name: &str, inputs: &[(&str, Answer)]) -> Vec<Event> {
        self.act(seat, made(name, None, inputs))
    }

    #[track_caller]
    pub fn refused(&mut self, seat: u32, act: SeatAct) -> Code {
        let command = Command::Seat { seat: SeatId(seat), act };
        self.command_refused(&command).code
    }

    #[track_caller]
    pub fn refuses(&mut self, seat: u32, name: &str, inputs: &[(&str, Answer)]) -> Code {
        self.refused(seat, made(name, None, inputs))
    }

    #[track_caller]
    pub fn desk_refused(&mut self, act: DeskAct) -> Code {
        self.command_refused(&Command::Desk { act }).code
    }

    #[track_caller]
    pub fn command_refused(&mut self, command: &Command) -> Refusal {
        let before = self.st.clone();
        match self.attempt(command) {
            Ok(events) => panic!("{command:?} accepted: {events:?}"),
            Err(e) => {
                assert!(before == self.st);
                e
            }
        }
    }

    /// Time passes; the clock rings whenever it is due.
    pub fn wait(&mut self, ms: Millis) {
        let until = self.at + ms;
        while let Some(due) = self.st.next_due().filter(|d| *d <= until) {
            self.at = self.at.max(due);
            self.go(&Command::Tick);
            assert!(self.st.next_due() != Some(due), "time stands still at {due}");
        }
        self.at = until;
    }

    /// Ids of the running phases, in order of strands.
    pub fn phases(&self) -> Vec<&str> {
        let runs = self.st.strands.iter().filter(|s| s.alive).filter_map(|s| s.running.as_ref());
        runs.map(|r| self.sc.phases[usize::from(r.phase)].id.as_str()).collect()
    }

    pub fn phase(&self) -> String {
        self.phases().join(" ")
    }

    pub fn var(&self, id: &str, inst: u32) -> sofia_engine::scenario::model::Val {
        let v = self.sc.vars.iter().position(|v| v.id == id).unwrap_or_else(|| panic!("no variable {id}"));
        self.st.cell(&self.sc, v as u16, inst, &[])
    }

    pub fn num(&self, id: &str, inst: u32) -> i64 {
        self.var(id, inst).num()
    }

    pub fn view(&self, viewer: Viewer) -> BTreeMap<&'static str, serde_json::Value> {
        snapshot(&self.sc, &self.st, viewer, 0).into_iter().map(|(p, json)| (p.name(), serde_json::from_str(&json).unwrap())).collect()
    }

    pub fn seat_view(&self, seat: u32) -> BTreeMap<&'static str, serde_json::Value> {
        self.view(Viewer::Seat(SeatId(seat)))
    }

    pub fn ended(&self) -> bool {
        self.st.stage == Stage::Ended
    }

    /// The state again, from nothing but the journal.
    pub fn replayed(&self) -> State {
        let mut st = State::default();
        for (at, events) in &self.log {
            fold(&self.sc, &mut st, *at, events);
        }
        st
    }

    pub fn viewers(&self) -> Vec<Viewer> {
        let seats = (0..self.st.seats.len() as u32).map(|s| Viewer::Seat(SeatId(s)));
        seats.chain([Viewer::Desk, Viewer::Projector]).collect()
    }
}

pub fn made(name: &str, item: Option<i64>, inputs: &[(&str, Answer)]) -> SeatAct {
    SeatAct::Move { name: name.into(), item, inputs: inputs.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect() }
}

pub fn n(n: i64) -> Answer {
    Answer::Number(n)
}

pub fn yes(b: bool) -> Answer {
    Answer::Yes(b)
}

pub fn text(t: &str) -> Answer {
    Answer::Text(t.into())
}

// ---------------------------------------------------------------- bots

pub fn roll(rng: &mut u64, n: u64) -> u64 {
    *rng = rng.wrapping_add(0x9E37_79B9_7F4A_7C15);
    sofia_engine::decide::mix(*rng) % n
}

/// Bots answer, dawdle and miss the clock; the desk goes on when nobody else can. `step` makes each command take place.
pub fn play_out(room: &mut Room, rng: &mut u64, step: &mut dyn FnMut(&mut Room, Command)) {
    play_on(room, rng, 6_000, step);
    assert!(room.ended(), "still in {} after 6,000 rounds", room.phase());
}

/// The same for so many rounds at most.
pub fn play_on(room: &mut Room, rng: &mut u64, rounds: u32, step: &mut dyn FnMut(&mut Room, Command)) {
    for _ in 0..rounds {
        if room.ended() {
            return;
        }
        if !bots_act(room, rng, step) {
            desk_acts(room, step);
        }
    }
}

fn bots_act(room: &mut Room, rng: &mut u64, step: &mut dyn FnMut(&mut Room, Command)) -> bool {
    let people = room.st.seats.len() as u64;
    let first = roll(rng, people);
    let mut acted = false;
    for i in 0..people {
        let seat = SeatId(((first + i) % people) as u32);
        if roll(rng, 12) == 0 {
            continue;
        }
        let until = room.at + roll(rng, 900) as Millis;
        while let Some(due) = room.st.next_due().filter(|d| *d <= until) {
            room.at = room.at.max(due);
            step(room, Command::Tick);
        }
        room.at = until;
        if let Some(act) = random_move(&room.sc, &room.st, seat, rng) {
            step(room, Command::Seat { seat, act });
            acted = true;
        }
    }
    acted
}

fn desk_acts(room: &mut Room, step: &mut dyn FnMut(&mut Room, Command)) {
    if let Some(due) = room.st.next_due() {
        room.at = room.at.max(due);
        return step(room, Command::Tick);
    }
    let desk = |act| Command::Desk { act };
    if let Some(a) = room.st.asks.iter().find(|a| a.judge.is_none()) {
        let act = DeskAct::Judge { ask: a.ask, yes: true, inputs: Answers::new(), reason: String::new() };
        return step(room, desk(act));
    }
    if let Some(s) = room.st.strands.iter().position(|s| s.alive && s.waits) {
        return step(room, desk(DeskAct::Pick { strand: s as u32, choice: 0 }));
    }
    step(room, desk(DeskAct::Next { table: None, seen: None }));
}

/// A lobby with so many people, begun by the desk. More tables, and people, where the scenario needs them.
pub fn seated(sc: &Arc<Scenario>, tables: u32, people: usize, seed: u64) -> Room {
    let tables = tables.max(sc.people.tables[0]);
    let people = people.max((sc.people.tables[0] * sc.people.seats[0]) as usize);
    let mut room = Room::open(sc, tables, seed);
    room.join(people);
    room.desk(DeskAct::Begin);
    room
}

pub fn table(t: u32) -> Option<TableId> {
    Some(TableId(t))
}
