/// How a coded picture is turned to stand upright: first mirrored, then its axes swapped. Covers the eight
/// ways in which a camera can be held, mirror images included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// The upright picture's columns are the coded picture's rows.
    pub(crate) swap: bool,
    /// The coded picture's columns are read from the right.
    pub(crate) mirror_x: bool,
    /// The coded picture's rows are read from the bottom.
    pub(crate) mirror_y: bool,
}

impl Orientation {
    /// From the display matrix of a container, which moves the coded point `(p, q)` to
    /// `(a p + c q, b p + d q)`, both with `y` down. Angles between right angles go to the nearest.
    pub(crate) fn from_matrix(a: i32, b: i32, c: i32, d: i32) -> Self {
        let size = |value: i32| i64::from(value).abs();
        if size(b) + size(c) > size(a) + size(d) {
            return Self { swap: true, mirror_x: b < 0, mirror_y: c < 0 };
        }
        Self { swap: false, mirror_x: a < 0, mirror_y: d < 0 }
    }

    /// Width and height upright, of a picture coded with these, and the other way round.
    pub(crate) fn turned<T>(self, width: T, height: T) -> (T, T) {
        if self.swap { (height, width) } else { (width, height) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i32 = 1 << 16;

    #[test]
    fn a_quarter_turn_swaps_the_sides() {
        let turned = Orientation::from_matrix(0, ONE, -ONE, 0);
        assert_eq!(turned, Orientation { swap: true, mirror_x: false, mirror_y: true });
        assert_eq!(turned.turned(1920, 1080), (1080, 1920));
    }

    #[test]
    fn no_matrix_of_a_file_can_do_harm() {
        assert_eq!(Orientation::from_matrix(0, 0, 0, 0), Orientation::default());
        assert!(Orientation::from_matrix(i32::MIN, i32::MIN, i32::MIN, i32::MIN).mirror_x);
    }
}
