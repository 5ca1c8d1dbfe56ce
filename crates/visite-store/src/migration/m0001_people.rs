//! Settings, practices with their places, people with their rights and sessions, and the audit log.

use super::{index, number, of_practice, optional_number, optional_text, refer, table, text};
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::prelude::Alias;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0001 people"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table("setting", [text("name"), text("value")], ["name"])).await?;
        let first = Query::insert()
            .into_table(Alias::new("setting"))
            .columns([Alias::new("name"), Alias::new("value")])
            .values_panic(["epoch".into(), "1".into()])
            .values_panic(["audit.head".into(), "0 ".into()])
            .to_owned();
        manager.get_connection().execute(&first).await?;
        let account = [
            text("account"),
            text("email"),
            text("name"),
            optional_text("password_hash"),
            text("second_factors"),
            number("totp_step"),
            text("language"),
            optional_text("provider_role"),
            number("created_at"),
            optional_number("disabled_at"),
        ];
        manager.create_table(table("account", account, ["account"])).await?;
        index(manager, "account", ["email"], true).await?;
        let practice = [
            text("practice"),
            text("name"),
            text("time_zone"),
            optional_text("file"),
            optional_text("file_hash"),
            text("settings"),
            number("created_at"),
            optional_number("deleted_at"),
        ];
        manager.create_table(table("practice", practice, ["practice"])).await?;
        let site = [text("practice"), text("site"), text("name")];
        manager.create_table(of_practice("site", site, ["practice", "site"])).await?;
        let membership = [
            text("practice"),
            text("account"),
            text("role"),
            optional_number("until_at"),
            text("granted_by"),
            number("granted_at"),
        ];
        let mut membership = of_practice("membership", membership, ["practice", "account"]);
        refer(&mut membership, "membership", ["account"], "account", ["account"]);
        manager.create_table(membership).await?;
        index(manager, "membership", ["account"], false).await?;
        let session = [
            text("hash"),
            text("account"),
            number("created_at"),
            number("last_used_at"),
            number("expires_at"),
            optional_number("second_factor_at"),
            text("address"),
            text("program"),
        ];
        let mut session = table("session", session, ["hash"]);
        refer(&mut session, "session", ["account"], "account", ["account"]);
        manager.create_table(session).await?;
        index(manager, "session", ["account"], false).await?;
        let token = [
            text("practice"),
            text("hash"),
            text("name"),
            text("scopes"),
            text("created_by"),
            number("created_at"),
            number("expires_at"),
            optional_number("last_used_at"),
        ];
        manager.create_table(of_practice("token", token, ["practice", "hash"])).await?;
        index(manager, "token", ["hash"], true).await?;
        let webhook =
            [text("practice"), text("webhook"), text("address"), text("secret"), text("events"), number("created_at")];
        manager.create_table(of_practice("webhook", webhook, ["practice", "webhook"])).await?;
        let audit = [
            number("number"),
            number("at"),
            text("who"),
            optional_text("practice"),
            text("what"),
            text("detail"),
            text("previous"),
            text("hash"),
        ];
        manager.create_table(table("audit", audit, ["number"])).await?;
        index(manager, "audit", ["practice", "number"], false).await
    }
}
