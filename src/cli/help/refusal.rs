//! Why arguments cannot be used, out of what clap found: the sentences are clap's own, said in the chosen language.
use std::error::Error as _;
use std::fmt::Display;

use clap::Error;
use clap::builder::StyledStr;
use clap::builder::styling::{Style, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::lang;

/// Those of the program, which are clap's.
pub(super) const fn styles() -> Styles {
    Styles::styled()
}

/// The whole refusal: what is wrong, what may have been meant, the usage.
pub(super) fn text(error: &Error) -> String {
    let mut text = styled(styles().get_error(), say!("error:"));
    text.push(' ');
    text.push_str(&what(error));
    let tips = tips(error);
    if !tips.is_empty() {
        text.push('\n');
    }
    for tip in tips {
        let head = styled(styles().get_valid(), say!("tip:"));
        text.push_str(&format!("\n  {head} {tip}"));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        text.push_str(&format!("\n\n{}", usage.ansi()));
    }
    let help = styled(styles().get_literal(), "--help");
    let more = say!("For more information, try '{help}'.", help);
    text.push_str(&format!("\n\n{more}\n"));
    text
}

fn styled(style: &Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// What clap says of its error under this name; a list where it has several.
fn context(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(several)) => several.clone(),
        _ => Vec::new(),
    }
}

fn what(error: &Error) -> String {
    let one = |kind, style| {
        let found = context(error, kind).into_iter().next().unwrap_or_default();
        styled(style, found)
    };
    let own = styles();
    let (invalid, literal) = (own.get_invalid(), own.get_literal());
    let value = one(ContextKind::InvalidValue, invalid);
    let blank = context(error, ContextKind::InvalidValue)
        .concat()
        .is_empty();
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let arg = one(ContextKind::InvalidArg, invalid);
            say!("unexpected argument '{arg}' found", arg)
        }
        ErrorKind::InvalidSubcommand => {
            let name = one(ContextKind::InvalidSubcommand, invalid);
            say!("unrecognized subcommand '{name}'", name)
        }
        ErrorKind::InvalidValue if blank => {
            let arg = one(ContextKind::InvalidArg, invalid);
            let said = say!("a value is required for '{arg}' but none was supplied", arg);
            said + &possible(error)
        }
        ErrorKind::InvalidValue => {
            let arg = one(ContextKind::InvalidArg, literal);
            say!("invalid value '{value}' for '{arg}'", value, arg) + &possible(error)
        }
        ErrorKind::ValueValidation => {
            let arg = one(ContextKind::InvalidArg, literal);
            let said = say!("invalid value '{value}' for '{arg}'", value, arg);
            say!("{said}: {why}", said, why = why(error))
        }
        ErrorKind::TooManyValues => {
            let arg = one(ContextKind::InvalidArg, literal);
            say!(
                "unexpected value '{value}' for '{arg}' found; no more were expected",
                value,
                arg
            )
        }
        ErrorKind::MissingRequiredArgument => {
            let names = context(error, ContextKind::InvalidArg);
            let said = say!("the following required arguments were not provided:");
            format!("{said}{}", below(&names, own.get_valid()))
        }
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::InvalidUtf8 => {
            say!("invalid UTF-8 was found in one or more arguments").to_owned()
        }
        // What no definition of ours can bring about.
        kind => kind.to_string(),
    }
}

fn conflict(error: &Error) -> String {
    let own = styles();
    let arg = styled(
        own.get_invalid(),
        context(error, ContextKind::InvalidArg).concat(),
    );
    let others = context(error, ContextKind::PriorArg);
    match others.as_slice() {
        same if same == context(error, ContextKind::InvalidArg) => {
            say!("the argument '{arg}' cannot be used multiple times", arg)
        }
        [other] => {
            let other = styled(own.get_invalid(), other);
            say!(
                "the argument '{arg}' cannot be used with '{other}'",
                arg,
                other
            )
        }
        several => {
            let said = say!("the argument '{arg}' cannot be used with:", arg);
            said + &below(several, own.get_invalid())
        }
    }
}

/// One below the other.
fn below(names: &[String], style: &Style) -> String {
    let line = |name: &String| format!("\n  {}", styled(style, name));
    names.iter().map(line).collect()
}

fn possible(error: &Error) -> String {
    let own = styles();
    let values = context(error, ContextKind::ValidValue);
    let values: Vec<String> = values.iter().map(|v| styled(own.get_valid(), v)).collect();
    if values.is_empty() {
        return String::new();
    }
    let values = values.join(", ");
    format!("\n  {}", say!("[possible values: {values}]", values))
}

/// What the standard library says of a word that is no number it can take.
const NUMBERS: [&str; 4] = [
    key!("invalid digit found in string"),
    key!("cannot parse integer from empty string"),
    key!("number too large to fit in target type"),
    key!("number too small to fit in target type"),
];

/// What a value's own check says. Those of this program say it in the chosen language already.
fn why(error: &Error) -> String {
    let Some(source) = error.source() else {
        return String::new();
    };
    let english = source.to_string();
    if NUMBERS.contains(&english.as_str()) {
        return lang::say(&english).to_owned();
    }
    match english.split_once(" is not in ") {
        Some((value, range)) => say!("{value} is not in {range}", value, range),
        None => english,
    }
}

/// How names are told that are like the one that was typed.
type Similar = fn(usize, &str) -> String;

/// What may have been meant.
fn tips(error: &Error) -> Vec<String> {
    let similar: [(ContextKind, Similar); 3] = [
        (ContextKind::SuggestedSubcommand, |n, names| {
            say_n!(
                n,
                "a similar subcommand exists: {names}",
                "some similar subcommands exist: {names}",
                names
            )
        }),
        (ContextKind::SuggestedArg, |n, names| {
            say_n!(
                n,
                "a similar argument exists: {names}",
                "some similar arguments exist: {names}",
                names
            )
        }),
        (ContextKind::SuggestedValue, |n, names| {
            say_n!(
                n,
                "a similar value exists: {names}",
                "some similar values exist: {names}",
                names
            )
        }),
    ];
    let mut tips = Vec::new();
    for (kind, say) in similar {
        let names = context(error, kind);
        let quoted = names.iter().map(|name| styled(styles().get_valid(), name));
        let quoted: Vec<String> = quoted.map(|name| say!("'{name}'", name)).collect();
        if !quoted.is_empty() {
            tips.push(say(quoted.len(), &quoted.join(", ")));
        }
    }
    if let Some(ContextValue::StyledStrs(more)) = error.get(ContextKind::Suggested) {
        tips.extend(more.iter().map(tip));
    }
    tips
}

/// A tip that clap has put together already: what stands between its quotes is the user's.
fn tip(whole: &StyledStr) -> String {
    let own = styles();
    let (valid, invalid) = (own.get_valid(), own.get_invalid());
    let plain = whole.to_string();
    match plain.split('\'').collect::<Vec<_>>()[..] {
        ["to pass ", arg, " as a value, use ", way, ""] => say!(
            "to pass '{arg}' as a value, use '{way}'",
            arg = styled(invalid, arg),
            way = styled(valid, way)
        ),
        ["", way, " exists"] => say!("'{way}' exists", way = styled(valid, way)),
        [
            "subcommand ",
            name,
            " exists; to use it, remove the ",
            dashes,
            " before it",
        ] => say!(
            "subcommand '{name}' exists; to use it, remove the '{dashes}' before it",
            name = styled(valid, name),
            dashes = styled(invalid, dashes)
        ),
        _ => whole.ansi().to_string(),
    }
}
