//! `sofia serve`: opens the data folder, listens, says how to begin, and stops politely.

use super::{Outcome, say};
use crate::clock;
use crate::config::{Config, ServeArgs};
use crate::journal::sqlite::{Options, Sqlite};
use crate::net::{self, App, Site, qr};
use crate::people::People;
use crate::scenario_files::Library;
use crate::session::{House, Registry};
use crate::trouble::Trouble;
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

pub fn run(args: ServeArgs) -> Outcome {
    start_log();
    let config = Config::load(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Trouble::new(format!("Non posso avviare i processi di lavoro: {e}."), format!("Cannot start the workers: {e}.")))?;
    runtime.block_on(serve(config))?;
    // Whatever still hangs must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    Ok(ExitCode::SUCCESS)
}

/// No names, contents, codes or tokens are ever given to the log.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SOFIA_LOG").unwrap_or_else(|_| "info,hyper=warn,rusqlite_migration=warn".into());
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

async fn serve(config: Config) -> Result<(), Trouble> {
    let _lock = open_folder(&config.data)?;
    let journal = Arc::new(Sqlite::open(&config.data, Options::default())?);
    let people = People::open(&config.data)?;
    let tls = match &config.tls {
        Some((cert, key)) => Some(net::load_tls(cert, key)?),
        None => None,
    };
    let listener = listen(config.listen).await?;
    let library = Arc::new(Library::new(config.scenarios.clone()));
    let clock = clock::System::shared();
    let house = House { journal, people: people.clone(), clock: clock.clone(), library: library.clone(), think: config.think };
    // Port 0 means any that is free: people are told the one we got.
    let listening = listener.local_addr().unwrap_or(config.listen);
    let address = config.address.clone().unwrap_or_else(|| own_address(listening, config.tls.is_some()));
    let site = Site {
        address: address.clone(),
        secure: tls.is_some(),
        origins: config.origins.clone(),
        trusted_proxies: config.trust_proxy.clone(),
        sockets_per_address: config.sockets_per_address,
        seat_commands: config.seat_commands,
    };
    let app = App::new(Registry::new(house), site);
    let server = net::serve(listener, app.clone(), tls).map_err(|e| port_trouble(config.listen, &e))?;
    let first = people.first_key().await.ok().flatten();
    welcome(&config, &address, first.as_deref());
    let waking = app.clone();
    tokio::spawn(async move {
        let woken = waking.registry.wake_all().await;
        if woken > 0 {
            tracing::info!(woken, "sessions resumed");
        }
        // Reading all scenarios once makes the first visit quick.
        let _ = tokio::task::spawn_blocking(move || library.list()).await;
    });
    tokio::spawn(keep_house(app));
    stopped().await;
    eprintln!("{}", say(&config.lang, "Mi fermo; tutto è salvato.", "Stopping; everything is saved."));
    server.stop().await;
    Ok(())
}

/// Names and sign-ins whose time is over go, once an hour.
async fn keep_house(app: net::SharedApp) {
    let mut hourly = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hourly.tick().await;
        match app.registry.expire().await {
            Ok(0) => {}
            Ok(sessions) => tracing::info!(sessions, "names deleted, their time was over"),
            Err(why) => tracing::warn!(?why, "names whose time is over could not be deleted"),
        }
    }
}

/// The folder exists, can be written, and is ours alone while we run.
fn open_folder(data: &Path) -> Result<File, Trouble> {
    let shown = data.display();
    let bad = |e: std::io::Error| {
        Trouble::new(
            format!("Non posso usare la cartella dei dati {shown} ({e}): controlla i permessi, o indicane un'altra con --data."),
            format!("Cannot use the data folder {shown} ({e}): see its permissions, or name another with --data."),
        )
    };
    std::fs::create_dir_all(data).map_err(bad)?;
    let lock = File::options().create(true).truncate(false).write(true).open(data.join("sofia.lock")).map_err(bad)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(_) => Err(Trouble::new(
            format!("Un'altra sofia sta già usando la cartella {shown}: fermala, o indica un'altra cartella con --data."),
            format!("Another sofia is already using the folder {shown}: stop it, or name another folder with --data."),
        )),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Trouble> {
    TcpListener::bind(address).await.map_err(|e| port_trouble(address, &e))
}

fn port_trouble(address: SocketAddr, error: &std::io::Error) -> Trouble {
    let port = address.port();
    let other = SocketAddr::new(address.ip(), port.checked_add(1).unwrap_or(8081));
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return Trouble::new(
            format!("La porta {port} è già occupata: prova con  sofia serve --listen {other}"),
            format!("Port {port} is already in use: try  sofia serve --listen {other}"),
        );
    }
    Trouble::new(
        format!("Non posso ascoltare su {address} ({error}): prova con  sofia serve --listen 0.0.0.0:8080"),
        format!("Cannot listen on {address} ({error}): try  sofia serve --listen 0.0.0.0:8080"),
    )
}

/// How people of the local network reach us. Connecting a UDP socket sends nothing; it only asks which way is out.
pub(super) fn own_address(listen: SocketAddr, secure: bool) -> String {
    let scheme = if secure { "https" } else { "http" };
    let ip = if listen.ip().is_unspecified() { lan_address() } else { listen.ip() };
    let host = SocketAddr::new(ip, listen.port());
    format!("{scheme}://{host}")
}

fn lan_address() -> IpAddr {
    let out = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    out().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |a| a.ip())
}

fn welcome(config: &Config, address: &str, first: Option<&str>) {
    let lang = config.lang.as_str();
    tell!("\nsofia {}\n", env!("CARGO_PKG_VERSION"));
    if let Some(key) = first {
        let local = format!("{address}/signin#{key}");
        tell!(
            "  {}\n    {local}\n",
            say(
                lang,
                "Per cominciare, chi conduce apra questo indirizzo (vale una volta sola):",
                "To begin, the facilitator opens this address (it works once):"
            )
        );
    } else {
        tell!("  {}\n    {address}/signin\n", say(lang, "Chi conduce:", "Facilitator:"));
    }
    tell!("  {}\n    {address}\n", say(lang, "Chi partecipa, dalla stessa rete:", "Participants, on the same network:"));
    if let Some(code) = qr::terminal(address) {
        tell!("{code}");
    }
    tell!(
        "  {}",
        say(
            lang,
            "Per provare da soli: entra, scegli uno scenario e premi «Prova da solo»: tutti i posti su uno schermo.",
            "To try it alone: sign in, choose a scenario and press \"Try alone\": all seats on one screen.",
        )
    );
    if crate::scenario_files::scenario_folders(&config.scenarios).is_empty() {
        tell!(
            "  {}\n",
            say(
                lang,
                "Attenzione: nella cartella degli scenari non ce n'è nessuno; indicane un'altra con --scenarios.",
                "Beware: there is no scenario in the scenarios folder; name another with --scenarios.",
            )
        );
    }
    tell!("  {} {} · {} {}\n", say(lang, "Scenari:", "Scenarios:"), config.scenarios.display(), say(lang, "Dati:", "Data:"), config.data.display());
}

/// Ctrl-C, or the request of whoever manages the process.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
            return std::future::pending().await;
        };
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
