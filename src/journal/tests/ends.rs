//! What is missed where the chain begins and ends.
use super::*;

/// A journal of three lines in one file.
fn three() -> (Place, Journal, PathBuf) {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    for n in 0..3 {
        journal.note(at(n), &format!("note {n}")).unwrap();
    }
    let file = place.dir.join("2026-11.jsonl");
    assert_eq!(verify(&place.dir).unwrap().faults, []);
    (place, journal, file)
}

#[test]
fn a_line_taken_away_or_changed_at_either_end_is_missed() {
    type Tamper = fn(&str) -> Option<String>;
    let tampers: [(&str, Tamper); 5] = [
        ("last deleted", |text| {
            Some(
                text.lines()
                    .take(2)
                    .map(|line| format!("{line}\n"))
                    .collect(),
            )
        }),
        ("last changed", |text| {
            Some(text.replace("note 2", "note 9"))
        }),
        ("first deleted", |text| {
            Some(
                text.lines()
                    .skip(1)
                    .map(|line| format!("{line}\n"))
                    .collect(),
            )
        }),
        ("emptied", |_| Some(String::new())),
        ("removed", |_| None),
    ];
    for (what, tamper) in tampers {
        let (place, journal, file) = three();
        match tamper(&fs::read_to_string(&file).unwrap()) {
            Some(text) => fs::write(&file, text).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let verdict = verify(&place.dir).unwrap();
        assert_eq!(verdict.faults.len(), 1, "{what}: {verdict:?}");
        // And what is written afterwards does not cover it up.
        journal.note(at(10), "later").unwrap();
        journal.note(at(11), "much later").unwrap();
        let verdict = verify(&place.dir).unwrap();
        assert_eq!(verdict.faults.len(), 1, "{what}, later: {verdict:?}");
        assert_eq!(verdict.faults[0].why, "does not follow the line before it");
    }
}

#[test]
fn how_many_lines_are_missing_is_told() {
    let (place, _journal, file) = three();
    assert_eq!(verify(&place.dir).unwrap().missing, 0);
    fs::write(&file, "").unwrap();
    assert_eq!(verify(&place.dir).unwrap().missing, 3);
}

#[test]
fn of_a_journal_that_an_earlier_version_wrote_the_end_is_not_known_until_a_line_comes() {
    let (place, journal, _file) = three();
    fs::remove_file(place.dir.join("head")).unwrap();
    let verdict = verify(&place.dir).unwrap();
    assert!(verdict.open_end && verdict.faults.is_empty());
    journal.note(at(10), "later").unwrap();
    let verdict = verify(&place.dir).unwrap();
    assert!(
        !verdict.open_end && verdict.faults.is_empty(),
        "{verdict:?}"
    );
}

#[test]
fn a_line_that_was_written_without_its_head_is_no_fault() {
    let (place, journal, _file) = three();
    let head = place.dir.join("head");
    let before = fs::read(&head).unwrap();
    journal
        .note(at(10), "the program was ended before it told of this")
        .unwrap();
    fs::write(&head, before).unwrap();
    assert_eq!(verify(&place.dir).unwrap().faults, []);
    journal.note(at(11), "later").unwrap();
    assert_eq!(verify(&place.dir).unwrap().faults, []);
    fs::write(&head, "{").unwrap();
    assert_eq!(verify(&place.dir).unwrap().faults.len(), 1);
}

#[test]
fn months_that_are_removed_in_good_order_are_not_missed() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    for day in [0, 10, 40] {
        journal.note(at(day * 86_400), "note").unwrap();
    }
    assert_eq!(journal.prune(at(40 * 86_400), 1).unwrap(), 2);
    assert_eq!(verify(&place.dir).unwrap().faults, []);
    assert_eq!(journal.prune(at(400 * 86_400), 1).unwrap(), 1);
    assert_eq!(verify(&place.dir).unwrap(), Verdict::default());
    journal.note(at(400 * 86_400), "note").unwrap();
    assert_eq!(verify(&place.dir).unwrap().faults, []);
}
