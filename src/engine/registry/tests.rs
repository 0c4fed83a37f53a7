//! Which entry is used, what a helper may do, and that no secret is shown.
use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::engine::general_purpose::STANDARD as ENCODE;

use super::*;

const SECRET: &str = "s3cr3t/+pass:word";

fn keyring(config: &Value) -> (tempfile::TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let mut path = OsString::from(folder.path());
    path.push(":/usr/bin:/bin");
    let keyring = Keyring::at(folder.path(), Some(path));
    (folder, keyring)
}

fn helper(folder: &tempfile::TempDir, name: &str, script: &str) {
    let file = folder.path().join(format!("docker-credential-{name}"));
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn auth(user: &str) -> Value {
    json!({"auth": ENCODE.encode(format!("{user}:{SECRET}"))})
}

/// What the header says, field by field.
fn sent(pass: &Pass) -> Value {
    serde_json::from_slice(&URL_SAFE.decode(pass.header()).unwrap()).unwrap()
}

fn refused() -> Error {
    Error::Server {
        status: 500,
        message: "Head \"http://x/v2/\": no basic auth credentials".to_owned(),
    }
}

#[test]
fn a_name_leads_to_the_registry_as_dockers_files_call_it() {
    for (image, registry) in [
        ("nginx", HUB),
        ("nginx:1", HUB),
        ("shop/web", HUB),
        ("docker.io/shop/web:1", HUB),
        ("index.docker.io/shop/web", HUB),
        ("localhost/web", "localhost"),
        ("127.0.0.1:5000/a/b:1", "127.0.0.1:5000"),
        ("ghcr.io/a/b@sha256:01", "ghcr.io"),
    ] {
        assert_eq!(Registry::of(image).0, registry, "{image}");
    }
}

#[tokio::test]
async fn an_entry_of_the_file_is_found_with_and_without_scheme() {
    let (_folder, keyring) = keyring(&json!({"auths": {
        HUB: auth("hub"),
        "https://reg.example.com/v1/": auth("scheme"),
        "reg.example.com:5000": auth("port"),
        "token.example.com": {"identitytoken": SECRET, "auth": ENCODE.encode("x:")},
        "store.example.com": {},
        "broken.example.com": {"auth": "%%%"},
    }}));
    for (image, user) in [
        ("nginx", "hub"),
        ("docker.io/a/b", "hub"),
        ("reg.example.com/a", "scheme"),
        ("reg.example.com:5000/a", "port"),
    ] {
        let said = sent(&keyring.find(image).await);
        assert_eq!(said["username"], user);
        assert_eq!(said["password"], SECRET);
    }
    let said = sent(&keyring.find("token.example.com/a").await);
    assert_eq!(said["identitytoken"], SECRET);
    assert!(said.get("password").is_none());
    for none in [
        "store.example.com/a",
        "broken.example.com/a",
        "other.example.com/a",
    ] {
        let pass = keyring.find(none).await;
        assert_eq!(sent(&pass), json!({}), "{none}");
        let words = pass.explain(refused()).advice("");
        assert!(words.contains("config.json has no credentials"), "{words}");
        assert!(words.contains("docker login "), "{words}");
    }
}

#[tokio::test]
async fn a_helper_is_asked_before_the_store_and_both_before_the_file() {
    let (folder, keyring) = keyring(&json!({
        "auths": {"own.example.com": auth("file"), "other.example.com": auth("file")},
        "credHelpers": {"own.example.com": "own"},
        "credsStore": "store",
    }));
    let answer = r#"read asked; [ "$1" = get ] || exit 9
echo "{\"ServerURL\":\"$asked\",\"Username\":\"$asked by NAME\",\"Secret\":\"x\"}""#;
    helper(&folder, "own", &answer.replace("NAME", "own"));
    helper(&folder, "store", &answer.replace("NAME", "store"));
    for (image, user) in [
        ("own.example.com/a", "own.example.com by own"),
        ("other.example.com/a", "other.example.com by store"),
        ("nginx", "https://index.docker.io/v1/ by store"),
    ] {
        assert_eq!(sent(&keyring.find(image).await)["username"], user);
    }
    helper(
        &folder,
        "own",
        r#"echo '{"Username":"<token>","Secret":"t"}'"#,
    );
    let said = sent(&keyring.find("own.example.com/a").await);
    assert_eq!(said["identitytoken"], "t");
}

#[tokio::test]
async fn what_a_helper_cannot_do_is_told_when_the_registry_refuses() {
    let (folder, keyring) = keyring(&json!({"credsStore": "store"}));
    let told = async || {
        let pass = keyring.find("reg.example.com/a").await;
        assert_eq!(sent(&pass), json!({}));
        pass.explain(refused()).advice("")
    };
    let missing = told().await;
    assert!(missing.contains("docker-credential-store"), "{missing}");
    assert!(missing.contains("no such program"), "{missing}");
    helper(
        &folder,
        "store",
        "echo credentials not found in native keychain; exit 1",
    );
    let none = told().await;
    assert!(
        none.contains("docker-credential-store has no credentials"),
        "{none}"
    );
    helper(&folder, "store", "echo 'the key chain is locked'; exit 1");
    assert!(told().await.contains("the key chain is locked"));
    // What it writes where a good answer is expected may be the secret: it is not told.
    helper(&folder, "store", &format!("echo '{SECRET}'"));
    let odd = told().await;
    assert!(
        odd.contains("did not answer in JSON") && !odd.contains(SECRET),
        "{odd}"
    );
    helper(&folder, "store", "exit 3");
    assert!(told().await.contains("exit code 3"));
}

#[tokio::test(start_paused = true)]
async fn a_helper_that_hangs_is_given_up_and_ended() {
    let (folder, keyring) = keyring(&json!({"credsStore": "store"}));
    helper(&folder, "store", "sleep 600");
    let pass = keyring.find("reg.example.com/a").await;
    let words = pass.explain(refused()).advice("");
    assert!(words.contains("no answer within 10 s"), "{words}");
}

#[tokio::test]
async fn secrets_are_in_no_debug_form_and_a_refusal_names_no_secret() {
    let (_folder, keyring) = keyring(&json!({"auths": {"reg.example.com": auth("ann")}}));
    let pass = keyring.find("reg.example.com/a").await;
    assert_eq!(sent(&pass)["username"], "ann");
    let error = pass.explain(refused());
    let failure = error.failure_of(|| "pull");
    for text in [
        format!("{pass:?}"),
        format!("{error:?}"),
        format!("{failure:?}"),
    ] {
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    assert!(failure.advice.contains("came from"), "{}", failure.advice);
    let gone = Error::Server {
        status: 404,
        message: "manifest unknown".to_owned(),
    };
    assert_eq!(pass.explain(gone.clone()), gone);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_and_one_that_is_missing_is_none() {
    let (folder, keyring) = keyring(&Value::Null);
    fs::write(
        folder.path().join("config.json"),
        format!("{{\"auths\": {SECRET}"),
    )
    .unwrap();
    let words = keyring.find("a").await.explain(refused()).advice("");
    assert!(
        words.contains("not JSON, line 1") && !words.contains("s3cr3t"),
        "{words}"
    );
    fs::remove_file(folder.path().join("config.json")).unwrap();
    let words = keyring.find("a").await.explain(refused()).advice("");
    assert!(
        words.ends_with("has no credentials for docker.io: docker login"),
        "{words}"
    );
    let words = Keyring::default()
        .find("a")
        .await
        .explain(refused())
        .advice("");
    assert!(words.contains("docker login"), "{words}");
}
