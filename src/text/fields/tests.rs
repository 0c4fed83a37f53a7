//! Lines folded and laid out, and input that means harm.
use proptest::prelude::*;

use super::*;

#[track_caller]
fn folded(line: &str) -> Folded {
    fold(line).unwrap_or_else(|| panic!("not folded: {line}"))
}

#[track_caller]
fn row(line: &str, level: Option<Level>, expected: &str) {
    let folded = folded(line);
    assert_eq!(one_line(&folded), expected, "{line}");
    assert_eq!(folded.level, level, "{line}");
}

#[test]
fn json_of_many_loggers() {
    row(
        r#"{"level":"error","ts":1704189600.5,"caller":"a.go:1","msg":"boom","n":3,"ok":true,"x":null}"#,
        Some(Level::Error),
        "boom  caller=a.go:1 n=3 ok=true x=null",
    );
    row(
        r#"{"@timestamp":"2024-01-02T10:00:00Z","log.level":"WARN","message":"slow","http":{"method":"GET","took":{"ms":12}}}"#,
        Some(Level::Warn),
        "slow  http.method=GET http.took.ms=12",
    );
    row(
        r#"{"level":30,"time":1704189600000,"pid":1,"hostname":"a b","msg":"say \"hi\"","list":[1, {"a":2}]}"#,
        Some(Level::Info),
        r#"say "hi"  pid=1 hostname="a b" list="[1, {\"a\":2}]""#,
    );
    row(
        r#"{"t":{"$date":"2024-01-02T10:00:00.000+00:00"},"log":"not this","msg":"this","c":"NET"}"#,
        None,
        "this  log=\"not this\" c=NET",
    );
    row(r#"{"event":"login","user":""}"#, None, "login  user=\"\"");
    row(r#"{"a":1,"b":{}}"#, None, "a=1 b={}");
    row(r#"{"msg":{"code":1},"message":"x"}"#, None, "x  msg.code=1");
    row(r#"{"level":"loud","msg":"x"}"#, None, "x  level=loud");
}

#[test]
fn logfmt_of_many_loggers() {
    row(
        r#"time="2024-01-02T10:00:00Z" level=warning msg="disk \"a\"\nfull" free=3 done"#,
        Some(Level::Warn),
        "disk \"a\"↵full  free=3 done=\"\"",
    );
    row("a=1 b=2 c=3", None, "a=1 b=2 c=3");
    let folded = folded("t=2024-01-02T10:00:00Z lvl=eror msg=x");
    assert_eq!(folded.level, Some(Level::Error));
    assert_eq!(folded.at.unwrap().to_rfc3339(), "2024-01-02T10:00:00+00:00");
}

#[test]
fn lines_that_are_neither() {
    for line in [
        "",
        "plain text",
        "{}",
        "{",
        "[1,2]",
        r#"{"a":1} tail"#,
        r#"{"a":1,"b":"cut"#,
        "error_log=/var/log/x",
        "a=1 b=2",
        "url=http://x?a=1 and then prose follows here",
        "x = 1 y = 2 z = 3",
        "2024-01-02 level=info msg=x",
    ] {
        assert_eq!(fold(line), None, "{line}");
    }
}

#[test]
fn expanded_is_one_field_a_row() {
    let line = r#"{"ts":"2024-01-02T10:00:00.25Z","level":"error","msg":"boom\n\tat a","user":{"name":"Zoë"},"漢字":1}"#;
    let expected = [
        "time       2024-01-02T10:00:00.250Z",
        "level      error",
        "message    boom",
        "                   at a",
        "user.name  Zoë",
        "漢字       1",
    ];
    assert_eq!(expanded(&folded(line)), expected);
    let long = format!(r#"{{"{}":1,"b":2}}"#, "n".repeat(40));
    let rows = expanded(&folded(&long));
    assert_eq!(rows[0], format!("{}  1", "n".repeat(40)));
    assert_eq!(rows[1], format!("b{}  2", " ".repeat(NAME_COLUMNS - 1)));
    let tall = format!(r#"{{"a":"{}"}}"#, "x\\n".repeat(ROW_CAP + 10));
    let rows = expanded(&folded(&tall));
    assert_eq!(rows.len(), ROW_CAP + 1);
    assert_eq!(rows[ROW_CAP], "   …[+10 lines]");
}

#[test]
fn escapes_come_out_safe() {
    let line = r#"{"msg":"\u001b]0;owned\u0007x\u202ey","\u001b[31mk":"\u009b1m","e":"\ud83d\ude00\ud800z\q\u12"}"#;
    let folded = folded(line);
    assert!(!folded.message.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert!(folded.message.contains("<U+202E>"), "{}", folded.message);
    assert_eq!(folded.fields[0].0, "k");
    assert_eq!(folded.fields[1].1, "\u{1F600}\u{FFFD}z\\q\\u12");
}

#[test]
fn hostile_lines_stay_small() {
    let many: Vec<String> = (0..5000).map(|n| format!("\"k{n}\":{n}")).collect();
    let wide = folded(&format!("{{{}}}", many.join(",")));
    assert_eq!(wide.fields.len(), FIELD_CAP + 1);
    assert_eq!(wide.fields[FIELD_CAP].1, "[+4744 fields]");
    let deep = format!("{}1{}", "{\"a\":".repeat(9000), "}".repeat(9000));
    let deep = folded(&deep);
    assert_eq!(deep.fields[0].0, "a.a.a.a");
    assert!(deep.fields[0].1.starts_with("{\"a\":"));
    let named = format!("{{\"{}\":{{\"x\":1,\"y\":2}}}}", "k".repeat(60_000));
    let named = folded(&named);
    assert!(named.fields.iter().all(|(name, _)| name.len() <= NAME_CAP));
    assert_eq!(
        fold(&format!("{{\"a\":\"{}\"}}", "x".repeat(LINE_CAP))),
        None
    );
    let pairs = "a=1 ".repeat(20_000);
    assert_eq!(folded(&pairs).fields.len(), FIELD_CAP + 1);
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(line in "\\PC{0,200}") {
        if let Some(folded) = fold(&line) {
            one_line(&folded);
            expanded(&folded);
        }
    }

    #[test]
    fn what_comes_out_can_be_drawn(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "\"", "\\u001b", "\\n", "\\", "a", ":", ",", "{", "}", "[", "]", "1", "\u{1b}[31m", "\u{202e}", " ", "\\ud800", "é",
                "\"msg\":\"", "\"a\":1",
            ]),
            0..40,
        ),
    ) {
        let body: String = parts.concat();
        for line in [format!("{{{body}}}"), format!("{{\"msg\":\"{body}\"}}"), format!("level=info msg=\"{body}\" a={body}")] {
            let Some(folded) = fold(&line) else { continue };
            let rows = expanded(&folded).into_iter().chain([one_line(&folded)]);
            for row in rows {
                prop_assert!(!row.chars().any(|c| c.is_control() || c == '\u{202e}'), "{:?}", row);
            }
        }
    }

    /// Every member of an object that serde wrote is found, in order.
    #[test]
    fn all_members_are_kept(values in prop::collection::vec("[ -~é漢]{0,12}", 1..20)) {
        let mut object = serde_json::Map::new();
        for (n, value) in values.iter().enumerate() {
            object.insert(format!("k{n}"), value.clone().into());
        }
        let line = serde_json::Value::from(object).to_string();
        let folded = fold(&line).unwrap();
        let read: Vec<&String> = folded.fields.iter().map(|(_, value)| value).collect();
        prop_assert_eq!(read, values.iter().collect::<Vec<_>>());
    }
}
