/// A rectangle of an upright frame, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// Where the picture goes when there is room left over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Into the corner; what is left over is at the right and at the bottom.
    #[default]
    TopLeft,
    /// Into the middle.
    Centre,
    /// The picture fills everything and is stretched where its shape differs.
    Stretch,
}

/// How a region of a frame lies in the input of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Letterbox {
    /// Columns of the input.
    pub width: u32,
    /// Rows of the input.
    pub height: u32,
    /// The part of the frame that is shown.
    pub region: Region,
    /// Where in the input the picture lies.
    pub picture: Region,
    /// The value of every channel where there is no picture, 0..255.
    pub pad: f32,
}

impl Letterbox {
    /// Fits `region` of a frame into an input of `width` × `height`, as large as possible, with its shape
    /// kept unless `placement` is to stretch it. Sides are rounded down to whole pixels, as `floor(side *
    /// min(width / region.width, height / region.height))`.
    ///
    /// Sides of zero are taken as one pixel.
    pub fn fit(region: Region, width: u32, height: u32, placement: Placement, pad: f32) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let region = Region { width: region.width.max(1), height: region.height.max(1), ..region };
        let (w, h) = (u64::from(region.width), u64::from(region.height));
        let (room_x, room_y) = (u64::from(width), u64::from(height));
        let (inner_width, inner_height) = match placement {
            Placement::Stretch => (room_x, room_y),
            // In whole numbers, because `floor` of a rounded product may be one too small.
            _ if room_x * h <= room_y * w => (room_x, (h * room_x / w).max(1)),
            _ => ((w * room_y / h).max(1), room_y),
        };
        let (inner_width, inner_height) = (inner_width as u32, inner_height as u32);
        let (x, y) = match placement {
            Placement::Centre => ((width - inner_width) / 2, (height - inner_height) / 2),
            Placement::TopLeft | Placement::Stretch => (0, 0),
        };
        let picture = Region { x, y, width: inner_width, height: inner_height };
        Self { width, height, region, picture, pad }
    }

    /// The place in the frame, in pixels from its top left corner, of a place in the input, in pixels from
    /// the input's corner. Pixel centres are at halves.
    pub fn to_frame(&self, x: f64, y: f64) -> (f64, f64) {
        let (region, picture) = (self.region, self.picture);
        let scale_x = f64::from(region.width) / f64::from(picture.width);
        let scale_y = f64::from(region.height) / f64::from(picture.height);
        (
            f64::from(region.x) + (x - f64::from(picture.x)) * scale_x,
            f64::from(region.y) + (y - f64::from(picture.y)) * scale_y,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(width: u32, height: u32, placement: Placement) -> Letterbox {
        Letterbox::fit(Region { x: 0, y: 0, width, height }, 416, 416, placement, 0.0)
    }

    #[test]
    fn the_picture_keeps_its_shape_and_fills_one_side() {
        assert_eq!(fit(768, 576, Placement::TopLeft).picture, Region { x: 0, y: 0, width: 416, height: 312 });
        assert_eq!(
            fit(1080, 1920, Placement::Centre).picture,
            Region { x: 91, y: 0, width: 234, height: 416 }
        );
        assert_eq!(fit(100, 10_000, Placement::TopLeft).picture.width, 4);
        assert_eq!(fit(10, 10_000, Placement::TopLeft).picture.width, 1);
        for side in 1..2000 {
            assert_eq!(fit(side, side, Placement::TopLeft).picture.width, 416, "{side}");
        }
    }

    #[test]
    fn corners_of_the_picture_are_corners_of_the_region() {
        let region = Region { x: 100, y: 50, width: 640, height: 480 };
        let letterbox = Letterbox::fit(region, 416, 416, Placement::Centre, 114.0);
        let Region { x, y, width, height } = letterbox.picture;
        assert_eq!(letterbox.to_frame(f64::from(x), f64::from(y)), (100.0, 50.0));
        assert_eq!(letterbox.to_frame(f64::from(x + width), f64::from(y + height)), (740.0, 530.0));
    }
}
