//! `[output]` of a `model.toml`: which tensors come out and what their numbers mean.

use serde::Deserialize;

use crate::description::{DescriptionError, Input, Side, require};

/// What comes out of the model.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Output {
    /// The family of detectors.
    pub kind: OutputKind,
    /// `scores-boxes`: scores of each class, `[batch, rows, classes]`. `detr` with labels: one score a row,
    /// `[batch, rows]`.
    pub scores: Option<Tensor>,
    /// `detr`: scores of each class before the sigmoid, `[batch, rows, classes]`.
    pub logits: Option<Tensor>,
    /// `detr` with labels: class of each row, `[batch, rows]`.
    pub labels: Option<Tensor>,
    /// `scores-boxes` and `detr`: boxes, `[batch, rows, 4]`.
    pub boxes: Option<Tensor>,
    /// `yolox`: everything, `[batch, rows, 4 + objectness + classes]`, boxes as centre, width, height.
    pub predictions: Option<Tensor>,
    /// The grids that rows come from.
    pub rows: Rows,
    /// What is still to be done to scores. Where absent: `sigmoid` for `detr` with logits, else `none`.
    pub activation: Option<Activation>,
    /// What the four numbers of a box are. Where absent: `cxcywh` for `detr` with logits, else `xyxy`.
    pub box_format: Option<BoxFormat>,
    /// What a box is measured in. Where absent: `normalised` for `detr` with logits, else `pixels`.
    pub box_units: Option<BoxUnits>,
    /// `yolox`: whether boxes are pixels already, or offsets in the grids of `rows.strides`.
    pub decoded: Option<bool>,
    /// `yolox`: whether there is an objectness between box and classes (not so in YOLOv8 and later).
    pub objectness: Option<bool>,
    /// `yolox`: whether the tensor is `[batch, rows, numbers]` or `[batch, numbers, rows]` (YOLOv8).
    pub order: Option<Order>,
}

/// The family of detectors that a model belongs to, by its output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputKind {
    /// Two tensors, `scores` and `boxes`, many overlapping rows: NanoDet, SSD.
    #[default]
    ScoresBoxes,
    /// One tensor with box, objectness and classes: YOLOX, YOLOv5 to YOLOv11.
    Yolox,
    /// Few rows that do not overlap: DETR, RT-DETR, D-FINE. No suppression needed.
    Detr,
}

/// One tensor that comes out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Tensor {
    /// Its name in the ONNX file; where absent, that of its section (`[output.boxes]`: `boxes`).
    pub name: Option<String>,
    /// Its element type. Labels may be whole numbers.
    pub dtype: Option<OutputType>,
    /// Its shape; a text stands for "any length".
    pub shape: Option<Vec<Side>>,
    /// For readers: what the numbers mean.
    pub meaning: Option<String>,
}

/// The element type of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputType {
    /// 32-bit floating point.
    Float32,
    /// 32-bit whole numbers.
    Int32,
    /// 64-bit whole numbers.
    Int64,
}

/// The grids that rows come from: level by level, row-major inside a level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Rows {
    /// Pixels of the input to a cell, for each level.
    pub strides: Vec<u32>,
    /// For readers: cells along a side of the input, for each level.
    pub grids: Vec<u32>,
    /// For readers: the first row of each level.
    pub first: Vec<u32>,
    /// For readers: the number of rows.
    pub total: Option<u32>,
}

/// What is still to be done to scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// They are probabilities.
    None,
    /// `1 / (1 + exp(-x))` of each.
    Sigmoid,
    /// Softmax over the classes; one more than the model's classes, the last, is "nothing" (DETR).
    Softmax,
}

/// What the four numbers of a box are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxFormat {
    /// Left, top, right, bottom.
    Xyxy,
    /// Middle, width and height.
    Cxcywh,
}

/// What a box is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxUnits {
    /// Pixels of the input.
    Pixels,
    /// Shares of the input's width and height.
    Normalised,
}

/// The order of a `yolox` tensor's sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// `[batch, rows, numbers]`.
    RowsFirst,
    /// `[batch, numbers, rows]`.
    NumbersFirst,
}

/// How boxes are read out of the tensors: [`Output`] with every default filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// Names of the tensors, in the order in which [`Reading`] takes them.
    pub(crate) tensors: Vec<String>,
    pub(crate) reading: Reading,
    pub(crate) activation: Activation,
    pub(crate) format: BoxFormat,
    pub(crate) units: BoxUnits,
}

/// Which tensors there are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    /// Scores `[N, R, C]`, boxes `[N, R, 4]`.
    ScoresBoxes,
    /// Scores `[N, R]`, labels `[N, R]`, boxes `[N, R, 4]`.
    Labelled,
    /// Predictions `[N, R, 4 + objectness + C]`, or with the last two sides exchanged.
    Joined {
        objectness: bool,
        order: Order,
        /// Strides of the grids, where boxes are offsets in them.
        grids: Vec<u32>,
    },
}

impl Output {
    /// Whether suppression of overlapping boxes is needed where the description does not say.
    pub(crate) fn overlaps(&self) -> bool {
        self.kind != OutputKind::Detr
    }

    /// Fills in the defaults.
    pub(crate) fn plan(&self) -> Plan {
        let name = |tensor: &Option<Tensor>, section: &str| {
            tensor.as_ref().and_then(|tensor| tensor.name.clone()).unwrap_or_else(|| section.to_owned())
        };
        let boxes = name(&self.boxes, "boxes");
        let (tensors, reading, logits) = match self.kind {
            OutputKind::ScoresBoxes => {
                (vec![name(&self.scores, "scores"), boxes], Reading::ScoresBoxes, false)
            }
            OutputKind::Detr if self.labels.is_some() => {
                let scores = name(&self.scores, "scores");
                (vec![scores, name(&self.labels, "labels"), boxes], Reading::Labelled, false)
            }
            OutputKind::Detr => (vec![name(&self.logits, "logits"), boxes], Reading::ScoresBoxes, true),
            OutputKind::Yolox => {
                let reading = Reading::Joined {
                    objectness: self.objectness.unwrap_or(true),
                    order: self.order.unwrap_or(Order::RowsFirst),
                    grids: if self.decoded.unwrap_or(true) { Vec::new() } else { self.rows.strides.clone() },
                };
                (vec![name(&self.predictions, "predictions")], reading, false)
            }
        };
        let centred = logits || self.kind == OutputKind::Yolox;
        Plan {
            tensors,
            reading,
            activation: self.activation.unwrap_or(if logits {
                Activation::Sigmoid
            } else {
                Activation::None
            }),
            format: self.box_format.unwrap_or(if centred { BoxFormat::Cxcywh } else { BoxFormat::Xyxy }),
            units: self.box_units.unwrap_or(if logits { BoxUnits::Normalised } else { BoxUnits::Pixels }),
        }
    }

    pub(crate) fn validate(&self, input: &Input) -> Result<(), DescriptionError> {
        let yolox = self.kind == OutputKind::Yolox;
        let detr = self.kind == OutputKind::Detr;
        for (present, belongs, key, kind) in [
            (self.scores.is_some(), !yolox, "output.scores", "kind = \"scores-boxes\" or \"detr\""),
            (self.boxes.is_some(), !yolox, "output.boxes", "kind = \"scores-boxes\" or \"detr\""),
            (self.logits.is_some(), detr, "output.logits", "kind = \"detr\""),
            (self.labels.is_some(), detr, "output.labels", "kind = \"detr\""),
            (self.predictions.is_some(), yolox, "output.predictions", "kind = \"yolox\""),
            (self.decoded.is_some(), yolox, "output.decoded", "kind = \"yolox\""),
            (self.objectness.is_some(), yolox, "output.objectness", "kind = \"yolox\""),
            (self.order.is_some(), yolox, "output.order", "kind = \"yolox\""),
        ] {
            require(!present || belongs, key, &format!("belongs to `[output] {kind}` only"))?;
        }
        let both = self.labels.is_some() && self.logits.is_some();
        require(!both, "output.labels", "cannot stand beside `output.logits`: the model gives one of them")?;
        let softmax = self.activation == Some(Activation::Softmax);
        require(
            !softmax || !(yolox || self.labels.is_some()),
            "output.activation",
            "`softmax` needs the scores of all classes in a tensor of their own",
        )?;
        let strides = &self.rows.strides;
        require(
            strides.len() <= 8 && strides.iter().all(|stride| (1..=1024).contains(stride)),
            "output.rows.strides",
            "must be at most 8 whole numbers of 1 to 1024",
        )?;
        if yolox && self.decoded == Some(false) {
            require(!strides.is_empty(), "output.rows.strides", "is needed where `decoded = false`")?;
            let whole =
                |stride: &u32| input.width.is_multiple_of(*stride) && input.height.is_multiple_of(*stride);
            require(strides.iter().all(whole), "output.rows.strides", "must divide the input's sides")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ModelDescription;

    #[test]
    fn keys_of_another_kind_are_refused() {
        let text = |output: &str| {
            format!(
                "name = \"m\"\n[input]\nname = \"i\"\nwidth = 64\nheight = 64\n{output}\n[classes]\n\
                 names = [\"person\"]\n"
            )
        };
        for (output, expected) in [
            ("[output]\ndecoded = true", "`output.decoded` belongs to `[output] kind = \"yolox\"` only"),
            ("[output]\nkind = \"yolox\"\ndecoded = false", "`output.rows.strides` is needed"),
            (
                "[output]\nkind = \"yolox\"\ndecoded = false\nrows = { strides = [48] }",
                "must divide the input's sides",
            ),
            ("[output]\nkind = \"yolox\"\n[output.boxes]", "`output.boxes` belongs to"),
            ("[output]\nkind = \"detr\"\n[output.labels]\n[output.logits]", "cannot stand beside"),
            ("[output]\nkind = \"yolox\"\nactivation = \"softmax\"", "`softmax` needs the scores"),
        ] {
            let error = ModelDescription::parse(&text(output)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error:?} does not say {expected:?}");
        }
    }
}
