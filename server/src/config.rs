//! How the server is told what to do: options of the command line, then `sofia.toml` in the data folder, then defaults.

use crate::limits;
use crate::trouble::Trouble;
use clap::Args;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Address and port to listen on [default: 0.0.0.0:8080]
    #[arg(long, env = "SOFIA_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Folder for journals, names and keys
    #[arg(long, env = "SOFIA_DATA", default_value = "data")]
    pub data: PathBuf,
    /// Folder with the scenarios
    #[arg(long, env = "SOFIA_SCENARIOS")]
    pub scenarios: Option<PathBuf>,
    /// Certificate chain (PEM), to speak TLS
    #[arg(long, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM)
    #[arg(long, requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Milliseconds a bot seems to think [default: 1200]
    #[arg(long)]
    pub think_bots: Option<u64>,
    /// Where people reach this server, if not by its own address: https://sofia.example.org
    #[arg(long)]
    pub address: Option<String>,
    /// A proxy whose X-Forwarded-For is believed; may be given more than once
    #[arg(long)]
    pub trust_proxy: Vec<IpAddr>,
    /// Open sockets of one network address [default: 400]
    #[arg(long)]
    pub sockets_per_address: Option<usize>,
    /// Commands a second of one seat, for measurements only
    #[arg(long, hide = true)]
    pub seat_commands: Option<f64>,
    /// Language of what is printed here
    #[arg(long, default_value = "it", value_parser = ["it", "en"])]
    pub lang: String,
}

/// `sofia.toml` in the data folder; everything may be left out.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<SocketAddr>,
    scenarios: Option<PathBuf>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    think_bots: Option<u64>,
    address: Option<String>,
    origins: Vec<String>,
    trust_proxy: Vec<IpAddr>,
    sockets_per_address: Option<usize>,
}

/// What holds in the end.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub scenarios: PathBuf,
    pub tls: Option<(PathBuf, PathBuf)>,
    pub think: Duration,
    pub address: Option<String>,
    pub origins: Vec<String>,
    pub trust_proxy: Vec<IpAddr>,
    pub sockets_per_address: usize,
    /// Commands a second of one seat, where a measurement lifts the limit.
    pub seat_commands: Option<f64>,
    pub lang: String,
}

impl Config {
    /// # Errors
    /// `sofia.toml` cannot be read.
    pub fn load(args: ServeArgs) -> Result<Self, Trouble> {
        let file = read_file(&args.data.join("sofia.toml"))?;
        let address = args.address.or(file.address).map(|a| a.trim_end_matches('/').to_owned());
        let mut origins = file.origins;
        origins.extend(address.clone());
        Ok(Self {
            listen: args.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 8080))),
            scenarios: args.scenarios.or(file.scenarios).unwrap_or_else(default_scenarios),
            tls: args.tls_cert.or(file.tls_cert).zip(args.tls_key.or(file.tls_key)),
            think: Duration::from_millis(args.think_bots.or(file.think_bots).unwrap_or(1_200)),
            trust_proxy: if args.trust_proxy.is_empty() { file.trust_proxy } else { args.trust_proxy },
            seat_commands: args.seat_commands,
            sockets_per_address: args.sockets_per_address.or(file.sockets_per_address).unwrap_or(limits::SOCKETS_PER_ADDRESS),
            data: args.data,
            lang: args.lang,
            address,
            origins,
        })
    }
}

fn read_file(path: &Path) -> Result<File, Trouble> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        // A data folder that is none is told about when it is opened.
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(File::default());
        }
        Err(e) => {
            return Err(Trouble::new(
                format!("Non posso leggere {} ({e}): correggi i permessi o togli il file.", path.display()),
                format!("Cannot read {} ({e}): mend its permissions or remove the file.", path.display()),
            ));
        }
    };
    toml::from_str(&text).map_err(|e| {
        Trouble::new(
            format!("{} ha un errore, correggilo o togli il file:\n{e}", path.display()),
            format!("{} has a fault, mend it or remove the file:\n{e}", path.display()),
        )
    })
}

/// `./scenarios`, else beside the program, else where it was built: `cargo run` works from anywhere.
#[must_use]
pub fn default_scenarios() -> PathBuf {
    let here = PathBuf::from("scenarios");
    let beside = std::env::current_exe().ok().and_then(|p| p.parent().map(|p| p.join("scenarios")));
    let built = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    [Some(here.clone()), beside, Some(built)].into_iter().flatten().find(|p| p.is_dir()).unwrap_or(here)
}
