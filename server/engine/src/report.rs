//! From events to what people read afterwards.

use crate::scenario::model::{Scenario, Words};
use crate::view::prose::plain_words;
use crate::view::{Inline, Line};

/// Texts of the scenario that still carry "da verificare": where, and the words.
#[must_use]
pub fn to_verify(sc: &Scenario, lang: usize) -> Vec<(Line, String)> {
    let mut out = Vec::new();
    let mut look = |name: &Words, words: &Words| {
        let Some(p) = words.of(lang) else { return };
        let text = plain_words(p);
        let low = text.to_lowercase();
        if low.contains("da verificare") || low.contains("to be verified") || low.contains("to be checked") {
            let title = name.of(lang).map(plain_words).unwrap_or_default();
            out.push((vec![Inline::Text(title)], text));
        }
    };
    for l in &sc.lists {
        for i in &l.items {
            look(&i.name, &i.text);
            for a in &i.attrs {
                if let crate::scenario::model::AttrVal::Text(w) = a {
                    look(&i.name, w);
                }
            }
        }
    }
    for p in &sc.phases {
        look(&p.title, &p.text);
    }
    for r in &sc.roles {
        look(&r.name, &r.brief);
    }
    out
}
