//! The dashboard is part of a release build: it is built again when the dashboard was.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Other builds read its files from disk.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/dist");
    }
}
