//! Which requirements concern a practice: by its size, by its connection to the telematics infrastructure and by what
//! it uses.
//!
//! For the status of requirements and for the sentence "for your practice 59 of 92 apply". What the practice has not
//! said leaves the question open, and the answer names what is missing. Deliberately absent: whether a requirement
//! is met.

use crate::equipment::Equipment;
use crate::practice::Practice;
use crate::size::Size;
use visite_facts::words;

words! {
    /// Whom a requirement is for (`applies_to` in a framework).
    pub enum AppliesTo {
        /// Every practice (KBV annex 1).
        All = "all",
        /// Medium and large practices (KBV annex 2).
        Medium = "medium",
        /// Large practices (KBV annex 3).
        Large = "large",
        /// Practices with large medical devices (KBV annex 4).
        LargeDevices = "large_devices",
        /// Practices on the telematics infrastructure (KBV annex 5).
        Ti = "ti",
    }
}

/// Whether a requirement concerns a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It does.
    Applies,
    /// It does not, because of this.
    NotApplicable(NotApplicable),
    /// The practice has not said this.
    Unknown(Missing),
}

/// Why a requirement does not concern a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotApplicable {
    /// The practice is smaller than this.
    SmallerThan(Size),
    /// The practice does not use this.
    NotInUse(Equipment),
}

/// What the practice has to say before the question can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// How many people constantly process data.
    Size,
    /// Whether it uses this.
    Equipment(Equipment),
}

impl Applicability {
    /// Both have to apply. One that does not decides, however open the other is.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (no @ Self::NotApplicable(_), _) | (_, no @ Self::NotApplicable(_)) => no,
            (open @ Self::Unknown(_), _) | (_, open @ Self::Unknown(_)) => open,
            (Self::Applies, Self::Applies) => Self::Applies,
        }
    }
}

impl Practice {
    /// Whether a requirement for `applies_to` that depends on `when` concerns this practice.
    ///
    /// ```
    /// use visite_target::{Applicability, AppliesTo, Equipment, Missing, NotApplicable, Practice, Size};
    /// let text = "schema: visite.practice/1\nname: Praxis Beispiel\nsize: {people_processing_data: 4}\n\
    ///             equipment: {wifi: false}";
    /// let practice = Practice::from_yaml(text, "practice.yaml").expect("a practice");
    /// let wifi = practice.applies(AppliesTo::All, Some(Equipment::Wifi));
    /// assert_eq!(wifi, Applicability::NotApplicable(NotApplicable::NotInUse(Equipment::Wifi)));
    /// let large = practice.applies(AppliesTo::Large, None);
    /// assert_eq!(large, Applicability::NotApplicable(NotApplicable::SmallerThan(Size::Large)));
    /// let cloud = practice.applies(AppliesTo::All, Some(Equipment::Cloud));
    /// assert_eq!(cloud, Applicability::Unknown(Missing::Equipment(Equipment::Cloud)));
    /// ```
    pub fn applies(&self, applies_to: AppliesTo, when: Option<Equipment>) -> Applicability {
        let whom = match applies_to {
            AppliesTo::All => Applicability::Applies,
            AppliesTo::Medium => self.has_size(Size::Medium),
            AppliesTo::Large => self.has_size(Size::Large),
            AppliesTo::LargeDevices => self.uses(Equipment::LargeDevices),
            AppliesTo::Ti => self.uses(Equipment::Telematics),
        };
        whom.and(when.map_or(Applicability::Applies, |equipment| self.uses(equipment)))
    }

    fn has_size(&self, least: Size) -> Applicability {
        match self.practice_size() {
            None => Applicability::Unknown(Missing::Size),
            Some(size) if size < least => Applicability::NotApplicable(NotApplicable::SmallerThan(least)),
            Some(_) => Applicability::Applies,
        }
    }

    fn uses(&self, equipment: Equipment) -> Applicability {
        match self.in_use(equipment) {
            None => Applicability::Unknown(Missing::Equipment(equipment)),
            Some(false) => Applicability::NotApplicable(NotApplicable::NotInUse(equipment)),
            Some(true) => Applicability::Applies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Applicability::{Applies, Unknown};

    fn practice(rest: &str) -> Practice {
        let text = format!("schema: visite.practice/1\nname: Praxis Beispiel\n{rest}");
        Practice::from_yaml(&text, "practice.yaml").expect("a practice")
    }

    /// How many of the 92 requirements of the KBV directive of 2025 apply: 50, 10, 17, 6 and 9 in annexes 1 to 5.
    fn applicable(practice: &Practice) -> usize {
        let annexes = [
            (AppliesTo::All, 50),
            (AppliesTo::Medium, 10),
            (AppliesTo::Large, 17),
            (AppliesTo::LargeDevices, 6),
            (AppliesTo::Ti, 9),
        ];
        annexes.iter().filter(|(whom, _)| practice.applies(*whom, None) == Applies).map(|(_, count)| count).sum()
    }

    #[test]
    fn as_many_apply_as_the_directive_says() {
        let sized = |people: u32, large_devices: bool| {
            applicable(&practice(&format!(
                "size: {{people_processing_data: {people}}}\ntelematics: {{mode: parallel}}\n\
                 equipment: {{large_devices: {large_devices}}}"
            )))
        };
        assert_eq!([sized(5, false), sized(6, false), sized(21, false), sized(21, true)], [59, 69, 86, 92]);
    }

    #[test]
    fn what_nobody_said_stays_open() {
        let silent = practice("");
        assert_eq!(silent.applies(AppliesTo::All, None), Applies);
        assert_eq!(silent.applies(AppliesTo::Medium, None), Unknown(Missing::Size));
        assert_eq!(silent.applies(AppliesTo::Ti, None), Unknown(Missing::Equipment(Equipment::Telematics)));
        let vpn = Unknown(Missing::Equipment(Equipment::Vpn));
        assert_eq!(silent.applies(AppliesTo::All, Some(Equipment::Vpn)), vpn);
    }

    #[test]
    fn one_no_is_enough_however_open_the_rest() {
        let small = practice("size: {people_processing_data: 2}");
        let answer = small.applies(AppliesTo::Large, Some(Equipment::Mdm));
        assert_eq!(answer, Applicability::NotApplicable(NotApplicable::SmallerThan(Size::Large)));
    }

    #[test]
    fn the_mode_of_the_telematics_infrastructure_answers_for_its_parts() {
        let ti = |mode: &str, part| practice(&format!("telematics: {{mode: {mode}}}")).in_use(part);
        use Equipment::{Connector, HostedConnector, Telematics, TiGateway};
        let parts = [Telematics, Connector, HostedConnector, TiGateway];
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(parts.map(|part| ti("none", part)), [no, no, no, no]);
        assert_eq!(parts.map(|part| ti("series", part)), [yes, yes, no, no]);
        assert_eq!(parts.map(|part| ti("parallel", part)), [yes, yes, None, no]);
        assert_eq!(parts.map(|part| ti("gateway", part)), [yes, no, yes, yes]);
    }

    #[test]
    fn a_statement_about_a_part_counts_before_what_follows_from_the_mode() {
        let hosted = practice("telematics: {mode: parallel}\nequipment: {hosted_connector: true, connector: false}");
        assert_eq!(hosted.in_use(Equipment::HostedConnector), Some(true));
        assert_eq!(hosted.in_use(Equipment::Connector), Some(false));
    }
}
