//! Limits and restart policy of a container as a person types them, and one change of them.
//! What can be changed while it runs is the engine's rule (`POST /containers/{id}/update`, measured on 20.10): a limit of memory
//! or CPU can be moved but not taken away, one of processes can.

/// One thing that is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Memory {
        bytes: u64,
        /// Memory and swap together, in bytes; -1: as much swap as there is.
        with_swap: i64,
    },
    /// Thousandths of a core.
    Cpus(u64),
    /// Processes and threads; 0: no limit.
    Processes(u64),
    /// `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`.
    Restart(String),
}

/// What can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Memory,
    Cpus,
    Processes,
    Restart,
}

/// The least memory an engine takes, in bytes.
const LEAST_MEMORY: u64 = 6 << 20;

/// What a limit is read against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    /// The container's own memory, in bytes, where it is limited.
    pub memory: Option<u64>,
    /// Its memory and swap together, as the engine has it.
    pub with_swap: Option<i64>,
    /// The host's memory in bytes: a limit of as much lifts one.
    pub host_memory: Option<u64>,
    /// The host's cores: a limit of all of them lifts one.
    pub host_cores: Option<u32>,
}

impl Limit {
    /// Reads what was typed: a size or a number, `none`; of memory also a second size, memory and swap together.
    ///
    /// # Errors
    /// Why it will not do.
    pub fn read(self, typed: &str, now: &Now) -> Result<Change, String> {
        let typed = typed.trim();
        let none = typed.eq_ignore_ascii_case("none");
        match self {
            Self::Memory if none => lifted_memory(now),
            Self::Memory => memory(typed, now),
            Self::Cpus => {
                let all = now.host_cores.filter(|_| none).map(f64::from);
                let typed = || typed.parse::<f64>().ok();
                let cores = all
                    .or_else(typed)
                    .ok_or(say!("cores: 0.5, 2; none lifts the limit"))?;
                if !(0.01..=4096.0).contains(&cores) {
                    return Err(say!("0.01 cores at least; none lifts the limit").to_owned());
                }
                Ok(Change::Cpus((cores * 1000.0).round() as u64))
            }
            Self::Processes if none => Ok(Change::Processes(0)),
            Self::Processes => typed
                .parse()
                .map(Change::Processes)
                .map_err(|_| say!("a number; none lifts the limit").to_owned()),
            Self::Restart => Ok(Change::Restart(typed.to_owned())),
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Memory => say!("memory"),
            Self::Cpus => say!("CPUs"),
            Self::Processes => say!("processes"),
            Self::Restart => say!("restart policy"),
        }
    }
}

/// `64m`; `64m 128m` or `64m/128m` with what it and swap may be together.
fn memory(typed: &str, now: &Now) -> Result<Change, String> {
    let (first, second) = match typed.split_once(['/', ' ']) {
        // `64 MiB`
        Some((number, unit)) if unit.trim().starts_with(|c: char| c.is_ascii_alphabetic()) => {
            (format!("{number}{}", unit.trim()), "")
        }
        Some((first, second)) => (first.to_owned(), second.trim()),
        None => (typed.to_owned(), ""),
    };
    let what = || say!("a size: 512m, 1.5g; with swap: 512m 1g; none lifts the limit").to_owned();
    let bytes = size(&first).ok_or_else(what)?;
    if bytes < LEAST_MEMORY {
        return Err(say!("6m at least, says the engine").to_owned());
    }
    let with_swap = match second {
        "" => swap(bytes, now.memory, now.with_swap),
        // Left as it is: the engine takes it and changes nothing.
        "-1" if now.with_swap == Some(-1) => -1,
        second => {
            let all = size(second).ok_or_else(what)?;
            if all < bytes {
                let why =
                    say!("the second size is memory and swap together: no less than the first");
                return Err(why.to_owned());
            }
            signed(all)
        }
    };
    Ok(Change::Memory { bytes, with_swap })
}

/// No engine takes a limit of memory away from a container that is there: one of all the host has is none.
fn lifted_memory(now: &Now) -> Result<Change, String> {
    let bytes = now.host_memory.ok_or(say!(
        "the engine only moves it: what is larger than the host's memory lifts it"
    ))?;
    // Swap that is limited must move first, and the engine does not move it to what it calls no limit.
    let with_swap = match now.with_swap {
        Some(-1) => -1,
        _ => signed(bytes).saturating_mul(2),
    };
    Ok(Change::Memory { bytes, with_swap })
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Where swap had a size beside memory it keeps it; where nothing was said, docker's own rule: as much swap as memory.
fn swap(bytes: u64, memory: Option<u64>, with_swap: Option<i64>) -> i64 {
    match (memory, with_swap) {
        (_, Some(n)) if n < 0 => -1,
        (Some(memory), Some(all)) if all > 0 => {
            let beside = all.saturating_sub(signed(memory)).max(0);
            signed(bytes).saturating_add(beside)
        }
        _ => signed(bytes).saturating_mul(2),
    }
}

/// Bytes of `512m`, `1.5g`, `64MiB`, `1000`; units are powers of 1024, as docker has them.
fn size(typed: &str) -> Option<u64> {
    let lower = typed.to_ascii_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = lower.split_at(digits.unwrap_or(lower.len()));
    let shift = match unit.trim().trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    let bytes = number * (1_u64 << shift) as f64;
    (bytes.is_finite() && bytes < 9e18).then_some(bytes as u64)
}

impl Change {
    /// The options of `docker update` that say so.
    pub fn args(&self) -> String {
        match self {
            Self::Memory { bytes, with_swap } => {
                format!("--memory {bytes} --memory-swap {with_swap}")
            }
            Self::Cpus(thousandths) => format!("--cpus {}", cores(*thousandths)),
            Self::Processes(0) => "--pids-limit -1".to_owned(),
            Self::Processes(most) => format!("--pids-limit {most}"),
            Self::Restart(policy) => format!("--restart {policy}"),
        }
    }
}

/// `0.5`, `2`.
fn cores(thousandths: u64) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_docker_reads_them() {
        for (typed, bytes) in [
            ("512m", 512 << 20),
            ("1.5g", 3 << 29),
            ("64 MiB", 64 << 20),
            ("7340032", 7 << 20),
            ("10MB", 10 << 20),
        ] {
            let read = Limit::Memory.read(typed, &Now::default());
            let Ok(Change::Memory { bytes: read, .. }) = read else {
                panic!("{typed}: {read:?}");
            };
            assert_eq!(read, bytes, "{typed}");
        }
        for typed in ["", "m", "12x", "-5m", "1m", "1e99g", "lots"] {
            assert!(
                Limit::Memory.read(typed, &Now::default()).is_err(),
                "{typed}"
            );
        }
    }

    #[test]
    fn swap_keeps_its_size_beside_memory() {
        let m = |n: i64| n << 20;
        for (memory, with_swap, expected) in [
            (None, None, m(200)),
            (Some(50 << 20), Some(m(100)), m(150)),
            (Some(50 << 20), Some(m(50)), m(100)),
            (Some(50 << 20), Some(-1), -1),
            (None, Some(0), m(200)),
        ] {
            let read = Limit::Memory.read(
                "100m",
                &Now {
                    memory,
                    with_swap,
                    ..Now::default()
                },
            );
            let expected = Change::Memory {
                bytes: 100 << 20,
                with_swap: expected,
            };
            assert_eq!(read, Ok(expected), "{memory:?} {with_swap:?}");
        }
    }

    #[test]
    fn the_others_are_numbers_and_words() {
        assert_eq!(
            Limit::Cpus.read("1.25", &Now::default()),
            Ok(Change::Cpus(1250))
        );
        assert_eq!(Change::Cpus(1250).args(), "--cpus 1.25");
        assert_eq!(Change::Cpus(2000).args(), "--cpus 2");
        assert_eq!(
            Limit::Processes
                .read("0", &Now::default())
                .map(|c| c.args()),
            Ok("--pids-limit -1".to_owned())
        );
        for (limit, typed) in [
            (Limit::Cpus, "0"),
            (Limit::Cpus, "two"),
            (Limit::Cpus, "nan"),
            (Limit::Processes, "-1"),
        ] {
            assert!(limit.read(typed, &Now::default()).is_err(), "{typed}");
        }
    }

    #[test]
    fn swap_is_said_beside_memory_and_none_lifts_a_limit() {
        let m = |n: i64| n << 20;
        let host = Now {
            host_memory: Some(8 << 30),
            host_cores: Some(4),
            ..Now::default()
        };
        let read = |limit: Limit, typed: &str| limit.read(typed, &host);
        for (typed, memory, with_swap) in [
            ("64m 128m", 64, m(128)),
            ("64m/128m", 64, m(128)),
            ("64m  64m", 64, m(64)),
            ("64 MiB", 64, m(128)),
            ("none", 8 << 10, m(16 << 10)),
        ] {
            let bytes = memory << 20;
            let expected = Change::Memory { bytes, with_swap };
            assert_eq!(read(Limit::Memory, typed), Ok(expected), "{typed}");
        }
        for typed in ["64m 32m", "64m lots", "64m -1", "64m/", "/64m"] {
            let read = read(Limit::Memory, typed);
            assert_eq!(read.is_err(), typed != "64m/", "{typed}: {read:?}");
        }
        let all_swap = Now {
            with_swap: Some(-1),
            ..host
        };
        for typed in ["64m", "64m -1", "none"] {
            let read = Limit::Memory.read(typed, &all_swap);
            let Ok(Change::Memory { with_swap, .. }) = read else {
                panic!("{typed}: {read:?}");
            };
            assert_eq!(with_swap, -1, "{typed}");
        }
        assert_eq!(read(Limit::Cpus, "none"), Ok(Change::Cpus(4000)));
        assert_eq!(read(Limit::Processes, "None"), Ok(Change::Processes(0)));
        for limit in [Limit::Memory, Limit::Cpus, Limit::Processes] {
            let why = read(limit, "").unwrap_err();
            assert!(why.contains("none lifts"), "{why}");
        }
        // Of a host that is not known there is no such size.
        assert!(Limit::Memory.read("none", &Now::default()).is_err());
    }
}
