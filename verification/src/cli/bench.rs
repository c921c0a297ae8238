//! `kmt bench`.

use std::hint::black_box;
use std::time::Instant;

use kmt::check::worlds::worlds;
use kmt::check::{World, bench};
use kmt::exit::Exit;
use kmt::{campaign, campaign::Failure};

use super::rules::print;

/// Arguments of `kmt bench`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Worlds to measure; without any, all that are not deep.
    #[arg(value_name = "WORLD")]
    worlds: Vec<String>,
    /// Measure only how many random events a second go through core and model.
    #[arg(long, conflicts_with = "worlds")]
    lockstep: bool,
}

/// Runs `kmt bench`. Figures are for reading, never for passing or failing.
pub(crate) fn run(arguments: &Arguments) -> Exit {
    let mut text = String::new();
    if !arguments.lockstep {
        let all = worlds();
        let known = |name: &String| all.iter().any(|world| world.name() == name);
        if let Some(name) = arguments.worlds.iter().find(|name| !known(name)) {
            eprintln!("kmt bench: there is no world \"{name}\" (kmt check --list)");
            return Exit::BadInput;
        }
        let wanted = |world: &&dyn World| {
            if arguments.worlds.is_empty() {
                !world.deep()
            } else {
                arguments.worlds.iter().any(|name| name == world.name())
            }
        };
        let chosen: Vec<&dyn World> = all.iter().map(AsRef::as_ref).filter(wanted).collect();
        text.push_str(&bench::render(&bench::compare(&chosen)));
    }
    match lockstep_events_per_second() {
        Ok(rate) => text
            .push_str(&format!("lockstep: {rate:.0} random events a second, fully compared, one thread\n")),
        Err(failure) => {
            eprintln!("kmt bench: {failure}");
            return Exit::Divergence;
        }
    }
    print(&text)
}

fn lockstep_events_per_second() -> Result<f64, Failure> {
    let bytes: Vec<u8> =
        (0_u32..64 * 1024).map(|place| place.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let started = Instant::now();
    let mut events = 0;
    for chunk in bytes.chunks(4096) {
        events += black_box(campaign::valid(chunk)?);
    }
    let events = u32::try_from(events).unwrap_or(u32::MAX);
    Ok(f64::from(events) / started.elapsed().as_secs_f64())
}
