//! The program: commands, configuration, roles.
fn main() {}
