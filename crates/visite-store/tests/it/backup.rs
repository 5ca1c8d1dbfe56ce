//! Backups of both engines restore into both engines, and broken ones into none. Practices move and are deleted.

use crate::support::*;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::{Read, Write};
use visite_facts::{Acceptance, FindingState};
use visite_store::*;

on_both!(
    a_backup_restores_into_the_same_engine_and_the_other,
    a_backup_made_while_agents_deliver_is_of_one_moment,
    a_backup_is_only_restored_where_nothing_is,
    changed_and_cut_off_files_are_refused_and_leave_nothing,
    a_backup_into_a_file_appears_when_it_is_complete,
    a_practice_moves_to_another_installation,
    a_file_of_a_practice_holds_nothing_of_others,
    a_practice_is_deleted_with_a_proof_and_may_come_back,
);

/// A practice with something in every table that a practice has.
pub async fn filled(store: &Store, id: &str) -> PracticeStore {
    let practice = add_practice(store, id).await;
    let ada = account_id(&format!("ada-{id}"));
    let account = NewAccount {
        id: ada.clone(),
        email: format!("ada@{id}.example"),
        name: "Ada".into(),
        language: visite_facts::Lang::De,
        provider_role: None,
    };
    store.create_account(&event("account.created"), &account).await.expect("account");
    practice.grant(&event("access.granted"), &ada, Role::PracticeOwner, Some(day(9))).await.expect("granted");
    let there = Identity {
        issuer: "https://id.example".into(),
        subject: id.into(),
        account: ada.clone(),
        name: "Ada".into(),
        second_factor: true,
        linked_at: at(0),
    };
    store.link_identity(&event("identity.linked"), &there).await.expect("linked");
    let offered = Invitation {
        account: ada.clone(),
        hash: "h".into(),
        name: "Ada".into(),
        role: Role::Staff,
        until: None,
        invited_by: "ada".into(),
        invited_at: at(0),
        expires_at: day(9),
    };
    practice.invite(&event("invited"), &offered).await.expect("invited");
    practice.set_file(&event("practice.file"), None, "name: Jörg's \"Praxis\"\n").await.expect("file");
    let site = Site { id: SiteId::new("a").expect("id"), name: "Haupthaus".into() };
    practice.put_site(&event("site.put"), &site).await.expect("site");
    let token = NewToken { name: "t".into(), scopes: vec![], expires_at: day(9) };
    practice.create_token(&event("token.created"), &format!("token of {id}"), &token).await.expect("token");
    let enrolment = NewEnrolment { name: "e".into(), expires_at: day(9) };
    practice.create_enrolment(&event("enrolment"), &format!("enrolment of {id}"), &enrolment).await.expect("enrolment");
    let hook = Webhook {
        id: WebhookId::new("w").expect("id"),
        address: "https://a.example".into(),
        secret: "sealed".into(),
        events: vec![],
        created_at: at(0),
    };
    practice.put_webhook(&event("webhook.put"), &hook).await.expect("webhook");
    let agent = add_agent(&practice, "pc1").await;
    for (sequence, version) in (1..).zip(["11", "12", "13"]) {
        let seen = [snapshot("pc1", version, at(sequence)), accounts("pc1", &["anna", "jörg"], at(sequence))];
        let delivery = delivery(sequence, at(sequence), seen.iter().map(with_body).collect());
        practice.deliver(&agent, delivery).await.expect("delivered");
    }
    let judged = assessment("round-1", at(9), vec![finding("pw", Some("anna"), FindingState::Open, at(9))]);
    practice.save_round(&judged).await.expect("saved");
    practice.assign(&event("finding.assigned"), "finding-pw", Some(&ada)).await.expect("assigned");
    let until = "2026-07-31".parse().expect("a date");
    let accepted = Acceptance { finding: "finding-pw".into(), reason: "Umbau".into(), by: "ada".into(), until };
    practice.accept(&event("finding.accepted"), &accepted).await.expect("accepted");
    practice.open_alert("backup_overdue", "", &json!({"days": 3}), at(3)).await.expect("alert");
    let record = Record { id: RecordId::new("r").expect("id"), kind: "restore".into(), at: at(4), body: json!([1]) };
    practice.add_record(&event("record.added"), &record).await.expect("record");
    let job = NewJob { id: JobId::new("j").expect("id"), kind: "round".into(), input: json!(null), due_at: at(0) };
    practice.plan_job(&job, at(0)).await.expect("job");
    practice
}

/// What can be asked about a practice.
pub async fn told(practice: &PracticeStore) -> String {
    format!(
        "{:#?}",
        (
            practice.info().await.expect("info"),
            practice.sites().await.expect("sites"),
            practice.snapshots().await.expect("snapshots"),
            practice.subjects().await.expect("subjects"),
            practice.history(&snapshot("pc1", "", at(0)).subject.id, "linux.system", 9).await.expect("history"),
            practice.latest_assessment().await.expect("assessment"),
            practice.acceptances().await.expect("acceptances"),
            practice.finding_events("finding-pw").await.expect("events"),
            practice.records(9).await.expect("records"),
            practice.alerts(false).await.expect("alerts"),
        )
    )
}

async fn backup(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.backup(&mut bytes, at(50)).await.expect("a backup");
    bytes
}

/// Both engines, where PostgreSQL is asked for at all.
fn engines(place: &Place) -> Vec<Engine> {
    match place.location.engine() {
        Engine::Sqlite => vec![Engine::Sqlite],
        Engine::Postgres => vec![Engine::Postgres, Engine::Sqlite],
    }
}

async fn a_backup_restores_into_the_same_engine_and_the_other(place: Place) {
    let store = place.open().await;
    let linden = filled(&store, "linden").await;
    store.set_setting(&event("setting"), "public_url", Some("https://a.example")).await.expect("set");
    let session = NewSession {
        account: account_id("ada-linden"),
        now: at(1),
        expires_at: day(2),
        second_factor_at: None,
        proved_at: None,
        address: "192.0.2.7".into(),
        program: "Firefox".into(),
    };
    store.open_session("of ada", &session).await.expect("a session");
    let bytes = backup(&store).await;
    let mut header_of_first = None;
    for engine in engines(&place) {
        let other = place.other(engine);
        let restored = other.open().await;
        let header = restored.restore(bytes.as_slice(), &event("backup.restored")).await.expect("restored");
        assert_eq!((header.created, header.practice.as_deref()), (at(50), None));
        assert_eq!(told(&restored.practice(linden.id().clone())).await, told(&linden).await);
        assert_eq!(restored.accounts().await.expect("accounts"), store.accounts().await.expect("accounts"));
        let ada = account_id("ada-linden");
        let there = restored.identities(&ada).await.expect("identities");
        assert_eq!((there.len(), &there), (1, &store.identities(&ada).await.expect("identities")));
        assert_eq!(restored.settings().await.expect("settings"), store.settings().await.expect("settings"));
        // Whoever was signed in, or was offered a role, may have lost it since.
        assert_eq!(restored.session("of ada", at(2)).await.expect("asked"), None);
        assert_eq!(restored.practice(linden.id().clone()).invitations(at(2)).await.expect("asked"), []);
        assert_eq!(restored.epoch().await.expect("epoch"), at(0).as_second(), "a new epoch");
        let rows = store.verify_audit().await.expect("verified").expect("whole");
        assert_eq!(restored.verify_audit().await.expect("verified"), Ok(rows + 1), "the restore is told");
        restored.integrity_check().await.expect("whole");
        assert_eq!(*header_of_first.get_or_insert(header.clone()), header);
        // What was restored can be backed up and restored once more, into the engine it came from.
        let third = place.other(place.location.engine());
        let back = third.open().await;
        back.restore(backup(&restored).await.as_slice(), &event("backup.restored")).await.expect("restored again");
        assert_eq!(told(&back.practice(linden.id().clone())).await, told(&linden).await);
    }
}

async fn a_backup_made_while_agents_deliver_is_of_one_moment(place: Place) {
    let (store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let (writing, writer) = (linden.clone(), agent.clone());
    let deliveries = tokio::spawn(async move {
        for sequence in 1..=150 {
            // Two computers with the same version each time: a backup that mixes moments shows two versions.
            let version = sequence.to_string();
            let seen = ["pc1", "pc2"].map(|host| with_body(&snapshot(host, &version, at(sequence))));
            writing.deliver(&writer, delivery(sequence, at(sequence), seen.into())).await.expect("delivered");
        }
    });
    let mut sequences = Vec::new();
    for _ in 0..4 {
        let restored = sqlite();
        let restored = restored.open().await;
        restored.restore(backup(&store).await.as_slice(), &event("backup.restored")).await.expect("restored");
        let copy = restored.practice(linden.id().clone());
        let last = copy.agent(&agent).await.expect("agent").last_sequence;
        let times: Vec<_> = copy.snapshots().await.expect("snapshots").iter().map(|one| one.observed_at).collect();
        assert!(times.iter().all(|time| *time == at(last)), "{last}: {times:?}");
        restored.integrity_check().await.expect("whole");
        sequences.push(last);
    }
    deliveries.await.expect("deliveries");
    assert!(sequences.is_sorted(), "{sequences:?}");
}

async fn a_backup_is_only_restored_where_nothing_is(place: Place) {
    let (store, _linden) = practice(&place).await;
    let bytes = backup(&store).await;
    let error = store.restore(bytes.as_slice(), &event("backup.restored")).await.expect_err("not empty");
    assert!(matches!(error, StoreError::NotEmpty), "{error}");
    assert_eq!(store.epoch().await.expect("epoch"), 1);
}

async fn changed_and_cut_off_files_are_refused_and_leave_nothing(place: Place) {
    let store = place.open().await;
    filled(&store, "linden").await;
    let bytes = backup(&store).await;
    let mut plain = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut plain).expect("gzip");
    let packed = |text: &str| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).expect("gzip");
        gzip.finish().expect("gzip")
    };
    let lines: Vec<&str> = plain.lines().collect();
    let without = |index: usize| {
        let mut lines = lines.clone();
        lines.remove(index);
        packed(&format!("{}\n", lines.join("\n")))
    };
    let (newest, changes) = (Store::newest_schema(), |number: i64| format!("\"changes\":{number}"));
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 0x10;
    let bad = [
        ("nothing", Vec::new()),
        ("no gzip", b"no backup".to_vec()),
        ("another file", packed("{\"schema\":\"visite.facts/1\"}\n")),
        ("a bit", flipped),
        ("cut off in the middle", bytes[..bytes.len() / 2].to_vec()),
        ("cut off at a line", packed(&plain[..plain[..plain.len() / 2].rfind('\n').expect("a line") + 1])),
        ("without a row", without(lines.len() / 2)),
        ("without the end", without(lines.len() - 1)),
        ("without the header", without(0)),
        ("a changed value", packed(&plain.replacen("Haupthaus", "Nebenhaus", 1))),
        ("a changed count", packed(&plain.replacen("\"site\":1", "\"site\":2", 1))),
        ("something behind the end", packed(&format!("{plain}[]\n"))),
        ("a newer schema", packed(&plain.replacen(&changes(newest), &changes(newest + 1), 1))),
    ];
    let empty = place.other(place.location.engine());
    let restored = empty.open().await;
    for (name, bad) in bad {
        let error = restored.restore(bad.as_slice(), &event("backup.restored")).await.expect_err(name);
        assert!(matches!(error, StoreError::File { .. }), "{name}: {error:?}");
    }
    assert_eq!(restored.accounts().await.expect("accounts").len(), 0);
    assert_eq!(restored.epoch().await.expect("epoch"), 1, "as before");
    restored.restore(bytes.as_slice(), &event("backup.restored")).await.expect("the whole one");
}

async fn a_backup_into_a_file_appears_when_it_is_complete(place: Place) {
    let (store, _linden) = practice(&place).await;
    let path = place.folder.path().join("backup.visite");
    store.backup_to(&path, at(1)).await.expect("written");
    assert_eq!(rustix::fs::stat(&path).expect("a file").st_mode & 0o777, 0o600);
    let restored = sqlite();
    let file = std::io::BufReader::new(std::fs::File::open(&path).expect("a file"));
    restored.open().await.restore(file, &event("backup.restored")).await.expect("restored");
    let nowhere = place.folder.path().join("no-folder/backup.visite");
    assert!(matches!(store.backup_to(&nowhere, at(1)).await, Err(StoreError::Io(_))));
    let names: Vec<_> = std::fs::read_dir(place.folder.path()).expect("a folder").flatten().collect();
    assert!(names.iter().all(|entry| !entry.file_name().to_string_lossy().ends_with(".part")), "{names:?}");
}

async fn a_practice_moves_to_another_installation(place: Place) {
    let store = place.open().await;
    let linden = filled(&store, "linden").await;
    filled(&store, "eiche").await;
    let settings = [("care", json!("provider")), ("alerts", json!({"mail": "alerts@provider.example"}))];
    linden.put_settings(&event("settings.changed"), &settings).await.expect("settings");
    let mut bytes = Vec::new();
    let header = linden.export(&mut bytes, at(60)).await.expect("exported");
    assert_eq!(header.practice.as_deref(), Some("linden"));
    for engine in engines(&place) {
        let other = place.other(engine);
        let new = other.open().await;
        let id = new.import(bytes.as_slice(), &event("practice.imported")).await.expect("imported");
        let moved = new.practice(id.clone());
        assert_eq!(
            moved.info().await.expect("info").settings,
            json!({"care": "provider"}),
            "alerts went to the old provider"
        );
        moved.put_settings(&event("settings.changed"), &settings).await.expect("settings");
        assert_eq!(told(&moved).await, told(&linden).await);
        assert_eq!(new.practices().await.expect("practices").len(), 1);
        assert_eq!(new.accounts().await.expect("accounts"), [], "people stay");
        assert_eq!(moved.finding("finding-pw").await.expect("finding").assigned_to, None);
        assert_eq!(moved.agents().await.expect("agents")[0].state, AgentState::Revoked);
        assert_eq!(new.token("token of linden", at(0)).await.expect("token"), None);
        assert_eq!(moved.audit_log(None, 9).await.expect("log").len(), 1, "the import is told");
        let again = new.import(bytes.as_slice(), &event("practice.imported")).await.expect_err("it is there");
        assert!(matches!(again, StoreError::AlreadyThere { .. }), "{again}");
        let whole = new.restore(bytes.as_slice(), &event("backup.restored")).await.expect_err("no backup");
        assert!(matches!(whole, StoreError::File { .. }), "{whole}");
    }
}

async fn a_file_of_a_practice_holds_nothing_of_others(place: Place) {
    let store = place.open().await;
    let linden = filled(&store, "linden").await;
    filled(&store, "eiche").await;
    let mut bytes = Vec::new();
    linden.export(&mut bytes, at(60)).await.expect("exported");
    let mut plain = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut plain).expect("gzip");
    for secret in ["eiche", "ada@linden.example", "\"token\"", "\"membership\"", "\"webhook\"", "sealed"] {
        assert!(!plain.contains(secret), "{secret}");
    }
    // Whoever makes a file of his own gets no rows into other practices and no rights.
    let lines: Vec<&str> = plain.lines().collect();
    let forged = [
        json!(["site", {"practice": "eiche", "site": "x", "name": "x"}]),
        json!(["setting", {"name": "public_url", "value": "https://evil.example"}]),
        json!(["membership", {"practice": "linden", "account": "ada-eiche", "role": "provider-admin",
            "until_at": null, "granted_by": "x", "granted_at": 0}]),
        json!(["no_such_table", {"practice": "linden"}]),
        // Rows that nobody could read afterwards.
        json!(["round", {"practice": "linden", "round": "r9", "at": 1, "catalog_hash": "c", "summary": "x", "is_full": false,
            "is_blanked": false, "assessment": null, "open": "{}"}]),
        json!(["body", {"practice": "linden", "hash": "ff", "content": "x", "stored_at": 1, "is_blanked": false}]),
        json!(["record", {"practice": "linden", "record": "a b", "kind": "x", "at": 1, "body": "{}"}]),
        json!(["observation", {"practice": "linden", "subject": "s", "collector": "c", "observed_at": i64::MAX, "hash": "h",
            "received_at": 1, "agent": "pc1"}]),
        json!(["identity", {"practice": "linden", "issuer": "i", "subject": "s", "account": "ada-eiche", "name": "x",
            "second_factor": true, "linked_at": 1}]),
    ];
    store_refuses(&place, &lines, &forged).await;
}

/// Files with a right end, and one row too many.
async fn store_refuses(place: &Place, lines: &[&str], forged: &[Value]) {
    let other = place.other(place.location.engine());
    let new = other.open().await;
    filled(&new, "eiche").await;
    for row in forged {
        let mut header: Value = serde_json::from_str(lines[0]).expect("a header");
        let table = row[0].as_str().expect("a table");
        let count = header["tables"][table].as_u64().unwrap_or(0) + 1;
        header["tables"][table] = count.into();
        let mut text = format!("{header}\n");
        for line in &lines[1..lines.len() - 1] {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&format!("{row}\n"));
        let sha256: String = sha2_hex(text.as_bytes());
        text.push_str(&format!("{{\"sha256\":\"{sha256}\"}}\n"));
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).expect("gzip");
        let bytes = gzip.finish().expect("gzip");
        let error = new.import(bytes.as_slice(), &event("practice.imported")).await.expect_err("forged");
        assert!(matches!(error, StoreError::File { .. }), "{table}: {error:?}");
        assert_eq!(new.practices().await.expect("practices").len(), 1, "{table}");
    }
}

fn sha2_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn a_practice_is_deleted_with_a_proof_and_may_come_back(place: Place) {
    let store = place.open().await;
    let linden = filled(&store, "linden").await;
    let eiche = filled(&store, "eiche").await;
    let (before, neighbours) = (told(&linden).await, told(&eiche).await);
    let mut bytes = Vec::new();
    linden.export(&mut bytes, at(60)).await.expect("exported");
    let record = RecordId::new("deletion").expect("id");
    let proof = linden.delete(&event("practice.deleted"), &record).await.expect("deleted");
    assert_eq!(
        (proof.rows["practice"], proof.rows["snapshot"], proof.rows["token"], proof.rows["account"]),
        (1, 2, 1, 1)
    );
    let left: Vec<_> = store.accounts().await.expect("accounts").into_iter().map(|account| account.id).collect();
    assert_eq!(left, [account_id("ada-eiche")], "whoever was nowhere else is forgotten");
    for table in ["site", "agent", "enrolment", "subject", "body", "snapshot", "observation", "round", "finding"] {
        let count = place.number(&format!("SELECT count(*) FROM {table} WHERE practice = 'linden'")).await;
        assert_eq!(count, 0, "{table}");
    }
    assert!(!linden.exists().await.expect("exists"));
    assert!(linden.deliver(&agent_id("pc1"), delivery(9, at(9), vec![])).await.is_err());
    assert_eq!(store.token("token of linden", at(0)).await.expect("token"), None);
    assert_eq!(told(&eiche).await, neighbours, "others are untouched");
    let records = linden.records(9).await.expect("records");
    assert_eq!(serde_json::from_value::<DeletionProof>(records[0].body.clone()).expect("a proof"), proof);
    assert!(store.verify_audit().await.expect("verified").is_ok());
    store.integrity_check().await.expect("whole");
    assert!(matches!(linden.delete(&event("practice.deleted"), &record).await, Err(StoreError::NotFound { .. })));

    store.import(bytes.as_slice(), &event("practice.imported")).await.expect("it comes back");
    assert_eq!(told(&linden).await, before);
}
