//! The report as one page: nothing is fetched, pictures are drawn in it, light and dark.

use super::{Whole, text};
use crate::cli::say;
use crate::limits;
use sofia_engine::simulate::{IndicatorRow, Report, Share};
use std::fmt::Write;

const STYLE: &str = "
:root{color-scheme:light dark;--bg:#f3f7f3;--card:#fffdf8;--ink:#17231f;--ink2:#4b5a54;--line:#c6d1ca;--bar:#0a57a4;--bar2:#f2b632;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#0e1b18;--card:#21342e;--ink:#f3efe4;--ink2:#b4c4bc;--line:#3a534b;--bar:#8ec5ff;--bar2:#f2b632;--bad:#ffa397}}
*{box-sizing:border-box}body{margin:0;padding:1.5rem;background:var(--bg);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:auto}section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1rem 1.5rem;margin:1rem 0}
h1{font-size:2rem;margin:0}h2{font-size:1.4rem;margin:.3rem 0}h3{font-size:1rem;margin:1.2rem 0 .3rem}p{margin:.3rem 0;color:var(--ink2)}
svg{width:100%;height:auto;display:block}text{fill:var(--ink);font:13px system-ui,sans-serif}text.q{fill:var(--ink2)}
.bar{fill:var(--bar)}.mark{fill:var(--bar2)}.whisker{stroke:var(--ink);stroke-width:2}.axis{stroke:var(--line)}
ul{margin:.2rem 0;padding-left:1.2rem}code{background:var(--bg);padding:.1rem .3rem;border-radius:4px;overflow-wrap:anywhere}.bad{border-color:var(--bad)}.bad h2{color:var(--bad)}
";

/// Sizes of the pictures, in their own units.
const WIDE: f64 = 640.0;
const NAMES: f64 = 220.0;
const ROW: f64 = 26.0;

pub fn page(whole: &Whole, lang: &str) -> String {
    let title = escaped(&whole.title);
    let mut out =
        format!("<!doctype html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
    let _ = write!(out, "<title>{title}</title>\n<style>{STYLE}</style>\n<main>\n<h1>{title}</h1>\n");
    let intro = say(
        lang,
        "Partite giocate da bot che scelgono a caso: mostrano che cosa il gioco permette, non che cosa faranno le persone. I minuti sono una stima.",
        "Sessions played by bots that choose at random: they show what the game allows, not what people will do. Minutes are an estimate.",
    );
    let _ = writeln!(out, "<p>{intro} (seed {})</p>", whole.seed);
    for f in &whole.faults {
        let (head, said) = (say(lang, "Guasto", "Fault"), escaped(&text::fault(&f.fault, lang)));
        let _ = writeln!(
            out,
            "<section class=\"bad\"><h2>{head}</h2><p>{} · {} × · {said}</p><p><code>{}</code></p></section>",
            text::size(f.size, lang),
            f.times,
            escaped(&f.command)
        );
    }
    for report in &whole.sizes {
        section(&mut out, report, lang);
    }
    out.push_str("</main>\n</html>\n");
    out
}

fn section(out: &mut String, r: &Report, lang: &str) {
    let it = |it, en| say(lang, it, en);
    let _ = writeln!(out, "<section>\n<h2>{}</h2>\n<p>{} {}</p>", text::size(r.size, lang), r.sessions, it("sessioni", "sessions"));
    part(out, it("Come finisce", "How it ends"), &shares(&r.endings.iter().map(|e| (text::ending(e, lang), e.share)).collect::<Vec<_>>()));
    let head = format!("{}: {:.1} ({}–{})", it("Mosse di un tavolo", "Moves of a table"), r.moves.mean, r.moves.p10, r.moves.p90);
    part(out, &head, &histogram(&r.moves.counts));
    let head = format!("{}: {:.0} ({}–{})", it("Minuti stimati", "Estimated minutes"), r.minutes.mean, r.minutes.p10, r.minutes.p90);
    part(out, &head, &histogram(&r.minutes.counts));
    let most = r.roles.iter().map(|x| x.decisions).fold(0.0, f64::max);
    let rows: Vec<_> =
        r.roles.iter().map(|x| (text::role_name(x, lang), x.decisions / most.max(f64::MIN_POSITIVE), format!("{:.1}", x.decisions))).collect();
    part(out, it("Quante volte decide ogni ruolo, in una sessione", "How often each role decides in a session"), &bars(&rows));
    let place = it("posto", "place");
    let rows: Vec<_> = r.seats.iter().map(|s| (format!("{place} {}", s.seat), s.idle, format!("{:.0} %", s.idle * 100.0))).collect();
    part(out, it("Tempo in cui attende mentre altri decidono", "Time spent waiting while others decide"), &bars(&rows));
    for i in r.indicators.iter().filter(|i| !i.phases.is_empty()) {
        part(out, &i.name, &ranges(i));
    }
    let names = |rows: &[sofia_engine::simulate::MoveRow]| rows.iter().map(|m| m.name.clone()).collect::<Vec<_>>();
    let unmade: Vec<_> = r.moves_made.iter().filter(|m| m.times == 0).cloned().collect();
    list(out, it("Fasi mai giocate", "Phases never played"), &names(&r.phases_never));
    list(out, it("Mosse mai fatte", "Moves never made"), &names(&unmade));
    list(out, it("Scelte mai fatte", "Options never taken"), &r.never.iter().map(text::option).collect::<Vec<_>>());
    list(out, it("Scelte sempre fatte", "Options always taken"), &r.always.iter().map(text::option).collect::<Vec<_>>());
    list(out, it("Carte mai uscite", "Cards never drawn"), &r.cards_never.iter().map(text::card).collect::<Vec<_>>());
    list(
        out,
        it("Scelte che pesano sul finale", "Options that weigh on the ending"),
        &r.dominant.iter().map(|s| text::shift(s, lang)).collect::<Vec<_>>(),
    );
    out.push_str("</section>\n");
}

fn part(out: &mut String, title: &str, picture: &str) {
    if !picture.is_empty() {
        let _ = writeln!(out, "<h3>{}</h3>\n{picture}", escaped(title));
    }
}

fn list(out: &mut String, title: &str, rows: &[String]) {
    if !rows.is_empty() {
        let items: String = rows.iter().map(|r| format!("<li>{}</li>", escaped(r))).collect();
        let _ = writeln!(out, "<h3>{title}</h3>\n<ul>{items}</ul>");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

// ---------------------------------------------------------------- pictures

fn svg(high: f64, inside: &str, said: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDE} {high}\" role=\"img\" aria-label=\"{}\">{inside}</svg>", escaped(said))
}

/// A bar for each row: name, part of the whole width, what is written beside it.
fn bars(rows: &[(String, f64, String)]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut inside = String::new();
    for (i, (name, part, said)) in rows.iter().enumerate() {
        let y = i as f64 * ROW;
        let long = part.clamp(0.0, 1.0) * (WIDE - NAMES - 90.0);
        let _ = write!(inside, "<text x=\"0\" y=\"{}\">{}</text>", y + 17.0, escaped(&short(name)));
        let _ = write!(inside, "<rect class=\"bar\" x=\"{NAMES}\" y=\"{}\" width=\"{long:.1}\" height=\"16\" rx=\"3\"/>", y + 5.0);
        let _ = write!(inside, "<text class=\"q\" x=\"{:.1}\" y=\"{}\">{}</text>", NAMES + long + 8.0, y + 17.0, escaped(said));
    }
    svg(rows.len() as f64 * ROW, &inside, &spoken(rows))
}

/// Shares with their intervals.
fn shares(rows: &[(String, Share)]) -> String {
    let plain: Vec<_> = rows.iter().map(|(name, s)| (name.clone(), s.share, String::new())).collect();
    let wide = WIDE - NAMES - 90.0;
    let mut inside = String::new();
    for (i, (_, s)) in rows.iter().enumerate() {
        let y = i as f64 * ROW + 13.0;
        let (a, b) = (NAMES + s.low * wide, NAMES + s.high * wide);
        let _ = write!(inside, "<line class=\"whisker\" x1=\"{a:.1}\" x2=\"{b:.1}\" y1=\"{y}\" y2=\"{y}\"/>");
        let _ = write!(inside, "<text class=\"q\" x=\"{:.1}\" y=\"{}\">{:.1} %</text>", b + 8.0, y + 4.0, s.share * 100.0);
    }
    bars(&plain).replace("</svg>", &format!("{inside}</svg>"))
}

fn histogram(counts: &[u64]) -> String {
    let Some(first) = counts.iter().position(|n| *n > 0) else { return String::new() };
    let counts = &counts[first..];
    let step = counts.len().div_ceil(limits::HISTOGRAM_BARS);
    let bins: Vec<u64> = counts.chunks(step).map(|c| c.iter().sum()).collect();
    let most = bins.iter().copied().max().unwrap_or(1).max(1) as f64;
    let wide = WIDE / bins.len().max(8) as f64;
    let mut inside = String::from("<line class=\"axis\" x1=\"0\" x2=\"640\" y1=\"110\" y2=\"110\"/>");
    for (i, n) in bins.iter().enumerate() {
        let high = *n as f64 / most * 100.0;
        let _ = write!(
            inside,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"/>",
            i as f64 * wide + 1.0,
            110.0 - high,
            wide - 2.0
        );
    }
    let last = first + counts.len() - 1;
    let _ = write!(inside, "<text class=\"q\" x=\"0\" y=\"127\">{first}</text>");
    if last > first {
        let _ = write!(inside, "<text class=\"q\" x=\"{:.1}\" y=\"127\" text-anchor=\"end\">{last}</text>", bins.len() as f64 * wide);
    }
    svg(132.0, &inside, &format!("{first}–{last}"))
}

/// From least to most at the end of each phase, with the mean.
fn ranges(i: &IndicatorRow) -> String {
    let of = |f: fn(f64, f64) -> f64, start| i.phases.iter().flat_map(|p| [p.min, p.max]).fold(start, f);
    let [low, high] = i.range.unwrap_or([of(f64::min, f64::INFINITY), of(f64::max, f64::NEG_INFINITY)]);
    let wide = WIDE - NAMES - 90.0;
    let x = |n: f64| NAMES + (n - low) / (high - low).max(1e-9) * wide;
    let mut inside = String::new();
    for (k, p) in i.phases.iter().enumerate() {
        let y = k as f64 * ROW;
        let (a, b) = (x(p.min), x(p.max));
        let _ = write!(inside, "<text x=\"0\" y=\"{}\">{}</text>", y + 17.0, escaped(&short(&p.name)));
        let _ = write!(inside, "<line class=\"axis\" x1=\"{NAMES}\" x2=\"{:.1}\" y1=\"{}\" y2=\"{}\"/>", NAMES + wide, y + 13.0, y + 13.0);
        let _ = write!(inside, "<rect class=\"bar\" x=\"{a:.1}\" y=\"{}\" width=\"{:.1}\" height=\"8\" rx=\"4\"/>", y + 9.0, (b - a).max(3.0));
        let _ = write!(inside, "<circle class=\"mark\" cx=\"{:.1}\" cy=\"{}\" r=\"6\"/>", x(p.mean), y + 13.0);
        let _ = write!(inside, "<text class=\"q\" x=\"{:.1}\" y=\"{}\">{} … {}</text>", NAMES + wide + 10.0, y + 17.0, p.min, p.max);
    }
    let said: Vec<String> = i.phases.iter().map(|p| format!("{}: {}–{}", p.name, p.min, p.max)).collect();
    svg(i.phases.len() as f64 * ROW, &inside, &said.join("; "))
}

/// Long names would run into the bars.
fn short(name: &str) -> String {
    if name.chars().count() <= limits::PICTURE_NAME_CHARS {
        name.to_string()
    } else {
        name.chars().take(limits::PICTURE_NAME_CHARS - 1).chain(['…']).collect()
    }
}

fn spoken(rows: &[(String, f64, String)]) -> String {
    rows.iter()
        .map(|(name, part, said)| if said.is_empty() { format!("{name} {:.0} %", part * 100.0) } else { format!("{name} {said}") })
        .collect::<Vec<_>>()
        .join("; ")
}
