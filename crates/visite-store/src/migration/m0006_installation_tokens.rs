//! Tokens for programs that look after several practices: they belong to the installation and not to a practice.

use super::{number, optional_number, table, text};
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0006 installation tokens"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let token = [
            text("hash"),
            text("name"),
            text("scopes"),
            text("created_by"),
            number("created_at"),
            number("expires_at"),
            optional_number("last_used_at"),
        ];
        manager.create_table(table("installation_token", token, ["hash"])).await
    }
}
