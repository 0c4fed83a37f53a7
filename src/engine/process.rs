//! The processes of a container. Must not know how they are shown.
use super::error::Error;
use super::raw::parse;
use super::wire::{escape, items, member, texts};
use super::{CALL_LIMIT, Engine};
use crate::model::{Key, Processes};
use serde_json::Value;

impl Engine {
    /// The engine's `top` with its default columns. Answers for paused containers too; a stopped one is a conflict.
    pub async fn processes(&self, key: &Key) -> Result<Processes, Error> {
        let path = format!("/containers/{}/top", escape(&key.id));
        let answer = self
            .raw()
            .get_bytes(&path, 8 * 1024 * 1024, CALL_LIMIT)
            .await?;
        read(&answer.body)
    }
}

/// Podman gives what does not run a good status and not one byte; docker says 409.
fn read(body: &[u8]) -> Result<Processes, Error> {
    if body.trim_ascii().is_empty() {
        return Err(Error::Server {
            status: 409,
            message: say!("the container is not running").to_owned(),
        });
    }
    parse(body).map(|answer| decode(&answer))
}

fn decode(answer: &Value) -> Processes {
    let titles = texts(member(answer, "Titles"));
    let rows: Vec<Vec<String>> = items(member(answer, "Processes"))
        .iter()
        .map(texts)
        .collect();
    // Podman before 4.4 gives its table as one column of text.
    if let [only] = titles.as_slice()
        && only.trim().contains(char::is_whitespace)
    {
        let titles: Vec<String> = only.split_whitespace().map(str::to_owned).collect();
        let rows = rows
            .iter()
            .map(|row| columns(&row.join(" "), titles.len()))
            .collect();
        return Processes { titles, rows };
    }
    let width = titles.len();
    let rows = rows
        .into_iter()
        .map(|mut row| {
            row.resize(width.max(row.len()), String::new());
            row
        })
        .collect();
    Processes { titles, rows }
}

/// The first `count - 1` words, then all the rest: the command holds spaces.
fn columns(line: &str, count: usize) -> Vec<String> {
    let mut rest = line.trim();
    let mut cells = Vec::with_capacity(count);
    while cells.len() + 1 < count {
        let (cell, tail) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        cells.push(cell.to_owned());
        rest = tail.trim_start();
    }
    cells.push(rest.to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dockers_table_and_podmans_single_column() {
        let docker =
            decode(&json!({"Titles":["PID","CMD"],"Processes":[["1","sh -c x"],["2"],null]}));
        assert_eq!(docker.rows[0], ["1", "sh -c x"]);
        assert_eq!(docker.rows[1], ["2", ""]);
        assert_eq!(docker.rows[2], ["", ""]);
        let podman = decode(
            &json!({"Titles":["PID   USER     COMMAND"],"Processes":[["1     root     sh -c  sleep 1"],["7"]]}),
        );
        assert_eq!(podman.titles, ["PID", "USER", "COMMAND"]);
        assert_eq!(podman.rows[0], ["1", "root", "sh -c  sleep 1"]);
        assert_eq!(podman.rows[1], ["7", "", ""]);
        assert_eq!(decode(&json!(null)), Processes::default());
    }

    #[test]
    fn no_byte_at_all_is_a_container_that_does_not_run() {
        for body in [&b""[..], b" \n"] {
            let error = read(body).unwrap_err();
            assert_eq!(error.kind(), crate::msg::FailureKind::Conflict);
            assert_eq!(error.to_string(), "the container is not running");
        }
        assert!(read(br#"{"Titles":["PID"],"Processes":[["1"]]}"#).is_ok());
        assert!(read(b"<html>").is_err());
    }
}
