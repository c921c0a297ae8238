//! The statuses that the model's words stand for.
//!
//! The match is exhaustive: a new refusal of the model does not compile until it has its status here.

use kmt_core::NtStatus;
use kmt_model::observation::{self, Refusal};

/// The status of a call that took effect.
pub(super) const fn success_of(output: &observation::Output) -> NtStatus {
    match output {
        // NAM-19
        observation::Output::Shared { existed: true, .. } => NtStatus::OBJECT_NAME_EXISTS,
        _ => NtStatus::SUCCESS,
    }
}

/// The status that a meaning has.
#[must_use]
#[allow(clippy::too_many_lines, reason = "one line for each refusal")]
pub(super) const fn status_of(refusal: Refusal) -> NtStatus {
    match refusal {
        Refusal::UnknownFlag
        | Refusal::UnknownFilter
        | Refusal::UnknownQuery
        | Refusal::UnknownReason
        | Refusal::DeadHandle
        | Refusal::NoSuchAdapter
        | Refusal::UnknownOption
        | Refusal::NoTarget
        | Refusal::UnknownKeyedMutexFlag
        | Refusal::NullPrivateData
        | Refusal::PrivateDataTooLarge
        | Refusal::NoSuchGlobalHandle
        | Refusal::OtherSizeAtOpen
        | Refusal::NoKeyedMutexToDestroy
        | Refusal::OtherSizeAtAcquire
        | Refusal::DestroyedWhileWaiting
        | Refusal::ReleaseOfAbandoned
        | Refusal::NotOwner
        | Refusal::OtherSizeAtRelease
        | Refusal::UnsupportedType
        | Refusal::NtSharingWithoutShared
        | Refusal::CrossAdapterWithoutShared
        | Refusal::WrongHandleFlags
        | Refusal::WrongSignalByDriver
        | Refusal::SharedNotification
        | Refusal::GloballySharedFence
        | Refusal::CountAboveMost
        | Refusal::NoSuchDevice
        | Refusal::UnknownEngine
        | Refusal::NoPeriodicTarget
        | Refusal::NoSuchGlobalSyncObject
        | Refusal::NoSyncObjectToDestroy
        | Refusal::NotASyncObject
        | Refusal::NotAFence
        | Refusal::FenceOfOtherDevice
        | Refusal::LowerValue
        | Refusal::NothingToShare
        | Refusal::WrongShape
        | Refusal::NotForNtSharing
        | Refusal::Exclusive
        | Refusal::NoAttributes
        | Refusal::NeedsDevice
        | Refusal::WrongOpenFlags
        | Refusal::NoDeviceToOpenOn
        | Refusal::OtherAdapter
        | Refusal::UnknownOpenEngine => NtStatus::INVALID_PARAMETER,
        Refusal::UnsupportedQuery => NtStatus::NOT_SUPPORTED,
        Refusal::ArrayTooSmall => NtStatus::BUFFER_TOO_SMALL,
        Refusal::AdapterStopped
        | Refusal::QueryOnStoppedAdapter
        | Refusal::DeviceRemoved
        | Refusal::DeviceDestroyedWhileWaiting
        | Refusal::DeviceFailedWhileWaiting
        | Refusal::OpenDeviceRemoved => NtStatus::DEVICE_REMOVED,
        Refusal::DeviceException | Refusal::OpenDeviceException => NtStatus::GRAPHICS_GPU_EXCEPTION_ON_DEVICE,
        Refusal::NoMemory
        | Refusal::NoMemoryForProcess
        | Refusal::NoMemoryForEvent
        | Refusal::NoMemoryForNtObject
        | Refusal::TooManyWaits => NtStatus::NO_MEMORY,
        Refusal::TooManyNtHandles => NtStatus::INSUFFICIENT_RESOURCES,
        Refusal::NothingToClose
        | Refusal::NothingToDuplicate
        | Refusal::NoSuchEvent
        | Refusal::NoSuchWaitEvent
        | Refusal::NothingToQuery
        | Refusal::NoSuchRoot
        | Refusal::NothingToOpen
        | Refusal::NothingToOpenOnDevice => NtStatus::INVALID_HANDLE,
        Refusal::NotAProcess
        | Refusal::NotAnEvent
        | Refusal::NotAWaitEvent
        | Refusal::WrongRoot
        | Refusal::NameIsRoot
        | Refusal::NameOfOtherType
        | Refusal::OpenOfOtherType
        | Refusal::NotASharedSyncObject => NtStatus::OBJECT_TYPE_MISMATCH,
        Refusal::UnknownObjectQuery => NtStatus::NOT_IMPLEMENTED,
        Refusal::WrongQueryLength => NtStatus::INFO_LENGTH_MISMATCH,
        Refusal::UnknownRevision => NtStatus::UNKNOWN_REVISION,
        Refusal::NoName => NtStatus::OBJECT_PATH_SYNTAX_BAD,
        Refusal::EmptyComponent => NtStatus::OBJECT_NAME_INVALID,
        Refusal::PathNotFound => NtStatus::OBJECT_PATH_NOT_FOUND,
        Refusal::NameCollision => NtStatus::OBJECT_NAME_COLLISION,
        Refusal::NameNotFound => NtStatus::OBJECT_NAME_NOT_FOUND,
        Refusal::Protected | Refusal::ProtectedSource => NtStatus::HANDLE_NOT_CLOSABLE,
        Refusal::MayNotDuplicate
        | Refusal::WiderThanSource
        | Refusal::EventAccess
        | Refusal::FenceAccess
        | Refusal::WaitEventAccess
        | Refusal::SystemSecurity
        | Refusal::ExistingNotGranted
        | Refusal::WiderThanOpening
        | Refusal::MayNotCreate
        | Refusal::NotGranted
        | Refusal::NoReadControl => NtStatus::ACCESS_DENIED,
    }
}
