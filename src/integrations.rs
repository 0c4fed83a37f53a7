//! Clients of the tools around a stack, each over any byte stream to them. They know how those tools speak, not how they
//! are reached: that is the runtime's. Must not know of state, the engine or the clock.
pub mod certificate;
pub mod mailbox;
pub mod nginx_proxy;
pub mod traefik;
pub mod web;
