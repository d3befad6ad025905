//! Links between the repository's Markdown files: each must lead to something that is there.
//!
//! Links to other sites are not followed: that needs a network, and says nothing about a change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::markdown::{self, Link, Page};
use crate::shell;

/// The book's pages. A link from one of them must stay among them, or it breaks when the book is rendered.
const BOOK: &str = "docs/src";

pub(crate) fn run() -> anyhow::Result<()> {
    let mut pages = BTreeMap::new();
    for file in shell::files("*.md")? {
        pages.insert(file.clone(), read(&file)?);
    }
    let mut faults: Vec<String> = Vec::new();
    for (file, page) in &pages {
        for link in &page.links {
            if let Err(reason) = check(file, link, &pages) {
                faults.push(format!("{}:{}: `{}` {reason}", file.display(), link.line, link.destination));
            }
        }
    }
    faults.extend(missing_from_contents(&pages));
    if !faults.is_empty() {
        bail!("{} broken links:\n  {}", faults.len(), faults.join("\n  "));
    }
    let count: usize = pages.values().map(|page| page.links.len()).sum();
    println!("links: {count} in {} files, all good", pages.len());
    Ok(())
}

/// Reads a page, with the files that it includes (`{{#include FILE}}`) in their places.
pub(crate) fn read(file: &Path) -> anyhow::Result<Page> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let mut whole = String::new();
    for line in text.split_inclusive('\n') {
        let included = line.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
        match included {
            Some(name) => {
                let path = file.with_file_name(name.trim());
                let part = fs::read_to_string(&path)
                    .with_context(|| format!("{} includes {}", file.display(), path.display()))?;
                whole.push_str(&part);
            }
            None => whole.push_str(line),
        }
    }
    Ok(markdown::parse(&whole))
}

/// Says what is wrong with a link.
fn check(file: &Path, link: &Link, pages: &BTreeMap<PathBuf, Page>) -> Result<(), String> {
    let destination = link.destination.as_str();
    if ["http://", "https://", "mailto:"].iter().any(|scheme| destination.starts_with(scheme)) {
        return Ok(());
    }
    let (path, anchor) = match destination.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (destination, None),
    };
    if path.starts_with('/') {
        return Err("is absolute; write it relative to the file".to_owned());
    }
    let goal = if path.is_empty() { file.to_owned() } else { resolve(file, path)? };
    if !pages.contains_key(&goal) && !goal.exists() {
        return Err("leads nowhere".to_owned());
    }
    if file.starts_with(BOOK) && !goal.starts_with(BOOK) {
        return Err(format!("leaves the book ({BOOK}); name the file without a link"));
    }
    match (anchor, pages.get(&goal)) {
        (Some(anchor), Some(page)) if !page.anchors.contains(anchor) => {
            Err(format!("names no heading of {}", goal.display()))
        }
        _ => Ok(()),
    }
}

/// The path that a link in `file` means, from the repository's root.
fn resolve(file: &Path, link: &str) -> Result<PathBuf, String> {
    let mut path = file.parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir if !path.pop() => return Err("leaves the repository".to_owned()),
            Component::ParentDir | Component::CurDir => {}
            _ => path.push(part),
        }
    }
    Ok(if path.as_os_str().is_empty() { PathBuf::from(".") } else { path })
}

/// Pages of the book that its table of contents does not name.
fn missing_from_contents(pages: &BTreeMap<PathBuf, Page>) -> Vec<String> {
    let contents = Path::new(BOOK).join("SUMMARY.md");
    let Some(summary) = pages.get(&contents) else {
        return Vec::new();
    };
    let named: BTreeSet<PathBuf> =
        summary.links.iter().filter_map(|link| resolve(&contents, &link.destination).ok()).collect();
    let book = pages.keys().filter(|file| file.starts_with(BOOK) && **file != contents);
    book.filter(|file| !named.contains(*file))
        .map(|file| format!("{} is not in {}", file.display(), contents.display()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `check` says of a link in `docs/src/guide/lines.md`.
    fn verdict(destination: &str) -> Result<(), String> {
        let file = Path::new("docs/src/guide/lines.md");
        let page = markdown::parse("# Where to draw\n");
        let link = Link { line: 1, destination: destination.to_owned() };
        check(file, &link, &BTreeMap::from([(file.to_owned(), page)]))
    }

    #[test]
    fn a_link_must_lead_somewhere() {
        assert_eq!(verdict("#where-to-draw"), Ok(()));
        assert_eq!(verdict("https://example.org/nowhere"), Ok(()));
        assert!(verdict("#elsewhere").is_err_and(|reason| reason.contains("names no heading")));
        assert!(verdict("no-such-page.md").is_err_and(|reason| reason.contains("leads nowhere")));
        assert!(verdict("/etc/passwd").is_err_and(|reason| reason.contains("absolute")));
        assert!(verdict("../../../../x").is_err_and(|reason| reason.contains("leaves the repository")));
    }

    #[test]
    fn parent_folders_are_resolved() {
        let file = Path::new("docs/src/guide/lines.md");
        assert_eq!(resolve(file, "../images/./door.png"), Ok(PathBuf::from("docs/src/images/door.png")));
        assert_eq!(resolve(Path::new("README.md"), "./"), Ok(PathBuf::from(".")));
    }
}
