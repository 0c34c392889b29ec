#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/io/format/zip.h"

namespace temper::io {

/// The zip archive of a file that torch.save wrote: PREFIX/data.pkl, PREFIX/data/KEY for each
/// storage, PREFIX/byteorder and others. Members are checked when they are asked for.
class TorchArchive {
 public:
  /// Throws Error{Code::data} if it is not such a file; for the other formats of PyTorch with the
  /// line that converts them.
  /// @param bytes  must outlive the object
  /// @param name   the file's name in messages, which must outlive the object, too
  TorchArchive(std::span<const std::byte> bytes, const std::string& name);

  [[nodiscard]] std::span<const std::byte> pickle() { return contents("data.pkl"); }
  /// The bytes of a storage, in little-endian order.
  std::span<const std::byte> storage(std::string_view key);

  /// Memory that lives as long as copies(). Throws Error{Code::data} if all such memory of the file
  /// takes more than 16 times the file's size and 16 MiB, as no honest one does.
  std::span<std::byte> allocate(std::uint64_t size);
  /// What was allocated and decompressed.
  [[nodiscard]] std::vector<std::vector<std::byte>> take_copies() { return std::move(copies_); }

 private:
  [[noreturn]] void refuse(const std::string& what) const;
  void find_prefix();
  void check_byte_order();
  void charge(std::uint64_t size);
  [[nodiscard]] const ZipMember* find(std::string_view name) const;
  std::span<const std::byte> contents(std::string_view name);

  const std::string& name_;
  std::uint64_t room_;  ///< bytes that may still be allocated
  std::string prefix_;  ///< with the '/'
  std::map<std::string, ZipMember, std::less<>> members_;
  std::map<std::string, std::span<const std::byte>, std::less<>> read_;
  std::vector<std::vector<std::byte>> copies_;
};

}  // namespace temper::io
