//! Commands in a container.
use stacktui::engine::exec::ExecRequest;
use stacktui::msg::FailureKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bench::{Bench, soon};

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|word| (*word).to_owned()).collect()
}

pub async fn a_command_gives_its_output_and_exit_code(bench: Bench) {
    let it = bench.obedient().await;
    let run = async |command: &[&str]| bench.engine.exec_capture(&it.key.id, command).await;
    let (code, output) = run(&["sh", "-c", "echo hello; exit 3"]).await.unwrap();
    assert_eq!((code, output.as_slice()), (3, &b"hello\n"[..]));
    assert_eq!(run(&["true"]).await.unwrap(), (0, Vec::new()));
    assert_eq!(run(&["false"]).await.unwrap().0, 1);
    let (code, output) = run(&["sh", "-c", "echo $GREETING"]).await.unwrap();
    assert_eq!((code, output.as_slice()), (0, &b"hello there\n"[..]));
}

pub async fn a_missing_command_is_told_by_its_code(bench: Bench) {
    let it = bench.obedient().await;
    let done = bench.engine.exec_capture(&it.key.id, &["/no/such"]).await;
    let (code, output) = done.unwrap();
    assert!(matches!(code, 126 | 127), "{code}");
    let said = String::from_utf8_lossy(&output).into_owned();
    assert!(said.contains("no such file or directory"), "{said}");
}

pub async fn a_terminal_echoes_and_ends(bench: Bench) {
    let it = bench.obedient().await;
    let request = ExecRequest {
        command: words(&["sh"]),
        tty: true,
        stdin: true,
        size: Some((100, 30)),
        ..ExecRequest::default()
    };
    let mut exec = bench.engine.exec(&it.key.id, &request).await.unwrap();
    bench.engine.resize_exec(&exec.id, (100, 30)).await;
    assert_eq!(
        bench.engine.exec_exit(&exec.id).await.unwrap(),
        None,
        "it runs"
    );
    exec.pipe.write_all(b"echo he''llo\n").await.unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    let has = |seen: &[u8], text: &[u8]| seen.windows(text.len()).any(|w| w == text);
    soon("an answer", async {
        while !has(&seen, b"\nhello\r\n") {
            let count = exec.pipe.read(&mut buffer).await.unwrap();
            assert!(count > 0, "{}", seen.escape_ascii());
            seen.extend_from_slice(&buffer[..count]);
        }
    })
    .await;
    assert!(has(&seen, b"echo he''llo\r\n"), "what is typed is echoed");
    exec.pipe.write_all(b"exit 4\n").await.unwrap();
    soon("the end", async {
        while exec.pipe.read(&mut buffer).await.unwrap() > 0 {}
    })
    .await;
    assert_eq!(bench.engine.exec_ended(&exec.id).await.unwrap(), Some(4));
}

pub async fn what_does_not_run_takes_no_command(bench: Bench) {
    let ended = bench.failed().await;
    let error = bench.engine.exec_capture(&ended.key.id, &["true"]).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), FailureKind::Conflict);
    let words = if bench.podman() {
        "only create exec sessions on running containers"
    } else {
        "is not running"
    };
    assert!(error.to_string().contains(words), "{error}");

    let it = bench.obedient().await;
    bench.act(&it, stacktui::effect::Verb::Pause).await.unwrap();
    let error = bench.engine.exec_capture(&it.key.id, &["true"]).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), FailureKind::Conflict);
    assert!(error.to_string().contains("is paused"), "{error}");
}

pub async fn a_shell_is_found_or_not(bench: Bench) {
    let it = bench.obedient().await;
    let found = bench.engine.find_shell(&it.key.id, &[]).await.unwrap();
    assert!(
        found.is_some_and(|shell| shell.ends_with("ash")),
        "the better one of ash and sh"
    );
    let prefer = words(&["sh"]);
    let found = bench.engine.find_shell(&it.key.id, &prefer).await.unwrap();
    assert!(found.is_some_and(|shell| shell == "sh" || shell.ends_with("/sh")));
    let it = bench.shellless().await;
    assert_eq!(bench.engine.find_shell(&it.key.id, &[]).await, Ok(None));
}
