//! `sofia account`: who may sign in. Works beside a running server.

use super::{Outcome, say, serve};
use crate::config::{Config, ServeArgs};
use crate::people::{Failed, People, Removal, nick};
use crate::trouble::Trouble;
use clap::{Subcommand, ValueEnum};
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Ask {
    /// Make an account and print the link with which its owner chooses a password
    Add {
        name: String,
        /// May be given more than once
        #[arg(long, value_enum, required = true)]
        role: Vec<Role>,
    },
    /// Print a new link, for a password that was forgotten
    Link { name: String },
    /// Every account with its roles
    List,
    /// Remove an account; the sessions it ran stay
    Remove { name: String },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Opens and runs sessions
    Facilitator,
    /// Reads the records of sessions that are over, without names
    Supervisor,
    /// Sees the scenarios and their faults
    Designer,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Facilitator => "facilitator",
            Self::Supervisor => "supervisor",
            Self::Designer => "designer",
        }
    }
}

pub fn run(ask: Ask, data: &Path, lang: &str) -> Outcome {
    if !data.is_dir() {
        return Err(Trouble::new(
            format!("La cartella dei dati {} non c'è: avvia prima sofia, o indica la cartella giusta con --data.", data.display()),
            format!("There is no data folder {}: start sofia first, or name the right folder with --data.", data.display()),
        ));
    }
    let people = People::open(data)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|e| Trouble::new(format!("Non posso cominciare: {e}."), format!("Cannot begin: {e}.")))?;
    match ask {
        Ask::Add { name, role } => {
            let clean = nick::clean(&name).ok_or_else(bad_name)?;
            let mut roles: Vec<&str> = role.into_iter().map(Role::word).collect();
            roles.sort_unstable();
            roles.dedup();
            let key = runtime.block_on(people.invite(clean.clone(), roles.join(" "))).map_err(|failed| match failed {
                Failed::Taken => Trouble::new(
                    format!("C'è già un account «{clean}»: scegli un altro nome, o dagli un nuovo link con  sofia account link."),
                    format!("There is an account \"{clean}\" already: choose another name, or give it a new link with  sofia account link."),
                ),
                Failed::NotSaved => not_saved(),
            })?;
            print_link(&key, data, lang)
        }
        Ask::Link { name } => match runtime.block_on(people.renew(name.trim().to_owned())).map_err(|_| not_saved())? {
            Some(key) => print_link(&key, data, lang),
            None => Err(absent(&name)),
        },
        Ask::List => {
            for (account, waits) in runtime.block_on(people.accounts()).map_err(|_| not_saved())? {
                let waits = if waits { say(lang, "  (link da usare)", "  (link not used yet)") } else { "" };
                tell!("{}: {}{waits}", account.name, account.roles.join(", "));
            }
            Ok(ExitCode::SUCCESS)
        }
        Ask::Remove { name } => match runtime.block_on(people.remove_account(name.trim().to_owned())).map_err(|_| not_saved())? {
            Removal::Done => {
                tell!("{}", say(lang, "Tolto; le sue sessioni restano nei registri.", "Removed; its sessions stay in the journals."));
                Ok(ExitCode::SUCCESS)
            }
            Removal::Absent => Err(absent(&name)),
            Removal::Busy(open) => Err(Trouble::new(
                format!("«{name}» ha {open} sessioni non concluse: concludile dalla regia, poi riprova."),
                format!("\"{name}\" has {open} sessions that are not over: end them from the desk, then try again."),
            )),
        },
    }
}

fn print_link(key: &str, data: &Path, lang: &str) -> Outcome {
    let config = Config::load(ServeArgs { data: data.to_owned(), lang: lang.to_owned(), ..ServeArgs::default() })?;
    let address = config.address.unwrap_or_else(|| serve::own_address(config.listen, config.tls.is_some()));
    tell!(
        "{}",
        say(lang, "Con questo indirizzo si sceglie la password (vale una volta sola):", "This address is for choosing a password (it works once):")
    );
    tell!("  {address}/signin#{key}");
    Ok(ExitCode::SUCCESS)
}

fn bad_name() -> Trouble {
    Trouble::new("Il nome va da 2 a 24 segni, senza segni invisibili.", "A name has 2 to 24 signs, none of them invisible.")
}

fn absent(name: &str) -> Trouble {
    Trouble::new(
        format!("Non c'è nessun account «{name}»: li elenca  sofia account list."),
        format!("There is no account \"{name}\":  sofia account list  shows them."),
    )
}

fn not_saved() -> Trouble {
    Trouble::new(
        "L'archivio delle persone non risponde: controlla che il disco non sia pieno e riprova.",
        "The people store does not answer: see that the disk is not full and try again.",
    )
}
