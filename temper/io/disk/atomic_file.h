#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "temper/io/disk/descriptor.h"

namespace temper::io {

/// A file that is written completely or not at all. Bytes are written to a temporary file in the
/// same folder; commit() syncs it, renames it to `path` and syncs the folder. Without commit() the
/// temporary file is removed and an older file is kept.
///
/// Every failure throws Error{Code::io} with the path, the system's reason and what to do.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  AtomicFile(AtomicFile&&) = delete;
  AtomicFile& operator=(AtomicFile&&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Gives the file that time of modification, in nanoseconds since 1970, in place of that of its
  /// last write(). A file system that can't do so leaves it.
  void set_modified(std::int64_t nanoseconds) noexcept;
  /// Call once, last.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Descriptor file_;
};

void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_atomically(const std::filesystem::path& path, std::string_view text);
/// For contents that should not be in memory all at once; if `writer` throws, the old file is kept.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(AtomicFile&)>& writer);
/// The same for a file that must not exist: throws Error{Code::io} where it does.
void write_new_file(const std::filesystem::path& path, std::string_view text);

/// Removes temporary files that a killed process left in `folder` (not in its subfolders). Call it
/// only while no other process writes there.
/// @param of  name of the file whose temporary files are meant; "": those of all files
void remove_temporaries(const std::filesystem::path& folder, std::string_view of = {});

}  // namespace temper::io
