//! Colours, scaling and turning.

use std::path::Path;

use video::{Frame, Item, Letterbox, Placement, Region, RgbImage, Scaler};

use crate::making::{folder, make, open, pattern};

fn frame(path: &Path, number: usize) -> Frame {
    let frame = open(path).filter_map(|item| match item {
        Item::Frame(frame) => Some(frame),
        Item::Gap(_) => None,
    });
    frame.into_iter().nth(number).unwrap()
}

/// The frame in a letterbox, as the f32 planes and as u8, which must be the same picture.
fn letterboxed(frame: &Frame, letterbox: &Letterbox) -> Vec<[f32; 3]> {
    let area = (letterbox.width * letterbox.height) as usize;
    let (mut planes, mut bytes) = (vec![-1.0; 3 * area], vec![1; 3 * area]);
    let mut scaler = Scaler::new();
    frame.letterbox_planar(&mut scaler, letterbox, &mut planes).unwrap();
    frame.letterbox_rgb(&mut scaler, letterbox, &mut bytes).unwrap();
    let pixels: Vec<_> = (0..area).map(|at| [planes[at], planes[area + at], planes[2 * area + at]]).collect();
    for (pixel, bytes) in pixels.iter().zip(bytes.chunks_exact(3)) {
        for (value, byte) in pixel.iter().zip(bytes) {
            assert!((value - f32::from(*byte)).abs() <= 0.5, "{pixel:?} is not {bytes:?}");
        }
    }
    pixels
}

/// Bilinear with half-pixel centres and without anti-aliasing, written down as plainly as can be.
fn plainly_scaled(image: &RgbImage, letterbox: &Letterbox) -> Vec<[f32; 3]> {
    let Region { width, height, .. } = letterbox.picture;
    let along = |output: u32, count: u32, start: u32, length: u32, limit: u32| {
        let scale = f64::from(length) / f64::from(count);
        let place = f64::from(start) + (f64::from(output) + 0.5) * scale - 0.5;
        let place = place.clamp(0.0, f64::from(limit - 1));
        (place as u32, (place as u32 + 1).min(limit - 1), place.fract() as f32)
    };
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let region = letterbox.region;
            let (x0, x1, wx) = along(x, width, region.x, region.width, image.width);
            let (y0, y1, wy) = along(y, height, region.y, region.height, image.height);
            pixels.push([0, 1, 2].map(|channel| {
                let at = |x: u32, y: u32| f32::from(image.data[3 * (y * image.width + x) as usize + channel]);
                let upper = at(x0, y0) * (1.0 - wx) + at(x1, y0) * wx;
                let lower = at(x0, y1) * (1.0 - wx) + at(x1, y1) * wx;
                upper * (1.0 - wy) + lower * wy
            }));
        }
    }
    pixels
}

/// Mean difference.
fn difference(seen: impl IntoIterator<Item = [f32; 3]>, wanted: &[[f32; 3]]) -> f32 {
    let all: Vec<f32> = seen
        .into_iter()
        .zip(wanted)
        .flat_map(|(seen, wanted)| [0, 1, 2].map(|channel| (seen[channel] - wanted[channel]).abs()))
        .collect();
    assert_eq!(all.len(), 3 * wanted.len());
    all.iter().sum::<f32>() / all.len() as f32
}

/// The frame at its own size, without any scaling.
fn unscaled(frame: &Frame) -> RgbImage {
    let (width, height) = (frame.width(), frame.height());
    let letterbox = Letterbox::fit(frame.region(), width, height, Placement::TopLeft, 0.0);
    let mut data = vec![0; (3 * width * height) as usize];
    frame.letterbox_rgb(&mut Scaler::new(), &letterbox, &mut data).unwrap();
    RgbImage { width, height, data }
}

fn pixels(image: &RgbImage) -> Vec<[f32; 3]> {
    image.data.chunks_exact(3).map(|pixel| [0, 1, 2].map(|channel| f32::from(pixel[channel]))).collect()
}

#[test]
fn a_models_input_is_the_frame_scaled_bilinearly_with_half_pixel_centres() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/pets2009-s2l1.mp4");
    let frame = frame(&sample, 300);
    let full = unscaled(&frame);
    let drawn = frame.to_rgb(&mut Scaler::new()).unwrap();
    let shift = difference(pixels(&full), &pixels(&drawn));
    assert!(shift < 1.5, "sampling and drawing differ by {shift}");

    let tile = Region { x: 101, y: 40, width: 400, height: 301 };
    for (region, size) in [(frame.region(), 416), (frame.region(), 320), (tile, 416)] {
        let letterbox = Letterbox::fit(region, size, size, Placement::TopLeft, 0.0);
        let wanted = plainly_scaled(&full, &letterbox);
        let seen = letterboxed(&frame, &letterbox);
        let rows = seen.chunks(size as usize).take(letterbox.picture.height as usize);
        let mean = difference(rows.flatten().copied(), &wanted);
        assert!(mean < 0.3, "{size}: differs by {mean}");
    }
}

#[test]
fn what_the_picture_does_not_cover_is_padded() {
    let folder = folder();
    let path = make(&folder, "-f lavfi -i color=c=white:s=64x32:d=0.1 -c:v ffv1", "white.mkv");
    let frame = frame(&path, 0);
    for (placement, first_row) in [(Placement::TopLeft, 0), (Placement::Centre, 8)] {
        let letterbox = Letterbox::fit(frame.region(), 32, 32, placement, 114.0);
        for (at, pixel) in letterboxed(&frame, &letterbox).into_iter().enumerate() {
            let inside = (first_row..first_row + 16).contains(&(at / 32));
            let wanted = if inside { 255.0 } else { 114.0 };
            assert!((pixel[1] - wanted).abs() < 1.5, "{placement:?}, pixel {at}: {pixel:?}");
        }
    }
}

/// The colour that every format below shows, and what it is called to `ffmpeg`.
const ORANGE: [f32; 3] = [224.0, 128.0, 48.0];

#[test]
fn every_pixel_format_matrix_and_range_shows_the_same_colour() {
    let folder = folder();
    let tagged = |matrix: &str, range: &str, format: &str| {
        let space = if matrix == "bt601" { "smpte170m" } else { matrix };
        format!(
            "-vf scale=out_color_matrix={matrix}:out_range={range},format={format} -colorspace {space} \
             -color_range {range} -c:v ffv1"
        )
    };
    let mut kinds = vec![
        ("untagged.mkv", "-vf scale=out_color_matrix=bt601,format=yuv420p -c:v ffv1".to_owned()),
        ("photo.jpg", "-vf format=yuvj420p -q:v 1 -frames:v 1".to_owned()),
    ];
    for format in ["yuv420p", "yuv422p", "yuv444p", "yuv411p", "yuv420p10le", "yuv422p12le", "yuv444p16le"] {
        for (matrix, range) in [("bt601", "tv"), ("bt709", "tv"), ("bt601", "pc"), ("bt709", "pc")] {
            kinds.push(("tagged.mkv", tagged(matrix, range, format)));
        }
    }
    for format in ["nv12", "nv21", "yuyv422", "uyvy422", "rgb24", "bgr24", "rgba", "bgr0", "gbrp10le"] {
        kinds.push(("raw.nut", format!("-vf scale=out_color_matrix=bt601,format={format} -c:v rawvideo")));
    }
    for format in ["rgb565le", "rgb48be", "gbrp10be", "yuv420p10be", "pal8", "rgb8"] {
        kinds.push(("packed.nut", format!("-vf scale=out_color_matrix=bt601,format={format} -c:v rawvideo")));
    }
    for (name, arguments) in kinds {
        let source = "-f lavfi -i color=c=0xE08030:s=70x50:r=5:d=0.2,format=rgb24";
        let path = make(&folder, &format!("{source} {arguments}"), name);
        let frame = frame(&path, 0);
        let coarse = ["rgb8", "rgb565", "pal8"].iter().any(|format| frame.pixel_format().starts_with(format));
        let letterbox = Letterbox::fit(frame.region(), 32, 32, Placement::Stretch, 0.0);
        let drawn = frame.to_rgb(&mut Scaler::new()).unwrap();
        let drawn = [0, 1, 2].map(|channel| f32::from(drawn.data[3 * 70 * 25 + 3 * 35 + channel]));
        let sampled = letterboxed(&frame, &letterbox)[32 * 16 + 16];
        for (how, seen, tolerance) in [("sampled", sampled, 3.0), ("drawn", drawn, 6.0)] {
            let tolerance = if coarse { 40.0 } else { tolerance };
            let near = seen.iter().zip(ORANGE).all(|(seen, wanted)| (seen - wanted).abs() <= tolerance);
            assert!(near, "{arguments}: {} is {how} as {seen:?}", frame.pixel_format());
        }
    }
}

#[test]
fn large_pictures_without_a_matrix_are_taken_as_bt709() {
    let folder = folder();
    let arguments = "-f lavfi -i color=c=0xE08030:s=1280x720:r=5:d=0.2,format=rgb24 \
                     -vf scale=out_color_matrix=bt709,format=yuv420p -c:v ffv1";
    let frame = frame(&make(&folder, arguments, "hd.mkv"), 0);
    let letterbox = Letterbox::fit(frame.region(), 32, 32, Placement::Stretch, 0.0);
    let seen = letterboxed(&frame, &letterbox)[500];
    assert!(seen.iter().zip(ORANGE).all(|(seen, wanted)| (seen - wanted).abs() < 3.0), "{seen:?}");
}

#[test]
fn grey_is_grey() {
    let folder = folder();
    for format in ["gray", "gray10le", "gray16le", "ya8"] {
        let arguments = format!("-f lavfi -i color=c=white:s=64x32:d=0.1 -vf format={format} -c:v rawvideo");
        let frame = frame(&make(&folder, &arguments, "grey.nut"), 0);
        let letterbox = Letterbox::fit(frame.region(), 32, 16, Placement::TopLeft, 0.0);
        for pixel in letterboxed(&frame, &letterbox) {
            assert!(pixel.iter().all(|value| (value - 255.0).abs() < 1.5), "{format}: {pixel:?}");
        }
    }
}

#[test]
fn frames_come_upright_however_the_camera_was_held() {
    let folder = folder();
    let plain = make(
        &folder,
        &format!("{} -vf gblur=4 -c:v libx264 -crf 10 -pix_fmt yuv420p", pattern(0.2)),
        "plain.mp4",
    );
    let input = plain.display();
    for rotation in [90, 180, 270] {
        let turned =
            make(&folder, &format!("-i {input} -c copy -metadata:s:v:0 rotate={rotation}"), "turned.mp4");
        // What ffmpeg makes of it, as a picture that needs no turning.
        let wanted = make(&folder, &format!("-i {} -frames:v 1", turned.display()), "wanted.png");
        let (turned, wanted) = (frame(&turned, 0), frame(&wanted, 0));
        assert_eq!((turned.width(), turned.height()), (wanted.width(), wanted.height()), "{rotation}");

        let wanted_rgb = wanted.to_rgb(&mut Scaler::new()).unwrap();
        let rgb = turned.to_rgb(&mut Scaler::new()).unwrap();
        let mean = difference(pixels(&rgb), &pixels(&wanted_rgb));
        assert!(mean < 3.0, "{rotation}: the drawn picture differs by {mean}");

        let tile = Region { x: 20, y: 30, width: 80, height: 90 };
        for region in [turned.region(), tile] {
            let letterbox = Letterbox::fit(region, 64, 64, Placement::Centre, 0.0);
            let mean = difference(letterboxed(&turned, &letterbox), &letterboxed(&wanted, &letterbox));
            assert!(mean < 3.0, "{rotation}: the sampled picture differs by {mean}");
        }
    }
}

#[test]
fn odd_sides_are_whole() {
    let folder = folder();
    let arguments = "-f lavfi -i testsrc=s=161x121:d=0.1 -vf gblur=4 -pix_fmt yuv420p -c:v ffv1";
    let frame = frame(&make(&folder, arguments, "odd.mkv"), 0);
    let full = frame.to_rgb(&mut Scaler::new()).unwrap();
    assert_eq!((full.width, full.height, full.data.len()), (161, 121, 161 * 121 * 3));
    let letterbox = Letterbox::fit(frame.region(), 97, 83, Placement::Stretch, 0.0);
    let full = unscaled(&frame);
    let mean = difference(letterboxed(&frame, &letterbox), &plainly_scaled(&full, &letterbox));
    assert!(mean < 0.5, "differs by {mean}");
}

#[test]
fn brightness_is_the_mean_of_each_cell_in_every_pixel_format() {
    let folder = folder();
    // White, and green where there is no luma, in the lower right quarter of black.
    let formats = ["yuv420p", "yuv422p10le", "gray", "gray16le", "bgr0", "gbrp", "gbrp10le"];
    for (format, colour) in formats.map(|format| (format, "white")).into_iter().chain([("bgr0", "lime")]) {
        let source = "-f lavfi -i color=black:s=160x92:r=1:d=1,drawbox=x=80:y=46:w=80:h=46:t=fill";
        let arguments = format!("{source}:color={colour},format={format} -c:v ffv1");
        let path = make(&folder, &arguments, &format!("{format}-{colour}.mkv"));
        let frame = frame(&path, 0);
        let cells = frame.brightness(2, 2).unwrap();
        let dark = |cell: u8| cell <= 20;
        assert!(cells[..3].iter().all(|cell| dark(*cell)) && cells[3] >= 220, "{format} {colour}: {cells:?}");
        let fine = frame.brightness(80, 46).unwrap();
        assert_eq!(fine.len(), 80 * 46, "{format}");
        assert!(dark(fine[0]) && fine[80 * 46 - 1] >= 230, "{format} {colour}");
        for (columns, rows) in [(0, 5), (5, 0), (161, 5), (5, 93)] {
            assert_eq!(frame.brightness(columns, rows), None, "{columns} × {rows} cells");
        }
    }
}
