//! What the checks need of a Markdown page: its links, anchors and code blocks.

use std::collections::BTreeSet;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// One page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Destinations of links and images, in order.
    pub(crate) links: Vec<Link>,
    /// What a link may name after `#`.
    pub(crate) anchors: BTreeSet<String>,
    /// Fenced code blocks, in order.
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) destination: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line of the opening fence, counted from 1.
    pub(crate) line: usize,
    /// What follows the opening fence, e.g. `sh test`.
    pub(crate) info: String,
    pub(crate) text: String,
}

/// Reads a page of GitHub-flavoured Markdown.
pub(crate) fn parse(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading: Option<String> = None;
    let mut block: Option<Block> = None;
    let line = |offset: usize| text[..offset].matches('\n').count() + 1;
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(Link { line: line(range.start), destination: dest_url.into_string() });
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let anchor = first_free(&page.anchors, slug);
                page.anchors.insert(anchor);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let info = info.trim().to_owned();
                block = Some(Block { line: line(range.start), info, text: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(block) = &mut block {
                    block.text.push_str(&part);
                } else if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => page.anchors.extend(ids(&html)),
            _ => {}
        }
    }
    page
}

/// The anchor that GitHub and mdBook give to a heading.
fn slug(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    lower
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            _ if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
            _ => None,
        })
        .collect()
}

/// `slug`, or `slug-1`, `slug-2`, … where headings repeat.
fn first_free(taken: &BTreeSet<String>, slug: String) -> String {
    if !taken.contains(&slug) {
        return slug;
    }
    (1..).map(|n| format!("{slug}-{n}")).find(|name| !taken.contains(name)).expect("numbers do not end")
}

/// The values of `id="…"` in a piece of HTML.
fn ids(html: &str) -> impl Iterator<Item = String> {
    html.split("id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_get_the_anchors_that_github_gives_them() {
        let page = parse("# What's `--fps N`, really?\n\n## Lines\n\n## Lines\n\n<a id=\"old\"></a>\n");
        let anchors: Vec<&str> = page.anchors.iter().map(String::as_str).collect();
        assert_eq!(anchors, ["lines", "lines-1", "old", "whats---fps-n-really"]);
    }

    #[test]
    fn links_and_blocks_are_found_with_their_lines() {
        let page = parse("see [a](b.md#c)\n\n```sh test\nls\n```\n\n`[no](link)` ![p](p.png)\n");
        let links: Vec<(usize, &str)> =
            page.links.iter().map(|link| (link.line, link.destination.as_str())).collect();
        assert_eq!(links, [(1, "b.md#c"), (7, "p.png")]);
        let block = Block { line: 3, info: "sh test".to_owned(), text: "ls\n".to_owned() };
        assert_eq!(page.blocks, [block]);
    }
}
