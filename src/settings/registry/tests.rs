//! Every setting reads back what was set; what does not fit is refused.
use super::*;

/// A value that is not the default, for each kind.
fn other(kind: Kind, now: &Value) -> Value {
    match (kind, now) {
        (Kind::Switch, Value::Bool(on)) => Value::Bool(!on),
        (Kind::Choice(words), _) => Value::Text(words[1].to_owned()),
        (Kind::Whole { max, .. }, _) => Value::Whole(max),
        (Kind::Text | Kind::Path, _) => Value::Text("/other".to_owned()),
        (Kind::Words, _) => Value::Words(vec!["x".to_owned(), "y".to_owned()]),
        (Kind::Table(kind), _) => {
            let item = other(*kind, &Value::Bool(false));
            Value::Table([("some.name".to_owned(), item)].into())
        }
        (kind, value) => panic!("{kind:?} does not hold {value:?}"),
    }
}

#[test]
fn each_setting_reads_back_what_was_set_and_touches_no_other() {
    for setting in SETTINGS {
        let mut settings = Settings::default();
        let value = other(setting.kind, &setting.get(&settings));
        assert_ne!(value, setting.get(&settings), "{}", setting.name);
        setting.put(&mut settings, value.clone()).unwrap();
        assert_eq!(setting.get(&settings), value, "{}", setting.name);
        for rest in SETTINGS.iter().filter(|s| s.name != setting.name) {
            let untouched = rest.get(&Settings::default());
            assert_eq!(rest.get(&settings), untouched, "{}", rest.name);
        }
    }
}

#[test]
fn defaults_fit_their_kind_and_names_are_grouped() {
    let mut groups: Vec<&str> = Vec::new();
    for setting in SETTINGS {
        let value = setting.get(&Settings::default());
        assert_eq!(setting.kind.check(&value), Ok(()), "{}", setting.name);
        assert!(setting.doc.ends_with('.'), "{}", setting.name);
        let table = matches!(setting.kind, Kind::Table(_));
        assert_eq!(table, !setting.examples.is_empty(), "{}", setting.name);
        let group = match setting.name.split_once('.') {
            Some((group, _)) => group,
            None if table => setting.name,
            None => "",
        };
        if groups.last() != Some(&group) {
            assert!(!groups.contains(&group), "{} stands apart", setting.name);
            groups.push(group);
        }
    }
    assert_eq!(groups[0], "");
}

#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    let mut settings = Settings::default();
    let tail = setting("logs.tail").unwrap();
    let error = tail.put(&mut settings, Value::Whole(-1)).unwrap_err();
    assert_eq!(error, "a whole number from 0 to 1000000");
    assert!(tail.put_text(&mut settings, None, "x").is_err());
    let colors = setting("colors").unwrap();
    let error = colors.put_text(&mut settings, None, "pink").unwrap_err();
    assert_eq!(error, "one of auto, none, 16, 256, truecolor");
    assert_eq!(settings, Settings::default());
    assert_eq!(tail.variable().unwrap(), "STACKTUI_LOGS_TAIL");
    assert_eq!(setting("keys").unwrap().variable(), None);
}
