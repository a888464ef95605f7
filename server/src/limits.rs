//! Every limit of the server, with its unit. Nothing else in the house holds such a number.

use std::time::Duration;

/// Bytes of one WebSocket message, and of one frame of it. Larger ones close the connection.
pub const FRAME_BYTES: usize = 32 * 1024;
/// Bytes a connection may hold that the network has not taken yet.
pub const WRITE_BUFFER_BYTES: usize = 256 * 1024;
/// Bytes the socket library gathers before it writes by itself; a flush ends each batch anyway.
pub const WRITE_CHUNK_BYTES: usize = 16 * 1024;
/// Bytes read at a time. The library's default, 128 KiB, is allocated and zero-filled per connection.
pub const READ_BUFFER_BYTES: usize = 1024;
/// Bytes in front of a frame on the wire, at most (RFC 6455, 5.2).
pub const FRAME_HEAD_BYTES: usize = 10;
/// Frames that wait for one connection; a reader slower than that is cut.
pub const OUTBOX_FRAMES: usize = 256;
/// Frames written by one turn of a connection before it flushes.
pub const BATCH_FRAMES: usize = 32;

/// Commands per second of one seat, and how many at once.
pub const SEAT_COMMANDS_PER_SECOND: f64 = 5.0;
pub const SEAT_BURST: f64 = 20.0;
/// The desk presses more buttons.
pub const DESK_COMMANDS_PER_SECOND: f64 = 20.0;
pub const DESK_BURST: f64 = 60.0;
/// Malformed or refused-by-rate frames in a row before the connection is closed.
pub const BAD_FRAMES: u32 = 50;
/// Signs of a client's command id.
pub const COMMAND_ID_CHARS: usize = 40;

/// Open sockets of one network address. A hall shares one address, so this is generous.
pub const SOCKETS_PER_ADDRESS: usize = 400;
/// Connections of one seat at a time; the oldest goes.
pub const SOCKETS_PER_SEAT: usize = 4;
/// Open sockets in all.
pub const SOCKETS: usize = 8_192;
/// From accept to a complete request head, and from there to the upgrade.
pub const HANDSHAKE: Duration = Duration::from_secs(5);
/// A single-use ticket for a WebSocket.
pub const TICKET: Duration = Duration::from_secs(30);
/// Silence after which we ping, and after which the connection is dead.
pub const PING_AFTER: Duration = Duration::from_secs(20);
pub const DEAD_AFTER: Duration = Duration::from_secs(60);
/// A write that the network does not take for so long ends the connection.
pub const WRITE_STALL: Duration = Duration::from_secs(20);
/// A closing connection gets so long to take its last frame.
pub const GOODBYE: Duration = Duration::from_secs(1);

/// Wrong codes and passwords: per minute of one address, and of all together.
pub const FAILED_TRIES_PER_ADDRESS: f64 = 10.0;
pub const FAILED_TRIES: f64 = 100.0;
/// Wrong personal codes of one session, per minute.
pub const FAILED_PERSONAL_CODES: f64 = 20.0;

/// Addresses remembered before the quiet ones are forgotten.
pub const REMEMBERED_TRIES: usize = 10_000;
/// Nicknames that the join page offers.
pub const SUGGESTIONS: usize = 6;

/// Bytes of an HTTP request body, and of its head.
pub const BODY_BYTES: usize = 64 * 1024;
pub const HEAD_BYTES: usize = 16 * 1024;
/// A request is answered within.
pub const REQUEST: Duration = Duration::from_secs(20);

/// Signs of a nickname.
pub const NICK_CHARS: std::ops::RangeInclusive<usize> = 2..=24;
/// Signs of one free text.
pub const TEXT_CHARS: usize = 4_000;
/// Signs of a password.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=200;

/// People (and bots) of one session.
pub const PEOPLE: usize = 200;
pub const TABLES: u32 = 60;
/// Commits of one session, and their bytes.
pub const COMMITS: u64 = 20_000;
pub const SESSION_BYTES: u64 = 20 * 1024 * 1024;
/// Sessions of one facilitator that are not over.
pub const OPEN_SESSIONS: usize = 50;

/// Commands that wait for one session; then "busy".
pub const SESSION_QUEUE: usize = 1_024;
/// Commits that wait for the disk, of all sessions; then "busy".
pub const JOURNAL_QUEUE: usize = 8_192;
/// From one transaction of the journal to the next, at least: commits that come in between share one fsync.
pub const GATHER: Duration = Duration::from_millis(2);
/// Commits stored by one transaction.
pub const GROUP_COMMITS: usize = 512;
/// Pages of 4 KiB in the write-ahead log before they are moved to the journal's file.
pub const WAL_PAGES: u32 = 4_000;
/// Answers to refused commands that a session remembers for repeats.
pub const REMEMBERED_REFUSALS: usize = 64;

/// A drop is not a leave: a person is gone only when no connection came back for so long.
pub const GRACE: Duration = Duration::from_secs(10);
/// The same after a restart, when everybody has to find the way back.
pub const GRACE_AFTER_START: Duration = Duration::from_secs(30);
/// A session that is over and that nobody looks at goes to sleep after.
pub const IDLE: Duration = Duration::from_secs(600);
/// How soon a session tries the disk again after a refusal.
pub const RETRY_STORE: Duration = Duration::from_millis(500);
/// From the signal to the end of the process.
pub const SHUTDOWN: Duration = Duration::from_secs(4);

/// A sign-in lasts.
pub const SIGN_IN: Duration = Duration::from_secs(8 * 3600);
/// Names and keys are kept after the opening of a session, at most.
pub const NAMES: Duration = Duration::from_secs(30 * 24 * 3600);

/// A scenario folder: files, bytes of one file, bytes in all.
pub const SCENARIO_FILES: usize = 500;
pub const SCENARIO_FILE_BYTES: u64 = 4 * 1024 * 1024;
pub const SCENARIO_BYTES: u64 = 20 * 1024 * 1024;
/// Folders in the scenarios folder.
pub const SCENARIOS: usize = 500;

/// Simulated sessions that a thread takes at a time, so that all threads end together.
pub const SESSIONS_AT_A_TIME: u64 = 16;
/// Rows of a list of a report on the terminal; the page and JSON have all.
pub const REPORT_ROWS: usize = 12;
/// Bars of a histogram.
pub const HISTOGRAM_BARS: usize = 40;
/// Signs of a name inside a picture.
pub const PICTURE_NAME_CHARS: usize = 30;
/// States that `explore` looks at before it tells how far it is.
pub const STATES_AT_A_TIME: u64 = 5_000;
/// Sessions of bots of each size that `explore` plays before it calls something out of reach.
pub const EXPLORE_SESSIONS: u64 = 200;

/// Signs of the title that `new` takes: it must fit the bar of a phone.
pub const TITLE_CHARS: usize = 60;
/// Between two looks of `check --watch` at the files.
pub const WATCH: Duration = Duration::from_millis(400);
