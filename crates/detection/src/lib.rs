//! A picture in, boxes out: model contract and runtimes.
