//! The languages' files against the program: every text it can say is translated, every translation is said, and holes
//! are the same in both. Texts come from the registries and from `say!`, `say_n!` and `key!` in the sources.
#[cfg(test)]
#[path = "../build.rs"]
#[expect(dead_code, reason = "its `main` is cargo's")]
mod build;

#[cfg(test)]
mod catalogue {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use regex::Regex;
    use stacktui::columns::{Column, Width};
    use stacktui::lang::{self, Lang};
    use stacktui::{actions, cli, columns, settings, text, theme, views};
    use toml::{Table, Value};

    /// A text and what tells it apart from an equal one.
    type Said = (String, String);

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn files(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }

    /// The sources without comments, but for the macros' own home.
    fn sources() -> Vec<String> {
        let mut found = Vec::new();
        files(&root().join("src"), &mut found);
        found.retain(|path| !path.starts_with(root().join("src/lang")));
        found.retain(|path| *path != root().join("src/lang.rs"));
        let text = |path: &PathBuf| fs::read_to_string(path).unwrap();
        let code = |line: &&str| !line.trim_start().starts_with("//");
        let lines = |text: String| text.lines().filter(code).collect::<Vec<_>>().join("\n");
        found.iter().map(text).map(lines).collect()
    }

    /// What a string literal means: Rust's escapes that texts use are TOML's, too, a line that goes on among them.
    fn meant(literal: &str) -> String {
        let table: Table = format!("x = \"\"\"{literal}\"\"\"").parse().unwrap();
        table["x"].as_str().unwrap().to_owned()
    }

    const LITERAL: &str = r#""((?:[^"\\]|\\.|\\\n)*)""#;

    fn said_in(source: &str, said: &mut BTreeSet<Said>) {
        let plain = format!(r"(?s)\b(?:say|key)!\s*[(]\s*{LITERAL}(?:\s*as\s*{LITERAL})?");
        for found in Regex::new(&plain).unwrap().captures_iter(source) {
            let context = found.get(2).map_or("", |context| context.as_str());
            said.insert((meant(&found[1]), meant(context)));
        }
        let numbered = format!(r"(?s)\bsay_n!\s*[(][^;]*?,\s*{LITERAL}\s*,\s*{LITERAL}");
        for found in Regex::new(&numbered).unwrap().captures_iter(source) {
            said.insert((meant(&found[1]), String::new()));
        }
    }

    /// Every column's id, title and help in the chosen language, and the fewest cells it is drawn with.
    fn column_texts() -> Vec<(&'static str, &'static str, &'static str, u16)> {
        fn of<R>(
            columns: &[Column<R>],
        ) -> impl Iterator<Item = (&'static str, &'static str, &'static str, u16)> {
            columns.iter().map(|column| {
                let (Width::Fixed(width) | Width::Flex(width, _)) = column.width;
                (column.id, column.title(), column.help(), width)
            })
        }
        of(columns::container::COLUMNS)
            .chain(of(columns::host::COLUMNS))
            .chain(of(columns::image::COLUMNS))
            .chain(of(columns::mail::COLUMNS))
            .chain(of(columns::network::COLUMNS))
            .chain(of(columns::swarm::SERVICES))
            .chain(of(columns::swarm::NODES))
            .chain(of(columns::route::COLUMNS))
            .chain(of(columns::stack::COLUMNS))
            .chain(of(columns::volume::COLUMNS))
            .collect()
    }

    fn registries(said: &mut BTreeSet<Said>) {
        let mut add = |text: &str| {
            if !text.is_empty() {
                said.insert((text.to_owned(), String::new()));
            }
        };
        for action in actions::all() {
            add(action.title());
            add(action.help());
        }
        for view in views::ALL {
            add(view.title());
            add(view.help());
        }
        for (_, title, help, _) in column_texts() {
            add(title);
            add(help);
        }
        for setting in settings::SETTINGS {
            add(setting.doc);
        }
        for key in theme::KEYS {
            add(key.doc.trim());
        }
    }

    /// Everything that can be said.
    fn all_said() -> BTreeSet<Said> {
        let mut said = BTreeSet::new();
        registries(&mut said);
        let help = cli::help_texts().into_iter();
        said.extend(help.map(|(text, context)| (text, context.to_owned())));
        for source in sources() {
            said_in(&source, &mut said);
        }
        said
    }

    /// The texts of a language's file with their forms.
    fn translated(path: &Path) -> BTreeMap<Said, Vec<String>> {
        let file: Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let forms = |value: &Value| match value {
            Value::Array(forms) => forms
                .iter()
                .map(|f| f.as_str().unwrap().to_owned())
                .collect(),
            one => vec![one.as_str().unwrap().to_owned()],
        };
        let mut texts = BTreeMap::new();
        let mut take = |context: &str, table: &Table| {
            for (text, value) in table {
                texts.insert((text.clone(), context.to_owned()), forms(value));
            }
        };
        for (section, value) in &file {
            match value {
                Value::Table(contexts) if section == "as" => {
                    for (context, table) in contexts {
                        take(context, table.as_table().unwrap());
                    }
                }
                Value::Table(table) => take("", table),
                _ => {}
            }
        }
        texts
    }

    fn languages() -> Vec<PathBuf> {
        let files = fs::read_dir(root().join("assets/lang")).unwrap();
        files.map(|entry| entry.unwrap().path()).collect()
    }

    fn list(texts: impl Iterator<Item = Said>) -> String {
        let line = |(text, context): Said| match context.as_str() {
            "" => format!("\n  {text:?}"),
            context => format!("\n  {text:?} as {context:?}"),
        };
        texts.map(line).collect()
    }

    #[test]
    fn every_text_is_translated_and_every_translation_is_said() {
        let said = all_said();
        let titles: Vec<&str> = column_texts()
            .iter()
            .flat_map(|column| [column.0, column.1])
            .collect();
        assert!(said.len() > 300, "the scan sees the program");
        for path in languages() {
            let mut known: BTreeSet<Said> = translated(&path).into_keys().collect();
            // Over a column a language may have another word, and needs none.
            known.retain(|(text, context)| context != "column" || !titles.contains(&text.as_str()));
            let missing = list(said.difference(&known).cloned());
            let unused = list(known.difference(&said).cloned());
            let file = path.display();
            assert!(missing.is_empty(), "{file} lacks{missing}");
            assert!(unused.is_empty(), "{file} has what is never said{unused}");
        }
    }

    /// A file in the directory is all that it takes: the program has the language, and it can be asked for.
    #[test]
    fn a_language_is_one_file() {
        let dir = tempfile::tempdir().unwrap();
        for file in languages() {
            fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
        }
        let german = dir.path().join("de.toml");
        let head = "name = 'Deutsch'\nplural = 'n != 1'\nno_break_before = ''\nno_break_after = ''";
        let texts = "[words]\nstop = 'anhalten'\n'{n} line' = ['{n} Zeile', '{n} Zeilen']";
        fs::write(&german, format!("{head}\n{texts}\n")).unwrap();
        let code = super::build::languages(dir.path()).unwrap();
        for told in [
            r#"id: "de", name: "Deutsch""#,
            r#"("stop", "", &["anhalten"])"#,
            r#"("{n} line", "", &["{n} Zeile", "{n} Zeilen"])"#,
            r#"id: "fr", name: "français""#,
            r#"CHOICES: &[&str] = &["auto", "en", "de", "fr"]"#,
        ] {
            assert!(code.contains(told), "{told}");
        }
        fs::write(
            &german,
            format!("{head}\n[words]\n'{{n}} line' = ['one']\n"),
        )
        .unwrap();
        let why = super::build::languages(dir.path()).unwrap_err().to_string();
        assert!(why.ends_with("de.toml: `{n} line` needs 2 forms"), "{why}");
    }

    #[test]
    fn holes_are_those_of_the_text() {
        let hole = Regex::new(r"\{\w*\}").unwrap();
        let holes = |text: &str| -> BTreeSet<String> {
            let found = hole.find_iter(text);
            found.map(|hole| hole.as_str().to_owned()).collect()
        };
        for path in languages() {
            for ((text, _), forms) in translated(&path) {
                let mut wanted = holes(&text);
                let numbered = forms.len() > 1;
                for form in &forms {
                    let mut found = holes(form);
                    if numbered {
                        // One may be said without its number.
                        wanted.insert("{n}".to_owned());
                        found.insert("{n}".to_owned());
                    }
                    assert_eq!(wanted, found, "{text:?}: {form:?}");
                }
            }
        }
    }

    /// However narrow the screen: French has a space before these marks, and no line begins with one.
    #[test]
    fn no_line_begins_with_a_mark() {
        let french = Lang::named("fr").unwrap();
        let forms: Vec<&str> = french
            .texts()
            .iter()
            .flat_map(|(_, _, forms)| *forms)
            .copied()
            .collect();
        assert!(forms.iter().filter(|form| form.contains("\u{a0}:")).count() > 100);
        for form in forms {
            // Longer than the longest word with its mark.
            for width in 24..80 {
                let rows = text::wrap_words(form, width);
                let broken = rows
                    .iter()
                    .skip(1)
                    .find(|row| row.starts_with([';', ':', '?', '!', '»']));
                assert_eq!(broken, None, "{form:?} in {width}");
                let open = rows.iter().rev().skip(1).find(|row| row.ends_with('«'));
                assert_eq!(open, None, "{form:?} in {width}");
            }
        }
    }

    /// The registries' own limits, in every language.
    #[test]
    fn titles_fit_where_they_stand() {
        let mut wrong = Vec::new();
        let mut check = |holds: bool, what: String| wrong.extend((!holds).then_some(what));
        for lang in Lang::all() {
            lang::within(lang, || {
                for action in actions::all() {
                    let (title, help) = (action.title(), action.help());
                    check(text::width(title) <= 24, format!("{lang:?} {title}"));
                    check(help.ends_with('.'), format!("{lang:?} {help}"));
                }
                for (id, title, help, width) in column_texts() {
                    let fits = text::width(title) <= usize::from(width);
                    check(fits, format!("{lang:?} {id}: {title} in {width}"));
                    check(help.ends_with('.'), format!("{lang:?} {id}: {help}"));
                }
            });
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    #[test]
    fn texts_are_found_in_source() {
        let source = r#"
            say!("plain"); say!("up" as "link"); key!("a \"word\"");
            say!(
                "{n} of {all}",
                n = 1, all = 2
            );
            say_n!(list.len(), "{n} line", "{n} lines", x = say!("inner"));
        "#;
        let mut said = BTreeSet::new();
        said_in(source, &mut said);
        let texts: Vec<String> = said.iter().map(|(a, b)| format!("{a}/{b}")).collect();
        assert_eq!(
            texts,
            [
                "a \"word\"/",
                "inner/",
                "plain/",
                "up/link",
                "{n} line/",
                "{n} of {all}/"
            ]
        );
    }
}
