//! What lies in a volume: paths, directories, files. A name is bytes of others, kept as they are to find the file again; what is
//! shown of it is safe text beside them.
use chrono::{DateTime, Utc};

use crate::text;

/// A place in a volume: the names from its top down, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VolumePath(Vec<Vec<u8>>);

impl VolumePath {
    pub fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn join(&self, name: &[u8]) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_vec());
        Self(names)
    }

    /// The directory it is in, and its name there; `None` at the top.
    pub fn parent(&self) -> Option<(Self, &[u8])> {
        let (name, above) = self.0.split_last()?;
        Some((Self(above.to_vec()), name))
    }

    /// `/a/b`; nothing at the top.
    pub fn bytes(&self) -> Vec<u8> {
        let mut path = Vec::new();
        for name in &self.0 {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        path
    }

    /// The same to read.
    pub fn shown(&self) -> String {
        if self.is_top() {
            return "/".to_owned();
        }
        text::sanitise_ident(&self.bytes())
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    Directory,
    File,
    /// A symbolic link: it is shown where it leads, and never followed, for it may lead out of the volume.
    Link,
    Pipe,
    Socket,
    Device,
}

impl EntryKind {
    /// By the upper bits of a mode.
    pub fn of(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o040_000 => Self::Directory,
            0o120_000 => Self::Link,
            0o010_000 => Self::Pipe,
            0o140_000 => Self::Socket,
            0o020_000 | 0o060_000 => Self::Device,
            _ => Self::File,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Directory => key!("a directory"),
            Self::File => key!("a file"),
            Self::Link => key!("a link"),
            Self::Pipe => key!("a pipe"),
            Self::Socket => key!("a socket"),
            Self::Device => key!("a device"),
        }
    }
}

/// A line of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    pub name: Vec<u8>,
    /// The name as it may be shown.
    pub shown: String,
    pub kind: EntryKind,
    /// All bits of it, the kind among them.
    pub mode: u32,
    pub size: u64,
    pub uid: u32,
    pub gid: u32,
    pub modified: Option<DateTime<Utc>>,
    /// Where a link leads, as it may be shown.
    pub target: String,
}

impl DirEntry {
    /// `drwxr-xr-x`.
    pub fn permissions(&self) -> String {
        let kind = match self.kind {
            EntryKind::Directory => 'd',
            EntryKind::File => '-',
            EntryKind::Link => 'l',
            EntryKind::Pipe => 'p',
            EntryKind::Socket => 's',
            EntryKind::Device => 'b',
        };
        let mut text = String::from(kind);
        for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
            let bits = self.mode >> shift;
            text.push(if bits & 4 == 0 { '-' } else { 'r' });
            text.push(if bits & 2 == 0 { '-' } else { 'w' });
            text.push(match (bits & 1 != 0, self.mode & special != 0) {
                (true, false) => 'x',
                (true, true) => letter,
                (false, true) => letter.to_ascii_uppercase(),
                (false, false) => '-',
            });
        }
        text
    }
}

/// What is in a directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// Directories first, then by name.
    pub entries: Vec<DirEntry>,
    /// There is more than that: so many names are not read.
    pub cut: bool,
}

/// The beginning of a file, or all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileText {
    /// Safe to show; none where it is no text.
    pub lines: Vec<String>,
    /// Bytes that were read.
    pub bytes: u64,
    /// There is more.
    pub cut: bool,
    pub binary: bool,
}

impl FileText {
    /// Reads what came of a file; with a zero byte in it, it is no text.
    pub fn of(content: &[u8], cut: bool) -> Self {
        let binary = content.contains(&0);
        let lines = if binary {
            Vec::new()
        } else {
            let safe = text::sanitise_block(content).into_iter();
            safe.map(|line| line.text).collect()
        };
        Self {
            lines,
            bytes: content.len() as u64,
            cut,
            binary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_bytes_and_shows_safe_text() {
        let odd = VolumePath::default().join(b"a\n").join(b"\xff\x1b[2J");
        assert_eq!(odd.bytes(), b"/a\n/\xff\x1b[2J");
        assert!(!odd.shown().contains(['\n', '\u{1b}']));
        let (above, name) = odd.parent().unwrap();
        assert_eq!(
            (above.bytes(), name),
            (b"/a\n".to_vec(), &b"\xff\x1b[2J"[..])
        );
        assert_eq!(VolumePath::default().shown(), "/");
        assert!(VolumePath::default().bytes().is_empty());
    }

    #[test]
    fn modes_are_shown_as_ls_does() {
        let entry = |mode| DirEntry {
            name: Vec::new(),
            shown: String::new(),
            kind: EntryKind::of(mode),
            mode,
            size: 0,
            uid: 0,
            gid: 0,
            modified: None,
            target: String::new(),
        };
        for (mode, shown) in [
            (0o040_755, "drwxr-xr-x"),
            (0o100_644, "-rw-r--r--"),
            (0o104_755, "-rwsr-xr-x"),
            (0o041_777, "drwxrwxrwt"),
            (0o102_640, "-rw-r-S---"),
            (0o120_777, "lrwxrwxrwx"),
            (0o010_600, "prw-------"),
            (0o140_600, "srw-------"),
        ] {
            assert_eq!(entry(mode).permissions(), shown);
        }
    }

    #[test]
    fn what_holds_a_zero_byte_is_no_text() {
        let text = FileText::of(b"one\n\x1b[31mtwo\x1b[0m\ttab\xff\n", false);
        assert_eq!(text.lines.len(), 2);
        assert!(!text.lines[1].contains('\u{1b}'));
        assert!(FileText::of(b"a\0b", true).binary);
        assert!(FileText::of(b"", false).lines.is_empty());
    }
}
