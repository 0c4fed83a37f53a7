//! Compression: zstd at its fastest, with one set of tables a thread. Knows bytes only.
use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// Level 3 costs a fifth more time and saves less than a hundredth.
const LEVEL: i32 = 1;

thread_local! {
    static PACK: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
    static UNPACK: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The larger blocks are rare: no room is kept for them.
const ROOM: usize = 256 << 10;

/// `None` when there is no memory for it.
pub(super) fn pack(bytes: &[u8]) -> Option<Box<[u8]>> {
    PACK.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Compressor::new(LEVEL).ok().map(|one| (one, Vec::new()));
        }
        let (compressor, room) = slot.as_mut()?;
        room.clear();
        room.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        let done = compressor.compress_to_buffer(bytes, room);
        let packed = done.ok().map(|_| Box::from(room.as_slice()));
        if room.capacity() > ROOM {
            *room = Vec::new();
        }
        packed
    })
}

/// The `len` bytes that were packed; `None` when the bytes are not what [`pack`] made.
pub(super) fn unpack(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    UNPACK.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Decompressor::new().ok();
        }
        let bytes = slot.as_mut()?.decompress(packed, len).ok()?;
        (bytes.len() == len).then_some(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_others_do_not() {
        let bytes: Vec<u8> = (0..100_000u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        let packed = pack(&bytes).unwrap();
        assert_eq!(unpack(&packed, bytes.len()).unwrap(), bytes);
        assert_eq!(unpack(&packed, bytes.len() - 1), None);
        assert_eq!(unpack(b"no frame", 8), None);
        assert_eq!(unpack(&pack(b"").unwrap(), 0).unwrap(), b"");
    }
}
