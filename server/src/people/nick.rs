//! What may be a nickname: anything people can read, nothing that plays tricks with the page.

use crate::limits;
use unicode_normalization::UnicodeNormalization;

/// The nickname as it is kept: NFC, single blanks; `None` when it is too short, too long or not showable.
#[must_use]
pub fn clean(typed: &str) -> Option<String> {
    if typed.len() > 400 {
        return None;
    }
    let words: Vec<&str> = typed.split_whitespace().collect();
    let nick: String = words.join(" ").nfc().collect();
    let fits = limits::NICK_CHARS.contains(&nick.chars().count());
    let readable = nick.chars().any(char::is_alphanumeric) && !nick.chars().any(is_tricky) && !piles_up(&nick);
    (fits && readable).then_some(nick)
}

/// What must differ between two people of one session.
#[must_use]
pub fn folded(nick: &str) -> String {
    nick.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// Control signs, direction overrides, signs without a width, private ones.
fn is_tricky(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{ffff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// More marks on one letter than any language needs.
fn piles_up(nick: &str) -> bool {
    let mut run = 0;
    nick.chars().any(|c| {
        run = if unicode_normalization::char::is_combining_mark(c) { run + 1 } else { 0 };
        run > 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for (typed, kept) in
            [("  Nicolò  B. ", "Nicolò B."), ("Zoe\u{301}", "Zoé"), ("فاطمة", "فاطمة"), ("李娜", "李娜"), ("O'Hara <b>", "O'Hara <b>")]
        {
            assert_eq!(clean(typed).as_deref(), Some(kept));
        }
    }

    #[test]
    fn tricks_do_not() {
        for bad in [
            "",
            "a",
            "  x ",
            "abcdefghijklmnopqrstuvwxy",
            "ab\u{202e}cd",
            "a\u{200b}b",
            "a\u{0}b",
            "--",
            "a\u{301}\u{302}\u{303}\u{304}b",
            "\u{e000}ab",
        ] {
            assert_eq!(clean(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn case_and_blanks_do_not_make_another_name() {
        assert_eq!(folded("Lupo 3"), folded("lupo3"));
        assert_ne!(folded("Lupo 3"), folded("Lupo 4"));
    }
}
