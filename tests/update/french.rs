//! The same in French: what is asked, refused and told where no screen of the pictures shows it.
use stacktui::lang::{Lang, Words, within};
use stacktui::msg::{Failure, JobMsg, Msg};

use crate::harness::{key, world};

fn in_french(scene: impl FnOnce()) {
    within(Lang::named("fr").expect("French is built in"), scene);
}

#[test]
fn the_question_of_a_remove() {
    in_french(|| {
        let mut it = world();
        it.on("traefik").press("D").asks_nothing();
        let question = it.question();
        assert_eq!(question.title, "Supprimer traefik-1\u{a0}?");
        assert_eq!(question.yes, "supprimer");
        let lines = it.told().join("\n");
        for line in [
            "systeme-ticketing-traefik-1 (en marche)",
            "en marche\u{a0}: il est d'abord tué",
            "perdu\u{a0}: tout ce qui y est écrit hors d'un volume",
            "plus joignable\u{a0}: port 80, 443, 8080",
        ] {
            assert!(lines.contains(line), "{line} in {lines}");
        }
        it.shows("supprimer aussi ses volumes anonymes");
        // The name to be typed is the container's, whatever the question is called.
        it.wait(1000).press("v");
        assert_eq!(it.question().must_type, "traefik-1");
    });
}

#[test]
fn a_restart_that_fails_and_one_that_does_not() {
    in_french(|| {
        let mut it = world();
        it.on("grafana").press("r").shows("redémarrage 0s");
        let id = it.job("grafana").id;
        it.send(Msg::Job(JobMsg::Failed {
            id,
            took_ms: 12,
            failure: Failure {
                what: Words::as_is("port is already allocated"),
                ..Failure::default()
            },
        }));
        it.sees_toast("grafana-1\u{a0}: échec (redémarrer)\u{a0}: port is already allocated");
        it.on("zammad").press("r").done("zammad", 10_812);
        it.sees_toast("zammad-1\u{a0}: redémarré en 10,8 s");
    });
}

#[test]
fn why_something_cannot_be_done() {
    in_french(|| {
        let mut it = world();
        it.on("grafana")
            .press("u")
            .asks_nothing()
            .sees_toast("démarrer\u{a0}: déjà en marche\u{a0}: r le redémarre");
        it.state.read_only = true;
        it.press("s")
            .sees_toast("lecture seule\u{a0}: rien ne peut être modifié ici");
        assert!(it.state.jobs.of(&key("grafana")).is_none());
    });
}

#[test]
fn a_log_tells_of_a_death_and_makes_a_restart_of_it() {
    in_french(|| {
        let mut it = world();
        it.on("mailhog").press("l");
        let told = |it: &crate::harness::Scene| {
            let book = it.state.logs.as_ref().expect("a log");
            let lines = book.store().lines(0..book.len());
            let text = lines.map(|line| String::from_utf8_lossy(line.bytes()).into_owned());
            text.collect::<Vec<_>>().join("\n")
        };
        if let Some(book) = it.state.logs.as_mut() {
            book.told = true;
        }
        it.event("mailhog", "die", &[("exitCode", "3")]);
        let died = told(&it);
        assert!(
            died.contains(" mort ") && died.contains(" · code 3"),
            "{died}"
        );
        it.wait(1000).event("mailhog", "start", &[]);
        let again = told(&it);
        assert!(
            again.contains(" redémarré ") && !again.contains(" mort "),
            "{again}"
        );
    });
}
