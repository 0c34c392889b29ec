#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace temper::io {

/// Reads the whole file. Throws Error{Code::io} if it cannot be read, Error{Code::data} if it is
/// larger than `max_bytes`.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);
std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes = 64U << 20U);

/// Size and time of a file, to detect that it was replaced.
struct FileStamp {
  std::int64_t size = -1;     ///< bytes; -1: unknown
  std::int64_t modified = 0;  ///< nanoseconds since 1970
  bool operator==(const FileStamp&) const = default;
};

/// The stamp of a file now; of unknown size if the system can't provide it.
FileStamp stamp_of(const std::filesystem::path& path) noexcept;

/// A range of bytes of a file.
struct FilePart {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct ReadOptions {
  std::uint64_t max_bytes = std::uint64_t{512} << 20U;  ///< maximum number of bytes to read
  std::optional<FilePart> part = {};                    ///< only these bytes
  double timeout = 0;       ///< seconds after which reading a file is given up; 0: never
  FileStamp expected = {};  ///< stamp that the file must have; of unknown size: any
};

/// Reads one file after another into the same memory. With a timeout, a separate thread waits for
/// the disk, and is abandoned if reading never returns; files of a local file system that are in
/// the page cache are read directly.
class FileReader {
 public:
  FileReader();
  ~FileReader();
  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) noexcept;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// Reads the whole file, or the requested part. Throws as read_file() does, Error{Code::io} also
  /// after the timeout, Error{Code::data} also for a file with another stamp than expected or one
  /// that ends before the part does.
  /// @return valid until the next call
  std::span<const std::byte> operator()(const std::filesystem::path& path,
                                        const ReadOptions& options = {});

 private:
  struct Shared;

  std::shared_ptr<Shared> shared_;
};

}  // namespace temper::io
