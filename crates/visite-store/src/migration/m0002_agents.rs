//! Agents, and what they deliver.

use super::{flag, index, number, of_practice, optional_number, optional_text, refer, text};
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0002 agents"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let agent = [
            text("practice"),
            text("agent"),
            text("name"),
            optional_text("site"),
            optional_text("subject"),
            flag("medical_device"),
            text("serial"),
            number("expires_at"),
            text("state"),
            text("version"),
            number("created_at"),
            optional_number("last_seen_at"),
            optional_number("gap_at"),
            number("epoch"),
            number("last_sequence"),
            text("seen"),
            number("deliveries"),
        ];
        manager.create_table(of_practice("agent", agent, ["practice", "agent"])).await?;
        let enrolment = [
            text("practice"),
            text("hash"),
            text("name"),
            text("created_by"),
            number("created_at"),
            number("expires_at"),
            optional_text("used_by"),
            optional_number("used_at"),
        ];
        manager.create_table(of_practice("enrolment", enrolment, ["practice", "hash"])).await?;
        index(manager, "enrolment", ["hash"], true).await?;
        let subject = [
            text("practice"),
            text("subject"),
            text("kind"),
            text("name"),
            text("identifiers"),
            number("first_seen_at"),
            number("last_seen_at"),
        ];
        manager.create_table(of_practice("subject", subject, ["practice", "subject"])).await?;
        let body = [text("practice"), text("hash"), text("content"), number("stored_at"), flag("is_blanked")];
        manager.create_table(of_practice("body", body, ["practice", "hash"])).await?;
        let snapshot = [
            text("practice"),
            text("subject"),
            text("collector"),
            text("hash"),
            number("since_at"),
            number("observed_at"),
            number("received_at"),
            text("agent"),
        ];
        let mut snapshot = of_practice("snapshot", snapshot, ["practice", "subject", "collector"]);
        refer(&mut snapshot, "snapshot", ["practice", "subject"], "subject", ["practice", "subject"]);
        refer(&mut snapshot, "snapshot", ["practice", "hash"], "body", ["practice", "hash"]);
        manager.create_table(snapshot).await?;
        index(manager, "snapshot", ["practice", "hash"], false).await?;
        let observation = [
            text("practice"),
            text("subject"),
            text("collector"),
            number("observed_at"),
            text("hash"),
            number("received_at"),
            text("agent"),
        ];
        let key = ["practice", "subject", "collector", "observed_at"];
        let mut observation = of_practice("observation", observation, key);
        refer(&mut observation, "observation", ["practice", "subject"], "subject", ["practice", "subject"]);
        refer(&mut observation, "observation", ["practice", "hash"], "body", ["practice", "hash"]);
        manager.create_table(observation).await?;
        index(manager, "observation", ["practice", "hash"], false).await?;
        index(manager, "observation", ["practice", "observed_at"], false).await
    }
}
