//! What differs between the server and the bare relay: how a move is said, and how a frame is understood.
//!
//! Frames are searched, not parsed: the generator has one core for thousands of people.

/// Which of the two is spoken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tongue {
    Sofia,
    Relay,
}

/// What a frame tells somebody at a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Moves made at this table so far.
    pub count: Option<u64>,
    /// It is this person's turn now.
    pub turn: bool,
    /// The server refuses, or says goodbye.
    pub refused: bool,
}

impl Tongue {
    /// The command that makes a move. `seat` and `number` make its id.
    pub fn command(self, seat: usize, number: u64) -> String {
        match self {
            Self::Sofia => format!(r#"{{"t":"seat","id":"{seat}-{number}","act":{{"do":"move","move":"parla","inputs":{{"carta":3}}}}}}"#),
            Self::Relay => format!(r#"{{"t":"move","id":"{seat}-{number}","card":3}}"#),
        }
    }

    /// `seat`: whose frame it is, from 0 at the table.
    pub fn understand(self, frame: &[u8], seat: usize) -> Seen {
        match self {
            Self::Sofia => Seen {
                count: after(frame, br#""id":"conto""#).and_then(|rest| number(after(rest, br#""value":"#)?)),
                turn: after(frame, br#""moves":[{"id":"parla""#).is_some_and(|rest| after(rest, br#""open":true"#).is_some()),
                refused: frame.starts_with(br#"{"t":"no""#) || frame.starts_with(br#"{"t":"bye""#),
            },
            Self::Relay => Seen {
                count: after(frame, br#""n":"#).and_then(number),
                turn: after(frame, br#""turn":"#).and_then(number) == Some(seat as u64),
                refused: frame.starts_with(br#"{"t":"no""#),
            },
        }
    }
}

/// What stands behind the first `mark`.
fn after<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let mut from = 0;
    // Few quotes begin like a mark: to look for its second sign is quick and needs no library.
    while let Some(at) = bytes.get(from..)?.iter().position(|b| *b == mark[1]) {
        let start = (from + at).checked_sub(1);
        if let Some(rest) = start.and_then(|s| bytes[s..].strip_prefix(mark)) {
            return Some(rest);
        }
        from += at + 1;
    }
    None
}

/// The whole number at the beginning.
fn number(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit());
    let mut any = false;
    let value = digits.fold(0u64, |n, d| {
        any = true;
        n.wrapping_mul(10).wrapping_add(u64::from(d - b'0'))
    });
    any.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_frames_are_understood() {
        let frame = br#"{"t":"diff","n":9,"after":8,"at":1,"parts":{"moves":[{"id":"parla","label":["Parlo"],"open":true}],"sheet":[{"id":"conto","label":["x"],"value":12.0}]}}"#;
        assert_eq!(Tongue::Sofia.understand(frame, 0), Seen { count: Some(12), turn: true, refused: false });
        let waits = br#"{"t":"diff","n":9,"after":8,"at":1,"parts":{"moves":[],"sheet":[{"id":"conto","value":13.0}]}}"#;
        assert_eq!(Tongue::Sofia.understand(waits, 0), Seen { count: Some(13), turn: false, refused: false });
        assert!(Tongue::Sofia.understand(br#"{"t":"no","id":"a","code":"busy"}"#, 0).refused);
    }

    #[test]
    fn the_relays_frames_are_understood() {
        let frame = br#"{"t":"update","n":41,"turn":5,"by":4,"card":3,"total":120}"#;
        assert_eq!(Tongue::Relay.understand(frame, 5), Seen { count: Some(41), turn: true, refused: false });
        assert!(!Tongue::Relay.understand(frame, 4).turn);
    }
}
