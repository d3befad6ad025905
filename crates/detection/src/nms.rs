//! Greedy non-maximum suppression.

use crate::decode::Candidate;

/// Keeps, best first, each candidate that overlaps no better one by more than `iou`, up to `most`.
///
/// `candidates` come best first. `per_class`: only boxes of the same class suppress each other.
pub(crate) fn suppress(
    candidates: &[Candidate],
    iou: Option<f32>,
    per_class: bool,
    most: usize,
) -> Vec<Candidate> {
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if kept.len() >= most {
            break;
        }
        let covered = iou.is_some_and(|iou| {
            kept.iter().any(|better| {
                (!per_class || better.class == candidate.class) && overlap(&better.bbox, &candidate.bbox, iou)
            })
        });
        if !covered {
            kept.push(*candidate);
        }
    }
    kept
}

/// Whether the intersection is more than `iou` of the union.
fn overlap(a: &[f32; 4], b: &[f32; 4], iou: f32) -> bool {
    let area = |side: &[f32; 4]| (side[2] - side[0]) * (side[3] - side[1]);
    let width = a[2].min(b[2]) - a[0].max(b[0]);
    let height = a[3].min(b[3]) - a[1].max(b[1]);
    let shared = width.max(0.0) * height.max(0.0);
    shared > iou * (area(a) + area(b) - shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(row: u32, class: u16, x: f32) -> Candidate {
        Candidate { row, class, score: 1.0 - row as f32 / 10.0, bbox: [x, 0.0, x + 10.0, 10.0] }
    }

    #[test]
    fn the_best_of_overlapping_boxes_stays() {
        let found = [candidate(0, 0, 0.0), candidate(1, 1, 1.0), candidate(2, 0, 2.0), candidate(3, 0, 30.0)];
        let rows = |iou, per_class, most| -> Vec<u32> {
            suppress(&found, iou, per_class, most).iter().map(|kept| kept.row).collect()
        };
        assert_eq!(rows(Some(0.6), false, 100), [0, 3]);
        assert_eq!(rows(Some(0.6), true, 100), [0, 1, 3]);
        assert_eq!(rows(None, false, 100), [0, 1, 2, 3]);
        assert_eq!(rows(None, false, 2), [0, 1]);
    }
}
