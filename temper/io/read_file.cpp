#include "temper/io/read_file.h"

#include <fmt/format.h>
#include <span>

#include "temper/core/error.h"
#include "temper/io/descriptor.h"

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
  // Somebody may have cut the file meanwhile.
  contents.resize(read_all(file, std::as_writable_bytes(std::span(contents)), path));
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
