//! "Did you mean …?"

/// The name most like `name`, if one is close enough: one slip in a short name, two in a longer one.
pub fn nearest<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let signs = name.chars().count();
    let most = if signs <= 4 { 1 } else { 2 };
    among
        .map(|other| (distance(&name, &other.to_lowercase()), other))
        .filter(|(d, other)| *d <= most && *d < signs.max(other.chars().count()))
        .min_by_key(|(d, _)| *d)
        .map(|(_, other)| other)
}

/// Damerau–Levenshtein: signs put in, left out, changed, or two neighbours swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name_that_was_meant() {
        let names = ["fiducia", "alba", "voto", "si"];
        for (given, expected) in [
            ("fidcia", Some("fiducia")),
            ("albba", Some("alba")),
            ("laba", Some("alba")),
            ("vtoo", Some("voto")),
            ("Voto", Some("voto")),
            ("zz", None),
            ("mercato", None),
        ] {
            assert_eq!(nearest(given, names.into_iter()), expected, "{given}");
        }
    }
}
