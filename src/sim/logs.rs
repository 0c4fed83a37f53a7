//! Logs as pure functions of time: what a voice says when, and the tape of what was said.
//! Must not know HTTP: framing for the wire is `frames`, the streaming is the API's.
pub mod frames;
mod tape;
mod template;

use base64::Engine as _;
use bytes::Bytes;

use super::clock::{Ns, SECOND};
use super::rand::{hash, mix, unit};
use super::scenario::VoiceSpec;
pub use tape::{Cursor, Tape};
use template::{Context, Template};

/// Which of the two streams a line went to; the value is the one of the wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout = 1,
    /// Standard error.
    Stderr = 2,
}

/// What a program wrote at one moment: one or more lines, each with its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it was written.
    pub at: Ns,
    /// Where to.
    pub output: Output,
    /// The lines.
    pub lines: Vec<Bytes>,
}

/// A program's way of writing its log, ready to speak.
#[derive(Debug)]
pub struct Voice {
    rate: f64,
    error_every: u64,
    ordinary: Output,
    boot: Vec<Template>,
    lines: Vec<Template>,
    errors: Vec<Template>,
    stop: Vec<Template>,
    open_end: bool,
    crash: Vec<Template>,
    raw: Vec<Bytes>,
}

/// Time between the lines of a start.
const BOOT_STEP: Ns = SECOND / 12;

impl Voice {
    /// Reads the templates of `spec`.
    ///
    /// # Errors
    /// Says which placeholder or record cannot be read.
    pub fn new(spec: &VoiceSpec) -> Result<Self, String> {
        let read = |texts: &[String]| -> Result<Vec<Template>, String> {
            texts.iter().map(|text| Template::new(text)).collect()
        };
        let raw = spec.records.iter().map(|text| {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text);
            bytes.map(Bytes::from).map_err(|why| why.to_string())
        });
        Ok(Self {
            rate: spec.rate,
            error_every: spec.error_every,
            ordinary: if spec.stderr {
                Output::Stderr
            } else {
                Output::Stdout
            },
            boot: read(&spec.boot)?,
            lines: read(&spec.lines)?,
            errors: read(&spec.errors)?,
            stop: read(&spec.stop)?,
            open_end: spec.open_end,
            crash: read(&spec.crash)?,
            raw: raw.collect::<Result<_, String>>()?,
        })
    }

    /// Records a second when nothing else is said.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    fn ordinary(&self, speaker: &Speaker, index: u64, at: Ns) -> Record {
        let noise = mix(speaker.seed ^ mix(index));
        if !self.raw.is_empty() && index.is_multiple_of(2) {
            let place = (index / 2) as usize % self.raw.len();
            let mut line = self.raw[place].to_vec();
            line.push(b'\n');
            let lines = vec![Bytes::from(line)];
            let output = self.ordinary;
            return Record { at, output, lines };
        }
        let wrong = !self.errors.is_empty() && noise.is_multiple_of(self.error_every.max(1));
        let (choice, output) = if wrong {
            (&self.errors, Output::Stderr)
        } else {
            (&self.lines, self.ordinary)
        };
        let place = (mix(noise) % choice.len().max(1) as u64) as usize;
        speaker.say(choice.get(place), noise, at, output)
    }

    fn boot(&self, speaker: &Speaker, index: u64, at: Ns) -> Record {
        let noise = mix(speaker.seed ^ mix(index ^ 0xb007));
        speaker.say(self.boot.get(index as usize), noise, at, self.ordinary)
    }

    fn last(&self, speaker: &Speaker, crash: bool, at: Ns) -> Vec<Record> {
        let (words, output) = if crash {
            (&self.crash, Output::Stderr)
        } else {
            (&self.stop, self.ordinary)
        };
        let noise = mix(at.cast_unsigned());
        let say = |word| speaker.say(Some(word), noise, at, output);
        let mut records: Vec<Record> = words.iter().map(say).collect();
        let end = records
            .last_mut()
            .and_then(|record| record.lines.last_mut());
        if let Some(line) = end.filter(|_| self.open_end && !crash) {
            line.truncate(line.trim_ascii_end().len());
        }
        records
    }
}

/// One container as the author of its log.
#[derive(Debug, Clone)]
pub struct Speaker {
    /// Its name, for `«name»`.
    pub name: String,
    /// Seed of what it says.
    pub seed: u64,
    /// Records a second.
    pub rate: f64,
    /// Whether lines end as on a terminal.
    pub tty: bool,
}

impl Speaker {
    fn say(&self, template: Option<&Template>, noise: u64, at: Ns, output: Output) -> Record {
        let context = Context {
            name: &self.name,
            at,
            noise,
        };
        let text = template.map(|template| template.fill(&context));
        let end = if self.tty { "\r\n" } else { "\n" };
        let line = |line: &str| Bytes::from(format!("{line}{end}"));
        let lines = text.unwrap_or_default().lines().map(line).collect();
        let output = if self.tty { Output::Stdout } else { output };
        Record { at, output, lines }
    }

    /// Time from the end of the start's lines to ordinary record `index`: never two at once.
    fn offset(&self, index: u64) -> Ns {
        let jitter = unit(hash(self.seed ^ index, "jitter"));
        ((index as f64 + 0.1 + 0.8 * jitter) / self.rate * SECOND as f64) as Ns
    }

    /// How many ordinary records come in the first `length` of a run.
    fn count(&self, length: Ns) -> u64 {
        if length <= 0 || self.rate <= 0.0 {
            return 0;
        }
        let guess = (length as f64 / SECOND as f64 * self.rate) as u64;
        guess + u64::from(self.offset(guess) <= length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_and_offset_agree() {
        let speaker = Speaker {
            name: "a".into(),
            seed: 3,
            rate: 7.0,
            tty: false,
        };
        for index in 0..200 {
            let at = speaker.offset(index);
            assert_eq!(speaker.count(at), index + 1);
            assert_eq!(speaker.count(at - 1), index);
        }
    }
}
