//! Rounds, findings with their life, and records.

use super::{flag, index, number, of_practice, optional_number, optional_text, refer, text};
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0003 rounds"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let round = [
            text("practice"),
            text("round"),
            number("at"),
            text("catalog_hash"),
            text("summary"),
            flag("is_full"),
            flag("is_blanked"),
            optional_text("assessment"),
        ];
        manager.create_table(of_practice("round", round, ["practice", "round"])).await?;
        index(manager, "round", ["practice", "at"], false).await?;
        let finding = [
            text("practice"),
            text("finding"),
            text("check_id"),
            text("subject"),
            optional_text("record"),
            text("state"),
            text("severity"),
            text("area"),
            number("first_seen_at"),
            number("last_seen_at"),
            optional_number("fixed_at"),
            optional_text("assigned_to"),
            text("topic"),
            flag("is_blanked"),
            text("body"),
        ];
        manager.create_table(of_practice("finding", finding, ["practice", "finding"])).await?;
        let event = [
            text("practice"),
            text("finding"),
            number("number"),
            number("at"),
            text("what"),
            text("who"),
            text("detail"),
        ];
        let mut event = of_practice("finding_event", event, ["practice", "finding", "number"]);
        refer(&mut event, "finding_event", ["practice", "finding"], "finding", ["practice", "finding"]);
        manager.create_table(event).await?;
        let acceptance =
            [text("practice"), text("finding"), text("reason"), text("who"), text("until"), number("accepted_at")];
        let mut acceptance = of_practice("acceptance", acceptance, ["practice", "finding"]);
        refer(&mut acceptance, "acceptance", ["practice", "finding"], "finding", ["practice", "finding"]);
        manager.create_table(acceptance).await?;
        let record = [text("practice"), text("record"), text("kind"), number("at"), text("body")];
        manager.create_table(of_practice("record", record, ["practice", "record"])).await
    }
}
