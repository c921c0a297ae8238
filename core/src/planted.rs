//! Mistakes that are tempting to make, to be switched on one at a time, so that whoever checks the kernel can be checked.
//!
//! Without the feature `planted` nothing of this is in the library: the switch does not exist, and every question for it
//! is answered with a constant.

use crate::kernel::Kernel;
#[cfg(feature = "planted")]
use crate::rule::{self, Rule};

macro_rules! planted {
    ($($name:ident breaks $rule:ident: $description:literal,)*) => {
        /// A mistake that the kernel can be told to make.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(not(feature = "planted"), expect(unreachable_pub, reason = "exported with the feature only"))]
        #[cfg_attr(not(feature = "planted"), allow(dead_code, reason = "some are asked for with the feature only"))]
        pub enum Planted {
            $(#[doc = $description] $name,)*
        }

        #[cfg(feature = "planted")]
        impl Planted {
            /// All of them, in the order of their rules.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, as in the source.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// What goes wrong, in one sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $description,)*
                }
            }

            /// The rule that it breaks.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$name => rule::$rule,)*
                }
            }
        }
    };
}

planted! {
    RefusedCreateDeviceUsesAHandle breaks HND_06: "A refused CreateDevice uses up a handle.",
    StaleGenerationAccepted breaks HND_08: "A handle whose generation has passed still resolves.",
    FreedEntryToTheHead breaks HND_10: "A freed table entry goes to the head of the free list.",
    GenerationNotAdvanced breaks HND_13: "A freed table entry keeps its generation.",
    ProtectedHandleCloses breaks NTH_08: "CloseHandle closes a protected handle.",
    DuplicateWidensRights breaks NTH_12: "DuplicateHandle grants whatever is asked for.",
    SourceClosedOnSuccessOnly breaks NTH_13: "A refused DuplicateHandle leaves the source open that it should close.",
    InheritanceIgnoresTheFlag breaks NTH_18: "A child inherits handles without the inherit flag.",
    ExitLeavesNtHandleCounts breaks NTH_20: "The end of a process does not lower the counts of its NT handles.",
    OpenConsumesTheNtHandle breaks NTH_21: "An open through an NT handle closes it.",
    InheritFlagWithoutAsking breaks NAM_04: "A handle from ShareObjects or an open by name can be inherited without OBJ_INHERIT.",
    CaseSensitiveNames breaks NAM_17: "Names are compared with regard to case.",
    OpenIfCarriesTheNewObject breaks NAM_19: "ShareObjects with OBJ_OPENIF makes the existing object carry the new one.",
    NameOutlivesTheLastHandle breaks NAM_21: "A name goes on existing when the last NT handle is closed.",
    ExitLeavesNames breaks NTH_20: "A name goes on existing when its last NT handle goes with a process.",
    DescriptorIgnored breaks ACC_11: "An open by name does not look at the security descriptor.",
    OpenWithoutReadControl breaks ACC_14: "An NT handle without READ_CONTROL opens what it names.",
    OpenGrantsAllRights breaks ACC_15: "A handle that is opened through an NT handle may wait and signal whatever that grants.",
    ReshareWidens breaks ACC_16: "ShareObjects grants rights that the local handle lacks.",
    OtherAdapterOpens breaks OPN_11: "An object without CrossAdapter is opened on a device of another adapter.",
    LastLocalHandleEndsSharedObject breaks LIF_03: "A shared object ends with its last local handle though an NT object carries it.",
    FailedShareLowersACount breaks LIF_13: "A refused ShareObjects lowers the count of the NT objects that carry the object.",
    NameStaysAfterFailedShare breaks LIF_13: "A ShareObjects that is refused for its access mask leaves its name behind.",
    StoppedAdapterOpens breaks ADP_04: "OpenAdapterFromLuid opens a stopped adapter.",
    FirstCloseDestroysTheDevices breaks ADP_08: "CloseAdapter destroys the devices though another handle is left.",
    LastCloseLeavesTheDevices breaks ADP_09: "The last CloseAdapter leaves the devices as they are.",
    LaterErrorOverwritesTheFirst breaks ADP_11: "A later error replaces the execution state of the first.",
    StopMissesDestroyedDevices breaks FLT_17: "An adapter stop leaves devices out that await their reclaim.",
    StopMissesOtherProcesses breaks FLT_17: "An adapter stop reaches the devices of one process only.",
    EnumerationListsStoppedAdapters breaks FLT_18: "EnumAdapters2 and EnumAdapters3 report stopped adapters.",
    GlobalHandleOutlivesTheLast breaks HND_25: "A global handle, and its mutex with it, outlives the last local handle.",
    KeysComparedIn32Bits breaks KMX_10: "An acquire compares only the lower 32 bits of the keys.",
    SiblingHandleReleases breaks KMX_12: "A release through another handle of the owning process is accepted.",
    TimeoutFenceValueIsStored breaks KMX_17: "An acquire that tests once in vain reports the stored fence value.",
    TimeoutGivesOwnership breaks KMX_19: "An acquire that reaches its time limit owns the mutex all the same.",
    RefusedReleaseChangesTheFenceValue breaks KMX_21: "A refused ReleaseKeyedMutex stores its fence value.",
    GrantGoesToTheOldest breaks KMX_22: "A grant resumes the acquire that has waited longest, whichever was chosen.",
    OpenOverwritesPrivateData breaks KMX_25: "OpenKeyedMutex2 replaces the private data that is there.",
    AnyDestroyAbandons breaks KMX_30: "DestroyKeyedMutex abandons the mutex though another handle, or none, owns it.",
    ProcessEndDoesNotAbandon breaks KMX_31: "The end of a process leaves the mutexes that it owns as they are.",
    ThreadEndAbandons breaks KMX_31: "The end of a thread abandons the mutexes that its process owns.",
    ReportClearsAbandonment breaks KMX_32: "A mutex is free again once its abandonment was reported.",
    TimeoutOutranksAbandonment breaks KMX_32: "An acquire that tests once reports TIMEOUT for an abandoned mutex.",
    AbandonmentWakesOne breaks KMX_33: "Abandonment ends one waiting acquire and leaves the others.",
    WaiterOfDestroyedHandleStays breaks KMX_35: "An acquire that waits through a destroyed handle goes on waiting.",
    DestroyedHandleEndsItsWaits breaks SYN_30: "DestroySynchronizationObject ends the waits that were made through the handle.",
    MutexStaysHeldByDestroyedDevice breaks SYN_32: "A MUTEX stays held by a device that is destroyed.",
    SignalThroughNoSignalHandle breaks SYN_34: "A CPU signal through a handle with NoSignal is accepted.",
    AllWaitSatisfiedByOne breaks CPU_02: "A CPU wait for all fences is satisfied by one of them.",
    WaitAnyNeedsAll breaks CPU_02: "A CPU wait with WaitAny needs all of its fences.",
    WaitComparedForEquality breaks CPU_02: "A CPU wait is satisfied by exactly the wanted value only.",
    SatisfiedConditionsForgotten breaks CPU_03: "A CPU wait drops the conditions that hold when it is made.",
    SatisfiedWaitForgotten breaks CPU_04: "A CPU wait whose condition holds when it is made does not set its event.",
    RewindWithoutTheFlag breaks CPU_08: "A CPU signal of a lower value is accepted without AllowFenceRewind.",
    RefusedSignalStoresAPart breaks CPU_11: "A CPU signal that is refused for one of its values stores those before it.",
    WaitsJudgedEntryByEntry breaks CPU_11: "A CPU wait is satisfied by a value that a later entry of the signal replaces.",
    SignalWakesOneWaiter breaks CPU_16: "A change of a fence value releases one of the waits that it satisfies.",
    DestroyedDeviceSetsEvents breaks CPU_19: "The end of a device sets the events of its registered CPU waits.",
    AutoResetStaysSet breaks EVT_02: "An auto-reset event that releases a waiter stays set.",
    SetReleasesAllOfAutoReset breaks EVT_02: "A set of an auto-reset event releases all of its waiters.",
    ClosedEventIsNotSet breaks EVT_06: "An event whose last handle was closed is not set for a registered CPU wait.",
    ForcedMaximumIgnoresNoSignalMaxValue breaks TDR_04: "The forced maximum reaches a fence through a handle with NoSignalMaxValueOnTdr.",
    MarkingForcesNoMaximum breaks TDR_06: "MarkDeviceAsError does not force the maximum.",
    ErrorLeavesBlockedWaits breaks TDR_07: "A blocked CPU wait of a device that enters Error goes on waiting.",
}

impl Kernel {
    /// The kernel with one mistake switched on, or none.
    #[cfg(feature = "planted")]
    #[must_use]
    pub fn with_planted(self, planted: Option<Planted>) -> Self {
        Self { planted, ..self }
    }

    /// Whether this mistake is to be made.
    #[cfg(feature = "planted")]
    pub(crate) fn planted(&self, mistake: Planted) -> bool {
        self.planted == Some(mistake)
    }

    /// Whether this mistake is to be made: never.
    #[cfg(not(feature = "planted"))]
    #[inline]
    pub(crate) const fn planted(&self, _: Planted) -> bool {
        false
    }

    /// The effect of the mistakes whose names begin with `Refused`.
    #[cfg(feature = "planted")]
    pub(crate) fn make_a_refused_call_change_something(
        &mut self,
        caller: crate::ProcessId,
        request: &crate::Request,
    ) {
        use crate::handle::Kind;

        match (self.planted, request) {
            (Some(Planted::RefusedCreateDeviceUsesAHandle), crate::Request::CreateDevice(_)) => {
                let table = &mut self.process_mut(caller).handles;
                if table.can_allocate(1) {
                    let handle = table.allocate(Kind::Device, 0);
                    table.free(handle);
                }
            }
            (
                Some(Planted::RefusedReleaseChangesTheFenceValue),
                crate::Request::ReleaseKeyedMutex(release),
            ) => {
                let mutex = self.process(caller).handles.lookup(release.keyed_mutex, Kind::KeyedMutex);
                if let Some(mutex) = mutex.and_then(|mutex| self.keyed_mutexes.get_mut(mutex)) {
                    mutex.fence_value = release.fence_value;
                }
            }
            (
                Some(Planted::RefusedSignalStoresAPart),
                crate::Request::SignalSynchronizationObjectFromCpu(signal),
            ) => self.store_a_part(caller, signal),
            (
                Some(mistake @ (Planted::FailedShareLowersACount | Planted::NameStaysAfterFailedShare)),
                crate::Request::ShareObjects(share),
            ) => self.break_refused_share(mistake, caller, share),
            _ => {}
        }
    }

    /// Stores the values of a signal up to the first that is too low.
    #[cfg(feature = "planted")]
    fn store_a_part(&mut self, caller: crate::ProcessId, signal: &crate::SignalSynchronizationObjectFromCpu) {
        let mut write = alloc::collections::BTreeMap::new();
        let Ok(device) = self.resolve(caller, signal.device, crate::handle::Kind::Device) else { return };
        let device = crate::DeviceId(device);
        let handles = signal.objects.iter().flatten();
        for (handle, value) in handles.zip(signal.values.iter().flatten()).take(signal.object_count as usize)
        {
            let Ok(opening) = self.resolve(caller, *handle, crate::handle::Kind::SyncObject) else { break };
            let opening = *self.opening(crate::OpeningId(opening));
            let usable = opening.device == Some(device) && opening.may_signal && !opening.flags.no_signal;
            match self.sync_object(opening.object).fence_value().filter(|_| usable) {
                Some(current) if *value >= current => write.insert(opening.object, *value),
                _ => break,
            };
        }
        let adapter = self.device(device).adapter;
        let write = self.prepare_write(adapter, write);
        self.store(&write);
    }
}
