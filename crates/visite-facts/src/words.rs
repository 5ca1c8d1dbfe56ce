//! Closed lists of words: the [`words!`](crate::words) macro and the lists that the whole product shares.
//!
//! For everyone who writes or reads a fact, a verdict or a severity. A word is spelled the same in code,
//! catalogue, command line, API and files; there is deliberately no "other" entry that swallows typing errors.

/// An enum whose values have one fixed spelling everywhere.
///
/// Implemented by [`words!`](crate::words), never by hand.
pub trait Word: Sized + Copy + 'static {
    /// Every spelling, in the order of declaration.
    const ALL: &'static [&'static str];
    /// One sentence for each spelling of [`Word::ALL`].
    const DOCS: &'static [&'static str];
    /// The spelling of this value.
    fn word(self) -> &'static str;
    /// The value spelled `word`, if there is one.
    fn from_word(word: &str) -> Option<Self>;
}

/// Declares an enum whose variants have fixed spellings, with serde, JSON Schema and [`Word`].
///
/// ```
/// visite_facts::words! {
///     /// Where a lamp hangs.
///     pub enum Place {
///         /// Over the table.
///         Ceiling = "ceiling",
///         /// Beside the door.
///         Wall = "wall",
///     }
/// }
/// use visite_facts::Word;
/// assert_eq!(Place::Wall.word(), "wall");
/// assert_eq!(Place::from_word("ceiling"), Some(Place::Ceiling));
/// assert_eq!(Place::from_word("floor"), None);
/// ```
#[macro_export]
macro_rules! words {
    ($(#[doc = $doc:literal])* $vis:vis enum $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        $vis enum $name {
            $($(#[doc = $vdoc])* #[serde(rename = $word)] $variant,)+
        }
        impl $crate::Word for $name {
            const ALL: &'static [&'static str] = &[$($word),+];
            const DOCS: &'static [&'static str] = &[$(concat!($($vdoc),*)),+];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str($crate::Word::word(*self))
            }
        }
    };
}

words! {
    /// Why a value, a collection or a verdict is not known. The list is closed.
    pub enum UnknownReason {
        /// The collector may not read it; an administrator could.
        NoPermission = "no_permission",
        /// The program or library that would tell is not installed.
        ToolMissing = "tool_missing",
        /// This system or this way of looking cannot tell.
        NotSupported = "not_supported",
        /// The answer did not come within its time limit.
        TimedOut = "timed_out",
        /// The service needs a licence that is not there.
        NotLicensed = "not_licensed",
        /// Only a part of the collection was seen.
        Incomplete = "incomplete",
        /// It was seen too long ago to rely on.
        Stale = "stale",
        /// It was there, but could not be understood.
        Malformed = "malformed",
        /// Nobody has looked yet.
        NotCollected = "not_collected",
    }
}

words! {
    /// What a check says about a subject. There are no other verdicts.
    pub enum Verdict {
        /// What was seen is as it should be.
        Pass = "pass",
        /// What was seen is not as it should be.
        Fail = "fail",
        /// The question does not arise here.
        NotApplicable = "not_applicable",
        /// It could not be told; the result carries an [`UnknownReason`].
        Unknown = "unknown",
    }
}

words! {
    /// How bad it is if the gap is real. Confidence is a separate axis.
    pub enum Severity {
        /// Worth mending when someone is there anyway.
        Low = "low",
        /// Should be mended in the next weeks.
        Medium = "medium",
        /// Should be mended in the next days.
        High = "high",
        /// Should be mended today.
        Critical = "critical",
    }
}

words! {
    /// How sure the verdict is, apart from how bad it would be.
    pub enum Confidence {
        /// A hint; look before acting.
        Low = "low",
        /// Usually right; known exceptions exist.
        Medium = "medium",
        /// Read from the setting itself.
        High = "high",
    }
}

words! {
    /// Status of a requirement of a framework. There are no others.
    pub enum RequirementStatus {
        /// Everything bound to it is fulfilled by evidence in date.
        Met = "met",
        /// A part is fulfilled, a part is not.
        Partly = "partly",
        /// It is not fulfilled.
        NotMet = "not_met",
        /// It does not concern this practice.
        NotApplicable = "not_applicable",
        /// Not enough has been looked at.
        Unknown = "unknown",
        /// It is not fulfilled, and someone answers for the remaining risk until a date.
        Accepted = "accepted",
        /// It was fulfilled, but the evidence is too old.
        OutOfDate = "out_of_date",
    }
}

words! {
    /// The life of a finding.
    pub enum FindingState {
        /// The gap was seen and nobody has decided about it.
        Open = "open",
        /// The gap was seen; someone accepted the risk until a date.
        Accepted = "accepted",
        /// The gap was seen earlier and is now seen closed.
        Fixed = "fixed",
        /// The gap had been closed and was seen again.
        Reopened = "reopened",
    }
}

words! {
    /// What a fact is about.
    pub enum SubjectKind {
        /// A computer.
        Host = "host",
        /// A device as it shows itself in the network: computer, printer, modality ...
        Device = "device",
        /// A network or cloud service.
        Service = "service",
        /// An account.
        Account = "account",
        /// A person.
        Person = "person",
        /// A network zone.
        Zone = "zone",
        /// A cloud tenant.
        Tenant = "tenant",
        /// The practice as a whole.
        Practice = "practice",
    }
}

words! {
    /// How much a field may tell about a person.
    pub enum Privacy {
        /// About the machine only.
        Technical = "technical",
        /// Names or points to a person; deleted after 90 days by default.
        Personal = "personal",
        /// Personal and in need of special care.
        Sensitive = "sensitive",
    }
}
