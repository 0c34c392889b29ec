#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace temper::io {

/// A file in a zip archive.
struct ZipMember {
  std::string name;
  std::span<const std::byte> bytes;  ///< as they are stored in the archive
  std::uint64_t size = 0;            ///< of the contents, in bytes
  std::uint32_t crc = 0;             ///< CRC-32 of the contents; 0 if the writer left it out
  bool deflated = false;             ///< otherwise `bytes` are the contents
};

/// Whether bytes begin as a zip archive with at least one member does.
bool is_zip(std::span<const std::byte> bytes);

/// Lists the files of a zip archive (PKWARE's APPNOTE 6.3, with zip64) in the order of its central
/// directory. Nothing is decompressed.
///
/// Throws Error{Code::data} with the archive and the member for an archive that is cut short or
/// damaged, encrypted members, other methods than stored and deflated, members that overlap or lie
/// outside of the archive, and names that occur twice.
/// @param name  the archive's name in messages
std::vector<ZipMember> scan_zip(std::span<const std::byte> archive, const std::string& name);

/// The contents of a deflated member. Allocates `size` bytes, which the caller has limited.
/// Throws Error{Code::data} if they are damaged.
std::vector<std::byte> inflate(const ZipMember& member, const std::string& name);

/// Throws Error{Code::data} if `contents` don't have the member's CRC.
void check_crc(const ZipMember& member, std::span<const std::byte> contents,
               const std::string& name);

}  // namespace temper::io
