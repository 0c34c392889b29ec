#pragma once
#include <cstdint>
#include <filesystem>

/// Injected faults, so that tests can interrupt a run at every access to the disk. Every open,
/// read, write, sync, rename and removal in temper calls failpoint() first; without TEMPER_FAULT in
/// the environment that costs one comparison.
///
///     TEMPER_FAULT="do=kill at=17 path=/checkpoints/"    SIGKILL before the 17th such call
///     TEMPER_FAULT="do=torn at=5"                        half of the 5th write, then SIGKILL
///     TEMPER_FAULT="do=ENOSPC call=write at=3 times=0"   no space from the 3rd write on
///     TEMPER_FAULT="do=stall call=read path=cat.jpg"     the read never returns
///     TEMPER_FAULT="do=log to=calls.txt"                 writes "call path" lines only
///
/// `at` counts, from 1, the calls that match `call` and `path` (a part of the path); `times` is the
/// number of faults, 0: unlimited; both are 1 by default.
namespace temper::io {

enum class Call : std::uint8_t { open, read, write, sync, rename, remove, folder };

/// What the caller of failpoint() must do.
struct InjectedFault {
  int error = 0;      ///< fail with this error number; 0: continue
  bool torn = false;  ///< a write: carry out half of it, then call kill_process()
};

/// Whether TEMPER_FAULT is set in the environment.
bool has_fault() noexcept;

/// To be called before an access to the disk. May not return.
InjectedFault failpoint(Call call, const std::filesystem::path& path) noexcept;

[[noreturn]] void kill_process() noexcept;

}  // namespace temper::io
