//! The same story on a real engine: a helpdesk that hands in mail by SMTP when it is started, a mail server that answers as a
//! MailHog does, and a proxy by whose labels an address leads to the helpdesk. All of them busyboxes in a network of their own.
use std::time::Duration;

use crate::engine::{Fixture, Running, real_engine};
use crate::support::Pty;
use crate::{program, row};

/// Takes one mail by SMTP on its standard input, and rewrites what the API answers.
const TAKE: &str = r#"
cr=$(printf '\r')
say() { printf '%s\r\n' "$1"; }
say '220 box'
while IFS= read -r line; do
    case $line in
        DATA*)
            say '354 go on'
            while IFS= read -r line && [ "$line" != ".$cr" ]; do printf '%s\\r\\n' "${line%$cr}"; done >/box/new
            mv /box/new "/box/$(ls /box | wc -l)"
            sh /show
            say '250 ok' ;;
        QUIT*) say '221 bye'; exit ;;
        *) say '250 ok' ;;
    esac
done
"#;

/// Writes the box as a MailHog tells it, the newest first.
const SHOW: &str = r#"
items=
for id in $(ls /box | sort -rn); do
    at=$(date -u -r "/box/$id" +%Y-%m-%dT%H:%M:%SZ)
    raw="{\"From\":\"zammad@example.com\",\"To\":[\"ops@example.com\"],\"Data\":\"$(cat "/box/$id")\"}"
    one="{\"ID\":\"$id@box\",\"Created\":\"$at\",\"Raw\":$raw}"
    printf %s "$one" >"/www/api/v1/messages/$id@box"
    items="$items,$one"
done
all=$(ls /box | wc -l)
printf '{"total":%s,"count":%s,"start":0,"items":[%s]}' "$all" "$all" "${items#,}" >/www/new
mv /www/new /www/api/v2/messages
"#;

/// Hands in a mail whenever it is started, then serves its page.
const HELPDESK: &str = r#"
mkdir -p /www && echo tickets >/www/index.html
starts=$(($(cat /starts 2>/dev/null || echo 0) + 1)) && echo "$starts" >/starts
line() { printf '%s\r\n' "$1"; }
mail() {
    line 'EHLO zammad'; line 'MAIL FROM:<zammad@example.com>'; line 'RCPT TO:<ops@example.com>'; line DATA
    line 'From: Zammad <zammad@example.com>'; line 'To: ops@example.com'
    line "Subject: Ticket $starts updated"; line ''; line "see http://$ADDRESS/tickets"; line .; line QUIT
}
until mail | nc 127.0.0.1 1025 | grep -q '^221'; do sleep 1; done
exec httpd -f -p 8080 -h /www
"#;

/// Quoted for a shell.
fn quoted(script: &str) -> String {
    format!("'{}'", script.replace('\'', r"'\''"))
}

struct Stack {
    helpdesk: Running,
    _mailhog: Running,
    _proxy: Running,
    address: String,
}

/// A service of a stack of its own.
fn service(endpoint: &str, stack: &str, name: &str) -> Fixture {
    Fixture::new(endpoint, name)
        .name(&format!("{stack}-{name}-1"))
        .label("com.docker.compose.project", stack)
        .label("com.docker.compose.service", name)
        .stop_timeout(1)
}

fn start(endpoint: &str) -> Stack {
    let stack = format!("story{}", std::process::id());
    let address = format!("tickets.{stack}.example");
    let serve = format!(
        "mkdir -p /box /www/api/v2 /www/api/v1/messages
printf %s {} >/take; printf %s {} >/show; sh /show
nc -ll -p 1025 -e sh /take &
exec httpd -f -p 8025 -h /www",
        quoted(TAKE),
        quoted(SHOW)
    );
    let mailhog = service(endpoint, &stack, "mailhog")
        .label("stacktui.mail", "mailhog")
        .sh(&serve)
        .run();
    let proxy = service(endpoint, &stack, "traefik")
        .label("stacktui.proxy", "traefik")
        .cmd(&[
            "sh",
            "-c",
            "exec sleep 100000",
            "--entrypoints.web.address=:80",
        ])
        .run();
    let rule = format!("Host(`{address}`)");
    let helpdesk = service(endpoint, &stack, "zammad")
        .network(&format!("container:{}", mailhog.name))
        .env("ADDRESS", &address)
        .label("traefik.enable", "true")
        .label("traefik.http.routers.tickets.rule", &rule)
        .label(
            "traefik.http.services.tickets.loadbalancer.server.port",
            "8080",
        )
        .sh(HELPDESK)
        .run();
    Stack {
        helpdesk,
        _mailhog: mailhog,
        _proxy: proxy,
        address,
    }
}

#[test]
fn the_same_story_on_a_real_engine() {
    let Some(endpoint) = real_engine("the_same_story_on_a_real_engine") else {
        return;
    };
    let stack = start(&endpoint);
    let name = stack.helpdesk.name.clone();
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::run(program(&home, &["--host", &endpoint]), 120, 40);
    // There may be others on this engine: each list is narrowed to what is of this test.
    pty.wait_for(" up");
    pty.send(format!("/{name}\r"));
    pty.wait_until("the helpdesk", |pty| row(pty, "zammad-1").contains("up "));
    // What it sent when it was started is there, read through a process in the mail server's container.
    pty.send(format!("6/{}\r", stack.address));
    pty.wait_until("its first mail", |pty| {
        row(pty, "Ticket 1 updated").contains("Zammad")
    });
    // It is restarted: that sends another one.
    pty.send("1");
    pty.wait_until("the helpdesk alone", |pty| {
        !row(pty, "zammad-1").is_empty() && row(pty, "mailhog-1").is_empty()
    });
    pty.send("r");
    pty.wait_for("zammad-1 restarted");
    pty.send("6");
    pty.wait_until("the mail that this caused", |pty| {
        row(pty, "Ticket 2 updated").contains('●')
    });
    pty.send("g\r");
    pty.wait_for(&format!("see http://{}/tickets", stack.address));
    // The message is searched, then its address followed to its route, which is asked.
    pty.send("/tickets\r");
    pty.wait_for("/tickets  1/");
    pty.send("\r");
    pty.wait_until("its route", |pty| {
        row(pty, &stack.address).contains("zammad")
    });
    pty.send("c");
    pty.wait_until("what it answers", |pty| {
        row(pty, &stack.address).contains("200 in")
    });
    // What was done stands in the journal, and is saved from there.
    pty.send("9");
    pty.wait_until("the journal", |pty| {
        row(pty, &format!("restarted {name}")).contains("done in")
    });
    pty.send("\x13");
    pty.wait_for("Markdown, English");
    // A menu takes no key that was meant for what was there before.
    std::thread::sleep(Duration::from_millis(400));
    pty.send("\r");
    pty.wait_for("saved journal-");
    let files = std::fs::read_dir(home.path()).unwrap().flatten();
    let saved = files.map(|file| file.path());
    let saved = saved.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let saved: Vec<String> = saved
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(saved.len(), 1);
    assert!(saved[0].contains("restarted zammad"), "{saved:?}");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}
