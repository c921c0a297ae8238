//! Short words for the calls on keyed mutexes.

use kmt_core::{
    AcquireKeyedMutex, AcquireKeyedMutex2, Answer, Call, CreateKeyedMutex, CreateKeyedMutex2,
    DestroyKeyedMutex, Effect, Event, GlobalHandle, KeyedMutexView, LocalHandle, MutexHolder, NtStatus,
    OpenKeyedMutex, OpenKeyedMutex2, OutBuffer, Output, Pick, PrivateData, ProcessId, ReleaseKeyedMutex,
    ReleaseKeyedMutex2, Reply, Request, Resumed, Step, ThreadId, WaitId, rule::Rule,
};

use super::World;

pub const NT_SECURITY_SHARING: u32 = 0x1;

pub fn bytes(bytes: &[u8]) -> PrivateData {
    PrivateData::Bytes(bytes.to_vec())
}

pub const fn global(raw: u32) -> GlobalHandle {
    GlobalHandle::from_raw(raw)
}

pub const fn create(initial_value: u64) -> Request {
    Request::CreateKeyedMutex(CreateKeyedMutex { initial_value })
}

pub const fn create2(initial_value: u64, private_data: PrivateData, flags: u32) -> Request {
    Request::CreateKeyedMutex2(CreateKeyedMutex2 { initial_value, private_data, flags })
}

pub const fn open(shared: GlobalHandle) -> Request {
    Request::OpenKeyedMutex(OpenKeyedMutex { shared })
}

pub const fn open2(shared: GlobalHandle, private_data: PrivateData) -> Request {
    Request::OpenKeyedMutex2(OpenKeyedMutex2 { shared, private_data })
}

pub const fn destroy(keyed_mutex: LocalHandle) -> Request {
    Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex })
}

pub const fn acquire(keyed_mutex: LocalHandle, key: u64, timeout: Option<i64>) -> Request {
    Request::AcquireKeyedMutex(AcquireKeyedMutex { keyed_mutex, key, timeout })
}

pub const fn acquire2(keyed_mutex: LocalHandle, key: u64, timeout: Option<i64>, size: u32) -> Request {
    let buffer = OutBuffer { is_null: false, size };
    Request::AcquireKeyedMutex2(AcquireKeyedMutex2 { keyed_mutex, key, timeout, buffer })
}

pub const fn release(keyed_mutex: LocalHandle, key: u64, fence_value: u64) -> Request {
    Request::ReleaseKeyedMutex(ReleaseKeyedMutex { keyed_mutex, key, fence_value })
}

pub const fn release2(
    keyed_mutex: LocalHandle,
    key: u64,
    fence_value: u64,
    private_data: PrivateData,
) -> Request {
    Request::ReleaseKeyedMutex2(ReleaseKeyedMutex2 { keyed_mutex, key, fence_value, private_data })
}

/// The reply of an acquire that took the mutex at once.
pub const fn taken(fence_value: u64) -> Answer {
    let output = Output::AcquireKeyedMutex { fence_value, private_data: None };
    Answer::Complete(Reply { status: NtStatus::SUCCESS, output, rule: None })
}

/// The reply of an acquire that ended without the mutex.
pub const fn not_taken(status: NtStatus, rule: Rule) -> Reply {
    let output = Output::AcquireKeyedMutex { fence_value: 0, private_data: None };
    Reply { status, output, rule: Some(rule) }
}

/// The effect of a wait that ended without the mutex.
pub const fn ended(thread: ThreadId, wait: WaitId, status: NtStatus, rule: Rule) -> Effect {
    Effect::Resume { thread, wait, result: Resumed::Complete(not_taken(status, rule)) }
}

impl World {
    pub fn create_mutex(&mut self, thread: ThreadId, key: u64) -> (LocalHandle, GlobalHandle) {
        let output = self.ok(thread, create(key));
        let Output::CreateKeyedMutex { keyed_mutex, shared } = output else { panic!("{output:?}") };
        (keyed_mutex, shared)
    }

    pub fn create_mutex_with(&mut self, thread: ThreadId, data: &[u8]) -> (LocalHandle, GlobalHandle) {
        let output = self.ok(thread, create2(0, bytes(data), 0));
        let Output::CreateKeyedMutex { keyed_mutex, shared } = output else { panic!("{output:?}") };
        (keyed_mutex, shared)
    }

    pub fn open_mutex(&mut self, thread: ThreadId, shared: GlobalHandle) -> LocalHandle {
        let output = self.ok(thread, open(shared));
        let Output::OpenKeyedMutex { keyed_mutex } = output else { panic!("{output:?}") };
        keyed_mutex
    }

    pub fn answer(&mut self, thread: ThreadId, request: Request) -> Answer {
        let outcome = self.call(thread, request);
        assert_eq!(outcome.effects, []);
        outcome.answer
    }

    pub fn picked(&mut self, thread: ThreadId, request: Request, pick: Pick) -> Answer {
        assert_eq!(self.kernel.picks(thread, &request), Ok(vec![Pick::DeadlineAhead, Pick::DeadlinePassed]));
        self.event(Event::Call(Call { thread, request, pick })).answer
    }

    /// The fence value of an acquire that takes the mutex at once.
    pub fn take(&mut self, thread: ThreadId, mutex: LocalHandle, key: u64) -> u64 {
        match self.answer(thread, acquire(mutex, key, Some(0))) {
            Answer::Complete(Reply {
                status: NtStatus::SUCCESS,
                output: Output::AcquireKeyedMutex { fence_value, private_data: None },
                rule: None,
            }) => fence_value,
            answer => panic!("not taken: {answer:?}"),
        }
    }

    /// The wait of an acquire that blocks.
    pub fn blocked(&mut self, thread: ThreadId, request: Request) -> WaitId {
        match self.answer(thread, request) {
            Answer::Pending(wait) => wait,
            answer => panic!("not blocked: {answer:?}"),
        }
    }

    pub fn step(&mut self, step: Step) -> Vec<Effect> {
        assert!(self.kernel.choices().contains(&step), "{step:?} is not listed");
        self.event(Event::Step(step)).effects
    }

    /// The only mutex.
    pub fn mutex(&self) -> KeyedMutexView {
        let mutexes: Vec<_> = self.kernel.keyed_mutexes().collect();
        let [mutex] = mutexes.as_slice() else { panic!("{mutexes:?}") };
        mutex.clone()
    }

    pub fn holder(&self) -> MutexHolder {
        self.mutex().holder
    }
}

pub const fn owned(process: ProcessId, handle: LocalHandle) -> MutexHolder {
    MutexHolder::Owned { process, handle }
}
