#pragma once
#include <cstdint>
#include <filesystem>

/// Faults on purpose, so that tests can break a run wherever it touches the disk. Every open, read,
/// write, sync, rename and removal in temper passes here first; without TEMPER_FAULT in the
/// environment that costs a comparison.
///
///     TEMPER_FAULT="do=kill at=17 path=/checkpoints/"    SIGKILL before the 17th such call
///     TEMPER_FAULT="do=torn at=5"                        half of the 5th write, then SIGKILL
///     TEMPER_FAULT="do=ENOSPC call=write at=3 times=0"   no space from the 3rd write on
///     TEMPER_FAULT="do=stall call=read path=cat.jpg"     the read never comes back
///     TEMPER_FAULT="do=log to=calls.txt"                 writes "call path" lines, breaks nothing
///
/// `at` counts from 1 the calls that `call` and `path` (a part of the path) let through; `times` is
/// how often it happens, 0 for ever; both are 1 by default.
namespace temper::io {

enum class Call : std::uint8_t { open, read, write, sync, rename, remove, folder };

/// What a call that passes here has to do.
struct Verdict {
  int error = 0;      ///< fail with this error number; 0: go ahead
  bool torn = false;  ///< a write: carry out half of it, then call kill_process()
};

/// True where the environment asks for a fault.
bool has_fault() noexcept;

/// May not return.
Verdict failpoint(Call call, const std::filesystem::path& path) noexcept;

[[noreturn]] void kill_process() noexcept;

}  // namespace temper::io
