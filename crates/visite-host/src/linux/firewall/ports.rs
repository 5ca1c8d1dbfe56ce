//! Sets of port numbers, for the walk through a packet filter.
//!
//! A set is kept as sorted ranges that neither touch nor overlap, so that two equal sets are written alike and every
//! operation takes one pass. There are at most 32,768 ranges in it, whatever a ruleset says.

/// A set of ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortSet(Vec<(u16, u16)>);

impl PortSet {
    /// Every port.
    pub fn all() -> Self {
        Self(vec![(0, u16::MAX)])
    }

    /// The ports of these ranges, both ends included. A range that runs backwards holds nothing.
    pub fn from_ranges(ranges: impl IntoIterator<Item = (u16, u16)>) -> Self {
        let mut sorted: Vec<(u16, u16)> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        sorted.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::with_capacity(sorted.len());
        for (first, last) in sorted {
            match joined.last_mut() {
                Some(previous) if u32::from(first) <= u32::from(previous.1) + 1 => previous.1 = previous.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// The ranges, ascending.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Whether no port is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every port is in it.
    pub fn is_all(&self) -> bool {
        self.0 == [(0, u16::MAX)]
    }

    /// How many ports are in it.
    pub fn size(&self) -> u32 {
        self.0.iter().map(|(first, last)| u32::from(last - first) + 1).sum()
    }

    /// The ports that are in one of the two.
    pub fn union(&self, other: &Self) -> Self {
        Self::from_ranges(self.0.iter().chain(&other.0).copied())
    }

    /// The ports that are in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (0, 0);
        let mut common = Vec::new();
        while let (Some(a), Some(b)) = (self.0.get(left), other.0.get(right)) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                common.push((first, last));
            }
            if a.1 < b.1 { left += 1 } else { right += 1 }
        }
        Self(common)
    }

    /// The ports that are not in it.
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0_u32;
        for (first, last) in &self.0 {
            gaps.extend(u16::try_from(next).ok().zip(first.checked_sub(1)).filter(|(from, to)| from <= to));
            next = u32::from(*last) + 1;
        }
        gaps.extend(u16::try_from(next).ok().map(|from| (from, u16::MAX)));
        Self(gaps)
    }

    /// The ports of this set that are not in `other`.
    pub fn minus(&self, other: &Self) -> Self {
        if other.is_empty() { self.clone() } else { self.intersection(&other.complement()) }
    }

    /// Whether all ports of `other` are in this set.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::PortSet;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The ports near both ends; the strategy below sets no border between them.
    fn members(set: &PortSet) -> BTreeSet<u16> {
        let inside = |port: &u16| set.ranges().iter().any(|(first, last)| (first..=last).contains(&port));
        (0..=50).chain(65_490..=u16::MAX).filter(inside).collect()
    }

    fn ports() -> impl Strategy<Value = PortSet> {
        let port = prop_oneof![0_u16..40, 65_500..=u16::MAX];
        prop::collection::vec((port.clone(), port), 0..8).prop_map(PortSet::from_ranges)
    }

    #[test]
    fn touching_ranges_become_one() {
        assert_eq!(PortSet::from_ranges([(5, 9), (1, 4), (20, 10)]).ranges(), [(1, 9)]);
        assert!(PortSet::from_ranges([(0, 0), (1, u16::MAX)]).is_all());
        assert_eq!(PortSet::all().size(), 65_536);
        assert!(PortSet::all().complement().is_empty());
        assert!(PortSet::default().complement().is_all());
    }

    proptest! {
        #[test]
        fn operations_agree_with_sets_of_numbers(a in ports(), b in ports()) {
            let (left, right) = (members(&a), members(&b));
            prop_assert_eq!(members(&a.union(&b)), &left | &right);
            prop_assert_eq!(members(&a.intersection(&b)), &left & &right);
            prop_assert_eq!(members(&a.minus(&b)), &left - &right);
            prop_assert_eq!(a.complement().complement(), a.clone());
            prop_assert_eq!(a.contains_all(&b), right.is_subset(&left));
        }
    }
}
