//! What the sanitiser costs a record: plain, coloured, wide, and the worst an attacker can send.

use stacktui::text::{sanitise, width};

const PLAIN: &str = "2026-11-22T10:00:00.123456789Z level=info msg=\"request served\" method=GET \
    path=/api/v1/items/4711 status=200 bytes=5321 dur=12.3ms id=abcd";

fn main() {
    divan::main();
}

fn record(kind: &str) -> Vec<u8> {
    let piece = match kind {
        "plain" => return PLAIN.as_bytes().to_vec(),
        "coloured" => {
            return format!("\x1b[32mINFO\x1b[0m {PLAIN} \x1b[1;31mslow\x1b[0m").into_bytes();
        }
        "64K han" => "漢字",
        "64K thai" => "ก\u{E31}",
        "64K broken" => "\u{1b}]",
        "64K conjuncts" => "क\u{94D}",
        _ => "\u{1100}\u{301}",
    };
    piece.repeat(65_536 / piece.len()).into_bytes()
}

#[divan::bench(args = ["plain", "coloured", "64K han", "64K thai", "64K broken", "64K conjuncts", "64K jamo"])]
fn sanitise_record(bencher: divan::Bencher<'_, '_>, kind: &str) {
    let record = record(kind);
    bencher
        .counter(divan::counter::BytesCount::new(record.len()))
        .bench(|| sanitise(divan::black_box(&record)));
}

#[divan::bench(args = [PLAIN, "漢字カナ ok 漢字カナ ok", "กั กั กั กั กั"])]
fn width_of(s: &str) -> usize {
    width(divan::black_box(s))
}
