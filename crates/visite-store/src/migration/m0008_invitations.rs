//! Roles that were offered to accounts that are there already, until their persons take them.

use super::{number, optional_number, refer, table, text};
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0008 invitations"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let invitation = [
            text("practice"),
            text("account"),
            text("hash"),
            text("name"),
            text("role"),
            optional_number("until_at"),
            text("invited_by"),
            number("invited_at"),
            number("expires_at"),
        ];
        let mut invitation = table("invitation", invitation, ["practice", "account"]);
        refer(&mut invitation, "invitation", ["practice"], "practice", ["practice"]);
        refer(&mut invitation, "invitation", ["account"], "account", ["account"]);
        manager.create_table(invitation).await
    }
}
