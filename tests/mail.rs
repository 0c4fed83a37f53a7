//! Captured mail: recorded messages taken apart to what they are known to hold; recorded and hostile replies of servers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene must fail"
)]
#[path = "mail/letters.rs"]
mod letters;
#[path = "mail/searches.rs"]
mod searches;
#[path = "mail/servers.rs"]
mod servers;
