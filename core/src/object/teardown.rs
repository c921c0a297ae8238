//! How things end: a device in two steps, a process in one.

use alloc::vec::Vec;

use crate::event::{Effect, Outcome, Reclaimable, Step};
use crate::id::{DeviceId, ProcessId};
use crate::inspect::ThreadState;
use crate::kernel::Kernel;
use crate::planted::Planted;
use crate::refusal::Misuse;

impl Kernel {
    /// Destroys a device that has a handle: the handle dies now, the device goes with its reclaim.
    // TRD-05, LIF-08: NT handles and other processes are not affected. HND-15: the handle dies at once. HND-19: a device has
    // no children, so its own handle is the only one freed.
    pub(crate) fn destroy_device(&mut self, id: DeviceId, effects: &mut Vec<Effect>) {
        let device = self.device(id);
        let (process, adapter) = (device.process, device.adapter);
        if let Some(handle) = device.handle {
            self.devices.mark_destroyed(id);
            self.free_local_handle(process, handle);
            if let Some(open) = self.process_mut(process).adapters.get_mut(&adapter) {
                open.devices.remove(id);
            }
            effects.push(Effect::DeviceDestroyed { device: id });
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
        for device in devices {
            self.destroy_device(device, &mut effects);
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
        let mut ended = Vec::new();
        self.drop_keyed_mutex_handles(id, &mut ended);
        self.resume_all(ended, &mut effects);
        // NTH-20: then the NT handles, protected ones included. The table of local handles goes with the process.
        let leaves_counts = self.planted(Planted::ExitLeavesNtHandleCounts);
        let nt_handles = core::mem::take(&mut self.process_mut(id).nt_handles);
        for (_, entry) in nt_handles.entries().filter(|_| !leaves_counts) {
            self.drop_nt_reference(entry.object);
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
}
