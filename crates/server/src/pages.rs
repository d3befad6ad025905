//! Pages of the reference that are made from tables in the code.

use std::path::Path;

/// Holds a page against what the code says. With `CAMTALLY_UPDATE_DOCS=1` it writes the page.
pub(crate) fn check(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/reference").join(name);
    if std::env::var_os("CAMTALLY_UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, page,
        "{name} is not what the code says: set CAMTALLY_UPDATE_DOCS=1 and run this test again"
    );
}
