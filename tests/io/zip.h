#pragma once
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/io/support.h"

namespace temper::io::test {

inline std::string little_endian(std::uint64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xFFU);
    value >>= 8U;
  }
  return bytes;
}

/// A member of a zip archive, with what its headers say: where sizes are 0 and others empty, the
/// truth.
struct ZipPart {
  std::string name;
  std::string stored;
  std::uint64_t size = 0;  ///< of the contents
  std::uint64_t method = 0;
  std::uint64_t flags = 0;
  std::uint32_t crc = 0;
  std::string extra = {};                    ///< in the central directory
  std::uint64_t stored_size = 0;             ///< in the central directory
  std::optional<std::uint64_t> offset = {};  ///< of the header
  std::string name_in_header = {};           ///< of the member itself
};

/// What both headers of a member have in common.
inline std::string zip_header(const ZipPart& part) {
  const std::uint64_t stored = part.stored_size > 0 ? part.stored_size : part.stored.size();
  return little_endian(part.flags, 2) + little_endian(part.method, 2) + little_endian(0, 4) +
         little_endian(part.crc, 4) + little_endian(stored, 4) +
         little_endian(part.size > 0 ? part.size : stored, 4);
}

/// A zip archive, written by hand so that anything in it can be wrong.
inline Bytes zip_of(const std::vector<ZipPart>& parts) {
  std::string out;
  std::string directory;
  for (const ZipPart& part : parts) {
    const std::string& inner = part.name_in_header.empty() ? part.name : part.name_in_header;
    directory.append("PK\x01\x02").append(little_endian(0, 4)).append(zip_header(part));
    directory.append(little_endian(part.name.size(), 2));
    directory.append(little_endian(part.extra.size(), 2)).append(little_endian(0, 10));
    directory.append(little_endian(part.offset.value_or(out.size()), 4));
    directory.append(part.name).append(part.extra);
    out.append("PK\x03\x04").append(little_endian(0, 2)).append(zip_header(part));
    out.append(little_endian(inner.size(), 2)).append(little_endian(0, 2));
    out.append(inner).append(part.stored);
  }
  const std::string count = little_endian(parts.size(), 2);
  const std::string end = "PK\x05\x06" + little_endian(0, 4) + count + count +
                          little_endian(directory.size(), 4) + little_endian(out.size(), 4) +
                          little_endian(0, 2);
  return bytes_of(out + directory + end);
}

/// Deflated data without a header, as in a zip archive.
inline std::string deflated(std::string contents) {
  z_stream zlib{};
  deflateInit2(&zlib, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&zlib, contents.size()) + 32, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(contents.data());
  zlib.avail_in = static_cast<uInt>(contents.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

}  // namespace temper::io::test
