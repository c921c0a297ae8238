//! What a local handle costs: in the bare table, through the kernel, and beside a slot map of the same size.
//!
//! Each measurement works on handles that are spread over the table, so that large tables pay for their cache misses.

use divan::{Bencher, black_box};
use kmt_core::bench_support::Table;
use kmt_core::{
    AdapterConfig, Answer, Call, CreateDevice, DestroyDevice, Event, GetDeviceState, Host, Kernel, Limits,
    LocalHandle, Luid, OpenAdapterFromLuid, Output, Pick, ProcessConfig, ProcessId, Request, ThreadId,
};
use slotmap::{DefaultKey, SlotMap};

const LIVE: [usize; 3] = [10, 1_000, 1_000_000];

fn main() {
    divan::main();
}

/// Handles in an order without a pattern that a prefetcher would know.
fn shuffled<T>(mut items: Vec<T>) -> Vec<T> {
    let mut state = 1_u64;
    for place in (1..items.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(place, (state >> 33) as usize % (place + 1));
    }
    items
}

/// Calls a function with one item after the other, round and round.
fn round<T: Copy>(items: &[T]) -> impl FnMut() -> T + '_ {
    let mut next = items.iter().cycle();
    move || *next.next().expect("there are items")
}

fn table(live: usize) -> (Table, Vec<LocalHandle>) {
    let mut table = Table::new(Limits::LOCAL_TABLE);
    let handles = (0..live as u32).map(|object| table.allocate(object).expect("there is room")).collect();
    (table, shuffled(handles))
}

fn slots(live: usize) -> (SlotMap<DefaultKey, u32>, Vec<DefaultKey>) {
    let mut slots = SlotMap::new();
    let keys = (0..live as u32).map(|object| slots.insert(object)).collect();
    (slots, shuffled(keys))
}

#[divan::bench(args = LIVE)]
fn table_lookup(bencher: Bencher<'_, '_>, live: usize) {
    let (table, handles) = table(live);
    let mut next = round(&handles);
    bencher.bench_local(|| table.lookup(black_box(next())));
}

#[divan::bench(args = LIVE)]
fn slotmap_lookup(bencher: Bencher<'_, '_>, live: usize) {
    let (slots, keys) = slots(live);
    let mut next = round(&keys);
    bencher.bench_local(|| slots.get(black_box(next())).copied());
}

/// One handle is freed and one is made.
#[divan::bench(args = LIVE)]
fn table_free_and_allocate(bencher: Bencher<'_, '_>, live: usize) {
    let (mut table, mut handles) = table(live);
    let mut place = 0;
    bencher.bench_local(|| {
        table.free(handles[place]);
        handles[place] = table.allocate(7).expect("there is room");
        place = (place + 1) % live;
    });
}

/// One key is removed and one is made.
#[divan::bench(args = LIVE)]
fn slotmap_free_and_allocate(bencher: Bencher<'_, '_>, live: usize) {
    let (mut slots, mut keys) = slots(live);
    let mut place = 0;
    bencher.bench_local(|| {
        slots.remove(keys[place]);
        keys[place] = slots.insert(7);
        place = (place + 1) % live;
    });
}

/// A kernel with a thread, an open adapter and devices.
struct Machine {
    kernel: Kernel,
    thread: ThreadId,
    adapter: LocalHandle,
    devices: Vec<LocalHandle>,
}

impl Machine {
    fn new(live: usize) -> Self {
        let luid = Luid::from_raw(1);
        let (process, thread) = (ProcessId::from_number(1), ThreadId::from_number(1));
        let mut machine =
            Self { kernel: Kernel::default(), thread, adapter: LocalHandle::ZERO, devices: Vec::new() };
        for host in [
            Host::AddAdapter(AdapterConfig::new(luid)),
            Host::CreateProcess(ProcessConfig::default()),
            Host::StartThread(process),
        ] {
            machine.kernel.handle(Event::Host(host)).expect("the stage is set");
        }
        let open = machine.call(Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid }));
        let Output::OpenAdapterFromLuid { adapter } = open else { unreachable!() };
        machine.adapter = adapter;
        machine.devices = shuffled((0..live).map(|_| machine.create()).collect());
        machine
    }

    fn call(&mut self, request: Request) -> Output {
        let call = Event::Call(Call { thread: self.thread, request, pick: Pick::Only });
        match self.kernel.handle(call).expect("the thread lives").answer {
            Answer::Complete(reply) => reply.output,
            answer => panic!("{answer:?}"),
        }
    }

    fn create(&mut self) -> LocalHandle {
        let adapter = self.adapter;
        let Output::CreateDevice { device } =
            self.call(Request::CreateDevice(CreateDevice { adapter, flags: 0 }))
        else {
            unreachable!()
        };
        device
    }

    fn destroy(&mut self, device: LocalHandle) {
        self.call(Request::DestroyDevice(DestroyDevice { device }));
        for step in self.kernel.choices() {
            self.kernel.handle(Event::Step(step)).expect("a listed step is enabled");
        }
    }
}

/// GetDeviceState.
#[divan::bench(args = LIVE)]
fn kernel_get_device_state(bencher: Bencher<'_, '_>, live: usize) {
    let mut machine = Machine::new(live);
    let devices = machine.devices.clone();
    let mut next = round(&devices);
    bencher.bench_local(|| {
        machine.call(Request::GetDeviceState(GetDeviceState { device: next(), state_type: 1 }))
    });
}

/// DestroyDevice, its reclaim, and CreateDevice.
#[divan::bench(args = LIVE)]
fn kernel_destroy_and_create(bencher: Bencher<'_, '_>, live: usize) {
    let mut machine = Machine::new(live);
    let mut place = 0;
    bencher.bench_local(|| {
        machine.destroy(machine.devices[place]);
        machine.devices[place] = machine.create();
        place = (place + 1) % live;
    });
}
