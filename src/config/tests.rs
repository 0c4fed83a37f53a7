//! Settings from files and variables, tested on directories of their own.
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::settings::{Preset, Timestamps, Value};

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new(config: &str) -> Self {
        let home = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(home.config().parent().unwrap()).unwrap();
        fs::write(home.config(), config).unwrap();
        fs::set_permissions(home.config(), fs::Permissions::from_mode(0o644)).unwrap();
        home
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join(".config/stacktui/config.toml")
    }

    fn env(&self, more: &[(&str, &str)]) -> Environment {
        let mut env = Environment::from([("HOME", self.dir.path().to_str().unwrap())]);
        for (name, value) in more {
            env.0.insert((*name).to_owned(), (*value).to_owned());
        }
        env
    }

    fn load(&self) -> Result<Settings, ConfigErrors> {
        load(None, &self.env(&[]), &known())
    }
}

fn known() -> Known {
    let action = |id: &str, scope: &str, key: &str| KnownAction {
        id: id.to_owned(),
        scope: scope.to_owned(),
        keys: vec![key.to_owned()],
    };
    Known {
        themes: vec!["default".to_owned(), "light".to_owned()],
        actions: vec![
            action("container.restart", "container", "r"),
            action("container.stop", "container", "s"),
            action("log.search", "log", "/"),
            action("app.quit", "global", "ctrl-c"),
        ],
        columns: vec![(
            "containers".to_owned(),
            ["name", "state", "cpu"].map(str::to_owned).to_vec(),
        )],
        endpoint: Some(|text| match text {
            "nowhere" => Err("it leads nowhere".to_owned()),
            _ => Ok(()),
        }),
    }
}

fn mistakes(config: &str) -> Vec<String> {
    let errors = Home::new(config).load().unwrap_err();
    errors.mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn no_file_means_defaults_but_a_named_one_must_be_there() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().to_str().unwrap();
    let env = Environment::from([("HOME", home)]);
    assert_eq!(load(None, &env, &known()).unwrap(), Settings::default());
    let none = Environment::default();
    assert_eq!(load(None, &none, &known()).unwrap(), Settings::default());
    let missing = dir.path().join("nope.toml");
    let error = load(Some(&missing), &env, &known()).unwrap_err();
    assert!(error.to_string().contains("nope.toml"), "{error}");
}

#[test]
fn a_file_sets_what_it_names() {
    let home = Home::new(
        "theme = 'light'\ncolors = 256\nprotect = '*-db'\njournal.path = '~/j'\n\
         [logs]\ntail = 0x10\ntimestamps = 'utc'\n\
         [keys]\ncontainer.restart = ['ctrl-r', 'f5']\n'container.stop' = []\n\
         [confirm]\ncontainer.restart = true\n\
         [columns]\ncontainers = ['name', 'cpu']\n[order]\ncontainers = '-cpu'\n",
    );
    let settings = home.load().unwrap();
    assert_eq!(settings.theme, "light");
    assert_eq!(settings.colors, Colors::Indexed);
    assert_eq!(settings.protect, ["*-db"]);
    assert_eq!(settings.logs.tail, 16);
    assert_eq!(settings.logs.timestamps, Timestamps::Utc);
    assert_eq!(settings.keys["container.restart"], ["ctrl-r", "f5"]);
    assert!(settings.keys["container.stop"].is_empty());
    assert!(settings.confirm["container.restart"]);
    assert_eq!(settings.order["containers"], "-cpu");
    assert_eq!(settings.journal_path, Some(home.dir.path().join("j")));
}

#[test]
fn every_mistake_is_told_with_its_line_and_the_nearest_name() {
    let told = mistakes(
        "mose = false\nthem = 'x'\nascii = 'yes'\ncolors = 'truecolour'\n\
         wrap = true\nshells = ['sh', 3]\n[logs]\ntail = -1\ntial = 5\n\
         [keys]\ncontainer.restrat = ['x']\n'container.stop' = ['wat']\n",
    );
    assert_eq!(
        told,
        [
            "line 1: unknown key `mose`: did you mean `mouse`?",
            "line 2: unknown key `them`: did you mean `theme`?",
            "line 3: `ascii` takes true or false, not \"yes\"",
            "line 4: `colors` takes one of auto, none, 16, 256, truecolor, not \"truecolour\": did you mean `truecolor`?",
            "line 5: unknown key `wrap`: did you mean `logs.wrap`?",
            "line 6: `shells` takes a list of texts, like [\"a\", \"b\"], not a list",
            "line 8: `logs.tail` takes a whole number from 0 to 1000000, not -1",
            "line 9: unknown key `logs.tial`: did you mean `logs.tail`?",
            "line 11: there is no action `container.restrat`: did you mean `container.restart`?",
            "line 12: `wat` is not a key: write a character, or ctrl-x, alt-x, enter, esc, tab, space, up, f5 …",
        ]
    );
}

#[test]
fn names_of_other_registries_are_checked_when_they_are_given() {
    let config = "theme = 'lihgt'\n[columns]\ncontainers = ['name', 'cpus', 'name']\nimages = ['x']\n\
                  [order]\ncontainers = '-stat'\n[confirm]\n'container.stpo' = true\n";
    assert_eq!(
        mistakes(config),
        [
            "line 1: there is no theme `lihgt`: did you mean `light`?",
            "line 3: column `name` is there twice",
            "line 3: there is no column `cpus`: did you mean `cpu`?",
            "line 4: there is no view with columns `images`",
            "line 6: there is no column `stat`: did you mean `state`?",
            "line 8: there is no action `container.stpo`: did you mean `container.stop`?",
        ]
    );
    let home = Home::new("theme = 'mine'\n[keys]\n'some.act' = ['x']\n");
    assert!(load(None, &home.env(&[]), &Known::default()).is_ok());
}

#[test]
fn clashes_are_found_in_a_scope_and_only_there() {
    let told = mistakes(
        "[keys]\n'container.restart' = ['s', 'x', 'X', 'x']\n'log.search' = ['x', 'ctrl-c']\n",
    );
    assert_eq!(
        told,
        [
            "line 2: s is bound to both `container.stop` and `container.restart`",
            "line 2: x is there twice",
            "line 3: Ctrl-c cannot be bound: it is the way out",
        ]
    );
    let swap = "[keys]\n'container.restart' = ['s']\n'container.stop' = ['r']\n";
    assert!(Home::new(swap).load().is_ok(), "a swap is no clash");
    let quit = "[keys]\n'app.quit' = ['ctrl-c', 'ctrl-q']\n";
    assert!(Home::new(quit).load().is_ok(), "its own key may stay");
}

#[test]
fn broken_toml_is_told_beside_the_rest() {
    let told = mistakes("mose = 1\ntheme = \n[logs\ntail = 5\n");
    assert!(told.len() >= 3, "{told:?}");
    assert!(told.iter().any(|m| m.starts_with("line 1: unknown key")));
    assert!(told.iter().any(|m| m.starts_with("line 2: ")), "{told:?}");
    assert!(told.iter().any(|m| m.starts_with("line 3: ")), "{told:?}");
    let nameless = told.iter().filter(|m| m.contains("unknown key ``"));
    assert_eq!(nameless.count(), 0, "{told:?}");
    let twice = mistakes("mouse = true\nmouse = false\n");
    assert_eq!(twice.len(), 1, "{twice:?}");
}

#[test]
fn hostile_words_do_not_reach_the_terminal() {
    let told = mistakes("\"a\\u001b[31m\" = 1\ntheme = \"\\u202e\\u001b]0;x\\u0007\"\n").join("\n");
    assert!(
        !told.contains('\u{1b}') && !told.contains('\u{202e}'),
        "{told}"
    );
}

#[test]
fn a_file_that_others_may_write_is_refused() {
    let home = Home::new("mouse = false\n");
    fs::set_permissions(home.config(), fs::Permissions::from_mode(0o664)).unwrap();
    let error = home.load().unwrap_err().to_string();
    assert!(error.contains("chmod go-w"), "{error}");
    let dir = load(Some(home.dir.path()), &home.env(&[]), &known()).unwrap_err();
    assert!(dir.to_string().contains("no plain file"), "{dir}");
}

#[test]
fn the_environment_goes_over_the_file() {
    let home = Home::new("[logs]\ntail = 7\nwrap = true\n");
    let load = |more: &[(&str, &str)]| load(None, &home.env(more), &known());
    let settings = load(&[
        ("STACKTUI_LOGS_TAIL", "9"),
        ("STACKTUI_KEY_PRESET", "k9s"),
        ("STACKTUI_SHELLS", "zsh, sh"),
        ("STACKTUI_UNRELATED_THING", "1"),
        ("NO_COLOR", "1"),
    ])
    .unwrap();
    assert_eq!(settings.logs.tail, 9);
    assert!(settings.logs.wrap);
    assert_eq!(settings.key_preset, Preset::K9s);
    assert_eq!(settings.shells, ["zsh", "sh"]);
    assert_eq!(settings.colors, Colors::None);
    let forced = load(&[("NO_COLOR", "1"), ("STACKTUI_COLORS", "16")]).unwrap();
    assert_eq!(forced.colors, Colors::Sixteen);

    let error = load(&[("STACKTUI_MOUSE", "maybe"), ("STACKTUI_THEM", "x")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the settings cannot be used:\n  \
         STACKTUI_MOUSE: `maybe` does not fit; it takes true or false\n  \
         STACKTUI_THEM: no such setting: did you mean STACKTUI_THEME?"
    );
}

/// The template with its one level of comments taken away.
fn uncommented() -> String {
    let is_setting = |line: &&str| {
        line.strip_prefix("# ").is_some_and(|rest| {
            rest.starts_with('[') || rest.contains(" = ") && !rest.starts_with('#')
        })
    };
    let text = template();
    let lines = text.lines().filter(is_setting);
    lines.flat_map(|line| [&line[2..], "\n"]).collect()
}

#[test]
fn the_template_names_every_setting_and_changes_nothing() {
    let as_it_is = Home::new(&template()).load().unwrap();
    assert_eq!(as_it_is, Settings::default());
    let text = uncommented();
    let mut settings = Settings::default();
    for setting in SETTINGS {
        // Something else first, so that a line that is not read would show.
        if let Value::Bool(on) = setting.get(&settings) {
            setting.put(&mut settings, Value::Bool(!on)).unwrap();
        }
    }
    let (mut lines, mut mistakes) = (read::Lines::new(), Vec::new());
    read::apply(&text, &mut settings, &mut lines, &mut mistakes);
    assert_eq!(mistakes, []);
    assert_eq!(settings, Settings::default());
    for setting in SETTINGS {
        assert!(lines.contains_key(setting.name), "{}", setting.name);
    }
}

#[test]
fn the_examples_of_the_template_can_be_used() {
    let text = template();
    let examples: String = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("# # ")
                .or_else(|| line.strip_prefix("# [").map(|_| &line[2..]))
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let home = Home::new(&examples);
    let settings = load(None, &home.env(&[]), &Known::default()).unwrap();
    assert!(!settings.keys.is_empty() && !settings.columns.is_empty());
    assert!(!settings.order.is_empty() && !settings.confirm.is_empty());
}

#[test]
fn the_shipped_file_is_the_template() {
    let shipped = include_str!("../../assets/config.toml");
    assert!(
        shipped == template(),
        "assets/config.toml differs: write it anew with `stacktui --print config`"
    );
}

#[test]
fn what_is_remembered_comes_back_and_a_spoilt_file_is_as_none() {
    let home = Home::new("");
    let path = home.env(&[]).paths().unwrap().state;
    assert_eq!(recall(&path), []);
    let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    let first = [
        pair("columns.containers", "name,cpu"),
        pair("order.containers", "cpu"),
    ];
    remember(&path, &first).unwrap();
    remember(&path, &[pair("order.containers", "-cpu")]).unwrap();
    let all = recall(&path);
    assert_eq!(
        all,
        [
            pair("columns.containers", "name,cpu"),
            pair("order.containers", "-cpu")
        ]
    );
    let mut settings = Settings::default();
    settings.recall(&all);
    assert_eq!(settings.order["containers"], "-cpu");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    fs::write(&path, "not toml [").unwrap();
    assert_eq!(recall(&path), []);
    remember(&path, &first).unwrap();
    assert_eq!(recall(&path).len(), 2);
}

#[test]
fn hosts_lead_somewhere_and_their_names_can_be_typed() {
    let home = Home::new("[hosts]\nweb-01 = 'ssh://ops@web-01'\ndb.east = 'tcp://db:2375'\n");
    let settings = home.load().unwrap();
    assert_eq!(settings.hosts["web-01"], "ssh://ops@web-01");
    assert_eq!(settings.hosts["db.east"], "tcp://db:2375");
    assert_eq!(
        mistakes("[hosts]\nb = 'nowhere'\n'a/b' = 'ssh://x'\n"),
        [
            "line 2: host `b`: it leads nowhere",
            "line 3: a host's name is one word without `/` and `=`, not `a/b`",
        ]
    );
}
