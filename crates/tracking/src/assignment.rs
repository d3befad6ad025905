//! Which detection belongs to which track: least total cost, one to one.

use lapjv::{Matrix, lapjv};

/// A pair that may be joined, and what that costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) row: usize,
    pub(crate) column: usize,
    /// 0 (perfect) to 1 (just possible).
    pub(crate) cost: f64,
}

/// What leaving a row without a column costs; above the cost of any pair.
const ALONE: f64 = 2.0;

/// The pairs of the cheapest one-to-one assignment in which as many as possible are joined.
///
/// Few pairs are possible in a frame, so it is solved part by part: each connected part of the graph of
/// possible pairs by itself, with Jonker and Volgenant's algorithm.
pub(crate) fn assign(rows: usize, columns: usize, candidates: &[Candidate]) -> Vec<(usize, usize)> {
    let mut parts = Parts::new(rows + columns);
    for pair in candidates {
        parts.join(pair.row, rows + pair.column);
    }
    let mut by_part: Vec<(usize, Candidate)> =
        candidates.iter().map(|pair| (parts.root(pair.row), *pair)).collect();
    by_part.sort_by_key(|(root, pair)| (*root, pair.row, pair.column));
    let mut joined = Vec::new();
    for part in by_part.chunk_by(|a, b| a.0 == b.0) {
        match part {
            [(_, only)] => joined.push((only.row, only.column)),
            _ => solve(part, &mut joined),
        }
    }
    joined.sort_unstable();
    joined
}

fn solve(part: &[(usize, Candidate)], joined: &mut Vec<(usize, usize)>) {
    let unique = |key: fn(&Candidate) -> usize| {
        let mut keys: Vec<usize> = part.iter().map(|(_, pair)| key(pair)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    };
    let (rows, columns) = (unique(|pair| pair.row), unique(|pair| pair.column));
    let side = rows.len().max(columns.len());
    let mut costs = Matrix::from_elem((side, side), ALONE);
    for (_, pair) in part {
        let row = rows.binary_search(&pair.row).expect("rows were made from these pairs");
        let column = columns.binary_search(&pair.column).expect("columns were made from these pairs");
        costs[(row, column)] = pair.cost;
    }
    // It fails only on a matrix that is not square or holds NaN; then nothing is joined in this frame.
    let Ok((chosen, _)) = lapjv(&costs) else { return };
    for (row, &column) in chosen.iter().enumerate() {
        if row < rows.len() && column < columns.len() && costs[(row, column)] < ALONE {
            joined.push((rows[row], columns[column]));
        }
    }
}

/// Union-find over rows and columns.
struct Parts(Vec<usize>);

impl Parts {
    fn new(nodes: usize) -> Self {
        Self((0..nodes).collect())
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(usize, usize, f64)]) -> Vec<Candidate> {
        list.iter().map(|&(row, column, cost)| Candidate { row, column, cost }).collect()
    }

    #[test]
    fn the_cheapest_total_wins_over_the_cheapest_pair() {
        let list = pairs(&[(0, 0, 0.1), (0, 1, 0.2), (1, 0, 0.2), (1, 1, 0.9)]);
        assert_eq!(assign(2, 2, &list), [(0, 1), (1, 0)]);
    }

    #[test]
    fn rows_without_a_column_stay_alone() {
        let list = pairs(&[(0, 0, 0.5), (1, 0, 0.3), (2, 1, 0.9)]);
        assert_eq!(assign(4, 2, &list), [(1, 0), (2, 1)]);
        assert!(assign(3, 3, &[]).is_empty());
    }
}
