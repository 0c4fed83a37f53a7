//! A pull under way: what the engine tells line by line, and how far each layer is. Must not know how it is shown.

/// One line of a pull.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PullLine {
    /// The layer it is about; empty: the image.
    pub layer: String,
    /// `Downloading`, `Pull complete`.
    pub status: String,
    /// Bytes done and in all, as far as they are told.
    pub done: Option<(u64, u64)>,
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pull {
    /// In the order in which they were first told of, each as it was told last.
    pub layers: Vec<PullLine>,
}

impl Pull {
    /// Takes a line; whether it is one about the image.
    pub fn note(&mut self, line: &PullLine) -> bool {
        // The first line names the tag where others name the layer.
        if line.layer.is_empty() || line.status.starts_with("Pulling from") {
            return true;
        }
        match self
            .layers
            .iter_mut()
            .find(|layer| layer.layer == line.layer)
        {
            Some(layer) => {
                // What is over tells no bytes, but they are its share of the whole.
                let done = line.done.or(layer.done.map(|(_, all)| (all, all)));
                *layer = PullLine {
                    done,
                    ..line.clone()
                };
            }
            None => self.layers.push(line.clone()),
        }
        false
    }

    /// Bytes that were downloaded and that are to be, of the layers that tell.
    pub fn bytes(&self) -> (u64, u64) {
        let told = self.layers.iter().filter_map(|layer| {
            let (done, all) = layer.done?;
            // Unpacking counts the same bytes a second time.
            let loading = layer.status == "Downloading";
            Some((if loading { done } else { all }, all))
        });
        told.fold((0, 0), |(done, all), (d, a)| (done + d, all + a))
    }

    /// Layers that are done, and all that are known.
    pub fn count(&self) -> (usize, usize) {
        let done =
            |layer: &&PullLine| matches!(layer.status.as_str(), "Pull complete" | "Already exists");
        (self.layers.iter().filter(done).count(), self.layers.len())
    }

    /// `2/5 layers, 40%`; empty as long as nothing is known.
    pub fn words(&self) -> String {
        let (done, all) = self.count();
        if all == 0 {
            return String::new();
        }
        let layers = format!("{done}/{all} layers");
        match self.bytes() {
            (_, 0) => layers,
            (done, all) => format!("{layers}, {}%", done.saturating_mul(100) / all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(layer: &str, status: &str, done: Option<(u64, u64)>) -> PullLine {
        PullLine {
            layer: layer.to_owned(),
            status: status.to_owned(),
            done,
        }
    }

    #[test]
    fn layers_are_followed_one_by_one() {
        let mut pull = Pull::default();
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
}
