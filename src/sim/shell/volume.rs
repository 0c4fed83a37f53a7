//! What two scripts of a look into a volume see of the files that the scenario laid there. Must not know who asks.
use crate::sim::clock::{Ns, SECOND};
use crate::sim::scenario::FileSpec;
use crate::sim::world::World;

/// Bytes that a file gives at most, whatever size it tells.
const MOST: usize = 4 << 20;

/// What a script says: its output, its complaint, its code.
#[derive(Debug, Default)]
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i64,
}

/// Runs a script that reads a place given in octal digits; `None` for any other.
pub fn run(world: &World, container: &str, argv: &[String]) -> Option<Said> {
    let script = argv.get(2)?;
    let asked = |place: usize| argv.get(place + 3).map(String::as_str);
    let path = octal(asked(1)?)?;
    let (files, path) = place(world, container, &path)?;
    if script.contains("-exec stat -c") {
        let most = asked(3)?.parse().ok()?;
        return Some(list(&files, &path, asked(2)?, most, world.origin));
    }
    let most = match asked(2) {
        Some(most) if script.contains("head -c") => most.parse().ok()?,
        None if script.contains("exec cat") => usize::MAX,
        _ => return None,
    };
    Some(read(&files, &path, most))
}

/// `\0057` and so on, as `printf %b` reads it.
fn octal(digits: &str) -> Option<String> {
    let bytes = digits.split("\\0").skip(1);
    let bytes: Option<Vec<u8>> = bytes.map(|byte| u8::from_str_radix(byte, 8).ok()).collect();
    Some(String::from_utf8_lossy(&bytes?).into_owned())
}

/// The files of the volume that is mounted there, and the path in it without its slash.
fn place(world: &World, container: &str, path: &str) -> Option<(Vec<FileSpec>, String)> {
    let mounts = &world.containers.get(container)?.spec.mounts;
    mounts.iter().find_map(|mount| {
        let inside = path.strip_prefix(&mount.target)?;
        let volume = world.volumes.iter().find(|v| v.spec.name == mount.source)?;
        Some((
            volume.spec.files.clone(),
            inside.trim_matches('/').to_owned(),
        ))
    })
}

/// The directory itself, or what is below it.
fn below<'a>(file: &'a FileSpec, path: &str) -> Option<&'a str> {
    let file = file.path.trim_start_matches('/');
    match path {
        "" => Some(file),
        path => file.strip_prefix(path)?.strip_prefix('/'),
    }
}

fn list(files: &[FileSpec], path: &str, format: &str, most: usize, origin: Ns) -> Said {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = String::new();
    for file in files {
        let Some(rest) = below(file, path) else {
            continue;
        };
        let (name, is_leaf) = match rest.split_once('/') {
            Some((name, _)) => (name, false),
            None => (rest, true),
        };
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        out.push_str(&line(format, name, file, is_leaf, origin));
        out.push('\n');
    }
    if seen.is_empty() && !path.is_empty() {
        return missing(path);
    }
    Said {
        out: cut(out, most),
        ..Said::default()
    }
}

fn line(format: &str, name: &str, file: &FileSpec, is_leaf: bool, origin: Ns) -> String {
    let (kind, size) = match (is_leaf, file.link.as_str()) {
        (false, _) => (0o040_755, 4096),
        (true, "") => (0o100_000 | file.mode, file.length()),
        (true, link) => (0o120_777, link.len() as u64),
    };
    let seconds = (origin - file.age.0) / SECOND;
    let named = match file.link.as_str() {
        link if is_leaf && !link.is_empty() => format!("'./{name}' -> '{link}'"),
        _ => format!("./{name}"),
    };
    format
        .replace("%f", &format!("{kind:x}"))
        .replace("%s", &size.to_string())
        .replace("%Y", &seconds.to_string())
        .replace("%u", &file.uid.to_string())
        .replace("%g", &file.uid.to_string())
        .replace("%N", &named)
        .replace("%n", &format!("./{name}"))
}

fn read(files: &[FileSpec], path: &str, most: usize) -> Said {
    let Some(file) = files
        .iter()
        .find(|f| f.path.trim_start_matches('/') == path)
    else {
        return missing(path);
    };
    let length = usize::try_from(file.length()).unwrap_or(usize::MAX);
    let length = length.min(most).min(MOST);
    let text = file.text.repeat(length / file.text.len().max(1) + 1);
    Said {
        out: cut(text, length),
        ..Said::default()
    }
}

/// At most so many bytes of it, whole characters.
fn cut(mut text: String, most: usize) -> String {
    let mut ends = (0..=most.min(text.len())).rev();
    let end = ends.find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
    text
}

fn missing(path: &str) -> Said {
    Said {
        err: format!("sh: can't open '/{path}': No such file or directory\n"),
        code: 1,
        ..Said::default()
    }
}
