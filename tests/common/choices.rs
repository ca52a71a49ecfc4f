//! Bytes that drive every choice of the generator. The first alternative is always the simplest one, and bytes that have run out
//! choose it, so that shorter and smaller bytes make simpler cases: shrinking the bytes shrinks the case.

/// What is left of the bytes.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    rest: &'a [u8],
}

impl<'a> Choices<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        byte
    }

    /// One of 0 to `count` - 1.
    pub fn below(&mut self, count: usize) -> usize {
        if count <= 256 {
            return usize::from(self.byte()) % count.max(1);
        }
        let high = usize::from(self.byte());
        (high << 8 | usize::from(self.byte())) % count
    }

    /// Yes in about `of_256` of 256 cases.
    pub fn chance(&mut self, of_256: usize) -> bool {
        usize::from(self.byte()) >= 256 - of_256
    }

    pub fn pick<'s, T>(&mut self, options: &'s [T]) -> &'s T {
        &options[self.below(options.len())]
    }

    pub fn is_spent(&self) -> bool {
        self.rest.is_empty()
    }
}
