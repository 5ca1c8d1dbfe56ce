//! Which sequence numbers of an agent were received: ranges, written as `1-57,60-61`.
//!
//! Numbers usually come one after the other, so that this is one range; late ones fill the gaps between ranges.

use crate::StoreError;

/// Most ranges that are kept. When there are more, the oldest gap counts as received: an agent that skips so many
/// numbers has folded what was in them into a later delivery.
const MAX_RANGES: usize = 100;

/// Sequence numbers that were received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// First and last of each range; sorted, neither touching nor overlapping.
    ranges: Vec<(i64, i64)>,
}

impl Numbers {
    /// Reads the text of a column.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = || StoreError::stored("sequence numbers", format!("`{text}`"));
        let range = |part: &str| -> Option<(i64, i64)> {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some((first.parse().ok()?, last.parse().ok()?))
        };
        let parts = text.split(',').filter(|part| !part.is_empty());
        let ranges = parts.map(|part| range(part).ok_or_else(wrong)).collect::<Result<_, _>>()?;
        Ok(Self { ranges })
    }

    /// The text for a column.
    pub fn text(&self) -> String {
        let part = |(first, last): &(i64, i64)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        self.ranges.iter().map(part).collect::<Vec<_>>().join(",")
    }

    /// The highest number; 0 if there is none.
    pub fn highest(&self) -> i64 {
        self.ranges.last().map_or(0, |(_, last)| *last)
    }

    /// Adds a number. `false`: it was there.
    pub fn add(&mut self, number: i64) -> bool {
        let next = self.ranges.partition_point(|(first, _)| *first <= number);
        let before = next.checked_sub(1);
        if before.is_some_and(|before| self.ranges[before].1 >= number) {
            return false;
        }
        let touches_before = before.filter(|before| self.ranges[*before].1.checked_add(1) == Some(number));
        let touches_next = self.ranges.get(next).is_some_and(|(first, _)| number.checked_add(1) == Some(*first));
        match (touches_before, touches_next) {
            (Some(before), true) => {
                self.ranges[before].1 = self.ranges[next].1;
                self.ranges.remove(next);
            }
            (Some(before), false) => self.ranges[before].1 = number,
            (None, true) => self.ranges[next].0 = number,
            (None, false) => self.ranges.insert(next, (number, number)),
        }
        if self.ranges.len() > MAX_RANGES {
            self.ranges[1].0 = self.ranges[0].0;
            self.ranges.remove(0);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_RANGES, Numbers};

    /// Adds the numbers and shows which of them were new, and the ranges.
    fn added(numbers: &[i64]) -> (Vec<bool>, String) {
        let mut set = Numbers::default();
        let new = numbers.iter().map(|number| set.add(*number)).collect();
        assert_eq!(Numbers::parse(&set.text()).expect("own text"), set);
        (new, set.text())
    }

    #[test]
    fn numbers_in_order_are_one_range() {
        assert_eq!(added(&[1, 2, 3]), (vec![true; 3], "1-3".into()));
    }

    #[test]
    fn a_repeated_number_is_known() {
        assert_eq!(added(&[1, 2, 2, 1]), (vec![true, true, false, false], "1-2".into()));
    }

    #[test]
    fn late_numbers_close_gaps_from_below_above_and_between() {
        assert_eq!(added(&[1, 5, 9]).1, "1,5,9");
        assert_eq!(added(&[1, 5, 2]).1, "1-2,5");
        assert_eq!(added(&[1, 5, 4]).1, "1,4-5");
        assert_eq!(added(&[1, 3, 2]).1, "1-3");
        assert_eq!(added(&[7, 3]).1, "3,7");
    }

    #[test]
    fn the_largest_number_neither_overflows_nor_is_lost() {
        assert_eq!(added(&[i64::MAX, i64::MAX, 1]), (vec![true, false, true], format!("1,{}", i64::MAX)));
    }

    #[test]
    fn many_gaps_are_bounded_and_the_oldest_closes() {
        let mut set = Numbers::default();
        for number in 0..=MAX_RANGES as i64 {
            assert!(set.add(number * 2 + 1));
        }
        assert!(set.text().starts_with("1-3,5,"));
        assert!(!set.add(2), "the oldest gap counts as received");
        assert!(set.add(4), "younger gaps can still be filled");
    }

    #[test]
    fn other_text_is_not_read() {
        assert!(Numbers::parse("1-x").is_err());
    }
}
