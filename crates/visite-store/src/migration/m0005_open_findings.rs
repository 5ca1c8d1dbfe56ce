//! How many gaps were open after each round, so that a trend is drawn without reading whole assessments.

use super::text;
use sea_orm::DbErr;
use sea_orm_migration::prelude::{Alias, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0005 open findings"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table(Alias::new("round")).add_column(text("open").default("{}")).to_owned();
        manager.alter_table(table).await
    }
}
