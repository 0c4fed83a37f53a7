//! Compose 2 end to end where it is not like compose 1, and machines where the one that made a stack is not there.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/compose.rs"]
mod compose;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use compose::Generation::{First, Second};
use compose::{FILE, Machine, Project, page, service};
use driver::{Driver, on_local};

/// From the stack's page to the question, or the task, that this key of the menu stands for.
async fn menu(it: &Driver, key: &str) {
    it.press("C").await;
    it.sees("as many containers of one service").await;
    it.answer(key).await;
}

/// A project with variables of a service in a file of their own, a job that others wait for, a profile and a volume.
fn shop(test: &str) -> Option<Project> {
    let project = Project::bare(test, Second)?;
    project.write("GREETING=hello\nAPI_TOKEN=hunter22\n", "web.env");
    let services = [
        (
            "db",
            ", volumes: ['data:/data'], healthcheck: {test: [CMD, 'true'], interval: 1s}",
        ),
        (
            "web",
            ", env_file: [web.env], depends_on: {db: {condition: service_healthy}}",
        ),
        ("tool", ", profiles: [tools]"),
    ];
    let services = services.map(|(name, more)| format!("  {name}: {}\n", service(more)));
    let file = format!("services:\n{}volumes: {{data: {{}}}}\n", services.concat());
    project.write(&file, FILE);
    Some(project)
}

#[tokio::test]
async fn variables_of_a_service_in_a_file_of_its_own_are_looked_at() {
    let Some(project) = shop("envfile") else {
        return;
    };
    project.compose(&["up", "-d"]);
    on_local(async {
        let it = page(&project, "true").await;
        // No digest that compose prints is that of a service with such a file.
        it.sees("as the files say").await;
        project.write("GREETING=goodbye\nAPI_TOKEN=hunter22\n", "web.env");
        it.press("U").await;
        it.sees("changed, made anew: web").await;
        it.sees("unchanged: 1 service").await;
        project.write("GREETING=what\nAPI_TOKEN=hunter22\n", "web.env");
        it.answer("y").await;
        it.sees("what the files ask for has changed since it was shown: web")
            .await;
        project.greets("GREETING=hello");
        it.press("esc U").await;
        it.sees("changed, made anew: web").await;
        it.answer("y").await;
        it.sees("brought up in").await;
        project.greets("GREETING=what");
        it.press("esc").await;
        it.sees("as the files say").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_in_no_file_or_no_profile_is_told_and_goes_with_all_the_rest() {
    let Some(project) = shop("orphans") else {
        return;
    };
    project.compose(&["--profile", "tools", "up", "-d"]);
    project.compose(&["run", "-d", "tool", "sleep", "1000"]);
    let text = project
        .read(FILE)
        .replace("  db:", "  other:")
        .replace("{db:", "{other:");
    on_local(async {
        let it = page(&project, "true").await;
        it.sees("tool: in a profile that is not on, U leaves it as it is")
            .await;
        project.write(&text, FILE);
        it.sees("db: no longer in the files").await;
        it.press("U").await;
        it.sees("new: other").await;
        it.sees("changed, made anew: web").await;
        it.sees("not in the files, left as they are: db").await;
        it.sees("in a profile that is not on, left as they are: tool")
            .await;
        it.answer("y").await;
        it.sees("brought up in").await;
        assert_eq!(
            project.containers().len(),
            5,
            "web, other, db, tool and a run"
        );
        it.press("esc").await;
        menu(&it, "d").await;
        it.sees("5 containers and the stack's networks are removed")
            .await;
        it.answer("y").await;
        it.sees("taken down in").await;
        assert_eq!(project.containers(), Vec::<String>::new());
        assert_eq!(project.volumes().len(), 1, "volumes stay");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn one_service_is_made_anew_in_the_number_there_is() {
    let Some(project) = Project::new("anew", Second) else {
        return;
    };
    project.compose(&["up", "-d", "--scale", "web=3"]);
    let before = project.docker(&["inspect", "-f", "{{.Id}}", &project.container("web", 1)]);
    on_local(async {
        let it = page(&project, "true").await;
        menu(&it, "r").await;
        it.sees("Recreate which service?").await;
        it.answer("down enter").await;
        it.sees("Recreate web?").await;
        it.answer("y").await;
        it.sees("recreated in").await;
        it.sees("--force-recreate --scale web=3 web").await;
        assert_eq!(project.running().len(), 4);
        let now = project.docker(&["inspect", "-f", "{{.Id}}", &project.container("web", 1)]);
        assert_ne!(now, before);
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn images_are_built_and_a_newer_one_is_noticed() {
    let Some(project) = Project::bare("build", Second) else {
        return;
    };
    let dockerfile = |value: &str| format!("FROM {}\nENV MADE={value}\n", engine::BUSYBOX);
    project.write(&dockerfile("one"), "Dockerfile");
    let image = format!("image: '{}'", engine::BUSYBOX);
    let web = service("").replace(&image, "build: .");
    project.write(&format!("services:\n  web: {web}\n"), FILE);
    project.compose(&["up", "-d"]);
    on_local(async {
        let it = page(&project, "true").await;
        it.sees("as the files say").await;
        project.write(&dockerfile("two"), "Dockerfile");
        menu(&it, "b").await;
        it.sees("built in").await;
        it.sees("exporting").await;
        it.press("esc").await;
        // The file is the same, and the image another.
        it.sees("web: changed since it was made, U makes it anew")
            .await;
        it.press("U").await;
        it.sees("changed, made anew: web").await;
        it.answer("y").await;
        it.sees("brought up in").await;
        project.greets("MADE=two");
        it.press("esc").await;
        it.sees("as the files say").await;
        menu(&it, "p").await;
        it.sees("pulled in").await;
        it.sees("No image to be pulled").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_ended_on_demand_and_the_state_read_again() {
    let Some(project) = Project::bare("cancel", Second) else {
        return;
    };
    let db = ", healthcheck: {test: [CMD, 'false'], interval: 1s, start_period: 1000s}";
    let web = ", depends_on: {db: {condition: service_healthy}}";
    let text = format!(
        "services:\n  db: {}\n  web: {}\n",
        service(db),
        service(web)
    );
    project.write(&text, FILE);
    project.compose(&["create"]);
    on_local(async {
        let it = page(&project, "true").await;
        it.sees("0/1 up").await;
        it.press("U").await;
        it.sees("not running now: 2 containers").await;
        it.answer("y").await;
        it.sees("Waiting").await;
        it.press("x").await;
        it.sees("cancelled; what was done until then stays").await;
        assert_eq!(project.running(), [project.container("db", 1)]);
        it.press("esc").await;
        it.sees("1/2 up").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_other_generation_is_named_and_asked_about_before_it_renames_all() {
    for (made_by, other) in [(First, Second), (Second, First)] {
        let Some(mut project) = Project::new("foreign", made_by) else {
            return;
        };
        let Some(machine) = Machine::bare().with("foreign", other) else {
            return;
        };
        project.machine = machine;
        on_local(async {
            let it = page(&project, "true").await;
            it.sees("db, web: U would make it anew under another name")
                .await;
            menu(&it, "d").await;
            // What it says is longer than a row.
            it.sees(&format!("only {}", other.words())).await;
            it.press("U").await;
            it.sees(&format!("up with {}", other.words())).await;
            it.sees(&format!("only {}", other.words())).await;
            it.sees("changed, made anew: db, web").await;
            it.answer("y").await;
            it.sees("brought up in").await;
            it.sees(&format!("$ {} -p {}", other.words(), project.name))
                .await;
            let joint = other.joint();
            let renamed =
                ["db", "web"].map(|name| format!("{}{joint}{name}{joint}1", project.name));
            assert_eq!(project.running(), renamed);
            assert_eq!(it.quit().await, 0);
        })
        .await;
    }
}

#[tokio::test]
async fn both_are_there_and_each_stack_has_its_own() {
    for made_by in [First, Second] {
        let Some(mut project) = Project::new("both", made_by) else {
            return;
        };
        let machine = Machine::bare().with("both", First);
        let Some(machine) = machine.and_then(|machine| machine.with("both", Second)) else {
            return;
        };
        project.machine = machine;
        let before = project.running();
        on_local(async {
            let it = page(&project, "true").await;
            it.sees("as the files say").await;
            it.press("U").await;
            it.sees(&format!("up with {}", made_by.words())).await;
            it.answer("y").await;
            it.sees("brought up in").await;
            assert_eq!(project.running(), before);
            assert_eq!(it.quit().await, 0);
        })
        .await;
    }
}

#[tokio::test]
async fn without_any_it_is_said_and_the_rest_works() {
    let Some(mut project) = Project::new("none", Second) else {
        return;
    };
    project.machine = Machine::bare();
    on_local(async {
        let it = page(&project, "true").await;
        it.sees("neither `docker compose` nor `docker-compose` is on this machine")
            .await;
        it.sees("start, stop, restart, remove and logs work without it")
            .await;
        it.press("s").await;
        it.sees("Stop").await;
        it.answer("y").await;
        it.sees("0/2 up").await;
        assert_eq!(project.running(), Vec::<String>::new());
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
