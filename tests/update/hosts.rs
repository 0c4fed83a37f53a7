//! Several hosts on one screen: what tells them apart, what is narrowed to one, what acts on the right one.
use chrono::TimeDelta;

use stacktui::effect::{Effect, Subscription, Verb};
use stacktui::model::{HostId, Kind, Link, Resources};
use stacktui::msg::{HostMsg, Msg};
use stacktui::state::{RowId, ViewId};

use crate::harness::{Scene, of, restart};
use crate::hosts::{self, SILENT, THERE};
use crate::world as base;

fn three() -> Scene {
    let mut it = of(hosts::three(base::now()));
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    it
}

fn choose_there(it: &mut Scene, name: &str) {
    let row = RowId::Container(hosts::key_there(name));
    assert!(
        it.state.containers.table.select_id(&row, 20),
        "{name}\n{}",
        it.screen()
    );
}

#[test]
fn a_column_tells_hosts_apart_only_where_they_are_mixed() {
    let mut it = three();
    it.shows("name↑").shows("host ").shows("web-02");
    let mut one = of(base::reference(base::now()));
    one.hides("host ");
    one.press("2").hides("host ");
    it.press("2").shows("host ").shows("web-02");
    // It comes by itself, with chosen columns too.
    it.press("1");
    it.state.containers.columns = vec!["name".to_owned(), "cpu".to_owned()];
    it.shows("web-02");
    it.press("c");
    assert!(it.menu().items.iter().all(|item| item.label != "host"));
    it.press("esc o");
    assert!(it.menu().items.iter().any(|item| item.label == "host"));
}

#[test]
fn rows_stand_host_by_host_under_their_stacks() {
    let it = three();
    let rows = it.rows();
    let place = |name: &str| rows.iter().position(|row| row == name);
    assert!(place("[systeme-ticketing]") < place("scratch"));
    assert!(place("scratch") < place("[shop]"), "{rows:?}");
    assert!(place("[shop]") < place("[watch]"));
    assert_eq!(rows.iter().filter(|row| *row == "backup").count(), 2);
    assert_eq!(rows.last().map(String::as_str), Some("backup"));
}

#[test]
fn the_header_sums_what_answers_and_names_what_does_not() {
    let mut it = three();
    it.shows("3 hosts").shows("2 up").shows("✖ archive down");
    it.shows("12 up").shows("of 12").shows("/39G");
    let link = Link::Up(Box::new(hosts::info_there()));
    it.send(Msg::Host(SILENT, HostMsg::Link(link)));
    it.shows("all up").hides("down");
}

#[test]
fn several_dead_hosts_are_counted_behind_the_first() {
    let mut it = three();
    base::lose_link(&mut it.state);
    it.shows("tickets-01 and 1 more down").shows("data 12s old");
    it.shows("1 up").shows("web-1");
}

#[test]
fn an_act_goes_to_the_host_of_the_row() {
    let mut it = three();
    choose_there(&mut it, "backup");
    it.press("r");
    assert_eq!(it.jobs(), [(hosts::key_there("backup"), restart())]);
    choose_there(&mut it, "shop-web-1");
    it.press("s");
    it.shows("on web-02");
    it.answer("y");
    let stop = Verb::Stop { timeout: None };
    assert_eq!(it.jobs(), [(hosts::key_there("shop-web-1"), stop)]);
}

#[test]
fn a_finished_job_says_on_which_host() {
    let mut it = three();
    choose_there(&mut it, "backup");
    it.press("r");
    let job = it.state.jobs.of(&hosts::key_there("backup"));
    let id = job.expect("a job").job.id;
    let done = stacktui::msg::JobMsg::Done {
        id,
        took_ms: 1200,
        already: false,
        became: None,
    };
    it.send(Msg::Job(done))
        .sees_toast("backup on web-02 restarted in 1.2 s");
}

#[test]
fn the_filter_finds_a_host_by_its_label() {
    let mut it = three();
    it.press("/").type_in("web-02");
    let rows = it.rows();
    for name in ["web", "db", "grafana", "backup"] {
        assert!(rows.iter().any(|row| row == name), "{name} in {rows:?}");
    }
    assert_eq!(rows.len(), 4, "{rows:?}");
}

#[test]
fn enter_on_a_host_shows_it_alone_and_escape_all_again() {
    let mut it = three();
    it.press("space j space 0").view(ViewId::Hosts);
    assert!(!it.marked().is_empty());
    it.press("G enter").view(ViewId::Containers);
    assert_eq!(it.state.only, Some(THERE));
    it.shows("only web-02").shows("● up").hides("zammad");
    it.hides("3 hosts");
    assert_eq!(it.marked(), [], "what is not shown is not hit");
    assert_eq!(it.rows().len(), 6);
    let rest = |it: &Scene, host| it.flows().contains(&Subscription::StatsRest(host));
    assert!(
        rest(&it, THERE) && !rest(&it, HostId(0)),
        "only it is asked"
    );
    // Every list is of that host.
    it.press("2").shows("shop").hides("systeme-ticketing");
    it.press("4");
    let volumes = |host| Subscription::Resources(host, Kind::Volume);
    assert!(it.flows().contains(&volumes(THERE)) && !it.flows().contains(&volumes(HostId(0))));
    it.press("esc");
    assert_eq!(it.state.only, None);
    it.press("1").shows("3 hosts").shows("zammad");
    it.press("0 G enter 0 enter").view(ViewId::Hosts);
    assert_eq!(it.state.only, None, "once more widens");
}

#[test]
fn a_dead_host_alone_says_why() {
    let mut it = three();
    it.press("0 g enter");
    assert_eq!(it.state.only, Some(SILENT));
    it.shows("archive does not answer.")
        .shows("ssh://ops@archive")
        .shows("connection refused")
        .shows("is sshd running there?");
    it.press("esc").shows("3 hosts");
}

#[test]
fn the_hosts_view_tells_link_containers_and_load() {
    let mut it = three();
    it.press("0");
    let screen = it.screen();
    let row = |name: &str| {
        let line = screen
            .lines()
            .find(|line| line.contains(name) && line.contains("up "));
        line.unwrap_or_else(|| panic!("{name} in\n{screen}"))
            .to_owned()
    };
    let there = row("● web-02");
    assert!(
        there.contains("4/4 up") && there.contains("25% of 4"),
        "{there}"
    );
    assert!(
        there.contains("2.5G/8.0G") && there.contains("26.1.5"),
        "{there}"
    );
    assert!(there.contains("ops@web-02"), "{there}");
    it.shows("down 2m: connection refused · retry in 4s");
    assert!(row("● tickets-01").contains("8/12 up"));
    it.press("r");
    assert_eq!(it.effects, [Effect::Reconnect(SILENT)]);
}

#[test]
fn what_a_lost_host_knew_stays_and_says_its_age() {
    let mut it = three();
    base::lose_link(&mut it.state);
    it.press("0").shows("12s old").shows("27.3.1");
    it.press("1").shows("zammad-1");
}

#[test]
fn a_log_view_reads_from_the_hosts_of_what_was_marked() {
    let mut it = three();
    it.press("/").type_in("backup");
    it.press("enter * l").view(ViewId::Logs);
    let mut keys = it.log_keys();
    keys.sort();
    assert_eq!(keys, [base::key("backup"), hosts::key_there("backup")]);
    let now = it.state.now;
    for key in keys {
        let query = it.state.logs.as_ref().expect("a book").query(&key);
        let line = vec![base::record(now, false, "a line")];
        it.send(Msg::Logs(query, stacktui::msg::LogMsg::Lines(line)));
    }
    it.shows("tickets-01/backup").shows("web-02/backup");
}

#[test]
fn a_log_of_one_host_leaves_its_namesake_elsewhere_alone() {
    let mut it = three();
    choose_there(&mut it, "backup");
    it.press("l");
    assert_eq!(it.log_keys(), [hosts::key_there("backup")]);
    it.hides("web-02/backup");
}

#[test]
fn events_say_their_host_and_are_narrowed_with_the_rest() {
    let mut it = three();
    let now = it.state.now;
    it.event("zammad", "pause", &[]);
    let event = base::event(now, "shop-web-1", "start", &[]);
    it.send(Msg::Host(THERE, HostMsg::Events(vec![event])));
    it.press("8")
        .shows("tickets-01")
        .shows("web-02")
        .shows("start");
    it.press("0 G enter 8").hides("pause").shows("start");
}

#[test]
fn a_context_is_opened_beside_the_others_and_closed_again() {
    let mut it = of(base::reference(base::now()));
    it.state.contexts = vec!["prod".to_owned()];
    it.press("+");
    assert_eq!(it.menu().items.len(), 1);
    it.press("enter");
    let id = HostId(1);
    assert_eq!(it.effects, [Effect::OpenHost(id, "prod".to_owned())]);
    assert!(it.state.contexts.is_empty());
    it.shows("2 hosts").shows("1 connecting");
    // Its engine's name does not go over what the user calls it.
    let link = Link::Up(Box::new(hosts::info_there()));
    it.send(Msg::Host(id, HostMsg::Link(link)));
    let list = hosts::containers_there(base::now());
    it.send(Msg::Host(id, HostMsg::Snapshot(list)));
    it.press("0").shows("● prod").hides("vm-4711");
    it.press("g -");
    assert_eq!(it.effects, [Effect::CloseHost(id)]);
    it.press("1").hides("2 hosts").hides("shop");
    assert_eq!(it.state.world.count(), 12);
    // What was on its way is dropped.
    let late = Msg::Resources(id, Kind::Volume, Ok(Resources::Volumes(Vec::new())));
    it.send(late)
        .send(Msg::Host(id, HostMsg::Snapshot(Vec::new())));
    assert!(!it.state.shelves.volumes.answers.contains_key(&id));
    assert_eq!(it.state.world.hosts.len(), 1);
}

#[test]
fn closing_a_host_closes_what_is_open_of_it() {
    let mut it = three();
    choose_there(&mut it, "backup");
    it.press("enter").view(ViewId::Details);
    it.state.close(THERE);
    it.wait(10).view(ViewId::Containers);
    assert!(
        it.flows()
            .iter()
            .all(|s| !matches!(s, Subscription::Details(_)))
    );
    assert!(it.state.sheets.keys().all(|key| key.host != THERE));
}

#[test]
fn the_last_host_cannot_be_closed_and_one_at_work_is_not() {
    let mut it = of(base::reference(base::now()));
    it.press("0 -")
        .asks_nothing()
        .sees_toast("it is the only one");
    let mut it = three();
    choose_there(&mut it, "backup");
    it.press("r");
    it.press("0 G -")
        .asks_nothing()
        .sees_toast("under way there");
}

#[test]
fn the_tab_is_there_where_it_is_of_use() {
    let mut it = of(base::reference(base::now()));
    it.hides("0 Hosts");
    it.press("0").shows("0 Hosts").view(ViewId::Hosts);
    it.press("1 shift-tab").view(ViewId::Journal);
    let mut it = three();
    it.shows("0 Hosts").press("shift-tab").view(ViewId::Hosts);
}

#[test]
fn the_journal_leads_to_the_host_that_it_names() {
    let mut it = three();
    let target = stacktui::model::Target {
        kind: "container".to_owned(),
        name: "backup".to_owned(),
        ..stacktui::model::Target::default()
    };
    let entry = stacktui::model::Entry {
        id: "1".to_owned(),
        at: it.state.now.fixed_offset(),
        phase: stacktui::model::Phase::Result,
        action: "container.restart".to_owned(),
        host: "vm-4711".to_owned(),
        target: Some(target),
        ..stacktui::model::Entry::default()
    };
    it.send(Msg::Journal(vec![entry]));
    it.press("9").shows("restarted web-02/backup");
    it.press("t").view(ViewId::Details);
    assert_eq!(it.state.subject(), Some(hosts::key_there("backup")));
}

#[test]
fn a_port_is_taken_on_its_own_host_only() {
    let mut it = three();
    choose_there(&mut it, "backup");
    it.press("enter");
    let mut details = base::details("backup", it.state.now);
    details.key = hosts::key_there("backup");
    details.error = "Bind for 0.0.0.0:8025 failed: port is already allocated".to_owned();
    it.send(Msg::Details(details.key.clone(), Ok(Box::new(details))));
    // On the other host mailhog has that port.
    it.shows("port 8025 was taken when it was to start");
}

#[test]
fn folding_all_folds_what_is_shown() {
    let mut it = three();
    it.press("0 G enter Z");
    assert_eq!(it.rows(), ["[shop]", "[watch]", "backup"]);
    it.press("esc");
    assert!(
        it.rows().iter().any(|row| row == "zammad"),
        "{:?}",
        it.rows()
    );
}

#[test]
fn seconds_count_in_the_hosts_view() {
    let mut it = three();
    it.press("0");
    assert!(it.flows().contains(&Subscription::Tick));
    it.state.now += TimeDelta::seconds(3);
    it.shows("retry in 1s");
}

#[test]
fn what_removes_says_on_which_host() {
    let mut it = three();
    let stocked = base::stocked(base::now());
    let known = stocked.shelves.volumes.things.values();
    let mut unused = known
        .filter(|volume| &*volume.key.id == "old-attachments")
        .cloned()
        .collect::<Vec<_>>();
    unused[0].key.host = THERE;
    it.press("4");
    let all = Resources::Volumes(unused);
    it.send(Msg::Resources(THERE, Kind::Volume, Ok(all)));
    it.press("/").type_in("old-att").press("enter D");
    let title = "Remove old-attachments on web-02?";
    assert_eq!(it.question().title, title);
    assert_eq!(it.told()[0], "old-attachments on web-02");
}

#[test]
fn no_one_command_goes_to_several_hosts() {
    let mut it = three();
    it.press("/").type_in("backup").press("enter * D");
    assert_eq!(it.question().jobs.len(), 2);
    it.hides("docker rm").press("c");
    assert_eq!(it.effects, []);
}
