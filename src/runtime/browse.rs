//! A look into a volume, as long as its view is open: the helper that is made when it is first needed, what is asked of it one
//! after the other, files that are saved beside that. Must not know the screen.
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::fs::File;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;

use super::helper::{self, Helper};
use super::part::Part;
use super::record::{Done, Recorder};
use super::{clock, streams};
use crate::effect::Look;
use crate::engine::{Engine, Error};
use crate::lang::Words;
use crate::model::browse::{Directory, FileText, VolumePath};
use crate::model::{Key, Target};
use crate::msg::{Failure, FailureKind, Msg, VolumeMsg};

/// Bytes of a file that are shown.
const SHOWN: usize = 1 << 20;
/// Images that are tried before it is given up.
const TRIED: usize = 3;

/// What looks, and with what.
#[derive(Debug)]
pub struct Desk {
    pub volume: Key,
    pub engine: watch::Receiver<Option<Engine>>,
    pub recorder: Recorder,
    pub out: mpsc::Sender<Msg>,
}

/// A helper that is there, and the engine it is on.
#[derive(Debug, Clone)]
struct Open {
    engine: Engine,
    helper: Arc<Helper>,
}

impl Desk {
    /// Lists the top, then does what is asked. The helper goes when this is dropped and no file is being saved.
    pub async fn run(mut self, mut asked: broadcast::Receiver<(Key, Look)>) {
        let mut open = None;
        let mut look = Look::List(VolumePath::default());
        loop {
            if !self.answer(&mut open, look).await {
                return;
            }
            look = loop {
                match asked.recv().await {
                    Ok((volume, look)) if volume == self.volume => break look,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            };
        }
    }

    /// False when nobody listens any more.
    async fn answer(&mut self, open: &mut Option<Open>, look: Look) -> bool {
        let msg = match look {
            Look::List(path) => {
                let answer = self.list(open, &path).await;
                VolumeMsg::Directory(path, answer)
            }
            Look::Read(path) => {
                let answer = self.read(open, &path).await;
                VolumeMsg::File(path, answer)
            }
            Look::Save { path, to, replace } => {
                let found = match self.living(open).await {
                    Ok(found) => found,
                    Err(failure) => {
                        return self
                            .tell(VolumeMsg::Unsaved(to, failure.what.to_string()))
                            .await;
                    }
                };
                let (out, volume, recorder) =
                    (self.out.clone(), self.volume.clone(), self.recorder.clone());
                tokio::spawn(async move {
                    let msg = saved(found, &path, to, replace).await;
                    if matches!(msg, VolumeMsg::Saved(..)) {
                        note(
                            &recorder,
                            "volume.save",
                            &volume,
                            vec![shown(&path)],
                            None,
                            None,
                        )
                        .await;
                    }
                    let _closed = out.send(Msg::Volume(volume, msg)).await;
                });
                return true;
            }
        };
        self.tell(msg).await
    }

    async fn tell(&self, msg: VolumeMsg) -> bool {
        let msg = Msg::Volume(self.volume.clone(), msg);
        self.out.send(msg).await.is_ok()
    }

    async fn list(
        &mut self,
        open: &mut Option<Open>,
        path: &VolumePath,
    ) -> Result<Directory, Failure> {
        for again in [true, false] {
            let found = self.helper(open).await?;
            match found.engine.list_volume(found.helper.id(), path).await {
                Err(error) if again && is_gone(&error) => *open = None,
                answer => {
                    return answer.map_err(|error| error.failure_of(|| say!("list" as "an act")));
                }
            }
        }
        Err(Failure::default())
    }

    async fn read(
        &mut self,
        open: &mut Option<Open>,
        path: &VolumePath,
    ) -> Result<FileText, Failure> {
        for again in [true, false] {
            let found = self.helper(open).await?;
            match found
                .engine
                .read_volume(found.helper.id(), path, SHOWN)
                .await
            {
                Err(error) if again && is_gone(&error) => *open = None,
                Err(error) => return Err(error.failure_of(|| say!("read" as "an act"))),
                Ok((bytes, cut)) => {
                    let params = vec![shown(path)];
                    note(
                        &self.recorder,
                        "volume.read",
                        &self.volume,
                        params,
                        None,
                        None,
                    )
                    .await;
                    return Ok(FileText::of(&bytes, cut));
                }
            }
        }
        Err(Failure::default())
    }

    /// The helper that is there, else a new one. Waits while the link is down.
    async fn helper(&mut self, open: &mut Option<Open>) -> Result<Open, Failure> {
        if let Some(open) = open {
            return Ok(open.clone());
        }
        let Some(engine) = streams::live(&mut self.engine).await else {
            return Err(Failure::default());
        };
        let begun = Instant::now();
        let made = self.make(&engine).await;
        let took = u64::try_from(begun.elapsed().as_millis()).ok();
        let params = made.as_ref().map_or_else(
            |_| Vec::new(),
            |(image, helper)| {
                vec![
                    ("image".to_owned(), image.clone()),
                    ("helper".to_owned(), helper.id().to_owned()),
                ]
            },
        );
        let failure = made.as_ref().err().cloned();
        note(
            &self.recorder,
            "volume.browse",
            &self.volume,
            params,
            took,
            failure,
        )
        .await;
        let (image, helper) = made?;
        self.tell(VolumeMsg::Opened(image)).await;
        let found = Open {
            engine,
            helper: Arc::new(helper),
        };
        *open = Some(found.clone());
        Ok(found)
    }

    /// The same for a file that is saved beside all else, where nothing is tried twice: one that is gone is made anew before.
    async fn living(&mut self, open: &mut Option<Open>) -> Result<Open, Failure> {
        if let Some(found) = open {
            let key = Key::container(self.volume.host, found.helper.id());
            let looked = found.engine.details(&key, clock::now()).await;
            if looked.is_err_and(|error| is_gone(&error)) {
                *open = None;
            }
        }
        self.helper(open).await
    }

    async fn make(&self, engine: &Engine) -> Result<(String, Helper), Failure> {
        let mut first = None;
        for image in helper::images(engine).await.into_iter().take(TRIED) {
            let (own, volume, from) = (engine.clone(), self.volume.id.clone(), image.clone());
            let starting = async move {
                let window = own.open_volume(&volume, &from).await?;
                Ok((window.id, Some(window.tie)))
            };
            match Helper::start(engine, starting).await {
                Ok(helper) => return Ok((image, helper)),
                // Another image would not help.
                Err(error) if error.kind() == FailureKind::NotFound => {
                    return Err(error.failure_of(|| say!("browse")));
                }
                Err(error) => {
                    first.get_or_insert(error.failure_of(|| say!("browse")));
                }
            }
        }
        Err(first.unwrap_or_else(|| Failure {
            kind: FailureKind::NoShell,
            what: Words::ours(|| say!("no local image has a shell that could look into it")),
            advice: say!("pull one, such as busybox or alpine: nothing is fetched unasked")
                .to_owned(),
            ..Failure::default()
        }))
    }
}

/// The helper was removed, or ended with a link that was lost.
fn is_gone(error: &Error) -> bool {
    matches!(
        error.kind(),
        FailureKind::NotFound | FailureKind::Conflict | FailureKind::Unreachable
    )
}

fn shown(path: &VolumePath) -> (String, String) {
    ("path".to_owned(), path.shown())
}

/// Writes the file; tells how it ended.
async fn saved(open: Open, path: &VolumePath, to: PathBuf, replace: bool) -> VolumeMsg {
    let part = match Part::new(&to, replace, 0o600) {
        Ok(part) => part,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return VolumeMsg::Exists(path.clone(), to);
        }
        Err(error) => return VolumeMsg::Unsaved(to, error.to_string()),
    };
    let written = async {
        let bytes = copy(&open, path, part.file().try_clone()?).await?;
        part.settle()?;
        Ok::<_, io::Error>(bytes)
    };
    match written.await {
        Ok(bytes) => VolumeMsg::Saved(to, bytes),
        Err(error) => VolumeMsg::Unsaved(to, error.to_string()),
    }
}

async fn copy(open: &Open, path: &VolumePath, file: std::fs::File) -> io::Result<u64> {
    let mut file = File::from_std(file);
    let copied = open.engine.copy_volume(open.helper.id(), path, &mut file);
    copied.await.map_err(io::Error::other)?;
    Ok(file.metadata().await?.len())
}

async fn note(
    recorder: &Recorder,
    action: &'static str,
    volume: &Key,
    params: Vec<(String, String)>,
    took_ms: Option<u64>,
    failure: Option<Failure>,
) {
    let done = Done {
        action,
        target: Target {
            kind: "volume".to_owned(),
            name: volume.id.to_string(),
            ..Target::default()
        },
        params,
        took_ms,
        failure,
        ..Done::default()
    };
    if let Err(why) = recorder.act(done).await {
        tracing::warn!(why, action, "not journalled");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_helper_that_is_gone_is_made_anew_and_a_file_that_is_gone_is_not() {
        let gone = Error::Server {
            status: 409,
            message: "is not running".to_owned(),
        };
        assert!(is_gone(&gone));
        assert!(!is_gone(&Error::Unsupported(Words::as_is(
            "No such file or directory"
        ))));
        assert_eq!(shown(&VolumePath::default().join(b"a")).1, "/a");
    }
}
