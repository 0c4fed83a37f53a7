//! What keys, clicks and the engine's words do to the state, and what they ask for: the pure half of the program, as its
//! contract tells it.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[path = "support/harness.rs"]
mod harness;
#[path = "support/hosts.rs"]
mod hosts;
#[path = "support/papers.rs"]
mod papers;
#[path = "support/post.rs"]
mod post;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/world.rs"]
mod world;

#[path = "update/acting.rs"]
mod acting;
#[path = "update/addresses.rs"]
mod addresses;
#[path = "update/asking.rs"]
mod asking;
#[path = "update/compose.rs"]
mod compose;
#[path = "update/copying.rs"]
mod copying;
#[path = "update/doctor.rs"]
mod doctor;
#[path = "update/french.rs"]
mod french;
#[path = "update/images.rs"]
mod images;
#[path = "update/items.rs"]
mod items;
#[path = "update/left_over.rs"]
mod left_over;
#[path = "update/logs.rs"]
mod logs;
#[path = "update/looking.rs"]
mod looking;
#[path = "update/mail.rs"]
mod mail;
#[path = "update/mail_search.rs"]
mod mail_search;
#[path = "update/moving.rs"]
mod moving;
#[path = "update/noticed.rs"]
mod noticed;
#[path = "update/order.rs"]
mod order;
#[path = "update/past.rs"]
mod past;
#[path = "update/recreate.rs"]
mod recreate;
#[path = "update/routes.rs"]
mod routes;
#[path = "update/rules.rs"]
mod rules;
#[path = "update/hosts.rs"]
mod several;
#[path = "update/space.rs"]
mod space;
#[path = "update/stack_files.rs"]
mod stack_files;
#[path = "update/stacks.rs"]
mod stacks;
