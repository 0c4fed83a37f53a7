//! What is asked for is answered, with or without a link.
use super::*;
use crate::effect::LogPage;
use crate::model::Container;

/// The answer to a page asked for of this container.
async fn page(
    runner: &Runner,
    msgs: &mut mpsc::Receiver<Msg>,
    hosts: &BTreeMap<HostId, HostTasks>,
    key: Key,
) -> Result<crate::msg::OlderLogs, Failure> {
    let page = LogPage {
        key,
        before: crate::runtime::clock::now(),
        at_before: 0,
        newer: 0,
        lines: 20,
    };
    runner.run(Effect::FetchOlder(page.clone()), hosts);
    let Some(Msg::OlderLogs(asked, answer)) = msgs.recv().await else {
        panic!("another message")
    };
    assert_eq!(asked, page);
    answer
}

#[tokio::test]
async fn a_page_of_a_log_is_answered_with_or_without_a_link() {
    let (out, mut msgs) = mpsc::channel(8);
    let (host_out, mut host_msgs) = mpsc::channel(64);
    let (shell_out, _shell) = mpsc::channel(8);
    let runner = Runner::new(out, host_out, shell_out, Sources::default());
    let mut hosts = BTreeMap::new();
    let nowhere = Key::container(HostId(0), "c");
    let failure = page(&runner, &mut msgs, &hosts, nowhere).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);

    let demo = demo::simulated(Scenario::named("systeme-ticketing").unwrap());
    hosts.insert(HostId(0), runner.start_host(HostId(0), demo));
    let rows: Vec<Container> = loop {
        if let Some((_, HostMsg::Snapshot(rows))) = host_msgs.recv().await {
            break rows;
        }
    };
    let zammad = rows.iter().find(|row| row.short_name() == "zammad-1");
    let key = zammad.unwrap().key.clone();
    let older = page(&runner, &mut msgs, &hosts, key).await.unwrap();
    assert!(older.records.len() >= 10 && !older.beginning, "{older:?}");
}
