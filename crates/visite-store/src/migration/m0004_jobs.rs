//! Jobs, and alerts by mail.

use super::{index, number, of_practice, optional_number, optional_text, table, text};
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0004 jobs"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Jobs of the installation have an empty practice, so no reference to the table of practices.
        let job = [
            text("practice"),
            text("job"),
            text("kind"),
            text("input"),
            number("due_at"),
            text("state"),
            optional_number("lease_until_at"),
            optional_text("node"),
            number("attempts"),
            text("progress"),
            optional_text("result"),
            number("created_at"),
            optional_number("finished_at"),
        ];
        manager.create_table(table("job", job, ["practice", "job"])).await?;
        index(manager, "job", ["state", "due_at"], false).await?;
        let alert = [
            text("practice"),
            text("cause"),
            text("subject"),
            text("detail"),
            number("opened_at"),
            optional_number("told_at"),
            optional_number("resolved_at"),
        ];
        manager.create_table(of_practice("alert", alert, ["practice", "cause", "subject"])).await
    }
}
