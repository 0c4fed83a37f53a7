//! Turns each file under `assets/lang` into a sorted table, so that nothing is read or parsed at start and a language
//! is one file. What is wrong in a file stops the build with its name.
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

#[path = "src/lang/plural.rs"]
mod plural;

/// Forms by text and by what tells equal texts apart.
type Texts = BTreeMap<(String, String), Vec<String>>;

/// What keeps a line whole where a space stands: it is written as a plain one, and is none in the table.
const NO_BREAK: char = '\u{a0}';

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=assets/lang");
    println!("cargo::rerun-if-changed=src/lang/plural.rs");
    let code = languages(Path::new("assets/lang"))?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("languages.rs"), code)?;
    Ok(())
}

/// Every language that has a file in the directory, as code.
pub fn languages(dir: &Path) -> Result<String, Box<dyn Error>> {
    let mut code = String::from("static LANGUAGES: &[Language] = &[\n");
    let mut choices = vec!["auto".to_owned(), "en".to_owned()];
    let mut files: Vec<_> = fs::read_dir(dir)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let path = file.path();
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        language(&id, &path, &mut code).map_err(|why| format!("{}: {why}", path.display()))?;
        choices.push(id.into_owned());
    }
    code.push_str("];\n");
    writeln!(
        code,
        "/// What may be asked for: the locale's language, or one by its name."
    )?;
    writeln!(code, "pub const CHOICES: &[&str] = &{choices:?};")?;
    Ok(code)
}

/// Writes one language as code.
fn language(id: &str, path: &Path, code: &mut String) -> Result<(), Box<dyn Error>> {
    let mut file: toml::Table = fs::read_to_string(path)?.parse()?;
    let mut word = |key: &str| match file.remove(key) {
        Some(toml::Value::String(word)) => Ok(word),
        _ => Err(format!("`{key}` is missing")),
    };
    let (name, rule) = (word("name")?, word("plural")?);
    let (before, after) = (word("no_break_before")?, word("no_break_after")?);
    let at = plural::RULES.iter().position(|known| known.0 == rule);
    let at = at.ok_or(format!("`{rule}` is not a rule of src/lang/plural.rs"))?;
    let mut texts = Texts::new();
    for (section, value) in file {
        let table = |value| match value {
            toml::Value::Table(table) => Ok(table),
            _ => Err(format!("`{section}` is not a table")),
        };
        if section == "as" {
            for (context, value) in table(value)? {
                gather(&context, table(value)?, plural::RULES[at].1, &mut texts)?;
            }
        } else {
            gather("", table(value)?, plural::RULES[at].1, &mut texts)?;
        }
    }
    writeln!(
        code,
        "Language {{ id: {id:?}, name: {name:?}, plural: plural::RULES[{at}].2, texts: &["
    )?;
    for ((text, context), mut forms) in texts {
        for form in &mut forms {
            *form = unbroken(form, &before, &after);
        }
        writeln!(code, "({text:?}, {context:?}, &{forms:?}),")?;
    }
    code.push_str("] },\n");
    Ok(())
}

/// The same with no break where the language's rules for marks allow none.
fn unbroken(text: &str, before: &str, after: &str) -> String {
    let next = text.chars().skip(1).map(Some).chain([None]);
    let mut last = None;
    let kept = |(c, next): (char, Option<char>)| {
        let marked =
            next.is_some_and(|c| before.contains(c)) || last.is_some_and(|c| after.contains(c));
        last = Some(c);
        if c == ' ' && marked { NO_BREAK } else { c }
    };
    text.chars().zip(next).map(kept).collect()
}

fn gather(
    context: &str,
    table: toml::Table,
    count: usize,
    texts: &mut Texts,
) -> Result<(), String> {
    for (text, value) in table {
        let form = |value| match value {
            toml::Value::String(form) => Ok(form),
            _ => Err(format!("`{text}` is neither a text nor a list of texts")),
        };
        let forms = match value {
            toml::Value::Array(forms) if forms.len() == count => forms,
            toml::Value::Array(_) => return Err(format!("`{text}` needs {count} forms")),
            one => vec![one],
        };
        let forms = forms.into_iter().map(form).collect::<Result<_, _>>()?;
        if texts
            .insert((text.clone(), context.to_owned()), forms)
            .is_some()
        {
            return Err(format!("`{text}` is there twice"));
        }
    }
    Ok(())
}
