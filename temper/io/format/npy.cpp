#include "temper/io/format/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cstddef>
#include <functional>
#include <numeric>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"

namespace temper::io {
namespace {

constexpr std::size_t kPreamble = 10;  // bytes before the dictionary
constexpr std::size_t kAlignment = 64;

static_assert(std::endian::native == std::endian::little, "the numbers are written as they are");

}  // namespace

std::string npy_header(std::span<const std::int64_t> shape) {
  // A tuple of one element needs a comma behind it.
  auto header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{}), }}",
                            fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const auto used = kPreamble + header.size() + 1;  // with the line feed
  header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() % 256);
  file += static_cast<char>(header.size() / 256);
  return file + header;
}

void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape,
               std::span<const float> values) {
  const auto count =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  if (count != std::ssize(values))
    throw Error(
        Code::internal, {.file = path.string()},
        fmt::format("{} numbers for an array of [{}]", values.size(), fmt::join(shape, ", ")));
  AtomicFile file(path);
  file.write(npy_header(shape));
  file.write(std::as_bytes(values));
  file.commit();
}

}  // namespace temper::io
