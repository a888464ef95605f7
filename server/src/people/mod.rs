//! Names, keys and accounts: everything that can be erased, in a file of its own beside the journal.

pub mod nick;
mod store;
pub mod words;

use crate::limits;
use crate::secret::{self, Key};
use crate::trouble::Trouble;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Why the people store did not do what was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failed {
    /// Somebody has this name already.
    Taken,
    /// The disk refuses; nothing was changed.
    NotSaved,
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Taken,
            _ => Self::NotSaved,
        }
    }
}

type Outcome<T> = Result<T, Failed>;

#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub name: String,
    pub roles: Vec<String>,
}

/// What became of the wish to remove an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Removal {
    Done,
    Absent,
    /// So many sessions of it are not over.
    Busy(u32),
}

/// What is known of a session beside its journal.
#[derive(Clone, Debug)]
pub struct SessionCard {
    pub id: Uuid,
    pub owner: i64,
    /// `None` once the session is over.
    pub code: Option<String>,
    /// Seals the desk's texts; the projector's link is derived from it.
    pub key: Key,
    pub slug: String,
    pub title: String,
    pub lang: String,
    pub tables: u32,
    pub opened_at: i64,
    pub keeps_until: i64,
    pub alone: bool,
    pub ended: bool,
}

impl SessionCard {
    /// The key in the projector's link.
    #[must_use]
    pub fn screen_key(&self) -> String {
        self.key.derive("screen")
    }
}

/// Names and text keys of one session.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    pub names: BTreeMap<u32, String>,
    pub keys: BTreeMap<u32, Key>,
}

/// What a newcomer takes away; kept only as hashes.
#[derive(Clone, Debug)]
pub struct Papers {
    pub token: String,
    pub personal: String,
}

#[derive(Clone)]
pub struct People {
    store: store::Store,
    path: PathBuf,
}

impl People {
    /// Opens, and makes if need be, `people.db` in the data folder.
    ///
    /// # Errors
    /// One plain sentence with a way out.
    pub fn open(folder: &Path) -> Result<Self, Trouble> {
        Ok(Self { store: store::Store::open(folder)?, path: folder.join("people.db") })
    }

    // ------------------------------------------------------------ accounts

    /// While there is no account: a key for the first-start link, which makes the earlier ones worthless.
    pub async fn first_key(&self) -> Outcome<Option<String>> {
        let key = secret::token();
        let hash = secret::hash(&key);
        let asked = self
            .store
            .run(move |db| {
                let accounts: i64 = db.query_row("SELECT count(*) FROM accounts", [], |r| r.get(0))?;
                db.execute("DELETE FROM first_keys", [])?;
                if accounts == 0 {
                    db.execute("INSERT INTO first_keys(hash) VALUES(?1)", [hash])?;
                }
                Ok(accounts == 0)
            })
            .await?;
        Ok(asked.then_some(key))
    }

    /// A link's key, used once: makes the first account, or gives an invited one its name and password.
    /// `None`: the key is not (or no longer) good.
    pub async fn first_account(&self, key: &str, name: String, password: String) -> Outcome<Option<Account>> {
        let hash = secret::hash(key);
        let known = "SELECT 1 FROM first_keys WHERE hash = ?1 UNION ALL SELECT 1 FROM links WHERE hash = ?1";
        let good = self.store.run(move |db| db.query_row(known, [hash], |_| Ok(())).optional()).await?;
        if good.is_none() {
            return Ok(None);
        }
        let password = hash_password(password).await?;
        let made = self
            .store
            .run(move |db| {
                if db.execute("DELETE FROM first_keys WHERE hash = ?1", [hash])? == 1 {
                    let id = new_account(db, &name, &password, "facilitator designer supervisor")?;
                    return account(db, "id = ?1", id);
                }
                let invited: Option<i64> = db.query_row("SELECT account FROM links WHERE hash = ?1", [hash], |r| r.get(0)).optional()?;
                let Some(id) = invited else { return Ok(None) };
                db.execute("UPDATE accounts SET name = ?2, password = ?3 WHERE id = ?1", params![id, name, password])?;
                db.execute("DELETE FROM links WHERE account = ?1", [id])?;
                db.execute("DELETE FROM sign_ins WHERE account = ?1", [id])?;
                account(db, "id = ?1", id)
            })
            .await?;
        Ok(made)
    }

    /// A further account. `roles`: words with blanks between.
    pub async fn add_account(&self, name: String, password: String, roles: &str) -> Outcome<Account> {
        let (password, roles) = (hash_password(password).await?, roles.to_owned());
        let made = self
            .store
            .run(move |db| {
                let id = new_account(db, &name, &password, &roles)?;
                account(db, "id = ?1", id)
            })
            .await?;
        made.ok_or(Failed::NotSaved)
    }

    /// An account that waits for its password; gives the key of its one-time link.
    pub async fn invite(&self, name: String, roles: String) -> Outcome<String> {
        let key = secret::token();
        let hash = secret::hash(&key);
        self.store
            .run(move |db| {
                let id = new_account(db, &name, NOBODY, &roles)?;
                db.execute("INSERT INTO links(hash, account) VALUES(?1, ?2)", params![hash, id])
            })
            .await?;
        Ok(key)
    }

    /// A new link for an account whose password was forgotten; earlier links die. `None`: no such account.
    pub async fn renew(&self, name: String) -> Outcome<Option<String>> {
        let key = secret::token();
        let hash = secret::hash(&key);
        let found = self
            .store
            .run(move |db| {
                let id: Option<i64> = db.query_row("SELECT id FROM accounts WHERE name = ?1", [name], |r| r.get(0)).optional()?;
                let Some(id) = id else { return Ok(false) };
                db.execute("DELETE FROM links WHERE account = ?1", [id])?;
                db.execute("INSERT INTO links(hash, account) VALUES(?1, ?2)", params![hash, id])?;
                Ok(true)
            })
            .await?;
        Ok(found.then_some(key))
    }

    /// Every account, and whether a link of it waits to be used.
    pub async fn accounts(&self) -> Outcome<Vec<(Account, bool)>> {
        let sql = "SELECT id, name, roles, EXISTS(SELECT 1 FROM links WHERE account = id) FROM accounts ORDER BY name";
        Ok(self.store.run(move |db| db.prepare(sql)?.query_map([], |r| Ok((account_row(r)?, r.get(3)?)))?.collect()).await?)
    }

    /// Signs the account out everywhere and removes it. Its sessions stay; who runs one now is not removed.
    pub async fn remove_account(&self, name: String) -> Outcome<Removal> {
        Ok(self
            .store
            .run(move |db| {
                let id: Option<i64> = db.query_row("SELECT id FROM accounts WHERE name = ?1", [name], |r| r.get(0)).optional()?;
                let Some(id) = id else { return Ok(Removal::Absent) };
                let open: u32 = db.query_row("SELECT count(*) FROM sessions WHERE owner = ?1 AND ended = 0", [id], |r| r.get(0))?;
                if open > 0 {
                    return Ok(Removal::Busy(open));
                }
                db.execute("DELETE FROM accounts WHERE id = ?1", [id])?;
                Ok(Removal::Done)
            })
            .await?)
    }

    /// Name and password; takes as long for a wrong name as for a wrong password.
    pub async fn check_password(&self, name: String, password: String) -> Outcome<Option<Account>> {
        let found = self
            .store
            .run(move |db| {
                db.query_row("SELECT id, password FROM accounts WHERE name = ?1", [name], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?)))
                    .optional()
            })
            .await?;
        let (id, kept) = found.unwrap_or((0, NOBODY.to_owned()));
        let right = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&kept).is_ok_and(|h| argon2::Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
        })
        .await
        .unwrap_or(false);
        if !right || id == 0 {
            return Ok(None);
        }
        Ok(self.store.run(move |db| account(db, "id = ?1", id)).await?)
    }

    /// A cookie's value for this account.
    pub async fn sign_in(&self, account: i64, now: i64) -> Outcome<String> {
        let token = secret::token();
        let hash = secret::hash(&token);
        let until = now + limits::SIGN_IN.as_millis() as i64;
        self.store
            .run(move |db| {
                db.execute("DELETE FROM sign_ins WHERE until < ?1", [now])?;
                db.execute("INSERT INTO sign_ins(hash, account, until) VALUES(?1, ?2, ?3)", params![hash, account, until])
            })
            .await?;
        Ok(token)
    }

    pub async fn signed_in(&self, token: &str, now: i64) -> Outcome<Option<Account>> {
        let hash = secret::hash(token);
        Ok(self
            .store
            .run(move |db| {
                let id: Option<i64> = db
                    .prepare_cached("SELECT account FROM sign_ins WHERE hash = ?1 AND until > ?2")?
                    .query_row(params![hash, now], |r| r.get(0))
                    .optional()?;
                id.map_or(Ok(None), |id| account(db, "id = ?1", id))
            })
            .await?)
    }

    pub async fn sign_out(&self, token: &str) -> Outcome<()> {
        let hash = secret::hash(token);
        self.store.run(move |db| db.execute("DELETE FROM sign_ins WHERE hash = ?1", [hash])).await?;
        Ok(())
    }

    pub async fn account_name(&self, id: i64) -> Outcome<String> {
        let found = self.store.run(move |db| account(db, "id = ?1", id)).await?;
        Ok(found.map(|a| a.name).unwrap_or_default())
    }

    // ------------------------------------------------------------ sessions

    /// `Taken`: another session has this code; make another.
    pub async fn add_session(&self, card: SessionCard) -> Outcome<()> {
        self.store
            .run(move |db| {
                db.execute(
                    "INSERT INTO sessions(id, owner, code, key, slug, title, lang, tables, opened_at, keeps_until, alone)
                     VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    params![
                        card.id.as_bytes().as_slice(),
                        card.owner,
                        card.code,
                        card.key.0,
                        card.slug,
                        card.title,
                        card.lang,
                        card.tables,
                        card.opened_at,
                        card.keeps_until,
                        card.alone
                    ],
                )
            })
            .await?;
        Ok(())
    }

    /// A session that never began; its journal was refused.
    pub async fn drop_session(&self, id: Uuid) -> Outcome<()> {
        self.store.run(move |db| db.execute("DELETE FROM sessions WHERE id = ?1", [id.as_bytes().as_slice()])).await?;
        Ok(())
    }

    pub async fn session(&self, id: Uuid) -> Outcome<Option<SessionCard>> {
        Ok(self.store.run(move |db| select_sessions(db, "id = ?1", [id.as_bytes().as_slice()])).await?.pop())
    }

    pub async fn session_by_code(&self, code: String) -> Outcome<Option<SessionCard>> {
        Ok(self.store.run(move |db| select_sessions(db, "code = ?1", [code])).await?.pop())
    }

    pub async fn sessions_of(&self, owner: i64) -> Outcome<Vec<SessionCard>> {
        Ok(self.store.run(move |db| select_sessions(db, "owner = ?1 ORDER BY opened_at DESC", [owner])).await?)
    }

    /// Sessions that are over, of everybody; trials made alone are nobody's business.
    pub async fn ended_sessions(&self) -> Outcome<Vec<SessionCard>> {
        Ok(self.store.run(|db| select_sessions(db, "ended = ?1 AND alone = 0 ORDER BY opened_at DESC", [1])).await?)
    }

    pub async fn open_sessions(&self) -> Outcome<Vec<SessionCard>> {
        Ok(self.store.run(|db| select_sessions(db, "ended = ?1", [0])).await?)
    }

    /// The play is over: the code dies with it.
    pub async fn end_session(&self, id: Uuid) -> Outcome<()> {
        self.store.run(move |db| db.execute("UPDATE sessions SET ended = 1, code = NULL WHERE id = ?1", [id.as_bytes().as_slice()])).await?;
        Ok(())
    }

    // ------------------------------------------------------------ seats

    /// Puts a name and a key to a seat. `Taken`: another one in the session has the nickname.
    pub async fn seat(&self, session: Uuid, seat: u32, nick: String) -> Outcome<(Papers, Key)> {
        let key = Key::fresh();
        let kept = key.clone();
        let papers = self
            .store
            .run(move |db| {
                let token = secret::token();
                let personal = free_personal(db, session)?;
                // Left over from a join that never reached the journal.
                db.prepare_cached("DELETE FROM seats WHERE session = ?1 AND seat = ?2")?.execute(params![session.as_bytes().as_slice(), seat])?;
                db.prepare_cached("INSERT INTO seats(session, seat, nick, folded, key, token, personal) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
                    .execute(params![
                        session.as_bytes().as_slice(),
                        seat,
                        nick,
                        nick::folded(&nick),
                        kept.0,
                        secret::hash(&token),
                        personal_hash(session, &personal)
                    ])?;
                Ok(Papers { token, personal })
            })
            .await?;
        Ok((papers, key))
    }

    /// The commit that was to make the seat did not come about.
    pub async fn unseat(&self, session: Uuid, seat: u32) -> Outcome<()> {
        self.store
            .run(move |db| db.execute("DELETE FROM seats WHERE session = ?1 AND seat = ?2", params![session.as_bytes().as_slice(), seat]))
            .await?;
        Ok(())
    }

    pub async fn nick_taken(&self, session: Uuid, nick: &str) -> Outcome<bool> {
        let folded = nick::folded(nick);
        Ok(self
            .store
            .run(move |db| {
                db.prepare_cached("SELECT 1 FROM seats WHERE session = ?1 AND folded = ?2")?.exists(params![session.as_bytes().as_slice(), folded])
            })
            .await?)
    }

    /// Whose token this is; gives the next one. The one presented stays good until the new one is first used,
    /// so an answer lost on the way locks nobody out.
    pub async fn resume(&self, token: &str) -> Outcome<Option<(Uuid, u32, String)>> {
        let hash = secret::hash(token);
        Ok(self
            .store
            .run(move |db| {
                let found: Option<(Vec<u8>, u32)> = db
                    .prepare_cached("SELECT session, seat FROM seats WHERE token = ?1 UNION ALL SELECT session, seat FROM seats WHERE previous = ?1")?
                    .query_row([hash], |r| Ok((r.get(0)?, r.get(1)?)))
                    .optional()?;
                let Some((session, seat)) = found else { return Ok(None) };
                let next = secret::token();
                db.prepare_cached("UPDATE seats SET token = ?3, previous = ?4 WHERE session = ?1 AND seat = ?2")?.execute(params![
                    session,
                    seat,
                    secret::hash(&next),
                    hash
                ])?;
                Ok(Uuid::from_slice(&session).ok().map(|session| (session, seat, next)))
            })
            .await?)
    }

    /// The personal code moves the seat to this device: old tokens die, and a new code is made.
    pub async fn take_back(&self, session: Uuid, personal: String) -> Outcome<Option<(u32, Papers, String)>> {
        Ok(self
            .store
            .run(move |db| {
                let found: Option<(u32, String)> = db
                    .query_row(
                        "SELECT seat, nick FROM seats WHERE session = ?1 AND personal = ?2",
                        params![session.as_bytes().as_slice(), personal_hash(session, &personal)],
                        |r| Ok((r.get(0)?, r.get(1)?)),
                    )
                    .optional()?;
                let Some((seat, nick)) = found else { return Ok(None) };
                let papers = Papers { token: secret::token(), personal: free_personal(db, session)? };
                db.execute(
                    "UPDATE seats SET token = ?3, previous = NULL, personal = ?4 WHERE session = ?1 AND seat = ?2",
                    params![session.as_bytes().as_slice(), seat, secret::hash(&papers.token), personal_hash(session, &papers.personal)],
                )?;
                Ok(Some((seat, papers, nick)))
            })
            .await?)
    }

    /// The seat was freed: this device's token dies. (The personal code stays, for the day the desk lets the person in again;
    /// whoever is out sees what the rules let those see who are out.)
    pub async fn revoke(&self, session: Uuid, seat: u32) -> Outcome<()> {
        self.store
            .run(move |db| {
                db.execute(
                    "UPDATE seats SET token = ?3, previous = NULL WHERE session = ?1 AND seat = ?2",
                    params![session.as_bytes().as_slice(), seat, secret::random::<32>()],
                )
            })
            .await?;
        Ok(())
    }

    pub async fn crowd(&self, session: Uuid) -> Outcome<Crowd> {
        Ok(self
            .store
            .run(move |db| {
                let mut crowd = Crowd::default();
                let mut query = db.prepare_cached("SELECT seat, nick, key FROM seats WHERE session = ?1")?;
                let mut rows = query.query([session.as_bytes().as_slice()])?;
                while let Some(row) = rows.next()? {
                    let seat = row.get(0)?;
                    crowd.names.insert(seat, row.get(1)?);
                    crowd.keys.insert(seat, Key(row.get(2)?));
                }
                Ok(crowd)
            })
            .await?)
    }

    pub async fn rename(&self, session: Uuid, seat: u32, nick: String) -> Outcome<bool> {
        Ok(self
            .store
            .run(move |db| {
                db.execute(
                    "UPDATE seats SET nick = ?3, folded = ?4 WHERE session = ?1 AND seat = ?2",
                    params![session.as_bytes().as_slice(), seat, nick, nick::folded(&nick)],
                )
            })
            .await?
            == 1)
    }

    /// Deletes the row, the name and the key; then the bytes on the disk.
    pub async fn erase(&self, session: Uuid, seat: u32) -> Outcome<bool> {
        let found = self
            .store
            .run(move |db| db.execute("DELETE FROM seats WHERE session = ?1 AND seat = ?2", params![session.as_bytes().as_slice(), seat]))
            .await?
            == 1;
        self.scrub().await;
        Ok(found)
    }

    /// Names whose time is over. Returns the sessions that lost theirs.
    pub async fn expire(&self, now: i64) -> Outcome<Vec<Uuid>> {
        let gone: Vec<Vec<u8>> = self
            .store
            .run(move |db| {
                db.execute("DELETE FROM sign_ins WHERE until < ?1", [now])?;
                let over = "SELECT id FROM sessions WHERE keeps_until < ?1 AND EXISTS(SELECT 1 FROM seats WHERE session = id)";
                let gone = db.prepare(over)?.query_map([now], |r| r.get(0))?.collect::<Result<_, _>>()?;
                db.execute("DELETE FROM seats WHERE session IN (SELECT id FROM sessions WHERE keeps_until < ?1)", [now])?;
                Ok(gone)
            })
            .await?;
        if !gone.is_empty() {
            self.scrub().await;
        }
        Ok(gone.iter().filter_map(|id| Uuid::from_slice(id).ok()).collect())
    }

    async fn scrub(&self) {
        let path = self.path.clone();
        match tokio::task::spawn_blocking(move || store::scrub(&path)).await {
            Ok(Ok(())) => {}
            _ => tracing::warn!("the people file could not be rewritten after an erasure; it will be at the next one"),
        }
    }
}

/// An argon2id hash of nothing anybody knows, so that unknown names cost the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29maWFzb2ZpYXNvZmlh$tQ3xV0b5b1cQ0l6v5o0m2n6kq0n8m0G5Z3xgkq2cN4c";

async fn hash_password(password: String) -> Outcome<String> {
    tokio::task::spawn_blocking(move || argon2::Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()))
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or(Failed::NotSaved)
}

fn personal_hash(session: Uuid, personal: &str) -> [u8; 32] {
    secret::hash(&format!("{session} {}", words::clean_personal(personal)))
}

/// A personal code nobody of the session has.
fn free_personal(db: &Connection, session: Uuid) -> rusqlite::Result<String> {
    let mut used = db.prepare_cached("SELECT 1 FROM seats WHERE session = ?1 AND personal = ?2")?;
    loop {
        let code = words::personal_code();
        if !used.exists(params![session.as_bytes().as_slice(), personal_hash(session, &code)])? {
            return Ok(code);
        }
    }
}

fn account(db: &Connection, which: &str, value: i64) -> rusqlite::Result<Option<Account>> {
    db.prepare_cached(&format!("SELECT id, name, roles FROM accounts WHERE {which}"))?.query_row([value], account_row).optional()
}

fn account_row(r: &Row<'_>) -> rusqlite::Result<Account> {
    let roles: String = r.get(2)?;
    Ok(Account { id: r.get(0)?, name: r.get(1)?, roles: roles.split_whitespace().map(str::to_owned).collect() })
}

/// A number no account ever had: what a removed one ran must not fall to its successor.
fn new_account(db: &Connection, name: &str, password: &str, roles: &str) -> rusqlite::Result<i64> {
    let used = "SELECT 1 + max(ifnull((SELECT max(id) FROM accounts), 0), ifnull((SELECT max(owner) FROM sessions), 0))";
    let id: i64 = db.query_row(used, [], |r| r.get(0))?;
    db.execute("INSERT INTO accounts(id, name, password, roles) VALUES(?1, ?2, ?3, ?4)", params![id, name, password, roles])?;
    Ok(id)
}

fn select_sessions(db: &Connection, which: &str, values: impl rusqlite::Params) -> rusqlite::Result<Vec<SessionCard>> {
    db.prepare_cached(&format!(
        "SELECT id, owner, code, key, slug, title, lang, tables, opened_at, keeps_until, alone, ended FROM sessions WHERE {which}"
    ))?
    .query_map(values, session_card)?
    .collect()
}

fn session_card(r: &Row<'_>) -> rusqlite::Result<SessionCard> {
    Ok(SessionCard {
        id: Uuid::from_slice(&r.get::<_, Vec<u8>>(0)?).unwrap_or_default(),
        owner: r.get(1)?,
        code: r.get(2)?,
        key: Key(r.get(3)?),
        slug: r.get(4)?,
        title: r.get(5)?,
        lang: r.get(6)?,
        tables: r.get(7)?,
        opened_at: r.get(8)?,
        keeps_until: r.get(9)?,
        alone: r.get(10)?,
        ended: r.get(11)?,
    })
}
