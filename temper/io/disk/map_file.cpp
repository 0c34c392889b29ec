#include "temper/io/disk/map_file.h"

#include <sys/mman.h>

#include <cerrno>

#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/failpoint.h"
#include "temper/io/disk/system_error.h"

namespace temper::io {

std::pair<std::shared_ptr<const std::byte>, std::size_t> map_file(
    const std::filesystem::path& path) {
  const auto [file, size] = open_for_reading(path);
  if (size == 0) return {nullptr, 0};
  const auto length = static_cast<std::size_t>(size);
  if (const auto verdict = failpoint(Call::read, path); verdict.error != 0)
    throw system_error("read", path, verdict.error);
  void* const address = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw system_error("read", path, errno);
  return {{static_cast<const std::byte*>(address),
           [address, length](const std::byte*) { ::munmap(address, length); }},
          length};
}

}  // namespace temper::io
