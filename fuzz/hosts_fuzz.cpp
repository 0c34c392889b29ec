#include <cstdlib>
#include <string>

#include "fuzz/hostile.h"
#include "temper/watch/hosts.h"

// Whatever bytes a Host header has, a server of this machine answers under addresses of its own and
// localhost alone, and these have no byte that a name of another site could hide in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const temper::watch::Hosts hosts("127.0.0.1", true);
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string header(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!hosts.allow(header)) return;
    if (header.find_first_not_of("0123456789abcdefABCDEF.:[]localhstLOCALHST") != std::string::npos)
      std::abort();
    const bool starts_well = header.starts_with("127.") || header.starts_with('[') ||
                             header.starts_with('l') || header.starts_with('L');
    if (!starts_well || header.size() > 64) std::abort();
  });
}
