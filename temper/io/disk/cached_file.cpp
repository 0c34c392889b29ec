#include "temper/io/disk/cached_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "temper/io/disk/failpoint.h"

namespace temper::io {

Descriptor open_cached([[maybe_unused]] const std::filesystem::path& path) noexcept {
#ifdef RESOLVE_CACHED
  static std::atomic<bool> unknown = false;  // an old kernel, or a sandbox that forbids it
  if (unknown || has_fault()) return {};
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_CACHED;
  const auto number = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
  if (number >= 0) return Descriptor(static_cast<int>(number));
  if (errno == ENOSYS || errno == EPERM || errno == EINVAL) unknown = true;
#endif
  return {};
}

std::size_t read_cached(const Descriptor& file, std::uint64_t offset,
                        std::span<std::byte> buffer) noexcept {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto rest = buffer.subspan(filled);
    const iovec place{rest.data(), rest.size()};
    const ssize_t got =
        ::preadv2(file.get(), &place, 1, static_cast<off_t>(offset + filled), RWF_NOWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace temper::io
