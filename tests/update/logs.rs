//! The log view as its contract tells it: every key of it, and what older lines, saving and time do to it.
use chrono::TimeDelta;
use stacktui::effect::{Effect, LogPage};
use stacktui::lang::Words;
use stacktui::model::LogRecord;
use stacktui::msg::{LogMsg, Msg, OlderLogs, SaveMsg};
use stacktui::state::{Past, ViewId};

use crate::harness::{Scene, full, key, world};
use crate::world as base;

/// Lines of a source one second apart, the last of them now.
fn records(it: &Scene, texts: &[&str]) -> Vec<LogRecord> {
    let first = it.state.now - TimeDelta::seconds(texts.len() as i64);
    let record = |(n, text): (usize, &&str)| {
        base::record(first + TimeDelta::seconds(n as i64 + 1), false, text)
    };
    texts.iter().enumerate().map(record).collect()
}

fn lines(it: &mut Scene, name: &str, texts: &[&str]) {
    let records = records(it, texts);
    base::logs_of(&mut it.state, &full(name), records);
}

fn open(texts: &[&str]) -> Scene {
    let mut it = world();
    it.on("zammad").press("l");
    lines(&mut it, "zammad", texts);
    it
}

fn numbered(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("line {n:04}.")).collect()
}

fn open_numbered(n: usize) -> Scene {
    let texts = numbered(n);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    open(&texts)
}

#[test]
fn filters_stack_while_they_are_typed_and_go_away() {
    let mut it = open(&["GET /a 200", "GET /b 500", "POST /b 200", "PUT /c 500"]);
    it.press("&").type_in("/b");
    it.shows("/b 500")
        .shows("/b 200")
        .hides("/a")
        .shows("2 of 4 lines");
    it.press("enter").no_window();
    it.press("|").type_in("500");
    it.hides("/b 500").shows("POST /b 200");
    it.press("esc");
    it.shows("/b 500").shows("&/b").hides("|5");
    it.press("|").type_in("POST").press("enter");
    it.shows("GET /b 500")
        .hides("POST /b")
        .shows("&/b")
        .shows("|POST");
    // Two filters: one of them can be changed.
    it.press("x");
    assert_eq!(it.menu().items.len(), 3);
    it.press("2").press("ctrl-u").type_in("GET").press("enter");
    it.shows("POST /b 200").hides("GET /b").shows("|GET");
    // Emptied, it is gone.
    it.press("x 2").press("ctrl-u enter");
    it.shows("GET /b 500").shows("POST /b 200").hides("|GET");
    it.press("x").no_window();
    it.shows("GET /a").shows("PUT /c").hides("&/b");
    it.press("x").sees_toast("no filter hides lines");
}

#[test]
fn a_filter_that_cannot_be_read_says_why_and_changes_nothing() {
    let mut it = open(&["one", "two"]);
    it.press("&").type_in("(");
    assert!(it.prompt().complaint.is_some());
    it.press("enter");
    it.prompt();
    it.shows("one").shows("two");
    it.press("esc").no_window();
}

#[test]
fn lines_around_what_passes_can_be_seen() {
    let texts = numbered(60);
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    (texts[30], texts[34], texts[50]) = ("boom", "boom", "boom");
    let mut it = open(&texts);
    it.press("&").type_in("boom").press("enter");
    it.shows("boom").hides("line 0029").shows("3 of 60 lines");
    it.press("C");
    it.shows("line 0028.")
        .shows("line 0032.")
        .hides("line 0027.")
        .shows("±2");
    // Where lines are left out, a rule begins the group: two groups, as the first two hits are joined.
    let screen = it.screen();
    let groups: Vec<&str> = screen
        .lines()
        .filter(|line| line.starts_with(" ─"))
        .filter_map(|line| line.get(line.find("line")?..)?.split('.').next())
        .collect();
    assert_eq!(groups, ["line 0028", "line 0048"], "{screen}");
    it.press("C C C").hides("line 0029");
    it.press("x").press("C").sees_toast("2 lines around");
}

#[test]
fn levels_and_streams_and_sources_are_chosen() {
    let mut it = world();
    it.on("zammad").press("space space").press("l");
    lines(
        &mut it,
        "zammad",
        &["INFO fine", "WARN hm", "ERROR broke", "plain"],
    );
    let at = it.state.now;
    let stderr = vec![base::record(at, true, "of the database")];
    base::logs_of(&mut it.state, &full("zammad-db"), stderr);
    it.press("d").shows("≥info").hides("plain");
    it.press("d").shows("≥warn").hides("fine").shows("hm");
    it.press("d").shows("≥error").hides("hm").shows("broke");
    it.press("d d").hides("≥").shows("plain");
    it.press("b").shows("stdout").hides("of the database");
    it.press("b")
        .shows("stderr")
        .shows("of the database")
        .hides("broke");
    it.press("b");
    it.press("T");
    let names: Vec<&str> = it.menu().items.iter().map(|i| i.label.as_str()).collect();
    assert_eq!(names, ["zammad-1", "zammad-db-1"]);
    it.press("2").hides("of the database");
    assert_eq!(it.menu().items[1].on, Some(false), "the menu stays open");
    it.press("esc").shows("1 muted").shows("broke");
    it.press("T 2 esc").shows("of the database");
}

#[test]
fn json_is_folded_opened_and_raw() {
    let json = r#"{"level":"error","msg":"no route","host":"db","port":5432}"#;
    let mut it = open(&["plain", json]);
    it.shows("error no route  host=db port=5432");
    it.press("J")
        .shows("error no route")
        .hides("host=db")
        .shows("port")
        .shows("fields opened");
    it.press("J").shows(json).shows("fields raw");
    it.press("J").hides(json);
}

#[test]
fn a_trace_is_one_with_its_error() {
    let mut it = open(&[
        "INFO before",
        "ERROR it broke",
        "\tat com.example.Shop.buy(Shop.java:7)",
        "INFO after",
    ]);
    it.press("d d d")
        .shows("it broke")
        .shows("Shop.java:7")
        .hides("after");
    it.press("x").press("e").sees_toast("no error after this");
    it.press("E E").sees_toast("no error before this");
}

#[test]
fn the_search_follows_what_is_typed_and_comes_back() {
    let mut it = open_numbered(300);
    it.shows("line 0299.").press("/").type_in("0100");
    it.shows("line 0100.").shows("1/1").hides("line 0299.");
    it.press("esc").shows("line 0299.").shows("following");
    it.press("/").type_in("00[0-9]0").press("enter");
    it.shows("10/10").shows("line 0090.");
    it.press("N").shows("9/10").press("n").shows("10/10");
    it.press("n").shows("1/10").shows("line 0000.");
}

#[test]
fn a_hit_beyond_the_edge_is_brought_into_sight() {
    let far = format!("{}the needle{}", "hay ".repeat(60), " hay".repeat(60));
    let mut it = open(&["short needle", &far, "end"]);
    it.hides("the needle").press("/").type_in("needle");
    it.shows("the needle").shows("column ");
    it.press("enter N").shows("short needle").hides("column ");
    it.press("n")
        .shows("the needle")
        .press("esc")
        .press("w")
        .shows("the needle");
}

#[test]
fn a_time_is_gone_to() {
    let mut it = open_numbered(300);
    it.press("@").type_in("-2m").press("enter");
    it.no_window()
        .shows("line 0179.")
        .hides("line 0299.")
        .shows("paused");
    it.press("@").type_in("soon").press("enter");
    assert!(
        it.prompt()
            .complaint
            .as_deref()
            .is_some_and(|c| c.contains("10:32"))
    );
    it.press("esc");
}

#[test]
fn marks_are_come_back_to() {
    let mut it = open_numbered(300);
    it.press("'").sees_toast("no line is marked");
    it.press("m").press("g").shows("line 0000.").press("m");
    it.press("'")
        .shows("line 0299.")
        .press("'")
        .shows("line 0000.");
    it.press("m").sees_toast("no longer marked");
}

/// The row on screen of the line with these words.
fn row(it: &Scene, words: &str) -> usize {
    let screen = it.screen();
    let found = screen.lines().position(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("no {words}:\n{screen}"))
}

#[test]
fn a_run_begins_above_its_first_lines_whether_those_or_its_start_are_heard_first() {
    let mut it = open(&["long ago"]);
    it.state.now += TimeDelta::seconds(5);
    let first = |it: &Scene, ms, text: &str| {
        base::record(it.state.now - TimeDelta::milliseconds(ms), false, text)
    };
    let records = vec![first(&it, 11, "booting")];
    base::logs_of(&mut it.state, &full("zammad"), records);
    it.event("zammad", "start", &[]);
    let records = vec![first(&it, 9, "booted")];
    base::logs_of(&mut it.state, &full("zammad"), records);
    let rows = ["long ago", "zammad-1 started", "booting", "booted"].map(|words| row(&it, words));
    assert!(rows.is_sorted(), "{rows:?}\n{}", it.screen());
}

#[test]
fn an_engine_that_tells_twice_that_memory_ran_out_is_believed_once() {
    let mut it = open(&["long ago"]);
    let count = |it: &Scene| it.screen().matches("out of memory").count();
    it.event("zammad", "oom", &[]);
    it.state.now += TimeDelta::milliseconds(40);
    it.event("zammad", "oom", &[]);
    assert_eq!(count(&it), 1, "{}", it.screen());
    it.state.now += TimeDelta::milliseconds(40);
    it.event("zammad", "die", &[("exitCode", "137")]);
    it.event("zammad", "oom", &[]);
    assert_eq!(count(&it), 1, "{}", it.screen());
}

#[test]
fn runs_are_gone_through_by_their_starts() {
    let mut it = open_numbered(100);
    it.press("[")
        .sees_toast("no start of a container before this is known");
    it.state.now += TimeDelta::seconds(1);
    it.event("zammad", "die", &[("exitCode", "1")])
        .event("zammad", "start", &[]);
    it.state.now += TimeDelta::seconds(1);
    let texts = numbered(100);
    let later: Vec<LogRecord> = texts
        .iter()
        .map(|text| base::record(it.state.now, false, &format!("second {text}")))
        .collect();
    base::logs_of(&mut it.state, &full("zammad"), later);
    it.hides("restarted")
        .press("[")
        .shows("zammad-1 restarted")
        .shows("exit 1");
    it.press("g")
        .hides("restarted")
        .press("]")
        .shows("restarted");
    it.press("]")
        .sees_toast("no start of a container after this");
}

#[test]
fn lines_are_selected_and_copied() {
    let mut it = open_numbered(300);
    it.press("V k k").shows("selecting 3 lines");
    it.press("y");
    let [Effect::Copy(text)] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(text, "line 0297.\nline 0298.\nline 0299.");
    it.hides("selecting").view(ViewId::Logs);
    it.press("V pgup").shows("selecting 2");
    it.press("esc").hides("selecting").view(ViewId::Logs);
}

#[test]
fn what_is_saved_is_what_was_chosen_and_nothing_is_replaced_unasked() {
    let mut it = open_numbered(300);
    it.press("&")
        .type_in("00[0-9]0")
        .press("enter")
        .press("ctrl-s");
    let counts: Vec<&str> = it.menu().items.iter().map(|i| i.hint.as_str()).collect();
    let of_ten = ["10 lines"; 4];
    assert_eq!(counts[..4], of_ten, "on screen, then filtered");
    assert_eq!(counts[4..], ["300 lines"; 2]);
    it.press("F")
        .press("ctrl-u")
        .type_in("/tmp/x.log")
        .press("enter");
    let [Effect::Save(save)] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    let save = save.clone();
    assert_eq!(
        (save.lines.len(), save.plain, save.replace),
        (10, false, false)
    );
    let tell = |it: &mut Scene, msg| {
        it.send(Msg::Saving(save.clone(), msg));
    };
    tell(&mut it, SaveMsg::Progress { done: 5, all: 10 });
    it.shows("saving 50%");
    tell(&mut it, SaveMsg::Exists);
    it.hides("saving").shows("/tmp/x.log is there already");
    it.press("r").asks_nothing();
    it.answer("r");
    let [Effect::Save(again)] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert!(again.replace);
    tell(&mut it, SaveMsg::Exists);
    it.answer("o");
    assert_eq!(it.prompt().title, "save 10 lines to");
    it.press("esc");
    tell(
        &mut it,
        SaveMsg::Done {
            lines: 10,
            bytes: 120,
        },
    );
    it.sees_toast("saved 10 lines");
    tell(&mut it, SaveMsg::Failed("no space".to_owned()));
    it.sees_toast("cannot save to /tmp/x.log: no space");
}

fn page(it: &Scene) -> LogPage {
    let page = it.effects.iter().find_map(|effect| match effect {
        Effect::FetchOlder(page) => Some(page.clone()),
        _ => None,
    });
    page.unwrap_or_else(|| panic!("no page: {:?}", it.effects))
}

fn answer(it: &mut Scene, page: LogPage, texts: &[&str], beginning: bool) {
    it.effects.clear();
    let first = page.before - TimeDelta::seconds(texts.len() as i64);
    let record =
        |(n, text): (usize, &&str)| base::record(first + TimeDelta::seconds(n as i64), false, text);
    let records = texts.iter().enumerate().map(record).collect();
    it.send(Msg::OlderLogs(page, Ok(OlderLogs { records, beginning })));
}

#[test]
fn going_up_against_the_oldest_line_fetches_older_ones_until_the_beginning() {
    let mut it = open_numbered(100);
    it.press("pgup").asks_nothing();
    it.press("g");
    let asked = page(&it);
    assert_eq!(asked.key, key("zammad"));
    assert_eq!((asked.newer, asked.at_before), (100, 1));
    it.shows("fetching older lines");
    answer(&mut it, asked.clone(), &["older a", "older b"], false);
    it.asks_nothing();
    it.shows("line 0000.")
        .hides("older b")
        .press("k")
        .shows("older b");
    let next = page(&it);
    assert_eq!(next.before, asked.before - TimeDelta::seconds(2));
    assert_eq!(next.newer, 102);
    answer(&mut it, next, &["first"], true);
    it.press("g").asks_nothing();
    it.shows("first").shows("from the beginning");
    let book = it.state.logs.as_ref().expect("a book");
    assert_eq!((book.past, book.len()), (Past::Beginning, 103));
}

#[test]
fn going_to_the_start_twice_goes_back_to_the_beginning() {
    let mut it = open_numbered(100);
    it.press("g");
    let asked = page(&it);
    answer(&mut it, asked, &["old"], false);
    it.asks_nothing();
    it.shows("line 0000.");
    it.press("g").shows("fetching older lines: 0");
    let asked = page(&it);
    answer(&mut it, asked, &["older"], false);
    let asked = page(&it);
    answer(&mut it, asked, &["first", "second"], true);
    it.asks_nothing();
    it.shows("first").shows("from the beginning");
}

#[test]
fn whoever_moves_on_does_not_wait_for_the_beginning() {
    for keys in ["j", "esc", "G"] {
        let mut it = open_numbered(100);
        it.press("g");
        let asked = page(&it);
        it.press("g").press(keys);
        answer(&mut it, asked, &["old"], false);
        it.asks_nothing();
    }
}

#[test]
fn a_search_goes_on_in_lines_not_held_and_can_be_stopped() {
    let mut it = open_numbered(100);
    it.press("/").type_in("needle").press("enter");
    let asked = page(&it);
    it.shows("searching older lines");
    answer(&mut it, asked, &["hay", "hay"], false);
    let next = page(&it);
    assert!(next.lines > 1000);
    answer(&mut it, next, &["the needle", "hay"], false);
    it.asks_nothing();
    it.shows("the needle").shows("1/1");
    // On to the next one, and stopped.
    it.press("N");
    let asked = page(&it);
    it.press("esc").view(ViewId::Logs);
    answer(&mut it, asked, &["a needle more"], false);
    it.asks_nothing();
    it.press("N").shows("a needle more");
    it.press("N");
    let asked = page(&it);
    answer(&mut it, asked, &["hay"], true);
    it.sees_toast("no hit back to the beginning");
}

#[test]
fn a_time_before_the_lines_held_is_fetched() {
    let mut it = open_numbered(60);
    it.press("@").type_in("-1h").press("enter");
    let asked = page(&it);
    let older: Vec<String> = (0..5000).map(|n| format!("older {n}.")).collect();
    let older: Vec<&str> = older.iter().map(String::as_str).collect();
    answer(&mut it, asked, &older, false);
    it.asks_nothing();
    it.shows("older 1459.");
}

#[test]
fn a_page_that_cannot_be_had_is_told_and_tried_again() {
    let mut it = open_numbered(100);
    it.press("g");
    let asked = page(&it);
    it.effects.clear();
    let failure = stacktui::msg::Failure {
        what: Words::as_is("read the log: no answer"),
        ..stacktui::msg::Failure::default()
    };
    it.send(Msg::OlderLogs(asked, Err(failure)));
    it.asks_nothing().sees_toast("no answer");
    it.press("k");
    page(&it);
}

#[test]
fn sources_that_are_read_with_difficulty_do_not_stop_the_others() {
    let mut it = world();
    it.on("zammad").press("space space").press("l");
    lines(&mut it, "zammad", &["fine"]);
    let query = it.state.logs.as_ref().map(|b| b.query(&key("zammad-db")));
    let failure = stacktui::msg::Failure {
        what: Words::as_is("the log driver `none` cannot be read"),
        ..stacktui::msg::Failure::default()
    };
    it.send(Msg::Logs(query.expect("a query"), LogMsg::Failed(failure)));
    it.shows("the log driver `none` cannot be read")
        .shows("fine");
    it.press("g");
    assert_eq!(page(&it).key, key("zammad"));
}

#[test]
fn wrapped_lines_are_scrolled_by_rows() {
    let long = (0..100).map(|n| format!("word{n:02} ")).collect::<String>();
    let mut it = open(&["first", &long, "last"]);
    it.press("w").shows("word00").shows("last");
    let many: Vec<&str> = std::iter::repeat_n(long.as_str(), 20).collect();
    let mut it = open(&many);
    it.press("w").shows("word99");
    let bottom = it.screen();
    it.press("k");
    let up = it.screen();
    assert_eq!(
        up.lines().nth(4),
        bottom.lines().nth(3),
        "one row, not one line"
    );
    it.press("j").shows("following");
}
