//! Seeded scenes with exact truth, and matching of counts against truth.
