//! Traces of many runtimes, with what belongs to what; and lines that stand alone.
use proptest::prelude::*;

use super::{GROUP_CAP, Grouper, continues};
use crate::text::level::level_of;

/// Lines written with their mark: `+` belongs to the group above, `>` opens one.
#[track_caller]
fn check(marked: &str) {
    let mut grouper = Grouper::default();
    for row in marked.trim_matches('\n').split('\n') {
        let (mark, line) = row.split_at(1);
        let joins = grouper.continues(line.as_bytes(), level_of(line.as_bytes()));
        assert_eq!(joins, mark == "+", "{row}\n of {marked}");
    }
}

#[test]
fn java() {
    check(
        "
>2024-01-02 10:00:00,123 ERROR [main] com.example.App - boom
+java.lang.IllegalStateException: boom
+\tat com.example.App.main(App.java:12)
+\t... 12 common frames omitted
+Caused by: java.io.IOException: disk
+\tat com.example.Disk.read(Disk.java:3)
+\tSuppressed: java.lang.RuntimeException: x
+\t\tat com.example.X.y(X.java:1)
+\t... 12 more
>2024-01-02 10:00:00,124 INFO [main] com.example.App - on
>Exception in thread \"main\" java.lang.RuntimeException: x
+\tat com.example.App.main(App.java:12)
>java.lang.Error: first
+    at a.b(C.java:1)
>java.lang.Error: second",
    );
}

#[test]
fn python() {
    check(
        "
>ERROR:root:failed
+Traceback (most recent call last):
+  File \"/app/a.py\", line 3, in f
+    g()
+ValueError: bad
+
+During handling of the above exception, another exception occurred:
+
+Traceback (most recent call last):
+  File \"/app/a.py\", line 5, in f
+    h()
+app.errors.Gone
>INFO:root:next
>Traceback (most recent call last):
+  File \"/app/a.py\", line 3, in f
+KeyboardInterrupt
>Traceback (most recent call last):
+  File \"/app/a.py\", line 3, in f
+requests.exceptions.ConnectionError: refused
>plain text",
    );
}

#[test]
fn go() {
    check(
        "
>2024/01/02 10:00:00 up
>panic: runtime error: index out of range [5] with length 3
+
+goroutine 1 [running]:
+main.f(0x1, {0xc000012345, 0x3})
+\t/app/main.go:12 +0x1d
+main.main()
+\t/app/main.go:5 +0x20
+
+goroutine 7 [chan receive]:
+created by main.main in goroutine 1
+\t/app/main.go:4 +0x10
+exit status 2
>2024/01/02 10:00:01 up again
>2024/01/02 10:00:02 http: panic serving 10.0.0.1:1: nil
+goroutine 9 [running]:
+net/http.(*conn).serve.func1()
+\t/usr/local/go/src/net/http/server.go:1 +0x1",
    );
}

#[test]
fn node() {
    check(
        "
>/app/x.js:10
+    throw new Error('boom')
+    ^
>Error: boom
+    at f (/app/x.js:10:9)
+    at Object.<anonymous> (/app/x.js:12:1) {
+  code: 'E_BOOM'
+}
>Server listening
>TypeError: x is not a function
+    at f (/app/x.js:10:9)",
    );
}

#[test]
fn ruby_rust_dotnet_php() {
    check(
        "
>E, [2024-01-02T10:00:00.123456 #1] ERROR -- : boom
+app/models/x.rb:12:in `f'
+\tfrom app/models/y.rb:3:in `g'
>I, [2024-01-02T10:00:00.123456 #1]  INFO -- : on",
    );
    check(
        "
>thread 'main' panicked at src/main.rs:2:5:
+index out of bounds
+stack backtrace:
+   0: std::panicking::begin_panic
+             at /rustc/x/library/std/src/panicking.rs:1:2
+note: Some details are omitted
>2024-01-02T10:00:00Z  INFO app: on",
    );
    check(
        "
>fail: Microsoft.AspNetCore.Server.Kestrel[13]
+      Connection id \"x\": unhandled
+      System.InvalidOperationException: boom
+       ---> System.IO.IOException: disk
+         at App.Disk.Read() in /src/Disk.cs:line 3
+         --- End of inner exception stack trace ---
+         at App.Program.Main() in /src/Program.cs:line 12
>info: Microsoft.Hosting.Lifetime[0]
+      Application is shutting down...",
    );
    check(
        "
>PHP Fatal error:  Uncaught Exception: boom in /app/a.php:3
+Stack trace:
+#0 /app/a.php(12): f()
+#1 {main}
+  thrown in /app/a.php on line 3
>#12 [internal] load build definition
>#13 DONE 0.1s",
    );
}

#[test]
fn postgres() {
    check(
        "
>2024-01-02 10:00:00.123 UTC [41] ERROR:  duplicate key
+2024-01-02 10:00:00.123 UTC [41] DETAIL:  Key (id)=(1) already exists.
+2024-01-02 10:00:00.123 UTC [41] STATEMENT:  insert into t
+\tvalues (1)
>2024-01-02 10:00:00.124 UTC [1] LOG:  checkpoint starting",
    );
}

#[test]
fn lines_that_stand_alone() {
    check(
        "
>no level here
>  indented under a line without one
>ERROR first
>ERROR second
> INFO padded on the left
> WARN padded on the left
>
>INFO with more beneath
+    two: 2
+        three: 3
+}
>{\"level\":\"error\"}
>#12 building
>}
>ok",
    );
}

#[test]
fn colours_do_not_part_a_group() {
    check(
        "
>\x1b[31mERROR\x1b[0m boom
+\x1b[2m    at f (a.js:1:2)\x1b[0m",
    );
}

#[test]
fn two_lines_alone() {
    assert!(continues(b"ERROR x", b"\tat a.b(C.java:1)"));
    assert!(continues(b"anything", b"Caused by: x"));
    assert!(continues(
        b"Traceback (most recent call last):",
        b"  File \"a\""
    ));
    assert!(!continues(b"ERROR x", b"ERROR y"));
    assert!(!continues(b"x", b"y"));
    assert!(!continues(b"", b""));
}

#[test]
fn a_group_has_an_end() {
    let mut grouper = Grouper::default();
    let frame = b"\tat a.b(C.java:1)";
    let heads: Vec<usize> = (0..1201)
        .map(|n| (n, grouper.continues(frame, None)))
        .filter_map(|(n, joins)| (!joins).then_some(n))
        .collect();
    let cap = usize::from(GROUP_CAP);
    assert_eq!(heads, [0, cap, 2 * cap]);
    assert!(size_of::<Grouper>() <= 8);
}

proptest! {
    #[test]
    fn any_lines_are_taken(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20)) {
        let mut grouper = Grouper::default();
        for (n, line) in lines.iter().enumerate() {
            let joins = grouper.continues(line, level_of(line));
            prop_assert!(n > 0 || !joins);
        }
    }

    /// A dated line with a level opens a group, whatever stands before it.
    #[test]
    fn a_record_always_opens_a_group(
        lines in prop::collection::vec(
            prop::sample::select(vec![
                "", "\tat a", "Caused by: x", "Traceback (most recent call last):", "  x", "ValueError: x", "panic: x",
                "goroutine 1 [running]:", "main.main()", "thread 'a' panicked at b", "ERROR x", "#0 f", "Stack trace:",
                "a.rb:1:in `f'", "}", "... 3 more", "{", "note: x",
            ]),
            0..20,
        ),
    ) {
        let mut grouper = Grouper::default();
        for line in &lines {
            grouper.continues(line.as_bytes(), level_of(line.as_bytes()));
        }
        let record = b"2024-01-02 10:00:00 INFO on";
        prop_assert!(!grouper.continues(record, level_of(record)));
    }
}
