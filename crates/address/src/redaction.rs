//! What of an address may be shown.

/// `address` without user, password, query, and what stands behind a `=` in its path. Made for texts that are
/// no proper addresses as well: what may be a secret goes.
pub fn address(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return path(address).replace(|c: char| c.is_control(), "?");
    };
    // An unescaped `/` or `?` in a password comes before the `@` that ends it.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    format!("{scheme}://{host}{}", path(rest)).replace(|c: char| c.is_control(), "?")
}

/// A path up to its query, or to the first value in it.
pub fn path(path: &str) -> &str {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let path = &path[..end];
    path.find('=').map_or(path, |at| &path[..=at])
}

/// A line of libav's log, in which every address is cut down to its protocol.
pub fn line(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, address) = rest.split_at(at + 3);
        shown.push_str(before);
        shown.push('…');
        let end = address.find(|c: char| c.is_whitespace() || "'\"`<>".contains(c)).unwrap_or(address.len());
        rest = &address[end..];
    }
    shown.push_str(rest);
    // Requests name the path alone.
    let words = shown.split(' ').map(|word| word.split_once('?').map_or(word, |(path, _)| path));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_scheme_host_and_path() {
        assert_eq!(address("rtsp://admin:s3cret@10.0.0.9/ch1?token=abc"), "rtsp://10.0.0.9/ch1");
        assert_eq!(address("rtsp://u:a/b@c?d@host:1/x"), "rtsp://host:1/x");
        assert_eq!(address("http://host/u=admin&p=x"), "http://host/u=");
        assert_eq!(address("film.mp4"), "film.mp4");
    }

    #[test]
    fn a_line_of_the_log_names_no_address() {
        assert_eq!(
            line("[hls] Opening 'http://u:p@h/a?t=1' for reading, retrying rtsp://u:p@h/x"),
            "[hls] Opening 'http://…' for reading, retrying rtsp://…"
        );
        assert_eq!(line("GET /live?key=s3cret HTTP/1.1"), "GET /live HTTP/1.1");
        assert_eq!(line("cut off rtsp://admin:s3c"), "cut off rtsp://…");
        assert_eq!(line("nothing to hide"), "nothing to hide");
    }
}
