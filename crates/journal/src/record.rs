//! The bytes of a segment: one header, then records. The crate's documentation has the tables.

/// What a segment begins with. The last byte is the version of the format.
const SEGMENT_MAGIC: [u8; 8] = *b"camtjrn1";
/// Bytes of a segment's header.
pub(crate) const SEGMENT_HEADER: usize = 28;

/// What a record begins with. No UTF-8 text holds these bytes (`c7` must be followed by `80` to `bf`), so a
/// search for the next record never stops inside of a payload.
pub(crate) const RECORD_MAGIC: [u8; 4] = [0xc7, b'J', b'R', 0x01];
/// Bytes of a record before its payload.
pub(crate) const RECORD_HEADER: usize = 20;
/// The longest payload: the longest line that [`event::Event::from_json`] reads.
pub(crate) const MAX_PAYLOAD: usize = 64 * 1024;

/// No sequence number is higher. It cannot be reached by counting; what claims a higher one is damaged.
pub(crate) const MAX_SEQUENCE: u64 = u64::MAX / 4;

/// What stands at the beginning of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// The lowest sequence number that the segment can hold.
    pub(crate) first: u64,
    /// The highest sequence number that was confirmed before the segment was made. An earlier segment's
    /// records with a higher one were never confirmed: their append failed, and they were written again here.
    pub(crate) follows: u64,
}

impl SegmentHeader {
    pub(crate) fn encode(self) -> [u8; SEGMENT_HEADER] {
        let mut bytes = [0; SEGMENT_HEADER];
        bytes[..8].copy_from_slice(&SEGMENT_MAGIC);
        bytes[8..16].copy_from_slice(&self.first.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.follows.to_le_bytes());
        let sum = crc32c::crc32c(&bytes[..24]);
        bytes[24..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// None if a bit of it is not as it was written.
    pub(crate) fn decode(bytes: &[u8; SEGMENT_HEADER]) -> Option<Self> {
        let header = Self { first: u64_at(bytes, 8), follows: u64_at(bytes, 16) };
        (header.encode() == *bytes && header.follows < header.first && header.first <= MAX_SEQUENCE)
            .then_some(header)
    }
}

/// Appends a record to `out`. The payload is not empty and not longer than [`MAX_PAYLOAD`].
pub(crate) fn encode(sequence: u64, payload: &str, out: &mut Vec<u8>) {
    debug_assert!((1..=MAX_PAYLOAD).contains(&payload.len()));
    let start = out.len();
    out.extend_from_slice(&RECORD_MAGIC);
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    let sum = checksum(&out[start..], payload.as_bytes());
    out.extend_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(payload.as_bytes());
}

/// What stands at the beginning of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordHeader {
    /// Bytes of the payload.
    pub(crate) length: usize,
    pub(crate) sequence: u64,
    sum: u32,
}

impl RecordHeader {
    /// None if no record begins like this.
    pub(crate) fn decode(bytes: &[u8; RECORD_HEADER]) -> Option<Self> {
        let header =
            Self { length: u32_at(bytes, 4) as usize, sequence: u64_at(bytes, 8), sum: u32_at(bytes, 16) };
        (bytes.starts_with(&RECORD_MAGIC)
            && (1..=MAX_PAYLOAD).contains(&header.length)
            && (1..=MAX_SEQUENCE).contains(&header.sequence))
        .then_some(header)
    }

    /// The payload, if every bit of `record` is as it was written.
    pub(crate) fn payload<'a>(&self, record: &'a [u8]) -> Option<&'a str> {
        let (header, payload) = record.split_at(RECORD_HEADER);
        if checksum(&header[..16], payload) != self.sum {
            return None;
        }
        str::from_utf8(payload).ok()
    }
}

/// Over all of the record but the sum itself.
fn checksum(header: &[u8], payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(header), payload)
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_the_documented_one() {
        let header = SegmentHeader { first: 0x0102, follows: 0x0101 }.encode();
        assert_eq!(&header[..24], b"camtjrn1\x02\x01\0\0\0\0\0\0\x01\x01\0\0\0\0\0\0");

        let mut bytes = Vec::new();
        encode(0x0304, "{}", &mut bytes);
        assert_eq!(&bytes[..16], b"\xc7JR\x01\x02\0\0\0\x04\x03\0\0\0\0\0\0");
        let sum = crc32c::crc32c(&[&bytes[..16], b"{}"].concat());
        assert_eq!(bytes[16..20], sum.to_le_bytes());
        assert_eq!(&bytes[20..], b"{}");
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283, "the check value of CRC-32C in RFC 3720");
    }

    #[test]
    fn a_header_with_any_bit_flipped_is_none() {
        let bytes = SegmentHeader { first: 7, follows: 5 }.encode();
        assert!(SegmentHeader::decode(&bytes).is_some());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SegmentHeader::decode(&flipped), None, "bit {bit}");
        }
    }

    #[test]
    fn no_text_holds_the_magic() {
        assert!(str::from_utf8(&RECORD_MAGIC[..2]).is_err());
    }
}
