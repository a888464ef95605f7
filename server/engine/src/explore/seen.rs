//! The states met so far, by their number: a table with open addressing, so that nothing depends on a random order.

#[derive(Default)]
pub struct Seen {
    slots: Vec<(u128, u32)>,
    count: usize,
}

const FREE: u32 = u32::MAX;

impl Seen {
    /// The node of a state: `new` when it has not been met.
    pub fn put(&mut self, hash: u128, new: u32) -> u32 {
        if (self.count + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (known, node) = self.slots[at];
            if node == FREE {
                self.slots[at] = (hash, new);
                self.count += 1;
                return new;
            }
            if known == hash {
                return node;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1 << 12);
        let old = std::mem::replace(&mut self.slots, vec![(0, FREE); size]);
        for (hash, node) in old.into_iter().filter(|(_, node)| *node != FREE) {
            let mut at = hash as usize & (size - 1);
            while self.slots[at].1 != FREE {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = (hash, node);
        }
    }
}
