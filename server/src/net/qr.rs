//! QR codes, for the wall, the printed sheet and the terminal.

use fast_qr::{ECL, QRBuilder, QRCode};
use std::fmt::Write as _;

fn code(text: &str) -> Option<QRCode> {
    QRBuilder::new(text).ecl(ECL::M).build().ok()
}

/// Black on white, with the quiet zone, and nothing that a strict page would refuse.
#[must_use]
pub fn svg(text: &str) -> Option<String> {
    let qr = code(text)?;
    let side = qr.size + 8;
    let mut path = String::new();
    for y in 0..qr.size {
        let mut x = 0;
        while x < qr.size {
            let run = (x..qr.size).take_while(|x| qr[y][*x].value()).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + 4, y + 4);
            }
            x += run.max(1);
        }
    }
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

/// Two rows of squares for each line of the terminal, dark on light.
#[must_use]
pub fn terminal(text: &str) -> Option<String> {
    let qr = code(text)?;
    let size = qr.size as i32;
    let dark = |x: i32, y: i32| (0..size).contains(&x) && (0..size).contains(&y) && qr[y as usize][x as usize].value();
    let mut out = String::new();
    for y in (-2..size + 2).step_by(2) {
        out.push_str("  ");
        for x in -2..size + 2 {
            // Light squares are drawn, since most terminals are dark.
            out.push(match (dark(x, y), dark(x, y + 1)) {
                (true, true) => ' ',
                (true, false) => '▄',
                (false, true) => '▀',
                (false, false) => '█',
            });
        }
        out.push('\n');
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_link_becomes_a_picture() {
        let svg = super::svg("http://192.168.1.20:8080/j/K7P2MX").unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("h7v1"), "{svg}");
        assert!(super::terminal("http://192.168.1.20:8080").unwrap().lines().count() > 10);
    }
}
