//! Turns a captured screen (`tmux capture-pane -e -p`) on standard input into an SVG picture on standard output: how the
//! pictures in `assets/` are made. Arguments: columns and rows of the screen.
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::num::NonZeroU16;

use vt100::Color;

const CELL: (f32, f32) = (8.4, 18.0);
const GROUND: &str = "#16181d";
const INK: &str = "#c8ccd4";

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes = std::env::args()
        .skip(1)
        .map(|arg| arg.parse::<NonZeroU16>());
    let columns = sizes
        .next()
        .transpose()?
        .or(NonZeroU16::new(120))
        .ok_or("no columns")?;
    let rows = sizes
        .next()
        .transpose()?
        .or(NonZeroU16::new(40))
        .ok_or("no rows")?;
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes)
        .trim_end_matches('\n')
        .replace('\n', "\r\n");
    let mut parser = vt100::Parser::new(rows, columns, 0);
    parser.process(text.as_bytes());
    std::io::stdout().write_all(svg(parser.screen(), columns.get(), rows.get())?.as_bytes())?;
    Ok(())
}

fn svg(screen: &vt100::Screen, columns: u16, rows: u16) -> Result<String, std::fmt::Error> {
    let (width, height) = (
        f32::from(columns) * CELL.0 + 24.0,
        f32::from(rows) * CELL.1 + 24.0,
    );
    let mut out = String::new();
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{GROUND}\"/>\n"
    )?;
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen
                .cell(row, column)
                .filter(|cell| !cell.is_wide_continuation())
            else {
                continue;
            };
            let (x, y) = (
                f32::from(column) * CELL.0 + 12.0,
                f32::from(row) * CELL.1 + 12.0,
            );
            let span = CELL.0 * if cell.is_wide() { 2.0 } else { 1.0 };
            let (mut ink, mut ground) = (color(cell.fgcolor(), INK), color(cell.bgcolor(), GROUND));
            if cell.inverse() {
                std::mem::swap(&mut ink, &mut ground);
            }
            if ground != GROUND {
                writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{}\" fill=\"{ground}\"/>",
                    span + 0.3,
                    CELL.1
                )?;
            }
            let text = cell.contents();
            if text.trim().is_empty() {
                continue;
            }
            let weight = if cell.bold() {
                " font-weight=\"bold\""
            } else {
                ""
            };
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{ink}\"{weight} textLength=\"{span:.1}\">{text}</text>",
                y + 13.5
            )?;
        }
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn color(color: Color, default: &str) -> String {
    const LOW: [&str; 16] = [
        "#1e2127", "#e06c75", "#98c379", "#d19a66", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
        "#5c6370", "#ef7b85", "#a9d48b", "#e5c07b", "#72bfff", "#d78fec", "#67c7d3", "#ffffff",
    ];
    match color {
        Color::Default => default.to_owned(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Idx(n) => match LOW.get(usize::from(n)) {
            Some(low) => (*low).to_owned(),
            None if n >= 232 => {
                let grey = 8 + (n - 232) * 10;
                format!("#{grey:02x}{grey:02x}{grey:02x}")
            }
            None => {
                let level = |i: u8| if i == 0 { 0 } else { 55 + i * 40 };
                let n = n - 16;
                format!(
                    "#{:02x}{:02x}{:02x}",
                    level(n / 36),
                    level(n / 6 % 6),
                    level(n % 6)
                )
            }
        },
    }
}
