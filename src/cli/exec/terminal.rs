//! A process that has this terminal, raw, from here until it ends. The screen's own modes are never entered.
use std::io::Write;

use tokio::sync::{mpsc, watch};

use crate::cli::out::Quit;
use crate::effect::ShellRequest;
use crate::engine::Engine;
use crate::model::Container;
use crate::msg::ShellEnd;
use crate::runtime::input::{self, TermInput};
use crate::runtime::shell::{self, ShellIo};
use crate::runtime::signals::{self, Signal};
use crate::runtime::startup::detach_bytes;
use crate::runtime::unfinished::Unfinished;

/// Raw keys until it is dropped.
struct Raw;

impl Raw {
    fn enter() -> Result<Self, Quit> {
        crossterm::terminal::enable_raw_mode()
            .map(|()| Self)
            .map_err(|error| Quit::failed(say!("the terminal refuses raw keys: {error}", error)))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that has gone needs nothing back.
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

pub(super) async fn run(
    engine: &Engine,
    container: &Container,
    request: ShellRequest,
    detach_keys: &str,
) -> Result<ShellEnd, Quit> {
    let refused =
        |error: std::io::Error| Quit::failed(say!("the terminal refuses: {error}", error));
    let (typed_out, mut typed) = mpsc::channel(64);
    let (signal_out, mut signals_in) = mpsc::channel(16);
    let (input, input_out) = mpsc::channel(64);
    let (output, mut shown) = mpsc::channel(64);
    let size = watch::Sender::new(size());
    let io = ShellIo {
        input: input_out,
        output,
        size: size.subscribe(),
        detach_keys: detach_bytes(detach_keys),
        linger: false,
    };
    let _raw = Raw::enter()?;
    signals::start(signal_out, Unfinished::default()).map_err(refused)?;
    let keys = input::start(typed_out, Unfinished::default()).map_err(refused)?;
    keys.passthrough(true);
    let mut task = tokio::spawn(shell::run(
        engine.clone(),
        container.key.clone(),
        request,
        io,
    ));
    // Kept while the process may still read; dropped to end its input.
    let mut input = Some(input);
    let end = loop {
        tokio::select! {
            ended = &mut task => {
                break ended.map_err(|error| Quit::failed(say!("the shell ended badly: {error}", error)));
            }
            Some(bytes) = shown.recv() => show(&bytes)?,
            event = typed.recv() => match event {
                Some(TermInput::Raw(bytes)) => {
                    if let Some(input) = &input {
                        // A process that is gone has its end told above.
                        let _gone = input.send(bytes).await;
                    }
                }
                // Read before the switch to raw.
                Some(TermInput::Inputs(typed)) => {
                    if let Some(input) = &input {
                        let raw = typed.into_iter().flat_map(|typed| typed.raw).collect();
                        let _gone = input.send(raw).await;
                    }
                }
                Some(_) | None => input = None,
            },
            Some(signal) = signals_in.recv() => match signal {
                Signal::Resize => {
                    size.send_replace(self::size());
                }
                Signal::Terminate(_) => input = None,
                Signal::Suspend | Signal::Continue => {}
            },
        }
    };
    // What the process said last is still under way.
    while let Ok(bytes) = shown.try_recv() {
        show(&bytes)?;
    }
    keys.stop();
    end
}

fn size() -> (u16, u16) {
    crossterm::terminal::size().unwrap_or((80, 24))
}

/// The process has the terminal: its bytes go there as they are.
fn show(bytes: &[u8]) -> Result<(), Quit> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(())
}
