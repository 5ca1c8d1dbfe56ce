//! Size of a practice in the sense of the KBV directive (§ 390 SGB V).
//!
//! For everyone who asks which annexes apply. Up to 5 people who constantly process data are a small practice, 6 to 20
//! a medium one, more or data processing of considerable volume a large one. Deliberately absent: the counts of
//! § 38 BDSG and of NIS 2, which count other people in other ways.

use crate::formats::FreeText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::words;

words! {
    /// Size of a practice. The order is that of the duties: a larger practice has those of the smaller ones as well.
    pub enum Size {
        /// Up to 5 people who constantly process data.
        Small = "small",
        /// 6 to 20 people.
        Medium = "medium",
        /// More than 20 people, or data processing of considerable volume.
        Large = "large",
    }
}

/// What the size follows from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "practice size")]
pub struct PracticeSize {
    /// How many people constantly process data, whatever their hours; part-time counts in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100000))]
    pub people_processing_data: Option<u32>,
    /// Whether data is processed in a considerable volume, as in a large MVZ or a laboratory; no if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub considerable_volume: Option<bool>,
    /// A size that counts instead of the one that follows from the numbers.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Size>,
    /// Why it counts instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub reason: Option<String>,
}

impl PracticeSize {
    /// The size; `None` if the practice has not said enough.
    pub fn size(&self) -> Option<Size> {
        match (self.overridden, self.considerable_volume, self.people_processing_data) {
            (Some(size), _, _) => Some(size),
            (None, Some(true), _) => Some(Size::Large),
            (None, _, Some(0..=5)) => Some(Size::Small),
            (None, _, Some(6..=20)) => Some(Size::Medium),
            (None, _, Some(_)) => Some(Size::Large),
            (None, _, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_5_and_20() {
        let size = |people| PracticeSize { people_processing_data: Some(people), ..Default::default() }.size();
        let found: Vec<_> = [1, 5, 6, 20, 21].into_iter().filter_map(size).map(|size| size.to_string()).collect();
        assert_eq!(found, ["small", "small", "medium", "medium", "large"]);
    }

    #[test]
    fn volume_makes_large_and_an_override_wins() {
        let mut size = PracticeSize { people_processing_data: Some(3), ..Default::default() };
        size.considerable_volume = Some(true);
        assert_eq!(size.size(), Some(Size::Large));
        size.overridden = Some(Size::Medium);
        assert_eq!(size.size(), Some(Size::Medium));
    }

    #[test]
    fn without_a_number_the_size_is_not_known() {
        assert_eq!(PracticeSize::default().size(), None);
        assert_eq!(PracticeSize { considerable_volume: Some(false), ..Default::default() }.size(), None);
    }
}
