//! Agents of a practice, and the tokens with which they are enrolled.

use crate::audit::{self, AuditEvent};
use crate::entity::{agent, enrolment};
use crate::{
    AgentId, PracticeId, PracticeStore, SiteId, Store, StoreError, check_name, optional_time, secret_hash, time, word,
};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use visite_facts::{SubjectId, Word, words};

words! {
    /// Whether an agent may deliver.
    pub enum AgentState {
        /// It may.
        Active = "active",
        /// Its access was ended.
        Revoked = "revoked",
    }
}

/// An agent that is to be kept, as enrolling makes it.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Its id, the last part of its certificate's subject.
    pub id: AgentId,
    /// Name for people, usually the computer's.
    pub name: String,
    /// Serial number of its certificate, in hexadecimal digits.
    pub serial: String,
    /// When the certificate ends.
    pub expires_at: Timestamp,
    /// Version of its program.
    pub version: String,
    /// Whether the computer belongs to a medical device.
    pub medical_device: bool,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Name for people.
    pub name: String,
    /// Where it stands.
    pub site: Option<SiteId>,
    /// The computer on which it runs, once it has told about it.
    pub subject: Option<SubjectId>,
    /// Whether the computer belongs to a medical device.
    pub medical_device: bool,
    /// Serial number of its certificate, in hexadecimal digits.
    pub serial: String,
    /// When the certificate ends.
    pub expires_at: Timestamp,
    /// Whether it may deliver.
    pub state: AgentState,
    /// Version of its program.
    pub version: String,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// When it delivered last.
    pub last_seen_at: Option<Timestamp>,
    /// When it said last that something it saw was lost before it could deliver it.
    pub gap_at: Option<Timestamp>,
    /// The epoch in which it delivers.
    pub epoch: i64,
    /// The highest sequence number of its deliveries in this epoch; 0 before the first.
    pub last_sequence: i64,
    /// How many deliveries were counted.
    pub deliveries: i64,
}

/// A token that is to be given out.
#[derive(Clone, Debug)]
pub struct NewEnrolment {
    /// Name for people: for which computer it is meant.
    pub name: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Names it where it is listed and withdrawn; the token cannot be found from it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The agent that used it.
    pub used_by: Option<AgentId>,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// What a token opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// The practice that the agent belongs to now.
    pub practice: PracticeId,
    /// The epoch of the server.
    pub epoch: i64,
}

impl Store {
    /// A token as it was given out, and the practice for which; `None` if there is no such one. The agent's certificate
    /// names the practice, so the server has to know it before it calls [`Store::enrol`].
    pub async fn find_enrolment(&self, token: &str) -> Result<Option<(PracticeId, Enrolment)>, StoreError> {
        let row = enrolment::Entity::find()
            .filter(enrolment::Column::Hash.eq(secret_hash(token)))
            .one(self.db.read())
            .await?;
        row.map(|row| Ok((PracticeId::stored(row.practice.clone()), enrolment_from_row(row)?))).transpose()
    }

    /// The practice for which a token was given out, if it can still be used at `now`.
    pub async fn enrolment(&self, token: &str, now: Timestamp) -> Result<Option<PracticeId>, StoreError> {
        let found = self.find_enrolment(token).await?;
        let usable = found.filter(|(_, enrolment)| enrolment.used_at.is_none() && enrolment.expires_at > now);
        Ok(usable.map(|(practice, _)| practice))
    }

    /// Uses a token up and keeps the agent, both or none. `None`: the token is unknown, used or too old.
    pub async fn enrol(&self, event: &AuditEvent, token: &str, new: &NewAgent) -> Result<Option<Enrolled>, StoreError> {
        let Some(practice) = self.enrolment(token, event.at).await? else { return Ok(None) };
        let tx = self.practice(practice.clone()).write().await?;
        let used = enrolment::ActiveModel {
            used_by: Set(Some(new.id.to_string())),
            used_at: Set(Some(event.at.as_microsecond())),
            ..enrolment::ActiveModel::default()
        };
        // Of two that come at once with the same token, one finds it unused.
        let used = enrolment::Entity::update_many()
            .set(used)
            .filter(enrolment::Column::Practice.eq(practice.as_str()))
            .filter(enrolment::Column::Hash.eq(secret_hash(token)))
            .filter(enrolment::Column::UsedAt.is_null())
            .exec(&*tx)
            .await?;
        if used.rows_affected != 1 {
            return Ok(None);
        }
        insert(&tx, &practice, new, event.at).await?;
        let epoch = crate::settings::epoch(&*tx).await?;
        audit::append(&tx, &AuditEvent { practice: Some(practice.clone()), ..event.clone() }).await?;
        tx.commit().await?;
        Ok(Some(Enrolled { practice, epoch }))
    }
}

impl PracticeStore {
    /// Gives out a token, of which only the hash is kept. It is random and long.
    pub async fn create_enrolment(
        &self,
        event: &AuditEvent,
        token: &str,
        new: &NewEnrolment,
    ) -> Result<(), StoreError> {
        check_name("name", &new.name)?;
        let tx = self.write().await?;
        let row = enrolment::ActiveModel {
            practice: Set(self.id.to_string()),
            hash: Set(secret_hash(token)),
            name: Set(new.name.clone()),
            created_by: Set(event.who.clone()),
            created_at: Set(event.at.as_microsecond()),
            expires_at: Set(new.expires_at.as_microsecond()),
            used_by: Set(None),
            used_at: Set(None),
        };
        enrolment::Entity::insert(row).exec_without_returning(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Tokens that were given out, newest first.
    pub async fn enrolments(&self) -> Result<Vec<Enrolment>, StoreError> {
        let rows = enrolment::Entity::find()
            .filter(enrolment::Column::Practice.eq(self.id.as_str()))
            .order_by_desc(enrolment::Column::CreatedAt)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(enrolment_from_row).collect()
    }

    /// Withdraws a token that was not used. `false`: there was no such one.
    pub async fn withdraw_enrolment(&self, event: &AuditEvent, id: &str) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let withdrawn = enrolment::Entity::delete_many()
            .filter(enrolment::Column::Practice.eq(self.id.as_str()))
            .filter(enrolment::Column::Hash.eq(id))
            .filter(enrolment::Column::UsedAt.is_null())
            .exec(&*tx)
            .await?;
        if withdrawn.rows_affected == 0 {
            return Ok(false);
        }
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps an agent without a token, as the server does for its own machine.
    pub async fn create_agent(&self, event: &AuditEvent, new: &NewAgent) -> Result<(), StoreError> {
        let tx = self.write().await?;
        insert(&tx, &self.id, new, event.at).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The agents, by name.
    pub async fn agents(&self) -> Result<Vec<Agent>, StoreError> {
        let rows =
            agent::Entity::find().filter(agent::Column::Practice.eq(self.id.as_str())).all(self.db.read()).await?;
        let mut agents = rows.into_iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
        agents.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(agents)
    }

    /// An agent; [`StoreError::NotFound`] if this practice has none of this id.
    pub async fn agent(&self, id: &AgentId) -> Result<Agent, StoreError> {
        let row = agent::Entity::find_by_id((self.id.to_string(), id.to_string())).one(self.db.read()).await?;
        from_row(row.ok_or_else(|| StoreError::not_found("agent", id))?)
    }

    /// Notes a new certificate and the version of the program. An error if the agent is revoked.
    pub async fn renew_agent(
        &self,
        event: &AuditEvent,
        id: &AgentId,
        serial: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let change = agent::ActiveModel {
            serial: Set(serial.to_owned()),
            expires_at: Set(expires_at.as_microsecond()),
            ..agent::ActiveModel::default()
        };
        self.change_agent(event, id, change, true).await
    }

    /// Ends the access of an agent for good; the computer has to be enrolled again.
    pub async fn revoke_agent(&self, event: &AuditEvent, id: &AgentId) -> Result<(), StoreError> {
        let state = Set(AgentState::Revoked.word().to_owned());
        self.change_agent(event, id, agent::ActiveModel { state, ..agent::ActiveModel::default() }, false).await
    }

    /// Changes name and place of an agent and whether its computer belongs to a medical device.
    pub async fn change_agent_details(
        &self,
        event: &AuditEvent,
        id: &AgentId,
        name: &str,
        site: Option<&SiteId>,
        medical_device: bool,
    ) -> Result<(), StoreError> {
        check_name("name", name)?;
        let change = agent::ActiveModel {
            name: Set(name.to_owned()),
            site: Set(site.map(ToString::to_string)),
            medical_device: Set(medical_device),
            ..agent::ActiveModel::default()
        };
        self.change_agent(event, id, change, false).await
    }

    async fn change_agent(
        &self,
        event: &AuditEvent,
        id: &AgentId,
        change: agent::ActiveModel,
        only_active: bool,
    ) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let found = agent::Entity::find_by_id((self.id.to_string(), id.to_string())).lock_exclusive().one(&*tx).await?;
        let found = found.ok_or_else(|| StoreError::not_found("agent", id))?;
        if only_active && found.state != AgentState::Active.word() {
            return Err(StoreError::Revoked { agent: id.to_string() });
        }
        agent::Entity::update_many()
            .set(change)
            .filter(agent::Column::Practice.eq(self.id.as_str()))
            .filter(agent::Column::Agent.eq(id.as_str()))
            .exec(&*tx)
            .await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }
}

async fn insert(tx: &crate::Write, practice: &PracticeId, new: &NewAgent, now: Timestamp) -> Result<(), StoreError> {
    check_name("name", &new.name)?;
    let row = agent::ActiveModel {
        practice: Set(practice.to_string()),
        agent: Set(new.id.to_string()),
        name: Set(new.name.clone()),
        site: Set(None),
        subject: Set(None),
        medical_device: Set(new.medical_device),
        serial: Set(new.serial.clone()),
        expires_at: Set(new.expires_at.as_microsecond()),
        state: Set(AgentState::Active.word().to_owned()),
        version: Set(new.version.chars().take(100).collect()),
        created_at: Set(now.as_microsecond()),
        last_seen_at: Set(None),
        gap_at: Set(None),
        epoch: Set(0),
        last_sequence: Set(0),
        seen: Set(String::new()),
        deliveries: Set(0),
    };
    let inserted = agent::Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.map(|_| ()).map_err(|error| StoreError::or_there(error, "agent", &new.id))
}

pub fn from_row(row: agent::Model) -> Result<Agent, StoreError> {
    Ok(Agent {
        id: AgentId::stored(row.agent),
        name: row.name,
        site: row.site.map(SiteId::stored),
        subject: row.subject.map(SubjectId),
        medical_device: row.medical_device,
        serial: row.serial,
        expires_at: time(row.expires_at)?,
        state: word("state", &row.state)?,
        version: row.version,
        created_at: time(row.created_at)?,
        last_seen_at: optional_time(row.last_seen_at)?,
        gap_at: optional_time(row.gap_at)?,
        epoch: row.epoch,
        last_sequence: row.last_sequence,
        deliveries: row.deliveries,
    })
}

fn enrolment_from_row(row: enrolment::Model) -> Result<Enrolment, StoreError> {
    Ok(Enrolment {
        id: row.hash,
        name: row.name,
        created_by: row.created_by,
        created_at: time(row.created_at)?,
        expires_at: time(row.expires_at)?,
        used_by: row.used_by.map(AgentId::stored),
        used_at: optional_time(row.used_at)?,
    })
}
