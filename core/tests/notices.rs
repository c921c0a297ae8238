//! Fences that several adapters have open: each looks for itself.

mod common;

use common::share::{GENERIC_ALL, open_nt2, share, share_one};
use common::{close_nt, complete};
use kmt_core::{
    AdapterConfig, AdapterId, Answer, Call, CreateDevice, CreateSynchronizationObject2,
    DestroySynchronizationObject, Effect, Event, ExecutionState, Host, Incident, Kernel, LocalHandle, Luid,
    Misuse, NtHandle, OpenAdapterFromLuid, Output, Pick, ProcessConfig, ProcessId, Request, Resumed,
    SignalSynchronizationObjectFromCpu, Step, SyncObjectId, SyncObjectInfo, SyncState, ThreadId,
    WaitForSynchronizationObjectFromCpu, WaitId, invariant,
};

/// A machine with two adapters: a device on each, and a fence that both have open.
struct Pair {
    kernel: Kernel,
    threads: Vec<ThreadId>,
    devices: [LocalHandle; 2],
    fences: [LocalHandle; 2],
    fence: SyncObjectId,
}

fn output(kernel: &mut Kernel, event: Event) -> Output {
    let outcome = kernel.handle(event).expect("no misuse");
    invariant::check(kernel).expect("the invariants hold");
    complete(outcome)
}

fn call(thread: ThreadId, request: Request) -> Event {
    Event::Call(Call { thread, request, pick: Pick::Only })
}

fn pair() -> Pair {
    let mut kernel = Kernel::default();
    let luids = [1, 2].map(Luid::from_raw);
    for luid in luids {
        output(&mut kernel, Event::Host(Host::AddAdapter(AdapterConfig::new(luid))));
    }
    output(&mut kernel, Event::Host(Host::CreateProcess(ProcessConfig::default())));
    let process = ProcessId::from_number(1);
    let threads: Vec<_> = (0..5)
        .map(|_| match output(&mut kernel, Event::Host(Host::StartThread(process))) {
            Output::Thread(thread) => thread,
            output => panic!("{output:?}"),
        })
        .collect();
    let devices = luids.map(|luid| {
        let open = Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid });
        let Output::OpenAdapterFromLuid { adapter } = output(&mut kernel, call(threads[0], open)) else {
            panic!("no adapter")
        };
        let create = Request::CreateDevice(CreateDevice { adapter, flags: 0 });
        let Output::CreateDevice { device } = output(&mut kernel, call(threads[0], create)) else {
            panic!("no device")
        };
        device
    });
    let info = SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: 0 };
    // Shared, NtSecuritySharing and CrossAdapter.
    let create = CreateSynchronizationObject2 { device: devices[0], info, flags: 0x7 };
    let create = Request::CreateSynchronizationObject2(create);
    let Output::CreateSynchronizationObject2 { sync_object, .. } =
        output(&mut kernel, call(threads[0], create))
    else {
        panic!("no fence")
    };
    let fence = kernel.sync_objects().next().expect("the fence").id;
    let shared = output(&mut kernel, call(threads[0], share(share_one(sync_object, GENERIC_ALL))));
    let Output::ShareObjects { handle } = shared else { panic!("not shared") };
    let opened = output(&mut kernel, call(threads[0], open_nt2(handle, devices[1], 0)));
    let Output::OpenSyncObjectFromNtHandle2 { sync_object: second, .. } = opened else {
        panic!("not opened")
    };
    output(&mut kernel, call(threads[0], close_nt(handle)));
    Pair { kernel, threads, devices, fences: [sync_object, second], fence }
}

impl Pair {
    fn signal(&mut self, place: usize, value: u64) -> Vec<Effect> {
        let request = SignalSynchronizationObjectFromCpu {
            device: self.devices[place],
            object_count: 1,
            objects: Some(vec![self.fences[place]]),
            values: Some(vec![value]),
            flags: 0x4,
        };
        self.event(call(self.threads[0], Request::SignalSynchronizationObjectFromCpu(request)))
    }

    fn wait(&mut self, thread: usize, place: usize, entries: &[(LocalHandle, u64)], flags: u32) -> WaitId {
        let request = WaitForSynchronizationObjectFromCpu {
            device: self.devices[place],
            object_count: entries.len() as u32,
            objects: Some(entries.iter().map(|(handle, _)| *handle).collect()),
            values: Some(entries.iter().map(|(_, value)| *value).collect()),
            event: NtHandle::ZERO,
            flags,
        };
        let request = Request::WaitForSynchronizationObjectFromCpu(request);
        let outcome = self.kernel.handle(call(self.threads[thread], request)).expect("no misuse");
        match outcome.answer {
            Answer::Pending(wait) => wait,
            answer => panic!("{answer:?}"),
        }
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        let outcome = self.kernel.handle(event).expect("no misuse");
        invariant::check(&self.kernel).expect("the invariants hold");
        outcome.effects
    }

    /// Another fence of the second device.
    fn private_fence(&mut self) -> LocalHandle {
        let info = SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: 0 };
        let create = CreateSynchronizationObject2 { device: self.devices[1], info, flags: 0 };
        let create = Request::CreateSynchronizationObject2(create);
        match output(&mut self.kernel, call(self.threads[0], create)) {
            Output::CreateSynchronizationObject2 { sync_object, .. } => sync_object,
            output => panic!("{output:?}"),
        }
    }

    fn marks(&self) -> Vec<AdapterId> {
        let objects = self.kernel.sync_objects();
        objects.filter(|object| object.id == self.fence).flat_map(|object| object.marks).collect()
    }

    fn notice(&self, adapter: u32) -> Step {
        Step::Notice { object: self.fence, adapter: AdapterId::from_number(adapter), pick: Pick::Only }
    }
}

/// The waits that returned.
fn resumed(effects: &[Effect]) -> Vec<WaitId> {
    let resumed = effects.iter().filter_map(|effect| match effect {
        Effect::Resume { wait, .. } => Some(*wait),
        _ => None,
    });
    resumed.collect()
}

#[test]
fn scd_21_gpu_27_another_adapter_hears_by_its_notice() {
    let mut pair = pair();
    let fences = pair.fences;
    let here = pair.wait(1, 0, &[(fences[0], 2)], 0);
    let there = pair.wait(2, 1, &[(fences[1], 2)], 0);
    assert_eq!(resumed(&pair.signal(0, 2)), [here]);
    assert_eq!(
        (pair.marks(), pair.kernel.choices()),
        (vec![AdapterId::from_number(1)], vec![pair.notice(1)])
    );
    assert_eq!(pair.kernel.first_untimed_choice(), Some(pair.notice(1)));
    let step = pair.notice(1);
    assert_eq!(resumed(&pair.event(Event::Step(step.clone()))), [there]);
    assert_eq!((pair.marks(), pair.kernel.choices()), (vec![], vec![]));
    assert_eq!(pair.kernel.handle(Event::Step(step.clone())), Err(Misuse::StepNotEnabled(step)));
}

#[test]
fn scd_18_scd_34_what_came_and_went_is_not_seen() {
    let mut pair = pair();
    let fences = pair.fences;
    pair.wait(1, 1, &[(fences[1], 2)], 0);
    pair.signal(0, 2);
    pair.signal(0, 1);
    let step = pair.notice(1);
    assert_eq!(resumed(&pair.event(Event::Step(step))), []);
    // A signal of the adapter's own looks as well, and leaves the other one to look.
    pair.signal(0, 0);
    pair.signal(1, 1);
    assert_eq!(pair.marks(), [AdapterId::from_number(0)]);
    // The value that it has already is no write.
    pair.signal(0, 1);
    assert_eq!(pair.marks(), [AdapterId::from_number(0)]);
}

#[test]
fn scd_34_a_mark_goes_with_the_last_user() {
    let mut pair = pair();
    let fences = pair.fences;
    let wait = pair.wait(1, 1, &[(fences[1], 5)], 0);
    pair.signal(0, 1);
    let destroy = DestroySynchronizationObject { sync_object: fences[1] };
    pair.event(call(pair.threads[0], Request::DestroySynchronizationObject(destroy)));
    assert_eq!(pair.marks(), [AdapterId::from_number(1)], "the wait still names it");
    assert_eq!(pair.kernel.orphaned_waits(), [], "the first device can signal");
    let thread = pair.threads[1];
    pair.event(Event::Incident(Incident::EndThread(thread)));
    assert_eq!((pair.kernel.wait(wait), pair.marks()), (None, vec![]));
    pair.signal(0, 2);
    assert_eq!(pair.marks(), [], "nobody there has it open");
}

#[test]
fn cpu_17_a_wait_that_was_not_noticed_is_released_by_the_next_look_at_any_of_its_fences() {
    for flags in [0, 1] {
        for rewinds in [false, true] {
            let mut pair = pair();
            let fences = pair.fences;
            let own = pair.private_fence();
            let (first, second) = if flags == 0 { (2, 1) } else { (2, 9) };
            let wait = pair.wait(1, 1, &[(fences[1], first), (own, second)], flags);
            let raise = |pair: &mut Pair, value| {
                let shared = std::mem::replace(&mut pair.fences[1], own);
                let effects = pair.signal(1, value);
                pair.fences[1] = shared;
                resumed(&effects)
            };
            if flags == 0 {
                assert_eq!(raise(&mut pair, 3), []);
            }
            assert_eq!(resumed(&pair.signal(0, 2)), [], "on the other adapter");
            if rewinds {
                pair.signal(0, 1);
                assert_eq!(raise(&mut pair, 4), []);
                pair.signal(0, 2);
            }
            // Its other fence changes, even to a lower value.
            assert_eq!(raise(&mut pair, if flags == 0 { 1 } else { 5 }), [wait]);
            assert_eq!(pair.marks(), [AdapterId::from_number(1)]);
        }
    }
}

#[test]
fn tdr_01_scd_18_the_forced_maximum_reaches_another_adapter_by_its_notice_even_when_it_is_stopped() {
    let mut pair = pair();
    let fences = pair.fences;
    let there = pair.wait(1, 1, &[(fences[1], 7)], 0);
    let stop = |adapter| {
        Event::Incident(Incident::StopAdapter { adapter: AdapterId::from_number(adapter), pick: Pick::Only })
    };
    pair.event(stop(0));
    let fence = pair.kernel.sync_objects().find(|object| object.id == pair.fence).expect("the fence");
    let forced = SyncState::MonitoredFence { value: u64::MAX };
    assert_eq!((fence.state, fence.marks), (forced, vec![AdapterId::from_number(1)]));
    let other = pair.kernel.devices().nth(1).expect("the device");
    assert_eq!(other.execution, ExecutionState::Active);
    // The second adapter stops with nothing to force: its blocked wait ends without having been satisfied.
    let mut stopped = pair.kernel.clone();
    let outcome = stopped.handle(stop(1)).expect("no misuse");
    assert!(matches!(
        outcome.effects.as_slice(),
        [Effect::DeviceEnteredError { .. }, Effect::Resume { result: Resumed::Refused(_), .. }]
    ));
    assert_eq!(stopped.choices(), [pair.notice(1)]);
    let step = pair.notice(1);
    assert!(stopped.handle(Event::Step(step.clone())).is_ok());
    assert_eq!(resumed(&pair.event(Event::Step(step))), [there]);
}
