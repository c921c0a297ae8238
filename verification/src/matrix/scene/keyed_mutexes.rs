//! Keyed mutexes of the scene, and who holds them.

use kmt_core::{
    AcquireKeyedMutex, CreateKeyedMutex2, DestroyKeyedMutex, GlobalHandle, Kernel, LocalHandle,
    OpenKeyedMutex, Output, PrivateData, ReleaseKeyedMutex, Request,
};

use super::{Actor, Scene, begin, call};

/// The key that every mutex of the scene holds.
pub const FIRST_KEY: u64 = 7;
/// What the mutex of the live handle carries.
pub const PRIVATE_DATA: [u8; 4] = [0xA0, 0xB1, 0xC2, 0xD3];
/// What the releases of the scene store.
const FENCE_VALUE: u64 = 5;
const NT_SECURITY_SHARING: u32 = 0x1;

/// A process makes a keyed mutex; gives its local and its global handle.
pub(in crate::matrix) fn make_mutex(
    kernel: &mut Kernel,
    actor: Actor,
    key: u64,
    data: &[u8],
) -> (LocalHandle, GlobalHandle) {
    create_mutex(kernel, actor, key, data, 0)
}

fn create_mutex(
    kernel: &mut Kernel,
    actor: Actor,
    initial_value: u64,
    data: &[u8],
    flags: u32,
) -> (LocalHandle, GlobalHandle) {
    let private_data = PrivateData::Bytes(data.to_vec());
    let request = CreateKeyedMutex2 { initial_value, private_data, flags };
    match call(kernel, actor, Request::CreateKeyedMutex2(request)) {
        Output::CreateKeyedMutex { keyed_mutex, shared } => (keyed_mutex, shared),
        output => panic!("a keyed mutex was made as {output:?}"),
    }
}

fn open_mutex(kernel: &mut Kernel, actor: Actor, shared: GlobalHandle) -> LocalHandle {
    match call(kernel, actor, Request::OpenKeyedMutex(OpenKeyedMutex { shared })) {
        Output::OpenKeyedMutex { keyed_mutex } => keyed_mutex,
        output => panic!("a keyed mutex was opened as {output:?}"),
    }
}

fn acquire(kernel: &mut Kernel, actor: Actor, keyed_mutex: LocalHandle) {
    let request = AcquireKeyedMutex { keyed_mutex, key: FIRST_KEY, timeout: Some(0) };
    call(kernel, actor, Request::AcquireKeyedMutex(request));
}

fn release(kernel: &mut Kernel, actor: Actor, keyed_mutex: LocalHandle) {
    let request = ReleaseKeyedMutex { keyed_mutex, key: FIRST_KEY, fence_value: FENCE_VALUE };
    call(kernel, actor, Request::ReleaseKeyedMutex(request));
}

/// The mutex of a handle is free with a fence value that tells it from one that was never released.
pub(super) fn use_once(kernel: &mut Kernel, actor: Actor, keyed_mutex: LocalHandle) {
    acquire(kernel, actor, keyed_mutex);
    release(kernel, actor, keyed_mutex);
}

impl Scene {
    /// The caller takes both of its mutexes through its handles.
    pub fn own_mutexes(&mut self) {
        for handle in [self.mutex.live, self.bare_mutex] {
            acquire(&mut self.kernel, self.caller, handle);
        }
    }

    /// The caller gives the mutex of its live handle back, with the same key.
    pub fn release_mutex(&mut self) {
        release(&mut self.kernel, self.caller, self.mutex.live);
    }

    /// The caller's mutex, which is free, gets another process as its owner, through the handle that is given.
    pub fn lend_mutex(&mut self) -> LocalHandle {
        let handle = open_mutex(&mut self.kernel, self.giver, self.shared.live);
        acquire(&mut self.kernel, self.giver, handle);
        handle
    }

    /// The caller's mutex, which is free, is taken by the caller through another handle.
    pub fn own_through_a_sibling(&mut self) {
        let handle = open_mutex(&mut self.kernel, self.caller, self.shared.live);
        acquire(&mut self.kernel, self.caller, handle);
    }

    /// The caller's mutex, which is free, is abandoned by a destroyed handle of another process.
    // KMX-30
    pub fn abandon_mutex(&mut self) {
        let keyed_mutex = self.lend_mutex();
        let request = Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex });
        call(&mut self.kernel, self.giver, request);
    }

    /// Another process abandons the caller's mutex, which is free, by its end.
    // KMX-31
    pub fn abandon_mutex_by_an_end(&mut self) {
        let owner = begin(&mut self.kernel);
        let handle = open_mutex(&mut self.kernel, owner, self.shared.live);
        acquire(&mut self.kernel, owner, handle);
        self.kill(owner.process);
    }

    /// A second thread of the caller waits through its live handle for a mutex with another key.
    pub fn wait_through_the_handle(&mut self) {
        let request = AcquireKeyedMutex { keyed_mutex: self.mutex.live, key: !FIRST_KEY, timeout: None };
        self.block_a_thread(Request::AcquireKeyedMutex(request));
    }

    /// The giver makes mutexes until no global handle is left.
    pub fn use_up_global_handles(&mut self) {
        let reserve = self.kernel.limits().global_table.reserve as usize;
        while self.kernel.global_table().free_list.len() > reserve {
            make_mutex(&mut self.kernel, self.giver, 0, &[]);
        }
    }

    /// The giver makes mutexes without global handles until there are as many as there can be.
    pub fn use_up_mutexes(&mut self) {
        while (self.kernel.keyed_mutexes().count() as u64) < u64::from(self.kernel.limits().keyed_mutexes) {
            create_mutex(&mut self.kernel, self.giver, 0, &[], NT_SECURITY_SHARING);
        }
    }
}
