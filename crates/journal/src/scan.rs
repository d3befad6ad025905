//! Finds records in bytes, behind damaged stretches as well.

use std::io::{self, Read};

use crate::record::{RECORD_HEADER, RECORD_MAGIC, RecordHeader};

/// How much is read at a time.
const CHUNK: usize = 64 * 1024;

/// What lies next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A record whose every bit is as it was written.
    Record { sequence: u64, payload: &'a str },
    /// Bytes in which no record can be found, up to the next record or to the end.
    Damage(Damage),
}

/// A stretch of bytes in which no record can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Where it begins, in bytes from the beginning of the segment.
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
    /// It is what a write leaves that was cut short: a record that would go on behind the end; or zeros at the
    /// end, where the file grew and its bytes were not written. A record ends with `}`. Says something only of
    /// the last stretch of a segment.
    pub(crate) torn: bool,
}

/// Reads records one after the other. Memory: a chunk and the longest record.
pub(crate) struct Scanner<R> {
    input: R,
    /// What was read and not yet handed out begins at `start`.
    buffer: Vec<u8>,
    start: usize,
    /// Where `start` is, in bytes from the beginning of the segment.
    offset: u64,
    /// Nothing is read from here on.
    limit: u64,
    /// Records have higher numbers: sequence numbers rise, what does not is no record.
    floor: u64,
}

enum Attempt {
    Record {
        sequence: u64,
        length: usize,
    },
    /// Nothing is left.
    End,
    /// No record begins here; or only a part of one, cut off by the end.
    Bad {
        cut_off: bool,
    },
}

impl<R: Read> Scanner<R> {
    /// Reads `input`, which stands at byte `offset` of the segment, up to byte `limit`; takes only records
    /// with sequence numbers above `floor`.
    pub(crate) fn new(input: R, offset: u64, limit: u64, floor: u64) -> Self {
        Self { input, buffer: Vec::new(), start: 0, offset, limit, floor }
    }

    /// Where the next record begins, in bytes from the beginning of the segment.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads on to `limit`, where more was confirmed since.
    pub(crate) fn extend(&mut self, limit: u64) {
        self.limit = self.limit.max(limit);
    }

    /// What lies next; none at the limit or at the end of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        match self.attempt()? {
            Attempt::End => Ok(None),
            Attempt::Record { sequence, length } => {
                let record = self.start..self.start + length;
                self.skip(length);
                self.floor = sequence;
                let payload = str::from_utf8(&self.buffer[record][RECORD_HEADER..])
                    .expect("the attempt found it to be UTF-8");
                Ok(Some(Found::Record { sequence, payload }))
            }
            Attempt::Bad { cut_off } => self.damage(cut_off).map(|damage| Some(Found::Damage(damage))),
        }
    }

    fn damage(&mut self, cut_off: bool) -> io::Result<Damage> {
        let offset = self.offset;
        loop {
            let last = self.skip_to_magic()?;
            match self.attempt()? {
                Attempt::Bad { .. } => {}
                Attempt::End | Attempt::Record { .. } => {
                    return Ok(Damage { offset, bytes: self.offset - offset, torn: cut_off || last == 0 });
                }
            }
        }
    }

    /// Whether a record begins here.
    fn attempt(&mut self) -> io::Result<Attempt> {
        let available = self.fill(RECORD_HEADER)?;
        if available == 0 {
            return Ok(Attempt::End);
        }
        let Some(bytes) = self.buffer[self.start..].first_chunk() else {
            let magic = &RECORD_MAGIC[..available.min(RECORD_MAGIC.len())];
            return Ok(Attempt::Bad { cut_off: self.buffer[self.start..].starts_with(magic) });
        };
        let Some(header) = RecordHeader::decode(bytes) else {
            return Ok(Attempt::Bad { cut_off: false });
        };
        let length = RECORD_HEADER + header.length;
        if self.fill(length)? < length {
            return Ok(Attempt::Bad { cut_off: true });
        }
        let record = &self.buffer[self.start..self.start + length];
        if header.sequence <= self.floor || header.payload(record).is_none() {
            return Ok(Attempt::Bad { cut_off: false });
        }
        Ok(Attempt::Record { sequence: header.sequence, length })
    }

    /// Goes on by a byte or more, to where a record may begin or to the end. Gives the last byte that was left
    /// behind.
    fn skip_to_magic(&mut self) -> io::Result<u8> {
        loop {
            let left = &self.buffer[self.start..];
            // A magic that the end of the buffer cuts in two is looked at again when more was read.
            let found = (1..left.len()).find(|&at| {
                let bytes = &left[at..left.len().min(at + RECORD_MAGIC.len())];
                RECORD_MAGIC.starts_with(bytes)
            });
            let skipped = found.unwrap_or(left.len());
            let last = left[skipped - 1];
            self.skip(skipped);
            if self.fill(RECORD_MAGIC.len())? == 0 || self.buffer[self.start..].starts_with(&RECORD_MAGIC) {
                return Ok(last);
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }

    /// Reads until `wanted` bytes are there or nothing more comes; how many there are.
    fn fill(&mut self, wanted: usize) -> io::Result<usize> {
        let mut available = self.buffer.len() - self.start;
        if available < wanted {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        while available < wanted {
            let below_limit = self.limit.saturating_sub(self.offset + available as u64);
            let chunk = CHUNK.min(usize::try_from(below_limit).unwrap_or(CHUNK));
            self.buffer.resize(available + chunk, 0);
            let read = match self.input.read(&mut self.buffer[available..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
                other => other.map(Some),
            };
            self.buffer.truncate(available + read.as_ref().map_or(0, |read| read.unwrap_or(0)));
            available = self.buffer.len();
            if read? == Some(0) {
                break;
            }
        }
        Ok(available)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    /// The sequence numbers found in `bytes`, and the stretches in between.
    fn scan(bytes: &[u8]) -> (Vec<u64>, Vec<Damage>) {
        let mut scanner = Scanner::new(bytes, 0, u64::MAX, 0);
        let (mut records, mut damage) = (Vec::new(), Vec::new());
        while let Some(found) = scanner.next().unwrap() {
            match found {
                Found::Record { sequence, .. } => records.push(sequence),
                Found::Damage(stretch) => damage.push(stretch),
            }
        }
        (records, damage)
    }

    fn records(count: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for sequence in 1..=count {
            record::encode(sequence, &format!("{{\"n\":{sequence}}}"), &mut bytes);
        }
        bytes
    }

    #[test]
    fn records_behind_garbage_of_any_length_are_found() {
        let (one, three) = (records(1), records(3));
        let rest = &three[one.len()..];
        for length in 1..100 {
            let bytes = [one.clone(), vec![0xc7; length], rest.to_vec()].concat();
            let (found, damage) = scan(&bytes);
            assert_eq!(found, [1, 2, 3]);
            assert_eq!(damage, [Damage { offset: one.len() as u64, bytes: length as u64, torn: false }]);
        }
    }

    #[test]
    fn records_are_found_across_the_edges_of_chunks() {
        let one = records(1);
        let garbage = vec![b'x'; CHUNK - one.len() - 2];
        let bytes = [one, garbage, records(2)[records(1).len()..].to_vec()].concat();
        assert_eq!(scan(&bytes).0, [1, 2]);
    }

    #[test]
    fn what_a_cut_off_write_leaves_is_torn() {
        let (one, two) = (records(1).len(), records(2));
        for end in one + 1..two.len() {
            let (found, damage) = scan(&two[..end]);
            assert_eq!(found, [1]);
            assert!(damage[0].torn, "{damage:?}");
            let mut zeros = two[..end].to_vec();
            zeros.resize(two.len() + 1, 0);
            assert!(scan(&zeros).1[0].torn);
        }
        let mut flipped = two;
        *flipped.last_mut().unwrap() ^= 1;
        assert!(!scan(&flipped).1[0].torn, "a whole record with a wrong sum was damaged, not cut off");
    }

    #[test]
    fn a_record_that_does_not_rise_is_none() {
        let (bytes, one) = (records(2), records(1));
        assert_eq!(scan(&[bytes, one].concat()).0, [1, 2]);
    }

    #[test]
    fn nothing_behind_the_limit_is_read_until_it_is_raised() {
        let (bytes, one) = (records(2), records(1).len() as u64);
        let mut scanner = Scanner::new(bytes.as_slice(), 0, one, 0);
        assert!(matches!(scanner.next().unwrap(), Some(Found::Record { sequence: 1, .. })));
        assert_eq!(scanner.next().unwrap(), None);
        scanner.extend(bytes.len() as u64);
        assert!(matches!(scanner.next().unwrap(), Some(Found::Record { sequence: 2, .. })));
    }
}
