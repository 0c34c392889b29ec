#include "temper/io/format/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#define ZLIB_CONST  // next_in points to const
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"

namespace temper::io {
namespace {

constexpr std::size_t max_dimensions = 8;
constexpr int unsigned_bytes = 0x08;
constexpr const char* header_cut_short = "the header is cut short. Download the file again.";

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(Code::data, {.file = name}, what);
}

/// The file's uncompressed contents, read sequentially.
class Source {
 public:
  virtual ~Source() = default;
  /// Fills `out` from its beginning; returns fewer bytes than its size only at the end of the
  /// contents.
  virtual std::size_t read(std::span<std::uint8_t> out) = 0;
  /// An upper bound for the bytes that can follow; 0 at a valid end.
  [[nodiscard]] virtual std::uint64_t most_left() const = 0;
};

class PlainSource final : public Source {
 public:
  explicit PlainSource(std::span<const std::byte> bytes) : rest_(bytes) {}
  std::size_t read(std::span<std::uint8_t> out) override {
    const std::size_t count = std::min(out.size(), rest_.size());
    if (count > 0) std::memcpy(out.data(), rest_.data(), count);
    rest_ = rest_.subspan(count);
    return count;
  }
  [[nodiscard]] std::uint64_t most_left() const override { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
};

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

/// The contents of all members, one after the other (RFC 1952, 2.2). Bytes behind the last one,
/// such as the zeros that fill a block of a tape, are ignored.
class GzipSource final : public Source {
 public:
  GzipSource(std::span<const std::byte> bytes, const std::string& name)
      : rest_(bytes), name_(name) {
    constexpr int gzip_only = 16;
    if (inflateInit2(&zlib_, MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&zlib_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  GzipSource(GzipSource&&) = delete;
  GzipSource& operator=(GzipSource&&) = delete;

  std::size_t read(std::span<std::uint8_t> out) override {
    std::size_t filled = 0;
    while (filled < out.size() && !ended_) {
      const std::size_t count = std::min(out.size() - filled, max_step);
      const std::size_t got = step(out.subspan(filled, count));
      if (got == 0 && rest_.empty()) break;  // cut short
      filled += got;
    }
    return filled;
  }

  // Deflate's highest ratio is 258 bytes from two bits.
  [[nodiscard]] std::uint64_t most_left() const override {
    return ended_ ? 0 : (rest_.size() + 64) * 1032 + (std::size_t{1} << 16);
  }

 private:
  static constexpr std::size_t max_step = std::size_t{1} << 30;  // zlib counts in 32 bits

  std::size_t step(std::span<std::uint8_t> out) {
    const std::size_t offered = std::min(rest_.size(), max_step);
    zlib_.next_in = reinterpret_cast<const Bytef*>(rest_.data());
    zlib_.avail_in = static_cast<uInt>(offered);
    zlib_.next_out = out.data();
    zlib_.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&zlib_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      refuse(name_, fmt::format("damaged gzip data: {}. Download the file again.",
                                zlib_.msg == nullptr ? "a dictionary is missing" : zlib_.msg));
    rest_ = rest_.subspan(offered - zlib_.avail_in);
    const std::size_t got = out.size() - zlib_.avail_out;
    if (status == Z_STREAM_END) {
      ended_ = !is_gzip(rest_);
      if (!ended_) inflateReset(&zlib_);
    }
    return got;
  }

  std::span<const std::byte> rest_;
  const std::string& name_;
  z_stream zlib_{};
  bool ended_ = false;
};

std::unique_ptr<Source> open_source(std::span<const std::byte> bytes, const std::string& name) {
  if (is_gzip(bytes)) return std::make_unique<GzipSource>(bytes, name);
  return std::make_unique<PlainSource>(bytes);
}

std::vector<std::int64_t> read_shape(Source& source, const std::string& name) {
  std::array<std::uint8_t, 4> magic{};
  if (source.read(magic) != magic.size()) refuse(name, header_cut_short);
  if (magic[0] != 0 || magic[1] != 0)
    refuse(name, "not an IDX file (it does not begin with two zero bytes, a type and a rank).");
  if (magic[2] != unsigned_bytes)
    refuse(name, fmt::format("element type 0x{:02x}; only unsigned bytes (0x08) are supported.",
                             int{magic[2]}));
  if (magic[3] == 0 || magic[3] > max_dimensions)
    refuse(name,
           fmt::format("{} dimensions; 1 to {} are supported.", int{magic[3]}, max_dimensions));
  std::vector<std::int64_t> shape(magic[3]);
  for (std::int64_t& dimension : shape) {
    std::array<std::uint8_t, 4> bytes{};
    if (source.read(bytes) != bytes.size()) refuse(name, header_cut_short);
    for (const std::uint8_t byte : bytes) dimension = dimension * 256 + byte;
  }
  return shape;
}

/// The product of the shape, within the limit.
std::uint64_t count_of(std::span<const std::int64_t> shape, const std::string& name,
                       std::uint64_t max_bytes) {
  std::uint64_t count = 1;
  for (const std::int64_t dimension : shape)
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(dimension), &count)) count = ~0ULL;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) count = 0;
  if (count > max_bytes)
    refuse(name, fmt::format("shape {} is more than the limit of {} bytes.", fmt::join(shape, "x"),
                             max_bytes));
  return count;
}

}  // namespace

Idx read_idx(const std::filesystem::path& path, std::uint64_t max_bytes) {
  constexpr std::uint64_t slack = 1U << 20U;  // for headers, and for gzip of incompressible data
  return parse_idx(read_file(path, max_bytes + max_bytes / 1000 + slack), path.string(), max_bytes);
}

Idx parse_idx(std::span<const std::byte> bytes, const std::string& name, std::uint64_t max_bytes) {
  const auto source = open_source(bytes, name);
  Idx idx{.shape = read_shape(*source, name), .values = {}};
  const std::uint64_t expected = count_of(idx.shape, name, max_bytes);
  const std::string wanted =
      fmt::format("{} bytes of values (shape {})", expected, fmt::join(idx.shape, "x"));
  const auto check_found = [&](std::uint64_t found) {
    if (found < expected)
      refuse(name, fmt::format("expected {}, found {}. The file is cut short: download it again.",
                               wanted, found));
  };
  check_found(source->most_left());

  idx.values.resize(static_cast<std::size_t>(expected));
  check_found(source->read(idx.values));
  std::array<std::uint8_t, 1> more{};
  if (source->read(more) != 0) refuse(name, fmt::format("more than the expected {}.", wanted));
  if (source->most_left() != 0)
    refuse(name, "the checksum at its end is missing. The file is cut short: download it again.");
  return idx;
}

}  // namespace temper::io
