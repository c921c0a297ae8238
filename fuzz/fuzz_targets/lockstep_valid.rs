//! Actions that mostly make sense, through core and model.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(failure) = kmt::campaign::valid(bytes) {
        panic!("\n{failure}");
    }
});
