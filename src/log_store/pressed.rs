//! The compressed text of a block: in parts where it can be taken apart, each compressed by itself, so that each is
//! unpacked only when it is asked for. Knows no pattern.
use std::cell::{OnceCell, RefCell};

use super::apart::{self, Parts, Splitter};
use super::press;
use super::sketch::Sketch;

thread_local! {
    static SPLITTER: RefCell<Splitter> = RefCell::default();
}

/// Compressed bytes, and how many they were.
#[derive(Debug)]
struct Bale {
    bytes: Box<[u8]>,
    len: usize,
}

impl Bale {
    fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            bytes: press::pack(bytes)?,
            len: bytes.len(),
        })
    }

    /// What this program packed comes back whole; were it not so, it would read as empty.
    fn open(&self) -> Vec<u8> {
        press::unpack(&self.bytes, self.len).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Apart {
    words: Bale,
    codes: Bale,
    rest: Bale,
    /// The lines show the words and the rest that they have, and no others.
    tells: bool,
}

#[derive(Debug)]
enum Form {
    Whole(Bale),
    Apart(Apart),
}

#[derive(Debug)]
pub(super) struct Pressed {
    form: Form,
    /// Bytes of the text.
    len: usize,
    sketch: Sketch,
}

impl Pressed {
    /// Of lines whose newlines are at `ends`. `dressed`: some have an ESC or a CR. `None` when there is no memory for it.
    pub(super) fn of(text: &[u8], ends: &[u32], dressed: bool) -> Option<Self> {
        let apart = SPLITTER.with_borrow_mut(|splitter| {
            let (parts, tangled) = splitter.split(text, ends)?;
            let sketch = if tangled {
                Sketch::of(text, dressed)
            } else {
                Sketch::of_parts(parts.words, parts.rest, dressed)
            };
            let apart = Apart {
                words: Bale::of(parts.words)?,
                codes: Bale::of(parts.codes)?,
                rest: Bale::of(parts.rest)?,
                tells: !tangled && !sketch.is_strange(),
            };
            Some((Form::Apart(apart), sketch))
        });
        let (form, sketch) = match apart {
            Some(apart) => apart,
            None => (Form::Whole(Bale::of(text)?), Sketch::of(text, dressed)),
        };
        Some(Self {
            form,
            len: text.len(),
            sketch,
        })
    }

    pub(super) fn sketch(&self) -> &Sketch {
        &self.sketch
    }

    /// Bytes of memory beside its own.
    pub(super) fn weight(&self) -> usize {
        let form = match &self.form {
            Form::Whole(text) => text.bytes.len(),
            Form::Apart(apart) => {
                apart.words.bytes.len() + apart.codes.bytes.len() + apart.rest.bytes.len()
            }
        };
        form + self.sketch.weight()
    }

    pub(super) fn reading(&self) -> Reading<'_> {
        Reading {
            pressed: self,
            text: OnceCell::new(),
            words: OnceCell::new(),
            codes: OnceCell::new(),
            rest: OnceCell::new(),
        }
    }
}

/// Unpacks what is asked for, once.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pressed: &'a Pressed,
    text: OnceCell<Vec<u8>>,
    words: OnceCell<Vec<u8>>,
    codes: OnceCell<Vec<u8>>,
    rest: OnceCell<Vec<u8>>,
}

impl Reading<'_> {
    pub(super) fn text(&self) -> &[u8] {
        self.text.get_or_init(|| self.unpack())
    }

    pub(super) fn into_text(mut self) -> Vec<u8> {
        self.text.take().unwrap_or_else(|| self.unpack())
    }

    fn unpack(&self) -> Vec<u8> {
        match &self.pressed.form {
            Form::Whole(text) => text.open(),
            Form::Apart(apart) => apart::join(self.parts_of(apart), self.pressed.len),
        }
    }

    fn parts_of(&self, apart: &Apart) -> Parts<'_> {
        Parts {
            words: self.words.get_or_init(|| apart.words.open()),
            codes: self.codes.get_or_init(|| apart.codes.open()),
            rest: self.rest.get_or_init(|| apart.rest.open()),
        }
    }

    /// The parts where they tell what the lines show.
    fn telling(&self) -> Option<&Apart> {
        match &self.pressed.form {
            Form::Apart(apart) if apart.tells => Some(apart),
            _ => None,
        }
    }

    /// As in [`Parts`]; like the other parts, `None` where they do not tell what the lines show.
    pub(super) fn words(&self) -> Option<&[u8]> {
        let apart = self.telling()?;
        Some(self.words.get_or_init(|| apart.words.open()))
    }

    pub(super) fn codes(&self) -> Option<&[u8]> {
        let apart = self.telling()?;
        Some(self.codes.get_or_init(|| apart.codes.open()))
    }

    pub(super) fn rest(&self) -> Option<&[u8]> {
        let apart = self.telling()?;
        Some(self.rest.get_or_init(|| apart.rest.open()))
    }

    pub(super) fn parts(&self) -> Option<Parts<'_>> {
        Some(self.parts_of(self.telling()?))
    }

    /// The names of what has been unpacked or put together.
    #[cfg(test)]
    pub(super) fn unpacked(&self) -> String {
        let all = [
            ("words", &self.words),
            ("codes", &self.codes),
            ("rest", &self.rest),
            ("text", &self.text),
        ];
        let done = all.iter().filter(|(_, part)| part.get().is_some());
        done.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
    }
}
