//! Does a model fit its description? And if not, what is to be done?

use std::fmt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::description::Layout;
use crate::model::{hex, read_description, read_limited};
use crate::onnx::{Dim, Element, MAX_MODEL_BYTES, TensorInfo};
use crate::output::{Activation, Order, Plan, Reading};
use crate::{Detector, Error, Model, ModelDescription, OnnxHeader, Options};

/// What a check of a model has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Name and version, as far as they could be read.
    pub model: Option<String>,
    /// What was found to be in order, in words.
    pub passed: Vec<String>,
    /// What does not fit; nothing for a model that works.
    pub problems: Vec<Problem>,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What does not fit.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Report {
    /// Whether the model can be used.
    pub fn fits(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(problem(what, remedy));
    }
}

impl fmt::Display for Report {
    /// A line for each thing that was checked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(model) = &self.model {
            writeln!(f, "model {model}")?;
        }
        for passed in &self.passed {
            writeln!(f, "  ok     {passed}")?;
        }
        for problem in &self.problems {
            writeln!(f, "  wrong  {}\n         → {}", problem.what, problem.remedy)?;
        }
        Ok(())
    }
}

fn problem(what: impl Into<String>, remedy: impl Into<String>) -> Problem {
    Problem { what: what.into(), remedy: remedy.into() }
}

/// Checks the model in `folder`: that its description can be read, that the file is the one described, that
/// inputs, outputs and classes fit, and that it runs. Everything that can be found is found in one go.
///
/// `options` say where ONNX Runtime is and how to run; the default will do.
pub fn check(folder: &Path, options: &Options) -> Report {
    let mut report = Report::default();
    let description = match read_description(folder) {
        Ok(description) => description,
        Err(error) => {
            let remedy = "write a `model.toml`; the guide's page \"Bring your own model\" has one to copy";
            report.problem(error.to_string(), remedy);
            return report;
        }
    };
    report.model = Some(description.name.clone());
    report.passed.push("model.toml".to_owned());
    let bytes = match read_limited(&folder.join(&description.file), MAX_MODEL_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let remedy = format!("put the ONNX file into `{}`, or correct `file`", folder.display());
            report.problem(error.to_string(), remedy);
            return report;
        }
    };
    same_file(&mut report, &description, &bytes);
    if let Err(error) = OnnxHeader::read(&bytes) {
        report.problem(format!("`{}` {error}", description.file), "export the model to one ONNX file again");
        return report;
    }
    let described_file = (description.bytes, description.sha256.clone());
    let mut unchecked = description;
    (unchecked.bytes, unchecked.sha256) = (None, None);
    let model = match Model::from_parts(unchecked, bytes) {
        Ok(model) => model,
        Err(error) => {
            report.problem(error.to_string(), "export the model again");
            return report;
        }
    };
    report.model = Some(model.id());
    if described_file.1.is_none() {
        report.passed.push(format!("`sha256` is not given; this file's is {}", model.sha256()));
    }
    let plan = model.description().output.plan();
    let problems = interface_problems(&model, &plan);
    if !problems.is_empty() {
        report.problems.extend(problems);
        return report;
    }
    report.passed.push("inputs, outputs and classes".to_owned());
    runs(&mut report, &model, &plan, options);
    report
}

fn same_file(report: &mut Report, description: &ModelDescription, bytes: &[u8]) {
    if let Some(expected) = description.bytes.filter(|expected| *expected != bytes.len() as u64) {
        report.problem(
            format!("`{}` is {} bytes long, not {expected}", description.file, bytes.len()),
            "copy or download the file again, or correct `bytes`",
        );
    }
    let Some(expected) = &description.sha256 else { return };
    let sha256 = hex(&Sha256::digest(bytes));
    if expected.eq_ignore_ascii_case(&sha256) {
        report.passed.push(format!("`{}` is the file described, SHA-256 {sha256}", description.file));
    } else {
        report.problem(
            format!("`{}` has the SHA-256 {sha256}, not {expected}", description.file),
            "copy or download the file again, or correct `sha256` if another file is meant",
        );
    }
}

/// What in the ONNX file's own header does not fit the description.
pub(crate) fn interface_problems(model: &Model, plan: &Plan) -> Vec<Problem> {
    let mut found = input_problems(model);
    let names = model.description().classes.names.len();
    let anything = "number of rows";
    let widths: Vec<Vec<(usize, &str)>> = match &plan.reading {
        Reading::ScoresBoxes => {
            let width = names + usize::from(plan.activation == Activation::Softmax);
            vec![
                vec![(0, anything), (width, "number of classes")],
                vec![(0, anything), (4, "numbers of a box")],
            ]
        }
        Reading::Labelled => {
            vec![vec![(0, anything)], vec![(0, anything)], vec![(0, anything), (4, "numbers of a box")]]
        }
        Reading::Joined { objectness, order, .. } => {
            let width = 4 + usize::from(*objectness) + names;
            let what = if *objectness { "4 + objectness + classes" } else { "4 + classes" };
            match order {
                Order::RowsFirst => vec![vec![(0, anything), (width, what)]],
                Order::NumbersFirst => vec![vec![(width, what), (0, anything)]],
            }
        }
    };
    for (name, sides) in plan.tensors.iter().zip(widths) {
        found.extend(output_problem(model, name, &sides));
    }
    found
}

fn list(tensors: &[TensorInfo]) -> String {
    let shown: Vec<_> = tensors.iter().take(12).map(ToString::to_string).collect();
    shown.join(", ")
}

fn input_problems(model: &Model) -> Vec<Problem> {
    let (input, header) = (&model.description().input, model.header());
    let Some(found) = header.input(&input.name) else {
        return vec![problem(
            format!("there is no input `{}`; there is: {}", input.name, list(&header.inputs)),
            "correct `[input] name`",
        )];
    };
    let mut problems = Vec::new();
    if found.element != Element::FLOAT32 {
        problems.push(problem(
            format!("input `{}` is {}, not float32", input.name, found.element),
            "export the model with a float32 input (weights may stay float16)",
        ));
    }
    let [height, width, channels] = match input.layout {
        Layout::Nchw => [2, 3, 1],
        Layout::Nhwc => [1, 2, 3],
    };
    if let Some(shape) = &found.shape {
        let holds = |side: usize, length: u32| match shape.get(side) {
            Some(Dim::Fixed(fixed)) => *fixed == i64::from(length),
            Some(Dim::Symbol(_)) => true,
            None => false,
        };
        if shape.len() != 4 || !holds(channels, 3) {
            problems.push(problem(
                format!("input `{found}` is no colour image of layout {:?}", input.layout),
                "set `[input] layout` to \"NCHW\" or \"NHWC\", as the shape says; grey models do not work",
            ));
        } else if !holds(height, input.height) || !holds(width, input.width) {
            problems.push(problem(
                format!("input `{found}` is not {}x{}", input.width, input.height),
                "set `[input] width` and `height` to what the shape says",
            ));
        }
        if let Some(Dim::Fixed(batch)) =
            shape.first().filter(|batch| !matches!(batch, Dim::Fixed(1) | Dim::Symbol(_)))
        {
            problems.push(problem(
                format!("input `{found}` wants {batch} frames at once, always"),
                "export the model with a batch of 1, or with a batch of any size",
            ));
        }
    }
    let known = |name: &str| name == input.name || input.size_name.as_deref() == Some(name);
    if let Some(other) = header.inputs.iter().find(|other| !known(&other.name)) {
        problems.push(problem(
            format!("there is another input, `{other}`, that nothing is known about"),
            "export the model without it; for the image size of RT-DETR set `[input] size_name` to its name",
        ));
    }
    if let Some(name) = &input.size_name {
        match header.input(name) {
            Some(size) if size.element == Element::INT64 => {}
            Some(size) => problems.push(problem(
                format!("input `{size}` is not int64"),
                "export the model with a size input of int64",
            )),
            None => problems.push(problem(
                format!("there is no input `{name}`; there is: {}", list(&header.inputs)),
                "correct or remove `[input] size_name`",
            )),
        }
    }
    problems
}

/// `sides`: for each side after the batch, its length (0: any) and what it is.
fn output_problem(model: &Model, name: &str, sides: &[(usize, &str)]) -> Option<Problem> {
    let header = model.header();
    let Some(found) = header.output(name) else {
        return Some(problem(
            format!("there is no output `{name}`; there is: {}", list(&header.outputs)),
            "name it in model.toml (`[output.boxes] name = …`), or choose another `[output] kind`",
        ));
    };
    if !matches!(found.element, Element::FLOAT32 | Element::INT64 | Element::INT32) {
        return Some(problem(
            format!("output `{name}` is {}", found.element),
            "export the model with float32 outputs",
        ));
    }
    let shape = found.shape.as_ref()?;
    let expected: Vec<String> = sides
        .iter()
        .map(|(length, what)| if *length == 0 { (*what).to_owned() } else { format!("{length} ({what})") })
        .collect();
    let wrong = |remedy: &str| {
        Some(problem(format!("output `{found}` is not [batch, {}]", expected.join(", ")), remedy))
    };
    if shape.len() != sides.len() + 1 {
        return wrong("choose the `[output] kind` that fits; a model with its own suppression does not work");
    }
    for (dim, (length, what)) in shape[1..].iter().zip(sides) {
        if *length == 0 {
            continue;
        }
        match dim {
            Dim::Fixed(fixed) if *fixed == *length as i64 => {}
            Dim::Symbol(_) => {}
            Dim::Fixed(fixed) if what.contains("classes") => {
                let named = model.description().classes.names.len();
                return wrong(&format!(
                    "model.toml names {named} classes where the output has {}: give the model's own names, in its \
                     order, or correct `[output] objectness` and `order`",
                    fixed - (*length as i64 - named as i64)
                ));
            }
            Dim::Fixed(_) => return wrong("choose the `[output] kind` that fits"),
        }
    }
    None
}

/// Runs the network on a grey image and looks at what comes out.
fn runs(report: &mut Report, model: &Model, plan: &Plan, options: &Options) {
    let mut detector = match Detector::new(model, options) {
        Ok(detector) => detector,
        Err(error) => {
            report.problem(error.to_string(), "export the model with an operator set that the runtime knows");
            return;
        }
    };
    report.passed.push(format!("{} loads it", detector.runtime_name()));
    let size = detector.size();
    let ran = detector.prepare(0, size.width, size.height).and_then(|_| {
        detector.input_mut(0).fill(114.0);
        detector.detect()
    });
    let found = match ran {
        Ok(found) => found,
        Err(error) => {
            report.problem(error.to_string(), "correct `[output]` and `[classes]` of model.toml");
            return;
        }
    };
    match raw_numbers(&mut detector, plan) {
        Ok(numbers) if numbers.not_finite > 0 => report.problem(
            format!("a grey image gives {} numbers that are not finite", numbers.not_finite),
            "correct `[input] range`, `mean` and `std`, or export with float32 weights",
        ),
        Ok(numbers) if numbers.scores_outside > 0 => report.problem(
            format!("{} scores of a grey image are not between 0 and 1", numbers.scores_outside),
            "set `[output] activation = \"sigmoid\"`: the scores are logits",
        ),
        Ok(_) => report.passed.push(format!("a grey image gives {} boxes", found.len())),
        Err(error) => report.problem(error.to_string(), "correct `[output]` of model.toml"),
    }
    if found.len() > 20 {
        report.problem(
            format!("a grey image gives {} boxes, though there is nothing on it", found.len()),
            "correct `[output]` (is an activation missing, or done twice?) and `[input] range`, `mean`, `std`",
        );
    }
}

struct Numbers {
    not_finite: usize,
    scores_outside: usize,
}

/// Looks at the numbers that come out of the network, as they come.
fn raw_numbers(detector: &mut Detector, plan: &Plan) -> Result<Numbers, Error> {
    let mut numbers = Numbers { not_finite: 0, scores_outside: 0 };
    detector.raw(&mut |views| {
        numbers.not_finite =
            views.iter().flat_map(|view| view.data.iter()).filter(|value| !value.is_finite()).count();
        let separate = !matches!(plan.reading, Reading::Joined { .. });
        if separate && plan.activation == Activation::None {
            let scores = views.first().map(|view| &view.data[..]).unwrap_or_default();
            numbers.scores_outside = scores.iter().filter(|score| !(-1e-3..=1.001).contains(*score)).count();
        }
        Ok(())
    })?;
    Ok(numbers)
}
