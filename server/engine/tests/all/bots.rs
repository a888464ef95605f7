//! Bots play every shipped scenario to its end, at every size.

use std::sync::Arc;

use crate::common::{Room, all_shipped, play_out, ready, seated, shipped};
use sofia_engine::Scenario;

fn plays_to_the_end(slug: &str, sc: &Arc<Scenario>, tables: u32, people: usize, seed: u64) -> Room {
    let mut room = seated(sc, tables, people, seed);
    let mut rng = seed;
    play_out(&mut room, &mut rng, &mut |room, command| {
        if let Err(e) = room.attempt(&command) {
            panic!("{slug}, {people} people, seed {seed}, in {}: {command:?} refused: {e:?}", room.phase());
        }
    });
    assert!(room.ended());
    assert!(room.replayed() == room.st, "{slug}: the journal replays to another state");
    room
}

#[test]
fn every_scenario_ends_at_every_size() {
    for slug in all_shipped() {
        let sc = ready(&shipped(&slug));
        let [least, most] = sc.people.seats;
        let fewest = sc.people.tables[0];
        let best = sc.people.best.unwrap_or(least);
        for people in [least, best, most] {
            for seed in [1, 22, 333] {
                plays_to_the_end(&slug, &sc, fewest, (fewest * people) as usize, seed);
            }
        }
    }
}

#[test]
fn seventeen_people_play_at_several_tables() {
    for slug in all_shipped() {
        let sc = ready(&shipped(&slug));
        if sc.people.tables[1] < 3 {
            continue;
        }
        for seed in [5, 66] {
            let room = plays_to_the_end(&slug, &sc, 3, 17, seed);
            let at: Vec<usize> = (0..3).map(|t| room.st.seats.iter().filter(|s| s.table == t).count()).collect();
            assert_eq!(at.iter().sum::<usize>(), 17, "{slug}: nobody is lost: {at:?}");
            assert!(at.iter().all(|n| *n == 0 || *n >= sc.people.seats[0] as usize), "{slug}: no table is too small: {at:?}");
        }
    }
}

/// The same commands in the same order give the same journal, byte for byte.
#[test]
fn the_same_session_twice_is_the_same_journal() {
    for slug in all_shipped() {
        let sc = ready(&shipped(&slug));
        let again = ready(&shipped(&slug));
        let a = plays_to_the_end(&slug, &sc, 1, sc.people.seats[0] as usize, 9);
        let b = plays_to_the_end(&slug, &again, 1, sc.people.seats[0] as usize, 9);
        assert_eq!(serde_json::to_string(&a.log).unwrap(), serde_json::to_string(&b.log).unwrap(), "{slug}");
        let c = plays_to_the_end(&slug, &sc, 1, sc.people.seats[0] as usize, 10);
        assert!(a.log != c.log, "{slug}: another seed is another game");
    }
}
