#include "temper/io/format/tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"

namespace temper::io {
namespace {

using Block = std::array<std::byte, kTarBlock>;
using BlockView = std::span<const std::byte, kTarBlock>;

/// The position of a field in a header, in bytes.
struct Place {
  std::size_t offset;
  std::size_t size;
};
constexpr Place kName{0, 100};
constexpr Place kMode{100, 8};
constexpr Place kUser{108, 8};
constexpr Place kGroup{116, 8};
constexpr Place kSize{124, 12};
constexpr Place kTime{136, 12};
constexpr Place kSum{148, 8};
constexpr std::size_t kType = 156;
constexpr Place kMagic{257, 6};
constexpr Place kVersion{263, 2};
constexpr Place kPrefix{345, 155};

/// Names of images do not have longer extended headers or names.
constexpr std::uint64_t kMostExtended = 64U << 10U;
constexpr std::size_t kMostName = 4096;

std::string_view text_at(BlockView block, Place place) {
  const auto* begin = reinterpret_cast<const char*>(block.data()) + place.offset;
  return {begin, ::strnlen(begin, place.size)};
}

/// Octal text, or GNU's big-endian binary; nothing if it is neither, negative or beyond 63 bits.
std::optional<std::uint64_t> number_at(BlockView block, Place place) {
  const auto field = block.subspan(place.offset, place.size);
  constexpr std::uint64_t most = ~std::uint64_t{0} >> 1U;
  std::uint64_t value = 0;
  if (const int first = std::to_integer<int>(field.front()); (first & 0x80) != 0) {
    if (first != 0x80) return std::nullopt;
    for (const std::byte byte : field.subspan(1)) {
      if (value > most >> 8U) return std::nullopt;
      value = value << 8U | std::to_integer<std::uint64_t>(byte);
    }
    return value;
  }
  auto text = text_at(block, place);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (const auto end = text.find(' '); end != std::string_view::npos) text = text.substr(0, end);
  for (const char digit : text) {
    if (digit < '0' || digit > '7') return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(digit - '0');  // 12 digits: 36 bits
  }
  return value;
}

/// Whether the header's checksum is right: the sum of its bytes, with those of the checksum counted
/// as spaces. Old programs added signed bytes.
bool has_valid_checksum(BlockView block) {
  std::int64_t plain = 0;
  std::int64_t with_signs = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool inside = i >= kSum.offset && i < kSum.offset + kSum.size;
    const auto byte = inside ? std::uint8_t{' '} : std::to_integer<std::uint8_t>(block[i]);
    plain += byte;
    with_signs += static_cast<std::int8_t>(byte);
  }
  const auto told = number_at(block, kSum);
  return told && (std::cmp_equal(*told, plain) || std::cmp_equal(*told, with_signs));
}

bool is_zero(BlockView block) {
  return std::all_of(block.begin(), block.end(), [](std::byte b) { return b == std::byte{0}; });
}

void put(Block& block, Place place, std::string_view text) {
  std::memcpy(block.data() + place.offset, text.data(), std::min(text.size(), place.size));
}

/// The name and size of the next member, from an extended header.
struct Extended {
  std::string name;
  std::optional<std::uint64_t> size;
};

class Scan {
 public:
  Scan(std::uint64_t size, const ReadAt& read, const std::string& name)
      : size_(size), read_(read), name_(name) {}

  void run(const std::function<void(const TarMember&)>& visit) {
    for (;;) {
      if (size_ - at_ < kTarBlock)
        refuse("the archive's end mark is missing: it is cut short. Download it again");
      Block block;
      read_(at_, block);
      if (is_zero(block)) return;
      member(block, visit);
    }
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(Code::data, {.file = name_}, fmt::format("byte {}: {}.", at_, what));
  }

  void member(BlockView block, const std::function<void(const TarMember&)>& visit) {
    if (!has_valid_checksum(block))
      refuse(at_ == 0 ? "not a tar archive" : "a damaged header. Download the archive again");
    const char type = static_cast<char>(block[kType]);
    TarMember found{.name = extended_.name.empty() ? name_in(block) : extended_.name,
                    .offset = at_ + kTarBlock};
    const auto told = number_at(block, kSize);
    const bool describes = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    if (extended_.size && !describes) {
      found.size = *extended_.size;
    } else {
      if (!told) refuse(fmt::format("'{}' has a size that is not a number", printable(found.name)));
      found.size = *told;
    }
    const bool has_bytes = describes || type == '0' || type == '\0' || type == '7';
    if (!has_bytes) {
      // Some programs write a size for a folder; no bytes follow it.
      if (type != '5') refuse_kind(found.name, type);
      extended_ = {};
      at_ += kTarBlock;
      return;
    }
    if (found.size > size_ - found.offset)
      refuse(
          fmt::format("'{}' has {} bytes, but the archive has {} after its header: it is cut "
                      "short or damaged",
                      printable(found.name), found.size, size_ - found.offset));
    if (describes)
      describe(type, found);
    else
      file(std::move(found), visit);
  }

  void file(TarMember found, const std::function<void(const TarMember&)>& visit) {
    const std::uint64_t next = found.offset + found.size + tar_padding(found.size);
    // Before POSIX, a folder was a file whose name ends with '/'.
    if (!found.name.ends_with('/')) {
      found.name = checked(found.name);
      visit(found);
    }
    extended_ = {};
    at_ = std::min(next, size_);
  }

  void describe(char type, const TarMember& found) {
    if (found.size > kMostExtended)
      refuse(fmt::format("an extended header of {} bytes; at most {} are allowed", found.size,
                         kMostExtended));
    std::string text(static_cast<std::size_t>(found.size), '\0');
    read_(found.offset, std::as_writable_bytes(std::span(text)));
    if (type == 'L') {
      extended_.name = text.substr(0, text.find('\0'));
      if (extended_.name.empty()) refuse("an empty long name");
    } else if (type != 'K') {
      records(text, type == 'g');
    }
    at_ = std::min(found.offset + found.size + tar_padding(found.size), size_);
  }

  /// Records of pax: "length key=value\n", repeated.
  void records(std::string_view text, bool global) {
    while (!text.empty()) {
      const auto space = text.find(' ');
      const auto length = decimal(text.substr(0, std::min(space, text.size())));
      if (space == std::string_view::npos || !length || *length > text.size() ||
          *length < space + 3 || text[*length - 1] != '\n')
        refuse("a damaged extended header");
      const auto record = text.substr(space + 1, *length - space - 2);
      text.remove_prefix(*length);
      const auto equals = record.find('=');
      if (equals == std::string_view::npos) refuse("a damaged extended header");
      record_of(record.substr(0, equals), record.substr(equals + 1), global);
    }
  }

  void record_of(std::string_view key, std::string_view value, bool global) {
    if (key.starts_with("GNU.sparse")) refuse("a sparse file; write the archive without --sparse");
    if (key != "path" && key != "size") return;
    if (global) refuse(fmt::format("a {} for all members at once", key));
    if (key == "path") {
      if (value.empty()) refuse("an extended header with an empty name");
      extended_.name = value;
    } else {
      extended_.size = decimal(value);
      if (!extended_.size) refuse("an extended header whose size is not a number");
    }
  }

  static std::optional<std::uint64_t> decimal(std::string_view text) {
    if (text.empty() || text.size() > 18) return std::nullopt;
    std::uint64_t value = 0;
    for (const char digit : text) {
      if (digit < '0' || digit > '9') return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return value;
  }

  static std::string name_in(BlockView block) {
    std::string name(text_at(block, kName));
    // GNU's own format has times where POSIX has the prefix of the name.
    const bool posix = std::memcmp(block.data() + kMagic.offset, "ustar", 6) == 0;
    if (const auto prefix = text_at(block, kPrefix); posix && !prefix.empty())
      name = fmt::format("{}/{}", prefix, name);
    return name;
  }

  /// The name without "." and empty parts; refused if it is not within the archive.
  [[nodiscard]] std::string checked(std::string_view name) const {
    if (name.size() > kMostName)
      refuse(fmt::format("a name of {} bytes; at most {} are allowed", name.size(), kMostName));
    const auto shown = printable(name);
    if (std::any_of(name.begin(), name.end(), control))
      refuse(fmt::format("the name '{}' has a control character", shown));
    if (name.starts_with('/'))
      refuse(fmt::format("the name '{}' is absolute; a member's name is relative", shown));
    std::string result;
    while (!name.empty()) {
      const auto part = name.substr(0, name.find('/'));
      name.remove_prefix(std::min(part.size() + 1, name.size()));
      if (part == "..")
        refuse(fmt::format("the name '{}' leads out of the archive by '..'", shown));
      if (part.empty() || part == ".") continue;
      if (!result.empty()) result += '/';
      result += part;
    }
    if (result.empty()) refuse("a file without a name");
    return result;
  }

  [[noreturn]] void refuse_kind(const std::string& name, char type) const {
    std::string what;
    switch (type) {
      case '1':
      case '2':
        what = "a link; pack the file itself (tar --dereference --hard-dereference)";
        break;
      case '3':
      case '4':
        what = "a device";
        break;
      case '6':
        what = "a pipe";
        break;
      case 'S':
        what = "a sparse file; write the archive without --sparse";
        break;
      default:
        what = fmt::format("of an unknown kind (0x{:02x})", static_cast<unsigned char>(type));
    }
    refuse(fmt::format("'{}' is {}", printable(name), what));
  }

  static bool control(char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  }

  static std::string printable(std::string_view name) {
    return temper::printable(name.substr(0, 200));
  }

  std::uint64_t size_;
  const ReadAt& read_;
  const std::string& name_;
  std::uint64_t at_ = 0;  ///< never beyond size_
  Extended extended_;
};

}  // namespace

void scan_tar(std::uint64_t size, const ReadAt& read, const std::string& name,
              const std::function<void(const TarMember&)>& visit) {
  if (size == 0) throw Error(Code::data, {.file = name}, "the file is empty.");
  Scan(size, read, name).run(visit);
}

void scan_tar(std::span<const std::byte> archive, const std::string& name,
              const std::function<void(const TarMember&)>& visit) {
  const auto read = [archive](std::uint64_t offset, std::span<std::byte> into) {
    std::ranges::copy(archive.subspan(static_cast<std::size_t>(offset), into.size()), into.begin());
  };
  scan_tar(archive.size(), read, name, visit);
}

std::array<std::byte, kTarBlock> tar_header(std::string_view name, std::uint64_t size) {
  constexpr std::uint64_t most = std::uint64_t{1} << 33U;
  if (name.empty() || name.size() > kName.size || size >= most)
    throw Error(Code::internal,
                fmt::format("invalid name or size for a tar header: '{}', {} bytes", name, size));
  Block block{};
  put(block, kName, name);
  put(block, kMode, "0000644");
  put(block, kUser, "0000000");
  put(block, kGroup, "0000000");
  put(block, kSize, fmt::format("{:011o}", size));
  put(block, kTime, "00000000000");
  put(block, kMagic, std::string_view("ustar\0", 6));
  put(block, kVersion, "00");
  block[kType] = std::byte{'0'};
  put(block, kSum, "        ");
  std::uint32_t sum = 0;
  for (const std::byte byte : block) sum += std::to_integer<std::uint32_t>(byte);
  put(block, kSum, fmt::format("{:06o}", sum) + '\0' + ' ');
  return block;
}

bool is_tar_header(std::span<const std::byte, kTarBlock> block, std::uint64_t size) {
  const char type = static_cast<char>(block[kType]);
  if ((type != '0' && type != '\0' && type != '7') || !has_valid_checksum(block)) return false;
  const auto told = number_at(block, kSize);
  // pax may write any number here if the extended header has the size.
  return told && (*told == size || size >= std::uint64_t{1} << 33U);
}

}  // namespace temper::io
