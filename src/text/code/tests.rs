//! What is masked, what is not, and that no character of a line is lost.
use super::*;
use crate::text::MASK;

fn code(text: &str, language: Language) -> Code {
    Code::new(text.lines().map(str::to_owned).collect(), language)
}

fn masked(text: &str, language: Language) -> Vec<String> {
    let code = code(text, language);
    (0..code.len())
        .map(|n| code.shown(n, false).replace(MASK, "*"))
        .collect()
}

const YAML: &str = r#"version: '3'  # no secret
services:
  db:
    image: "postgres:16"
    environment:
      POSTGRES_PASSWORD: hunter2
      PGUSER: ${PGUSER:-zammad}
      TOKEN: ${API_TOKEN:-abc${X}}
      OTHER_PASSWORD: ${DB_PASSWORD}
      NEEDED_PASSWORD: ${DB_PASSWORD:?say it}
    command: [server, --password, hunter2, "--port=5"]
    labels:
      - "traefik.http.routers.db.rule=Host(`db.${DOMAIN}`)"
      - DB_PASS=hunter2
      # SECRET_KEY: hunter2
  web: {image: x, environment: {URL: 'http://u:hunter2@h/', A: 1}, args: [a, b]}
  cli:
    command:
      - --token
      - hunter2
      - go
    secrets:
      - db_password
configs:
  tls:
    content: |
      listen: x
      admin_password: hunter2
      -----BEGIN RSA PRIVATE KEY-----
      aGVsbG8=
      -----END RSA PRIVATE KEY-----
  api_key:
    content: plain
x-password:
  hunter2
y-password: "hunter
  2 more"
z: 1
"#;

#[test]
fn secrets_of_a_compose_file_are_masked_and_nothing_else() {
    let lines = masked(YAML, Language::Yaml);
    let all = lines.join("\n");
    assert!(!all.contains("hunter"), "{all}");
    for shown in [
        "version: '3'  # no secret",
        "    image: \"postgres:16\"",
        "      POSTGRES_PASSWORD: *",
        "      PGUSER: ${PGUSER:-zammad}",
        "      TOKEN: ${API_TOKEN:-*}",
        "      OTHER_PASSWORD: ${DB_PASSWORD}",
        "      NEEDED_PASSWORD: ${DB_PASSWORD:?say it}",
        "    command: [server, --password, *, \"--port=5\"]",
        "      - \"traefik.http.routers.db.rule=Host(`db.${DOMAIN}`)\"",
        "      - DB_PASS=*",
        "      # SECRET_KEY: *",
        "  web: {image: x, environment: {URL: '*', A: 1}, args: [a, b]}",
        "      *",
        "      - go",
        "      - db_password",
        "      listen: x",
        "    content: plain",
        "y-password: *",
        "z: 1",
    ] {
        assert!(lines.iter().any(|line| line == shown), "{shown}\n{all}");
    }
    assert!(!all.contains("aGVsbG8"), "{all}");
}

const VARIABLES: &str = "# a comment
export DOMAIN=example.com # where
DB_PASSWORD=hunter2
#OLD_PASSWORD=hunter2
EMPTY_TOKEN=
API_KEY=\"hunter2
hunter3\"
URL=${BASE:-http://x}/y
not a pair";

#[test]
fn secrets_of_a_file_of_variables_are_masked() {
    let lines = masked(VARIABLES, Language::Variables);
    assert_eq!(
        lines,
        [
            "# a comment",
            "export DOMAIN=example.com # where",
            "DB_PASSWORD=*",
            "#OLD_PASSWORD=*",
            "EMPTY_TOKEN=",
            "API_KEY=*",
            "*",
            "URL=${BASE:-http://x}/y",
            "not a pair",
        ]
    );
}

#[test]
fn what_is_shown_whole_is_the_line_itself() {
    for (text, language) in [(YAML, Language::Yaml), (VARIABLES, Language::Variables)] {
        let code = code(text, language);
        for (number, line) in text.lines().enumerate() {
            assert_eq!(code.shown(number, true), line);
        }
    }
    let odd = "a: [b, {c: 'd\n}\n- - - x: &y *z\n\"q\": \"\\\"\"\n${A\n$\nü: ${ü}\n: :\n'";
    let code = code(odd, Language::Yaml);
    for (number, line) in odd.lines().enumerate() {
        assert_eq!(code.shown(number, true), line);
        code.shown(number, false);
    }
}

#[test]
fn pieces_have_their_tones() {
    let code = code("a: ${B} # c\n- 12", Language::Yaml);
    let tones = |n: usize| -> Vec<Tone> {
        let pieces = code.pieces(n, false).into_iter();
        let inked = pieces.filter(|(words, _)| !words.trim().is_empty());
        inked.map(|(_, tone)| tone).collect()
    };
    assert_eq!(
        tones(0),
        [Tone::Name, Tone::Mark, Tone::Variable, Tone::Comment]
    );
    assert_eq!(tones(1), [Tone::Mark, Tone::Number]);
}

#[test]
fn secrets_behind_their_options_are_masked_wherever_a_command_stands() {
    let commands = "a:
  command: redis-server --requirepass hunter2
  test: [\"CMD-SHELL\", \"redis-cli --pass hunter2 ping\"]
b:
  command: >
    redis-server
    --requirepass hunter2
    --url=http://u:hunter2@h/
  entrypoint: [redis-server,
    \"--requirepass\", \"hunter2\"]
  # --password hunter2
  run: sh -c 'serve --port 80 --key-file /run/key'
PASSWORD:\thunter2";
    let lines = masked(commands, Language::Yaml);
    let all = lines.join("\n");
    assert!(!all.contains("hunter2"), "{all}");
    for shown in [
        "  command: *",
        "  test: [\"CMD-SHELL\", \"*\"]",
        "    redis-server",
        "  run: sh -c 'serve --port 80 --key-file /run/key'",
    ] {
        assert!(lines.iter().any(|line| line == shown), "{shown}\n{all}");
    }
    // Compose 2 takes this for a pair too.
    assert_eq!(
        masked("DB_PASSWORD: hunter2", Language::Variables),
        ["DB_PASSWORD: *"]
    );
}

#[test]
fn texts_that_go_on_below_are_masked_with_their_first_line() {
    let file = "services:
  a:
    environment:
      DB_PASSWORD: hunter2 and
        hunter2 more
        # hunting
      LEVEL: 3
        4
      OTHER: >-
        redis-cli -a
        hunter2
    env:
      - DB_PASS=hunter2 and
        hunter2
      - A=b
      - \"API_KEY=hunter2
        hunter2\"
    command: redis-server --requirepass
      hunter2 --port 1
    test:
      - CMD
      - mysqladmin
      - -phunter2
      - ping
    run: [mysqldump, -u, root, \"-phunter2\", db]
    sh:
      - |
        echo a
        PASSWORD=hunter2 serve
    url: mysql -uroot -phunter2 db
    publish: run -p8080:80
";
    let lines = masked(file, Language::Yaml);
    let all = lines.join("\n");
    assert!(!all.contains("hunter2"), "{all}");
    for shown in [
        "      DB_PASSWORD: *",
        "        # hunting",
        "        4",
        "        redis-cli -a",
        "      - A=b",
        "      - mysqladmin",
        "      - ping",
        "    run: [mysqldump, -u, root, \"*\", db]",
        "        echo a",
        "    publish: run -p8080:80",
    ] {
        assert!(lines.iter().any(|line| line == shown), "{shown}\n{all}");
    }
}

#[test]
fn a_value_whose_name_is_another_pair_is_masked() {
    let file = "env:
  - name: DB_PASSWORD
    value: hunter2
  - value: hunter2 and
      hunter2
    name: API_TOKEN
  - name: LEVEL
    value: 3
  - {name: DB_PASSWORD, value: hunter2}
  - {value: \"hunter2\", name: DB_PASSWORD}
  - {name: LEVEL, value: 4}
volumes:
  share:
    driver_opts:
      type: cifs
      o: username=u,pass=hunter2,vers=3.0
  other:
    driver_opts:
      o: \"addr=10.0.0.1,username=u,password=hunter2\"
  third: {driver_opts: {o: 'password=hunter2', device: //nas/x}}
";
    let lines = masked(file, Language::Yaml);
    let all = lines.join("\n");
    assert!(!all.contains("hunter2"), "{all}");
    for shown in [
        "  - name: DB_PASSWORD",
        "    value: *",
        "    name: API_TOKEN",
        "    value: 3",
        "  - {name: DB_PASSWORD, value: *}",
        "  - {name: LEVEL, value: 4}",
        "      type: cifs",
    ] {
        assert!(lines.iter().any(|line| line == shown), "{shown}\n{all}");
    }
}

#[test]
fn what_is_masked_is_known_by_its_values() {
    let file = "a:
  PASSWORD: 'hunter2'
  SHORT_PASSWORD: abc
  URL: http://u:s3cret-word@h/
  TOKEN: ${T:-fallback}
  KEY: a$$b-c-d
  command: [redis-server, --requirepass, behind-option]
  run: mysql -patt4ched db
  text: |
    export SMTP_PASS=in-a-text
";
    let secrets = code(file, Language::Yaml).secrets();
    for value in [
        "hunter2",
        "s3cret-word",
        "fallback",
        "a$b-c-d",
        "behind-option",
        "att4ched",
        "in-a-text",
    ] {
        assert!(secrets.iter().any(|s| s == value), "{value}: {secrets:?}");
    }
    assert!(secrets.iter().all(|s| s.len() >= SHORTEST));
    assert!(secrets.windows(2).all(|two| two[0].len() >= two[1].len()));
    let own = code(
        "DB_PASSWORD=hunter2 # x\nOTHER_PASSWORD=${DB_PASSWORD}",
        Language::Variables,
    );
    assert_eq!(own.secrets(), ["hunter2"]);
    let line = "pulling hunter2/x with hunter2";
    assert_eq!(
        crate::text::without_values(line, &own.secrets()),
        format!("pulling {MASK}/x with {MASK}")
    );
}
