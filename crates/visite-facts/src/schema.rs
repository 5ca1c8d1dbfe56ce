//! The fact schema: which facts exist, with which fields, of which kind, and how private each is.
//!
//! It is closed: what is not declared with [`facts!`](crate::facts) cannot be stored in a snapshot and so
//! cannot leave a computer. Types, JSON, JSON Schema, reference pages and the type check of conditions all
//! come from this one declaration.

use crate::facts::OsFamily;
use crate::value::{Completeness, FieldKind, FieldType, Observed, Value};
use crate::words::{Privacy, UnknownReason};
use std::collections::BTreeMap;

/// One field of a record.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Name, `snake_case`, with the unit where it has one (`idle_seconds`).
    pub name: &'static str,
    /// What kind of value it holds.
    pub kind: FieldKind,
    /// How private it is.
    pub privacy: Privacy,
    /// What it means, in sentences.
    pub doc: &'static str,
    /// For a word: what each word means, in the order of the list.
    pub word_docs: &'static [&'static str],
}

/// Whether a fact is one record or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Exactly one record a subject.
    Single,
    /// Any number of records; `key` names the field that tells them apart.
    Collection {
        /// The field that tells records apart.
        key: &'static str,
    },
}

/// One fact: its name, its shape and its fields.
#[derive(Clone, Copy, Debug)]
pub struct FactSpec {
    /// Dotted name, e.g. `host.accounts`.
    pub name: &'static str,
    /// One record or many.
    pub shape: Shape,
    /// Computed by assess from other facts; never read from a file.
    pub derived: bool,
    /// The only family of operating systems that has it; none if others have it as well.
    pub system: Option<OsFamily>,
    /// What it is about, in sentences.
    pub doc: &'static str,
    /// The fields.
    pub fields: &'static [FieldSpec],
}

impl FactSpec {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The fact called `name`.
pub fn fact_spec(name: &str) -> Option<&'static FactSpec> {
    crate::facts::ALL.iter().copied().find(|spec| spec.name == name)
}

/// One record in its general form: known fields by name, and reasons for those that are not known.
///
/// A field that stands in neither map was not collected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Known values.
    pub values: BTreeMap<&'static str, Value>,
    /// Reasons for the unknown ones.
    pub unknown: BTreeMap<&'static str, UnknownReason>,
}

impl Record {
    /// The value of `field`, or why it is unknown.
    pub fn get(&self, field: &str) -> Result<&Value, UnknownReason> {
        self.values.get(field).ok_or_else(|| self.unknown.get(field).copied().unwrap_or(UnknownReason::NotCollected))
    }

    #[doc(hidden)]
    pub fn put<T: FieldType>(&mut self, name: &'static str, value: &Observed<T>) {
        match value {
            Observed::Known(value) => {
                self.values.insert(name, value.to_value());
            }
            Observed::Unknown(UnknownReason::NotCollected) => {}
            Observed::Unknown(reason) => {
                self.unknown.insert(name, *reason);
            }
        }
    }

    #[doc(hidden)]
    pub fn take<T: FieldType>(&self, name: &str) -> Observed<T> {
        match self.get(name) {
            Ok(value) => T::from_value(value).map_or(Observed::Unknown(UnknownReason::Malformed), Observed::Known),
            Err(reason) => Observed::Unknown(reason),
        }
    }
}

/// A fact in its general form.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// One record.
    Single(Record),
    /// Many records, and whether these are all.
    Collection {
        /// The records.
        records: Vec<Record>,
        /// Whether there may be more.
        completeness: Completeness,
    },
}

/// A typed record that belongs to one fact. Implemented by [`facts!`](crate::facts), never by hand.
pub trait FactType: Sized + Default {
    /// The declaration it belongs to.
    const SPEC: &'static FactSpec;
    /// The general form.
    fn to_record(&self) -> Record;
    /// The typed form; a value of the wrong kind becomes unknown (malformed).
    fn from_record(record: &Record) -> Self;
}

/// Declares facts: a struct each, whose fields are all [`Observed`], and their place in the schema.
#[macro_export]
macro_rules! facts {
    (@shape) => { $crate::schema::Shape::Single };
    (@shape $key:ident) => { $crate::schema::Shape::Collection { key: stringify!($key) } };
    (@derived) => { false };
    (@derived derived) => { true };
    (@system) => { None };
    (@system $system:ident) => { Some($crate::facts::OsFamily::$system) };
    ($(
        $(#[doc = $doc:literal])*
        $name:literal $(each $key:ident)? $(in $system:ident)? $(, $derived:ident)? => struct $type:ident {
            $($(#[doc = $fdoc:literal])* $privacy:ident $field:ident: $ftype:ty,)+
        }
    )+) => {
        $(
            $(#[doc = $doc])*
            #[doc = ""]
            #[doc = concat!("The fact `", $name, "`.")]
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $type {
                $($(#[doc = $fdoc])* pub $field: $crate::value::Observed<$ftype>,)+
            }
            impl $type {
                /// A record of which nothing is known, for one reason.
                pub fn unknown(reason: $crate::words::UnknownReason) -> Self {
                    Self { $($field: $crate::value::Observed::Unknown(reason),)+ }
                }
            }
            impl $crate::schema::FactType for $type {
                const SPEC: &'static $crate::schema::FactSpec = &$crate::schema::FactSpec {
                    name: $name,
                    shape: $crate::facts!(@shape $($key)?),
                    derived: $crate::facts!(@derived $($derived)?),
                    system: $crate::facts!(@system $($system)?),
                    doc: concat!($($doc),*),
                    fields: &[$($crate::schema::FieldSpec {
                        name: stringify!($field),
                        kind: <$ftype as $crate::value::FieldType>::KIND,
                        privacy: $crate::words::Privacy::$privacy,
                        doc: concat!($($fdoc),*),
                        word_docs: <$ftype as $crate::value::FieldType>::WORD_DOCS,
                    }),+],
                };
                fn to_record(&self) -> $crate::schema::Record {
                    let mut record = $crate::schema::Record::default();
                    $(record.put(stringify!($field), &self.$field);)+
                    record
                }
                fn from_record(record: &$crate::schema::Record) -> Self {
                    Self { $($field: record.take(stringify!($field)),)+ }
                }
            }
        )+
        /// Every declared fact, in the order of declaration.
        pub const ALL: &[&$crate::schema::FactSpec] = &[$(<$type as $crate::schema::FactType>::SPEC),+];
    };
}
