//! The walls of the house, checked: which module may use which, which crates belong where, how files look. Reads every
//! file under `src`; names the line and the rule it breaks. The table of levels is `architecture/levels.rs`.
#[cfg(test)]
#[path = "architecture/levels.rs"]
mod levels;
#[cfg(test)]
#[path = "architecture/lex.rs"]
mod lex;
#[cfg(test)]
#[path = "architecture/paths.rs"]
mod paths;
#[cfg(test)]
#[path = "architecture/proof.rs"]
mod proof;
#[cfg(test)]
#[path = "architecture/rules.rs"]
mod rules;
#[cfg(test)]
#[path = "architecture/shape.rs"]
mod shape;
#[cfg(test)]
#[path = "architecture/source.rs"]
mod source;

#[cfg(test)]
mod tree {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::levels::{DEBTS, Kind, MODULES};
    use super::rules::{self, Finding};
    use super::shape;
    use super::source::{Source, read_tree};

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn tree() -> Vec<Source> {
        read_tree(root())
    }

    /// The crates this one may name, as code spells them.
    pub fn crates() -> BTreeSet<String> {
        let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        ["dependencies", "dev-dependencies"]
            .iter()
            .flat_map(|part| manifest[*part].as_table().unwrap().keys())
            .map(|name| name.replace('-', "_"))
            .collect()
    }

    #[test]
    fn the_house_keeps_its_rules() {
        let tree = tree();
        let mut found: Vec<Finding> = tree.iter().flat_map(shape::check).collect();
        found.extend(rules::check(&tree, &crates()));
        for (file, line, why) in DEBTS {
            let before = found.len();
            found.retain(|f| f.file != *file || !f.text.contains(line));
            assert!(
                found.len() < before,
                "{file} no longer breaks a rule in `{line}` ({why}): take it off the list of debts"
            );
        }
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "\n{}\n", told.join("\n"));
    }

    /// The scan sees the real tree: a scan that sees nothing finds nothing.
    #[test]
    fn the_scan_sees_the_arrows_of_the_tree() {
        let arrows = rules::arrows(&tree());
        for (from, to) in [
            ("main", "cli"),
            ("cli", "runtime"),
            ("runtime", "engine"),
            ("update", "state"),
            ("views", "widgets"),
            ("state", "model"),
        ] {
            let seen = arrows
                .get(from)
                .is_some_and(|to_all| to_all.contains_key(to));
            assert!(seen, "{from} uses {to}, and the scan does not see it");
        }
    }

    /// The drawing that people read says what the table says.
    #[test]
    fn the_drawing_in_the_crates_documentation_is_the_table() {
        let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
        for module in MODULES {
            let there = root().join("src").join(module.name);
            if !there.exists() && !there.with_extension("rs").exists() {
                continue;
            }
            let drawn = text.lines().find_map(|line| {
                let line = line.strip_prefix("//! ")?;
                let words: Vec<&str> = line.split([' ', '(', ')']).collect();
                words
                    .contains(&module.name)
                    .then_some(words[0].parse::<u8>())?
                    .ok()
            });
            // The simulated engine stands apart, on no level of the drawing.
            let expected = if module.kind == Kind::Sim {
                1
            } else {
                module.level
            };
            assert_eq!(drawn, Some(expected), "{} in src/lib.rs", module.name);
        }
    }
}
