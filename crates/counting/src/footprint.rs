//! Where people walk, and where tracks begin and end: grids over the picture.

use observation::Point;
use serde::Serialize;

/// A grid of numbers over the picture, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grid {
    /// Cells in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// `columns * rows` numbers.
    pub values: Vec<f64>,
}

impl Grid {
    fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, values: vec![0.0; columns * rows] }
    }

    /// Whether nothing was ever added.
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(|value| *value == 0.0)
    }

    fn add(&mut self, at: Point, value: f64) {
        let cell = |share: f64, cells: usize| ((share * cells as f64) as usize).min(cells - 1);
        let index = cell(at.y, self.rows) * self.columns + cell(at.x, self.columns);
        self.values[index] += value;
    }
}

/// Grids that a counter fills as it goes; their size does not grow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Footprint {
    /// Seconds that feet were seen in each cell.
    pub presence_s: Grid,
    /// Tracks that were first seen in each cell.
    pub births: Grid,
    /// Tracks that were last seen in each cell.
    pub deaths: Grid,
}

impl Default for Footprint {
    fn default() -> Self {
        let grid = || Grid::new(96, 54);
        Self { presence_s: grid(), births: grid(), deaths: grid() }
    }
}

impl Footprint {
    pub(crate) fn take_presence(&mut self) -> Grid {
        let empty = Grid::new(self.presence_s.columns, self.presence_s.rows);
        std::mem::replace(&mut self.presence_s, empty)
    }

    pub(crate) fn present(&mut self, at: Point, seconds: f64) {
        self.presence_s.add(at, seconds);
    }

    pub(crate) fn born(&mut self, at: Point) {
        self.births.add(at, 1.0);
    }

    pub(crate) fn died(&mut self, at: Point) {
        self.deaths.add(at, 1.0);
    }
}
