//! Addresses in the room there is: what tells them apart stays, and no name in them is cut in its middle.
use std::borrow::Cow;

use super::width::{truncate, truncate_start, width};

/// What stands for the path that was left out, and for the domain.
const NO_PATH: &str = "/…";
const NO_DOMAIN: &str = ".…";

/// The host of an address without a scheme, with its port.
pub fn host_of(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

/// The columns that an address without a scheme must have for its host to be read.
pub fn host_width(address: &str) -> usize {
    let host = host_of(address);
    width(host) + if has_path(address) { width(NO_PATH) } else { 0 }
}

fn has_path(address: &str) -> bool {
    address.len() > host_of(address).len() + 1
}

/// An address in at most `max` columns: its scheme goes first, then its path, then its domain, name by name from the end; of one
/// in numbers its head, as machines of a network differ at the end.
pub fn shorten_address(address: &str, max: usize) -> Cow<'_, str> {
    if width(address) <= max {
        return address.into();
    }
    if let Some((_, rest)) = address.split_once("://") {
        return shorten_address(rest, max);
    }
    let host = host_of(address);
    if host_width(address) <= max {
        let tail = if has_path(address) { NO_PATH } else { "" };
        return [host, tail].concat().into();
    }
    if width(host) <= max {
        return host.into();
    }
    let in_numbers = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '[' | ']');
    if host.chars().all(in_numbers) {
        return truncate_start(host, max);
    }
    let room = max.saturating_sub(width(NO_DOMAIN));
    let dots = host.match_indices('.').rev();
    let heads = dots.filter_map(|(at, _)| host.get(..at));
    match heads.into_iter().find(|head| width(head) <= room) {
        Some(head) => [head, NO_DOMAIN].concat().into(),
        None => truncate(host, max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_path_then_its_domain_and_no_part_of_a_name() {
        let long = "traefik.example.com/dashboard/";
        for (address, max, shown) in [
            (
                "https://traefik.example.com/",
                28,
                "https://traefik.example.com/",
            ),
            ("https://traefik.example.com/", 27, "traefik.example.com/"),
            (long, 30, long),
            (long, 29, "traefik.example.com/…"),
            (long, 21, "traefik.example.com/…"),
            (long, 20, "traefik.example.com"),
            (long, 18, "traefik.example.…"),
            (long, 16, "traefik.…"),
            (long, 9, "traefik.…"),
            (long, 8, "traefik…"),
            (long, 5, "trae…"),
            ("grafana.example.com/", 19, "grafana.example.com"),
            ("wiki:8080/a", 10, "wiki:8080"),
            ("192.168.10.20:32768", 14, "…8.10.20:32768"),
            ("[fe80::1]:8080", 8, "…1]:8080"),
            ("", 4, ""),
        ] {
            assert_eq!(shorten_address(address, max), shown, "{address} in {max}");
        }
        assert_eq!(host_width(long), 21);
        assert_eq!(host_width("grafana.example.com/"), 19);
        assert_eq!(host_width("127.0.0.1:9090"), 14);
    }
}
