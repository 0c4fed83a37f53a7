//! Lines of many programs with the levels they say, and lines that only seem to.
use proptest::prelude::*;

use super::{Level, level_of};

const F: &str = "fatal";
const E: &str = "error";
const W: &str = "warn";
const I: &str = "info";
const D: &str = "debug";
const T: &str = "trace";
const NONE: &str = "";

#[track_caller]
fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(line, expected)| {
            let found = level_of(line.as_bytes()).map_or("", Level::word);
            (found != *expected).then(|| format!("{found:?}, not {expected:?}: {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn plain_words_where_loggers_put_them() {
    check(&[
        ("ERROR something broke", E),
        ("ERROR: something broke", E),
        ("[error] something broke", E),
        ("[ERROR]", E),
        ("[ info] starting", I),
        ("WARN: low on space", W),
        ("WARNING! low on space", W),
        ("error: cannot open file", E),
        ("Error: cannot open file", E),
        ("warning: unused variable", W),
        ("fatal: not a git repository", F),
        ("error[E0382]: borrow of moved value", E),
        ("info: Microsoft.Hosting.Lifetime[14]", I),
        ("fail: Microsoft.AspNetCore.Server.Kestrel[13]", E),
        ("crit: Program[0]", F),
        ("dbug: Program[0]", D),
        ("SEVERE: Servlet.service() threw", E),
        ("FINE: entering", D),
        ("main.c:12:3: error: expected ';'", E),
        ("nginx: [emerg] bind() to 0.0.0.0:80 failed", F),
        ("/docker-entrypoint.sh: ERROR: no permission", E),
        ("zammad-1  | ERROR: no connection", E),
        ("npm ERR! code ELIFECYCLE", E),
        ("npm WARN deprecated har-validator@5.1.5", W),
        ("npm error code 1", E),
        ("PHP Fatal error:  Uncaught Exception in /a.php:3", F),
        ("PHP Warning:  Undefined variable $x", W),
        ("Fatal error: out of memory", F),
        ("E: Unable to locate package foo", E),
        ("\u{274c} ERROR no good", E),
        ("[NOTICE] 001/100000 (1) : New worker #1 (8) forked", I),
    ]);
}

#[test]
fn behind_a_time() {
    check(&[
        (
            "2024-01-02 10:00:00,123 ERROR [main] com.example.App - boom",
            E,
        ),
        (
            "2024-01-02 10:00:00,123 [http-nio-8080-exec-1] WARN  com.example.App - slow",
            W,
        ),
        ("10:00:00.123 [main] DEBUG org.hibernate.SQL - select 1", D),
        (
            "2024-01-02T10:00:00.123+01:00  INFO 1 --- [main] c.e.App : Started",
            I,
        ),
        (
            "2024-01-02 10:00:00,123 [myid:1] - INFO  [main:QuorumPeer@1] - tick",
            I,
        ),
        (
            "[2024-01-02 10:00:00,123] INFO Awaiting socket connections (kafka.network.Acceptor)",
            I,
        ),
        (
            "[2024-01-02T10:00:00,000][WARN ][o.e.n.Node ] [node-1] disk watermark",
            W,
        ),
        (
            "[2024-01-02T10:00:00,000][ERROR][o.e.b.Elasticsearch] [node-1] fatal",
            E,
        ),
        ("2024-01-02 10:00:00,123 - mylogger - ERROR - failed", E),
        ("2024-01-02 10:00:00,123 mylogger ERROR failed", E),
        ("ERROR:root:failed", E),
        ("INFO:     Started server process [1]", I),
        (
            "[2024-01-02 10:00:00 +0000] [7] [INFO] Starting gunicorn 21.2.0",
            I,
        ),
        (
            "[2024-01-02 10:00:00,000: ERROR/MainProcess] Task failed",
            E,
        ),
        (
            "2024-01-02 10:00:00.123 | ERROR    | app.main:run:12 - failed",
            E,
        ),
        ("[2024-01-02T10:00:00Z ERROR mycrate::net] refused", E),
        ("[10:00:00 ERR] Unhandled", E),
        ("10:00:00.123 [error] GenServer terminating", E),
        (
            "2024-01-02 10:00:00.123456+00:00 [info] <0.1.0> Server startup complete",
            I,
        ),
    ]);
}

#[test]
fn behind_a_time_in_the_ways_of_servers() {
    check(&[
        (
            "[Tue Jan 02 10:00:00.123456 2024] [core:error] [pid 1:tid 2] AH00126",
            E,
        ),
        ("[Tue Jan 02 10:00:00 2024] [notice] caught SIGTERM", I),
        (
            "2024/01/02 10:00:00 [error] 7#7: *1 open() \"/x\" failed",
            E,
        ),
        (
            "2024/01/02 10:00:00 [crit] 7#7: *1 SSL_do_handshake() failed",
            F,
        ),
        (
            "2024-01-02T10:00:00.123456Z 0 [Warning] [MY-010068] [Server] CA certificate",
            W,
        ),
        (
            "2024-01-02 10:00:00 0 [Note] InnoDB: Buffer pool(s) load completed",
            I,
        ),
        (
            "2024-01-02T10:00:00.000Z [INFO]  agent: Synced node info",
            I,
        ),
        (
            "[2024-01-02 10:00:00.123][1][warning][main] [source/server.cc:1] no",
            W,
        ),
        (
            "2024.01.02 10:00:00.123456 [ 1 ] {} <Error> Application: boom",
            E,
        ),
        (
            "2024-01-02 10:00:00 +0000 [warn]: #0 buffer flush took longer",
            W,
        ),
        (
            "[2024/01/02 10:00:00] [ info] [output:stdout] worker #0 started",
            I,
        ),
        (
            "02-Jan-2024 10:00:00.123 SEVERE [main] org.apache.catalina.core start",
            E,
        ),
        ("[02-Jan-2024 10:00:00] NOTICE: fpm is running, pid 1", I),
        (
            "[02-Jan-2024 10:00:00] WARNING: [pool www] server reached max_children",
            W,
        ),
        ("Jan  2 10:00:00 web sshd[12]: ERROR: no", E),
        ("[10:00:00] [Server thread/WARN]: Can't keep up!", W),
        (
            "[2024-01-02 10:00:00] local.ERROR: boom {\"exception\":1}",
            E,
        ),
        ("[2024-01-02T10:00:00+00:00] app.CRITICAL: boom [] []", F),
        (
            "[Nest] 1  - 01/02/2024, 10:00:00 AM     LOG [Bootstrap] up",
            I,
        ),
        (
            "[Nest] 1  - 01/02/2024, 10:00:00 AM   ERROR [Handler] down",
            E,
        ),
        ("2024-01-02T10:00:00.000Z error something failed", E),
        ("2024-01-02T10:00:00.000Z\tinfo\tserver/main.go:3\tup", I),
        ("2024/01/02 10:00:00.123\tINFO\tadmin\tendpoint started", I),
        ("[1704189600] unbound[1:0] error: can't bind socket", E),
        (
            "2024-01-02 10:00:00,123 CRIT Supervisor is running as root",
            F,
        ),
        (
            "2024/01/02 10:00:00 http: panic serving 10.0.0.1:1: nil map",
            F,
        ),
        ("time to go [main] unrelated", NONE),
    ]);
}

#[test]
fn postgres_and_its_continuations() {
    check(&[
        (
            "2024-01-02 10:00:00.123 UTC [1] LOG:  database system is ready",
            I,
        ),
        (
            "2024-01-02 10:00:00.123 UTC [41] ERROR:  relation \"x\" does not exist",
            E,
        ),
        (
            "2024-01-02 10:00:00.123 UTC [41] app@db FATAL:  role does not exist",
            F,
        ),
        (
            "2024-01-02 10:00:00 UTC [1] PANIC:  could not locate checkpoint",
            F,
        ),
        (
            "2024-01-02 10:00:00 UTC [1] WARNING:  there is no transaction",
            W,
        ),
        ("2024-01-02 10:00:00 UTC [1] DEBUG1:  x", D),
        (
            "2024-01-02 10:00:00 UTC [1] STATEMENT:  select ERROR from t",
            NONE,
        ),
        ("2024-01-02 10:00:00 UTC [1] DETAIL:  error in key", NONE),
        ("2024-01-02 10:00:00 UTC [1] HINT:  Use error", NONE),
    ]);
}

#[test]
fn consoles_with_and_without_colour() {
    check(&[
        ("2024-01-02T10:00:00Z INF starting component=web", I),
        ("10:00AM ERR failed error=\"x\"", E),
        ("2024-01-02T10:00:00Z WRN msg", W),
        ("2024-01-02T10:00:00Z TRC msg", T),
        ("2024-01-02T10:00:00Z FTL msg", F),
        ("INFO[0000] starting", I),
        ("ERRO[0012] failed    error=x", E),
        ("FATA[0012] gone", F),
        (
            "\x1b[2m2024-01-02T10:00:00.000000Z\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2mapp\x1b[0m\x1b[2m:\x1b[0m x",
            E,
        ),
        (
            "\x1b[2m2024-01-02T10:00:00.000000Z\x1b[0m \x1b[32m INFO\x1b[0m app: x",
            I,
        ),
        ("\x1b[90m10:00AM\x1b[0m \x1b[33mWRN\x1b[0m x", W),
        ("\x1b[36mINFO\x1b[0m[0000] starting", I),
        (
            "\x1b[41m\x1b[30mfail\x1b[39m\x1b[22m\x1b[49m: Program[0]",
            E,
        ),
        ("[\x1b[31merror\x1b[0m] x", E),
        ("[10:00:00.123] \x1b[32mINFO\x1b[39m (1): listening", I),
    ]);
}

#[test]
fn json_under_its_many_keys() {
    check(&[
        (r#"{"level":"error","msg":"x"}"#, E),
        (
            r#"{"ts":1704189600.1,"caller":"a.go:1","msg":"level","level":"warn"}"#,
            W,
        ),
        (r#"{"severity":"CRITICAL","message":"x"}"#, F),
        (
            r#"{"@timestamp":"2024-01-02","log.level":"ERROR","message":"x"}"#,
            E,
        ),
        (
            r#"{"@timestamp":"2024-01-02","log":{"level":"debug"},"message":"x"}"#,
            D,
        ),
        (r#"{"@level":"info","@message":"x"}"#, I),
        (r#"{"level":30,"time":1704189600000,"pid":1,"msg":"x"}"#, I),
        (r#"{"level":50,"msg":"x"}"#, E),
        (r#"{"name":"app","pid":1,"level":60,"msg":"x"}"#, F),
        (
            r#"{"version":"1.1","host":"a","short_message":"x","level":3}"#,
            E,
        ),
        (
            r#"{"message":"x","context":{"level":"debug"},"level":400,"level_name":"ERROR"}"#,
            E,
        ),
        (r#"{"@t":"2024-01-02","@mt":"x","@l":"Warning"}"#, W),
        (
            r#"{"t":{"$date":"2024-01-02T10:00:00.000+00:00"},"s":"E","c":"NETWORK","id":1,"ctx":"conn1","msg":"x"}"#,
            E,
        ),
        (
            r#"{"t":{"$date":"2024-01-02T10:00:00.000+00:00"},"s":"I",  "c":"CONTROL"}"#,
            I,
        ),
        (
            r#"{"request":"GET / HTTP/1.1","status":"502","bytes":1}"#,
            E,
        ),
        (r#"{"method":"GET","path":"/","status":404}"#, W),
        (r#"web-1  | {"level":"error","msg":"x"}"#, E),
        (r#"  {"level":"error"}"#, E),
        (r#"{"msg":"cut off while the level was war"#, NONE),
        (r#"{"msg":"\"level\":\"error\""}"#, NONE),
        (r#"{"nested":{"level":"error"}}"#, NONE),
        (r#"{"level":"high","status":500}"#, NONE),
        (r#"{"s":"E"}"#, NONE),
    ]);
}

#[test]
fn logfmt_under_its_many_keys() {
    check(&[
        ("level=warn msg=x", W),
        ("lvl=eror msg=x", E),
        ("time=\"2024-01-02T10:00:00Z\" level=error msg=\"x\"", E),
        (
            "ts=2024-01-02T10:00:00.000Z caller=main.go:1 level=info msg=x",
            I,
        ),
        (
            "logger=sqlstore t=2024-01-02T10:00:00Z level=debug msg=x",
            D,
        ),
        (
            "time=2024-01-02T10:00:00Z level=INFO source=main.go:1 msg=\"level=error\"",
            I,
        ),
        ("t=2024 msg=\"a level=error b\" lvl=info", I),
        ("severity=\"WARNING\" x=1", W),
        ("error_log=/var/log/error.log level=x", NONE),
        ("msg=\"only error\" errors=3", NONE),
    ]);
}

#[test]
fn marks_at_fixed_places() {
    check(&[
        ("E0102 10:00:00.000000       1 reflector.go:1] failed", E),
        ("I0102 10:00:00.000000       1 server.go:1] up", I),
        ("W240102 10:00:00.000000 1 cli/start.go:1 [n1] x", W),
        ("<3>kernel: x", E),
        ("<13>1 2024-01-02T10:00:00Z host app - - - x", I),
        ("<191>x", D),
        (
            "1:M 02 Jan 2024 10:00:00.123 * Ready to accept connections",
            I,
        ),
        (
            "1:M 02 Jan 2024 10:00:00.123 # WARNING overcommit_memory is set to 0!",
            W,
        ),
        ("1:C 02 Jan 2024 10:00:00.123 - Accepted", D),
        (
            "E, [2024-01-02T10:00:00.123456 #123-456] ERROR -- : boom",
            E,
        ),
        (
            "I, [2024-01-02T10:00:00.123456 #1]  INFO -- : Started GET \"/error\"",
            I,
        ),
        ("D, [2024-01-02T10:00:00.123456 #1] DEBUG -- : SELECT", D),
        ("2019-01-01T00:00:00.000+0000 E NETWORK  [conn1] refused", E),
        ("2019-01-01 00:00:00.000000 I | etcdmain: up", I),
        ("[W 2024-01-02 10:00:00.123 ServerApp] no", W),
        ("[E] no", E),
    ]);
}

#[test]
fn access_logs_by_their_status() {
    check(&[
        (
            "10.0.0.1 - - [02/Jan/2024:10:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl\"",
            I,
        ),
        (
            "10.0.0.1 - alice [02/Jan/2024:10:00:00 +0000] \"GET /error HTTP/1.1\" 404 12",
            W,
        ),
        (
            "2001:db8::1 - - [02/Jan/2024:10:00:00 +0000] \"POST /x HTTP/2.0\" 502 0",
            E,
        ),
        (
            "example.com:443 10.0.0.1 - - [02/Jan/2024:10:00:00 +0000] \"GET / HTTP/1.1\" 500 1",
            E,
        ),
        ("10.0.0.1 - - [02/Jan/2024:10:00:00 +0000] \"\" 400 0", W),
        (
            "10.0.0.1 - - [02/Jan/2024:10:00:00 +0000] \"GET /a\\\"b HTTP/1.1\" 503 0",
            E,
        ),
        ("[2024-01-02T10:00:00.000Z] \"GET / HTTP/1.1\" 503 UF 0", E),
        ("[02/Jan/2024 10:00:00] \"GET /x HTTP/1.1\" 500 5", E),
        (
            "[GIN] 2024/01/02 - 10:00:00 | 500 |  1.2ms | 10.0.0.1 | GET \"/x\"",
            E,
        ),
        ("GET /api/items 503 1.2 ms - 12", E),
        ("GET /api/items 200 1.2 ms - 12", I),
        ("GET /api/error.html", NONE),
    ]);
}

#[test]
fn what_runtimes_print_when_they_fall() {
    check(&[
        ("panic: runtime error: index out of range", F),
        ("fatal error: all goroutines are asleep - deadlock!", F),
        ("thread 'main' panicked at src/main.rs:2:5:", E),
        ("Traceback (most recent call last):", E),
        ("ValueError: invalid literal", E),
        ("requests.exceptions.ConnectionError: refused", E),
        ("java.lang.IllegalStateException: boom", E),
        ("Exception in thread \"main\" java.lang.RuntimeException", E),
        (
            "Unhandled exception. System.InvalidOperationException: x",
            E,
        ),
        ("Uncaught TypeError: x is not a function", E),
        (
            "    at com.example.ErrorHandler.error(ErrorHandler.java:12)",
            NONE,
        ),
        ("\tat java.base/java.lang.Thread.run(Thread.java:829)", NONE),
        ("  File \"/app/error.py\", line 3, in error", NONE),
        ("goroutine 1 [running]:", NONE),
    ]);
}

#[test]
fn words_in_prose_are_no_levels() {
    check(&[
        ("", NONE),
        ("   ", NONE),
        ("no errors found", NONE),
        ("0 errors, 3 warnings", NONE),
        ("3 ERROR lines seen", NONE),
        ("summary: 0 ERROR", NONE),
        ("/api/error.html", NONE),
        ("/var/log/error.log: rotated", NONE),
        ("GET /api/error.html HTTP/1.1", NONE),
        ("TRACE /index.html HTTP/1.1", NONE),
        ("error_log=/var/log/nginx/error.log", NONE),
        ("error_log is set to stderr", NONE),
        ("Error handling enabled", NONE),
        ("errors: 0", NONE),
        ("debug: false", NONE),
        ("error: null", NONE),
        ("warn-only mode", NONE),
        ("Debugging is off", NONE),
        ("the server said ERROR and left", NONE),
        ("We had a fatal accident", NONE),
        ("Listening on port 8080 (debug)", NONE),
        ("<error>text</error>", NONE),
        ("<html><title>ERROR</title>", NONE),
        ("INFORMATION_SCHEMA is read", NONE),
        ("information about the error", NONE),
        ("http://localhost/ERROR", NONE),
        ("Found [error] in the text", NONE),
        ("2024-01-02 10:00:00 Found 3 ERROR lines", NONE),
        ("2024-01-02 10:00:00 Connected, no error", NONE),
        ("Config: loaded", NONE),
        ("config: loaded", NONE),
        ("success: true", NONE),
        ("log: stdout", NONE),
        ("'ERROR' is a word", NONE),
        ("\"ERROR\" is a word", NONE),
        ("Can't find ERROR", NONE),
        ("I Am here", NONE),
        ("E0102 is a part number", NONE),
        ("total 12 fatal 0", NONE),
    ]);
}

#[test]
fn words_and_numbers_there_and_back() {
    for level in Level::ALL {
        assert_eq!(Level::from_number(level.number()), Some(level));
        assert_eq!(Level::from_word(level.word()), Some(level));
        assert_eq!(Level::pack(Some(level)), level.number());
        let first = level.word().chars().next().unwrap().to_ascii_uppercase();
        assert_eq!(level.letter(), first);
    }
    assert!(Level::ALL.is_sorted());
    assert_eq!(Level::from_number(0), None);
    assert_eq!(Level::from_number(7), None);
    assert_eq!(Level::pack(None), 0);
    assert_eq!(Level::from_word("Notice"), Some(Level::Info));
    assert_eq!(Level::from_word("loud"), None);
}

#[test]
fn only_the_head_of_a_line_counts() {
    let far = format!("{{\"msg\":\"{}\",\"level\":\"error\"}}", "x".repeat(8192));
    assert_eq!(level_of(far.as_bytes()), None);
    let near = format!("{{\"level\":\"error\",\"msg\":\"{}", "x".repeat(8192));
    assert_eq!(level_of(near.as_bytes()), Some(Level::Error));
    // Hostile repetition costs no more than its first bytes.
    for piece in [
        "[", "a:", "\x1b[1m", "a=", "{\"", "{\"a\":[", "1-", "\"", "<", "é|",
    ] {
        let line = piece.repeat(50_000_000 / piece.len());
        for _ in 0..20 {
            assert_eq!(level_of(line.as_bytes()), None, "{piece:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(line in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = level_of(&line);
    }

    #[test]
    fn any_bits_of_log_lines_too(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "2024-01-02", " ", "10:00:00", "[", "]", "ERROR", "error", ":", "{\"", "\":", "\"", "=", "level",
                "\x1b[31m", "\x1b[", "<3>", "1:M ", "E0102 ", "GET /", "|", "\\", "\t", "é", "\u{FF}", "}", "\r", "panic",
            ]),
            0..40,
        ),
    ) {
        let line: String = parts.concat();
        let whole = level_of(line.as_bytes());
        // Colour around the line and a final CR change nothing.
        let coloured = format!("\x1b[1m{line}");
        prop_assert_eq!(level_of(coloured.as_bytes()), whole);
    }
}
