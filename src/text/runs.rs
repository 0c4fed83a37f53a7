//! The style runs of a line under construction. Must not know: characters, what the text is.

use super::sanitise::StyleRun;
use super::sgr::TextStyle;

/// Runs so far, and the style of what comes next.
#[derive(Debug, Default)]
pub(super) struct Runs {
    done: Vec<StyleRun>,
    style: TextStyle,
    /// First byte written in this style.
    start: usize,
}

impl Runs {
    /// Applies the parameters of one SGR sequence to the text behind byte `at`.
    pub(super) fn restyle(&mut self, params: &[u8], at: usize) {
        let mut style = self.style;
        style.apply(params);
        if style != self.style {
            self.close(at);
            self.style = style;
        }
    }

    /// The runs of a text of `len` bytes.
    pub(super) fn finish(mut self, len: usize) -> Vec<StyleRun> {
        self.close(len);
        self.done
    }

    fn close(&mut self, at: usize) {
        let start = std::mem::replace(&mut self.start, at);
        if start == at || self.style == TextStyle::default() {
            return;
        }
        // offsets fit: a text is bounded by RECORD_CAP
        let (start, end) = (start as u32, at as u32);
        match self.done.last_mut() {
            Some(last) if last.end == start && last.style == self.style => last.end = end,
            _ => self.done.push(StyleRun {
                start,
                end,
                style: self.style,
            }),
        }
    }
}
