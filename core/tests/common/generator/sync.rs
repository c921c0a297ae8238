//! Calls on events and synchronisation objects.

use kmt_core::{
    CreateEvent, CreateSynchronizationObject, CreateSynchronizationObject2, DestroySynchronizationObject,
    Kernel, LocalHandle, LocalObject, NtHandle, OpenSynchronizationObject, Request, ResetEvent, SetEvent,
    SignalSynchronizationObjectFromCpu, SyncObjectInfo, ThreadId, ThreadView, WaitForEvent,
    WaitForSynchronizationObjectFromCpu,
};

use super::Random;

impl Random {
    fn value(&mut self) -> u64 {
        self.near(&[0, 1, 1, 2, 2, 3, 4, u64::MAX])
    }

    fn info(&mut self) -> SyncObjectInfo {
        match self.below(20) {
            0 | 1 => SyncObjectInfo::Mutex { initial_state: self.small() },
            2 => SyncObjectInfo::Semaphore { max_count: self.small(), initial_count: self.small() },
            3 => SyncObjectInfo::Fence { value: self.value() },
            4 | 5 => SyncObjectInfo::CpuNotification { event: self.nt() },
            6 | 8 => SyncObjectInfo::PeriodicMonitoredFence {
                adapter: self.local(),
                vidpn_target_id: self.small(),
                time: self.word(),
                engine_affinity: self.small(),
            },
            7 => SyncObjectInfo::Unknown { object_type: self.small() },
            _ => SyncObjectInfo::MonitoredFence {
                initial_value: self.value(),
                engine_affinity: self.near(&[0, 0, 0, 1, 2]) as u32,
            },
        }
    }

    /// Flags, most often some that the type may have.
    fn create_flags(&mut self, info: SyncObjectInfo) -> u32 {
        let likely: &[u64] = match info {
            _ if self.below(4) == 0 => &[1, 2, 4, 5, 8, 0x10, 0x30, 0x100, 0x400],
            SyncObjectInfo::MonitoredFence { .. } => &[0, 0, 3, 7, 8, 0x10, 0x20, 0x40, 0x80],
            SyncObjectInfo::CpuNotification { .. } => &[0, 0x100, 0x200],
            _ => &[0, 1, 1, 3, 5, 7],
        };
        self.near(likely) as u32
    }

    /// Learns which handles of the process of a thread live on which device.
    pub(super) fn see_devices(&mut self, kernel: &Kernel, thread: ThreadId) {
        self.on_devices.clear();
        self.devices.clear();
        let Some(ThreadView { process, .. }) = kernel.threads().find(|view| view.id == thread) else {
            return;
        };
        let entries = kernel.local_table(process).into_iter().flat_map(|table| table.entries);
        let devices: Vec<_> = entries
            .filter_map(|entry| match entry.object? {
                LocalObject::Device(id) => Some((id, u32::from(entry.generation) << 30 | entry.index << 6)),
                _ => None,
            })
            .collect();
        self.devices = devices.iter().map(|(_, device)| u64::from(*device)).collect();
        let openings = kernel.openings().filter(|opening| opening.process == process);
        let pairs = openings.filter_map(|opening| {
            let (_, device) = devices.iter().find(|(id, _)| Some(*id) == opening.device)?;
            Some((LocalHandle::from_raw(*device), opening.handle))
        });
        self.on_devices.extend(pairs);
    }

    /// Device, count, handles and values of a call, most often some that fit together.
    fn fences(&mut self) -> (LocalHandle, u32, Option<Vec<LocalHandle>>, Option<Vec<u64>>) {
        let (object_count, mut objects, values) = self.arrays();
        if self.on_devices.is_empty() || self.below(4) == 0 {
            return (self.local(), object_count, objects, values);
        }
        let place = self.below(self.on_devices.len() as u64) as usize;
        let (device, _) = self.on_devices[place];
        let mixed = self.below(3) == 0;
        let fits = |pair: &&(LocalHandle, LocalHandle)| mixed || pair.0 == device;
        let fitting: Vec<_> = self.on_devices.iter().filter(fits).copied().collect();
        for object in objects.iter_mut().flatten() {
            *object = fitting[self.below(fitting.len() as u64) as usize].1;
        }
        (device, object_count, objects, values)
    }

    /// Handles and values of a call, now and then too many or too few.
    fn arrays(&mut self) -> (u32, Option<Vec<LocalHandle>>, Option<Vec<u64>>) {
        let count = [1, 1, 1, 2, 2, 3][self.below(6) as usize];
        let handles: Vec<_> = (0..count).map(|_| self.local()).collect();
        let values: Vec<_> = (0..count).map(|_| self.value()).collect();
        let object_count = match self.below(24) {
            0 => self.small(),
            1 => 4096 + self.small(),
            _ => count,
        };
        let (has_handles, has_values) = (self.below(24) != 0, self.below(24) != 0);
        (object_count, has_handles.then_some(handles), has_values.then_some(values))
    }

    /// A call on an event.
    fn event_request(&mut self) -> Request {
        match self.below(10) {
            0..=2 => Request::CreateEvent(CreateEvent {
                manual_reset: self.coin(),
                initial_state: self.coin(),
                report_handle: self.below(16) != 0,
            }),
            3 | 4 => Request::SetEvent(SetEvent { event: self.nt() }),
            5 => Request::ResetEvent(ResetEvent { event: self.nt() }),
            _ => Request::WaitForEvent(WaitForEvent { event: self.nt(), timeout: self.timeout() }),
        }
    }

    /// A call on an event or a synchronisation object.
    pub(super) fn sync_request(&mut self) -> Request {
        let devices = self.devices.clone();
        let device = LocalHandle::from_raw(self.near(&devices) as u32);
        match self.below(20) {
            0..=6 => self.event_request(),
            7 => Request::CreateSynchronizationObject(CreateSynchronizationObject {
                device,
                info: self.info(),
            }),
            8..=11 => {
                let info = self.info();
                let flags = self.create_flags(info);
                Request::CreateSynchronizationObject2(CreateSynchronizationObject2 { device, info, flags })
            }
            12 => Request::OpenSynchronizationObject(OpenSynchronizationObject { shared: self.global() }),
            13 => Request::DestroySynchronizationObject(DestroySynchronizationObject {
                sync_object: self.local(),
            }),
            14..=16 => {
                let (device, object_count, objects, values) = self.fences();
                Request::SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu {
                    device,
                    object_count,
                    objects,
                    values,
                    flags: self.near(&[0, 0, 4, 4, 1]) as u32,
                })
            }
            _ => {
                let (device, object_count, objects, values) = self.fences();
                Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
                    device,
                    object_count,
                    objects,
                    values,
                    event: if self.coin() { NtHandle::ZERO } else { self.nt() },
                    flags: self.near(&[0, 0, 1, 2]) as u32,
                })
            }
        }
    }
}
