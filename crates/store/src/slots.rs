//! The packed form of a row of slots: what a roll-up keeps for each minute of an hour, say.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// Numbers by slot; a slot that is not there holds zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slots(pub(crate) BTreeMap<u32, u64>);

impl Slots {
    pub(crate) fn add(&mut self, slot: u32, value: u64) {
        if value > 0 {
            let sum = self.0.entry(slot).or_default();
            *sum = sum.saturating_add(value);
        }
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        for (&slot, &value) in &other.0 {
            self.add(slot, value);
        }
    }

    pub(crate) fn get(&self, slot: u32) -> u64 {
        self.0.get(&slot).copied().unwrap_or(0)
    }

    /// For each slot that is not zero: how far it is from the one before, then its value; both as LEB128.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 2);
        let mut next = 0;
        for (&slot, &value) in &self.0 {
            put(&mut bytes, u64::from(slot - next));
            put(&mut bytes, value);
            next = slot + 1;
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut slots = Self::default();
        each(bytes, |slot, value| slots.add(slot, value))?;
        Ok(slots)
    }
}

/// Gives each slot of a packed row that is not zero, in order, and its value.
pub(crate) fn each(mut bytes: &[u8], mut give: impl FnMut(u32, u64)) -> Result<()> {
    let mut next = 0_u32;
    while !bytes.is_empty() {
        let entry = take(&mut bytes).zip(take(&mut bytes));
        let entry = entry.and_then(|(skip, value)| Some((next.checked_add(skip.try_into().ok()?)?, value)));
        let damaged = || Error::Damaged("a packed row of a roll-up ends early".to_owned());
        let (slot, value) = entry.ok_or_else(damaged)?;
        next = slot.checked_add(1).ok_or_else(damaged)?;
        give(slot, value);
    }
    Ok(())
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[inline]
fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    if first < 0x80 {
        return Some(first.into());
    }
    let mut value = u64::from(first & 0x7f);
    for shift in (7..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(values in prop::collection::btree_map(0..u32::MAX, 1..u64::MAX, 0..50)) {
            let slots = Slots(values);
            prop_assert_eq!(Slots::decode(&slots.encode()).unwrap(), slots);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut given = 0;
            if let Err(error) = each(&bytes, |_, _| given += 1) {
                prop_assert!(matches!(error, Error::Damaged(_)));
            }
            prop_assert!(given <= 30);
        }
    }

    #[test]
    fn a_row_that_was_cut_is_refused() {
        let mut slots = Slots::default();
        slots.add(3, 500);
        let bytes = slots.encode();
        assert!(matches!(Slots::decode(&bytes[..bytes.len() - 1]), Err(Error::Damaged(_))));
    }
}
