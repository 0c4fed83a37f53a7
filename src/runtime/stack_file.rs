//! The files of a stack beside the loop: read anew while they are looked at, and edited in the user's own editor, which has
//! the whole terminal meanwhile. Knows channels, not the terminal itself.
use std::path::{Path, PathBuf};
use std::time::Duration;

use pty_process::{Command, Size};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::shell::ShellIo;
use crate::compose::{self, Programs, Store};
use crate::engine::Engine;
use crate::lang::Words;
use crate::model::Key;
use crate::model::compose::Project;
use crate::model::stack_file::{Edited, FileOf};
use crate::msg::{Failure, Msg};

/// Files are read this often while they are on screen.
const PERIOD: Duration = Duration::from_secs(2);
/// After the editor's end: how long its last bytes may let wait, and how long they may take in all. What it started may
/// go on writing for ever.
const QUIET: Duration = Duration::from_millis(200);
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Where the environment names no editor: those that every system may have.
const EDITORS: [&str; 3] = ["editor", "vi", "nano"];

/// Tells a project's files, and again when something of them has changed.
pub(super) async fn follow(
    key: Key,
    project: Box<Project>,
    programs: Programs,
    engine: watch::Receiver<Option<Engine>>,
    out: mpsc::Sender<Msg>,
) {
    let files = FileOf::all(&project);
    let mut known = None;
    loop {
        let (asked, store) = (files.clone(), programs.store.clone());
        let read = tokio::task::spawn_blocking(move || compose::read(&asked, store.as_ref()));
        let Ok(read) = read.await else { return };
        let elsewhere = engine.borrow().as_ref().and_then(address);
        let now = Some((read, elsewhere));
        if now != known {
            let (read, elsewhere) = now.clone().unwrap_or_default();
            let msg = Msg::Files(key.clone(), read, elsewhere);
            if out.send(msg).await.is_err() {
                return;
            }
            known = now;
        }
        sleep(PERIOD).await;
    }
}

/// Where an engine is that is reached over the network.
pub(super) fn address(engine: &Engine) -> Option<String> {
    let mut variables = engine.environment()?.iter();
    let (_, host) = variables.find(|(name, _)| *name == "DOCKER_HOST")?;
    (!host.starts_with("unix:")).then(|| host.clone())
}

/// Edits a copy of a file, and says how the copy stands to the file then.
///
/// # Errors
/// No copy can be made, no editor is there, or it ended badly; what was typed is kept.
pub(super) async fn edit(
    file: FileOf,
    store: Option<Store>,
    editor: Option<String>,
    io: ShellIo,
) -> Result<Edited, Failure> {
    let store =
        store.ok_or_else(|| failure(|| say!("there is no directory to keep an edit in")))?;
    let editor = editor.or_else(found).ok_or_else(|| Failure {
        advice: say!("set VISUAL or EDITOR, or install vi or nano").to_owned(),
        ..failure(|| say!("no editor"))
    })?;
    let (of, at) = (file.clone(), store.clone());
    let draft = blocking(move || compose::begin(&of, &at)).await?;
    let code = run(&editor, &draft, io).await.map_err(|error| Failure {
        advice: say!("set VISUAL or EDITOR to one that can be started").to_owned(),
        ..failure(|| say!("{name}: {why}", name = editor, why = error))
    })?;
    let edited = blocking(move || compose::compare(&file, &store)).await;
    match (code, edited) {
        (Some(0), edited) => edited,
        // Left without a word, as `:cq` does, or never begun.
        (code, Ok(Edited::Changed)) => Err(Failure {
            advice: say!("nothing was written, and the edit is kept").to_owned(),
            ..failure(|| ended(&editor, code))
        }),
        (code, _) => Err(failure(|| ended(&editor, code))),
    }
}

fn ended(editor: &str, code: Option<i32>) -> String {
    match code {
        Some(126 | 127) => say!("{editor} cannot be started", editor),
        Some(code) => say!(
            "{program} ended with exit code {code}",
            program = editor,
            code
        ),
        None => say!("{program} was killed", program = editor),
    }
}

fn failure<T: Into<String>>(say: impl Fn() -> T) -> Failure {
    Failure {
        what: Words::ours(say).map(|what| crate::text::sanitise_ident(what.as_bytes())),
        ..Failure::default()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(failure(|| error.to_string())))
}

fn found() -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let there = |name: &&str| folders.iter().any(|folder| folder.join(name).is_file());
    EDITORS.into_iter().find(there).map(str::to_owned)
}

/// Runs the editor in a terminal of its own, whose bytes go both ways; its exit code, none when it was killed.
async fn run(
    editor: &str,
    draft: &Path,
    mut io: ShellIo,
) -> Result<Option<i32>, pty_process::Error> {
    let (pty, pts) = pty_process::open()?;
    let size = |(columns, rows): (u16, u16)| Size::new(rows, columns);
    pty.resize(size(*io.size.borrow_and_update()))?;
    // The variable may hold arguments and quotes: the shell reads it, as it does for git.
    let script = format!("{editor} \"$@\"");
    let folder = draft.parent().unwrap_or(Path::new("/"));
    let mut child = Command::new("/bin/sh")
        .args(["-c", &script, editor])
        .arg(draft)
        .current_dir(folder)
        .kill_on_drop(true)
        .spawn(pts)?;
    let (mut reader, mut writer) = pty.into_split();
    let mut buffer = vec![0; 16 * 1024];
    let mut unsent = Vec::new();
    let code = loop {
        tokio::select! {
            status = child.wait() => break status?.code(),
            // An error is its end: the last process has let go of the terminal.
            Ok(count @ 1..) = reader.read(&mut buffer) => {
                let bytes = buffer.get(..count).unwrap_or_default().to_vec();
                let _closed = io.output.send(bytes).await;
            }
            // Not all at once: an editor that does not read yet may wait for us to take what it shows.
            Ok(count) = writer.write(&unsent), if !unsent.is_empty() => {
                unsent.drain(..count);
            }
            Some(typed) = io.input.recv(), if unsent.is_empty() => unsent = typed,
            Ok(()) = io.size.changed() => {
                let now = *io.size.borrow_and_update();
                writer.resize(size(now))?;
            }
        }
    };
    let last_words = async {
        while let Ok(Ok(count @ 1..)) = timeout(QUIET, reader.read(&mut buffer)).await {
            let bytes = buffer.get(..count).unwrap_or_default().to_vec();
            let _closed = io.output.send(bytes).await;
        }
    };
    let _cut = timeout(LAST_WORDS, last_words).await;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stack_file::Role;

    struct Desk {
        folder: tempfile::TempDir,
        file: FileOf,
        store: Store,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("my, \"own\".yml");
            std::fs::write(&path, "old\n").unwrap();
            Self {
                store: Store::new(folder.path().join("kept"), "jean"),
                file: FileOf {
                    project: Project::default(),
                    role: Role::Compose,
                    path: path.display().to_string(),
                },
                folder,
            }
        }

        /// Edits with this as the editor; what it showed, and how it ended.
        async fn edit(&self, editor: &str, typed: &str) -> (String, Result<Edited, Failure>) {
            let (input, input_out) = mpsc::channel(8);
            let (output_in, mut output) = mpsc::channel(64);
            let (size_in, size) = watch::channel((93, 31));
            input.send(typed.as_bytes().to_vec()).await.unwrap();
            let io = ShellIo {
                input: input_out,
                output: output_in,
                size,
                detach_keys: Vec::new(),
                linger: false,
            };
            let (file, store) = (self.file.clone(), Some(self.store.clone()));
            let editing = edit(file, store, Some(editor.to_owned()), io);
            let showing = async {
                let mut shown = Vec::new();
                while let Some(bytes) = output.recv().await {
                    shown.extend(bytes);
                }
                String::from_utf8_lossy(&shown).into_owned()
            };
            let (ended, shown) = tokio::join!(editing, showing);
            drop(size_in);
            (shown, ended)
        }

        fn now(&self) -> String {
            std::fs::read_to_string(&self.file.path).unwrap()
        }
    }

    #[tokio::test]
    async fn an_editor_has_a_terminal_and_a_copy() {
        let desk = Desk::new();
        let script =
            "sh -c 'stty size; test -t 0 && read line && echo \"$line\" >> \"$1\"' \"it's\"";
        let (shown, ended) = desk.edit(script, "typed\n").await;
        assert_eq!(ended, Ok(Edited::Changed), "{shown}");
        assert!(shown.contains("31 93"), "{shown}");
        assert_eq!(desk.now(), "old\n", "the file itself is not touched");
        let draft = std::fs::read_to_string(desk.store.draft(&desk.file)).unwrap();
        assert_eq!(draft, "old\ntyped\n");
        // It goes on where it was left.
        let (shown, ended) = desk.edit("cat", "").await;
        assert!(shown.contains("typed"), "{shown}");
        assert_eq!(ended, Ok(Edited::Changed));
        assert!(desk.folder.path().join("kept").is_dir());
    }

    #[tokio::test]
    async fn what_an_editor_started_holds_nobody_up() {
        let desk = Desk::new();
        let chatter = "for n in 1 2 3 4 5 6 7 8 9; do for m in 1 2 3 4 5 6; do echo more; sleep 0.1; done; done";
        let script = format!("sh -c 'trap \"\" HUP; ({chatter}; echo over) & echo begun'");
        let (shown, ended) = desk.edit(&script, "").await;
        assert_eq!(ended, Ok(Edited::Unchanged));
        assert!(shown.contains("begun"), "{shown}");
        assert!(!shown.contains("over"), "{shown}");
    }

    #[tokio::test]
    async fn what_an_editor_leaves_behind_is_told() {
        let desk = Desk::new();
        assert_eq!(desk.edit("true", "").await.1, Ok(Edited::Unchanged));
        let failure = desk.edit("/nowhere/editor", "").await.1.unwrap_err();
        assert_eq!(failure.what.as_str(), "/nowhere/editor cannot be started");
        let script = "sh -c 'echo new > \"$1\"; exit 3' x";
        let failure = desk.edit(script, "").await.1.unwrap_err();
        assert!(
            failure.what.as_str().ends_with("exit code 3"),
            "{failure:?}"
        );
        assert!(failure.advice.contains("kept"), "{failure:?}");
        assert_eq!(desk.now(), "old\n");
    }
}
