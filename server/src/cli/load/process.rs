//! Processes of our own: started on a core, looked at through `/proc`, ended when dropped.

use super::Fault;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The kernel counts time of processes in hundredths of a second, whatever its own clock.
const MICROS_PER_TICK: u64 = 10_000;

/// One core for the server, one for the generator; `None` where that cannot be had.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    pub server: usize,
    pub generator: usize,
}

impl Cores {
    /// Needs the `taskset` program and two cores that we may use.
    pub fn pick() -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let list = status.lines().find_map(|l| l.strip_prefix("Cpus_allowed_list:"))?.trim().to_owned();
        let there = Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        there.ok().filter(std::process::ExitStatus::success)?;
        let mut cores = list.split(',').flat_map(|part| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            from.parse().unwrap_or(0)..=to.parse().unwrap_or(0)
        });
        Some(Self { server: cores.next()?, generator: cores.next()? })
    }

    /// Moves this process to the generator's core. Its threads too: there is one, as yet.
    pub fn take_ours(self) -> bool {
        let arguments = ["-acp".to_owned(), self.generator.to_string(), std::process::id().to_string()];
        Command::new("taskset").args(arguments).stdout(Stdio::null()).status().is_ok_and(|s| s.success())
    }
}

pub struct Running {
    child: Child,
}

impl Running {
    /// Starts this same program with other arguments. Its errors go to our standard error.
    pub fn start(cores: Option<Cores>, arguments: &[OsString]) -> Result<Self, Fault> {
        let failed = |e: std::io::Error| Fault::new(format!("non posso avviare il server: {e}"), format!("cannot start the server: {e}"));
        let own = std::env::current_exe().map_err(failed)?;
        let mut command = match cores {
            None => Command::new(own),
            Some(cores) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &cores.server.to_string()]).arg(own);
                command
            }
        };
        command.args(arguments).env("SOFIA_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(Self { child: command.spawn().map_err(failed)? })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads the program's greeting until `wanted` finds something; what comes later is read and thrown away.
    pub fn greeting<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut lines = BufReader::new(self.child.stdout.take()?).lines();
        let found = lines.by_ref().map_while(Result::ok).find_map(|l| wanted(&l));
        std::thread::spawn(move || lines.count());
        found
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on; somebody could take it before we use it, and then the start fails with a sentence.
pub fn free_port() -> Result<SocketAddr, Fault> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr());
    address.map_err(|e| Fault::new(format!("nessuna porta libera: {e}"), format!("no free port: {e}")))
}

/// Waits until somebody listens.
pub async fn reachable(address: SocketAddr) -> Result<(), Fault> {
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(Fault::new(format!("{address} non risponde"), format!("{address} does not answer")))
}

/// Processor time of a process so far, in microseconds: user and system, all threads.
pub fn cpu(pid: u32) -> Option<u64> {
    ticks(format!("/proc/{pid}/stat")).map(|t| t * MICROS_PER_TICK)
}

/// The part of it that threads of this name took.
pub fn cpu_of_thread(pid: u32, name: &str) -> Option<u64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten().map(|t| t.path());
    let named = threads.filter(|t| std::fs::read_to_string(t.join("comm")).is_ok_and(|c| c.trim() == name));
    let ticks: u64 = named.filter_map(|t| ticks(t.join("stat"))).sum();
    Some(ticks * MICROS_PER_TICK)
}

fn ticks(file: impl AsRef<Path>) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    // The name stands in brackets and may hold anything; from there on fields are counted.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

/// Resident memory in KiB.
pub fn rss(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Open files this process may have; the server that we start inherits the same.
pub fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|l| l.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

/// The kind of file system a folder lies on: an fsync in memory costs nothing, and a figure from there is no figure.
pub fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|l| {
        let mut fields = l.split(' ').skip(1);
        Some((PathBuf::from(fields.next()?), fields.next()?.to_owned()))
    });
    mounts.filter(|(at, _)| folder.starts_with(at)).max_by_key(|(at, _)| at.components().count()).map(|(_, kind)| kind)
}

/// A folder of our own, gone when dropped.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn make(inside: &Path) -> Result<Self, Fault> {
        let unique = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        let path = inside.join(format!("sofia-load-{}-{unique}", std::process::id()));
        let failed = |e| Fault::new(format!("non posso creare {}: {e}", path.display()), format!("cannot make {}: {e}", path.display()));
        std::fs::create_dir_all(&path).map_err(failed)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn our_own_process_can_be_looked_at() {
        let pid = std::process::id();
        assert!(cpu(pid).is_some());
        assert_eq!(cpu_of_thread(pid, "no such thread"), Some(0));
        assert!(rss(pid).unwrap() > 100);
        assert!(open_files().unwrap() > 2);
        assert!(file_system(&std::env::temp_dir()).is_some());
    }
}
