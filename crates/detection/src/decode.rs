//! From the tensors that came out to candidate boxes.

use std::borrow::Cow;

use crate::Error;
use crate::output::{Activation, BoxFormat, BoxUnits, Order, Plan, Reading};

/// At most this many candidates are kept for suppression, the best ones; real frames have some hundreds.
const MAX_CANDIDATES: usize = 20_000;

/// A tensor that came out, for one batch.
pub(crate) struct View<'a> {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Cow<'a, [f32]>,
}

/// A box before suppression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// Row of the tensor it came from; breaks ties, so that results never depend on a sort.
    pub(crate) row: u32,
    /// The class with the highest score.
    pub(crate) class: u16,
    /// Its score.
    pub(crate) score: f32,
    /// Left, top, right, bottom in pixels of the input.
    pub(crate) bbox: [f32; 4],
}

/// What to keep.
pub(crate) struct Wanted<'a> {
    /// Scores must be above this.
    pub(crate) threshold: f32,
    /// For each class of the model, whether it is asked for.
    pub(crate) classes: &'a [bool],
    /// Width and height of the input.
    pub(crate) input: [u32; 2],
}

/// Reads the candidates of image `index` out of a batch, best first.
///
/// The best class is that of all the model's classes; a row is kept if that class is asked for. So asking
/// for fewer classes never turns a dog into a person. Scores that are not finite are no scores.
pub(crate) fn decode(
    views: &[View<'_>],
    index: usize,
    plan: &Plan,
    wanted: &Wanted<'_>,
) -> Result<Vec<Candidate>, Error> {
    let classes = wanted.classes.len();
    let mut found = match (&plan.reading, views) {
        (Reading::ScoresBoxes, [scores, boxes]) => {
            let width = classes + usize::from(plan.activation == Activation::Softmax);
            let scores = matrix(scores, index, width, &plan.tensors[0])?;
            let boxes = matrix(boxes, index, 4, &plan.tensors[1])?;
            per_class(scores, width, boxes, plan, wanted)
        }
        (Reading::Labelled, [scores, labels, boxes]) => {
            let scores = matrix(scores, index, 1, &plan.tensors[0])?;
            let labels = matrix(labels, index, 1, &plan.tensors[1])?;
            let boxes = matrix(boxes, index, 4, &plan.tensors[2])?;
            labelled(scores, labels, boxes, plan, wanted)
        }
        (Reading::Joined { objectness, order, grids }, [predictions]) => {
            let numbers = 4 + usize::from(*objectness) + classes;
            let rows_first;
            let rows = match order {
                Order::RowsFirst => matrix(predictions, index, numbers, &plan.tensors[0])?,
                Order::NumbersFirst => {
                    rows_first = transposed(predictions, index, numbers, &plan.tensors[0])?;
                    &rows_first
                }
            };
            joined(rows, numbers, *objectness, grids, plan, wanted)
        }
        _ => return Err(Error::Output("the runtime gave another number of outputs".to_owned())),
    };
    found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
    found.truncate(MAX_CANDIDATES);
    Ok(found)
}

/// The part of a tensor `[N, R, width]` (or `[N, R]` for a width of 1) that belongs to one image.
fn matrix<'a>(view: &'a View<'_>, index: usize, width: usize, name: &str) -> Result<&'a [f32], Error> {
    let fits = match view.shape[..] {
        [_, _] => width == 1,
        [_, _, last] => last == width,
        _ => false,
    };
    let rows = view.shape.get(1).copied().unwrap_or(0);
    let length = rows * width;
    if !fits || view.data.len() < (index + 1) * length {
        return Err(Error::Output(format!(
            "output `{name}` has the shape {:?}, not [batch, rows, {width}]: `[output] kind` or `[classes]` of \
             model.toml does not fit",
            view.shape
        )));
    }
    Ok(&view.data[index * length..][..length])
}

/// The same of a tensor `[N, width, R]`, with rows first.
fn transposed(view: &View<'_>, index: usize, width: usize, name: &str) -> Result<Vec<f32>, Error> {
    let rows = match view.shape[..] {
        [batch, numbers, rows]
            if numbers == width && index < batch && view.data.len() >= batch * rows * width =>
        {
            rows
        }
        _ => {
            return Err(Error::Output(format!(
                "output `{name}` has the shape {:?}, not [batch, {width}, rows]: `[output] order` or `[classes]` \
                 of model.toml does not fit",
                view.shape
            )));
        }
    };
    let source = &view.data[index * rows * width..][..rows * width];
    let mut out = vec![0.0; rows * width];
    for (number, column) in source.chunks_exact(rows.max(1)).enumerate() {
        for (row, value) in column.iter().enumerate() {
            out[row * width + number] = *value;
        }
    }
    Ok(out)
}

fn per_class(
    scores: &[f32],
    width: usize,
    boxes: &[f32],
    plan: &Plan,
    wanted: &Wanted<'_>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    // Most rows fail here: the sigmoid rises steadily, so the threshold is moved instead of every score.
    let raw_threshold = match plan.activation {
        Activation::None => wanted.threshold,
        Activation::Sigmoid => logit(wanted.threshold),
        Activation::Softmax => f32::NEG_INFINITY,
    };
    let rows = scores.chunks_exact(width).zip(boxes.chunks_exact(4)).enumerate();
    for (row, (scores, numbers)) in rows {
        let named = &scores[..wanted.classes.len()];
        let highest = highest(named);
        if highest.is_nan() || highest <= raw_threshold {
            continue;
        }
        let score = match plan.activation {
            Activation::None => highest,
            Activation::Sigmoid => sigmoid(highest),
            Activation::Softmax => softmax(highest, scores),
        };
        let class = named.iter().position(|score| *score == highest).unwrap_or(0);
        push(&mut found, row, class, score, pixels(numbers, plan, wanted), wanted);
    }
    found
}

fn labelled(
    scores: &[f32],
    labels: &[f32],
    boxes: &[f32],
    plan: &Plan,
    wanted: &Wanted<'_>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (row, ((score, label), numbers)) in scores.iter().zip(labels).zip(boxes.chunks_exact(4)).enumerate() {
        let score = if plan.activation == Activation::Sigmoid { sigmoid(*score) } else { *score };
        // A cast saturates: a label below 0 or not finite would become class 0.
        if *label >= 0.0 {
            push(&mut found, row, *label as usize, score, pixels(numbers, plan, wanted), wanted);
        }
    }
    found
}

fn joined(
    rows: &[f32],
    numbers: usize,
    objectness: bool,
    grids: &[u32],
    plan: &Plan,
    wanted: &Wanted<'_>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut cells = Cells::new(grids, wanted.input);
    let activate = |score: f32| if plan.activation == Activation::Sigmoid { sigmoid(score) } else { score };
    for (row, values) in rows.chunks_exact(numbers).enumerate() {
        let cell = cells.next();
        let certainty = if objectness { activate(values[4]) } else { 1.0 };
        if certainty.is_nan() || certainty <= wanted.threshold {
            continue;
        }
        let scores = &values[numbers - wanted.classes.len()..];
        let highest = highest(scores);
        let score = certainty * activate(highest);
        if score.is_nan() || score <= wanted.threshold {
            continue;
        }
        let class = scores.iter().position(|score| *score == highest).unwrap_or(0);
        let mut bbox = [values[0], values[1], values[2], values[3]];
        if !grids.is_empty() {
            let Some([x, y, stride]) = cell else { break };
            bbox = [
                (bbox[0] + x) * stride,
                (bbox[1] + y) * stride,
                bbox[2].exp() * stride,
                bbox[3].exp() * stride,
            ];
        }
        push(&mut found, row, class, score, pixels(&bbox, plan, wanted), wanted);
    }
    found
}

fn push(
    found: &mut Vec<Candidate>,
    row: usize,
    class: usize,
    score: f32,
    bbox: [f32; 4],
    wanted: &Wanted<'_>,
) {
    let sound = score.is_finite() && score > wanted.threshold && bbox.iter().all(|side| side.is_finite());
    if sound && wanted.classes.get(class) == Some(&true) {
        found.push(Candidate { row: row as u32, class: class as u16, score: score.min(1.0), bbox });
    }
}

/// The cells of YOLOX's grids, level by level, as column, row and stride.
struct Cells<'a> {
    levels: std::slice::Iter<'a, u32>,
    input: [u32; 2],
    stride: u32,
    at: [u32; 2],
}

impl<'a> Cells<'a> {
    fn new(grids: &'a [u32], input: [u32; 2]) -> Self {
        let mut levels = grids.iter();
        let stride = levels.next().copied().unwrap_or(0);
        Self { levels, input, stride, at: [0, 0] }
    }

    fn next(&mut self) -> Option<[f32; 3]> {
        if self.stride == 0 {
            return None;
        }
        let [x, y] = self.at;
        let cell = [x as f32, y as f32, self.stride as f32];
        self.at = [x + 1, y];
        if self.at[0] >= self.input[0] / self.stride {
            self.at = [0, y + 1];
        }
        if self.at[1] >= self.input[1] / self.stride {
            self.at = [0, 0];
            self.stride = self.levels.next().copied().unwrap_or(0);
        }
        Some(cell)
    }
}

/// The four numbers of a box as left, top, right, bottom in pixels of the input.
fn pixels(numbers: &[f32], plan: &Plan, wanted: &Wanted<'_>) -> [f32; 4] {
    let [a, b, c, d] = [numbers[0], numbers[1], numbers[2], numbers[3]];
    let [x1, y1, x2, y2] = match plan.format {
        BoxFormat::Xyxy => [a, b, c, d],
        BoxFormat::Cxcywh => [a - c / 2.0, b - d / 2.0, a + c / 2.0, b + d / 2.0],
    };
    match plan.units {
        BoxUnits::Pixels => [x1, y1, x2, y2],
        BoxUnits::Normalised => {
            let [width, height] = wanted.input.map(|side| side as f32);
            [x1 * width, y1 * height, x2 * width, y2 * height]
        }
    }
}

/// The highest of a row's scores; NaN counts as lowest.
///
/// This is nearly all the work after inference (3549 rows of 80 scores), hence eight lanes side by side.
fn highest(scores: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 8];
    let chunks = scores.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            if *score > *lane {
                *lane = *score;
            }
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |best, score| if *score > best { *score } else { best })
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn logit(share: f32) -> f32 {
    (share / (1.0 - share)).ln()
}

fn softmax(highest: f32, scores: &[f32]) -> f32 {
    let top = scores.iter().copied().fold(highest, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - top).exp()).sum();
    (highest - top).exp() / sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(shape: &[usize], data: &[f32]) -> View<'static> {
        View { shape: shape.to_vec(), data: Cow::Owned(data.to_vec()) }
    }

    fn plan(output: &str, classes: &str) -> Plan {
        let text = format!(
            "name = \"m\"\n[input]\nname = \"i\"\nwidth = 64\nheight = 32\n[output]\n{output}\n[classes]\n\
             names = {classes}\n"
        );
        crate::ModelDescription::parse(&text).unwrap().output.plan()
    }

    fn wanted(classes: &[bool]) -> Wanted<'_> {
        Wanted { threshold: 0.3, classes, input: [64, 32] }
    }

    #[test]
    fn a_row_whose_best_class_was_not_asked_for_is_no_other_class() {
        let scores = view(&[1, 2, 2], &[0.5, 0.9, 0.6, 0.4]);
        let boxes = view(&[1, 2, 4], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let plan = plan("", "[\"person\", \"dog\"]");
        let found = decode(&[scores, boxes], 0, &plan, &wanted(&[true, false])).unwrap();
        assert_eq!(found, [Candidate { row: 1, class: 0, score: 0.6, bbox: [5.0, 6.0, 7.0, 8.0] }]);
    }

    #[test]
    fn numbers_that_are_not_finite_give_no_boxes() {
        let scores = view(&[1, 4, 1], &[f32::NAN, f32::INFINITY, 0.9, 0.8]);
        let mut boxes = vec![1.0; 16];
        boxes[8] = f32::NAN;
        let plan = plan("", "[\"person\"]");
        let found = decode(&[scores, view(&[1, 4, 4], &boxes)], 0, &plan, &wanted(&[true])).unwrap();
        assert_eq!(found.iter().map(|candidate| candidate.row).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn yolox_offsets_are_read_in_their_grids() {
        let plan =
            plan("kind = \"yolox\"\ndecoded = false\nrows = { strides = [16, 32] }", "[\"person\", \"car\"]");
        // Grids of 4×2 and 2×1 cells: row 5 is column 1, row 1 of the first; row 9 column 1 of the second.
        let mut rows = vec![0.0; 10 * 7];
        rows[5 * 7..6 * 7].copy_from_slice(&[0.5, 0.5, 0.0, 0.0, 0.9, 0.1, 0.8]);
        rows[9 * 7..].copy_from_slice(&[0.0, 0.5, 0.0, 0.0, 1.0, 0.5, 0.1]);
        let found = decode(&[view(&[1, 10, 7], &rows)], 0, &plan, &wanted(&[true, true])).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].row, found[0].class), (5, 1));
        assert!((found[0].score - 0.72).abs() < 1e-6);
        assert_eq!(found[0].bbox, [16.0, 16.0, 32.0, 32.0]);
        assert_eq!((found[1].row, found[1].bbox), (9, [16.0, 0.0, 48.0, 32.0]));
    }

    #[test]
    fn yolov8_numbers_come_before_rows() {
        let plan = plan("kind = \"yolox\"\nobjectness = false\norder = \"numbers-first\"", "[\"a\", \"b\"]");
        let numbers = [8.0, 20.0, 8.0, 10.0, 4.0, 6.0, 2.0, 4.0, 0.1, 0.9, 0.2, 0.05];
        let found = decode(&[view(&[1, 6, 2], &numbers)], 0, &plan, &wanted(&[true, true])).unwrap();
        assert_eq!(found, [Candidate { row: 1, class: 0, score: 0.9, bbox: [17.0, 8.0, 23.0, 12.0] }]);
    }

    #[test]
    fn detr_logits_and_shares_become_scores_and_pixels() {
        let plan = plan("kind = \"detr\"", "[\"person\", \"car\"]");
        let logits = view(&[2, 1, 2], &[-9.0, -9.0, 0.0, 2.0]);
        let boxes = view(&[2, 1, 4], &[0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.25, 0.5]);
        let found = decode(&[logits, boxes], 1, &plan, &wanted(&[true, true])).unwrap();
        assert_eq!((found[0].class, found[0].bbox), (1, [24.0, 8.0, 40.0, 24.0]));
        assert!((found[0].score - 0.880_797).abs() < 1e-5);
    }

    #[test]
    fn detr_softmax_has_one_more_class_for_nothing() {
        let plan = plan("kind = \"detr\"\nactivation = \"softmax\"", "[\"person\"]");
        let logits = view(&[1, 2, 2], &[2.0, 0.0, 0.0, 5.0]);
        let boxes = view(&[1, 2, 4], &[0.5; 8]);
        let found = decode(&[logits, boxes], 0, &plan, &wanted(&[true])).unwrap();
        assert_eq!(found.len(), 1);
        assert!((found[0].score - 0.880_797).abs() < 1e-5);
    }

    #[test]
    fn detr_labels_name_the_class() {
        let plan = plan("kind = \"detr\"\nlabels = {}", "[\"person\", \"car\"]");
        let scores = view(&[1, 3], &[0.9, 0.8, 0.7]);
        let labels = view(&[1, 3], &[1.0, -1.0, 7.0]);
        let boxes = view(&[1, 3, 4], &[1.0; 12]);
        let found = decode(&[scores, labels, boxes], 0, &plan, &wanted(&[true, true])).unwrap();
        assert_eq!(found.iter().map(|c| (c.row, c.class)).collect::<Vec<_>>(), [(0, 1)]);
    }

    #[test]
    fn a_tensor_of_another_shape_is_an_error_that_says_so() {
        let plan = plan("", "[\"person\"]");
        let views = [view(&[1, 2, 80], &[0.0; 160]), view(&[1, 2, 4], &[0.0; 8])];
        let error = decode(&views, 0, &plan, &wanted(&[true])).unwrap_err().to_string();
        assert!(error.contains("`scores` has the shape [1, 2, 80], not [batch, rows, 1]"), "{error}");
    }
}
