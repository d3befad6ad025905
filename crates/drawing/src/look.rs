use observation::{BBox, Point, StreamTime, TrackId};

/// One tracked object as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxLook {
    /// Gives the box and its trail their colour.
    pub track: TrackId,
    /// Where, normalised to the frame.
    pub bbox: BBox,
    /// What it is, `person`.
    pub label: String,
    /// How sure the model is, 0..1.
    pub confidence: f32,
}

/// A counting line with its running counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineLook {
    /// The rule's name.
    pub name: String,
    /// The line, normalised to the frame. Forward is towards the right hand of someone who goes along it.
    pub points: Vec<Point>,
    /// What a forward crossing is called, `in`.
    pub forward_name: String,
    /// What a backward crossing is called, `out`.
    pub backward_name: String,
    /// Forward crossings so far.
    pub forward: u64,
    /// Backward crossings so far.
    pub backward: u64,
}

/// A zone with its occupancy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZoneLook {
    /// The rule's name.
    pub name: String,
    /// The polygon, normalised to the frame, open or closed.
    pub points: Vec<Point>,
    /// Objects inside now.
    pub occupancy: u64,
}

/// What is drawn onto one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameContent<'a> {
    /// The frame's time, shown as a clock.
    pub time: StreamTime,
    /// The objects seen in this frame.
    pub boxes: &'a [BoxLook],
    /// The lines with their counts up to this frame.
    pub lines: &'a [LineLook],
    /// The zones with their occupancy at this frame.
    pub zones: &'a [ZoneLook],
    /// A sentence that the viewer should see, such as `no pictures for 12 s`.
    pub notice: Option<&'a str>,
}
