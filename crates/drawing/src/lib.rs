//! Results in, pictures out: annotated frames, heat maps, maps of births and deaths.
