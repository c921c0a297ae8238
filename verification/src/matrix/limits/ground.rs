//! The state in which calls meet a limit, and how it is filled.

use kmt_core::{
    DestroyDevice, GlobalHandle, Kernel, Limits, LocalHandle, Luid, NtHandle, ObjectAttributes, Output,
    Profile, Request, SyncObjectInfo,
};

use super::{
    NAME, NT_SECURITY_SHARING, Resource, SHARED, create_mutex2, create_sync_object, share, share_as, wait,
};
use crate::matrix::scene::{self, Actor, PROCESS_ALL_ACCESS};

/// A small state: an adapter of each kind, and two processes of which the caller has one handle each to an adapter and to
/// the other, and the other one a keyed mutex.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) kernel: Kernel,
    pub(super) caller: Actor,
    pub(super) other: Actor,
    pub(super) luid: Luid,
    pub(super) adapter: LocalHandle,
    pub(super) to_other: NtHandle,
    pub(super) shared: GlobalHandle,
    /// A device of the caller, a fence on it, an event and the global handle of another one's FENCE; zero before they are
    /// made.
    pub(super) device: LocalHandle,
    pub(super) fence: LocalHandle,
    pub(super) event: NtHandle,
    pub(super) shared_fence: GlobalHandle,
    /// An NT handle of the caller to a MUTEX; zero before it is made.
    pub(super) carrier: NtHandle,
}

impl Ground {
    pub(super) fn new(limits: Limits) -> Self {
        let mut kernel = Kernel::new(Profile::default(), limits).expect("the limits fit");
        let [luid, ..] = scene::add_one_adapter_of_each_kind(&mut kernel);
        let [caller, other] = [(); 2].map(|()| scene::begin(&mut kernel));
        let adapter = scene::open(&mut kernel, caller, luid);
        let to_other = scene::place(&mut kernel, caller, other, PROCESS_ALL_ACCESS);
        let (_, shared) = scene::make_mutex(&mut kernel, other, 0, &[]);
        Self {
            kernel,
            caller,
            other,
            luid,
            adapter,
            to_other,
            shared,
            device: LocalHandle::ZERO,
            fence: LocalHandle::ZERO,
            event: NtHandle::ZERO,
            shared_fence: GlobalHandle::ZERO,
            carrier: NtHandle::ZERO,
        }
    }

    /// The caller makes a device.
    pub(super) fn add_device(&mut self) {
        self.device = scene::create(&mut self.kernel, self.caller, self.adapter);
    }

    /// The caller makes a device, a fence and an event.
    pub(super) fn add_fence(&mut self) {
        self.add_device();
        self.fence = scene::make_fence(&mut self.kernel, self.caller, self.device, 0);
        self.event = scene::make_event(&mut self.kernel, self.caller);
    }

    /// The caller makes a device and a MUTEX that can be shared.
    pub(super) fn add_shareable(&mut self) {
        self.add_device();
        self.fence = make_shareable(&mut self.kernel, self.caller, self.device);
    }

    /// The caller makes a device and a MUTEX, and shares it.
    pub(super) fn add_carrier(&mut self) {
        self.add_shareable();
        let request = share(self);
        let Output::ShareObjects { handle } = scene::call(&mut self.kernel, self.caller, request) else {
            panic!("a MUTEX is shared");
        };
        self.carrier = handle;
    }

    /// The other process makes a MUTEX and shares it under a name.
    pub(super) fn add_named_by_another(&mut self) {
        let adapter = scene::open(&mut self.kernel, self.other, self.luid);
        let device = scene::create(&mut self.kernel, self.other, adapter);
        let mutex = make_shareable(&mut self.kernel, self.other, device);
        let request = share_as(mutex, Some(ObjectAttributes::named(NAME)));
        scene::call(&mut self.kernel, self.other, request);
    }

    /// A third process makes a FENCE with a global handle.
    pub(super) fn add_shared_fence(&mut self) {
        let sharer = scene::begin(&mut self.kernel);
        let adapter = scene::open(&mut self.kernel, sharer, self.luid);
        let device = scene::create(&mut self.kernel, sharer, adapter);
        let info = SyncObjectInfo::Fence { value: 0 };
        (_, self.shared_fence) = scene::make_sync_object(&mut self.kernel, sharer, device, info, SHARED);
    }

    pub(super) fn count(&self, resource: Resource) -> u32 {
        let nt_handles = |actor: Actor| self.kernel.nt_table(actor.process).map(|table| table.entries.len());
        let count = match resource {
            Resource::LocalHandles => self
                .kernel
                .local_table(self.caller.process)
                .map(|table| table.entries.iter().filter(|entry| entry.object.is_some()).count()),
            Resource::CallerNtHandles => nt_handles(self.caller),
            Resource::OtherNtHandles => nt_handles(self.other),
            Resource::Devices => Some(self.kernel.devices().count()),
            Resource::GlobalHandles => {
                let table = self.kernel.global_table();
                Some(table.entries.iter().filter(|entry| entry.object.is_some()).count())
            }
            Resource::KeyedMutexes => Some(self.kernel.keyed_mutexes().count()),
            Resource::SyncObjects => Some(self.kernel.sync_objects().count()),
            Resource::Events => Some(scene::events(&self.kernel) as usize),
            Resource::Waits => Some(self.kernel.waits().count()),
            Resource::Processes => {
                Some(self.kernel.nt_objects().count() - scene::events(&self.kernel) as usize)
            }
        };
        count.expect("both processes live") as u32
    }

    /// Makes one more.
    pub(super) fn add(&mut self, resource: Resource) {
        match resource {
            Resource::LocalHandles => {
                scene::open(&mut self.kernel, self.caller, self.luid);
            }
            Resource::CallerNtHandles => self.place(self.caller),
            Resource::OtherNtHandles => self.place(self.other),
            Resource::Devices => {
                let device = scene::create(&mut self.kernel, self.caller, self.adapter);
                // A device counts until it is reclaimed, so every other one is destroyed.
                if self.count(Resource::Devices).is_multiple_of(2) {
                    let request = Request::DestroyDevice(DestroyDevice { device });
                    scene::call(&mut self.kernel, self.caller, request);
                }
            }
            Resource::GlobalHandles => {
                scene::make_mutex(&mut self.kernel, self.other, 0, &[]);
            }
            Resource::KeyedMutexes => {
                scene::call(&mut self.kernel, self.other, create_mutex2(1));
            }
            Resource::SyncObjects => {
                let request = create_sync_object(self);
                scene::call(&mut self.kernel, self.caller, request);
            }
            Resource::Events => {
                scene::make_event(&mut self.kernel, self.other);
            }
            Resource::Waits => {
                let request = wait(self);
                scene::call(&mut self.kernel, self.caller, request);
            }
            Resource::Processes => {
                scene::begin(&mut self.kernel);
            }
        }
    }

    pub(super) fn place(&mut self, holder: Actor) {
        scene::place(&mut self.kernel, holder, self.other, PROCESS_ALL_ACCESS);
    }
}

fn make_shareable(kernel: &mut Kernel, actor: Actor, device: LocalHandle) -> LocalHandle {
    let info = SyncObjectInfo::Mutex { initial_state: 0 };
    scene::make_sync_object(kernel, actor, device, info, SHARED | NT_SECURITY_SHARING).0
}
