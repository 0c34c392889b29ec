#include "temper/io/format/zip.h"

#include <fmt/format.h>
#define ZLIB_CONST  // next_in points to const
#include <zlib.h>

#include <algorithm>
#include <new>
#include <optional>
#include <set>
#include <string_view>

#include "temper/core/error.h"

namespace temper::io {
namespace {

constexpr std::uint32_t kLocal = 0x04034b50;      // before each member
constexpr std::uint32_t kCentral = 0x02014b50;    // an entry of the central directory
constexpr std::uint32_t kEnd = 0x06054b50;        // the end record
constexpr std::uint32_t kEnd64 = 0x06064b50;      // the end record of zip64
constexpr std::uint32_t kLocator64 = 0x07064b50;  // where the latter is
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kMostComment = 0xFFFF;
constexpr std::uint16_t kExtra64 = 0x0001;            // the extra field with sizes of 64 bits
constexpr std::uint64_t kIn64 = 0xFFFFFFFF;           // a size that is in this field
constexpr std::uint16_t kDeflated = 8;                // the method
constexpr std::uint16_t kEncrypted = 0x2041;          // flags of encryption
constexpr std::size_t kStep = std::size_t{1} << 30U;  // zlib counts in 32 bits

/// The little-endian number of `size` bytes at an offset, which must be inside of the bytes.
std::uint64_t number(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::to_integer<std::uint64_t>(bytes[offset + i]) << (8 * i);
  return value;
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Where the central directory is.
struct Directory {
  std::uint64_t offset;
  std::uint64_t size;
  std::uint64_t entries;
};

/// A member and the part of the archive that its header and its bytes take.
struct Entry {
  ZipMember member;
  std::uint64_t begin;
  std::uint64_t stored;
  std::uint64_t end = 0;
};

class Scan {
 public:
  Scan(std::span<const std::byte> archive, const std::string& name)
      : archive_(archive), name_(name) {}

  std::vector<ZipMember> run() {
    const Directory directory = find_directory();
    auto rest = archive_.subspan(static_cast<std::size_t>(directory.offset),
                                 static_cast<std::size_t>(directory.size));
    std::vector<Entry> entries;
    while (!rest.empty()) entries.push_back(take_entry(rest));
    if (entries.size() != directory.entries)
      refuse(fmt::format("its central directory has {} entries, expected {}", entries.size(),
                         directory.entries));
    for (Entry& entry : entries) locate(entry, directory.offset);
    check_apart(entries);
    std::vector<ZipMember> members;
    members.reserve(entries.size());
    for (Entry& entry : entries) members.push_back(std::move(entry.member));
    return members;
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(Code::data, {.file = name_},
                fmt::format("not a valid zip archive: {}. Download or save the file again.", what));
  }
  [[noreturn]] void refuse(const Entry& entry, std::string_view what) const {
    refuse(fmt::format("member \"{}\" {}", entry.member.name, what));
  }

  [[nodiscard]] bool has(std::uint32_t signature, std::uint64_t offset, std::size_t size) const {
    return offset <= archive_.size() && size <= archive_.size() - offset &&
           number(archive_, static_cast<std::size_t>(offset), 4) == signature;
  }

  /// The offset of the end record, whose comment must fill the archive.
  [[nodiscard]] std::size_t find_end() const {
    for (std::size_t comment = 0; comment <= kMostComment; ++comment) {
      if (archive_.size() < kEndSize + comment) break;
      const std::size_t at = archive_.size() - kEndSize - comment;
      if (has(kEnd, at, kEndSize) && number(archive_, at + 20, 2) == comment) return at;
    }
    refuse("its central directory is missing, because the file is cut short");
  }

  [[nodiscard]] Directory find_directory() const {
    std::uint64_t end = find_end();
    const auto at = static_cast<std::size_t>(end);
    Directory found{.offset = number(archive_, at + 16, 4),
                    .size = number(archive_, at + 12, 4),
                    .entries = number(archive_, at + 10, 2)};
    if (at >= kLocator64Size && has(kLocator64, at - kLocator64Size, kLocator64Size)) {
      end = number(archive_, at - kLocator64Size + 8, 8);
      if (!has(kEnd64, end, kEnd64Size)) refuse("the end record of zip64 is missing");
      const auto at64 = static_cast<std::size_t>(end);
      found = {.offset = number(archive_, at64 + 48, 8),
               .size = number(archive_, at64 + 40, 8),
               .entries = number(archive_, at64 + 32, 8)};
    }
    if (found.offset > end || found.size > end - found.offset)
      refuse(
          fmt::format("its central directory of {} bytes at {} does not end before {}, where the "
                      "record of the archive's end is",
                      found.size, found.offset, end));
    return found;
  }

  /// Reads the first entry of the rest of the central directory, and takes it from there.
  Entry take_entry(std::span<const std::byte>& rest) const {
    if (rest.size() < kCentralSize || number(rest, 0, 4) != kCentral)
      refuse("an entry of its central directory is damaged");
    const std::size_t name = number(rest, 28, 2);
    const std::size_t extra = number(rest, 30, 2);
    const std::size_t comment = number(rest, 32, 2);
    if (name + extra + comment > rest.size() - kCentralSize)
      refuse("an entry of its central directory extends beyond the directory's end");
    Entry entry{.member = {.name = std::string(text(rest.subspan(kCentralSize, name))),
                           .bytes = {},
                           .size = number(rest, 24, 4),
                           .crc = static_cast<std::uint32_t>(number(rest, 16, 4)),
                           .deflated = number(rest, 10, 2) == kDeflated},
                .begin = number(rest, 42, 4),
                .stored = number(rest, 20, 4)};
    if ((number(rest, 8, 2) & kEncrypted) != 0) refuse(entry, "is encrypted");
    if (const auto method = number(rest, 10, 2); method != 0 && method != kDeflated)
      refuse(entry, fmt::format("is compressed by method {}; 0 (stored) and 8 (deflated) are read",
                                method));
    read_extra(entry, rest.subspan(kCentralSize + name, extra));
    if (!entry.member.deflated && entry.stored != entry.member.size)
      refuse(entry, fmt::format("is not compressed but has {} bytes in place of {}", entry.stored,
                                entry.member.size));
    rest = rest.subspan(kCentralSize + name + extra + comment);
    return entry;
  }

  /// Takes the numbers that don't have room in the entry itself from its extra field of zip64.
  void read_extra(Entry& entry, std::span<const std::byte> extra) const {
    while (extra.size() >= 4) {
      const std::size_t size = number(extra, 2, 2);
      if (size > extra.size() - 4) break;
      auto field = extra.subspan(4, size);
      if (number(extra, 0, 2) == kExtra64) {
        for (std::uint64_t* value : {&entry.member.size, &entry.stored, &entry.begin}) {
          if (*value != kIn64) continue;
          if (field.size() < 8) refuse(entry, "has an extra field of zip64 that is too short");
          *value = number(field, 0, 8);
          field = field.subspan(8);
        }
        return;
      }
      extra = extra.subspan(4 + size);
    }
  }

  /// Finds the member's bytes behind its local header.
  void locate(Entry& entry, std::uint64_t directory) const {
    if (entry.begin > directory || directory - entry.begin < kLocalSize ||
        !has(kLocal, entry.begin, kLocalSize))
      refuse(entry, fmt::format("has no header at byte {}", entry.begin));
    const auto begin = static_cast<std::size_t>(entry.begin);
    const std::size_t name = number(archive_, begin + 26, 2);
    const std::size_t extra = number(archive_, begin + 28, 2);
    const std::uint64_t room = directory - entry.begin - kLocalSize;
    if (name + extra > room || entry.stored > room - name - extra)
      refuse(entry, fmt::format("of {} bytes extends into the central directory", entry.stored));
    if (text(archive_.subspan(begin + kLocalSize, name)) != entry.member.name)
      refuse(entry, "has another name in its own header");
    entry.member.bytes =
        archive_.subspan(begin + kLocalSize + name + extra, static_cast<std::size_t>(entry.stored));
    entry.end = entry.begin + kLocalSize + name + extra + entry.stored;
  }

  void check_apart(const std::vector<Entry>& entries) const {
    std::set<std::string_view> names;
    std::vector<const Entry*> ordered;
    for (const Entry& entry : entries) {
      if (!names.insert(entry.member.name).second) refuse(entry, "occurs twice");
      ordered.push_back(&entry);
    }
    std::sort(ordered.begin(), ordered.end(),
              [](const Entry* a, const Entry* b) { return a->begin < b->begin; });
    for (std::size_t i = 1; i < ordered.size(); ++i)
      if (ordered[i]->begin < ordered[i - 1]->end)
        refuse(*ordered[i], fmt::format("overlaps \"{}\"", ordered[i - 1]->member.name));
  }

  std::span<const std::byte> archive_;
  const std::string& name_;
};

/// zlib's state for data without a header.
class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&zlib_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&zlib_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  Inflater(Inflater&&) = delete;
  Inflater& operator=(Inflater&&) = delete;

  /// Whether the bytes decompress to exactly `out`.
  bool fill(std::span<const std::byte> bytes, std::span<std::byte> out) {
    std::byte behind{};  // zlib wants room for the end, and data too long must not pass for right
    for (;;) {
      const bool full = out.empty();
      const std::span<std::byte> room =
          full ? std::span(&behind, 1) : out.first(std::min(out.size(), kStep));
      const std::size_t offered = std::min(bytes.size(), kStep);
      zlib_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
      zlib_.avail_in = static_cast<uInt>(offered);
      zlib_.next_out = reinterpret_cast<Bytef*>(room.data());
      zlib_.avail_out = static_cast<uInt>(room.size());
      const int status = ::inflate(&zlib_, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      bytes = bytes.subspan(offered - zlib_.avail_in);
      const std::size_t got = room.size() - zlib_.avail_out;
      if (full && got > 0) return false;
      out = out.subspan(got);
      if (status == Z_STREAM_END) return out.empty() && bytes.empty();
      if (status != Z_OK) return false;
    }
  }

 private:
  z_stream zlib_{};
};

[[noreturn]] void refuse_damaged(const ZipMember& member, const std::string& name,
                                 std::string_view what) {
  throw Error(Code::data, {.file = name},
              fmt::format("member \"{}\" of the zip archive is damaged: {}. Download or save the "
                          "file again.",
                          member.name, what));
}

}  // namespace

bool is_zip(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && number(bytes, 0, 4) == kLocal;
}

std::vector<ZipMember> scan_zip(std::span<const std::byte> archive, const std::string& name) {
  return Scan(archive, name).run();
}

std::vector<std::byte> inflate(const ZipMember& member, const std::string& name) {
  std::vector<std::byte> contents(static_cast<std::size_t>(member.size));
  if (!Inflater().fill(member.bytes, contents))
    refuse_damaged(
        member, name,
        fmt::format("its compressed data don't give the expected {} bytes", member.size));
  return contents;
}

void check_crc(const ZipMember& member, std::span<const std::byte> contents,
               const std::string& name) {
  if (member.crc == 0) return;
  const auto* const begin = reinterpret_cast<const Bytef*>(contents.data());
  const auto found = static_cast<std::uint32_t>(crc32_z(0, begin, contents.size()));
  if (found != member.crc)
    refuse_damaged(member, name,
                   fmt::format("its CRC-32 is {:08x}, expected {:08x}", found, member.crc));
}

}  // namespace temper::io
