//! The protobuf wire format, as far as ONNX files need it: walking over fields without copying them, and
//! writing fields. A reader that borrows is the only kind that is safe on a hostile file, because it
//! allocates nothing.
//!
//! Source: protobuf.dev, "Encoding".

/// One field of a message.
pub(crate) struct Field<'a> {
    /// The field's number in the message's definition.
    pub(crate) number: u64,
    /// What it holds.
    pub(crate) value: Value<'a>,
    /// The field as it stands in the file, tag included.
    pub(crate) raw: &'a [u8],
}

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    /// A number.
    Varint(u64),
    /// A text, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// A number of 4 or 8 bytes; nothing here looks at those.
    Fixed,
}

/// The bytes are no protobuf message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The fields of a message, in the order of the file.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn read(&mut self) -> Result<Field<'a>, Malformed> {
        let whole = self.rest;
        let tag = varint(&mut self.rest)?;
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => {
                take(&mut self.rest, 8)?;
                Value::Fixed
            }
            2 => {
                let length = varint(&mut self.rest)?;
                Value::Bytes(take(&mut self.rest, usize::try_from(length).map_err(|_| Malformed)?)?)
            }
            5 => {
                take(&mut self.rest, 4)?;
                Value::Fixed
            }
            _ => return Err(Malformed),
        };
        let raw = &whole[..whole.len() - self.rest.len()];
        Ok(Field { number: tag >> 3, value, raw })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (head, tail) = rest.split_at_checked(length).ok_or(Malformed)?;
    *rest = tail;
    Ok(head)
}

/// Reads one base-128 number from the front of `rest`.
pub(crate) fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = rest.split_first().ok_or(Malformed)?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Malformed)
}

/// Appends a number's field.
pub(crate) fn put_number(out: &mut Vec<u8>, number: u64, value: u64) {
    put_varint(out, number << 3);
    put_varint(out, value);
}

/// Appends the field of a text, bytes or a message.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put_varint(out, number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut message = Vec::new();
        put_number(&mut message, 3, u64::MAX);
        put_bytes(&mut message, 1000, b"text");
        let fields: Vec<_> = Fields::of(&message).map(Result::unwrap).collect();
        assert!(matches!(fields[0].value, Value::Varint(u64::MAX)) && fields[0].number == 3);
        assert!(matches!(fields[1].value, Value::Bytes(b"text")) && fields[1].number == 1000);
        assert_eq!([fields[0].raw, fields[1].raw].concat(), message);
    }

    #[test]
    fn a_cut_or_wrong_message_is_malformed() {
        let mut message = Vec::new();
        put_bytes(&mut message, 1, &[7; 100]);
        assert!(Fields::of(&message[..50]).any(|field| field.is_err()));
        assert!(Fields::of(&[0x0f]).any(|field| field.is_err()));
        assert!(Fields::of(&[0x80; 11]).any(|field| field.is_err()));
    }
}
