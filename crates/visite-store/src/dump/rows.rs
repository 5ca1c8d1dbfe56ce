//! Rows of any table, to lines and back.

use super::{Sink, Source};
use crate::StoreError;
use crate::database::Write as Tx;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    PaginatorTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::{BufRead, Write};

/// Rows that are read or written with one statement.
const PAGE: u64 = 250;
/// Rows that are read at once where one may be large: contents, and rounds with all their findings.
const LARGE_PAGE: u64 = 16;
/// Bytes of rows after which they are written, even if they are few.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Which rows: all, or those of one practice.
#[derive(Clone, Copy)]
pub enum Whose<'w> {
    /// All.
    Everyones,
    /// Those of this practice.
    Practice(&'w str),
}

fn select<E: EntityTrait>(whose: Whose<'_>) -> Select<E> {
    match (whose, column::<E>("practice")) {
        (Whose::Practice(practice), Some(column)) => E::find().filter(column.eq(practice)),
        _ => E::find(),
    }
}

fn column<E: EntityTrait>(name: &str) -> Option<E::Column> {
    E::Column::iter().find(|column| column.as_str() == name)
}

/// The table's name.
pub fn name<E: EntityTrait>() -> &'static str {
    E::default().as_str()
}

/// Counts the rows of a table.
pub async fn count<E, C>(db: &C, whose: Whose<'_>, counts: &mut BTreeMap<String, u64>) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    C: ConnectionTrait,
{
    counts.insert(name::<E>().to_owned(), select::<E>(whose).count(db).await?);
    Ok(())
}

/// Writes the rows of a table, in the order of their keys.
pub async fn write<E, C>(db: &C, whose: Whose<'_>, sink: &mut Sink<impl Write>) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: Serialize,
    C: ConnectionTrait,
{
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let mut behind: Option<SimpleExpr> = None;
    loop {
        let large = ["body", "round"].contains(&name::<E>());
        let mut query = select::<E>(whose).limit(if large { LARGE_PAGE } else { PAGE });
        for column in &key {
            query = query.order_by_asc(*column);
        }
        if let Some(last) = behind.take() {
            query = query.filter(Expr::tuple(key.iter().map(|column| Expr::col(*column))).gt(last));
        }
        let rows = query.all(db).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        behind = Some(Expr::tuple(key.iter().map(|column| Expr::value(last.get(*column)))));
        for row in &rows {
            sink.row(name::<E>(), row)?;
        }
    }
}

/// Deletes the rows of a practice.
pub async fn delete<E, C>(db: &C, practice: &str) -> Result<(), StoreError>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let of_practice = column::<E>("practice");
    let of_practice = of_practice.ok_or_else(|| StoreError::stored("table", "it has no practice"))?;
    E::delete_many().filter(of_practice.eq(practice)).exec(db).await?;
    Ok(())
}

/// Rows of one table after the other, as they were read.
pub struct Reading {
    table: String,
    rows: Vec<Json>,
    bytes: usize,
    /// Rows of each table that were written.
    pub counts: BTreeMap<String, u64>,
}

impl Reading {
    /// Reads all rows and has them written page by page; `change` may change each, or refuse it.
    pub async fn all<R: BufRead>(
        tx: &Tx,
        source: &mut Source<R>,
        change: impl Fn(&str, &mut Json) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let mut reading = Self { table: String::new(), rows: Vec::new(), bytes: 0, counts: BTreeMap::new() };
        while let Some((table, mut row)) = source.row()? {
            change(&table, &mut row)?;
            if table != reading.table || reading.rows.len() as u64 >= PAGE || reading.bytes >= PAGE_BYTES {
                reading.flush(tx).await?;
                reading.table = table;
            }
            reading.bytes += row.as_object().map_or(0, |row| row.values().map(size).sum());
            reading.rows.push(row);
        }
        reading.flush(tx).await?;
        Ok(reading)
    }

    async fn flush(&mut self, tx: &Tx) -> Result<(), StoreError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let before = self.rows.len();
        crate::entity::each_table_of_all!(insert(tx, self));
        if !self.rows.is_empty() {
            return Err(StoreError::file("sie hat unbekannte Tabellen", "it has unknown tables"));
        }
        *self.counts.entry(self.table.clone()).or_default() += before as u64;
        self.bytes = 0;
        Ok(())
    }
}

fn size(value: &Json) -> usize {
    value.as_str().map_or(8, str::len)
}

/// Writes the rows that wait, if they are of this table.
async fn insert<E, A>(tx: &Tx, reading: &mut Reading) -> Result<(), StoreError>
where
    E: EntityTrait<ActiveModel = A>,
    E::Model: IntoActiveModel<A> + DeserializeOwned,
    A: ActiveModelTrait<Entity = E> + Send,
{
    if reading.table != name::<E>() || reading.rows.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(reading.rows.len());
    for row in reading.rows.drain(..) {
        let row: E::Model = serde_json::from_value(row).map_err(|error| {
            StoreError::file(format!("eine Zeile ist unlesbar ({error})"), format!("a row cannot be read ({error})"))
        })?;
        rows.push(row.into_active_model());
    }
    let inserted = E::insert_many(rows).exec_without_returning(&**tx).await;
    inserted.map_err(|error| StoreError::or_there(error, "row", name::<E>()))?;
    Ok(())
}
