//! Random things, their hashes, and a wrapper that keeps them out of logs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Thirty-two secret bytes. Has no `Display`, and its `Debug` tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// From the machine's generator; without it nothing secret can be made and the process ends.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        eprintln!("sofia: il generatore di numeri casuali del sistema non risponde. / The system's random generator does not answer.");
        std::process::exit(70);
    }
    bytes
}

impl Key {
    #[must_use]
    pub fn fresh() -> Self {
        Self(random())
    }
    /// Another secret that only the owner of this key can know, for another purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(purpose.as_bytes());
        URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
    }
}

/// 128 random bits that can stand in a header or a link.
#[must_use]
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// How a token is kept: whoever reads the file cannot use it.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A number below `n`, without bias that anybody could use.
#[must_use]
pub fn below(n: u32) -> u32 {
    debug_assert!(n > 0);
    ((u64::from(u32::from_le_bytes(random())) * u64::from(n)) >> 32) as u32
}

/// Signs that are not mistaken for one another when read aloud or from a wall.
const CODE_SIGNS: &[u8; 31] = b"ABCDEFGHJKLMNPQRSTUVWXYZ2346789";
const _: () = assert!(CODE_SIGNS.len() == 31);

/// A join code: six signs of thirty-one, 8.9e8 of them.
#[must_use]
pub fn join_code() -> String {
    (0..6).map(|_| char::from(CODE_SIGNS[below(31) as usize])).collect()
}

/// What people type for a join code: small letters, blanks and hyphens do not matter.
#[must_use]
pub fn clean_code(typed: &str) -> String {
    typed.chars().filter(|c| c.is_ascii_alphanumeric()).take(12).collect::<String>().to_ascii_uppercase()
}

/// Equal, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).collect()
}

#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_no_look_alikes() {
        for _ in 0..200 {
            let code = join_code();
            assert_eq!(code.len(), 6);
            assert!(!code.contains(['I', 'O', '0', '1', '5']));
            assert_eq!(clean_code(&format!(" {}-{} ", &code[..3].to_lowercase(), &code[3..])), code);
        }
    }

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(unhex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("zz"), None);
    }

    #[test]
    fn keys_do_not_print() {
        assert_eq!(format!("{:?}", Key([7; 32])), "Key(…)");
    }
}
