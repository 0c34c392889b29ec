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
  std::string name;          ///< '/' between its parts, none of which is "..", "." or empty
  std::uint64_t offset = 0;  ///< of its first byte in the archive
  std::uint64_t size = 0;    ///< bytes; all of them lie within the archive
};

/// Fills `into` with the archive's bytes from `offset` on; it is asked only for bytes that are
/// there.
using ReadAt = std::function<void(std::uint64_t offset, std::span<std::byte> into)>;

/// Names the files of a tar archive in their order, reading headers only: POSIX ustar and pax,
/// GNU's long names and large sizes. Folders are left out.
///
/// Throws Error{Code::data} naming the archive, the byte and the member for all that does not
/// belong into a set of files: links, devices and pipes, sparse files, absolute names and names
/// with "..", members that reach beyond the end, damaged headers, an archive without its end mark
/// (it is cut short).
/// @param size  of the archive, in bytes
/// @param name  what messages call the archive
void scan_tar(std::uint64_t size, const ReadAt& read, const std::string& name,
              const std::function<void(const TarMember&)>& see);
/// The same over bytes in memory.
void scan_tar(std::span<const std::byte> archive, const std::string& name,
              const std::function<void(const TarMember&)>& see);

inline constexpr std::size_t kTarBlock = 512;

/// The header that stands before a file in an archive: readable by all, no owner, no time, so that
/// it depends on name and size alone.
/// @param name  1 to 100 bytes
/// @param size  below 8 GiB
std::array<std::byte, kTarBlock> tar_header(std::string_view name, std::uint64_t size);

/// Zero bytes that follow `size` bytes of a member, up to the next header.
constexpr std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock);
}

/// Whether a block is the sound header of a file of that size: a cheap proof that an archive is
/// still what an index of it says.
bool is_tar_header(std::span<const std::byte, kTarBlock> block, std::uint64_t size);

}  // namespace temper::io
