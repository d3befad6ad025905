/// A colour with opacity, 0..=255 each, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour {
    pub(crate) red: u8,
    pub(crate) green: u8,
    pub(crate) blue: u8,
    pub(crate) alpha: u8,
}

impl Colour {
    pub(crate) const WHITE: Self = Self::new(255, 255, 255);
    pub(crate) const BLACK: Self = Self::new(0, 0, 0);
    /// The ground of plates.
    pub(crate) const INK: Self = Self::new(16, 20, 28);

    pub(crate) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue, alpha: 255 }
    }

    /// The same colour at this opacity, 0..1.
    pub(crate) fn opacity(self, share: f32) -> Self {
        Self { alpha: (share.clamp(0.0, 1.0) * 255.0).round() as u8, ..self }
    }

    /// Black or white, whichever is read better on this colour.
    pub(crate) fn ink(self) -> Self {
        let luma = u32::from(self.red) * 299 + u32::from(self.green) * 587 + u32::from(self.blue) * 114;
        if luma < 120_000 { Self::WHITE } else { Self::BLACK }
    }
}

/// A colour of its own for each track: hues a golden angle apart never fall together for neighbouring ids.
pub(crate) fn of_track(id: u64) -> Colour {
    let hue = (id % 360_000) as f64 * 137.507_764 % 360.0;
    of_hue(hue, 0.85, 0.62)
}

fn of_hue(hue: f64, saturation: f64, lightness: f64) -> Colour {
    let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
    let channel = |shift: f64| {
        let place = (shift + hue / 30.0) % 12.0;
        let value = lightness - chroma / 2.0 * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    };
    Colour::new(channel(0.0), channel(8.0), channel(4.0))
}

/// The perceptual map *inferno* (matplotlib, CC0), at ten even stops.
const INFERNO: [[u8; 3]; 10] = [
    [0x00, 0x00, 0x04],
    [0x1b, 0x0c, 0x41],
    [0x4a, 0x0c, 0x6b],
    [0x78, 0x1c, 0x6d],
    [0xa5, 0x2c, 0x60],
    [0xcf, 0x44, 0x46],
    [0xed, 0x69, 0x25],
    [0xfb, 0x9b, 0x06],
    [0xf7, 0xd1, 0x3d],
    [0xfc, 0xff, 0xa4],
];

/// *Inferno* at a share 0..1 of its length.
pub(crate) fn inferno(share: f64) -> [u8; 3] {
    let place = share.clamp(0.0, 1.0) * (INFERNO.len() - 1) as f64;
    let below = (place as usize).min(INFERNO.len() - 2);
    let rest = place - below as f64;
    let mix = |channel: usize| {
        let (from, to) = (f64::from(INFERNO[below][channel]), f64::from(INFERNO[below + 1][channel]));
        (from + (to - from) * rest).round() as u8
    };
    [mix(0), mix(1), mix(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_tracks_differ_in_colour() {
        for id in 0..200 {
            let (a, b) = (of_track(id), of_track(id + 1));
            let apart = a.red.abs_diff(b.red).max(a.green.abs_diff(b.green)).max(a.blue.abs_diff(b.blue));
            assert!(apart > 60, "tracks {id} and {} look alike: {a:?} {b:?}", id + 1);
        }
    }

    #[test]
    fn the_heat_scale_only_gets_lighter() {
        let luminance = |share: f64| {
            let [r, g, b] = inferno(share).map(f64::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        for step in 0..50 {
            assert!(luminance(f64::from(step + 1) / 50.0) > luminance(f64::from(step) / 50.0));
        }
    }
}
