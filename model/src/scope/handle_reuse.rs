//! The world `handle_reuse`: the values of local handles, and a client that never forgets one.
//!
//! The one world with table entries. The mechanism is HND-08 to HND-14: a first-in first-out list of free
//! entries, growth, reserve, and a generation of 1, 2, 3, 1, … that advances when an entry is freed. Beside
//! it stand the books, which know nothing of the mechanism: what the client holds, how often the entry of a
//! value was freed since the value was issued, and how many other handles were handed out since an entry was
//! freed.
//!
//! | budget | default |
//! |---|---|
//! | entries by which the table grows | 2 |
//! | reserve | 1 |
//! | entries at most | 4 |
//!
//! | actor | actions |
//! |---|---|
//! | the client | creates an object; uses each value that it ever got; destroys each value that it ever got |

use stateright::{Model, Property};

/// The world and its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandleReuse {
    /// Entries by which the table grows (HND-11); above `reserve`.
    pub growth: u8,
    /// Entries that stay free (HND-11).
    pub reserve: u8,
    /// Entries at most (HND-14).
    pub max_entries: u8,
}

impl Default for HandleReuse {
    fn default() -> Self {
        Self { growth: 2, reserve: 1, max_entries: 4 }
    }
}

/// A handle value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value {
    /// The table index.
    pub index: u8,
    /// The generation: 1, 2 or 3.
    pub generation: u8,
}

/// The table and the books.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    /// All entries, by index.
    pub entries: Vec<Entry>,
    /// Indices of the free entries; the head is used next.
    pub free: Vec<u8>,
    /// Every value that the client ever got, ascending.
    pub kept: Vec<Kept>,
    /// What was freed, by index; as long as `entries`.
    pub rests: Vec<Rest>,
    /// The rule that the step into this state broke.
    pub broken: Option<&'static str>,
}

/// A table entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// The generation of its present or next value.
    pub generation: u8,
    /// Whether it names an object.
    pub live: bool,
}

/// A value in the client's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kept {
    /// The value.
    pub value: Value,
    /// Whether the client got it and has not destroyed it since.
    pub held: bool,
    /// How often its entry was freed since it was last issued, counted up to 4.
    pub frees: u8,
}

/// The rest of an entry that was freed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rest {
    /// The generation of the value that was freed last; 0 if none was, or while the entry is live.
    pub freed: u8,
    /// Handles handed out since, counted up to the reserve.
    pub handed_out: u8,
}

/// What the client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClientAction {
    /// Creates an object.
    Create,
    /// Names the value in a call that changes nothing.
    Use(Value),
    /// Destroys what the value names.
    Destroy(Value),
}

impl Table {
    /// Returns whether the value names a live entry.
    fn resolves(&self, value: Value) -> bool {
        // HND-08
        self.entries
            .get(usize::from(value.index))
            .is_some_and(|entry| entry.live && entry.generation == value.generation)
    }

    /// Grows the table if an allocation needs it; returns false if it may not.
    fn make_room(&mut self, world: &HandleReuse) -> bool {
        // HND-11
        if self.free.len() > usize::from(world.reserve) {
            return true;
        }
        // HND-14
        if self.entries.len() + usize::from(world.growth) > usize::from(world.max_entries) {
            return false;
        }
        for index in (0..).skip(self.entries.len()).take(usize::from(world.growth)) {
            self.entries.push(Entry { generation: 1, live: false });
            self.rests.push(Rest::default());
            self.free.push(index);
        }
        true
    }

    /// Hands out the head of the free list.
    fn allocate(&mut self) -> Value {
        // HND-10
        let index = self.free.remove(0);
        let entry = &mut self.entries[usize::from(index)];
        entry.live = true;
        Value { index, generation: entry.generation }
    }

    /// Frees the entry of a live value.
    fn release(&mut self, value: Value) {
        let entry = &mut self.entries[usize::from(value.index)];
        // HND-13
        *entry = Entry { generation: entry.generation % 3 + 1, live: false };
        // HND-10
        self.free.push(value.index);
    }

    /// Enters a new value into the books; returns the rule that it breaks.
    fn book_new(&mut self, value: Value, reserve: u8) -> Option<&'static str> {
        let rest = std::mem::take(&mut self.rests[usize::from(value.index)]);
        let known = self.kept.binary_search_by_key(&value, |kept| kept.value);
        let broken = match known {
            // HND-13: freed three times in all before the same value comes back.
            Ok(position) if self.kept[position].held || self.kept[position].frees != 3 => Some("HND-13"),
            _ if rest.freed != 0 && rest.handed_out < reserve => Some("HND-12"),
            _ if rest.freed == value.generation => Some("INV-64"),
            _ => None,
        };
        let entry = Kept { value, held: true, frees: 0 };
        match known {
            Ok(position) => self.kept[position] = entry,
            Err(position) => self.kept.insert(position, entry),
        }
        for rest in self.rests.iter_mut().filter(|rest| rest.freed != 0) {
            rest.handed_out = reserve.min(rest.handed_out + 1);
        }
        broken
    }

    /// Enters the end of a value into the books.
    fn book_freed(&mut self, value: Value) {
        self.rests[usize::from(value.index)] = Rest { freed: value.generation, handed_out: 0 };
        for kept in self.kept.iter_mut().filter(|kept| kept.value.index == value.index) {
            kept.held &= kept.value != value;
            kept.frees = 4.min(kept.frees + 1);
        }
    }

    /// Returns the value that the next creation gets, and what was booked of its entry, if it needs no
    /// growth.
    fn next(&self, world: &HandleReuse) -> Option<(Value, Rest)> {
        let index = *self.free.first().filter(|_| self.free.len() > usize::from(world.reserve))?;
        let generation = self.entries[usize::from(index)].generation;
        Some((Value { index, generation }, self.rests[usize::from(index)]))
    }

    /// Returns whether the books say that the client holds the value.
    fn held(&self, value: Value) -> bool {
        self.kept.iter().any(|kept| kept.value == value && kept.held)
    }
}

impl Model for HandleReuse {
    type State = Table;
    type Action = ClientAction;

    fn init_states(&self) -> Vec<Table> {
        vec![Table::default()]
    }

    fn actions(&self, table: &Table, actions: &mut Vec<ClientAction>) {
        actions.push(ClientAction::Create);
        for kept in &table.kept {
            actions.extend([ClientAction::Use(kept.value), ClientAction::Destroy(kept.value)]);
        }
    }

    fn next_state(&self, table: &Table, action: ClientAction) -> Option<Table> {
        if table.broken.is_some() {
            return None;
        }
        let mut next = table.clone();
        match action {
            // HND-06: a refused creation changes nothing.
            ClientAction::Create if !next.make_room(self) => return None,
            ClientAction::Create => {
                let value = next.allocate();
                next.broken = next.book_new(value, self.reserve);
            }
            // INV-63: what the table says must be what the books say.
            ClientAction::Use(value) | ClientAction::Destroy(value)
                if next.resolves(value) != next.held(value) =>
            {
                next.broken = Some("INV-63");
            }
            ClientAction::Destroy(value) if next.resolves(value) => {
                next.release(value);
                next.book_freed(value);
            }
            ClientAction::Use(_) | ClientAction::Destroy(_) => return None,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("INV-63", |_, table: &Table| table.broken != Some("INV-63")),
            Property::sometimes("INV-63 judged", |_, table: &Table| table.kept.iter().any(|kept| !kept.held)),
            Property::always("INV-64", |_, table: &Table| table.broken != Some("INV-64")),
            Property::sometimes("INV-64 judged", |world: &Self, table: &Table| {
                table.next(world).is_some_and(|(_, rest)| rest.freed != 0)
            }),
            Property::always("HND-12", |_, table: &Table| table.broken != Some("HND-12")),
            Property::sometimes("HND-12 judged", |world: &Self, table: &Table| {
                table.next(world).is_some_and(|(_, rest)| rest.freed != 0 && rest.handed_out == world.reserve)
            }),
            Property::always("HND-13", |_, table: &Table| table.broken != Some("HND-13")),
            Property::sometimes("HND-13 judged: a value comes back", |world: &Self, table: &Table| {
                let next = table.next(world);
                next.is_some_and(|(value, _)| table.kept.iter().any(|kept| kept.value == value))
            }),
            Property::always("HND-11", |world: &Self, table: &Table| {
                table.entries.is_empty() || table.free.len() >= usize::from(world.reserve)
            }),
            Property::sometimes("HND-11 judged: the table grew twice", |world: &Self, table: &Table| {
                table.entries.len() > usize::from(world.growth)
            }),
            Property::always("HND-14", |world: &Self, table: &Table| {
                table.entries.len() <= usize::from(world.max_entries)
            }),
            Property::sometimes("HND-14 judged: a creation is refused", |world: &Self, table: &Table| {
                !table.clone().make_room(world)
            }),
        ]
    }
}
