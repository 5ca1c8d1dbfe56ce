//! The tables as the queries see them. What a column means stands in `docs/concepts/platform.md`.
//!
//! Times end in `_at` and are whole microseconds since 1970 (UTC). The order of [`tables`] is the one in which rows can
//! be written: what is referred to comes first.

macro_rules! entities {
    ($($table:ident = $name:literal { $($(#[$attribute:meta])* $field:ident: $type:ty,)+ })+) => {$(
        pub mod $table {
            use sea_orm::entity::prelude::*;
            use serde::{Deserialize, Serialize};

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
            #[sea_orm(table_name = $name)]
            #[serde(deny_unknown_fields)]
            pub struct Model {
                $($(#[$attribute])* pub $field: $type,)+
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    )+};
}

entities! {
    setting = "setting" {
        #[sea_orm(primary_key, auto_increment = false)] name: String,
        value: String,
    }
    account = "account" {
        #[sea_orm(primary_key, auto_increment = false)] account: String,
        email: String,
        name: String,
        password_hash: Option<String>,
        second_factors: String,
        totp_step: i64,
        language: String,
        provider_role: Option<String>,
        created_at: i64,
        disabled_at: Option<i64>,
    }
    practice = "practice" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        name: String,
        time_zone: String,
        file: Option<String>,
        file_hash: Option<String>,
        settings: String,
        created_at: i64,
        deleted_at: Option<i64>,
    }
    site = "site" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] site: String,
        name: String,
    }
    membership = "membership" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] account: String,
        role: String,
        until_at: Option<i64>,
        granted_by: String,
        granted_at: i64,
    }
    invitation = "invitation" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] account: String,
        hash: String,
        name: String,
        role: String,
        until_at: Option<i64>,
        invited_by: String,
        invited_at: i64,
        expires_at: i64,
    }
    session = "session" {
        #[sea_orm(primary_key, auto_increment = false)] hash: String,
        account: String,
        created_at: i64,
        last_used_at: i64,
        expires_at: i64,
        second_factor_at: Option<i64>,
        address: String,
        program: String,
        #[serde(default)]
        proved_at: Option<i64>,
    }
    identity = "identity" {
        #[sea_orm(primary_key, auto_increment = false)] issuer: String,
        #[sea_orm(primary_key, auto_increment = false)] subject: String,
        account: String,
        name: String,
        second_factor: bool,
        linked_at: i64,
    }
    token = "token" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] hash: String,
        name: String,
        scopes: String,
        created_by: String,
        created_at: i64,
        expires_at: i64,
        last_used_at: Option<i64>,
    }
    installation_token = "installation_token" {
        #[sea_orm(primary_key, auto_increment = false)] hash: String,
        name: String,
        scopes: String,
        created_by: String,
        created_at: i64,
        expires_at: i64,
        last_used_at: Option<i64>,
    }
    webhook = "webhook" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] webhook: String,
        address: String,
        secret: String,
        events: String,
        created_at: i64,
    }
    audit = "audit" {
        #[sea_orm(primary_key, auto_increment = false)] number: i64,
        at: i64,
        who: String,
        practice: Option<String>,
        what: String,
        detail: String,
        previous: String,
        hash: String,
    }
    agent = "agent" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] agent: String,
        name: String,
        site: Option<String>,
        subject: Option<String>,
        medical_device: bool,
        serial: String,
        expires_at: i64,
        state: String,
        version: String,
        created_at: i64,
        last_seen_at: Option<i64>,
        gap_at: Option<i64>,
        epoch: i64,
        last_sequence: i64,
        seen: String,
        deliveries: i64,
    }
    enrolment = "enrolment" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] hash: String,
        name: String,
        created_by: String,
        created_at: i64,
        expires_at: i64,
        used_by: Option<String>,
        used_at: Option<i64>,
    }
    subject = "subject" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] subject: String,
        kind: String,
        name: String,
        identifiers: String,
        first_seen_at: i64,
        last_seen_at: i64,
    }
    body = "body" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] hash: String,
        content: String,
        stored_at: i64,
        is_blanked: bool,
    }
    snapshot = "snapshot" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] subject: String,
        #[sea_orm(primary_key, auto_increment = false)] collector: String,
        hash: String,
        since_at: i64,
        observed_at: i64,
        received_at: i64,
        agent: String,
    }
    observation = "observation" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] subject: String,
        #[sea_orm(primary_key, auto_increment = false)] collector: String,
        #[sea_orm(primary_key, auto_increment = false)] observed_at: i64,
        hash: String,
        received_at: i64,
        agent: String,
    }
    round = "round" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] round: String,
        at: i64,
        catalog_hash: String,
        summary: String,
        is_full: bool,
        is_blanked: bool,
        assessment: Option<String>,
        #[serde(default = "super::no_fields")] open: String,
    }
    finding = "finding" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] finding: String,
        check_id: String,
        subject: String,
        record: Option<String>,
        state: String,
        severity: String,
        area: String,
        first_seen_at: i64,
        last_seen_at: i64,
        fixed_at: Option<i64>,
        assigned_to: Option<String>,
        topic: String,
        is_blanked: bool,
        body: String,
    }
    finding_event = "finding_event" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] finding: String,
        #[sea_orm(primary_key, auto_increment = false)] number: i64,
        at: i64,
        what: String,
        who: String,
        detail: String,
    }
    acceptance = "acceptance" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] finding: String,
        reason: String,
        who: String,
        until: String,
        accepted_at: i64,
    }
    record = "record" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] record: String,
        kind: String,
        at: i64,
        body: String,
    }
    job = "job" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] job: String,
        kind: String,
        input: String,
        due_at: i64,
        state: String,
        lease_until_at: Option<i64>,
        node: Option<String>,
        attempts: i64,
        progress: String,
        result: Option<String>,
        created_at: i64,
        finished_at: Option<i64>,
    }
    alert = "alert" {
        #[sea_orm(primary_key, auto_increment = false)] practice: String,
        #[sea_orm(primary_key, auto_increment = false)] cause: String,
        #[sea_orm(primary_key, auto_increment = false)] subject: String,
        detail: String,
        opened_at: i64,
        told_at: Option<i64>,
        resolved_at: Option<i64>,
    }
}

/// Calls `$function::<Entity, _>($arguments)` for each of the tables, in the order in which rows can be written.
macro_rules! each_table {
    ($function:ident $arguments:tt: $($table:ident),+ $(,)?) => {
        $($function::<$crate::entity::$table::Entity, _> $arguments.await?;)+
    };
}

/// As `each_table`, for everything that is kept.
macro_rules! each_table_of_all {
    ($function:ident $arguments:tt) => {
        $crate::entity::each_table!($function $arguments:
            setting, account, identity, practice, site, membership, invitation, session, token, installation_token, webhook, audit, agent,
            enrolment, subject, body, snapshot, observation, round, finding, finding_event, acceptance, record, job, alert)
    };
}

/// As `each_table`, for what a practice takes along when it changes its provider. People, their access and what else is
/// secret stay: they belong to the installation.
macro_rules! each_table_to_take_along {
    ($function:ident $arguments:tt) => {
        $crate::entity::each_table!($function $arguments:
            practice, site, agent, subject, body, snapshot, observation, round, finding, finding_event, acceptance, record,
            alert)
    };
}

/// As `each_table`, for everything of one practice except the practice itself, in the order in which rows can be deleted.
macro_rules! each_table_to_delete {
    ($function:ident $arguments:tt) => {
        $crate::entity::each_table!($function $arguments:
            alert, job, record, acceptance, finding_event, finding, round, observation, snapshot, body, subject, enrolment,
            agent, webhook, token, invitation, membership, site)
    };
}

pub(crate) use {each_table, each_table_of_all, each_table_to_delete, each_table_to_take_along};

/// What stands in a column of JSON that the row of an earlier backup does not have.
fn no_fields() -> String {
    "{}".to_owned()
}

#[cfg(test)]
mod tests {
    use super::round;

    /// As written by schema 4.
    #[test]
    fn rows_of_earlier_backups_are_read() {
        let row = r#"{"practice":"p","round":"r","at":1,"catalog_hash":"c","summary":"{}","is_full":false,"is_blanked":false,"assessment":null}"#;
        let row: round::Model = serde_json::from_str(row).expect("a row");
        assert_eq!(row.open, "{}");
    }
}
