//! Accounts of other services by which people sign in, and when a person of a session proved who it is.

use super::{flag, index, number, optional_number, refer, table, text};
use sea_orm::DbErr;
use sea_orm_migration::prelude::{Alias, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0007 identities"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let identity = [
            text("issuer"),
            text("subject"),
            text("account"),
            text("name"),
            flag("second_factor"),
            number("linked_at"),
        ];
        let mut identity = table("identity", identity, ["issuer", "subject"]);
        refer(&mut identity, "identity", ["account"], "account", ["account"]);
        manager.create_table(identity).await?;
        index(manager, "identity", ["account", "issuer"], true).await?;
        let mut session = Table::alter();
        session.table(Alias::new("session")).add_column(optional_number("proved_at"));
        manager.alter_table(session).await
    }
}
