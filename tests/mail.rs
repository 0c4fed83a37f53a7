//! Captured mail: recorded messages taken apart to what they are known to hold; recorded and hostile replies of servers.
#[path = "mail/letters.rs"]
mod letters;
#[path = "mail/servers.rs"]
mod servers;
