#include "temper/io/read_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "temper/io/descriptor.h"
#include "temper/io/system_error.h"

namespace temper::io {
namespace {

template <class Container>
Container read_as(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const auto [file, size] = open_for_reading(path);
  if (size > max_bytes)
    throw Error(Code::data, fmt::format("{} has {} bytes; at most {} are read.", path.string(),
                                        size, max_bytes));
  Container contents;
  contents.resize(static_cast<std::size_t>(size));
  std::size_t filled = 0;
  while (filled < contents.size()) {
    const ssize_t got = ::read(file.get(), contents.data() + filled, contents.size() - filled);
    if (got < 0 && errno != EINTR) throw system_error("read", path, errno);
    if (got == 0) break;
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  contents.resize(filled);  // somebody may have cut the file meanwhile
  return contents;
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_as<std::vector<std::byte>>(path, max_bytes);
}

std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_as<std::string>(path, max_bytes);
}

}  // namespace temper::io
