//! What the program counts on in an engine: the same functions over the simulated one, always, and over a real one where it
//! answers. When the two differ, the real one is right.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[path = "contract/bench.rs"]
mod bench;
#[path = "contract/browse.rs"]
mod browse;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;
#[path = "contract/exec.rs"]
mod exec;
#[path = "contract/images.rs"]
mod images;
#[path = "contract/inventory.rs"]
mod inventory;
#[path = "contract/items.rs"]
mod items;
#[path = "contract/logs.rs"]
mod logs;
#[path = "contract/recreate.rs"]
mod recreate;
#[path = "contract/streams.rs"]
mod streams;
#[path = "contract/verbs.rs"]
mod verbs;

/// Each function as a test on the simulated engine, with a paused clock, and as one on a real engine.
macro_rules! contract {
    ($($part:ident :: $name:ident),* $(,)?) => {
        mod simulated {
            $(
                #[tokio::test(start_paused = true)]
                async fn $name() {
                    crate::$part::$name(crate::bench::Bench::simulated().await).await;
                }
            )*

            /// The macro cannot count: every part has its functions here.
            pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];
        }

        mod real {
            $(
                #[tokio::test]
                async fn $name() {
                    let test = concat!("contract: ", stringify!($name));
                    if let Some(bench) = crate::bench::Bench::real(test).await {
                        crate::$part::$name(bench).await;
                    }
                }
            )*
        }
    };
}

contract! {
    images::an_image_goes_into_a_file_and_comes_back,
    images::what_cannot_be_saved_or_loaded_is_told_in_the_engines_words,
    images::of_an_images_names_one_is_taken_away,
    images::an_image_tells_its_layers,
    inventory::an_engine_tells_what_it_is,
    inventory::a_row_tells_what_the_table_shows,
    inventory::what_ended_and_what_never_ran_is_told,
    inventory::some_rows_are_asked_for_by_id,
    inventory::details_tell_what_was_asked_for_at_creation,
    inventory::details_of_what_ended_tell_how,
    inventory::processes_have_titles_and_rows,
    inventory::what_is_not_there_is_not_found,
    verbs::starting_and_stopping_is_told_from_being_so_already,
    verbs::what_ignores_the_stop_is_killed_at_its_timeout,
    verbs::a_restart_runs_anew,
    verbs::pausing_twice_is_a_conflict,
    verbs::signals_reach_the_process,
    verbs::limits_change_while_it_runs,
    inventory::the_room_on_the_disk_is_told,
    items::a_network_is_made_as_asked_and_its_addresses_are_its_own,
    items::a_volume_is_made_as_asked,
    items::who_is_put_into_a_network_again_is_another_member_of_it,
    browse::a_volume_is_looked_into_and_nothing_is_left,
    browse::what_a_killed_look_left_goes_with_the_next_one,
    browse::what_is_not_there_is_not_made_by_looking,
    verbs::names_are_unique,
    verbs::what_runs_is_not_removed_without_force,
    verbs::a_call_is_given_up_after_its_limit,
    recreate::made_anew_it_is_as_it_was,
    recreate::what_did_not_run_is_not_started,
    recreate::what_is_started_meanwhile_is_no_less_than_started_afterwards,
    recreate::a_new_one_that_dies_gives_way_to_the_old_one,
    recreate::when_its_image_is_gone_nothing_is_touched,
    recreate::a_name_in_the_way_is_told_and_nothing_is_touched,
    recreate::a_put_back_that_fails_tells_what_there_is,
    recreate::who_lives_in_its_network_follows_into_the_new_one,
    streams::a_restart_is_five_events_in_order,
    streams::events_resume_at_the_nanosecond,
    streams::figures_are_plausible,
    streams::figures_come_as_a_stream,
    streams::what_does_not_run_has_no_figures,
    logs::a_log_has_its_past_and_its_tail,
    logs::a_followed_log_ends_with_the_run,
    logs::a_log_begins_where_it_is_told,
    logs::standard_error_is_told_apart,
    logs::a_line_of_forty_kib_comes_whole_and_counts_as_three,
    logs::a_last_line_without_an_end_is_a_line,
    logs::a_log_goes_on_through_a_restart,
    logs::a_run_that_is_over_keeps_its_last_words,
    logs::a_big_log_is_paged_back_to_its_beginning,
    exec::a_command_gives_its_output_and_exit_code,
    exec::a_missing_command_is_told_by_its_code,
    exec::a_terminal_echoes_and_ends,
    exec::what_does_not_run_takes_no_command,
    exec::a_shell_is_found_or_not,
}

/// A function of a part that no test calls would be a promise that nobody keeps.
#[test]
fn every_function_is_called() {
    let parts = [
        include_str!("contract/browse.rs"),
        include_str!("contract/exec.rs"),
        include_str!("contract/images.rs"),
        include_str!("contract/inventory.rs"),
        include_str!("contract/items.rs"),
        include_str!("contract/logs.rs"),
        include_str!("contract/recreate.rs"),
        include_str!("contract/streams.rs"),
        include_str!("contract/verbs.rs"),
    ];
    for line in parts.iter().flat_map(|part| part.lines()) {
        if let Some(rest) = line.strip_prefix("pub async fn ") {
            let name = rest.split('(').next().unwrap();
            assert!(simulated::NAMES.contains(&name), "{name}");
        }
    }
}
