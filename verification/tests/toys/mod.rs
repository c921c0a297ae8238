//! Small models with known answers, for the tests of the search and of `kmt check`.

#![allow(dead_code, reason = "each test binary uses its own part of the toys")]

pub(crate) mod check;

use std::hash::Hash;

use stateright::{Model, Property};

/// Two jugs of three and five litres and a tap; four litres can be measured in six steps, not in fewer.
#[derive(Clone)]
pub(crate) struct Jugs;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Litres {
    pub(crate) small: u8,
    pub(crate) big: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pour {
    FillSmall,
    FillBig,
    EmptySmall,
    EmptyBig,
    SmallIntoBig,
    BigIntoSmall,
}

impl Model for Jugs {
    type State = Litres;
    type Action = Pour;

    fn init_states(&self) -> Vec<Litres> {
        vec![Litres { small: 0, big: 0 }]
    }

    fn actions(&self, _: &Litres, actions: &mut Vec<Pour>) {
        use Pour::{BigIntoSmall, EmptyBig, EmptySmall, FillBig, FillSmall, SmallIntoBig};
        actions.extend([FillSmall, FillBig, EmptySmall, EmptyBig, SmallIntoBig, BigIntoSmall]);
    }

    fn next_state(&self, last: &Litres, action: Pour) -> Option<Litres> {
        let Litres { small, big } = *last;
        Some(match action {
            Pour::FillSmall => Litres { small: 3, big },
            Pour::FillBig => Litres { small, big: 5 },
            Pour::EmptySmall => Litres { small: 0, big },
            Pour::EmptyBig => Litres { small, big: 0 },
            Pour::SmallIntoBig => {
                let poured = small.min(5 - big);
                Litres { small: small - poured, big: big + poured }
            }
            Pour::BigIntoSmall => {
                let poured = big.min(3 - small);
                Litres { small: small + poured, big: big - poured }
            }
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("no jug overflows", |_, state| state.small <= 3 && state.big <= 5),
            Property::<Self>::always("the big jug never holds four litres", |_, state| state.big != 4),
            Property::<Self>::sometimes("both jugs are full", |_, state| state.small == 3 && state.big == 5),
        ]
    }
}

/// Two threads around a lock; with `atomic` false, looking at the lock and taking it are two steps.
#[derive(Clone)]
pub(crate) struct Lock {
    pub(crate) atomic: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum At {
    Outside,
    SawItFree,
    Inside,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LockState {
    pub(crate) held: bool,
    pub(crate) threads: [At; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockAction {
    Look(usize),
    Take(usize),
    Leave(usize),
}

impl Model for Lock {
    type State = LockState;
    type Action = LockAction;

    fn init_states(&self) -> Vec<LockState> {
        vec![LockState { held: false, threads: [At::Outside; 2] }]
    }

    fn actions(&self, state: &LockState, actions: &mut Vec<LockAction>) {
        for (thread, at) in state.threads.iter().enumerate() {
            actions.push(match at {
                At::Outside => LockAction::Look(thread),
                At::SawItFree => LockAction::Take(thread),
                At::Inside => LockAction::Leave(thread),
            });
        }
    }

    fn next_state(&self, last: &LockState, action: LockAction) -> Option<LockState> {
        let mut next = *last;
        match action {
            LockAction::Look(_) if last.held => return None,
            LockAction::Look(thread) if self.atomic => {
                next.held = true;
                next.threads[thread] = At::Inside;
            }
            LockAction::Look(thread) => next.threads[thread] = At::SawItFree,
            LockAction::Take(thread) => {
                next.held = true;
                next.threads[thread] = At::Inside;
            }
            LockAction::Leave(thread) => {
                next.held = false;
                next.threads[thread] = At::Outside;
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("one thread at most is inside", |_, state| {
                state.threads != [At::Inside; 2]
            }),
            Property::<Self>::sometimes("thread 1 is inside", |_, state| state.threads[1] == At::Inside),
        ]
    }

    fn format_action(&self, action: &LockAction) -> String {
        match action {
            LockAction::Look(thread) => format!("thread {thread} looks at the lock"),
            LockAction::Take(thread) => format!("thread {thread} takes the lock"),
            LockAction::Leave(thread) => format!("thread {thread} leaves"),
        }
    }
}

/// Four counters; the boundary cuts their sum, odd steps of the last lead nowhere.
#[derive(Clone)]
pub(crate) struct Counters {
    pub(crate) sum: u32,
}

impl Model for Counters {
    type State = [u8; 4];
    type Action = usize;

    fn init_states(&self) -> Vec<[u8; 4]> {
        vec![[0; 4], [1, 0, 0, 0], [255; 4]]
    }

    fn actions(&self, _: &[u8; 4], actions: &mut Vec<usize>) {
        actions.extend(0..4);
    }

    fn next_state(&self, last: &[u8; 4], action: usize) -> Option<[u8; 4]> {
        if action == 3 && last[0] % 2 == 1 {
            return None;
        }
        let mut next = *last;
        next[action] = next[action].wrapping_add(1);
        Some(next)
    }

    fn within_boundary(&self, state: &[u8; 4]) -> bool {
        state.iter().map(|&counter| u32::from(counter)).sum::<u32>() <= self.sum
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("the sum is bounded", Self::within_boundary),
            Property::<Self>::sometimes("the last counter moves", |_, state| state[3] == 2),
            Property::<Self>::always("no counter turns over", |_, state| !state.contains(&255)),
        ]
    }
}

/// The puzzle of eight sliding tiles: 9!/2 = 181,440 states, the farthest 31 moves away.
#[derive(Clone)]
pub(crate) struct Tiles;

impl Model for Tiles {
    type State = [u8; 9];
    type Action = isize;

    fn init_states(&self) -> Vec<[u8; 9]> {
        vec![[0, 1, 2, 3, 4, 5, 6, 7, 8]]
    }

    fn actions(&self, _: &[u8; 9], actions: &mut Vec<isize>) {
        actions.extend([-3, -1, 1, 3]);
    }

    fn next_state(&self, last: &[u8; 9], action: isize) -> Option<[u8; 9]> {
        let hole = last.iter().position(|&tile| tile == 0)?;
        let tile = hole.checked_add_signed(action).filter(|&tile| tile < 9)?;
        let same_row = hole / 3 == tile / 3;
        if action.abs() == 1 && !same_row {
            return None;
        }
        let mut next = *last;
        next.swap(hole, tile);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("there is one hole", |_, state| {
                state.iter().filter(|&&tile| tile == 0).count() == 1
            }),
            Property::<Self>::sometimes("the tiles are reversed", |_, state| {
                *state == [8, 7, 6, 5, 4, 3, 2, 1, 0]
            }),
            Property::<Self>::sometimes("only two tiles are swapped", |_, state| {
                *state == [0, 2, 1, 3, 4, 5, 6, 7, 8]
            }),
        ]
    }
}

/// Counts to a hundred; what it asserts, or whether it panics on the way, is up to its field.
#[derive(Clone)]
pub(crate) struct Line(pub(crate) Trap);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trap {
    Eventually,
    OnlySometimes,
    PanicAtSeven,
    Divergence,
}

impl Model for Line {
    type State = u8;
    type Action = &'static str;

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, actions: &mut Vec<&'static str>) {
        actions.push("count");
    }

    fn next_state(&self, last: &u8, _: &'static str) -> Option<u8> {
        assert!(self.0 != Trap::PanicAtSeven || *last != 7, "seven is out of order");
        (*last < 100).then(|| last + 1)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let bounded = Property::always("bounded", |_, state: &u8| *state <= 100);
        match self.0 {
            Trap::Eventually => vec![bounded, Property::eventually("done", |_, state| *state == 100)],
            Trap::OnlySometimes => vec![Property::sometimes("done", |_, state| *state == 100)],
            Trap::PanicAtSeven => vec![bounded],
            Trap::Divergence => {
                vec![bounded, Property::always("core and model agree", |_, state| *state < 3)]
            }
        }
    }
}
