//! A fault that a person must act on: one plain sentence with a way out, in two languages.

/// Shown by the command line; never sent to a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub it: String,
    pub en: String,
}

impl Trouble {
    pub fn new(it: impl Into<String>, en: impl Into<String>) -> Self {
        Self { it: it.into(), en: en.into() }
    }
    #[must_use]
    pub fn say(&self, lang: &str) -> &str {
        if lang == "en" { &self.en } else { &self.it }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Trouble {}
