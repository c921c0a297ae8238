//! `kmt bench`.

use std::hint::black_box;
use std::time::Instant;

use kmt::check::worlds::worlds;
use kmt::check::{ModelWorld, World, bench, reference};
use kmt::exit::Exit;
use kmt::{campaign, campaign::Failure, measure};

use super::rules::print;

/// Arguments of `kmt bench`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Worlds to measure; without any, all that are not deep.
    #[arg(value_name = "WORLD")]
    worlds: Vec<String>,
    /// Measure only the reference benchmark, keyed-mutex-reference, with these sizes: threads, processes, handles, keys,
    /// fences and contents, as in threads=4,keys=3; a size that is not given is the default one.
    #[arg(long, value_name = "SIZES", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["worlds", "lockstep"])]
    reference: Option<String>,
    /// Measure only how long calls of the core take, with 10, 1,000 and 1,000,000 objects alive.
    #[arg(long, conflicts_with_all = ["worlds", "lockstep", "reference"])]
    calls: bool,
    /// Measure only how many random events a second go through core and model.
    #[arg(long, conflicts_with = "worlds")]
    lockstep: bool,
}

/// Runs `kmt bench`. Figures are for reading, never for passing or failing.
pub(crate) fn run(arguments: &Arguments) -> Exit {
    if let Some(sizes) = &arguments.reference {
        return measure_reference(sizes);
    }
    if arguments.calls {
        return print(&measure::render(&measure::SIZES, &measure::rows(&measure::SIZES)));
    }
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
        let rows = bench::compare(&chosen);
        if let Some(name) = bench::disagreements(&rows).first() {
            return disagree(&rows, name);
        }
        text.push_str(&bench::render(&rows));
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

fn measure_reference(sizes: &str) -> Exit {
    let world = match reference::world(sizes) {
        Ok(world) => world,
        Err(error) => {
            eprintln!("kmt bench --reference: {error}");
            return Exit::BadInput;
        }
    };
    let world = ModelWorld::new("keyed-mutex-reference", "The reference benchmark.", world);
    let rows = bench::compare(&[&world]);
    match bench::disagreements(&rows).first() {
        Some(name) => disagree(&rows, name),
        None => print(&bench::render(&rows)),
    }
}

fn disagree(rows: &[bench::Row], name: &str) -> Exit {
    eprint!("{}", bench::render(rows));
    eprintln!("kmt bench: the engines do not agree on the number of states of {name}");
    Exit::Verdict
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
