//! The shell's state and its commands. Must not know terminals beyond writing to one, and must
//! never touch the host.
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::terminal::Terminal;
use super::words::{When, commands};
use super::{Plan, facts, files};

/// Programs an image with a shell has besides its shells.
pub const PROGRAMS: [&str; 24] = [
    "[", "cat", "date", "echo", "env", "false", "free", "head", "hostname", "id", "kill", "ls",
    "nc", "printenv", "ps", "pwd", "sleep", "stty", "tail", "test", "true", "uname", "uptime",
    "whoami",
];
/// What the shell does itself.
const BUILTINS: [&str; 9] = [
    "cd", "clear", "command", "exit", "export", "help", "logout", "set", "type",
];

const HELP: &str = "A simulated shell. It knows: cat cd command date echo env exit export false free head help hostname id\nls printenv ps pwd sleep stty tail true uname uptime whoami\n";

/// A shell.
#[derive(Debug)]
pub struct Shell {
    plan: Plan,
    name: String,
    last: i64,
    left: bool,
}

/// What a command writes and how it ends.
pub(super) struct Done {
    out: String,
    err: String,
    code: i64,
}

impl Done {
    fn say(out: impl Into<String>) -> Self {
        Self {
            out: out.into(),
            err: String::new(),
            code: 0,
        }
    }

    fn fail(code: i64, err: impl Into<String>) -> Self {
        Self {
            out: String::new(),
            err: err.into(),
            code,
        }
    }
}

impl Shell {
    /// A shell called `name` for a plan.
    pub fn new(plan: Plan, name: &str) -> Self {
        Self {
            plan,
            name: name.to_owned(),
            last: 0,
            left: false,
        }
    }

    /// Whether it was left by `exit`.
    pub fn left(&self) -> bool {
        self.left
    }

    /// The exit code of the last command.
    pub fn code(&self) -> i64 {
        self.last
    }

    /// Takes note of Ctrl-C.
    pub fn interrupt(&mut self) {
        self.last = 130;
    }

    /// The prompt, as this shell writes it.
    pub fn prompt(&self) -> String {
        let mark = if self.plan.is_root() { '#' } else { '$' };
        let Plan {
            user,
            hostname,
            directory,
            shells,
            ..
        } = &self.plan;
        match self.name.as_str() {
            "bash" => format!("{user}@{hostname}:{directory}{mark} "),
            // busybox has ash, and calls it sh too.
            "ash" | "sh" if shells.iter().any(|shell| shell == "ash") => {
                format!("{directory} {mark} ")
            }
            _ => format!("{mark} "),
        }
    }

    fn variable(&self, name: &str) -> String {
        match name {
            "?" => self.last.to_string(),
            "PWD" => self.plan.directory.clone(),
            "USER" => self.plan.user.clone(),
            name => {
                let found = self.plan.env.iter().find(|(key, _)| key == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            }
        }
    }

    /// Runs a script; the code of its last command.
    pub async fn script<S>(&mut self, script: &str, terminal: &mut Terminal<S>) -> i64
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let all = commands(script, |name| self.variable(name));
        for command in all {
            let runs = match command.when {
                When::Always => true,
                When::And => self.last == 0,
                When::Or => self.last != 0,
            };
            if !runs {
                continue;
            }
            let done = self.run(&command.words, terminal).await;
            if !command.silent {
                terminal.out(&done.out).await;
            }
            if !command.silent_errors {
                terminal.err(&done.err).await;
            }
            self.last = done.code;
            if self.left {
                break;
            }
        }
        self.last
    }

    /// Runs one command given as words, without a shell around it.
    pub async fn command<S>(&mut self, words: &[String], terminal: &mut Terminal<S>) -> i64
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let done = self.run(words, terminal).await;
        terminal.out(&done.out).await;
        terminal.err(&done.err).await;
        done.code
    }

    async fn run<S>(&mut self, words: &[String], terminal: &mut Terminal<S>) -> Done
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some((program, rest)) = words.split_first() else {
            return Done::say("");
        };
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let builtin = BUILTINS.contains(&program.as_str());
        if !builtin && !self.plan.has(program) {
            return self.unknown(program);
        }
        match program.rsplit('/').next().unwrap_or(program) {
            "sleep" => Self::sleep(&rest, terminal).await,
            "cat" if rest.is_empty() => Self::copy(terminal).await,
            "bash" | "ash" | "sh" | "dash" | "zsh" if rest.first() == Some(&"-c") => {
                let script = rest.get(1).copied().unwrap_or_default().to_owned();
                let code = Box::pin(self.script(&script, terminal)).await;
                self.left = false;
                Done {
                    code,
                    ..Done::say("")
                }
            }
            "stty" => self.stty(&rest, terminal.is_tty()),
            name => self.plain(name, &rest),
        }
    }

    fn unknown(&self, program: &str) -> Done {
        if let Some((key, _)) = program.split_once('=') {
            return Done::say(if key.is_empty() { "\n" } else { "" });
        }
        let words = match self.name.as_str() {
            "bash" => format!("bash: {program}: command not found\n"),
            name => format!("{name}: {program}: not found\n"),
        };
        Done::fail(127, words)
    }

    async fn sleep<S>(rest: &[&str], terminal: &mut Terminal<S>) -> Done
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let length = rest
            .first()
            .and_then(|text| text.trim_end_matches('s').parse::<f64>().ok());
        let Some(length) = length.and_then(|length| Duration::try_from_secs_f64(length).ok())
        else {
            return Done::fail(1, "sleep: invalid number\n");
        };
        tokio::select! {
            () = tokio::time::sleep(length) => Done::say(""),
            () = terminal.interrupted() => Done::fail(130, ""),
        }
    }

    async fn copy<S>(terminal: &mut Terminal<S>) -> Done
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        use super::terminal::Line;
        loop {
            match terminal.line("").await {
                Line::Text(text) => terminal.out(&format!("{text}\n")).await,
                Line::Interrupted => return Done::fail(130, ""),
                Line::End => return Done::say(""),
            }
        }
    }

    fn stty(&self, rest: &[&str], tty: bool) -> Done {
        if !tty {
            return Done::fail(1, "stty: standard input: Inappropriate ioctl for device\n");
        }
        let (height, width) = *self.plan.size.borrow();
        match rest.first() {
            Some(&"size") => Done::say(format!("{height} {width}\n")),
            _ => Done::say(format!(
                "speed 38400 baud; rows {height}; columns {width};\n"
            )),
        }
    }

    fn plain(&mut self, name: &str, rest: &[&str]) -> Done {
        match name {
            "echo" => {
                let bare = rest.first() == Some(&"-n");
                let text = rest[usize::from(bare)..].join(" ");
                Done::say(if bare { text } else { format!("{text}\n") })
            }
            "true" | "set" | "kill" => Done::say(""),
            "false" => Done::fail(1, ""),
            "pwd" => Done::say(format!("{}\n", self.plan.directory)),
            "cd" => self.change_directory(rest),
            "exit" | "logout" => self.exit(rest),
            "export" => self.export(rest),
            "clear" => Done::say("\x1b[H\x1b[2J\x1b[3J"),
            "help" => Done::say(HELP),
            "command" | "type" => self.look_up(rest),
            "env" | "printenv" => self.environment(rest),
            "ls" => self.list(rest),
            "cat" | "head" | "tail" => self.show(name, rest),
            "test" | "[" => Done {
                code: i64::from(!self.test(rest)),
                ..Done::say("")
            },
            _ => Done::say(facts::about(&self.plan, &self.name, name, rest)),
        }
    }

    fn path(&self, path: &str) -> String {
        let full = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{}/{path}", self.plan.directory)
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in full.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    fn change_directory(&mut self, rest: &[&str]) -> Done {
        let home = self.variable("HOME");
        let wanted = rest.first().copied().unwrap_or(&home);
        let path = self.path(wanted);
        if !files::is_directory(&path) {
            return Done::fail(
                1,
                format!(
                    "{}: cd: can't cd to {wanted}: No such file or directory\n",
                    self.name
                ),
            );
        }
        self.plan.directory = path;
        Done::say("")
    }

    fn exit(&mut self, rest: &[&str]) -> Done {
        self.left = true;
        let code = rest.first().and_then(|code| code.parse::<i64>().ok());
        Done {
            code: code.unwrap_or(self.last) & 0xff,
            ..Done::say("")
        }
    }

    fn export(&mut self, rest: &[&str]) -> Done {
        for line in rest {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            self.plan.env.retain(|(known, _)| known != key);
            self.plan.env.push((key.to_owned(), value.to_owned()));
        }
        Done::say("")
    }

    fn look_up(&self, rest: &[&str]) -> Done {
        let name = rest
            .iter()
            .find(|word| !word.starts_with('-'))
            .copied()
            .unwrap_or_default();
        if BUILTINS.contains(&name) {
            return Done::say(format!("{name}\n"));
        }
        if !self.plan.has(name) {
            return Done {
                code: 127,
                ..Done::say("")
            };
        }
        let bare = name.rsplit('/').next().unwrap_or(name);
        Done::say(format!("/bin/{bare}\n"))
    }

    fn environment(&self, rest: &[&str]) -> Done {
        if let Some(name) = rest.first() {
            let found = self.plan.env.iter().find(|(key, _)| key == name);
            return found.map_or_else(
                || Done::fail(1, ""),
                |(_, value)| Done::say(format!("{value}\n")),
            );
        }
        let lines = self
            .plan
            .env
            .iter()
            .map(|(key, value)| format!("{key}={value}\n"));
        Done::say(lines.collect::<String>())
    }

    fn list(&self, rest: &[&str]) -> Done {
        let long = rest
            .iter()
            .any(|word| word.starts_with('-') && word.contains('l'));
        let wanted = rest
            .iter()
            .find(|word| !word.starts_with('-'))
            .copied()
            .unwrap_or(".");
        let path = self.path(wanted);
        let names = files::list(&path);
        let names = names.or_else(|| files::text(&path, "").map(|_| vec![wanted.to_owned()]));
        let Some(names) = names else {
            return Done::fail(1, format!("ls: {wanted}: No such file or directory\n"));
        };
        let line = |name: &String| {
            let inner = self.path(&format!("{path}/{name}"));
            let kind = if files::is_directory(&inner) {
                "drwxr-xr-x"
            } else {
                "-rw-r--r--"
            };
            if long {
                format!("{kind}    1 root     root          4096 Sep 12 08:14 {name}\n")
            } else {
                format!("{name}\n")
            }
        };
        Done::say(names.iter().map(line).collect::<String>())
    }

    fn show(&self, name: &str, rest: &[&str]) -> Done {
        let mut done = Done::say("");
        for wanted in rest.iter().filter(|word| !word.starts_with('-')) {
            if let Some(text) = files::text(&self.path(wanted), &self.plan.hostname) {
                done.out += &text;
            } else {
                let words = format!("{name}: can't open '{wanted}': No such file or directory\n");
                done.err += &words;
                done.code = 1;
            }
        }
        done
    }

    fn test(&self, rest: &[&str]) -> bool {
        match rest {
            ["-n", text, ..] => !text.is_empty(),
            ["-z", text, ..] => text.is_empty(),
            ["-d", path, ..] => files::is_directory(&self.path(path)),
            ["-f" | "-e", path, ..] => files::text(&self.path(path), "").is_some(),
            ["-x", path, ..] => self.plan.has(path),
            [a, "=" | "==", b, ..] => a == b,
            [a, "!=", b, ..] => a != b,
            [text, ..] => !text.is_empty() && *text != "]",
            [] => false,
        }
    }
}
