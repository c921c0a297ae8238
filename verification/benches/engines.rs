//! The two engines on the puzzle of eight sliding tiles (181,440 states), with a flat state and with a costly one.

#[path = "../tests/toys/mod.rs"]
mod toys;

use std::collections::BTreeMap;
use std::hash::Hash;

use kmt::explore::{Explorer, Options};
use stateright::{Checker as _, Model, Property};
use toys::Tiles;

fn main() {
    divan::main();
}

/// The same puzzle over maps of strings, as costly a state as a kernel's.
#[derive(Clone)]
struct CostlyTiles;

type Board = BTreeMap<String, String>;

fn costly(tiles: [u8; 9]) -> Board {
    (0..9)
        .zip(tiles)
        .map(|(place, tile): (u8, u8)| (format!("place {place}"), format!("tile {tile}")))
        .collect()
}

fn flat(board: &Board) -> [u8; 9] {
    let mut tiles = [0; 9];
    for (slot, tile) in tiles.iter_mut().zip(board.values()) {
        *slot = tile.as_bytes()["tile ".len()] - b'0';
    }
    tiles
}

impl Model for CostlyTiles {
    type State = Board;
    type Action = isize;

    fn init_states(&self) -> Vec<Board> {
        Tiles.init_states().into_iter().map(costly).collect()
    }

    fn actions(&self, state: &Board, actions: &mut Vec<isize>) {
        Tiles.actions(&flat(state), actions);
    }

    fn next_state(&self, last: &Board, action: isize) -> Option<Board> {
        Tiles.next_state(&flat(last), action).map(costly)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("nine places", |_, state: &Board| state.len() == 9)]
    }
}

fn explore<M>(model: &M, threads: usize) -> usize
where
    M: Model + Sync,
    M::State: Hash + Clone + Send + Sync,
    M::Action: Clone,
{
    let options = Options { threads, ..Options::default() };
    Explorer::new(model, options).run().expect("the tiles can be searched").unique
}

#[divan::bench(args = [1, 2], sample_count = 10, sample_size = 1)]
fn explore_flat(threads: usize) -> usize {
    explore(&Tiles, threads)
}

#[divan::bench(args = [1, 2], sample_count = 10, sample_size = 1)]
fn stateright_flat(threads: usize) -> usize {
    Tiles.checker().threads(threads).spawn_bfs().join().unique_state_count()
}

#[divan::bench(args = [1, 2], sample_count = 5, sample_size = 1)]
fn explore_costly(threads: usize) -> usize {
    explore(&CostlyTiles, threads)
}

#[divan::bench(args = [1, 2], sample_count = 5, sample_size = 1)]
fn stateright_costly(threads: usize) -> usize {
    CostlyTiles.checker().threads(threads).spawn_bfs().join().unique_state_count()
}
