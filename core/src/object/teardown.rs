//! How things end: a device in two steps, a process in one.

use alloc::vec::Vec;

use crate::event::{Effect, Outcome, Reclaimable, Resumed, Step};
use crate::handle::{Kind, LocalHandle, bits};
use crate::id::{DeviceId, KeyedMutexId, OpeningId, ProcessId, WaitId};
use crate::inspect::ThreadState;
use crate::kernel::Kernel;
use crate::planted::Planted;
use crate::refusal::{Misuse, Refusal};
use crate::rule;
use crate::status::NtStatus;

impl Kernel {
    /// Destroys a device that has a handle: the handle dies now, the device goes with its reclaim.
    // TRD-05, LIF-08: NT handles and other processes are not affected. HND-15: the handle dies at once.
    pub(crate) fn destroy_device(
        &mut self,
        id: DeviceId,
        ended: &mut Vec<(WaitId, Resumed)>,
        effects: &mut Vec<Effect>,
    ) {
        let device = self.device(id);
        let (process, adapter) = (device.process, device.adapter);
        if let Some(handle) = device.handle {
            self.end_waits_of(id, ended, effects);
            if !self.planted(Planted::MutexStaysHeldByDestroyedDevice) {
                self.free_held_mutexes(id);
            }
            // SYN-32, TRD-06, INV-77: what lives on it goes with it. HND-19: in ascending index order, the device last.
            for opening in core::mem::take(&mut self.device_mut(id).openings).into_values() {
                self.drop_opening(opening);
            }
            self.devices.mark_destroyed(id);
            self.free_local_handle(process, handle);
            if let Some(open) = self.process_mut(process).adapters.get_mut(&adapter) {
                open.devices.remove(id);
            }
            effects.push(Effect::DeviceDestroyed { device: id });
        }
    }

    /// Removes the CPU waits that name a device and lists the blocked calls among them.
    // CPU-19, TRD-07: no event is set, and waits of other devices are untouched.
    fn end_waits_of(&mut self, id: DeviceId, ended: &mut Vec<(WaitId, Resumed)>, effects: &mut Vec<Effect>) {
        let removed = Resumed::Refused(Refusal::new(NtStatus::DEVICE_REMOVED, rule::CPU_19));
        let waits: Vec<_> = self.waits.of_device(id).collect();
        for wait in waits {
            let Some(event) = self.event_of(wait) else {
                ended.push((wait, removed.clone()));
                continue;
            };
            if self.planted(Planted::DestroyedDeviceSetsEvents) {
                self.set_events(&[event], &self.first_release(&[event]), ended);
                effects.push(Effect::EventSet { event });
            }
            self.remove_wait(wait);
        }
    }

    /// T12: takes a destroyed object away.
    // TRD-14: a step of its own, which touches no handle table and wakes nobody.
    pub(crate) fn reclaim(&mut self, object: Reclaimable) -> Result<Outcome, Misuse> {
        let Reclaimable::Device(id) = object;
        if !self.devices.is_destroyed(id) {
            return Err(Misuse::StepNotEnabled(Step::Reclaim(object)));
        }
        let process = self.device(id).process;
        self.remove_device(id);
        if let Some(process) = self.processes.get_mut(&process) {
            process.devices.remove(id);
        }
        Ok(Outcome::done())
    }

    fn remove_device(&mut self, id: DeviceId) {
        if let Some(device) = self.devices.remove(id) {
            self.adapter_mut(device.adapter).devices.remove(id);
        }
    }

    /// The process of a living thread ends, or a living process is killed, with all that it owns.
    // TRD-10: in one step, and alike in both cases. TRD-11, LIF-09: nothing is left of it but what others hold.
    pub(crate) fn end_process(&mut self, id: ProcessId) -> Outcome {
        let mut effects = Vec::new();
        // HND-19: first the devices in order of creation. One that awaited its reclaim goes with them.
        let devices: Vec<_> = self.process(id).devices.iter().collect();
        let mut ended = Vec::new();
        for device in devices {
            // CPU-19, TRD-10: no event is set, and no call of the process returns.
            let waits: Vec<_> = self.waits.of_device(device).collect();
            for wait in waits {
                self.remove_wait(wait);
            }
            // TRD-10, TDR-06: nothing is forced.
            self.destroy_device(device, &mut ended, &mut effects);
            self.remove_device(device);
        }
        // KMX-36: a blocked call takes nothing any more, and does not return.
        let threads: Vec<_> = self.process(id).threads.iter().copied().collect();
        for thread in &threads {
            if let Some(ThreadState::Blocked(wait)) = self.threads.get(thread).map(|thread| thread.state) {
                self.remove_wait(wait);
            }
        }
        // LIF-09: then the local handles to what others can have as well.
        self.drop_handles_of(id, &mut ended);
        self.resume_all(ended, &mut effects);
        // NTH-20: then the NT handles, protected ones included. The table of local handles goes with the process.
        let leaves_counts = self.planted(Planted::ExitLeavesNtHandleCounts);
        let nt_handles = core::mem::take(&mut self.process_mut(id).nt_handles);
        for (_, entry) in nt_handles.entries().filter(|_| !leaves_counts) {
            // NAM-21: a name whose last handle this was goes.
            if self.nt_object(entry.object).name.is_some() && self.planted(Planted::ExitLeavesNames) {
                self.nt_object_mut(entry.object).handles -= 1;
            } else {
                self.drop_nt_reference(entry.object);
            }
        }
        if let Some(process) = self.processes.remove(&id) {
            for thread in threads {
                self.threads.remove(&thread);
                effects.push(Effect::ThreadEnded { thread });
            }
            // LIF-02: others may still hold handles to it.
            self.drop_unreferenced(process.object);
        }
        effects.push(Effect::ProcessEnded { process: id });
        Outcome { effects, ..Outcome::done() }
    }

    /// The local handles that a process has left when its devices are gone are destroyed.
    // KMX-31: what the process owns is abandoned. HND-19: in ascending index order, of whatever kind.
    fn drop_handles_of(&mut self, process: ProcessId, ended: &mut Vec<(WaitId, Resumed)>) {
        let left: Vec<(LocalHandle, Kind, u32)> = self
            .process(process)
            .handles
            .entries()
            .filter_map(|entry| {
                let (kind, number) = entry.object?;
                Some((bits::pack(entry.index, entry.generation), kind, number))
            })
            .collect();
        for (handle, kind, number) in left {
            match kind {
                Kind::KeyedMutex => self.end_keyed_mutex_handle(process, handle, KeyedMutexId(number), ended),
                Kind::SyncObject => self.drop_opening(OpeningId(number)),
                // The table goes with the process.
                Kind::Adapter | Kind::Device => {}
            }
        }
    }
}
