//! How many cameras a worker should have.

use crate::leases::Fleet;

/// What a camera is taken to cost that nobody has measured, in thousandths of an inference a second: as at the usual five
/// frames a second.
const UNMEASURED: i64 = 5_000;
/// By which share of its due a worker may have more than that without giving any away.
const TOLERANCE: f64 = 0.2;

/// What one worker should do now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Cameras to take, of those that are free.
    pub take: usize,
    /// Cameras to give away.
    pub give: usize,
}

impl Placement {
    /// What a worker of this weight, whose cameras have these costs, should do in a fleet. Its due is the share of all cost
    /// that its weight is of all weights.
    pub fn of(fleet: &Fleet, weight: i64, own: &[Option<i64>], most: usize) -> Self {
        let measured: Vec<i64> = own.iter().copied().flatten().collect();
        let usual = match measured.len() {
            0 => UNMEASURED,
            count => (measured.iter().sum::<i64>() / count as i64).max(1),
        };
        let own_cost: i64 = own.iter().map(|cost| cost.unwrap_or(usual)).sum();
        let free_cost = fleet.free_cost + fleet.free_unmeasured * usual;
        let total = (own_cost + fleet.others_cost + free_cost) as f64;
        let due = total * weight as f64 / (weight + fleet.others_weight).max(1) as f64;
        let free = usize::try_from(fleet.free).unwrap_or(0);
        let room = most.saturating_sub(own.len());
        if free > 0 {
            let each = (free_cost as f64 / free as f64).max(1.0);
            // Rounded up: all together take everything.
            let wanted = ((due - own_cost as f64) / each).ceil().max(0.0) as usize;
            return Self { take: wanted.min(free).min(room), give: 0 };
        }
        let each = (own_cost as f64 / own.len().max(1) as f64).max(1.0);
        let over = own_cost as f64 - due;
        // Less than a camera apart is balanced: moving one costs it a gap.
        let give = if over > each.max(due * TOLERANCE) { (over / each).floor() as usize } else { 0 };
        Self { take: 0, give: if fleet.others_weight > 0 { give.min(own.len()) } else { 0 } }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Workers that look in turn, until none of them does anything; gives how many cameras each has, and the rounds.
    fn settled(weights: &[i64], costs: &[i64], first: usize) -> (Vec<usize>, usize) {
        let mut owners: Vec<Option<usize>> = vec![(first < weights.len()).then_some(first); costs.len()];
        for round in 0..100 {
            let mut quiet = true;
            for (worker, weight) in weights.iter().enumerate() {
                let of =
                    |who: Option<usize>| costs.iter().zip(&owners).filter(move |(_, owner)| **owner == who);
                let own: Vec<_> = of(Some(worker)).map(|(cost, _)| Some(*cost)).collect();
                let free: Vec<i64> = of(None).map(|(cost, _)| *cost).collect();
                let others =
                    costs.iter().zip(&owners).filter(|(_, owner)| owner.is_some_and(|owner| owner != worker));
                let fleet = Fleet {
                    others_weight: weights.iter().sum::<i64>() - weight,
                    others_cost: others.map(|(cost, _)| *cost).sum(),
                    free: free.len() as i64,
                    free_cost: free.iter().sum(),
                    ..Fleet::default()
                };
                let Placement { take, give } = Placement::of(&fleet, *weight, &own, usize::MAX);
                quiet &= take == 0 && give == 0;
                let mut change = |from: Option<usize>, to: Option<usize>, count: usize| {
                    owners
                        .iter_mut()
                        .filter(|owner| **owner == from)
                        .take(count)
                        .for_each(|owner| *owner = to);
                };
                change(None, Some(worker), take);
                change(Some(worker), None, give);
            }
            if quiet {
                let has = |worker| owners.iter().filter(|owner| **owner == Some(worker)).count();
                return ((0..weights.len()).map(has).collect(), round);
            }
        }
        panic!("it does not settle: {weights:?} {costs:?}");
    }

    #[test]
    fn equal_cameras_go_by_weight_and_a_new_worker_gets_its_share() {
        assert_eq!(settled(&[1000, 1000], &[5000; 40], 9).0, [20, 20]);
        let (cameras, rounds) = settled(&[1000, 1000, 1000], &[5000; 50], 0);
        assert!(cameras.iter().all(|cameras| (15..=19).contains(cameras)), "{cameras:?}");
        assert!(rounds <= 3, "{rounds}");
        let (cameras, _) = settled(&[3000, 1000], &[5000; 40], 9);
        assert_eq!(cameras, [30, 10]);
    }

    proptest! {
        #[test]
        fn every_camera_is_taken_and_the_fleet_comes_to_rest(
            weights in prop::collection::vec(1i64..4_000, 1..8),
            costs in prop::collection::vec(1i64..20_000, 0..60),
            first in 0usize..10,
        ) {
            let (cameras, _) = settled(&weights, &costs, first);
            prop_assert_eq!(cameras.iter().sum::<usize>(), costs.len());
        }
    }
}
