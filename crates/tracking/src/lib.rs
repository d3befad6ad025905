//! Boxes in, tracks out, in stream time.
