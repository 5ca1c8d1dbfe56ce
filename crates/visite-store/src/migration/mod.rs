//! Changes of the schema, in order. A number is never used twice and a change that was published is never edited.
//!
//! All missing changes run in one transaction, so that either all of them succeed or the database stays as it was.

mod m0001_people;
mod m0002_agents;
mod m0003_rounds;
mod m0004_jobs;
mod m0005_open_findings;
mod m0006_installation_tokens;
mod m0007_identities;
mod m0008_invitations;

use crate::StoreError;
use crate::database::{Database, Write};
use sea_orm::sea_query::{ColumnDef, ForeignKey, ForeignKeyAction, Index, Query, TableCreateStatement};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::prelude::{Alias, DeriveIden, Expr, ExprTrait, Table};
use sea_orm_migration::{MigrationTrait, SchemaManager};

/// Every change, oldest first.
fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_people::Migration),
        Box::new(m0002_agents::Migration),
        Box::new(m0003_rounds::Migration),
        Box::new(m0004_jobs::Migration),
        Box::new(m0005_open_findings::Migration),
        Box::new(m0006_installation_tokens::Migration),
        Box::new(m0007_identities::Migration),
        Box::new(m0008_invitations::Migration),
    ]
}

/// The newest schema that this program knows.
pub fn newest() -> i64 {
    i64::try_from(migrations().len()).unwrap_or(i64::MAX)
}

#[derive(DeriveIden)]
enum SchemaChange {
    Table,
    Number,
    Name,
}

/// Brings the database to schema `to`, which is [`newest`] except in tests of upgrades.
pub async fn migrate(db: &Database, to: i64) -> Result<(), StoreError> {
    let tx = db.write().await?;
    lock(&tx).await?;
    let manager = SchemaManager::new(&*tx);
    let list = Table::create()
        .table(SchemaChange::Table)
        .if_not_exists()
        .col(ColumnDef::new(SchemaChange::Number).big_integer().not_null().primary_key())
        .col(ColumnDef::new(SchemaChange::Name).text().not_null())
        .to_owned();
    manager.create_table(list).await?;
    let found = applied(&*tx).await?;
    if found > newest() {
        return Err(StoreError::Newer { found, known: newest() });
    }
    for (number, migration) in (1_i64..).zip(migrations()) {
        if number <= found || number > to {
            continue;
        }
        tracing::info!(number, name = migration.name(), "changing the schema");
        let failed = |cause: DbErr| StoreError::Migration { name: migration.name().to_owned(), cause: cause.into() };
        migration.up(&manager).await.map_err(failed)?;
        let note = Query::insert()
            .into_table(SchemaChange::Table)
            .columns([SchemaChange::Number, SchemaChange::Name])
            .values_panic([number.into(), migration.name().into()])
            .to_owned();
        tx.execute(&note).await.map_err(failed)?;
    }
    tx.commit().await
}

/// How many changes the database has seen.
pub async fn applied(tx: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let last = Query::select()
        .expr_as(Expr::col(SchemaChange::Number).max(), Alias::new("last"))
        .from(SchemaChange::Table)
        .to_owned();
    let row = tx.query_one(&last).await?;
    let number: Option<i64> = row.map(|row| row.try_get("", "last")).transpose()?.flatten();
    Ok(number.unwrap_or(0))
}

/// Two nodes that start at once change the schema one after the other. SQLite has one writer anyway.
async fn lock(tx: &Write) -> Result<(), StoreError> {
    if tx.get_database_backend() == sea_orm::DbBackend::Postgres {
        // Any number will do; this one says "visite".
        let statement = "SELECT pg_advisory_xact_lock(130207253881957)";
        tx.execute_raw(Statement::from_string(tx.get_database_backend(), statement)).await?;
    }
    Ok(())
}

/// A column of text that is always there.
fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).text().not_null().to_owned()
}

/// A column of text that may be absent.
fn optional_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).text().null().to_owned()
}

/// A whole number or a time that is always there.
fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).big_integer().not_null().to_owned()
}

/// A whole number or a time that may be absent.
fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).big_integer().null().to_owned()
}

/// Yes or no.
fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).boolean().not_null().to_owned()
}

/// A table with its columns and its key.
fn table<const C: usize, const K: usize>(
    name: &'static str,
    columns: [ColumnDef; C],
    key: [&'static str; K],
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(Alias::new(column));
    }
    table.primary_key(&mut primary);
    table
}

/// A table of a practice: as [`table`], and the practice has to exist.
fn of_practice<const C: usize, const K: usize>(
    name: &'static str,
    columns: [ColumnDef; C],
    key: [&'static str; K],
) -> TableCreateStatement {
    let mut table = table(name, columns, key);
    refer(&mut table, name, ["practice"], "practice", ["practice"]);
    table
}

/// What stands in `from` must stand in `to` of another table, and cannot be deleted there before.
fn refer<const N: usize>(
    table: &mut TableCreateStatement,
    name: &'static str,
    from: [&'static str; N],
    to_table: &'static str,
    to: [&'static str; N],
) {
    let mut key = ForeignKey::create();
    key.name(format!("{name}_{to_table}")).from_tbl(Alias::new(name)).to_tbl(Alias::new(to_table));
    for column in from {
        key.from_col(Alias::new(column));
    }
    for column in to {
        key.to_col(Alias::new(column));
    }
    key.on_delete(ForeignKeyAction::NoAction);
    table.foreign_key(&mut key);
}

/// An index over columns that are searched without the beginning of the key.
async fn index<const N: usize>(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: [&'static str; N],
    unique: bool,
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(format!("{table}_by_{}", columns.join("_"))).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(column));
    }
    if unique {
        index.unique();
    }
    manager.create_index(index).await
}
