//! Turns "unknown field" into "did you mean".

/// A message of `serde` about an unknown key or value, with the nearest known one added; any other message
/// comes back as it is.
pub(crate) fn with_nearest(message: &str) -> String {
    let what = if message.starts_with("unknown field") {
        "unknown key"
    } else if message.starts_with("unknown variant") {
        "unknown value"
    } else {
        return message.trim_end().replace('\n', " ");
    };
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(wrong) = quoted.next() else { return message.to_owned() };
    let known: Vec<&str> = quoted.collect();
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("{what} `{}`: did you mean `{name}`?", shorten(wrong)),
        None => format!("{what} `{}`", shorten(wrong)),
    }
}

/// The nearest of `known` to `wrong`.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = shorten(wrong).to_lowercase();
    known.min_by_key(|name| strsim::damerau_levenshtein(&wrong, &shorten(name).to_lowercase()))
}

/// The first 64 characters: the distance between two texts costs the product of their lengths.
fn shorten(text: &str) -> &str {
    match text.char_indices().nth(64) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_key_is_named() {
        let message = "unknown field `widht`, expected one of `name`, `width`, `height`";
        assert_eq!(with_nearest(message), "unknown key `widht`: did you mean `width`?");
        let message = "unknown variant `yolo`, expected one of `scores-boxes`, `yolox`, `detr`";
        assert_eq!(with_nearest(message), "unknown value `yolo`: did you mean `yolox`?");
    }
}
