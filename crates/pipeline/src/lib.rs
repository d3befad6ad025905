//! One camera end to end: frames, boxes, tracks, events.
