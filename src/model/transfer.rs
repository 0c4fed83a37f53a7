//! A pull, a push or a load under way: what the engine tells line by line, and how far each layer is. Must not know how it is shown.
use crate::text;

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransferLine {
    /// The layer it is about; empty: the image.
    pub layer: String,
    /// `Downloading`, `Transfer complete`.
    pub status: String,
    /// Bytes done and in all, as far as they are told.
    pub done: Option<(u64, u64)>,
}

impl TransferLine {
    /// Whether all bytes of the layer have gone over the line. Unpacking counts the same ones a second time.
    fn is_whole(&self) -> bool {
        const WHOLE: [&str; 4] = [
            "Verifying Checksum",
            "Download complete",
            "Extracting",
            "Pull complete",
        ];
        self.begins_with(&WHOLE) || self.begins_with(&THERE) || self.status == "Pushed"
    }

    /// Nothing is left to do for it.
    pub fn is_over(&self) -> bool {
        match self.status.as_str() {
            // Of one that is put in no end is told but its last byte.
            "Loading layer" => self.done.is_some_and(|(done, all)| done >= all),
            "Pull complete" | "Pushed" => true,
            _ => self.was_there(),
        }
    }

    /// There was nothing to fetch or to send.
    fn was_there(&self) -> bool {
        self.begins_with(&THERE)
    }

    /// It has not had its turn yet, or waits for the next.
    pub fn waits(&self) -> bool {
        const WAITS: [&str; 4] = [
            "Waiting",
            "Pulling fs layer",
            "Preparing",
            "Download complete",
        ];
        self.begins_with(&WAITS)
    }

    /// How much of the layer there is once this is told of it.
    fn after(&self, line: &Self) -> Option<(u64, u64)> {
        let Some((had, all)) = self.done else {
            return line.done;
        };
        match line.done {
            // What goes on where it broke off counts what is left of it.
            Some((now, left)) if left < all && line.status == "Downloading" => {
                Some((all - left + now.min(left), all))
            }
            Some(told) => Some(told),
            // What is over tells no bytes, but they are its share of the whole.
            None if line.is_whole() => Some((all, all)),
            // Docker fills the bar of what breaks off before it says so.
            None if had >= all && line.status.starts_with("Retrying") => Some((0, all)),
            None => self.done,
        }
    }

    fn begins_with(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.status.starts_with(word))
    }
}

/// What engines say of a layer that need not be moved.
const THERE: [&str; 3] = ["Already exists", "Layer already exists", "Mounted from"];

/// Layers that are followed; no image has half as many.
const MOST: usize = 512;

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    /// In the order in which they were first told of, each as it was told last.
    pub layers: Vec<TransferLine>,
}

impl Transfer {
    /// Takes a line; whether it is one about the image.
    pub fn note(&mut self, line: &TransferLine) -> bool {
        // The first line names the tag where others name the layer.
        if line.layer.is_empty() || line.status.starts_with("Pulling from") {
            return true;
        }
        let known = self.layers.len();
        let mut layers = self.layers.iter_mut();
        match layers.find(|layer| layer.layer == line.layer) {
            Some(layer) => {
                *layer = TransferLine {
                    done: layer.after(line),
                    ..line.clone()
                };
            }
            None if known < MOST => self.layers.push(line.clone()),
            None => {}
        }
        false
    }

    /// Bytes that went over the line and that are to, of the layers that tell.
    pub fn bytes(&self) -> (u64, u64) {
        let told = self.layers.iter().filter_map(|layer| {
            let (done, all) = layer.done?;
            // A push counts more than it has announced.
            let done = if layer.is_whole() { all } else { done.min(all) };
            Some((done, all))
        });
        told.fold((0, 0), |(done, all), (d, a)| (done + d, all + a))
    }

    /// Layers that are done, and all that are known.
    pub fn count(&self) -> (usize, usize) {
        let done = self.layers.iter().filter(|layer| layer.is_over());
        (done.count(), self.layers.len())
    }

    /// Those that are under way or wait.
    pub fn rest(&self) -> impl Iterator<Item = &TransferLine> {
        self.layers.iter().filter(|layer| !layer.is_over())
    }

    /// `2/5 layers, 40%`; empty as long as nothing is known.
    pub fn words(&self) -> String {
        let (done, all) = self.count();
        if all == 0 {
            return String::new();
        }
        match self.bytes() {
            (_, 0) => say!("{done}/{all} layers", done, all),
            (now, whole) => {
                let percent = now.saturating_mul(100) / whole;
                say!("{done}/{all} layers, {percent}%", done, all, percent)
            }
        }
    }

    /// The layers that are done in one line: `2 layers done: 52.1MiB, 3 layers were there already`; empty when none is.
    pub fn folded(&self) -> String {
        let over = || self.layers.iter().filter(|layer| layer.is_over());
        let there = over().filter(|layer| layer.was_there()).count();
        let moved = over().count() - there;
        let told = over().filter_map(|layer| layer.done);
        let size = match told.map(|(_, all)| all).sum() {
            0 => String::new(),
            bytes => say!(": {size}", size = text::bytes(bytes)),
        };
        let moved_words = || say_n!(moved, "{n} layer done{size}", "{n} layers done{size}", size);
        let there_words = || {
            say_n!(
                there,
                "{n} layer was there already",
                "{n} layers were there already"
            )
        };
        match (there, moved) {
            (0, 0) => String::new(),
            (0, _) => moved_words(),
            (_, 0) => there_words(),
            _ => format!("{}, {}", moved_words(), there_words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(layer: &str, status: &str, done: Option<(u64, u64)>) -> TransferLine {
        TransferLine {
            layer: layer.to_owned(),
            status: status.to_owned(),
            done,
        }
    }

    #[test]
    fn layers_are_followed_one_by_one() {
        let mut pull = Transfer::default();
        assert!(pull.note(&line("latest", "Pulling from a/b", None)));
        assert_eq!(pull.words(), "");
        for (layer, status, done) in [
            ("a", "Pulling fs layer", None),
            ("b", "Already exists", None),
            ("a", "Downloading", Some((30, 100))),
            ("c", "Downloading", Some((50, 100))),
        ] {
            assert!(!pull.note(&line(layer, status, done)));
        }
        assert_eq!(pull.words(), "1/3 layers, 40%");
        pull.note(&line("a", "Extracting", Some((10, 100))));
        assert_eq!(pull.bytes(), (150, 200));
        pull.note(&line("a", "Pull complete", None));
        assert_eq!(pull.words(), "2/3 layers, 75%");
    }

    #[test]
    fn what_is_tried_again_is_not_there_yet() {
        let mut pull = Transfer::default();
        pull.note(&line("a", "Pull complete", None));
        pull.note(&line("b", "Downloading", Some((30, 100))));
        pull.note(&line("b", "Retrying in 5 seconds", None));
        assert_eq!(pull.words(), "1/2 layers, 30%");
        pull.note(&line("b", "Retrying in 4 seconds", None));
        let rest: Vec<_> = pull.rest().map(|layer| layer.status.as_str()).collect();
        assert_eq!(rest, ["Retrying in 4 seconds"]);
        assert_eq!(pull.folded(), "1 layer done");
        // It goes on with the seventy bytes that are left, and breaks again.
        pull.note(&line("b", "Downloading", Some((10, 70))));
        assert_eq!(pull.bytes(), (40, 100));
        pull.note(&line("b", "Downloading", Some((70, 70))));
        pull.note(&line("b", "Retrying in 10 seconds", None));
        assert_eq!(pull.words(), "1/2 layers, 0%");
        pull.note(&line("b", "Downloading", Some((100, 100))));
        pull.note(&line("b", "Extracting", Some((5, 100))));
        assert_eq!(pull.words(), "1/2 layers, 100%");
    }

    #[test]
    fn a_layer_is_loaded_with_its_last_byte() {
        let mut load = Transfer::default();
        load.note(&line("a", "Loading layer", Some((50, 100))));
        load.note(&line("b", "Loading layer", Some((300, 300))));
        assert_eq!(load.words(), "1/2 layers, 87%");
        assert!(load.note(&line("", "Loaded image: a:1", None)));
    }

    #[test]
    fn a_push_counts_no_more_than_it_announced() {
        let mut push = Transfer::default();
        assert!(push.note(&line("", "The push refers to repository [a/b]", None)));
        for (layer, status, done) in [
            ("a", "Preparing", None),
            ("b", "Layer already exists", None),
            ("c", "Mounted from x/y", None),
            ("a", "Pushing", Some((180, 100))),
        ] {
            push.note(&line(layer, status, done));
        }
        assert_eq!(push.words(), "2/3 layers, 100%");
        push.note(&line("a", "Pushed", None));
        assert_eq!(push.words(), "3/3 layers, 100%");
        assert_eq!(
            push.folded(),
            "1 layer done: 100B, 2 layers were there already"
        );
    }
}
