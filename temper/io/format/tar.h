#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace temper::io {

/// A file in a tar archive.
struct TarMember {
  std::string name;          ///< parts separated by '/', none of which is "..", "." or empty
  std::uint64_t offset = 0;  ///< of its first byte in the archive
  std::uint64_t size = 0;    ///< bytes; all of them are within the archive
};

/// Fills `into` with the archive's bytes from `offset` on; called only for bytes that exist.
using ReadAt = std::function<void(std::uint64_t offset, std::span<std::byte> into)>;

/// Lists the files of a tar archive in their order, reading headers only: POSIX ustar and pax,
/// GNU's long names and large sizes. Folders are skipped.
///
/// Throws Error{Code::data} with the archive, the byte and the member for everything that is not a
/// plain file or folder: links, devices and pipes, sparse files; for absolute names and names with
/// "..", members that extend beyond the end, damaged headers, and an archive without its end mark
/// (it is truncated).
/// @param size  of the archive, in bytes
/// @param name  the archive's name in messages
void scan_tar(std::uint64_t size, const ReadAt& read, const std::string& name,
              const std::function<void(const TarMember&)>& visit);
/// The same for bytes in memory.
void scan_tar(std::span<const std::byte> archive, const std::string& name,
              const std::function<void(const TarMember&)>& visit);

inline constexpr std::size_t kTarBlock = 512;

/// The header before a file in an archive: readable by all, no owner, no time, so that it depends
/// only on name and size.
/// @param name  1 to 100 bytes
/// @param size  below 8 GiB
std::array<std::byte, kTarBlock> tar_header(std::string_view name, std::uint64_t size);

/// The number of zero bytes after `size` bytes of a member, up to the next header.
constexpr std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock);
}

/// Whether a block is the valid header of a file of that size: a fast check that an index of an
/// archive is still right.
bool is_tar_header(std::span<const std::byte, kTarBlock> block, std::uint64_t size);

}  // namespace temper::io
