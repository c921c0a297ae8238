//! Actions of which every second one ends something, through core and model.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(failure) = kmt::campaign::teardown(bytes) {
        panic!("\n{failure}");
    }
});
