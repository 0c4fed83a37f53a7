//! Files as people have them: gone, huge, binary, linked, not ours; and nothing lost when one is written over.
use std::os::unix::fs::symlink;

use super::*;
use crate::model::compose::Project;

struct Place {
    folder: tempfile::TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("kept"), "jean");
        Self { folder, store }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str) -> FileOf {
        FileOf {
            project: Project::default(),
            role: Role::Compose,
            path: self.path(name).display().to_string(),
        }
    }

    fn body(&self, name: &str) -> Body {
        read(&[self.file(name)], Some(&self.store)).remove(0).body
    }

    /// An edit of a file, as it would be written after it was shown.
    fn edit(&self, name: &str, text: &str) -> Change {
        let file = self.file(name);
        let draft = begin(&file, &self.store).unwrap();
        fs::write(&draft, text).unwrap();
        assert_eq!(compare(&file, &self.store).unwrap(), Edited::Changed);
        let old = content(Path::new(&file.path)).unwrap();
        Change {
            file,
            source: Source::Draft,
            kept: draft.display().to_string(),
            old_digest: old.map(|old| digest(&old.bytes)),
            new_digest: digest(text.as_bytes()),
        }
    }
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

#[test]
fn what_cannot_be_shown_is_said() {
    let place = Place::new();
    assert_eq!(place.body("gone.yml"), Body::Gone);
    fs::create_dir(place.path("dir.yml")).unwrap();
    let unreadable = |body: Body| match body {
        Body::Unreadable(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(unreadable(place.body("dir.yml")).contains("directory"));
    nix::unistd::mkfifo(&place.path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(unreadable(place.body("pipe")).contains("regular"));
    fs::write(place.path("binary"), b"\x7fELF\0\x01").unwrap();
    assert!(unreadable(place.body("binary")).contains("binary"));
    fs::write(place.path("latin.yml"), b"# caf\xe9\na: 1\n").unwrap();
    match place.body("latin.yml") {
        Body::Text {
            lines,
            binary: true,
            ..
        } => assert_eq!(lines.len(), 2),
        other => panic!("{other:?}"),
    }
    fs::write(place.path("sly.yml"), "a: \x1b]0;x\x07b\r\n").unwrap();
    match place.body("sly.yml") {
        Body::Text { lines, .. } => assert!(!lines[0].contains('\x1b'), "{lines:?}"),
        other => panic!("{other:?}"),
    }
    fs::write(place.path("big.yml"), "line: 1\n".repeat(700_000)).unwrap();
    match place.body("big.yml") {
        Body::Text {
            lines,
            bytes: 5_600_000,
            cut: true,
            ..
        } => {
            assert!(lines.len() as u64 * 8 <= MOST + 8);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_beyond_the_bound_is_never_lost() {
    let place = Place::new();
    fs::write(place.path("a.yml"), "a: 1\n").unwrap();
    let mut change = place.edit("a.yml", "a: 2\n");
    // It has grown since, and what was read of it is what was shown.
    let big = "line: 1\n".repeat(700_000);
    fs::write(place.path("a.yml"), &big).unwrap();
    let shown = content(&place.path("a.yml")).unwrap().unwrap();
    change.old_digest = Some(digest(&shown.bytes));
    let failure = write(&change, &place.store, now()).unwrap_err();
    assert!(failure.what.as_str().contains("larger than"), "{failure:?}");
    assert_eq!(fs::read_to_string(place.path("a.yml")).unwrap(), big);
    place.store.discard(&change.file).unwrap();
    let failure = begin(&change.file, &place.store).unwrap_err();
    assert!(failure.what.as_str().contains("larger than"), "{failure:?}");
}

#[test]
fn a_file_is_written_over_with_its_mode_and_the_old_one_kept() {
    let place = Place::new();
    fs::write(place.path("real, it's.yml"), "old").unwrap();
    fs::set_permissions(
        place.path("real, it's.yml"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    symlink("real, it's.yml", place.path("link.yml")).unwrap();
    let change = place.edit("link.yml", "new");
    assert_eq!(fs::read_to_string(place.path("link.yml")).unwrap(), "old");
    write(&change, &place.store, now()).unwrap();
    assert_eq!(
        fs::read_to_string(place.path("real, it's.yml")).unwrap(),
        "new"
    );
    assert!(place.path("link.yml").is_symlink());
    let mode = fs::metadata(place.path("link.yml")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o640);
    let file = read(&[place.file("link.yml")], Some(&place.store)).remove(0);
    assert_eq!((file.versions.len(), file.draft), (1, false));
    let kept = place
        .store
        .path(&file.of, &Source::Version(file.versions[0].clone()));
    assert_eq!(fs::read_to_string(kept).unwrap(), "old");
    let left = fs::read_dir(place.folder.path()).unwrap().count();
    assert_eq!(left, 3, "the file, the link, what is kept");
}

#[test]
fn what_was_not_shown_is_not_written() {
    let place = Place::new();
    fs::write(place.path("a.yml"), "old").unwrap();
    let change = place.edit("a.yml", "new");
    fs::write(place.path("a.yml"), "somebody else's").unwrap();
    let failure = write(&change, &place.store, now()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Conflict);
    assert_eq!(
        fs::read_to_string(place.path("a.yml")).unwrap(),
        "somebody else's"
    );
    assert_eq!(
        fs::read_to_string(&change.kept).unwrap(),
        "new",
        "the edit is kept"
    );

    fs::write(place.path("a.yml"), "old").unwrap();
    fs::write(&change.kept, "newer").unwrap();
    let failure = write(&change, &place.store, now()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Conflict);
    assert_eq!(fs::read_to_string(place.path("a.yml")).unwrap(), "old");
}

#[test]
fn without_a_place_for_the_old_one_nothing_is_written() {
    let place = Place::new();
    fs::write(place.path("a.yml"), "old").unwrap();
    let change = place.edit("a.yml", "new");
    let dir = place.store.draft(&change.file);
    fs::write(
        dir.parent().unwrap().with_file_name("versions"),
        "in the way",
    )
    .unwrap();
    let failure = write(&change, &place.store, now()).unwrap_err();
    assert!(
        failure.what.as_str().contains("cannot be kept"),
        "{failure:?}"
    );
    assert_eq!(fs::read_to_string(place.path("a.yml")).unwrap(), "old");
}

/// A file with `old text` in it that is written into, by a disk that lets the first so many tries fail half way; what
/// comes of it, and what is in the file then.
fn written_into(new: &str, failures: usize) -> (Result<(), Broken>, String) {
    let place = Place::new();
    let path = place.path("mounted.yml");
    fs::write(&path, "old text").unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let tries = std::cell::Cell::new(0);
    let written = write_into(&file, b"old text", new.as_bytes(), |file, bytes| {
        tries.set(tries.get() + 1);
        if tries.get() <= failures {
            file.write_all_at(&bytes[..bytes.len() / 2], 0)?;
            return Err(ErrorKind::StorageFull.into());
        }
        put(file, bytes)
    });
    (written, fs::read_to_string(path).unwrap())
}

/// What is said of an edit that could not be written.
fn way_back(broken: &Broken) -> String {
    let change = Change {
        file: FileOf {
            project: Project::default(),
            role: Role::Compose,
            path: "/srv/a b.yml".to_owned(),
        },
        source: Source::Draft,
        kept: "/kept/my edit".to_owned(),
        old_digest: None,
        new_digest: String::new(),
    };
    broken.way_back(&change, Some(Path::new("/kept/it's")))
}

#[test]
fn what_cannot_be_written_is_told_without_the_name_of_a_temporary_file() {
    let gone = Path::new("/nowhere/at all/a.yml");
    let error = swap(gone, b"new", None, Role::Compose).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(!error.to_string().contains(".stacktui-"), "{error}");
}

#[test]
fn a_file_that_keeps_its_place_is_whole_again_where_the_disk_is_full() {
    for new in ["new", "a new text, and longer"] {
        let (written, text) = written_into(new, 0);
        assert!(written.is_ok(), "{written:?}");
        assert_eq!(text, new);
        let (written, text) = written_into(new, 1);
        let told = way_back(&written.unwrap_err());
        let kept = r"it is as it was, and the edit is kept in '/kept/my edit'";
        assert_eq!(told, kept);
        assert_eq!(text, "old text");
        let (written, _) = written_into(new, 2);
        assert_eq!(
            way_back(&written.unwrap_err()),
            r"it may be cut: `cp '/kept/it'\''s' '/srv/a b.yml'` brings it back"
        );
    }
}

#[test]
fn an_edit_that_changes_nothing_is_let_go() {
    let place = Place::new();
    fs::write(place.path("a.yml"), "old").unwrap();
    let file = place.file("a.yml");
    let draft = begin(&file, &place.store).unwrap();
    assert_eq!(compare(&file, &place.store).unwrap(), Edited::Unchanged);
    assert!(!draft.exists());
    let gone = place.file("not there/a.yml");
    begin(&gone, &place.store).unwrap();
    assert_eq!(compare(&gone, &place.store).unwrap(), Edited::Unchanged);
}

#[test]
fn a_file_that_was_not_there_is_made_private_when_it_holds_variables() {
    let place = Place::new();
    let mut change = place.edit(".env", "A=1\n");
    change.file.role = Role::Variables;
    write(&change, &place.store, now()).unwrap();
    let mode = fs::metadata(place.path(".env")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        read(&[change.file], Some(&place.store))[0]
            .versions
            .is_empty()
    );
}
