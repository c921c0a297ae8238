//! What a spoil can touch: a field of the argument structure, or a piece of the kernel's state.

/// A piece of a call that a spoil changes, or that must stay as it is for a spoil to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The pointer to the argument structure. Without a structure no field of it can be wrong.
    Structure,
    /// AdapterLuid.
    Luid,
    /// The bits of Filter that nobody defined.
    ReservedFilter,
    /// NumAdapters.
    Capacity,
    /// The bits of Flags that nobody defined.
    ReservedFlags,
    /// StateType.
    StateType,
    /// Reason.
    Reason,
    /// hAdapter.
    AdapterHandle,
    /// hDevice.
    DeviceHandle,
    /// hKeyedMutex.
    KeyedMutexHandle,
    /// hSharedHandle.
    SharedHandle,
    /// hSyncObject.
    SyncObjectHandle,
    /// Info.Type, and with it what else Info holds.
    ObjectType,
    /// That the object is no CPU_NOTIFICATION.
    NotificationType,
    /// That there are flags of an object.
    ObjectFlags,
    /// The flag Shared.
    SharedFlag,
    /// The flag NtSecuritySharing.
    NtSecurityFlag,
    /// That there are arrays of objects and values.
    ObjectArrays,
    /// ObjectCount.
    ObjectCount,
    /// That ObjectCount is not 0.
    ObjectEntries,
    /// hEvent, hAsyncEvent, or the Event of Info.
    EventHandle,
    /// The pointer that gets the new handle.
    OutPointer,
    /// Key.
    Key,
    /// pTimeout.
    Timeout,
    /// pPrivateRuntimeData and PrivateRuntimeDataSize.
    PrivateData,
    /// hObject.
    Object,
    /// Which process SourceProcess names.
    SourceProcess,
    /// What the handle in SourceProcess grants.
    SourceProcessRights,
    /// SourceHandle.
    SourceHandle,
    /// Which process TargetProcess names.
    TargetProcess,
    /// What the handle in TargetProcess grants.
    TargetProcessRights,
    /// DesiredAccess.
    DesiredAccess,
    /// The bits of Options that nobody defined.
    ReservedOptions,
    /// The option that closes the source.
    CloseSource,
    /// The option that takes the mask of the source over.
    SameAccess,
    /// That there are attributes.
    Attributes,
    /// Length of the attributes.
    AttributesLength,
    /// That ObjectName is there.
    NameThere,
    /// The name, and RootDirectory with it.
    Name,
    /// Length of the name.
    NameLength,
    /// Where the buffer of the name lies.
    NameAlignment,
    /// OBJ_OPENIF.
    OpenIf,
    /// SecurityDescriptor.
    Descriptor,
    /// EngineAffinity.
    EngineAffinity,
    /// Class.
    Class,
    /// Length of the buffer.
    QueryLength,
    /// Whether the adapter that the call names runs.
    AdapterState,
    /// Which adapters the machine has.
    AdapterSet,
    /// The caller's table of local handles: how full it is.
    LocalTable,
    /// How many devices the machine has.
    Devices,
    /// The table of global handles: how full it is.
    GlobalTable,
    /// How many keyed mutexes the machine has.
    KeyedMutexes,
    /// Who holds the keyed mutex that the call names.
    MutexHolder,
    /// Whether the device that the call names is in Error.
    DeviceState,
    /// How many synchronisation objects the machine has.
    SyncObjects,
    /// How many events the machine has.
    NtObjects,
    /// How many waits the machine has.
    Waits,
    /// How many processes the machine has.
    Processes,
    /// The entry of the NT handle that the call acts on: its flags, and that it is there.
    NtEntry,
    /// Whether the source process lives.
    SourceProcessLife,
    /// Whether the target process lives.
    TargetProcessLife,
    /// The table of NT handles that gets a new entry: how full it is.
    NtTable,
}

impl Part {
    /// Whether it is a field of the argument structure, and so not there when the pointer is NULL.
    const fn is_field(self) -> bool {
        match self {
            Self::Structure
            | Self::AdapterState
            | Self::AdapterSet
            | Self::LocalTable
            | Self::Devices
            | Self::GlobalTable
            | Self::KeyedMutexes
            | Self::MutexHolder
            | Self::DeviceState
            | Self::SyncObjects
            | Self::NtObjects
            | Self::Waits
            | Self::Processes
            | Self::NtEntry
            | Self::SourceProcessLife
            | Self::TargetProcessLife
            | Self::NtTable => false,
            Self::Luid
            | Self::ReservedFilter
            | Self::Capacity
            | Self::ReservedFlags
            | Self::StateType
            | Self::Reason
            | Self::AdapterHandle
            | Self::DeviceHandle
            | Self::KeyedMutexHandle
            | Self::SharedHandle
            | Self::SyncObjectHandle
            | Self::ObjectType
            | Self::NotificationType
            | Self::ObjectFlags
            | Self::SharedFlag
            | Self::NtSecurityFlag
            | Self::ObjectArrays
            | Self::ObjectCount
            | Self::ObjectEntries
            | Self::EventHandle
            | Self::OutPointer
            | Self::Key
            | Self::Timeout
            | Self::PrivateData
            | Self::Object
            | Self::SourceProcess
            | Self::SourceProcessRights
            | Self::SourceHandle
            | Self::TargetProcess
            | Self::TargetProcessRights
            | Self::DesiredAccess
            | Self::ReservedOptions
            | Self::CloseSource
            | Self::SameAccess
            | Self::Attributes
            | Self::AttributesLength
            | Self::NameThere
            | Self::Name
            | Self::NameLength
            | Self::NameAlignment
            | Self::OpenIf
            | Self::Descriptor
            | Self::EngineAffinity
            | Self::Class
            | Self::QueryLength => true,
        }
    }

    /// Whether a change of the one leaves no room for a change of the other.
    #[must_use]
    pub const fn clashes(self, other: Self) -> bool {
        self as u8 == other as u8
            || matches!(self, Self::Structure) && other.is_field()
            || matches!(other, Self::Structure) && self.is_field()
    }
}
